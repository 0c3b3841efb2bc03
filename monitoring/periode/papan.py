"""The board of a period: who stands where, who was in time, and how long the province itself takes to answer.

One object. Cards, table, filter and workbook print it and nothing else, so they cannot disagree.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from core.display import lama
from core.models import Pengguna
from monitoring.enums import LABEL_PROVINSI, Gerak, StatusCatatan, StatusIsian
from monitoring.isian.sebutan import Status, status_for
from monitoring.models import Isian, Kiriman, PeriodeMonitoring, RiwayatIsian

from .batas import Batas, batas_of, days_in_words

S = StatusIsian
SENT = (S.TERKIRIM, S.PERLU_PERBAIKAN, S.TERVERIFIKASI)


@dataclass(frozen=True)
class Balasan:
    """One sending and the province's answer to it: `dibalas` is None, and `lama` still runs, while there is none."""

    dikirim: datetime.datetime
    dibalas: datetime.datetime | None
    lama: datetime.timedelta


def replies_of(moves: Iterable[tuple[str, datetime.datetime]], sekarang: datetime.datetime) -> tuple[Balasan, ...]:
    """From the moves of one isian in order: each sending until the first return or verification after it.

    A sending that was withdrawn waited for nobody and is left out.
    """
    replies: list[Balasan] = []
    dikirim = None
    for gerak, waktu in moves:
        if gerak == Gerak.KIRIM:
            dikirim = waktu
        elif gerak == Gerak.TARIK:
            dikirim = None
        elif gerak in (Gerak.KEMBALIKAN, Gerak.VERIFIKASI) and dikirim is not None:
            replies.append(Balasan(dikirim, waktu, _between(dikirim, waktu)))
            dikirim = None
    if dikirim is not None:
        replies.append(Balasan(dikirim, None, _between(dikirim, sekarang)))
    return tuple(replies)


def _between(since: datetime.datetime, until: datetime.datetime) -> datetime.timedelta:
    """Never negative, even where a server's clock was set back."""
    return max(until - since, datetime.timedelta())


@dataclass(frozen=True)
class WaktuJawab:
    """How long the province takes: over every sending, those still waiting counted with their time so far."""

    kiriman: int
    menunggu: int
    median: datetime.timedelta | None

    @property
    def teks(self) -> str:
        """The median in words. One sending is no average: it says so."""
        if self.kiriman == 0 or self.median is None:
            return "-"
        return lama(self.median) if self.kiriman > 1 else "baru 1 kiriman"

    @property
    def keterangan(self) -> str:
        """What the figure rests on."""
        if self.kiriman == 0 or self.median is None:
            return "Belum ada kiriman."
        if self.kiriman == 1:
            return f"{lama(self.median)}{', masih menunggu' if self.menunggu else ''}."
        waiting = f", {self.menunggu} masih menunggu" if self.menunggu else ""
        return f"Median dari {self.kiriman} kiriman{waiting}."


def reply_time(balasan: Iterable[Balasan]) -> WaktuJawab:
    rows = list(balasan)
    middle = datetime.timedelta(seconds=median(row.lama.total_seconds() for row in rows)) if rows else None
    return WaktuJawab(len(rows), sum(row.dibalas is None for row in rows), middle)


@dataclass(frozen=True)
class BarisPapan:
    """One invited kabupaten/kota. `terlambat` is None until something was sent."""

    kode: str
    nama: str
    status: str
    label: Status
    terlambat: bool | None
    batas: Batas | None
    sisa_hari: int | None
    pengecualian_sampai: datetime.date | None
    pengecualian_alasan: str
    kiriman: int | None
    dikirim_pada: datetime.datetime | None
    catatan_terbuka: int
    catatan_dijawab: int
    verifikator: str
    balasan: tuple[Balasan, ...]
    url: str

    @property
    def sisa(self) -> str:
        """Until the deadline, in words; "" where none runs."""
        return "" if self.sisa_hari is None else days_in_words(self.sisa_hari)

    @property
    def waktu_jawab(self) -> str:
        """How long the province took to answer the last sending; a clock that still runs says so."""
        if not self.balasan:
            return ""
        last = self.balasan[-1]
        return f"dijawab dalam {lama(last.lama)}" if last.dibalas else f"menunggu {lama(last.lama)}"

    @property
    def sela(self) -> str:
        """What stands below the state: late, remarks."""
        parts = ["terlambat"] if self.terlambat else []
        parts += [
            f"{n} catatan {kata}"
            for n, kata in ((self.catatan_terbuka, "terbuka"), (self.catatan_dijawab, "dijawab"))
            if n
        ]
        return ", ".join(parts)

    @property
    def ketepatan(self) -> str:
        if self.terlambat is None:
            return ""
        return "terlambat" if self.terlambat else "tepat waktu"


@dataclass(frozen=True)
class Saringan:
    """A group of rows that has a card, a filter and a definition."""

    label: str
    arti: str
    termasuk: Callable[[BarisPapan], bool]


def _in_state(status: str) -> Callable[[BarisPapan], bool]:
    return lambda baris: baris.status == status


