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
    late: dict[int, int] = {}
    lines, announced = [], set()
    for row in rows:
        minutes = lateness(row, late.get(row.ruang, 0), saat)
        late[row.ruang] = minutes
        minutes = minutes if minutes >= TENGGANG else 0
        upcoming = row.status == StatusSesi.TERJADWAL and row.ruang not in announced
        if upcoming:
            announced.add(row.ruang)
        lines.append(BarisPapan(row, state_of_session(row, minutes_of(row)), minutes, upcoming))
    return PapanHari(hari, lines, days)


def lateness(sesi: SesiDesk, sebelumnya: int, saat: datetime.datetime) -> int:
    """Minutes late: as begun, or for one still to come what the room carries over or the clock says already."""
    if sesi.dimulai_pada is not None:
        over = saat - sesi.selesai if sesi.hidup else (sesi.ditutup_pada or sesi.selesai) - sesi.selesai
        return max(0, int((over if over > sesi.dimulai_pada - sesi.mulai else sesi.dimulai_pada - sesi.mulai)
                          .total_seconds()) // 60)  # fmt: skip
    if sesi.status != StatusSesi.TERJADWAL:
        return 0
    waiting = int((saat - sesi.mulai).total_seconds()) // 60
    return max(0, waiting, sebelumnya)


def delay_before(sesi: SesiDesk, saat: datetime.datetime) -> int:
    """How many minutes the sessions before it in the same room make `sesi` wait: what its kabupaten/kota is told."""
    hari = in_wib(sesi.mulai).date()
    return next((row.terlambat for row in build_day(sesi.jadwal, hari, saat).baris if row.sesi.pk == sesi.pk), 0)


def _sessions(jadwal: JadwalDesk) -> list[SesiDesk]:
    rows = SesiDesk.objects.filter(jadwal=jadwal).exclude(status=StatusSesi.BATAL)
    rows = rows.select_related("isian__kabupaten_kota", "verifikator", "jadwal__periode").order_by("mulai", "ruang")
    return list(with_minutes(rows))
