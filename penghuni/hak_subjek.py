"""Requests of persons about their own data: recorded by whoever was asked, answered within 3 x 24 hours.

UU 27/2022. What a granted removal does stands in `anonim`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from core.models import Pengguna
from core.parsing import has_long_number
from core.versions import check_version, touch

from .anonim import anonymise_household, require_named
from .enums import JenisPermintaan, StatusPermintaanSubjek
from .models import Penghuni, PermintaanSubjek

BATAS_JAWAB: Final = datetime.timedelta(hours=3 * 24)
TANPA_NOMOR: Final = "Jangan tulis NIK, No KK, atau nomor telepon di sini."
PALING_LAMA: Final = datetime.timedelta(days=366)


class RequestRefused(Exception):
    """A request that cannot be recorded or closed so. `kolom` is the field it is about, `str()` the next step."""

    def __init__(self, text: str, kolom: str = "") -> None:
        super().__init__(text)
        self.kolom = kolom


@transaction.atomic
def record_request(
    penghuni: Penghuni, jenis: str, isi: str, diterima_pada: datetime.datetime, pengguna: Pengguna
) -> PermintaanSubjek:
    """Write down what the household asked for and when; the deadline follows from that.

    Raises `RequestRefused`, or `HouseholdAnonymised` when there is no personal data left to ask about.
    """
    row = Penghuni.objects.select_for_update(of=("self",)).get(pk=penghuni.pk)
    require_named(row)
    now = timezone.now()
    if diterima_pada > now:
        raise RequestRefused("Waktu diterima tidak boleh sesudah sekarang.", "tanggal")
    if diterima_pada < now - PALING_LAMA:
        raise RequestRefused("Permintaan ini diterima lebih dari setahun lalu. Periksa tahunnya.", "tanggal")
    if has_long_number(isi):
        raise RequestRefused(TANPA_NOMOR, "isi")
    if PermintaanSubjek.objects.waiting().filter(penghuni=row, jenis=jenis).exists():
        raise RequestRefused("Permintaan yang sama masih menunggu jawaban. Buka permintaan itu, lalu jawab.", "jenis")
    permintaan = PermintaanSubjek(
        penghuni=row, jenis=jenis, isi=isi, diterima_pada=diterima_pada, tenggat=diterima_pada + BATAS_JAWAB,
        dicatat_oleh=pengguna,
    )  # fmt: skip
    touch(permintaan, pengguna, now)
    permintaan.save()
    return permintaan


@transaction.atomic
def close_request(
    permintaan: PermintaanSubjek, versi: int, status: str, tanggapan: str, pengguna: Pengguna
) -> PermintaanSubjek:
    """Answer a request that was opened at `versi`. Granting a removal anonymises the household in the same moment.

    Raises `StaleVersion`, `RequestRefused`, or `StillLiving` when somebody who lives here is to be removed.
    """
    assert status in (StatusPermintaanSubjek.SELESAI, StatusPermintaanSubjek.DITOLAK)
    # In the order of everybody who changes a household: its row first.
    Penghuni.objects.select_for_update(of=("self",)).get(pk=permintaan.penghuni_id)
    rows = PermintaanSubjek.objects.select_for_update(of=("self",)).select_related("diubah_oleh", "penghuni")
    row = rows.get(pk=permintaan.pk)
    check_version(row, versi)
    if row.status != StatusPermintaanSubjek.DITERIMA:
        raise RequestRefused("Permintaan ini sudah dijawab. Muat ulang halaman untuk membaca jawabannya.")
    if has_long_number(tanggapan):
        raise RequestRefused(TANPA_NOMOR, "tanggapan")
    now = timezone.now()
    row.status, row.tanggapan = status, tanggapan
    row.ditanggapi_oleh, row.ditanggapi_pada = pengguna, now
    touch(row, pengguna, now)
    row.save()
    if row.jenis == JenisPermintaan.PENGHAPUSAN and status == StatusPermintaanSubjek.SELESAI:
        anonymise_household(row.penghuni, pengguna, now)
        row.refresh_from_db()  # what was asked named somebody
    return row


@dataclass(frozen=True)
class Menunggu:
    """How many requests wait for an answer, how many of them too long, and the nearest deadline."""

    jumlah: int
    lewat: int
    tenggat: datetime.datetime | None


def waiting_for(pengguna: Pengguna, saat: datetime.datetime) -> Menunggu:
    """The unanswered requests that `pengguna` may answer. One query."""
    found = (
        PermintaanSubjek.objects.visible_to(pengguna)
        .waiting()
        .aggregate(jumlah=Count("pk"), lewat=Count("pk", filter=Q(tenggat__lt=saat)), tenggat=Min("tenggat"))
    )
    return Menunggu(**found)
