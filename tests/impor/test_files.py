"""Whole files: what is refused by name and leaves nothing behind, an older template, and the command line."""

import datetime
import errno
import io
import json
import os
import uuid
from contextlib import suppress

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.files import read_sealed
from core.workbook.refusals import WorkbookRefused
from monitoring.enums import StatusImpor
from monitoring.impor.pelari import work
from monitoring.impor.penerapan import write_plan
from monitoring.impor.rencana import plan_import, state_of
from monitoring.impor.templat import running_isian
from monitoring.models import Impor
from penghuni.models import Penghuni
from rusun.models import Rusun
from rusun.penguncian import registry_write

from .conftest import NIK_BARU, NIK_BUDI, Buku


def stamped(buku, **changes):
    """The same workbook with another stamp on every sheet."""
    for page in buku.book:
        if page.title not in ("Petunjuk", "_daftar"):
            parts = page["A1"].value.split("|")
            for place, value in changes.items():
                parts[{"versi": 1, "daerah": 2, "periode": 3}[place]] = value
            page["A1"].value = "|".join(parts)
    return buku


def foreign(buku):
    return stamped(buku, daerah="33.74")


def newer(buku):
    return stamped(buku, versi="9")


def forged(buku):
    return stamped(buku, versi="satu")


def unstamped(buku):
    for page in buku.book:
        page["A1"].value = None
    del buku.book["_templat"]
    return buku


def mixed(buku):
    buku = unstamped(buku)
    buku.book["Blok"]["A1"].value = "DESK-RUSUN|1|33.19|desk-uji|2026-11-24T10:00:00+07:00"
    buku.book["Tarif"]["A1"].value = "DESK-RUSUN|1|33.19|desk-lain|2026-11-24T10:00:00+07:00"
    return buku


def renamed(buku):
    buku.place("Blok", "Jumlah unit", 0).value = "Unit"
    return buku


def doubled(buku):
    buku.book["Penghuni"]["BH4"].value = "NIK"
    return buku


def other_sheets(buku):
    for name in ("Rusun", "Blok", "Tarif", "Permasalahan", "Penghuni"):
        buku.book[name].title = f"{name} lama"
    return buku


@pytest.mark.parametrize(
    ("change", "kode"),
    [(foreign, "daerah_lain"), (newer, "templat_baru"), (forged, "bukan_templat"), (unstamped, "bukan_templat"),
     (mixed, "bukan_templat"), (renamed, "judul_hilang"), (doubled, "judul_ganda"), (other_sheets, "bukan_templat")],
)  # fmt: skip
def test_a_file_that_is_not_ours_is_refused_by_name(buku, send, kudus, operator_penghuni, masuk_sebagai, change, kode):
    before = state_of(kudus)
    impor = send(change(buku), operator_penghuni)
    assert (impor.status, impor.kode_tolak, impor.balasan) == (StatusImpor.DITOLAK, kode, "")
    assert state_of(kudus) == before
    html = masuk_sebagai(operator_penghuni).get(impor.get_absolute_url()).content.decode()
    assert impor.pesan in html.replace("&#x27;", "'")
    assert "Terapkan" not in html


def test_a_full_disk_while_refusing_is_told_like_any_other(buku, send, operator_penghuni, monkeypatch):
    old = send(stamped(buku, versi="0"), operator_penghuni)
    Impor.objects.filter(pk=old.pk).update(status=StatusImpor.DIUNGGAH, percobaan=0)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    work(old.pk)
    old.refresh_from_db()
    assert (old.status, old.pesan.split(".")[0]) == (StatusImpor.GAGAL, "Penyimpanan server penuh")


def test_a_plan_that_a_commit_fell_into_is_made_again(buku, kudus):
    buku["Rusun", "Daftar tunggu", 1] = 50

    def meanwhile(persen, tahap):
        if tahap == "Memeriksa penghuni":  # the sheet Rusun was compared with the old value by now
            Rusun.objects.exclude(daftar_tunggu=50).update(daftar_tunggu=50, versi=2)

    rencana = plan_import(
        buku.content(), kudus, running_isian(kudus), benih=uuid.uuid4(), dengan_penghuni=True, maju=meanwhile
    )
    assert not rencana.writes
    assert rencana.keadaan == state_of(kudus)


