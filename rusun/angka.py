"""The unit figures of a location: what is a tower, what is occupied, in one definition for list, kiriman and recap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from itertools import accumulate

from .enums import Konfigurasi, Sebab

TOWER = frozenset({Konfigurasi.SINGLE, Konfigurasi.TWIN_BLOCK})


RUAS = ("Terhuni", "Kosong siap huni", "Kosong rusak", "Tidak disewakan")


KELOMPOK_KOSONG: tuple[tuple[str, str, tuple[Sebab, ...]], ...] = (
    ("siap", "Siap huni sekarang", (Sebab.PEMINAT_KURANG, Sebab.LOKASI_JAUH, Sebab.PROSES_SELEKSI)),
    ("rehab", "Butuh rehabilitasi", (Sebab.RUSAK, Sebab.REHAB)),
    (
        "aset", "Terhalang aset, PSU, atau regulasi",
        (Sebab.BELUM_SERAH_TERIMA, Sebab.PSU_BELUM_LENGKAP, Sebab.BELUM_ADA_REGULASI_TARIF),
    ),
    ("lain", "Dipakai lain", (Sebab.DIPAKAI_LAIN,)),
)  # fmt: skip
"""What stands in the way of using an empty unit: code, label, causes. Every cause belongs to exactly one group."""


@dataclass(frozen=True)
class Ruas:
    """One part of the units: it begins after `mulai` units and holds `jumlah`."""

    label: str
    mulai: int
    jumlah: int


@dataclass(frozen=True)
class AngkaUnit:
    """Figures in units; `unit` = terhuni + kosong_siap + kosong_rusak + cadangan. A twin block is one tower."""

    tower: int = 0
    unit: int = 0
    terhuni: int = 0
    kosong_siap: int = 0
    kosong_rusak: int = 0
    cadangan: int = 0

    def __add__(self, other: AngkaUnit) -> AngkaUnit:
        return AngkaUnit(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def kosong(self) -> int:
        """Units that are not occupied, whatever the cause."""
        return self.unit - self.terhuni

    @property
    def ruas(self) -> tuple[Ruas, ...]:
        """The four parts of `unit` one after the other, as the occupancy bar draws them."""
        sizes = (self.terhuni, self.kosong_siap, self.kosong_rusak, self.cadangan)
        starts = accumulate(sizes, initial=0)
        return tuple(Ruas(label, start, size) for label, start, size in zip(RUAS, starts, sizes, strict=False))


def of_blok(
    konfigurasi: str, jumlah_unit: int, terhuni: int, kosong_siap: int, kosong_rusak: int, cadangan: int
) -> AngkaUnit:
    """The figures of one block; rows of houses (deret, kopel) are no towers."""
    return AngkaUnit(int(konfigurasi in TOWER), jumlah_unit, terhuni, kosong_siap, kosong_rusak, cadangan)


def total(angka: Iterable[AngkaUnit]) -> AngkaUnit:
    """The sum; all zero for none."""
    return sum(angka, AngkaUnit())
