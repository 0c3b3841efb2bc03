from django.urls import path

from . import views

app_name = "core"
urlpatterns = [
    path("masuk/", views.masuk, name="masuk"),
    path("keluar/", views.keluar, name="keluar"),
    path("sehat/", views.sehat, name="sehat"),
]
