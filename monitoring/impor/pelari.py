"""The work on an import: checking it, applying it, in a process of its own (`core.latar`) that may be killed.

Whoever works on an import holds its stored file. Nothing is half done: checking only writes the import itself, applying
is one transaction that also marks the import. What was cut off is taken up again when the server starts, or by the
button on its page.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import traceback
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.utils import Error as DatabaseProblem
from django.utils import timezone

from core import latar
from core.access import sees_penghuni
from core.failures import SIBUK, Gangguan, trouble_of
from core.files import read_sealed, remove_file, require_pair, unnamed_sealed, write_sealed
from core.models import KabupatenKota, Pengguna
from core.workbook.refusals import WorkbookRefused
from monitoring.enums import StatusImpor
from monitoring.models import Impor
from monitoring.models.impor import BEKERJA

from .balasan import build_reply, carry_over
from .penerapan import StateMoved, apply_import
from .rencana import Rencana, plan_import
from .ringkasan import store_summary
from .stempel import CARRIED
from .templat import arrangement, running_isian

log = logging.getLogger(__name__)

FOLDER: Final = "impor"
BERUBAH: Final = "Data berubah setelah pratinjau dibuat. Periksa pratinjau yang baru, lalu putuskan lagi."


# --- taking in and starting -------------------------------------------------------------------------------------------


def receive(
    content: bytes, nama: str, kabupaten_kota: KabupatenKota, pengguna: Pengguna | None, *, pk: uuid.UUID | None = None
) -> Impor:
    """Keep an upload, sealed, before anything in it is looked at; the work on it starts when this is committed."""
    impor = Impor(
        pk=pk or uuid.uuid4(), kabupaten_kota=kabupaten_kota, isian=running_isian(kabupaten_kota),
        diunggah_oleh=pengguna,
        diunggah_pada=timezone.now(), atas_nama=pengguna is not None and pengguna.kabupaten_kota_id is None,
        nama_asli=nama, ukuran=len(content), sha256=hashlib.sha256(content).hexdigest(),
        berkas=write_sealed(FOLDER, content),
    )  # fmt: skip
    impor.save(force_insert=True)
    return impor


def start(impor: Impor) -> None:
    """Have the import worked on once the current transaction is committed."""
    # Robust: the file is kept, whatever happens here. Work that never began is told as cut off.
    transaction.on_commit(lambda: latar.launch("jalankan_impor", _work_on, str(impor.pk)), robust=True)


def resume() -> None:
    """Take up what an earlier server left unfinished."""
    if Impor.objects.unfinished().exists():
        latar.launch("jalankan_impor", _work_on)


def is_cut_off(impor: Impor) -> bool:
    """Whether work is due and nobody is doing it: its process was killed, or never came up."""
    if not impor.sedang_bekerja or not impor.berkas:
        return False
    since = impor.diputuskan_pada if impor.status == StatusImpor.DISETUJUI else impor.diunggah_pada
    return latar.is_cut_off(impor.berkas, since)


# --- working ----------------------------------------------------------------------------------------------------------


def _work_on(word: str) -> None:
    work(uuid.UUID(word))


def work(pk: uuid.UUID) -> None:
    """Check or apply one import, unless somebody else is at it. Ends done or cleanly not done, never half."""
    impor = Impor.objects.light().filter(pk=pk).first()
    if impor is None or not impor.sedang_bekerja:
        return
    try:
        latar.work_alone(impor.berkas, lambda: _attempt(pk))
    except FileNotFoundError:
        _finish(pk, StatusImpor.GAGAL, "Berkasnya tidak ditemukan di penyimpanan. Unggah lagi.")


def _attempt(pk: uuid.UUID) -> None:
    impor = Impor.objects.select_related("kabupaten_kota", "diunggah_oleh", "isian__periode").get(pk=pk)
    if not impor.sedang_bekerja:
        return
    if impor.percobaan >= latar.ATTEMPTS:
        _finish(pk, StatusImpor.GAGAL, "Pekerjaan ini terputus berkali-kali. Tidak ada data yang berubah. Unggah lagi.")
        return
    Impor.objects.filter(pk=pk).update(percobaan=F("percobaan") + 1)
    try:
        try:
            (_check if impor.status == StatusImpor.DIUNGGAH else _apply)(impor)
        except WorkbookRefused as refusal:
            _refuse(impor, refusal)  # reads the file again, and writes one: it may fail as all else
    except Exception as error:
        if (gangguan := trouble_of(error)) is not None:
            log.warning("impor %s: %s", pk, gangguan.nama)
            _interrupted(pk, gangguan)
            return
        # Neither the message nor the values of a failure may reach the log: they can hold what a file held.
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("impor %s: %s\n%s", pk, type(error).__name__, place)
        _finish(pk, StatusImpor.GAGAL, "Terjadi kesalahan pada sistem. Tidak ada data yang berubah. Coba lagi.")


def _interrupted(pk: uuid.UUID, gangguan: Gangguan) -> None:
    """Nothing was written. A database that is away or busy comes back: the work is taken up again like any cut off."""
    if gangguan is not SIBUK:
        with suppress(DatabaseProblem):  # nor can this be written on a full disk
            _finish(pk, StatusImpor.GAGAL, f"{gangguan.judul}. Tidak ada data yang berubah. {gangguan.saran}")


def _finish(pk: uuid.UUID, status: str, pesan: str) -> None:
    Impor.objects.filter(pk=pk).unfinished().update(status=status, pesan=pesan, tahap="")


def _planner(impor: Impor) -> Callable[[], Rencana]:
    content = read_sealed(impor.berkas)

    def maju(persen: int, tahap: str) -> None:
        with suppress(DatabaseProblem):  # a courtesy, no reason to stop the work
            Impor.objects.filter(pk=impor.pk).update(kemajuan=persen, tahap=tahap)

    def plan() -> Rencana:
        return plan_import(
            content, impor.kabupaten_kota, running_isian(impor.kabupaten_kota), benih=impor.pk,
            dengan_penghuni=impor.diunggah_oleh is None or sees_penghuni(impor.diunggah_oleh), maju=maju,
        )  # fmt: skip

    return plan


def _check(impor: Impor, pesan: str = "") -> None:
    """Make the preview, and the workbook that goes back when there is anything to say about cells."""
    rencana = _planner(impor)()
    Impor.objects.filter(pk=impor.pk).update(kemajuan=80, tahap="Menyusun hasil")
    _preview(impor, rencana, pesan)


def _preview(impor: Impor, rencana: Rencana, pesan: str) -> None:
    old = impor.balasan
    impor.balasan = ""
    if rencana.temuan:
        impor.balasan = write_sealed(FOLDER, build_reply(rencana, impor.nama_asli, timezone.now()))
    store_summary(impor, rencana)
    impor.berisi_penghuni = rencana.berisi_penghuni
    impor.status = StatusImpor.MENUNGGU if rencana.writes or rencana.salah else StatusImpor.NIHIL
    impor.kemajuan, impor.tahap, impor.percobaan, impor.pesan = 100, "", 0, pesan
    impor.diputuskan_oleh, impor.diputuskan_pada, impor.hanya_benar = None, None, False
    impor.save()
    if old:
        remove_file(old)


def _apply(impor: Impor) -> None:
    """Plan again and write, if that still is what was decided on; else show the new preview."""
    plan = _planner(impor)
    for _ in range(latar.ATTEMPTS):
        rencana = plan()
        if rencana.sidik != impor.rencana or (rencana.salah and not impor.hanya_benar):
            _preview(impor, rencana, BERUBAH)
            return
        Impor.objects.filter(pk=impor.pk).update(kemajuan=90, tahap="Menyimpan")
        try:
            apply_import(impor, rencana, timezone.now())
        except StateMoved:
            continue
        return
    _check(impor, BERUBAH)


def _refuse(impor: Impor, refusal: WorkbookRefused) -> None:
    """A file that is not taken. One of an older template comes back as a new one with its data in it."""
    impor.status, impor.kode_tolak, impor.pesan = StatusImpor.DITOLAK, refusal.kode, str(refusal)[:500]
    impor.kemajuan, impor.tahap = 100, ""
    if refusal.kode in CARRIED:
        susunan = arrangement(
            impor.kabupaten_kota,
            dengan_penghuni=impor.diunggah_oleh is None or sees_penghuni(impor.diunggah_oleh),
        )
        content = read_sealed(impor.berkas)
        isian = running_isian(impor.kabupaten_kota)
        impor.balasan = write_sealed(FOLDER, carry_over(content, susunan, isian, timezone.now()))
    impor.save()


# --- deciding ---------------------------------------------------------------------------------------------------------


def approve(impor: Impor, pengguna: Pengguna | None, *, hanya_benar: bool) -> bool:
    """Decide to apply a preview; False when it no longer waits, or has errors and not only right rows are wanted."""
    return bool(
        Impor.objects.filter(pk=impor.pk, status=StatusImpor.MENUNGGU)
        .filter(**({} if hanya_benar else {"kesalahan": 0}))
        .update(
            status=StatusImpor.DISETUJUI, hanya_benar=hanya_benar, diputuskan_oleh=pengguna,
            diputuskan_pada=timezone.now(), kemajuan=0, tahap="", percobaan=0, pesan="",
        )
    )  # fmt: skip


def withdraw(impor: Impor, pengguna: Pengguna) -> bool:
    """Decide against a preview; the files stay in the history."""
    return bool(
        Impor.objects.filter(pk=impor.pk, status=StatusImpor.MENUNGGU).update(
            status=StatusImpor.DIBATALKAN, diputuskan_oleh=pengguna, diputuskan_pada=timezone.now(), pesan=""
        )
    )


def try_again(impor: Impor) -> bool:
    """Take up work that was cut off; what failed is checked anew. False when there is nothing to take up."""
    row = Impor.objects.light().get(pk=impor.pk)
    if row.status == StatusImpor.GAGAL:
        Impor.objects.filter(pk=row.pk, status=StatusImpor.GAGAL).update(status=StatusImpor.DIUNGGAH, percobaan=0)
    elif not is_cut_off(row):
        return False
    start(row)
    return True


# --- keeping ----------------------------------------------------------------------------------------------------------


def prune(saat: datetime.datetime | None = None) -> int:
    """Take files off the disk that are older than the retention setting; the history of imports stays.

    Files that no import names are left over from work that was cut off: they go after a day. Raises `NotAPair`.
    """
    saat = saat or timezone.now()
    old = Impor.objects.light().filter(diunggah_pada__lt=saat - datetime.timedelta(days=settings.SIMPAN_IMPOR_HARI))
    count = 0
    for impor in old.exclude(berkas="").exclude(status__in=BEKERJA):
        Impor.objects.filter(pk=impor.pk).update(berkas="", balasan="", pemulihan="", hasil="")
        for place in filter(None, (impor.berkas, impor.balasan)):
            remove_file(place)
        count += 1
    named = {place for pair in Impor.objects.values_list("berkas", "balasan") for place in pair}
    strays = unnamed_sealed(FOLDER, named, saat - datetime.timedelta(days=1))
    require_pair(strays, Impor.objects.count())
    for place in strays:
        remove_file(place)
    return count
