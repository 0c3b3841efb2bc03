"""Synthetic households for every occupied unit: common names, a well-formed NIK with serial 9xxx that is nobody's."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from core.models import Pengguna
from penghuni.enums import AlasanMasuk, JenisKelamin, KeluarKe, Minat, Pekerjaan, Pendidikan, SifatKerja, StatusKawin
from penghuni.models import Hunian, Penghuni
from rusun.enums import AsalData, Jawaban, PolaHunian
from rusun.models import Blok

PRIA: tuple[str, ...] = (
    "Ahmad",
    "Budi",
    "Eko",
    "Slamet",
    "Joko",
    "Agus",
    "Sutrisno",
    "Hadi",
    "Rudi",
    "Wahyu",
    "Teguh",
    "Yanto",
    "Imam",
)
PRIA += ("Suparno", "Dedi", "Arif", "Bayu", "Heru", "Kasno", "Mulyono")
WANITA = ("Siti", "Sri", "Dewi", "Endang", "Lestari", "Ningsih", "Rina", "Wati", "Yuni", "Tutik", "Nurul", "Kartini")
BELAKANG: tuple[str, ...] = (
    "Santoso",
    "Wibowo",
    "Nugroho",
    "Setiawan",
    "Saputra",
    "Raharjo",
    "Susanto",
    "Handoko",
    "Prabowo",
    "Kurniawan",
)
BELAKANG += (
    "Utomo",
    "Suryadi",
    "Widodo",
    "Gunawan",
    "Haryanto",
    "Purwanto",
    "Hidayat",
    "Maulana",
    "Ramadhan",
    "Firmansyah",
)
KERJA: tuple[Pekerjaan, ...] = (
    Pekerjaan.BURUH_PABRIK,
    Pekerjaan.PEDAGANG,
    Pekerjaan.OJEK,
    Pekerjaan.JASA,
    Pekerjaan.HARIAN_LEPAS,
)
KERJA += (Pekerjaan.NELAYAN, Pekerjaan.PETANI, Pekerjaan.LAINNYA)


class Serials:
    """Numbers that no register has issued: the last four figures of a NIK run through 9000-9999."""

    def __init__(self) -> None:
        self.given: set[str] = set()

    def take(self, prefix: str, chance: random.Random) -> str:
        while (number := f"{prefix}{chance.randrange(9000, 10000)}") in self.given:
            continue
        self.given.add(number)
        return number


def fill_units(
    blok: list[Blok],
    *,
    masuk_dari: datetime.date,
    masuk_sampai: datetime.date,
    waktu: datetime.datetime,
    operators: dict[str, Pengguna],
    benih: str,
) -> int:
    """Make stays until every block has as many occupied units as it states; returns how many households came in."""
    serials, households, stays = Serials(), [], []
    for row in blok:
        chance = random.Random(f"{benih}:{row.rusun_id}:{row.nama}")
        taken = set(row.hunian.filter(selesai__isnull=True).values_list("nomor_unit", flat=True))
        daerah = row.rusun.kabupaten_kota_id
        for nomor in _free_units(row, taken):
            penghuni = _household(daerah, chance, serials, waktu, operators[daerah])
            households.append(penghuni)
            stays.append(_stay(penghuni, row, nomor, chance, masuk_dari, masuk_sampai, waktu, operators[daerah]))
    Penghuni.objects.bulk_create(households, batch_size=500)
    Hunian.objects.bulk_create(stays, batch_size=500)
    return len(households)


def _free_units(blok: Blok, taken: set[str]) -> Iterator[str]:
    needed = blok.terhuni - len(taken)
    per_floor = -(-blok.jumlah_unit // blok.jumlah_lantai)
    for index in range(blok.jumlah_unit):
        if needed <= 0:
            return
        nomor = f"{index // per_floor + 1}{index % per_floor + 1:02d}"
        if nomor not in taken:
            needed -= 1
            yield nomor


def _household(
    daerah: str, chance: random.Random, serials: Serials, waktu: datetime.datetime, operator: Pengguna
) -> Penghuni:
    woman = chance.random() < 0.18
    lahir = datetime.date(1958, 1, 1) + datetime.timedelta(days=chance.randrange(40 * 365))
    wilayah = f"{daerah.replace('.', '')}{chance.randrange(1, 20):02d}"
    hari = lahir.day + (40 if woman else 0)
    married = chance.random() < 0.82
    anak = chance.choices((0, 1, 2, 3), (18, 34, 36, 12))[0]
    minat = chance.choices(Minat.values, (58, 17, 25))[0]
    nik = serials.take(f"{wilayah}{hari:02d}{lahir:%m%y}", chance)
    program = random.Random(f"program:{nik}")
    return Penghuni(
        kabupaten_kota_id=daerah,
        nama=f"{chance.choice(WANITA if woman else PRIA)} {chance.choice(BELAKANG)}",
        nik=nik,
        no_kk=serials.take(f"{wilayah}{chance.randrange(1, 29):02d}{chance.randrange(1, 13):02d}12", chance),
        telepon=f"0800{chance.randrange(10**8):08d}",
        tempat_lahir="Jawa Tengah",
        tanggal_lahir=lahir,
        jenis_kelamin=JenisKelamin.PEREMPUAN if woman else JenisKelamin.LAKI_LAKI,
        status_kawin=StatusKawin.KAWIN if married else StatusKawin.CERAI_MATI if woman else StatusKawin.BELUM_KAWIN,
        pendidikan=chance.choices(Pendidikan.values, (3, 20, 27, 42, 4, 4))[0],
        jumlah_anggota=1 + married + anak,
        jumlah_anak=anak,
        jumlah_lansia=int(chance.random() < 0.08),
        jumlah_disabilitas=int(chance.random() < 0.02),
        daerah_asal="Jawa Tengah",
        alasan_masuk=chance.choices(AlasanMasuk.values, (14, 4, 52, 18, 12))[0],
        pekerjaan=chance.choices(KERJA, (44, 16, 12, 9, 10, 3, 2, 4))[0],
        sifat_kerja=chance.choice(SifatKerja.values),
        penghasilan=chance.randrange(14, 52) * 100_000 if chance.random() < 0.93 else None,
        penghasilan_pasangan=chance.randrange(0, 25) * 100_000 if married else None,
        punya_rumah=Jawaban.YA if chance.random() < 0.05 else Jawaban.TIDAK,
        punya_tanah=Jawaban.YA if chance.random() < 0.12 else Jawaban.TIDAK,
        bpjs_kesehatan=Jawaban.YA if chance.random() < 0.85 else Jawaban.TIDAK,
        terdaftar_dtks=Jawaban.YA if chance.random() < 0.3 else Jawaban.TIDAK,
        minat=minat,
        sanggup_angsuran=chance.randrange(3, 13) * 100_000 if minat == Minat.YA else None,
        **_programme(program),
        tanggal_persetujuan=waktu.date(),
        tujuan_persetujuan="Program kepemilikan rumah",
        asal_data=AsalData.CONTOH,
        diubah=waktu,
        diubah_oleh=operator,
    )


def _programme(chance: random.Random) -> dict[str, Any]:
    """What the schemes ask beside the rest, often left open as in life."""
    tabungan = chance.randrange(0, 12) * 500_000 if chance.random() < 0.7 else None
    return {
        "pernah_subsidi": chance.choices((Jawaban.TIDAK, Jawaban.YA, ""), (72, 6, 22))[0],
        "tabungan": tabungan,
        "sanggup_uang_muka": tabungan if chance.random() < 0.5 else None,
        "tapera_bulan": chance.choices((None, 0, 6, 18, 40), (45, 30, 5, 12, 8))[0],
        "luas_tanah_m2": chance.randrange(30, 260) if chance.random() < 0.1 else None,
    }


def _stay(
    penghuni: Penghuni, blok: Blok, nomor: str, chance: random.Random, dari: datetime.date, sampai: datetime.date,
    waktu: datetime.datetime, operator: Pengguna,
) -> Hunian:  # fmt: skip
    mulai = dari + datetime.timedelta(days=chance.randrange((sampai - dari).days + 1))
    tunggak = chance.randrange(1, 9) if chance.random() < 0.09 else 0
    sewa = 100_000 + 25_000 * chance.randrange(8)
    return Hunian(
        penghuni=penghuni,
        blok=blok,
        nomor_unit=nomor,
        mulai=mulai,
        perpanjangan_ke=max(0, (waktu.date() - mulai).days // 1095),
        sewa_bulan=sewa,
        tunggakan_bulan=tunggak,
        tunggakan=tunggak * sewa,
        perorangan=blok.pola_hunian == PolaHunian.PERORANGAN,
        diubah=waktu,
        diubah_oleh=operator,
    )


def empty_units(blok: list[Blok], *, pindah: datetime.date, waktu: datetime.datetime, benih: str) -> int:
    """End stays until no block has more than it states, and a few more, so that the lists show people who left."""
    chance, ended = random.Random(benih), 0
    with transaction.atomic():
        for row in blok:
            open_stays = list(row.hunian.filter(selesai__isnull=True, mulai__lt=pindah).order_by("nomor_unit"))
            surplus = max(0, len(open_stays) - row.terhuni) + min(2, len(open_stays))
            for hunian in chance.sample(open_stays, min(surplus, len(open_stays))):
                keluar = chance.choices(KeluarKe.values, (16, 10, 30, 22, 12, 10))[0]
                Hunian.objects.filter(pk=hunian.pk).update(selesai=pindah, keluar_ke=keluar, diubah=waktu)
                ended += 1
    return ended
