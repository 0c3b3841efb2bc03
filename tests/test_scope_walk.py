"""Who may open which URL: the table that the access matrix of `tests/attack` asks page by page.

A URL without an entry in `PAGES` fails with its name.
"""

import uuid
from dataclasses import dataclass, field

from django.urls import URLPattern, get_resolver

OPERATORS = {"operator", "operator_penghuni"}
PROVINCE = {"verifikator", "koordinator"}
REGISTRY = OPERATORS | PROVINCE | {"pimpinan"}
RESIDENTS = PROVINCE | {"operator_penghuni"}
ALL = REGISTRY | {"admin"}
PUBLIC = {
    "core:masuk",
    "core:masuk_faktor",
    "core:masuk_kode",
    "core:keluar",
    "core:sehat",
    "hadir",
    "cek_dokumen",
    "cek_dokumen_ketik",
}
NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True)
class Page:
    """Who may open it, with which arguments (names of `world`), and with which it does not exist."""

    roles: set[str]
    own: tuple[str, ...] = ()
    missing: tuple[object, ...] = ()
    regional: bool = field(default=True, kw_only=True)  # belongs to one kabupaten/kota: others get 404


def isian(roles, *more, missing=()):
    return Page(roles, ("slug", "kode", *more), ("desk-uji", "33.99", *missing))


def desk(roles, *more, missing=()):
    return Page(roles, ("slug", "sesi", *more), ("desk-uji", 0, *missing))


