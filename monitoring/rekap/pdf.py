"""The recap on paper. The one module that imports WeasyPrint, and only when a paper is asked for.

WeasyPrint may fetch nothing: the page is one self-contained HTML text with its stylesheet, made by our own templates.
"""

from __future__ import annotations

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone

from core.models import Pejabat

from .build import DEFINISI, Rekap
from .tabel import KOLOM, lines_of


class PdfUnavailable(Exception):
    """The libraries for PDF are missing on this machine; the rest of the site works."""

    def __str__(self) -> str:
        return "PDF belum dapat dibuat di komputer server ini. Hubungi admin: pasang pustaka Pango, lalu coba lagi."


def render_pdf(rekap: Rekap, *, dicetak_oleh: str = "") -> bytes:
    """The recap as A4 landscape, tagged, with letterhead and the signature of the head of office."""
    return html_to_pdf(recap_html(rekap, dicetak_oleh=dicetak_oleh))


def recap_html(rekap: Rekap, *, dicetak_oleh: str = "") -> str:
    """The document as HTML, before it becomes pages."""
    from django.conf import settings

    now = timezone.localtime()
    day = timezone.localdate(rekap.ditetapkan_pada) if rekap.ditetapkan_pada else now.date()
    return render_to_string(
        "monitoring/pdf/rekap.html",
        {
            "rekap": rekap,
            "kop": settings.KOP_SURAT,
            "kolom": KOLOM,
            "baris_rusun": lines_of(rekap, "rusun"),
            "baris_rusus": lines_of(rekap, "rusus"),
            "definisi": DEFINISI,
            "pejabat": Pejabat.objects.in_office(day).filter(kepala=True).first(),
            "tanggal_surat": day,
            "dicetak_pada": now,
            "dicetak_oleh": dicetak_oleh,
        },
    )


def html_to_pdf(html: str) -> bytes:
    """`html` with the print stylesheet as PDF/UA-1. Raises `PdfUnavailable` when the system libraries are missing."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise PdfUnavailable from error
    fetcher = URLFetcher(allowed_protocols=("data",))
    stylesheet = CSS(filename=finders.find("css/cetak.css"), url_fetcher=fetcher)
    document = HTML(string=html, url_fetcher=fetcher, base_url=None)
    return document.write_pdf(stylesheets=[stylesheet], pdf_variant="pdf/ua-1")
