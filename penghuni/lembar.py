"""The sheet of residents in a workbook: one household per row with the stay it has now.

Numbers of people are text. Stored ones leave the house masked, and a masked number coming back means "unchanged", so a
template can travel by e-mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef

from core.fields import TeksField
from core.models import KabupatenKota
from core.parsing import Unreadable
from core.workbook.layout import NAME_NUMBER, Column, Layout, column_of, fold
from rusun.models import Blok

from .bagian import SECTIONS
from .forms import KeluarUnitForm, MasukUnitForm, NomorInput, PenghuniForm
from .models import Hunian, Penghuni
from .nik import parse_nik, parse_no_kk, parse_telepon

PENGHUNI = "Penghuni"
BLOK = "hunian.blok"
UNCHANGED = "*"
"""What a masked number is read as."""

RINCIAN = ("nomor_sip", "perpanjangan_ke", "sewa_bulan", "tunggakan_bulan", "tunggakan")
"""What may be corrected about a stay without moving anybody."""


class NomorField(forms.Field):
    """A number that is a name: as its form reads it, or `UNCHANGED` when it comes back masked."""

    widget = NomorInput

    def __init__(self, parse: Callable[[str], Any], **kwargs: Any) -> None:
        self.parse = parse
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = "" if value is None else str(value).strip()
        if not text or "*" in text:
            return UNCHANGED if text else ""
        try:
            return self.parse(text)
        except Unreadable as error:
            raise ValidationError(str(error)) from None


def _telepon(text: str) -> str:
    """Excel takes the leading zero of a phone number away."""
    return parse_telepon(f"0{text}" if text.startswith("8") else text)


NOMOR: dict[str, tuple[Callable[[str], Any], str]] = {
    "nik": (parse_nik, "16 angka sebagai teks, dari KTP. Bertanda bintang berarti tidak berubah."),
    "no_kk": (parse_no_kk, "16 angka sebagai teks. Bertanda bintang berarti tidak berubah."),
    "telepon": (_telepon, "Misalnya 081234567890. Bertanda bintang berarti tidak berubah."),
}


@dataclass(frozen=True)
class Tempat:
    """A block as the sheet names it: location and block in one."""

    blok: Blok
    label: str


def places_of(kabupaten_kota: KabupatenKota) -> list[Tempat]:
    """The blocks of the active locations of a kabupaten/kota, with the code of the location where names repeat."""
    rows = Blok.objects.filter(rusun__kabupaten_kota=kabupaten_kota, rusun__ditutup_sejak__isnull=True)
    rows = rows.select_related("rusun").order_by("rusun__kode", "nama")
    plain = [(blok, f"{blok.rusun.nama} / {blok.nama}") for blok in rows]
    times = Counter(fold(label) for _, label in plain)
    return [
        Tempat(blok, label if times[fold(label)] == 1 else f"{blok.rusun_id} {label}") for blok, label in plain
    ]  # fmt: skip


def layout(tempat: Iterable[Tempat]) -> Layout:
    """The sheet of residents; `tempat` are offered where a household lives."""
    return Layout(PENGHUNI, tuple(_columns(tuple(row.label for row in tempat))))


def _columns(labels: tuple[str, ...]) -> Iterator[Column]:
    personal = [column for title, names in SECTIONS for column in _section(title, names)]
    first = ("nama", "nik", "no_kk")
    yield from (column for column in personal if column.kode in first)
    yield from _stay(labels)
    yield from (column for column in personal if column.kode not in first)


def _section(title: str, names: tuple[str, ...]) -> Iterator[Column]:
    for name in names:
        judul = str(PenghuniForm.base_fields[name].label)
        if name in NOMOR:
            parse, catatan = NOMOR[name]
            yield column_of(
                name, NomorField(parse), judul, kelompok=title, catatan=catatan, rahasia=True, jenis=NAME_NUMBER
            )
        else:
            field: Any = Penghuni._meta.get_field(name)
            yield column_of(name, PenghuniForm.base_fields[name], judul, model_field=field, kelompok=title)


def _stay(labels: tuple[str, ...]) -> Iterator[Column]:
    kelompok = "Hunian"
    yield column_of(
        BLOK, TeksField(max_length=300, required=False), "Lokasi dan blok", kelompok=kelompok, saran=labels,
        catatan="Pilih dari daftar. Kosongkan bila belum menempati unit.",
    )  # fmt: skip
    catatan = {
        "mulai": "Untuk pindah unit, tulis tanggal pindahnya.",
        "selesai": "Isi hanya bila penghuni keluar.",
        "keluar_ke": "Wajib bila tanggal keluar diisi.",
    }
    for form, names in ((MasukUnitForm, ("nomor_unit", "mulai", *RINCIAN)), (KeluarUnitForm, ("selesai", "keluar_ke"))):
        for name in names:
            field = form.base_fields[name]
            note = catatan.get(name, str(field.help_text))
            judul, stored = str(field.label), cast(Any, Hunian._meta.get_field(name))
            yield column_of(
                f"hunian.{name}", field, judul, model_field=stored, kelompok=kelompok,
                wajib=False, catatan=note,
            )  # fmt: skip


# --- what a template holds -----------------------------------------------------------------------------------------


def living_in(kabupaten_kota: KabupatenKota) -> Any:
    """Households that live here or have not moved in yet, with `hunian_terbuka`; who left is not asked about again."""
    stays = Hunian.objects.filter(penghuni=OuterRef("pk"))
    rows = Penghuni.objects.named().filter(kabupaten_kota=kabupaten_kota)
    return rows.filter(Exists(stays.open()) | ~Exists(stays)).with_open_stay().order_by("nama", "id")


def template_rows(kabupaten_kota: KabupatenKota, tempat: Iterable[Tempat]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the sheet is filled in with: (key, values by column code). Sealed numbers are their masks."""
    labels = {row.blok.pk: row.label for row in tempat}
    columns = [name for _, names in SECTIONS for name in names]
    for penghuni in living_in(kabupaten_kota).iterator(chunk_size=2000):
        values = {name: str(getattr(penghuni, name)) if name in NOMOR else getattr(penghuni, name) for name in columns}
        stay = next(iter(penghuni.hunian_terbuka), None)
        yield f"{penghuni.pk}#{penghuni.versi}", values | stay_values(stay, labels)


def stay_values(stay: Hunian | None, labels: dict[Any, str]) -> dict[str, Any]:
    """The columns of a stay; empty for none."""
    if stay is None:
        return {}
    values = {f"hunian.{name}": getattr(stay, name) for name in ("nomor_unit", "mulai", *RINCIAN)}
    return {BLOK: labels.get(stay.blok_id, ""), **values}