PAGES = {
    "beranda": Page(ALL),
    "acuan": Page({"admin"}),
    "acuan_tambah": Page({"admin"}, ("acuan_jenis",), ("tidak-ada",), regional=False),
    "acuan_ubah": Page({"admin"}, ("acuan_jenis", "backlog"), ("backlog", 0), regional=False),
    "acuan_aktif": Page({"admin"}, ("acuan_jenis", "backlog"), ("backlog", 0), regional=False),
    "core:akun": Page(ALL),
    "core:akun_sandi": Page(ALL),
    "core:akun_dua_faktor": Page(ALL),
    "core:akun_pemulihan": Page(ALL),
    "core:akun_lepas": Page(ALL),
    "core:akun_sesi": Page(ALL),
    "core:pengguna_daftar": Page({"admin"}),
    "core:pengguna_berkas": Page({"admin"}),
    "core:pengguna_templat": Page({"admin"}),
    "core:pengguna_ekspor": Page({"admin"}),
    "core:pengguna_tambah": Page({"admin"}),
    "core:pengguna_ubah": Page({"admin"}, ("akun",), (0,), regional=False),
    "core:pengguna_sandi": Page({"admin"}, ("akun",), (0,), regional=False),
    "core:pengguna_kode": Page({"admin"}, ("akun",), (0,), regional=False),
    "core:pengguna_faktor": Page({"admin"}, ("akun",), (0,), regional=False),
    "core:pengguna_sesi": Page({"admin"}, ("akun",), (0,), regional=False),
    "core:jejak": Page({"admin"}),
    "core:jejak_ekspor": Page({"admin"}),
    "core:jejak_periksa": Page({"admin"}),
    "rusun:daftar": Page(REGISTRY),
    "rusun:ekspor": Page(REGISTRY),
    "rusun:tambah": Page(OPERATORS),
    "rusun:masalah_daftar": Page(REGISTRY),
    "rusun:masalah_pdf": Page(REGISTRY),
    "rusun:masalah_ekspor": Page(REGISTRY),
    "rusun:tindak_lanjut_daftar": Page(REGISTRY),
    "rusun:tindak_lanjut_pdf": Page(REGISTRY),
    "rusun:tindak_lanjut_tambah": Page(OPERATORS, ("masalah",), (NOBODY,)),
    "rusun:masalah_status": Page(OPERATORS, ("masalah",), (NOBODY,)),
    "rusun:tindak_lanjut_ubah": Page(OPERATORS | PROVINCE, ("tindak",), (NOBODY,)),
    "rusun:bukti_tambah": Page(OPERATORS | PROVINCE, ("tindak",), (NOBODY,)),
    "rusun:lampiran_unduh": Page(REGISTRY, ("lampiran",), (NOBODY,)),
    "rusun:lampiran_tarik": Page(OPERATORS, ("lampiran",), (NOBODY,)),
    "rusun:detail": Page(REGISTRY, ("rusun",), ("3399-RSN-01",)),
    "rusun:profil_pdf": Page(REGISTRY, ("rusun",), ("3399-RSN-01",)),
    "rusun:tutup": Page(OPERATORS, ("rusun",), ("3399-RSN-01",)),
    "rusun:lampiran_tambah": Page(OPERATORS, ("rusun",), ("3399-RSN-01",)),
    "rusun:ubah": Page(OPERATORS, ("rusun", "bagian"), ("3399-RSN-01", "hunian")),
    "penghuni:daftar": Page(RESIDENTS),
    "penghuni:ekspor": Page(RESIDENTS),
    "penghuni:ekspor_pribadi": Page(RESIDENTS),
    "penghuni:masa_tinggal": Page(RESIDENTS),
    "penghuni:masa_tinggal_ekspor": Page(RESIDENTS),
    "penghuni:masa_tinggal_ekspor_pribadi": Page(RESIDENTS),
    "penghuni:cari_nik": Page(RESIDENTS),
    "penghuni:program_papan": Page(RESIDENTS),
    "penghuni:program_daftar": Page(RESIDENTS),
    "penghuni:program_tambah": Page(RESIDENTS),
    "penghuni:program_ekspor": Page(RESIDENTS),
    "penghuni:program_penyaringan": Page(RESIDENTS),
    "penghuni:program_jalankan": Page(PROVINCE),
    "penghuni:program_kemajuan": Page(RESIDENTS),
    "penghuni:program_perubahan": Page(RESIDENTS),
    "penghuni:program_aturan": Page(RESIDENTS),
    "penghuni:program_penghuni": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:program_saring": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:program_tahap": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:tambah": Page({"operator_penghuni"}),
    "penghuni:ganda_daftar": Page(PROVINCE),
    "penghuni:ganda_himpunan": Page(PROVINCE, ("penghuni",), (NOBODY,)),
    "penghuni:ganda_putuskan": Page(PROVINCE, ("ganda",), (0,)),
    "penghuni:detail": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:ubah": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:lihat_lengkap": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:masuk_unit": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:pindah_unit": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:kosongkan_nomor": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:koreksi_hunian": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:keluar_unit": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:permintaan_daftar": Page(RESIDENTS),
    "penghuni:permintaan": Page(RESIDENTS, ("permintaan_subjek",), (NOBODY,)),
    "penghuni:permintaan_tambah": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:laporan": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:jejak": Page(PROVINCE, ("penghuni",), (NOBODY,)),
    "impor:daftar": Page(OPERATORS | PROVINCE),
    "impor:daerah": Page(OPERATORS | PROVINCE, ("kode",), ("33.99",)),
    "impor:templat": Page(OPERATORS | PROVINCE, ("kode",), ("33.99",)),
    "impor:berkas": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:kemajuan": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:terapkan": Page(OPERATORS, ("impor",), (NOBODY,)),
    "impor:batalkan": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:urungkan": Page(OPERATORS, ("impor",), (NOBODY,)),
    "impor:lanjutkan": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:unduh_asli": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:unduh_balasan": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "monitoring:periode_daftar": Page(REGISTRY),
    "monitoring:periode_baru": Page({"koordinator"}),
    "pemberitahuan": Page(OPERATORS | PROVINCE),
    "pemberitahuan_dibaca_semua": Page(OPERATORS | PROVINCE),
    "pemberitahuan_dibaca": Page(OPERATORS | PROVINCE, ("kabar",), (0,), regional=False),
    "monitoring:periode_detail": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:papan_xlsx": Page(PROVINCE | {"pimpinan"}, ("slug",), ("tidak-ada",)),
    "monitoring:periode_tanggal": Page({"koordinator"}, ("slug",), ("tidak-ada",)),
    "monitoring:verifikasi_massal": Page(PROVINCE, ("slug",), ("tidak-ada",)),
    "monitoring:ingatkan": Page(PROVINCE, ("slug",), ("tidak-ada",)),
    "monitoring:kotak_keluar": Page(PROVINCE, ("slug",), ("tidak-ada",)),
    "monitoring:kotak_keluar_ulang": Page(PROVINCE, ("slug",), ("tidak-ada",)),
    "monitoring:periode_undang": Page({"koordinator"}, ("slug",), ("tidak-ada",)),
    "monitoring:periode_gerak": Page({"koordinator", "pimpinan"}, ("slug", "gerak"), ("tidak-ada", "buka")),
    "monitoring:periode_tetapkan": Page({"pimpinan"}, ("slug",), ("tidak-ada",)),
    "monitoring:pengecualian": isian({"koordinator"}),
    "monitoring:pengecualian_cabut": isian({"koordinator"}),
    "monitoring:rekap": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:rekap_pdf": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:rekap_json": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:rekap_csv": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:ringkasan_pdf": Page(PROVINCE | {"pimpinan"}, ("slug",), ("tidak-ada",)),
    "monitoring:keputusan": Page({"koordinator"}, ("slug",), ("tidak-ada",)),
    "monitoring:rekap_xlsx": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:rekap_pdf_di_bawah": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:rekap_xlsx_di_bawah": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "hari_libur": Page({"koordinator", "admin"}),
    "monitoring:desk_jadwal": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:desk_susun": Page({"koordinator"}, ("slug",), ("tidak-ada",)),
    "monitoring:desk_terbitkan": Page({"koordinator"}, ("slug",), ("tidak-ada",)),
    "monitoring:desk_papan": Page(PROVINCE | {"pimpinan"}, ("slug",), ("tidak-ada",)),
    "monitoring:desk_ics": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:desk_surat_pdf": Page(PROVINCE, ("slug", "surat"), ("tidak-ada", "undangan")),
    "monitoring:desk_surat_docx": Page(PROVINCE, ("slug", "surat"), ("tidak-ada", "undangan")),
    "monitoring:desk_sesi": desk(REGISTRY),
    "monitoring:desk_kini": desk(REGISTRY),
    "monitoring:desk_denyut": desk(OPERATORS | PROVINCE),
    "monitoring:desk_ubah": desk({"koordinator"}),
    "monitoring:desk_ulang": desk({"koordinator"}),
    "monitoring:desk_langkah": desk(PROVINCE, "langkah", missing=("jeda",)),
    "monitoring:desk_tidak_hadir": desk(PROVINCE),
    "monitoring:desk_simpan": desk(OPERATORS),
    "monitoring:desk_sorot": desk(PROVINCE),
    "monitoring:desk_catat": desk(PROVINCE),
    "monitoring:desk_terima": desk(PROVINCE, "catatan", missing=(1,)),
    "monitoring:desk_agenda": desk(OPERATORS | PROVINCE),
    "monitoring:desk_sepakat": desk(PROVINCE, "butir", missing=(1,)),
    "monitoring:desk_kesepakatan": desk(PROVINCE),
    "monitoring:desk_data": desk(REGISTRY, "rusun", missing=("3399-RSN-01",)),
    "monitoring:desk_hadir": desk(OPERATORS | PROVINCE),
    "monitoring:desk_hadir_pdf": desk(OPERATORS | PROVINCE),
    "monitoring:desk_notulen": desk(PROVINCE),
    "monitoring:desk_notulen_pdf": desk(OPERATORS | PROVINCE),
    "monitoring:berita_acara": desk(REGISTRY),
    "monitoring:berita_acara_sunting": desk(PROVINCE),
    "monitoring:berita_acara_konfirmasi": desk(OPERATORS | PROVINCE),
    "monitoring:berita_acara_revisi": desk(PROVINCE),
    "monitoring:berita_acara_nomor": desk(PROVINCE),
    "monitoring:berita_acara_pindaian": desk(OPERATORS | PROVINCE),
    "monitoring:berita_acara_berkas": desk(REGISTRY, "nomor", missing=(1,)),
    "monitoring:berita_acara_pdf": desk(REGISTRY, "nomor", missing=(1,)),
    "monitoring:dokumen_daftar": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:dokumen_kemajuan": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:dokumen_lanjutkan": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:dokumen_zip": Page(PROVINCE | {"pimpinan"}, ("slug",), ("tidak-ada",)),
    "monitoring:dokumen_unduh": Page(REGISTRY, ("slug", "dokumen"), ("desk-uji", 0)),
    "monitoring:dokumen_pindaian": Page(REGISTRY, ("slug", "dokumen"), ("desk-uji", 0)),
    "monitoring:dokumen_tanda_tangan": Page({"koordinator", "pimpinan"}, ("slug", "dokumen"), ("desk-uji", 0)),
    "monitoring:isian_detail": isian(REGISTRY),
    "monitoring:isian_periksa": isian(REGISTRY),
    "monitoring:isian_pdf": isian(REGISTRY),
    "monitoring:isian_kirim": isian(OPERATORS),
    "monitoring:isian_minta": isian(OPERATORS),
    "monitoring:permintaan_kabulkan": isian(PROVINCE, "permintaan", missing=(1,)),
    "monitoring:permintaan_tolak": isian(PROVINCE, "permintaan", missing=(1,)),
    "monitoring:teks_catatan": Page(PROVINCE),
    "monitoring:isian_kiriman": isian(REGISTRY, "nomor", missing=(1,)),
    "monitoring:isian_kembalikan": isian(PROVINCE),
    "monitoring:isian_buka_kembali": isian({"koordinator"}),
    "monitoring:isian_gerak": isian(OPERATORS | PROVINCE, "gerak_isian", missing=("mulai",)),
    "monitoring:isian_catatan": isian(REGISTRY),
    "monitoring:isian_catat": isian(PROVINCE),
    "monitoring:catatan_jawab": isian(OPERATORS, "catatan", missing=(1,)),
    "monitoring:catatan_selesai": isian(PROVINCE, "catatan", missing=(1,)),
    "monitoring:catatan_buka": isian(PROVINCE, "catatan", missing=(1,)),
    "monitoring:isian_lokasi": isian(REGISTRY, "rusun", missing=("3399-RSN-01",)),
    "monitoring:isian_bagian": isian(OPERATORS, "rusun", "bagian", missing=("3399-RSN-01", "hunian")),
}
# The period itself is everybody's; what it holds is not.
COMMON = {
    name for name, page in PAGES.items() if page.own[:1] == ("slug",) and not {"kode", "sesi", "dokumen"} & {*page.own}
}


def names(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.name)
        else:
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern.url_patterns, prefix + space)


def test_every_url_says_who_may_open_it():
    assert sorted(names(get_resolver().url_patterns)) == sorted([*PAGES, *PUBLIC])
