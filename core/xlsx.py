"""A workbook written as it is read: XML, row by row, into a zip that leaves while it grows.

By hand, because a list of residents goes out about ten times quicker than through a library, in memory that does not
grow with it. Reading workbooks and filling in templates is other work and stays with openpyxl.
"""

from __future__ import annotations

import datetime
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from .display import in_wib
from .tables import Column, Kind, Table, clean

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TEXT: Final = 32_767  # characters of a cell, by the format
ROWS_PER_WRITE: Final = 200
TALLEST_ROW: Final = 409  # points, by the format
WIDEST_PAGE: Final = 260  # characters that still can be read when printed side by side on A4

# [$-421] prints months in Indonesian wherever the file is opened.
FORMATS: Final[dict[Kind, str]] = {
    Kind.TEKS: "@",
    Kind.URAIAN: "@",
    Kind.BILANGAN: "#,##0",
    Kind.TAHUN: "0",
    Kind.DESIMAL: "General",
    Kind.RUPIAH: '"Rp"#,##0',
    Kind.PERSEN: '0.00"%"',
    Kind.TANGGAL: "[$-421]d mmm yyyy",
    Kind.WAKTU: '[$-421]d mmm yyyy hh"."mm',
}
READ_AS_WORDS: Final = (Kind.TEKS, Kind.URAIAN, Kind.TANGGAL, Kind.WAKTU)
TITLE, LINE, WARNING, HEADER = range(1, 5)  # places in `cellXfs`; those of the kinds follow
STYLE: Final = {kind: number for number, kind in enumerate(FORMATS, start=HEADER + 1)}

_EPOCH: Final = datetime.datetime(1899, 12, 30)
# What names, addresses and remarks hardly ever hold: only then a text is looked at twice.
_UNUSUAL: Final = re.compile("[^ !-%'-;=?-^`-~\u00a0-\u02ff]")
_LOOKS_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # `_x0041_` would be read as "A"

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"


def stream_xlsx(tables: Sequence[Table], lines: Sequence[str], warning: str, footer: str) -> Iterator[bytes]:
    """One sheet per table as the bytes of a workbook.

    Above each table stand its title, `warning` (when there is one) and `lines`; below each printed page `footer`. A
    table may have as many rows as a sheet can hold (1.048.576); they are read while the bytes are taken.
    """
    sink = _Sink()
    above = [(WARNING, warning)] * bool(warning) + [(LINE, line) for line in lines]
    header = len(above) + 3  # after the title, these, and an empty row
    counts: list[int] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:  # type: ignore[call-overload]
        book.writestr("[Content_Types].xml", _content_types(len(tables)))
        book.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        book.writestr("xl/styles.xml", _styles())
        sheets = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(tables) + 1)]
        book.writestr("xl/_rels/workbook.xml.rels", _relations([*sheets, ("styles", "styles.xml")]))
        for number, table in enumerate(tables, start=1):
            counts.append(0)
            with book.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
                part.write(_sheet_head(table, above, header).encode())
                for rows, text in _sheet_rows(table, header + 1):
                    counts[-1] += rows
                    part.write(text.encode())
                    yield sink.take()
                part.write(_sheet_foot(table, header, counts[-1], footer).encode())
        book.writestr("xl/workbook.xml", _workbook(tables, header, counts))
    yield sink.take()


