"""The workbench of one kabupaten/kota: everything a verifikator weighs, as plain values. The page only prints it.

Three states stand beside each other: the last verified period, the kiriman before, and what is judged now (the last
kiriman, or the registry while it is being corrected). A handful of queries, whatever the number of locations.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core.display import angka, rupiah
from monitoring.enums import StatusCatatan
from monitoring.models import Catatan, Isian, PenjelasanPeringatan
from rusun.alamat import Alamat
from rusun.angka import AngkaUnit, total
from rusun.bagian import BAGIAN, section_of
from rusun.enums import Tingkat
from rusun.models import Permasalahan, TindakLanjut
from rusun.models.permasalahan import SETTLED
from rusun.pemeriksaan import Temuan
from rusun.perbedaan import Perbedaan, differences
from rusun.salinan import Lokasi, Registri, units_of
from rusun.sebutan import cell_name, lone_name, natural, row_name, value_text

from .pemeriksaan import HasilPeriksa
from .sebutan import Status, status_of_remark
from .tampilan import Bahan


@dataclass(frozen=True)
class AngkaUtama:
    """One main figure in the three states; None where there is no such state or no answer."""

    label: str
    disahkan: int | None
    sebelumnya: int | None
    kini: int | None

    @property
    def selisih(self) -> str:
        """What changed since the last verified period, with its sign; "" when nothing did."""
        if self.disahkan is None or self.kini is None or self.disahkan == self.kini:
            return ""
        return f"{'+' if self.kini > self.disahkan else '-'}{angka(abs(self.kini - self.disahkan))}"


@dataclass(frozen=True)
class Ubahan:
    """One changed cell, or a whole row that came or went. A state that is not compared is None, unanswered is "-"."""

    alamat: Alamat
    baris: str
    sebutan: str
    disahkan: str | None
    sebelumnya: str | None
    kini: str
    catatan: tuple[Catatan, ...]


@dataclass(frozen=True)
class LokasiUbahan:
    """The changes of one location, by section in form order. `catatan_umum` says when the location itself is new."""

    kode: str
    nama: str
    keterangan: str
    bagian: list[tuple[str, list[Ubahan]]]

    @property
    def jumlah(self) -> int:
        return sum(len(rows) for _, rows in self.bagian)


@dataclass(frozen=True)
class PeringatanDijelaskan:
    """A warning with the operator's reason; None when there is none (yet)."""

    temuan: Temuan
    sebutan: str
    penjelasan: PenjelasanPeringatan | None


@dataclass(frozen=True)
class PenghuniLokasi:
    """Residents of one location in figures: what the form says, and how many are recorded by name."""

    nama: str
    terhuni: int
    jumlah_kk: int | None
    jumlah_jiwa: int | None
    tercatat: int


@dataclass(frozen=True)
class MejaKerja:
    """All of the workbench."""

    utama: list[AngkaUtama]
    ubahan: list[LokasiUbahan]
    peringatan: list[PeringatanDijelaskan]
    catatan: list[tuple[Catatan, Status]]
    masalah: list[tuple[str, int]]
    masalah_berat: list[Permasalahan]
    terlambat: list[TindakLanjut]
    penghuni: list[PenghuniLokasi]

    @property
    def tanpa_alasan(self) -> int:
        return sum(row.penjelasan is None for row in self.peringatan)

    @property
    def jumlah_ubahan(self) -> int:
        return sum(row.jumlah for row in self.ubahan)


