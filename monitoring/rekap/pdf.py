"""The recap on paper."""

from __future__ import annotations

from django.utils import timezone

from core.models import Pejabat
from core.pdf import Lampiran, render_paper

from .build import DEFINISI, Rekap
from .tabel import KOLOM, lines_of, sites_of, small_tables
from .xlsx import render_xlsx


def render_pdf(rekap: Rekap, *, dicetak_oleh: str = "", kertas: str = "a4") -> bytes:
    """The recap, landscape, signed by the head of office, its workbook inside. Raises `core.pdf.PdfUnavailable`."""
    day = timezone.localdate(rekap.ditetapkan_pada) if rekap.ditetapkan_pada else timezone.localdate()
    context = {
        "rekap": rekap,
        "kolom": KOLOM,
        "baris_rusun": lines_of(rekap, "rusun"),
        "baris_rusus": lines_of(rekap, "rusus"),
        "lokasi_rusun": sites_of(rekap, "rusun"),
        "lokasi_rusus": sites_of(rekap, "rusus"),
        "tabel_kecil": small_tables(rekap),
        "definisi": DEFINISI,
        "pejabat": Pejabat.objects.in_office(day).filter(kepala=True).first(),
        "tanggal_surat": day,
    }
    workbook = Lampiran(f"rekap-{rekap.slug}.xlsx", render_xlsx(rekap), "Angka yang sama sebagai buku kerja")
    return render_paper(
        "monitoring/pdf/rekap.html", context, contoh=rekap.contoh, dicetak_oleh=dicetak_oleh, kertas=kertas,
        lampiran=[workbook],
    )  # fmt: skip


def render_summary(rekap: Rekap, *, dicetak_oleh: str = "", kertas: str = "a4") -> bytes:
    """One sheet for the governor: five numbers, ready units, grave problems, what is overdue, decisions asked for."""
    context = {
        "rekap": rekap,
        "siap": next(tabel for tabel in small_tables(rekap) if tabel.lembar == "Siap terbanyak"),
        "keputusan": [line.strip() for line in rekap.keputusan.splitlines() if line.strip()],
        "pejabat": Pejabat.objects.in_office(timezone.localdate()).filter(kepala=True).first(),
    }
    return render_paper(
        "monitoring/pdf/ringkasan.html", context, contoh=rekap.contoh, dicetak_oleh=dicetak_oleh, kertas=kertas
    )
