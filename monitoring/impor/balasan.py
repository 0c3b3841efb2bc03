"""The workbook that goes back: the user's own cells where they stood, wrong ones coloured and noted, a summary first.

It is written anew rather than changed: nothing of the file but its cells comes along, whatever else was in it. The
cells are the user's own words; notes and summary mask what identifies a person.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from core.display import angka, tanggal_pendek, waktu
from core.workbook.cells import BOOL, DATE, NUMBER, Cell, split_reference
from core.workbook.findings import Finding
from core.workbook.layout import DAY, Table, find_table, fold
from core.workbook.reader import read_workbook
from monitoring.models import Isian
from rusun.lembar import JUDUL_KODE, group_titles

from .buku import Buku, GuideRow, Tata
from .rencana import JUDUL_ATURAN, Rencana
from .stempel import LEMBAR_STEMPEL, stamp_rows
from .templat import Filled, Susunan, build_template, stored_rows

HASIL: Final = "Hasil pemeriksaan"
LISTED: Final = 2000
WIDTHS: Final = (14, 9, 30, 30, 78)


def build_reply(rencana: Rencana, nama_asli: str, saat: datetime.datetime) -> bytes:
    """The annotated workbook of a plan. Uploaded again as it is, it would say the same."""
    buku = Buku()
    buku.reading_sheet(HASIL, WIDTHS, _summary(rencana, nama_asli, saat))
    marks: dict[str, dict[tuple[int, int], list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in rencana.temuan:
        if finding.sel:
            marks[finding.lembar][split_reference(finding.sel)].append(finding)
    for nama, table in rencana.tables.items():
        buku.data_sheet(_arranged(table), _cells(table), marks[nama])
    if rencana.stempel.kunci is not None:
        keys = {nama: sorted(found) for nama, found in rencana.stempel.kunci.items()}
        buku.stamp_sheet(stamp_rows(rencana.stempel, keys))
    return buku.save()


def _arranged(table: Table) -> Tata:
    """The user's own arrangement of a sheet."""
    layout = table.layout
    if not layout.tegak:
        groups = frozenset(table.posisi.values()) if any(column.kelompok for column in layout.kolom) else frozenset()
        last = max(table.sheet.rows, default=table.baris_judul)
        return Tata(layout, table.baris_judul, table.posisi, groups, kolom_kunci=table.kolom_kunci, sampai=last)
    titles = {fold(cell.value): number for number, row in table.sheet.rows.items()
              if (cell := row.get(table.baris_judul))}  # fmt: skip
    groups = frozenset(titles[title] for title in group_titles() & titles.keys() if title != fold(JUDUL_KODE))
    return Tata(
        layout, table.baris_judul, table.posisi, groups, kolom_kunci=1 if table.baris_judul > 1 else 0,
        baris_kunci=table.kolom_kunci, kepala=titles.get(fold(JUDUL_KODE), 0),
        sampai=max((column for row in table.sheet.rows.values() for column in row), default=3),
    )  # fmt: skip


def _cells(table: Table) -> Iterator[tuple[int, list[Any]]]:
    tata = _arranged(table)
    width = tata.sampai if table.layout.tegak else max(table.posisi.values())
    for number in sorted(table.sheet.rows):
        row = table.sheet.rows[number]
        yield (
            number,
            [
                None if (cell := row.get(column)) is None else _as_typed(cell, tata.column_at(number, column))
                for column in range(1, max(width, *row) + 1)
            ],
        )


def _as_typed(cell: Cell, column: Any) -> Any:
    """What the user's cell held; a formula and an error as the text they were."""
    if cell.kind == NUMBER:
        return Decimal(cell.value)
    if cell.kind == BOOL:
        return "TRUE" if cell.value == "1" else "FALSE"
    if cell.kind == DATE:
        try:
            day = datetime.date.fromisoformat(cell.value)
        except ValueError:
            return cell.value
        return day if column is not None and column.jenis == DAY else tanggal_pendek(day)
    return cell.value


