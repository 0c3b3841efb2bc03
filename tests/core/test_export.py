"""A list as CSV, and what every file tells about itself."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone

from core.enums import Peran
from core.export import Origin, csv_safe, download, stream_csv, wanted_format
from core.models import KabupatenKota, Pengguna
from core.tables import Column, Kind, Table, clean

from .test_xlsx import DANGEROUS, KINDS

MOMENT = timezone.make_aware(datetime.datetime(2021, 8, 19, 9, 0))


def table(kinds, rows):
    columns = [Column(kind.label, lambda row, place=place: row[place], kind) for place, kind in enumerate(kinds)]
    return Table("Uji", columns, rows)


def read(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_csv_is_what_excel_in_indonesia_reads():
    values = ("Kudu; Genuk", 'dua\n"baris"', 9778, 2018, Decimal("36.5"), 1_250_000, Decimal("82.34"), MOMENT.date(),
              MOMENT)  # fmt: skip
    rows = read(b"".join(stream_csv(table(KINDS, [values, (None,) * 9]), ["Diunduh oleh Sri"])))
    assert rows == [
        [kind.label for kind in KINDS],
        ["Kudu; Genuk", 'dua\n"baris"', "9778", "2018", "36,5", "1250000", "82,34", "2021-08-19", "2021-08-19 09:00"],
        [""] * 9,
        [],
        ["Diunduh oleh Sri"],
    ]


@pytest.mark.parametrize("text", [*DANGEROUS, "+62 812", "081234567890", "3374014107900001", "0007"])
def test_what_excel_would_not_take_for_text_gets_an_apostrophe(text):
    assert csv_safe(text) == "'" + clean(text)


@pytest.mark.parametrize("text", ["Rusunawa Kudu", "101", "A-1", "33.74", "0", "3374**********01", "a=b", "1.250.000"])
def test_other_text_stays_as_it_is(text):
    assert csv_safe(text) == text


def test_a_negative_number_is_no_formula():
    rows = read(b"".join(stream_csv(table([Kind.DESIMAL], [(Decimal("-7.005145"),)]), [])))
    assert rows[1] == ["-7,005145"]


def test_csv_leaves_before_the_last_row_is_read():
    taken = []
    content = stream_csv(table([Kind.BILANGAN], ((taken.append(number) or number,) for number in range(1000))), [])
    assert [next(content), next(content)][0] == b"\xef\xbb\xbf"
    assert 0 < len(taken) < 1000


def test_a_file_says_which_rows_by_whom_when_and_why():
    sri = Pengguna(
        nama="Sri Lestari", peran=Peran.OPERATOR, kabupaten_kota=KabupatenKota(kode="33.19", nama="Kabupaten Kudus")
    )
    assert Origin(sri, "Jenis: Rusun", waktu=MOMENT).lines() == [
        "Saringan: Jenis: Rusun",
        "Diunduh 19 Agustus 2021 09.00 WIB oleh Sri Lestari, Operator kabupaten/kota, Kabupaten Kudus",
    ]
    assert Origin(sri, "", "menyusun daftar calon", MOMENT).lines()[::2] == [
        "Saringan: tidak ada, semua baris", "Alasan: menyusun daftar calon",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("example", [True, False])
def test_the_example_is_named_in_every_file(admin, example):
    Pengguna.objects.filter(pk=admin.pk).update(contoh=example)
    response = download("uji", [table([Kind.TEKS], [])], "csv", Origin(admin, "", waktu=MOMENT))
    assert ("DATA CONTOH - BUKAN DATA RESMI" in response.getvalue().decode()) is example
    assert response["Content-Disposition"] == 'attachment; filename="uji-20210819-0900.csv"'


def test_the_form_of_a_file_is_one_of_two():
    assert [wanted_format({}), wanted_format({"format": "csv"})] == ["xlsx", "csv"]
    with pytest.raises(SuspiciousOperation):
        wanted_format({"format": "exe"})
