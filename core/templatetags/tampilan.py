"""`core.display` for templates; loaded everywhere (a builtin), so no page formats a value in its own way."""

from __future__ import annotations

from django import template

from core import display
from core.forms import FormError, list_errors

register = template.Library()

for _function in (
    display.angka,
    display.desimal,
    display.persen,
    display.rupiah,
    display.tanggal,
    display.tanggal_pendek,
    display.hari_tanggal,
    display.jam,
    display.waktu,
    display.waktu_pendek,
    display.lama,
    display.kosong,
    display.nip,
    display.sel,
    display.terbilang,
    display.terbilang_tanggal,
):
    register.filter(_function.__name__, _function)


@register.filter
def judul_awal(value: object) -> str:
    """Capital first letter, the rest untouched: model labels are written in lower case."""
    text = str(value)
    return text[:1].upper() + text[1:]


@register.filter
def awal_kecil(value: object) -> str:
    """Small first letter, the rest untouched: a label inside a sentence keeps its abbreviations."""
    text = str(value)
    return text[:1].lower() + text[1:]


@register.filter
def daftar_galat(subject: object) -> list[FormError]:
    """Every error of a form, a formset, or a list of them, for the summary at the top of a page."""
    return list_errors(subject)
