"""Reference data, loaded from `fixtures/desk_2021/`. Run again: brought up to date, never doubled."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from core.models import KabupatenKota
from monitoring.models import Backlog, HariLibur
from penghuni.models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from rusun.models import KategoriPermasalahan, Penguncian

FOLDER: Path = settings.BASE_DIR / "fixtures" / "desk_2021"


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a reference table, header -> text."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def number(text: str) -> int | None:
    """A whole number, None for a blank cell."""
    return int(text) if text else None


def load_reference() -> None:
    """Regions with their lock rows, taxonomy, dated rules, holidays and backlog figures."""
    _regions()
    for row in rows("kategori_permasalahan.csv"):
        KategoriPermasalahan.objects.update_or_create(kode=row.pop("kode"), defaults=row)
    load_ownership_rules()
    for row in rows("hari_libur.csv"):
        HariLibur.objects.get_or_create(tanggal=row["tanggal"], defaults={"nama": row["nama"]})
    for row in rows("backlog.csv"):
        daerah = None if row["kabupaten_kota"] == "33" else row["kabupaten_kota"]
        Backlog.objects.update_or_create(
            kabupaten_kota_id=daerah,
            tahun=int(row["tahun"]),
            jenis=row["jenis"],
            defaults={"jumlah": int(row["jumlah"]), "sumber": row["sumber"]},
        )


def load_ownership_rules() -> None:
    """Income caps, price caps and schemes of the home-ownership programmes."""
    for row in rows("ketentuan_mbr.csv"):
        caps = {kolom: number(row.pop(kolom)) for kolom in ("batas_belum_kawin", "batas_kawin", "batas_tapera")}
        BatasPenghasilan.objects.update_or_create(dasar_hukum=row.pop("dasar_hukum"), defaults={**row, **caps})
    for row in rows("harga_rumah.csv"):
        BatasHargaRumah.objects.update_or_create(
            tahun_mulai=int(row["tahun_mulai"]),
            wilayah=row["wilayah"],
            jenis=row["jenis"],
            defaults={
                "tahun_sampai": number(row["tahun_sampai"]),
                "harga_maks": int(row["harga_maks"]),
                "dasar_hukum": row["dasar_hukum"],
                "sumber": row["sumber"],
                "catatan": row["catatan"],
            },
        )
    for row in rows("skema_kepemilikan.csv"):
        bunga, tenor = row.pop("bunga_persen"), number(row.pop("tenor_tahun"))
        band = {kolom: number(row.pop(kolom)) for kolom in ("penghasilan_mulai", "penghasilan_hingga")}
        SkemaKepemilikan.objects.update_or_create(
            kode=row.pop("kode"),
            defaults={**row, **band, "bunga_persen": Decimal(bunga) if bunga else None, "tenor_tahun": tenor},
        )


def _regions() -> None:
    for row in rows("kabupaten_kota.csv"):
        daerah, _ = KabupatenKota.objects.update_or_create(
            kode=row["kode"],
            defaults={
                "nama": row["nama"],
                "jenis": row["jenis"],
                "ibu_kota": row["ibu_kota"],
                "ibu_kota_terverifikasi": row["terverifikasi"] == "ya",
                "baris": int(row["baris"]),
                "kolom": int(row["kolom"]),
            },
        )
        Penguncian.objects.get_or_create(kabupaten_kota=daerah)


def invited_codes() -> list[str]:
    """The 23 kabupaten/kota of August 2021, in order of their codes."""
    return [row["kode"] for row in rows("kabupaten_kota.csv") if row["peserta_2021"] != "tidak"]
