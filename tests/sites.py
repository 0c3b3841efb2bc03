"""A site with a database and files of its own, for tests whose processes are killed."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


class Site:
    """The site with a database and files of its own, worked on by processes that may be killed."""

    def __init__(self, folder):
        self.folder, self.name = folder, f"uji_{uuid.uuid4().hex[:12]}"
        if connection.vendor == "postgresql":
            settings = connection.settings_dict
            self.server = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"]}
            self.admin(f'CREATE DATABASE "{self.name}"')
            url = f"postgres://{self.server['user']}@{self.server['host']}:{self.server['port']}/{self.name}"
        else:
            url = f"sqlite:///{folder / 'site.sqlite3'}"
        self.env = {**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": str(folder / "media"), "DEBUG": "0",
                    "DJANGO_SETTINGS_MODULE": "monitoring.settings", "KERJA_DI_LATAR": "1"}  # fmt: skip

    def admin(self, statement):
        import psycopg2

        link = psycopg2.connect(dbname="postgres", **self.server)
        link.autocommit = True
        link.cursor().execute(statement)
        link.close()

    def remove(self):
        if connection.vendor == "postgresql":
            self.admin(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def python(self, code):
        head = "import django; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", head + code], env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *words):
        return subprocess.Popen(
            [sys.executable, "-m", *words], env=self.env, cwd=ROOT, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def sql(self, statement):
        if connection.vendor == "postgresql":
            import psycopg2

            link = psycopg2.connect(dbname=self.name, **self.server)
        else:
            link = sqlite3.connect(self.folder / "site.sqlite3", timeout=20)
        with link:
            cursor = link.cursor()
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        link.close()
        return rows


def until(condition, seconds=60):
    """Ask again and again until it is so."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, "waited too long"
        pause.wait(0.05)
    return answer
