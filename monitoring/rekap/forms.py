from __future__ import annotations

from django import forms

from core.forms import BaseForm, FormKeyMixin


class KeputusanForm(FormKeyMixin, BaseForm):
    """The decisions asked for, and what the page showed, against lost updates."""

    keputusan = forms.CharField(
        label="Keputusan yang dimohon", max_length=2000, required=False, widget=forms.Textarea({"rows": 8}),
        help_text="Satu butir per baris. Dicetak pada ringkasan untuk Gubernur.",
    )  # fmt: skip
    semula = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
