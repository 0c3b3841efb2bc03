"""The recap as a workbook: the same object, real numbers, text that stays text."""

from __future__ import annotations

import io

from core.display import tanggal
from monitoring.lembar import add_sheet

from .build import DEFINISI, Rekap
from .tabel import KOLOM, figures, lines_of

TINGKAT = ("Ringan", "Sedang", "Berat")


def render_xlsx(rekap: Rekap) -> bytes:
    """The workbook of `rekap`."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    kepala = head_lines(rekap)
    jumlah = (
        ("Rusun", rekap.jumlah),
        ("Rusun MBR", rekap.jumlah_mbr),
        ("Rusun pekerja", rekap.jumlah_pekerja),
        ("Rusus", rekap.jumlah_rusus),
    )
    add_sheet(
        book, kepala, "Ringkasan", ("Kelompok", "Kabupaten/kota", *KOLOM),
        [(nama, row.kabupaten_kota, *figures(row)) for nama, row in jumlah],
    )  # fmt: skip
    add_sheet(
        book, kepala, "Per kabupaten-kota", ("Kode", "Kabupaten/kota", "Status", *KOLOM),
        [(baris.kode, baris.nama, baris.label_status, *figures(row)) for baris, row in lines_of(rekap, "rusun")],
        footer=("", "JUMLAH", "", *figures(rekap.jumlah)),
    )  # fmt: skip
    add_sheet(
        book, kepala, "Rusus", ("Kode", "Kabupaten/kota", "Status", *KOLOM),
        [(baris.kode, baris.nama, baris.label_status, *figures(row)) for baris, row in lines_of(rekap, "rusus")],
        footer=("", "JUMLAH", "", *figures(rekap.jumlah_rusus)),
    )  # fmt: skip
    add_sheet(
        book, kepala, "Per lokasi",
        ("Kode", "Nama", "Kabupaten/kota", "Jenis", "Peruntukan", "Tower", "Unit", "Terhuni", "Kosong siap",
         "Kosong rusak", "Tidak disewakan", "Persen terhuni", "Daftar tunggu", "Tanggal data"),
        [
            (row.kode, row.nama, row.nama_daerah, row.jenis.capitalize(), row.label_peruntukan, row.angka.tower,
             row.angka.unit, row.angka.terhuni, row.angka.kosong_siap, row.angka.kosong_rusak, row.angka.cadangan,
             row.persen_terhuni, row.daftar_tunggu, tanggal(row.tanggal_data))
            for row in rekap.lokasi
        ],
    )  # fmt: skip
    add_sheet(book, kepala, "Sebab kosong", ("Sebab", "Unit"), [(b.label, b.jumlah) for b in rekap.sebab_kosong])
    add_sheet(
        book, kepala, "Permasalahan", ("Aspek", *TINGKAT, "Jumlah"),
        [(aspek, *counts, total) for aspek, counts, total in rekap.permasalahan_aspek],
    )  # fmt: skip
    add_sheet(book, kepala, "Definisi", ("Istilah", "Arti"), DEFINISI)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def head_lines(rekap: Rekap) -> list[str]:
    """What stands above every table on paper and in the workbook."""
    lines = [f"Rekapitulasi {rekap.judul}", f"{rekap.wilayah}, posisi {tanggal(rekap.tanggal_posisi)}"]
    lines += [text for text in (rekap.sementara, rekap.catatan_penetapan) if text]
    return [*lines, "DATA CONTOH - BUKAN DATA RESMI"] if rekap.contoh else lines
