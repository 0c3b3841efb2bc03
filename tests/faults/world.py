"""A whole site of its own for faults: database server, files, people with sessions, and two ways to reach it."""

import base64
import contextlib
import http.client
import http.cookies
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.parse
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.messages.constants import WARNING
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.test import RequestFactory

from tests.forms import fields_of
from tests.sites import ROOT, Site, until

from .postgres import Server, free_port
from .steps import FATAL

TOKEN = "u" * 32
SPACE = 160
"""Megabytes of the file system for the database; that for uploads has a tenth of it."""

PREPARE = """
import datetime, io, json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from openpyxl import load_workbook
from core.enums import JenisDaerah, Peran
from core.models import KabupatenKota, Pengguna
from monitoring.impor.templat import template_for
from rusun.models import Permasalahan
from tests.factories import make_isian, make_periode, make_rusun

def person(username, peran, **more):
    row = Pengguna.objects.create(username=username, nama=username, peran=peran, password="!", **more)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(row.pk), "core.signin.PenggunaBackend"
    session[HASH_SESSION_KEY] = row.get_session_auth_hash()
    session.save()
    sesi[username] = session.session_key
    return row

sesi, tempat = {}, {}
koordinator = person("koordinator", Peran.VERIFIKATOR, koordinator=True)
person("verifikator", Peran.VERIFIKATOR)
daerah = [
    KabupatenKota.objects.create(kode=kode, nama=f"Kabupaten {nama}", jenis=JenisDaerah.KABUPATEN, ibu_kota=nama,
                                 baris=1, kolom=kolom)
    for kolom, (kode, nama) in enumerate(zip(("33.01", "33.02", "33.03", "33.04", "33.05"),
                                             ("Cilacap", "Banyumas", "Purbalingga", "Banjarnegara", "Kebumen")), 1)
]
periode = make_periode(koordinator, *daerah)
for row in daerah:
    operator = person(f"operator.{row.digit}", Peran.OPERATOR, kabupaten_kota=row, akses_penghuni=True)
    rusun = make_rusun(row, oleh=operator)
    make_isian(periode, operator)
    tempat[row.kode] = {"rusun": rusun.kode, "masalah": str(Permasalahan.objects.get(rusun=rusun).pk)}
print(json.dumps({"sesi": sesi, "tempat": tempat}))
"""
WORKBOOK = """
import base64, datetime, io
from openpyxl import load_workbook
from core.models import KabupatenKota
from monitoring.impor.templat import template_for
book = load_workbook(io.BytesIO(template_for(KabupatenKota.objects.get(pk="33.03"), None).isi))
page = book["Penghuni"]
titles = {str(cell.value).rstrip(" *"): cell.column for cell in page[4]}
for n in range(5):
    page.cell(5 + n, titles["Nama kepala keluarga"]).value = f"Warga {{nomor}}-{n}"
    page.cell(5 + n, titles["Lokasi dan blok"]).value = "Rusunawa Kabupaten Purbalingga / Blok A"
    page.cell(5 + n, titles["Nomor unit"]).value = f"{{nomor}}-{n}"
    page.cell(5 + n, titles["Mulai tinggal"]).value = datetime.date(2021, 1, 5)
out = io.BytesIO()
book.save(out)
print(base64.b64encode(out.getvalue()).decode())
"""


@dataclass
class Answer:
    """`status` None: nobody knows what happened to it."""

    status: int | None
    text: str = ""
    location: str = ""
    steps: list = field(default_factory=list)
    headers: dict = field(default_factory=dict)
    kuki: str = ""
    """What the answer tells on the next page, as its cookie holds it."""

    @property
    def content(self):
        return self.text.encode()

    @property
    def refusals(self):
        told = CookieStorage(RequestFactory().get("/"))._decode(self.kuki) if self.kuki else None
        return [message.message for message in told or () if getattr(message, "level", 0) >= WARNING]

    @property
    def ok(self):
        return self.status == 302 and "/masuk/" not in self.location and not self.refusals

    @property
    def unknown(self):
        return self.status is None or self.status >= 500

    @property
    def fields(self):
        return fields_of(self)


