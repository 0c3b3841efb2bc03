"""Storing reference data: one at a time, compared with the version the page was opened with, with history."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.core.exceptions import ValidationError

from core.models import Pengguna
from core.models.acuan import AcuanRow
from core.table_locks import hold_for_writing
from core.versions import check_version, touch
from penghuni.aturan import earliest, latest, replaceable
from penghuni.models import SkemaKepemilikan

from .forms import AcuanForm
from .tumpang_tindih import refuse_overlap


def store(form: AcuanForm, pengguna: Pengguna) -> AcuanRow:
    """Store the row of `form`, inside a transaction. Raises `StaleVersion`, or `ValidationError` for a row that must
    not stand beside another one.
    """
    row: AcuanRow = form.instance
    hold_for_writing(type(row))  # whether two rows overlap is asked of all of them
    before = None
    if not form.baru:
        before = type(row)._default_manager.select_for_update().get(pk=row.pk)
        check_version(before, form.cleaned_data["versi"])
    row.validate_unique()
    row.validate_constraints()
    if isinstance(row, SkemaKepemilikan) and row.menggantikan_id and row.menggantikan_id != _replaced_by(before):
        _end_replaced(row, row.menggantikan_id, pengguna)
    refuse_overlap(row, before)
    _save(row, pengguna)
    return row


def _replaced_by(before: AcuanRow | None) -> str | None:
    return before.menggantikan_id if isinstance(before, SkemaKepemilikan) else None


def _end_replaced(row: SkemaKepemilikan, kode: str, pengguna: Pengguna) -> None:
    """End the scheme whose place `row` takes the day before, unless it was ended already.

    The form read it before the table was held.
    """
    replaced = SkemaKepemilikan.objects.select_for_update().get(pk=kode)
    if not replaceable(row).filter(pk=kode).exists():
        raise ValidationError(
            {"menggantikan": f"{replaced} sudah digantikan atau dinonaktifkan. Periksa dahulu, lalu pilih lagi."}
        )
    if replaced.aktif_sampai:
        if latest(replaced.aktif_sampai) >= earliest(row.aktif_dari):
            raise ValidationError(
                {"menggantikan": f"{replaced} belum berakhir ketika skema ini mulai. Periksa dahulu tanggal keduanya."}
            )
        return
    if len(row.aktif_dari) <= len("2026"):
        wanted = "Tulis tanggal atau bulan mulainya skema yang baru, atau akhiri dahulu yang lama, lalu pilih lagi."
        raise ValidationError({"menggantikan": f"{replaced} masih dibuka. {wanted}"})
    ended = earliest(row.aktif_dari) - datetime.timedelta(days=1)
    if ended < earliest(replaced.aktif_dari):
        raise ValidationError({"aktif_dari": f"{replaced} baru mulai sesudah itu."})
    replaced.aktif_sampai = ended.isoformat()
    _save(replaced, pengguna, ["aktif_sampai"])


def set_active(model: type[AcuanRow], pk: object, versi: int, pengguna: Pengguna, *, aktif: bool) -> AcuanRow:
    """Take a row out of use, or back into it, inside a transaction. What uses it keeps it. Raises `StaleVersion`, or
    `ValidationError` when another row has its place by now.
    """
    hold_for_writing(model)
    row = model._default_manager.select_for_update().get(pk=pk)
    check_version(row, versi)
    row.aktif = aktif  # type: ignore[attr-defined]
    row.validate_constraints()
    refuse_overlap(row, None)
    _save(row, pengguna, ["aktif"])
    return row


def _save(row: AcuanRow, pengguna: Pengguna, columns: Collection[str] | None = None) -> None:
    """All of the row, or `columns` of it."""
    touch(row, pengguna)
    row.save(update_fields=None if columns is None else [*columns, "versi", "diubah", "diubah_oleh"])
