"""Charts as SVG, drawn here: pure functions on plain values, for pages and papers alike.

A chart carries its title, its description and the table that alone tells the same. It needs no stylesheet, no script
and no colour: shades differ in lightness, fills in hatching, and every figure is printed. Text is real text in a size
that a phone of 360 px still shows at 11 px (the map scrolls there).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, TypeVar

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.display import KOSONG, angka, desimal, persen

LEBAR: Final = 640
LEBAR_PETA: Final = 720
HURUF: Final = 24.0
HURUF_PETA: Final = 11.5
HURUF_LEGENDA_PETA: Final = 14.0

T = TypeVar("T")

BELUM_ADA: Final = "Belum ada data"

TINTA: Final = "#1b2735"
TINTA_LEMBUT: Final = "#4a5668"
GARIS: Final = "#dde3ec"
TEPI: Final = "#5b6b86"
NAVY: Final = "#21427a"

# Fill and text of the five steps of the map, light to dark. Text on its fill has a contrast of 4.5 or more.
PETAK: Final = (
    ("#f0f4fa", "#101d33"),
    ("#c3d4ec", "#101d33"),
    ("#8fafda", "#101d33"),
    ("#3f67a8", "#ffffff"),
    ("#162f57", "#ffffff"),
)
PETAK_KOSONG: Final = ("#ffffff", "#cfd6e1", TINTA)  # ground, hatching, text

# Ground, lines and the lines themselves (in a square of 12) of the fills of parts. Neighbours differ in both.
CORAK: Final = (
    ("#21427a", "", ""),
    ("#f5b324", "#7a4a00", "M-3 3L3 -3M0 12L12 0M9 15L15 9"),
    ("#a8432f", "#ffffff", "M0 3H12M0 9H12"),
    ("#eef1f6", "#5b6b86", "M3 3h2M9 9h2"),
    ("#c3d4ec", "#21427a", "M3 0V12M9 0V12"),
    ("#ffffff", "#21427a", "M-3 9L3 15M0 0L12 12M9 -3L15 3"),
)
# The same for degrees of one thing: the heavier, the darker.
TAKARAN: Final = (
    ("#eef1f6", "", ""),
    ("#9db9e0", "#21427a", "M-3 3L3 -3M0 12L12 0M9 15L15 9"),
    ("#162f57", "", ""),
)
MAX_KOLOM: Final = 5

# Where the long names of the map part; names of others part where the line is full.
PENGGAL: Final = {
    name.replace("|", ""): tuple(name.split("|"))
    for name in ("Banjar|negara", "Karang|anyar", "Peka|longan", "Purba|lingga", "Temang|gung")
}


@dataclass(frozen=True)
class Grafik:
    """A drawing and the table that tells the same: `kepala` are its column heads, `baris` its rows as printed."""

    svg: SafeString
    judul: str
    keterangan: str
    kepala: tuple[str, ...]
    baris: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Tile:
    """A kabupaten/kota on the map: `nilai` chooses the shade (None: no data), `teks` is what is printed."""

    kode: str
    nama: str
    singkat: str
    baris: int
    kolom: int
    nilai: Decimal | int | None
    teks: str
    url: str = ""


@dataclass(frozen=True)
class Langkah:
    """A step of the map: it holds values from `mulai` up to the next step; the first one also all below."""

    mulai: Decimal | int
    teks: str


def short_name(nama: str) -> str:
    """`Kabupaten Kudus` -> `Kudus`, `Kota Semarang` -> `Kt. Semarang`: no two of the 35 get the same name."""
    if nama.startswith("Kota "):
        return f"Kt. {nama.removeprefix('Kota ')}"
    return nama.removeprefix("Kabupaten ")


# --- The charts -------------------------------------------------------------------------------------------------------


def bars(
    kode: str, judul: str, keterangan: str, rows: Sequence[tuple[str, int]], *, satuan: str, jumlah: int | None = None
) -> Grafik:
    """Horizontal bars, in the order given; with `jumlah` each row also shows its share of it."""
    _refuse_negative(value for _, value in rows)
    kepala = ("Uraian", _capital(satuan)) + (("Bagian",) if jumlah is not None else ())
    baris = tuple(
        (label, angka(value)) + ((persen(value, jumlah),) if jumlah is not None else ()) for label, value in rows
    )
    if not rows:
        return _empty(kode, judul, keterangan, kepala)
    table = _Table(baris, tebal=(1,))
    most = max(value for _, value in rows) or 1
    y, parts = 0.0, []
    for (_, value), row in zip(rows, table.rows, strict=True):
        middle = y + row.tinggi / 2
        if value:
            parts.append(_rect(table.x, middle - 12, max(table.lebar * value / most, 2), 24, NAVY))
        parts.append(table.texts(row, middle))
        y += row.tinggi
    axis = _line(table.x, 0, table.x, y, TEPI)
    return _grafik(kode, judul, keterangan, kepala, baris, (LEBAR, y), [*parts, axis])


def stacked(kode: str, judul: str, keterangan: str, parts: Sequence[tuple[str, int]], *, satuan: str) -> Grafik:
    """One whole in its parts: a bar over the full width, below it each part with its fill, value and share."""
    _refuse_negative(value for _, value in parts)
    kepala = ("Uraian", _capital(satuan), "Bagian")
    whole = sum(value for _, value in parts)
    baris = tuple((label, angka(value), persen(value, whole)) for label, value in parts)
    if not parts:
        return _empty(kode, judul, keterangan, kepala)
    table = _Table(baris, tebal=(1,), mulai=36, gambar=False)
    drawn = [_segments([value for _, value in parts], whole, 1, 1, LEBAR - 2, 46, _Fill(kode, CORAK))]
    if not whole:
        drawn.append(_rect(1, 1, LEBAR - 2, 46, "none", stroke=TEPI))
    y = 60.0
    for i, row in enumerate(table.rows):
        middle = y + row.tinggi / 2
        drawn.append(_rect(1, middle - 11, 22, 22, _Fill(kode, CORAK)(i), stroke=TEPI))
        drawn.append(table.texts(row, middle))
        y += row.tinggi
    defs = _patterns(kode, CORAK, len(parts))
    return _grafik(kode, judul, keterangan, kepala, baris, (LEBAR, y), [defs, *drawn])


def grouped(
    kode: str,
    judul: str,
    keterangan: str,
    kolom: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int]]],
    *,
    satuan: str,
) -> Grafik:
    """Rows in degrees (ringan, sedang, berat): a stacked bar, the figure of each degree, the total at the right."""
    _refuse_many(kolom)
    _refuse_negative(value for _, values in rows for value in values)
    kepala = ("Uraian", *map(_capital, kolom), f"Jumlah {satuan}")
    baris = tuple((label, *map(angka, values), angka(sum(values))) for label, values in _even(rows, kolom))
    if not rows:
        return _empty(kode, judul, keterangan, kepala)
    corak = TAKARAN if len(kolom) <= len(TAKARAN) else CORAK
    fill = _Fill(kode, corak)
    table = _Table(baris, tebal=(len(kolom) + 1,), akhir=_width("Jumlah", 20))
    defs = _patterns(kode, corak, len(kolom))
    legend, y = _legend(
        [(_rect(0, 0, 22, 22, fill(i), stroke=TEPI), nama) for i, nama in enumerate(kolom)],
        LEBAR, HURUF,
    )  # fmt: skip
    heads = [
        _rect(right - 22, y + 6, 22, 22, fill(i), stroke=TEPI) for i, right in enumerate(table.kanan[: len(kolom)])
    ]
    heads.append(_text("Jumlah", LEBAR, y + 25, 20, anchor="end", fill=TINTA_LEMBUT))
    y += 38
    top, drawn = y, []
    most = max(sum(values) for _, values in rows) or 1
    for (_, values), row in zip(rows, table.rows, strict=True):
        middle = y + row.tinggi / 2
        drawn.append(_line(0, y, LEBAR, y, GARIS))
        drawn.append(_segments(values, most, table.x, middle - 12, table.lebar, 24, fill))
        drawn.append(table.texts(row, middle))
        y += row.tinggi
    axis = _line(table.x, top, table.x, y, TEPI)
    return _grafik(kode, judul, keterangan, kepala, baris, (LEBAR, y), [defs, legend, *heads, *drawn, axis])


def compared(
    kode: str,
    judul: str,
    keterangan: str,
    rows: Sequence[tuple[str, Sequence[Decimal | float | None]]],
    kolom: Sequence[str],
    *,
    satuan: str,
) -> Grafik:
    """Periods side by side: per row a mark for each period on one scale, and its figure; "-" where there is none."""
    _refuse_many(kolom)
    kepala = ("Uraian", *(f"{nama} ({satuan})" for nama in kolom))
    known = [Decimal(str(value)) for _, values in _even(rows, kolom) for value in values if value is not None]
    places = min(2, max((-int(value.normalize().as_tuple().exponent) for value in known), default=0))
    baris = tuple((label, *(desimal(value, max(places, 0)) for value in values)) for label, values in rows)
    if not known:
        return _empty(kode, judul, keterangan, kepala, baris)
    table = _Table(baris, tebal=(len(kolom),))
    legend, y = _legend([(_mark(i, 11, 11), nama) for i, nama in enumerate(kolom)], LEBAR, HURUF)
    heads = [_mark(i, right - 12, y + 17) for i, right in enumerate(table.kanan)]
    y += 38
    top, drawn = y, []
    low, high = _scale(known)
    for (_, values), row in zip(rows, table.rows, strict=True):
        middle = y + row.tinggi / 2
        places_of = {
            i: table.x + 12 + (table.lebar - 24) * float((Decimal(str(value)) - low) / (high - low))
            for i, value in enumerate(values)
            if value is not None
        }
        drawn.append(_line(0, y, LEBAR, y, GARIS))
        if places_of:
            drawn.append(_line(min(places_of.values()), middle, max(places_of.values()), middle, TEPI, width=3))
        drawn += [_mark(i, x, middle) for i, x in places_of.items()]
        drawn.append(table.texts(row, middle))
        y += row.tinggi
    ends = [_line(x, top, x, y + 6, TEPI) for x in (table.x, table.x + table.lebar)]
    ends += [
        _text(desimal(low), table.x, y + 28, 20, fill=TINTA_LEMBUT),
        _text(desimal(high), table.x + table.lebar, y + 28, 20, anchor="end", fill=TINTA_LEMBUT),
        _text(satuan, LEBAR, y + 28, 20, anchor="end", fill=TINTA_LEMBUT),
    ]
    return _grafik(kode, judul, keterangan, kepala, baris, (LEBAR, y + 36), [legend, *heads, *ends, *drawn])


def tile_map(
    kode: str, judul: str, keterangan: str, tiles: Sequence[Tile], *, satuan: str, langkah: Sequence[Langkah]
) -> Grafik:
    """The kabupaten/kota as squares where they lie; the shade says the step, the value stands inside.

    `langkah`: one to five steps, rising. On paper leave `url` out: links there lead nowhere.
    """
    if not 1 <= len(langkah) <= len(PETAK) or any(a.mulai >= b.mulai for a, b in pairwise(langkah)):
        raise ValueError("a map takes one to five rising steps")
    if len({(tile.baris, tile.kolom) for tile in tiles}) < len(tiles):
        raise ValueError("two tiles lie on each other")
    if any(tile.url and not re.match(r"[/?#](?!/)", tile.url) for tile in tiles):
        raise ValueError("a tile leads to a page of this site")
    kepala = ("Kabupaten/kota", _capital(satuan))
    baris = tuple((tile.nama, KOSONG if tile.nilai is None else tile.teks) for tile in tiles)
    if not tiles:
        return _empty(kode, judul, keterangan, kepala)
    shades = [PETAK[round(i * (len(PETAK) - 1) / max(len(langkah) - 1, 1))] for i in range(len(langkah))]
    missing = f"url(#{kode}-kosong)"
    items = [
        (_rect(0, 0, 20, 20, fill, stroke=TEPI), step.teks) for (fill, _), step in zip(shades, langkah, strict=True)
    ]
    if any(tile.nilai is None for tile in tiles):
        items.append((_rect(0, 0, 20, 20, missing, stroke=TEPI), "belum ada data"))
    legend, top = _legend(items, LEBAR_PETA, HURUF_LEGENDA_PETA, _capital(satuan))
    first_row, first_column = min(tile.baris for tile in tiles), min(tile.kolom for tile in tiles)
    side = LEBAR_PETA / max(11, max(tile.kolom for tile in tiles) - first_column + 1)
    drawn = []
    for tile in tiles:
        step = sum(tile.nilai >= step.mulai for step in langkah[1:]) if tile.nilai is not None else -1
        fill, ink = (missing, PETAK_KOSONG[2]) if step < 0 else shades[step]
        x, y = side * (tile.kolom - first_column), top + side * (tile.baris - first_row)
        drawn.append(_tile(tile, x, y, side, fill, ink))
    rows = max(tile.baris for tile in tiles) - first_row + 1
    ground, lines, _ = PETAK_KOSONG
    defs = _pattern(f"{kode}-kosong", ground, lines, "M-3 3L3 -3M0 12L12 0M9 15L15 9", 1.5)
    linked = any(tile.url for tile in tiles)
    size = (LEBAR_PETA, top + side * rows)
    return _grafik(kode, judul, keterangan, kepala, baris, size, [defs, legend, *drawn], linked=linked, peta=True)


def _tile(tile: Tile, x: float, y: float, side: float, fill: str, ink: str) -> SafeString:
    gap, ratio = 1.0, side * 11 / LEBAR_PETA
    inner, middle = side - 2 * gap, x + side / 2
    teks = KOSONG if tile.nilai is None else tile.teks
    room = inner - 4
    lines = _name_lines(tile.singkat, inner - 2, HURUF_PETA * ratio)
    size = max(min(19 * ratio, 19 * ratio * room / max(_width(teks, 19 * ratio, bold=True), 1)), 4)
    first = y + side * (0.36 if len(lines) == 1 else 0.27)
    names = [
        _text(line, middle, first + i * 13 * ratio, HURUF_PETA * ratio, anchor="middle", fill=ink)
        for i, line in enumerate(lines)
    ]
    value = _text(
        teks, middle, y + side * (0.74 if len(lines) == 1 else 0.81), size, anchor="middle", fill=ink, bold=True
    )
    parts = [
        _tag("title", f"{tile.nama}: {'belum ada data' if tile.nilai is None else tile.teks}"),
        _rect(x + gap, y + gap, inner, inner, fill, stroke=TEPI, class_="petak"),
        _rect(x + gap + 3.5, y + gap + 3.5, inner - 7, inner - 7, "none", class_="petak-fokus") if tile.url else "",
        *names,
        value,
    ]
    return _tag("a", _join(parts), href=tile.url) if tile.url else _tag("g", _join(parts))


def _name_lines(name: str, room: float, size: float) -> tuple[str, ...]:
    """A short name in at most two lines; a long word parts with a hyphen where its syllables allow it."""
    if _width(name, size) <= room:
        return (name,)
    *before, word = name.split(" ")
    if before and _width(word, size) <= room:
        return _wrap(" ".join(before), room, size, 1)[0], word
    head, *tail = PENGGAL.get(word, (word,))
    if tail:
        return " ".join([*before, f"{head}-"]), tail[0]
    return _wrap(name, room, size, 2)


# --- Figures beside a drawing -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    label: str
    lines: tuple[str, ...]
    figures: tuple[str, ...]
    tinggi: float


class _Table:
    """Labels at the left, figures in columns at the right, and between them the room for the drawing.

    `x` and `lebar` are that room, `kanan` the right edges of the columns; the last of these is at least `akhir` wide.
    """

    def __init__(
        self,
        baris: Sequence[tuple[str, ...]],
        *,
        tebal: tuple[int, ...],
        mulai: float = 0,
        gambar: bool = True,
        akhir: float = 0,
    ) -> None:
        self.tebal, self.mulai = tebal, mulai
        columns = list(zip(*(row[1:] for row in baris), strict=True))
        widths = [max(22.0, *(_width(text, HURUF, bold=True) for text in column)) for column in columns]
        widths[-1] = max(widths[-1], akhir)
        self.huruf = HURUF * min(1.0, LEBAR * 0.6 / (sum(widths) + 18 * len(widths)))
        self.kanan: list[float] = []
        edge = float(LEBAR)
        for width in reversed(widths):
            self.kanan.insert(0, edge)
            edge -= width * self.huruf / HURUF + 18
        room = edge - mulai
        longest = max(_width(row[0], HURUF) for row in baris)
        if gambar:
            # A label takes what it needs, two fifths of the drawing at most, and leaves the bars a fair part.
            room = min(longest, LEBAR * 0.42, max(room - 150, room * 0.5))
        self.x = mulai + room + 12
        self.lebar = max(edge - self.x, 1.0)
        self.rows = []
        for row in baris:
            lines = _wrap(row[0], room, HURUF, 2)
            self.rows.append(_Row(row[0], lines, row[1:], 28 * len(lines) + 14))

    def texts(self, row: _Row, middle: float) -> SafeString:
        """Label and figures of a row around the height `middle`."""
        first = middle + HURUF * 0.36 - 14 * (len(row.lines) - 1)
        spans = [_tag("tspan", line, x=self.mulai, y=first + 28 * i) for i, line in enumerate(row.lines)]
        label = _tag("text", _join(spans, " "), font_size=HURUF, fill=TINTA)
        full = _tag("title", row.label) if _cut(row.lines) else ""
        figures = [
            _text(
                text, edge, middle + self.huruf * 0.36, self.huruf, anchor="end",
                fill=TINTA if i in self.tebal else TINTA_LEMBUT, bold=i in self.tebal,
            )
            for i, (text, edge) in enumerate(zip(row.figures, self.kanan, strict=True), 1)
        ]  # fmt: skip
        return _tag("g", _join([full, label, *figures], " "))


def _segments(
    values: Sequence[int],
    most: int,
    x: float,
    y: float,
    width: float,
    height: float,
    fill: _Fill,
) -> SafeString:
    """Values one after another on a scale where `most` takes the whole width."""
    done, drawn = 0, []
    for i, value in enumerate(values):
        if value:
            drawn.append(_rect(x + width * done / most, y, width * value / most, height, fill(i), stroke=TEPI))
        done += value
    return _join(drawn)


def _legend(
    items: Sequence[tuple[SafeString, str]], width: float, size: float, judul: str = ""
) -> tuple[SafeString, float]:
    """Swatches with their names, flowing into lines; and how high they stand."""
    x, y, drawn = 0.0, 0.0, []
    swatch, step = (22, 36) if size == HURUF else (20, 30)
    if judul:
        (judul,) = _wrap(judul, width / 2, size, 1)
        drawn.append(_text(judul, 0, size * 1.1, size, bold=True))
        y = step - 6
    for mark, name in items:
        (line,) = _wrap(name, width - swatch - 8, size, 1)
        wide = swatch + 8 + _width(line, size)
        if x and x + wide > width:
            x, y = 0.0, y + step
        text = _text(line, swatch + 8, swatch / 2 + size * 0.36, size)
        full = _tag("title", name) if _cut((line,)) else ""
        drawn.append(_tag("g", _join([full, mark, text]), transform=f"translate({_n(x + 1)} {_n(y + 2)})"))
        x += wide + 18
    return _join(drawn), y + step


def _mark(i: int, x: float, y: float) -> SafeString:
    """The mark of the period number `i`. The first is the widest ring, so that one on another still shows both."""
    if i == 0:
        return _tag("circle", cx=x, cy=y, r=10, fill="#ffffff", stroke=TINTA, stroke_width=2.5)
    if i == 1:
        return _tag("circle", cx=x, cy=y, r=6.5, fill=NAVY)
    path, fill = (
        ("M-8 -8H8V8H-8Z", "#c3d4ec"),
        ("M0 -11L11 0L0 11L-11 0Z", "#ffffff"),
        ("M0 -10L10 8H-10Z", "#f5b324"),
    )[i - 2]
    where = f"translate({_n(x)} {_n(y)})"
    return _tag("path", d=path, transform=where, fill=fill, stroke=TINTA, stroke_width=2)


def _scale(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Round ends around the values; from zero where the values leave little room below them."""
    low, high = min(values), max(values)
    if 0 < low < high / 2:
        low = Decimal(0)
    step = Decimal(1).scaleb((high - low or abs(high) or Decimal(1)).adjusted())
    low, high = (
        (low / step).to_integral_value("ROUND_FLOOR") * step,
        (high / step).to_integral_value("ROUND_CEILING") * step,
    )
    return (low, high) if low < high else (low - step, high + step)


