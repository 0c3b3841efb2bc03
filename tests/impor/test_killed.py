"""kill -9 in the middle: of the process that works on an import, and of the whole site. All of it is there, or none.

On SQLite or on the PostgreSQL that DATABASE_URL names, in a database of its own, with real processes.
"""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from django.db import connection

from tests.sites import Site, until

ROWS = 400
SANDI = "kata-sandi-uji-yang-panjang"

PREPARE = f"""
import datetime, io
from django.utils import timezone
from openpyxl import load_workbook
from core.enums import JenisDaerah, Peran
from core.models import KabupatenKota, Pengguna
from monitoring.impor.templat import template_for
from tests.factories import make_rusun
kudus = KabupatenKota.objects.create(
    kode="33.19", nama="Kabupaten Kudus", jenis=JenisDaerah.KABUPATEN, ibu_kota="Kudus", baris=1, kolom=8)
Pengguna.objects.create_user("penghuni.kudus", "{SANDI}", nama="Budi", peran=Peran.OPERATOR, kabupaten_kota=kudus,
                             akses_penghuni=True)
make_rusun(kudus)
book = load_workbook(io.BytesIO(template_for(kudus, None).isi))
page = book["Penghuni"]
titles = {{str(cell.value).rstrip(" *"): cell.column for cell in page[4]}}
for n in range({ROWS}):
    page.cell(5 + n, titles["Nama kepala keluarga"]).value = f"Warga {{n}}"
    page.cell(5 + n, titles["NIK"]).value = f"331901{{n % 27 + 1:02d}}0790{{n + 1:04d}}"
    page.cell(5 + n, titles["Lokasi dan blok"]).value = "Rusunawa Kabupaten Kudus / Blok A"
    page.cell(5 + n, titles["Nomor unit"]).value = f"A-{{n}}"
    page.cell(5 + n, titles["Mulai tinggal"]).value = datetime.date(2021, 1, 5)
out = io.BytesIO()
book.save(out)
open(FILE, "wb").write(out.getvalue())
"""
SEND = """
from core.models import KabupatenKota, Pengguna
from monitoring.impor.pelari import receive, work
daerah, oleh = KabupatenKota.objects.get(), Pengguna.objects.get()
impor = receive(open(FILE, "rb").read(), "isian.xlsx", daerah, oleh)
work(impor.pk)
print(impor.pk)
"""


class ImportSite(Site):
    """What an import did to a site."""

    @property
    def file(self):
        return self.folder / "isian.xlsx"

    def python(self, code):
        return super().python(f"FILE = {str(self.file)!r}\n{code}")

    def state(self):
        """(status of the import, residents, stays, history rows of residents), all at one moment: on PostgreSQL what a
        killed worker has sent may still be committed between two statements."""
        return self.sql(
            "SELECT (SELECT status FROM monitoring_impor ORDER BY diunggah_pada DESC LIMIT 1),"
            " (SELECT count(*) FROM penghuni_penghuni), (SELECT count(*) FROM penghuni_hunian),"
            " (SELECT count(*) FROM auditlog_logentry WHERE object_repr LIKE 'Warga %')"
        )[0]

    def forget(self):
        """As before the import was applied. The field history refuses that; here its guard is gone."""
        for table in ("penghuni_hunian", "penghuni_penghuni"):
            self.sql(f"DELETE FROM {table}")
        on = " ON auditlog_logentry" if connection.vendor == "postgresql" else ""
        self.sql(f"DROP TRIGGER IF EXISTS core_logentry_hapus{on}")
        self.sql("DELETE FROM auditlog_logentry WHERE object_repr LIKE 'Warga %' OR object_repr LIKE 'Blok A A-%'")

    def approve(self):
        self.sql("UPDATE monitoring_impor SET status = 'disetujui', percobaan = 0, diterapkan_pada = NULL")


@pytest.fixture
def site(tmp_path):
    made = ImportSite(tmp_path)
    try:
        made.python("from django.core.management import call_command; call_command('migrate', verbosity=0)")
        made.python(PREPARE)
        yield made
    finally:
        made.remove()


NONE, ALL = ("disetujui", 0, 0, 0), ("diterapkan", ROWS, ROWS, ROWS)


def test_work_killed_at_any_moment_leaves_all_or_nothing_and_goes_on_later(site):
    pk = site.python(SEND)
    site.approve()
    began = time.monotonic()
    assert site.start("django", "jalankan_impor", pk).wait(120) == 0
    lasted = time.monotonic() - began
    assert site.state() == ALL
    seen = set()
    for moment in (0.35, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99):
        site.forget()
        site.approve()
        worker = site.start("django", "jalankan_impor", pk)
        try:
            worker.wait(lasted * moment)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
        assert site.state() in (NONE, ALL)
        seen.add(site.state()[0])
    assert "disetujui" in seen
    assert site.start("django", "jalankan_impor").wait(120) == 0
    assert site.state() == ALL


# --- The whole site ---------------------------------------------------------------------------------------------------


class Browser:
    """A person at the site, with cookies."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path):
        with self.opener.open(self.base + path, timeout=30) as response:
            return response.read().decode()

    def post(self, path, fields, file=None):
        page = self.get(path if file or path == "/masuk/" else fields.pop("_from"))
        fields = {**fields, "csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)[1]}
        if file is None:
            data, kind = urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
        else:
            data, kind = multipart(fields, file)
        request = urllib.request.Request(self.base + path, data, {"Content-Type": kind})
        with self.opener.open(request, timeout=60) as response:
            return urllib.parse.urlparse(response.url).path


def multipart(fields, file):
    mark = uuid.uuid4().hex
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in fields.items()]  # fmt: skip
    head = f'--{mark}\r\nContent-Disposition: form-data; name="berkas"; filename="isian.xlsx"\r\n\r\n'
    return b"".join(
        [*parts, head.encode(), file, f"\r\n--{mark}--\r\n".encode()]
    ), f"multipart/form-data; boundary={mark}"


def serve(site):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = site.start("gunicorn", "monitoring.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "1",
                        "--threads", "4", "--no-control-socket")  # fmt: skip

    def answers():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(answers)
    return server, port


def workers_on(pk):
    """Process ids of those who work on an import."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"jalankan_impor" in words and pk.encode() in words:
            found.append(int(folder.name))
    return found


def kill_all(server, pk):
    for process in workers_on(pk):
        os.kill(process, signal.SIGKILL)
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def test_a_site_killed_in_the_middle_takes_the_import_up_again_and_says_how_it_ended(site):
    server, port = serve(site)
    try:
        person = Browser(port)
        person.post("/masuk/", {"username": "penghuni.kudus", "password": SANDI})
        page = person.post("/excel/33.19/", {"kunci_formulir": uuid.uuid4()}, site.file.read_bytes())
        pk = page.split("/")[-2]
        until(lambda: site.state()[0] == "menunggu")
        assert f"+ B{4 + ROWS // 2}" in person.get(page)
        person.post(f"{page}terapkan/", {"kunci_formulir": uuid.uuid4(), "_from": page})
        until(lambda: site.sql("SELECT tahap FROM monitoring_impor WHERE status = 'disetujui' AND tahap <> ''")
              or site.state()[0] == "diterapkan")  # fmt: skip
        kill_all(server, pk)
        assert site.state() in (NONE, ALL)
        server, port = serve(site)
        until(lambda: site.state() == ALL)
        again = Browser(port)
        again.post("/masuk/", {"username": "penghuni.kudus", "password": SANDI})
        assert "Sudah diterapkan" in again.get(page)
        assert "isian.xlsx" in again.get("/")
    finally:
        kill_all(server, "-")
