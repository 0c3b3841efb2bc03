"""Scanners are believed only when they find holes that are known to be there: called by `.ci/audit`.

`python -m tests.attack.planted semgrep|scanners|site`: own rules over files with one fault each; wapiti and sqlmap over
a copy of the site with planted holes (never in the site itself); the same over the site with the example. Only on
loopback, bounded in time. Exit code 1 when a planted hole is missed, or the site has a finding that is not accounted
for.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = str(ROOT / ".venv/bin/python")
SCANNERS, SEMGREP = ROOT / ".audit/scanners/bin", ROOT / ".audit/semgrep/bin/semgrep"
MODULES = ("sql,xss,permanentxss,file,exec,redirect,ssrf,xxe,crlf,csp,http_headers,cookieflags,methods,backup,htaccess"
           if not os.environ.get("QUICK") else "xss,file,csp,http_headers,cookieflags")  # fmt: skip
SCAN_SECONDS = int(os.environ.get("SCAN_SECONDS", "600"))
MEMORY = 2 * 1024**3  # a probe that makes a query heavy must not take the machine with it

# What wapiti says about the site, and why nothing is done about it.
ACCOUNTED = {
    "HTTP Strict Transport Security (HSTS)": "sent by the production settings, behind TLS; the scan speaks plain HTTP",
    "Secure Flag cookie": "the same: production sets it and calls the cookies __Host-",
    "HttpOnly Flag cookie": "the token against forged requests, which the script of a page has to read",
}

HOLES = """
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse


@login_not_required
def index(request):
    pages = ("xss/?q=a", "sql/?q=a", "berkas/?nama=manage.py")
    links = "".join(f'<a href="/lubang/{page}">x</a>' for page in pages)
    return HttpResponse(f"<html><body>{links}</body></html>")


@login_not_required
def xss(request):
    return HttpResponse(f"<html><body>Anda mencari {request.GET.get('q', '')}</body></html>")


@login_not_required
def sql(request):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nama FROM core_kabupatenkota WHERE ibu_kota LIKE '%{request.GET.get('q', '')}%'")
        found = [row[0] for row in cursor.fetchall()]
    return HttpResponse(f"<html><body>{'Ada hasil' if found else 'Kosong'}</body></html>")


@login_not_required
def berkas(request):
    from pathlib import Path

    from django.conf import settings

    path = Path(str(settings.BASE_DIR) + "/" + request.GET.get("nama", ""))
    return HttpResponse(path.read_bytes() if path.is_file() else b"tidak ada", content_type="text/plain")