def build_workbench(
    isian: Isian,
    bahan: Bahan,
    hasil: HasilPeriksa,
    catatan: list[Catatan],
    hari_ini: datetime.date,
) -> MejaKerja:
    """Gather what there is to weigh about `isian`, a handful of queries beyond what is handed in."""
    problems = list(
        Permasalahan.objects.filter(rusun__kabupaten_kota=isian.kabupaten_kota_id, rusun__ditutup_sejak__isnull=True)
        .select_related("kategori", "rusun")
        .order_by("rusun", "kategori")
    )
    severity = Counter(row.tingkat for row in problems)
    return MejaKerja(
        utama=main_figures(bahan),
        ubahan=changes_of(bahan, catatan),
        peringatan=_warnings(bahan.registri, hasil),
        catatan=[(row, status_of_remark(row)) for row in catatan if row.status != StatusCatatan.SELESAI],
        masalah=[(tingkat.label, severity[tingkat.value]) for tingkat in reversed(Tingkat)],
        masalah_berat=[row for row in problems if row.tingkat == Tingkat.BERAT and row.status not in SETTLED],
        terlambat=overdue_follow_ups(isian.kabupaten_kota_id, hari_ini),
        penghuni=[
            PenghuniLokasi(
                lokasi["identitas"]["nama"], units_of(lokasi).terhuni, lokasi["hunian"]["jumlah_kk"],
                lokasi["hunian"]["jumlah_jiwa"], bahan.isi["penghuni_tercatat"].get(kode, 0),
            )
            for kode, lokasi in bahan.registri.items()
        ],
    )  # fmt: skip


def overdue_follow_ups(kabupaten_kota: str, hari_ini: datetime.date) -> list[TindakLanjut]:
    """Follow-ups past their date that are neither done nor handed on, oldest first."""
    return list(
        TindakLanjut.objects.filter(rusun__kabupaten_kota=kabupaten_kota)
        .overdue(hari_ini)
        .select_related("rusun")
        .order_by("batas_waktu", "pk")
    )


def _warnings(registri: Registri, hasil: HasilPeriksa) -> list[PeringatanDijelaskan]:
    """Those without a reason first: they ask for attention."""
    rows: list[tuple[Temuan, PenjelasanPeringatan | None]] = [(temuan, None) for temuan in hasil.tanpa_alasan]
    rows += hasil.dijelaskan
    return [PeringatanDijelaskan(temuan, cell_name(registri, temuan.alamat), reason) for temuan, reason in rows]


# --- main figures ----------------------------------------------------------------------------------------------------

UNIT = (("Unit", "unit"), ("Terhuni", "terhuni"), ("Kosong siap huni", "kosong_siap"),
        ("Kosong rusak", "kosong_rusak"), ("Tidak disewakan", "cadangan"))  # fmt: skip
ORANG = (("Jumlah KK", "jumlah_kk"), ("Jumlah jiwa", "jumlah_jiwa"), ("Daftar tunggu", "daftar_tunggu"))


def main_figures(bahan: Bahan) -> list[AngkaUtama]:
    """The figures of the whole kabupaten/kota in the three states."""
    verified, before, now = (sums_of(registri) for registri in (bahan.disahkan, bahan.sebelumnya, bahan.registri))
    return [AngkaUtama(label, verified.get(label), before.get(label), now[label]) for label, _ in (*UNIT, *ORANG)]


def sums_of(registri: Registri | None) -> dict[str, int | None]:
    """Label of `UNIT` and `ORANG` -> the figure of a whole registry; {} where there is none."""
    if registri is None:
        return {}
    unit: AngkaUnit = total(units_of(lokasi) for lokasi in registri.values())
    sums: dict[str, int | None] = {label: getattr(unit, name) for label, name in UNIT}
    for label, name in ORANG:
        answers = [lokasi["hunian"][name] for lokasi in registri.values() if lokasi["hunian"][name] is not None]
        sums[label] = sum(answers) if answers else None
    return sums


# --- changes ---------------------------------------------------------------------------------------------------------


def changes_of(bahan: Bahan, catatan: Iterable[Catatan]) -> list[LokasiUbahan]:
    """Every location with what differs from the last verified period or the kiriman before; unchanged ones last."""
    remarks: dict[Alamat, list[Catatan]] = {}
    for row in catatan:
        if row.status != StatusCatatan.SELESAI:
            remarks.setdefault(row.alamat, []).append(row)
    old = [registri for registri in (bahan.disahkan, bahan.sebelumnya) if registri is not None]
    rows = [_location(bahan, kode, remarks) for kode in bahan.registri]
    gone = {kode: registri[kode] for registri in old for kode in registri if kode not in bahan.registri}
    rows += [
        LokasiUbahan(kode, row["identitas"]["nama"], "Lokasi ini sudah ditutup.", []) for kode, row in gone.items()
    ]
    return sorted(rows, key=lambda row: not row.jumlah)


