import datetime
from contextlib import suppress
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from core import fields
from core.fields import BilanganField, DesimalField, KoordinatField, RupiahField, TahunField, TanggalField, TeksField

FIELDS = [BilanganField, RupiahField, TahunField, DesimalField, KoordinatField, TanggalField, TeksField]

HOSTILE = {
    "Arabic-Indic digits": "١٢٣٤",
    "full-width digits": "１２３４",
    "superscript": "12²",
    "Devanagari": "१२३",
    "not a number": "NaN",
    "infinity": "Infinity",
    "exponent": "1e3",
    "underscores": "1_000",
    "hexadecimal": "0x10",
    "far too long": "9" * 5000,
    "NUL": "12\x00",
    "lone surrogate": "12\ud800",
    "formula": "=1+1",
    "markup": "<b>1</b>",
    "list": "[1]",
    "emoji": "🏢",
}


def message_of(field, value):
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    [message] = caught.value.messages
    return message


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("field_class", [cls for cls in FIELDS if cls is not TeksField])
def test_strange_characters_in_a_figure_or_date_are_a_field_error(field_class, typed):
    assert message_of(field_class(), typed).endswith(".")


@given(st.text(alphabet=st.characters(), max_size=60) | st.from_regex(r"-?[0-9.,/ \-]{1,40}", fullmatch=True))
@example("\ud800")
@example("١٢٣")
@example("9" * 5000)
@example(str(2**63))
def test_no_text_makes_a_field_raise_anything_but_a_field_error(typed):
    for field_class in FIELDS:
        with suppress(ValidationError):
            field_class(required=False).clean(typed)


@pytest.mark.parametrize("field_class", FIELDS)
@pytest.mark.parametrize("typed", ["", "   ", None, "\t", "\u00a0"])
def test_an_empty_required_field_says_so(field_class, typed):
    assert message_of(field_class(), typed) == "Wajib diisi."


@pytest.mark.parametrize("field_class", [cls for cls in FIELDS if cls is not TeksField])
def test_an_empty_optional_field_is_none_and_not_zero(field_class):
    assert field_class(required=False).clean(" ") is None


# --- Whole numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1234", 1234), ("1.234", 1234), ("1 234", 1234), ("1\u00a0234", 1234), (" 1.234.567 ", 1234567),
        ("0", 0), ("007", 7), ("2147483647", 2147483647), ("2.147.483.647", 2147483647),
    ],
)  # fmt: skip
def test_a_whole_number_is_understood_with_dots_blanks_or_neither(typed, value):
    assert BilanganField().clean(typed) == value


@pytest.mark.parametrize(
    "typed",
    ["1,234", "12,5", "12.5", "1.23", "1.2345", "12.34.567", "0.123", "1.234 567", "1..234", "+5", "- 5", "lima"],
)
def test_an_ambiguous_whole_number_is_refused_with_an_example(typed):
    assert message_of(BilanganField(), typed) == "Tulis bilangan bulat tanpa koma, misalnya 1234 atau 1.234."


@pytest.mark.parametrize("typed", ["2147483648", "2.147.483.648", str(2**63), str(2**64)])
def test_a_number_too_large_for_the_database_is_refused(typed):
    assert message_of(BilanganField(), typed) == "Angka paling besar 2.147.483.647."


def test_limits_are_named_as_they_are_read():
    field = BilanganField(min_value=10, max_value=1000)
    assert message_of(field, "9") == "Angka paling kecil 10."
    assert message_of(field, "1001") == "Angka paling besar 1.000."


def test_a_count_is_never_negative():
    assert message_of(BilanganField(), "-1") == "Angka paling kecil 0."


def test_a_year_has_no_dot_and_lies_on_our_calendar():
    assert TahunField().clean("2021") == 2021
    assert TahunField().prepare_value(2021) == "2021"
    assert message_of(TahunField(), "1944") == "Angka paling kecil 1945."
    assert message_of(TahunField(), "21") == "Angka paling kecil 1945."
    assert message_of(TahunField(), "2101") == "Angka paling besar 2100."


# --- Money, decimals, coordinates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["1250000", "1.250.000", "Rp1.250.000", "Rp 1.250.000", "rp. 1250000", "Rp1.250.000,00", "1.250.000,-"]
)
def test_rupiah_is_understood_as_people_write_it(typed):
    assert RupiahField().clean(typed) == 1250000


@pytest.mark.parametrize("typed", ["1,250,000", "Rp1.250.000,50", "USD 5", "Rp", "RpRp5"])
def test_other_money_is_refused_with_an_example(typed):
    assert message_of(RupiahField(), typed) == "Tulis nilai rupiah tanpa sen, misalnya 1250000 atau Rp1.250.000."


def test_rupiah_goes_beyond_what_a_count_may():
    assert RupiahField().clean("16.500.000.000") == 16_500_000_000
    assert message_of(RupiahField(), "-5") == "Angka paling kecil 0."


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1.234,5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1.234", "1234"),
        ("36", "36"),
        ("0,25", "0.25"),
        ("1 234,5", "1234.5"),
    ],
)
def test_a_decimal_has_a_comma_and_dots_are_thousands(typed, value):
    assert DesimalField().clean(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["12.5", "1,234,5", "1,", ",5", "1.2,3", "12,5 m"])
def test_an_ambiguous_decimal_is_refused_with_an_example(typed):
    assert message_of(DesimalField(), typed) == "Tulis angka dengan koma untuk desimal, misalnya 36,5 atau 1.234,5."


