from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        from core.health import also_check

        from . import penandatangan  # noqa: F401 registers its system check, once there are models
        from .pengingat.surel import outbox_health

        also_check(outbox_health)
