"""Issuing in the background: a process of its own makes what a period still owes, and may be killed at any moment.

It is started by the sign-off, and again by whoever looks at the documents while some are missing and nobody is at it.
Each paper is stored as soon as it is rendered, so a run that was cut off goes on where it stopped. One run works on a
period at a time, held by a file of its own; if that should ever fail, the register takes each paper once all the same.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from core import latar
from core.files import lock_place
from core.models import Pengguna
from core.pdf import PdfUnavailable
from monitoring.enums import StatusPeriode
from monitoring.models import Dokumen, Penerbitan, PeriodeMonitoring

from .terbit import issue, missing, owed

log = logging.getLogger(__name__)

PERINTAH: Final = "terbitkan_dokumen"
TERPUTUS: Final = "Pembuatan dokumen terputus berkali-kali. Coba lagi; bila terulang, hubungi admin."
GAGAL: Final = "Sebagian dokumen gagal dibuat karena kesalahan pada sistem. Coba lagi; bila terulang, hubungi admin."
TAK_TERSIMPAN: Final = (
    "Dokumen belum dapat disimpan di server. Hubungi admin: periksa ruang penyimpanan, lalu coba lagi."
)


# --- how far it is ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kemajuan:
    """How many of the papers that somebody may see are there; `galat` says why it does not go on by itself."""

    jadi: int
    semua: int
    galat: str = ""

    @property
    def kurang(self) -> int:
        return self.semua - self.jadi

    @property
    def berjalan(self) -> bool:
        return bool(self.kurang) and not self.galat


def progress(periode: PeriodeMonitoring, pengguna: Pengguna) -> Kemajuan:
    """How far the papers of `pengguna` are. A run that was lost is started again by asking."""
    semua, kurang = len(owed(periode, pengguna)), len(missing(periode, pengguna))
    return Kemajuan(semua - kurang, semua, _keep_going(periode) if kurang else "")


def _keep_going(periode: PeriodeMonitoring) -> str:
    """Start again what was cut off, or say why it stopped for good."""
    row, _ = Penerbitan.objects.get_or_create(periode=periode)
    if row.pesan or not latar.is_cut_off(_place(periode), row.diminta_pada):
        return row.pesan
    if row.percobaan >= latar.ATTEMPTS:
        return TERPUTUS
    # Of two who notice it at once one starts it.
    if Penerbitan.objects.filter(pk=row.pk, diminta_pada=row.diminta_pada).update(diminta_pada=timezone.now()):
        _launch(periode.slug)
    return ""


# --- starting ---------------------------------------------------------------------------------------------------------


def start(periode: PeriodeMonitoring) -> None:
    """Have everything that is owed made once the current transaction is committed, whatever went wrong before."""
    Penerbitan.objects.update_or_create(
        periode=periode, defaults={"diminta_pada": timezone.now(), "percobaan": 0, "pesan": ""}
    )
    slug = periode.slug
    # Robust: the period is signed off, whatever happens here. What is missing stays owed.
    transaction.on_commit(lambda: _launch(slug), robust=True)


def resume() -> None:
    """Take up what an earlier server left unfinished."""
    for periode in PeriodeMonitoring.objects.filter(status=StatusPeriode.DITETAPKAN):
        if missing(periode):
            _launch(periode.slug)


def _launch(slug: str) -> None:
    latar.launch(PERINTAH, _work_on, slug)


def _place(periode: PeriodeMonitoring) -> str:
    return lock_place(f"dokumen-{periode.pk}")


# --- working ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hasil:
    """What a run made, and why it did not make the rest."""

    terbit: list[Dokumen]
    pesan: str = ""


def work(periode: PeriodeMonitoring) -> Hasil | None:
    """Make what is missing, one paper after the other; None when another run is at it."""
    found: list[Hasil] = []
    latar.work_alone(_place(periode), lambda: found.append(_run(periode)))
    return found[0] if found else None


def _work_on(slug: str) -> None:
    work(PeriodeMonitoring.objects.get(slug=slug))


def _run(periode: PeriodeMonitoring) -> Hasil:
    Penerbitan.objects.get_or_create(periode=periode)
    state = Penerbitan.objects.filter(periode=periode)
    state.update(percobaan=F("percobaan") + 1, pesan="")
    issued: list[Dokumen] = []
    pesan = ""
    try:
        for terutang in missing(periode):
            try:
                issued += issue(periode, terutang)
            except (PdfUnavailable, OSError, OperationalError, InterfaceError):
                raise
            except Exception:
                # One paper that cannot be made holds up no other.
                log.exception("%s: %s was not issued", periode.slug, "-".join(filter(None, terutang.kunci)))
                pesan = GAGAL
            else:
                state.update(percobaan=0)
    except PdfUnavailable as error:
        log.warning("%s: %s", periode.slug, error)
        pesan = str(error)
    except OSError:
        log.exception("documents of %s could not be kept", periode.slug)
        pesan = TAK_TERSIMPAN
    state.update(pesan=pesan)
    return Hasil(issued, pesan)
