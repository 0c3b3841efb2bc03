"""Papers: HTML of our own templates becomes PDF. The one module that imports WeasyPrint, and only when it is asked for.

WeasyPrint may fetch nothing: a paper is one self-contained HTML text and the stylesheet `static/css/cetak.css`.
"""

from __future__ import annotations

import gc
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone


class PdfUnavailable(Exception):
    """The libraries for PDF are missing on this machine; the rest of the site works."""

    def __str__(self) -> str:
        return "PDF belum dapat dibuat di komputer server ini. Hubungi admin: pasang pustaka Pango, lalu coba lagi."


def render_paper(template: str, context: dict[str, Any], *, contoh: bool, dicetak_oleh: str = "") -> bytes:
    """`template` (it extends `base_pdf.html`) as PDF: letterhead, who printed it when, and the mark of example data."""
    return html_to_pdf(
        render_to_string(
            template,
            {
                **context,
                "kop": settings.KOP_SURAT,
                "contoh": contoh,
                "dicetak_pada": timezone.localtime(),
                "dicetak_oleh": dicetak_oleh,
            },
        )
    )


def html_to_pdf(html: str) -> bytes:
    """`html` with the print stylesheet as PDF/UA-1. Raises `PdfUnavailable` when the system libraries are missing."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise PdfUnavailable from error
    fetcher = URLFetcher(allowed_protocols=("data",))
    # Layout makes many small objects that live to the end: collecting between them only costs time.
    gc.disable()
    try:
        stylesheet = CSS(filename=finders.find("css/cetak.css"), url_fetcher=fetcher)
        document = HTML(string=html, url_fetcher=fetcher, base_url=None)
        return document.write_pdf(stylesheets=[stylesheet], pdf_variant="pdf/ua-1")
    finally:
        gc.enable()
        gc.collect()
