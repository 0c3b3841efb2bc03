"""The sections of the registry form: which field stands where, in the order a person fills them in.

Forms, completeness, snapshots, differences, remarks and openings all read this catalogue. A section holds plain
fields of
`Rusun` and at most one table; the address of a field is (kode, section or table, row or none, field).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .enums import Sebab


@dataclass(frozen=True)
class Bagian:
    """One section: `kolom` are fields of Rusun; `tabel` names the table shown with it (a key of `TABEL`)."""

    kode: str
    judul: str
    keterangan: str
    kolom: tuple[str, ...] = ()
    tabel: str = ""
    kelompok: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())


PROFIL_KELOMPOK: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "KK menurut pekerjaan kepala keluarga",
        ("kerja_buruh", "kerja_pedagang", "kerja_nelayan", "kerja_jasa", "kerja_harian", "kerja_lainnya"),
    ),
    (
        "KK menurut penghasilan per bulan",
        ("hasil_sampai_2jt", "hasil_2_4jt", "hasil_4_6jt", "hasil_6_8jt", "hasil_atas_8jt"),
    ),
    ("KK menurut lama huni", ("huni_sampai_1th", "huni_1_3th", "huni_3_6th", "huni_atas_6th")),
    ("KK menurut asal", ("asal_setempat", "asal_daerah", "asal_luar")),
    ("KK menurut minat memiliki rumah", ("minat_ya", "minat_tidak", "minat_belum_tahu")),
)

# Tables with rows of their own (addressed by row UUID): their columns, in the groups in which a row is typed.
TABEL_KELOMPOK: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "blok": (
        ("", ("nama", "konfigurasi", "jumlah_lantai", "tipe_m2", "pola_hunian")),
        ("Unit", ("jumlah_unit", "terhuni", "kosong_siap", "kosong_rusak", "cadangan")),
        ("Rincian", ("kapasitas_unit", "unit_disabilitas", "unit_non_hunian", "ada_lift")),
    ),
    "tarif": (("", ("lantai", "tipe_m2", "satuan", "tarif_bulan", "berlaku_mulai", "dasar_hukum")),),
    "permasalahan": (("", ("kategori", "tingkat", "penanggung_jawab", "unit_terdampak", "perkiraan_biaya", "uraian")),),
}
TABEL: dict[str, tuple[str, ...]] = {
    tabel: tuple(kolom for _, kelompok in rows for kolom in kelompok) for tabel, rows in TABEL_KELOMPOK.items()
}

# Tables of a closed list: one figure per column, no rows.
SEBAB_KOSONG: tuple[str, ...] = tuple(Sebab.values)
PROFIL_PENGHUNI: tuple[str, ...] = tuple(kolom for _, kelompok in PROFIL_KELOMPOK for kolom in kelompok)

BAGIAN: tuple[Bagian, ...] = (
    Bagian(
        "identitas", "Identitas", "Nama, peruntukan, dan tanggal data.",
        ("nama", "kategori_hukum", "peruntukan", "penguasaan", "tanggal_data"),
    ),
    Bagian(
        "lokasi", "Lokasi dan lahan", "Letak, koordinat, dan status lahan.",
        ("alamat", "kecamatan", "kelurahan", "lintang", "bujur", "jarak_pusat_kota_km", "jarak_industri_km",
         "luas_lahan_m2", "status_lahan", "nomor_sertifikat", "ada_sengketa"),
    ),
    Bagian(
        "pembangunan", "Pembangunan", "Sumber dana, tahun, dan nilai pembangunan.",
        ("sumber_dana", "tahun_anggaran", "tahun_mulai", "tahun_bangun", "tahun_dihuni", "nilai_pembangunan",
         "penyedia_jasa", "unit_pelaksana"),
    ),
    Bagian(
        "bangunan", "Bangunan dan unit", "Setiap tower atau deret beserta jumlah unitnya, dan kondisi bangunan.",
        ("kondisi_atap", "kondisi_plafon", "kondisi_dinding", "kondisi_lantai", "kondisi_pintu_jendela",
         "kondisi_tangga", "kondisi_lift"),
        tabel="blok",
    ),
    Bagian(
        "hunian", "Hunian dan sebab kosong", "Penghuni, daftar tunggu, dan sebab setiap unit yang tidak terhuni.",
        ("jumlah_kk", "jumlah_jiwa", "daftar_tunggu"), tabel="sebab_kosong",
    ),
    Bagian(
        "tarif_sewa", "Tarif sewa", "Tarif per lantai dan tipe, per unit atau per orang.",
        ("tarif_belum_ditetapkan", "jaminan_bulan", "termasuk_air", "termasuk_listrik"), tabel="tarif",
    ),
    Bagian(
        "pengelolaan", "Pengelolaan dan keuangan", "Pengelola, dasar hukum, batas lama huni, dan keuangan setahun.",
        ("bentuk_pengelola", "nama_pengelola", "kepala_pengelola", "kontak_pengelola", "petugas_admin",
         "petugas_kebersihan", "petugas_keamanan", "petugas_teknisi", "keadaan_dasar_hukum", "dasar_hukum", "ada_sop",
         "keadaan_batas_huni", "batas_huni_bulan", "perpanjangan_maks", "tahun_keuangan", "target_pad",
         "realisasi_pad", "tunggakan", "jumlah_penunggak", "anggaran_pemeliharaan"),
    ),
    Bagian(
        "aset", "Aset dan legalitas", "Status aset, hibah, PBG, dan SLF.",
        ("status_aset", "tanggal_serah_kelola", "nomor_bast", "tanggal_bast", "nomor_hibah", "tanggal_hibah",
         "tercatat_kib", "nomor_pbg", "tanggal_pbg", "nomor_slf", "tanggal_slf", "slf_berlaku_sampai",
         "proteksi_kebakaran_laik"),
    ),
    Bagian(
        "psu", "Prasarana, sarana, utilitas", "Air, listrik, sanitasi, jalan, dan proteksi kebakaran.",
        ("sumber_air", "kondisi_air", "daya_listrik_va", "meter_listrik", "kondisi_listrik", "jenis_sanitasi",
         "kondisi_sanitasi", "kondisi_drainase", "kondisi_persampahan", "lebar_jalan_m", "kondisi_jalan",
         "kondisi_pju", "kondisi_apar", "kondisi_hidran", "kondisi_tangga_darurat", "kondisi_parkir"),
    ),
    Bagian(
        "sosial", "Fasilitas sosial", "Fasilitas bersama bagi penghuni.",
        ("mushola", "ruang_serbaguna", "taman_bermain", "posyandu_paud", "kios", "dapur_umum", "cctv", "pos_satpam",
         "rth"),
    ),
    Bagian(
        "penghuni_ringkas", "Profil penghuni", "Penghuni dalam angka, menurut KK. Nama tidak diperlukan di sini.",
        tabel="profil_penghuni", kelompok=PROFIL_KELOMPOK,
    ),
    Bagian(
        "masalah", "Permasalahan dan dukungan", "Masalah yang ada, usulan, dan dukungan yang diminta.",
        ("tidak_ada_permasalahan", "usulan", "dukungan_provinsi", "dukungan_pusat"), tabel="permasalahan",
    ),
)  # fmt: skip

MENURUT_KODE: dict[str, Bagian] = {bagian.kode: bagian for bagian in BAGIAN}
BAGIAN_TABEL: dict[str, Bagian] = {bagian.tabel: bagian for bagian in BAGIAN if bagian.tabel}


def section_of(bagian: str) -> Bagian | None:
    """The section page on which an address part (a section or a table) is filled in; None for the list of locations."""
    return MENURUT_KODE.get(bagian) or BAGIAN_TABEL.get(bagian)


def known(bagian: str, kolom: str) -> bool:
    """Whether an address part and field exist; `kolom` "" stands for the whole section, row or table."""
    if bagian in MENURUT_KODE:
        return not kolom or kolom in MENURUT_KODE[bagian].kolom
    if bagian in TABEL:
        return not kolom or kolom in TABEL[bagian]
    if bagian == "sebab_kosong":
        return not kolom or kolom in SEBAB_KOSONG
    return bagian == "profil_penghuni" and (not kolom or kolom in PROFIL_PENGHUNI)
