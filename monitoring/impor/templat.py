"""The template: one workbook per kabupaten/kota, filled in with what is known, stamped, to be worked on offline."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from core.access import sees_penghuni
from core.display import tanggal, waktu
from core.models import KabupatenKota, Pengguna
from core.workbook.layout import KEY_TITLE, NO, YES, Column, Layout
from core.workbook.sheets import MAX_COLUMNS
from monitoring.models import Isian
from penghuni import lembar as lembar_penghuni
from rusun import lembar as lembar_rusun

from .buku import Buku, GuideRow, Tata
from .stempel import VERSI, Stempel, stamp_rows

PETUNJUK = "Petunjuk"
SPARE_ROWS = {lembar_penghuni.PENGHUNI: 100}
SPARE_ROWS_ELSE = 30
SPARE_LOCATIONS = 3
HINTS: dict[str, str] = {
    lembar_rusun.RUSUN: "Satu kolom untuk satu lokasi. Lokasi baru: isi kolom kosong di kanan.",
    lembar_rusun.BLOK: "Satu baris untuk satu tower atau deret. "
    "Terhuni + kosong siap + kosong rusak + tidak disewakan = jumlah unit.",
    lembar_rusun.TARIF: "Satu baris untuk satu tarif. Baris baru: isi baris kosong di bawah.",
    lembar_rusun.PERMASALAHAN: "Satu baris untuk satu permasalahan. Kategori dipilih dari daftar.",
    lembar_penghuni.PENGHUNI: "Satu baris untuk satu KK atau satu penghuni. "
    "NIK dan No KK bertanda bintang tidak perlu diketik ulang.",
}
HEAD_ROW = 4

Filled = Iterable[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Susunan:
    """The sheets one user works with for one kabupaten/kota."""

    kabupaten_kota: KabupatenKota
    lembar: tuple[Layout, ...]
    lokasi: list[lembar_rusun.Lokasi]
    tempat: list[lembar_penghuni.Tempat] | None

    @property
    def nama(self) -> list[str]:
        return [layout.nama for layout in self.lembar]


def arrangement(kabupaten_kota: KabupatenKota, *, dengan_penghuni: bool) -> Susunan:
    """The sheets of a workbook; the one of residents only for who may see residents."""
    lokasi = lembar_rusun.locations_of(kabupaten_kota)
    sheets = lembar_rusun.layouts(lokasi)
    if not dengan_penghuni:
        return Susunan(kabupaten_kota, sheets, lokasi, None)
    tempat = lembar_penghuni.places_of(kabupaten_kota)
    return Susunan(kabupaten_kota, (*sheets, lembar_penghuni.layout(tempat)), lokasi, tempat)


def arrangement_for(kabupaten_kota: KabupatenKota, pengguna: Pengguna | None) -> Susunan:
    """The same for a user; nobody is the command line, which sees everything."""
    return arrangement(kabupaten_kota, dengan_penghuni=pengguna is None or sees_penghuni(pengguna))


def running_isian(kabupaten_kota: KabupatenKota) -> Isian | None:
    """The isian whose period a template is for: the one under way, if any."""
    return Isian.objects.running().filter(kabupaten_kota=kabupaten_kota).select_related("periode").first()


def stored_rows(susunan: Susunan) -> dict[str, Filled]:
    """What is known, per sheet: (key, values by column code)."""
    rows: dict[str, Filled] = dict(
        lembar_rusun.template_rows(lembar_rusun.stored_locations(susunan.kabupaten_kota), susunan.lokasi)
    )
    if susunan.tempat is not None:
        rows[lembar_penghuni.PENGHUNI] = lembar_penghuni.template_rows(susunan.kabupaten_kota, susunan.tempat)
    return rows


@dataclass(frozen=True)
class Templat:
    """A finished template and how many residents it names."""

    isi: bytes
    jumlah_penghuni: int


def build_template(
    susunan: Susunan, isian: Isian | None, saat: datetime.datetime, rows: dict[str, Filled] | None = None
) -> Templat:
    """The template of a kabupaten/kota as of `saat`, filled in with `rows` (default: what is stored)."""
    periode = isian.periode.slug if isian else ""
    stempel = Stempel(VERSI, susunan.kabupaten_kota.pk, periode, saat)
    buku, kunci = Buku(), {}
    buku.reading_sheet(PETUNJUK, (36, 56, 60), _guide(susunan, isian, saat))
    filled = stored_rows(susunan) if rows is None else rows
    for layout in susunan.lembar:
        kunci[layout.nama] = write_sheet(buku, layout, filled.get(layout.nama, ()), susunan, stempel)
    buku.stamp_sheet(stamp_rows(stempel, kunci))
    return Templat(buku.save(), len(kunci.get(lembar_penghuni.PENGHUNI, ())))


def write_sheet(buku: Buku, layout: Layout, rows: Filled, susunan: Susunan, stempel: Stempel) -> list[str]:
    """One sheet of the template; returns the keys it holds."""
    keys: list[str] = []
    writer = _upright if layout.tegak else _rows
    writer(buku, layout, rows, [stempel.singkat, f"{layout.nama}, {susunan.kabupaten_kota}"], keys)
    return [key for key in keys if key]


def _rows(buku: Buku, layout: Layout, rows: Filled, head: list[Any], keys: list[str]) -> None:
    places = {column.kode: number for number, column in enumerate(layout.kolom, start=2)}
    grouped = any(column.kelompok for column in layout.kolom)

    def lines() -> Iterator[tuple[int, list[Any]]]:
        yield 1, head
        yield 2, [None, HINTS[layout.nama]]
        if grouped:
            yield HEAD_ROW - 1, [None, *_first_of_group(layout.kolom)]
        yield HEAD_ROW, [KEY_TITLE, *(column.judul for column in layout.kolom)]
        number = HEAD_ROW
        for key, values in rows:
            number += 1
            keys.append(key)
            yield number, [key, *(written(column, values.get(column.kode)) for column in layout.kolom)]
        for _ in range(SPARE_ROWS.get(layout.nama, SPARE_ROWS_ELSE)):
            number += 1
            yield number, [None] * (len(layout.kolom) + 1)

    group_places = frozenset(places.values()) if grouped else frozenset()
    buku.data_sheet(Tata(layout, HEAD_ROW, places, group_places, sampai=5000), lines(), {})


def _first_of_group(columns: Iterable[Column]) -> list[str | None]:
    """The heading of a group above its first column."""
    last, titles = "", []
    for column in columns:
        titles.append(column.kelompok if column.kelompok != last else None)
        last = column.kelompok
    return titles


def _upright(buku: Buku, layout: Layout, rows: Filled, head: list[Any], keys: list[str]) -> None:
    records = list(rows)
    keys += [key for key, _ in records]
    spare = min(SPARE_LOCATIONS, MAX_COLUMNS - 2 - len(records))
    codes = [*(key.partition("#")[0] for key, _ in records), *(f"Lokasi baru {n + 1}" for n in range(spare))]
    places: dict[str, int] = {}
    groups: dict[int, str] = {}
    number, last = HEAD_ROW, ""
    for column in layout.kolom:
        if column.kelompok != last:
            number += 1
            groups[number], last = column.kelompok, column.kelompok
        number += 1
        places[column.kode] = number

    def lines() -> Iterator[tuple[int, list[Any]]]:
        yield 1, head
        yield 2, [None, HINTS[layout.nama]]
        yield HEAD_ROW - 1, [None, KEY_TITLE, *(key for key, _ in records)]
        yield HEAD_ROW, [None, lembar_rusun.JUDUL_KODE, *codes]
        at = {place: code for code, place in places.items()}
        for place in range(HEAD_ROW + 1, number + 1):
            if place in groups:
                yield place, [None, groups[place], *([None] * len(codes))]
                continue
            column = layout.menurut_kode[at[place]]
            values = [written(column, row.get(column.kode)) for _, row in records]
            yield place, [None, column.judul, *values, *([None] * spare)]

    tata = Tata(layout, 2, places, frozenset(groups), baris_kunci=HEAD_ROW - 1, kepala=HEAD_ROW, sampai=len(codes) + 2)
    buku.data_sheet(tata, lines(), {})


def written(column: Column, value: Any) -> Any:
    """A stored value as it stands in a cell."""
    if value in ("", None):
        return None
    if column.choices and not isinstance(value, bool):
        return next((label for stored, label in column.choices if str(stored) == str(value)), str(value))
    if isinstance(value, bool):
        return YES if value else NO
    return float(value) if isinstance(value, Decimal) else value


# --- the guide -------------------------------------------------------------------------------------------------------

LANGKAH: tuple[str, ...] = (
    "Isi atau perbaiki sel putih. Sel yang tidak diubah tidak berpengaruh apa pun, jadi cukup ubah yang perlu.",
    "Kolom bertanda bintang (*) wajib. Arahkan penunjuk ke judul kolom untuk melihat penjelasannya.",
    "Data dari Excel lain boleh disalin ke sini; paling aman dengan Tempel Khusus, Nilai. Urutan baris dan kolom boleh "
    "berubah, judul kolom jangan.",
    "Baris baru ditulis pada baris kosong di bawah data (lokasi baru pada kolom kosong di kanan). Jangan menyalin satu "
    "baris utuh untuk membuat baris baru.",
    "Menghapus baris di sini tidak menghapus data di sistem. Lokasi ditutup lewat halamannya; penghuni yang keluar "
    "diberi Tanggal keluar dan Pindah ke.",
    "Simpan sebagai Buku Kerja Excel (.xlsx), tanpa kata sandi dan tanpa makro, lalu unggah. Boleh satu lembar saja, "
    "misalnya hanya Penghuni.",
    "Sebelum ada yang tersimpan, sistem menunjukkan apa yang akan berubah. Bila ada yang salah, buku kerja yang sama "
    "dikembalikan dengan sel yang salah diberi warna dan catatan. Perbaiki, lalu unggah lagi; tidak ada yang menjadi "
    "ganda.",
)
ATURAN: tuple[tuple[str, str], ...] = (
    ("Angka", "Tulis 1234 atau 1.234. Rupiah tanpa sen. Desimal dengan koma, misalnya 36,5."),
    ("Tanggal", "Tulis 31/12/2020. Jangan tulis bulan lebih dahulu."),
    ("NIK dan No KK", "16 angka sebagai teks. Bila Excel menampilkan 3,31E+15, ubah format sel menjadi Teks lalu ketik "
     "ulang. Nomor yang sudah tersimpan tampil tersamar (3374**********01) dan tidak perlu diketik lagi."),
    ("Rumus", "Tidak dibaca. Salin, lalu Tempel Khusus, Nilai."),
)  # fmt: skip


def _guide(susunan: Susunan, isian: Isian | None, saat: datetime.datetime) -> Iterator[GuideRow]:
    yield []
    yield [(f"Templat isian {susunan.kabupaten_kota}", "judul")]
    periode = f"{isian.periode.judul}, batas waktu {tanggal(isian.periode.batas_waktu)}" if isian else "Di luar periode"
    yield [(f"{periode}. Dibuat {waktu(saat)}, templat versi {VERSI}.", "anak")]
    yield []
    yield _section("Cara mengisi")
    for number, text in enumerate(LANGKAH, start=1):
        for line in _wrapped(f"{number}.  {text}"):
            yield [(line, "teks_lurus")]
    yield []
    yield _section("Cara menulis")
    for nama, text in ATURAN:
        for number, line in enumerate(_wrapped(text, 108)):
            yield [(nama if not number else "", "tebal_lurus"), (line, "teks_lurus")]
    yield []
    yield _section("Arti warna pada buku kerja yang dikembalikan")
    yield [("Merah", "galat"), ("Salah; baris ini belum dapat disimpan.", "sel"), ("", "sel")]
    yield [("Kuning", "peringatan"), ("Perlu diperhatikan; baris ini tetap dapat disimpan.", "sel"), ("", "sel")]
    for layout in susunan.lembar:
        yield []
        yield _section(f"Lembar {layout.nama}")
        yield [("Kolom" if not layout.tegak else "Isian", "kepala"), ("Isi", "kepala"), ("Keterangan", "kepala")]
        for column in layout.kolom:
            mark = " *" if column.wajib or column.diminta else ""
            wanted = column.harapan[:1].upper() + column.harapan[1:]
            yield [(column.judul + mark, "tebal"), (wanted, "sel"), (column.catatan, "sel")]


def _section(title: str) -> GuideRow:
    return [(title, "bagian"), ("", "bagian"), ("", "bagian")]


def _wrapped(text: str, width: int = 140) -> list[str]:
    """Lines that run over the columns beside them: long text in one narrow cell would make a tall row."""
    return textwrap.wrap(text, width, subsequent_indent="     " if text[:1].isdigit() and text[1:2] == "." else "")


def template_for(kabupaten_kota: KabupatenKota, pengguna: Pengguna | None) -> Templat:
    """The template `pengguna` may have, as of now."""
    saat = timezone.now()  # before anything is read: what changes meanwhile counts as changed after the template
    return build_template(arrangement_for(kabupaten_kota, pengguna), running_isian(kabupaten_kota), saat)
