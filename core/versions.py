"""Against lost updates: a form carries the version it was opened with, a save compares and counts on."""

from __future__ import annotations

import datetime

from django.utils import timezone

from .models import Pengguna
from .models.acuan import AcuanRow
from .models.rows import RegistryRow

Versioned = RegistryRow | AcuanRow


class StaleVersion(Exception):
    """Somebody saved `row` since the form was opened. `row` is the newer state."""

    def __init__(self, row: Versioned) -> None:
        super().__init__()
        self.row = row

    def __str__(self) -> str:
        siapa = self.row.diubah_oleh or "pengguna lain"
        return (
            f"Data ini sudah diubah oleh {siapa} setelah Anda membukanya. Isian Anda belum disimpan. "
            "Periksa nilai terbaru, lalu simpan lagi."
        )


def check_version(row: Versioned, versi: int | None) -> None:
    """Raise `StaleVersion` unless `versi` is the row's version. `row` must have been read under a row lock."""
    if versi != row.versi:
        raise StaleVersion(row)


def touch(row: Versioned, pengguna: Pengguna | None, waktu: datetime.datetime | None = None) -> None:
    """Mark `row` as changed by `pengguna` now (or at `waktu`) and count its version; the caller saves it."""
    row.versi = row.versi + 1 if not row._state.adding else 1
    row.diubah = waktu or timezone.now()
    row.diubah_oleh = pengguna
