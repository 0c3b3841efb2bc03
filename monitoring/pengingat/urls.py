from django.urls import path

from . import views

urlpatterns = [
    path("ingatkan/", views.ingatkan, name="ingatkan"),
    path("kotak-keluar/", views.kotak_keluar, name="kotak_keluar"),
    path("kotak-keluar/ulang/", views.kotak_keluar_ulang, name="kotak_keluar_ulang"),
]
