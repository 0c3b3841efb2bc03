"""The site as it is put into service: real nginx with the written configuration and TLS, gunicorn, PostgreSQL."""

import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.sites import until

from .kantor import HOST, Orang, free_port, manage, paper

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

HEADERS = {
    "strict-transport-security": "max-age=31536000",
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
}


class Nginx:
    """nginx with the site `berkas_layanan` wrote, on ports of its own."""

    def __init__(self, kantor):
        # The worker of nginx is nobody in particular, and each new run of pytest closes the folder of all of them.
        self.folder, self.ports = Path(tempfile.mkdtemp(prefix="desk-nginx-", dir="/tmp")), (free_port(), free_port())
        self.folder.chmod(0o755)
        certificate, key = self.folder / "desk.pem", self.folder / "desk.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", key, "-out",
             certificate],
            check=True, capture_output=True,
        )  # fmt: skip
        self.socket = self.folder / "web.sock"
        written = manage(
            kantor.env, "berkas_layanan", "--ke", str(self.folder), "--sertifikat", str(certificate), "--kunci",
            str(key), "--soket", str(self.socket), "--dengar", "127.0.0.1", "--http", str(self.ports[0]), "--https",
            str(self.ports[1]), "--catatan", str(self.folder / "desk.log"),
        )  # fmt: skip
        assert written.returncode == 0, written.stderr
        temporary = "\n".join(
            f"{name}_temp_path {self.folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = self.folder / "main.conf"
        main.write_text(
            f"daemon off; pid {self.folder}/pid; error_log {self.folder}/error.log;\nworker_processes 1;\n"
            f"events {{}}\nhttp {{ access_log off; include /etc/nginx/mime.types;\n{temporary}\n"
            f"include {self.folder}/nginx.conf;\n}}\n"
        )
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(main)], stderr=subprocess.PIPE)
        self.tls = ssl.create_default_context(cafile=certificate)

    def person(self):
        return Orang(None, tls=self.tls, address=("127.0.0.1", self.ports[1]))

    def raw(self, content, *, tls=True):
        """The answer to bytes as they are, up to its end."""
        with socket.create_connection(("127.0.0.1", self.ports[1 if tls else 0]), timeout=20) as link:
            if tls:
                link = self.tls.wrap_socket(link, server_hostname=HOST)
            with link:
                link.sendall(content)
                answer = b""
                try:
                    while part := link.recv(65536):
                        answer += part
                except (ConnectionResetError, ssl.SSLError):
                    pass
                return answer

    def remove(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.process.stderr.close()
        shutil.rmtree(self.folder)


@pytest.fixture
def depan(kantor):
    assert shutil.which("nginx", path="/usr/sbin"), "apt-get install nginx"
    nginx = Nginx(kantor)
    mesin = kantor.mesin(bind=f"unix:{nginx.socket}")
    try:
        until(lambda: nginx.socket.exists())
        nginx.socket.chmod(0o666)  # systemd gives it to nginx

        def answers():
            assert nginx.process.poll() is None, nginx.process.stderr.read()
            assert mesin.process.poll() is None, mesin.log.read_text()
            try:
                return nginx.person().get("/sehat/").status == 200
            except OSError:
                return False

        until(answers)
        nginx.mesin = mesin
        yield nginx
    finally:
        nginx.remove()


def test_the_site_behind_nginx(kantor, depan):
    orang = depan.person()

    # Signing in over TLS: cookies that no other host and no plain connection can set or see.
    page = orang.get("/masuk/")
    answer = orang.post("/masuk/", {"username": "operator.kudus", "password": "kata-sandi-uji-yang-panjang"}, page=page)
    assert (answer.status, answer.header("Location")) == (302, "/")
    assert set(orang.cookies) == {"__Host-sesi", "__Host-csrf"}
    for line in answer.all("Set-Cookie"):
        assert "Secure" in line
        assert "Path=/" in line
        assert "Domain" not in line
    assert "HttpOnly" in next(line for line in answer.all("Set-Cookie") if line.startswith("__Host-sesi"))
    assert orang.get("/rusun/").status == 200

    # Every answer carries the policy once, whoever gives it: page, style sheet, missing page, missing file.
    static = page.text.split('href="/static/css/')[1].split('"')[0]
    for path, status in (("/masuk/", 200), ("/", 200), (f"/static/css/{static}", 200), ("/tidak/ada/", 404),
                         ("/static/tidak-ada.css", 404), ("/sehat/", 200), ("/galat/galat.css", 200)):  # fmt: skip
        got = depan.person().get(path) if path == "/masuk/" else orang.get(path)
        assert got.status == status, path
        for name, value in HEADERS.items():
            assert got.header(name).startswith(value), (path, name)
        assert "nginx/" not in got.header("Server")
    assert "immutable" in orang.get(f"/static/css/{static}").header("Cache-Control")
    assert orang.get("/").header("Cache-Control") == "private, no-store"

    # What is too large is refused in words, and nothing else has happened.
    path = f"/rusun/{kantor.kode}/lampiran/"
    large = orang.request("POST", path, b"x" * (22 * 1024 * 1024), {"Content-Type": "application/octet-stream"})
    assert large.status == 413
    assert "Berkas terlalu besar" in large.text
    assert large.header("content-security-policy").startswith("default-src 'none'")
    assert orang.upload(kantor.kode, "sampai", paper("nginx")).status == 302

    health = orang.get("/sehat/")
    assert health.status == 200
    assert '"sehat": true' in health.text
    assert "postgres://" not in health.text

    # Without the site: a page that says so, and everything by itself once it is back.
    depan.mesin.end_hard()
    away = orang.get("/")
    assert (away.status, "muat ulang halaman ini" in away.text) == (502, True)
    for name, value in HEADERS.items():
        assert away.header(name).startswith(value), name
    depan.socket.unlink()
    depan.mesin.start()
    until(depan.socket.exists)
    depan.socket.chmod(0o666)
    until(lambda: orang.get("/").status == 200)


def test_nothing_forged_gets_through_nginx(kantor, depan):
    def ask(*lines, tls=True):
        return depan.raw("\r\n".join(["GET /masuk/ HTTP/1.1", *lines, "Connection: close", "", ""]).encode(), tls=tls)

    def status(answer):
        return int(answer.split(b" ", 2)[1]) if answer else 0

    assert status(ask(f"Host: {HOST}")) == 200
    assert status(ask("Host: jahat.example")) == 400
    assert status(ask(f"Host: {HOST}", "Host: jahat.example")) == 400
    assert status(ask("Host: jahat.example", f"Host: {HOST}")) == 400
    plain = ask(f"Host: {HOST}", tls=False)
    assert (status(plain), f"Location: https://{HOST}/masuk/".encode() in plain) == (301, True)
    assert status(ask("Host: jahat.example", tls=False)) == 400

    # Forwarded headers of the client count for nothing: neither the name in links nor the address that is counted.
    forged = ask(f"Host: {HOST}", "X-Forwarded-Host: jahat.example", "X-Forwarded-Proto: http",
                 "Forwarded: for=1.2.3.4;host=jahat.example", "X_Forwarded_Proto: http",
                 "X-Forwarded-Proto: http")  # fmt: skip
    assert status(forged) == 200  # not sent round in circles to https
    assert b"jahat.example" not in forged
    for n in range(9):
        tamu = depan.person()
        page = tamu.get("/masuk/")
        tamu.request("GET", "/masuk/", headers={"X-Forwarded-For": f"10.9.8.{n}"})
        tamu.post("/masuk/", {"username": "verifikator", "password": "salah"}, page=page)
    addresses = {row[0] for row in kantor.sql("SELECT ip_address FROM axes_accessattempt")}
    assert {str(address) for address in addresses} <= {"127.0.0.1"}

    # Headers without end, and a client that sends half a header and waits.
    assert status(ask(f"Host: {HOST}", *[f"X-{n}: {'a' * 7000}" for n in range(6)])) == 400
    assert status(depan.raw(f"GET /{'a' * 9000} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())) == 414


def test_what_is_searched_for_is_written_down_nowhere(kantor, depan):
    orang = depan.person().sign_in("operator.kudus")
    assert orang.get("/penghuni/?q=Mursidah", Referer=f"https://{HOST}/penghuni/?q=Mursidah").status == 200
    depan.raw(f"GET /penghuni/?q=Mursidah HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode(), tls=False)
    depan.mesin.end_hard()
    assert orang.get("/penghuni/?q=Mursidah").status == 502
    log = until((depan.folder / "desk.log").read_text)
    assert until(lambda: (depan.folder / "desk.log").read_text().count(" GET /penghuni/ ") == 3), log
    for path in depan.folder.rglob("*"):
        if path.is_file():
            assert b"Mursidah" not in path.read_bytes(), path


def test_one_address_that_tries_to_sign_in_without_end_is_asked_to_wait(kantor, depan):
    """An office behind one address signs in undisturbed; reading is never held up."""

    def send(path):
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        return depan.raw(head.encode())

    depan.mesin.end_hard()  # who answers is not the subject, and checking passwords takes long
    answers = [send(("/masuk/", "/masuk/kode/")[n % 2]) for n in range(100)]
    assert {int(each.split(b" ", 2)[1]) for each in answers[:50]} == {502}
    refused = next(each for each in answers if each.startswith(b"HTTP/1.1 429 "))
    assert b"Terlalu banyak percobaan masuk" in refused
    assert b"content-security-policy: default-src 'none'" in refused.lower()
    assert depan.person().get("/masuk/").status == 502
