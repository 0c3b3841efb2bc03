from django.urls import path

from .views import hak_subjek, hunian, penghuni

app_name = "penghuni"
urlpatterns = [
    path("", penghuni.daftar, name="daftar"),
    path("ekspor/", penghuni.ekspor, name="ekspor"),
    path("ekspor/data-pribadi/", penghuni.ekspor_pribadi, name="ekspor_pribadi"),
    path("cari-nik/", penghuni.cari_nik, name="cari_nik"),
    path("tambah/", penghuni.tambah, name="tambah"),
    path("permintaan/", hak_subjek.permintaan_daftar, name="permintaan_daftar"),
    path("permintaan/<uuid:pk>/", hak_subjek.permintaan, name="permintaan"),
    path("<uuid:pk>/permintaan/", hak_subjek.permintaan_tambah, name="permintaan_tambah"),
    path("<uuid:pk>/laporan/", hak_subjek.laporan, name="laporan"),
    path("<uuid:pk>/jejak/", hak_subjek.jejak, name="jejak"),
    path("<uuid:pk>/", penghuni.detail, name="detail"),
    path("<uuid:pk>/ubah/", penghuni.ubah, name="ubah"),
    path("<uuid:pk>/lihat-lengkap/", penghuni.lihat_lengkap, name="lihat_lengkap"),
    path("<uuid:pk>/kosongkan-nomor/", penghuni.kosongkan_nomor, name="kosongkan_nomor"),
    path("<uuid:pk>/masuk-unit/", hunian.masuk_unit, name="masuk_unit"),
    path("<uuid:pk>/pindah-unit/", hunian.pindah_unit, name="pindah_unit"),
    path("<uuid:pk>/koreksi-hunian/", hunian.koreksi_hunian, name="koreksi_hunian"),
    path("<uuid:pk>/keluar-unit/", hunian.keluar_unit, name="keluar_unit"),
]
