"""Everything held about one household, and who saw it: what a person may ask for (UU 27/2022). Page and paper alike.

A module that stores more about a household adds a field here; what the province suspects about two of them is left out,
since it is about somebody else as well. NIK, No KK and phone stand as their masks.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.display import tanggal
from core.history import Perubahan, history_of
from core.models import JejakAkses

from .akses import trail_of
from .bagian import readable
from .models import HasilPenyaringan, Hunian, Penghuni, PermintaanSubjek, RiwayatCalon


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
        bagian=(*readable(penghuni), ("Program kepemilikan rumah", _programme(penghuni))),
        hunian=hunian,
        permintaan=tuple(PermintaanSubjek.objects.filter(penghuni=penghuni).select_related("ditanggapi_oleh")),
        perubahan=tuple(history_of(penghuni, *hunian)),
        jejak=tuple(trail_of(penghuni)),
    )


def _programme(penghuni: Penghuni) -> list[tuple[str, str]]:
    """What the screening advises, under which rules, and every step towards an own home."""
    results = (
        HasilPenyaringan.objects.filter(penghuni=penghuni).select_related("skema").order_by("versi_aturan", "skema")
    )
    steps = RiwayatCalon.objects.filter(calon=penghuni.pk).select_related("oleh", "skema").order_by("id")
    return [
        *(
            (
                f"saran {row.skema.sebutan}",
                f"{row.get_hasil_display()}, disaring {tanggal(row.dihitung_pada)}, aturan versi {row.versi_aturan_id}",
            )
            for row in results.order_by("versi_aturan", "skema")
        ),
        *((f"langkah {tanggal(row.waktu)}", _step(row)) for row in steps),
    ] or [("penyaringan", "Belum pernah disaring")]


def _step(row: RiwayatCalon) -> str:
    skema = f", skema {row.skema.sebutan}" if row.skema else ""
    return f"{row.get_ke_display()}{skema}, oleh {row.oleh}." + (f" {row.catatan}" if row.catatan else "")
