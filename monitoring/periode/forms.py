"""Forms of a period: create, invite, dates, exception."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.forms import DeclarativeFieldsMetaclass

from core.fields import TanggalField, TeksField
from core.forms import BaseForm, BaseModelForm, FormKeyMixin
from core.models import KabupatenKota
from monitoring.enums import StatusPeriode
from monitoring.models import PeriodeMonitoring
from rusun.enums import Peruntukan

from .tanggal import Tanggal, date_errors

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
        slug = str(self.cleaned_data["slug"]).lower()  # codes of documents hold it in capitals
        if slug in RESERVED:
            raise ValidationError("Kata ini dipakai sistem. Pilih alamat singkat lain, misalnya desk-2027.")
        return slug


class UndangForm(FormKeyMixin, BaseForm):
    """Invite kabupaten/kota that are not there yet."""

    kabupaten_kota = UndanganField()
    alasan = TeksField(
        label="Alasan menambah undangan", max_length=1000, widget=forms.Textarea({"rows": 2}),
        help_text="Periode sudah dibuka, jadi penambahan dicatat: jumlah yang diundang berubah.",
    )  # fmt: skip

    def __init__(self, *args: Any, periode: PeriodeMonitoring, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if periode.status != StatusPeriode.DIBUKA:
            del self.fields["alasan"]
        present = periode.isian.values("kabupaten_kota")
        self.fields["kabupaten_kota"].queryset = KabupatenKota.objects.exclude(pk__in=present).order_by("kode")  # type: ignore[attr-defined]


class SemulaMixin(metaclass=DeclarativeFieldsMetaclass):
    """The exception as the page showed it, against lost updates."""

    semula = forms.DateField(required=False, widget=forms.HiddenInput)


class PengecualianForm(SemulaMixin, FormKeyMixin, BaseForm):
    """Let one kabupaten/kota send although the last day has passed."""

    sampai = TanggalField(label="Boleh mengirim sampai", help_text="Sampai 23.59 WIB pada tanggal ini.")
    alasan = TeksField(label="Alasan", max_length=300, help_text="Dibaca operator dan tercatat dalam riwayat.")


class CabutForm(SemulaMixin, FormKeyMixin, BaseForm):
    """Take an exception back."""

    alasan = TeksField(label="Alasan mencabut", max_length=300)


class TanggalPeriodeForm(FormKeyMixin, BaseForm):
    """The dates of a period. While it runs its start is fixed and a change needs a reason."""

    tanggal_posisi = TanggalField(label="Posisi data", help_text="Tanggal yang digambarkan oleh rekap.")
    mulai = TanggalField(label="Mulai")
    batas_waktu = TanggalField(label="Batas waktu", help_text="Kiriman setelah tanggal ini ditandai terlambat.")
    hari_terakhir = TanggalField(
        label="Hari terakhir", help_text="Setelah tanggal ini kiriman ditolak, kecuali dikecualikan."
    )
    alasan = TeksField(
        label="Alasan", max_length=1000, widget=forms.Textarea({"rows": 2}),
        help_text="Dibaca kabupaten/kota yang diundang dan tercatat dalam riwayat.",
    )  # fmt: skip
    semula = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, periode: PeriodeMonitoring, hari_ini: datetime.date, **kwargs: Any) -> None:
        now = Tanggal.of(periode)
        super().__init__(*args, initial={**now._asdict(), "semula": " ".join(map(str, now))}, **kwargs)
        self.dibuka, self.hari_ini = periode.status == StatusPeriode.DIBUKA, hari_ini
        self.fields["mulai"].disabled = self.dibuka
        self.fields["alasan"].required = self.dibuka

    def clean_semula(self) -> Tanggal:
        try:
            days = [datetime.date.fromisoformat(day) for day in self.cleaned_data["semula"].split()]
            return Tanggal(*days)
        except (ValueError, TypeError):
            raise ValidationError("Halaman ini sudah terlalu lama terbuka. Muat ulang, lalu kirim lagi.") from None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if not self.errors:
            data["baru"] = Tanggal(*(data[name] for name in Tanggal._fields))
            for name, text in date_errors(data["semula"], data["baru"], self.hari_ini, dibuka=self.dibuka).items():
                self.add_error(name, text)
        return data