class World(Site):
    def __init__(self, folder):
        self.mounted = []
        self.folder, self.media, self.scratch = folder / "basis", folder / "media", folder / "sementara"
        self.server = self.master = self.log = None
        for place, size in ((self.folder, SPACE), (self.media, SPACE // 10), (self.scratch, SPACE // 10)):
            place.mkdir()
            self._mount(place, size)
        self.port = free_port()

    def furnish(self):
        """Database, people and their sessions."""
        if connection.vendor == "postgresql":
            self.server = Server(self.folder)
            self.url = f"postgres://{Server.user}@127.0.0.1:{self.server.port}/postgres"
            self._copy_postgres()
        else:
            self.file = self.folder / "situs.sqlite3"
            self.url = f"sqlite:///{self.file}"
            self._copy_sqlite()
        self.env = {**os.environ, "DATABASE_URL": self.url, "MEDIA_ROOT": str(self.media), "DEBUG": "0",
                    "DJANGO_SETTINGS_MODULE": "tests.faults.settings", "KERJA_DI_LATAR": "1",
                    "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT), "TMPDIR": str(self.scratch)}  # fmt: skip
        known = json.loads(self.python(PREPARE))
        self.sesi, self.tempat = known["sesi"], known["tempat"]

    def _mount(self, place, megabytes):
        """A small file system of its own, where the machine lets us: that can be full."""
        if os.geteuid() == 0 and shutil.which("mount"):
            done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(place)],
                                  check=False, capture_output=True)  # fmt: skip
            if done.returncode == 0:
                self.mounted.append(place)

    def _copy_sqlite(self):
        """The tables as the test database has them, before any test."""
        source, copy = sqlite3.connect(connection.settings_dict["NAME"]), sqlite3.connect(self.file)
        with contextlib.closing(source), contextlib.closing(copy):
            source.backup(copy)

    def _copy_postgres(self):
        settings = connection.settings_dict
        dump = subprocess.run(
            [self.server.bin / "pg_dump", "-h", settings["HOST"], "-p", str(settings["PORT"]), "-U", settings["USER"],
             settings["NAME"]], check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        subprocess.run([self.server.bin / "psql", "-q", "-v", "ON_ERROR_STOP=1", self.url], input=dump.stdout,
                       check=True, capture_output=True, timeout=60)  # fmt: skip

    def link(self):
        if self.server is None:
            return sqlite3.connect(self.file, timeout=20)
        import psycopg2

        return psycopg2.connect(self.url)

    def sql(self, statement):
        with contextlib.closing(self.link()) as link, link:
            cursor = link.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def one(self, statement):
        return self.sql(statement)[0][0]

    def workbook(self, nomor):
        """Five new residents of Purbalingga, named after `nomor`."""
        if not hasattr(self, "_workbook"):
            self._workbook = self.python(WORKBOOK)
        content = base64.b64decode(self._workbook)
        import io
        import zipfile

        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.namelist():
                new.writestr(part, old.read(part).replace(b"{nomor}", str(nomor).encode()))
        return out.getvalue()

    # --- served ------------------------------------------------------------------------------------------------------

    def serve(self):
        self.log = open(self.scratch / "gunicorn.log", "ab")  # noqa: SIM115
        self.master = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "monitoring.wsgi:application", "--bind", f"127.0.0.1:{self.port}",
             "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket",
             "--timeout", "6", "--worker-tmp-dir", str(self.media.parent)],
            env=self.env, cwd=ROOT, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip
        until(self.answers)

    def answers(self):
        try:
            return Http(self, "koordinator").get("/masuk/", timeout=5).status in (200, 302)
        except OSError:
            return False

    def workers(self):
        listed = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def kill_worker(self):
        for pid in self.workers()[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def end(self):
        """The whole site dies at once."""
        if self.master is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.master.pid, signal.SIGKILL)
            self.master.wait()
            self.master = None
            self.log.close()

    def lines(self):
        return (self.scratch / "gunicorn.log").read_text(errors="replace").splitlines()

    # --- faults ------------------------------------------------------------------------------------------------------

    def cut_connections(self):
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                 " AND backend_type = 'client backend'")  # fmt: skip

    @contextlib.contextmanager
    def full(self, place):
        """Not one byte is left in the file system of `place`."""
        ballast = place / "penuh"
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"\0" * size):
                        pass
        try:
            yield
        finally:
            ballast.unlink()

    @contextlib.contextmanager
    def read_only(self, place):
        """Nothing can be written below `place`: also not by root, where it is a file system of its own."""
        if place in self.mounted:
            subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        else:
            modes = {each: each.stat().st_mode for each in (place, *place.rglob("*")) if each.is_dir()}
            for each in modes:
                each.chmod(0o500)
        try:
            yield
        finally:
            if place in self.mounted:
                subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)
            else:
                for each, mode in modes.items():
                    each.chmod(mode)

    def remove(self):
        self.end()
        if self.server is not None and self.server.runs():
            self.server.stop()
        for place in self.mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)


