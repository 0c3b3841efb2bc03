"""What a sheet of a template looks like: its columns by title, how each is read, and the records found under them.

Columns are found by their titles, wherever they stand. A sheet may also stand upright: one record per column, the
titles down the side, for records with more fields than fit beside each other.
"""

from __future__ import annotations

import copy
import datetime
import unicodedata
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from core import display, fields
from core.sealed import mask

from .cells import BOOL, DATE, ERROR, FORMULA, NUMBER, TEXT, Cell, Row, column_letter, reference
from .findings import GALAT, PERINGATAN, Finding, harmless, masked
from .reader import Sheet
from .refusals import WorkbookRefused

KEY_TITLE: Final = "Kunci baris"
"""Title of the column (or row) that says which stored row a record is; empty for a new one."""
HEAD_SEARCH: Final = 20
EPOCH: Final = datetime.date(1899, 12, 30)
YES, NO = "Ya", "Tidak"

WHOLE, MONEY, YEAR, DECIMAL, DEGREES, DAY, CHOICE, FLAG, LINES, WORDS, NAME_NUMBER = (
    "bilangan", "rupiah", "tahun", "desimal", "koordinat", "tanggal", "pilihan", "ya_tidak", "uraian", "teks", "nomor",
)  # fmt: skip
NUMERIC: Final = (WHOLE, MONEY, YEAR, DECIMAL, DEGREES)


class CellProblem(Exception):
    """What a cell holds cannot be taken; `kode` is a key of `findings.ATURAN`."""

    def __init__(self, kode: str, pesan: str) -> None:
        super().__init__(pesan)
        self.kode = kode


class Taken(NamedTuple):
    """A cell as understood: the value, or why not; `catatan` (code, text) when it was understood with a remark."""

    nilai: Any = None
    galat: CellProblem | None = None
    catatan: tuple[str, str] | None = None


