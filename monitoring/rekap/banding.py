"""Two periods beside each other: what changed since the one before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.display import angka, desimal, sel
from monitoring.enums import StatusPeriode
from monitoring.models import PeriodeMonitoring

from .build import Rekap, build_rekap


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


def compare_periods(kini: Rekap, lalu: Rekap) -> list[Banding]:
    """The main figures of rusun in both, in one order."""
    pairs = [(name, getattr(lalu.jumlah, kode), getattr(kini.jumlah, kode)) for name, kode in UTAMA]
    pairs += [(new.label, old.jumlah, new.jumlah) for old, new in zip(lalu.anatomi, kini.anatomi, strict=True)]
    pairs += [("Daftar tunggu", lalu.daftar_tunggu, kini.daftar_tunggu),
              ("Permasalahan berat", lalu.jumlah_tingkat[-1], kini.jumlah_tingkat[-1])]  # fmt: skip
    return [Banding(*pair) for pair in pairs]


UTAMA = (("Lokasi", "lokasi"), ("Tower", "tower"), ("Unit", "unit"), ("Terhuni", "terhuni"),
         ("Persen terhuni", "persen_terhuni"))  # fmt: skip
