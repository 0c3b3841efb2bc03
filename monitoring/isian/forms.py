"""Forms of an isian: remark, answer, reason, reply date, statement, reopening."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.fields import WAJIB, TanggalField, TeksField
from core.forms import BaseForm, FormKeyMixin
from monitoring.models import TeksCatatan
from rusun.alamat import Alamat
from rusun.bagian import BAGIAN
from rusun.salinan import Registri
from rusun.sebutan import cell_name

REPLY_DAYS = 7


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class CatatanForm(FormKeyMixin, BaseForm):
    """A remark on a cell, written anew or taken from the texts kept for use again."""

    teks = forms.ModelChoiceField(
        TeksCatatan.objects.all(), label="Teks siap pakai", required=False, empty_label="Tulis sendiri",
    )  # fmt: skip
    isi = TeksField(
        label="Catatan untuk kabupaten/kota", max_length=1000, widget=_area(), required=False,
        help_text="Tulis apa yang perlu diperiksa atau dibetulkan.",
    )  # fmt: skip
    simpan_teks = forms.BooleanField(label="Simpan sebagai teks siap pakai", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["isi"].widget.attrs.update(autofocus=True, **{"data-isi": ""})
        self.fields["teks"].widget.attrs["data-teks-siap"] = ""
        if not self.fields["teks"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["teks"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("isi") and data.get("teks"):
            data["isi"] = data["teks"].isi
        if not data.get("isi") and "isi" not in self.errors:
            self.add_error("isi", WAJIB)
        return data


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

    def __init__(self, *args: Any, konsep: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.konsep = konsep

    def clean(self) -> dict[str, Any]:
        if self.konsep:
            raise ValidationError(
                f"Masih ada {self.konsep} konsep Anda yang belum disimpan. Simpan atau buang dahulu, lalu kirim."
            )
        return super().clean() or self.cleaned_data


class BukaKembaliForm(KembalikanForm):
    """Reopen a verified isian: the reason, one remark on what must be corrected, the reply date."""

    alamat = forms.ChoiceField(label="Yang harus diperbaiki")
    isi = TeksField(label="Catatan untuk kabupaten/kota", max_length=1000, widget=_area())
    field_order = ("kunci_formulir", "alasan", "alamat", "isi", "jawab_sebelum")

    def __init__(self, *args: Any, registri: Registri, sel: Alamat | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alasan"].label, self.fields["alasan"].required = "Alasan membuka kembali", True
        self.fields["alamat"].choices = _places(registri, sel)  # type: ignore[attr-defined]
        self.fields["alamat"].initial = str(sel) if sel else None

    def clean_alamat(self) -> Alamat:
        return Alamat.parse(self.cleaned_data["alamat"])


class MintaBukaForm(FormKeyMixin, BaseForm):
    """Ask for one more cell to be opened."""

    alamat = forms.ChoiceField(label="Yang minta dibuka")
    alasan = TeksField(label="Alasan", max_length=500, widget=_area(2), help_text="Apa yang perlu diubah, dan mengapa.")

    def __init__(self, *args: Any, registri: Registri, sel: Alamat | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alamat"].choices = _places(registri, sel)  # type: ignore[attr-defined]
        self.fields["alamat"].initial = str(sel) if sel else None

    def clean_alamat(self) -> Alamat:
        return Alamat.parse(self.cleaned_data["alamat"])


class TolakForm(FormKeyMixin, BaseForm):
    """Why a request is refused."""

    jawaban = TeksField(label="Penjelasan", max_length=500, widget=_area(2))


def _places(registri: Registri, sel: Alamat | None) -> list[Any]:
    """The cell somebody came from, then every section and table of every location."""
    choices: list[Any] = [("", "Pilih")]
    if sel is not None:
        choices.append((str(sel), cell_name(registri, sel)))
    return choices + [(lokasi["identitas"]["nama"], _sections(kode)) for kode, lokasi in registri.items()]


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
