"""Notices: who is told what on the home page when something happens to an isian. Called inside the move's transaction.

A notice is one row per account, so that everybody has the own copy to read. Where the kabupaten/kota has to do
something, an e-mail goes into the outbox as well (`surel.py`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Final

from django.db.models import Count, Q

from core.access import operator, verifikator
from core.display import hari_tanggal, jam, tanggal
from core.enums import Peran
from core.models import Pengguna
from monitoring.enums import Gerak, JenisPemberitahuan, JenisSurel, StatusCatatan, StatusPeriode
from monitoring.models import Isian, Kiriman, Pemberitahuan, PeriodeMonitoring
from monitoring.periode.batas import AKHIR_HARI

from .surel import enqueue
from .teks import Keadaan, compose_notice, state_of

J = JenisPemberitahuan

BATAS_INGATKAN: Final = 3
"""Days before a deadline from which those who have not sent are told, once."""


def is_told(pengguna: Pengguna) -> bool:
    """Whose work an isian is: they get notices. Heads of office and admins have their own pages."""
    return operator(pengguna) or verifikator(pengguna)


def operators_of(kabupaten_kota: Iterable[str]) -> list[Pengguna]:
    """Everybody who can act for these kabupaten/kota (codes) now."""
    rows = Pengguna.objects.filter(peran=Peran.OPERATOR, is_active=True, kabupaten_kota__in=list(kabupaten_kota))
    return list(rows.order_by("kabupaten_kota", "username"))


def _operators(isian: Iterable[Isian]) -> list[tuple[Pengguna, Isian]]:
    by_region: dict[str | None, Isian] = {row.kabupaten_kota_id: row for row in isian}
    told = operators_of(row.kabupaten_kota_id for row in by_region.values())
    return [(pengguna, by_region[pengguna.kabupaten_kota_id]) for pengguna in told]


def _tell(penerima: Iterable[tuple[Pengguna, Isian]], jenis: J, isi: str, waktu: datetime.datetime) -> None:
    """Say the same to all, to each about the isian beside the name."""
    Pemberitahuan.objects.bulk_create(
        Pemberitahuan(pengguna=pengguna, isian=isian, jenis=jenis, isi=isi[:300], waktu=waktu)
        for pengguna, isian in penerima
    )


def tell_invited(isian: Iterable[Isian], periode: PeriodeMonitoring, waktu: datetime.datetime) -> None:
    """The period is open for these."""
    isi = f"Undangan mengisi {periode.judul}. Batas waktu {tanggal(periode.batas_waktu)}, {AKHIR_HARI}."
    _tell(_operators(isian), J.DIUNDANG, isi, waktu)


def tell_dates_changed(
    isian: Iterable[Isian], periode: PeriodeMonitoring, rincian: str, waktu: datetime.datetime
) -> None:
    """The dates of the period have changed: `rincian` says which, and to what."""
    _tell(_operators(isian), J.TANGGAL_DIUBAH, f"Tanggal {periode.judul} diubah. {rincian}", waktu)


def tell_schedule(sesi: Iterable[tuple[Isian, datetime.datetime]], versi: int, saat: datetime.datetime) -> None:
    """When each kabupaten/kota is met at the desk, in version `versi` of the schedule."""
    for isian, mulai in sesi:
        isi = f"Jadwal desk versi {versi}: {hari_tanggal(mulai)}, {jam(mulai)}."
        _tell(_operators([isian]), J.JADWAL_DESK, isi, saat)


def tell_exception(isian: Isian, waktu: datetime.datetime) -> None:
    """An exception was given, changed or withdrawn: what holds now."""
    sampai = isian.pengecualian_sampai
    isi = (
        f"Pengecualian dari provinsi: isian diterima sampai {tanggal(sampai)}, {AKHIR_HARI}."
        if sampai
        else "Pengecualian dicabut. Tanggal periode berlaku lagi seperti semula."
    )
    _tell(_operators([isian]), J.PENGECUALIAN, isi, waktu)


def tell_returned(isian: Isian, jumlah: int, oleh: Pengguna, waktu: datetime.datetime) -> None:
    """The isian came back with `jumlah` remarks to answer; also by e-mail."""
    isi = f"Isian dikembalikan dengan {jumlah} catatan."
    _ask_for_answers(isian, J.DIKEMBALIKAN, isi, oleh, waktu)


def tell_reopened(isian: Isian, jumlah: int, oleh: Pengguna, waktu: datetime.datetime) -> None:
    """A verified isian was opened again with `jumlah` remarks to answer; also by e-mail."""
    isi = f"Isian yang sudah terverifikasi dibuka kembali dengan {jumlah} catatan."
    _ask_for_answers(isian, J.DIBUKA_KEMBALI, isi, oleh, waktu)


def _ask_for_answers(isian: Isian, jenis: J, isi: str, oleh: Pengguna, waktu: datetime.datetime) -> None:
    until = f"Jawab paling lambat {tanggal(isian.jawab_sebelum)}, {AKHIR_HARI}."
    told = _operators([isian])
    _tell(told, jenis, f"{isi} {until}", waktu)
    enqueue(isian, [pengguna for pengguna, _ in told], JenisSurel.BELUM_MENJAWAB, oleh, waktu)


def tell_verified(isian: Isian, kiriman: Kiriman, waktu: datetime.datetime) -> None:
    _tell(_operators([isian]), J.TERVERIFIKASI, f"{kiriman} sudah diverifikasi provinsi.", waktu)


def tell_resent(isian: Isian, kiriman: Kiriman, waktu: datetime.datetime) -> None:
    """Whoever returned or reopened the isian learns that the correction is there."""
    returned = isian.riwayat.filter(gerak__in=[Gerak.KEMBALIKAN, Gerak.BUKA_KEMBALI]).select_related("pengguna").last()
    assert returned is not None
    isi = f"{isian.kabupaten_kota} mengirim perbaikan ({str(kiriman).lower()})."
    _tell([(returned.pengguna, isian)], J.PERBAIKAN_MASUK, isi, waktu)


def tell_reminded(isian: Isian, catatan: int, penerima: Iterable[Pengguna], waktu: datetime.datetime) -> int:
    """The province reminds by hand while `catatan` remarks are unanswered; how many were told.

    Who has the very same words unread before them is not told again.
    """
    keadaan = state_of(isian, catatan)
    assert keadaan is not None
    isi = f"Pengingat dari provinsi. {compose_notice(keadaan)}"
    same = Pemberitahuan.objects.unread().filter(isian=isian, jenis=J.DIINGATKAN, isi=isi)
    before = set(same.values_list("pengguna", flat=True))
    told = [(pengguna, isian) for pengguna in penerima if pengguna.pk not in before]
    _tell(told, J.DIINGATKAN, isi, waktu)
    return len(told)


def tell_deadlines(hari_ini: datetime.date, waktu: datetime.datetime) -> int:
    """Tell those who have not sent that their deadline is near; how many notices are new.

    Runs as often as cron likes: once per account and deadline, and again when the deadline has moved.
    """
    rows = (
        Isian.objects.running()
        .filter(periode__status=StatusPeriode.DIBUKA)
        .select_related("periode", "kabupaten_kota")
        .annotate(terbuka=Count("catatan", filter=Q(catatan__status=StatusCatatan.TERBUKA)))
    )
    near: dict[int, Keadaan] = {}
    for isian in rows:
        keadaan = state_of(isian, isian.terbuka)  # type: ignore[attr-defined]
        if keadaan is not None and 0 <= keadaan.batas.days_left(hari_ini) <= BATAS_INGATKAN:
            near[isian.pk] = keadaan
    told = set(Pemberitahuan.objects.filter(jenis=J.MENDEKATI_BATAS).values_list("pengguna", "isian", "batas"))
    notices = [
        Pemberitahuan(
            pengguna=pengguna, isian=isian, jenis=J.MENDEKATI_BATAS, isi=compose_notice(near[isian.pk]),
            batas=near[isian.pk].batas.tanggal, waktu=waktu,
        )
        for pengguna, isian in _operators(row for row in rows if row.pk in near)
        if (pengguna.pk, isian.pk, near[isian.pk].batas.tanggal) not in told
    ]  # fmt: skip
    # Two runs at once: the constraint lets one of them speak.
    Pemberitahuan.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)
