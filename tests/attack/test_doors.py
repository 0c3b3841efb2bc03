"""Doors other than the pages of a list: files, old sessions, forged hosts, the public check, names, errors."""

import re
import socket
import threading
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from core.idempotency import new_key
from core.pdf import html_to_pdf
from monitoring.dokumen.cek import PER_MENIT
from monitoring.models import Dokumen
from rusun.models import Lampiran, Permasalahan
from tests.papers import read

from .asking import address, content, header_faults, sign_in, written
from .world import png

FILES = ["rusun:lampiran_unduh", "impor:unduh_asli", "impor:unduh_balasan", "monitoring:dokumen_unduh",
         "monitoring:dokumen_pindaian", "monitoring:berita_acara_berkas"]  # fmt: skip


# --- Files by a leaked address ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_a_leaked_address_of_a_file_opens_it_to_nobody_else(world, name):
    url, owner = address(name, world.own.names), sign_in(world.own.operator)
    served = owner.get(url)
    assert served.status_code == 200
    assert content(served)
    assert served["Content-Disposition"].startswith("attachment; filename=")
    assert served["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert header_faults(served) == []
    assert Client().get(url).url.startswith("/masuk/")
    assert sign_in(world.foreign.operator).get(url).status_code == 404
    assert sign_in(world.province["admin"]).get(url).status_code == 403
    owner.post(reverse("core:keluar"))
    assert owner.get(url).url.startswith("/masuk/")


def test_no_file_has_an_address_of_the_web_server(world, settings, media):
    """Neither its place on disk nor its name leads to it."""
    assert settings.MEDIA_URL in ("", "/")
    client = sign_in(world.own.operator)
    places = [path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()]
    assert len(places) > 10
    for place in places:
        assert {client.get(f"{prefix}{place}").status_code for prefix in ("/", "/media/", "/static/")} == {404}


# --- Rights that end --------------------------------------------------------------------------------------------------


def changed(pengguna, **fields):
    for name, value in fields.items():
        setattr(pengguna, name, value)
    pengguna.save()


def test_a_session_obeys_at_once_when_the_account_is_closed(world):
    client = sign_in(world.own.operator)
    assert client.get(reverse("rusun:daftar")).status_code == 200
    changed(world.own.operator, is_active=False)
    assert client.get(reverse("rusun:daftar")).url.startswith("/masuk/")
    changed(world.own.operator, is_active=True, password="lain")
    assert client.get(reverse("rusun:daftar")).url.startswith("/masuk/")  # another password: the session is over


def test_a_session_obeys_at_once_when_the_place_changes(world):
    client = sign_in(world.own.operator)
    own, other = (address("rusun:detail", row.names) for row in (world.own, world.foreign))
    assert [client.get(url).status_code for url in (own, other)] == [200, 404]
    changed(world.own.operator, kabupaten_kota=world.foreign.kabupaten_kota)
    assert [client.get(url).status_code for url in (own, other)] == [404, 200]


@pytest.mark.parametrize(
    ("who", "name", "fields"),
    [
        ("operator_penghuni", "penghuni:detail", {"akses_penghuni": False}),
        ("koordinator", "monitoring:periode_tanggal", {"koordinator": False}),
        ("admin", "core:pengguna_daftar", {"peran": "pimpinan"}),
        ("verifikator", "monitoring:kotak_keluar", {"peran": "pimpinan"}),
    ],
)
def test_a_session_obeys_at_once_when_a_right_is_taken(world, who, name, fields):
    pengguna = world.identities[who]
    client, url = sign_in(pengguna), address(name, world.own.names)
    assert client.get(url).status_code == 200
    changed(pengguna, **fields)
    assert client.get(url).status_code == 403
    assert client.post(url, {"kunci_formulir": str(new_key())}).status_code in (403, 405)


# --- The public check -------------------------------------------------------------------------------------------------


def test_guessing_codes_of_documents_tells_nothing_and_is_slowed_down(world):
    known = Dokumen.objects.first()
    client = Client(REMOTE_ADDR="198.51.100.9")
    told = client.get(reverse("cek_dokumen", args=[known.kode_cek]))
    assert known.kode in told.content.decode()
    assert "Set-Cookie" not in told.headers
    for name in ("operator.3319", "penghuni.3319", "koordinator.satu", "Sutarmi"):
        assert name not in told.content.decode()
    answers, statuses = set(), []
    for number in range(1000):
        kode = f"{known.kode_cek[:-4]}{number:04d}".translate(str.maketrans("018", "xyz"))
        with written() as tables:
            response = client.get(reverse("cek_dokumen", args=[kode]))
        statuses.append(response.status_code)
        assert not response.cookies
        assert tables == []
        if response.status_code == 200:
            answers.add(re.sub(rb"[a-z0-9-]{20,}", b"", response.content.replace(kode.encode(), b"")))
    assert len(answers) == 1
    assert set(statuses) == {200, 429}
    assert statuses.count(200) <= 3 * PER_MENIT  # the thousand may run over the end of a minute
    assert Client(REMOTE_ADDR="198.51.100.10").get(reverse("cek_dokumen", args=[known.kode_cek])).status_code == 200


# --- Hosts and headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "", "a b"])
def test_a_forged_host_is_refused(world, host):
    response = Client(HTTP_HOST=host).get(reverse("core:masuk"))
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


def test_what_a_client_says_about_itself_changes_no_address(world):
    client = sign_in(world.own.operator)
    forged = {
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_FOR": "1.2.3.4",
        "HTTP_FORWARDED": "host=evil.example",
        "HTTP_X_ORIGINAL_URL": "/pengguna/",
        "HTTP_X_REWRITE_URL": "/pengguna/",
        "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
    }
    for name in ("beranda", "rusun:daftar", "monitoring:desk_ics", "monitoring:berita_acara_pdf", "rusun:profil_pdf"):
        response = client.get(address(name, world.own.names), **forged)
        assert response.status_code == 200
        assert b"evil.example" not in content(response)
    assert Client().get(reverse("beranda"), **forged).url == "/masuk/?next=/"


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "id", "core:akun"]
)
def test_signing_in_leads_to_no_other_site(world, target):
    pengguna = world.own.operator
    pengguna.set_password("kata-sandi-uji-yang-panjang")
    pengguna.save()
    data = {"username": pengguna.username, "password": "kata-sandi-uji-yang-panjang", "next": target}
    client = Client()
    for response in (client.post(reverse("core:masuk"), data), client.get(reverse("core:masuk"), {"next": target})):
        assert (response.status_code, response.url) == (302, "/")


