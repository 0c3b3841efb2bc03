"""Which rules of the home-ownership programmes hold on a day, as plain values with a version.

The tables say `2021` where a source says no more: such a rule may have begun on any day of 2021. On a day inside that
doubt every rule that may hold counts, and a criterion is only met when it is met under all of them.
"""

from __future__ import annotations

import calendar
import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from .models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan, VersiAturan
from .models.ketentuan import Terverifikasi

TAPAK: Final = "tapak"
EDISI: Final = 1
"""Counts on when the meaning of a criterion in `penghuni.kriteria` changes: then every result is out of date."""


@dataclass(frozen=True)
class Batas:
    """An income cap of MBR, rupiah per month; None where the rule names none. `terverifikasi`: as in the table."""

    dasar_hukum: str
    belum_kawin: int | None
    kawin: int | None
    tapera: int | None
    terverifikasi: str
    sumber: str
    catatan: str


@dataclass(frozen=True)
class Harga:
    """The highest price of a subsidised house, rupiah."""

    harga_maks: int
    dasar_hukum: str
    sumber: str


@dataclass(frozen=True)
class Skema:
    """A scheme and the codes of its criteria. `bunga` is per cent a year as text, `tenor` in years."""

    kode: str
    nama: str
    syarat: tuple[str, ...]
    bunga: str
    tenor: int | None
    penghasilan_mulai: int | None
    penghasilan_hingga: int | None
    sumber: str
    asal: str = ""
    """The code of the first scheme of its line; "" when it took no other one's place."""


