from django.urls import include, path

from . import acuan, views

handler500 = "core.failures.server_error"

urlpatterns = [
    path("", views.beranda, name="beranda"),
    path("", include("core.urls")),
    path("acuan/", acuan.acuan, name="acuan"),
    path("rusun/", include("rusun.urls")),
    path("penghuni/", include("penghuni.urls")),
    path("excel/", include("monitoring.impor.urls")),
    path("periode/", include("monitoring.periode.urls")),
]
