"""While the machine fails: 503 or 507, the form kept and sent again by its own page, healed without anybody's help."""

import contextlib
import errno
import logging
import re
import socket
import sqlite3
import time
import uuid

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from core import tertahan
from core.failures import BERKAS, PENUH, SIBUK, trouble_of
from core.models import Konsep, Sesi
from penghuni.models import Penghuni
from rusun.models import TindakLanjut
from tests.factories import make_rusun
from tests.forms import fields_of

from . import operations as op
from .world import TOKEN, Forked, Http, multipart, until

NIK = "3319014107900001"


# --- which exceptions -------------------------------------------------------------------------------------------------


def from_driver(kind, cause):
    error = kind(str(cause))
    error.__cause__ = cause
    return error


def while_handling(error, first):
    error.__context__ = first
    return error


GONE = OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize(
    ("error", "gangguan"),
    [
        (OperationalError("database is locked"), SIBUK),
        (InterfaceError("connection already closed"), SIBUK),
        (from_driver(DatabaseError, psycopg2.DatabaseError("server closed the connection unexpectedly")), SIBUK),
        (while_handling(ProgrammingError("the transaction cannot be used"), GONE), SIBUK),
        (from_driver(OperationalError, sqlite3.OperationalError("database or disk is full")), PENUH),
        (OperationalError("could not extend file: No space left on device"), PENUH),
        (OSError(errno.ENOSPC, "No space left on device"), PENUH),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), PENUH),
        (OSError(errno.EROFS, "Read-only file system"), BERKAS),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found"), BERKAS),
        (from_driver(DatabaseError, sqlite3.DatabaseError("database disk image is malformed")), None),
        (IntegrityError("twice"), None),
        (FileNotFoundError(errno.ENOENT, "no such file", "/srv/fixtures/x.csv"), None),
        (KeyError("x"), None),
        (None, None),
    ],
)
def test_what_is_the_machines_trouble_and_what_is_ours(error, gangguan):
    assert trouble_of(error) is gangguan


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["SELECT FROM WHERE", "SELECT 1 FROM tidak_ada"])
def test_sql_that_the_database_does_not_understand_is_ours(sql):
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert trouble_of(caught.value) is None


def test_a_folder_for_files_that_cannot_be_used_is_the_machines_trouble(settings):
    assert trouble_of(PermissionError(errno.EACCES, "denied", f"{settings.MEDIA_ROOT}/lampiran/a")) is BERKAS


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("question", ["SELECT kolom_lama FROM core_pengguna", "SELECT 1 FROM tabel_lama"])
def test_a_column_that_an_update_took_away_is_no_mistake_of_ours_and_a_misspelt_one_is(question):
    with pytest.raises(ProgrammingError) as lacking, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(question)
    assert trouble_of(lacking.value) is None
    MigrationRecorder.Migration.objects.create(app="core", name="9999_dari_rilis_baru")
    assert trouble_of(lacking.value) is SIBUK


