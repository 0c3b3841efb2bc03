from django.urls import path

from . import views

app_name = "impor"
urlpatterns = [
    path("", views.daftar, name="daftar"),
    path("berkas/<uuid:pk>/", views.berkas, name="berkas"),
    path("berkas/<uuid:pk>/kemajuan/", views.kemajuan, name="kemajuan"),
    path("berkas/<uuid:pk>/terapkan/", views.terapkan, name="terapkan"),
    path("berkas/<uuid:pk>/batalkan/", views.batalkan, name="batalkan"),
    path("berkas/<uuid:pk>/urungkan/", views.urungkan, name="urungkan"),
    path("berkas/<uuid:pk>/lanjutkan/", views.lanjutkan, name="lanjutkan"),
    path("berkas/<uuid:pk>/asli/", views.unduh_asli, name="unduh_asli"),
    path("berkas/<uuid:pk>/balasan/", views.unduh_balasan, name="unduh_balasan"),
    path("<str:kode>/", views.daerah, name="daerah"),
    path("<str:kode>/templat/", views.templat, name="templat"),
]
