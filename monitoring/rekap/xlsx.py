"""The recap as a workbook: the same object, real numbers, text that stays text."""

from __future__ import annotations

import datetime
import io
import re
import textwrap
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from core.display import tanggal

from .build import DEFINISI, Rekap
from .tabel import KOLOM, figures, lines_of

NUMBER, PERCENT, DATE = "#,##0", '0.00"%"', "dd/mm/yyyy"
TINGKAT = ("Ringan", "Sedang", "Berat")
FONT = "Arial"
NARROWEST, WIDEST = 9, 44
LINE = 13.5  # points

# What XML 1.0 can hold: a name with anything else would make a file that nobody can open.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_xlsx(rekap: Rekap) -> bytes:
    """The workbook of `rekap`."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    jumlah = (
        ("Rusun", rekap.jumlah),
        ("Rusun MBR", rekap.jumlah_mbr),
        ("Rusun pekerja", rekap.jumlah_pekerja),
        ("Rusus", rekap.jumlah_rusus),
    )
    _sheet(
        book, rekap, "Ringkasan", "Ringkasan", ("Kelompok", "Kabupaten/kota", *KOLOM),
        [(nama, row.kabupaten_kota, *figures(row)) for nama, row in jumlah],
    )  # fmt: skip
    for title, judul, jenis, total in (
        ("Per kabupaten-kota", "Rusun menurut kabupaten/kota", "rusun", rekap.jumlah),
        ("Rusus", "Rusus menurut kabupaten/kota", "rusus", rekap.jumlah_rusus),
    ):
        _sheet(
            book, rekap, title, judul, ("Kode", "Kabupaten/kota", "Status", *KOLOM),
            [(baris.kode, baris.nama, baris.label_status, *figures(row)) for baris, row in lines_of(rekap, jenis)],
            footer=("", "JUMLAH", "", *figures(total)),
        )  # fmt: skip
    _sheet(
        book, rekap, "Per lokasi", "Rusun dan rusus per lokasi",
        ("Kode", "Nama", "Kabupaten/kota", "Jenis", "Peruntukan", "Tower", "Unit", "Terhuni", "Kosong siap",
         "Kosong rusak", "Tidak disewakan", "Persen terhuni", "Daftar tunggu", "Tanggal data"),
        [
            (row.kode, row.nama, row.nama_daerah, row.jenis.capitalize(), row.label_peruntukan, row.angka.tower,
             row.angka.unit, row.angka.terhuni, row.angka.kosong_siap, row.angka.kosong_rusak, row.angka.cadangan,
             row.persen_terhuni, row.daftar_tunggu, row.tanggal_data)
            for row in rekap.lokasi
        ],
    )  # fmt: skip
    _sheet(
        book, rekap, "Sebab kosong", "Sebab unit rusun tidak terhuni", ("Sebab", "Unit"),
        [(b.label, b.jumlah) for b in rekap.sebab_kosong], footer=("JUMLAH", rekap.jumlah.kosong),
    )  # fmt: skip
    _sheet(
        book, rekap, "Status aset", "Rusun menurut status aset", ("Status aset", "Lokasi"),
        [(b.label, b.jumlah) for b in rekap.status_aset], footer=("JUMLAH", rekap.jumlah.lokasi),
    )  # fmt: skip
    _sheet(
        book, rekap, "Permasalahan", "Permasalahan rusun menurut aspek dan tingkat", ("Aspek", *TINGKAT, "Jumlah"),
        [(aspek, *counts, total) for aspek, counts, total in rekap.permasalahan_aspek],
        footer=("JUMLAH", *rekap.jumlah_tingkat, rekap.jumlah_permasalahan),
    )  # fmt: skip
    _sheet(
        book, rekap, "Penanggung jawab", "Permasalahan rusun menurut penanggung jawab",
        ("Penanggung jawab", "Permasalahan"), [(b.label, b.jumlah) for b in rekap.penanggung_jawab],
        footer=("JUMLAH", rekap.jumlah_permasalahan),
    )  # fmt: skip
    _sheet(
        book, rekap, "Backlog", "Backlog perumahan dan unit rusun siap huni",
        ("Wilayah", "Tahun", "Definisi", "Backlog", "Siap huni", "Perbandingan", "Sumber"),
        [(b.wilayah, str(b.tahun), b.definisi, b.jumlah, b.siap_huni, b.perbandingan, b.sumber) for b in rekap.backlog],
        note=rekap.catatan_backlog,
    )  # fmt: skip
    _sheet(book, rekap, "Definisi", "Definisi", ("Istilah", "Arti"), DEFINISI)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def head_lines(rekap: Rekap) -> list[str]:
    """What stands above every table in the workbook."""
    lines = [f"Rekapitulasi {rekap.judul}", f"{rekap.wilayah}, posisi {tanggal(rekap.tanggal_posisi)}"]
    lines += [text for text in (rekap.sementara, rekap.catatan_penetapan) if text]
    return [*lines, "DATA CONTOH - BUKAN DATA RESMI"] if rekap.contoh else lines


def _sheet(
    book: Any, rekap: Rekap, title: str, judul: str, header: Sequence[str], rows: Iterable[Sequence[object]],
    footer: Sequence[object] | None = None, note: str = "",
) -> None:  # fmt: skip
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    for number, text in enumerate(head_lines(rekap), start=1):
        _text(sheet.cell(number, 1), text).font = Font(FONT, 14 if number == 1 else 10, bold=number == 1)
    _text(sheet.cell(sheet.max_row + 2, 1), judul).font = Font(FONT, 11, bold=True)
    top = sheet.max_row + 1
    line = Border(bottom=Side(style="thin", color="C5CCD8"))
    body = [*rows, footer] if footer else [*rows]
    for number, values in enumerate(body, start=top + 1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column)
            _fill(cell, value)
            cell.border = line
            cell.font = Font(FONT, 10, bold=values is footer)
    widths: list[int] = []
    for column, text in enumerate(header, start=1):
        cell = _text(sheet.cell(top, column), text)
        values = [row[column - 1] for row in body]
        right = any(_is_figure(value) for value in values)
        cell.font, cell.fill = Font(FONT, 10, bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3B6D")
        cell.alignment = _aligned(right, "bottom")
        words = text.split() if right else [text]
        longest = max(len(str(value)) for value in [*words, *values])
        widths.append(min(max(longest + 4, NARROWEST), WIDEST))
        sheet.column_dimensions[get_column_letter(column)].width = widths[-1]
    for number, values in enumerate([header, *body], start=top):
        lines = max(_lines(str(value), width) for value, width in zip(values, widths, strict=True))
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


def _lines(text: str, width: int) -> int:
    """How many lines `text` takes in a column of `width` characters."""
    return len(textwrap.wrap(text, width)) or 1


def _is_figure(value: object) -> bool:
    return isinstance(value, int | Decimal | datetime.date)


def _aligned(right: bool, vertical: str) -> Any:
    from openpyxl.styles import Alignment

    return Alignment(horizontal="right" if right else "left", vertical=vertical, wrap_text=True, indent=int(not right))


def _fill(cell: Any, value: object) -> None:
    if value is None:
        _text(cell, "-")
    elif isinstance(value, Decimal):
        cell.value, cell.number_format = float(value), PERCENT
    elif isinstance(value, datetime.date):
        cell.value, cell.number_format = value, DATE
    elif isinstance(value, int):
        cell.value, cell.number_format = value, NUMBER
    else:
        _text(cell, str(value))
    right = value is None or _is_figure(value)
    cell.alignment = _aligned(right, "top")


def _text(cell: Any, text: str) -> Any:
    """Text that stays text (a leading = is no formula) and that a file can hold."""
    cell.value = _NOT_XML.sub("", text)
    cell.data_type = "s"
    return cell
