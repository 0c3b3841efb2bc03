import datetime
from decimal import Decimal

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from core import display
from core.parsing import parse_bilangan, parse_desimal, parse_tanggal

UTC = datetime.UTC


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1.000"),
        (9778, "9.778"),
        (-1234567, "-1.234.567"),
        (None, "-"),
        ("", "-"),
    ],
)
def test_a_whole_number_has_dots_between_thousands(value, shown):
    assert display.angka(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({}, "0 menit"),
        ({"seconds": 59}, "0 menit"),
        ({"minutes": 59, "seconds": 59}, "59 menit"),
        ({"hours": 1}, "1 jam"),
        ({"hours": 23, "minutes": 59}, "23 jam"),
        ({"days": 1}, "1 hari"),
        ({"days": 2, "hours": 4, "minutes": 50}, "2 hari 4 jam"),
        ({"days": 1234}, "1.234 hari"),
    ],
)
def test_how_long_is_never_rounded_up(value, shown):
    assert display.lama(datetime.timedelta(**value)) == shown


def test_a_short_moment_is_on_the_wib_clock():
    assert display.waktu_pendek(datetime.datetime(2021, 8, 18, 17, 5, tzinfo=UTC)) == "19 Agu 2021 00.05"


def test_a_fraction_is_never_shown_as_a_whole_number():
    with pytest.raises(ValueError, match="not a whole number"):
        display.angka(Decimal("12.5"))


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Decimal("1234.50"), None, "1.234,5"),
        (Decimal("36.00"), None, "36"),
        (Decimal("100"), None, "100"),
        (Decimal("-7.005100"), None, "-7,0051"),
        (0.1, None, "0,1"),
        (Decimal("2.345"), 2, "2,35"),
        (Decimal("2"), 2, "2,00"),
        (Decimal("-0.001"), 2, "0,00"),
        (None, 2, "-"),
    ],
)
def test_a_decimal_has_a_comma(value, places, shown):
    assert display.desimal(value, places) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (8051, 9778, "82,34%"),
        (0, 5, "0,00%"),
        (5, 5, "100,00%"),
        (1, 3, "33,33%"),
        (2, 3, "66,67%"),
        (0, 0, "-"),
        (3, 0, "-"),
        (3, None, "-"),
        (None, 3, "-"),
    ],
)
def test_a_share_of_nothing_is_a_dash(part, whole, shown):
    assert display.persen(part, whole) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "Rp0"),
        (1250000, "Rp1.250.000"),
        (Decimal("1250000.00"), "Rp1.250.000"),
        (Decimal("99.5"), "Rp99,50"),
        (-5000, "-Rp5.000"),
        (None, "-"),
    ],
)
def test_money_is_written_without_a_space(value, shown):
    assert display.rupiah(value) == shown


def test_dates_are_written_in_indonesian():
    day = datetime.date(2021, 8, 19)
    assert display.tanggal(day) == "19 Agustus 2021"
    assert display.tanggal_pendek(day) == "19 Agu 2021"
    assert display.hari_tanggal(day) == "Kamis, 19 Agustus 2021"
    assert display.terbilang_tanggal(day) == (
        "Kamis tanggal sembilan belas bulan Agustus tahun dua ribu dua puluh satu"
    )


def test_a_moment_is_read_on_the_clock_and_calendar_of_central_java():
    late_evening_utc = datetime.datetime(2021, 8, 18, 18, 30, tzinfo=UTC)
    assert display.waktu(late_evening_utc) == "19 Agustus 2021 01.30 WIB"
    assert display.tanggal(late_evening_utc) == "19 Agustus 2021"
    assert display.hari_tanggal(late_evening_utc) == "Kamis, 19 Agustus 2021"
    assert display.jam(late_evening_utc) == "01.30 WIB"
    assert display.jam(datetime.time(9, 0)) == "09.00 WIB"
    nine, half_past = datetime.time(9, 0), datetime.time(10, 30)
    assert display.rentang_jam(nine, half_past) == "09.00-10.30 WIB"


@pytest.mark.parametrize(
    "function",
    [
        display.tanggal,
        display.tanggal_pendek,
        display.hari_tanggal,
        display.waktu,
        display.jam,
        display.terbilang_tanggal,
    ],
)
def test_a_date_nobody_stated_is_a_dash(function):
    assert function(None) == "-"


@pytest.mark.parametrize(("value", "shown"), [(None, "-"), ("", "-"), ("  ", "-"), (0, "0"), ("Cepu", "Cepu")])
def test_nothing_is_a_dash_but_zero_is_a_statement(value, shown):
    assert display.kosong(value) == shown


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (200, "dua ratus"),
        (1000, "seribu"),
        (1999, "seribu sembilan ratus sembilan puluh sembilan"),
        (2021, "dua ribu dua puluh satu"),
        (9778, "sembilan ribu tujuh ratus tujuh puluh delapan"),
        (11000, "sebelas ribu"),
        (101000, "seratus satu ribu"),
        (1000000, "satu juta"),
        (1250000, "satu juta dua ratus lima puluh ribu"),
        (10**9, "satu miliar"),
        (10**12, "satu triliun"),
        (999 * 10**12, "sembilan ratus sembilan puluh sembilan triliun"),
        (-3, "minus tiga"),
    ],
)
def test_a_number_is_spelled_out(number, words):
    assert display.terbilang(number) == words


def test_a_number_beyond_trillions_is_not_guessed():
    with pytest.raises(ValueError, match="too large"):
        display.terbilang(10**15)


@given(st.integers(-(2**31), 2**31 - 1))
def test_a_shown_whole_number_reads_back(number):
    assert parse_bilangan(display.angka(number)) == number


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_shown_decimal_reads_back(number):
    assert parse_desimal(display.desimal(number)) == number


@given(st.dates(datetime.date(1945, 1, 1), datetime.date(2100, 12, 31)))
def test_a_shown_date_reads_back(day):
    assert parse_tanggal(display.tanggal(day)) == day
    assert parse_tanggal(display.tanggal_pendek(day)) == day


WORDS = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "sepuluh": 10, "sebelas": 11,
}  # fmt: skip
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def read_words(text):
    """The other way round, written independently: words to a number."""
    total = group = unit = 0
    for word in text.split():
        if word == "seribu":
            total += 1000
        elif word == "seratus":
            group += 100
        elif word in WORDS:
            unit = WORDS[word]
        elif word == "belas":
            group, unit = group + 10 + unit, 0
        elif word == "puluh":
            group, unit = group + unit * 10, 0
        elif word == "ratus":
            group, unit = group + unit * 100, 0
        else:
            total, group, unit = total + (group + unit) * SCALES[word], 0, 0
    return total + group + unit


@given(st.integers(0, display.TERBILANG_MAX))
def test_words_mean_the_number_they_spell(number):
    assert read_words(display.terbilang(number)) == number


def test_templates_have_the_same_formats_without_loading_anything():
    template = engines["django"].from_string(
        "{{ unit|angka }} {{ huni|persen:unit }} {{ hari|tanggal }} {{ luas|desimal:1 }}"
    )
    context = {"unit": 9778, "huni": 8051, "hari": datetime.date(2021, 8, 19), "luas": Decimal("36")}
    assert template.render(context) == "9.778 82,34% 19 Agustus 2021 36,0"


def test_nip_is_grouped_as_on_papers():
    assert display.nip("198001012005011001") == "19800101 200501 1 001"
    assert display.nip("belum ada") == "belum ada"
