"""Papers: HTML of our own templates becomes PDF. The one module that imports WeasyPrint, and only when it is asked for.

WeasyPrint may fetch nothing: a paper is one self-contained HTML text and the stylesheet `static/css/cetak.css`.
"""

from __future__ import annotations

import gc
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone


class PdfUnavailable(Exception):
    """The libraries for PDF are missing on this machine; the rest of the site works."""

    def __str__(self) -> str:
        return "PDF belum dapat dibuat di komputer server ini. Hubungi admin: pasang pustaka Pango, lalu coba lagi."


@dataclass(frozen=True)
class Lampiran:
    """A file that travels inside a paper, so that paper and data cannot part."""

    nama: str
    isi: bytes
    keterangan: str


KERTAS: Final = {"a4": ("210mm", "297mm"), "f4": ("215mm", "330mm")}
"""Sizes of paper by code, upright: width, height. F4 is what Indonesian offices call folio."""


def render_paper(
    template: str, context: dict[str, Any], *, contoh: bool, dicetak_oleh: str = "", kertas: str = "a4",
    lampiran: Sequence[Lampiran] = (),
) -> bytes:  # fmt: skip
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
        ),
        kertas=kertas,
        lampiran=lampiran,
    )


def html_to_pdf(html: str, *, kertas: str = "a4", lampiran: Sequence[Lampiran] = ()) -> bytes:
    """`html` with the print stylesheet as PDF/UA-1, with files in it as PDF/A-3a; both are tagged.

    Raises `PdfUnavailable` when the system libraries are missing.
    """
    try:
        from weasyprint import CSS, HTML, Attachment
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise PdfUnavailable from error
    fetcher = URLFetcher(allowed_protocols=("data",))
    # Layout makes many small objects that live to the end: collecting between them only costs time, and what was there
    # before need not be looked at when they go.
    gc.freeze()
    gc.disable()
    try:
        path = str(finders.find("css/cetak.css"))
        stylesheet = _stylesheet(path, os.stat(path).st_mtime_ns)
        document = HTML(string=html, url_fetcher=fetcher, base_url=None)
        attached = [
            Attachment(
                file_obj=io.BytesIO(file.isi), name=file.nama, description=file.keterangan, relationship="Data",
                url_fetcher=fetcher,
            )
            for file in lampiran
        ]  # fmt: skip
        return document.write_pdf(
            stylesheets=[stylesheet, *_size(kertas, CSS, fetcher)], attachments=attached,
            pdf_variant="pdf/a-3a" if attached else "pdf/ua-1",
        )  # fmt: skip
    finally:
        gc.enable()
        gc.collect()
        gc.unfreeze()


@lru_cache(maxsize=1)
def _stylesheet(path: str, stamp: int) -> Any:
    """The style sheet at `path`, read once per process, and again when `stamp` (its last change) moved."""
    from weasyprint import CSS
    from weasyprint.urls import URLFetcher

    return CSS(filename=path, url_fetcher=URLFetcher(allowed_protocols=("data",)))


def _size(kertas: str, css: Any, fetcher: Any) -> list[Any]:
    """A style sheet for paper that is not A4, over the pages of `cetak.css`."""
    if kertas == "a4":
        return []
    width, height = KERTAS[kertas]
    upright = " ".join(f"@page {name} {{ size: {width} {height} }}" for name in ("tegak", "konsep", "surat"))
    return [css(string=f"@page {{ size: {height} {width} }} {upright}", url_fetcher=fetcher)]
