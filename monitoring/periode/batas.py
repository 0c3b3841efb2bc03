"""Until when an isian may be sent, and what is said about it. Days are calendar days in WIB."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core.display import hari_tanggal, tanggal
from monitoring.enums import StatusIsian, StatusPeriode
from monitoring.models import Isian

AKHIR_HARI = "23.59 WIB"
WITH_PROVINCE = (StatusIsian.TERKIRIM, StatusIsian.TERVERIFIKASI)


@dataclass(frozen=True)
class Batas:
    """What a kabupaten/kota is held to.

    `tanggal` is by when it is expected and `terakhir` the last day it is taken; `dikecualikan`: an exception moved it.
    """

    nama: str
    tanggal: datetime.date
    nama_terakhir: str
    terakhir: datetime.date
    dikecualikan: bool = False

    def days_left(self, hari_ini: datetime.date) -> int:
        """Whole days until `tanggal`; negative once it has passed."""
        return (self.tanggal - hari_ini).days

    def closed_note(self, hari_ini: datetime.date) -> str:
        """Why nothing is taken any more, since when, and who can change that; "" while it still is."""
        if hari_ini <= self.terakhir:
            return ""
        return (
            f"{self.nama_terakhir}, {tanggal(self.terakhir)}, sudah lewat. "
            "Koordinator provinsi dapat memberi pengecualian."
        )

    def sentence(self, hari_ini: datetime.date) -> str:
        """How the dates stand today."""
        if closed := self.closed_note(hari_ini):
            return closed
        if hari_ini > self.tanggal:
            return (
                f"{self.nama} {tanggal(self.tanggal)} sudah lewat; "
                f"masih diterima sampai {hari_tanggal(self.terakhir)}, {AKHIR_HARI}."
            )
        left = days_in_words(self.days_left(hari_ini))
        return f"{self.nama} {hari_tanggal(self.tanggal)}, {AKHIR_HARI} ({left})."


def batas_of(isian: Isian) -> Batas | None:
    """What holds for `isian` now; None while it lies with the province or its period is not open."""
    if isian.periode.status != StatusPeriode.DIBUKA or isian.status in WITH_PROVINCE:
        return None
    if isian.status == StatusIsian.PERLU_PERBAIKAN:
        assert isian.jawab_sebelum is not None
        plain = Batas("Batas jawaban", isian.jawab_sebelum, "Batas jawaban", isian.jawab_sebelum)
    else:
        periode = isian.periode
        plain = Batas("Batas waktu", periode.batas_waktu, "Hari terakhir pengiriman", periode.hari_terakhir)
    sampai = isian.pengecualian_sampai
    if sampai is not None and sampai > plain.terakhir:
        return Batas(plain.nama, plain.tanggal, "Batas pengecualian", sampai, dikecualikan=True)
    return plain


def dates_note(isian: Isian, hari_ini: datetime.date) -> str:
    """How the dates stand for `isian` today; "" where none runs."""
    batas = batas_of(isian)
    return "" if batas is None else batas.sentence(hari_ini)


def days_in_words(sisa: int) -> str:
    """`3 hari lagi`, `hari ini`, `lewat 2 hari`."""
    if sisa < 0:
        return f"lewat {-sisa} hari"
    return "hari ini" if sisa == 0 else f"{sisa} hari lagi"
