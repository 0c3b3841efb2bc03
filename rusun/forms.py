"""The forms of the registry, made from the catalogue of sections."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import inlineformset_factory, modelform_factory
from django.forms.formsets import DELETION_FIELD_NAME, INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from core.display import tanggal
from core.fields import BilanganField, TeksField
from core.forms import BaseForm, BaseModelForm, BaseRowFormSet, FilterForm, FormKeyMixin, VersionMixin
from core.models import KabupatenKota, Pengguna
from core.versions import touch

from .alamat import Alamat
from .bagian import PROFIL_PENGHUNI, SEBAB_KOSONG, TABEL, TABEL_KELOMPOK, Bagian, section_of
from .bentrok import HAPUS, Ketikan, row_key
from .enums import (
    Aspek,
    Jenis,
    JenisLampiran,
    Peruntukan,
    Pihak,
    Sebab,
    StatusAset,
    StatusTindakLanjut,
    Tingkat,
)
from .models import Blok, KategoriPermasalahan, Permasalahan, ProfilPenghuni, Rusun, SebabKosong, Tarif, TindakLanjut
from .models.lokasi import RusunQuerySet
from .models.permasalahan import PermasalahanQuerySet, TindakLanjutQuerySet
from .pemeriksaan import PENJELAS, check_while_filling
from .penguncian import Kunci
from .salinan import Lokasi, location_of, plain_columns, units_of

UNLOCKED = Kunci(terkunci=False)
# Choices of filters that are no status.
BELUM_TUNTAS = "belum_tuntas"
LEWAT = "lewat"
SEMUA = "semua"


class DasarField(forms.JSONField):
    """What the page showed, as it came back: nonsense counts as nothing known, so every field is asked about."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError, ValidationError):
            return {}

    def bound_data(self, data: Any, initial: Any) -> Any:
        return self.to_python(data)

    def prepare_value(self, value: Any) -> str:
        return json.dumps(value)


class SectionHead(FormKeyMixin, VersionMixin, BaseForm):
    """The hidden part of a section page: form key, version of the location, and what the page showed when opened."""

    dasar = DasarField(widget=forms.HiddenInput, required=False)

    def clean_dasar(self) -> dict[str, str]:
        dasar = self.cleaned_data["dasar"]
        texts = isinstance(dasar, dict) and all(isinstance(text, str) for text in dasar.values())
        return dasar if texts else {}


class BlokForm(BaseModelForm):
    class Meta:
        model = Blok
        fields = TABEL["blok"]
        labels = {
            "kosong_siap": "Kosong siap",
            "cadangan": "Tidak disewakan",
            "kapasitas_unit": "Orang per unit",
            "unit_disabilitas": "Unit disabilitas",
            "unit_non_hunian": "Unit nonhunian",
        }
        help_texts = {"cadangan": "Cadangan atau dipakai lain.", "kapasitas_unit": "Untuk pola perorangan.",
                      "tipe_m2": "Kosong: barak."}  # fmt: skip

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
        # One that was deactivated stays where it is used.
        offered = Q(aktif=True) | Q(pk=self.instance.kategori_id)
        self.fields["kategori"].queryset = KategoriPermasalahan.objects.filter(offered)


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


@dataclass(frozen=True)
class KartuBaris:
    """One row of a table as it is typed: its form, its fields in groups, and the tick that removes it."""

    form: Any
    nama: str
    kelompok: list[tuple[str, list[forms.BoundField]]]
    hapus: forms.BoundField | None
    keterangan: Any = None


@dataclass(frozen=True)
class KelompokAngka:
    """Figures that belong together, their sum, and what it has to be (None: nothing fixed)."""

    judul: str
    kolom: list[forms.BoundField]
    jumlah: int
    harus: int | None
    satuan: str

    @property
    def cocok(self) -> bool:
        return self.harus is None or self.jumlah == self.harus

    @property
    def nama(self) -> str:
        """The last part of the inputs' names, for the script that adds them up while typing."""
        return " ".join(bound.name for bound in self.kolom)