"""

FAULTS = {
    "unscoped-manager": (
        "rusun/views.py",
        "def page(request):\n    return Rusun.objects.filter(pk=1)\n",
    ),
    "raw-sql": ("rusun/daftar.py", "def rows(cursor, q):\n    cursor.execute('SELECT ' + q)\n"),
    "mark-safe": ("rusun/daftar.py", "def text(q):\n    return mark_safe(q)\n"),
    "weasyprint-import": ("rusun/daftar.py", "from weasyprint import HTML\n"),
    "request-expansion": ("rusun/views.py", "def page(request, rows):\n    return rows.narrow(**request.GET.dict())\n"),
}


def complain(faults: list[str]) -> int:
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


# --- Rules ------------------------------------------------------------------------------------------------------------


def semgrep() -> int:
    """Each rule finds the fault it is about."""
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for rule, (name, text) in FAULTS.items():
            path = Path(folder, rule, name)
            path.parent.mkdir(parents=True)
            path.write_text(text)
        done = subprocess.run(
            [SEMGREP, "scan", "--metrics", "off", "--disable-version-check", "--quiet", "--json", "--no-git-ignore",
             "--config", ROOT / ".ci/semgrep.yml", "."],
            cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        found = {
            (row["path"].split("/")[0], row["check_id"].rsplit(".", 1)[-1])
            for row in json.loads(done.stdout)["results"]
        }
    faults = [f"{rule} does not see its fault" for rule in FAULTS if (rule, rule) not in found]
    print(f"{len(FAULTS) - len(faults)} of {len(FAULTS)} planted faults seen")
    return complain(faults)


# --- A site to scan ---------------------------------------------------------------------------------------------------


def with_holes(folder: Path) -> Path:
    """A copy of the site with holes in it."""
    skipped = shutil.ignore_patterns(".git", ".venv", ".audit", "__pycache__", "media", "*.sqlite3*", ".*_cache")
    shutil.copytree(ROOT, folder / "situs", ignore=skipped, symlinks=True)
    site = folder / "situs"
    (site / "monitoring/lubang.py").write_text(HOLES)
    urls = site / "monitoring/urls.py"
    more = "".join(
        f'    path("lubang/{path}", __import__("monitoring.lubang", fromlist=["x"]).{name}),\n'
        for path, name in (("", "index"), ("xss/", "xss"), ("sql/", "sql"), ("berkas/", "berkas"))
    )
    urls.write_text(urls.read_text().replace("urlpatterns = [\n", f"urlpatterns = [\n{more}"))
    settings = site / "monitoring/settings.py"
    middleware = '    "core.middleware.SecurityHeadersMiddleware",\n'
    nosniff = "SECURE_CONTENT_TYPE_NOSNIFF = True"
    changed = settings.read_text().replace(middleware, "").replace(nosniff, nosniff.replace("True", "False"))
    assert middleware not in changed
    settings.write_text(changed)
    return site


@contextmanager
def served(site: Path, folder: Path, *, example: bool) -> Iterator[tuple[str, str]]:
    """The site on a free port; its address, and the session of an account of the example (or "")."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(os.environ.get("PORT", "0"))))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/data.sqlite3",
        "MEDIA_ROOT": str(folder / "media"),
        "DJANGO_SETTINGS_MODULE": "monitoring.settings",
        "DEBUG": "0",
        "PORT": str(port),
    }

    def manage(*words: str) -> str:
        done = subprocess.run(
            [PYTHON, "manage.py", *words],
            cwd=site,
            env=environment,
            text=True,
            capture_output=True,
            timeout=900,
            check=True,
        )
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""

    manage("migrate", "--verbosity", "0")
    manage("seed", *(["--contoh"] if example else []))
    session = manage("shell", "-v0", "-c", SESSION) if example else ""
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(
        [PYTHON, "-m", "gunicorn", "monitoring.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "2",
         "--threads", "2", "--worker-class", "gthread", "--no-control-socket", "--log-level", "warning"],
        cwd=site, env=environment, stdout=log, stderr=log,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/sehat/", timeout=5)
                break
            except OSError:
                time.sleep(0.2)
        yield url, session
    finally:
        server.terminate()
        server.wait(30)
        log.close()


SESSION = """
from django.test import Client
from core.models import Pengguna
client = Client()
client.force_login(Pengguna.objects.get(username='operator2.3319'), backend='core.signin.PenggunaBackend')
print(client.cookies['sesi'].value)
"""


def wapiti(url: str, session: str, folder: Path) -> dict[str, list[str]]:
    """Findings by category, each with where."""
    out, host = folder / "wapiti.json", "/".join(url.split("/")[:3])
    command = [
        str(SCANNERS / "wapiti"), "-u", url, "--scope", "domain", "-x", f"{host}/keluar/",
        "--flush-session", "--no-bugreport", "-m", MODULES, "--max-scan-time", str(SCAN_SECONDS),
        "--max-attack-time", "90", "-d", "3",
        "--max-links-per-page", "40", "-f", "json", "-o", str(out), "--store-session", str(folder), "-v", "0",
        *(["-H", f"Cookie: sesi={session}"] if session else []),
    ]  # fmt: skip
    subprocess.run(command, timeout=SCAN_SECONDS * 3, check=False, stdout=subprocess.DEVNULL)
    told = json.loads(out.read_text())
    found = {**told["vulnerabilities"], **told["anomalies"]}
    return {
        kind: [f"{row['method']} {row['path']} {row['parameter']}" for row in rows]
        for kind, rows in found.items()
        if rows
    }


def sqlmap(address: str, parameter: str, string: str, session: str, folder: Path) -> bool:
    """Whether `parameter` of `address` lets SQL in. `string` stands on the page as it should be: the token of a form
    makes every page another one, and without it nothing is found.
    """
    command = [
        str(SCANNERS / "sqlmap"), "-u", address, "-p", parameter, "--batch", "--level", "2", "--risk", "1",
        "--threads", "4", "--ignore-stdin",
        f"--string={string}", "--flush-session", "--output-dir", str(folder / "sqlmap"), "--disable-coloring",
        "--technique=B", *(["--cookie", f"sesi={session}"] if session else []),
    ]  # fmt: skip
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    if "all tested parameters do not appear to be injectable" not in done.stdout and "injectable" not in done.stdout:
        raise SystemExit(f"sqlmap did not come to an end: {done.stdout[-600:]}")
    return "the following injection point" in done.stdout


def scanners() -> int:
    """The planted holes are found."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(with_holes(folder), folder, example=False) as (url, session):
            found = wapiti(f"{url}/lubang/", session, folder)
            injected = sqlmap(f"{url}/lubang/sql/?q=a", "q", "Ada hasil", session, folder)
    kinds = " | ".join(found)
    seen = {
        "script in a page": "Cross Site Scripting" in kinds,
        "file outside the folder": "Path Traversal" in kinds,
        "missing policy": "Content Security Policy" in kinds,
        "missing header": "MIME Type Confusion" in kinds or "HTTP Secure Headers" in kinds or "X-Content" in kinds,
        "SQL by sqlmap": injected,
    }
    print(f"{sum(seen.values())} of {len(seen)} planted holes seen ({kinds})")
    return complain([f"missed: {hole}" for hole, there in seen.items() if not there])


# Lists with a search of their own, a word that their page holds as it is, and what is searched for.
SEARCHED = [("/rusun/?q=a", "q"), ("/rusun/?q=a&jenis=rusun", "jenis"), ("/rusun/masalah/?q=a", "q"),
            ("/penghuni/?cari=a", "cari"), ("/rusun/tindak-lanjut/?q=a", "q")]  # fmt: skip


def unexpected(log: str) -> list[str]:
    """Records with a traceback that tell of no refusal: a request that was made up is refused with one."""
    records = re.split(r"^(?=\d{4}-\d\d-\d\d )", log, flags=re.MULTILINE)
    return [
        record
        for record in records
        if "Traceback" in record and not re.match(r"\S+ \S+ (?:WARNING|ERROR django\.security\.)", record)
    ]


def site() -> int:
    """Nothing is found that is not accounted for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(ROOT, folder, example=True) as (url, session):
            found = wapiti(f"{url}/", session, folder)
            injected = [
                f"SQL in {parameter} of {path}"
                for path, parameter in SEARCHED
                if sqlmap(f"{url}{path}", parameter, "Saringan", session, folder)
            ]
        errors = (folder / "server.log").read_text()
    for kind, rows in found.items():
        print(f"{kind} ({ACCOUNTED.get(kind, 'NOT ACCOUNTED FOR')}): {len(rows)}, {rows[:3]}")
    faults = [f"{kind}: {rows[:5]}" for kind, rows in found.items() if kind not in ACCOUNTED]
    print(f"{sum(len(rows) for rows in found.values())} findings, {len(SEARCHED)} parameters asked by sqlmap")
    faults += [f"the server wrote a traceback:\n{record[:4000]}" for record in unexpected(errors)][:3]
    return complain(faults + injected)


if __name__ == "__main__":
    sys.exit({"semgrep": semgrep, "scanners": scanners, "site": site}[sys.argv[1]]())
