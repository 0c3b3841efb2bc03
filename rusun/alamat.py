"""The one address of a cell: kode rusun, section, row UUID or none, field. Never a pk, a name or a position.

Remarks, openings, warnings, differences and imports all speak of cells by this address.
"""

from __future__ import annotations

import uuid
from typing import NamedTuple


class Alamat(NamedTuple):
    """A cell; without `kolom` the whole row, without `baris` that column in every row, without both the whole table."""

    kode_rusun: str
    bagian: str
    baris: str = ""
    kolom: str = ""

    def __str__(self) -> str:
        return "/".join(self)

    @classmethod
    def parse(cls, text: str) -> Alamat:
        """The address written by `str()`. Raises ValueError on anything else."""
        parts = text.split("/")
        if len(parts) != 4 or not parts[1]:
            raise ValueError("not a cell address")
        if parts[2]:
            parts[2] = str(uuid.UUID(parts[2]))
        return cls(*parts)

    @property
    def jangkar(self) -> str:
        """The id of the cell on a page."""
        return "sel-" + "-".join(part for part in (self.bagian, self.baris, self.kolom) if part)

    def covers(self, other: Alamat) -> bool:
        """Whether opening this address opens `other`: the same cell, or a row, column or table that holds it."""
        return (
            self.kode_rusun == other.kode_rusun
            and self.bagian == other.bagian
            and (not self.baris or self.baris == other.baris)
            and (not self.kolom or self.kolom == other.kolom)
        )


DAFTAR_LOKASI = "daftar_lokasi"
"""Section of the address that stands for the list of locations itself: `Alamat("", DAFTAR_LOKASI)`."""
