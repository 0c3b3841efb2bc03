"""The registry as it stood at the end of 2020, from the reference tables.

Items that no source gives but that sending requires get a value that says it is an example ("Kecamatan Contoh").
"""

from __future__ import annotations

import datetime
import random
from collections import defaultdict

from core.models import Pengguna
from rusun.enums import Jawaban, Keadaan, Kondisi, KondisiSarana, PolaHunian, SatuanTarif
from rusun.models import Blok, Permasalahan, ProfilPenghuni, Rusun, SebabKosong, Tarif

from .acuan import number, rows

POSISI = datetime.date(2020, 12, 31)
# Rent is per person and rooms are shared: single workers.
PERORANGAN = {"Rusunawa Jrakah"}
PROFIL = (
    (("kerja_buruh", 46), ("kerja_pedagang", 18), ("kerja_nelayan", 4), ("kerja_jasa", 16), ("kerja_harian", 11)),
    (("hasil_sampai_2jt", 34), ("hasil_2_4jt", 52), ("hasil_4_6jt", 11), ("hasil_6_8jt", 2)),
    (("huni_sampai_1th", 18), ("huni_1_3th", 41), ("huni_3_6th", 29)),
    (("asal_setempat", 37), ("asal_daerah", 49)),
    (("minat_ya", 58), ("minat_tidak", 17)),
)
REST = ("kerja_lainnya", "hasil_atas_8jt", "huni_atas_6th", "asal_luar", "minat_belum_tahu")
SARANA: tuple[str, ...] = (
    "kondisi_air",
    "kondisi_listrik",
    "kondisi_sanitasi",
    "kondisi_drainase",
    "kondisi_persampahan",
    "kondisi_jalan",
)
SARANA += (
    "kondisi_pju",
    "kondisi_apar",
    "kondisi_parkir",
    "mushola",
    "ruang_serbaguna",
    "taman_bermain",
    "cctv",
    "rth",
)
BANGUNAN = (
    "kondisi_atap",
    "kondisi_plafon",
    "kondisi_dinding",
    "kondisi_lantai",
    "kondisi_pintu_jendela",
    "kondisi_tangga",
)


def load_registry(operators: dict[str, Pengguna], waktu: datetime.datetime) -> None:
    """Locations, blocks, causes, rents and problems of 2021. `operators`: who entered them, by kode kabupaten/kota."""
    blok, tarif, masalah = _by_location("blok.csv"), _by_location("tarif.csv"), _by_location("permasalahan.csv")
    locations = [
        _location(row, blok[row["kode"]], bool(tarif[row["kode"]]), bool(masalah[row["kode"]]))
        for row in rows("rusun.csv")
    ]
    daerah = {rusun.kode: rusun.kabupaten_kota_id for rusun in locations}

    def stamp(row, kode: str):  # type: ignore[no-untyped-def]
        row.diubah, row.diubah_oleh = waktu, operators[daerah[kode]]
        return row

    Rusun.objects.bulk_create(stamp(rusun, rusun.kode) for rusun in locations)
    nama = {rusun.kode: rusun.nama for rusun in locations}
    Blok.objects.bulk_create(
        stamp(_block(row, nama[kode]), kode) for kode, group in blok.items() for row in group
    )  # fmt: skip
    SebabKosong.objects.bulk_create(
        stamp(
            SebabKosong(rusun_id=row["kode_rusun"], sebab=row["sebab"], jumlah_unit=int(row["jumlah_unit"])),
            row["kode_rusun"],
        )
        for row in rows("sebab_kosong.csv")
    )  # fmt: skip
    Tarif.objects.bulk_create(
        stamp(
            Tarif(
                rusun_id=kode, lantai=int(row["lantai"]), tarif_bulan=int(row["tarif_bulan"]),
                satuan=SatuanTarif.ORANG if nama[kode] in PERORANGAN else SatuanTarif.UNIT,
            ),
            kode,
        )
        for kode, group in tarif.items() for row in group
    )  # fmt: skip
    Permasalahan.objects.bulk_create(
        stamp(
            Permasalahan(
                rusun_id=kode, kategori_id=row["kode_masalah"], tingkat=row["tingkat"],
                unit_terdampak=int(row["jumlah_unit_terdampak"]), uraian=row["uraian"],
                penanggung_jawab=row["penanggung_jawab"], status=row["status"], asal_data=row["asal_data"],
                sumber=row["sumber"],
            ),
            kode,
        )
        for kode, group in masalah.items() for row in group
    )  # fmt: skip
    ProfilPenghuni.objects.bulk_create(
        stamp(ProfilPenghuni(rusun=rusun, **profile_of(rusun.jumlah_kk or 0)), rusun.kode) for rusun in locations
    )


