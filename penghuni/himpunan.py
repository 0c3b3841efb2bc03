"""Sets of households that may be the same, ready to read: lines of the province's list, and one set side by side."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, Max, QuerySet, Value, When

from core import display
from core.models import Pengguna

from .akses import SEALED
from .enums import BuktiGanda
from .ganda import match_waiting
from .models import DugaanGanda, Hunian, Penghuni
from .models.ganda import TERBUKA, DugaanGandaQuerySet
from .models.pencocokan import fold_name

KEMBAR: Final = "Mungkin saudara kembar atau serumah: NIK dan nama berbeda, jadi tetap dua orang."


@dataclass(frozen=True)
class Himpunan:
    """Pairs that hang together, strongest first."""

    kelompok: uuid.UUID
    pasangan: tuple[DugaanGanda, ...]

    @property
    def penghuni(self) -> list[Penghuni]:
        """Each household once, by kabupaten/kota."""
        found = {row.pk: row for pair in self.pasangan for row in (pair.pertama, pair.kedua)}
        return sorted(found.values(), key=lambda row: (row.kabupaten_kota_id, row.nama, row.pk))

    @property
    def bukti(self) -> list[BuktiGanda]:
        """What any two of them have in common, strongest first."""
        return [kind for kind in BuktiGanda if any(kind in pair.bukti for pair in self.pasangan)]

    @property
    def skor(self) -> int:
        return max(pair.skor for pair in self.pasangan)

    @property
    def orang_berbeda(self) -> bool:
        return all(pair.orang_berbeda for pair in self.pasangan)

    @property
    def keadaan(self) -> tuple[str, str]:
        """Label and tone."""
        waiting = [pair for pair in self.pasangan if pair.terbuka]
        if not waiting:
            return "Sudah diputus", "selesai"
        if any(pair.bukti_baru for pair in waiting):
            return "Ada bukti baru", "bahaya"
        more = f" ({display.angka(len(waiting))} pasangan)" if len(self.pasangan) > 1 else ""
        return f"Perlu diputus{more}", "perhatian"


def waiting_sets(pengguna: Pengguna) -> int:
    """How many sets wait for the province, with what was saved until now."""
    match_waiting()
    return DugaanGanda.objects.visible_to(pengguna).open().order_by().values("kelompok").distinct().count()


def sets_in_order(dugaan: DugaanGandaQuerySet) -> QuerySet[DugaanGanda, dict[str, Any]]:
    """The marks of whole sets that a pair of `dugaan` belongs to: those that wait first, the strongest on top."""
    waiting = Max(Case(When(TERBUKA, then="skor"), default=Value(-1)))
    whole: Any = DugaanGanda.objects.filter(kelompok__in=dugaan.order_by().values("kelompok")).order_by()
    sets = whole.values("kelompok").annotate(menunggu=waiting, tertinggi=Max("skor"))
    return sets.order_by("-menunggu", "-tertinggi", "kelompok")


def read_sets(kelompok: Iterable[uuid.UUID]) -> list[Himpunan]:
    """These sets in this order, without any sealed number."""
    wanted = list(kelompok)
    pairs: dict[uuid.UUID, list[DugaanGanda]] = defaultdict(list)
    rows = DugaanGanda.objects.filter(kelompok__in=wanted)
    rows = rows.select_related("pertama__kabupaten_kota", "kedua__kabupaten_kota", "diputus_oleh")
    for row in rows.defer(*(f"{side}__{name}" for side in ("pertama", "kedua") for name in SEALED)):
        pairs[row.kelompok].append(row)
    return [Himpunan(mark, tuple(pairs[mark])) for mark in wanted if mark in pairs]


# --- Side by side -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sel:
    """One value; `sama` when another household of the set has it too."""

    teks: str
    sama: bool


@dataclass(frozen=True)
class _Baris:
    """What is compared: how it reads, and (unless it is only told) what makes two of them equal."""

    label: str
    teks: Callable[[Penghuni], str]
    nilai: Callable[[Penghuni], object] | None = None


def _lives(penghuni: Penghuni) -> str:
    stay = _last_stay(penghuni)
    if stay is None:
        return "Tidak tercatat di unit"
    place = f"{stay.blok.rusun.nama}, {stay.blok.nama}, unit {stay.nomor_unit}"
    return place if stay.selesai is None else f"Sudah keluar dari {place}"


def _since(penghuni: Penghuni) -> str:
    stay = _last_stay(penghuni)
    if stay is None:
        return display.KOSONG
    return f"{display.tanggal(stay.mulai)} - {display.tanggal(stay.selesai) if stay.selesai else 'sekarang'}"


def _last_stay(penghuni: Penghuni) -> Hunian | None:
    """The open one, else the latest."""
    stays = list(penghuni.hunian.all())
    return next((stay for stay in stays if stay.selesai is None), stays[0] if stays else None)


BARIS: Final = (
    _Baris("Nama", lambda row: row.nama, lambda row: fold_name(row.nama)),
    _Baris("NIK", lambda row: display.kosong(row.nik), lambda row: row.nik_sidik),
    _Baris("No KK", lambda row: display.kosong(row.no_kk), lambda row: row.no_kk_sidik),
    _Baris("Tanggal lahir", lambda row: display.tanggal(row.tanggal_lahir), lambda row: row.tanggal_lahir),
    _Baris("Tempat lahir", lambda row: display.kosong(row.tempat_lahir), lambda row: fold_name(row.tempat_lahir)),
    _Baris("Jenis kelamin", lambda row: display.kosong(row.get_jenis_kelamin_display())),
    _Baris("Telepon", lambda row: display.kosong(row.telepon), lambda row: row.telepon_sidik),
    _Baris("Status kawin", lambda row: display.kosong(row.get_status_kawin_display())),
    _Baris("Anggota keluarga", lambda row: display.angka(row.jumlah_anggota)),
    _Baris("Pekerjaan", lambda row: display.kosong(row.get_pekerjaan_display())),
    _Baris("Unit", _lives),
    _Baris("Masa tinggal", _since),
    _Baris("Terakhir diubah", lambda row: display.waktu(row.diubah)),
)


def side_by_side(himpunan: Himpunan) -> tuple[list[Penghuni], list[tuple[str, list[Sel]]]]:
    """The households of a set with every number as its mask, and line by line what they say."""
    order = [row.pk for row in himpunan.penghuni]
    rows = Penghuni.objects.filter(pk__in=order).select_related("kabupaten_kota")
    found = {row.pk: row for row in rows.prefetch_related("hunian__blok__rusun")}
    people = [found[pk] for pk in order]
    return people, [(line.label, _cells(line, people)) for line in BARIS]


def _cells(line: _Baris, people: list[Penghuni]) -> list[Sel]:
    values = [line.nilai(row) if line.nilai else None for row in people]
    times = Counter(values)
    return [Sel(line.teks(row), bool(value) and times[value] > 1) for row, value in zip(people, values, strict=True)]
