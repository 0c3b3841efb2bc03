"""Checking an isian: the rules of the registry, put beside the last verified period and the reasons already given."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.models import Pengguna
from monitoring.models import Isian, Kiriman, PenjelasanPeringatan, PeriodeMonitoring
from rusun.pemeriksaan import Temuan, check_registry
from rusun.salinan import Registri


@dataclass(frozen=True)
class HasilPeriksa:
    """What stops sending (`galat`), warnings with and without a valid reason."""

    galat: tuple[Temuan, ...]
    tanpa_alasan: tuple[Temuan, ...]
    dijelaskan: tuple[tuple[Temuan, PenjelasanPeringatan], ...]

    @property
    def semua(self) -> list[Temuan]:
        """Every finding, errors first."""
        return [*self.galat, *self.tanpa_alasan, *(temuan for temuan, _ in self.dijelaskan)]

    @property
    def may_send(self) -> bool:
        return not self.galat and not self.tanpa_alasan


def last_verified(isian: Isian) -> Kiriman | None:
    """The valid kiriman of the latest earlier period of the same kabupaten/kota that was verified."""
    earlier = (
        Isian.objects.filter(
            kabupaten_kota=isian.kabupaten_kota_id, kiriman_sah__isnull=False, periode__mulai__lt=isian.periode.mulai
        )
        .select_related("kiriman_sah")
        .order_by("-periode__mulai")
        .first()
    )
    return earlier.kiriman_sah if earlier else None


def earlier_period(isian: Isian) -> Isian | None:
    """The isian of the same kabupaten/kota in the period before, verified or not."""
    return (
        Isian.objects.filter(kabupaten_kota=isian.kabupaten_kota_id, periode__mulai__lt=isian.periode.mulai)
        .select_related("periode")
        .order_by("-periode__mulai")
        .first()
    )


def last_verified_in(periode: PeriodeMonitoring) -> dict[str, Kiriman]:
    """`last_verified` for every kabupaten/kota (code) of `periode` at once. Two queries."""
    earlier = Isian.objects.filter(
        kabupaten_kota__isian__periode=periode, kiriman_sah__isnull=False, periode__mulai__lt=periode.mulai
    )
    latest = dict(earlier.order_by("periode__mulai").values_list("kabupaten_kota", "kiriman_sah"))
    kiriman = Kiriman.objects.in_bulk(latest.values())
    return {kode: kiriman[pk] for kode, pk in latest.items() if pk is not None}


def check_isian(isian: Isian, isi: dict[str, Any], hari_ini: datetime.date) -> HasilPeriksa:
    """Check `isi` (from `draft_of` or a kiriman) by every rule, on `hari_ini` in Jakarta."""
    previous = last_verified(isian)
    reasons = isian.penjelasan.select_related("pengguna")
    return weigh(isi, previous.registri if previous else None, reasons, hari_ini)


def weigh(
    isi: dict[str, Any],
    sebelumnya: Registri | None,
    penjelasan: Iterable[PenjelasanPeringatan],
    hari_ini: datetime.date,
) -> HasilPeriksa:
    """As `check_isian`, for who has looked up what was verified last and the reasons already given. No query."""
    findings = check_registry(
        isi["rusun"], hari_ini=hari_ini, sebelumnya=sebelumnya, penghuni_tercatat=isi["penghuni_tercatat"]
    )
    reasons = {(row.aturan, row.alamat, row.nilai): row for row in penjelasan}
    warnings = [temuan for temuan in findings if not temuan.stops]
    return HasilPeriksa(
        tuple(temuan for temuan in findings if temuan.stops),
        tuple(t for t in warnings if (t.kode, t.alamat, t.nilai) not in reasons),
        tuple((t, reasons[t.kode, t.alamat, t.nilai]) for t in warnings if (t.kode, t.alamat, t.nilai) in reasons),
    )


def explain(isian: Isian, temuan: Temuan, alasan: str, pengguna: Pengguna, waktu: datetime.datetime) -> None:
    """Keep the operator's reason for a warning. It holds for this rule, cell and value only."""
    PenjelasanPeringatan.objects.update_or_create(
        isian=isian,
        aturan=temuan.kode,
        kode_rusun=temuan.alamat.kode_rusun,
        bagian=temuan.alamat.bagian,
        baris=temuan.alamat.baris,
        kolom=temuan.alamat.kolom,
        nilai=temuan.nilai,
        defaults={"alasan": alasan, "pengguna": pengguna, "waktu": waktu},
    )
