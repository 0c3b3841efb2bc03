"""What changed between the two periods: occupancy, a new block, solved problems, rents, residents who left and came."""

from __future__ import annotations

import datetime
import random

from django.db.models import Sum

from core.models import KabupatenKota, Pengguna
from core.versions import touch
from rusun.enums import Konfigurasi, Sebab, StatusTindakLanjut
from rusun.models import Blok, Permasalahan, ProfilPenghuni, Rusun, SebabKosong, Tarif, TindakLanjut
from rusun.pemeriksaan import RUSAK, SIAP
from rusun.penguncian import registry_write

from .registri import profile_of

PELAKSANA = {"kabupaten_kota": "UPTD rusunawa", "provinsi": "Dinas PERAKIM", "pusat": "Balai perumahan"}


def move_on(
    daerah: KabupatenKota, operator: Pengguna, *, tanggal_data: datetime.date, waktu: datetime.datetime
) -> None:
    """Bring the registry of `daerah` to `tanggal_data`; every location keeps its sums."""
    chance = random.Random(f"2022:{daerah.pk}")
    with registry_write(daerah):
        for rusun in Rusun.objects.active().filter(kabupaten_kota=daerah):
            for blok in rusun.blok.all():
                _occupancy(blok, chance)
                touch(blok, operator, waktu)
                blok.save()
            if rusun.kode in ("3374-RSN-02", "3319-RSN-01"):
                _new_block(rusun, operator, waktu)
            _causes(rusun, operator, waktu, chance)
            _problems(rusun, operator, waktu, chance)
            _rents(rusun, operator, waktu, chance)
            _location(rusun, operator, tanggal_data, waktu, chance)


def _occupancy(blok: Blok, chance: random.Random) -> None:
    """Some ready units were let, some repaired, now and then a household left."""
    repaired = chance.randint(0, blok.kosong_rusak // 3)
    blok.kosong_rusak -= repaired
    blok.kosong_siap += repaired
    let = chance.randint(0, blok.kosong_siap // 2 + blok.kosong_siap % 2)
    left = chance.randint(0, min(3, blok.terhuni // 12))
    blok.kosong_siap += left - let
    blok.terhuni += let - left


def _new_block(rusun: Rusun, operator: Pengguna, waktu: datetime.datetime) -> None:
    Blok.objects.create(
        rusun=rusun, nama="Blok Baru", konfigurasi=Konfigurasi.SINGLE, jumlah_lantai=3, tipe_m2=36, jumlah_unit=42,
        terhuni=30, kosong_siap=12, kosong_rusak=0, cadangan=0, diubah=waktu, diubah_oleh=operator,
    )  # fmt: skip


def _causes(rusun: Rusun, operator: Pengguna, waktu: datetime.datetime, chance: random.Random) -> None:
    unit = rusun.blok.aggregate(siap=Sum("kosong_siap"), rusak=Sum("kosong_rusak"), cadangan=Sum("cadangan"))
    old = {row.sebab: row.jumlah_unit for row in rusun.sebab_kosong.all()}
    new: dict[str, int] = {}
    for figure, causes, usual in (
        (unit["siap"] or 0, SIAP, Sebab.PROSES_SELEKSI),
        (unit["rusak"] or 0, RUSAK, Sebab.RUSAK),
        (unit["cadangan"] or 0, (Sebab.DIPAKAI_LAIN,), Sebab.DIPAKAI_LAIN),
    ):
        left = figure
        for sebab in causes:
            new[sebab] = min(left, old.get(sebab, 0))
            left -= new[sebab]
        new[usual] = new.get(usual, 0) + left
    rusun.sebab_kosong.all().delete()
    SebabKosong.objects.bulk_create(
        SebabKosong(rusun=rusun, sebab=sebab, jumlah_unit=jumlah, diubah=waktu, diubah_oleh=operator)
        for sebab, jumlah in new.items()
        if jumlah
    )


def _problems(rusun: Rusun, operator: Pengguna, waktu: datetime.datetime, chance: random.Random) -> None:
    for masalah in rusun.permasalahan.all():
        due = waktu.date() + datetime.timedelta(days=chance.randrange(-60, 150))
        solved = chance.random() < 0.25
        if solved:  # and so is what was agreed about it before
            masalah.tindak_lanjut.open().update(
                status=StatusTindakLanjut.SELESAI, selesai_pada=waktu.date(), diubah=waktu, diubah_oleh=operator
            )
        TindakLanjut.objects.create(
            rusun=rusun,
            permasalahan=masalah,
            uraian=masalah.kategori.tindak_lanjut_lazim.split(";")[0],
            penanggung_jawab=masalah.penanggung_jawab,
            pelaksana=PELAKSANA[masalah.penanggung_jawab],
            unit=masalah.unit_terdampak or None,
            batas_waktu=due,
            status=StatusTindakLanjut.SELESAI if solved else StatusTindakLanjut.PROSES,
            selesai_pada=waktu.date() if solved else None,
            diubah=waktu,
            diubah_oleh=operator,
        )
        Permasalahan.objects.filter(pk=masalah.pk).update(
            status=StatusTindakLanjut.SELESAI if solved else StatusTindakLanjut.PROSES
        )


def _rents(rusun: Rusun, operator: Pengguna, waktu: datetime.datetime, chance: random.Random) -> None:
    if chance.random() < 0.3:
        rents = list(rusun.tarif.all())
        for tarif in rents:
            tarif.tarif_bulan = tarif.tarif_bulan * 11 // 10 // 5000 * 5000
            touch(tarif, operator, waktu)
        Tarif.objects.bulk_update(rents, ["tarif_bulan", "versi", "diubah", "diubah_oleh"])


def _location(
    rusun: Rusun, operator: Pengguna, tanggal_data: datetime.date, waktu: datetime.datetime, chance: random.Random
) -> None:
    terhuni = rusun.blok.aggregate(jumlah=Sum("terhuni"))["jumlah"] or 0
    rusun.jumlah_kk, rusun.jumlah_jiwa = terhuni, terhuni * 3 + terhuni // 5
    rusun.tanggal_data = tanggal_data
    rusun.daftar_tunggu = max(0, (rusun.daftar_tunggu or 0) + chance.randint(-10, 25))
    touch(rusun, operator, waktu)
    rusun.save()
    ProfilPenghuni.objects.filter(rusun=rusun).update(**profile_of(terhuni), diubah=waktu, diubah_oleh=operator)
