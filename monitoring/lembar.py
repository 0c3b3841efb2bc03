"""A sheet of a workbook that goes out: heading lines, one table, ready to print. Text stays text."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from core.display import in_wib

NUMBER, PERCENT = "#,##0", '0.00"%"'
# [$-421] prints months in Indonesian wherever the file is opened.
DATE, MOMENT = "[$-421]d mmm yyyy", '[$-421]d mmm yyyy hh"."mm'
WIDEST = 48


def add_sheet(
    book: Any, kepala: Sequence[str], title: str, header: Sequence[str], rows: Iterable[Sequence[object]],
    footer: Sequence[object] | None = None,
) -> None:  # fmt: skip
    """One table on a sheet of its own below the lines of `kepala`; `footer` is the bold last row.

    Whole numbers, percentages (Decimal), dates and moments (WIB) stay values; the rest is text, None a "-".
    """
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    for number, text in enumerate(kepala, start=1):
        _text(sheet.cell(number, 1), text).font = Font(bold=number == 1, size=14 if number == 1 else 11)
    top = sheet.max_row + 2
    body = [*rows, footer] if footer else [*rows]
    widths = _widths(header, body)
    line = Side(style="thin", color="C5CCD8")
    for column, text in enumerate(header, start=1):
        cell = _text(sheet.cell(top, column), text)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3B6D")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[top].height = _height(header, widths)
    for number, values in enumerate(body, start=top + 1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column)
            cell.border = Border(bottom=line)
            _fill(cell, value)
            if footer and number == top + len(body):
                cell.font = Font(bold=True)
        sheet.row_dimensions[number].height = _height(values, widths)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{top}:{top}"


def _widths(header: Sequence[str], body: Sequence[Sequence[object]]) -> list[int]:
    """Room for the content up to `WIDEST`, and for the longest word of each heading: headings wrap."""
    widths = [max(map(len, text.split())) for text in header]
    for values in body:
        widths = [max(width, _length(value)) for width, value in zip(widths, values, strict=True)]
    return [min(max(width + 2, 9), WIDEST) for width in widths]


def _length(value: object) -> int:
    if isinstance(value, datetime.datetime):
        return len("19 Agu 2021 09.00")
    return len("19 Agu 2021") if isinstance(value, datetime.date) else len(str(value))


def _height(values: Sequence[object], widths: Sequence[int]) -> int:
    """Points for the longest of the wrapped texts: not every program measures them when it opens a file."""
    lines = [math.ceil(len(str(v)) / (w - 2)) for v, w in zip(values, widths, strict=True) if isinstance(v, str)]
    return 15 * max(lines, default=1) + 1


def _fill(cell: Any, value: object) -> None:
    from openpyxl.styles import Alignment

    cell.alignment = Alignment(
        vertical="top", wrap_text=isinstance(value, str), horizontal=None if value is not None else "right"
    )
    if value is None:
        _text(cell, "-")
    elif isinstance(value, Decimal):
        cell.value, cell.number_format = float(value), PERCENT
    elif isinstance(value, int):
        cell.value, cell.number_format = value, NUMBER
    elif isinstance(value, datetime.datetime):
        cell.value, cell.number_format = in_wib(value).replace(tzinfo=None), MOMENT
    elif isinstance(value, datetime.date):
        cell.value, cell.number_format = value, DATE
    else:
        _text(cell, str(value))


def _text(cell: Any, text: str) -> Any:
    """Text that stays text: a leading = is no formula."""
    cell.value = text
    cell.data_type = "s"
    return cell