def test_a_decimal_fits_its_column():
    field = DesimalField(max_digits=5, decimal_places=1)
    assert field.clean("9.999,9") == Decimal("9999.9")
    assert message_of(field, "10.000") == "Angka paling besar 9.999,9."
    assert message_of(field, "1,25") == "Paling banyak 1 angka di belakang koma."


@pytest.mark.parametrize("typed", ["-7,0051", "-7.0051", "\u22127,0051", " -7.0051 ", "-7.00510000000000049"])
def test_a_coordinate_takes_comma_and_dot(typed):
    assert KoordinatField().clean(typed) == Decimal("-7.0051")


@pytest.mark.parametrize("typed", ["-7.0051, 110.4381", "7°00'18\"LS", "7.005.1", "1.234,5"])
def test_two_coordinates_in_one_box_are_refused(typed):
    assert message_of(KoordinatField(), typed) == (
        "Tulis satu angka derajat desimal, misalnya -7,0051 (lintang) atau 110,4381 (bujur)."
    )


def test_a_coordinate_lies_on_earth():
    assert message_of(KoordinatField(), "181") == "Angka paling besar 180."


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (BilanganField(), 1234, "1.234"),
        (RupiahField(), 1250000, "1.250.000"),
        (DesimalField(), Decimal("36.50"), "36,5"),
        (KoordinatField(), Decimal("-7.005100"), "-7,0051"),
    ],
)
def test_a_stored_figure_is_shown_as_it_may_be_typed_and_does_not_count_as_changed(field, value, shown):
    assert field.prepare_value(value) == shown
    assert field.clean(shown) == value
    assert not field.has_changed(value, shown)


@pytest.mark.parametrize("typed", ["1,234", "abc", ""])
def test_what_was_typed_is_shown_again(typed):
    assert BilanganField().prepare_value(typed) == typed


# --- Dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "2020-12-31",
        "31/12/2020",
        "31-12-2020",
        "31.12.2020",
        "31 Desember 2020",
        "31 desember  2020",
        "31 Des 2020",
        " 2020-12-31 ",
    ],
)
def test_a_date_is_understood_from_the_picker_and_as_people_write_it(typed):
    assert TanggalField().clean(typed) == datetime.date(2020, 12, 31)


@pytest.mark.parametrize(
    "typed", ["31/02/2021", "2021-02-29", "31 April 2021", "2021-13-01", "00/01/2021", "12/31/2020"]
)
def test_a_date_that_does_not_exist_is_refused_politely(typed):
    assert message_of(TanggalField(), typed) == "Tanggal ini tidak ada di kalender; periksa hari dan bulannya."


@pytest.mark.parametrize("typed", ["31/12/20", "31 December 2020", "44196", "besok", "2020", "2020-12-31T00:00"])
def test_other_ways_to_write_a_date_are_refused_with_an_example(typed):
    assert message_of(TanggalField(), typed) == "Tulis tanggal seperti 31/12/2020 atau 31 Desember 2020."


@pytest.mark.parametrize("typed", ["1944-12-31", "01/01/2101", "0001-01-01"])
def test_a_year_nobody_means_is_refused(typed):
    assert message_of(TanggalField(), typed) == "Tahun harus antara 1945 dan 2100; periksa lagi tahunnya."


def test_a_date_goes_to_the_browser_as_its_picker_wants_it():
    class Form(forms.Form):
        tanggal = TanggalField()

    html = str(Form(initial={"tanggal": datetime.date(2020, 12, 31)})["tanggal"])
    assert 'type="date"' in html
    assert 'value="2020-12-31"' in html


# --- Text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Rusunawa   Kudu ", "Rusunawa Kudu"),
        ("Rusunawa\tKudu\nBlok A", "Rusunawa Kudu Blok A"),
        ("Rusun\u202egnarameS", "RusungnarameS"),
        ("Ru\u200bsun\ufeff", "Rusun"),
        ("Rusun\x07\x1b[31m", "Rusun[31m"),
        ("Cafe\u0301", "Café"),
        ("Rusun\u00a0Kudu", "Rusun Kudu"),
        ("=1+1", "=1+1"),
        ("<script>", "<script>"),
    ],
)
def test_text_is_stored_without_what_cannot_be_seen(typed, stored):
    assert TeksField().clean(typed) == stored


def test_a_text_area_keeps_paragraphs():
    field = TeksField(widget=forms.Textarea)
    assert field.clean(" Atap  bocor.\r\n\r\n\r\n\r\nPompa\u202e mati. \r\n") == "Atap bocor.\n\nPompa mati."


@pytest.mark.parametrize("typed", ["Rusun\x00", "\ud800"])
def test_characters_no_keyboard_makes_are_refused(typed):
    assert message_of(TeksField(), typed) == (
        "Teks memuat karakter yang tidak dapat disimpan. Hapus teks ini, lalu ketik ulang."
    )


def test_text_of_invisible_characters_only_is_empty():
    assert message_of(TeksField(), "\u200b\u202e") == "Wajib diisi."


def test_the_length_counts_after_cleaning():
    field = TeksField(max_length=5)
    assert field.clean("  lima   ") == "lima"
    assert message_of(field, "1234567") == "Paling panjang 5 karakter (sekarang 7)."


def test_text_without_a_limit_has_one_all_the_same():
    assert message_of(TeksField(), "a" * (fields.TEKS_MAX + 1)) == "Paling panjang 5.000 karakter (sekarang 5.001)."
