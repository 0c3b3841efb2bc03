"""Slips of paper that take a first password to its owner: several to a page, to be cut apart."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string

from .accounts import Diberikan
from .context import has_example_data
from .pdf import html_to_pdf


def slips_pdf(diberikan: Sequence[Diberikan]) -> bytes:
    """One slip per account. Made while the passwords are at hand and kept nowhere. Raises `PdfUnavailable`."""
    context = {
        "diberikan": diberikan,
        "alamat": settings.ALAMAT_SITUS,
        "kop": settings.KOP_SURAT,
        "contoh": has_example_data(),
    }
    return html_to_pdf(render_to_string("core/pdf/slip.html", context))


def as_link(pdf: bytes) -> str:
    """The file inside the page that shows it: a second request would have to find the passwords somewhere."""
    return f"data:application/pdf;base64,{base64.b64encode(pdf).decode()}"
