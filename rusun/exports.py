"""What the lists of locations and problems hold as a file: the catalogues of their columns.

The profile of a location follows `rusun.bagian`; labels, choices and units come from the models. `ARTI` says what a
label alone does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from core.display import kosong, rupiah, tanggal
from core.tables import Column, Kind, field_column

from .alamat import Alamat
from .bagian import BAGIAN, PROFIL_KELOMPOK, SEBAB_KOSONG, Bagian
from .daftar import BarisLokasi, BarisMasalah
from .enums import Sebab
from .models import KategoriPermasalahan, Permasalahan, Rusun, TindakLanjut
from .models.permasalahan import SETTLED
from .sebutan import lone_name

ARTI: Final[dict[str, str]] = {
    "nama": "Nama resmi lokasi.",
    "peruntukan": "Kelompok warga yang dilayani.",
    "penguasaan": "Bentuk penguasaan unit oleh penghuni.",
    "alamat": "Jalan dan nomor, RT/RW.",
    "kecamatan": "Kecamatan tempat lokasi berada.",
    "kelurahan": "Desa atau kelurahan tempat lokasi berada.",
    "jarak_pusat_kota_km": "Jarak lewat jalan ke pusat kota.",
    "jarak_industri_km": "Jarak lewat jalan ke kawasan industri terdekat.",
    "luas_lahan_m2": "Luas tanah menurut surat tanah.",
    "nomor_sertifikat": "Sertifikat tanah.",
    "status_lahan": "Hak atas tanah tempat bangunan berdiri.",
    "ada_sengketa": "Apakah tanah sedang disengketakan.",
    "sumber_dana": "Anggaran yang membiayai pembangunan.",
    "tahun_anggaran": "Tahun anggaran pembangunan.",
    "tahun_mulai": "Tahun pekerjaan dimulai.",
    "tahun_bangun": "Tahun bangunan selesai.",
    "tahun_dihuni": "Tahun penghuni pertama masuk.",
    "nilai_pembangunan": "Nilai kontrak pembangunan.",
    "penyedia_jasa": "Kontraktor pelaksana pembangunan.",
    "jumlah_jiwa": "Orang yang tinggal pada tanggal data.",
    "tarif_belum_ditetapkan": "Ya bila belum ada tarif sewa sama sekali.",
    "jaminan_bulan": "Uang jaminan, dalam kali sewa sebulan.",
    "nama_pengelola": "Nama UPTD, bidang, atau badan pengelola.",
    "kepala_pengelola": "Nama pejabat yang memimpin pengelola.",
    "petugas_admin": "Petugas kantor pengelola.",
    "petugas_kebersihan": "Petugas kebersihan.",
    "petugas_keamanan": "Satpam atau penjaga.",
    "petugas_teknisi": "Teknisi listrik, air, dan bangunan.",
    "keadaan_dasar_hukum": "Apakah ada perda atau perkada tentang pengelolaan.",
    "keadaan_batas_huni": "Apakah lama huni dibatasi.",
    "dasar_hukum": "Peraturan tentang pengelolaan dan tarif.",
    "perpanjangan_maks": "Berapa kali masa sewa boleh diperpanjang.",
    "batas_huni_bulan": "Lama huni paling lama untuk satu masa sewa.",
    "tahun_keuangan": "Tahun yang dimaksud oleh target, realisasi, dan tunggakan.",
    "target_pad": "Target pendapatan asli daerah dari sewa dalam tahun keuangan.",
    "realisasi_pad": "Pendapatan sewa yang diterima dalam tahun keuangan.",
    "tunggakan": "Sewa yang belum dibayar penghuni.",
    "jumlah_penunggak": "KK atau penghuni yang menunggak.",
    "anggaran_pemeliharaan": "Anggaran pemeliharaan dalam tahun keuangan.",
    "status_aset": "Kedudukan bangunan sebagai barang milik negara atau daerah.",
    "nomor_bast": "Berita acara serah terima.",
    "tanggal_bast": "Tanggal berita acara serah terima.",
    "nomor_hibah": "Naskah hibah dari pemerintah pusat.",
    "tanggal_hibah": "Tanggal naskah hibah.",
    "tercatat_kib": "Apakah bangunan tercatat dalam kartu inventaris barang.",
    "nomor_pbg": "Izin mendirikan bangunan atau persetujuan bangunan gedung.",
    "tanggal_pbg": "Tanggal terbit IMB atau PBG.",
    "nomor_slf": "Sertifikat laik fungsi.",
    "tanggal_slf": "Tanggal terbit SLF.",
    "slf_berlaku_sampai": "Hari terakhir SLF berlaku.",
    "daya_listrik_va": "Daya terpasang setiap unit.",
    "lebar_jalan_m": "Lebar jalan masuk ke lokasi.",
    "tidak_ada_permasalahan": "Ya bila kabupaten/kota menyatakan tidak ada masalah.",
    "usulan": "Usulan kabupaten/kota untuk lokasi ini.",
    "dukungan_provinsi": "Bantuan yang diharapkan dari provinsi.",
    "dukungan_pusat": "Bantuan yang diharapkan dari pemerintah pusat.",
}
SATUAN: Final[dict[str, str]] = {
    "lintang": "derajat", "bujur": "derajat", "jumlah_kk": "KK", "jumlah_jiwa": "orang", "daftar_tunggu": "pemohon",
    "petugas_admin": "orang", "petugas_kebersihan": "orang", "petugas_keamanan": "orang", "petugas_teknisi": "orang",
    "jumlah_penunggak": "KK atau orang",
}  # fmt: skip


def _region(path: str) -> tuple[Column, ...]:
    """The two columns that name a kabupaten/kota; `path` leads to it."""
    return (
        Column("Kode wilayah", attrgetter(f"{path}.kode"), meaning="Kode kabupaten/kota menurut Kemendagri.", width=10),
        Column("Kabupaten/kota", attrgetter(f"{path}.nama"), meaning="Daerah tempat lokasi berada.", width=26),
    )


# --- Locations --------------------------------------------------------------------------------------------------------


def _share_occupied(baris: BarisLokasi) -> Decimal | None:
    """Percent of all units, two decimals; of no unit there is no share."""
    if not baris.angka.unit:
        return None
    return round(Decimal(baris.angka.terhuni) * 100 / baris.angka.unit, 2)


def _units(heading: str, name: str, meaning: str, unit: str = "unit") -> Column:
    return Column(heading, attrgetter(f"angka.{name}"), Kind.BILANGAN, meaning, unit)


SUMMARY: Final = (
    field_column(Rusun, "kode", path="rusun.kode", meaning="Nomor tetap lokasi; RSN rusun, RSS rusus.", width=15),
    field_column(Rusun, "nama", path="rusun.nama", meaning=ARTI["nama"], width=40),
    *_region("rusun.kabupaten_kota"),
    field_column(Rusun, "jenis", path="rusun.jenis", meaning="Rusun dan rusus tidak pernah dijumlahkan."),
    field_column(Rusun, "peruntukan", path="rusun.peruntukan", meaning=ARTI["peruntukan"]),
    _units("Tower", "tower", "Blok bertingkat; twin block dihitung satu, deret rusus bukan tower.", "tower"),
    _units("Unit", "unit", "Seluruh unit = terhuni + kosong siap + kosong rusak + tidak disewakan."),
    _units("Terhuni", "terhuni", "Unit yang ditinggali pada tanggal data."),
    _units("Kosong siap", "kosong_siap", "Tidak terhuni dan dapat segera dihuni."),
    _units("Kosong rusak", "kosong_rusak", "Tidak terhuni karena rusak atau sedang direhabilitasi."),
    _units("Tidak disewakan", "cadangan", "Cadangan atau dipakai untuk keperluan lain."),
    Column("Persen terhuni", _share_occupied, Kind.PERSEN, "Terhuni dibagi seluruh unit; kosong bila tanpa unit.", "%"),
)


def _cause(sebab: str) -> Column:
    def count(baris: BarisLokasi) -> int | None:
        return next((row.jumlah_unit for row in baris.rusun.sebab_kosong.all() if row.sebab == sebab), None)

    return Column(
        f"Sebab kosong: {Sebab(sebab).label}", count, Kind.BILANGAN,
        "Unit tidak terhuni karena sebab ini; kosong bila belum dijawab.", "unit",
    )  # fmt: skip


def _profile(title: str, name: str) -> Column:
    def count(baris: BarisLokasi) -> int | None:
        return getattr(getattr(baris.rusun, "profil_penghuni", None), name, None)

    heading = lone_name(Alamat("", "profil_penghuni", "", name))
    return Column(heading, count, Kind.BILANGAN, f"{title}.", "KK", width=14)


def _rents(baris: BarisLokasi) -> str:
    return "; ".join(
        f"lantai {row.lantai}{f' tipe {row.tipe_m2}' if row.tipe_m2 else ''} {rupiah(row.tarif_bulan)} "
        f"{row.get_satuan_display()}"
        for row in baris.rusun.tarif.all()
    )


def _unresolved(baris: BarisLokasi) -> int:
    return sum(row.status not in SETTLED for row in baris.rusun.permasalahan.all())


TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "sebab_kosong": tuple(_cause(sebab) for sebab in SEBAB_KOSONG),
    "tarif": (Column("Tarif per bulan", _rents, meaning="Setiap tarif yang dicatat, menurut lantai.", width=40),),
    "profil_penghuni": tuple(_profile(title, name) for title, names in PROFIL_KELOMPOK for name in names),
    "permasalahan": (
        Column(
            "Permasalahan belum tuntas", _unresolved, Kind.BILANGAN, "Selain yang selesai dan yang dilimpahkan.",
            "permasalahan",
        ),
    ),
}  # fmt: skip


def _plain(name: str) -> Column:
    """A field of the profile. "Atap" is enough below the title of its section, not in a flat table."""
    label = str(Rusun._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    bare = name.startswith("kondisi_") and not label.startswith("kondisi")
    more = {"unit": SATUAN[name]} if name in SATUAN else {}
    return field_column(
        Rusun,
        name,
        path=f"rusun.{name}",
        heading=f"Kondisi {label}" if bare else "",
        meaning=ARTI.get(name, ""),
        **more,
    )


def _profile_columns(bagian: Bagian) -> Iterator[Column]:
    shown = {column.source for column in SUMMARY}
    yield from (_plain(name) for name in bagian.kolom if f"rusun.{name}" not in shown)
    yield from TABLES.get(bagian.tabel, ())


LOKASI: Final = (
    *(replace(column, section="Ringkasan") for column in SUMMARY),
    *(replace(column, section=bagian.judul) for bagian in BAGIAN for column in _profile_columns(bagian)),
)


# --- Problems and what is done about them -----------------------------------------------------------------------------


def _place(path: str) -> tuple[Column, ...]:
    """Where a problem or follow-up is; `path` leads to its location."""
    return (
        *_region(f"{path}.kabupaten_kota"),
        Column("Kode lokasi", attrgetter(f"{path}.kode"), meaning="Nomor tetap lokasi.", width=15),
        Column("Lokasi", attrgetter(f"{path}.nama"), meaning="Nama rusun atau rusus.", width=40),
    )


def _late(hari: Callable[[Any], int]) -> Column:
    return Column(
        "Lewat batas waktu", lambda baris: hari(baris) or None, Kind.BILANGAN,
        "Hari sejak batas waktu, pada hari berkas diunduh; kosong bila tidak lewat.", "hari",
    )  # fmt: skip


def _of_problem(path: str) -> Callable[[Any], Any]:
    """`path` of the problem a follow-up answers; nothing where it answers none."""
    get = attrgetter(path)
    return lambda baris: None if baris.tindak.permasalahan is None else get(baris.tindak.permasalahan)


def _all_follow_ups(baris: BarisMasalah) -> str:
    return "\n".join(
        f"{row.uraian} ({kosong(row.pelaksana)}, batas {tanggal(row.batas_waktu)}, {row.get_status_display().lower()})"
        for row in baris.tindak_lanjut
    )


MASALAH: Final = (
    *_place("masalah.rusun"),
    Column("Kode masalah", attrgetter("masalah.kategori_id"), meaning="Kode jenis masalah.", width=11),
    field_column(KategoriPermasalahan, "nama", path="masalah.kategori.nama", heading="Jenis masalah", width=40,
                 meaning="Menurut daftar jenis masalah provinsi."),
    field_column(KategoriPermasalahan, "aspek", path="masalah.kategori.aspek"),
    field_column(Permasalahan, "tingkat", path="masalah.tingkat", meaning="Berat ringannya masalah."),
    field_column(Permasalahan, "unit_terdampak", path="masalah.unit_terdampak", unit="unit",
                 meaning="Unit yang terkena masalah ini."),
    field_column(Permasalahan, "uraian", path="masalah.uraian", meaning="Keadaan menurut kabupaten/kota."),
    field_column(Permasalahan, "penanggung_jawab", path="masalah.penanggung_jawab",
                 meaning="Pihak yang berwenang menyelesaikan."),
    field_column(Permasalahan, "perkiraan_biaya", path="masalah.perkiraan_biaya", meaning="Biaya penyelesaian."),
    field_column(Permasalahan, "status", path="masalah.status", meaning="Keadaan penanganan saat ini."),
    Column("Jumlah tindak lanjut", lambda baris: len(baris.tindak_lanjut), Kind.BILANGAN, "Yang pernah dicatat."),
    Column("Batas waktu terdekat", lambda baris: baris.berikutnya and baris.berikutnya.batas_waktu, Kind.TANGGAL,
           "Di antara tindak lanjut yang belum tuntas."),
    _late(attrgetter("lewat_hari")),
    Column("Tindak lanjut", _all_follow_ups, Kind.URAIAN, "Uraian, pelaksana, batas waktu, dan status; satu per baris.",
           width=60),
)  # fmt: skip

TINDAK_LANJUT: Final = (
    *_place("tindak.rusun"),
    Column("Kode masalah", _of_problem("kategori_id"), width=11,
           meaning="Kode jenis masalah; kosong bila kesepakatan di luar permasalahan yang dicatat."),
    Column("Jenis masalah", _of_problem("kategori.nama"), meaning="Masalah yang ditangani.", width=40),
    field_column(TindakLanjut, "uraian", path="tindak.uraian", kind=Kind.URAIAN, width=48, meaning="Yang dikerjakan."),
    field_column(TindakLanjut, "penanggung_jawab", path="tindak.penanggung_jawab", meaning="Pihak yang berwenang."),
    field_column(TindakLanjut, "pelaksana", path="tindak.pelaksana", heading="Pelaksana", meaning="Yang mengerjakan."),
    field_column(TindakLanjut, "unit", path="tindak.unit", unit="unit"),
    field_column(TindakLanjut, "batas_waktu", path="tindak.batas_waktu", meaning="Tanggal paling lambat selesai."),
    _late(attrgetter("lewat_hari")),
    field_column(TindakLanjut, "status", path="tindak.status", meaning="Keadaan saat ini."),
    field_column(TindakLanjut, "selesai_pada", path="tindak.selesai_pada", meaning="Diisi ketika selesai."),
    field_column(TindakLanjut, "keterangan", path="tindak.keterangan", kind=Kind.URAIAN, width=36,
                 meaning="Catatan pelaksana."),
)  # fmt: skip
