"""The kinds of reference data, each with its form and what may be done with a row of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.models import KabupatenKota, Pejabat
from core.models.acuan import AcuanRow
from monitoring.models import Backlog
from penghuni.models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from rusun.models import KategoriPermasalahan

from . import forms


@dataclass(frozen=True)
class Jenis:
    """`ketentuan`: rules of the screening, which are ended once they were used. `tetap`: the rows are what they are."""

    kode: str
    judul: str
    satuan: str
    model: type[AcuanRow]
    form: type[forms.AcuanForm]
    ketentuan: bool = False
    tetap: bool = False


JENIS: Final = {
    jenis.kode: jenis
    for jenis in (
        Jenis(
            "penghasilan", "Batas penghasilan MBR", "batas penghasilan", BatasPenghasilan, forms.PenghasilanForm,
            ketentuan=True,
        ),
        Jenis("harga", "Batas harga rumah", "batas harga", BatasHargaRumah, forms.HargaForm, ketentuan=True),
        Jenis("skema", "Skema kepemilikan rumah", "skema", SkemaKepemilikan, forms.SkemaForm, ketentuan=True),
        Jenis("backlog", "Backlog perumahan", "angka backlog", Backlog, forms.BacklogForm),
        Jenis("pejabat", "Pejabat penanda tangan", "pejabat", Pejabat, forms.PejabatForm),
        Jenis("kategori", "Kategori permasalahan", "kategori", KategoriPermasalahan, forms.KategoriForm),
        Jenis("daerah", "Kabupaten/kota", "kabupaten/kota", KabupatenKota, forms.DaerahForm, tetap=True),
    )
}  # fmt: skip
