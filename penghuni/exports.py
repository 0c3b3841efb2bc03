"""What the list of residents holds as a file: with personal data for a reason, or the same rows without them.

Rows are values, not objects: a list may be long, and only the columns that leave are fetched (a sealed number costs its
opening). NIK, No KK and phone leave as their mask.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from django.db.models import FilteredRelation, Q

from core.models import KabupatenKota
from core.tables import Column, Kind, field_column
from rusun.models import Blok, Rusun

from .enums import KeadaanHuni
from .masa_tinggal import MasaTinggal
from .models import CalonPemilikRumah, Hunian, Penghuni, SkemaKepemilikan
from .models.penghuni import HunianQuerySet, PenghuniQuerySet

ROWS_AT_ONCE: Final = 2000


def without_personal(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns that may leave without a reason."""
    return tuple(column for column in columns if not column.personal)


_pribadi = partial(field_column, Penghuni, personal=True)
_umum = partial(field_column, Penghuni)


def _tinggal(name: str, meaning: str, **more: Any) -> Column:
    """A field of the stay that has not ended."""
    return field_column(Hunian, name, path=f"tinggal__{name}", meaning=meaning, personal=True, **more)


PENGHUNI: Final = (
    _pribadi("nama", meaning="Kepala keluarga; anggota lain hanya dihitung.", width=30),
    _pribadi("nik", meaning="Disamarkan. Nomor lengkap dibuka satu per satu di halaman penghuni.", width=20),
    _pribadi("no_kk", meaning="Disamarkan.", width=20),
    _pribadi("telepon", meaning="Disamarkan.", width=16),
    field_column(
        KabupatenKota, "nama", path="kabupaten_kota__nama", heading="Kabupaten/kota", width=26,
        meaning="Daerah yang mencatat penghuni ini.",
    ),
    field_column(
        Rusun, "kode", path="tinggal__blok__rusun__kode", meaning="Nomor tetap lokasi.", width=15
    ),
    field_column(
        Rusun, "nama", path="tinggal__blok__rusun__nama", heading="Lokasi", width=40,
        meaning="Rusun atau rusus yang ditinggali sekarang.",
    ),
    field_column(
        Blok, "nama", path="tinggal__blok__nama", heading="Blok", meaning="Tower atau deret rumah.", width=16
    ),
    Column(
        "Keadaan", lambda row: "Masih tinggal" if row.tinggal__blok__nama else "Tidak tercatat di unit", width=22,
        meaning="Menurut hunian yang belum diakhiri.", source="tinggal__blok__nama",
    ),
    _tinggal("nomor_unit", "Seperti tertulis di pintu.", width=12),
    _tinggal("mulai", "Tanggal masuk unit yang sekarang."),
    _tinggal("perpanjangan_ke", "0 berarti masa sewa pertama.", unit="kali"),
    _tinggal("nomor_sip", "Surat izin penghunian atau kontrak.", width=24),
    _tinggal("sewa_bulan", "Sewa yang disepakati."),
    _tinggal("tunggakan_bulan", "Bulan sewa yang belum dibayar."),
    _tinggal("tunggakan", "Sewa yang belum dibayar."),
    _pribadi("tempat_lahir", meaning="Tempat lahir kepala keluarga.", width=20),
    _pribadi("tanggal_lahir", meaning="Tanggal lahir kepala keluarga."),
    _pribadi("jenis_kelamin"),
    _pribadi("status_kawin"),
    _umum("pendidikan", meaning="Pendidikan terakhir kepala keluarga."),
    _umum("jumlah_anggota", meaning="Termasuk kepala keluarga.", unit="orang"),
    _umum("jumlah_anak", meaning="Hanya jumlahnya; nama anak tidak dicatat.", unit="orang"),
    _umum("jumlah_lansia", meaning="Anggota keluarga lanjut usia.", unit="orang"),
    _umum("jumlah_disabilitas", meaning="Anggota keluarga penyandang disabilitas.", unit="orang"),
    _pribadi("daerah_asal", meaning="Daerah sebelum tinggal di sini.", width=24),
    _umum("alasan_masuk"),
    _umum("pekerjaan", meaning="Pekerjaan kepala keluarga."),
    _umum("sifat_kerja"),
    _pribadi("penghasilan", meaning="Menurut pengakuan."),
    _pribadi("penghasilan_pasangan", meaning="Menurut pengakuan."),
    _pribadi("pengeluaran", meaning="Menurut pengakuan."),
    _umum("punya_rumah", meaning="Menurut pengakuan."),
    _pribadi("punya_tanah", meaning="Menurut pengakuan."),
    _pribadi("luas_tanah_m2", meaning="Menurut pengakuan."),
    _pribadi("tabungan", meaning="Menurut pengakuan."),
    _pribadi("bpjs_kesehatan"),
    _pribadi("bpjs_ketenagakerjaan"),
    _pribadi("tapera_bulan", meaning="Lama menjadi peserta Tapera."),
    _pribadi("terdaftar_dtks"),
    _pribadi("punya_npwp"),
    _umum("pernah_subsidi", meaning="Pernah menerima bantuan rumah dari pemerintah."),
    _umum("minat", meaning="Keinginan memiliki rumah setelah masa sewa."),
    _pribadi("lokasi_minat", meaning="Tempat rumah yang diinginkan.", width=24),
    _pribadi("sanggup_uang_muka", meaning="Uang muka yang sanggup dibayar."),
    _pribadi("sanggup_angsuran", meaning="Angsuran sebulan yang sanggup dibayar."),
    _pribadi("tanggal_persetujuan", meaning="Tanggal penghuni menyetujui datanya dipakai."),
    _pribadi("tujuan_persetujuan", meaning="Untuk apa data boleh dipakai.", width=30),
)  # fmt: skip

