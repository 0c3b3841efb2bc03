"""Forms of a reminder: what about and to whom; which failed e-mails to send again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from core.forms import BaseForm, FormKeyMixin
from monitoring.enums import JenisSurel


class IngatkanForm(FormKeyMixin, BaseForm):
    """Which of the listed kabupaten/kota to remind."""

    jenis = forms.ChoiceField(choices=JenisSurel.choices, widget=forms.HiddenInput)
    kabupaten_kota = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu kabupaten/kota."},
    )

    def __init__(self, *args: Any, diundang: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kabupaten_kota"].choices = [(kode, kode) for kode in diundang]