def test_the_faults_of_a_file_name_the_titles(buku, send, operator_penghuni):
    assert "Lembar Blok: Jumlah unit." in send(renamed(buku), operator_penghuni).pesan


@pytest.mark.parametrize(
    ("nama", "content"),
    [("a.xlsx", b"PK\x03\x04 rusak"), ("a.csv", b"nik,nama\n"), ("../../etc/passwd", b"%PDF-1.7"), ("a.xls", b"\0")],
)
def test_no_upload_breaks_the_page_and_each_stays_in_the_history(
    send, isian, operator_penghuni, masuk_sebagai, nama, content
):
    impor = send(content, operator_penghuni, nama=nama)
    assert impor.status == StatusImpor.DITOLAK
    assert "/" not in impor.nama_asli
    client = masuk_sebagai(operator_penghuni)
    assert client.get(impor.get_absolute_url()).status_code == 200
    assert client.get(reverse("impor:unduh_asli", args=[impor.pk])).content == content


@pytest.mark.parametrize(("change", "kode"), [({"versi": "0"}, "templat_lama"), ({"periode": "lalu"}, "periode_lain")])
def test_an_older_template_comes_back_as_a_new_one_with_its_data(buku, send, press, operator_penghuni, change, kode):
    buku["Rusun", "Daftar tunggu", 1] = 50
    buku["Penghuni", "Penghasilan per bulan (Rp)", 1] = "banyak"
    buku["Penghuni", "Nama kepala keluarga", 3], buku["Penghuni", "NIK", 3] = "Wati", NIK_BARU
    buku["Blok", "Ada lift", 0] = "Lift lama"  # a title that was called otherwise then
    old = send(stamped(buku, **change), operator_penghuni)
    assert (old.status, old.kode_tolak) == (StatusImpor.DITOLAK, kode)
    carried = Buku(read_sealed(old.balasan))
    assert carried["Penghuni", "NIK", 1] == f"{NIK_BUDI[:4]}**********{NIK_BUDI[-2:]}"
    assert carried["Penghuni", "Penghasilan per bulan (Rp)", 1] == "banyak"
    carried["Penghuni", "Penghasilan per bulan (Rp)", 1] = 2_000_000
    new = send(carried, operator_penghuni)
    assert (new.status, new.kesalahan, new.baru, new.sel_berubah) == (StatusImpor.MENUNGGU, 0, 1, 2)
    press("terapkan", new, operator_penghuni)
    assert (Rusun.objects.get().daftar_tunggu, Penghuni.objects.with_nik(NIK_BARU).count()) == (50, 1)


# --- The command line -------------------------------------------------------------------------------------------------


def run(path, *words):
    """(exit code, printed summary)."""
    out = io.StringIO()
    try:
        call_command("import_workbook", str(path), "--kabupaten-kota", "33.19", *words, stdout=out)
    except SystemExit as end:
        return end.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def path(tmp_path, buku):
    def write(content=None):
        target = tmp_path / "isian.xlsx"
        target.write_bytes(buku.content() if content is None else content)
        return target

    return write


def test_the_command_writes_the_template_the_page_gives(kudus, isian, warga, tmp_path):
    target = tmp_path / "templat.xlsx"
    call_command("export_workbook", "--kabupaten-kota", "33.19", "--output", str(target))
    assert Buku(target.read_bytes())["Penghuni", "Nama kepala keluarga", 2] == "Sari"
    with pytest.raises(CommandError, match=r"33\.99 tidak ada"):
        call_command("export_workbook", "--kabupaten-kota", "33.99", "--output", str(target))
    assert run(target) == (0, {
        "baru": 0, "berubah": 0, "sel_berubah": 0, "sama": 6, "hilang": 0, "diabaikan": 0, "kesalahan": [],
        "peringatan": [], "diterapkan": False,
    })  # fmt: skip
    assert Impor.objects.count() == 0