@dataclass(frozen=True)
class Column:
    """One field of a record: its title, and the form field that reads it, so that form and workbook agree.

    A blank `wajib` column keeps its row out; a `diminta` one is wanted later, before sending. `pilihan` are stored
    values with their labels, `saran` texts that are offered while others are taken as well; `rahasia` values are masked
    wherever they are shown.
    """

    kode: str
    judul: str
    form_field: forms.Field
    jenis: str
    wajib: bool = False
    diminta: bool = False
    catatan: str = ""
    kelompok: str = ""
    pilihan: tuple[tuple[Any, str], ...] = ()
    saran: tuple[str, ...] = ()
    rahasia: bool = False
    known: dict[Cell | None, Taken] = field(default_factory=dict, compare=False, repr=False)

    @property
    def harapan(self) -> str:
        """What belongs into the column, for a message or a note."""
        if self.jenis in (CHOICE, FLAG):
            labels = [label for _, label in self.choices]
            return f"salah satu dari: {', '.join(labels)}" if len(labels) <= 12 else "salah satu dari daftar"
        if self.jenis in (WORDS, LINES):
            return f"teks, paling panjang {getattr(self.form_field, 'max_length', 0)} karakter"
        return {
            WHOLE: "bilangan bulat, misalnya 1234",
            MONEY: "rupiah tanpa sen, misalnya 250000",
            YEAR: f"tahun, {fields.TAHUN_MIN} sampai {fields.TAHUN_MAX}",
            DECIMAL: "angka, misalnya 36,5",
            DEGREES: "derajat desimal, misalnya -7,005145",
            DAY: "tanggal, misalnya 31/12/2020",
            NAME_NUMBER: "angka yang disimpan sebagai teks",
        }[self.jenis]

    @property
    def choices(self) -> tuple[tuple[Any, str], ...]:
        return ((True, YES), (False, NO)) if self.jenis == FLAG else self.pilihan

    def take(self, cell: Cell | None) -> Taken:
        """The value of a cell: what the form field makes of it. A blank cell is the field's empty value."""
        taken = self.known.get(cell)
        if taken is None:
            taken = self.known[cell] = self._taken(cell)
        return taken

    def _taken(self, cell: Cell | None) -> Taken:
        if cell is None:
            return Taken(False if self.jenis == FLAG else self.form_field.clean(None))
        try:
            value, remark = self._read(cell)
        except CellProblem as problem:
            return Taken(None, problem)
        return Taken(value, None, remark)

    def same(self, nilai: Any, tersimpan: Any) -> bool:
        """Whether a value read from a cell says what is stored, however that was once spelled."""
        if nilai == tersimpan or (nilai in ("", None) and tersimpan in ("", None)):
            return True
        if self.jenis not in (WORDS, LINES) or not tersimpan:
            return False
        return bool(nilai == self.take(Cell(TEXT, str(tersimpan))).nilai)

    def text(self, nilai: Any) -> str:
        """A value as a reader sees it; "-" when there is none."""
        if nilai in ("", None):
            return display.KOSONG
        if self.choices:
            return next((label for stored, label in self.choices if stored == nilai), str(nilai))
        if isinstance(nilai, datetime.date):
            return display.tanggal(nilai)
        if self.jenis == MONEY:
            return display.rupiah(nilai)
        if self.jenis in (WHOLE, DECIMAL, DEGREES):
            return display.desimal(nilai)
        return mask(str(nilai)) if self.rahasia else harmless(str(nilai))

    def shown(self, cell: Cell | None) -> str:
        """What the cell holds, fit for a message."""
        if cell is None:
            return ""
        return mask(cell.value) if self.rahasia and cell.kind != FORMULA else harmless(cell.value)

    def _read(self, cell: Cell) -> tuple[Any, tuple[str, str] | None]:
        if cell.kind == FORMULA:
            raise CellProblem("S-01", "Sel berisi rumus. Salin, lalu tempel sebagai nilai.")
        if cell.kind == ERROR:
            raise CellProblem("S-02", "Sel berisi galat Excel. Ketik ulang isinya.")
        if cell.kind == DATE:
            return self._of_date(cell.value), None
        if cell.kind == NUMBER:
            return self._of_number(cell.value), None
        if cell.kind == BOOL:
            return self._of_text(YES if cell.value == "1" else NO), None
        remark = None
        if self.jenis in NUMERIC:
            remark = ("S-20", "Angka ditulis sebagai teks; tetap dibaca.")
        if not cell.value.isprintable() and any(
            unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\r\t" for c in cell.value
        ):
            remark = ("S-21", "Teks memuat karakter yang tidak tampak; karakter itu dibuang.")
        return self._of_text(cell.value), remark

    def _of_date(self, value: str) -> Any:
        if self.jenis != DAY:
            raise CellProblem(
                "S-03", "Excel mengubah isian ini menjadi tanggal. Ubah format sel menjadi Teks, lalu ketik ulang."
            )
        try:
            return self._clean(datetime.date.fromisoformat(value))
        except ValueError:
            raise CellProblem("S-05", "Tanggal tidak terbaca. Tulis seperti 31/12/2020.") from None

    def _of_number(self, value: str) -> Any:
        if self.jenis == NAME_NUMBER:
            return self._clean(self.number_as_name(value))
        # What Excel shows: fifteen figures. The sixteenth of a binary fraction is noise.
        number = Decimal(format(float(value), ".15g"))
        whole = number == number.to_integral_value() and abs(number) < 10**15
        if self.jenis == DAY and whole and 1 <= number < 2_958_466:
            return self._clean(EPOCH + datetime.timedelta(days=int(number)))
        if self.jenis in (DECIMAL, DEGREES):
            return self._clean(number)
        if whole and self.jenis in NUMERIC:
            return self._clean(int(number))
        return self._of_text(str(int(number)) if whole else format(number, "f").replace(".", ","))

    def number_as_name(self, value: str) -> str:
        """The text of a number that is a name. Excel keeps fifteen figures, so one of sixteen has lost its last."""
        number = Decimal(value)
        if abs(number) >= 10**15:
            raise CellProblem(
                "S-10",
                f"{self.judul} tersimpan sebagai angka, sehingga angka terakhirnya dapat hilang. Ubah format sel "
                f"menjadi Teks, lalu ketik ulang dari KTP atau KK.",
            )
        return format(number, "f")

    def _of_text(self, value: str) -> Any:
        if self.jenis in (CHOICE, FLAG):
            return self._choice(value)
        return self._clean(value)

    def _choice(self, value: str) -> Any:
        typed = fold(value)
        for stored, label in self.choices:
            if typed in (fold(label), fold(str(stored))):
                return stored
        raise CellProblem("S-06", f"Pilihan tidak dikenal. Isi dengan {self.harapan}.")

    def _clean(self, value: Any) -> Any:
        try:
            return self.form_field.clean(value)
        except ValidationError as error:
            kode = {DAY: "S-05", NAME_NUMBER: "S-09"}.get(self.jenis, "S-04" if self.jenis in NUMERIC else "S-07")
            raise CellProblem(kode, " ".join(error.messages)) from None