_aturan = partial(field_column, Rusun)
_hunian = partial(field_column, Hunian, personal=True)
MASA_TINGGAL: Final = (
    field_column(
        Penghuni, "nama", path="hunian.penghuni.nama", personal=True, meaning="Kepala keluarga.", width=30
    ),
    field_column(
        KabupatenKota, "nama", path="hunian.blok.rusun.kabupaten_kota.nama", heading="Kabupaten/kota", width=26,
        meaning="Daerah lokasi ini.",
    ),
    _aturan("kode", path="hunian.blok.rusun.kode", meaning="Nomor tetap lokasi.", width=15),
    _aturan(
        "nama", path="hunian.blok.rusun.nama", heading="Lokasi", width=40, meaning="Rusun atau rusus yang ditinggali."
    ),
    field_column(
        Blok, "nama", path="hunian.blok.nama", heading="Blok", meaning="Tower atau deret rumah.", width=16
    ),
    _hunian("nomor_unit", path="hunian.nomor_unit", meaning="Seperti tertulis di pintu.", width=12),
    Column(
        "Keadaan", lambda row: row.keadaan.label, width=24,
        meaning=f"Menurut aturan lokasi pada hari berkas diunduh. Pilihan: {'; '.join(KeadaanHuni.labels)}.",
    ),
    _hunian("mulai", path="hunian.mulai", meaning="Tanggal masuk unit yang sekarang."),
    _hunian("perpanjangan_ke", path="hunian.perpanjangan_ke", meaning="0 berarti masa sewa pertama.", unit="kali"),
    Column(
        "Hari terakhir", lambda row: row.hari_terakhir, Kind.TANGGAL, personal=True,
        meaning="Mulai tinggal ditambah batas lama huni, untuk masa pertama dan setiap perpanjangan.",
    ),
    Column(
        "Lewat (hari)", lambda row: row.hari_lewat, Kind.BILANGAN, "Hari sejak hari terakhir.", "hari", personal=True
    ),
    Column(
        "Sisa (hari)", lambda row: row.hari_sisa, Kind.BILANGAN, "Hari sampai hari terakhir.", "hari", personal=True
    ),
    Column(
        "Perpanjangan melebihi ketentuan", lambda row: "Ya" if row.perpanjangan_berlebih else "Tidak", width=18,
        meaning="Ya bila sudah diperpanjang lebih banyak daripada yang dibolehkan lokasi.",
    ),
    Column(
        "Masih dapat diperpanjang", lambda row: {True: "Ya", False: "Tidak"}.get(row.dapat_diperpanjang), width=16,
        meaning="Kosong bila lokasi tidak menyebut banyaknya perpanjangan.",
    ),
    _aturan("batas_huni_bulan", path="hunian.blok.rusun.batas_huni_bulan", meaning="Untuk satu masa sewa."),
    _aturan(
        "perpanjangan_maks", path="hunian.blok.rusun.perpanjangan_maks", meaning="Menurut aturan lokasi.", unit="kali"
    ),
    _aturan(
        "dasar_hukum", path="hunian.blok.rusun.dasar_hukum", heading="Dasar hukum", width=48,
        meaning="Perda atau perkada pengelolaan lokasi.",
    ),
    _hunian("tunggakan_bulan", path="hunian.tunggakan_bulan", meaning="Bulan sewa yang belum dibayar."),
    _hunian("tunggakan", path="hunian.tunggakan", meaning="Sewa yang belum dibayar."),
)  # fmt: skip


