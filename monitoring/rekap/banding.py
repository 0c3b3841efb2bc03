"""Two periods beside each other: what changed since the one before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.display import angka, desimal, sel
from monitoring.enums import StatusPeriode
from monitoring.models import PeriodeMonitoring
from rusun.angka import KELOMPOK_KOSONG
from rusun.enums import Tingkat

from .build import LokasiRekap, Rekap, build_rekap, sum_up


@dataclass(frozen=True)
class Banding:
    """One figure in two periods."""

    label: str
    lalu: int | Decimal | None
    kini: int | Decimal | None

    @property
    def selisih(self) -> str:
        """With its sign; percentages differ by points. "" when nothing changed or one is not known."""
        if self.lalu is None or self.kini is None or self.lalu == self.kini:
            return ""
        step = self.kini - self.lalu
        sign = "+" if step > 0 else "-"
        return f"{sign}{desimal(abs(step), 2)} poin" if isinstance(step, Decimal) else f"{sign}{angka(abs(step))}"

    @property
    def lalu_teks(self) -> str:
        return sel(self.lalu)

    @property
    def kini_teks(self) -> str:
        return sel(self.kini)


def earlier_rekap(periode: PeriodeMonitoring, kode_daerah: str = "") -> Rekap | None:
    """The recap of the last period before this one that was signed off; None where there is none."""
    rows = PeriodeMonitoring.objects.filter(mulai__lt=periode.mulai, status=StatusPeriode.DITETAPKAN)
    if kode_daerah:
        rows = rows.filter(isian__kabupaten_kota=kode_daerah)
    before = rows.order_by("-mulai").first()
    return build_rekap(before, kabupaten_kota=kode_daerah or None) if before else None


@dataclass(frozen=True)
class Perbandingan:
    """Two periods over the kabupaten/kota that have sent in both: anything else would compare different things."""

    lalu: str
    daerah: int
    baris: tuple[Banding, ...]

    @property
    def keterangan(self) -> str:
        return f"Hanya {angka(self.daerah)} kabupaten/kota yang isiannya ada pada kedua periode."


def compare_periods(kini: Rekap, lalu: Rekap) -> Perbandingan | None:
    """The main figures of rusun in both, in one order; None when no kabupaten/kota has sent in both."""
    common = {row.kode for row in kini.baris if row.kiriman} & {row.kode for row in lalu.baris if row.kiriman}
    if not common:
        return None
    old, new = (_figures([row for row in rekap.lokasi_rusun if row.kode_daerah in common]) for rekap in (lalu, kini))
    baris = tuple(Banding(label, old[label], new[label]) for label in new)
    return Perbandingan(lalu.judul, len(common), baris)


def _figures(rows: list[LokasiRekap]) -> dict[str, int | Decimal | None]:
    jumlah = sum_up(rows)
    return {
        "Lokasi": jumlah.lokasi, "Tower": jumlah.tower, "Unit": jumlah.unit, "Terhuni": jumlah.terhuni,
        "Persen terhuni": jumlah.persen_terhuni,
        **{label: sum(row.anatomi[kode] for row in rows) for kode, label, _ in KELOMPOK_KOSONG},
        "Daftar tunggu": sum(row.daftar_tunggu for row in rows),
        "Permasalahan berat": sum(tingkat == Tingkat.BERAT for row in rows for _, tingkat, _ in row.permasalahan),
    }  # fmt: skip
