from django.urls import include, path

from monitoring.isian.views.verifikasi import teks_catatan

from . import views

app_name = "monitoring"
urlpatterns = [
    path("", views.periode_daftar, name="periode_daftar"),
    path("baru/", views.periode_baru, name="periode_baru"),
    path("teks-catatan/", teks_catatan, name="teks_catatan"),
    path("<slug:slug>/", views.periode_detail, name="periode_detail"),
    path("<slug:slug>/papan.xlsx", views.papan_xlsx, name="papan_xlsx"),
    path("<slug:slug>/tanggal/", views.periode_tanggal, name="periode_tanggal"),
    path("<slug:slug>/verifikasi/", views.verifikasi_massal, name="verifikasi_massal"),
    path("<slug:slug>/undang/", views.periode_undang, name="periode_undang"),
    path("<slug:slug>/gerak/<slug:gerak>/", views.periode_gerak, name="periode_gerak"),
    path("<slug:slug>/tetapkan/", views.periode_tetapkan, name="periode_tetapkan"),
    path("<slug:slug>/isian/<str:kode>/pengecualian/", views.pengecualian, name="pengecualian"),
    path("<slug:slug>/isian/<str:kode>/pengecualian/cabut/", views.pengecualian_cabut, name="pengecualian_cabut"),
    path("<slug:slug>/", include("monitoring.pengingat.urls")),
    path("<slug:slug>/desk/", include("monitoring.desk.urls")),
    path("<slug:slug>/isian/<str:kode>/", include("monitoring.isian.urls")),
    path("<slug:slug>/", include("monitoring.dokumen.urls")),
    path("<slug:slug>/", include("monitoring.rekap.urls")),
]
