"""The charts of a recap: the same drawings on the page and on paper, each with the table that tells the same."""

from __future__ import annotations

from decimal import Decimal

from core.display import desimal
from core.grafik import Grafik, Langkah, Tile, bars, compared, grouped, short_name, stacked, tile_map
from core.models import KabupatenKota
from rusun.enums import Tingkat

from .banding import Perbandingan
from .build import Rekap

LANGKAH = (
    Langkah(Decimal(0), "di bawah 60%"), Langkah(Decimal(60), "60-75%"), Langkah(Decimal(75), "75-85%"),
    Langkah(Decimal(85), "85-95%"), Langkah(Decimal(95), "95% ke atas"),
)  # fmt: skip


def charts_of(rekap: Rekap, banding: Perbandingan | None = None) -> dict[str, Grafik]:
    """By name: hunian, anatomi, sebab, aspek, aset, peruntukan, and banding beside an earlier period."""
    jumlah = rekap.jumlah
    found = {
        "hunian": stacked(
            "g-hunian", "Hunian", "Unit rusun menurut keadaannya.",
            (("Terhuni", jumlah.terhuni), ("Kosong siap", jumlah.kosong_siap), ("Kosong rusak", jumlah.kosong_rusak),
             ("Tidak disewakan", jumlah.cadangan)), satuan="unit",
        ),
        "anatomi": stacked(
            "g-anatomi", "Unit kosong menurut halangannya", "Apa yang menghalangi unit kosong dihuni.",
            [(butir.label, butir.jumlah) for butir in rekap.anatomi], satuan="unit",
        ),
        "sebab": bars(
            "g-sebab", "Sebab unit tidak terhuni", "Unit rusun yang tidak terhuni menurut sebab.",
            [(butir.label, butir.jumlah) for butir in rekap.sebab_kosong], satuan="unit", jumlah=jumlah.kosong,
        ),
        "aspek": grouped(
            "g-aspek", "Permasalahan menurut aspek", "Permasalahan rusun menurut delapan aspek dan tingkat.",
            [tingkat.label for tingkat in Tingkat],
            [(row.label, row.tingkat) for row in rekap.permasalahan_aspek], satuan="permasalahan",
        ),
        "aset": bars(
            "g-aset", "Status aset", "Lokasi rusun menurut status aset.",
            [(butir.label, butir.jumlah) for butir in rekap.status_aset], satuan="lokasi", jumlah=jumlah.lokasi,
        ),
        "peruntukan": grouped(
            "g-peruntukan", "MBR dan pekerja", "Unit rusun menurut peruntukan: terhuni dan tidak terhuni.",
            ["Terhuni", "Tidak terhuni"],
            [("MBR", (rekap.jumlah_mbr.terhuni, rekap.jumlah_mbr.kosong)),
             ("Pekerja", (rekap.jumlah_pekerja.terhuni, rekap.jumlah_pekerja.kosong))], satuan="unit",
        ),
    }  # fmt: skip
    if banding is not None:
        shown = [row for row in banding.baris if row.label == "Persen terhuni"]
        found["banding"] = compared(
            "g-banding", "Dibanding periode lalu", f"Persen unit rusun terhuni. {banding.keterangan}",
            [(row.label, (row.lalu, row.kini)) for row in shown], (banding.lalu, rekap.judul), satuan="persen",
        )  # fmt: skip
    return found


def map_of(rekap: Rekap, *, tautan: bool = True) -> Grafik:
    """The kabupaten/kota where they lie, by share of occupied units. Those not invited or without units show none."""
    occupancy = {row.kode: row.rusun.persen_terhuni for row in rekap.baris if row.rusun is not None}
    names = {row.kode: row.nama for row in rekap.baris}
    tiles = []
    for daerah in KabupatenKota.objects.order_by("kode"):
        nilai, nama = occupancy.get(daerah.pk), names.get(daerah.pk, daerah.nama)
        url = f"?daerah={daerah.pk}#per-lokasi" if tautan and daerah.pk in occupancy else ""
        teks = "-" if nilai is None else f"{desimal(nilai, 0)}%"
        tiles.append(Tile(daerah.pk, nama, short_name(nama), daerah.baris, daerah.kolom, nilai, teks, url))
    return tile_map(
        "g-peta", "Peta hunian", "Persen unit rusun terhuni per kabupaten/kota, pada letaknya.", tiles,
        satuan="persen terhuni", langkah=LANGKAH,
    )  # fmt: skip
