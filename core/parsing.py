"""How Indonesians type: dots for thousands and a comma for decimals, dates in words, text with stray characters.

Forms and the workbook reader ask the same functions. Each returns the value or raises `Unreadable` with a sentence for
the user; no text makes them raise anything else. Only ASCII digits count: look-alikes are refused, not guessed.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal
from typing import Final

BILANGAN_MAX: Final = 2**31 - 1
TAHUN_MIN: Final = 1945
TAHUN_MAX: Final = 2100

# Within the 28 digits a Decimal keeps exactly.
_LONGEST_NUMBER: Final = 28
# The first group has no leading zero: "0.123" is a fraction somebody typed with a dot, not 123.
_WHOLE: Final = re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+)")
_FRACTION: Final = re.compile(rf"({_WHOLE.pattern})(?:,([0-9]+))?")
_COORDINATE: Final = re.compile(r"-?[0-9]{1,3}(?:[.,][0-9]{1,20})?")
_LONG_NUMBER: Final = re.compile(r"(?:[0-9][ .\-]?){9,}")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_NUMERIC_DATE: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_WORDED_DATE: Final = re.compile(r"([0-9]{1,2}) ([a-z]+) ([0-9]{4})")

_BULAN: Final = {
    name: number
    for number, names in enumerate(
        (
            ("januari", "jan"), ("februari", "pebruari", "feb", "peb"), ("maret", "mar"), ("april", "apr"), ("mei",),
            ("juni", "jun"), ("juli", "jul"), ("agustus", "agu", "ags", "agt"), ("september", "sep", "sept"),
            ("oktober", "okt"), ("november", "nopember", "nov", "nop"), ("desember", "des"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip


class Unreadable(ValueError):
    """What was typed cannot be taken; `str()` is a sentence that tells the user the next step."""


def _squeeze(text: str) -> str:
    """Blanks of every kind become one space; a typographic minus becomes the one on the keyboard."""
    return " ".join(text.split()).replace("\N{MINUS SIGN}", "-")


def parse_bilangan(text: str) -> int:
    """`1234`, `1.234` and `1 234` -> 1234. `1,234` and `12,5` are refused: a comma never groups thousands here."""
    typed = _squeeze(text)
    if len(typed) > _LONGEST_NUMBER or not _WHOLE.fullmatch(typed):
        raise Unreadable("Tulis bilangan bulat tanpa koma, misalnya 1234 atau 1.234.")
    return int(typed.replace(".", "").replace(" ", ""))


def parse_rupiah(text: str) -> int:
    """Like `parse_bilangan`; `Rp` in front and `,00` or `,-` behind are understood."""
    typed = _squeeze(text)
    typed = re.sub(r"(?i)^rp\.? ?", "", typed)
    typed = re.sub(r",(?:0{1,2}|-)$", "", typed)
    try:
        return parse_bilangan(typed)
    except Unreadable:
        raise Unreadable("Tulis nilai rupiah tanpa sen, misalnya 1250000 atau Rp1.250.000.") from None


def parse_desimal(text: str) -> Decimal:
    """`1.234,5` and `1234,5` -> 1234.5; `1.234` -> 1234. `12.5` is refused: the decimal sign is the comma."""
    typed = _squeeze(text)
    match = _FRACTION.fullmatch(typed) if len(typed) <= _LONGEST_NUMBER else None
    if match is None:
        raise Unreadable("Tulis angka dengan koma untuk desimal, misalnya 36,5 atau 1.234,5.")
    whole, fraction = match.groups()
    return Decimal(f"{whole.replace('.', '').replace(' ', '')}.{fraction or '0'}").normalize() + 0


def parse_koordinat(text: str) -> Decimal:
    """Degrees: `-7,0051` and `-7.0051` alike, because maps print a dot."""
    typed = _squeeze(text)
    if not _COORDINATE.fullmatch(typed):
        raise Unreadable("Tulis satu angka derajat desimal, misalnya -7,0051 (lintang) atau 110,4381 (bujur).")
    return Decimal(typed.replace(",", "."))


def parse_tanggal(text: str) -> datetime.date:
    """`2020-12-31`, `31/12/2020`, `31 Desember 2020`, `31 Des 2020`; never month first, never two-digit years."""
    typed = _squeeze(text).casefold()
    if match := _ISO.fullmatch(typed):
        year, month, day = (int(part) for part in match.groups())
    elif match := _NUMERIC_DATE.fullmatch(typed):
        day, month, year = (int(part) for part in match.groups())
    elif (match := _WORDED_DATE.fullmatch(typed)) and match[2] in _BULAN:
        day, month, year = int(match[1]), _BULAN[match[2]], int(match[3])
    else:
        raise Unreadable("Tulis tanggal seperti 31/12/2020 atau 31 Desember 2020.")
    if not TAHUN_MIN <= year <= TAHUN_MAX:
        raise Unreadable(f"Tahun harus antara {TAHUN_MIN} dan {TAHUN_MAX}; periksa lagi tahunnya.")
    try:
        return datetime.date(year, month, day)
    except ValueError:
        raise Unreadable("Tanggal ini tidak ada di kalender; periksa hari dan bulannya.") from None


def parse_nip(text: str) -> str:
    """An employee number without its blanks, or ""."""
    nip = text.replace(" ", "")
    if nip and not (len(nip) == 18 and nip.isascii() and nip.isdigit()):
        raise Unreadable("NIP harus 18 angka, atau kosong.")
    return nip


def clean_teks(text: str, *, multiline: bool = False) -> str:
    """Text as it may be stored: NFC, no control or invisible characters (so no direction overrides), blanks collapsed.

    With `multiline` line ends are kept, at most one empty line between paragraphs. NUL and broken characters are
    refused rather than dropped: they never come from a keyboard.
    """
    if text.isprintable():  # so it is one line, hides nothing, and its blanks are plain ones
        return unicodedata.normalize("NFC", " ".join(text.split()))
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Unreadable("Teks memuat karakter yang tidak dapat disimpan. Hapus teks ini, lalu ketik ulang.")
    lines = re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text)
    lines = [" ".join(_drop_invisible(line).split()) for line in lines]
    if not multiline:
        return unicodedata.normalize("NFC", " ".join(line for line in lines if line))
    return unicodedata.normalize("NFC", re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"))


def _drop_invisible(line: str) -> str:
    return "".join(" " if c == "\t" else c for c in line if c == "\t" or unicodedata.category(c) not in ("Cc", "Cf"))


def has_long_number(text: str) -> bool:
    """Whether `text` holds what may be a NIK, No KK or phone number."""
    return _LONG_NUMBER.search(text) is not None
