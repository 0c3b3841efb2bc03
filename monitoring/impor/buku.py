"""Writing workbooks that people fill in: one look for the template and for what is sent back.

openpyxl writes everything but the rows of data: lists to choose from, notes, what may be typed, page set-up. The rows
are written here as text and put into the finished file: a library takes twenty seconds for ten thousand residents.

Data sheets carry no sheet protection: cells pasted from another workbook bring that workbook's lock along, and a
protected sheet would then refuse the next key press. Input cells are unlocked all the same, for offices that protect
their copy; titles are checked by name on the way in.
"""

from __future__ import annotations

import datetime
import io
import re
import textwrap
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from xml.sax.saxutils import escape

from core.fields import TAHUN_MAX, TAHUN_MIN
from core.workbook.cells import column_letter
from core.workbook.findings import GALAT, PERINGATAN, Finding
from core.workbook.layout import (
    CHOICE,
    DAY,
    DECIMAL,
    DEGREES,
    EPOCH,
    FLAG,
    LINES,
    MONEY,
    NAME_NUMBER,
    WHOLE,
    WORDS,
    YEAR,
    Column,
    Layout,
)
from core.workbook.sheets import MAX_COLUMNS, MAX_ROWS

from .rupa import FORMATS, READING, WRAPPED_ROLES, looks, reading_looks
from .stempel import LEMBAR_DAFTAR, LEMBAR_STEMPEL

WIDTHS: Final[dict[str, int]] = {
    WHOLE: 12, MONEY: 16, YEAR: 10, DECIMAL: 12, DEGREES: 13, DAY: 13, NAME_NUMBER: 20, WORDS: 24, LINES: 46,
    CHOICE: 20, FLAG: 10,
}  # fmt: skip
_LOOKS_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MAX_NOTE: Final = 600

Row = Sequence[Any]
GuideRow = list[tuple[str, str]]
"""A row of a sheet to read, from column B: each cell with the role its looks follow from."""
Marks = Mapping[tuple[int, int], Sequence[Finding]]


@dataclass(frozen=True)
class Tata:
    """Where things stand on a sheet: the titles' line, the place of each column, what is out of sight.

    For an upright sheet `judul` is the column of the titles, places are row numbers, `kepala` is the row of the codes
    and `baris_kunci` the row of the keys, which is hidden as `kolom_kunci` is otherwise.
    """

    layout: Layout
    judul: int
    posisi: dict[str, int]
    kelompok: frozenset[int] = field(default_factory=frozenset)
    kolom_kunci: int = 1
    baris_kunci: int = 0
    kepala: int = 0
    sampai: int = 0

    @cached_property
    def menurut_tempat(self) -> dict[int, Column]:
        """The columns of the layout by their place."""
        columns = self.layout.menurut_kode
        return {place: columns[code] for code, place in self.posisi.items()}

    def column_at(self, row: int, column: int) -> Column | None:
        """The column of the layout a cell belongs to, titles included."""
        return self.menurut_tempat.get(row if self.layout.tegak else column)