def _location(bahan: Bahan, kode: str, remarks: dict[Alamat, list[Catatan]]) -> LokasiUbahan:
    now = bahan.registri[kode]
    verified, before = _state(bahan.disahkan, kode), _state(bahan.sebelumnya, kode)
    keterangan = "Lokasi baru sejak periode lalu." if bahan.disahkan is not None and verified is None else ""
    found: dict[Alamat, Ubahan] = {}
    for old in (verified, before):
        if old is not None:
            for row in _changes(kode, old, now):
                found.setdefault(row, _change(row, verified, before, now, tuple(remarks.get(row, ()))))
    order = {name: number for number, bagian in enumerate(BAGIAN) for name in (bagian.kode, bagian.tabel) if name}
    titles: dict[str, list[Ubahan]] = {}
    named = sorted(found.values(), key=lambda change: (order[change.alamat.bagian], natural(change.baris)))
    for change in named:
        section = section_of(change.alamat.bagian)
        assert section is not None
        titles.setdefault(section.judul, []).append(change)
    return LokasiUbahan(kode, now["identitas"]["nama"], keterangan, list(titles.items()))


def _state(registri: Registri | None, kode: str) -> Lokasi | None:
    return registri.get(kode) if registri is not None else None


def _changes(kode: str, old: Lokasi, now: Lokasi) -> Iterator[Alamat]:
    """Addresses that differ: cells, and once per row those that came or went."""
    seen: set[Alamat] = set()
    for row in differences({kode: old}, {kode: now}):
        alamat = _row_or_cell(row, old, now)
        if alamat not in seen:
            seen.add(alamat)
            yield alamat


def _row_or_cell(row: Perbedaan, old: Lokasi, now: Lokasi) -> Alamat:
    alamat = row.alamat
    whole = alamat.baris and ((alamat.baris in old[alamat.bagian]) != (alamat.baris in now[alamat.bagian]))
    return alamat._replace(kolom="") if whole else alamat


def _change(
    alamat: Alamat, verified: Lokasi | None, before: Lokasi | None, now: Lokasi, catatan: tuple[Catatan, ...]
) -> Ubahan:
    kode = alamat.kode_rusun
    if not alamat.kolom:
        known = next(state for state in (now, before, verified) if state and alamat.baris in state[alamat.bagian])
        name = row_name({kode: known}, alamat)
        sebutan = f"Baris {'baru' if alamat.baris in now[alamat.bagian] else 'dihapus'}: {name}"
    else:
        name = row_name({kode: now}, alamat)
        sebutan = ", ".join(part for part in (name, lone_name(alamat)) if part)
    old = [None if state is None else _cell_text(alamat, state) for state in (verified, before)]
    return Ubahan(alamat, name, sebutan, old[0], old[1], _cell_text(alamat, now), catatan)


def _cell_text(alamat: Alamat, lokasi: Lokasi) -> str:
    if not alamat.kolom:
        return row_text(alamat.bagian, lokasi[alamat.bagian].get(alamat.baris))
    part = lokasi[alamat.bagian]
    return value_text(alamat, (part.get(alamat.baris, {}) if alamat.baris else part).get(alamat.kolom))


def row_text(tabel: str, row: dict[str, Any] | None) -> str:
    """A table row in a few words; "-" when it is not there."""
    if row is None:
        return "-"
    if tabel == "blok":
        return f"{angka(row['jumlah_unit'])} unit, {angka(row['terhuni'])} terhuni"
    if tabel == "tarif":
        return f"{rupiah(row['tarif_bulan'])} per bulan"
    return str(row["uraian"])[:120]