def fold(text: str) -> str:
    """Titles and labels are the same whatever their case, blanks and star."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("*", " ").split()).casefold()


_KINDS: Final[tuple[tuple[type[forms.Field], str], ...]] = (
    (fields.RupiahField, MONEY),
    (fields.TahunField, YEAR),
    (fields.KoordinatField, DEGREES),
    (fields.DesimalField, DECIMAL),
    (fields.BilanganField, WHOLE),
    (fields.TanggalField, DAY),
    (forms.ModelChoiceField, CHOICE),
    (forms.ChoiceField, CHOICE),
    (forms.BooleanField, FLAG),
)


def column_of(
    kode: str, form_field: forms.Field, judul: str, *, model_field: models.Field[Any, Any] | None = None, **more: Any
) -> Column:
    """The column of a form field. It reads exactly as the form does; whether it must be filled is said by `wajib`.

    A form checks the validators of its model as well; where no form will be filled in, `model_field` brings them along.
    """
    reader = copy.deepcopy(form_field)
    reader.validators = [*reader.validators, *(model_field.validators if model_field is not None else ())]
    kind = next((kind for cls, kind in _KINDS if isinstance(reader, cls)), WORDS)
    if kind == WORDS and isinstance(reader.widget, forms.Textarea):
        kind = LINES
    choices: tuple[tuple[Any, str], ...] = ()
    if kind == CHOICE:
        options = reader.choices  # type: ignore[attr-defined]
        # A choice of rows wraps its key.
        choices = tuple((getattr(value, "value", value), str(label)) for value, label in options if value != "")
    more.setdefault("wajib", form_field.required and kind != FLAG)
    more.setdefault("catatan", str(form_field.help_text))
    reader.required = False
    return Column(kode, judul, reader, **{"jenis": kind, "pilihan": choices, **more})


@dataclass(frozen=True)
class Layout:
    """A sheet: its name, its columns, and whether records stand beside each other (`tegak`) or below."""

    nama: str
    kolom: tuple[Column, ...]
    tegak: bool = False
    petunjuk: str = ""

    @cached_property
    def menurut_kode(self) -> dict[str, Column]:
        return {column.kode: column for column in self.kolom}


@dataclass(frozen=True)
class Record:
    """The cells of one record by column code, blank ones absent; `letak` is its row (or column, when upright)."""

    letak: int
    kunci: str
    sel: dict[str, Cell]


@dataclass
class Table:
    """A sheet with its titles found. `posisi` says where each column stands, `judul_lain` what was not understood."""

    layout: Layout
    sheet: Sheet
    baris_judul: int
    posisi: dict[str, int]
    kolom_kunci: int
    judul_lain: list[str]

    @cached_property
    def columns(self) -> list[tuple[str, Column, Callable[[Cell | None], Taken | None]]]:
        """The columns that were found: code, column, and what it has made of a cell before."""
        found = [(code, self.layout.menurut_kode[code]) for code in self.posisi]
        return [(code, column, column.known.get) for code, column in found]

    def records(self) -> Iterator[Record]:
        """Every record with at least one cell besides its key, in order."""
        grid = _turned(self.sheet.rows) if self.layout.tegak else self.sheet.rows
        places = {place: code for code, place in self.posisi.items()}
        for number in sorted(grid):
            if number <= self.baris_judul:
                continue
            cells = {places[place]: cell for place, cell in grid[number].items() if place in places}
            key = grid[number].get(self.kolom_kunci)
            if cells:
                yield Record(number, key.value.strip() if key else "", cells)

    def ref(self, record: Record, kode: str = "") -> str:
        """The address of a cell of `record`; without `kode` of its first column."""
        place = self.posisi[kode] if kode else min(self.posisi.values())
        return reference(place, record.letak) if self.layout.tegak else reference(record.letak, place)

    def row_label(self, record: Record) -> str:
        """How a person finds the record: `baris 14` or `kolom F`."""
        return f"kolom {column_letter(record.letak)}" if self.layout.tegak else f"baris {record.letak}"

    def error(self, record: Record, kode: str, pesan: str, kolom: str = "") -> Finding:
        return self._finding(GALAT, record, kode, pesan, kolom)

    def warning(self, record: Record, kode: str, pesan: str, kolom: str = "") -> Finding:
        return self._finding(PERINGATAN, record, kode, pesan, kolom)

    def _finding(self, tingkat: str, record: Record, kode: str, pesan: str, kolom: str) -> Finding:
        column = self.layout.menurut_kode.get(kolom)
        known = column.kode if column and column.kode in self.posisi else ""
        return Finding(
            kode, tingkat, self.layout.nama, self.ref(record, known), masked(pesan),
            column.shown(record.sel.get(kolom)) if column else "", _wanted(tingkat, column, pesan),
            column.judul if column else "",
        )  # fmt: skip

    def take(self, record: Record, closed: Container[str] = ()) -> tuple[dict[str, Any], list[Finding]]:
        """The values of a record by column code, and what is wrong or odd about its cells.

        A column that could not be read is absent; a required one that is blank is there and told. In `closed` columns
        nothing may change, so what cannot be read there is told without keeping the record out.
        """
        values: dict[str, Any] = {}
        findings: list[Finding] = []
        for code, column, known in self.columns:
            cell = record.sel.get(code)
            taken = known(cell) or column.take(cell)
            if taken.galat is not None and code in closed:
                findings.append(self.warning(record, "B-21", f"{column.judul} tidak dibaca: sel ini terkunci.", code))
                continue
            if taken.galat is not None:
                findings.append(self.error(record, taken.galat.kode, str(taken.galat), code))
                continue
            if taken.catatan is not None:
                findings.append(self.warning(record, *taken.catatan, code))
            values[code] = taken.nilai
            if cell is None and column.wajib and code not in closed:
                findings.append(self.error(record, "S-08", f"{column.judul} wajib diisi.", code))
        return values, findings


def _wanted(tingkat: str, column: Column | None, pesan: str) -> str:
    """What an error's cell should hold, unless the message has said so."""
    return column.harapan if column and tingkat == GALAT and column.harapan not in pesan else ""


