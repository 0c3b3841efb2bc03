from django.urls import URLPattern

app_name = "penghuni"
urlpatterns: list[URLPattern] = []
