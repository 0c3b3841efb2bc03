"""Every list as a file: the rows its page counts, no other region, nothing personal without a reason."""

import csv
import datetime
import io
import itertools

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.account_tables import AKUN
from core.enums import TindakanAkses
from core.jejak_tables import JEJAK
from core.models import JejakAkses
from penghuni.bagian import SECTIONS
from penghuni.exports import PENGHUNI, without_personal
from penghuni.hunian import move_in
from penghuni.models import Penghuni
from rusun.bagian import BAGIAN
from rusun.exports import LOKASI, MASALAH, TINDAK_LANJUT
from rusun.models import Blok, TindakLanjut

from .factories import make_rusun

NIK = "3319014107900001"
NO_KK = "3319011412200007"
TELEPON = "081234567890"
ALASAN = "menyusun daftar calon penerima program"
PRIBADI = "penghuni:ekspor_pribadi"

# Page, its file, and a role that may see both.
LISTS = [
    ("rusun:daftar", "rusun:ekspor", "verifikator"),
    ("rusun:masalah_daftar", "rusun:masalah_ekspor", "pimpinan"),
    ("penghuni:daftar", "penghuni:ekspor", "verifikator"),
    ("core:pengguna_daftar", "core:pengguna_ekspor", "admin"),
]


def fill(kabupaten_kota, oleh, jumlah=1):
    """A region with `jumlah` of everything a list shows."""
    for number in range(1, jumlah + 1):
        rusun = make_rusun(kabupaten_kota, oleh=oleh, nama=f"Rusunawa {kabupaten_kota.nama} {number}")
        masalah = rusun.permasalahan.get()
        TindakLanjut.objects.create(
            rusun=rusun, permasalahan=masalah, uraian=f"Ganti atap {number}", penanggung_jawab="pusat",
            pelaksana="=Dinas", batas_waktu=timezone.localdate() - datetime.timedelta(days=3), diubah=timezone.now(),
        )  # fmt: skip
        penghuni = Penghuni.objects.create(
            kabupaten_kota=kabupaten_kota, nama=f"=Sutarmi {kabupaten_kota.nama} {number}", nik=f"{NIK[:-1]}{number}",
            no_kk=NO_KK, telepon=TELEPON, penghasilan=2_500_000, minat="ya", diubah=timezone.now(),
        )  # fmt: skip
        move_in(penghuni, Blok.objects.get(rusun=rusun), "A-1", datetime.date(2021, 1, 5), oleh)
        JejakAkses.objects.create(
            waktu=timezone.now(), pengguna=oleh, tindakan=TindakanAkses.LIHAT, objek="penghuni", objek_id=penghuni.pk
        )


@pytest.fixture
def world(kudus, semarang, operator_penghuni, operator_lain):
    fill(kudus, operator_penghuni)
    fill(semarang, operator_lain, 2)


@pytest.fixture
def as_role(request, masuk_sebagai):
    return lambda role: masuk_sebagai(request.getfixturevalue(role))


def workbook(response):
    return load_workbook(io.BytesIO(response.getvalue()))


