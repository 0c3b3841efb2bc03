"""The tables of a recap as rows of values: what page, PDF and workbook print alike, in one order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from core.display import angka
from rusun.enums import Jenis
from rusun.forms import SEMUA

from .build import PENGHUNI, BarisRekap, Jumlah, LokasiRekap, Rekap, TindakRekap, percent

KOLOM = ("Lokasi", "Tower", "Unit", "Terhuni", "Kosong siap", "Kosong rusak", "Tidak disewakan", "Persen terhuni")


def figures(jumlah: Jumlah | None) -> tuple[object, ...]:
    """The figures of one line in the order of `KOLOM`; all None while nothing was sent."""
    if jumlah is None:
        return (None,) * len(KOLOM)
    return (
        jumlah.lokasi,
        jumlah.tower,
        jumlah.unit,
        jumlah.terhuni,
        jumlah.kosong_siap,
        jumlah.kosong_rusak,
        jumlah.cadangan,
        jumlah.persen_terhuni,
    )


def lines_of(rekap: Rekap, jenis: str) -> list[tuple[BarisRekap, Jumlah | None]]:
    """Lines of one kind of location. Rusus: only kabupaten/kota that have any."""
    if jenis == "rusun":
        return [(baris, baris.rusun) for baris in rekap.baris]
    return [(baris, baris.rusus) for baris in rekap.baris if baris.rusus is not None and baris.rusus.lokasi]


def sites_of(rekap: Rekap, jenis: str) -> list[LokasiRekap]:
    """Locations of one kind, one by one."""
    return [lokasi for lokasi in rekap.lokasi if lokasi.jenis == jenis]


@dataclass(frozen=True)
class Tabel:
    """A small table that page, PDF and workbook print alike. Whole numbers and Decimal percentages are values."""

    lembar: str
    judul: str
    kepala: tuple[str, ...]
    baris: tuple[tuple[object, ...], ...]
    jumlah: tuple[object, ...] | None = None
    keterangan: str = ""
    saringan: tuple[str, ...] = ()  # per line the query that leads to the rows behind it (`saring.py`)
    tautan: tuple[str, ...] = ()  # per line the page that holds the rows behind it, where it is another one

    @property
    def berangka(self) -> tuple[bool, ...]:
        """Which columns hold figures: those stand to the right."""
        sample = self.baris[0] if self.baris else self.kepala
        return tuple(isinstance(value, int | Decimal) for value in sample)

    @property
    def lebar(self) -> bool:
        """Whether it needs the whole width, where others stand in twos."""
        return len(self.kepala) > 5

    @property
    def judul_kolom(self) -> list[tuple[str, bool]]:
        return list(zip(self.kepala, self.berangka, strict=True))

    @property
    def isi(self) -> list[tuple[list[tuple[object, bool]], str, str]]:
        """Rows of (value, whether its column holds figures), with the query and the page of the rows behind or ""."""
        cells = [list(zip(row, self.berangka, strict=True)) for row in self.baris]
        none = ("",) * len(cells)
        return list(zip(cells, self.saringan or none, self.tautan or none, strict=True))

    @property
    def isi_jumlah(self) -> list[tuple[object, bool]]:
        return list(zip(self.jumlah or (), self.berangka, strict=False))


def small_tables(rekap: Rekap) -> list[Tabel]:
    """What is known beside the main figures: what keeps units empty, people, queues, support, follow-ups."""
    kosong, units = rekap.jumlah.kosong, {butir.kode: butir.jumlah for butir in rekap.anatomi}
    return [
        Tabel(
            "Anatomi", "Unit kosong menurut halangannya", ("Kelompok", "Unit", "Bagian"),
            tuple((b.label, b.jumlah, percent(b.jumlah, kosong)) for b in rekap.anatomi),
            ("JUMLAH tidak terhuni", kosong, percent(kosong, kosong)),
            saringan=tuple(f"anatomi={b.kode}" if b.jumlah else "" for b in rekap.anatomi),
        ),
        Tabel(
            "Penghuni", "Penghuni dan antrean rusun", ("Hal", "Jumlah"),
            tuple((label, getattr(rekap, hal)) for hal, label in PENGHUNI),
            saringan=tuple(f"penghuni={hal}" if getattr(rekap, hal) else "" for hal, _ in PENGHUNI),
        ),
        Tabel(
            "Potensi", "Unit yang dapat dipakai", ("Keadaan", "Unit"),
            (
                ("Siap huni sekarang", units["siap"]), ("Bertambah setelah rehabilitasi", units["rehab"]),
                ("Bertambah setelah urusan aset, PSU, atau regulasi selesai", units["aset"]),
                ("Dapat kosong bila KK yang berminat pindah ke rumah sendiri", rekap.minat_punya_rumah),
            ),
            None, "Baris terakhir adalah perkiraan: satu KK satu unit.",
            (
                *(f"anatomi={kode}" if units[kode] else "" for kode in ("siap", "rehab", "aset")),
                "penghuni=minat_punya_rumah" if rekap.minat_punya_rumah else "",
            ),
        ),
        Tabel(
            "Dukungan", "Dukungan yang diminta", ("Pihak", "Lokasi"),
            tuple((b.label, b.jumlah) for b in rekap.dukungan),
            saringan=tuple(f"dukungan={b.kode}" if b.jumlah else "" for b in rekap.dukungan),
        ),
        Tabel(
            "Tindak lanjut", "Tindak lanjut menurut penanggung jawab",
            ("Penanggung jawab", "Selesai", "Berjalan", "Lewat batas", "Jumlah"),
            tuple((t.pihak, t.selesai, t.berjalan, t.lewat, t.jumlah) for t in rekap.tindak_lanjut),
            ("JUMLAH", *(sum(column) for column in zip(
                *((t.selesai, t.berjalan, t.lewat, t.jumlah) for t in rekap.tindak_lanjut), strict=True))),
            "Keadaan saat dokumen dibuat.",
            tautan=tuple(_follow_ups_page(rekap, t) if t.jumlah else "" for t in rekap.tindak_lanjut),
        ),
        *([] if rekap.kode_daerah else [_queues(rekap)]),
        *([_programme(rekap)] if rekap.calon else []),
        most_ready(rekap),
    ]  # fmt: skip


def most_ready(rekap: Rekap) -> Tabel:
    """Where most units could be lived in now."""
    return Tabel(
        "Siap terbanyak", "Lokasi dengan unit siap huni terbanyak",
        ("Lokasi", "Kabupaten/kota", "Siap huni sekarang", "Daftar tunggu"),
        tuple((row.nama, row.nama_daerah, row.anatomi["siap"], row.daftar_tunggu) for row in rekap.siap_terbanyak),
        tautan=tuple(reverse("rusun:detail", args=[row.kode]) for row in rekap.siap_terbanyak),
    )  # fmt: skip


def _follow_ups_page(rekap: Rekap, tindak: TindakRekap) -> str:
    query = {"penanggung_jawab": tindak.kode, "status": SEMUA, "kabupaten_kota": rekap.kode_daerah}
    return reverse("rusun:tindak_lanjut_daftar", query={name: value for name, value in query.items() if value})


def _programme(rekap: Rekap) -> Tabel:
    """Residents on their way to an own home, beside those who wait for their units and for a home."""
    lines = [
        (row.berjalan, row.diusulkan, row.mendapat_rumah, row.unit_akan_kosong, row.daftar_tunggu, row.siap_huni)
        for row in rekap.calon
    ]
    known = [row for row in rekap.backlog if row.wilayah == rekap.wilayah][-1:]
    backlog = "".join(f" Backlog {row.wilayah} {row.tahun}: {angka(row.jumlah)} ({row.definisi})." for row in known)
    return Tabel(
        "Program rumah", "Calon peserta program dan unit yang akan kosong",
        ("Kabupaten/kota", "Calon berjalan", "Diusulkan", "Mendapat rumah", "Unit yang akan kosong", "Daftar tunggu",
         "Siap huni sekarang"),
        tuple((row.wilayah, *line) for row, line in zip(rekap.calon, lines, strict=True)),
        ("JUMLAH", *map(sum, zip(*lines, strict=True))),
        f"Calon dan unit yang akan kosong: keadaan saat dokumen dibuat.{backlog}",
    )  # fmt: skip


def _queues(rekap: Rekap) -> Tabel:
    """Who waits, beside what could be lived in now, per kabupaten/kota that has either."""
    rows, saringan = [], []
    for baris in rekap.baris:
        rusun = [lokasi for lokasi in baris.lokasi if lokasi.jenis == Jenis.RUSUN]
        waiting, ready = sum(row.daftar_tunggu for row in rusun), sum(row.anatomi["siap"] for row in rusun)
        if waiting or ready:
            rows.append((baris.nama, waiting, ready))
            saringan.append(f"daerah={baris.kode}")
    ready = sum(butir.jumlah for butir in rekap.anatomi if butir.kode == "siap")
    return Tabel(
        "Antrean", "Daftar tunggu dan unit siap huni", ("Kabupaten/kota", "Daftar tunggu", "Siap huni sekarang"),
        tuple(rows), ("JUMLAH", rekap.daftar_tunggu, ready), saringan=tuple(saringan),
    )  # fmt: skip
