"""The sheets of the registry in a workbook: which columns they have and what a template is filled in with.

The columns are the fields of the forms, under unique titles. A location has more fields than fit beside each other, so
the sheet `Rusun` stands upright: one location per column, the fields down the side in the order of the form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.forms import modelform_factory

from core.fields import BilanganField, TeksField
from core.forms import BaseModelForm
from core.models import KabupatenKota
from core.workbook.layout import Column, Layout, column_of, fold

from .bagian import BAGIAN, MENURUT_KODE, PROFIL_KELOMPOK, SEBAB_KOSONG, TABEL
from .enums import Jenis, Sebab
from .forms import ROW_FORMS, ProfilPenghuniForm
from .models import ProfilPenghuni, Rusun
from .pemeriksaan import WAJIB

RUSUN, BLOK, TARIF, PERMASALAHAN = "Rusun", "Blok", "Tarif", "Permasalahan"
LEMBAR_TABEL: dict[str, str] = {"blok": BLOK, "tarif": TARIF, "permasalahan": PERMASALAHAN}
LOKASI = "lokasi"
JUDUL_KODE = "Kode lokasi"


@dataclass(frozen=True)
class Lokasi:
    """An active location as the sheets name it."""

    kode: str
    nama: str
    label: str


def locations_of(kabupaten_kota: KabupatenKota) -> list[Lokasi]:
    """The active locations of a kabupaten/kota; the label is the name, with the code where names repeat."""
    rows = list(
        Rusun.objects.active().filter(kabupaten_kota=kabupaten_kota).order_by("kode").values_list("kode", "nama")
    )
    names = Counter(fold(nama) for _, nama in rows)
    return [Lokasi(kode, nama, nama if names[fold(nama)] == 1 else f"{nama} ({kode})") for kode, nama in rows]


def layouts(lokasi: Iterable[Lokasi]) -> tuple[Layout, ...]:
    """The sheets of the registry; `lokasi` are offered where a row names its location."""
    labels = tuple(row.label for row in lokasi)
    return (
        Layout(RUSUN, tuple(_location_columns()), tegak=True),
        *(Layout(LEMBAR_TABEL[tabel], tuple(_row_columns(tabel, labels))) for tabel in TABEL),
    )


@cache
def section_form(bagian: str) -> type[forms.ModelForm[Rusun]]:
    """The form of the plain fields of a section; a workbook asks for it once per record."""
    return modelform_factory(Rusun, form=BaseModelForm, fields=MENURUT_KODE[bagian].kolom)


def _location_columns() -> Iterator[Column]:
    jenis = forms.ChoiceField(label="Jenis", choices=Jenis.choices)
    yield column_of("jenis", jenis, "Jenis", kelompok="Identitas", catatan="Rusun bertingkat, atau rusus (tapak).")
    for bagian in BAGIAN:
        if bagian.kolom:
            for name, field in section_form(bagian.kode).base_fields.items():
                label = str(field.label)
                judul = f"Kondisi {_lower(label)}" if bagian.kode == "bangunan" else label
                diminta = (bagian.kode, name) in WAJIB
                yield column_of(f"{bagian.kode}.{name}", field, judul, kelompok=bagian.judul, diminta=diminta)
        if bagian.tabel == "sebab_kosong":
            yield from _causes()
        elif bagian.tabel == "profil_penghuni":
            yield from _profile()


def _lower(label: str) -> str:
    """A label inside a sentence; abbreviations stay as they are."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _causes() -> Iterator[Column]:
    for sebab in SEBAB_KOSONG:
        judul = f"Sebab kosong: {_lower(str(Sebab(sebab).label))}"
        unit = BilanganField(required=False, help_text="Jumlah unit; jumlah semua sebab = unit yang tidak terhuni.")
        yield column_of(f"sebab_kosong.{sebab}", unit, judul, kelompok="Sebab unit tidak terhuni")


def _profile() -> Iterator[Column]:
    fields = ProfilPenghuniForm.base_fields
    for kelompok, names in PROFIL_KELOMPOK:
        for name in names:
            judul = f"KK: {_lower(str(fields[name].label))}"
            yield column_of(f"profil_penghuni.{name}", fields[name], judul, kelompok=kelompok)


def _row_columns(tabel: str, labels: tuple[str, ...]) -> Iterator[Column]:
    _, form_class = ROW_FORMS[tabel]
    yield column_of(
        LOKASI, TeksField(max_length=220), "Lokasi", saran=labels,
        catatan="Pilih dari daftar. Untuk lokasi baru, tulis namanya persis seperti di lembar Rusun.",
    )  # fmt: skip
    for name, field in form_class().fields.items():
        yield column_of(name, field, str(field.label))


def group_titles() -> frozenset[str]:
    """Headings that stand between the fields of the sheet `Rusun`, folded."""
    return frozenset({fold(JUDUL_KODE), *(fold(column.kelompok) for column in _location_columns())})


# --- what a template holds -----------------------------------------------------------------------------------------


def key_of(row: Any) -> str:
    """What stands in the key column of a stored row: its address and the version it was written out at."""
    return f"{row.pk}#{row.versi}"


def stored_locations(kabupaten_kota: KabupatenKota) -> list[Rusun]:
    """The active locations with everything the sheets show; a fixed number of queries."""
    return list(Rusun.objects.active().filter(kabupaten_kota=kabupaten_kota).with_rows().order_by("kode"))


def location_values(rusun: Rusun) -> dict[str, Any]:
    """The stored values of a location by column code of the sheet `Rusun`."""
    values: dict[str, Any] = {"jenis": rusun.jenis}
    for bagian in BAGIAN:
        values |= {f"{bagian.kode}.{name}": getattr(rusun, name) for name in bagian.kolom}
    values |= {f"sebab_kosong.{sebab}": None for sebab in SEBAB_KOSONG}
    values |= {f"sebab_kosong.{row.sebab}": row.jumlah_unit for row in rusun.sebab_kosong.all()}
    profil: ProfilPenghuni | None = getattr(rusun, "profil_penghuni", None)
    for _, names in PROFIL_KELOMPOK:
        values |= {f"profil_penghuni.{name}": getattr(profil, name, None) for name in names}
    return values


def row_values(tabel: str, row: Any) -> dict[str, Any]:
    """The stored values of a row of `tabel` by column code."""
    return {name: row.kategori_id if name == "kategori" else getattr(row, name) for name in TABEL[tabel]}


def template_rows(rusun: list[Rusun], lokasi: Iterable[Lokasi]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """What a template is filled in with: sheet -> (key, values by column code)."""
    labels = {row.kode: row.label for row in lokasi}
    rows: dict[str, list[tuple[str, dict[str, Any]]]] = {RUSUN: [(key_of(row), location_values(row)) for row in rusun]}
    for tabel, nama in LEMBAR_TABEL.items():
        rows[nama] = [
            (key_of(row), {LOKASI: labels[place.kode], **row_values(tabel, row)})
            for place in rusun
            for row in getattr(place, tabel).all()
        ]
    return rows
