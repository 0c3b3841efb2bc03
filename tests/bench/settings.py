"""Those of the site, on the database that `DATABASE_URL` names, with the peer and the baselines as pages beside it."""

from monitoring.settings import *  # noqa: F403
from monitoring.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
ROOT_URLCONF = "tests.bench.urls"
ALLOWED_HOSTS = ["testserver"]  # what the test client calls itself
SILENCED_SYSTEM_CHECKS = ["admin.E403", "admin.E404", "admin.E408", "admin.E409", "admin.E410", "admin.E411"]
LOGGING = {"version": 1, "disable_existing_loggers": True}  # "somebody was faster" is expected here
KERJA_DI_LATAR = False  # the documents of the example are there before anything is measured