# --- the form is kept -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def away(error=GONE):
    """Every statement fails, from the session on."""

    def fail(execute, sql, params, many, context):
        raise error

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture
def peramban(kudus, operator_penghuni):
    """A browser that checks the token, as real ones do."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(operator_penghuni, backend="core.signin.PenggunaBackend")
    client.cookies["csrftoken"] = TOKEN
    return client


@pytest.fixture
def typed(peramban, operator_penghuni):
    """A household, ready to be saved."""
    fields = fields_of(peramban.get(reverse("penghuni:tambah")))
    return {**fields, "nama": "Siti Aminah", "nik": NIK, "csrfmiddlewaretoken": TOKEN}


def held(response):
    return {tertahan.TERTAHAN: re.search(r'name="isian_tertahan" value="([^"]+)"', response.content.decode())[1]}


def send_held(peramban, path, parcel, **more):
    return peramban.post(path, urlencode(parcel), content_type="application/x-www-form-urlencoded", **more)


def fail(peramban, typed, path=None, **headers):
    with away():
        if tertahan.TERTAHAN in typed:
            return send_held(peramban, reverse("penghuni:tambah"), typed)
        return peramban.post(path or reverse("penghuni:tambah"), typed, headers=headers)


@pytest.mark.django_db
def test_a_form_met_by_a_failure_comes_back_whole_from_the_page_that_says_so(peramban, typed, caplog):
    with caplog.at_level(logging.WARNING):
        page = fail(peramban, typed)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    text = page.content.decode()
    assert f'action="{reverse("penghuni:tambah")}"' in text
    assert "Coba lagi" in text
    assert NIK not in text
    assert "Siti" not in text
    (record,) = caplog.records
    assert record.getMessage() == "database: POST /penghuni/tambah/ (OperationalError)"
    assert record.exc_info is None

    saved = send_held(peramban, reverse("penghuni:tambah"), held(page))
    again = send_held(peramban, reverse("penghuni:tambah"), held(page))
    assert (saved.status_code, again.status_code) == (302, 302)
    assert saved.url == again.url
    assert [row.nik.reveal() for row in Penghuni.objects.filter(nama="Siti Aminah")] == [NIK]


@pytest.mark.django_db
def test_it_is_carried_through_one_failure_after_another(peramban, typed):
    page = fail(peramban, held(fail(peramban, typed)))
    assert send_held(peramban, reverse("penghuni:tambah"), held(page)).status_code == 302
    assert Penghuni.objects.filter(nama="Siti Aminah").count() == 1


@pytest.mark.django_db
def test_a_wrong_token_saves_nothing_but_a_draft(peramban, typed):
    tambah = reverse("penghuni:tambah")
    page = fail(peramban, {**typed, "csrfmiddlewaretoken": "x" * 32})
    assert send_held(peramban, tambah, held(page)).url == tambah
    assert not Penghuni.objects.exists()
    assert "Siti Aminah" in Konsep.objects.get().isi.reveal()


@pytest.mark.django_db
def test_a_wrong_token_on_a_page_of_nobody_is_as_wrong_as_before(peramban, typed):
    page = fail(peramban, {**typed, "csrfmiddlewaretoken": "x" * 32, "pemilik_konsep": "palsu"})
    assert send_held(peramban, reverse("penghuni:tambah"), held(page)).status_code == 403
    assert not Penghuni.objects.exists()
    assert not Konsep.objects.exists()


@pytest.mark.django_db
def test_another_person_at_that_browser_gets_nothing_of_it(peramban, typed, operator_lain):
    page = fail(peramban, typed)
    peramban.force_login(operator_lain, backend="core.signin.PenggunaBackend")
    answer = send_held(peramban, reverse("penghuni:tambah"), held(page), follow=True)
    assert "Siti" not in answer.content.decode()
    assert not Penghuni.objects.exists()
    assert not Konsep.objects.exists()


@pytest.mark.django_db
def test_the_same_person_signed_in_anew_finds_a_draft(peramban, typed, operator_penghuni):
    page = fail(peramban, typed)
    peramban.logout()
    peramban.force_login(operator_penghuni, backend="core.signin.PenggunaBackend")
    answer = send_held(peramban, reverse("penghuni:tambah"), held(page))
    assert answer.status_code == 302
    assert fields_of(peramban.get(reverse("penghuni:tambah")))["nama"] == "Siti Aminah"
    assert not Penghuni.objects.exists()


@pytest.mark.django_db
def test_a_session_that_ended_meanwhile_leads_through_the_login(peramban, typed):
    page = fail(peramban, typed)
    Sesi.objects.all().delete()
    answer = send_held(peramban, reverse("penghuni:tambah"), held(page))
    assert answer.status_code == 401
    assert "tulisan Anda aman" in answer.content.decode()
    assert "Siti" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "bukan segel", "gAAAAABm"])
def test_a_forged_parcel_is_refused(peramban, value):
    assert send_held(peramban, reverse("penghuni:tambah"), {tertahan.TERTAHAN: value}).status_code == 400


@pytest.mark.django_db
def test_a_parcel_is_good_for_half_a_day(peramban, typed, time_machine):
    page = fail(peramban, typed)
    time_machine.move_to(timezone.now() + tertahan.BERLAKU)
    assert send_held(peramban, reverse("penghuni:tambah"), held(page)).status_code == 400


@pytest.mark.django_db
def test_a_password_is_never_carried(peramban, operator_penghuni):
    page = fail(peramban, {"username": "budi", "password": "rahasia sekali", "csrfmiddlewaretoken": TOKEN}, "/masuk/")
    text = page.content.decode()
    assert page.status_code == 503
    assert "isian_tertahan" not in text
    assert "rahasia" not in text
    assert 'href="/masuk/"' in text


@pytest.mark.django_db
def test_of_a_form_with_a_file_the_text_is_kept_and_the_file_asked_for(peramban, kudus, operator_penghuni):
    tindak = TindakLanjut.objects.create(
        rusun=make_rusun(kudus, oleh=operator_penghuni), uraian="Perbaiki atap", penanggung_jawab="kabupaten_kota",
        batas_waktu="2030-01-01",
        diubah="2026-01-01T00:00:00Z",
    )  # fmt: skip
    path = reverse("rusun:bukti_tambah", args=[tindak.pk])
    fields = {"kunci_formulir": str(uuid.uuid4()), "keterangan": "Foto atap", "csrfmiddlewaretoken": TOKEN}
    page = fail(peramban, {**fields, "berkas": SimpleUploadedFile("atap.png", op.picture())}, path)
    assert "Hanya berkas yang tidak dapat dibawa" in page.content.decode()
    answer = send_held(peramban, path, held(page))
    assert answer.status_code == 422
    assert 'value="Foto atap"' in answer.content.decode()
    assert "Pilih berkas." in answer.content.decode()


@pytest.mark.django_db
def test_scripts_are_told_in_a_word(peramban, typed):
    konsep = fail(peramban, {**typed, "konsep": "1"}, **{"X-Requested-With": "konsep"})
    assert (konsep.status_code, konsep.json()) == (503, {"pesan": "sistem sedang sibuk"})
    htmx = fail(peramban, typed, **{"HX-Request": "true"})
    assert (htmx.status_code, htmx.content.decode()) == (503, "sistem sedang sibuk")


@pytest.mark.django_db
def test_a_full_disk_says_that_it_is_the_disk(peramban, typed):
    with away(OperationalError("database or disk is full")):
        page = peramban.post(reverse("penghuni:tambah"), typed)
    assert page.status_code == 507
    assert "Penyimpanan server penuh" in page.content.decode()
    assert send_held(peramban, reverse("penghuni:tambah"), held(page)).status_code == 302


# --- served -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows, not the database")
def test_a_database_held_by_another_writer_is_waited_for_then_told_and_reads_go_on(served):
    sri = Http(served, "operator.3301")
    operation = op.household(sri)
    with contextlib.closing(sqlite3.connect(served.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        page = operation.send(sri)
        assert time.monotonic() - began > 2.5
        assert (page.status, page.headers["Retry-After"]) == (503, "30")
        assert sri.get("/rusun/").status == 200
        other.execute("ROLLBACK")
    parcel = held(page)
    assert [sri.post(operation.path, parcel).status for _ in range(2)] == [302, 302]
    assert served.one(operation.count) == 1


@pytest.mark.django_db
def test_uploads_cut_off_leave_nothing_and_hold_up_nobody(served, forks):
    """Half the body and then silence, of a file that is put aside while it arrives."""
    sri = Forked(forks, "operator.3301")
    added = op.follow_up(sri)
    assert added.send(sri).ok
    tindak = uuid.UUID(str(served.one(added.count.replace("count(*)", "id"))))

    def kept():
        files = [path for folder in (served.media / "lampiran", served.scratch) for path in folder.rglob("*.*")]
        return served.one("SELECT count(*) FROM rusun_lampiran"), sorted(map(str, files))

    fields = {"csrfmiddlewaretoken": TOKEN, "keterangan": "terputus", "kunci_formulir": str(uuid.uuid4())}
    body, kind = multipart(fields, ("berkas", "foto.pdf", b"%PDF-1.7 " + b"x" * 4_000_000))
    head = (
        f"POST /rusun/tindak-lanjut/{tindak}/bukti/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nCookie: sesi={served.sesi['operator.3301']}; csrftoken={TOKEN}\r\n\r\n"
    )
    before, logged = kept(), len(served.lines())
    for share in range(1, 21):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as link:
            link.sendall(head.encode() + body[: len(body) * share // 22])
    began = time.monotonic()
    assert Http(served, "operator.3301").get("/rusun/", timeout=30).status == 200
    assert time.monotonic() - began < 10
    # What was put aside may hang on the exception that ended it, until the worker collects: that comes with requests.
    with contextlib.suppress(AssertionError):
        until(lambda: served.answers() and kept() == before, 20)
    assert kept() == before
    assert not any("Traceback" in line for line in served.lines()[logged:])


@pytest.mark.django_db
def test_without_room_for_what_arrives_it_is_said_and_nothing_stored(served, forks):
    """Uploads are put aside on the same file system as the log: both are full."""
    if served.scratch not in served.mounted:
        pytest.skip("no small file system can be mounted here: needs root")
    sri = Http(served, "operator.3301")
    added = op.follow_up(sri)
    assert added.send(sri).ok
    operation = op.evidence(sri, served.one(added.count.replace("count(*)", "id")))
    operation.berkas = ("berkas", "foto.pdf", b"%PDF-1.7 " + b"x" * 4_000_000)
    with served.full(served.scratch):
        answer = operation.send(sri)
        assert (answer.status, sri.get("/rusun/").status) == (507, 200)
        assert "Penyimpanan server penuh" in answer.text
        assert served.one(operation.count) == 0
    assert operation.send(sri).ok
    assert served.one(operation.count) == 1
