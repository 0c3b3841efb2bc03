"""Forms of an import: the file, and the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import BaseForm, FormKeyMixin
from core.workbook.package import MAX_BYTES
from core.workbook.refusals import REFUSALS


class UnggahForm(FormKeyMixin, BaseForm):
    """A workbook to send in. What is in it is looked at later, in a guarded process."""

    berkas = forms.FileField(
        label="Buku kerja Excel",
        help_text="Templat dari halaman ini yang sudah diisi (.xlsx), paling besar 10 MB. Boleh satu lembar saja.",
        widget=forms.FileInput({"accept": ".xlsx"}),
        error_messages={"empty": REFUSALS["kosong"], "missing": REFUSALS["kosong"]},
    )

    def clean_berkas(self) -> Any:
        berkas = self.cleaned_data["berkas"]
        if berkas.size > MAX_BYTES:
            raise ValidationError(REFUSALS["terlalu_besar"])
        return berkas
