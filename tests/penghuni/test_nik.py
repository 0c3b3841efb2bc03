import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.parsing import Unreadable
from penghuni.nik import nik_warnings, parse_nik, parse_no_kk, parse_telepon


@pytest.mark.parametrize(
    ("typed", "kelamin", "hari", "bulan", "tahun"),
    [
        ("3374010107900001", "l", 1, 7, 90),
        ("3374014107900001", "p", 1, 7, 90),
        (" '3374 0141 0790 0001 ", "p", 1, 7, 90),
        ("3374017112059999", "p", 31, 12, 5),
        ("3374012902000001", "l", 29, 2, 0),  # 2000 was a leap year, 1900 was not
        ("1271012902960002", "l", 29, 2, 96),
    ],
)
def test_nik_tells_birth_and_sex(typed, kelamin, hari, bulan, tahun):
    nik = parse_nik(typed)
    assert (nik.jenis_kelamin, nik.hari, nik.bulan, nik.tahun) == (kelamin, hari, bulan, tahun)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("337401410790000", "NIK harus 16 angka; yang tertulis 15 angka."),
        ("33740141079000011", "NIK harus 16 angka; yang tertulis 17 angka."),
        ("", "NIK harus 16 angka, tanpa huruf atau tanda baca."),
        ("337401410790000A", "NIK harus 16 angka, tanpa huruf atau tanda baca."),
        ("٣٣٧٤٠١٤١٠٧٩٠٠٠٠١", "NIK harus 16 angka, tanpa huruf atau tanda baca."),
        ("1111111111111111", "NIK tidak mungkin berisi satu angka yang sama. Salin lagi dari KTP."),
        ("3374014107900000", "Empat angka terakhir NIK tidak mungkin 0000. Salin lagi dari KTP."),
    ],
)
def test_nik_refuses_what_cannot_exist(typed, message):
    with pytest.raises(Unreadable) as refusal:
        parse_nik(typed)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    "date", ["000790", "320790", "400790", "720790", "011390", "010090", "300290", "700290", "290291"]
)
def test_nik_refuses_impossible_birth(date):
    with pytest.raises(Unreadable) as refusal:
        parse_nik(f"337401{date}0001")
    assert str(refusal.value).startswith("Tanggal lahir di dalam NIK")


@pytest.mark.parametrize("typed", ["3,31E+15", "3.31E+15", "3.37401410790000e15"])
def test_nik_spoiled_by_excel_is_named(typed):
    with pytest.raises(Unreadable) as refusal:
        parse_nik(typed)
    assert "Ubah sel menjadi Teks" in str(refusal.value)


@given(
    st.dates(datetime.date(1920, 1, 1), datetime.date(2019, 12, 31)),
    st.sampled_from("lp"),
    st.integers(1, 9999),
)
def test_nik_made_of_a_birth_fits_it_without_warning(lahir, kelamin, serial):
    day = lahir.day + (40 if kelamin == "p" else 0)
    nik = parse_nik(f"337401{day:02}{lahir.month:02}{lahir.year % 100:02}{serial:04}")
    assert nik_warnings(nik, lahir, kelamin) == []


@given(st.text())
def test_nik_of_any_text_is_raises_nothing_else(text):
    with contextlib.suppress(Unreadable):
        assert len(parse_nik(text).angka) == 16


def test_nik_warnings_name_region_birth_and_sex():
    nik = parse_nik("1271014107900001")
    assert [text.split(".")[0] for text in nik_warnings(nik, datetime.date(1990, 7, 2), "l")] == [
        "NIK diterbitkan di luar Jawa Tengah",
        "Tanggal lahir di dalam NIK berbeda dari isian tanggal lahir",
        "Jenis kelamin di dalam NIK berbeda dari isian jenis kelamin",
    ]


def test_nik_is_not_printed_by_repr():
    assert "3374014107900001" not in repr(parse_nik("3374014107900001"))


def test_no_kk_needs_sixteen_figures():
    assert parse_no_kk("'3374 0114 1220 0007") == "3374011412200007"
    with pytest.raises(Unreadable):
        parse_no_kk("3374")


@pytest.mark.parametrize("typed", ["0812-3456-7890", "+62 812 3456 7890", "6281234567890", "(0812) 34567890"])
def test_phone_is_kept_in_one_form(typed):
    assert parse_telepon(typed) == "081234567890"


@pytest.mark.parametrize("typed", ["123", "0812345678901234", "nomor"])
def test_phone_that_cannot_be_is_refused(typed):
    with pytest.raises(Unreadable):
        parse_telepon(typed)