SARINGAN: dict[str, Saringan] = {
    S.BELUM_MULAI: Saringan(
        LABEL_PROVINSI[S.BELUM_MULAI], "Diundang, belum menekan Mulai mengisi.", _in_state(S.BELUM_MULAI)
    ),
    S.DIISI: Saringan(
        LABEL_PROVINSI[S.DIISI], "Sudah mulai, belum mengirim; termasuk yang menarik kembali kirimannya.",
        _in_state(S.DIISI),
    ),
    S.TERKIRIM: Saringan(
        LABEL_PROVINSI[S.TERKIRIM], "Sudah dikirim, menunggu diperiksa provinsi.", _in_state(S.TERKIRIM)
    ),
    S.PERLU_PERBAIKAN: Saringan(
        LABEL_PROVINSI[S.PERLU_PERBAIKAN], "Dikembalikan provinsi dengan catatan, belum dikirim lagi.",
        _in_state(S.PERLU_PERBAIKAN),
    ),
    S.TERVERIFIKASI: Saringan(
        LABEL_PROVINSI[S.TERVERIFIKASI], "Kirimannya sudah disahkan.", _in_state(S.TERVERIFIKASI)
    ),
    "belum_mengirim": Saringan(
        "Belum mengirim", "Belum mulai atau sedang diisi.", lambda baris: baris.terlambat is None
    ),
    "tepat_waktu": Saringan(
        "Tepat waktu", "Kiriman pertama sampai paling lambat pada batas waktu.", lambda baris: baris.terlambat is False
    ),
    "terlambat": Saringan(
        "Terlambat", "Kiriman pertama sesudah batas waktu, juga bila dikecualikan.",
        lambda baris: baris.terlambat is True,
    ),
    "lewat_batas": Saringan(
        "Lewat batas", "Batas waktu atau batas jawaban sudah lewat dan belum dikirim.",
        lambda baris: baris.sisa_hari is not None and baris.sisa_hari < 0,
    ),
}  # fmt: skip
"""The first five are the states and add up to all; the others look at the same rows from another side."""

ARTI_WAKTU_JAWAB = (
    "Dari setiap kiriman sampai provinsi mengembalikan atau memverifikasinya. Yang belum dijawab dihitung sampai "
    "sekarang; yang ditarik kembali tidak dihitung. Per baris: kiriman terakhir. Median: tengah dari semua kiriman."
)


@dataclass(frozen=True)
class Papan:
    """The whole board as seen at `waktu`."""

    slug: str
    judul: str
    status: str
    waktu: datetime.datetime
    contoh: bool
    baris: tuple[BarisPapan, ...]
    waktu_jawab: WaktuJawab

    def rows_in(self, kode: str) -> tuple[BarisPapan, ...]:
        """The rows of one entry of `SARINGAN`; all rows when there is no such entry."""
        group = SARINGAN.get(kode)
        return self.baris if group is None else tuple(baris for baris in self.baris if group.termasuk(baris))

    @property
    def hitungan(self) -> dict[str, int]:
        """How many rows each entry of `SARINGAN` holds."""
        return {kode: len(self.rows_in(kode)) for kode in SARINGAN}


def build_papan(periode: PeriodeMonitoring, pengguna: Pengguna, waktu: datetime.datetime) -> Papan:
    """The board of `periode` at `waktu` with the rows `pengguna` may see. Two queries."""
    last = Kiriman.objects.filter(isian=OuterRef("pk")).order_by("-nomor")
    rows = (
        Isian.objects.visible_to(pengguna)
        .filter(periode=periode)
        .select_related("kabupaten_kota", "verifikator")
        .annotate(
            nomor=Subquery(last.values("nomor")[:1]),
            dikirim_pada=Subquery(last.values("dikirim_pada")[:1]),
            terbuka=Count("catatan", filter=Q(catatan__status=StatusCatatan.TERBUKA)),
            dijawab=Count("catatan", filter=Q(catatan__status=StatusCatatan.DIJAWAB)),
        )
        .order_by("kabupaten_kota")
    )
    moves: dict[int, list[tuple[str, datetime.datetime]]] = {}
    history = RiwayatIsian.objects.visible_to(pengguna).filter(isian__periode=periode)
    for isian, gerak, saat in history.values_list("isian", "gerak", "waktu"):
        moves.setdefault(isian, []).append((gerak, saat))
    until = periode.ditetapkan_pada or waktu
    baris = tuple(_line(row, periode, pengguna, replies_of(moves.get(row.pk, ()), until), waktu) for row in rows)
    return Papan(
        periode.slug, periode.judul, periode.get_status_display(), waktu, periode.contoh, baris,
        reply_time(reply for line in baris for reply in line.balasan),
    )  # fmt: skip


def _line(
    isian: Isian, periode: PeriodeMonitoring, pengguna: Pengguna, balasan: tuple[Balasan, ...], waktu: datetime.datetime
) -> BarisPapan:
    isian.periode = periode
    batas = batas_of(isian)
    return BarisPapan(
        kode=isian.kabupaten_kota_id,
        nama=isian.kabupaten_kota.nama,
        status=isian.status,
        label=status_for(isian, pengguna),
        terlambat=isian.terlambat if isian.status in SENT else None,
        batas=batas,
        sisa_hari=None if batas is None else batas.days_left(timezone.localdate(waktu)),
        pengecualian_sampai=isian.pengecualian_sampai,
        pengecualian_alasan=isian.pengecualian_alasan,
        kiriman=isian.nomor,  # type: ignore[attr-defined]
        dikirim_pada=isian.dikirim_pada,  # type: ignore[attr-defined]
        catatan_terbuka=isian.terbuka,  # type: ignore[attr-defined]
        catatan_dijawab=isian.dijawab,  # type: ignore[attr-defined]
        verifikator=str(isian.verifikator or ""),
        balasan=balasan,
        url=isian.get_absolute_url(),
    )
