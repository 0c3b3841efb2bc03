"""Which kabupaten/kota somebody means who types its name or its code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from .models import KabupatenKota

_PREFIX: Final = re.compile(r"(kabupaten|kab|kota)\b[. ]*(.+)")


class UnknownRegion(Exception):
    """No kabupaten/kota, or more than one, is called so."""


def region_named(text: str, daerah: Sequence[KabupatenKota]) -> KabupatenKota:
    """The one of `daerah` called `text`: `Kab. Semarang`, `Kota Semarang`, `Kudus`, `33.74` or `3374`.

    A name that a kabupaten and a kota share needs its first word. Raises `UnknownRegion` with what to type.
    """
    typed = " ".join(text.casefold().split())
    if re.fullmatch(r"33[.,]?[0-9]{1,2}", typed):
        # A spreadsheet makes 33.1 of 33.10.
        code = re.sub("[.,]", "", typed).ljust(4, "0")
        found = [row for row in daerah if row.digit == code]
    elif match := _PREFIX.fullmatch(typed):
        kind = "kota" if match[1] == "kota" else "kabupaten"
        found = [row for row in daerah if row.nama.casefold() == f"{kind} {match[2]}"]
    else:
        found = [row for row in daerah if row.nama.casefold().partition(" ")[2] == typed]
    if len(found) > 1:
        raise UnknownRegion(f"Ada {' dan '.join(row.nama for row in found)}. Tulis lengkap, atau kodenya.")
    if not found:
        raise UnknownRegion("Kabupaten/kota tidak dikenal. Tulis seperti Kabupaten Kudus, Kota Semarang, atau 33.19.")
    return found[0]
