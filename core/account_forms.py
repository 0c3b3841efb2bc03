from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.forms import DeclarativeFieldsMetaclass

from .accounts import DIATUR
from .enums import Peran
from .fields import TeksField
from .forms import BaseForm, BaseModelForm, FilterForm, FormKeyMixin, VersionMixin
from .models import KabupatenKota, Pengguna
from .parsing import Unreadable, parse_nip


class AkunForm(FormKeyMixin, VersionMixin, BaseModelForm):
    """Who somebody is and what the account may do. A first password is made here, never typed."""

    class Meta:
        model = Pengguna
        fields = ("username", *DIATUR)
        help_texts = {
            "username": "Huruf kecil, angka, dan titik, misalnya operator.3374. Tidak dapat diganti kemudian.",
            "kabupaten_kota": "Hanya untuk operator.",
            "akses_penghuni": "Hanya untuk operator: boleh melihat dan mengisi data penghuni daerahnya.",
            "koordinator": "Hanya untuk verifikator: ketua tim; mengatur periode, jadwal, dan pengecualian.",
            "surel": "Untuk pengingat. Boleh kosong: pemberitahuan di aplikasi tetap tampil.",
            "is_active": "Hapus centang untuk membekukan akun. Pemiliknya langsung keluar; riwayatnya tetap ada.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].validators.append(
            ASCIIUsernameValidator(message="Pakai huruf tanpa spasi, angka, titik, atau garis bawah.")
        )
        self.fields["surel"].error_messages["invalid"] = "Tulis alamat surel lengkap, misalnya nama@kuduskab.go.id."
        self.fields["username"].widget.attrs.update(autocomplete="off", autocapitalize="none", spellcheck="false")
        if self.instance.pk:
            self.fields["username"].disabled = True
            self.fields["username"].help_text = "Tidak dapat diganti."
        else:
            del self.fields["is_active"]

    def validate_unique(self):
        """Left to `core.accounts`, inside the form key: a second submit leads on and does not meet its own row."""

    def clean(self):
        cleaned = super().clean()
        peran = cleaned.get("peran")
        if peran == Peran.OPERATOR and not cleaned.get("kabupaten_kota"):
            self.add_error("kabupaten_kota", "Pilih kabupaten/kota operator ini.")
        for name, only_for, message in (
            ("kabupaten_kota", Peran.OPERATOR, "Kosongkan: hanya operator yang punya kabupaten/kota."),
            ("akses_penghuni", Peran.OPERATOR, "Hapus centang: hanya untuk operator."),
            ("koordinator", Peran.VERIFIKATOR, "Hapus centang: hanya verifikator yang dapat menjadi koordinator."),
        ):
            if peran and peran != only_for and cleaned.get(name):
                self.add_error(name, message)
        return cleaned

    def clean_username(self):
        username = self.cleaned_data["username"]
        return username if self.instance.pk else username.lower()

    def clean_nip(self):
        try:
            return parse_nip(self.cleaned_data["nip"])
        except Unreadable as error:
            raise ValidationError(str(error), code="invalid") from None


class PilihSandi(SetPasswordForm):
    """A new password for an account, typed twice."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["new_password1"].label = "Kata sandi baru"
        self.fields["new_password1"].help_text = (
            "Paling sedikit 12 karakter, tidak mirip nama Anda, bukan yang lazim, dan belum pernah dipakai. "
            "Beberapa kata yang tidak berhubungan mudah diingat dan sulit ditebak."
        )
        self.fields["new_password2"].label = "Ulangi kata sandi baru"
        self.fields["new_password2"].help_text = ""


class SandiSekarang(metaclass=DeclarativeFieldsMetaclass):
    """Asks for the password in use: a browser left open must not be enough to take an account over."""

    sandi = forms.CharField(
        label="Kata sandi sekarang", strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def clean_sandi(self):
        sandi = self.cleaned_data["sandi"]
        # As at the door, so that guesses are counted as there.
        if authenticate(self.request, username=self.request.user.username, password=sandi) != self.request.user:
            raise ValidationError("Kata sandi sekarang salah. Ketik lagi.", code="wrong")
        return sandi


class GantiSandiForm(FormKeyMixin, SandiSekarang, PilihSandi):
    """One's own password, for the present one. Who just came in with a first password is not asked for it again."""

    field_order = ("sandi", "new_password1", "new_password2")

    def __init__(self, request, *args, **kwargs):
        self.request = request
        super().__init__(request.user, *args, **kwargs)
        if request.user.sandi_awal_sampai is not None:
            del self.fields["sandi"]

    def clean(self):
        # One of the rules knows the passwords in use and before: it answers only to who typed the present one.
        if "sandi" in self.fields and "sandi" not in self.cleaned_data:
            return self.cleaned_data
        return super().clean()


def _code_input(**attrs):
    return forms.TextInput({"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", **attrs})


class KodeFaktorForm(BaseForm):
    """The second step of signing in."""

    kode = forms.CharField(
        label="Kode", max_length=40, widget=_code_input(autofocus=True),
        help_text="Enam angka dari aplikasi di ponsel, atau satu kode pemulihan.",
    )  # fmt: skip


class PasangFaktorForm(SandiSekarang, BaseForm):
    """Switching the second factor on: the first code proves that the phone has the secret."""

    kode = forms.CharField(
        label="Kode dari aplikasi", max_length=12, widget=_code_input(inputmode="numeric"), help_text="Enam angka."
    )
    rahasia = forms.CharField(max_length=500, widget=forms.HiddenInput)

    field_order = ("kode", "sandi")

    def __init__(self, request, *args, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)


class SandiForm(FormKeyMixin, SandiSekarang, BaseForm):
    """Only the present password, before something that weakens the account."""

    def __init__(self, request, *args, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)


class KodeTeleponForm(BaseForm):
    """What somebody types who was told a code over the phone."""

    username = forms.CharField(
        label="Nama akun", max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    kode = forms.CharField(
        label="Kode dari admin", max_length=20, widget=_code_input(inputmode="numeric"), help_text="Delapan angka."
    )


class LepasFaktorForm(FormKeyMixin, BaseForm):
    """Why an admin takes somebody's second factor away."""

    alasan = TeksField(
        label="Alasan", max_length=200, help_text="Misalnya: ponsel hilang; sudah dipastikan lewat telepon kantor."
    )


class UnggahAkunForm(BaseForm):
    """The workbook with accounts to make."""

    berkas = forms.FileField(
        label="Berkas Excel (.xlsx)", widget=forms.FileInput({"accept": ".xlsx"}),
        help_text="Pakai templat dari halaman ini. Paling banyak 100 akun dalam satu berkas.",
    )  # fmt: skip


class BuatAkunForm(FormKeyMixin, BaseForm):
    """The checked rows on their way from the preview to "Buat akun", sealed."""

    muatan = forms.CharField(max_length=600_000, widget=forms.HiddenInput)


class AkunFilter(FilterForm):
    cari = TeksField(label="Nama atau akun", max_length=60, required=False, widget=forms.TextInput({"type": "search"}))
    peran = forms.ChoiceField(label="Peran", required=False, choices=[("", "Semua"), *Peran.choices])
    daerah = forms.ModelChoiceField(KabupatenKota.objects.all(), label="Kabupaten/kota", required=False)

    def filter(self, akun):
        wanted = self.understood()
        if cari := wanted.get("cari"):
            akun = akun.filter(Q(nama__icontains=cari) | Q(username__icontains=cari))
        for name, lookup in (("peran", "peran"), ("daerah", "kabupaten_kota")):
            if name in wanted:
                akun = akun.filter(**{lookup: wanted[name]})
        return akun
