"""Columns of a household that follow from its others, written whenever it is saved: what duplicates are found by."""

from __future__ import annotations

import datetime
import unicodedata
from typing import Any

from django.db import models


def fold_name(nama: str) -> str:
    """Letters and figures of a name in one form: case, blanks, signs and widths go."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", nama).casefold()))


def fold_birth(nama: str, tanggal_lahir: datetime.date | None) -> str:
    """Name and birth date as two spellings of one person share them.

    "" while one of the two is missing, so that nobody is compared by half.
    """
    letters = fold_name(nama)
    return f"{tanggal_lahir.isoformat()} {letters}"[:220] if letters and tanggal_lahir else ""


class NamaLahirField(models.CharField):
    """`fold_birth` of the row's `nama` and `tanggal_lahir`."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        born = model_instance._meta.get_field("tanggal_lahir")
        day = born.to_python(getattr(model_instance, born.attname))  # type: ignore[union-attr]
        value = fold_birth(model_instance.nama, day)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, value)
        return value


class BelumDicocokkanField(models.BooleanField):
    """True from the moment a row is saved until it was compared with all others (`penghuni.ganda.match_waiting`).

    Whoever saves does nothing else about duplicates, so how long saving takes tells nothing about them.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> bool:
        setattr(model_instance, self.attname, True)
        return True


PENCOCOKAN = ("nama_lahir", "belum_dicocokkan")
"""Columns that `bulk_update` leaves as they are: whoever uses it calls `derive` and names them."""


def derive(row: models.Model) -> None:
    """Fill the columns `PENCOCOKAN` of `row`, as saving it alone would."""
    for name in PENCOCOKAN:
        column: Any = row._meta.get_field(name)
        column.pre_save(row, add=False)
