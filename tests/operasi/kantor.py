"""A production in small: PostgreSQL of its own that forgets nothing, gunicorn on production settings, and people."""

import base64
import http.client
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path

import psycopg2

from tests.sites import ROOT, until

HOST = "desk.example.go.id"
SANDI = "kata-sandi-uji-yang-panjang"
KUNCI = base64.urlsafe_b64encode(bytes(range(32))).decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**chosen):
    """Of a process in production. Nothing of the tests' own reaches it."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST"))}
    return {
        **ours, "DJANGO_SETTINGS_MODULE": "monitoring.settings_production", "SECRET_KEY": "k7-Qw_9zR2x" * 6,
        "KUNCI_DATA": KUNCI, "ALLOWED_HOSTS": HOST, "DEBUG": "0", "EMAIL_HOST": "", **chosen,
    }  # fmt: skip


def python(code, env):
    """What `code` prints, run as production would."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"], env=env, cwd=ROOT, capture_output=True,
        text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def manage(env, *words, folder=ROOT):
    return subprocess.run(
        [sys.executable, "manage.py", *words], env=env, cwd=folder, capture_output=True, text=True, timeout=180,
        check=False,
    )  # fmt: skip


# --- the database -----------------------------------------------------------------------------------------------------


class Cluster:
    """A PostgreSQL server with the settings of production: fsync and the rest stay on."""

    def __init__(self):
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[4]))
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="desk-pg-", dir="/tmp")), free_port()
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "-N")
        self.start()

    @property
    def data(self):
        return str(self.folder / "data")

    def _run(self, name, *words):
        as_server = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        with (self.folder.parent / f"{self.folder.name}.log").open("a") as log:
            subprocess.run([*as_server, str(self.bin / name), *words], check=True, stdin=subprocess.DEVNULL, stdout=log,
                           stderr=log, cwd="/")  # fmt: skip

    def start(self, *options):
        told = " ".join(["-h 127.0.0.1", f"-p {self.port}", f"-k {self.folder}", *options])
        self._run("pg_ctl", "-D", self.data, "-l", str(self.folder / "log"), "-w", "start", "-o", told)

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def remove(self):
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)
        (self.folder.parent / f"{self.folder.name}.log").unlink()

    def url(self, name):
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def sql(self, statement, name="postgres"):
        link = psycopg2.connect(self.url(name))
        link.autocommit = True
        try:
            cursor = link.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
        finally:
            link.close()

    def create(self, template="template1"):
        name = f"uji_{uuid.uuid4().hex[:12]}"
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name):
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


# --- the site ---------------------------------------------------------------------------------------------------------


class Mesin:
    """One web machine: gunicorn as the unit of systemd starts it, on a port of its own."""

    WORDS = (
        "-m", "gunicorn", "monitoring.wsgi:application", "--worker-class", "gthread", "--workers", "2", "--threads",
        "4", "--timeout", "60", "--graceful-timeout", "20", "--no-control-socket", "--log-level", "warning",
    )  # fmt: skip

    def __init__(self, env, folder=None, bind=None, activated=None):
        self.port = 0 if bind or activated else free_port()
        self.bind, self.env, self.activated = bind or f"127.0.0.1:{self.port}", env, activated
        self.log = Path(tempfile.mkstemp(prefix="desk-web-", suffix=".log", dir=folder)[1])
        self.start()

    def start(self):
        words = [sys.executable, *self.WORDS]
        env, passed = self.env, ()
        if self.activated is None:
            words += ["--bind", self.bind]
        else:  # as systemd hands a socket over: number 3, and who it is for
            passed = (self.activated.fileno(),)
            script = f'exec 3<&{passed[0]}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
            words = ["bash", "-c", script, "start", *words]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words, env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True, pass_fds=passed
            )

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def end(self):
        """As systemd and `make update` do: what was begun is finished first."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def end_hard(self):
        """Power off."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def remove(self):
        self.end_hard()
        self.log.unlink()

    def wait(self):
        orang = Orang(self)

        def answers():
            assert self.process.poll() is None, self.log.read_text()
            try:
                return orang.get("/sehat/").status
            except OSError:
                return 0

        until(answers)
        return self


