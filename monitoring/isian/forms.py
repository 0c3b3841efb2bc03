"""Forms of an isian: remark, answer, reason, reply date, statement, reopening."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.fields import TanggalField, TeksField
from core.forms import BaseForm, FormKeyMixin
from rusun.alamat import Alamat
from rusun.bagian import BAGIAN
from rusun.salinan import Registri
from rusun.sebutan import cell_name

REPLY_DAYS = 7


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class CatatanForm(FormKeyMixin, BaseForm):
    """A remark on a cell."""

    isi = TeksField(
        label="Catatan untuk kabupaten/kota", max_length=1000, widget=_area(),
        help_text="Tulis apa yang perlu diperiksa atau dibetulkan.",
    )  # fmt: skip


class JawabForm(FormKeyMixin, BaseForm):
    """The operator's answer to a remark."""

    jawaban = TeksField(
        label="Jawaban", max_length=1000, widget=_area(2),
        help_text="Tulis apa yang sudah dibetulkan, atau mengapa nilainya sudah benar.",
    )  # fmt: skip


class BukaCatatanForm(FormKeyMixin, BaseForm):
    """Why the answer does not settle the remark."""

    isi = TeksField(label="Yang masih diminta", max_length=1000, widget=_area(2))


class KembalikanForm(FormKeyMixin, BaseForm):
    """Return with a reply date."""

    jawab_sebelum = TanggalField(label="Batas jawaban")
    alasan = TeksField(label="Pesan pengantar", max_length=1000, required=False, widget=_area(2))

    def __init__(self, *args: Any, hari_ini: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hari_ini = hari_ini
        self.fields["jawab_sebelum"].initial = hari_ini + datetime.timedelta(days=REPLY_DAYS)

    def clean_jawab_sebelum(self) -> datetime.date:
        tanggal: datetime.date = self.cleaned_data["jawab_sebelum"]
        if tanggal < self.hari_ini:
            raise ValidationError("Batas jawaban paling cepat hari ini.")
        return tanggal

    def move_arguments(self) -> dict[str, Any]:
        """What the move asks for beside who makes it."""
        return {name: self.cleaned_data[name] for name in ("alasan", "jawab_sebelum")}


class KirimForm(FormKeyMixin, BaseForm):
    """The statement of responsibility."""

    pernyataan = forms.BooleanField(
        label="Saya menyatakan data ini benar sesuai keadaan pada tanggal data, dan bertanggung jawab atas isinya.",
        error_messages={"required": "Beri tanda pada pernyataan ini sebelum mengirim."},
    )


class BukaKembaliForm(KembalikanForm):
    """Reopen a verified isian: the reason, one remark on what must be corrected, the reply date."""

    alamat = forms.ChoiceField(label="Yang harus diperbaiki")
    isi = TeksField(label="Catatan untuk kabupaten/kota", max_length=1000, widget=_area())
    field_order = ("kunci_formulir", "alasan", "alamat", "isi", "jawab_sebelum")

    def __init__(self, *args: Any, registri: Registri, sel: Alamat | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alasan"].label, self.fields["alasan"].required = "Alasan membuka kembali", True
        choices: list[Any] = [("", "Pilih")]
        if sel is not None:
            choices.append((str(sel), cell_name(registri, sel)))
            self.fields["alamat"].initial = str(sel)
        choices += [(lokasi["identitas"]["nama"], _sections(kode)) for kode, lokasi in registri.items()]
        self.fields["alamat"].choices = choices  # type: ignore[attr-defined]
        self.fields["alamat"].error_messages["required"] = "Pilih salah satu."

    def clean_alamat(self) -> Alamat:
        return Alamat.parse(self.cleaned_data["alamat"])


def _sections(kode: str) -> list[tuple[str, str]]:
    """The sections of a location, the table of a section as a choice of its own."""
    choices = []
    for bagian in BAGIAN:
        if bagian.kolom:
            choices.append((str(Alamat(kode, bagian.kode)), bagian.judul))
        if bagian.tabel:
            nama = bagian.tabel.replace("_", " ")
            judul = f"{bagian.judul}: tabel {nama}" if bagian.kolom else bagian.judul
            choices.append((str(Alamat(kode, bagian.tabel)), judul))
    return choices