class SectionForms:
    """All forms of one section page: hidden head, plain fields, table of rows, table of figures; absent ones None."""

    def __init__(self, rusun: Rusun, bagian: Bagian, data: Any = None, kunci: Kunci = UNLOCKED) -> None:
        self.rusun, self.bagian, self.kunci, self.data = rusun, bagian, kunci, data
        self.utama = self._plain(data) if bagian.kolom else None
        self.baris = self._rows(data) if bagian.tabel in ROW_FORMS else None
        self.angka = self._figures(data) if bagian.tabel and bagian.tabel not in ROW_FORMS else None
        initial = {} if data is not None else {"versi": rusun.versi, "dasar": self.shown()}
        self.kepala = SectionHead(data, initial=initial)
        self.annotate({})

    def _open(self, names: Any, bagian: str, baris: str = "") -> list[str]:
        return [name for name in names if self.kunci.opens(Alamat(self.rusun.kode, bagian, baris, name))]

    def _plain(self, data: Any) -> BaseModelForm:
        form = modelform_factory(Rusun, form=BaseModelForm, fields=self.bagian.kolom)(data, instance=self.rusun)
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
        rows = model.objects.select_related("kategori") if model is Permasalahan else model.objects.all()
        formset = factory(data, instance=self.rusun, prefix=self.bagian.tabel, queryset=rows)
        self.baris_kosong = formset.empty_form
        _share_choices([*formset.forms, self.baris_kosong])
        if not whole:
            formset.lock()
            for form in formset.initial_forms:  # a crafted POST may carry more rows: those stay closed
                _reopen(form, self._open(TABEL[self.bagian.tabel], self.bagian.tabel, str(form.instance.pk)))
        return formset

    @property
    def semua(self) -> list[Any]:
        """The visible forms, for the list of errors."""
        return [form for form in (self.utama, self.baris, self.angka) if form is not None]

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in (self.kepala, *self.semua)]  # ask each, so that all errors are shown
        return all(answers) and self._keeps_rules()

    def _keeps_rules(self) -> bool:
        """Ask the rules that a section can break by itself; what they say stands at the field."""
        findings = check_while_filling(self._candidate(), timezone.localdate())
        own = [temuan for temuan in findings if section_of(temuan.alamat.bagian) is self.bagian]
        for temuan in own:
            form, name = self._place(temuan.alamat)
            form.add_error(name, temuan.pesan)
        return not own

    def _candidate(self) -> Lokasi:
        """The location as it would stand after saving. `rusun` already carries the plain fields that were typed."""
        lokasi = location_of(self.rusun)
        tabel = self.bagian.tabel
        if self.baris is not None:
            removed = self.baris.deleted_forms
            rows = [
                form
                for form in self.baris.forms
                if form not in removed and (form.has_changed() or not form.instance._state.adding)
            ]
            lokasi[tabel] = {str(form.instance.pk): plain_columns(form.instance, TABEL[tabel]) for form in rows}
        elif self.angka is not None:
            lokasi[tabel] = {name: self.angka.cleaned_data.get(name) for name in self.angka.fields}
        return lokasi

    def _place(self, alamat: Alamat) -> tuple[Any, str | None]:
        """The form and field where a finding about `alamat` is told."""
        if self.baris is not None and alamat.baris:
            return next(form for form in self.baris.forms if str(form.instance.pk) == alamat.baris), alamat.kolom
        form = self.angka if alamat.bagian == self.bagian.tabel and self.angka is not None else self.utama
        return form, alamat.kolom if form is not None and alamat.kolom in form.fields else None

    # --- for the page -----------------------------------------------------------------------------------------------

    def cells(self) -> Iterator[tuple[Alamat, forms.BoundField]]:
        """Every input with the address of its cell."""
        kode = self.rusun.kode
        for form, part in ((self.utama, self.bagian.kode), (self.angka, self.bagian.tabel)):
            for bound in form or ():
                yield Alamat(kode, part, "", bound.name), bound
        for row in self.baris.initial_forms if self.baris is not None else ():
            for kolom in TABEL[self.bagian.tabel]:
                yield Alamat(kode, self.bagian.tabel, str(row.instance.pk), kolom), row[kolom]

    def annotate(self, keterangan: Mapping[Alamat, Any]) -> None:
        """Put beside each input the anchor of its cell and what the page knows about it (old values, remarks)."""
        for alamat, bound in self.cells():
            bound.field.jangkar = alamat.jangkar
            bound.field.keterangan = keterangan.get(alamat)
        self.keterangan = keterangan

    def kartu(self) -> list[KartuBaris]:
        """The rows of the table, each with its fields in groups."""
        assert self.baris is not None
        return [self._card(form) for form in self.baris.forms]

    def kartu_kosong(self) -> KartuBaris:
        """The row that "Tambah" adds."""
        return self._card(self.baris_kosong)

    def _card(self, form: Any) -> KartuBaris:
        kelompok = [(judul, [form[name] for name in kolom]) for judul, kolom in TABEL_KELOMPOK[self.bagian.tabel]]
        row = form.instance
        nama = "" if row._state.adding else str(row.kategori if isinstance(row, Permasalahan) else row)
        hapus = form[DELETION_FIELD_NAME] if DELETION_FIELD_NAME in form.fields else None
        alamat = Alamat(self.rusun.kode, self.bagian.tabel, str(form.instance.pk))
        return KartuBaris(form, nama, kelompok, hapus, self.keterangan.get(alamat))

    def kelompok_angka(self) -> list[KelompokAngka]:
        """The figures of a closed list in groups: causes under the figure they explain, residents by question."""
        assert self.angka is not None
        if self.bagian.tabel != "sebab_kosong":
            return [self._group(judul, kolom, None, "KK") for judul, kolom in self.bagian.kelompok]
        unit = units_of(location_of(self.rusun))
        return [
            self._group(f"Sebab unit {nama}", sebab, getattr(unit, kolom), "unit") for kolom, nama, sebab in PENJELAS
        ]

    def _group(self, judul: str, names: Any, harus: int | None, satuan: str) -> KelompokAngka:
        assert self.angka is not None
        bound = [self.angka[name] for name in names]
        return KelompokAngka(judul, bound, sum(_figure(self.angka, name) for name in names), harus, satuan)

    # --- as text, for `rusun.bentrok` -----------------------------------------------------------------------------

    def _plain_fields(self) -> Iterator[forms.BoundField]:
        for form in (self.utama, self.angka):
            yield from form or ()

    def _row_cells(self, row: Any) -> Iterator[tuple[str, forms.BoundField]]:
        for kolom in TABEL[self.bagian.tabel]:
            yield kolom, row[kolom]
        if DELETION_FIELD_NAME in row.fields:
            yield DELETION_FIELD_NAME, row[DELETION_FIELD_NAME]

    def shown(self) -> dict[str, str]:
        """What the page shows, as text per field. Asked of forms without data: then it is what the registry holds."""
        texts = {bound.html_name: _text(bound) for bound in self._plain_fields()}
        for row in self.baris.initial_forms if self.baris is not None else ():
            for kolom, bound in self._row_cells(row):
                texts[row_key(self.bagian.tabel, str(row.instance.pk), kolom)] = _text(bound)
        return texts

    def typed(self) -> dict[str, str]:
        """What was posted into the fields that are open, as text per field."""
        texts = {
            bound.html_name: _posted(self.data, bound) for bound in self._plain_fields() if not bound.field.disabled
        }
        for number, row in enumerate(self.baris.forms if self.baris is not None else ()):
            baris = self.data.get(row.add_prefix("id")) or f"baru{number}"
            for kolom, bound in self._row_cells(row):
                if not bound.field.disabled:
                    texts[row_key(self.bagian.tabel, baris, kolom)] = _posted(self.data, bound)
        return texts

    def typed_into_closed(self) -> bool:
        """Whether the POST changes a field that was closed since its page was opened: a browser posts no closed one."""
        closed = [bound for bound in self._plain_fields() if bound.field.disabled]
        for row in self.baris.forms if self.baris is not None else ():
            closed += [bound for _, bound in self._row_cells(row) if bound.field.disabled]
        return any(bound.html_name in self.data and _posted(self.data, bound) != _text(bound) for bound in closed)

    def as_post(self, isi: Ketikan) -> QueryDict:
        """`isi` as data for these forms, asked of forms without data: rows the registry has first, then new ones."""
        data = QueryDict(mutable=True)
        for bound in self._plain_fields():
            _fill(data, bound.html_name, bound, isi.get(bound.html_name, ""))
        if self.baris is not None:
            self._fill_rows(data, isi)
        return data

    def _fill_rows(self, data: QueryDict, isi: Ketikan) -> None:
        assert self.baris is not None
        tabel, present = self.bagian.tabel, [str(row.instance.pk) for row in self.baris.initial_forms]
        rows = dict.fromkeys(name.split("|")[1] for name in isi if name.startswith(f"{tabel}|"))
        added = [baris for baris in rows if baris not in present]
        data[f"{tabel}-{INITIAL_FORM_COUNT}"] = str(len(present))
        data[f"{tabel}-{TOTAL_FORM_COUNT}"] = str(len(present) + len(added))
        for number, baris in enumerate([*present, *added]):
            data[f"{tabel}-{number}-id"] = baris if baris in present else ""
            for kolom, bound in self._row_cells(self.baris_kosong):
                _fill(data, f"{tabel}-{number}-{kolom}", bound, isi.get(row_key(tabel, baris, kolom), ""))

    def label_of(self, nama: str) -> str:
        """What a field of a `Ketikan` is called: `Jumlah KK`, or `TB 1, Kosong rusak`."""
        rest = nama.partition("|")[2]
        if not rest:
            return next(str(bound.label) for bound in self._plain_fields() if bound.html_name == nama)
        assert self.baris is not None
        baris, _, kolom = rest.partition("|")
        row = next((form for form in self.baris.initial_forms if str(form.instance.pk) == baris), None)
        label = self.baris_kosong[kolom].label
        return f"{row.instance}, {label}" if row is not None else str(label)

    def text_of(self, nama: str, text: str) -> str:
        """A text of a `Ketikan` as people read it: the label of a choice, a date in words."""
        tabel, _, rest = nama.partition("|")
        kolom = rest.rpartition("|")[2]
        if kolom == HAPUS:
            return "dihapus" if text else "tidak dihapus"
        if rest:
            assert self.baris is not None
            bound = self.baris_kosong[kolom]
        else:
            bound = next(row for row in self._plain_fields() if row.html_name == tabel)
        return _read_as(bound.field, text)

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


