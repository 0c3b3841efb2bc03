"""Who signs what for the province: per kind of paper a post, held by whoever is in office on the day of the paper.

The office chooses with the setting `PENANDATANGAN`; what it does not name is signed as ever.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

from django.conf import settings
from django.core import checks

from core.enums import TugasPejabat
from core.models import Pejabat

from .enums import JenisNaskah

BAWAAN: Final = {
    **dict.fromkeys(JenisNaskah, TugasPejabat.KEPALA),
    JenisNaskah.BERITA_ACARA: TugasPejabat.KETUA_TIM,
    JenisNaskah.BERITA_ACARA_MENGETAHUI: TugasPejabat.KABID,
}


def signature_of(naskah: JenisNaskah, hari: datetime.date) -> dict[str, str]:
    """What stands below a paper of `hari`: jabatan, nama ("" while nobody holds the post), pangkat, nip."""
    return Pejabat.objects.signature(settings.PENANDATANGAN.get(naskah, BAWAAN[naskah]), hari)


@checks.register
def check_setting(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Whether `PENANDATANGAN` names kinds of paper and posts that exist."""
    found: list[checks.CheckMessage] = []
    for naskah, tugas in settings.PENANDATANGAN.items():
        if naskah not in JenisNaskah.values:
            found.append(_unknown("E001", "naskah", naskah, JenisNaskah.values))
        if tugas not in TugasPejabat.values:
            found.append(_unknown("E002", "jabatan", tugas, TugasPejabat.values))
    return found


def _unknown(code: str, apa: str, value: str, known: list[str]) -> checks.Error:
    return checks.Error(
        f"PENANDATANGAN menyebut {apa} «{value}», yang tidak dikenal.", hint=f"Pilih: {', '.join(known)}.",
        id=f"monitoring.{code}",
    )  # fmt: skip
