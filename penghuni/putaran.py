"""A run of the screening: everybody whose data or rules moved on, in batches, with progress, at most one at a time.

What is due is read from the data themselves, so a run that was killed leaves only less to do for the next one.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.latar import launch
from core.models import Pengguna

from .aturan import Aturan, read_version, record_version, rules_on
from .models import Hunian, Penghuni, PutaranPenyaringan
from .models.penyaringan import HasilPenyaringan, to_screen
from .penyaringan import PROFIL_COLUMNS, evaluate, profile_from, store_results

BATCH: Final = 500
LOST: Final = datetime.timedelta(minutes=2)
"""A run that has given no sign for so long was killed; the next one takes its place."""


def due(versi: str, pengguna: Pengguna | None = None) -> int:
    """How many households with a home here (that `pengguna` may see) have no result under `versi` for their data."""
    households = Penghuni.objects.visible_to(pengguna) if pengguna else Penghuni.objects.all()
    return to_screen(households, versi).count()


def running() -> PutaranPenyaringan | None:
    """The run under way; one that was killed does not count."""
    row = PutaranPenyaringan.objects.filter(berjalan=True).first()
    return None if row is None or _is_lost(row) else row


def _is_lost(row: PutaranPenyaringan) -> bool:
    return timezone.now() - row.denyut > LOST


def begin(pengguna: Pengguna | None, tanggal: datetime.date | None = None) -> PutaranPenyaringan | None:
    """Enter a run under the rules of `tanggal` (today when not given); None when one is under way already."""
    versi = record_version(rules_on(tanggal or timezone.localdate()))
    now = timezone.now()
    try:
        with transaction.atomic():
            lost = PutaranPenyaringan.objects.filter(berjalan=True, denyut__lt=now - LOST)
            lost.update(berjalan=False, pesan="Terputus sebelum selesai; sisanya disaring pada putaran berikutnya.")
            return PutaranPenyaringan.objects.create(
                versi_aturan=versi, dimulai_oleh=pengguna, dimulai=now, denyut=now, jumlah=due(versi.pk)
            )
    except IntegrityError:
        return None


def start(pengguna: Pengguna | None, tanggal: datetime.date | None = None) -> PutaranPenyaringan | None:
    """Enter a run and have it worked on once this transaction is committed; None when one is under way."""
    row = begin(pengguna, tanggal)
    if row is not None:
        transaction.on_commit(
            lambda: launch("saring_penghuni", "--putaran", str(row.pk), di_latar=settings.IMPOR_DI_LATAR)
        )
    return row


def work(putaran: PutaranPenyaringan, maju: Callable[[int, int], None] = lambda sudah, jumlah: None) -> int:
    """Screen everybody who is due under the version of `putaran`; returns how many. Ends the run whatever happens."""
    aturan, sudah, pesan = read_version(putaran.versi_aturan), 0, ""
    try:
        _forget_those_who_left(putaran.versi_aturan_id)
        last = None
        while batch := _screen_batch(aturan, putaran.versi_aturan_id, last):
            sudah, last = sudah + len(batch), batch[-1]
            PutaranPenyaringan.objects.filter(pk=putaran.pk).update(sudah=sudah, denyut=timezone.now())
            maju(sudah, putaran.jumlah)
    except BaseException:
        pesan = "Berhenti karena kesalahan sistem; yang sudah disaring tersimpan."
        raise
    finally:
        PutaranPenyaringan.objects.filter(pk=putaran.pk).update(
            berjalan=False, selesai=timezone.now(), sudah=sudah, pesan=pesan
        )
    return sudah


def _screen_batch(aturan: Aturan, versi: str, last: uuid.UUID | None) -> list[uuid.UUID]:
    """The next households after `last`, in one transaction; their keys."""
    columns = ("pk", "kabupaten_kota", "versi", *PROFIL_COLUMNS)
    households = (
        Penghuni.objects.order_by("pk") if last is None else Penghuni.objects.order_by("pk").filter(pk__gt=last)
    )
    rows = list(to_screen(households, versi).values_list(*columns)[:BATCH])
    store_results([(pk, daerah, rev, evaluate(profile_from(rest), aturan)) for pk, daerah, rev, *rest in rows], aturan)
    return [pk for pk, *_ in rows]


def _forget_those_who_left(versi: str) -> None:
    """Totals count people who live here: results of others go, candidates keep theirs in their history."""
    living = Hunian.objects.open().values("penghuni")
    HasilPenyaringan.objects.filter(versi_aturan=versi).exclude(penghuni__in=living).delete()
