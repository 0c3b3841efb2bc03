"""What taking in one sheet would do, as plain values: for the preview, the summary and the workbook sent back."""

from __future__ import annotations

from dataclasses import dataclass, field

from .findings import Finding


@dataclass(frozen=True)
class NewRow:
    """A record that is not stored yet."""

    lembar: str
    sel: str
    nama: str


@dataclass(frozen=True)
class Change:
    """A cell whose value differs from the stored one, both as a reader sees them."""

    lembar: str
    sel: str
    nama: str
    kolom: str
    lama: str
    baru: str


@dataclass
class Outcome:
    """One sheet: `baru` rows and `berubah` cells of `baris_berubah` rows would be written, `sama` rows stay.

    `hilang` names stored rows that the template held and the file does not: they are told, never removed. `diabaikan`
    are changes to locked cells. Rows with an error count in `baris_salah` and nowhere else.
    """

    lembar: str
    baru: list[NewRow] = field(default_factory=list)
    berubah: list[Change] = field(default_factory=list)
    baris_berubah: int = 0
    sama: int = 0
    hilang: list[str] = field(default_factory=list)
    diabaikan: list[Change] = field(default_factory=list)
    temuan: list[Finding] = field(default_factory=list)
    baris_salah: int = 0

    @property
    def writes(self) -> bool:
        return bool(self.baru or self.berubah)
