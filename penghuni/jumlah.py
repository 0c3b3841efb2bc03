"""Residents as counts: what may leave this app for kiriman, recap and warnings."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef

from core.models import KabupatenKota

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


def also_elsewhere(kabupaten_kota: str) -> int:
    """How many households of `kabupaten_kota` are recorded in another one too, by the NIK of their heads."""
    own = Penghuni.objects.filter(kabupaten_kota=kabupaten_kota).exclude(nik_sidik="")
    others = Penghuni.objects.exclude(kabupaten_kota=kabupaten_kota).filter(nik_sidik=OuterRef("nik_sidik"))
    return own.filter(Exists(others)).count()
