"""The site as it is served, with the steps of `steps.py` where a fault may strike, and less patience for a lock."""

from monitoring.settings import *  # noqa: F403
from monitoring.settings import DATABASES, MIDDLEWARE

from . import steps

MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if "timeout" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["timeout"] = 3

steps.arm_from_environment()
