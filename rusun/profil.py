"""One location as it stands, ready to read. The page of the registry and the profile on paper show this object alike.

Residents stand here in figures only: this module knows no names.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from .alamat import Alamat
from .angka import AngkaUnit
from .bagian import BAGIAN, PROFIL_KELOMPOK, Bagian
from .daftar import BarisTindak, Masalah
from .enums import Tingkat
from .kelengkapan import Kemajuan, percent_complete, progress_of
from .models import Blok, Lampiran, Rusun, Tarif
from .models.permasalahan import SETTLED
from .salinan import Lokasi, location_of, units_of
from .sebutan import field_name, section_rows


@dataclass(frozen=True)
class BagianProfil:
    """The plain fields of one section: label and text of what is answered, the labels of what is not."""

    bagian: Bagian
    terisi: tuple[tuple[str, str], ...]
    belum_diisi: tuple[str, ...]


@dataclass(frozen=True)
class Sebaran:
    """Units or KK by one trait; a figure is None while it is not answered."""

    judul: str
    baris: tuple[tuple[str, int | None], ...]

    @property
    def jumlah(self) -> int:
        return sum(jumlah or 0 for _, jumlah in self.baris)


@dataclass(frozen=True)
class Profil:
    """Everything a reader may know about a location."""

    rusun: Rusun
    angka: AngkaUnit
    kemajuan: tuple[Kemajuan, ...]
    persen_lengkap: int
    bagian: tuple[BagianProfil, ...]
    blok: tuple[Blok, ...]
    sebab_kosong: Sebaran
    tarif: tuple[Tarif, ...]
    penghuni: tuple[Sebaran, ...]
    permasalahan: tuple[Masalah, ...]
    kesepakatan: tuple[BarisTindak, ...]  # follow-ups of no problem
    lampiran: tuple[Lampiran, ...]

    @property
    def masalah_berat(self) -> int:
        """Severe ones still to be settled."""
        return sum(row.baris.tingkat == Tingkat.BERAT and row.baris.status not in SETTLED for row in self.permasalahan)

    @property
    def tindak_lewat_batas(self) -> int:
        about_problems = (tindak for row in self.permasalahan for tindak in row.tindak_lanjut)
        return sum(tindak.lewat_hari > 0 for tindak in (*about_problems, *self.kesepakatan))


def build_profil(rusun: Rusun, hari_ini: datetime.date) -> Profil:
    """The profile of `rusun` (from `Rusun.objects.with_rows()`); four queries more, whatever the number of rows."""
    lokasi = location_of(rusun)
    in_force = Lampiran.objects.current().select_related("diubah_oleh").order_by("diubah")
    follow_ups: dict[UUID | None, list[BarisTindak]] = defaultdict(list)
    for row in rusun.tindak_lanjut.prefetch_related(Prefetch("bukti", in_force, to_attr="bukti_berlaku")):
        follow_ups[row.permasalahan_id].append(BarisTindak(row, hari_ini))
    return Profil(
        rusun=rusun,
        angka=units_of(lokasi),
        kemajuan=tuple(progress_of(lokasi)),
        persen_lengkap=percent_complete(lokasi),
        bagian=tuple(_section(lokasi, bagian) for bagian in BAGIAN),
        blok=tuple(rusun.blok.all()),
        sebab_kosong=_causes(lokasi),
        tarif=tuple(rusun.tarif.all()),
        penghuni=tuple(_residents(lokasi)),
        permasalahan=tuple(
            Masalah(row, tuple(follow_ups[row.pk])) for row in rusun.permasalahan.select_related("kategori")
        ),
        kesepakatan=tuple(follow_ups[None]),
        lampiran=tuple(rusun.lampiran.of_location().current()),
    )


def _section(lokasi: Lokasi, bagian: Bagian) -> BagianProfil:
    """A box that is not ticked says nothing: neither an answer nor a gap."""
    rows = [row for row in section_rows(lokasi, bagian) if row[1] is not False]
    return BagianProfil(
        bagian,
        tuple((label, text) for label, value, text in rows if value not in (None, "")),
        tuple(label for label, value, _ in rows if value in (None, "")),
    )


def _causes(lokasi: Lokasi) -> Sebaran:
    """Only causes that leave units empty."""
    stated = ((kolom, jumlah) for kolom, jumlah in lokasi["sebab_kosong"].items() if jumlah)
    names = ((field_name(Alamat(lokasi["kode"], "sebab_kosong", "", kolom)), jumlah) for kolom, jumlah in stated)
    return Sebaran("Sebab unit tidak terhuni", tuple(names))


def _residents(lokasi: Lokasi) -> Iterable[Sebaran]:
    """Only traits of which something is known."""
    for judul, columns in PROFIL_KELOMPOK:
        values = [(kolom, lokasi["profil_penghuni"][kolom]) for kolom in columns]
        if any(jumlah is not None for _, jumlah in values):
            names = [(field_name(Alamat(lokasi["kode"], "profil_penghuni", "", kolom)), n) for kolom, n in values]
            yield Sebaran(judul, tuple(names))
