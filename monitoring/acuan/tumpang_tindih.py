"""What must not stand beside another row of reference data: two rules of one day, two holders of one post."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from core.enums import Kewenangan
from core.models import Pejabat
from core.models.acuan import AcuanRow
from penghuni.aturan import overlapping
from penghuni.models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan

DITENTUKAN = (
    "berlaku_mulai", "berlaku_sampai", "tahun_mulai", "tahun_sampai", "aktif_dari", "aktif_sampai",
    "terverifikasi", "wilayah", "jenis", "menggantikan_id", "tugas", "kewenangan", "kabupaten_kota_id",
)  # fmt: skip
"""The columns that the answer depends on."""


def refuse_overlap(row: AcuanRow, before: AcuanRow | None) -> None:
    """Raise `ValidationError` for a row in use that must not stand beside another one. Asked with the table held.

    `before` is the stored row; None for one that is new or comes back into use. Sources may doubt which of two rules
    holds: such a pair goes on standing while neither is moved.
    """
    if not getattr(row, "aktif", True) or (before is not None and _extent(row) == _extent(before)):
        return
    if isinstance(row, Pejabat):
        _refuse_second_holder(row)
    elif isinstance(row, BatasPenghasilan | BatasHargaRumah | SkemaKepemilikan) and (other := overlapping(row)):
        raise ValidationError(
            f"Masa berlakunya bertumpang tindih dengan {other}. Akhiri atau nonaktifkan yang lama dahulu, atau "
            "pilih tanggal mulai yang lain."
        )


def _extent(row: AcuanRow) -> list[object]:
    return [getattr(row, name, None) for name in DITENTUKAN]


def _refuse_second_holder(row: Pejabat) -> None:
    """One post, one holder on a day; only who stands in (Plh., a.n.) may do so beside the holder."""
    beside = (Kewenangan.PLH, Kewenangan.AN)
    if not row.tugas or row.kewenangan in beside:
        return
    others = Pejabat.objects.filter(tugas=row.tugas, kabupaten_kota=row.kabupaten_kota, aktif=True)
    for other in others.exclude(pk=row.pk).exclude(kewenangan__in=beside):
        first, second = sorted((row, other), key=lambda one: one.berlaku_mulai)
        if first.berlaku_sampai is None or first.berlaku_sampai >= second.berlaku_mulai:
            raise ValidationError(
                f"Tugas ini pada masa itu dipegang {other.nama}. Isi tanggal berakhirnya dahulu, atau ubah masanya."
            )
