"""Charts: what they print, what they never print, and that paper and grey tell the same."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from core import grafik
from core.grafik import Langkah, Tile, bars, compared, grouped, short_name, stacked, tile_map
from core.pdf import html_to_pdf
from tests.papers import words

ROOT = Path(__file__).resolve().parent.parent.parent
NASTY = "<script>alert(1)</script>&\"'"
STEPS = [
    Langkah(mulai, teks)
    for mulai, teks in [(0, "di bawah 50%"), (50, "50-64%"), (65, "65-79%"), (80, "80-89%"), (90, "90% ke atas")]
]


def tiles(*, url="", nama=None):
    """The 35 kabupaten/kota where they lie; each seventh without data, the others through all the steps."""
    with (ROOT / "fixtures/desk_2021/kabupaten_kota.csv").open() as file:
        for i, row in enumerate(csv.DictReader(file)):
            nilai = None if i % 7 == 6 else Decimal(3 * i)
            name = nama or row["nama"]
            yield Tile(
                row["kode"], name, short_name(name), int(row["baris"]), int(row["kolom"]), nilai,
                "" if nilai is None else f"{nilai},5%", f"{url}{row['kode']}" if url else "",
            )  # fmt: skip


def every_chart(label="Sebab", kode="uji", judul="Judul", keterangan="Keterangan."):
    """One of each function, with `label` wherever a text goes in."""
    kinds = ["ringan", "sedang", label]
    values = [(label, 412), ("Lokasi jauh", 0), ("Rusak", 1380)]
    levels = [(label, [12, 0, 1250]), ("Pengelolaan", [0, 0, 0])]
    periods = [(label, [Decimal("72.5"), 88.12]), ("Kota Tegal", [None, 64.0]), ("Demak", [None, None])]
    return {
        "bars": bars(kode, judul, keterangan, values, satuan=label, jumlah=2000),
        "bars tanpa jumlah": bars(kode, judul, keterangan, values, satuan="unit"),
        "stacked": stacked(kode, judul, keterangan, values, satuan="unit"),
        "stacked dari nol": stacked(kode, judul, keterangan, [("Terhuni", 0), ("Kosong", 0)], satuan="unit"),
        "grouped": grouped(kode, judul, keterangan, kinds, levels, satuan="masalah"),
        "compared": compared(kode, judul, keterangan, periods, ["2021", label], satuan="%"),
        "tile_map": tile_map(kode, judul, keterangan, list(tiles()), satuan=label, langkah=STEPS),
        "tile_map bertaut": tile_map(
            kode, judul, keterangan, list(tiles(url="/daerah/")), satuan="persen", langkah=STEPS
        ),
    }


KINDS = list(every_chart())


def drawn(chart):
    """The drawing as a tree. HTML knows no namespace, XML asks for none."""
    return fromstring(chart.svg)


def texts(tree):
    return ["".join(node.itertext()) for node in tree.iter("text")]


@pytest.mark.parametrize("kind", KINDS)
def test_drawing_is_named_and_described_by_its_own_ids(kind):
    svg = drawn(every_chart()[kind])
    ids = [node.get("id") for node in svg.iter() if node.get("id")]
    title, desc = svg.get("aria-labelledby").split()

    assert len(ids) == len(set(ids))
    assert all(name.startswith("uji-") for name in ids)
    assert (svg.find(f"title[@id='{title}']").text, svg.find(f"desc[@id='{desc}']").text) == ("Judul", "Keterangan.")
    assert set(re.findall(r"url\(#([^)]+)\)", every_chart()[kind].svg)) <= set(ids)
    assert svg.get("role") == ("group" if kind == "tile_map bertaut" else "img")


@pytest.mark.parametrize("kind", KINDS)
def test_drawing_prints_all_that_its_table_says(kind):
    chart = every_chart()[kind]
    printed = {text.replace("- ", "") for text in drawn(chart).itertext()} | set(texts(drawn(chart)))

    assert chart.baris
    for row in chart.baris:
        assert len(row) == len(chart.kepala)
        for cell in row:
            assert any(cell in text for text in printed), cell


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("label", [NASTY, mark_safe(NASTY)], ids=["plain", "marked safe"])
def test_labels_are_text_and_nothing_else(kind, label):
    chart = every_chart(label, judul=label, keterangan=label)[kind]
    svg = drawn(chart)

    assert svg.find("title").text == NASTY
    assert not {"script", "style", "image", "use", "foreignObject"} & {node.tag for node in svg.iter()}
    assert [name for node in svg.iter() for name in node.attrib if name == "style" or name.startswith("on")] == []
    assert "//" not in re.sub(r"/script", "", chart.svg)
    assert "<script" not in chart.svg


@pytest.mark.parametrize("kind", KINDS)
def test_long_labels_take_two_lines_and_stay_whole_in_a_title(kind):
    chart = every_chart("Rehabilitasi" * 17)[kind]
    svg = drawn(chart)

    assert all(len(node.findall("tspan")) <= 2 for node in svg.iter("text"))
    assert all(len(text) < 80 for text in texts(svg))
    if chart.baris[0][0].startswith("Rehab"):
        assert any(title.text == "Rehabilitasi" * 17 for title in svg.iter("title"))
    assert max_right(svg) <= width(svg) + 0.01


def test_characters_xml_cannot_hold_are_left_out():
    chart = bars("uji", "a\x00b\ud800", "c\x1fd\uffff", [("e\x0bf", 1)], satuan="unit")
    assert [node.text for node in drawn(chart)][:2] == ["ab", "cd"]


@pytest.mark.parametrize(
    "chart",
    [
        bars("uji", "Judul", "", [], satuan="unit", jumlah=0),
        stacked("uji", "Judul", "", [], satuan="unit"),
        grouped("uji", "Judul", "", ["ringan"], [], satuan="masalah"),
        compared("uji", "Judul", "", [], ["2021"], satuan="%"),
        compared("uji", "Judul", "", [("Kudus", [None])], ["2021"], satuan="%"),
        tile_map("uji", "Judul", "", [], satuan="%", langkah=STEPS),
    ],
    ids=["bars", "stacked", "grouped", "compared", "compared without values", "tile_map"],
)
def test_nothing_to_draw_is_said(chart):
    assert texts(drawn(chart)) == ["Belum ada data"]
    assert chart.kepala


def test_zero_is_printed_and_has_no_bar():
    svg = drawn(bars("uji", "Judul", "", [("Rusak", 0), ("Rehab", 4)], satuan="unit", jumlah=0))
    assert len(list(svg.iter("rect"))) == 1
    assert [text for text in texts(svg) if text in {"0", "4", "-"}] == ["0", "-", "4", "-"]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: bars("1 a", "", "", [], satuan="unit"),
        lambda: bars("a", "", "", [("x", -1)], satuan="unit"),
        lambda: grouped("a", "", "", ["x"], [("y", [1, 2])], satuan="unit"),
        lambda: compared("a", "", "", [("y", [1] * 6)], list("abcdef"), satuan="unit"),
        lambda: tile_map("a", "", "", [], satuan="%", langkah=[Langkah(5, ""), Langkah(5, "")]),
        lambda: tile_map("a", "", "", [next(tiles())] * 2, satuan="%", langkah=STEPS),
        lambda: tile_map("a", "", "", [next(tiles(url="javascript:"))], satuan="%", langkah=STEPS),
        lambda: tile_map("a", "", "", [next(tiles(url="//lain.id/"))], satuan="%", langkah=STEPS),
    ],
)
def test_what_cannot_be_drawn_truly_is_refused(draw):
    with pytest.raises(ValueError, match=r"\w"):
        draw()


# --- The map ----------------------------------------------------------------------------------------------------------


def test_the_35_stand_at_35_places_and_lead_where_they_say():
    svg = drawn(every_chart()["tile_map bertaut"])
    links = list(svg.iter("a"))
    places = {(link.find("rect").get("x"), link.find("rect").get("y")) for link in links}

    assert len(links) == len(places) == 35
    assert [link.get("href") for link in links] == [tile.url for tile in tiles(url="/daerah/")]
    assert links[0].find("title").text == "Kabupaten Cilacap: 0,5%"
    assert links[6].find("title").text == "Kabupaten Wonosobo: belum ada data"
    assert texts(links[6]) == ["Wonosobo", "-"]


def test_every_short_name_is_its_own_and_printed_whole():
    names = [tile.singkat for tile in tiles()]
    svg = drawn(every_chart()["tile_map"])
    groups = [node for node in svg.iter("g") if node.find("title") is not None and node.find("rect") is not None]
    printed = [" ".join(texts(group)[:-1]).replace("- ", "") for group in groups]

    assert len(set(names)) == 35
    assert short_name("Kota Semarang") == "Kt. Semarang"
    assert short_name("Kabupaten Kudus") == "Kudus"
    assert [name for name in printed if name in set(names)] == names


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_on_every_shade_is_readable_and_the_shades_fall_in_lightness():
    ground, lines, ink = grafik.PETAK_KOSONG
    shades = [luminance(fill) for fill, _ in grafik.PETAK]

    assert min(contrast(fill, text) for fill, text in [*grafik.PETAK, (ground, ink), (lines, ink)]) >= 4.5
    assert min(contrast(ground, text) for text in (grafik.TINTA, grafik.TINTA_LEMBUT)) >= 4.5
    assert shades == sorted(shades, reverse=True)
    assert min(contrast(a, b) for (a, _), (b, _) in zip(grafik.PETAK, grafik.PETAK[1:], strict=False)) >= 1.3


@pytest.mark.parametrize(("nilai", "shade"), [(-1, 0), (49, 0), (50, 1), (Decimal("64.99"), 1), (90, 4), (250, 4)])
def test_shade_follows_the_steps(nilai, shade):
    tile = Tile("33.19", "Kabupaten Kudus", "Kudus", 0, 0, nilai, str(nilai))
    svg = drawn(tile_map("uji", "", "", [tile], satuan="%", langkah=STEPS))
    assert svg.find(".//rect[@class='petak']").get("fill") == grafik.PETAK[shade][0]


# --- Any values -------------------------------------------------------------------------------------------------------

LABELS = st.text(max_size=60)
COUNTS = st.integers(0, 10**9)


def width(svg):
    return float(svg.get("viewBox").split()[2])


def max_right(svg):
    """The right edge of the widest rectangle that stands in the drawing itself."""
    boxes = [*svg.findall("rect"), *svg.findall("g/rect"), *svg.findall("a/rect")]
    return max((float(box.get("x")) + float(box.get("width")) for box in boxes), default=0)


@given(st.lists(st.tuples(LABELS, COUNTS), max_size=12), st.none() | COUNTS)
def test_bars_never_leave_the_drawing(rows, jumlah):
    for chart in (
        bars("uji", "J", "K", rows, satuan="unit", jumlah=jumlah),
        stacked("uji", "J", "K", rows, satuan="u"),
    ):
        svg = drawn(chart)
        assert max_right(svg) <= width(svg) + 0.01
        assert all(float(box.get("width")) >= 0 for box in svg.iter("rect"))
        assert len(chart.baris) == len(rows)


@given(st.data(), st.integers(1, 5))
def test_degrees_and_periods_never_leave_the_drawing(data, count):
    counts = st.lists(COUNTS, min_size=count, max_size=count)
    values = st.lists(
        st.none() | st.decimals(-(10**6), 10**6, places=2, allow_nan=False), min_size=count, max_size=count
    )
    kolom = [str(2021 + i) for i in range(count)]
    levels = data.draw(st.lists(st.tuples(LABELS, counts), max_size=6))
    periods = data.draw(st.lists(st.tuples(LABELS, values), max_size=6))

    svg = drawn(grouped("uji", "J", "K", kolom, levels, satuan="u"))
    assert max_right(svg) <= width(svg) + 0.01
    svg = drawn(compared("uji", "J", "K", periods, kolom, satuan="%"))
    assert all(0 <= float(mark.get("cx")) <= width(svg) for mark in svg.iter("circle"))


# --- Page and paper ---------------------------------------------------------------------------------------------------


def test_the_partial_prints_drawing_and_table():
    chart = every_chart(NASTY)["bars"]
    text = render_to_string("components/_grafik.html", {"grafik": chart})

    assert chart.svg in text
    assert text.count('<th scope="row">') == len(chart.baris)
    assert text.count('<th scope="col"') == len(chart.kepala)
    assert "<script" not in text
    assert "<details" not in render_to_string("components/_grafik.html", {"grafik": chart, "tanpa_tabel": True})


def test_paper_keeps_the_words_of_every_chart():
    charts = {kind: chart for kind, chart in every_chart("Peminat kurang").items() if kind != "tile_map bertaut"}
    for i, (kind, chart) in enumerate(charts.items()):
        body = render_to_string("components/_grafik.html", {"grafik": chart, "tanpa_tabel": True})
        page = html_to_pdf(f'<html lang="id"><head><title>Uji {i}</title></head><body><h1>Uji</h1>{body}</body></html>')
        printed = words(page).replace("-", "")
        for row in chart.baris:
            name = short_name(row[0]) if kind == "tile_map" else row[0]
            for cell in (name, *row[1:]):
                assert "".join(cell.split()).replace("-", "") in printed, (kind, cell)
