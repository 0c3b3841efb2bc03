"""What differs between two registries, cell by cell, by address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .alamat import Alamat
from .salinan import Registri, cells


@dataclass(frozen=True)
class Perbedaan:
    """A cell whose value differs. `sebelum` is None for a new row or location, `sesudah` for a removed one."""

    alamat: Alamat
    sebelum: Any
    sesudah: Any


def differences(sebelum: Registri, sesudah: Registri) -> list[Perbedaan]:
    """Cells that differ, in form order, removed ones last. Unanswered (None or "") counts as equal to absent."""
    old, new = dict(cells(sebelum)), dict(cells(sesudah))
    ordered = [*new, *(alamat for alamat in old if alamat not in new)]
    return [
        Perbedaan(alamat, old.get(alamat), new.get(alamat))
        for alamat in ordered
        if _answer(old.get(alamat)) != _answer(new.get(alamat))
    ]


def _answer(value: Any) -> Any:
    return None if value in ("", None) else (type(value) is bool, value)