# --- people -----------------------------------------------------------------------------------------------------------


class Http:
    """Somebody at the served site, as a browser without scripts."""

    def __init__(self, world, username):
        self.world, self.username = world, username
        self.cookies = {"sesi": world.sesi.get(username, ""), "csrftoken": TOKEN}

    def _send(self, method, path, body=None, headers=None, timeout=30):
        link = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=timeout)
        with contextlib.closing(link):
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            link.request(method, path, body, {"Cookie": cookies, **(headers or {})})
            response = link.getresponse()
            text = response.read().decode(errors="replace")
            jar = http.cookies.SimpleCookie(", ".join(response.headers.get_all("Set-Cookie", ())))
            return Answer(response.status, text, response.headers.get("Location", ""), headers=dict(response.headers),
                          kuki=jar["messages"].value if "messages" in jar else "")  # fmt: skip

    def get(self, path, timeout=30):
        return self._send("GET", path, timeout=timeout)

    def post(self, path, fields, berkas=None, headers=None, timeout=30, crash=0):
        """`crash`: the step at which the worker that answers dies."""
        fields, headers = {"csrfmiddlewaretoken": TOKEN, **fields}, dict(headers or {})
        if crash:
            headers[FATAL] = str(crash)
        if berkas:
            body, kind = multipart(fields, berkas)
        else:
            body, kind = urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
        try:
            return self._send("POST", path, body, {"Content-Type": kind, **headers}, timeout)
        except (OSError, http.client.HTTPException):
            return Answer(None)


def multipart(fields, berkas):
    mark, (name, filename, content) = uuid.uuid4().hex, berkas
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
             for key, value in fields.items()]  # fmt: skip
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
    body = b"".join([*parts, head.encode(), content, f"\r\n--{mark}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={mark}"


class Forks:
    """The site of `forks.py`, one process for each request."""

    def __init__(self, world):
        self.world = world
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.faults.forks"], cwd=ROOT,
            env={**world.env, "KERJA_DI_LATAR": "0"},  # what would be done in a process of its own dies here as well
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def ask(self, **wish):
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        answer = Answer(**json.loads(self.process.stdout.readline()))
        assert answer.status != 0, answer.text
        return answer

    def command(self, *words, crash=0):
        return self.ask(perintah=words, mati=crash)

    def torn(self):
        return self.ask(periksa=True).text

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Forked:
    """Somebody at the site of forks; `crash`: the step at which the process that answers dies."""

    def __init__(self, forks, username):
        self.forks, self.username, self.world = forks, username, forks.world

    def get(self, path):
        return self.forks.ask(sesi=self.world.sesi[self.username], alamat=path, isian=None, berkas=None, mati=0)

    def post(self, path, fields, berkas=None, crash=0):
        file = [berkas[0], berkas[1], base64.b64encode(berkas[2]).decode()] if berkas else None
        return self.forks.ask(sesi=self.world.sesi[self.username], alamat=path, isian=fields, berkas=file, mati=crash)
