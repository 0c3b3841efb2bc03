"""Residents as counts: what may leave this app for kiriman, recap and warnings."""

from __future__ import annotations

import datetime

from django.db.models import Count, Exists, OuterRef

from core.models import KabupatenKota

from .enums import KeadaanHuni
from .ganda import listed_elsewhere
from .masa_tinggal import measured
from .models import Hunian, Penghuni
from .models.penghuni import MENUNGGAK


def open_stays_by_location(kabupaten_kota: KabupatenKota | str) -> dict[str, int]:
    """Households or persons with an open stay, by kode rusun; locations without any are absent."""
    return dict(
        Hunian.objects.open()
        .filter(blok__rusun__kabupaten_kota=kabupaten_kota)
        .values_list("blok__rusun_id")
        .annotate(jumlah=Count("pk"))
        .order_by()
    )


def stay_states_by_location(
    kabupaten_kota: KabupatenKota | str, hari: datetime.date
) -> dict[KeadaanHuni, dict[str, int]]:
    """Open stays by how they stand on `hari` against the rule of their location, then by kode rusun.

    Locations whose rule is not known have stays without a rule, and none that is over: nothing is assumed.
    """
    stays = Hunian.objects.open().filter(blok__rusun__kabupaten_kota=kabupaten_kota)
    rows = measured(stays, hari).values_list("keadaan", "blok__rusun_id").annotate(jumlah=Count("pk")).order_by()
    found: dict[KeadaanHuni, dict[str, int]] = {keadaan: {} for keadaan in KeadaanHuni}
    for keadaan, kode, jumlah in rows:
        found[KeadaanHuni(keadaan)][kode] = jumlah
    return found


def arrears_by_location(kabupaten_kota: KabupatenKota | str) -> dict[str, int]:
    """Open stays with rent in arrears, by kode rusun."""
    return dict(
        Hunian.objects.open()
        .filter(MENUNGGAK, blok__rusun__kabupaten_kota=kabupaten_kota)
        .values_list("blok__rusun_id")
        .annotate(jumlah=Count("pk"))
        .order_by()
    )


def also_elsewhere(kabupaten_kota: str) -> int:
    """How many households of `kabupaten_kota` are recorded in another one too, by the NIK of their heads."""
    own = Penghuni.objects.filter(kabupaten_kota=kabupaten_kota).exclude(nik_sidik="")
    others = listed_elsewhere([OuterRef("nik_sidik")], kabupaten_kota, [OuterRef(OuterRef("pk"))])
    return own.filter(Exists(others)).count()
