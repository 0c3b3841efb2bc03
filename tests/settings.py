"""Settings under test: those of development, quick and alone. SQLite, or the PostgreSQL that `DATABASE_URL` names."""

import os
import tempfile
from pathlib import Path

# Asked before `.env` is read: a developer's own database is not for tests.
DATABASE_URL = os.environ.get("DATABASE_URL")

from monitoring.settings import *  # noqa: E402, F403
from monitoring.settings import BASE_DIR, DATABASES, MIDDLEWARE, TEMPLATES, env  # noqa: E402

from .template_variables import UnknownVariable  # noqa: E402

_scratch = tempfile.TemporaryDirectory(prefix="monitoring-tests-")  # removed when the process ends

if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
else:
    # A file, not memory: threads (live server, races) then meet the locks that users meet.
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{_scratch.name}/development.sqlite3",
            # `UJI_BASIS_DATA` names one that stands already, for runs one after the other (`pytest --reuse-db`).
            "TEST": {"NAME": os.environ.get("UJI_BASIS_DATA", f"{_scratch.name}/test.sqlite3")},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA temp_store=MEMORY;",
            },
        }
    }

DEBUG = False
MEDIA_ROOT = f"{_scratch.name}/media"
KERJA_DI_LATAR = False  # a process of its own would not see what a test has not committed
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow on purpose
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
AXES_ENABLED = False  # a test about locked accounts switches it on with the `settings` fixture

MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UnknownVariable(Path(BASE_DIR) / "templates")