@dataclass
class Jawaban:
    """What came back."""

    status: int
    headers: list = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def text(self):
        return self.content.decode()

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        assert len(values) <= 1, values
        return values[0] if values else ""


class Orang:
    """Somebody at a browser: cookies as a browser keeps them, a new connection for each request."""

    def __init__(self, mesin, tls=None, address=None):
        self.mesin, self.tls, self.address, self.cookies = mesin, tls, address, {}

    def at(self, mesin):
        """The same person, whose next request another machine answers."""
        self.mesin = mesin
        return self

    def request(self, method, path, body=None, headers=()):
        port = self.address[1] if self.address else self.mesin.port
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        if self.tls:
            link.connect()
            link.sock = self.tls.wrap_socket(link.sock, server_hostname=HOST)
        told = {"Host": HOST, "Referer": f"https://{HOST}/", **dict(headers)}
        if not self.tls:
            told["X-Forwarded-Proto"] = "https"
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            link.request(method, path, body=body, headers=told)
            answer = link.getresponse()
            got = Jawaban(answer.status, answer.getheaders(), answer.read())
        finally:
            link.close()
        for line in got.all("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return got

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, fields, file=None, page=None):
        """Send a form; `page` is where it was read from (its own address, if not told)."""
        page = page or self.get(path)
        assert page.status in (200, 401, 422), page.status
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in {**fields, "csrfmiddlewaretoken": token}.items()
        ]
        if file is not None:
            head = f'--{mark}\r\nContent-Disposition: form-data; name="berkas"; filename="surat.pdf"\r\n\r\n'
            parts.append(head.encode() + file + b"\r\n")
        body = b"".join([*parts, f"--{mark}--\r\n".encode()])
        return self.request("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def sign_in(self, akun, sandi=SANDI):
        answer = self.post("/masuk/", {"username": akun, "password": sandi})
        assert (answer.status, answer.header("Location")) == (302, "/"), answer
        return self

    def upload(self, kode, keterangan, content, kunci=None):
        """Attach a paper to a location."""
        path = f"/rusun/{kode}/lampiran/"
        page = self.get(path)
        kunci = kunci or form_key(page)
        fields = {"kunci_formulir": kunci, "jenis": "bast", "keterangan": keterangan}
        return self.post(path, fields, content, page)


def form_key(page):
    return re.search(r'name="kunci_formulir" value="([^"]+)"', page.text)[1]


def paper(mark):
    """A small PDF that tells nobody else's story."""
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% " + str(mark).encode() + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Ledger:
    """Who did what, noted before it is sent and once it is answered (Jepsen's way): ok, refused or unknown."""

    def __init__(self):
        self.lock, self.sent, self.ok, self.failed, self.reads = threading.Lock(), set(), set(), [], 0

    def has(self, count):
        """Whether so many writes are confirmed and nothing has failed yet."""
        assert not self.failed, self.failed[:3]
        return len(self.ok) >= count

    def begin(self, mark):
        with self.lock:
            self.sent.add(mark)

    def answered(self, mark, status):
        with self.lock:
            if status == 302:
                self.ok.add(mark)
            else:
                self.failed.append((mark, status))

    def read(self, path, status):
        with self.lock:
            self.reads += 1
            if status != 200:
                self.failed.append((path, status))


class Kesibukan:
    """People who go on reading and writing until the block ends; every one a thread."""

    def __init__(self, orang, kode, work=None):
        self.ledger, self.stop, self.kode = Ledger(), threading.Event(), kode
        self.threads = [threading.Thread(target=self._work, args=(each, n)) for n, each in enumerate(orang)]

    def _work(self, orang, number):
        turn = 0
        while not self.stop.is_set():
            turn += 1
            try:
                if (turn + number) % 3:
                    path = ("/rusun/", "/", f"/rusun/{self.kode}/")[turn % 3]
                    self.ledger.read(path, orang.get(path).status)
                else:
                    mark = f"tanda-{uuid.uuid4().hex}"
                    self.ledger.begin(mark)
                    self.ledger.answered(mark, orang.upload(self.kode, mark, paper(mark)).status)
            except Exception as failure:
                with self.ledger.lock:
                    self.ledger.failed.append((f"orang {number}", repr(failure)))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self.ledger

    def __exit__(self, *failure):
        self.stop.set()
        for thread in self.threads:
            thread.join()
