"""How long a stay may last: the rule of its location, told once for one stay and once for the database.

The last day of a stay is the day it began plus `batas_huni_bulan` for the first term and for every extension; a day
that its month lacks becomes the last of that month. A location without a rule allows and forbids nothing: its stays are
"tanpa aturan", never late. Both ways agree on every date (`tests/penghuni/test_masa_tinggal.py`).
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.fields import CharField, IntegerField
from django.db.models.functions import Cast, ExtractDay, ExtractMonth, ExtractYear, NullIf

from .enums import KeadaanHuni
from .models import Hunian
from .models.penghuni import MENUNGGAK, HunianQuerySet

SEGERA_BULAN: Final = 6
"""A stay that ends within so many months, today included, ends soon."""


def may_stay_until(mulai: datetime.date, bulan: int, perpanjangan_ke: int) -> datetime.date:
    """The last day of a stay that began on `mulai`, of `bulan` months, extended `perpanjangan_ke` times."""
    return months_after(mulai, bulan * (1 + perpanjangan_ke))


def months_after(hari: datetime.date, bulan: int) -> datetime.date:
    """The same day `bulan` months later, or the last of that month; the end of the calendar where it has run out."""
    year, month = divmod(hari.year * 12 + hari.month - 1 + bulan, 12)
    if year > datetime.MAXYEAR:
        return datetime.date.max
    return datetime.date(year, month + 1, min(hari.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class MasaTinggal:
    """One stay measured on one day. Reads `hunian.blok.rusun`: fetch them along."""

    hunian: Hunian
    hari_ini: datetime.date

    @property
    def hari_terakhir(self) -> datetime.date | None:
        """None where the location has no rule."""
        if not (bulan := self.hunian.blok.rusun.batas_huni_bulan):
            return None
        return may_stay_until(self.hunian.mulai, bulan, self.hunian.perpanjangan_ke)

    @property
    def keadaan(self) -> KeadaanHuni:
        if (terakhir := self.hari_terakhir) is None:
            return KeadaanHuni.TIDAK_DIKETAHUI
        if terakhir < self.hari_ini:
            return KeadaanHuni.LEWAT
        return KeadaanHuni.SEGERA if terakhir <= months_after(self.hari_ini, SEGERA_BULAN) else KeadaanHuni.AMAN

    @property
    def hari_lewat(self) -> int | None:
        """Days since the last day; None unless it is over."""
        terakhir = self.hari_terakhir
        return (self.hari_ini - terakhir).days if terakhir and terakhir < self.hari_ini else None

    @property
    def hari_sisa(self) -> int | None:
        """Days until the last day, 0 on that day itself; None when it is over or unknown."""
        terakhir = self.hari_terakhir
        return (terakhir - self.hari_ini).days if terakhir and terakhir >= self.hari_ini else None

    @property
    def perpanjangan_berlebih(self) -> bool:
        """Extended more often than the location allows; a location that says nothing forbids nothing."""
        maks = self.hunian.blok.rusun.perpanjangan_maks
        return maks is not None and self.hunian.perpanjangan_ke > maks

    @property
    def dapat_diperpanjang(self) -> bool | None:
        """Whether one more extension is allowed; None where the location does not say how many there may be."""
        maks = self.hunian.blok.rusun.perpanjangan_maks
        return None if maks is None else self.hunian.perpanjangan_ke < maks


# --- The same in SQL: days are counted in months of 32, so no database has to add dates -------------------------------

MeasuredStays: TypeAlias = Any
"""A `HunianQuerySet` with `hari_akhir` and `keadaan`, which its type cannot tell."""

_LOKASI: Final = "blok__rusun__"
_MASA: Final = NullIf(F(f"{_LOKASI}batas_huni_bulan"), Value(0)) * (Cast("perpanjangan_ke", IntegerField()) + Value(1))
_HARI_AKHIR: Final = (ExtractYear("mulai") * 12 + ExtractMonth("mulai") + _MASA) * 32 + ExtractDay("mulai")


def _before(hari: datetime.date) -> Q:
    """Stays whose last day is before `hari`. A day its month lacks is after every day that month has, as the rule asks:
    the last of that month is not before any of them either."""
    return Q(hari_akhir__lt=(hari.year * 12 + hari.month) * 32 + hari.day)


def measured(stays: HunianQuerySet, hari: datetime.date) -> MeasuredStays:
    """`stays`, each with its `keadaan` on `hari`, to be filtered and counted by."""
    soon = months_after(hari, SEGERA_BULAN) + datetime.timedelta(days=1)
    keadaan = Case(
        When(hari_akhir__isnull=True, then=Value(KeadaanHuni.TIDAK_DIKETAHUI)),
        When(_before(hari), then=Value(KeadaanHuni.LEWAT)),
        When(_before(soon), then=Value(KeadaanHuni.SEGERA)),
        default=Value(KeadaanHuni.AMAN),
        output_field=CharField(),
    )
    return stays.annotate(hari_akhir=_HARI_AKHIR).annotate(keadaan=keadaan)


def longest_over_first(stays: MeasuredStays) -> MeasuredStays:
    """`measured` stays by their last day; those without a rule at the end."""
    return stays.order_by(F("hari_akhir").asc(nulls_last=True), "pk")


def figures_by_location(stays: MeasuredStays) -> list[dict[str, Any]]:
    """Of `measured` stays, per location: its rule, how many stay there, and how many of them in which state."""
    rule = {name: F(f"{_LOKASI}{name}") for name in ("nama", "batas_huni_bulan", "perpanjangan_maks", "dasar_hukum")}
    rows = stays.order_by(f"{_LOKASI}kabupaten_kota", f"{_LOKASI}nama", f"{_LOKASI}kode").values(
        "keadaan", kode=F(f"{_LOKASI}kode"), daerah=F(f"{_LOKASI}kabupaten_kota__nama"), **rule
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows.annotate(jumlah=Count("pk"), menunggak=Count("pk", filter=MENUNGGAK)):
        keadaan, jumlah, menunggak = row.pop("keadaan"), row.pop("jumlah"), row.pop("menunggak")
        none = dict.fromkeys(("penghuni", "menunggak", *KeadaanHuni.values), 0)
        figures = found.setdefault(row["kode"], row | none)
        figures[keadaan] += jumlah
        figures["penghuni"] += jumlah
        figures["menunggak"] += menunggak
    return list(found.values())
