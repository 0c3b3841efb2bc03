"""Reminding by hand: whom it concerns now, and doing it. Only those who are not done are ever reminded."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from core.access import verifikator
from core.models import Pengguna
from monitoring.enums import JenisPemberitahuan, JenisSurel, StatusCatatan, StatusPeriode
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Isian, PeriodeMonitoring

from .pemberitahuan import operators_of, tell_reminded
from .surel import WAITING_FOR, enqueue
from .teks import Keadaan, Surat, compose_mail, compose_whatsapp, state_of


@dataclass(frozen=True)
class Sasaran:
    """One kabupaten/kota that a reminder concerns, with its people and the words it would get today."""

    isian: Isian
    keadaan: Keadaan
    penerima: tuple[Pengguna, ...]
    diingatkan_pada: datetime.datetime | None
    hari_ini: datetime.date

    @property
    def kode(self) -> str:
        return self.isian.kabupaten_kota_id

    @property
    def bersurel(self) -> tuple[Pengguna, ...]:
        """Those of `penerima` an e-mail can reach."""
        return tuple(pengguna for pengguna in self.penerima if pengguna.surel)

    @property
    def surat(self) -> Surat | None:
        """The e-mail as its first reader would get it; None when nobody has an address."""
        return compose_mail(self.keadaan, self.bersurel[0].nama, self.hari_ini) if self.bersurel else None

    @property
    def whatsapp(self) -> str:
        return compose_whatsapp(self.keadaan, self.hari_ini)


def targets_of(periode: PeriodeMonitoring, jenis: JenisSurel, hari_ini: datetime.date) -> list[Sasaran]:
    """Whom a reminder of this kind concerns as things stand, by code of the kabupaten/kota. Two queries."""
    if periode.status != StatusPeriode.DIBUKA:
        return []
    rows = (
        periode.isian.filter(status__in=WAITING_FOR[jenis])
        .select_related("periode", "kabupaten_kota")
        .annotate(
            terbuka=Count("catatan", filter=Q(catatan__status=StatusCatatan.TERBUKA), distinct=True),
            diingatkan=Max("pemberitahuan__waktu", filter=Q(pemberitahuan__jenis=JenisPemberitahuan.DIINGATKAN)),
        )
        .order_by("kabupaten_kota")
    )
    people: dict[str, list[Pengguna]] = {isian.kabupaten_kota_id: [] for isian in rows}
    for pengguna in operators_of(people):
        people[pengguna.kabupaten_kota_id or ""].append(pengguna)
    return [
        Sasaran(isian, keadaan, tuple(people[isian.kabupaten_kota_id]), isian.diingatkan, hari_ini)  # type: ignore[attr-defined]
        for isian in rows
        if (keadaan := state_of(isian, isian.terbuka)) is not None  # type: ignore[attr-defined]
    ]


@dataclass(frozen=True)
class Hasil:
    """What a reminder did: how many kabupaten/kota, notices and e-mails; who was chosen but is done meanwhile."""

    kabupaten_kota: int
    pemberitahuan: int
    surel: int
    dilewati: tuple[str, ...]


def remind(
    periode: PeriodeMonitoring,
    jenis: JenisSurel,
    kabupaten_kota: Collection[str],
    pengguna: Pengguna,
    *,
    waktu: datetime.datetime | None = None,
) -> Hasil:
    """Remind the chosen kabupaten/kota (codes) that are still not done: a notice to everybody there, an e-mail to those
    with an address.

    Raises `MoveRefused` when nobody of them is left to remind; then nothing has changed.
    """
    waktu = waktu or timezone.now()
    if not verifikator(pengguna):
        raise MoveRefused("Hanya verifikator dan koordinator yang dapat mengirim pengingat.")
    with transaction.atomic():
        # The lock every move takes first: nobody sends an isian between the look and the reminder.
        row = PeriodeMonitoring.objects.select_for_update().get(pk=periode.pk)
        now = targets_of(row, jenis, timezone.localdate(waktu))
        targets = [target for target in now if target.kode in kabupaten_kota]
        if not targets:
            raise MoveRefused("Tidak ada lagi yang perlu diingatkan: semua yang dipilih sudah selesai.")
        told = mails = 0
        for target in targets:
            told += tell_reminded(target.isian, target.keadaan.catatan, target.penerima, waktu)
            mails += enqueue(target.isian, target.penerima, jenis, pengguna, waktu)
    left = set(kabupaten_kota) - {target.kode for target in targets}
    names = periode.isian.filter(kabupaten_kota__in=left).values_list("kabupaten_kota__nama", flat=True)
    return Hasil(len(targets), told, mails, tuple(names))
