"""A list as a file: workbook or CSV of exactly the rows a page counts, saying what, by whom and when."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from . import xlsx
from .context import has_example_data
from .display import in_wib, waktu
from .models import Pengguna
from .tables import Kind, Table, clean, dictionary

EXAMPLE: Final = "DATA CONTOH - BUKAN DATA RESMI"
FORMATS: Final = {"xlsx": "Excel (.xlsx)", "csv": "CSV"}
ROWS_PER_WRITE: Final = 200

# Excel takes these for a formula, also behind blanks and in full width; and long or zero-led figures for a number.
_NOT_TEXT_TO_EXCEL: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]|0[0-9]+\Z|[0-9]{12,}\Z")


@dataclass(frozen=True)
class Origin:
    """What a file tells about itself: which rows were wanted, who took them, when, and why where a reason is asked."""

    pengguna: Pengguna
    saringan: str
    alasan: str = ""
    waktu: datetime.datetime = field(default_factory=timezone.now)

    def lines(self) -> list[str]:
        """Sentences for the reader of the file; the second names the person and the time."""
        siapa = [self.pengguna.nama, self.pengguna.sebutan_peran]
        siapa += [str(self.pengguna.kabupaten_kota)] if self.pengguna.kabupaten_kota else []
        return [
            f"Saringan: {self.saringan or 'tidak ada, semua baris'}",
            f"Diunduh {waktu(self.waktu)} oleh {', '.join(siapa)}",
            *([f"Alasan: {self.alasan}"] if self.alasan else []),
        ]


def wanted_format(asked: Mapping[str, str]) -> str:
    """The `format` of an address, xlsx when it names none. An unknown one is a malformed request (400)."""
    format = asked.get("format", "xlsx")
    if format not in FORMATS:
        raise SuspiciousOperation("unknown export format")
    return format


def as_file(content: bytes, tipe: str, nama: str, *, inline: bool = False) -> HttpResponse:
    """A file that is there already, to keep or, `inline`, to look at."""
    response = HttpResponse(content, content_type=tipe)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{nama}"'
    return response


def download(nama: str, tables: Sequence[Table], format: str, origin: Origin) -> StreamingHttpResponse:
    """The file `nama`-date-time, leaving row by row.

    A workbook holds every table and the dictionary; CSV, which knows no sheets, the first table.
    """
    lines, example = origin.lines(), EXAMPLE if has_example_data() else ""
    if format == "csv":
        content = stream_csv(tables[0], [*filter(None, [example]), *lines])
        content_type = "text/csv; charset=utf-8"
    else:
        footer = ". ".join(filter(None, [example, lines[1]]))
        content = xlsx.stream_xlsx([*tables, dictionary(tables)], lines, example, footer)
        content_type = xlsx.CONTENT_TYPE
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{nama}-{in_wib(origin.waktu):%Y%m%d-%H%M}.{format}"'
    return response


# --- CSV --------------------------------------------------------------------------------------------------------------


def stream_csv(table: Table, lines: Iterable[str]) -> Iterator[bytes]:
    """`table` as Excel in Indonesia opens it: byte order mark, semicolons, decimal commas; `lines` below the last row.

    The heading is the first line, so that other programs can read the file as well.
    """
    columns = [(column.value, _csv_text(column.kind)) for column in table.columns]
    held = _Held()
    writer = csv.writer(held, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.heading for column in table.columns])
    yield b"\xef\xbb\xbf"
    for row in table.rows:
        values = ((value_of(row), text_of) for value_of, text_of in columns)
        writer.writerow(["" if value is None or value == "" else text_of(value) for value, text_of in values])
        if len(held.parts) >= ROWS_PER_WRITE:
            yield held.take()
    writer.writerow([])
    writer.writerows([csv_safe(line)] for line in lines)
    yield held.take()


class _Held:
    """What the CSV writer has written and nobody has taken yet."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)

    def take(self) -> bytes:
        data = "".join(self.parts).encode()
        self.parts.clear()
        return data


def csv_safe(text: str) -> str:
    """`text` with an apostrophe before whatever Excel would not take as text."""
    text = clean(text)
    return f"'{text}" if _NOT_TEXT_TO_EXCEL.match(text) else text


def _csv_text(kind: Kind) -> Callable[[Any], str]:
    if kind in (Kind.TEKS, Kind.URAIAN):
        return csv_safe
    if kind is Kind.TANGGAL:
        return datetime.date.isoformat
    if kind is Kind.WAKTU:
        return lambda moment: f"{in_wib(moment):%Y-%m-%d %H:%M}"
    if kind in (Kind.DESIMAL, Kind.PERSEN):
        return lambda number: str(number).replace(".", ",")
    return str
