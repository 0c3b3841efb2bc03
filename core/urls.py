from django.urls import path

from . import jejak_views, views

app_name = "core"
urlpatterns = [
    path("masuk/", views.masuk, name="masuk"),
    path("keluar/", views.keluar, name="keluar"),
    path("sehat/", views.sehat, name="sehat"),
    path("pengguna/", views.pengguna_daftar, name="pengguna_daftar"),
    path("pengguna/ekspor/", views.pengguna_ekspor, name="pengguna_ekspor"),
    path("pengguna/tambah/", views.pengguna_tambah, name="pengguna_tambah"),
    path("pengguna/<int:pk>/", views.pengguna_ubah, name="pengguna_ubah"),
    path("pengguna/<int:pk>/kata-sandi/", views.pengguna_sandi, name="pengguna_sandi"),
    path("jejak/", jejak_views.jejak, name="jejak"),
    path("jejak/ekspor/", jejak_views.jejak_ekspor, name="jejak_ekspor"),
    path("jejak/periksa/", jejak_views.jejak_periksa, name="jejak_periksa"),
]