# --- Names of files ---------------------------------------------------------------------------------------------------

NAMES = [
    "../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "C:\\windows\\system.ini", "a\r\nSet-Cookie: x=1.png",
    "a\nb.png",
    'a".png', "a';rm -rf.png", "%2e%2e%2fx.png", "....//x.png", "a\u202egnp.exe", "\u0000a.png", "con.png", ".htaccess",
    "a.php.png", "a.png/", "a.png\\", "~root.png", "$(id).png", "`id`.png", "<script>.png", "é" * 120 + ".png",
    "a" * 400 + ".png", " .png", "....", "3319014107900001.png",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_an_upload_leads_anywhere(world, media, name):
    client, before = sign_in(world.own.operator), tree(media)
    outside = tree(media.parent) - before
    url = address("rusun:bukti_tambah", world.own.names)
    berkas = SimpleUploadedFile("x.png", png())
    berkas.__dict__["_name"] = name  # as it is sent, before anything tidies it
    response = client.post(url, {"kunci_formulir": str(new_key()), "keterangan": "", "berkas": berkas})
    assert response.status_code in (302, 400, 422)
    made = tree(media) - before
    assert all(re.fullmatch(r"lampiran/[0-9a-f]{2}/[0-9a-f]{32}\.png", path) for path in made)
    assert tree(media.parent) - tree(media) - outside <= {f"{media.name}/{path}" for path in tree(media)}
    if response.status_code == 302:
        row = Lampiran.objects.latest("diubah")
        assert not re.search(r"[/\\\x00-\x1f\u202e]|3319014107900001", row.nama_asli)
        served = client.get(reverse("rusun:lampiran_unduh", args=[row.pk]))
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', served["Content-Disposition"])


def tree(folder):
    return {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file()}


# --- Papers that ask for something ------------------------------------------------------------------------------------


def test_no_text_makes_a_paper_ask_a_host_or_read_a_file(world, tmp_path):
    """A listener that nobody calls, a file that is nowhere in the paper: in texts of the registry, and as markup."""
    secret = tmp_path / "rahasia.txt"
    secret.write_text("isi-yang-rahasia")
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        threading.Thread(target=_count, args=(server, calls), daemon=True).start()
        port = server.getsockname()[1]
        hostile = "".join(
            f'<img src="{to}"><link rel=attachment href="{to}"><link rel=stylesheet href="{to}"><object data="{to}">'
            f'<svg><image href="{to}"/></svg><style>@import "{to}";p{{background:url({to})}}</style>'
            for to in (f"http://127.0.0.1:{port}/a", f"file://{secret}", f"ftp://127.0.0.1:{port}/a")
        )
        masalah = world.own.names["masalah"]
        Permasalahan.objects.filter(pk=masalah).update(uraian=hostile)
        papers = [
            sign_in(world.own.operator).get(address(name, world.own.names)).content
            for name in ("rusun:masalah_pdf", "rusun:profil_pdf", "monitoring:isian_pdf")
        ]
        papers.append(html_to_pdf(f'<html lang="id"><head><title>Uji</title></head><body>{hostile}</body></html>'))
    assert calls == []
    for paper in papers:
        assert paper.startswith(b"%PDF-")
        assert b"isi-yang-rahasia" not in paper
        assert read(paper).attachments == {}
        assert "isi-yang-rahasia" not in "".join(page.extract_text() for page in read(paper).pages)


def _count(server, calls):
    while True:
        try:
            calls.append(server.accept()[1])
        except TimeoutError:
            continue
        except OSError:
            return


# --- Errors -----------------------------------------------------------------------------------------------------------

BROKEN = [("rusun_blok", "rusun:daftar", "operator"), ("penghuni_hunian", "penghuni:daftar", "verifikator"),
          ("monitoring_isian", "monitoring:periode_detail", "koordinator"), ("core_jejakakses", "core:jejak", "admin"),
          ("monitoring_impor", "impor:daftar", "verifikator"),
          ("monitoring_sesidesk", "monitoring:desk_jadwal", "pimpinan"),
          ("monitoring_dokumen", "monitoring:dokumen_daftar", "pimpinan")]  # fmt: skip
TOLD_TO_NOBODY = re.compile(
    rb"Traceback|site-packages|\.py\b|SELECT |sqlite|psycopg|no such table|does not exist|SECRET|settings"
    rb"|/work|/srv|/home|OperationalError|ProgrammingError|rusun_|penghuni_|monitoring_|core_",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("table", "name", "who"), BROKEN)
def test_an_error_tells_nothing_about_the_machine(world, table, name, who):
    client = sign_in(world.identities[who], raise_request_exception=False)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO sedang_diperbaiki")
        response = client.get(address(name, world.own.names))
        body = content(response)
        transaction.set_rollback(True)
    assert response.status_code in (500, 503)
    assert b'<html lang="id"' in body
    assert TOLD_TO_NOBODY.findall(body) == []
    assert header_faults(response) == []


@pytest.mark.parametrize("url", ["/tidak-ada/", "/rusun/lampiran/bukan-uuid/", "/periode/desk-uji/isian/33.19/%00/"])
def test_a_page_that_does_not_exist_tells_nothing_either(world, url):
    response = sign_in(world.own.operator).get(url)
    assert response.status_code == 404
    assert TOLD_TO_NOBODY.findall(content(response)) == []
    assert header_faults(response) == []


# --- Accounts and keys ------------------------------------------------------------------------------------------------


def test_a_form_key_of_somebody_else_is_worth_nothing(world):
    url, key = reverse("penghuni:tambah"), str(new_key())
    first, second = (
        sign_in(row.operator_penghuni).post(url, {"kunci_formulir": key, "versi": 1, "nama": "Wati"})
        for row in (world.own, world.foreign)
    )
    assert (first.status_code, second.status_code) == (302, 400)
    assert first.url.encode() not in second.content


SANDI = "kata-sandi-uji-yang-panjang"


def test_wrong_passwords_lock_one_account_at_one_address_and_no_colleague(world, settings):
    settings.AXES_ENABLED = True
    locked, colleague = world.own.operator, world.own.operator_penghuni
    for pengguna in (locked, colleague):
        pengguna.set_password(SANDI)
        pengguna.save()

    def attempt(pengguna, password, address="198.51.100.7"):
        data = {"username": pengguna.username, "password": password}
        return Client(REMOTE_ADDR=address).post(reverse("core:masuk"), data).status_code

    assert [attempt(locked, "salah-sekali") for _ in range(12)][-1] == 429
    assert attempt(locked, SANDI) == 429
    assert attempt(colleague, SANDI) == 302
    assert attempt(locked, SANDI, "198.51.100.8") == 302


def test_an_example_account_opens_nothing_where_examples_are_refused(world, settings):
    client, pengguna = sign_in(world.own.operator), world.own.operator
    pengguna.set_password(SANDI)
    pengguna.contoh = True
    pengguna.save()
    settings.ALLOW_EXAMPLE = False
    assert client.get(reverse("rusun:daftar")).url.startswith("/masuk/")
    assert Client().post(reverse("core:masuk"), {"username": pengguna.username, "password": SANDI}).status_code == 422
