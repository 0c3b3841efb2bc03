from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .enums import MacamJejak, TindakanAkses
from .fields import TanggalField, TeksField
from .forms import FilterForm
from .jejak import subjects
from .models import Pengguna


class JejakFilter(FilterForm):
    """What `core.jejak.find` is asked."""

    pengguna = forms.ModelChoiceField(Pengguna.objects.order_by("nama"), label="Siapa", required=False)
    macam = forms.ChoiceField(label="Macam", required=False)
    jenis = forms.ChoiceField(label="Jenis objek", required=False)
    objek = TeksField(
        label="Nomor objek", max_length=64, required=False,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "nomor atau kode"}),
    )  # fmt: skip
    kolom = TeksField(
        label="Bagian data", max_length=60, required=False, widget=forms.TextInput({"placeholder": "misalnya nik"})
    )
    dari = TanggalField(label="Dari tanggal", required=False)
    sampai = TanggalField(label="Sampai tanggal", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actions = [(value, f"Akses: {label}") for value, label in TindakanAkses.choices]
        self.fields["macam"].choices = [("", "Semua"), *MacamJejak.choices, *actions]  # type: ignore[attr-defined]
        kinds = [(code, str(model._meta.verbose_name).capitalize()) for code, model in subjects().items()]
        self.fields["jenis"].choices = [("", "Semua"), *kinds]  # type: ignore[attr-defined]

    def clean_objek(self) -> str:
        objek: str = self.cleaned_data["objek"]
        if len(objek) >= 9 and objek.isdecimal():
            raise ValidationError("Jangan mencari dengan NIK atau nomor telepon. Pakai nomor objek.", code="invalid")
        return objek

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        dari, sampai = cleaned.get("dari"), cleaned.get("sampai")
        if dari and sampai and sampai < dari:
            self.add_error("sampai", "Tanggal sampai mendahului tanggal dari.")
        return cleaned
