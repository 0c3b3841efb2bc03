from django.urls import path

from . import views

app_name = "rusun"
urlpatterns = [
    path("", views.daftar, name="daftar"),
    path("ekspor/", views.ekspor, name="ekspor"),
    path("tambah/", views.tambah, name="tambah"),
    path("masalah/", views.masalah_daftar, name="masalah_daftar"),
    path("masalah/ekspor/", views.masalah_ekspor, name="masalah_ekspor"),
    path("masalah/daftar.pdf", views.masalah_pdf, name="masalah_pdf"),
    path("masalah/<uuid:pk>/tindak-lanjut/", views.tindak_lanjut_tambah, name="tindak_lanjut_tambah"),
    path("masalah/<uuid:pk>/status/", views.masalah_status, name="masalah_status"),
    path("tindak-lanjut/", views.tindak_lanjut_daftar, name="tindak_lanjut_daftar"),
    path("tindak-lanjut/daftar.pdf", views.tindak_lanjut_pdf, name="tindak_lanjut_pdf"),
    path("tindak-lanjut/<uuid:pk>/", views.tindak_lanjut_ubah, name="tindak_lanjut_ubah"),
    path("tindak-lanjut/<uuid:pk>/bukti/", views.bukti_tambah, name="bukti_tambah"),
    path("lampiran/<uuid:pk>/", views.lampiran_unduh, name="lampiran_unduh"),
    path("lampiran/<uuid:pk>/tarik/", views.lampiran_tarik, name="lampiran_tarik"),
    path("<str:kode>/", views.detail, name="detail"),
    path("<str:kode>/profil.pdf", views.profil_pdf, name="profil_pdf"),
    path("<str:kode>/tutup/", views.tutup, name="tutup"),
    path("<str:kode>/lampiran/", views.lampiran_tambah, name="lampiran_tambah"),
    path("<str:kode>/<slug:bagian>/", views.ubah, name="ubah"),
]
