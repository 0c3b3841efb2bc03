"""The forms of the registry, made from the catalogue of sections."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.forms import inlineformset_factory, modelform_factory
from django.utils import timezone

from core.fields import BilanganField, TeksField
from core.forms import BaseForm, BaseModelForm, BaseRowFormSet, FilterForm, FormKeyMixin, VersionMixin
from core.models import KabupatenKota, Pengguna
from core.versions import touch

from .alamat import Alamat
from .bagian import PROFIL_PENGHUNI, SEBAB_KOSONG, TABEL, Bagian
from .enums import (
    Aspek,
    Jenis,
    JenisLampiran,
    Keadaan,
    Peruntukan,
    Pihak,
    Sebab,
    StatusAset,
    StatusTindakLanjut,
    Tingkat,
)
from .models import Blok, KategoriPermasalahan, Permasalahan, ProfilPenghuni, Rusun, SebabKosong, Tarif, TindakLanjut
from .models.lokasi import RusunQuerySet
from .models.permasalahan import PermasalahanQuerySet
from .penguncian import Kunci

UNLOCKED = Kunci(terkunci=False)
BELUM_TUNTAS = "belum_tuntas"  # a choice of the filter, not a status


class SectionHead(FormKeyMixin, VersionMixin, BaseForm):
    """The hidden part of a section page: form key and version of the location."""


class RusunSectionForm(BaseModelForm):
    """Plain fields of one section; the pairs that a rule compares are checked here as well as in the database."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("keadaan_dasar_hukum") == Keadaan.ADA and not data.get("dasar_hukum"):
            self.add_error("dasar_hukum", "Tulis nomor dan judul perda/perkada, atau pilih Belum ada.")
        if data.get("keadaan_batas_huni") == Keadaan.ADA and data.get("batas_huni_bulan") is None:
            self.add_error("batas_huni_bulan", "Tulis batas lama huni dalam bulan, atau pilih Belum ada.")
        kk, jiwa = data.get("jumlah_kk"), data.get("jumlah_jiwa")
        if kk is not None and jiwa is not None and jiwa < kk:
            self.add_error("jumlah_jiwa", "Jumlah jiwa tidak boleh kurang dari jumlah KK.")
        tanggal = data.get("tanggal_data")
        if tanggal and tanggal > timezone.localdate():
            self.add_error("tanggal_data", "Tanggal data tidak boleh di masa depan.")
        return data