# --- Pieces -----------------------------------------------------------------------------------------------------------


def _grafik(
    kode: str,
    judul: str,
    keterangan: str,
    kepala: tuple[str, ...],
    baris: tuple[tuple[str, ...], ...],
    size: tuple[float, float],
    parts: Sequence[SafeString],
    *,
    linked: bool = False,
    peta: bool = False,
) -> Grafik:
    if not re.fullmatch(r"[A-Za-z][\w-]*", kode, re.ASCII):
        raise ValueError(f"{kode!r} cannot begin an id")
    head = [_tag("title", judul, id=f"{kode}-judul"), _tag("desc", keterangan, id=f"{kode}-keterangan")]
    svg = _tag(
        "svg",
        _join([*head, *parts]),
        class_="grafik grafik-peta" if peta else "grafik",
        # What is inside an image cannot be reached: a drawing with links is a group.
        role="group" if linked else "img",
        aria_labelledby=f"{kode}-judul {kode}-keterangan",
        viewBox=f"0 0 {_n(size[0])} {_n(size[1])}",
        # Papers know no stylesheet inside a drawing; pages let it inherit (CSS wins over this).
        font_family='Inter, "DejaVu Sans", sans-serif',
    )
    return Grafik(svg, judul, keterangan, kepala, baris)


