"""What an import says about a cell, and how numbers that identify a person are kept out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from core.sealed import mask

GALAT: Final = "galat"
PERINGATAN: Final = "peringatan"
SHOWN: Final = 80

ATURAN: Final[dict[str, str]] = {
    "S-01": "Sel berisi rumus",
    "S-02": "Sel berisi galat Excel",
    "S-03": "Excel mengubah isian menjadi tanggal",
    "S-04": "Angka tidak terbaca",
    "S-05": "Tanggal tidak terbaca",
    "S-06": "Pilihan tidak dikenal",
    "S-07": "Teks tidak dapat diterima",
    "S-08": "Isian wajib kosong",
    "S-09": "NIK, No KK, atau telepon tidak sesuai",
    "S-10": "NIK atau No KK tersimpan sebagai angka",
    "S-20": "Angka ditulis sebagai teks",
    "S-21": "Karakter yang tidak tampak dibuang",
    "B-01": "Baris ganda di dalam berkas",
    "B-02": "Lokasi atau blok tidak dikenal",
    "B-03": "Isian dalam satu baris tidak cocok",
    "B-04": "Data sudah diubah di sistem setelah templat diunduh",
    "B-05": "Kunci baris tidak dikenal",
    "B-20": "Nilai di sistem lebih baru daripada templat",
    "B-21": "Diabaikan karena data terkunci",
    "L-01": "Kolom atau lembar yang tidak dikenal diabaikan",
}
"""Code -> title of what concerns any sheet: S a cell, B a row, L a sheet. Apps add their own."""

# Sixteen figures make a NIK; thirteen already say who it is. Blanks, dots and dashes between them hide nothing.
_LONG_NUMBER: Final = re.compile(r"[0-9](?:[ .\-'’\u00a0\u200b]*[0-9]){12,}")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


@dataclass(frozen=True)
class Finding:
    """One finding: an error keeps its row out, a warning does not. `sel` is "" for what concerns a whole sheet."""

    kode: str
    tingkat: str
    lembar: str
    sel: str
    pesan: str
    nilai: str = ""
    harapan: str = ""
    kolom: str = ""

    @property
    def stops(self) -> bool:
        return self.tingkat == GALAT


def masked(text: str) -> str:
    """`text` with long numbers masked and unseen characters out: nothing in it says who somebody is."""
    return _LONG_NUMBER.sub(lambda match: mask(re.sub(r"[^0-9]", "", match[0])), _UNSEEN.sub(" ", text).strip())


def harmless(text: str) -> str:
    """What was typed, for a message: masked, and cut to a readable length."""
    text = masked(text)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
