from django.urls import path

from .views import catatan, detail, pengisian, verifikasi

urlpatterns = [
    path("", detail.isian_detail, name="isian_detail"),
    path("gerak/<slug:gerak>/", detail.isian_gerak, name="isian_gerak"),
    path("kiriman/<int:nomor>/", detail.isian_kiriman, name="isian_kiriman"),
    path("periksa/", pengisian.isian_periksa, name="isian_periksa"),
    path("isian.pdf", detail.isian_pdf, name="isian_pdf"),
    path("kirim/", pengisian.isian_kirim, name="isian_kirim"),
    path("minta/", pengisian.isian_minta, name="isian_minta"),
    path("minta/<int:pk>/kabulkan/", verifikasi.permintaan_kabulkan, name="permintaan_kabulkan"),
    path("minta/<int:pk>/tolak/", verifikasi.permintaan_tolak, name="permintaan_tolak"),
    path("kembalikan/", verifikasi.isian_kembalikan, name="isian_kembalikan"),
    path("buka-kembali/", verifikasi.isian_buka_kembali, name="isian_buka_kembali"),
    path("catatan/", catatan.isian_catatan, name="isian_catatan"),
    path("catatan/tulis/", verifikasi.isian_catat, name="isian_catat"),
    path("catatan/<int:pk>/jawab/", catatan.catatan_jawab, name="catatan_jawab"),
    path("catatan/<int:pk>/selesai/", catatan.catatan_selesai, name="catatan_selesai"),
    path("catatan/<int:pk>/buka/", catatan.catatan_buka, name="catatan_buka"),
    path("<str:kode_rusun>/", detail.isian_lokasi, name="isian_lokasi"),
    path("<str:kode_rusun>/<slug:bagian>/", pengisian.isian_bagian, name="isian_bagian"),
]
