"""Tables that leave the house: what each column is called, holds and means, told once for workbook, CSV and dictionary.

A catalogue is a tuple of `Column`; together with rows it is a `Table`. `core.export` turns tables into files.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Final

from django.db import models

from .sealed import SealedField


class Kind(enum.Enum):
    """What the cells of a column hold; the value is the usual width in characters."""

    TEKS = "teks", 18
    URAIAN = "uraian", 48
    BILANGAN = "bilangan bulat", 11
    TAHUN = "tahun", 10
    DESIMAL = "bilangan desimal", 13
    RUPIAH = "rupiah", 17
    PERSEN = "persen", 11
    TANGGAL = "tanggal", 14
    WAKTU = "tanggal dan jam (WIB)", 20

    def __init__(self, label: str, width: int) -> None:
        self.label, self.width = label, width


@dataclass(frozen=True)
class Column:
    """One column. `value` takes a row and gives what `kind` says, or None or "" for an empty cell.

    `source` names the model field it reads, for lists that fetch no more than they show. `personal` columns leave only
    with a reason.
    """

    heading: str
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEKS
    meaning: str = ""
    unit: str = ""
    section: str = ""
    width: int | None = None
    source: str = ""
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """A catalogue and its rows, which are read once. The first `frozen` columns stay in sight while scrolling."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Any]
    frozen: int = 0


# What no file may hold: control characters but tab and line feed, direction overrides, halves of characters.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)

UNITS: Final = ("Rp", "m²", "m", "km", "VA", "bulan", "bulan sewa", "kali", "orang", "WGS84")
_UNIT: Final = re.compile(rf" \(({'|'.join(UNITS)})\)$")
_WIDEST: Final = 36


def field_column(
    model: type[models.Model], name: str, *, path: str = "", heading: str = "", meaning: str = "", **more: Any
) -> Column:
    """The column for a model field: label, choices, unit and kind as the model tells them, unless `more` says else.

    `path` leads from a row to the value where the row is not the model itself: `blok__nama` of a row of values,
    `profil_penghuni.minat_ya` of an object.
    """
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)
    label = str(column.verbose_name)
    unit = _UNIT.search(label)
    choices = {key: str(text) for key, text in column.flatchoices}
    meaning = meaning or str(column.help_text)
    if choices:
        meaning = f"{meaning} Pilihan: {'; '.join(choices.values())}.".lstrip()
    told = Column(
        heading or label[:1].upper() + label[1:],
        _shown(attrgetter(path or name), column, choices),
        _kind_of(column, choices),
        meaning,
        unit[1] if unit else "",
        width=_width_of(column, choices),
        source=path or name,
    )
    return replace(told, **more)


def _shown(get: Callable[[Any], Any], column: models.Field, choices: dict[Any, str]) -> Callable[[Any], Any]:
    if choices:
        return lambda row: choices.get(get(row))
    if isinstance(column, models.BooleanField):
        return lambda row: "Ya" if get(row) else "Tidak"
    if isinstance(column, SealedField):
        return lambda row: str(get(row))  # the mask: a full number leaves the database for nobody's file
    return get


def _kind_of(column: models.Field, choices: dict[Any, str]) -> Kind:
    if choices or isinstance(column, models.CharField | SealedField | models.BooleanField):
        return Kind.TEKS
    if isinstance(column, models.TextField):
        return Kind.URAIAN
    if isinstance(column, models.DateTimeField):
        return Kind.WAKTU
    if isinstance(column, models.DateField):
        return Kind.TANGGAL
    if isinstance(column, models.DecimalField):
        return Kind.DESIMAL
    if column.name.startswith("tahun"):
        return Kind.TAHUN
    return Kind.RUPIAH if str(column.verbose_name).endswith(" (Rp)") else Kind.BILANGAN


def _width_of(column: models.Field, choices: dict[Any, str]) -> int | None:
    if choices:
        return min(max(map(len, choices.values())) + 2, _WIDEST)
    if isinstance(column, models.CharField) and column.max_length:
        return min(max(column.max_length // 2, 12), _WIDEST)
    return None


def clean(text: str) -> str:
    """`text` without characters that break a file or deceive its reader; none of them is printable."""
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


def dictionary(tables: Sequence[Table]) -> Table:
    """The sheet that explains every column of `tables`."""
    lines = [_Line(table.title, column) for table in tables for column in table.columns]
    catalogue = [
        Column("Kolom", lambda line: line.column.heading, width=34),
        Column("Arti", lambda line: line.column.meaning, Kind.URAIAN, width=72),
        Column("Jenis isian", lambda line: line.column.kind.label, width=22),
        Column("Satuan", lambda line: line.column.unit, width=14),
    ]
    if any(line.column.section for line in lines):
        catalogue.insert(0, Column("Bagian", lambda line: line.column.section, width=30))
    if len(tables) > 1:
        catalogue.insert(0, Column("Lembar", lambda line: line.table, width=16))
    return Table("Kamus data", catalogue, lines)


@dataclass(frozen=True)
class _Line:
    table: str
    column: Column
