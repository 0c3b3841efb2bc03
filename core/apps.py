from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Inti"

    def ready(self) -> None:
        from . import dua_faktor  # noqa: F401 registers its system check, once there are models
        from .health import also_check
        from .rantai import chain_health

        also_check(chain_health)