def _share_choices(rows: list[Any]) -> None:
    """Ask the database for the choices of a column once, not once per row."""
    for name, field in rows[-1].fields.items():
        if isinstance(field, forms.ModelChoiceField) and not isinstance(field.widget, forms.HiddenInput):
            choices = list(field.choices)
            for form in rows:
                form.fields[name].choices = choices


def _figure(form: Any, name: str) -> int:
    """The figure shown in an input; 0 for nothing or nonsense."""
    try:
        return form.fields[name].clean(form[name].value()) or 0
    except ValidationError:
        return 0


def _text(bound: forms.BoundField) -> str:
    value, widget = bound.value(), bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "on" if widget.check_test(value) else ""
    shown = widget.format_value(value)
    if isinstance(shown, list):
        shown = shown[0] if shown else ""
    return "" if shown is None else str(shown)


def _read_as(field: forms.Field, text: str) -> str:
    if isinstance(field.widget, forms.CheckboxInput):
        return "ya" if text else "tidak"
    if isinstance(field, forms.DateField) and (day := parse_date(text)):
        return tanggal(day)
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ()) if str(key)}
    return labels.get(text, text) or "(kosong)"


def _posted(data: Mapping[str, str], bound: forms.BoundField) -> str:
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return "on" if bound.html_name in data else ""
    return data.get(bound.html_name, "").replace("\r\n", "\n")