def _turned(rows: dict[int, Row]) -> dict[int, Row]:
    turned: dict[int, Row] = {}
    for number, row in rows.items():
        for column, cell in row.items():
            turned.setdefault(column, {})[number] = cell
    return turned


def find_table(
    sheet: Sheet, layout: Layout, harmless_titles: frozenset[str] = frozenset(), *, strict: bool = True
) -> Table:
    """`layout` found in `sheet`. Raises `WorkbookRefused` when titles are missing or, always, stand there twice.

    `harmless_titles` (folded) may stand among the titles without being told as unknown, such as group headings.
    """
    grid = _turned(sheet.rows) if layout.tegak else sheet.rows
    titles = {fold(column.judul): column.kode for column in layout.kolom}
    heads = [number for number in sorted(grid) if number <= HEAD_SEARCH]
    head = max(heads, key=lambda number: len(titles.keys() & _texts(grid[number]).keys()), default=0)
    found = _texts(grid.get(head, {}))
    place = f"Lembar {layout.nama}"
    if doubled := [title for title in (*titles, fold(KEY_TITLE)) if len(found.get(title, ())) > 1]:
        raise WorkbookRefused("judul_ganda", f"{place}: {_named(doubled, layout)}.")
    if strict and (missing := [title for title in titles if title not in found]):
        raise WorkbookRefused("judul_hilang", f"{place}: {_named(missing, layout)}.")
    known = {*titles, fold(KEY_TITLE), *harmless_titles}
    places = {code: found[title][0] for title, code in titles.items() if title in found}
    # What stands before the first title is the heading of the sheet.
    first = min(places.values(), default=0)
    others = sorted(at for title, where in found.items() if title not in known for at in where if at > first)
    key = found.get(fold(KEY_TITLE), [0])[0]
    return Table(layout, sheet, head, places, key, [grid[head][at].value for at in others])


def _texts(row: Row) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, cell in row.items():
        if cell.kind == TEXT:
            found.setdefault(fold(cell.value), []).append(place)
    return found


def _named(titles: list[str], layout: Layout) -> str:
    names = {fold(column.judul): column.judul for column in layout.kolom} | {fold(KEY_TITLE): KEY_TITLE}
    shown = [names[title] for title in titles[:5]]
    return ", ".join(shown) + (f", dan {len(titles) - 5} lagi" if len(titles) > 5 else "")
