"""Exceptions: one kabupaten/kota may send after its last day. Given, changed, withdrawn, with a reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from core.access import koordinator
from core.display import tanggal
from core.models import Pengguna
from monitoring.enums import StatusPeriode
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Isian, PeriodeMonitoring, RiwayatPengecualian
from monitoring.pengingat.pemberitahuan import tell_exception

from .batas import batas_of


def grant_exception(
    isian: Isian,
    sampai: datetime.date,
    alasan: str,
    pengguna: Pengguna,
    *,
    semula: datetime.date | None = None,
    waktu: datetime.datetime | None = None,
) -> None:
    """Let the kabupaten/kota send until `sampai`, or change that day from `semula`. It is counted late all the same.

    Raises `MoveRefused` when the day gives no extra time, or when somebody changed the exception meanwhile.
    """
    waktu = waktu or timezone.now()
    with _locked(isian, alasan, pengguna, semula) as row:
        row.pengecualian_sampai, row.pengecualian_alasan = sampai, alasan
        batas = batas_of(row)
        if batas is None:
            raise MoveRefused("Isian ini sedang ada pada provinsi, jadi pengecualian belum diperlukan.")
        if sampai < timezone.localdate(waktu):
            raise MoveRefused("Tanggal pengecualian sudah lewat. Pilih hari ini atau sesudahnya.")
        if not batas.dikecualikan:
            raise MoveRefused(
                f"Tanggal ini tidak memberi waktu tambahan: {batas.nama_terakhir.lower()} adalah "
                f"{tanggal(batas.terakhir)}."
            )
        _keep(row, alasan, pengguna, waktu)


def withdraw_exception(
    isian: Isian,
    alasan: str,
    pengguna: Pengguna,
    *,
    semula: datetime.date | None,
    waktu: datetime.datetime | None = None,
) -> None:
    """Take the exception back. Whatever was sent under it stays sent."""
    with _locked(isian, alasan, pengguna, semula) as row:
        if row.pengecualian_sampai is None:
            raise MoveRefused("Tidak ada pengecualian yang dapat dicabut.")
        row.pengecualian_sampai, row.pengecualian_alasan = None, ""
        _keep(row, alasan, pengguna, waktu or timezone.now())


@contextmanager
def _locked(isian: Isian, alasan: str, pengguna: Pengguna, semula: datetime.date | None) -> Iterator[Isian]:
    """The isian under the locks of a move, once role, reason, state and what the page showed have been checked."""
    if not koordinator(pengguna):
        raise MoveRefused("Hanya koordinator yang dapat memberi, mengubah, atau mencabut pengecualian.")
    if not alasan:
        raise MoveRefused("Tulis alasannya.")
    with transaction.atomic():
        periode = PeriodeMonitoring.objects.select_for_update().get(pk=isian.periode_id)
        row = Isian.objects.select_for_update().get(pk=isian.pk)
        row.periode = periode
        if periode.status != StatusPeriode.DIBUKA:
            raise MoveRefused("Pengecualian hanya berlaku selama periode dibuka.")
        if row.pengecualian_sampai != semula:
            raise MoveRefused("Pengecualian ini baru saja diubah orang lain. Periksa keadaan terbaru, lalu ulangi.")
        yield row


def _keep(row: Isian, alasan: str, pengguna: Pengguna, waktu: datetime.datetime) -> None:
    row.save()
    RiwayatPengecualian.objects.create(
        isian=row, sampai=row.pengecualian_sampai, alasan=alasan, waktu=waktu, pengguna=pengguna
    )
    tell_exception(row, waktu)
