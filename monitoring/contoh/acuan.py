"""Reference data, loaded from `fixtures/desk_2021/`. Run again: brought up to date, never doubled.

What somebody has edited in the application is left as it is, and so is everything with the same key: the admin's word
goes before that of the fixtures.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from core.models import KabupatenKota
from core.models.acuan import AcuanRow
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


def bring_up_to_date(model: type[AcuanRow], key: dict[str, Any], values: dict[str, Any]) -> None:
    """The row of `model` with `key` as the fixtures say, unless somebody has edited or replaced it."""
    known = list(model._default_manager.filter(**key))
    if not known:
        model._default_manager.create(**key, **values)
    elif len(known) == 1 and known[0].diubah is None:
        row = known[0]
        if any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save()


def load_reference() -> None:
    """Regions with their lock rows, taxonomy, dated rules, holidays and backlog figures."""
    _regions()
    for row in rows("kategori_permasalahan.csv"):
        bring_up_to_date(KategoriPermasalahan, {"kode": row.pop("kode")}, dict(row))
    load_ownership_rules()
    for row in rows("hari_libur.csv"):
        HariLibur.objects.get_or_create(tanggal=row["tanggal"], defaults={"nama": row["nama"]})
    for row in rows("backlog.csv"):
        daerah = None if row["kabupaten_kota"] == "33" else row["kabupaten_kota"]
        key = {"kabupaten_kota_id": daerah, "tahun": int(row["tahun"]), "jenis": row["jenis"]}
        bring_up_to_date(Backlog, key, {"jumlah": int(row["jumlah"]), "sumber": row["sumber"]})


def load_ownership_rules() -> None:
    """Income caps, price caps and schemes of the home-ownership programmes."""
    for row in rows("ketentuan_mbr.csv"):
        caps = {kolom: number(row.pop(kolom)) for kolom in ("batas_belum_kawin", "batas_kawin", "batas_tapera")}
        bring_up_to_date(BatasPenghasilan, {"dasar_hukum": row.pop("dasar_hukum")}, {**row, **caps})
    for row in rows("harga_rumah.csv"):
        key = {"tahun_mulai": int(row["tahun_mulai"]), "wilayah": row["wilayah"], "jenis": row["jenis"]}
        texts = {name: row[name] for name in ("dasar_hukum", "sumber", "catatan")}
        figures = {"tahun_sampai": number(row["tahun_sampai"]), "harga_maks": int(row["harga_maks"])}
        bring_up_to_date(BatasHargaRumah, key, {**texts, **figures})
    for row in rows("skema_kepemilikan.csv"):
        bunga, tenor = row.pop("bunga_persen"), number(row.pop("tenor_tahun"))
        band = {kolom: number(row.pop(kolom)) for kolom in ("penghasilan_mulai", "penghasilan_hingga")}
        loan = {"bunga_persen": Decimal(bunga) if bunga else None, "tenor_tahun": tenor}
        bring_up_to_date(SkemaKepemilikan, {"kode": row.pop("kode")}, {**row, **band, **loan})


def _regions() -> None:
    for row in rows("kabupaten_kota.csv"):
        texts = {name: row[name] for name in ("nama", "jenis", "ibu_kota")}
        place = {"baris": int(row["baris"]), "kolom": int(row["kolom"])}
        known = {"ibu_kota_terverifikasi": row["terverifikasi"] == "ya"}
        bring_up_to_date(KabupatenKota, {"kode": row["kode"]}, {**texts, **place, **known})
        Penguncian.objects.get_or_create(kabupaten_kota_id=row["kode"])


def invited_codes() -> list[str]:
    """The 23 kabupaten/kota of August 2021, in order of their codes."""
    return [row["kode"] for row in rows("kabupaten_kota.csv") if row["peserta_2021"] != "tidak"]