def _summary(rencana: Rencana, nama_asli: str, saat: datetime.datetime) -> Iterator[GuideRow]:
    yield []
    yield [("Hasil pemeriksaan", "judul")]
    yield [(f"{nama_asli}, {rencana.susunan.kabupaten_kota}, diperiksa {waktu(saat)}", "anak")]
    yield []
    yield [("Perbaiki sel merah di tiap lembar, simpan, lalu unggah lagi berkas ini. Tidak ada yang menjadi ganda.",
            "teks_lurus")]  # fmt: skip
    yield []
    yield [(text, "kepala") for text in ("Lembar", "Baru", "Berubah", "Sama", "Lainnya")]
    for outcome in rencana.hasil:
        yield [
            (outcome.lembar, "tebal"), (angka(len(outcome.baru)), "sel"),
            (f"{angka(len(outcome.berubah))} sel di {angka(outcome.baris_berubah)} baris", "sel"),
            (f"{angka(outcome.sama)} baris", "sel"),
            (f"Tidak ada di berkas {angka(len(outcome.hilang))}, diabaikan {angka(len(outcome.diabaikan))}, "
             f"baris salah {angka(outcome.baris_salah)}", "sel"),
        ]  # fmt: skip
    for stops, title, role in ((True, "Kesalahan", "galat"), (False, "Peringatan", "peringatan")):
        found = [finding for finding in rencana.temuan if finding.stops == stops]
        if found:
            yield []
            yield [(f"{title}: {angka(len(found))}", "bagian"), *([("", "bagian")] * 4)]
            yield [(text, "kepala") for text in ("Lembar", "Sel", "Kolom", "Isi sel", "Keterangan")]
            yield from _listed(found, role)


def _listed(found: list[Finding], role: str) -> Iterator[GuideRow]:
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        grouped[finding.kode].append(finding)
    left = LISTED
    for kode in sorted(grouped, key=lambda kode: (-len(grouped[kode]), kode)):
        rows = grouped[kode]
        yield [(f"{kode}  {JUDUL_ATURAN.get(kode, kode)} ({angka(len(rows))})", role), *([("", role)] * 4)]
        for finding in rows[:left]:
            wanted = f" Diharapkan: {finding.harapan}." if finding.harapan else ""
            yield [(finding.lembar, "sel"), (finding.sel, "tebal"), (finding.kolom, "sel"), (finding.nilai, "sel"),
                   (f"{finding.pesan}{wanted}", "sel")]  # fmt: skip
        left -= min(left, len(rows))
    if len(found) > LISTED:
        yield [
            (f"Hanya {angka(LISTED)} yang pertama ditulis di sini; semuanya diberi warna di lembarnya.", "teks_lurus")
        ]


# --- an older template -----------------------------------------------------------------------------------------------


def carry_over(content: bytes, susunan: Susunan, isian: Isian | None, saat: datetime.datetime) -> bytes:
    """A new template that holds what is stored and, over it, what the user typed into an older one.

    Columns are found by their titles; what is no longer asked for stays behind.
    """
    buku = read_workbook(content, [*susunan.nama, LEMBAR_STEMPEL])
    rows: dict[str, Filled] = {}
    for nama, stored in stored_rows(susunan).items():
        layout = next(layout for layout in susunan.lembar if layout.nama == nama)
        sheet = buku.sheets.get(nama)
        table = find_table(sheet, layout, group_titles(), strict=False) if sheet else None
        rows[nama] = _overlaid(stored, table) if table is not None and table.posisi else stored
    return build_template(susunan, isian, saat, rows).isi


def _overlaid(stored: Filled, table: Table) -> Iterable[tuple[str, dict[str, Any]]]:
    typed: dict[str, dict[str, Any]] = {}
    new: list[dict[str, Any]] = []
    for record in table.records():
        values = {code: _understood(table, code, cell) for code, cell in record.sel.items()}
        address = record.kunci.partition("#")[0]
        if address and address not in typed:
            typed[address] = values
        else:
            new.append(values)
    for key, values in stored:
        yield key, {**values, **typed.pop(key.partition("#")[0], {})}
    yield from (("", values) for values in (*typed.values(), *new))


def _understood(table: Table, code: str, cell: Cell) -> Any:
    """The value of a cell; one that cannot be read comes along as it was typed."""
    column = table.layout.menurut_kode[code]
    taken = column.take(cell)
    if taken.galat is None and not column.rahasia:
        return taken.nilai
    return _as_typed(cell, column)
