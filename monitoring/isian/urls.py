from django.urls import path

from . import views

urlpatterns = [
    path("", views.isian_detail, name="isian_detail"),
    path("periksa/", views.isian_periksa, name="isian_periksa"),
    path("kirim/", views.isian_kirim, name="isian_kirim"),
    path("kiriman/<int:nomor>/", views.isian_kiriman, name="isian_kiriman"),
    path("kembalikan/", views.isian_kembalikan, name="isian_kembalikan"),
    path("buka-kembali/", views.isian_buka_kembali, name="isian_buka_kembali"),
    path("gerak/<slug:gerak>/", views.isian_gerak, name="isian_gerak"),
    path("catatan/", views.isian_catatan, name="isian_catatan"),
    path("catatan/tulis/", views.isian_catat, name="isian_catat"),
    path("catatan/<int:pk>/jawab/", views.catatan_jawab, name="catatan_jawab"),
    path("catatan/<int:pk>/selesai/", views.catatan_selesai, name="catatan_selesai"),
    path("catatan/<int:pk>/buka/", views.catatan_buka, name="catatan_buka"),
    path("<str:kode_rusun>/", views.isian_lokasi, name="isian_lokasi"),
    path("<str:kode_rusun>/<slug:bagian>/", views.isian_bagian, name="isian_bagian"),
]
