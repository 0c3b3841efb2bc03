"""Remarks: `terbuka -> dijawab -> selesai`, and back to `terbuka` when the answer does not settle it."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from core.access import operator, verifikator
from core.models import Pengguna
from monitoring.enums import Gerak, StatusCatatan, StatusIsian, StatusPeriode
from monitoring.models import Catatan, Isian, PeriodeMonitoring, PesanCatatan, TeksCatatan
from rusun.alamat import Alamat
from rusun.bagian import known, section_of
from rusun.penguncian import open_cells, registry_write
from rusun.salinan import Registri, value_at
from rusun.sebutan import cell_name, value_text

from .kiriman import draft_of
from .workflow import MoveRefused, apply_move

REMARKABLE = (StatusIsian.TERKIRIM, StatusIsian.PERLU_PERBAIKAN, StatusIsian.TERVERIFIKASI)


def cell_exists(registri: Registri, alamat: Alamat) -> bool:
    """Whether the address names a location, section and field there are. A row may be gone: remarks survive it."""
    return (
        alamat.kode_rusun in registri and section_of(alamat.bagian) is not None and known(alamat.bagian, alamat.kolom)
    )


def _say(catatan: Catatan, pengguna: Pengguna, status: str, isi: str, waktu: datetime.datetime) -> None:
    catatan.status = status
    catatan.save()
    PesanCatatan.objects.create(catatan=catatan, waktu=waktu, pengguna=pengguna, status=status, isi=isi)


def add_remark(
    isian: Isian, alamat: Alamat, isi: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> Catatan:
    """Pin a remark to a cell of `isian`. While the isian is with the kabupaten/kota its cell group opens at once.

    Raises `MoveRefused` when the isian cannot be remarked on, or ValueError when the address names no cell of it.
    """
    waktu = waktu or timezone.now()
    with registry_write(isian.kabupaten_kota_id):
        row = Isian.objects.select_for_update(of=("self",)).select_related("periode").get(pk=isian.pk)
        if not verifikator(pengguna):
            raise MoveRefused("Hanya verifikator yang dapat menulis catatan.")
        if row.status not in REMARKABLE or row.periode.status != StatusPeriode.DIBUKA:
            raise MoveRefused("Catatan hanya dapat ditulis setelah isian dikirim dan selama periode dibuka.")
        frozen = draft_of(row)
        if not cell_exists(frozen["rusun"], alamat):
            raise ValueError("no such cell")
        catatan = Catatan.objects.create(
            isian=row,
            **alamat._asdict(),
            sebutan=cell_name(frozen["rusun"], alamat)[:300],
            nilai=value_text(alamat, value_at(frozen["rusun"], alamat))[:500],
            isi=isi,
            dibuat_oleh=pengguna,
            dibuat_pada=waktu,
        )
        PesanCatatan.objects.create(catatan=catatan, waktu=waktu, pengguna=pengguna, status=catatan.status, isi=isi)
        if row.status == StatusIsian.PERLU_PERBAIKAN:
            open_cells(row.kabupaten_kota_id, [alamat])
    return catatan


def keep_text(isi: str, pengguna: Pengguna) -> TeksCatatan:
    """Keep the text of a remark for use again; kept once, whoever wrote it."""
    return TeksCatatan.objects.get_or_create(
        isi=isi, defaults={"dibuat_oleh": pengguna, "dibuat_pada": timezone.now()}
    )[0]


def _locked(catatan: Catatan) -> Catatan:
    return Catatan.objects.select_for_update(of=("self",)).select_related("isian__periode").get(pk=catatan.pk)


def answer_remark(
    catatan: Catatan, jawaban: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> Catatan:
    """The operator answers: what was corrected, or why the value is right. Only while the isian is returned."""
    with registry_write(catatan.isian.kabupaten_kota_id):
        row = _locked(catatan)
        if not operator(pengguna) or pengguna.kabupaten_kota_id != row.isian.kabupaten_kota_id:
            raise MoveRefused("Hanya operator kabupaten/kota ini yang dapat menjawab catatan.")
        if row.isian.status != StatusIsian.PERLU_PERBAIKAN or row.isian.periode.status != StatusPeriode.DIBUKA:
            raise MoveRefused("Catatan dapat dijawab selama isian perlu perbaikan.")
        if row.status == StatusCatatan.SELESAI:
            raise MoveRefused("Catatan ini sudah dinyatakan selesai oleh provinsi.")
        row.jawaban = jawaban
        _say(row, pengguna, StatusCatatan.DIJAWAB, jawaban, waktu or timezone.now())
    return row


def settle_remark(catatan: Catatan, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> Catatan:
    """The verifikator accepts the answer, or withdraws a remark that was a mistake."""
    return _review(catatan, pengguna, StatusCatatan.SELESAI, "", waktu)


def reopen_remark(catatan: Catatan, isi: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> Catatan:
    """The verifikator does not accept the answer, or settled by mistake: `isi` says what is still wanted."""
    return _review(catatan, pengguna, StatusCatatan.TERBUKA, isi, waktu)


def _review(catatan: Catatan, pengguna: Pengguna, status: str, isi: str, waktu: datetime.datetime | None) -> Catatan:
    with registry_write(catatan.isian.kabupaten_kota_id):
        row = _locked(catatan)
        if not verifikator(pengguna):
            raise MoveRefused("Hanya verifikator yang dapat menilai jawaban.")
        if row.isian.status not in REMARKABLE or row.isian.periode.status != StatusPeriode.DIBUKA:
            raise MoveRefused("Catatan tidak dapat diubah pada status isian ini.")
        if row.status == status:
            raise MoveRefused(f"Catatan ini sudah berstatus {row.get_status_display().lower()}.")
        _say(row, pengguna, status, isi, waktu or timezone.now())
        if status == StatusCatatan.TERBUKA and row.isian.status == StatusIsian.PERLU_PERBAIKAN:
            open_cells(row.isian.kabupaten_kota_id, [row.alamat])
    return row


def reopen_with_remark(
    isian: Isian, alamat: Alamat, isi: str, pengguna: Pengguna, *, alasan: str, jawab_sebelum: datetime.date
) -> Isian:
    """Remark on a verified isian and open it again, both or neither. The period is locked first, as every move does."""
    with transaction.atomic():
        PeriodeMonitoring.objects.select_for_update().get(pk=isian.periode_id)
        add_remark(isian, alamat, isi, pengguna)
        return apply_move(isian, Gerak.BUKA_KEMBALI, pengguna, alasan=alasan, jawab_sebelum=jawab_sebelum)
