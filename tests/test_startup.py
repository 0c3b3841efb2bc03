"""What a fresh worker has loaded after a day of ordinary pages: not the libraries of paper and of reading workbooks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from .factories import make_rusun

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"weasyprint", "openpyxl", "pandas", "playwright", "pytest"}

WORKER = f"""
import sys
from monitoring.wsgi import application
from django.test import RequestFactory

cookie, *pages = sys.argv[1:]
for page in pages:
    environ = RequestFactory(SERVER_NAME="localhost", HTTP_COOKIE=cookie).get(page).environ
    status = []
    body = b"".join(application(environ, lambda line, headers: status.append(line)))
    assert status == ["200 OK"] and body, (page, status)
print(*sorted({HEAVY!r} & set(sys.modules)))
"""


def database_url():
    """The database of this test, for a process of its own."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings)


@pytest.mark.django_db(transaction=True)
def test_pages_and_exports_load_neither_weasyprint_nor_openpyxl(kudus, operator_penghuni, masuk_sebagai):
    """They cost a second and 80 MB per worker: paid by whoever asks for paper, not by everybody (goal 13)."""
    make_rusun(kudus, oleh=operator_penghuni)
    cookie = masuk_sebagai(operator_penghuni).cookies["sesi"]
    names = ("beranda", "rusun:daftar", "rusun:masalah_daftar", "penghuni:daftar", "rusun:ekspor", "penghuni:ekspor")

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WORKER, f"sesi={cookie.value}", *map(reverse, names)],
        cwd=ROOT, check=False, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "monitoring.settings"},
    )  # fmt: skip

    assert (done.stderr, done.stdout.split()) == ("", [])
