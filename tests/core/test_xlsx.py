"""The workbook writer: another program reads what was meant, and nothing in a text becomes more than text."""

import datetime
import io
import re
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from core.tables import Column, Kind, Table, clean, dictionary
from core.xlsx import LONGEST_TEXT, ROWS_PER_WRITE, column_letters, stream_xlsx

KINDS = [*Kind]
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", " =1+1", '=HYPERLINK("http://x")']


def written(rows, kinds, *, lines=(), warning="", footer="", frozen=0):
    """A sheet of rows of values, as another program sees the file."""
    columns = [
        Column(f"Kolom {number}", lambda row, number=number: row[number], kind) for number, kind in enumerate(kinds)
    ]
    table = Table("Uji", columns, rows, frozen)
    return load_workbook(io.BytesIO(b"".join(stream_xlsx([table, dictionary([table])], lines, warning, footer))))


def cells(book):
    """The rows below the heading, which stands in the third row when nothing is told above."""
    return list(book["Uji"].iter_rows(min_row=4, values_only=True))


def test_values_keep_their_kind():
    moment = timezone.make_aware(datetime.datetime(2021, 8, 19, 9, 0))
    values = ("Kudu", "dua\nbaris", 9778, 2018, Decimal("36.5"), 1_250_000, Decimal("82.34"), moment.date(), moment)
    book = written([values], KINDS)
    day = datetime.datetime(2021, 8, 19)
    assert cells(book) == [("Kudu", "dua\nbaris", 9778, 2018, 36.5, 1_250_000, 82.34, day, day.replace(hour=9))]
    assert [cell.number_format for cell in book["Uji"][4]] == [
        "@", "@", "#,##0", "0", "General", '"Rp"#,##0', '0.00"%"', "[$-421]d mmm yyyy", '[$-421]d mmm yyyy hh"."mm',
    ]  # fmt: skip


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_never_a_formula(text):
    sheet = written([(text,)], [Kind.TEKS])["Uji"]
    assert (sheet["A4"].data_type, sheet["A4"].value) == ("s", clean(text))


def test_figures_in_a_text_column_stay_text():
    sheet = written([("3374014107900001",), ("0001",)], [Kind.TEKS])["Uji"]
    assert [(cell.data_type, cell.value) for cell in sheet["A"][3:]] == [("s", "3374014107900001"), ("s", "0001")]


def test_what_was_not_stated_is_an_empty_cell_and_zero_is_stated():
    assert cells(written([(None, "", 0)], [Kind.BILANGAN, Kind.TEKS, Kind.BILANGAN])) == [(None, None, 0)]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_file_that_opens_and_says_the_same(texts):
    # Our reader keeps the escape that Excel and LibreOffice undo.
    expected = [re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", clean(text)) for text in texts]
    assert [row[0] or "" for row in cells(written([(text,) for text in texts], [Kind.TEKS]))] == expected


def test_a_text_longer_than_a_cell_is_cut_not_broken():
    [[value]] = cells(written([("&" * (LONGEST_TEXT + 1),)], [Kind.URAIAN]))
    assert value == "&" * LONGEST_TEXT


def test_head_lines_frozen_heading_filter_and_footer():
    book = written(
        [("a", 1)] * 7, [Kind.TEKS, Kind.BILANGAN], lines=["Saringan: A & B", "Diunduh oleh <Sri>"],
        warning="DATA CONTOH", footer="Sri & Budi", frozen=1,
    )  # fmt: skip
    sheet = book["Uji"]
    assert [cell.value for cell in sheet["A"][:6]] == [
        "Uji", "DATA CONTOH", "Saringan: A & B", "Diunduh oleh <Sri>", None, "Kolom 0",
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B7", "A6:B13")
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$6:$6", "$A:$A")
    assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == ("Sri && Budi", "Halaman &P dari &N")
    assert [sheet.column_dimensions[letter].width >= 11 for letter in "AB"] == [True, True]


def test_the_dictionary_explains_every_column():
    table = Table("Uji", [Column("Unit", len, Kind.BILANGAN, "Seluruh unit.", "unit")], [])
    book = load_workbook(io.BytesIO(b"".join(stream_xlsx([table, dictionary([table])], [], "", ""))))
    assert list(book["Kamus data"].iter_rows(min_row=3, values_only=True)) == [
        ("Kolom", "Arti", "Jenis isian", "Satuan"), ("Unit", "Seluruh unit.", "bilangan bulat", "unit"),
    ]  # fmt: skip


def test_bytes_leave_before_the_last_row_is_read():
    taken = []

    def rows():
        for number in range(ROWS_PER_WRITE * 3):
            taken.append(number)
            yield (number,)

    table = Table("Uji", [Column("Nomor", lambda row: row[0], Kind.BILANGAN)], rows())
    parts = stream_xlsx([table], [], "", "")
    assert next(parts).startswith(b"PK")
    assert len(taken) == ROWS_PER_WRITE


@pytest.mark.parametrize("number", [1, 26, 27, 52, 703, 16_384])
def test_columns_are_lettered_as_in_excel(number):
    assert column_letters(number) == get_column_letter(number)
