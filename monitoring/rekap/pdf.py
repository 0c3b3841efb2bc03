"""The recap on paper."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from core.pdf import Lampiran, render_paper
from monitoring.enums import JenisNaskah
from monitoring.penandatangan import signature_of

from .build import DEFINISI, Rekap
from .gambar import charts_of, map_of
from .tabel import KOLOM, lines_of, most_ready, sites_of, small_tables
from .xlsx import render_xlsx


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


def render_pdf(rekap: Rekap, *, dicetak_oleh: str = "", kertas: str = "a4", terbitan: Terbitan | None = None) -> bytes:
    """The recap, landscape, signed, its workbook inside. Raises `core.pdf.PdfUnavailable`."""
    day = timezone.localdate(rekap.ditetapkan_pada) if rekap.ditetapkan_pada else timezone.localdate()
    naskah = JenisNaskah.REKAP_DAERAH if rekap.kode_daerah else JenisNaskah.REKAP_PROVINSI
    context = {
        "rekap": rekap,
        "kolom": KOLOM,
        "baris_rusun": lines_of(rekap, "rusun"),
        "baris_rusus": lines_of(rekap, "rusus"),
        "lokasi_rusun": sites_of(rekap, "rusun"),
        "lokasi_rusus": sites_of(rekap, "rusus"),
        "tabel_kecil": small_tables(rekap),
        "grafik": charts_of(rekap),
        "peta": None if rekap.kode_daerah else map_of(rekap, tautan=False),
        "definisi": DEFINISI,
        "pejabat": rekap.pejabat or signature_of(naskah, day),
        "tanggal_surat": day,
        "terbitan": terbitan,
    }
    workbook = Lampiran(f"rekap-{rekap.slug}.xlsx", render_xlsx(rekap), "Angka yang sama sebagai buku kerja")
    return render_paper(
        "monitoring/pdf/rekap.html", context, contoh=rekap.contoh, dicetak_oleh=dicetak_oleh, kertas=kertas,
        lampiran=[workbook],
    )  # fmt: skip


def render_summary(rekap: Rekap, *, dicetak_oleh: str = "", kertas: str = "a4") -> bytes:
    """One sheet for the governor: five numbers, ready units, grave problems, what is overdue, decisions asked for."""
    today = timezone.localdate()
    context = {
        "rekap": rekap,
        "siap": most_ready(rekap),
        "keputusan": [line.strip() for line in rekap.keputusan.splitlines() if line.strip()],
        "pejabat": signature_of(JenisNaskah.RINGKASAN, today),
        "tanggal_surat": today,
    }
    return render_paper(
        "monitoring/pdf/ringkasan.html", context, contoh=rekap.contoh, dicetak_oleh=dicetak_oleh, kertas=kertas
    )
