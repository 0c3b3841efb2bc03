"""Storing reference data: one at a time, compared with the version the page was opened with, with history."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError

from core.models import Pengguna
from core.models.acuan import AcuanRow
from core.table_locks import hold_for_writing
from core.versions import check_version, touch
from penghuni.aturan import earliest

from .forms import AcuanForm, SkemaForm


def store(form: AcuanForm, pengguna: Pengguna) -> AcuanRow:
    """Store the row of `form`, inside a transaction. Raises `StaleVersion`, or `ValidationError` for a row that must
    not stand beside another one.
    """
    row: AcuanRow = form.instance
    hold_for_writing(type(row))  # whether two rows overlap is asked of all of them
    if not form.baru:
        check_version(type(row)._default_manager.select_for_update().get(pk=row.pk), form.cleaned_data["versi"])
    row.validate_unique()
    row.validate_constraints()
    form.refuse_overlap()
    if isinstance(form, SkemaForm) and (before := form.cleaned_data.get("menggantikan")):
        ended = earliest(form.cleaned_data["aktif_dari"]) - datetime.timedelta(days=1)
        if ended < earliest(before.aktif_dari):
            raise ValidationError({"aktif_dari": f"{before} baru mulai sesudah itu."})
        before.aktif_sampai = ended.isoformat()
        _save(before, pengguna)
    _save(row, pengguna)
    return row


def set_active(model: type[AcuanRow], pk: object, versi: int, pengguna: Pengguna, *, aktif: bool) -> AcuanRow:
    """Take a row out of use, or back into it, inside a transaction. What uses it keeps it. Raises `StaleVersion`, or
    `ValidationError` when another row has its place by now.
    """
    hold_for_writing(model)
    row = model._default_manager.select_for_update().get(pk=pk)
    check_version(row, versi)
    row.aktif = aktif  # type: ignore[attr-defined]
    row.validate_constraints()
    _save(row, pengguna)
    return row


def _save(row: AcuanRow, pengguna: Pengguna) -> None:
    touch(row, pengguna)
    row.save()
