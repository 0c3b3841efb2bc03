"""Asking for one more cell to be opened: an operator asks with a reason, a verifikator grants or refuses.

While the isian is being corrected a granted cell opens at once with its group. While it is with the province the wish
becomes a remark, which opens its cell when the isian is returned. A verified isian is reopened by the koordinator only.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from core.access import operator, verifikator
from core.models import Pengguna
from monitoring.enums import StatusIsian, StatusPeriode, StatusPermintaan
from monitoring.models import Isian, PermintaanBuka
from rusun.alamat import Alamat
from rusun.penguncian import lock_state, open_cells, registry_write
from rusun.sebutan import cell_name

from .catatan import REMARKABLE, add_remark, cell_exists
from .kiriman import draft_of
from .workflow import MoveRefused


def _row(isian: Isian) -> Isian:
    return Isian.objects.select_for_update(of=("self",)).select_related("periode").get(pk=isian.pk)


def ask_opening(
    isian: Isian, alamat: Alamat, alasan: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> PermintaanBuka:
    """Ask for `alamat` to be opened. Raises `MoveRefused`, or ValueError when the address names no cell of it."""
    with registry_write(isian.kabupaten_kota_id) as kunci:
        row = _row(isian)
        if not operator(pengguna) or pengguna.kabupaten_kota_id != row.kabupaten_kota_id:
            raise MoveRefused("Hanya operator kabupaten/kota ini yang dapat meminta pembukaan.")
        if row.status not in REMARKABLE or row.periode.status != StatusPeriode.DIBUKA:
            raise MoveRefused("Pembukaan hanya dapat diminta setelah isian dikirim dan selama periode dibuka.")
        registri = draft_of(row)["rusun"]
        if not cell_exists(registri, alamat):
            raise ValueError("no such cell")
        if kunci.opens(alamat):
            raise MoveRefused("Bagian ini sudah terbuka. Anda dapat langsung mengubahnya.")
        if row.permintaan.waiting().filter(**alamat._asdict()).exists():
            raise MoveRefused("Permintaan yang sama masih menunggu jawaban provinsi.")
        return PermintaanBuka.objects.create(
            isian=row, **alamat._asdict(), sebutan=cell_name(registri, alamat)[:300], alasan=alasan, oleh=pengguna,
            waktu=waktu or timezone.now(),
        )  # fmt: skip


def grant(permintaan: PermintaanBuka, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> PermintaanBuka:
    """Open what was asked for. Raises `MoveRefused`."""
    with registry_write(permintaan.isian.kabupaten_kota_id):
        isian = _row(permintaan.isian)
        row = _waiting(permintaan, pengguna)
        if isian.periode.status != StatusPeriode.DIBUKA or isian.status not in REMARKABLE:
            raise MoveRefused("Permintaan ini tidak dapat dikabulkan pada status isian sekarang.")
        if isian.status == StatusIsian.TERVERIFIKASI:
            raise MoveRefused("Isian sudah terverifikasi. Koordinator dapat membukanya lewat «Buka kembali».")
        if isian.status == StatusIsian.PERLU_PERBAIKAN:
            open_cells(isian.kabupaten_kota_id, [row.alamat])
        else:
            add_remark(isian, row.alamat, f"Dibuka atas permintaan kabupaten/kota: {row.alasan}", pengguna)
        return _answer(row, StatusPermintaan.DIKABULKAN, "", pengguna, waktu)


def refuse(
    permintaan: PermintaanBuka, jawaban: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> PermintaanBuka:
    """Refuse with a word why. Raises `MoveRefused`."""
    with registry_write(permintaan.isian.kabupaten_kota_id):
        return _answer(_waiting(permintaan, pengguna), StatusPermintaan.DITOLAK, jawaban, pengguna, waktu)


def _waiting(permintaan: PermintaanBuka, pengguna: Pengguna) -> PermintaanBuka:
    row = PermintaanBuka.objects.select_for_update(of=("self",)).get(pk=permintaan.pk)
    if not verifikator(pengguna):
        raise MoveRefused("Hanya verifikator yang dapat menjawab permintaan.")
    if row.status != StatusPermintaan.MENUNGGU:
        raise MoveRefused(f"Permintaan ini sudah {row.get_status_display().lower()} oleh {row.dijawab_oleh}.")
    return row


def _answer(
    row: PermintaanBuka, status: str, jawaban: str, pengguna: Pengguna, waktu: datetime.datetime | None
) -> PermintaanBuka:
    row.status, row.jawaban = status, jawaban
    row.dijawab_oleh, row.dijawab_pada = pengguna, waktu or timezone.now()
    row.save()
    return row


def may_ask(isian: Isian, pengguna: Pengguna) -> bool:
    """Whether state and role allow asking, so that the link is worth showing."""
    own = operator(pengguna) and pengguna.kabupaten_kota_id == isian.kabupaten_kota_id
    locked = own and isian.status in REMARKABLE and isian.periode.status == StatusPeriode.DIBUKA
    return locked and lock_state(isian.kabupaten_kota_id).terkunci
