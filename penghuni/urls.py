from django.urls import path

from .views import hunian, masa_tinggal, penghuni

app_name = "penghuni"
urlpatterns = [
    path("", penghuni.daftar, name="daftar"),
    path("ekspor/", penghuni.ekspor, name="ekspor"),
    path("ekspor/data-pribadi/", penghuni.ekspor_pribadi, name="ekspor_pribadi"),
    path("masa-tinggal/", masa_tinggal.daftar, name="masa_tinggal"),
    path("masa-tinggal/ekspor/", masa_tinggal.ekspor, name="masa_tinggal_ekspor"),
    path("masa-tinggal/ekspor/data-pribadi/", masa_tinggal.ekspor_pribadi, name="masa_tinggal_ekspor_pribadi"),
    path("cari-nik/", penghuni.cari_nik, name="cari_nik"),
    path("tambah/", penghuni.tambah, name="tambah"),
    path("<uuid:pk>/", penghuni.detail, name="detail"),
    path("<uuid:pk>/ubah/", penghuni.ubah, name="ubah"),
    path("<uuid:pk>/lihat-lengkap/", penghuni.lihat_lengkap, name="lihat_lengkap"),
    path("<uuid:pk>/kosongkan-nomor/", penghuni.kosongkan_nomor, name="kosongkan_nomor"),
    path("<uuid:pk>/masuk-unit/", hunian.masuk_unit, name="masuk_unit"),
    path("<uuid:pk>/pindah-unit/", hunian.pindah_unit, name="pindah_unit"),
    path("<uuid:pk>/koreksi-hunian/", hunian.koreksi_hunian, name="koreksi_hunian"),
    path("<uuid:pk>/keluar-unit/", hunian.keluar_unit, name="keluar_unit"),
]
