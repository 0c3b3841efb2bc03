from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.db.models import Q

from .enums import Peran
from .fields import TeksField
from .forms import BaseModelForm, FilterForm, FormKeyMixin
from .models import KabupatenKota, Pengguna
from .parsing import Unreadable, parse_nip


class AkunForm(FormKeyMixin, BaseModelForm):
    """Who somebody is and what the account may do. The password is set on a page of its own."""

    class Meta:
        model = Pengguna
        fields = ["username", "nama", "peran", "kabupaten_kota", "akses_penghuni", "koordinator", "jabatan", "nip",
                  "surel", "whatsapp", "is_active"]  # fmt: skip
        help_texts = {
            "username": "Huruf kecil, angka, dan titik, misalnya operator.3374. Tidak dapat diganti kemudian.",
            "kabupaten_kota": "Hanya untuk operator.",
            "akses_penghuni": "Hanya untuk operator: boleh melihat dan mengisi data penghuni daerahnya.",
            "koordinator": "Hanya untuk verifikator: ketua tim; mengatur periode, jadwal, dan pengecualian.",
            "surel": "Untuk pengingat. Boleh kosong: pemberitahuan di aplikasi tetap tampil.",
            "is_active": "Hapus centang untuk menutup akun. Pemiliknya langsung keluar; riwayatnya tetap ada.",
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


class KataSandiForm(FormKeyMixin, SetPasswordForm):
    """A new password for an account, typed twice."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["new_password1"].label = "Kata sandi baru"
        self.fields["new_password1"].help_text = "Paling sedikit 12 karakter; jangan memakai nama akun."
        self.fields["new_password2"].label = "Ulangi kata sandi baru"
        self.fields["new_password2"].help_text = ""


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
