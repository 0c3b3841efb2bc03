"""Who may write about residents, and the trail that every look at personal data leaves."""

from __future__ import annotations

import re
from typing import Final

from django.db import transaction
from django.utils import timezone

from core.access import operator
from core.enums import TindakanAkses
from core.models import JejakAkses, Pengguna

from .models import Penghuni

OBJEK: Final = "penghuni"
ALASAN_MIN: Final = 10
ALASAN_MAX: Final = 300
SEALED: Final = ("nik", "no_kk", "telepon")

_LONG_NUMBER: Final = re.compile(r"(?:[0-9][ .\-]?){9,}")


class ReasonMissing(ValueError):
    """Personal data were asked for without a usable reason; `str()` tells what to write."""


def edits_penghuni(pengguna: Pengguna) -> bool:
    """Residents are written by their own kabupaten/kota only; the province reads."""
    return operator(pengguna) and pengguna.akses_penghuni


def record_access(
    pengguna: Pengguna,
    tindakan: TindakanAkses,
    objek: str = OBJEK,
    objek_id: object = "",
    alasan: str = "",
    kolom: str = "",
    jumlah: int = 1,
) -> JejakAkses:
    """Write one line of the trail: who did what to which personal data (or to how many), and why."""
    return JejakAkses.objects.create(
        waktu=timezone.now(),
        pengguna=pengguna,
        tindakan=tindakan,
        objek=objek,
        objek_id=str(objek_id),
        alasan=alasan,
        kolom=kolom,
        jumlah=jumlah,
    )


def require_reason(alasan: str) -> str:
    """`alasan` tidied, or `ReasonMissing`. The trail holds no personal data, so neither may a reason."""
    reason = " ".join(alasan.split())
    if len(reason) < ALASAN_MIN:
        raise ReasonMissing(f"Tulis alasan paling sedikit {ALASAN_MIN} huruf, misalnya: mencocokkan dengan berkas KTP.")
    if len(reason) > ALASAN_MAX:
        raise ReasonMissing(f"Ringkas alasan menjadi paling banyak {ALASAN_MAX} huruf.")
    if _LONG_NUMBER.search(reason):
        raise ReasonMissing("Jangan tulis NIK, No KK, atau nomor telepon di dalam alasan.")
    return reason


def reveal(penghuni: Penghuni, pengguna: Pengguna, alasan: str) -> dict[str, str]:
    """The full NIK, No KK and phone of `penghuni`. They leave only together with a line of the trail.

    Raises `ReasonMissing`; then nothing was opened and nothing written.
    """
    reason = require_reason(alasan)
    with transaction.atomic():
        opened = {name: getattr(penghuni, name).reveal() for name in SEALED}
        record_access(pengguna, TindakanAkses.LIHAT_LENGKAP, OBJEK, penghuni.pk, reason, ", ".join(SEALED))
    return opened
