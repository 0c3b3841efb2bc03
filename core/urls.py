from django.urls import path

from . import account_views, jejak_views, own_views, sign_in_views, views

app_name = "core"
urlpatterns = [
    path("masuk/", sign_in_views.masuk, name="masuk"),
    path("masuk/dua-langkah/", sign_in_views.masuk_faktor, name="masuk_faktor"),
    path("masuk/kode/", sign_in_views.masuk_kode, name="masuk_kode"),
    path("keluar/", sign_in_views.keluar, name="keluar"),
    path("sehat/", views.sehat, name="sehat"),
    path("akun/", own_views.akun, name="akun"),
    path("akun/kata-sandi/", own_views.akun_sandi, name="akun_sandi"),
    path("akun/dua-langkah/", own_views.akun_dua_faktor, name="akun_dua_faktor"),
    path("akun/dua-langkah/kode-pemulihan/", own_views.akun_pemulihan, name="akun_pemulihan"),
    path("akun/dua-langkah/lepas/", own_views.akun_lepas, name="akun_lepas"),
    path("akun/sesi/", own_views.akun_sesi, name="akun_sesi"),
    path("pengguna/", account_views.pengguna_daftar, name="pengguna_daftar"),
    path("pengguna/ekspor/", account_views.pengguna_ekspor, name="pengguna_ekspor"),
    path("pengguna/tambah/", account_views.pengguna_tambah, name="pengguna_tambah"),
    path("pengguna/berkas/", account_views.pengguna_berkas, name="pengguna_berkas"),
    path("pengguna/berkas/templat.xlsx", account_views.pengguna_templat, name="pengguna_templat"),
    path("pengguna/<int:pk>/", account_views.pengguna_ubah, name="pengguna_ubah"),
    path("pengguna/<int:pk>/kata-sandi/", account_views.pengguna_sandi, name="pengguna_sandi"),
    path("pengguna/<int:pk>/kode/", account_views.pengguna_kode, name="pengguna_kode"),
    path("pengguna/<int:pk>/dua-langkah/", account_views.pengguna_faktor, name="pengguna_faktor"),
    path("pengguna/<int:pk>/sesi/", account_views.pengguna_sesi, name="pengguna_sesi"),
    path("jejak/", jejak_views.jejak, name="jejak"),
    path("jejak/ekspor/", jejak_views.jejak_ekspor, name="jejak_ekspor"),
    path("jejak/periksa/", jejak_views.jejak_periksa, name="jejak_periksa"),
]
