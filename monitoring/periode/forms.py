"""Forms of a period: create, invite, exception, and the reason of a move."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.fields import TanggalField, TeksField
from core.forms import BaseForm, BaseModelForm, FormKeyMixin
from core.models import KabupatenKota
from monitoring.models import PeriodeMonitoring
from rusun.enums import Peruntukan

RESERVED = ("baru",)


class UndanganField(forms.ModelMultipleChoiceField):
    """Tick boxes, one per kabupaten/kota."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", KabupatenKota.objects.order_by("kode"))
        kwargs.setdefault("label", "Kabupaten/kota yang diundang")
        kwargs.setdefault("error_messages", {"required": "Pilih paling sedikit satu kabupaten/kota."})
        super().__init__(**kwargs)


class PeriodeForm(FormKeyMixin, BaseModelForm):
    """A new period, with those invited from the start."""

    cakupan = forms.MultipleChoiceField(
        label="Peruntukan yang dihitung",
        choices=Peruntukan.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu peruntukan."},
    )
    kabupaten_kota = UndanganField(required=False, help_text="Masih dapat ditambah sampai rekap diajukan.")

    class Meta:
        model = PeriodeMonitoring
        fields = ("judul", "slug", "tanggal_posisi", "mulai", "batas_waktu", "hari_terakhir", "cakupan")
        help_texts = {"slug": "Muncul pada alamat halaman, misalnya desk-2027."}

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if slug in RESERVED:
            raise ValidationError("Kata ini dipakai sistem. Pilih alamat singkat lain, misalnya desk-2027.")
        return slug


class UndangForm(FormKeyMixin, BaseForm):
    """Invite kabupaten/kota that are not there yet."""

    kabupaten_kota = UndanganField()

    def __init__(self, *args: Any, periode: PeriodeMonitoring, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = periode.isian.values("kabupaten_kota")
        self.fields["kabupaten_kota"].queryset = KabupatenKota.objects.exclude(pk__in=present).order_by("kode")  # type: ignore[attr-defined]


class PengecualianForm(FormKeyMixin, BaseForm):
    """Let one kabupaten/kota send although the last day has passed."""

    sampai = TanggalField(label="Boleh mengirim sampai")
    alasan = TeksField(label="Alasan", max_length=300)
