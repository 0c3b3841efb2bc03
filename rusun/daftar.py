"""What a line of the lists of locations, problems and follow-ups says: for the page and for its file alike."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from .angka import AngkaUnit, of_blok, total
from .enums import Pihak, StatusTindakLanjut, Tingkat
from .models import Permasalahan, Rusun, TindakLanjut
from .models.permasalahan import SETTLED

NADA: dict[str, str] = {
    Tingkat.RINGAN: "netral",
    Tingkat.SEDANG: "perhatian",
    Tingkat.BERAT: "bahaya",
    StatusTindakLanjut.BELUM: "netral",
    StatusTindakLanjut.PROSES: "proses",
    StatusTindakLanjut.SELESAI: "selesai",
    StatusTindakLanjut.TIDAK_DAPAT: "perhatian",
    StatusTindakLanjut.DILIMPAHKAN: "netral",
}


@dataclass(frozen=True)
class BarisLokasi:
    """A location with the sum of its blocks, which are fetched beforehand."""

    rusun: Rusun

    @cached_property
    def angka(self) -> AngkaUnit:
        return total(
            of_blok(b.konfigurasi, b.jumlah_unit, b.terhuni, b.kosong_siap, b.kosong_rusak, b.cadangan)
            for b in self.rusun.blok.all()
        )


def days_late(tindak: TindakLanjut | None, hari_ini: datetime.date) -> int:
    """By how many days an open follow-up is late; 0 when it is not, or settled, or not there."""
    if tindak is None or tindak.status in SETTLED:
        return 0
    return max((hari_ini - tindak.batas_waktu).days, 0)


@dataclass(frozen=True)
class BarisTindak:
    """A follow-up as seen on `hari_ini`, and whether the reader may say how far it has come."""

    tindak: TindakLanjut
    hari_ini: datetime.date
    boleh_ubah: bool = False

    @property
    def lewat_hari(self) -> int:
        return days_late(self.tindak, self.hari_ini)

    @property
    def nada_status(self) -> str:
        return NADA[self.tindak.status]


@dataclass(frozen=True)
class TindakPihak:
    """What one party has to do, as a list on paper shows it."""

    pihak: Pihak
    baris: tuple[BarisTindak, ...]

    @property
    def lewat(self) -> int:
        return sum(row.lewat_hari > 0 for row in self.baris)

    @property
    def unit(self) -> int:
        """Units its open follow-ups will bring back."""
        return sum(row.tindak.unit or 0 for row in self.baris if row.tindak.status not in SETTLED)


def by_party(rows: Iterable[BarisTindak]) -> list[TindakPihak]:
    """`rows` per party that must act, nearest party first; parties without any are left out."""
    found: dict[str, list[BarisTindak]] = {}
    for row in rows:
        found.setdefault(row.tindak.penanggung_jawab, []).append(row)
    return [TindakPihak(pihak, tuple(found[pihak])) for pihak in Pihak if pihak in found]


@dataclass(frozen=True)
class Masalah:
    """A problem with what is done about it."""

    baris: Permasalahan
    tindak_lanjut: tuple[BarisTindak, ...]

    @property
    def nada_status(self) -> str:
        return NADA[self.baris.status]


@dataclass(frozen=True)
class MasalahLokasi:
    """What a list on paper says of one location: its problems, and follow-ups of no problem."""

    rusun: Rusun
    permasalahan: tuple[Masalah, ...]
    kesepakatan: tuple[BarisTindak, ...]


def by_location(
    masalah: Iterable[Permasalahan], kesepakatan: Iterable[TindakLanjut], hari_ini: datetime.date
) -> list[MasalahLokasi]:
    """Both per location, locations in the order of their codes, rows in the order given.

    Location and region are fetched beforehand, and so are the follow-ups of a problem.
    """
    problems: dict[Rusun, list[Masalah]] = {}
    agreed: dict[Rusun, list[BarisTindak]] = {}
    for problem in masalah:
        follow_ups = tuple(BarisTindak(row, hari_ini) for row in problem.tindak_lanjut.all())
        problems.setdefault(problem.rusun, []).append(Masalah(problem, follow_ups))
    for row in kesepakatan:
        agreed.setdefault(row.rusun, []).append(BarisTindak(row, hari_ini))
    return [
        MasalahLokasi(rusun, tuple(problems.get(rusun, ())), tuple(agreed.get(rusun, ())))
        for rusun in sorted(problems | agreed, key=lambda row: row.pk)
    ]


@dataclass(frozen=True)
class BarisMasalah:
    """A problem with its follow-ups, which are fetched beforehand, as seen on `hari_ini`."""

    masalah: Permasalahan
    hari_ini: datetime.date

    @cached_property
    def tindak_lanjut(self) -> list[TindakLanjut]:
        return list(self.masalah.tindak_lanjut.all())

    @cached_property
    def berikutnya(self) -> TindakLanjut | None:
        """The open follow-up that is due first."""
        open_ones = [row for row in self.tindak_lanjut if row.status not in SETTLED]
        return min(open_ones, key=lambda row: row.batas_waktu, default=None)

    @property
    def lewat_hari(self) -> int:
        return days_late(self.berikutnya, self.hari_ini)

    @property
    def nada_tingkat(self) -> str:
        return NADA[self.masalah.tingkat]

    @property
    def nada_status(self) -> str:
        return NADA[self.masalah.status]
