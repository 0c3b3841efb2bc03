"""When a desk can be held: working days, hours, breaks; and slots laid out over them."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.display import WIB, rentang_jam

JUMAT: Final = 4
AKHIR_PEKAN: Final = (5, 6)
ISTIRAHAT: Final = (datetime.time(12, 0), datetime.time(13, 0))
ISTIRAHAT_JUMAT: Final = (datetime.time(11, 30), datetime.time(13, 0))


@dataclass(frozen=True)
class Tatanan:
    """How days are divided: hours, rooms side by side, minutes of a session and between two."""

    jam_mulai: datetime.time
    jam_selesai: datetime.time
    ruang: int
    menit_dasar: int
    menit_per_lokasi: int
    jeda: int

    def length(self, lokasi: int) -> datetime.timedelta:
        """How long the session of a kabupaten/kota with `lokasi` locations is; the first one is in the basic time."""
        return datetime.timedelta(minutes=self.menit_dasar + self.menit_per_lokasi * max(0, lokasi - 1))


@dataclass(frozen=True)
class Slot:
    """A place in the schedule; `peserta` is whoever is met there."""

    peserta: str
    mulai: datetime.datetime
    selesai: datetime.datetime
    ruang: int


def lunch_of(hari: datetime.date) -> tuple[datetime.time, datetime.time]:
    """The break of that day: on Fridays 11.30-13.00 for prayer."""
    return ISTIRAHAT_JUMAT if hari.weekday() == JUMAT else ISTIRAHAT


def is_working_day(hari: datetime.date, libur: Collection[datetime.date]) -> bool:
    return hari.weekday() not in AKHIR_PEKAN and hari not in libur


def working_days(mulai: datetime.date, jumlah: int, libur: Collection[datetime.date]) -> list[datetime.date]:
    """The first `jumlah` working days from `mulai` on."""
    days: list[datetime.date] = []
    hari = mulai
    while len(days) < jumlah:
        if is_working_day(hari, libur):
            days.append(hari)
        hari += datetime.timedelta(days=1)
    return days


def moment(hari: datetime.date, jam: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(hari, jam, tzinfo=WIB)


def opening_of(hari: datetime.date, tatanan: Tatanan) -> tuple[datetime.datetime, datetime.datetime]:
    """The opening meeting takes the first morning, from the first hour to the break or the end of the day."""
    return moment(hari, tatanan.jam_mulai), moment(hari, min(lunch_of(hari)[0], tatanan.jam_selesai))


def _windows(hari: datetime.date, tatanan: Tatanan, *, pagi: bool) -> list[tuple[datetime.datetime, datetime.datetime]]:
    rest, again = lunch_of(hari)
    parts = [(tatanan.jam_mulai, min(rest, tatanan.jam_selesai))] if pagi else []
    parts.append((max(again, tatanan.jam_mulai), tatanan.jam_selesai))
    return [(moment(hari, start), moment(hari, end)) for start, end in parts if start < end]


def lay_out(
    hari: Sequence[datetime.date], tatanan: Tatanan, peserta: Mapping[str, int], *,
    terisi: Sequence[Slot] = (), pembukaan: datetime.date | None = None,
) -> tuple[list[Slot], list[str]]:  # fmt: skip
    """Slots for `peserta` (name -> number of locations) in the given order, and the names that no room was left for.

    The same number a day, as far as hours allow; the morning of `pembukaan` (the first day) is kept for the opening,
    and what is `terisi` stays. Within a day whoever is next takes the room that is free first.
    """
    waiting = list(peserta)
    slots: list[Slot] = []
    opening = pembukaan or (hari[0] if hari else None)
    for number, day in enumerate(hari):
        quota = -(-len(waiting) // (len(hari) - number))
        wanted = [(name, peserta[name]) for name in waiting[:quota]]
        placed = list(_fill(day, tatanan, wanted, terisi, pagi=day != opening))
        slots += placed
        taken = {slot.peserta for slot in placed}
        waiting = [name for name in waiting if name not in taken]
    return sorted(slots, key=lambda slot: (slot.mulai, slot.ruang)), waiting


def _fill(
    hari: datetime.date, tatanan: Tatanan, peserta: list[tuple[str, int]], terisi: Sequence[Slot], *, pagi: bool
) -> Iterator[Slot]:
    windows = _windows(hari, tatanan, pagi=pagi)
    free = dict.fromkeys(range(1, tatanan.ruang + 1), windows[0][0]) if windows else {}
    gap = datetime.timedelta(minutes=tatanan.jeda)
    for name, lokasi in peserta:
        length = tatanan.length(lokasi)
        options = []
        for ruang in free:
            busy = [(slot.mulai - gap, slot.selesai + gap) for slot in terisi if slot.ruang == ruang]
            start = _next_start(free[ruang], length, windows, sorted(busy))
            if start is not None:
                options.append((start, ruang))
        if options:
            start, ruang = min(options)
            free[ruang] = start + length + gap
            yield Slot(name, start, start + length, ruang)


def _next_start(
    earliest: datetime.datetime, length: datetime.timedelta,
    windows: list[tuple[datetime.datetime, datetime.datetime]],
    busy: list[tuple[datetime.datetime, datetime.datetime]],
) -> datetime.datetime | None:  # fmt: skip
    for opens, closes in windows:
        start = max(earliest, opens)
        for begins, ends in busy:
            if start < ends and start + length > begins:
                start = ends
        if start + length <= closes:
            return start
    return None


def objections(
    mulai: datetime.datetime, selesai: datetime.datetime, tatanan: Tatanan, libur: Mapping[datetime.date, str]
) -> list[str]:
    """Why this is an unusual time for a session: weekend, holiday, out of hours, in the break. In words for a user."""
    start, end = mulai.astimezone(WIB), selesai.astimezone(WIB)
    hari, found = start.date(), []
    if hari.weekday() in AKHIR_PEKAN:
        found.append("Tanggal ini jatuh pada akhir pekan.")
    if hari in libur:
        found.append(f"Tanggal ini hari libur: {libur[hari]}.")
    if start.time() < tatanan.jam_mulai or end.time() > tatanan.jam_selesai or end.date() != hari:
        found.append(f"Di luar jam desk, {rentang_jam(tatanan.jam_mulai, tatanan.jam_selesai)}.")
    rest, again = lunch_of(hari)
    if start.time() < again and end.time() > rest:
        found.append(f"Bertumpuk dengan istirahat, {rentang_jam(rest, again)}.")
    return found
