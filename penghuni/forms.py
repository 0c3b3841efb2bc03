import datetime
from itertools import groupby

from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from core.access import operator
from core.export import FORMATS
from core.fields import JamField, TanggalField, TeksField
from core.forms import BaseForm, BaseModelForm, FilterForm, FormKeyMixin, VersionMixin
from core.models import KabupatenKota
from core.parsing import Unreadable
from core.sealed import Sealed
from rusun.models import Blok, Rusun

from .akses import ALASAN_MAX, SEALED, ReasonMissing, require_reason
from .bagian import SECTIONS
from .enums import JenisPermintaan, KeluarKe, Minat, StatusPermintaanSubjek
from .models import Hunian, Penghuni
from .nik import parse_nik, parse_no_kk, parse_telepon

ANONIM = "anonim"
COLUMNS = [name for _, names in SECTIONS for name in names if name not in SEALED]


class NomorInput(forms.TextInput):
    """A number that is a name, not an amount: numeric keypad, never remembered by the browser."""

    def __init__(self, **attrs):
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false", **attrs})


def _fieldsets(sections):
    return Layout(
        *(Fieldset(title, Row(*(Column(name, css_class="col-sm-6") for name in names))) for title, names in sections)
    )


def _read(parse, text):
    try:
        return parse(text)
    except Unreadable as error:
        raise ValidationError(str(error), code="invalid") from None


