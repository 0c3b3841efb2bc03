"""The recap on paper."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from core.models import Pejabat
from core.pdf import render_paper

from .build import DEFINISI, Rekap
from .tabel import KOLOM, lines_of, sites_of


@dataclass(frozen=True)
class Terbitan:
    """What a copy that is issued carries besides the recap: its code and how to check it."""

    kode: str
    kode_cek: str
    revisi: int
    tanggal_terbit: datetime.datetime
    alamat: str
    menggantikan: str
    qr_sisi: int
    qr_garis: str


def render_pdf(rekap: Rekap, *, dicetak_oleh: str = "", terbitan: Terbitan | None = None) -> bytes:
    """The recap as A4 landscape, with the signature of the head of office. Raises `core.pdf.PdfUnavailable`."""
    day = timezone.localdate(rekap.ditetapkan_pada) if rekap.ditetapkan_pada else timezone.localdate()
    context = {
        "rekap": rekap,
        "kolom": KOLOM,
        "baris_rusun": lines_of(rekap, "rusun"),
        "baris_rusus": lines_of(rekap, "rusus"),
        "lokasi_rusun": sites_of(rekap, "rusun"),
        "lokasi_rusus": sites_of(rekap, "rusus"),
        "definisi": DEFINISI,
        "pejabat": Pejabat.objects.in_office(day).filter(kepala=True).first(),
        "tanggal_surat": day,
        "terbitan": terbitan,
    }
    return render_paper("monitoring/pdf/rekap.html", context, contoh=rekap.contoh, dicetak_oleh=dicetak_oleh)
