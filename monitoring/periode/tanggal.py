"""Changing the dates of a period, before and while it runs: who may, what is refused, what follows from it."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from core.access import koordinator
from core.display import tanggal
from core.models import Pengguna
from monitoring.enums import Gerak, PerubahanPeriode, StatusIsian, StatusPeriode
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Isian, PeriodeMonitoring
from monitoring.pengingat.pemberitahuan import tell_dates_changed

from .workflow import CHANGEABLE, note


class Tanggal(NamedTuple):
    """The four dates of a period."""

    tanggal_posisi: datetime.date
    mulai: datetime.date
    batas_waktu: datetime.date
    hari_terakhir: datetime.date

    @classmethod
    def of(cls, periode: PeriodeMonitoring) -> Tanggal:
        return cls(periode.tanggal_posisi, periode.mulai, periode.batas_waktu, periode.hari_terakhir)


SEBUTAN = {
    "tanggal_posisi": "Posisi data", "mulai": "Mulai", "batas_waktu": "Batas waktu", "hari_terakhir": "Hari terakhir",
}  # fmt: skip


def date_errors(semula: Tanggal, baru: Tanggal, hari_ini: datetime.date, *, dibuka: bool) -> dict[str, str]:
    """What is wrong with the new dates, by field; {} when nothing is. While it runs no date moves into the past."""
    errors = {}
    if baru.batas_waktu < baru.mulai:
        errors["batas_waktu"] = "Batas waktu tidak boleh sebelum tanggal mulai."
    if baru.hari_terakhir < baru.batas_waktu:
        errors["hari_terakhir"] = "Hari terakhir tidak boleh sebelum batas waktu."
    if not dibuka:
        return errors
    if baru.mulai != semula.mulai:
        errors["mulai"] = "Periode sudah dibuka, jadi tanggal mulai tidak dapat diubah."
    for name in ("batas_waktu", "hari_terakhir"):
        day = getattr(baru, name)
        if day != getattr(semula, name) and day < hari_ini:
            errors.setdefault(name, f"{SEBUTAN[name]} yang baru paling cepat hari ini, {tanggal(hari_ini)}.")
    return errors


def change_dates(
    periode: PeriodeMonitoring,
    semula: Tanggal,
    baru: Tanggal,
    alasan: str,
    pengguna: Pengguna,
    *,
    waktu: datetime.datetime | None = None,
) -> PeriodeMonitoring:
    """Change the dates from `semula` (what the page showed) to `baru`. Raises `MoveRefused`; then nothing has changed.

    While the period runs, the change needs a reason and is told to the invited. A later deadline forgives those who
    sent between the two; an earlier one makes nobody late afterwards.
    """
    waktu = waktu or timezone.now()
    if not koordinator(pengguna):
        raise MoveRefused("Hanya koordinator yang dapat mengubah tanggal periode.")
    with transaction.atomic():
        row = PeriodeMonitoring.objects.select_for_update().get(pk=periode.pk)
        dibuka = row.status == StatusPeriode.DIBUKA
        if row.status not in CHANGEABLE:
            raise MoveRefused("Tanggal hanya dapat diubah sebelum rekap diajukan.")
        if Tanggal.of(row) != semula:
            raise MoveRefused("Tanggal periode baru saja diubah orang lain. Periksa tanggal terbaru, lalu ulangi.")
        if dibuka and not alasan:
            raise MoveRefused("Tulis alasan mengubah tanggal setelah periode dibuka.")
        if errors := date_errors(semula, baru, timezone.localdate(waktu), dibuka=dibuka):
            raise MoveRefused("Tanggal belum dapat disimpan.", list(errors.values()))
        if baru == semula:
            raise MoveRefused("Belum ada tanggal yang diubah.")
        for name, day in baru._asdict().items():
            setattr(row, name, day)
        row.save()
        rincian, forgiven = _in_words(semula, baru), _forgive(row)
        more = f" {forgiven} kiriman tidak lagi dihitung terlambat." if forgiven else ""
        note(row, PerubahanPeriode.UBAH_TANGGAL, pengguna, waktu, alasan, rincian + more)
        if dibuka:
            tell_dates_changed(row.isian.exclude(status=StatusIsian.TERVERIFIKASI), row, rincian, waktu)
    return row


def _in_words(semula: Tanggal, baru: Tanggal) -> str:
    return " ".join(
        f"{SEBUTAN[name]}: {tanggal(day)}, sebelumnya {tanggal(getattr(semula, name))}."
        for name, day in baru._asdict().items()
        if day != getattr(semula, name)
    )


def _forgive(periode: PeriodeMonitoring) -> int:
    """Those whose first sending lies within the deadline as it is now are not late; how many."""
    sent = Max("riwayat__waktu", filter=Q(riwayat__gerak=Gerak.KIRIM, riwayat__dari=StatusIsian.DIISI))
    late = periode.isian.filter(terlambat=True).annotate(dikirim=sent)
    times = late.filter(dikirim__isnull=False).values_list("pk", "dikirim")
    forgiven = [pk for pk, dikirim in times if timezone.localdate(dikirim) <= periode.batas_waktu]
    return Isian.objects.filter(pk__in=forgiven).update(terlambat=False)
