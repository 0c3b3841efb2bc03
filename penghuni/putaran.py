"""A run of the screening: everybody whose data or rules moved on, in batches, with progress, at most one at a time.

What is due is read from the data themselves, so a run that was killed leaves only less to do for the next one.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from functools import partial
from typing import Final

from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Greatest
from django.utils import timezone

from core.latar import launch
from core.models import Pengguna

from .aturan import Aturan, read_version, record_version, rules_on
from .models import Hunian, Penghuni, PutaranPenyaringan, VersiAturan
from .models.penyaringan import HasilPenyaringan, HasilPenyaringanQuerySet, to_screen
from .penyaringan import PROFIL_COLUMNS, evaluate, fold_totals, forget_results, profile_from, store_results

PERINTAH: Final = "saring_penghuni"
BATCH: Final = 500
LOST: Final = datetime.timedelta(minutes=2)
"""A run that has given no sign for so long was killed; the next one takes its place."""


def due(versi: str, pengguna: Pengguna | None = None) -> int:
    """How many households with a home here (that `pengguna` may see) have no result under `versi` for their data."""
    households = Penghuni.objects.visible_to(pengguna) if pengguna else Penghuni.objects.all()
    return to_screen(households, versi).count()


def waiting(versi: str, pengguna: Pengguna) -> int:
    """How many of those `pengguna` may see wait for a run under `versi`.

    Counting reads everybody. After a run that ended well nobody waits: saves and moves screen by themselves, imports
    begin a run of their own. Unless other rules were in use since: who was screened under those waits for these.
    """
    others_since = VersiAturan.objects.filter(dipakai_sejak__gt=OuterRef("dimulai"))
    last = PutaranPenyaringan.objects.filter(~Exists(others_since), versi_aturan=versi).first()
    return 0 if last is not None and not last.berjalan and not last.pesan else due(versi, pengguna)


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
        transaction.on_commit(lambda: launch(PERINTAH, partial(call_command, PERINTAH), f"--putaran={row.pk}"))
    return row


def work(putaran: PutaranPenyaringan, maju: Callable[[int, int], None] = lambda sudah, jumlah: None) -> int:
    """Screen everybody who is due under the version of `putaran`; returns how many. Ends the run whatever happens.

    A run that was taken for killed and replaced stops at its next batch.
    """
    aturan, sudah, pesan = _rules_of(putaran), 0, ""
    row = PutaranPenyaringan.objects.filter(pk=putaran.pk, berjalan=True)
    try:
        forget_results(_results_of_those_who_left())
        last = None
        while aturan.skema and (found := _screen_batch(aturan, last)):
            last, screened = found
            sudah += screened
            if not row.update(sudah=sudah, jumlah=Greatest("jumlah", sudah), denyut=timezone.now()):
                break
            maju(sudah, putaran.jumlah)
    except BaseException:
        pesan = "Berhenti karena kesalahan sistem; yang sudah disaring tersimpan."
        raise
    else:
        fold_totals()
    finally:
        row.update(berjalan=False, selesai=timezone.now(), sudah=sudah, pesan=pesan)
    return sudah


def is_behind(putaran: PutaranPenyaringan) -> bool:
    """Whether something came in behind a run that has ended, whose own run was refused as this one was under way."""
    if not putaran.versi_aturan.isi["skema"]:
        return False  # without schemes nobody has results
    return to_screen(Penghuni.objects.all(), putaran.versi_aturan_id).exists() or _results_of_those_who_left().exists()


def _rules_of(putaran: PutaranPenyaringan) -> Aturan:
    """The rules of the run; as of today where they are those of today, since ages are counted on their day."""
    recorded, today = read_version(putaran.versi_aturan), rules_on(timezone.localdate())
    return today if today.versi == recorded.versi else recorded


def _screen_batch(aturan: Aturan, last: uuid.UUID | None) -> tuple[uuid.UUID, int] | None:
    """Screen the next households after `last`; the last key and how many, None when nobody is left.

    Who is due is asked again once the rows are locked: a save or a move may have come first.
    """
    households = Penghuni.objects.order_by("pk")
    if last is not None:
        households = households.filter(pk__gt=last)
    keys = list(to_screen(households, aturan.versi).values_list("pk", flat=True)[:BATCH])
    if not keys:
        return None
    with transaction.atomic():
        batch = Penghuni.objects.filter(pk__in=keys)
        list(batch.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        rows = list(to_screen(batch, aturan.versi).values_list("pk", "kabupaten_kota", "versi", *PROFIL_COLUMNS))
        store_results([(*row[:3], evaluate(profile_from(row[3:]), aturan)) for row in rows], aturan)
    return keys[-1], len(rows)


def _results_of_those_who_left() -> HasilPenyaringanQuerySet:
    """Totals count people who live here; what a candidate's decisions rested on stands in the history."""
    return HasilPenyaringan.objects.filter(~Exists(Hunian.objects.open().filter(penghuni=OuterRef("penghuni"))))
