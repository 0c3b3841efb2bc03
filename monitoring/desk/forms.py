"""Forms of the desk: schedule, slot, attendance, agenda, commitment, prose of the berita acara."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.display import WIB
from core.enums import Peran
from core.fields import JamField, TanggalField, TeksField
from core.forms import BaseForm, BaseModelForm, FormKeyMixin
from core.models import Pengguna
from monitoring.desk.kalender import lunch_of
from monitoring.models import HariLibur, JadwalDesk, SesiDesk
from rusun.enums import Pihak
from rusun.models import Permasalahan, Rusun, TindakLanjut


def _province() -> Any:
    return Pengguna.objects.filter(peran=Peran.VERIFIKATOR, is_active=True).order_by("nama")


class JadwalForm(FormKeyMixin, BaseModelForm):
    """How the desk is laid out."""

    mulai = TanggalField(label="Hari pertama", help_text="Rapat pembukaan diadakan pada pagi hari ini.")
    jam_mulai = JamField(label="Mulai pukul", initial=datetime.time(8, 0))
    jam_selesai = JamField(label="Selesai pukul", initial=datetime.time(16, 0))
    tautan = forms.URLField(label="Tautan rapat daring", max_length=300, required=False, assume_scheme="https")
    verifikator = forms.ModelMultipleChoiceField(
        Pengguna.objects.none(), label="Verifikator", widget=forms.CheckboxSelectMultiple,
        help_text="Urut ruang: yang pertama memimpin ruang 1, dan seterusnya.",
        error_messages={"required": "Pilih paling sedikit satu verifikator."},
    )  # fmt: skip

    semula = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = JadwalDesk
        fields = (
            "mulai", "jumlah_hari", "jam_mulai", "jam_selesai", "ruang", "verifikator", "menit_dasar",
            "menit_per_lokasi", "jeda", "tautan",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verifikator"].queryset = _province()  # type: ignore[attr-defined]
        self.initial.setdefault("semula", self.instance.susunan)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("jam_mulai"), data.get("jam_selesai")
        if start and end and end <= start:
            self.add_error("jam_selesai", "Jam selesai harus sesudah jam mulai.")
        elif start and data.get("mulai") and start >= lunch_of(data["mulai"])[0]:
            self.add_error("jam_mulai", "Rapat pembukaan membutuhkan waktu pagi: mulai sebelum istirahat.")
        return data


class SlotForm(FormKeyMixin, BaseForm):
    """Another time, room, verifikator or link for one session."""

    tanggal = TanggalField(label="Tanggal")
    jam_mulai = JamField(label="Mulai pukul")
    jam_selesai = JamField(label="Selesai pukul")
    ruang = forms.IntegerField(label="Ruang", min_value=1, max_value=6)
    verifikator = forms.ModelChoiceField(Pengguna.objects.none(), label="Verifikator")
    tautan = forms.URLField(label="Tautan rapat daring", max_length=300, required=False, assume_scheme="https")
    alasan = TeksField(label="Alasan", max_length=300, required=False, help_text="Tercatat dalam riwayat sesi.")
    tetap = forms.BooleanField(label="Simpan juga bila waktunya tidak lazim", required=False)
    versi = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sesi: SesiDesk, **kwargs: Any) -> None:
        start, end = sesi.mulai.astimezone(WIB), sesi.selesai.astimezone(WIB)
        initial = {
            "tanggal": start.date(), "jam_mulai": start.time(), "jam_selesai": end.time(), "ruang": sesi.ruang,
            "verifikator": sesi.verifikator_id, "tautan": sesi.tautan, "versi": sesi.versi,
        }  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["verifikator"].queryset = _province()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            data["mulai"] = datetime.datetime.combine(data["tanggal"], data["jam_mulai"], tzinfo=WIB)
            data["selesai"] = datetime.datetime.combine(data["tanggal"], data["jam_selesai"], tzinfo=WIB)
            if data["selesai"] <= data["mulai"]:
                self.add_error("jam_selesai", "Jam selesai harus sesudah jam mulai.")
        return data

    def fill(self, sesi: SesiDesk) -> SesiDesk:
        """`sesi` with what was typed, not saved."""
        for name in ("mulai", "selesai", "ruang", "verifikator", "tautan"):
            setattr(sesi, name, self.cleaned_data[name])
        return sesi


class LiburForm(FormKeyMixin, BaseModelForm):
    """A day off."""

    tanggal = TanggalField(label="Tanggal")

    class Meta:
        model = HariLibur
        fields = ("tanggal", "nama")

    def clean_tanggal(self) -> datetime.date:
        tanggal: datetime.date = self.cleaned_data["tanggal"]
        if HariLibur.objects.filter(pk=tanggal, aktif=True).exists():
            raise ValidationError("Tanggal ini sudah ada dalam daftar.")
        return tanggal

    def validate_unique(self) -> None:
        """A day that was taken off the list comes back on it."""


class HadirForm(BaseForm):
    """A line of the attendance list, signed without an account."""

    nama = TeksField(label="Nama lengkap", max_length=120)
    instansi = TeksField(label="Instansi", max_length=160, help_text="Misalnya Dinas Perkim Kabupaten Kudus.")
    jabatan = TeksField(label="Jabatan", max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nama"].widget.attrs["autocomplete"] = "name"


class ButirForm(FormKeyMixin, BaseForm):
    """A point to talk about."""

    judul = TeksField(label="Butir tambahan", max_length=300)


class TidakHadirForm(FormKeyMixin, BaseForm):
    alasan = TeksField(
        label="Keterangan", max_length=500, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="Misalnya sudah dihubungi lewat telepon pukul berapa.",
    )  # fmt: skip


class KesepakatanForm(FormKeyMixin, BaseModelForm):
    """What was agreed: who does what by when, and how many units it brings back."""

    rusun = forms.ModelChoiceField(Rusun.objects.none(), label="Lokasi")
    permasalahan = forms.ModelChoiceField(
        Permasalahan.objects.none(), label="Permasalahan", required=False, empty_label="Tidak terkait permasalahan",
    )  # fmt: skip
    batas_waktu = TanggalField(label="Batas waktu")

    class Meta:
        model = TindakLanjut
        fields = ("rusun", "permasalahan", "uraian", "penanggung_jawab", "pelaksana", "batas_waktu", "unit")

    def __init__(self, *args: Any, sesi: SesiDesk, pengguna: Pengguna, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert sesi.isian is not None
        kode = sesi.isian.kabupaten_kota_id
        places = Rusun.objects.visible_to(pengguna).active().filter(kabupaten_kota=kode).order_by("kode")
        problems = Permasalahan.objects.visible_to(pengguna).active().filter(rusun__kabupaten_kota=kode)
        self.fields["rusun"].queryset = places  # type: ignore[attr-defined]
        field: Any = self.fields["permasalahan"]
        field.queryset = problems.unresolved().select_related("rusun", "kategori").order_by("rusun", "kategori")
        field.label_from_instance = lambda row: f"{row.rusun.nama}: {row.kategori.nama}"
        self.fields["penanggung_jawab"].initial = Pihak.KABUPATEN_KOTA

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        problem, place = data.get("permasalahan"), data.get("rusun")
        if problem and place and problem.rusun_id != place.pk:
            self.add_error("permasalahan", f"Permasalahan ini milik {problem.rusun.nama}, bukan {place.nama}.")
        return data


class NotulenForm(FormKeyMixin, BaseForm):
    notulen = forms.CharField(
        label="Notulen", max_length=10000, required=False, widget=forms.Textarea({"rows": 16}),
        help_text="Satu butir per baris.",
    )  # fmt: skip
    versi = forms.IntegerField(widget=forms.HiddenInput)


class NaskahForm(FormKeyMixin, BaseForm):
    """The prose of a berita acara; its figures are not for editing."""

    pembuka = forms.CharField(label="Kalimat pembuka", max_length=3000, widget=forms.Textarea({"rows": 6}))
    penutup = forms.CharField(label="Kalimat penutup", max_length=3000, widget=forms.Textarea({"rows": 3}))
    versi = forms.IntegerField(widget=forms.HiddenInput)


class RevisiForm(FormKeyMixin, BaseForm):
    alasan = TeksField(label="Alasan revisi", max_length=500, widget=forms.Textarea({"rows": 2}))


class NomorForm(FormKeyMixin, BaseForm):
    nomor = TeksField(
        label="Nomor naskah", max_length=80, help_text="Sesuai buku agenda, misalnya 648/123/2021.",
    )  # fmt: skip


class PindaianForm(FormKeyMixin, BaseForm):
    berkas = forms.FileField(label="Pindaian bertanda tangan", help_text="PDF, JPG, atau PNG, paling besar 10 MB.")
    kode = TeksField(label="Kode dokumen pada kertas", max_length=60, help_text="Tercetak di bawah judul, diawali BA-.")