class _Sink:
    """Where the zip is written to: it cannot be rewound and is emptied as it goes."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Asked for by zipfile; nothing is held back."""

    def take(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        return data


# --- Cells ------------------------------------------------------------------------------------------------------------


def cell_text(text: str) -> str:
    """`text` as it may stand in a cell: clean, escaped, no longer than a cell takes."""
    return escape(_LOOKS_ESCAPED.sub("_x005F_", clean(text[:LONGEST_TEXT])))


def _text_writer(style: int) -> Callable[[str, str], str]:
    attributes = f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">'

    def write(place: str, text: str) -> str:
        if _UNUSUAL.search(text) or len(text) > LONGEST_TEXT:
            text = cell_text(text)
        return f'<c r="{place}{attributes}{text}</t></is></c>'

    return write


def _cell_writer(kind: Kind) -> Callable[[str, Any], str]:
    """Writes (place, value) as a cell of `kind`. Called for every value, so each does no more than its kind needs."""
    style = STYLE[kind]
    if kind in (Kind.TEKS, Kind.URAIAN):
        return _text_writer(style)
    if kind is Kind.TANGGAL:
        first = _EPOCH.toordinal()
        return lambda place, value: f'<c r="{place}" s="{style}"><v>{value.toordinal() - first}</v></c>'
    if kind is Kind.WAKTU:
        return lambda place, value: f'<c r="{place}" s="{style}"><v>{_serial(value)}</v></c>'
    return lambda place, value: f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def _serial(moment: datetime.datetime) -> float:
    """Days since the epoch of workbooks, on the clock of Central Java."""
    return round((in_wib(moment).replace(tzinfo=None) - _EPOCH) / datetime.timedelta(days=1), 6)


def column_letters(number: int) -> str:
    """`1` -> `A`, `27` -> `AA`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# --- Sheets -----------------------------------------------------------------------------------------------------------


def _width(column: Column) -> int:
    """Room for the usual content, and for the heading on three lines beside its filter arrow."""
    longest_word = max(map(len, column.heading.split()))
    return max(column.width or column.kind.width, longest_word + 4, math.ceil(len(column.heading) / 3) + 6)


def _fits_a_page(table: Table) -> bool:
    return sum(map(_width, table.columns)) <= WIDEST_PAGE


def _range(table: Table, header: int, count: int) -> str:
    return f"$A${header}:${column_letters(len(table.columns))}${header + count}"


def _sheet_head(table: Table, above: Sequence[tuple[int, str]], header: int) -> str:
    widths = [(column, _width(column)) for column in table.columns]
    lines = max(math.ceil(len(column.heading) / (width - 3)) for column, width in widths)
    cols = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, (_, width) in enumerate(widths, start=1)
    )
    headings = "".join(
        _text_writer(HEADER)(f"{column_letters(number)}{header}", column.heading)
        for number, column in enumerate(table.columns, start=1)
    )
    told = "".join(
        f'<row r="{number}">{_text_writer(style)(f"A{number}", text)}</row>'
        for number, (style, text) in enumerate(above, start=2)
    )
    corner = f"{column_letters(table.frozen + 1)}{header + 1}"
    pane, split = ("bottomRight", f' xSplit="{table.frozen}"') if table.frozen else ("bottomLeft", "")
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="{int(_fits_a_page(table))}"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0" showGridLines="0"><pane{split} ySplit="{header}"'
        f' topLeftCell="{corner}" activePane="{pane}" state="frozen"/>'
        f'<selection pane="{pane}" activeCell="{corner}" sqref="{corner}"/></sheetView></sheetViews>'
        f"<cols>{cols}</cols><sheetData>"
        f'<row r="1" ht="22" customHeight="1">{_text_writer(TITLE)("A1", table.title)}</row>{told}'
        f'<row r="{header}" ht="{15 * lines + 6}" customHeight="1">{headings}</row>'
    )


def _sheet_rows(table: Table, first: int) -> Iterator[tuple[int, str]]:
    """(how many, XML) of the rows of `table`, some hundred at a time; `first` is the number of the first one."""
    columns = [
        (column_letters(number), column.value, _cell_writer(column.kind), f'" s="{STYLE[column.kind]}"/>')
        for number, column in enumerate(table.columns, start=1)
    ]
    tall = [(column.value, _width(column) - 2) for column in table.columns if column.kind is Kind.URAIAN]
    rows = enumerate(table.rows, start=first)
    while batch := list(islice(rows, ROWS_PER_WRITE)):
        parts: list[str] = []
        for number, row in batch:
            digits = str(number)
            parts.append(f'<row r="{digits}"{_height(row, tall) if tall else ""}>')
            for letters, value_of, write, empty in columns:
                value = value_of(row)
                if value is None or value == "":
                    parts.append(f'<c r="{letters}{digits}{empty}')
                else:
                    parts.append(write(letters + digits, value))
            parts.append("</row>")
        yield len(batch), "".join(parts)


def _height(row: Any, tall: Sequence[tuple[Callable[[Any], Any], int]]) -> str:
    """Room for the longest of the wrapped texts: not every program measures them when it opens a file."""
    texts = [(value_of(row) or "", width) for value_of, width in tall]
    lines = max(sum(max(1, math.ceil(len(line) / width)) for line in text.split("\n")) for text, width in texts)
    return f' ht="{min(15 * lines + 1, TALLEST_ROW)}"' if lines > 1 else ""


def _sheet_foot(table: Table, header: int, count: int, footer: str) -> str:
    return (
        f'</sheetData><autoFilter ref="{_range(table, header, count).replace("$", "")}"/>'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.7" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>{escape(_page_footer(footer))}</oddFooter></headerFooter></worksheet>"
    )


def _page_footer(text: str) -> str:
    """In the codes of the format: small, our text to the left, pages to the right; at most 255 characters."""
    return f"&L&8 {text.replace('&', '&&')[:200]}&R&8Halaman &P dari &N"


# --- The parts around the sheets --------------------------------------------------------------------------------------


def _content_types(sheets: int) -> str:
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in range(1, sheets + 1)]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{office}.{kind}+xml"/>' for name, kind in parts)
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _workbook(tables: Sequence[Table], header: int, counts: Sequence[int]) -> str:
    sheets = names = ""
    for number, (table, count) in enumerate(zip(tables, counts, strict=True)):
        title = quoteattr(table.title)
        sheets += f'<sheet name={title} sheetId="{number + 1}" r:id="rId{number + 1}"/>'
        place = f"'{escape(table.title)}'!"
        kept = f"{place}$A:${column_letters(table.frozen)}," if table.frozen else ""
        repeated = f"{kept}{place}${header}:${header}"
        names += (
            f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number}" hidden="1">'
            f"{place}{_range(table, header, count)}</definedName>"
            f'<definedName name="_xlnm.Print_Titles" localSheetId="{number}">{repeated}</definedName>'
        )
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView activeTab="0"/></bookViews>'
        f"<sheets>{sheets}</sheets><definedNames>{names}</definedNames></workbook>"
    )


def _styles() -> str:
    own = 164  # numbers below are the format's own
    formats = "".join(
        f'<numFmt numFmtId="{own + number}" formatCode={quoteattr(code)}/>'
        for number, code in enumerate(FORMATS.values())
    )
    left = ' horizontal="left" indent="1"'
    kinds = "".join(
        f'<xf numFmtId="{own + number}" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1"'
        ' applyBorder="1" applyAlignment="1">'
        f'<alignment vertical="top" wrapText="{int(kind is Kind.URAIAN)}"{left if kind in READ_AS_WORDS else ""}/></xf>'
        for number, kind in enumerate(FORMATS)
    )
    font = '<sz val="{size}"/><color rgb="{color}"/><name val="Calibri"/><family val="2"/>'
    fonts = (
        f"<font>{font.format(size=11, color='FF1B2735')}</font>"
        f"<font><b/>{font.format(size=14, color='FF0F2140')}</font>"
        f"<font>{font.format(size=10, color='FF536073')}</font>"
        f"<font><b/>{font.format(size=11, color='FF7A4A00')}</font>"
        f"<font><b/>{font.format(size=11, color='FFFFFFFF')}</font>"
    )
    fill = (
        '<fill><patternFill patternType="solid"><fgColor rgb="FF1F3B6D"/><bgColor indexed="64"/></patternFill></fill>'
    )
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(FORMATS)}">{formats}</numFmts>'
        f'<fonts count="5">{fonts}</fonts><fills count="3"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{fill}</fills>'
        '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top/>'
        '<bottom style="thin"><color rgb="FFC5CCD8"/></bottom><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{HEADER + 1 + len(FORMATS)}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="0" fontId="4" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1">'
        f'<alignment vertical="center" wrapText="1"{left}/></xf>{kinds}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