class Buku:
    """A workbook under way: sheets in the order they are written, then the hidden ones."""

    def __init__(self) -> None:
        from openpyxl import Workbook

        self.book = Workbook(write_only=True)
        self.lists: dict[tuple[str, ...], str] = {}
        self.styles: dict[Any, Any] = {}
        self.rows: dict[str, str] = {}
        self.noted: dict[str, int] = {}

    def save(self) -> bytes:
        """The finished workbook."""
        self._write_lists()
        out = io.BytesIO()
        self.book.save(out)
        return _with_rows(out.getvalue(), self.rows)

    # --- sheets of data ------------------------------------------------------------------------------------------

    def data_sheet(self, tata: Tata, rows: Iterable[tuple[int, Row]], marks: Marks) -> None:
        """A sheet to fill in: `rows` are (number, values from column A) in order; `marks` colour and note cells."""
        sheet = self.book.create_sheet(tata.layout.nama)
        self._set_up(sheet, tata)
        marked: dict[int, list[int]] = {}
        for row, column in marks:
            marked.setdefault(row, []).append(column)
        written: list[str] = []
        for number, values in rows:
            width = max(len(values), *marked.get(number, (0,)))
            cells, notes = [], {}
            for column in range(1, width + 1):
                value = values[column - 1] if column <= len(values) else None
                said = marks.get((number, column), ())
                kind, definition = _role(tata, number, column)
                if value is None and not said and kind not in ("input", "head", "group"):
                    continue
                cells.append(self._cell(sheet, number, column, kind, definition, value, said))
                if said or (definition is not None and kind in ("head", "title")):
                    notes[column] = _note_about(definition, said)
            written.append(f'<row r="{number}"{_row_looks(tata, number)}>{"".join(cells)}</row>')
            self._keep_notes(sheet, number, notes)
        self.rows[f"xl/worksheets/sheet{len(self.book.worksheets)}.xml"] = "".join(written)
        self._validate(sheet, tata)

    def _keep_notes(self, sheet: Any, number: int, notes: dict[int, Any]) -> None:
        """Notes are the library's: it gets the cells that carry one, and nothing else of the row."""
        from openpyxl.cell import WriteOnlyCell

        if not notes:
            return
        self._skip_to(sheet, number)
        cells: list[Any] = [None] * max(notes)
        for column, note in notes.items():
            cells[column - 1] = WriteOnlyCell(sheet, value=".")
            cells[column - 1].comment = note
        sheet.append(cells)

    def _skip_to(self, sheet: Any, number: int) -> None:
        for _ in range(self.noted.get(sheet.title, 0) + 1, number):
            sheet.append([])
        self.noted[sheet.title] = number

    def _set_up(self, sheet: Any, tata: Tata) -> None:
        from openpyxl.styles import Protection

        tegak = tata.layout.tegak
        sheet.sheet_view.showGridLines = False
        sheet.sheet_view.zoomScale = 100
        # Stamp and keys are out of sight, and inside every sort.
        if tata.kolom_kunci:
            sheet.column_dimensions[column_letter(tata.kolom_kunci)].hidden = True
        head = max(tata.kepala if tegak else tata.judul, 1)
        sheet.freeze_panes = f"C{head + 1}"
        if tegak:
            sheet.column_dimensions["B"].width = 42
            for place in range(3, max(tata.sampai, 3) + 1):
                sheet.column_dimensions[column_letter(place)].width = 26
        else:
            for code, place in tata.posisi.items():
                column = tata.layout.menurut_kode[code]
                dimension = sheet.column_dimensions[column_letter(place)]
                dimension.width = _width(column)
                dimension.number_format, dimension.protection = FORMATS[column.jenis], Protection(locked=False)
            last = column_letter(max(tata.posisi.values(), default=1))
            if tata.sampai:
                sheet.auto_filter.ref = f"A{tata.judul}:{last}{tata.sampai}"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.sheet_properties.pageSetUpPr = _fit()
        sheet.page_setup.fitToHeight = 0
        wide = max(tata.sampai - 2, 1) * 2.4 if tegak else len(tata.posisi)
        sheet.page_setup.fitToWidth = max(1, round(wide / 13))
        sheet.print_title_rows = f"{head}:{head}"
        sheet.print_title_cols = "B:B"
        sheet.oddFooter.left.text = "&A"
        sheet.oddFooter.right.text = "Halaman &P dari &N"

    def _cell(
        self, sheet: Any, row: int, column: int, kind: str, definition: Column | None, value: Any,
        marks: Sequence[Finding],
    ) -> str:  # fmt: skip
        if kind in ("head", "title") and definition is not None:
            text = str(value or definition.judul).rstrip(" *")
            value = f"{text} *" if definition.wajib or definition.diminta else text
        worst = "" if not marks else GALAT if any(mark.stops for mark in marks) else PERINGATAN
        style = self._style(sheet, kind, definition.jenis if definition else "", worst)
        return cell_xml(row, column, style, value)

    def _style(self, sheet: Any, kind: str, jenis: str = "", worst: str = "") -> int:
        """The number of a style in the workbook, looked up once: half a million cells share a few dozen."""
        key = (kind, jenis, worst)
        if key not in self.styles:
            from openpyxl.cell import WriteOnlyCell

            pattern = WriteOnlyCell(sheet)
            for name, look in (reading_looks(kind) if jenis == READING else looks(*key)).items():
                setattr(pattern, name, look)
            self.styles[key] = pattern.style_id
        return int(self.styles[key])

    # --- what may be typed ---------------------------------------------------------------------------------------

    def _validate(self, sheet: Any, tata: Tata) -> None:
        from openpyxl.worksheet.datavalidation import DataValidation

        for code, place in tata.posisi.items():
            rule = self._rule(tata.layout.menurut_kode[code])
            if rule is None:
                continue
            validation = DataValidation(allow_blank=True, showErrorMessage=True, errorTitle="Periksa isian", **rule)
            if tata.layout.tegak:
                validation.add(f"C{place}:{column_letter(MAX_COLUMNS)}{place}")
            else:
                letter = column_letter(place)
                validation.add(f"{letter}{tata.judul + 1}:{letter}{MAX_ROWS}")
            sheet.data_validations.append(validation)

    def _rule(self, column: Column) -> dict[str, Any] | None:
        error = f"{column.judul}: {column.harapan}."[:250]
        if column.jenis in (CHOICE, FLAG):
            labels = tuple(label for _, label in column.choices)
            return {"type": "list", "formula1": self._named_list(labels), "error": error} if labels else None
        if column.saran:
            name = self._named_list(column.saran)
            return {"type": "list", "formula1": name, "error": column.catatan[:250], "errorStyle": "warning"}
        if column.jenis == DAY:
            first, last = datetime.date(TAHUN_MIN, 1, 1), datetime.date(TAHUN_MAX, 12, 31)
            return {"type": "date", "operator": "between", "formula1": _serial(first), "formula2": _serial(last),
                    "error": error}  # fmt: skip
        if column.jenis in (WHOLE, MONEY, YEAR):
            low, high = getattr(column.form_field, "min_value", 0), getattr(column.form_field, "max_value", 10**15)
            return {"type": "whole", "operator": "between", "formula1": str(low), "formula2": str(high), "error": error}
        if column.jenis in (DECIMAL, DEGREES):
            low, high = getattr(column.form_field, "min_value", 0), getattr(column.form_field, "max_value", None)
            return {"type": "decimal", "operator": "between", "formula1": str(low or 0),
                    "formula2": str(high if high is not None else 10**9), "error": error}  # fmt: skip
        if column.jenis == NAME_NUMBER:
            return {"type": "textLength", "operator": "between", "formula1": "8", "formula2": "24", "error": error,
                    "errorStyle": "warning"}  # fmt: skip
        longest = getattr(column.form_field, "max_length", None)
        if not longest:
            return None
        return {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(longest), "error": error}

    def _named_list(self, labels: tuple[str, ...]) -> str:
        return self.lists.setdefault(labels, f"DAFTAR_{len(self.lists) + 1}")

    def _write_lists(self) -> None:
        """The labels of every dropdown on a sheet nobody sees, each under a name."""
        from openpyxl.workbook.defined_name import DefinedName

        if not self.lists:
            return
        sheet = self.book.create_sheet(LEMBAR_DAFTAR)
        sheet.sheet_state = "veryHidden"
        columns = list(self.lists)
        for number in range(max(len(labels) for labels in columns)):
            sheet.append([_text_cell(sheet, labels[number]) if number < len(labels) else None for labels in columns])
        for place, (labels, name) in enumerate(self.lists.items(), start=1):
            letter = column_letter(place)
            target = f"'{LEMBAR_DAFTAR}'!${letter}$1:${letter}${len(labels)}"
            self.book.defined_names[name] = DefinedName(name, attr_text=target)

    def stamp_sheet(self, rows: Iterable[Sequence[str]]) -> None:
        """The hidden sheet that says where the workbook comes from."""
        sheet = self.book.create_sheet(LEMBAR_STEMPEL)
        sheet.sheet_state = "veryHidden"
        for row in rows:
            sheet.append([_text_cell(sheet, text) if text else None for text in row])

    # --- sheets to read ------------------------------------------------------------------------------------------

    def reading_sheet(self, nama: str, widths: Sequence[int], rows: Iterable[GuideRow]) -> None:
        """A sheet to read, protected."""
        sheet = self.book.create_sheet(nama)
        sheet.sheet_view.showGridLines = False
        sheet.protection.sheet = True
        sheet.column_dimensions["A"].width = 2
        for place, width in enumerate(widths, start=2):
            sheet.column_dimensions[column_letter(place)].width = width
        sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "portrait", 9, 0
        sheet.sheet_properties.pageSetUpPr = _fit()
        sheet.oddFooter.right.text = "Halaman &P dari &N"
        written = []
        for number, row in enumerate(rows, start=1):
            cells = "".join(
                cell_xml(number, column, self._style(sheet, role, READING), text or None)
                for column, (text, role) in enumerate(row, start=2)
            )
            # Programs do not agree on when a row grows with its text, so its height is written down.
            lines = max((_lines(text, width) for (text, role), width in zip(row, widths, strict=False)
                         if role in WRAPPED_ROLES), default=1)  # fmt: skip
            tall = HEIGHTS.get(row[0][1], 0) if row else 0
            height = max(tall, LINE_HEIGHT * lines)
            written.append(f'<row r="{number}" ht="{height:g}" customHeight="1">{cells}</row>')
        self.rows[f"xl/worksheets/sheet{len(self.book.worksheets)}.xml"] = "".join(written)


