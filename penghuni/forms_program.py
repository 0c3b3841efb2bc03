"""Forms of the home-ownership programme: what its lists are narrowed by, and the steps of a candidate."""

from django import forms

from core.export import FORMATS
from core.fields import TanggalField, TeksField
from core.forms import BaseForm, FilterForm, FormKeyMixin

from .enums import HasilSaring, Minat, TahapCalon
from .forms import AlasanForm, NamaFilter, TempatFilter
from .models import SkemaKepemilikan
from .penyaringan import households_with


class PenyaringanFilter(NamaFilter):
    """Which households the screening list shows."""

    skema = forms.ModelChoiceField(SkemaKepemilikan.objects.none(), label="Skema", required=False)
    hasil = forms.ChoiceField(label="Hasil", required=False, choices=[("", "Semua"), *HasilSaring.choices])
    minat = forms.ChoiceField(label="Minat", required=False, choices=[("", "Semua"), *Minat.choices])
    calon = forms.ChoiceField(
        label="Calon", required=False, choices=[("", "Semua"), ("belum", "Belum calon"), ("sudah", "Sudah calon")]
    )
    field_order = ("cari", "skema", "hasil", "daerah", "lokasi", "minat", "calon")

    def __init__(self, *args, skema, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["skema"].queryset = SkemaKepemilikan.objects.filter(pk__in=skema)

    def filter(self, queryset, versi):
        """`queryset` of households with a result under `versi`, narrowed by whatever was understood."""
        wanted = self.understood()
        queryset = households_with(queryset, versi, wanted.get("skema"), wanted.get("hasil", ""))
        if "cari" in wanted:
            queryset = queryset.with_name(wanted["cari"])
        if "daerah" in wanted:
            queryset = queryset.filter(kabupaten_kota=wanted["daerah"])
        if "minat" in wanted:
            queryset = queryset.filter(minat=wanted["minat"])
        if "calon" in wanted:
            queryset = queryset.filter(calon__isnull=wanted["calon"] == "belum")
        return queryset.living(rusun=wanted.get("lokasi"))


class CalonFilter(NamaFilter):
    """Which candidates a list shows."""

    tahap = forms.ChoiceField(label="Tahap", required=False, choices=[("", "Semua"), *TahapCalon.choices])
    skema = forms.ModelChoiceField(SkemaKepemilikan.objects.all(), label="Skema yang dituju", required=False)
    aturan = forms.ChoiceField(
        label="Aturan", required=False, choices=[("", "Semua"), ("lama", "Diputuskan menurut aturan lama")]
    )
    field_order = ("cari", "tahap", "skema", "daerah", "lokasi", "aturan")

    def filter(self, queryset, versi):
        """`queryset` of candidates narrowed by whatever was understood; `versi` are the rules of today."""
        wanted = self.understood()
        if "cari" in wanted:
            queryset = queryset.filter(penghuni__nama__icontains=wanted["cari"])
        if "tahap" in wanted:
            queryset = queryset.filter(tahap=wanted["tahap"])
        if "skema" in wanted:
            queryset = queryset.filter(skema=wanted["skema"])
        if "daerah" in wanted:
            queryset = queryset.filter(penghuni__kabupaten_kota=wanted["daerah"])
        if "lokasi" in wanted:
            queryset = queryset.filter(
                penghuni__hunian__selesai__isnull=True, penghuni__hunian__blok__rusun=wanted["lokasi"]
            )
        if "aturan" in wanted:
            queryset = queryset.exclude(versi_aturan=versi)
        return queryset


class PerubahanFilter(TempatFilter):
    """Whose result moved when the rules did."""

    skema = forms.ModelChoiceField(SkemaKepemilikan.objects.all(), label="Skema", required=False)
    menjadi = forms.ChoiceField(label="Menjadi", required=False, choices=[("", "Semua"), *HasilSaring.choices])
    field_order = ("skema", "menjadi", "daerah", "lokasi")

    def filter(self, queryset):
        """`queryset` of results narrowed by whatever was understood."""
        wanted = self.understood()
        if "skema" in wanted:
            queryset = queryset.filter(skema=wanted["skema"])
        if "menjadi" in wanted:
            queryset = queryset.filter(hasil=wanted["menjadi"])
        if "daerah" in wanted:
            queryset = queryset.filter(kabupaten_kota=wanted["daerah"])
        if "lokasi" in wanted:
            queryset = queryset.filter(
                penghuni__hunian__selesai__isnull=True, penghuni__hunian__blok__rusun=wanted["lokasi"]
            )
        return queryset


class AturanForm(FilterForm):
    """The day whose rules are shown."""

    tanggal = TanggalField(label="Aturan per tanggal")


class PutaranForm(FormKeyMixin, BaseForm):
    """Starts a run of the screening; without a day under the rules of today."""

    tanggal = TanggalField(label="Aturan per tanggal", required=False, widget=forms.HiddenInput)


class JadikanCalonForm(FormKeyMixin, BaseForm):
    """Households that are taken onto the list of candidates."""

    catatan = TeksField(label="Catatan", max_length=500, required=False)

    def __init__(self, *args, penghuni, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["penghuni"] = forms.ModelMultipleChoiceField(
            penghuni, label="Penghuni", error_messages={"required": "Centang paling sedikit satu penghuni."}
        )


class TahapForm(FormKeyMixin, BaseForm):
    """The next step of a candidate, with the version it was opened at."""

    versi = forms.IntegerField(widget=forms.HiddenInput, max_value=2**31 - 1)
    ke = forms.ChoiceField(label="Langkah", widget=forms.RadioSelect)
    skema = forms.ModelChoiceField(SkemaKepemilikan.objects.none(), label="Skema yang dituju", required=False)
    catatan = TeksField(
        label="Catatan", max_length=500, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="Wajib bila membatalkan atau mundur. Jangan tulis NIK atau nomor telepon.",
    )  # fmt: skip

    def __init__(self, *args, langkah, skema, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ke"].choices = [(ke.value, ke.label) for ke in langkah]
        self.fields["skema"].queryset = SkemaKepemilikan.objects.filter(pk__in=skema)


class EksporCalonForm(AlasanForm):
    """The list of candidates for the programme unit. Each file that leaves is an access of its own, and is logged."""

    format = forms.ChoiceField(
        label="Bentuk berkas", choices=[*FORMATS.items(), ("pdf", "PDF, tanpa NIK")], widget=forms.RadioSelect
    )