def test_the_command_tells_before_it_does_and_does_it_once(buku, path, operator_penghuni, lokasi):
    buku["Rusun", "Daftar tunggu", 1] = 50
    code, told = run(path(), "--dry-run")
    assert (code, told["sel_berubah"], told["diterapkan"]) == (0, 1, False)
    assert Impor.objects.count() == 0
    code, told = run(path(), "--pengguna", operator_penghuni.username)
    assert (code, told["sel_berubah"], told["diterapkan"]) == (0, 1, True)
    lokasi.refresh_from_db()
    assert (lokasi.daftar_tunggu, lokasi.diubah_oleh, lokasi.versi) == (50, operator_penghuni, 2)
    assert Impor.objects.get().status == StatusImpor.DITERAPKAN
    code, told = run(path())
    assert (code, told["sel_berubah"], told["diterapkan"]) == (0, 0, False)


def test_the_command_exits_one_on_errors_and_takes_right_rows_only_when_told(buku, path, kudus):
    buku["Rusun", "Daftar tunggu", 1] = "x"
    buku["Blok", "Ada lift", 1] = "Ya"
    before = state_of(kudus)
    code, told = run(path())
    assert (code, told["diterapkan"]) == (1, False)
    assert told["kesalahan"] == [{
        "lembar": "Rusun", "sel": buku.ref("Rusun", "Daftar tunggu", 1), "kode": "S-04",
        "pesan": "Tulis bilangan bulat tanpa koma, misalnya 1234 atau 1.234.",
    }]  # fmt: skip
    assert state_of(kudus) == before
    code, told = run(path(), "--only-valid")
    assert (code, told["diterapkan"]) == (1, True)
    assert state_of(kudus) != before


def test_the_command_exits_two_on_a_refused_file(path, buku, kudus):
    code, told = run(path(b"bukan buku kerja"))
    assert (code, told["ditolak"]) == (2, "bukan_buku_kerja")
    code, told = run(path(foreign(buku).content()))
    assert (code, told["ditolak"]) == (2, "daerah_lain")
    assert Impor.objects.count() == 0


@pytest.mark.parametrize("words", [["--pengguna", "operator.semarang"], ["--pengguna", "verifikator.satu"]])
def test_the_command_writes_in_nobodys_name_but_an_operator_of_the_place(path, operator_lain, verifikator, words):
    with pytest.raises(CommandError, match="bukan operator"):
        run(path(), *words)


# --- Whatever is in a workbook ----------------------------------------------------------------------------------------

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60),
    st.dates(datetime.date(1900, 3, 1)),
    st.sampled_from(["=1+1", "#REF!", "3,31E+15", "Ya", "rusun", "31/02/2020", NIK_BARU, "*", "\u202eNIK", "1.234",
                     "Rusunawa Bakalankrapyak", "Blok A", "Rusunawa Bakalankrapyak / Blok A", "F-01", "_x0000_"]),
)  # fmt: skip
PLACES = st.tuples(
    st.sampled_from(["Rusun", "Blok", "Tarif", "Permasalahan", "Penghuni"]), st.integers(5, 140), st.integers(2, 50)
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.dictionaries(PLACES, ANYTHING, max_size=25))
def test_no_workbook_breaks_the_import_or_is_written_in_part(buku, kudus, warga, cells):
    """Random cells over a template: planned or refused; what is planned can be written, or nothing is."""
    book = Buku(buku.content())
    for (sheet, row, column), value in cells.items():
        cell = book.book[sheet].cell(row, column)
        cell.value = value
        if isinstance(value, str) and value != "=1+1":
            cell.data_type = "e" if value == "#REF!" else "s"
    content = book.content()
    with suppress(WorkbookRefused), transaction.atomic():
        rencana = plan_import(content, kudus, running_isian(kudus), benih=Impor().pk, dengan_penghuni=True)
        event("planned")
        with registry_write(kudus):
            write_plan(rencana, kudus, None, timezone.now())
        after = plan_import(content, kudus, running_isian(kudus), benih=Impor().pk, dengan_penghuni=True)
        assert [outcome.baru for outcome in after.hasil] == [[] for _ in after.hasil]
        assert [outcome.berubah for outcome in after.hasil] == [[] for _ in after.hasil]
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(ANYTHING, max_size=8), max_size=12), name=st.sampled_from(["Penghuni", "Sheet1", "Blok"]))
def test_no_foreign_workbook_breaks_the_page(kudus, operator_penghuni, isian, send, rows, name):
    book = Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert send(out.getvalue(), operator_penghuni).status == StatusImpor.DITOLAK