LINE_HEIGHT: Final = 15
HEIGHTS: Final = {"judul": 27, "bagian": 21}


def _lines(text: str, width: int) -> int:
    return max(1, len(textwrap.wrap(text, max(int(width * 1.12), 1))))


def _row_looks(tata: Tata, number: int) -> str:
    if number == 1:
        return ' ht="24" customHeight="1"'
    if tata.layout.tegak:
        if number == tata.baris_kunci:
            return ' hidden="1"'
        return ' ht="22" customHeight="1"' if number == tata.kepala else ""
    return ' ht="48" customHeight="1"' if number == tata.judul else ""


def _role(tata: Tata, row: int, column: int) -> tuple[str, Column | None]:
    """What a cell is for, and the column of the layout it belongs to."""
    definition = tata.column_at(row, column)
    if column == tata.kolom_kunci:
        return "key", None
    if tata.layout.tegak:
        if row == tata.kepala:
            return "head", None
        if row in tata.kelompok:
            return "group", None
        if definition is None or column < tata.judul:
            return ("banner" if row == 1 else "plain"), None
        return ("title" if column == tata.judul else "input"), definition
    if row == tata.judul:
        return ("head" if definition else "plain"), definition
    if row > tata.judul:
        return ("input" if definition else "plain"), definition
    if row == tata.judul - 1 and column in tata.kelompok:
        return "group", None
    return ("banner" if row == 1 else "plain"), None


