"""How much of a location is filled in, counted on content per section. Never above 100 %."""

from __future__ import annotations

from dataclasses import dataclass

from .bagian import BAGIAN, section_of
from .pemeriksaan import required_of
from .salinan import Lokasi

BELUM, SEBAGIAN, SELESAI = "belum", "sebagian", "selesai"


@dataclass(frozen=True)
class Kemajuan:
    """Progress of one section: required items filled of required items, and whether anything at all is filled."""

    bagian: str
    judul: str
    terisi: int
    wajib: int
    berisi: bool

    @property
    def keadaan(self) -> str:
        if self.wajib:
            return SELESAI if self.terisi == self.wajib else SEBAGIAN if self.berisi else BELUM
        return SELESAI if self.berisi else BELUM


def progress_of(lokasi: Lokasi) -> list[Kemajuan]:
    """Progress per section, in form order."""
    counts = {bagian.kode: [0, 0] for bagian in BAGIAN}
    for alamat, filled, _ in required_of(lokasi):
        section = section_of(alamat.bagian)
        assert section is not None
        counts[section.kode][0] += bool(filled)
        counts[section.kode][1] += 1
    return [
        Kemajuan(
            bagian.kode, bagian.judul, counts[bagian.kode][0], counts[bagian.kode][1],
            berisi=any(value not in (None, "", False) for value in lokasi[bagian.kode].values())
            or bool(bagian.tabel and any(value not in (None, {}) for value in lokasi[bagian.tabel].values())),
        )
        for bagian in BAGIAN
    ]  # fmt: skip


def percent_complete(lokasi: Lokasi) -> int:
    """Required items filled, in whole percent, rounded down: 100 only when nothing is missing."""
    items = [filled for _, filled, _ in required_of(lokasi)]
    return 100 * sum(map(bool, items)) // len(items)
