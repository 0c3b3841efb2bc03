from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.enums import JenisDaerah
from core.fields import TeksField
from core.forms import BaseModelForm, FormKeyMixin, VersionMixin
from core.models import KabupatenKota, Pejabat
from core.parsing import Unreadable, parse_nip, parse_tanggal
from monitoring.models import Backlog
from penghuni.aturan import TAPAK, earliest, is_used, latest, replaceable
from penghuni.kriteria import KRITERIA
from penghuni.models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from penghuni.penyaringan import PENERIMA_FLPP, title_of
from rusun.enums import Pihak
from rusun.models import KategoriPermasalahan

SUMBER = "Dari mana angka ini: nomor peraturan, nama laporan, atau alamat berita."
HANYA_JAWA_TENGAH = "Penyaringan hanya memakai yang berlaku di Jawa Tengah."
ORANGNYA_TETAP = (
    "Tidak dapat diubah sejak masanya dimulai. Orangnya berganti? Isi tanggal berakhirnya, lalu tambahkan "
    "penggantinya. Salah ketik? Nonaktifkan baris ini, lalu tambahkan yang benar."
)
_PARTIAL = re.compile(r"(19|20)[0-9]{2}(-[0-9]{2}){0,2}")


class MasaField(TeksField):
    """A day as precise as its source: `2021`, `2021-05`, or a full date."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Tulis 31/12/2026, atau 2026-12 atau 2026 bila sumber tidak menyebut harinya.")
        super().__init__(**{**kwargs, "max_length": 20})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            if _PARTIAL.fullmatch(text):
                earliest(text), latest(text)
                return text
            return parse_tanggal(text).isoformat()
        except (ValueError, Unreadable):
            raise ValidationError("Tulis tanggal seperti 31/12/2026, 2026-12, atau 2026.", code="invalid") from None


class DaftarField(forms.MultipleChoiceField):
    """Several codes kept in one column, with semicolons between them."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value: Any) -> Any:
        return [code for code in value.split(";") if code] if isinstance(value, str) else value

    def clean(self, value: Any) -> str:  # type: ignore[override]
        return ";".join(super().clean(self.prepare_value(value)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class AcuanForm(FormKeyMixin, VersionMixin, BaseModelForm):
    """One row of reference data. `KUNCI`: what tells rows apart and stays; `AKHIR`: what ends a rule that was used."""

    KUNCI: ClassVar[tuple[str, ...]] = ()
    AKHIR: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.baru = self.instance._state.adding
        self.terpakai = not self.baru and bool(self.AKHIR) and is_used(self.instance)
        if "sumber" in self.fields:
            self.fields["sumber"].required = True
            self.fields["sumber"].help_text = SUMBER
        if self.terpakai:
            self.lock_fields(self._open_when_used())
        elif not self.baru:
            for name in self.KUNCI:
                self.fields[name].disabled = True
                self.fields[name].help_text = "Tidak dapat diubah."

    def _open_when_used(self) -> list[str]:
        return [self.AKHIR]

    def validate_unique(self) -> None:
        """Asked when the row is stored, with the table held: see `monitoring.acuan.simpan`."""


class PenghasilanForm(AcuanForm):
    KUNCI = ("dasar_hukum",)
    AKHIR = "berlaku_sampai"

    berlaku_mulai = MasaField(label="Berlaku mulai")
    berlaku_sampai = MasaField(
        label="Berlaku sampai", required=False, help_text="Kosongkan bila berlaku sampai ada penggantinya."
    )

    class Meta:
        model = BatasPenghasilan
        fields = ("dasar_hukum", "berlaku_mulai", "berlaku_sampai", "wilayah", "batas_belum_kawin", "batas_kawin",
                  "batas_tapera", "terverifikasi", "sumber", "catatan")  # fmt: skip
        help_texts: ClassVar[dict[str, str]] = {
            "terverifikasi": "Yang tidak terverifikasi tidak dipakai menyaring.",
            "batas_belum_kawin": "Per bulan.",
            "batas_kawin": "Per bulan, suami dan istri bersama.",
            "wilayah": HANYA_JAWA_TENGAH,
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        _in_order(self, cleaned, "berlaku_mulai", "berlaku_sampai")
        return cleaned


class HargaForm(AcuanForm):
    KUNCI = ("tahun_mulai", "wilayah", "jenis")
    AKHIR = "tahun_sampai"

    jenis = forms.ChoiceField(label="Jenis", choices=[(TAPAK, "Rumah tapak"), ("susun", "Satuan rumah susun")])

    class Meta:
        model = BatasHargaRumah
        fields = ("jenis", "tahun_mulai", "tahun_sampai", "wilayah", "harga_maks", "dasar_hukum", "sumber", "catatan")
        help_texts: ClassVar[dict[str, str]] = {
            "tahun_sampai": "Kosongkan bila berlaku sampai ada penggantinya.",
            "wilayah": HANYA_JAWA_TENGAH,
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        mulai, sampai = cleaned.get("tahun_mulai"), cleaned.get("tahun_sampai")
        if mulai and sampai and sampai < mulai:
            self.add_error("tahun_sampai", "Tahun berakhir mendahului tahun mulai.")
        return cleaned


class SkemaForm(AcuanForm):
    KUNCI = ("kode",)
    AKHIR = "aktif_sampai"

    aktif_dari = MasaField(label="Berlaku mulai")
    aktif_sampai = MasaField(
        label="Berlaku sampai", required=False, help_text="Kosongkan bila masih dibuka tanpa batas waktu."
    )
    syarat = DaftarField(label="Kriteria", choices=())

    class Meta:
        model = SkemaKepemilikan
        fields = ("kode", "nama", "aktif_dari", "aktif_sampai", "syarat", "bunga_persen", "tenor_tahun",
                  "penghasilan_mulai", "penghasilan_hingga", "sumber", "menggantikan")  # fmt: skip
        help_texts: ClassVar[dict[str, str]] = {
            "kode": "Huruf kecil, angka, garis bawah: flpp_2027.",
            "menggantikan": "Skema lama yang tempatnya diambil; sekali disimpan, tetap. Yang masih dibuka berakhir "
            "sehari sebelum skema ini dimulai; yang sudah diakhiri tetap pada tanggalnya.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["syarat"].choices = [(code, title_of(code)) for code in (*KRITERIA, PENERIMA_FLPP)]
        if self._joins_a_line():
            self.fields["menggantikan"].queryset = replaceable(self.instance)
        else:
            self.fields["menggantikan"].disabled = True
            self.fields["menggantikan"].help_text = "Tidak dapat diubah."
        if not self.baru:
            self.fields["aktif_dari"].required = False

    def _joins_a_line(self) -> bool:
        """One in use that never said whose place it took may say so later."""
        return self.instance.aktif and self.instance.menggantikan_id is None

    def _open_when_used(self) -> list[str]:
        return [self.AKHIR, *(["menggantikan"] if self._joins_a_line() else [])]

    def clean_kode(self) -> str:
        kode: str = self.cleaned_data["kode"]
        if not re.fullmatch(r"[a-z0-9_]+", kode):
            raise ValidationError("Pakai huruf kecil, angka, dan garis bawah saja.", code="invalid")
        return kode

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        _in_order(self, cleaned, "aktif_dari", "aktif_sampai")
        return cleaned


class PejabatForm(AcuanForm):
    nip = TeksField(label="NIP", max_length=30, required=False)

    class Meta:
        model = Pejabat
        fields = ("nama", "nip", "pangkat", "jabatan", "kewenangan", "tugas", "kabupaten_kota", "berlaku_mulai",
                  "berlaku_sampai")  # fmt: skip
        help_texts: ClassVar[dict[str, str]] = {
            "berlaku_sampai": "Isi ketika jabatannya berakhir. Naskah yang sudah terbit tidak berubah.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.baru and self.instance.berlaku_mulai <= timezone.localdate():
            for name in ("nama", "nip", "berlaku_mulai"):
                self.fields[name].disabled = True
                self.fields[name].help_text = ORANGNYA_TETAP

    def clean_nip(self) -> str:
        try:
            return parse_nip(self.cleaned_data["nip"])
        except Unreadable as error:
            raise ValidationError(str(error), code="invalid") from None


class BacklogForm(AcuanForm):
    KUNCI = ("kabupaten_kota", "tahun", "jenis")

    class Meta:
        model = Backlog
        fields = ("kabupaten_kota", "tahun", "jenis", "jumlah", "sumber")
        help_texts: ClassVar[dict[str, str]] = {
            "kabupaten_kota": "Kosong berarti seluruh provinsi.",
            "jumlah": "Rumah tangga.",
        }


class KategoriForm(AcuanForm):
    KUNCI = ("kode", "aspek")

    penanggung_jawab_lazim = DaftarField(label="Penanggung jawab yang lazim", choices=Pihak.choices, required=False)

    class Meta:
        model = KategoriPermasalahan
        fields = ("kode", "aspek", "nama", "penanggung_jawab_lazim", "tindak_lanjut_lazim")
        help_texts: ClassVar[dict[str, str]] = {
            "kode": "Tiga huruf besar, garis, dua angka: FIS-12.",
            "nama": "Perbaiki ejaannya saja. Arti yang lain berarti kode yang lain.",
            "tindak_lanjut_lazim": "Pisahkan dengan titik koma.",
        }

    def clean_kode(self) -> str:
        kode: str = self.cleaned_data["kode"]
        if not re.fullmatch(r"[A-Z]{3}-[0-9]{2}", kode):
            raise ValidationError("Tulis tiga huruf besar, garis, dua angka, misalnya FIS-12.", code="invalid")
        return kode


class DaerahForm(AcuanForm):
    KUNCI = ("kode", "jenis")

    class Meta:
        model = KabupatenKota
        fields = ("kode", "jenis", "nama", "ibu_kota", "ibu_kota_terverifikasi")
        labels: ClassVar[dict[str, str]] = {"ibu_kota_terverifikasi": "Ibu kota sudah diverifikasi"}

    def clean_nama(self) -> str:
        nama: str = self.cleaned_data["nama"]
        prefix = f"{JenisDaerah(self.instance.jenis).label} "
        if not nama.startswith(prefix) or not nama.removeprefix(prefix):
            raise ValidationError(f"Awali dengan {prefix.strip()}, misalnya {self.instance}.", code="invalid")
        return nama


def _in_order(form: forms.ModelForm, cleaned: dict[str, Any], begin: str, end: str) -> None:
    if cleaned.get(begin) and cleaned.get(end) and latest(cleaned[end]) < earliest(cleaned[begin]):
        form.add_error(end, "Tanggal berakhir mendahului tanggal mulai.")
