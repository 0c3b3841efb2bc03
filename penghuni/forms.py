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
from .enums import BuktiGanda, JenisPermintaan, KeadaanHuni, KeluarKe, KeputusanGanda, Minat, StatusPermintaanSubjek
from .ganda import decisions_for
from .models import DugaanGanda, Hunian, Penghuni
from .models.ganda import BUKTI_BARU
from .models.penghuni import MENUNGGAK
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


class TempatFilter(FilterForm):
    """Where: every region to the province, to an operator the own locations only."""

    daerah = forms.ModelChoiceField(KabupatenKota.objects.all(), label="Kabupaten/kota", required=False)
    lokasi = forms.ModelChoiceField(Rusun.objects.none(), label="Lokasi", required=False)

    def __init__(self, *args, pengguna, **kwargs):
        super().__init__(*args, **kwargs)
        if operator(pengguna):
            del self.fields["daerah"]
        lokasi = Rusun.objects.visible_to(pengguna)
        self.fields["lokasi"].queryset = lokasi.only("nama")  # of a hundred columns, for one option
        rows = lokasi.order_by("kabupaten_kota", "nama", "kode", "blok__nama")
        self.tempat = list(rows.values_list("kode", "nama", "blok", "blok__nama"))  # both selects, one query
        self.fields["lokasi"].choices = [("", "Semua"), *dict.fromkeys(row[:2] for row in self.tempat)]


class NamaFilter(TempatFilter):
    """And whom. A NIK is not looked for here: this form travels in the address bar."""

    cari = TeksField(label="Nama", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))

    def clean_cari(self):
        cari = self.cleaned_data["cari"]
        if sum(character.isdigit() for character in cari) >= 6:
            raise ValidationError("Tulis nama di sini. Untuk NIK, pakai kotak Cari dengan NIK.", code="number")
        return cari


class PenghuniFilter(NamaFilter):
    """Which residents a list shows."""

    blok = forms.ChoiceField(label="Blok", required=False)
    minat = forms.ChoiceField(
        label="Minat memiliki rumah", required=False, choices=[("", "Semua"), *Minat.choices, ("kosong", "Belum diisi")]
    )
    tinggal = forms.ChoiceField(
        label="Keadaan", required=False,
        choices=[("", "Semua"), ("ya", "Masih tinggal"), ("tidak", "Sudah keluar"), (ANONIM, "Sudah dianonimkan")],
    )  # fmt: skip
    field_order = ("cari", "daerah", "lokasi", "blok", "minat", "tinggal")

    def __init__(self, *args, pengguna, **kwargs):
        super().__init__(*args, pengguna=pengguna, **kwargs)
        self.fields["blok"].choices = [("", "Semua"), *_grouped(row for row in self.tempat if row[2])]

    def filter(self, queryset):
        """`queryset` narrowed by whatever was understood. Who was anonymised is shown only when asked for."""
        wanted = self.understood()
        if wanted.get("tinggal") == ANONIM:
            queryset = queryset.filter(dianonimkan_pada__isnull=False)
            del wanted["tinggal"]
        else:
            queryset = queryset.named()
        if "cari" in wanted:
            queryset = queryset.with_name(wanted["cari"])
        if "daerah" in wanted:
            queryset = queryset.filter(kabupaten_kota=wanted["daerah"])
        if "minat" in wanted:
            queryset = queryset.filter(minat="" if wanted["minat"] == "kosong" else wanted["minat"])
        return queryset.living(rusun=wanted.get("lokasi"), blok=wanted.get("blok"), tinggal=wanted.get("tinggal", ""))


TUNGGAKAN = "tunggakan"


class MasaTinggalFilter(TempatFilter):
    """Which stays the list of lengths of stay shows; arrears are asked for beside the states of the rule."""

    keadaan = forms.ChoiceField(
        label="Keadaan", required=False,
        choices=[("", "Semua"), *KeadaanHuni.choices, (TUNGGAKAN, "Menunggak sewa")],
    )  # fmt: skip
    field_order = ("keadaan", "daerah", "lokasi")

    def at_place(self, stays):
        """`stays` at the place that was understood, whatever their state: what the figures count."""
        wanted = self.understood()
        if "daerah" in wanted:
            stays = stays.filter(blok__rusun__kabupaten_kota=wanted["daerah"])
        return stays.filter(blok__rusun=wanted["lokasi"]) if "lokasi" in wanted else stays

    def filter(self, stays):
        """`stays`, measured (`masa_tinggal`), narrowed by whatever was understood."""
        stays, keadaan = self.at_place(stays), self.understood().get("keadaan")
        if keadaan == TUNGGAKAN:
            return stays.filter(MENUNGGAK)
        return stays.filter(keadaan=keadaan) if keadaan else stays


