"""The stamp of a template: whose it is, for which period, of which version, when, and which rows it was written with.

It stands on a hidden sheet; a short form stands in the first cell of every sheet, so that one sheet alone still says
where it comes from.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.models import KabupatenKota
from core.workbook.cells import Cell
from core.workbook.reader import Sheet, Workbook
from core.workbook.refusals import WorkbookRefused
from monitoring.models import Isian

VERSI: Final = 1
"""Raised whenever titles or sheets of the template change; older ones are offered to be carried over."""
LEMBAR_STEMPEL: Final = "_templat"
LEMBAR_DAFTAR: Final = "_daftar"
TANDA: Final = "DESK-RUSUN"
KOLOM_KUNCI: Final = 4


@dataclass(frozen=True)
class Stempel:
    """Where a workbook comes from. `kunci` are its row keys per sheet, None when only the short form is left."""

    versi: int
    kabupaten_kota: str
    periode: str
    dibuat: datetime.datetime
    kunci: dict[str, frozenset[str]] | None = None

    @property
    def singkat(self) -> str:
        """The short form."""
        return "|".join((TANDA, str(self.versi), self.kabupaten_kota, self.periode, self.dibuat.isoformat()))


def parse_short(text: str) -> Stempel:
    """The stamp written by `Stempel.singkat`. Raises ValueError on anything else."""
    mark, versi, kode, periode, dibuat = text.strip().split("|")
    if mark != TANDA or not (versi.isascii() and versi.isdigit() and len(versi) < 5):
        raise ValueError("not a stamp")
    moment = datetime.datetime.fromisoformat(dibuat)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return Stempel(int(versi), kode, periode, moment)


def find_stamp(buku: Workbook, lembar: Iterable[str]) -> Stempel:
    """The stamp of a workbook: from its hidden sheet, else the one that all its sheets agree on.

    Raises `WorkbookRefused` when there is none, or sheets of different templates were put together.
    """
    shorts = {
        sheet.rows[1][1].value
        for name in lembar
        if (sheet := buku.sheets.get(name)) and 1 in sheet.rows and 1 in sheet.rows[1]
    }
    hidden = buku.sheets.get(LEMBAR_STEMPEL)
    try:
        stamps = [parse_short(text) for text in ([_text(hidden, 1, 1)] if hidden else sorted(shorts))]
    except ValueError:
        raise WorkbookRefused("bukan_templat") from None
    if not stamps or len({(stamp.versi, stamp.kabupaten_kota, stamp.periode) for stamp in stamps}) > 1:
        raise WorkbookRefused("bukan_templat")
    oldest = min(stamps, key=lambda stamp: stamp.dibuat)
    if hidden is None:
        return oldest
    return Stempel(oldest.versi, oldest.kabupaten_kota, oldest.periode, oldest.dibuat, _keys(hidden))


def check_stamp(stempel: Stempel, kabupaten_kota: KabupatenKota, isian: Isian | None) -> None:
    """Raise `WorkbookRefused` unless the workbook is of this kabupaten/kota, this template and this period."""
    if stempel.kabupaten_kota != kabupaten_kota.pk:
        nama = KabupatenKota.objects.filter(pk=stempel.kabupaten_kota).values_list("nama", flat=True).first()
        raise WorkbookRefused("daerah_lain", f"Berkas ini untuk {nama or 'daerah lain'}, bukan {kabupaten_kota}.")
    if stempel.versi > VERSI:
        raise WorkbookRefused("templat_baru")
    if stempel.versi < VERSI:
        raise WorkbookRefused("templat_lama", CARRY_OVER)
    if stempel.periode != (isian.periode.slug if isian else ""):
        raise WorkbookRefused("periode_lain", CARRY_OVER)


CARRY_OVER: Final = "Unduh templat baru yang sudah berisi data Anda di halaman ini, periksa, lalu unggah."
CARRIED: Final = frozenset({"templat_lama", "periode_lain"})
"""Refusals after which the data are carried over into a new template."""


def stamp_rows(stempel: Stempel, kunci: dict[str, list[str]]) -> list[list[str]]:
    """The rows of the hidden sheet: the stamp, what it says in words, and beside it a column of keys per sheet."""
    words = [
        [stempel.singkat],
        ["Kabupaten/kota", stempel.kabupaten_kota],
        ["Periode", stempel.periode],
        ["Versi templat", str(stempel.versi)],
        ["Dibuat", stempel.dibuat.isoformat()],
    ]
    columns = [[name, *keys] for name, keys in kunci.items()]
    height = max(len(words), *(len(column) for column in columns)) if columns else len(words)
    rows = []
    for number in range(height):
        row = [*(words[number] if number < len(words) else []), "", "", ""][: KOLOM_KUNCI - 1]
        rows.append([*row, *(column[number] if number < len(column) else "" for column in columns)])
    return rows


def _keys(sheet: Sheet) -> dict[str, frozenset[str]]:
    """Row addresses per sheet, without their versions."""
    heads = {column: cell.value for column, cell in sheet.rows.get(1, {}).items() if column >= KOLOM_KUNCI}
    found: dict[str, set[str]] = {name: set() for name in heads.values()}
    for number, row in sheet.rows.items():
        if number > 1:
            for column, name in heads.items():
                if cell := row.get(column):
                    found[name].add(cell.value.partition("#")[0])
    return {name: frozenset(keys) for name, keys in found.items()}


def _text(sheet: Sheet, row: int, column: int) -> str:
    cell: Cell | None = sheet.rows.get(row, {}).get(column)
    return cell.value if cell else ""
