"""How a cell and its value are called on screen and paper."""

from __future__ import annotations

import re
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.dateparse import parse_date

from core.display import angka, rupiah, tanggal

from .alamat import DAFTAR_LOKASI, Alamat
from .bagian import PROFIL_KELOMPOK, Bagian, section_of
from .enums import Sebab
from .salinan import Lokasi, Registri

MODEL = {"blok": "blok", "tarif": "tarif", "permasalahan": "permasalahan", "profil_penghuni": "profilpenghuni"}


def _field(alamat: Alamat) -> Any:
    try:
        return apps.get_model("rusun", MODEL.get(alamat.bagian, "rusun"))._meta.get_field(alamat.kolom)
    except FieldDoesNotExist:
        return None


def field_name(alamat: Alamat) -> str:
    """The label of the field: `Kosong rusak`; of a whole table or section: its title."""
    if alamat.bagian == "sebab_kosong" and alamat.kolom:
        return str(Sebab(alamat.kolom).label)
    field = _field(alamat) if alamat.kolom else None
    if field is not None:
        text = str(field.verbose_name)
        return text[:1].upper() + text[1:]
    section = section_of(alamat.bagian)
    return section.judul if section else "Daftar lokasi"


def lone_name(alamat: Alamat) -> str:
    """The label of a field away from its form: "Sampai 1 tahun" alone would not say of what."""
    name = field_name(alamat)
    group = next((judul for judul, kolom in PROFIL_KELOMPOK if alamat.kolom in kolom), "")
    if alamat.bagian != "profil_penghuni" or not group:
        return name
    return f"{group.removeprefix('KK menurut ').capitalize()}: {name[:1].lower()}{name[1:]}"


def natural(text: str) -> list[tuple[int, int | str]]:
    """Sort key in which "lantai 2" stands before "lantai 10"."""
    parts = filter(None, re.split(r"([0-9]+)", text.lower()))
    return [(0, int(part)) if part.isascii() and part.isdigit() else (1, part) for part in parts]


def row_name(registri: Registri, alamat: Alamat) -> str:
    """What a table row is called: the name of a block, the floor of a rent, the code of a problem."""
    row = registri.get(alamat.kode_rusun, {}).get(alamat.bagian, {}).get(alamat.baris)
    if not alamat.baris or row is None:
        return ""
    if alamat.bagian == "blok":
        return str(row["nama"])
    return f"lantai {row['lantai']}" if alamat.bagian == "tarif" else str(row["kategori"])


def cell_name(registri: Registri, alamat: Alamat) -> str:
    """The full name of a cell: `Rusunawa Kudu, Blok B, Kosong rusak`."""
    if alamat.bagian == DAFTAR_LOKASI:
        return "Daftar lokasi"
    lokasi = registri.get(alamat.kode_rusun)
    nama = lokasi["identitas"]["nama"] if lokasi else alamat.kode_rusun
    return ", ".join(part for part in (nama, row_name(registri, alamat), lone_name(alamat)) if part)


def value_text(alamat: Alamat, value: Any) -> str:
    """A plain value (of `rusun.salinan`) as a reader sees it; "-" when unanswered."""
    if value in (None, ""):
        return "-"
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    field = _field(alamat)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field is not None and field.get_internal_type() == "DateField":
        day = parse_date(str(value))
        return tanggal(day) if day else str(value)
    if isinstance(value, int):
        if field is not None and "(Rp)" in str(field.verbose_name):
            return rupiah(value)
        return str(value) if field is not None and "tahun" in str(field.verbose_name) else angka(value)
    if field is not None and field.get_internal_type() == "DecimalField":
        return str(value).replace(".", ",")
    return str(value)


def section_rows(lokasi: Lokasi, bagian: Bagian) -> list[tuple[str, Any, str]]:
    """The plain fields of a section for reading: label, plain value, value as text. Its table is shown apart."""
    cells = [(Alamat(lokasi["kode"], bagian.kode, "", kolom), lokasi[bagian.kode][kolom]) for kolom in bagian.kolom]
    return [(field_name(alamat), value, value_text(alamat, value)) for alamat, value in cells]
