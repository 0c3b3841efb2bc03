"""Everything held about one household, and who saw it: what a person may ask for (UU 27/2022). Page and paper alike.

A module that stores more about a household adds a field here. NIK, No KK and phone stand as their masks.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.history import Perubahan, history_of
from core.models import JejakAkses

from .akses import trail_of
from .bagian import readable
from .models import Hunian, Penghuni, PermintaanSubjek


@dataclass(frozen=True)
class LaporanSubjek:
    """`bagian`: title of a section, then label and value of each of its fields."""

    penghuni: Penghuni
    bagian: tuple[tuple[str, list[tuple[str, str]]], ...]
    hunian: tuple[Hunian, ...]
    permintaan: tuple[PermintaanSubjek, ...]
    perubahan: tuple[Perubahan, ...]
    jejak: tuple[JejakAkses, ...]


def build_report(penghuni: Penghuni) -> LaporanSubjek:
    """What is held about `penghuni`. The same number of queries however much that is."""
    hunian = tuple(Hunian.objects.filter(penghuni=penghuni).select_related("blok__rusun"))
    return LaporanSubjek(
        penghuni=penghuni,
        bagian=tuple(readable(penghuni)),
        hunian=hunian,
        permintaan=tuple(PermintaanSubjek.objects.filter(penghuni=penghuni).select_related("ditanggapi_oleh")),
        perubahan=tuple(history_of(penghuni, *hunian)),
        jejak=tuple(trail_of(penghuni)),
    )
