from django.apps import AppConfig


class RusunConfig(AppConfig):
    name = "rusun"
    verbose_name = "Rusun"