def rows_of(sheet):
    """Rows as heading -> value, below the line where the filter stands."""
    first = int("".join(filter(str.isdigit, sheet.auto_filter.ref.split(":")[0])))
    head, *rows = sheet.iter_rows(min_row=first, values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def first_sheet(client, name, query=None):
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return rows_of(workbook(response).worksheets[0])


def csv_rows(content):
    """Rows as heading -> value, without the lines below the table that say where the file comes from."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    head = next(rows)
    return [dict(zip(head, row, strict=True)) for row in itertools.takewhile(bool, rows)]


# --- The same rows as the page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "file", "role"), LISTS)
def test_a_file_holds_what_its_page_counts(world, as_role, page, file, role):
    client = as_role(role)
    counted = client.get(reverse(page)).context["halaman"].paginator.count
    book = workbook(client.get(reverse(file)))
    assert len(rows_of(book.worksheets[0])) == counted > 1
    assert book.sheetnames[-1] == "Kamus data"


FILTERS = [
    ("rusun:daftar", "rusun:ekspor", {"q": "Semarang 2"}, 1),
    ("rusun:daftar", "rusun:ekspor", {"kabupaten_kota": "33.74", "jenis": "rusun"}, 2),
    ("rusun:daftar", "rusun:ekspor", {"jenis": "rusus"}, 0),
    ("rusun:masalah_daftar", "rusun:masalah_ekspor", {"kabupaten_kota": "33.19", "lewat": "on"}, 1),
    ("rusun:masalah_daftar", "rusun:masalah_ekspor", {"status": "belum_tuntas", "tingkat": "sedang"}, 3),
    ("rusun:masalah_daftar", "rusun:masalah_ekspor", {"aspek": "sosial"}, 0),
    ("rusun:masalah_daftar", "rusun:masalah_ekspor", {"penanggung_jawab": "kabupaten_kota", "q": "atap"}, 3),
    ("penghuni:daftar", "penghuni:ekspor", {"daerah": "33.74", "minat": "ya"}, 2),
    ("penghuni:daftar", "penghuni:ekspor", {"tinggal": "tidak"}, 0),
]


@pytest.mark.parametrize(("page", "file", "query", "jumlah"), FILTERS)
def test_a_file_is_narrowed_as_its_page(world, as_role, page, file, query, jumlah):
    client = as_role("verifikator")
    assert client.get(reverse(page), query).context["halaman"].paginator.count == jumlah
    assert len(first_sheet(client, file, query)) == jumlah
    assert len(csv_rows(client.get(reverse(file), query | {"format": "csv"}).getvalue())) == jumlah


def test_a_wrong_choice_narrows_neither(world, as_role):
    client = as_role("verifikator")
    query = {"jenis": "istana", "kabupaten_kota": "33.19"}
    assert client.get(reverse("rusun:daftar"), query).context["halaman"].paginator.count == 1
    assert len(first_sheet(client, "rusun:ekspor", query)) == 1


def test_the_page_of_a_list_does_not_narrow_its_file(world, as_role):
    assert len(first_sheet(as_role("verifikator"), "rusun:ekspor", {"halaman": "2"})) == 3


def test_figures_are_those_of_the_page(world, as_role):
    client = as_role("verifikator")
    [butir] = client.get(reverse("rusun:daftar"), {"q": "Kudus"}).context["baris"]
    [row] = first_sheet(client, "rusun:ekspor", {"q": "Kudus"})
    angka = butir.angka
    assert [row[name] for name in ("Kode lokasi", "Tower", "Unit", "Terhuni", "Kosong siap", "Persen terhuni")] == [
        butir.rusun.kode, angka.tower, angka.unit, angka.terhuni, angka.kosong_siap, 83.33,
    ]  # fmt: skip
    assert [row[f"Sebab kosong: {sebab}"] for sebab in ("Proses seleksi penghuni", "Rusak", "Lokasi jauh")] == [
        10,
        4,
        None,
    ]
    assert (row["Jumlah KK"], row["Tarif per bulan"], row["Permasalahan belum tuntas"]) == (
        80, "lantai 1 Rp250.000 per unit", 1,
    )  # fmt: skip


def test_problems_come_with_their_follow_ups(world, as_role, kudus):
    book = workbook(as_role("verifikator").get(reverse("rusun:masalah_ekspor"), {"kabupaten_kota": kudus.pk}))
    [masalah], [tindak] = rows_of(book["Permasalahan"]), rows_of(book["Tindak lanjut"])
    assert (masalah["Jumlah tindak lanjut"], masalah["Lewat batas waktu"]) == (1, 3)
    assert masalah["Batas waktu terdekat"].date() == timezone.localdate() - datetime.timedelta(days=3)
    assert (tindak["Tindak lanjut"], tindak["Pelaksana"], tindak["Lewat batas waktu"]) == ("Ganti atap 1", "=Dinas", 3)


# --- Who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["rusun:ekspor", "rusun:masalah_ekspor", "penghuni:ekspor"])
def test_an_operator_gets_only_the_own_region(world, as_role, file):
    client = as_role("operator_penghuni")
    foreign = {"kabupaten_kota": "33.74", "daerah": "33.74", "q": "Semarang"}
    for query in ({}, {"kabupaten_kota": "33.74", "daerah": "33.74"}):
        for sheet in workbook(client.get(reverse(file), query)).worksheets[:-1]:
            assert {row["Kabupaten/kota"] for row in rows_of(sheet)} == {"Kabupaten Kudus"}
    assert b"Semarang" not in client.get(reverse(file), {"format": "csv"}).getvalue()
    assert len(first_sheet(client, "rusun:ekspor", foreign)) == 0


@pytest.mark.parametrize("role", ["pimpinan", "admin", "operator"])
@pytest.mark.parametrize("file", ["penghuni:ekspor", PRIBADI])
def test_others_get_no_list_of_residents(world, as_role, role, file):
    client = as_role(role)
    answers = [client.get(reverse(file)), client.post(reverse(file), {"alasan": ALASAN, "format": "xlsx"})]
    assert {response.status_code for response in answers} <= {403, 405}
    assert answers[0].status_code == 403
    assert JejakAkses.objects.filter(tindakan=TindakanAkses.EKSPOR).count() == 0


@pytest.mark.parametrize("file", [file for _, file, _ in LISTS])
def test_an_unknown_form_of_file_is_a_malformed_request(world, as_role, file):
    client = as_role("admin" if file.startswith("core:") else "verifikator")
    assert client.get(reverse(file), {"format": "exe"}).status_code == 400
    assert JejakAkses.objects.filter(tindakan=TindakanAkses.EKSPOR).count() == 0


# --- Personal data ----------------------------------------------------------------------------------------------------


def test_the_plain_list_of_residents_names_nobody_and_is_logged(world, as_role, verifikator):
    response = as_role("verifikator").get(reverse("penghuni:ekspor"), {"format": "csv"})
    content = response.getvalue().decode()
    assert [text for text in ("Sutarmi", NIK[:6], "2500000", "A-1", "2021-01") if text in content] == []
    assert "Berminat" in content
    row = JejakAkses.objects.latest("id")
    assert (row.pengguna, row.tindakan, row.objek, row.jumlah, row.kolom, row.alasan) == (
        verifikator, "ekspor", "penghuni", 3, "tanpa data pribadi", "",
    )  # fmt: skip


@pytest.mark.parametrize("alasan", ["", "cek", f"nomornya {NIK} benar"])
def test_personal_data_do_not_leave_without_a_reason(world, as_role, alasan):
    response = as_role("verifikator").post(reverse(PRIBADI), {"alasan": alasan, "format": "xlsx"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["alasan"]
    assert JejakAkses.objects.filter(tindakan=TindakanAkses.EKSPOR).count() == 0


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_personal_data_leave_with_a_reason_masked_and_logged(world, as_role, operator_penghuni, format):
    client = as_role("operator_penghuni")
    response = client.post(f"{reverse(PRIBADI)}?minat=ya", {"alasan": ALASAN, "format": format})
    if format == "xlsx":
        book = workbook(response)
        [row] = rows_of(book["Penghuni"])
        head = [cell.value for cell in book["Penghuni"]["A"][:4]]
        text = " ".join(str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line)
        formulas = [cell.coordinate for sheet in book for line in sheet.iter_rows() for cell in line
                    if cell.data_type == "f"]  # fmt: skip
        assert formulas == []
        assert (row["Nama kepala keluarga"], row["Penghasilan per bulan (Rp)"]) == (
            "=Sutarmi Kabupaten Kudus 1",
            2_500_000,
        )
        assert head[1:] == [
            "Saringan: Minat memiliki rumah: Berminat",
            f"Diunduh {head[2].split(' ', 1)[1].split(' oleh ')[0]} oleh Budi Santoso, Operator kabupaten/kota, "
            "Kabupaten Kudus",
            f"Alasan: {ALASAN}",
        ]
    else:
        content = response.getvalue()
        [row], text = csv_rows(content), content.decode()
        assert row["Nama kepala keluarga"] == "'=Sutarmi Kabupaten Kudus 1"
        assert text.endswith(f"Alasan: {ALASAN}\r\n")
    assert (row["NIK"], row["No KK"], row["Telepon"]) == ("3319**********01", "3319**********07", "081*******90")
    assert [number for number in (NIK, NO_KK, TELEPON) if number in text] == []
    log = JejakAkses.objects.latest("id")
    assert (log.pengguna, log.tindakan, log.jumlah, log.kolom, log.alasan) == (
        operator_penghuni, "ekspor", 1, "data pribadi", ALASAN,
    )  # fmt: skip


def test_each_file_that_leaves_is_logged(world, as_role):
    client = as_role("verifikator")
    for _ in range(2):
        client.post(reverse(PRIBADI), {"alasan": ALASAN, "format": "csv"}).getvalue()
    assert JejakAkses.objects.filter(tindakan=TindakanAkses.EKSPOR, alasan=ALASAN).count() == 2


def test_the_form_counts_what_will_leave_and_keeps_the_filter(world, as_role):
    response = as_role("verifikator").get(reverse(PRIBADI), {"daerah": "33.74"})
    assert (response.context["jumlah"], response.context["saringan"]) == (2, "Kabupaten/kota: Kota Semarang")
    assert 'href="/penghuni/?daerah=33.74"' in response.content.decode()


# --- Catalogues -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("catalogue", [LOKASI, MASALAH, TINDAK_LANJUT, PENGHUNI, AKUN, JEJAK])
def test_every_column_has_a_heading_of_its_own_and_a_meaning(catalogue):
    headings = [column.heading for column in catalogue]
    assert sorted(headings) == sorted(set(headings))
    assert [column.heading for column in catalogue if not column.meaning] == []


def test_the_profile_of_a_location_leaves_whole():
    shown = {column.source for column in LOKASI}
    assert {f"rusun.{name}" for bagian in BAGIAN for name in bagian.kolom} - shown == set()


def test_everything_told_about_a_resident_leaves_and_sealed_values_only_for_a_reason():
    told = {name for _, names in SECTIONS for name in names}
    assert told - {column.source for column in PENGHUNI} == set()
    assert {"nama", "nik", "no_kk", "telepon", "tanggal_lahir", "penghasilan"} & {
        c.source for c in without_personal(PENGHUNI)
    } == set()


# --- Cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jumlah", [1, 3])
@pytest.mark.parametrize(
    ("file", "role", "queries"),
    [
        ("rusun:ekspor", "verifikator", 8),
        ("rusun:masalah_ekspor", "verifikator", 6),
        ("penghuni:ekspor", "verifikator", 7),
        ("core:pengguna_ekspor", "admin", 4),
        ("core:jejak_ekspor", "admin", 18),
    ],
)
def test_a_file_asks_the_same_number_of_questions(
    kudus, operator_penghuni, as_role, jumlah, file, role, queries, django_assert_num_queries
):
    fill(kudus, operator_penghuni, jumlah)
    client = as_role(role)
    with django_assert_num_queries(queries):
        assert client.get(reverse(file)).getvalue()
