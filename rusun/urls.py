from django.urls import URLPattern

app_name = "rusun"
urlpatterns: list[URLPattern] = []
