"""The lock on a registry: who may write what right now. Asked by forms, imports and the isian workflow alike."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import F

from core.display import waktu
from core.models import KabupatenKota

from .alamat import Alamat
from .kelompok import group_of
from .models import Penguncian, SelTerbuka

PEMBUKA: Final = "verifikator provinsi dengan memberi catatan; bila isian sudah diverifikasi, koordinator provinsi"
"""Who can open a locked cell, whichever page asks."""


class RegistryLocked(Exception):
    """A write touched cells that are locked. `alamat` lists them; nothing was saved."""

    def __init__(self, kunci: Kunci, alamat: Iterable[Alamat]) -> None:
        super().__init__()
        self.kunci = kunci
        self.alamat = tuple(alamat)

    def __str__(self) -> str:
        return (
            f"Perubahan tidak disimpan. Data terkunci sejak {waktu(self.kunci.sejak)}: {self.kunci.sebab}. "
            f"Yang dapat membuka bagian ini: {PEMBUKA}."
        )


@dataclass(frozen=True)
class Kunci:
    """The state of the lock: a plain value that forms and pages may ask."""

    terkunci: bool
    alasan: str = ""
    sejak: datetime.datetime | None = None
    terbuka: frozenset[Alamat] = frozenset()
    rujukan: str = ""

    @property
    def sebab(self) -> str:
        """Why it is locked, with what it refers to."""
        return f"{self.alasan} ({self.rujukan})" if self.rujukan else self.alasan

    @property
    def pembuka(self) -> str:
        return PEMBUKA

    def opens(self, alamat: Alamat) -> bool:
        """Whether the cell (or, with a blank `kolom`, adding and removing rows of the table) may be changed."""
        return not self.terkunci or any(cell.covers(alamat) for cell in self.terbuka)

    def require_open(self, alamat: Iterable[Alamat]) -> None:
        """Raise `RegistryLocked` naming every cell of `alamat` that is locked."""
        if closed := [cell for cell in alamat if not self.opens(cell)]:
            raise RegistryLocked(self, closed)


def _state(row: Penguncian) -> Kunci:
    cells = frozenset(
        Alamat(sel.kode_rusun, sel.bagian, str(sel.baris) if sel.baris else "", sel.kolom)
        for sel in row.sel_terbuka.all()
    )
    return Kunci(row.terkunci, row.alasan, row.sejak, cells, row.rujukan)


def lock_state(kabupaten_kota: KabupatenKota | str) -> Kunci:
    """The lock as it stands, for showing. A write must ask again inside `registry_write`."""
    kode = kabupaten_kota if isinstance(kabupaten_kota, str) else kabupaten_kota.pk
    row = Penguncian.objects.filter(pk=kode).prefetch_related("sel_terbuka").first()
    return _state(row) if row else Kunci(terkunci=False)


def _locked_row(kabupaten_kota: KabupatenKota | str) -> Penguncian:
    """The lock row, held until the transaction ends: counting `perubahan` takes it."""
    kode = kabupaten_kota if isinstance(kabupaten_kota, str) else kabupaten_kota.pk
    if not Penguncian.objects.filter(pk=kode).update(perubahan=F("perubahan") + 1):
        Penguncian.objects.get_or_create(pk=kode)
    return Penguncian.objects.select_for_update().get(pk=kode)


@contextmanager
def registry_write(kabupaten_kota: KabupatenKota | str) -> Iterator[Kunci]:
    """One transaction that holds the lock row of `kabupaten_kota` until it ends; yields the lock to be asked.

    Every write to the registry, every import and every send happens inside one of these, so that a send never
    freezes half
    an edit and an edit never slips in behind a send.
    """
    with transaction.atomic():
        yield _state(_locked_row(kabupaten_kota))


def lock_registry(
    kabupaten_kota: KabupatenKota | str, *, alasan: str, waktu: datetime.datetime, rujukan: str = ""
) -> None:
    """Lock and close every opening. Call inside `registry_write`."""
    row = _locked_row(kabupaten_kota)
    row.terkunci, row.alasan, row.rujukan, row.sejak = True, alasan, rujukan, waktu
    row.save()
    row.sel_terbuka.all().delete()


def unlock_registry(kabupaten_kota: KabupatenKota | str) -> None:
    """Unlock and forget the openings. Call inside `registry_write`."""
    row = _locked_row(kabupaten_kota)
    row.terkunci, row.alasan, row.rujukan, row.sejak = False, "", "", None
    row.save()
    row.sel_terbuka.all().delete()


def open_cells(kabupaten_kota: KabupatenKota | str, alamat: Iterable[Alamat]) -> frozenset[Alamat]:
    """Open each cell with its group; returns what is open now. Call inside `registry_write`."""
    row = _locked_row(kabupaten_kota)
    wanted = frozenset(cell for given in alamat for cell in group_of(given))
    present = _state(row).terbuka
    SelTerbuka.objects.bulk_create(
        SelTerbuka(
            penguncian=row, kode_rusun=cell.kode_rusun, bagian=cell.bagian, baris=cell.baris or None, kolom=cell.kolom
        )
        for cell in sorted(wanted - present)
    )
    return present | wanted
