from django.urls import path

from .views import ganda, hunian, masa_tinggal, penghuni, penyaringan, program

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
    path("program/", program.papan, name="program_papan"),
    path("program/calon/", program.daftar, name="program_daftar"),
    path("program/calon/tambah/", program.tambah, name="program_tambah"),
    path("program/calon/ekspor/", program.ekspor, name="program_ekspor"),
    path("program/penyaringan/", penyaringan.penyaringan, name="program_penyaringan"),
    path("program/penyaringan/jalankan/", penyaringan.jalankan, name="program_jalankan"),
    path("program/penyaringan/kemajuan/", penyaringan.kemajuan, name="program_kemajuan"),
    path("program/penyaringan/perubahan/", penyaringan.perubahan, name="program_perubahan"),
    path("program/aturan/", penyaringan.aturan, name="program_aturan"),
    path("<uuid:pk>/program/", program.penghuni, name="program_penghuni"),
    path("<uuid:pk>/program/saring/", program.saring, name="program_saring"),
    path("<uuid:pk>/program/tahap/", program.tahap, name="program_tahap"),
    path("ganda/", ganda.ganda_daftar, name="ganda_daftar"),
    path("ganda/<uuid:pk>/", ganda.ganda_himpunan, name="ganda_himpunan"),
    path("ganda/pasangan/<int:pk>/putuskan/", ganda.ganda_putuskan, name="ganda_putuskan"),
    path("<uuid:pk>/", penghuni.detail, name="detail"),
    path("<uuid:pk>/ubah/", penghuni.ubah, name="ubah"),
    path("<uuid:pk>/lihat-lengkap/", penghuni.lihat_lengkap, name="lihat_lengkap"),
    path("<uuid:pk>/kosongkan-nomor/", penghuni.kosongkan_nomor, name="kosongkan_nomor"),
    path("<uuid:pk>/masuk-unit/", hunian.masuk_unit, name="masuk_unit"),
    path("<uuid:pk>/pindah-unit/", hunian.pindah_unit, name="pindah_unit"),
    path("<uuid:pk>/koreksi-hunian/", hunian.koreksi_hunian, name="koreksi_hunian"),
    path("<uuid:pk>/keluar-unit/", hunian.keluar_unit, name="keluar_unit"),
]
