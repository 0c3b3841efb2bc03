"""The board of one desk day: every slot with its state, how late it runs, who is next. Made for a wall."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core.display import in_wib
from monitoring.enums import StatusSesi
from monitoring.isian.sebutan import Status
from monitoring.models import JadwalDesk, SesiDesk

from .layar import minutes_of, state_of_session, with_minutes

TENGGANG = 5
"""Fewer minutes than this are no delay."""
NOL = datetime.timedelta()
MENUNGGU = (StatusSesi.TERJADWAL, StatusSesi.BERLANGSUNG, StatusSesi.JEDA)


@dataclass(frozen=True)
class BarisPapan:
    """A slot. `terlambat`: minutes it starts, or will start, later than planned."""

    sesi: SesiDesk
    status: Status
    terlambat: int
    berikutnya: bool


@dataclass(frozen=True)
class PapanHari:
    hari: datetime.date
    baris: list[BarisPapan]
    hari_lain: list[datetime.date]

    @property
    def selesai(self) -> int:
        return sum(row.sesi.status not in MENUNGGU for row in self.baris)


def days_of(jadwal: JadwalDesk) -> list[datetime.date]:
    """The days on which there is a session."""
    moments = jadwal.sesi.exclude(status=StatusSesi.BATAL).order_by("mulai").values_list("mulai", flat=True)
    return sorted({in_wib(moment).date() for moment in moments})


def nearest_day(days: list[datetime.date], hari_ini: datetime.date) -> datetime.date:
    """Today, else the next desk day, else the last one; today where there is none."""
    coming = [day for day in days if day >= hari_ini]
    return coming[0] if coming else days[-1] if days else hari_ini


def build_day(jadwal: JadwalDesk, hari: datetime.date, saat: datetime.datetime) -> PapanHari:
    """The board of `hari` as it stands at `saat`. Three queries."""
    days = days_of(jadwal)
    rows = [row for row in _sessions(jadwal) if in_wib(row.mulai).date() == hari]
    free: dict[int, datetime.datetime] = {}
    lines, announced = [], set()
    for row in rows:
        late = lateness(row, free.get(row.ruang), saat)
        free[row.ruang] = free_again(row, late, saat)
        upcoming = row.status == StatusSesi.TERJADWAL and row.ruang not in announced
        if upcoming:
            announced.add(row.ruang)
        minutes = int(late.total_seconds()) // 60
        shown = minutes if minutes >= TENGGANG else 0
        lines.append(BarisPapan(row, state_of_session(row, minutes_of(row)), shown, upcoming))
    return PapanHari(hari, lines, days)


def lateness(sesi: SesiDesk, bebas: datetime.datetime | None, saat: datetime.datetime) -> datetime.timedelta:
    """How late a session began or runs over; one to come: the clock, or its room that is not free yet (`bebas`)."""
    if sesi.status == StatusSesi.TERJADWAL:
        return max(NOL, saat - sesi.mulai, (bebas or sesi.mulai) - sesi.mulai)
    if sesi.dimulai_pada is None:
        return NOL
    end = saat if sesi.hidup else sesi.ditutup_pada or sesi.selesai
    return max(NOL, sesi.dimulai_pada - sesi.mulai, end - sesi.selesai)


def free_again(sesi: SesiDesk, terlambat: datetime.timedelta, saat: datetime.datetime) -> datetime.datetime:
    """When the room of a session can be used again, as far as is known at `saat`."""
    if sesi.status == StatusSesi.TERJADWAL:
        return sesi.selesai + terlambat
    if sesi.hidup:
        return max(saat, sesi.selesai)
    return sesi.ditutup_pada or sesi.selesai


def delay_before(sesi: SesiDesk, saat: datetime.datetime) -> int:
    """How many minutes the sessions before it in the same room make `sesi` wait: what its kabupaten/kota is told."""
    hari = in_wib(sesi.mulai).date()
    return next((row.terlambat for row in build_day(sesi.jadwal, hari, saat).baris if row.sesi.pk == sesi.pk), 0)


def _sessions(jadwal: JadwalDesk) -> list[SesiDesk]:
    rows = SesiDesk.objects.filter(jadwal=jadwal).exclude(status=StatusSesi.BATAL)
    rows = rows.select_related("isian__kabupaten_kota", "verifikator", "jadwal__periode").order_by("mulai", "ruang")
    return list(with_minutes(rows))
