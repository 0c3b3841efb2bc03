"""The recap as a workbook: the same object, real numbers, text that stays text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from core.display import tanggal

from .build import DEFINISI, Rekap
from .tabel import KOLOM, figures, lines_of

NUMBER, PERCENT = "#,##0", '0.00"%"'
TINGKAT = ("Ringan", "Sedang", "Berat")


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
        book, rekap, "Ringkasan", ("Kelompok", "Kabupaten/kota", *KOLOM),
        [(nama, row.kabupaten_kota, *figures(row)) for nama, row in jumlah],
    )  # fmt: skip
    _sheet(
        book, rekap, "Per kabupaten-kota", ("Kode", "Kabupaten/kota", "Status", *KOLOM),
        [(baris.kode, baris.nama, baris.label_status, *figures(row)) for baris, row in lines_of(rekap, "rusun")],
        footer=("", "JUMLAH", "", *figures(rekap.jumlah)),
    )  # fmt: skip
    _sheet(
        book, rekap, "Rusus", ("Kode", "Kabupaten/kota", "Status", *KOLOM),
        [(baris.kode, baris.nama, baris.label_status, *figures(row)) for baris, row in lines_of(rekap, "rusus")],
        footer=("", "JUMLAH", "", *figures(rekap.jumlah_rusus)),
    )  # fmt: skip
    _sheet(
        book, rekap, "Per lokasi",
        ("Kode", "Nama", "Kabupaten/kota", "Jenis", "Peruntukan", "Tower", "Unit", "Terhuni", "Kosong siap",
         "Kosong rusak", "Tidak disewakan", "Persen terhuni", "Daftar tunggu", "Tanggal data"),
        [
            (row.kode, row.nama, row.nama_daerah, row.jenis.capitalize(), row.label_peruntukan, row.angka.tower,
             row.angka.unit, row.angka.terhuni, row.angka.kosong_siap, row.angka.kosong_rusak, row.angka.cadangan,
             row.persen_terhuni, row.daftar_tunggu, tanggal(row.tanggal_data))
            for row in rekap.lokasi
        ],
    )  # fmt: skip
    _sheet(book, rekap, "Sebab kosong", ("Sebab", "Unit"), [(b.label, b.jumlah) for b in rekap.sebab_kosong])
    _sheet(
        book, rekap, "Permasalahan", ("Aspek", *TINGKAT, "Jumlah"),
        [(aspek, *counts, total) for aspek, counts, total in rekap.permasalahan_aspek],
    )  # fmt: skip
    _sheet(book, rekap, "Definisi", ("Istilah", "Arti"), DEFINISI)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def head_lines(rekap: Rekap) -> list[str]:
    """What stands above every table on paper and in the workbook."""
    lines = [f"Rekapitulasi {rekap.judul}", f"{rekap.wilayah}, posisi {tanggal(rekap.tanggal_posisi)}"]
    lines += [text for text in (rekap.sementara, rekap.catatan_penetapan) if text]
    return [*lines, "DATA CONTOH - BUKAN DATA RESMI"] if rekap.contoh else lines


def _sheet(
    book: Any, rekap: Rekap, title: str, header: Sequence[str], rows: Iterable[Sequence[object]],
    footer: Sequence[object] | None = None,
) -> None:  # fmt: skip
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    for number, text in enumerate(head_lines(rekap), start=1):
        _text(sheet.cell(number, 1), text).font = Font(bold=number == 1, size=14 if number == 1 else 11)
    top = sheet.max_row + 2
    line = Side(style="thin", color="C5CCD8")
    for column, text in enumerate(header, start=1):
        cell = _text(sheet.cell(top, column), text)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3B6D")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    widths = [len(text) for text in header]
    body = [*rows, footer] if footer else [*rows]
    for number, values in enumerate(body, start=top + 1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column)
            cell.border = Border(bottom=line)
            _fill(cell, value)
            if footer and number == top + len(body):
                cell.font = Font(bold=True)
            widths[column - 1] = max(widths[column - 1], len(str(value)))
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = min(max(width + 2, 9), 48)
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{top}:{top}"


def _fill(cell: Any, value: object) -> None:
    if value is None:
        _text(cell, "-").alignment = _right()
    elif isinstance(value, Decimal):
        cell.value, cell.number_format = float(value), PERCENT
    elif isinstance(value, int):
        cell.value, cell.number_format = value, NUMBER
    else:
        _text(cell, str(value))


def _right() -> Any:
    from openpyxl.styles import Alignment

    return Alignment(horizontal="right")


def _text(cell: Any, text: str) -> Any:
    """Text that stays text: a leading = is no formula."""
    cell.value = text
    cell.data_type = "s"
    return cell