def _by_location(name: str) -> dict[str, list[dict[str, str]]]:
    grouped: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(name):
        grouped[row["kode_rusun"]].append(row)
    return grouped


def _location(row: dict[str, str], blok: list[dict[str, str]], has_rent: bool, has_problem: bool) -> Rusun:
    chance = random.Random(row["kode"])
    terhuni = sum(int(b["terhuni"]) for b in blok)
    batas = number(row["batas_huni_bulan"])
    return Rusun(
        kode=row["kode"],
        kabupaten_kota_id=row["kabupaten_kota"],
        jenis=row["jenis"],
        nama=row["nama"],
        alamat=row["alamat"],
        kecamatan=row["kecamatan"] or "Kecamatan Contoh",
        kelurahan=row["kelurahan"],
        peruntukan=row["peruntukan"],
        penguasaan=row["penguasaan"],
        sumber_dana=row["sumber_dana"],
        tahun_bangun=number(row["tahun_bangun"]),
        tahun_dihuni=number(row["tahun_dihuni"]),
        luas_lahan_m2=number(row["luas_lahan_m2"]),
        status_lahan=row["status_lahan"],
        status_aset=row["status_aset"],
        bentuk_pengelola=row["bentuk_pengelola"],
        keadaan_dasar_hukum=Keadaan.ADA if row["dasar_hukum"] else Keadaan.BELUM_ADA,
        dasar_hukum=row["dasar_hukum"],
        keadaan_batas_huni=Keadaan.ADA if batas else Keadaan.BELUM_ADA,
        batas_huni_bulan=batas,
        perpanjangan_maks=number(row["perpanjangan_maks"]),
        daftar_tunggu=number(row["daftar_tunggu"]),
        jumlah_kk=terhuni,
        jumlah_jiwa=terhuni * 3 + terhuni // 4,
        tarif_belum_ditetapkan=not has_rent,
        tidak_ada_permasalahan=not has_problem,
        tanggal_data=POSISI,
        meter_listrik="per_unit",
        daya_listrik_va=900,
        tercatat_kib=Jawaban.YA if row["status_aset"] in ("sudah_hibah", "bmd_sendiri") else Jawaban.TIDAK,
        asal_data=row["asal_data"],
        sumber=row["sumber"],
        catatan_sumber=row["catatan"],
        **{kolom: chance.choices(KondisiSarana.values, (8, 70, 15, 7))[0] for kolom in SARANA},
        **{kolom: chance.choices(Kondisi.values, (64, 24, 9, 3))[0] for kolom in BANGUNAN},
    )


def _block(row: dict[str, str], nama_lokasi: str) -> Blok:
    shared = nama_lokasi in PERORANGAN
    return Blok(
        rusun_id=row["kode_rusun"],
        nama=row["nama"],
        konfigurasi=row["konfigurasi"],
        jumlah_lantai=int(row["jumlah_lantai"]),
        tipe_m2=number(row["tipe_m2"]),
        pola_hunian=PolaHunian.PERORANGAN if shared else PolaHunian.KELUARGA,
        kapasitas_unit=2 if shared else 1,
        **{kolom: int(row[kolom]) for kolom in ("jumlah_unit", "terhuni", "kosong_siap", "kosong_rusak", "cadangan")},
    )


def profile_of(kk: int) -> dict[str, int]:
    """`kk` households split over every dimension of the profile; each dimension sums to `kk`."""
    figures: dict[str, int] = {}
    for group, rest in zip(PROFIL, REST, strict=True):
        parts = {kolom: kk * percent // 100 for kolom, percent in group}
        figures |= parts | {rest: kk - sum(parts.values())}
    return figures
