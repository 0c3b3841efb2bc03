"""A sheet of a workbook that goes out: heading lines, one table, ready to print. Text stays text."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from core.display import in_wib

NUMBER, PERCENT = "#,##0", '0.00"%"'
# [$-421] prints months in Indonesian wherever the file is opened.
DATE, MOMENT = "[$-421]d mmm yyyy", '[$-421]d mmm yyyy hh"."mm'
STYLES = {
    "Teks": "General", "Kosong": "General", "Bilangan": NUMBER, "Persen": PERCENT, "Tanggal": DATE, "Waktu": MOMENT,
}  # fmt: skip
FONT = "Arial"
NARROWEST, WIDEST = 9, 44
LINE = 13.5  # points

# What XML 1.0 can hold: a name with anything else would make a file that nobody can open.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add_sheet(
    book: Any, kepala: Sequence[str], title: str, judul: str, header: Sequence[str], rows: Iterable[Sequence[object]],
    footer: Sequence[object] | None = None, note: str = "",
) -> None:  # fmt: skip
    """One table on a sheet of its own below the lines of `kepala` and its own `judul`; `footer` is the bold last row.

    Whole numbers, percentages (Decimal), dates and moments (WIB) stay values; the rest is text, None a "-".
    """
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    _add_styles(book)
    sheet = book.create_sheet(title)
    for number, text in enumerate(kepala, start=1):
        _text(sheet.cell(number, 1), text).font = Font(FONT, 14 if number == 1 else 10, bold=number == 1)
    _text(sheet.cell(sheet.max_row + 2, 1), judul).font = Font(FONT, 11, bold=True)
    top = sheet.max_row + 1
    body = [*rows, footer] if footer else [*rows]
    for number, values in enumerate(body, start=top + 1):
        for column, value in enumerate(values, start=1):
            _fill(sheet.cell(number, column), value, bold=values is footer)
    widths: list[int] = []
    for column, text in enumerate(header, start=1):
        cell = _text(sheet.cell(top, column), text)
        values = [row[column - 1] for row in body]
        right = any(_is_figure(value) for value in values)
        cell.font, cell.fill = Font(FONT, 10, bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3B6D")
        cell.alignment = _aligned(right, "bottom")
        words = text.split() if right else [text]
        longest = max(_length(value) for value in [*words, *values])
        widths.append(min(max(longest + 4, NARROWEST), WIDEST))
        sheet.column_dimensions[get_column_letter(column)].width = widths[-1]
    for number, values in enumerate([header, *body], start=top):
        lines = max(_lines(value, width) for value, width in zip(values, widths, strict=True))
        sheet.row_dimensions[number].height = LINE * lines
    if note:
        number = sheet.max_row + 2
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(header))
        cell = _text(sheet.cell(number, 1), note)
        cell.font, cell.alignment = Font(FONT, 10), Alignment(vertical="top", wrap_text=True)
        sheet.row_dimensions[number].height = LINE * _lines(note, sum(widths))
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    sheet.print_title_rows = f"{top}:{top}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "Halaman &P dari &N"


def _length(value: object) -> int:
    if isinstance(value, datetime.datetime):
        return len("19 Agu 2021 09.00")
    return len("19 Agu 2021") if isinstance(value, datetime.date) else len(str(value))


def _lines(value: object, width: int) -> int:
    """How many lines `value` takes in a column of `width` characters."""
    return len(textwrap.wrap(value, width)) or 1 if isinstance(value, str) else 1


def _is_figure(value: object) -> bool:
    return isinstance(value, int | Decimal | datetime.date)


def _aligned(right: bool, vertical: str) -> Any:
    from openpyxl.styles import Alignment

    return Alignment(horizontal="right" if right else "left", vertical=vertical, wrap_text=True, indent=int(not right))


def _add_styles(book: Any) -> None:
    """The look of a cell of a table, by format, as styles of the workbook: thousands of cells share a few of them."""
    from openpyxl.styles import Border, Font, NamedStyle, Side

    if len(book.named_styles) > 1:
        return
    line = Border(bottom=Side(style="thin", color="C5CCD8"))
    for name, number_format in STYLES.items():
        for bold in (False, True):
            right = name != "Teks"
            style = NamedStyle(_style(name, bold), Font(FONT, 10, bold=bold), border=line, number_format=number_format)
            style.alignment = _aligned(right, "top")
            book.add_named_style(style)


def _style(name: str, bold: bool) -> str:
    return f"{name} jumlah" if bold else name


def _fill(cell: Any, value: object, *, bold: bool) -> None:
    if value is None:
        _text(cell, "-")
        name = "Kosong"
    elif isinstance(value, Decimal):
        cell.value, name = float(value), "Persen"
    elif isinstance(value, datetime.datetime):
        cell.value, name = in_wib(value).replace(tzinfo=None), "Waktu"
    elif isinstance(value, datetime.date):
        cell.value, name = value, "Tanggal"
    elif isinstance(value, int):
        cell.value, name = value, "Bilangan"
    else:
        _text(cell, str(value))
        name = "Teks"
    cell.style = _style(name, bold)


def _text(cell: Any, text: str) -> Any:
    """Text that stays text (a leading = is no formula) and that a file can hold."""
    cell.value = _NOT_XML.sub("", text)
    cell.data_type = "s"
    return cell
