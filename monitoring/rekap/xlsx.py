"""The recap as a workbook: the same object, real numbers, text that stays text."""

from __future__ import annotations

import io

from core.display import tanggal
from monitoring.lembar import add_sheet

from .build import DEFINISI, Rekap
from .tabel import KOLOM, figures, lines_of, small_tables

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
        book, kepala, "Ringkasan", "Ringkasan", ("Kelompok", "Kabupaten/kota", *KOLOM),
        [(nama, row.kabupaten_kota, *figures(row)) for nama, row in jumlah],
    )  # fmt: skip
    for title, judul, jenis, total in (
        ("Per kabupaten-kota", "Rusun menurut kabupaten/kota", "rusun", rekap.jumlah),
        ("Rusus", "Rusus menurut kabupaten/kota", "rusus", rekap.jumlah_rusus),
    ):
        add_sheet(
            book, kepala, title, judul, ("Kode", "Kabupaten/kota", "Status", *KOLOM),
            [(baris.kode, baris.nama, baris.label_status, *figures(row)) for baris, row in lines_of(rekap, jenis)],
            footer=("", "JUMLAH", "", *figures(total)),
        )  # fmt: skip
    add_sheet(
        book, kepala, "Per lokasi", "Rusun dan rusus per lokasi",
        ("Kode", "Nama", "Kabupaten/kota", "Jenis", "Peruntukan", "Tower", "Unit", "Terhuni", "Kosong siap",
         "Kosong rusak", "Tidak disewakan", "Persen terhuni", "Daftar tunggu", "Lewat batas huni",
         "Habis dalam enam bulan", "Tanpa aturan lama huni", "Menunggak", "Tanggal data"),
        [
            (row.kode, row.nama, row.nama_daerah, row.jenis.capitalize(), row.label_peruntukan, row.angka.tower,
             row.angka.unit, row.angka.terhuni, row.angka.kosong_siap, row.angka.kosong_rusak, row.angka.cadangan,
             row.persen_terhuni, row.daftar_tunggu, row.lewat_batas_huni, row.segera_habis_huni, row.tanpa_aturan_huni,
             row.menunggak, row.tanggal_data)
            for row in rekap.lokasi
        ],
    )  # fmt: skip
    add_sheet(
        book, kepala, "Sebab kosong", "Sebab unit rusun tidak terhuni", ("Sebab", "Unit"),
        [(b.label, b.jumlah) for b in rekap.sebab_kosong], footer=("JUMLAH", rekap.jumlah.kosong),
    )  # fmt: skip
    add_sheet(
        book, kepala, "Status aset", "Rusun menurut status aset", ("Status aset", "Lokasi"),
        [(b.label, b.jumlah) for b in rekap.status_aset], footer=("JUMLAH", rekap.jumlah.lokasi),
    )  # fmt: skip
    add_sheet(
        book, kepala, "Permasalahan", "Permasalahan rusun menurut aspek dan tingkat", ("Aspek", *TINGKAT, "Jumlah"),
        [(row.label, *row.tingkat, row.jumlah) for row in rekap.permasalahan_aspek],
        footer=("JUMLAH", *rekap.jumlah_tingkat, rekap.jumlah_permasalahan),
    )  # fmt: skip
    add_sheet(
        book, kepala, "Penanggung jawab", "Permasalahan rusun menurut penanggung jawab",
        ("Penanggung jawab", "Permasalahan"), [(b.label, b.jumlah) for b in rekap.penanggung_jawab],
        footer=("JUMLAH", rekap.jumlah_permasalahan),
    )  # fmt: skip
    add_sheet(
        book, kepala, "Backlog", "Backlog perumahan dan unit rusun siap huni",
        ("Wilayah", "Tahun", "Definisi", "Backlog", "Siap huni", "Perbandingan", "Sumber"),
        [(b.wilayah, str(b.tahun), b.definisi, b.jumlah, b.siap_huni, b.perbandingan, b.sumber) for b in rekap.backlog],
        note=rekap.catatan_backlog,
    )  # fmt: skip
    for tabel in small_tables(rekap):
        add_sheet(
            book, kepala, tabel.lembar, tabel.judul, tabel.kepala, tabel.baris, footer=tabel.jumlah,
            note=tabel.keterangan,
        )  # fmt: skip
    add_sheet(book, kepala, "Definisi", "Definisi", ("Istilah", "Arti"), DEFINISI)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def head_lines(rekap: Rekap) -> list[str]:
    """What stands above every table in the workbook."""
    lines = [f"Rekapitulasi {rekap.judul}", f"{rekap.wilayah}, posisi {tanggal(rekap.tanggal_posisi)}"]
    lines += [text for text in (rekap.sementara, rekap.catatan_penetapan) if text]
    return [*lines, "DATA CONTOH - BUKAN DATA RESMI"] if rekap.contoh else lines