@dataclass(frozen=True)
class Aturan:
    """The rules of one day. `penghasilan` holds every cap that may be in force; usually one."""

    tanggal: datetime.date
    penghasilan: tuple[Batas, ...]
    harga: Harga | None
    skema: tuple[Skema, ...]
    catatan: tuple[str, ...]

    @property
    def nama_skema(self) -> dict[str, str]:
        """The names of the schemes by their codes."""
        return {skema.kode: skema.nama for skema in self.skema}

    @property
    def isi(self) -> dict[str, Any]:
        """Everything but the day, fit for JSON."""
        told = asdict(self)
        del told["tanggal"]
        for skema in told["skema"]:
            if not skema["asal"]:
                del skema["asal"]  # versions recorded before lines were known stay what they are
        return {"edisi": EDISI, **json.loads(json.dumps(told))}

    @property
    def versi(self) -> str:
        """The same rules have the same version, whatever day they were asked for. 12 hex figures."""
        text = json.dumps(self.isi, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def rules_on(tanggal: datetime.date) -> Aturan:
    """The rules of `tanggal`, three queries. Whatever a table does not know is absent; nothing is filled in."""
    caps = list(BatasPenghasilan.objects.in_use().order_by("berlaku_mulai", "dasar_hukum"))
    unread = [row for row in caps if row.terverifikasi == Terverifikasi.TIDAK and _may_hold(row, tanggal)]
    schemes = {row.kode: row for row in SkemaKepemilikan.objects.order_by("kode")}
    return Aturan(
        tanggal,
        tuple(map(_batas, _in_force([row for row in caps if row.terverifikasi != Terverifikasi.TIDAK], tanggal))),
        _price_on(tanggal),
        tuple(
            _skema(row, first_of_line(row, schemes))
            for row in schemes.values()
            if row.aktif and earliest(row.aktif_dari) <= tanggal <= latest(row.aktif_sampai)
        ),
        tuple(f"{row.dasar_hukum}: {row.catatan}" for row in unread),
    )


def rules_today() -> Aturan:
    """The rules that hold now."""
    return rules_on(timezone.localdate())


def _in_force(rows: list[BatasPenghasilan], tanggal: datetime.date) -> list[BatasPenghasilan]:
    """Rules that may hold on `tanggal`: begun, not ended, and not surely followed by a later one.

    Whatever was followed stays so: when the later rule ends, the one before it does not come back.
    """
    certain = [row for row in rows if latest(row.berlaku_mulai) <= tanggal]
    return [
        row
        for row in rows
        if _may_hold(row, tanggal)
        and not any(earliest(later.berlaku_mulai) > latest(row.berlaku_mulai) for later in certain)
    ]


def _may_hold(row: BatasPenghasilan, tanggal: datetime.date) -> bool:
    return earliest(row.berlaku_mulai) <= tanggal <= latest(row.berlaku_sampai)


def _price_on(tanggal: datetime.date) -> Harga | None:
    """The price that began last; none once it has ended: what it followed does not come back."""
    rows = BatasHargaRumah.objects.in_use().filter(jenis=TAPAK, tahun_mulai__lte=tanggal.year)
    row = rows.order_by("-tahun_mulai").first()
    if row is None or (row.tahun_sampai is not None and row.tahun_sampai < tanggal.year):
        return None
    return Harga(row.harga_maks, row.dasar_hukum, row.sumber)


def _batas(row: BatasPenghasilan) -> Batas:
    return Batas(
        row.dasar_hukum, row.batas_belum_kawin, row.batas_kawin, row.batas_tapera, row.terverifikasi, row.sumber,
        row.catatan,
    )  # fmt: skip


def first_of_line(row: SkemaKepemilikan, schemes: Mapping[str, SkemaKepemilikan]) -> str:
    """The code of the scheme that `row` goes back to; its own when it took no other one's place."""
    while row.menggantikan_id is not None:
        row = schemes[row.menggantikan_id]
    return row.kode


def replaceable(row: SkemaKepemilikan) -> QuerySet[SkemaKepemilikan]:
    """The schemes in use whose place `row` may take: nobody in use took it yet, and they do not go back to `row`."""
    schemes = {other.kode: other for other in SkemaKepemilikan.objects.all()}
    taken = {other.menggantikan_id for other in schemes.values() if other.aktif and other.kode != row.kode}
    free = [kode for kode in schemes if kode not in taken and first_of_line(schemes[kode], schemes) != row.kode]
    return SkemaKepemilikan.objects.filter(pk__in=free, aktif=True)


def _skema(row: SkemaKepemilikan, asal: str) -> Skema:
    return Skema(
        row.kode, row.nama, tuple(code for code in row.syarat.split(";") if code),
        "" if row.bunga_persen is None else f"{row.bunga_persen.normalize():f}", row.tenor_tahun,
        row.penghasilan_mulai, row.penghasilan_hingga, row.sumber, "" if asal == row.kode else asal,
    )  # fmt: skip


def earliest(text: str) -> datetime.date:
    """The first day that `2021`, `2021-05` or `2021-05-03` can mean; "" is the beginning of time."""
    if not text:
        return datetime.date.min
    year, month, day = ([int(part) for part in text.split("-")] + [1, 1])[:3]
    return datetime.date(year, month, day)


def latest(text: str) -> datetime.date:
    """The last day that `2021`, `2021-05` or `2021-05-03` can mean; "" is the end of time."""
    if not text:
        return datetime.date.max
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return datetime.date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def record_version(aturan: Aturan) -> VersiAturan:
    """The stored version of `aturan`, made on first use. From now on it is the one in use (`dipakai_sejak`)."""
    last = VersiAturan.objects.order_by("-dipakai_sejak").first()
    if last is not None and last.kode == aturan.versi:
        return last
    now = timezone.now()
    first_use = {"tanggal": aturan.tanggal, "isi": aturan.isi, "dicatat_pada": now, "dipakai_sejak": now}
    row, new = VersiAturan.objects.get_or_create(kode=aturan.versi, defaults=first_use)
    if not new:
        row.dipakai_sejak = now
        row.save(update_fields=["dipakai_sejak"])
    return row


def read_version(row: VersiAturan) -> Aturan:
    """The rules as they were when `row` was recorded."""
    isi = row.isi
    return Aturan(
        row.tanggal,
        tuple(Batas(**batas) for batas in isi["penghasilan"]),
        Harga(**isi["harga"]) if isi["harga"] else None,
        tuple(Skema(**{**skema, "syarat": tuple(skema["syarat"])}) for skema in isi["skema"]),
        tuple(isi["catatan"]),
    )


# --- Editing the tables -----------------------------------------------------------------------------------------------

Ketentuan = BatasPenghasilan | BatasHargaRumah | SkemaKepemilikan


def span_of(row: Ketentuan) -> tuple[datetime.date, datetime.date]:
    """The first and the last day on which a rule may hold."""
    if isinstance(row, BatasHargaRumah):
        last = datetime.date.max if row.tahun_sampai is None else datetime.date(row.tahun_sampai, 12, 31)
        return datetime.date(row.tahun_mulai, 1, 1), last
    if isinstance(row, SkemaKepemilikan):
        return earliest(row.aktif_dari), latest(row.aktif_sampai)
    return earliest(row.berlaku_mulai), latest(row.berlaku_sampai)


def is_used(row: Ketentuan) -> bool:
    """Whether somebody was screened under the rule, or a recorded version of the rules holds it."""
    recorded = VersiAturan.objects.values_list("isi", flat=True)
    if isinstance(row, SkemaKepemilikan):
        return any(row.kode == told["kode"] for isi in recorded for told in isi["skema"])
    if isinstance(row, BatasPenghasilan):
        return any(row.dasar_hukum == told["dasar_hukum"] for isi in recorded for told in isi["penghasilan"])
    prices = [isi["harga"] for isi in recorded if isi["harga"]]
    return any((row.dasar_hukum, row.harga_maks) == (told["dasar_hukum"], told["harga_maks"]) for told in prices)


def overlapping(row: Ketentuan) -> Ketentuan | None:
    """A rule in the table that `row` must not stand beside, or None.

    A cap whose end is open is followed by a later one of the same region, and so is a price. Beyond that no two of them
    may hold on the same day; a cap that is not verified does not count. Schemes stand side by side, each a way of its
    own, but of one line only one is open on a day.
    """
    if isinstance(row, SkemaKepemilikan):
        return _open_beside(row)
    if isinstance(row, BatasPenghasilan) and row.terverifikasi == Terverifikasi.TIDAK:
        return None
    others: list[Ketentuan]
    if isinstance(row, BatasHargaRumah):
        others = list(BatasHargaRumah.objects.beside(row).filter(jenis=row.jenis))
    else:
        others = list(BatasPenghasilan.objects.beside(row).exclude(terverifikasi=Terverifikasi.TIDAK))
    return next((other for other in others if _collide(row, other)), None)


def _open_beside(row: SkemaKepemilikan) -> SkemaKepemilikan | None:
    schemes = {other.kode: other for other in SkemaKepemilikan.objects.order_by("kode")}
    schemes[row.kode] = row
    (begin, end), line = span_of(row), first_of_line(row, schemes)
    for other in schemes.values():
        if other is not row and other.aktif and first_of_line(other, schemes) == line:
            first, last = span_of(other)
            if begin <= last and first <= end:
                return other
    return None


def _collide(one: Ketentuan, two: Ketentuan) -> bool:
    first, second = sorted((span_of(one), span_of(two)))
    if first[0] == second[0]:
        return True
    return first[1] != datetime.date.max and second[0] <= first[1]
