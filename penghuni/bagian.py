"""The sections of a household's profile, and each as a reader sees it: form, page, workbook and subject report."""

from __future__ import annotations

import datetime
from typing import Any, Final

from django.db.models import Field

from core import display

from .models import Penghuni

SECTIONS: Final = (
    ("Identitas", ("nama", "nik", "no_kk", "telepon", "tempat_lahir", "tanggal_lahir", "jenis_kelamin",
                   "status_kawin", "pendidikan")),
    ("Keluarga", ("jumlah_anggota", "jumlah_anak", "jumlah_lansia", "jumlah_disabilitas")),
    ("Asal", ("daerah_asal", "alasan_masuk")),
    ("Pekerjaan dan penghasilan", ("pekerjaan", "sifat_kerja", "penghasilan", "penghasilan_pasangan", "pengeluaran")),
    ("Aset dan program", ("punya_rumah", "punya_tanah", "luas_tanah_m2", "tabungan", "bpjs_kesehatan",
                          "bpjs_ketenagakerjaan", "tapera_bulan", "terdaftar_dtks", "punya_npwp", "pernah_subsidi")),
    ("Minat memiliki rumah", ("minat", "lokasi_minat", "sanggup_uang_muka", "sanggup_angsuran")),
    ("Persetujuan", ("tanggal_persetujuan", "tujuan_persetujuan")),
)  # fmt: skip


def readable(penghuni: Penghuni) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every section: title, and label and value of each field. Sealed values print as their mask."""
    return [
        (title, [_label_and_value(penghuni, Penghuni._meta.get_field(name)) for name in names])  # type: ignore[arg-type]
        for title, names in SECTIONS
    ]


def _label_and_value(penghuni: Penghuni, column: Field[Any, Any]) -> tuple[str, str]:
    label, value = str(column.verbose_name), getattr(penghuni, column.name)
    if column.choices:
        return label, display.kosong(dict(column.flatchoices).get(value))
    if isinstance(value, datetime.date):
        return label, display.tanggal(value)
    if label.endswith(" (Rp)"):
        return label.removesuffix(" (Rp)"), display.rupiah(value)
    return label, display.angka(value) if isinstance(value, int) else display.kosong(value)