def _empty(
    kode: str, judul: str, keterangan: str, kepala: tuple[str, ...], baris: tuple[tuple[str, ...], ...] = ()
) -> Grafik:
    text = _text(BELUM_ADA, LEBAR / 2, 49, HURUF, anchor="middle", fill=TINTA_LEMBUT)
    frame = _rect(1, 1, LEBAR - 2, 78, "none", stroke=GARIS, stroke_width=2)
    names = [_tag("title", " ".join(cells)) for cells in baris]
    return _grafik(kode, judul, keterangan, kepala, baris, (LEBAR, 80), [frame, *(_tag("g", n) for n in names), text])


class _Fill:
    """The fill of the part number i, round and round when there are more parts than fills."""

    def __init__(self, kode: str, corak: Sequence[tuple[str, str, str]]) -> None:
        self.kode, self.corak = kode, corak

    def __call__(self, i: int) -> str:
        i %= len(self.corak)
        ground, lines, _ = self.corak[i]
        return f"url(#{self.kode}-corak-{i})" if lines else ground


def _patterns(kode: str, corak: Sequence[tuple[str, str, str]], count: int) -> SafeString:
    return _join(
        _pattern(f"{kode}-corak-{i}", ground, lines, path, 2.5)
        for i, (ground, lines, path) in enumerate(corak[:count])
        if lines
    )