def cell_xml(row: int, column: int, style: int, value: Any) -> str:
    """A cell as it stands in the file; text stays text, whatever it begins with."""
    place = f'<c r="{column_letter(column)}{row}" s="{style}"'
    if value is None:
        return f"{place}/>"
    if isinstance(value, str):
        return f'{place} t="inlineStr"><is><t xml:space="preserve">{_legal(value)}</t></is></c>'
    if isinstance(value, datetime.date):
        value = (value - EPOCH).days
    return f"{place}><v>{value}</v></c>"


def _with_rows(content: bytes, rows: dict[str, str]) -> bytes:
    """The workbook with the rows of its sheets put in."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name in rows:
                start = part.index(b"<sheetData")
                end = part.find(b"</sheetData>", start)
                end = end + len(b"</sheetData>") if end >= 0 else part.index(b"/>", start) + 2
                part = b"".join((part[:start], b"<sheetData>", rows[name].encode(), b"</sheetData>", part[end:]))
            new.writestr(name, part)
    return out.getvalue()


def _note_about(column: Column | None, marks: Sequence[Finding]) -> Any:
    """What is said about a cell, else what belongs into its column."""
    from openpyxl.comments import Comment

    text = "\n\n".join(_say(mark) for mark in marks) if marks or column is None else _explain(column)
    note = Comment(_ILLEGAL.sub(" ", text)[:MAX_NOTE], "Desk Monitoring")
    note.width, note.height = 300, 60 + 40 * min(len(marks), 4) if marks else 90
    return note


def _text_cell(sheet: Any, text: str) -> Any:
    """A cell of a hidden sheet: text, even when a name begins with `=`."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=_ILLEGAL.sub(" ", text))
    cell.data_type = "s"
    return cell


def _fit() -> Any:
    from openpyxl.worksheet.properties import PageSetupProperties

    return PageSetupProperties(fitToPage=True)


def _width(column: Column) -> int:
    """Wide enough for what is usually in the column and for the longest word of its title, on three lines at most."""
    labels = [label for _, label in column.choices] if column.jenis in (CHOICE, FLAG) else list(column.saran)
    content = max(map(len, labels)) + 4 if labels else WIDTHS[column.jenis]
    title = max(len(column.judul) // 2 + 4, *(len(word) + 4 for word in column.judul.split()))
    return min(max(content, title), 46 if column.jenis == LINES else 34)


def _explain(column: Column) -> str:
    wanted = "Wajib diisi. " if column.wajib else "Wajib sebelum dikirim. " if column.diminta else ""
    note = f"{column.catatan.rstrip('.')}. " if column.catatan else ""
    return f"{wanted}{note}Isi: {column.harapan}."


def _say(mark: Finding) -> str:
    wanted = f" Diharapkan: {mark.harapan}." if mark.harapan else ""
    return f"[{mark.kode}] {mark.pesan}{wanted}"


def _legal(text: str) -> str:
    """Text as XML: characters no file may hold are shown as such, what looks like an escape is kept as typed."""
    text = _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
    return escape(_LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text)


def _serial(day: datetime.date) -> str:
    return str((day - EPOCH).days)
