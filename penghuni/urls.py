from django.urls import path

from . import views

app_name = "penghuni"
urlpatterns = [
    path("", views.daftar, name="daftar"),
    path("ekspor/", views.ekspor, name="ekspor"),
    path("ekspor/data-pribadi/", views.ekspor_pribadi, name="ekspor_pribadi"),
    path("cari-nik/", views.cari_nik, name="cari_nik"),
    path("tambah/", views.tambah, name="tambah"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/ubah/", views.ubah, name="ubah"),
    path("<uuid:pk>/lihat-lengkap/", views.lihat_lengkap, name="lihat_lengkap"),
    path("<uuid:pk>/kosongkan-nomor/", views.kosongkan_nomor, name="kosongkan_nomor"),
    path("<uuid:pk>/masuk-unit/", views.masuk_unit, name="masuk_unit"),
    path("<uuid:pk>/pindah-unit/", views.pindah_unit, name="pindah_unit"),
    path("<uuid:pk>/koreksi-hunian/", views.koreksi_hunian, name="koreksi_hunian"),
    path("<uuid:pk>/keluar-unit/", views.keluar_unit, name="keluar_unit"),
]