class BlokForm(BaseModelForm):
    class Meta:
        model = Blok
        fields = TABEL["blok"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        unit, terhuni = data.get("jumlah_unit"), data.get("terhuni")
        if unit is not None and terhuni is not None and terhuni > unit:
            self.add_error("terhuni", f"Unit terhuni ({terhuni}) melebihi jumlah unit ({unit}).")
        return data


class TarifForm(BaseModelForm):
    class Meta:
        model = Tarif
        fields = TABEL["tarif"]


class PermasalahanForm(BaseModelForm):
    class Meta:
        model = Permasalahan
        fields = TABEL["permasalahan"]
        widgets = {"uraian": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kategori"].queryset = KategoriPermasalahan.objects.filter(aktif=True)


class SebabKosongForm(BaseForm):
    """One figure per cause. Blank means not answered; the sums are checked before sending."""

    def __init__(self, *args: Any, rusun: Rusun, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {row.sebab: row.jumlah_unit for row in rusun.sebab_kosong.all()})
        self.rusun = rusun
        super().__init__(*args, **kwargs)
        for sebab in SEBAB_KOSONG:
            self.fields[sebab] = BilanganField(label=Sebab(sebab).label, required=False, min_value=0)

    def save(self, pengguna: Pengguna, waktu: datetime.datetime) -> None:
        for sebab in self.changed_data:
            jumlah = self.cleaned_data[sebab]
            row = self.rusun.sebab_kosong.filter(sebab=sebab).first()
            if jumlah is None:
                if row is not None:
                    row.delete()
                continue
            row = row or SebabKosong(rusun=self.rusun, sebab=sebab)
            row.jumlah_unit = jumlah
            touch(row, pengguna, waktu)
            row.save()


class ProfilPenghuniForm(BaseModelForm):
    class Meta:
        model = ProfilPenghuni
        fields = PROFIL_PENGHUNI


ROW_FORMS: dict[str, tuple[type[Any], type[BaseModelForm]]] = {
    "blok": (Blok, BlokForm),
    "tarif": (Tarif, TarifForm),
    "permasalahan": (Permasalahan, PermasalahanForm),
}


class SectionForms:
    """All forms of one section page: hidden head, plain fields, table of rows, table of figures; absent ones None."""

    def __init__(self, rusun: Rusun, bagian: Bagian, data: Any = None, kunci: Kunci = UNLOCKED) -> None:
        self.rusun, self.bagian, self.kunci = rusun, bagian, kunci
        self.kepala = SectionHead(data, initial={"versi": rusun.versi})
        self.utama = self._plain(data) if bagian.kolom else None
        self.baris = self._rows(data) if bagian.tabel in ROW_FORMS else None
        self.angka = self._figures(data) if bagian.tabel and bagian.tabel not in ROW_FORMS else None

    def _open(self, names: Any, bagian: str, baris: str = "") -> list[str]:
        return [name for name in names if self.kunci.opens(Alamat(self.rusun.kode, bagian, baris, name))]

    def _plain(self, data: Any) -> BaseModelForm:
        form = modelform_factory(Rusun, form=RusunSectionForm, fields=self.bagian.kolom)(data, instance=self.rusun)
        if self.kunci.terkunci:
            form.lock_fields(self._open(self.bagian.kolom, self.bagian.kode))
        return form

    def _figures(self, data: Any) -> Any:
        tabel = self.bagian.tabel
        if tabel == "sebab_kosong":
            form: Any = SebabKosongForm(data, prefix=tabel, rusun=self.rusun)
        else:
            instance = getattr(self.rusun, "profil_penghuni", None) or ProfilPenghuni(rusun=self.rusun)
            form = ProfilPenghuniForm(data, prefix=tabel, instance=instance)
        if self.kunci.terkunci:
            form.lock_fields(self._open(form.fields, tabel))
        return form

    def _rows(self, data: Any) -> BaseRowFormSet:
        model, form_class = ROW_FORMS[self.bagian.tabel]
        whole = self.kunci.opens(Alamat(self.rusun.kode, self.bagian.tabel))
        factory = inlineformset_factory(
            Rusun, model, form=form_class, formset=BaseRowFormSet, extra=0 if self.bagian.tabel != "blok" else 1,
            can_delete=True, max_num=200,
        )  # fmt: skip
        if getattr(self.rusun, self.bagian.tabel).exists():
            factory.extra = 0
        formset = factory(data, instance=self.rusun, prefix=self.bagian.tabel)
        if not whole:
            formset.lock()
            for form in formset.forms:
                _reopen(form, self._open(TABEL[self.bagian.tabel], self.bagian.tabel, str(form.instance.pk)))
        return formset

    @property
    def semua(self) -> list[Any]:
        """The visible forms, for the list of errors."""
        return [form for form in (self.utama, self.baris, self.angka) if form is not None]

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in (self.kepala, *self.semua)]  # ask each, so that all errors are shown
        return all(answers)

    def save(self, pengguna: Pengguna, waktu: datetime.datetime) -> None:
        """Write what was typed; called by `rusun.simpan.save_section` while it holds the lock."""
        if self.utama is not None and self.utama.has_changed():
            self.utama.instance.save(update_fields=self.utama.changed_data)
        if self.baris is not None:
            self._save_rows(pengguna, waktu)
        if isinstance(self.angka, SebabKosongForm):
            self.angka.save(pengguna, waktu)
        elif self.angka is not None and self.angka.has_changed():
            touch(self.angka.instance, pengguna, waktu)
            self.angka.save()

    def _save_rows(self, pengguna: Pengguna, waktu: datetime.datetime) -> None:
        assert self.baris is not None
        rows = self.baris.save(commit=False)
        for row in self.baris.deleted_objects:
            row.delete()
        for row in rows:
            touch(row, pengguna, waktu)
            row.save()


def _reopen(form: forms.ModelForm, names: list[str]) -> None:
    for name in names:
        field = form.fields[name]
        field.disabled = False
        field.required = form.base_fields[name].required
        field.widget.attrs["class"] = field.widget.attrs.get("class", "").replace("terkunci", "").strip()


def section_forms(rusun: Rusun, bagian: Bagian, data: Any = None, kunci: Kunci = UNLOCKED) -> SectionForms:
    """The forms of `bagian` of `rusun`, bound to `data`, closed as far as `kunci` closes them."""
    return SectionForms(rusun, bagian, data, kunci)


class LokasiBaruForm(FormKeyMixin, BaseModelForm):
    class Meta:
        model = Rusun
        fields = ("jenis", "nama")


class TutupLokasiForm(FormKeyMixin, BaseForm):
    alasan = TeksField(label="Alasan menutup lokasi", max_length=300, help_text="Misalnya: dibongkar, beralih fungsi.")


class StatusMasalahForm(FormKeyMixin, VersionMixin, BaseModelForm):
    class Meta:
        model = Permasalahan
        fields = ("status",)


class TindakLanjutForm(FormKeyMixin, VersionMixin, BaseModelForm):
    class Meta:
        model = TindakLanjut
        fields = ("uraian", "penanggung_jawab", "pelaksana", "batas_waktu", "status", "keterangan")


class SaringRusun(FilterForm):
    """Filter of the list; it filters itself."""

    q = TeksField(label="Cari", required=False, max_length=100)
    kabupaten_kota = forms.ModelChoiceField(
        KabupatenKota.objects.all(), label="Kabupaten/kota", required=False, empty_label="Semua"
    )
    jenis = forms.ChoiceField(label="Jenis", required=False, choices=[("", "Semua"), *Jenis.choices])
    peruntukan = forms.ChoiceField(label="Peruntukan", required=False, choices=[("", "Semua"), *Peruntukan.choices])
    status_aset = forms.ChoiceField(label="Status aset", required=False, choices=[("", "Semua"), *StatusAset.choices])

    def __init__(self, data: Any, *, pengguna: Pengguna) -> None:
        super().__init__(data)
        _offer_regions(self, pengguna)

    def filter(self, rusun: RusunQuerySet) -> RusunQuerySet:
        """`rusun` narrowed by what was chosen."""
        wanted = self.understood()
        rusun = rusun.search(wanted.pop("q")) if "q" in wanted else rusun
        return rusun.filter(**wanted)


class SaringMasalah(FilterForm):
    """Filter of the list of problems; it filters itself."""

    q = TeksField(label="Cari lokasi atau uraian", required=False, max_length=100)
    kabupaten_kota = forms.ModelChoiceField(
        KabupatenKota.objects.all(), label="Kabupaten/kota", required=False, empty_label="Semua"
    )
    aspek = forms.ChoiceField(label="Aspek", required=False, choices=[("", "Semua"), *Aspek.choices])
    tingkat = forms.ChoiceField(label="Tingkat", required=False, choices=[("", "Semua"), *Tingkat.choices])
    penanggung_jawab = forms.ChoiceField(
        label="Penanggung jawab", required=False, choices=[("", "Semua"), *Pihak.choices]
    )
    status = forms.ChoiceField(
        label="Status", required=False,
        choices=[("", "Semua"), (BELUM_TUNTAS, "Belum tuntas"), *StatusTindakLanjut.choices],
    )  # fmt: skip
    lewat = forms.BooleanField(label="Lewat batas waktu", required=False)

    def __init__(self, data: Any, *, pengguna: Pengguna) -> None:
        super().__init__(data)
        _offer_regions(self, pengguna)

    def filter(self, masalah: PermasalahanQuerySet, hari_ini: datetime.date) -> PermasalahanQuerySet:
        """`masalah` narrowed by what was chosen; what is overdue is asked for `hari_ini`."""
        wanted = self.understood()
        if "q" in wanted:
            masalah = masalah.search(wanted["q"])
        if wanted.get("status") == BELUM_TUNTAS:
            masalah = masalah.unresolved()
            del wanted["status"]
        if wanted.get("lewat"):
            masalah = masalah.overdue(hari_ini)
        places = {"kabupaten_kota": "rusun__kabupaten_kota", "aspek": "kategori__aspek", "tingkat": "tingkat",
                  "penanggung_jawab": "penanggung_jawab", "status": "status"}  # fmt: skip
        return masalah.filter(**{places[name]: value for name, value in wanted.items() if name in places})


def _offer_regions(form: FilterForm, pengguna: Pengguna) -> None:
    """An operator has one region and is not asked; others may choose any. An empty choice means all."""
    if pengguna.kabupaten_kota_id:
        del form.fields["kabupaten_kota"]
    else:
        form.fields["kabupaten_kota"].empty_label = "Semua"


class LampiranForm(FormKeyMixin, BaseForm):
    jenis = forms.ChoiceField(label="Jenis", choices=[("", "Pilih"), *JenisLampiran.choices])
    berkas = forms.FileField(label="Berkas", help_text="Foto JPG atau PNG, atau dokumen PDF, paling besar 10 MB.")
    keterangan = TeksField(label="Keterangan", max_length=200, required=False)


class TarikLampiranForm(FormKeyMixin, BaseForm):
    alasan = TeksField(label="Alasan menarik lampiran", max_length=200)
