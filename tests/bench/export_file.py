"""Goal 10: the list of residents as a workbook, beside CSV of the same queryset and beside openpyxl."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from core.export import Origin, stream_csv
from core.models import Pengguna
from core.tables import Column, Table, dictionary
from core.xlsx import stream_xlsx
from penghuni.exports import PENGHUNI, resident_rows, without_personal
from penghuni.models import Penghuni

from .harness import Line, compare, ms, peak_mb
from .world import MANY, World

TANPA_PRIBADI = without_personal(PENGHUNI)


def measure(world: World) -> Iterator[Line]:
    origin = Origin(Pengguna.objects.get(username="verifikator"), "", "mengukur waktu ekspor")
    with world.at("banyak"):
        took = _compare(TANPA_PRIBADI, origin)
        library = compare({"ours": lambda: _drain(_xlsx(TANPA_PRIBADI, origin)), "openpyxl": _openpyxl}, rounds=5)
        sealed = _compare(PENGHUNI, origin)
        peak = peak_mb(lambda: _drain(_xlsx(PENGHUNI, origin)))
    what = f"{MANY} rows, xlsx / plain csv of the same queryset"
    yield Line(
        "10", f"{what}, no sealed column", took["xlsx"] / took["floor"], target=2.5,
        detail=f"{ms(took['xlsx'])} / {ms(took['floor'])}; our csv {ms(took['csv'])}",
    )  # fmt: skip
    yield Line(
        "10", f"{what}, three sealed columns", sealed["xlsx"] / sealed["floor"], target=2.5,
        detail=f"{ms(sealed['xlsx'])} / {ms(sealed['floor'])}; our csv {ms(sealed['csv'])}",
    )  # fmt: skip
    yield Line(
        "10", f"{MANY} rows, openpyxl (write only) / xlsx", library["openpyxl"] / library["ours"], target=5,
        at_least=True, detail=f"{ms(library['openpyxl'])} / {ms(library['ours'])}",
    )  # fmt: skip
    yield Line(
        "10", f"{MANY} rows, {len(PENGHUNI)} columns, memory while they leave as a workbook", peak, " MB", target=64
    )


def _compare(columns: tuple[Column, ...], origin: Origin) -> dict[str, float]:
    return compare(
        {
            "floor": lambda: _floor(columns),
            "csv": lambda: _drain(stream_csv(_table(columns), origin.lines())),
            "xlsx": lambda: _drain(_xlsx(columns, origin)),
        },
        rounds=5,
    )


def _table(columns: tuple[Column, ...]) -> Table:
    return Table("Penghuni", columns, resident_rows(Penghuni.objects.all(), columns), frozen=1)


def _xlsx(columns: tuple[Column, ...], origin: Origin) -> Iterator[bytes]:
    table = _table(columns)
    return stream_xlsx([table, dictionary([table])], origin.lines(), "DATA CONTOH", origin.lines()[1])


def _drain(parts: Iterator[bytes]) -> None:
    for _ in parts:
        pass


def _floor(columns: tuple[Column, ...]) -> None:
    """What leaving costs at least: the same query, written as it comes."""
    writer = csv.writer(io.StringIO())
    writer.writerows(resident_rows(Penghuni.objects.all(), columns))


def _openpyxl() -> None:
    """The same values through the library that the rest of the site uses for workbooks."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Penghuni")
    for row in resident_rows(Penghuni.objects.all(), TANPA_PRIBADI):
        sheet.append([column.value(row) for column in TANPA_PRIBADI])
    book.save(io.BytesIO())