def _fill(data: QueryDict, name: str, bound: forms.BoundField, text: str) -> None:
    if text or not isinstance(bound.field.widget, forms.CheckboxInput):
        data[name] = text


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


class TutupLokasiForm(FormKeyMixin, VersionMixin, BaseForm):
    alasan = TeksField(label="Alasan menutup lokasi", max_length=300, help_text="Misalnya: dibongkar, beralih fungsi.")


class StatusMasalahForm(FormKeyMixin, VersionMixin, BaseModelForm):
    class Meta:
        model = Permasalahan
        fields = ("status",)


class TindakLanjutForm(FormKeyMixin, VersionMixin, BaseModelForm):
    class Meta:
        model = TindakLanjut
        fields = ("uraian", "penanggung_jawab", "pelaksana", "unit", "batas_waktu", "status", "keterangan")


class StatusTindakLanjutForm(FormKeyMixin, VersionMixin, BaseModelForm):
    """What the province says about a follow-up that is not the kabupaten/kota's: how far, not what and by when."""

    class Meta:
        model = TindakLanjut
        fields = ("status", "keterangan")


class SaringRusun(FilterForm):
    """Filter of the list; it filters itself."""

    q = TeksField(label="Cari", required=False, max_length=100)
    kabupaten_kota = forms.ModelChoiceField(KabupatenKota.objects.all(), label="Kabupaten/kota", required=False)
    jenis = forms.ChoiceField(label="Jenis", required=False, choices=[("", "Semua"), *Jenis.choices])
    peruntukan = forms.ChoiceField(label="Peruntukan", required=False, choices=[("", "Semua"), *Peruntukan.choices])
    status_aset = forms.ChoiceField(label="Status aset", required=False, choices=[("", "Semua"), *StatusAset.choices])

    def __init__(self, data: Any, *, pengguna: Pengguna) -> None:
        super().__init__(data)
        _ask_for_region(self, pengguna)

    def filter(self, rusun: RusunQuerySet) -> RusunQuerySet:
        """`rusun` narrowed by what was chosen."""
        wanted = self.understood()
        rusun = rusun.search(wanted.pop("q")) if "q" in wanted else rusun
        return rusun.filter(**wanted)


