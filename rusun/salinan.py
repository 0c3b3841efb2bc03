"""The registry of a kabupaten/kota as plain values: what a kiriman freezes and what every rule and comparison reads.

A location is a dict: "kode", "jenis", one dict per section (field -> value), "sebab_kosong" and "profil_penghuni"
(column -> figure or None), and per table a dict row UUID -> column -> value. Values are JSON values: dates as ISO text,
decimals as text, unanswered as None (a figure) or "" (a choice or text).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from core.models import KabupatenKota

from .alamat import Alamat
from .angka import AngkaUnit, of_blok, total
from .bagian import BAGIAN, PROFIL_PENGHUNI, SEBAB_KOSONG, TABEL
from .models import Lampiran, Rusun

Lokasi = dict[str, Any]
Registri = dict[str, Lokasi]


def plain(value: Any) -> Any:
    """A model value as a JSON value."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


def plain_columns(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    """`columns` of a model row as plain values."""
    return {kolom: plain(row.kategori_id if kolom == "kategori" else getattr(row, kolom)) for kolom in columns}


def _lokasi(rusun: Rusun) -> Lokasi:
    lokasi: Lokasi = {"kode": rusun.kode, "jenis": rusun.jenis}
    for bagian in BAGIAN:
        lokasi[bagian.kode] = plain_columns(rusun, bagian.kolom)
    sebab = {row.sebab: row.jumlah_unit for row in rusun.sebab_kosong.all()}
    lokasi["sebab_kosong"] = {kolom: sebab.get(kolom) for kolom in SEBAB_KOSONG}
    profil = getattr(rusun, "profil_penghuni", None)
    lokasi["profil_penghuni"] = {kolom: getattr(profil, kolom, None) for kolom in PROFIL_PENGHUNI}
    for tabel, columns in TABEL.items():
        lokasi[tabel] = {str(row.pk): plain_columns(row, columns) for row in getattr(rusun, tabel).all()}
    return lokasi


def registry_of(kabupaten_kota: KabupatenKota | str) -> Registri:
    """Every active location of `kabupaten_kota` by kode, in order; five queries whatever their number."""
    rows = Rusun.objects.active().filter(kabupaten_kota=kabupaten_kota).with_rows().order_by("kode")
    return {rusun.kode: _lokasi(rusun) for rusun in rows}


def location_of(rusun: Rusun) -> Lokasi:
    """One location, as it stands."""
    return _lokasi(rusun)


def unlocked_of(kabupaten_kota: KabupatenKota | str) -> dict[str, Any]:
    """What travels with a kiriman although it never locks: the state of problems and the files by id and hash."""
    files = Lampiran.objects.current().filter(rusun__kabupaten_kota=kabupaten_kota)
    problems = (
        Rusun.objects.active()
        .filter(kabupaten_kota=kabupaten_kota, permasalahan__isnull=False)
        .values_list("permasalahan__id", "permasalahan__status")
    )
    return {
        "status_permasalahan": {str(row): status for row, status in problems},
        "lampiran": {
            str(file.pk): {"rusun": file.rusun_id, "jenis": file.jenis, "nama": file.nama_asli, "sha256": file.sha256}
            for file in files
        },
    }


def cells(registri: Registri) -> Iterator[tuple[Alamat, Any]]:
    """Every cell of a registry with its value, in form order."""
    for kode, lokasi in registri.items():
        for bagian in BAGIAN:
            for kolom in bagian.kolom:
                yield Alamat(kode, bagian.kode, "", kolom), lokasi[bagian.kode].get(kolom)
            if bagian.tabel in TABEL:
                for baris, values in lokasi[bagian.tabel].items():
                    for kolom in TABEL[bagian.tabel]:
                        yield Alamat(kode, bagian.tabel, baris, kolom), values.get(kolom)
            elif bagian.tabel:
                for kolom, value in lokasi[bagian.tabel].items():
                    yield Alamat(kode, bagian.tabel, "", kolom), value


def units_of(lokasi: Lokasi) -> AngkaUnit:
    """The unit figures of a location: the sum over its blocks."""
    return total(
        of_blok(
            blok["konfigurasi"], blok["jumlah_unit"], blok["terhuni"], blok["kosong_siap"], blok["kosong_rusak"],
            blok["cadangan"],
        )
        for blok in lokasi["blok"].values()
    )  # fmt: skip


def value_at(registri: Registri, alamat: Alamat) -> Any:
    """The plain value of a cell; None for a whole row, table or section."""
    part = registri.get(alamat.kode_rusun, {}).get(alamat.bagian, {})
    if alamat.baris:
        part = part.get(alamat.baris, {})
    return part.get(alamat.kolom) if alamat.kolom else None
