"""The tables of a recap as rows of values: what page, PDF and workbook print alike, in one order."""

from __future__ import annotations

from .build import BarisRekap, Jumlah, LokasiRekap, Rekap

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
