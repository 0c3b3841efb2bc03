"""The board as a workbook: the rows of one filter, every card, and what each figure means."""

from __future__ import annotations

import io
from collections.abc import Callable

from core.display import waktu
from monitoring.lembar import add_sheet

from .papan import ARTI_WAKTU_JAWAB, SARINGAN, BarisPapan, Papan

KOLOM: dict[str, Callable[[BarisPapan], object]] = {
    "Kode": lambda baris: baris.kode,
    "Kabupaten/kota": lambda baris: baris.nama,
    "Status": lambda baris: baris.label.label,
    "Ketepatan": lambda baris: baris.ketepatan.capitalize() or None,
    "Batas": lambda baris: baris.batas.tanggal if baris.batas else None,
    "Sisa hari": lambda baris: baris.sisa_hari,
    "Dikecualikan sampai": lambda baris: baris.pengecualian_sampai,
    "Alasan pengecualian": lambda baris: baris.pengecualian_alasan or None,
    "Kiriman ke": lambda baris: baris.kiriman,
    "Dikirim (WIB)": lambda baris: baris.dikirim_pada,
    "Catatan terbuka": lambda baris: baris.catatan_terbuka,
    "Catatan dijawab": lambda baris: baris.catatan_dijawab,
    "Verifikator": lambda baris: baris.verifikator or None,
    "Waktu jawab provinsi": lambda baris: baris.waktu_jawab or None,
}

ARTI_KOLOM: tuple[tuple[str, str], ...] = (
    ("Ketepatan", "Tepat waktu atau terlambat menurut kiriman pertama. Pengecualian tidak mengubahnya."),
    ("Batas", "Batas waktu periode, atau batas jawaban bila isian dikembalikan. Hari kalender, sampai 23.59 WIB."),
    ("Sisa hari", "Hari kalender sampai batas; negatif bila sudah lewat. Kosong selama isian ada pada provinsi."),
    ("Dikecualikan sampai", "Hari terakhir yang diberikan koordinator untuk kabupaten/kota ini."),
    ("Kiriman ke", "Nomor kiriman terakhir, dengan waktunya."),
    ("Catatan terbuka", "Catatan provinsi yang belum dijawab."),
    ("Catatan dijawab", "Catatan yang sudah dijawab dan belum dinyatakan selesai."),
    ("Waktu jawab provinsi", ARTI_WAKTU_JAWAB),
)


def render_papan(papan: Papan, saringan: str) -> bytes:
    """The workbook of `papan` with the rows of `saringan` (an entry of `SARINGAN`, or "" for all)."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    kepala = [f"Papan {papan.judul}", f"Keadaan {waktu(papan.waktu)}, periode {papan.status.lower()}"]
    if papan.contoh:
        kepala.append("DATA CONTOH - BUKAN DATA RESMI")
    chosen = [f"Saringan: {SARINGAN[saringan].label}"] if saringan in SARINGAN else []
    baris = papan.rows_in(saringan)
    add_sheet(
        book,
        [*kepala, *chosen],
        "Papan",
        "Isian kabupaten/kota",
        tuple(KOLOM),
        [[get(row) for get in KOLOM.values()] for row in baris],
    )
    cards = [(SARINGAN[kode].label, jumlah) for kode, jumlah in papan.hitungan.items()]
    jawab = papan.waktu_jawab
    add_sheet(
        book, kepala, "Ringkasan", "Ringkasan", ("Angka", "Nilai"),
        [("Diundang", len(papan.baris)), *cards, ("Waktu jawab provinsi", f"{jawab.teks}. {jawab.keterangan}")],
    )  # fmt: skip
    arti = [("Diundang", "Kabupaten/kota dalam daftar undangan periode ini.")]
    arti += [(group.label, group.arti) for group in SARINGAN.values()]
    add_sheet(book, kepala, "Keterangan", "Arti tiap angka", ("Istilah", "Arti"), [*arti, *ARTI_KOLOM])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