def resident_rows(penghuni: PenghuniQuerySet, columns: Sequence[Column]) -> Iterator[Any]:
    """The rows of `penghuni` in its order, one query, with what `columns` read and nothing else."""
    here = FilteredRelation("hunian", condition=Q(hunian__selesai__isnull=True))
    names = dict.fromkeys(column.source for column in columns)
    return penghuni.annotate(tinggal=here).values_list(*names, named=True).iterator(chunk_size=ROWS_AT_ONCE)


def _home(row: CalonPemilikRumah) -> str:
    """`Rusunawa X, Blok A, unit 101` where a candidate lives; "" when nowhere here any more."""
    stays = row.penghuni.hunian_terbuka  # type: ignore[attr-defined]
    return f"{stays[0].blok.rusun.nama}, {stays[0].blok.nama}, unit {stays[0].nomor_unit}" if stays else ""


_calon = partial(field_column, CalonPemilikRumah)


def _orang(name: str, meaning: str = "", **more: Any) -> Column:
    return field_column(Penghuni, name, path=f"penghuni.{name}", meaning=meaning, personal=True, **more)


CALON: Final = (
    _orang("nama", "Kepala keluarga.", width=30),
    field_column(KabupatenKota, "nama", path="penghuni.kabupaten_kota.nama", heading="Kabupaten/kota", width=26,
                 meaning="Daerah yang mencatat penghuni ini."),
    Column("Lokasi dan unit", _home, width=48, meaning="Tempat tinggal sekarang.", personal=True),
    _calon("tahap", meaning="Langkah terakhir yang diputuskan orang, bukan hasil penyaringan."),
    _calon("tahap_sejak", meaning="Saat langkah itu dicatat."),
    field_column(SkemaKepemilikan, "nama", path="nama_skema", heading="Skema yang dituju", width=36,
                 meaning="Dipilih bersama calon; kosong bila belum dipilih."),
    _orang("minat", "Menurut pengakuan."),
    _orang("lokasi_minat", "Tempat rumah yang diinginkan.", width=24),
    _orang("sanggup_uang_muka", "Menurut pengakuan."),
    _orang("sanggup_angsuran", "Menurut pengakuan."),
    _orang("tanggal_persetujuan", "Tanggal penghuni menyetujui datanya dipakai."),
)  # fmt: skip
"""Candidates for the programme unit: no number of anybody."""


def stay_rows(hunian: HunianQuerySet, hari: datetime.date) -> Iterator[MasaTinggal]:
    """The stays of `hunian` in its order, measured on `hari`, one query; sealed numbers are not fetched."""
    for stay in with_place(hunian).iterator(chunk_size=ROWS_AT_ONCE):
        yield MasaTinggal(stay, hari)


def with_place(hunian: HunianQuerySet) -> HunianQuerySet:
    """`hunian` with what a line about a stay shows: name, place, and the rule of the place."""
    lokasi = "blok__rusun__"
    return hunian.select_related("penghuni", "blok__rusun__kabupaten_kota").only(
        "nomor_unit", "mulai", "perpanjangan_ke", "tunggakan_bulan", "tunggakan", "penghuni__nama", "blok__nama",
        f"{lokasi}nama", f"{lokasi}batas_huni_bulan", f"{lokasi}perpanjangan_maks", f"{lokasi}dasar_hukum",
        f"{lokasi}kabupaten_kota__nama",
    )  # fmt: skip