def grouped_blocks(blocks):
    """Choices of blocks under the name of their location."""
    rows = blocks.order_by("rusun__kabupaten_kota", "rusun__nama", "rusun_id", "nama")
    return _grouped(rows.values_list("rusun_id", "rusun__nama", "pk", "nama"))


def _grouped(named):
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


class GandaFilter(FilterForm):
    """Which sets of possible duplicates the province sees."""

    keadaan = forms.ChoiceField(
        label="Keadaan", required=False,
        choices=[("", "Semua"), ("menunggu", "Perlu diputus"), ("bukti_baru", "Ada bukti baru"),
                 ("diputus", "Sudah diputus")],
    )  # fmt: skip
    bukti = forms.ChoiceField(label="Bukti", required=False, choices=[("", "Semua"), *BuktiGanda.choices])
    daerah = forms.ModelChoiceField(KabupatenKota.objects.all(), label="Kabupaten/kota", required=False)

    def filter(self, queryset):
        """Pairs of the sets that were asked for."""
        wanted = self.understood()
        waiting = queryset.open().order_by().values("kelompok")
        if "daerah" in wanted:
            queryset = queryset.filter(
                Q(pertama__kabupaten_kota=wanted["daerah"]) | Q(kedua__kabupaten_kota=wanted["daerah"])
            )
        if "bukti" in wanted:
            queryset = queryset.filter(**{wanted["bukti"]: True})
        match wanted.get("keadaan"):
            case "menunggu":
                return queryset.filter(kelompok__in=waiting)
            case "diputus":
                return queryset.exclude(kelompok__in=waiting)
            case "bukti_baru":
                return queryset.filter(BUKTI_BARU)
        return queryset


class KeputusanGandaForm(FormKeyMixin, VersionMixin, AlasanForm):
    """What the province decides about one pair. Several stand on a page, so each has a prefix of its own."""

    ARTI = {
        KeputusanGanda.TETAP: "Tetap: orang yang sama, kedua data dibiarkan",
        KeputusanGanda.PINDAH: "Pindah: orang yang sama, sekarang tinggal di satu tempat",
        KeputusanGanda.BUKAN: "Bukan duplikat: orang yang berbeda",
    }

    keputusan = forms.ChoiceField(label="Keputusan", widget=forms.RadioSelect)
    berlaku = forms.ChoiceField(
        label="Data yang berlaku sekarang", required=False,
        help_text="Isi bila pindah. Daerah yang lain diminta mencatat keluar, tanpa diberi tahu siapa dan di mana.",
    )  # fmt: skip
    field_order = ("kunci_formulir", "versi", "keputusan", "berlaku", "alasan")

    def __init__(self, *args, dugaan: DugaanGanda, **kwargs):
        super().__init__(*args, prefix=f"p{dugaan.pk}", initial={"versi": dugaan.versi}, **kwargs)
        allowed = decisions_for(dugaan)
        self.fields["keputusan"].choices = [(kind, self.ARTI[kind]) for kind in allowed]
        self.sisi = {str(row.pk): row for row in dugaan.sisi}
        sides = [(pk, f"{row.kabupaten_kota}: {row.nama}") for pk, row in self.sisi.items()]
        self.fields["berlaku"].choices = [("", "Pilih bila pindah"), *sides]
        if KeputusanGanda.PINDAH not in allowed:
            del self.fields["berlaku"]
        self.fields["alasan"].label = "Catatan"
        self.fields[
            "alasan"
        ].help_text = "Tersimpan di riwayat bersama nama Anda. Misalnya: dicocokkan lewat telepon dengan kedua dinas."

    def clean(self):
        data = super().clean() or self.cleaned_data
        if data.get("keputusan") == KeputusanGanda.PINDAH and not data.get("berlaku"):
            self.add_error("berlaku", "Pilih data yang berlaku sekarang, yaitu tempat tinggal yang baru.")
        return data

    @property
    def data_berlaku(self):
        """The record that is right now, None unless the household moved."""
        return self.sisi.get(self.cleaned_data.get("berlaku", ""))


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
