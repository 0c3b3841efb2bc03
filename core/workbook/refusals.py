"""Why a file is not taken at all: each fault by name, with the next step for whoever sent it."""

from __future__ import annotations

from typing import Final

REFUSALS: Final[dict[str, str]] = {
    "kosong": "Berkas kosong. Pilih berkas lain.",
    "terlalu_besar": "Berkas lebih besar dari 10 MB. Hapus gambar dan lembar yang tidak perlu, lalu unggah lagi.",
    "bukan_buku_kerja": "Ini bukan buku kerja Excel (.xlsx). Buka berkas aslinya, simpan sebagai Buku Kerja Excel "
    "(.xlsx), lalu unggah lagi. Mengganti nama berkas tidak mengubah isinya.",
    "xls_lama": "Ini Excel 97-2003 (.xls). Simpan sebagai Buku Kerja Excel (.xlsx), lalu unggah lagi.",
    "terenkripsi": "Berkas dilindungi kata sandi. Buka, hapus kata sandinya, simpan, lalu unggah lagi.",
    "bermakro": "Buku kerja ini memuat makro. Simpan sebagai Buku Kerja Excel (.xlsx) tanpa makro, lalu unggah lagi.",
    "bom_zip": "Isi berkas mengembang jauh melebihi ukurannya, sehingga tidak dibuka. Salin datanya ke templat baru.",
    "dtd": "Berkas memuat definisi dokumen (DTD) yang tidak boleh ada di buku kerja. Salin datanya ke templat baru.",
    "tautan_luar": "Buku kerja ini menaut ke berkas atau sumber data lain. Di Excel pilih Data, Edit Tautan, Putuskan "
    "Tautan, lalu simpan dan unggah lagi.",
    "terlalu_banyak_baris": "Lembar ini berisi lebih dari 20.000 baris. Hapus baris kosong di bawah data, atau bagi "
    "datanya menjadi beberapa berkas.",
    "terlalu_banyak_kolom": "Lembar ini berisi lebih dari 60 kolom. Hapus kolom di kanan data, lalu unggah lagi.",
    "terlalu_dalam": "Susunan berkas tidak wajar, sehingga tidak dibuka. Salin datanya ke templat baru.",
    "isi_ganda": "Berkas memuat bagian yang sama dua kali. Buka di Excel, simpan ulang, lalu unggah lagi.",
    "rusak": "Berkas rusak dan tidak dapat dibaca. Buka di Excel, simpan ulang, lalu unggah lagi.",
    "terlalu_berat": "Berkas terlalu berat untuk dibaca. Salin datanya ke templat baru, tanpa gambar dan format "
    "tambahan, lalu unggah lagi.",
    "bukan_templat": "Buku kerja ini bukan templat sistem ini. Unduh templatnya, salin data ke sana, lalu unggah.",
    "daerah_lain": "Templat ini milik kabupaten/kota lain.",
    "periode_lain": "Templat ini dibuat untuk periode lain.",
    "templat_lama": "Templat ini versi lama.",
    "templat_baru": "Templat ini dibuat oleh sistem yang lebih baru. Unduh templat dari halaman ini.",
    "judul_hilang": "Judul kolom tidak ditemukan. Kembalikan judul seperti di templat.",
    "judul_ganda": "Judul kolom muncul dua kali. Hapus salah satunya.",
}


class WorkbookRefused(Exception):
    """The file is not taken. `kode` names the fault (a key of `REFUSALS`), `str()` tells the next step."""

    def __init__(self, kode: str, rincian: str = "") -> None:
        super().__init__(f"{REFUSALS[kode]} {rincian}".strip())
        self.kode, self.rincian = kode, rincian
