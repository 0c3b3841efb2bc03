"""Who may write about residents, and the trail that every look at personal data leaves."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from core.access import operator
from core.enums import TindakanAkses
from core.jejak import OBJEK_JEJAK
from core.models import JejakAkses, Pengguna
from core.parsing import has_long_number

from .models import Penghuni

OBJEK: Final = "penghuni"
ALASAN_MIN: Final = 10
ALASAN_MAX: Final = 300
DENGAN_NAMA: Final = "data pribadi"
TANPA_NAMA: Final = "tanpa data pribadi"
"""What the trail calls a list that left with names, and one that left without."""
SEALED: Final = ("nik", "no_kk", "telepon")


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


def trail_of(penghuni: Penghuni) -> QuerySet[JejakAkses]:
    """Siapa melihat data ini: everybody who opened, revealed or printed it, newest first. One query.

    With it the files with names that left and may have held this household: lists, templates and workbooks of its own
    kabupaten/kota, and lists of the province. Which rows a list held is not kept.
    """
    own = Q(pengguna__kabupaten_kota=penghuni.kabupaten_kota_id) | Q(pengguna__kabupaten_kota__isnull=True)
    of_many = ("", penghuni.kabupaten_kota_id)
    taken = (TindakanAkses.EKSPOR, TindakanAkses.CETAK)
    files = Q(objek_id__in=of_many, tindakan__in=taken) & ~Q(kolom=TANPA_NAMA) & own
    rows = JejakAkses.objects.filter(objek=OBJEK, objek_id__in=(str(penghuni.pk), *of_many))
    return rows.filter(Q(objek_id=str(penghuni.pk)) | files).select_related("pengguna__kabupaten_kota")


def require_reason(alasan: str) -> str:
    """`alasan` tidied, or `ReasonMissing`. The trail holds no personal data, so neither may a reason."""
    reason = " ".join(alasan.split())
    if len(reason) < ALASAN_MIN:
        raise ReasonMissing(f"Tulis alasan paling sedikit {ALASAN_MIN} huruf, misalnya: mencocokkan dengan berkas KTP.")
    if len(reason) > ALASAN_MAX:
        raise ReasonMissing(f"Ringkas alasan menjadi paling banyak {ALASAN_MAX} huruf.")
    if has_long_number(reason):
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


# --- Unusually many ---------------------------------------------------------------------------------------------------

DIAWASI: Final = datetime.timedelta(days=7)
"""How long an unusual day is told about."""


@dataclass(frozen=True)
class Lonjakan:
    """What one account did on one day: residents opened, numbers opened, residents taken along in files."""

    pengguna: int
    nama: str
    hari: datetime.date
    dibuka: int
    nomor: int
    diunduh: int


def unusual_access(saat: datetime.datetime) -> list[Lonjakan]:
    """Days of the last week on which an account went over a threshold of the settings, newest first. One query."""
    seen = Q(tindakan__in=(TindakanAkses.LIHAT, TindakanAkses.LIHAT_LENGKAP))
    taken = Q(tindakan__in=(TindakanAkses.EKSPOR, TindakanAkses.CETAK)) & ~Q(kolom=TANPA_NAMA)
    rows = (
        JejakAkses.objects.filter(~Q(objek=OBJEK_JEJAK), waktu__gte=saat - DIAWASI)  # found by time, not by object
        .order_by()
        .annotate(hari=TruncDate("waktu"))
        .values("pengguna", "pengguna__nama", "hari")
        .annotate(dibuka=_total(seen), nomor=_total(Q(tindakan=TindakanAkses.LIHAT_LENGKAP)), diunduh=_total(taken))
        .filter(
            Q(dibuka__gt=settings.AMBANG_PENGHUNI_DIBUKA)
            | Q(nomor__gt=settings.AMBANG_NOMOR_DIBUKA)
            | Q(diunduh__gt=settings.AMBANG_PENGHUNI_DIUNDUH)
        )
        .order_by("-hari", "pengguna__nama")
    )
    return [
        Lonjakan(row["pengguna"], row["pengguna__nama"], row["hari"], row["dibuka"], row["nomor"], row["diunduh"])
        for row in rows
    ]


def _total(which: Q) -> Coalesce:
    return Coalesce(Sum("jumlah", filter=which), 0)
