"""Forms of the register: the signed paper, and a file that somebody wants compared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.fields import TeksField
from core.forms import BaseForm, FormKeyMixin

from .cek import MAX_BYTES


class TandaTanganForm(FormKeyMixin, BaseForm):
    berkas = forms.FileField(label="Dokumen bertanda tangan", help_text="PDF, JPG, atau PNG, paling besar 10 MB.")
    kode = TeksField(label="Kode dokumen pada kertas", max_length=70, help_text="Tercetak di bawah judul.")


class BandingkanForm(BaseForm):
    """Without an account, so without a form key: nothing is stored."""

    berkas = forms.FileField(
        label="Berkas PDF", help_text="Paling besar 20 MB. Berkas hanya dibandingkan, tidak disimpan.",
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
        error_messages={"empty": "Berkas kosong. Pilih berkas lain."},
    )  # fmt: skip

    def clean_berkas(self) -> Any:
        berkas = self.cleaned_data["berkas"]
        if berkas.size > MAX_BYTES:
            raise ValidationError("Berkas lebih besar dari 20 MB.")
        if berkas.read(5) != b"%PDF-":
            raise ValidationError("Berkas ini bukan PDF.")
        berkas.seek(0)
        return berkas
