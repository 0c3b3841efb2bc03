"""What the pages of an isian show: its locations, their cells with old values and remarks. Plain values, no request."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from monitoring.enums import StatusCatatan, StatusIsian
from monitoring.models import Catatan, Isian, Kiriman
from rusun.alamat import Alamat
from rusun.bagian import BAGIAN, TABEL, Bagian, section_of
from rusun.enums import Jenis
from rusun.kelengkapan import Kemajuan, percent_complete, progress_of
from rusun.pemeriksaan import Temuan
from rusun.perbedaan import differences
from rusun.salinan import Lokasi, Registri, cells, units_of
from rusun.sebutan import lone_name, natural, row_name, value_text

from .kiriman import draft_of
from .pemeriksaan import HasilPeriksa, last_verified, weigh


@dataclass(frozen=True)
class Bahan:
    """What is looked at, and what it is compared with."""

    isi: dict[str, Any]
    sebutan: str
    kiriman: Kiriman | None
    sebelumnya: Registri | None
    sebutan_sebelumnya: str
    disahkan: Registri | None
    sebutan_disahkan: str

    @property
    def registri(self) -> Registri:
        return self.isi["rusun"]


def is_with_province(isian: Isian) -> bool:
    """Whether the last kiriman is what is looked at; else the registry as it is being filled in or corrected."""
    return isian.status in (StatusIsian.TERKIRIM, StatusIsian.TERVERIFIKASI)


def content_of(isian: Isian) -> dict[str, Any]:
    """What stands now, in the shape of a kiriman: the last kiriman, or the registry as it is being filled in."""
    last = isian.kiriman.order_by("-nomor").first() if is_with_province(isian) else None
    return json.loads(last.isi) if last else draft_of(isian)


def material_of(isian: Isian) -> Bahan:
    """What stands now, the kiriman before it, and what was verified in the last period. Twelve queries at most."""
    last = list(isian.kiriman.order_by("-nomor")[:2])
    frozen = last[0] if last and is_with_province(isian) else None
    previous = last[1] if frozen and len(last) > 1 else last[0] if last and not frozen else None
    verified = last_verified(isian)
    return Bahan(
        json.loads(frozen.isi) if frozen else draft_of(isian),
        str(frozen) if frozen else "belum dikirim",
        frozen,
        previous.registri if previous else None,
        str(previous) if previous else "",
        verified.registri if verified else None,
        "periode lalu" if verified else "",
    )


def findings_of(isian: Isian, bahan: Bahan, hari_ini: datetime.date) -> HasilPeriksa:
    """What the rules say about what stands now."""
    return weigh(bahan.isi, bahan.disahkan, isian.penjelasan.select_related("pengguna"), hari_ini)


@dataclass(frozen=True)
class LokasiRingkas:
    """One location on the page of an isian."""

    kode: str
    nama: str
    jenis: str
    unit: int
    terhuni: int
    persen: int
    kemajuan: list[Kemajuan]
    catatan: int
    berubah: int | None
    berubah_periode: int | None

    @property
    def persen_teks(self) -> str:
        return f"{self.persen}%"


def locations_of(bahan: Bahan, catatan: Iterable[Catatan]) -> list[LokasiRingkas]:
    """Every location with its progress, open remarks and number of changed cells."""
    remarks = Counter(row.kode_rusun for row in catatan if row.status != StatusCatatan.SELESAI)
    kiriman = _changed(bahan.sebelumnya, bahan.registri)
    periode = _changed(bahan.disahkan, bahan.registri)
    return [
        LokasiRingkas(
            kode, lokasi["identitas"]["nama"], Jenis(lokasi["jenis"]).label, units_of(lokasi).unit,
            units_of(lokasi).terhuni, percent_complete(lokasi), progress_of(lokasi), remarks[kode],
            None if kiriman is None else kiriman[kode], None if periode is None else periode[kode],
        )
        for kode, lokasi in bahan.registri.items()
    ]  # fmt: skip


def _changed(old: Registri | None, new: Registri) -> Counter[str] | None:
    return None if old is None else Counter(row.alamat.kode_rusun for row in differences(old, new))


@dataclass(frozen=True)
class Sel:
    """One cell as a reader sees it."""

    alamat: Alamat
    label: str
    baris: str
    nilai: str
    sebelumnya: str | None
    disahkan: str | None
    catatan: tuple[Catatan, ...]
    baris_baru: bool = False
    """In a row that the state it is compared with does not have."""

    @property
    def berubah(self) -> bool:
        return self.sebelumnya is not None or self.disahkan is not None


@dataclass(frozen=True)
class BarisTampil:
    """One row of a table with its cells, in the order of the columns."""

    alamat: Alamat
    nama: str
    sel: list[Sel]

    @property
    def baru(self) -> bool:
        return self.sel[0].baris_baru


@dataclass(frozen=True)
class BagianTampil:
    """One section with its cells and the remarks on the section, its table, or a whole row."""

    bagian: Bagian
    sel: list[Sel]
    catatan: list[Catatan]
    alamat: Alamat
    alamat_tabel: Alamat | None
    dihapus: list[str]
    """Names of table rows that a former state has and the present one has not."""

    @property
    def polos(self) -> list[Sel]:
        """Cells that stand in no row."""
        return [sel for sel in self.sel if not sel.alamat.baris]

    @property
    def baris(self) -> list[BarisTampil]:
        rows: dict[str, list[Sel]] = {}
        for sel in self.sel:
            if sel.alamat.baris:
                rows.setdefault(sel.alamat.baris, []).append(sel)
        shown = [BarisTampil(row[0].alamat._replace(kolom=""), row[0].baris, row) for row in rows.values()]
        return sorted(shown, key=lambda row: natural(row.nama))

    @property
    def berubah(self) -> int:
        return sum(sel.berubah for sel in self.sel) + len(self.dihapus)

    @property
    def penting(self) -> bool:
        """Whether there is anything to look at: a change, or a remark."""
        return bool(self.berubah or self.catatan or any(sel.catatan for sel in self.sel))


def sections_of(bahan: Bahan, kode: str, catatan: Iterable[Catatan]) -> list[BagianTampil]:
    """Every section of location `kode`, each cell beside its value in the previous kiriman and verified period."""
    lokasi: Lokasi = bahan.registri[kode]
    one: Registri = {kode: lokasi}
    before = _old_values(bahan.sebelumnya, one, kode)
    verified = _old_values(bahan.disahkan, one, kode)
    remarks: dict[Alamat, list[Catatan]] = {}
    for row in catatan:
        if row.kode_rusun == kode:
            remarks.setdefault(row.alamat, []).append(row)
    shown: dict[str, list[Sel]] = {bagian.kode: [] for bagian in BAGIAN}
    for alamat, value in cells(one):
        section = section_of(alamat.bagian)
        assert section is not None
        shown[section.kode].append(
            Sel(
                alamat, lone_name(alamat), row_name(one, alamat), value_text(alamat, value), before.get(alamat),
                verified.get(alamat), tuple(remarks.pop(alamat, ())), _new_row(bahan, alamat),
            )
        )  # fmt: skip
    return [
        BagianTampil(
            bagian,
            shown[bagian.kode],
            [row for alamat, rows in remarks.items() if section_of(alamat.bagian) is bagian for row in rows],
            Alamat(kode, bagian.kode),
            Alamat(kode, bagian.tabel) if bagian.tabel in TABEL or bagian.tabel else None,
            _removed_rows(bahan, kode, bagian.tabel),
        )
        for bagian in BAGIAN
    ]


def _removed_rows(bahan: Bahan, kode: str, tabel: str) -> list[str]:
    if tabel not in TABEL:
        return []
    names: dict[str, str] = {}
    for old in (bahan.disahkan, bahan.sebelumnya):
        for baris in old.get(kode, {}).get(tabel, {}) if old is not None else ():
            if old is not None and baris not in bahan.registri[kode][tabel]:
                names[baris] = row_name(old, Alamat(kode, tabel, baris))
    return sorted(names.values(), key=natural)


def _new_row(bahan: Bahan, alamat: Alamat) -> bool:
    old = [registri for registri in (bahan.disahkan, bahan.sebelumnya) if registri is not None]
    known = [registri.get(alamat.kode_rusun, {}).get(alamat.bagian, {}) for registri in old]
    return bool(alamat.baris and known and alamat.baris not in known[0])


def _old_values(old: Registri | None, one: Registri, kode: str) -> dict[Alamat, str]:
    """The former value, as text, of each cell that differs."""
    if old is None:
        return {}
    former = {kode: old[kode]} if kode in old else {}
    return {row.alamat: value_text(row.alamat, row.sebelum) for row in differences(former, one)}


@dataclass(frozen=True)
class NilaiLama:
    """A former value and where it comes from: `periode lalu`, `Kiriman ke-1`."""

    sebutan: str
    nilai: str


@dataclass(frozen=True)
class Keterangan:
    """What stands beside an input: former values, what the rules say, remarks that are not settled."""

    lama: tuple[NilaiLama, ...] = ()
    temuan: tuple[Temuan, ...] = ()
    catatan: tuple[Catatan, ...] = ()
    baru: bool = False


def notes_of(bahan: Bahan, kode: str, catatan: Iterable[Catatan], temuan: Iterable[Temuan]) -> dict[Alamat, Keterangan]:
    """For each cell of location `kode` that has something to tell: what to show beside its input.

    A row that an earlier state did not have is marked as new, once, instead of an empty old value in each of its cells.
    """
    found: dict[Alamat, list[Temuan]] = {}
    for row in temuan:
        found.setdefault(row.alamat, []).append(row)
    notes: dict[Alamat, Keterangan] = {}
    for bagian in sections_of(bahan, kode, [row for row in catatan if row.status != StatusCatatan.SELESAI]):
        for remark in bagian.catatan:
            if remark.baris:
                notes[remark.alamat] = Keterangan(catatan=(remark,))
        for sel in bagian.sel:
            alamat = sel.alamat
            if sel.baris_baru:
                row_alamat = alamat._replace(kolom="")
                notes[row_alamat] = replace(notes.get(row_alamat, Keterangan()), baru=True)
            old = ((bahan.sebutan_disahkan, sel.disahkan), (bahan.sebutan_sebelumnya, sel.sebelumnya))
            lama = () if sel.baris_baru else tuple(NilaiLama(text, nilai) for text, nilai in old if nilai is not None)
            if lama or sel.catatan or alamat in found:
                notes[alamat] = Keterangan(lama, tuple(found.get(alamat, ())), sel.catatan)
    return notes


FORM_ORDER: dict[str, int] = {
    nama: number for number, bagian in enumerate(BAGIAN) for nama in (bagian.kode, bagian.tabel) if nama
}


def in_form_order(catatan: Iterable[Catatan]) -> list[Catatan]:
    """Remarks by location, then in the order in which the form is filled in."""
    return sorted(catatan, key=lambda row: (row.kode_rusun, FORM_ORDER.get(row.bagian, len(BAGIAN)), row.pk))