def _pattern(name: str, ground: str, lines: str, path: str, width: float) -> SafeString:
    drawn = _join([_rect(0, 0, 12, 12, ground), _tag("path", d=path, fill="none", stroke=lines, stroke_width=width)])
    return _tag("pattern", drawn, id=name, width=12, height=12, patternUnits="userSpaceOnUse")


def _rect(x: float, y: float, width: float, height: float, fill: str, **more: Any) -> SafeString:
    return _tag("rect", x=x, y=y, width=width, height=height, fill=fill, **more)


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1.5) -> SafeString:
    return _tag("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width)


def _text(
    text: str, x: float, y: float, size: float, *, anchor: str = "start", fill: str = TINTA, bold: bool = False
) -> SafeString:
    more: dict[str, Any] = {"font_weight": 700} if bold else {}
    return _tag("text", text, x=x, y=y, font_size=size, text_anchor=anchor, fill=fill, **more)


def _tag(name: str, isi: str = "", **attributes: object) -> SafeString:
    """An element. `isi` drawn here goes in as it is; any other text is escaped, even if it was marked safe."""
    attrs = format_html_join(
        "",
        ' {}="{}"',
        (
            (key.rstrip("_").replace("_", "-"), _n(value) if isinstance(value, float) else _clean(value))
            for key, value in attributes.items()
        ),
    )
    inner = isi if isinstance(isi, _Drawn) else _clean(isi)
    ours = SafeString(name)  # nosec B703 a name of this module
    return _Drawn(format_html("<{}{}>{}</{}>", ours, attrs, inner, ours))


class _Drawn(SafeString):
    """Markup of this module: a label from outside can be marked safe, but never be one of these."""


def _join(parts: Iterable[str], between: str = "") -> _Drawn:
    return _Drawn(between.join(parts))


def _clean(value: object) -> SafeString:
    """Escaped, and without the characters no XML may hold."""
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", str(value))
    return SafeString(html.escape(text))  # nosec B703 escaped here


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide `text` runs, on the safe side: nobody can measure it before the reader's fonts are known."""
    ems = 0.0
    for letter in text:
        if letter in "ijlI.,:;'|! ":
            ems += 0.31
        elif letter in 'ftr()[]-/"':
            ems += 0.42
        elif letter in "mwMW@%…":
            ems += 0.93
        else:
            ems += 1.05 if ord(letter) > 0x2E80 else 0.73 if letter.isupper() else 0.59 if letter.islower() else 0.64
    return ems * size * (1.06 if bold else 1.0)


def _wrap(text: str, room: float, size: float, most: int) -> tuple[str, ...]:
    """`text` in at most `most` lines of `room`; what is left over ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if _width(joined, size) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and _width(lines[-1] + letter, size) > room:
                lines.append("")
            lines[-1] += letter
        if len(lines) > most:
            break
    if len(lines) > most:
        last = lines[most - 1]
        while last and _width(f"{last}…", size) > room:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last.rstrip()}…"]
    return tuple(lines)


def _cut(lines: tuple[str, ...]) -> bool:
    return lines[-1].endswith("…")


def _even(rows: Sequence[tuple[str, Sequence[T]]], kolom: Sequence[str]) -> Sequence[tuple[str, Sequence[T]]]:
    if any(len(values) != len(kolom) for _, values in rows):
        raise ValueError("a row has more or fewer values than there are columns")
    return rows


def _refuse_many(kolom: Sequence[str]) -> None:
    if not 1 <= len(kolom) <= MAX_KOLOM:
        raise ValueError(f"one to {MAX_KOLOM} columns, not {len(kolom)}")


def _refuse_negative(values: Iterable[int]) -> None:
    if any(value < 0 for value in values):
        raise ValueError("a count is never negative")
