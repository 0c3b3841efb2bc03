"""What a recap prints that no kiriman holds, and that stays as it was when the period was signed off.

Names of regions, backlog and signers are reference data: corrected whenever somebody finds a mistake, while the recap
of a period that is signed off must go on saying what its issued papers say. Issuing a revision takes them anew.
"""

from __future__ import annotations

from typing import TypedDict

from django.db.models import Q
from django.utils import timezone

from monitoring.enums import JenisNaskah
from monitoring.models import Backlog, PeriodeMonitoring
from monitoring.penandatangan import signature_of


class AngkaBacklog(TypedDict):
    """A row of the backlog as it was published. No kabupaten/kota: the province."""

    kabupaten_kota: str | None
    tahun: int
    jenis: str
    jumlah: int
    sumber: str


class Tetapan(TypedDict):
    """The column `tetapan` of a period, None before the sign-off.

    `daerah`: names by code. `pejabat`: who signs, by kind of recap.
    """

    daerah: dict[str, str]
    backlog: list[AngkaBacklog]
    pejabat: dict[str, dict[str, str]]


def as_of_now(periode: PeriodeMonitoring) -> Tetapan:
    """What the reference data say now, for a period that is signed off at `periode.ditetapkan_pada`."""
    assert periode.ditetapkan_pada is not None
    hari = timezone.localdate(periode.ditetapkan_pada)
    return {
        "daerah": dict(periode.isian.values_list("kabupaten_kota", "kabupaten_kota__nama")),
        "backlog": known_backlog(periode),
        "pejabat": {
            naskah.value: signature_of(naskah, hari)
            for naskah in (JenisNaskah.REKAP_PROVINSI, JenisNaskah.REKAP_DAERAH)
        },
    }


def known_backlog(periode: PeriodeMonitoring) -> list[AngkaBacklog]:
    """Figures of the year of the period or earlier, of the province and of who is invited."""
    asked = Q(kabupaten_kota=None) | Q(kabupaten_kota__in=periode.isian.values("kabupaten_kota"))
    rows = Backlog.objects.filter(asked, aktif=True, tahun__lte=periode.tanggal_posisi.year)
    return list(rows.values("kabupaten_kota", "tahun", "jenis", "jumlah", "sumber"))  # type: ignore[arg-type]