class PenghuniForm(FormKeyMixin, VersionMixin, BaseModelForm):
    """A household. Sealed numbers are typed or left empty; the form never gets to know the stored ones."""

    nik = TeksField(label="NIK", max_length=40, required=False, widget=NomorInput)
    no_kk = TeksField(label="No KK", max_length=40, required=False, widget=NomorInput)
    telepon = TeksField(label="Telepon", max_length=40, required=False, widget=NomorInput(inputmode="tel"))

    class Meta:
        model = Penghuni
        fields = COLUMNS
        help_texts = {
            "jumlah_anggota": "Termasuk kepala keluarga.",
            "jumlah_anak": "Cukup jumlahnya; nama anak tidak dicatat.",
            "daerah_asal": "Misalnya: Kabupaten Demak.",
            "tanggal_persetujuan": "Tanggal penghuni menyetujui datanya dipakai.",
            "tujuan_persetujuan": "Misalnya: program kepemilikan rumah.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper.render_hidden_fields = True
        self.helper.layout = _fieldsets(SECTIONS)
        for name, example in (("nik", "16 angka, dari KTP."), ("no_kk", "16 angka."), ("telepon", "")):
            stored = getattr(self.instance, name)
            self.fields[name].help_text = "Biarkan kosong bila tidak berubah." if stored else example
            if stored:
                self.fields[name].widget.attrs["placeholder"] = str(stored)

    def clean(self):
        data = super().clean() or self.cleaned_data
        anggota, anak = data.get("jumlah_anggota"), data.get("jumlah_anak")
        if anggota is not None and anak is not None and anak > anggota:
            self.add_error("jumlah_anak", "Jumlah anak tidak boleh melebihi jumlah anggota keluarga.")
        return data

    def clean_nik(self):
        return _read(parse_nik, self.cleaned_data["nik"]).angka if self.cleaned_data["nik"] else ""

    def clean_no_kk(self):
        return _read(parse_no_kk, self.cleaned_data["no_kk"]) if self.cleaned_data["no_kk"] else ""

    def clean_telepon(self):
        return _read(parse_telepon, self.cleaned_data["telepon"]) if self.cleaned_data["telepon"] else ""

    def filled(self):
        """The instance with everything that was typed; not saved."""
        for name in SEALED:
            if typed := self.cleaned_data[name]:
                setattr(self.instance, name, Sealed(typed))
        return self.instance

    def newer_values(self, row):
        """Of the sealed numbers only the mask of the stored one, where another was typed."""
        typed = {name: self.cleaned_data.get(name) for name in SEALED}
        masks = [(self[name].label, str(getattr(row, name))) for name in SEALED
                 if typed[name] and Sealed(typed[name]) != getattr(row, name)]  # fmt: skip
        return [*super().newer_values(row), *masks]


class PenghuniFilter(FilterForm):
    """Which residents a list shows. A NIK is not looked for here: this form travels in the address bar."""

    cari = TeksField(label="Nama", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
    daerah = forms.ModelChoiceField(KabupatenKota.objects.all(), label="Kabupaten/kota", required=False)
    lokasi = forms.ModelChoiceField(Rusun.objects.none(), label="Lokasi", required=False)
    blok = forms.ChoiceField(label="Blok", required=False)
    minat = forms.ChoiceField(
        label="Minat memiliki rumah", required=False, choices=[("", "Semua"), *Minat.choices, ("kosong", "Belum diisi")]
    )
    tinggal = forms.ChoiceField(
        label="Keadaan", required=False,
        choices=[("", "Semua"), ("ya", "Masih tinggal"), ("tidak", "Sudah keluar"), (ANONIM, "Sudah dianonimkan")],
    )  # fmt: skip

    def __init__(self, *args, pengguna, **kwargs):
        super().__init__(*args, **kwargs)
        if operator(pengguna):
            del self.fields["daerah"]
        lokasi = Rusun.objects.visible_to(pengguna).order_by("kabupaten_kota", "nama")
        self.fields["lokasi"].queryset = lokasi.only("nama")  # of a hundred columns, for as many options
        self.fields["blok"].choices = [("", "Semua"), *grouped_blocks(Blok.objects.visible_to(pengguna))]

    def clean_cari(self):
        cari = self.cleaned_data["cari"]
        if sum(character.isdigit() for character in cari) >= 6:
            raise ValidationError("Tulis nama di sini. Untuk NIK, pakai kotak Cari dengan NIK.", code="number")
        return cari

    def filter(self, queryset):
        """`queryset` narrowed by whatever was understood. Who was anonymised is shown only when asked for."""
        wanted = self.understood()
        if wanted.get("tinggal") == ANONIM:
            queryset = queryset.filter(dianonimkan_pada__isnull=False)
            del wanted["tinggal"]
        else:
            queryset = queryset.named()
        if "cari" in wanted:
            queryset = queryset.filter(nama__icontains=wanted["cari"])
        if "daerah" in wanted:
            queryset = queryset.filter(kabupaten_kota=wanted["daerah"])
        if "minat" in wanted:
            queryset = queryset.filter(minat="" if wanted["minat"] == "kosong" else wanted["minat"])
        return queryset.living(rusun=wanted.get("lokasi"), blok=wanted.get("blok"), tinggal=wanted.get("tinggal", ""))


def grouped_blocks(blocks):
    """Choices of blocks under the name of their location."""
    rows = blocks.order_by("rusun__kabupaten_kota", "rusun__nama", "rusun_id", "nama")
    named = rows.values_list("rusun_id", "rusun__nama", "pk", "nama")
    return [
        (lokasi, [(str(pk), nama) for *_, pk, nama in group])
        for (_, lokasi), group in groupby(named, key=lambda row: row[:2])
    ]


class CariNikForm(BaseForm):
    """A full NIK to look for. Posted, never in an address; compared by keyed hash."""

    nik = TeksField(label="NIK", max_length=40, widget=NomorInput)

    def clean_nik(self):
        return _read(parse_nik, self.cleaned_data["nik"]).angka


class AlasanForm(BaseForm):
    """Asks why; the reason is kept with the name of whoever gave it."""

    alasan = TeksField(
        label="Alasan",
        max_length=ALASAN_MAX,
        help_text="Tercatat di jejak akses bersama nama Anda. Misalnya: mencocokkan dengan berkas KTP.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def clean_alasan(self):
        try:
            return require_reason(self.cleaned_data["alasan"])
        except ReasonMissing as error:
            raise ValidationError(str(error), code="reason") from None


class LihatLengkapForm(FormKeyMixin, AlasanForm):
    """The full numbers of one household, shown once."""


class EksporPribadiForm(AlasanForm):
    """A list with personal data. Without a form key: each file that leaves is an access of its own, and is logged."""

    format = forms.ChoiceField(label="Bentuk berkas", choices=list(FORMATS.items()), widget=forms.RadioSelect)


class KosongkanNomorForm(FormKeyMixin, VersionMixin, AlasanForm):
    """Which stored numbers to empty; the choices show their masks only."""

    kolom = forms.MultipleChoiceField(
        label="Nomor yang dikosongkan", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu nomor."},
    )  # fmt: skip
    field_order = ("kunci_formulir", "versi", "kolom", "alasan")

    def __init__(self, *args, penghuni, **kwargs):
        super().__init__(*args, initial={"versi": penghuni.versi}, **kwargs)
        self.fields["kolom"].choices = [
            (name, f"{PenghuniForm.base_fields[name].label} ({getattr(penghuni, name)})")
            for name in SEALED
            if getattr(penghuni, name)
        ]
        self.fields["alasan"].help_text = "Tercatat di riwayat bersama nama Anda. Misalnya: nomor milik orang lain."


class MasukUnitForm(FormKeyMixin, BaseModelForm):
    """A stay, in a block in use or its own. Whether the unit has room `penghuni.hunian` decides under a lock."""

    blok = forms.ModelChoiceField(Blok.objects.none(), label="Blok")

    class Meta:
        model = Hunian
        fields = ["blok", "nomor_unit", "mulai", "nomor_sip", "perpanjangan_ke", "sewa_bulan", "tunggakan_bulan",
                  "tunggakan"]  # fmt: skip
        help_texts = {"nomor_unit": "Seperti tertulis di pintu, misalnya A-101.", "perpanjangan_ke": "0 = pertama."}

    def __init__(self, *args, pengguna, penghuni, **kwargs):
        super().__init__(*args, **kwargs)
        visible = Blok.objects.visible_to(pengguna).filter(rusun__kabupaten_kota=penghuni.kabupaten_kota_id)
        in_use = Q(rusun__ditutup_sejak__isnull=True) | Q(pk=self.instance.blok_id)
        blocks = visible.filter(in_use)
        self.fields["blok"].queryset = blocks
        self.fields["blok"].choices = [("", "Pilih blok"), *grouped_blocks(blocks)]

    @property
    def rincian(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields[3:] if self.cleaned_data[name] is not None}


class KoreksiHunianForm(VersionMixin, MasukUnitForm):
    """An open stay as it should have been written down."""

    @property
    def rincian(self):
        """Every further column: what was emptied is emptied."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields[3:]}


class KeluarUnitForm(FormKeyMixin, BaseForm):
    selesai = TanggalField(label="Tanggal keluar")
    keluar_ke = forms.ChoiceField(label="Pindah ke", choices=[("", "Pilih tujuan"), *KeluarKe.choices])


class PermintaanForm(FormKeyMixin, BaseForm):
    """What a person asked about the own data, and when: from then on 3 x 24 hours run."""

    jenis = forms.ChoiceField(label="Yang diminta", choices=JenisPermintaan.choices, widget=forms.RadioSelect)
    isi = TeksField(
        label="Isi permintaan", max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text="Seperti disampaikan penghuni, misalnya: penghasilan yang tercatat sudah lama. Jangan menulis NIK, "
        "No KK, atau telepon.",
    )  # fmt: skip
    tanggal = TanggalField(label="Diterima tanggal", initial=timezone.localdate)
    jam = JamField(label="Pukul", initial=lambda: timezone.localtime().time().replace(second=0, microsecond=0))

    @property
    def diterima_pada(self):
        when = datetime.datetime.combine(self.cleaned_data["tanggal"], self.cleaned_data["jam"])
        return timezone.make_aware(when)


class TanggapanForm(FormKeyMixin, VersionMixin, BaseForm):
    """The answer to a request. What "dikabulkan" means depends on what was asked."""

    KEPUTUSAN = {
        JenisPermintaan.SALINAN: "Selesai: laporan data pribadi sudah diberikan",
        JenisPermintaan.KOREKSI: "Selesai: datanya sudah diperbaiki, atau diperiksa dan ternyata benar",
        JenisPermintaan.PENGHAPUSAN: "Dikabulkan: data dianonimkan sekarang dan tidak dapat dikembalikan",
    }

    keputusan = forms.ChoiceField(label="Keputusan", widget=forms.RadioSelect)
    tanggapan = TeksField(
        label="Jawaban kepada penghuni", max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text="Apa yang dilakukan, atau mengapa ditolak. Jangan menulis nomor.",
    )  # fmt: skip

    def __init__(self, *args, permintaan, **kwargs):
        super().__init__(*args, initial={"versi": permintaan.versi}, **kwargs)
        self.fields["keputusan"].choices = [
            (StatusPermintaanSubjek.SELESAI.value, self.KEPUTUSAN[JenisPermintaan(permintaan.jenis)]),
            (StatusPermintaanSubjek.DITOLAK.value, "Ditolak, dengan alasan di bawah"),
        ]


class CetakLaporanForm(AlasanForm):
    """Why the report about a person leaves on paper. Each paper is an access of its own, and is logged."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["alasan"].help_text = "Tercatat bersama nama Anda. Misalnya: penghuni meminta salinan di kantor."


class PermintaanFilter(FilterForm):
    SEMUA = "semua"

    status = forms.ChoiceField(
        label="Keadaan", required=False,
        choices=[("", "Menunggu jawaban"), *StatusPermintaanSubjek.choices[1:], (SEMUA, "Semua")],
    )  # fmt: skip
    jenis = forms.ChoiceField(label="Yang diminta", required=False, choices=[("", "Semua"), *JenisPermintaan.choices])
    daerah = forms.ModelChoiceField(KabupatenKota.objects.all(), label="Kabupaten/kota", required=False)

    def __init__(self, *args, pengguna, **kwargs):
        super().__init__(*args, **kwargs)
        if operator(pengguna):
            del self.fields["daerah"]

    def filter(self, queryset):
        """Without a wish those that wait for an answer."""
        wanted = self.understood()
        status = wanted.get("status", StatusPermintaanSubjek.DITERIMA)
        if status != self.SEMUA:
            queryset = queryset.filter(status=status)
        for name, lookup in (("jenis", "jenis"), ("daerah", "penghuni__kabupaten_kota")):
            if name in wanted:
                queryset = queryset.filter(**{lookup: wanted[name]})
        return queryset
