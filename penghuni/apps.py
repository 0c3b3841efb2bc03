from django.apps import AppConfig


class PenghuniConfig(AppConfig):
    name = "penghuni"
    verbose_name = "Penghuni"
