"""Applying a plan, and undoing it: one transaction under the registry lock, all of it or nothing."""

from __future__ import annotations

import datetime
import json

from auditlog.context import set_actor
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from core.models import KabupatenKota, Pengguna
from core.sealed import Sealed
from monitoring.enums import StatusImpor
from monitoring.models import Impor
from penghuni import putaran
from penghuni.ganda import match_waiting
from penghuni.importers import lock_residents, seal_ahead, undo_residents, write_residents
from rusun.importers import UndoRefused, undo_registry, write_registry
from rusun.penguncian import registry_write

from .rencana import Rencana, state_of


class StateMoved(Exception):
    """Somebody changed the registry after the plan was made: it must be made again."""


def write_plan(
    rencana: Rencana, kabupaten_kota: KabupatenKota, pengguna: Pengguna | None, waktu: datetime.datetime
) -> str:
    """Write `rencana`; returns what would undo it, as JSON. Call inside `registry_write`.

    Raises `StateMoved` when the registry is no longer the one that was planned on; then nothing was written.
    """
    if rencana.penghuni is not None:
        lock_residents(rencana.penghuni)
    if state_of(kabupaten_kota) != rencana.keadaan:
        raise StateMoved
    with set_actor(pengguna):
        registri = write_registry(rencana.registri, kabupaten_kota, pengguna, waktu)
        residents = write_residents(rencana.penghuni, pengguna, waktu) if rencana.penghuni is not None else None
    return json.dumps({"registri": registri, "penghuni": residents})


def apply_import(impor: Impor, rencana: Rencana, waktu: datetime.datetime) -> bool:
    """Write the plan of an approved import and mark it, in one transaction; False when it was no longer approved.

    What is written carries the name of whoever sent the file in. Raises `StateMoved`.
    """
    if rencana.penghuni is not None:
        seal_ahead(rencana.penghuni)
    with registry_write(impor.kabupaten_kota_id):
        row = Impor.objects.select_for_update(of=("self",)).defer("hasil", "pemulihan").get(pk=impor.pk)
        if row.status != StatusImpor.DISETUJUI:
            return False
        undo = write_plan(rencana, impor.kabupaten_kota, impor.diunggah_oleh, waktu)
        row.status, row.diterapkan_pada, row.kemajuan, row.tahap = StatusImpor.DITERAPKAN, waktu, 100, ""
        row.pemulihan = Sealed(undo)
        row.pesan = ""
        row.save(update_fields=["status", "diterapkan_pada", "kemajuan", "tahap", "pemulihan", "pesan"])
    if rencana.penghuni is not None:
        match_waiting()  # once this is committed: two imports at the same moment find each other's residents
    if rencana.writes_penghuni:
        putaran.start(impor.diunggah_oleh)
    return True


def why_not_undo(impor: Impor) -> str:
    """Why an import cannot be undone any more; "" when it may be tried."""
    if impor.status != StatusImpor.DITERAPKAN:
        return "Impor ini tidak sedang diterapkan."
    later = Impor.objects.filter(
        kabupaten_kota=impor.kabupaten_kota_id, status=StatusImpor.DITERAPKAN, diterapkan_pada__gt=impor.diterapkan_pada
    )
    if later.exists():
        return "Hanya impor terakhir yang dapat diurungkan."
    if impor.isian is not None and impor.isian.kiriman.filter(dikirim_pada__gt=impor.diterapkan_pada).exists():
        return "Isian sudah dikirim setelah impor ini, jadi impor tidak dapat diurungkan."
    return ""


def undo_import(impor: Impor, pengguna: Pengguna) -> None:
    """Put everything back that the import changed. Raises `UndoRefused`, or `RegistryLocked` once it is locked."""
    waktu = timezone.now()
    with registry_write(impor.kabupaten_kota_id), transaction.atomic():
        row = Impor.objects.select_for_update(of=("self",)).select_related("isian").get(pk=impor.pk)
        if reason := why_not_undo(row):
            raise UndoRefused(reason)
        pemulihan = json.loads(row.pemulihan.reveal())
        try:
            if pemulihan["penghuni"] is not None:
                undo_residents(pemulihan["penghuni"], pengguna, waktu)
            undo_registry(pemulihan["registri"], pengguna, waktu)
        except ProtectedError:
            raise UndoRefused("Data yang diimpor sudah dipakai, jadi impor ini tidak dapat diurungkan.") from None
        row.status, row.diurungkan_oleh, row.diurungkan_pada = StatusImpor.DIURUNGKAN, pengguna, waktu
        row.pemulihan = Sealed("")
        row.save(update_fields=["status", "diurungkan_oleh", "diurungkan_pada", "pemulihan"])
        if pemulihan["penghuni"] is not None:
            putaran.start(pengguna)