class SaringMasalah(FilterForm):
    """Filter of the list of problems; it filters itself."""

    q = TeksField(label="Cari lokasi atau uraian", required=False, max_length=100)
    kabupaten_kota = forms.ModelChoiceField(KabupatenKota.objects.all(), label="Kabupaten/kota", required=False)
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
        _ask_for_region(self, pengguna)

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

    def filter_agreements(self, tindak: TindakLanjutQuerySet, hari_ini: datetime.date) -> TindakLanjutQuerySet:
        """Follow-ups of no problem, narrowed alike; none once something is asked that only a problem has."""
        wanted = self.understood()
        if wanted.keys() & {"aspek", "tingkat"}:
            return tindak.none()
        return _narrow(tindak.filter(permasalahan__isnull=True), wanted, hari_ini)


class SaringTindakLanjut(FilterForm):
    """Filter of the list of follow-ups; it filters itself. Left alone it leaves those that still have to be done."""

    q = TeksField(label="Cari lokasi atau uraian", required=False, max_length=100)
    kabupaten_kota = forms.ModelChoiceField(KabupatenKota.objects.all(), label="Kabupaten/kota", required=False)
    penanggung_jawab = forms.ChoiceField(
        label="Penanggung jawab", required=False, choices=[("", "Semua"), *Pihak.choices]
    )
    status = forms.ChoiceField(
        label="Status", required=False,
        choices=[
            ("", "Belum selesai"), (LEWAT, "Lewat batas waktu"), *StatusTindakLanjut.choices, (SEMUA, "Semua status"),
        ],
    )  # fmt: skip

    def __init__(self, data: Any, *, pengguna: Pengguna) -> None:
        super().__init__(data)
        _ask_for_region(self, pengguna)

    def filter(self, tindak: TindakLanjutQuerySet, hari_ini: datetime.date) -> TindakLanjutQuerySet:
        """`tindak` narrowed by what was chosen; what is overdue is asked for `hari_ini`."""
        wanted = self.understood()
        status = wanted.pop("status", BELUM_TUNTAS)
        if status == LEWAT:
            wanted["lewat"] = True
        elif status != SEMUA:
            wanted["status"] = status
        return _narrow(tindak, wanted, hari_ini)

    def in_words(self) -> str:
        words = super().in_words()
        if "status" in self.understood():
            return words
        return "; ".join(filter(None, [words, "Status: Belum selesai"]))


def _narrow(tindak: TindakLanjutQuerySet, wanted: dict[str, Any], hari_ini: datetime.date) -> TindakLanjutQuerySet:
    """What filters of follow-ups have in common."""
    wanted = dict(wanted)
    if "q" in wanted:
        tindak = tindak.search(wanted.pop("q"))
    if wanted.pop("lewat", False):
        tindak = tindak.overdue(hari_ini)
    if wanted.get("status") == BELUM_TUNTAS:
        tindak = tindak.open()
        del wanted["status"]
    if "kabupaten_kota" in wanted:
        tindak = tindak.filter(rusun__kabupaten_kota=wanted.pop("kabupaten_kota"))
    return tindak.filter(**wanted)


def _ask_for_region(form: FilterForm, pengguna: Pengguna) -> None:
    """An operator has one region and is not asked."""
    if pengguna.kabupaten_kota_id:
        del form.fields["kabupaten_kota"]


class BuktiForm(FormKeyMixin, BaseForm):
    berkas = forms.FileField(label="Berkas", help_text="Foto JPG atau PNG, atau dokumen PDF, paling besar 10 MB.")
    keterangan = TeksField(label="Keterangan", max_length=200, required=False)


class LampiranForm(BuktiForm):
    """A paper of the location. Evidence has a page of its own: it belongs to a follow-up and never locks."""

    jenis = forms.ChoiceField(
        label="Jenis", choices=[("", "Pilih"), *(row for row in JenisLampiran.choices if row[0] != JenisLampiran.BUKTI)]
    )
    field_order = ("kunci_formulir", "jenis", "berkas", "keterangan")


class TarikLampiranForm(FormKeyMixin, VersionMixin, BaseForm):
    alasan = TeksField(label="Alasan menarik lampiran", max_length=200)
