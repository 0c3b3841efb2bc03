"""The numbers a resident is known by: what can be told from their shape alone (domain paper, section 5.1).

NIK = 6 figures of the place of first registration, DDMMYY of birth (women: day + 40), 4 figures of serial from 0001
(as Dukcapil Klaten explains it). The place never changes when somebody moves, so it warns and never
refuses. There is no check digit; only Dukcapil can say whether a NIK exists. A No KK has 16 figures too, but its date
is the day of issue: nothing more is checked.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Final

from core.parsing import Unreadable

from .enums import JenisKelamin

JAWA_TENGAH: Final = "33"
PEREMPUAN_TAMBAH: Final = 40

_BLANKS_AND_QUOTES: Final = re.compile(r"[\s\u200b\ufeff'`‘’]")
_SCIENTIFIC: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
_SIXTEEN: Final = re.compile(r"[0-9]{16}")
_PHONE_SIGNS: Final = re.compile(r"[\s().\-'\u200b]")
_PHONE: Final = re.compile(r"0[0-9]{7,13}")


@dataclass(frozen=True)
class Nik:
    """A NIK that can exist. `repr` does not show it."""

    angka: str = field(repr=False)
    jenis_kelamin: JenisKelamin
    hari: int
    bulan: int
    tahun: int  # two figures: the century is not in the number

    def fits_birth(self, tanggal: datetime.date) -> bool:
        """Whether somebody born on `tanggal` can have this number."""
        return (self.hari, self.bulan, self.tahun) == (tanggal.day, tanggal.month, tanggal.year % 100)


def parse_nik(text: str) -> Nik:
    """The NIK in `text`; blanks and a leading apostrophe are tolerated. Raises `Unreadable` with what to do next."""
    angka = _sixteen_figures(text, "NIK")
    if len(set(angka)) == 1:
        raise Unreadable("NIK tidak mungkin berisi satu angka yang sama. Salin lagi dari KTP.")
    hari, bulan, tahun = int(angka[6:8]), int(angka[8:10]), int(angka[10:12])
    perempuan = hari > PEREMPUAN_TAMBAH
    hari -= PEREMPUAN_TAMBAH if perempuan else 0
    if not _is_a_day(hari, bulan, tahun):
        raise Unreadable("Tanggal lahir di dalam NIK (angka ke-7 sampai ke-12) tidak mungkin. Salin lagi dari KTP.")
    if angka[12:] == "0000":
        raise Unreadable("Empat angka terakhir NIK tidak mungkin 0000. Salin lagi dari KTP.")
    return Nik(angka, JenisKelamin.PEREMPUAN if perempuan else JenisKelamin.LAKI_LAKI, hari, bulan, tahun)


def nik_warnings(nik: Nik, tanggal_lahir: datetime.date | None = None, jenis_kelamin: str = "") -> list[str]:
    """What looks odd about `nik` beside the rest of the form. Never a reason to refuse it."""
    odd = []
    if not nik.angka.startswith(JAWA_TENGAH):
        odd.append("NIK diterbitkan di luar Jawa Tengah. Pastikan tidak salah ketik.")
    if tanggal_lahir is not None and not nik.fits_birth(tanggal_lahir):
        odd.append("Tanggal lahir di dalam NIK berbeda dari isian tanggal lahir. Cocokkan dengan KTP.")
    if jenis_kelamin and nik.jenis_kelamin != jenis_kelamin:
        odd.append("Jenis kelamin di dalam NIK berbeda dari isian jenis kelamin. Cocokkan dengan KTP.")
    return odd


def parse_no_kk(text: str) -> str:
    """The 16 figures of a No KK, or `Unreadable`."""
    return _sixteen_figures(text, "No KK")


def parse_telepon(text: str) -> str:
    """A phone number as `081234567890`: `+62` and `62` in front become 0, signs and blanks go. Else `Unreadable`."""
    angka = _PHONE_SIGNS.sub("", text)
    angka = re.sub(r"^\+?62", "0", angka)
    if not _PHONE.fullmatch(angka):
        raise Unreadable("Tulis satu nomor telepon, misalnya 081234567890.")
    return angka


def _sixteen_figures(text: str, label: str) -> str:
    typed = _BLANKS_AND_QUOTES.sub("", text)
    if _SCIENTIFIC.fullmatch(typed):
        raise Unreadable(
            f"Excel mengubah {label} menjadi angka seperti 3,31E+15 dan angka terakhirnya hilang. "
            f"Ubah sel menjadi Teks, lalu ketik ulang {label} dari KTP atau KK."
        )
    if not _SIXTEEN.fullmatch(typed):
        if typed.isascii() and typed.isdigit():
            raise Unreadable(f"{label} harus 16 angka; yang tertulis {len(typed)} angka.")
        raise Unreadable(f"{label} harus 16 angka, tanpa huruf atau tanda baca.")
    return typed


def _is_a_day(hari: int, bulan: int, tahun: int) -> bool:
    """29 February counts when it existed in either century."""
    for century in (1900, 2000):
        try:
            datetime.date(century + tahun, bulan, hari)
        except ValueError:
            continue
        return True
    return False
