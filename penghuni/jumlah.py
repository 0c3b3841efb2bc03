"""Residents as counts: what may leave this app for kiriman, recap and warnings."""

from __future__ import annotations

import calendar
import datetime
from collections import Counter

from django.db.models import Count, Exists, OuterRef, Q

from core.models import KabupatenKota

from .ganda import listed_elsewhere
from .models import Hunian, Penghuni


def open_stays_by_location(kabupaten_kota: KabupatenKota | str) -> dict[str, int]:
    """Households or persons with an open stay, by kode rusun; locations without any are absent."""
    return dict(
        Hunian.objects.open()
        .filter(blok__rusun__kabupaten_kota=kabupaten_kota)
        .values_list("blok__rusun_id")
        .annotate(jumlah=Count("pk"))
        .order_by()
    )


def overstays_by_location(kabupaten_kota: KabupatenKota | str, hari: datetime.date) -> dict[str, int]:
    """Open stays that have lasted longer than their location allows, extensions counted, by kode rusun.

    Locations whose rule is not known count none: nothing is assumed.
    """
    rows = (
        Hunian.objects.open()
        .filter(blok__rusun__kabupaten_kota=kabupaten_kota, blok__rusun__batas_huni_bulan__isnull=False)
        .values_list("blok__rusun_id", "blok__rusun__batas_huni_bulan", "mulai", "perpanjangan_ke")
    )
    return dict(
        Counter(kode for kode, bulan, mulai, kali in rows if bulan and may_stay_until(mulai, bulan, kali) < hari)
    )


def may_stay_until(mulai: datetime.date, bulan: int, perpanjangan_ke: int) -> datetime.date:
    """The last day of a stay that began on `mulai`, of `bulan` months, extended `perpanjangan_ke` times."""
    months = mulai.month - 1 + bulan * (1 + perpanjangan_ke)
    year, month = mulai.year + months // 12, months % 12 + 1
    return datetime.date(year, month, min(mulai.day, calendar.monthrange(year, month)[1]))


def arrears_by_location(kabupaten_kota: KabupatenKota | str) -> dict[str, int]:
    """Open stays with rent in arrears, by kode rusun."""
    owing = Q(tunggakan_bulan__gt=0) | Q(tunggakan__gt=0)
    return dict(
        Hunian.objects.open()
        .filter(owing, blok__rusun__kabupaten_kota=kabupaten_kota)
        .values_list("blok__rusun_id")
        .annotate(jumlah=Count("pk"))
        .order_by()
    )


def also_elsewhere(kabupaten_kota: str) -> int:
    """How many households of `kabupaten_kota` are recorded in another one too, by the NIK of their heads."""
    own = Penghuni.objects.filter(kabupaten_kota=kabupaten_kota).exclude(nik_sidik="")
    others = listed_elsewhere([OuterRef("nik_sidik")], kabupaten_kota, [OuterRef(OuterRef("pk"))])
    return own.filter(Exists(others)).count()
