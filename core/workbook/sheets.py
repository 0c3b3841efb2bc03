"""Reading the sheets of a package cell by cell. Runs in the guarded child; nothing here needs the site.

An own reader rather than a library's, because of what must be seen: a formula as a formula, a number with every digit
it was written with, every row whatever the sheet claims about its size. Rows are counted where they stand.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, Final, Literal
from xml.parsers import expat

from .cells import BOOL, DATE, ERROR, FORMULA, NUMBER, TEXT, Cell, Row, split_reference
from .package import MAX_DEPTH, Package, guarded_parser, listen, local
from .refusals import WorkbookRefused

MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 60
HEAD_ROWS: Final = 50
"""Rows above and below the data that may hold titles and notes."""
CLAIM_ROWS: Final = 500_000
CLAIM_COLUMNS: Final = 1_000
MAX_TEXT: Final = 32_767
MAX_FORMULA: Final = 200

_BUILT_IN_DATES: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_LITERALS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMERIC: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DIMENSION: Final = re.compile(r"([A-Z]{1,3}[1-9][0-9]{0,6})(?::([A-Z]{1,3}[1-9][0-9]{0,6}))?")


def sheet_names(package: Package) -> list[tuple[str, str]]:
    """(name, part) of every sheet, in the order of the workbook."""
    root = package.root_part()
    relations = package.relations(root)
    found = []
    for row in package.elements(root, "sheet"):
        _, part = relations.get(row.get("id", ""), ("", ""))
        if part not in package.names:
            raise WorkbookRefused("rusak")
        found.append((row.get("name", ""), part))
    return found


def read_sheets(package: Package, wanted: Iterable[str]) -> Iterator[tuple[str, Iterator[tuple[int, Row]]]]:
    """(name, rows) of each sheet named in `wanted` (whatever its case); rows are (number, cells), blank ones absent."""
    names = {name.casefold() for name in wanted}
    root = package.root_part()
    since_1904 = any(row.get("date1904", "") in ("1", "true") for row in package.elements(root, "workbookPr"))
    related = {kind.rpartition("/")[2]: part for kind, part in package.relations(root).values()}
    strings = _shared_strings(package, related.get("sharedStrings", ""))
    dates = _date_styles(package, related.get("styles", ""))
    for name, part in sheet_names(package):
        if name.strip().casefold() in names:
            names.remove(name.strip().casefold())
            yield name, _Sheet(package, name, strings, dates, since_1904).rows(part)


def _shared_strings(package: Package, part: str) -> list[str]:
    if part not in package.names:
        return []
    strings: list[str] = []
    pieces: list[str] = []
    inside = skipped = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside, skipped
        tag = local(tag)
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":  # how to read Japanese: not part of the text
            skipped = True
        elif tag == "t":
            inside = not skipped

    def end(tag: str) -> None:
        nonlocal inside, skipped
        tag = local(tag)
        if tag == "t":
            inside = False
        elif tag == "rPh":
            skipped = False
        elif tag == "si":
            strings.append(_unescape("".join(pieces)))

    parser = guarded_parser()
    listen(parser, start=start, end=end, text=lambda data: pieces.append(data) if inside else None)
    package.parse(part, parser)
    return strings


def _unescape(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise WorkbookRefused("rusak")
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    # Half a character cannot be stored or shown; as a NUL it is refused at its cell.
    return "\0" if 0xD800 <= number <= 0xDFFF else chr(number)


def _date_styles(package: Package, part: str) -> frozenset[int]:
    """Numbers of the cell styles that show a number as a date."""
    if part not in package.names:
        return frozenset()
    custom: dict[int, str] = {}
    styles: list[int] = []
    in_styles = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal in_styles
        tag = local(tag)
        if tag == "numFmt":
            custom[_whole(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            in_styles = True
        elif tag == "xf" and in_styles:
            styles.append(_whole(attributes.get("numFmtId", "0")))

    def end(tag: str) -> None:
        nonlocal in_styles
        if local(tag) == "cellXfs":
            in_styles = False

    parser = guarded_parser()
    listen(parser, start=start, end=end)
    package.parse(part, parser)
    return frozenset(
        number
        for number, code in enumerate(styles)
        if (code in custom and _shows_date(custom[code])) or (code not in custom and code in _BUILT_IN_DATES)
    )


def _shows_date(code: str) -> bool:
    """Whether a number format prints a day or a year; a clock alone is no date."""
    return bool(set(_LITERALS.sub("", code.split(";")[0]).lower()) & {"d", "y"})


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise WorkbookRefused("rusak")
    return int(text)


# The rest of a cell, after its address, as spreadsheets write it: printable ASCII, no entity, no formula.
_PLAIN_TEXT: Final = r"[ !-%'-;=?-~]*"
_PLAIN_CELL: Final = re.compile(
    r'(?: s="([0-9]{1,5})")?(?: t="([A-Za-z]{1,9})")?'
    rf'(?:/>|><v>({_PLAIN_TEXT})</v></c>|><is><t(?: xml:space="preserve")?>({_PLAIN_TEXT})</t></is></c>)'
)
_ROW, _ROW_END, _ROW_DEPTH = b"<row ", b"</row>", 3
_CELLS_KNOWN: Final = 4096


class _Sheet:
    """One pass over the XML of one sheet, which may hold half a million cells.

    The parser sees every byte but the cells of plain rows, which are taken as they stand between the two tags of their
    row. A row with anything else in it goes through the parser cell by cell, and so does what only looks like a row, as
    inside a comment: the busiest handlers stay short.
    """

    def __init__(
        self, package: Package, name: str, strings: list[str], dates: frozenset[int], since_1904: bool
    ) -> None:
        self.package, self.name, self.strings = package, name, strings
        self.dates = frozenset(map(str, dates))
        self.epoch = datetime.date(1904, 1, 1) if since_1904 else datetime.date(1899, 12, 30)
        self.columns: dict[str, int] = {}
        self.ready: list[tuple[int, Row]] = []
        self.seen: set[int] = set()
        self.filled = self.number = self.column = self.depth = 0
        self.row: Row = {}
        self.digits = ""
        self.attributes: dict[str, str] | None = None
        self.value = ""
        self.formula: str | None = None
        self.target = ""
        self.phonetic = False
        self.parser: Any = None
        self.fed, self.row_at = 0, -1
        self.plain_cell = lru_cache(_CELLS_KNOWN)(self.read_plain)

    def rows(self, part: str) -> Iterator[tuple[int, Row]]:
        self.parser = guarded_parser()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.text
        rest = b""
        for chunk in chain(self.package.chunks(part), (b"",)):
            window = rest + chunk
            cut = window.rfind(_ROW_END) + len(_ROW_END) if chunk and _ROW_END in window else len(window)
            self.feed(window[:cut])
            rest = window[cut:]
            yield from self.ready
            self.ready.clear()
        self.parse(b"", last=True)
        yield from self.ready

    def feed(self, data: bytes) -> None:
        *rows, rest = data.split(_ROW_END)
        for row in rows:
            begun = max(row.rfind(_ROW), 0)
            opened = row.find(b">", begun) + 1
            cells = row[opened:]
            self.parse(row[:opened])
            if not (self.is_in_row(self.fed - (opened - begun)) and self.take_plain(cells)):
                self.parse(cells)
            self.parse(_ROW_END)
        self.parse(rest)

    def parse(self, data: bytes, *, last: bool = False) -> None:
        try:
            self.parser.Parse(data, last)
        except (expat.ExpatError, LookupError):
            raise WorkbookRefused("rusak") from None
        self.fed += len(data)

    def is_in_row(self, since: int) -> bool:
        """Whether the parser stands behind the tag of a row that began at byte `since`, and in nothing else."""
        return self.row_at == since and self.depth == _ROW_DEPTH and self.attributes is None and not self.target

    def refuse(self, kode: str) -> WorkbookRefused:
        return WorkbookRefused(kode, f"Lembar {self.name}.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "v":
            self.target = tag
        elif tag == "c":
            if self.attributes is not None:
                raise self.refuse("rusak")
            self.attributes, self.value, self.formula = attributes, "", None
        elif ":" in tag:
            self.start(local(tag), attributes)
        else:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.refuse("terlalu_dalam")
            self.start_other(tag, attributes)

    def start_other(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self.begin_row(attributes)
        elif tag == "f":
            self.target, self.formula = tag, ""
        elif tag == "t" and not self.phonetic:
            self.target = tag
        elif tag == "rPh":
            self.phonetic = True
        elif tag == "dimension":
            self.check_claim(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        if tag == "v":
            self.target = ""
        elif tag == "c":
            self.end_cell()
        elif ":" in tag:
            self.end(local(tag))
        else:
            self.depth -= 1
            self.target = ""
            if tag == "row":
                self.end_row()
            elif tag == "rPh":
                self.phonetic = False

    def text(self, data: str) -> None:
        if self.target == "f":
            self.formula = f"{self.formula}{data}"[:MAX_FORMULA]
        elif self.target:
            self.value += data

    def check_claim(self, ref: str) -> None:
        """A sheet that claims to fill Excel is not one that somebody filled in."""
        match = _DIMENSION.fullmatch(ref.replace("$", ""))
        if match is None:
            return
        rows, columns = split_reference(match[2] or match[1])
        if columns > CLAIM_COLUMNS:
            raise self.refuse("terlalu_banyak_kolom")
        if rows > CLAIM_ROWS:
            raise self.refuse("terlalu_banyak_baris")

    def begin_row(self, attributes: dict[str, str]) -> None:
        number = _whole(attributes["r"]) if "r" in attributes else self.number + 1
        if number in self.seen or number < 1:
            raise self.refuse("rusak")
        self.seen.add(number)
        self.row_at = self.parser.CurrentByteIndex
        self.number, self.digits, self.column, self.row = number, str(number), 0, {}

    def end_row(self) -> None:
        if not self.row:
            return
        self.filled += 1
        if max(self.filled, self.number) > MAX_ROWS + HEAD_ROWS:
            raise self.refuse("terlalu_banyak_baris")
        self.ready.append((self.number, self.row))

    def end_cell(self) -> None:
        attributes, self.attributes = self.attributes, None
        if attributes is None:
            raise self.refuse("rusak")
        self.column = self.column_of(attributes)
        if self.formula is not None:
            self.put(self.column, Cell(FORMULA, f"={self.formula}"))
        elif cell := self.cell_of(attributes.get("t", "n"), attributes.get("s", ""), self.value):
            self.put(self.column, cell)

    def take_plain(self, xml: bytes) -> bool:
        """Take all cells of a row; False, and none taken, when one of them is not plain or not where it may be."""
        if not xml.isascii():
            return False
        before, *cells = xml.decode().split('<c r="')
        if before:
            return False
        row: Row = {}
        digits, columns, read = self.digits, self.columns, self.plain_cell
        for text in cells:
            place, _, rest = text.partition('"')
            column = columns.get(place.removesuffix(digits), 0) if place.endswith(digits) else 0
            cell = read(rest)
            if cell is False or not column:
                return False
            if cell:
                if column in row or column > MAX_COLUMNS:
                    return False
                row[column] = cell
        self.row = row
        return True

    def read_plain(self, rest: str) -> Cell | Literal[False] | None:
        plain = _PLAIN_CELL.fullmatch(rest)
        if plain is None:
            return False
        style, kind, value, text = plain.groups("")
        return self.cell_of(kind or "n", style, value or text)

    def put(self, column: int, cell: Cell) -> None:
        if column > MAX_COLUMNS:
            raise self.refuse("terlalu_banyak_kolom")
        if column in self.row:
            raise self.refuse("rusak")
        self.row[column] = cell

    def cell_of(self, kind: str, style: str, value: str) -> Cell | None:
        """What a cell of type `kind` without a formula holds; None when it is blank."""
        if kind == "s":
            cell = self.shared(value)
        elif kind == "n":
            cell = self.amount(value.strip(), style)
        else:
            cell = self.rarer(kind, value)
        return None if cell is None or (cell.kind == TEXT and not cell.value.strip()) else cell

    def column_of(self, attributes: dict[str, str]) -> int:
        if "r" not in attributes:
            return self.column + 1
        return self.column_named(attributes["r"].removesuffix(self.digits))

    def column_named(self, letters: str) -> int:
        if letters not in self.columns:
            try:
                row, column = split_reference(f"{letters}1")
            except ValueError:
                row = 0
            if row != 1:  # the address does not end in the number of its row
                raise self.refuse("rusak")
            self.columns[letters] = column
        return self.columns[letters]

    def shared(self, value: str) -> Cell | None:
        if not value:
            return None
        index = _whole(value.strip())
        if index >= len(self.strings):
            raise self.refuse("rusak")
        return Cell(TEXT, self.strings[index])

    def amount(self, value: str, style: str) -> Cell | None:
        if not value:
            return None
        if len(value) > 40 or not _NUMERIC.fullmatch(value):
            raise self.refuse("rusak")
        if style in self.dates:
            serial = float(value)
            if 1 <= serial < 2_958_466:
                return Cell(DATE, (self.epoch + datetime.timedelta(days=int(serial))).isoformat())
        return Cell(NUMBER, value)

    def rarer(self, kind: str, value: str) -> Cell | None:
        if kind in ("inlineStr", "str"):
            return Cell(TEXT, _unescape(value))
        value = value.strip()
        if not value:
            return None
        if kind == "b":
            return Cell(BOOL, "1" if value in ("1", "true") else "0")
        return Cell(DATE, value[:10]) if kind == "d" else Cell(ERROR, value[:20])
