"""How a value reads in Indonesian: figures, money, dates, words. Page, PDF, workbook and message all ask here."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

KOSONG: Final = "-"
WIB: Final = ZoneInfo("Asia/Jakarta")

HARI: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
BULAN: Final = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
BULAN_PENDEK: Final = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")

_SATUAN: Final = (
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
)  # fmt: skip
_KELOMPOK: Final = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (10**3, "ribu"))
TERBILANG_MAX: Final = 10**15 - 1

Number = int | Decimal


def angka(value: Number | None) -> str:
    """`9778` -> `9.778`; nothing -> `-`. A fraction is a mistake of the caller: use `desimal`."""
    if value is None or value == "":
        return KOSONG
    if value != int(value):
        raise ValueError(f"{value!r} is not a whole number")
    return f"{int(value):,}".replace(",", ".")


def desimal(value: Number | float | None, places: int | None = None) -> str:
    """`1234.5` -> `1.234,5`; with `places` exactly so many digits, else as many as needed."""
    if value is None or value == "":
        return KOSONG
    number = Decimal(str(value))
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{number:,f}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.translate(str.maketrans(",.", ".,"))
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def persen(part: Number | None, whole: Number | None, places: int = 2) -> str:
    """`(8051, 9778)` -> `82,34%`. Of nothing there is no share: a whole of 0 or None gives `-`, never `0%`."""
    if part is None or not whole:
        return KOSONG
    return f"{desimal(Decimal(part) * 100 / Decimal(whole), places)}%"


def rupiah(value: Number | None) -> str:
    """`1250000` -> `Rp1.250.000`; cents only when there are any."""
    if value is None or value == "":
        return KOSONG
    text = desimal(value) if value == int(value) else desimal(value, 2)
    return f"-Rp{text[1:]}" if text.startswith("-") else f"Rp{text}"


def in_wib(value: datetime.datetime) -> datetime.datetime:
    """The same moment on the clock of Central Java; a naive value is taken as WIB already."""
    return value.replace(tzinfo=WIB) if value.tzinfo is None else value.astimezone(WIB)


def _as_date(value: datetime.date) -> datetime.date:
    return in_wib(value).date() if isinstance(value, datetime.datetime) else value


def tanggal(value: datetime.date | None) -> str:
    """`19 Agustus 2021`; a moment is read on the WIB calendar."""
    if not value:
        return KOSONG
    day = _as_date(value)
    return f"{day.day} {BULAN[day.month - 1]} {day.year}"


def tanggal_pendek(value: datetime.date | None) -> str:
    """`19 Agu 2021`, for table cells."""
    if not value:
        return KOSONG
    day = _as_date(value)
    return f"{day.day} {BULAN_PENDEK[day.month - 1]} {day.year}"


def hari_tanggal(value: datetime.date | None) -> str:
    """`Kamis, 19 Agustus 2021`."""
    if not value:
        return KOSONG
    return f"{HARI[_as_date(value).weekday()]}, {tanggal(value)}"


def jam(value: datetime.datetime | datetime.time | None) -> str:
    """`09.00 WIB`."""
    if value is None or value == "":
        return KOSONG
    clock = in_wib(value) if isinstance(value, datetime.datetime) else value
    return f"{clock:%H.%M} WIB"


def rentang_jam(mulai: datetime.datetime | datetime.time, selesai: datetime.datetime | datetime.time) -> str:
    """`09.00-10.30 WIB`."""
    return f"{jam(mulai).removesuffix(' WIB')}-{jam(selesai)}"


def waktu_pendek(value: datetime.datetime | None) -> str:
    """`19 Agu 2021 09.00`, for table cells; WIB goes without saying there."""
    return f"{tanggal_pendek(value)} {in_wib(value):%H.%M}" if value else KOSONG


def waktu(value: datetime.datetime | None) -> str:
    """`19 Agustus 2021 09.00 WIB`."""
    return f"{tanggal(value)} {jam(value)}" if value else KOSONG


def sel(value: object) -> str:
    """A cell of a table of plain values: whole numbers, Decimal percentages, dates, text; `-` for None."""
    if value is None:
        return KOSONG
    if isinstance(value, Decimal):
        return f"{desimal(value, 2)}%"
    if isinstance(value, int):
        return angka(value)
    return tanggal(value) if isinstance(value, datetime.date) else str(value)


def lama(value: datetime.timedelta | None) -> str:
    """How long something took: `40 menit`, `5 jam`, `2 hari 4 jam`. What is left over is dropped, never rounded up."""
    if value is None:
        return KOSONG
    minutes = int(value.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{angka(days)} hari {hours} jam" if hours else f"{angka(days)} hari"
    return f"{hours} jam" if hours else f"{minutes} menit"


def nip(text: str) -> str:
    """An NIP grouped 8-6-1-3 as on official papers; anything that is not 18 figures stays as it is."""
    if len(text) != 18 or not text.isdigit():
        return text
    return f"{text[:8]} {text[8:14]} {text[14]} {text[15:]}"


def kosong(value: object) -> str:
    """The value itself, or `-` where nothing was stated. Zero is a statement."""
    return KOSONG if value is None or str(value).strip() == "" else str(value)


def terbilang(number: int) -> str:
    """A whole number in words, up to hundreds of trillions: `1250000` -> `satu juta dua ratus lima puluh ribu`."""
    if abs(number) > TERBILANG_MAX:
        raise ValueError(f"{number} is too large to spell out")
    if number < 0:
        return f"minus {terbilang(-number)}"
    if number < 12:
        return _SATUAN[number]
    if number < 20:
        return f"{_SATUAN[number - 10]} belas"
    if number < 100:
        return _join(f"{_SATUAN[number // 10]} puluh", number % 10)
    if number < 1000:
        return _join("seratus" if number < 200 else f"{_SATUAN[number // 100]} ratus", number % 100)
    for size, word in _KELOMPOK:
        if number >= size:
            head = "seribu" if number < 2000 else f"{terbilang(number // size)} {word}"
            return _join(head, number % size)
    raise AssertionError("unreachable")


def _join(head: str, rest: int) -> str:
    return f"{head} {terbilang(rest)}" if rest else head


def terbilang_tanggal(value: datetime.date | None) -> str:
    """As a berita acara opens: `Kamis tanggal sembilan belas bulan Agustus tahun dua ribu dua puluh satu`."""
    if not value:
        return KOSONG
    day = _as_date(value)
    return (
        f"{HARI[day.weekday()]} tanggal {terbilang(day.day)} bulan {BULAN[day.month - 1]} tahun {terbilang(day.year)}"
    )
