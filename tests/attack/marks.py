"""What every text column of a kabupaten/kota holds: a mark that names the place, and what must not be taken for code.

`qz3319q`: of the kabupaten/kota 33.19; `qp3319q`: about its residents. Behind it stand, as far as the column is long
enough, a tag, quotes and a template placeholder, and which column it is.
"""

import html
import re

from django.db import models

HOSTILE = "<b>\"'{{7*7}}"
MARK = re.compile(r"q([zp])(\d{4})q", re.IGNORECASE)
RAW_TAG = re.compile(r"q[zp]\d{4}q<b\b", re.IGNORECASE)  # the tag that every typed text holds; a page may close its own


def mark(kode: str, column: models.Field) -> str:
    kind = "p" if column.model._meta.app_label == "penghuni" else "z"
    start = f"q{kind}{kode.replace('.', '')}q"
    if isinstance(column, models.URLField):
        return f"https://rapat.example/{start}"
    text = f"{start}{HOSTILE} {column.model.__name__}.{column.name}"
    return text[: column.max_length or 200]


def marks_in(text: str) -> set[tuple[str, str]]:
    """(kind, digits of the kabupaten/kota) of every mark; blanks do not hide one."""
    squeezed = re.sub(r"\s+", "", text)
    return {(kind.lower(), digits) for kind, digits in MARK.findall(squeezed)}


def unescaped(page: str) -> list[str]:
    """Places of `page` where a mark is followed by a real tag."""
    return [page[max(0, found.start() - 60) : found.end() + 40] for found in RAW_TAG.finditer(page)]


def where(text: str, digits: str) -> str:
    """The surroundings of a mark, for the one who reads that a test failed."""
    plain = html.unescape(text)
    place = re.search(rf"q[zp]{digits}q", plain, re.IGNORECASE)
    return plain[max(0, place.start() - 80) : place.end() + 80] if place else "(in parts)"
