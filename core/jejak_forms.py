import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from .enums import MacamJejak, TindakanAkses
from .fields import TanggalField, TeksField
from .forms import FilterForm, choice_in_words
from .jejak import subjects
from .models import Pengguna
from .parsing import has_long_number

_KEY: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""The key of an object, in which many figures may follow each other by chance."""
DICARI: Final = "(teks yang dicari)"


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
        if not _KEY.fullmatch(objek) and has_long_number(objek):
            raise ValidationError("Jangan mencari dengan NIK atau nomor telepon. Pakai nomor objek.", code="invalid")
        return objek

    def clean_kolom(self) -> str:
        kolom: str = self.cleaned_data["kolom"]
        if has_long_number(kolom):
            raise ValidationError("Tulis nama bagian data, misalnya nik, bukan isinya.", code="invalid")
        return kolom

    def in_words_for_ever(self) -> str:
        """As `in_words`, but of a text only that one was searched for: it may name somebody."""
        return "; ".join(
            choice_in_words(self[name], DICARI if name in ("objek", "kolom") else value)
            for name, value in self.understood().items()
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        dari, sampai = cleaned.get("dari"), cleaned.get("sampai")
        if dari and sampai and sampai < dari:
            self.add_error("sampai", "Tanggal sampai mendahului tanggal dari.")
        return cleaned
