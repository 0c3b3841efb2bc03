"""Reading what somebody sent: every fault is refused by its name, whatever is harmless is read, no digit is lost."""

import io
import struct
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.workbook.cells import Cell
from core.workbook.package import Package
from core.workbook.reader import read_workbook
from core.workbook.refusals import REFUSALS, WorkbookRefused
from core.workbook.sheets import read_sheets
from tests.workbooks import DECLARATION, OFFICE, RELATIONS, packed, parts_of, row_xml, sheet_xml, workbook_of

ROOT = Path(__file__).resolve().parents[2]
GOOD = workbook_of(row_xml(1, "Nama", "Umur") + row_xml(2, "Sutarmi"))


def rows(content):
    return read_workbook(content, ["Data"]).sheets["Data"].rows


def cells(*xml, **more):
    """The cells of row 1 of a sheet whose first row holds `xml`."""
    return rows(workbook_of(f'<row r="1">{"".join(xml)}</row>', **more))[1]


def with_part(name, content):
    return packed({**parts_of(sheet_xml(row_xml(1, "a"))), name: content})


def encrypted_zip():
    """The bit that says "encrypted" set on every part."""
    content = bytearray(GOOD)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            flags = struct.unpack_from("<H", content, place + offset)[0] | 1
            struct.pack_into("<H", content, place + offset, flags)
            place = content.find(mark, place + 4)
    return bytes(content)


def doubled_part():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the zip writer knows that this is wrong
        return packed(parts_of(sheet_xml("")), more=[("xl/worksheets/sheet1.xml", b"<worksheet/>")])


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
MACRO = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ENTITIES = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)
EXTERNAL = f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/%s" Target="%s" TargetMode="External"/></Relationships>'  # noqa: E501
SHEET_RELS = "xl/worksheets/_rels/sheet1.xml.rels"

FAULTS = {
    "nothing at all": ("kosong", b""),
    "a table of text": ("bukan_buku_kerja", b"nik,nama\n3374,Sutarmi\n"),
    "a PDF": ("bukan_buku_kerja", b"%PDF-1.7\n%\xe2\xe3\n"),
    "Excel 97": ("xls_lama", OLE2 + "Workbook".encode("utf-16-le")),
    "password": ("terenkripsi", OLE2 + "EncryptedPackage".encode("utf-16-le")),
    "password of the zip": ("terenkripsi", encrypted_zip()),
    "another zip": ("bukan_buku_kerja", packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})),
    "cut off": ("rusak", GOOD[: len(GOOD) // 2]),
    "flipped bytes": ("rusak", GOOD[:60] + bytes(byte ^ 0xFF for byte in GOOD[60:90]) + GOOD[90:]),
    "eleven megabytes": ("terlalu_besar", b"PK" + b"\0" * (10 * 1024 * 1024)),
    "macro part": ("bermakro", with_part("xl/vbaProject.bin", b"\0")),
    "old macro sheet": ("bermakro", with_part("xl/macrosheets/sheet1.xml", "<x/>")),
    "macro type": (
        "bermakro", with_part("[Content_Types].xml", f'<Types><Override PartName="/a" ContentType="{MACRO}"/></Types>')
    ),
    "binary workbook": ("bukan_buku_kerja", with_part("[Content_Types].xml", "<Types/>")),
    "zip bomb": ("bom_zip", with_part("xl/media/a.bin", b"\0" * 60_000_000)),
    "many small bombs": (
        "bom_zip",
        packed({**parts_of(sheet_xml("")), **{f"xl/m{n}.bin": bytes(range(256)) * 4000 for n in range(110)}}),
    ),
    "two hundred and more parts": (
        "bom_zip", packed({**parts_of(sheet_xml("")), **{f"xl/media/{n}.xml": "<a/>" for n in range(200)}})
    ),
    "the same part twice": ("isi_ganda", doubled_part()),
    "entity bomb": ("dtd", workbook_of("<c>&j;</c>", before=f"{ENTITIES}]>")),
    "external entity": ("dtd", workbook_of("", before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>')),
    "document type in another alphabet": (
        "dtd", with_part("docProps/app.xml", '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"))
    ),
    "link to another workbook": ("tautan_luar", with_part("xl/externalLinks/externalLink1.xml", "<externalLink/>")),
    "picture from a server": ("tautan_luar", with_part(SHEET_RELS, EXTERNAL % ("image", "http://198.51.100.1/a.png"))),
    "connection to a database": ("tautan_luar", with_part("xl/connections.xml", "<connections/>")),
    "claims a million rows": ("terlalu_banyak_baris", workbook_of(row_xml(1, "a"), dimension="A1:C1000000")),
    "claims every column": ("terlalu_banyak_kolom", workbook_of(row_xml(1, "a"), dimension="A1:XFD9")),
    "first and last cell of Excel": (
        "terlalu_banyak_kolom",
        workbook_of(row_xml(1, "a") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', dimension="A1"),
    ),
    "a value far below": (
        "terlalu_banyak_baris",
        workbook_of(row_xml(1, "a") + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>', dimension="A1"),
    ),
    "a value in column 61": ("terlalu_banyak_kolom", workbook_of('<row r="1"><c r="BI1"><v>1</v></c></row>')),
    "deep nesting": ("terlalu_dalam", workbook_of(f'<row r="1">{"<a>" * 5000}{"</a>" * 5000}</row>')),
    "deep nesting of strings": (
        "terlalu_dalam",
        packed({
            **parts_of(sheet_xml("")),
            "xl/sharedStrings.xml": f"<sst>{'<si>' * 5000}{'</si>' * 5000}</sst>",
            "xl/_rels/workbook.xml.rels": parts_of("")["xl/_rels/workbook.xml.rels"].replace(
                "</Relationships>",
                f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            ),
        }),
    ),
    "the same row twice": ("rusak", workbook_of(row_xml(2, "a") + row_xml(2, "b"))),
    "the same cell twice": ("rusak", workbook_of('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>')),
    "a cell of another row": ("rusak", workbook_of('<row r="1"><c r="A2"><v>1</v></c></row>')),
    "no such string": ("rusak", workbook_of('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')),
    "a number that is none": ("rusak", workbook_of('<row r="1"><c r="A1"><v>1e</v></c></row>')),
    "infinite": ("rusak", workbook_of('<row r="1"><c r="A1"><v>NaN</v></c></row>')),
    "broken XML": ("rusak", workbook_of("<row r='1'><c>")),
    "unknown alphabet": ("rusak", with_part("xl/workbook.xml", DECLARATION.replace("UTF-8", "KLINGON") + "<a/>")),
    "a sheet that is not there": ("rusak", packed({
        name: part for name, part in parts_of("").items() if name != "xl/worksheets/sheet1.xml"})),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_by_its_name(fault):
    kode, content = FAULTS[fault]
    started = time.monotonic()
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(content, ["Data"])
    assert refused.value.kode == kode
    assert str(refused.value).startswith(REFUSALS[kode])
    assert time.monotonic() - started < 20


BOMBS = ("zip bomb", "many small bombs", "entity bomb", "first and last cell of Excel", "claims a million rows",
         "claims every column", "deep nesting", "deep nesting of strings")  # fmt: skip
READ_AND_MEASURE = """
import resource, sys
from core.workbook.reader import read_workbook
from core.workbook.refusals import WorkbookRefused
try:
    read_workbook(sys.stdin.buffer.read(), ["Data"])
except WorkbookRefused as refused:
    print(refused.kode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize("fault", BOMBS)
def test_a_bomb_takes_little_memory(fault):
    """In a process of its own: what other children of the test run took is no concern here."""
    kode, content = FAULTS[fault]
    command = [sys.executable, "-c", READ_AND_MEASURE]
    done = subprocess.run(command, input=content, capture_output=True, check=True, cwd=ROOT)
    refused, kilobytes = done.stdout.split()
    assert refused.decode() == kode
    assert int(kilobytes) < 100 * 1024


def test_a_link_somebody_may_click_is_no_link_to_other_data():
    content = with_part(SHEET_RELS, EXTERNAL % ("hyperlink", "mailto:uptd@example.go.id"))
    assert rows(content)[1][1] == Cell("t", "a")


# --- What is harmless -------------------------------------------------------------------------------------------------


def test_rows_are_read_where_they_stand_whatever_the_sheet_claims():
    content = workbook_of(row_xml(9, "c") + row_xml(3, "a") + row_xml(5, "b"), dimension="A1:A3")
    assert rows(content) == {9: {1: Cell("t", "c")}, 3: {1: Cell("t", "a")}, 5: {1: Cell("t", "b")}}


def test_rows_and_cells_without_numbers_follow_each_other():
    content = workbook_of("<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>")
    assert rows(content) == {1: {1: Cell("n", "1"), 3: Cell("n", "3")}, 2: {1: Cell("n", "4")}}


def test_formatted_blanks_below_and_beside_the_data_are_no_data():
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="ZZ{n}" s="1"/></row>' for n in range(2, 40_000))
    assert rows(workbook_of(row_xml(1, "a") + blank)) == {1: {1: Cell("t", "a")}}


def test_hidden_rows_and_merged_cells_are_read():
    content = workbook_of(
        row_xml(1, "Judul") + row_xml(2, "x").replace('r="2"', 'r="2" hidden="1"', 1),
        after='<mergeCells count="1"><mergeCell ref="A1:XFD1"/></mergeCells>',
    )
    assert rows(content) == {1: {1: Cell("t", "Judul")}, 2: {1: Cell("t", "x")}}


def test_numbers_keep_every_digit_they_were_written_with():
    xml = "".join(f'<c r="{letter}1"><v>{value}</v></c>' for letter, value in zip(
        "ABCD", ("3374014107900001", "3.3740141079E+15", "0.1", "-5"), strict=True
    ))  # fmt: skip
    assert [cell.value for cell in cells(xml).values()] == ["3374014107900001", "3.3740141079E+15", "0.1", "-5"]


def test_formulas_errors_and_ticks_are_seen_as_what_they_are():
    read = cells(
        '<c r="A1"><f>SUM(B1:B9)</f><v>12</v></c>', '<c r="B1" t="str"><f>A1&amp;"x"</f><v>12x</v></c>',
        '<c r="C1" t="e"><v>#REF!</v></c>', '<c r="D1" t="b"><v>1</v></c>', '<c r="E1"><f t="shared" si="0"/></c>',
    )  # fmt: skip
    assert list(read.values()) == [
        Cell("f", "=SUM(B1:B9)"), Cell("f", '=A1&"x"'), Cell("e", "#REF!"), Cell("b", "1"), Cell("f", "="),
    ]  # fmt: skip


def test_written_out_control_characters_are_read_and_half_characters_made_refusable():
    assert cells('<c r="A1" t="inlineStr"><is><t>a_x0007_b_xD800_</t></is></c>')[1] == Cell("t", "a\x07b\0")


def test_rich_text_is_read_without_its_reading_aid():
    read = cells('<c r="A1" t="inlineStr"><is><r><t>Blok </t></r><r><t>A</t></r><rPh><t>kana</t></rPh></is></c>')
    assert read[1] == Cell("t", "Blok A")


def test_what_a_usual_writer_writes_is_read():
    import datetime

    book = Workbook()
    book.active.title = "data "
    book.active.append(["Teks", 12, 3.5, True, datetime.date(2020, 12, 31), "=1+1", None, "=bukan rumus"])
    book.active["H1"].data_type = "s"
    book.create_sheet("Catatan saya").append(["tidak dibaca"])
    out = io.BytesIO()
    book.save(out)
    read = read_workbook(out.getvalue(), ["Data"])
    assert list(read.sheets["Data"].rows[1].values()) == [
        Cell("t", "Teks"), Cell("n", "12"), Cell("n", "3.5"), Cell("b", "1"), Cell("d", "2020-12-31"),
        Cell("f", "=1+1"), Cell("t", "=bukan rumus"),
    ]  # fmt: skip
    assert read.others == ("Catatan saya",)


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(GOOD)))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(place, byte, cut):
    damaged = bytearray(GOOD)
    damaged[place] = byte
    for content in (bytes(damaged), bytes(damaged[:cut])):
        with suppress(WorkbookRefused):
            read_workbook(content, ["Data"])


# --- Plain rows are taken at once, others cell by cell: both the same -------------------------------------------------

PIECES = (
    '<c r="A{n}" s="1" t="inlineStr"><is><t xml:space="preserve">Sari</t></is></c>', '<c r="B{n}"><v>12</v></c>',
    '<c r="B{n}" s="1"/>', '<c r="C{n}" t="inlineStr"><is><t>é</t></is></c>', '<c r="D{n}" t="b"><v>1</v></c>',
    '<c r="E{n}" t="e"><v>#REF!</v></c>', '<c r="F{n}" t="inlineStr"><is><t>a&amp;b</t></is></c>',
    '<c r="G{n}" t="inlineStr"><is><t>a_x0041_</t></is></c>', '<c r="H{n}"><f>1+1</f><v>2</v></c>', "<c><v>7</v></c>",
    '<c r="BI{n}" s="1"/>', '<c r="BI{n}"><v>1</v></c>', '<c r="A{n}"><v>x</v></c>', '<c r="A9{n}"><v>1</v></c>',
    '<c r="{n}"><v>1</v></c>', '<c r="I{n}" t="s"><v>7</v></c>', '<c r="J{n}"><v> 5 </v></c>', "<!-- </row> -->",
    '<!-- <row r="9"><c r="A9"><v>1</v></c></row> -->', '<c r="K{n}"><v>1</v>', "<![CDATA[</row>]]>", "<rPh>",
    '</row><row r="8{n}"/>', '<c r="L{n}" t="inlineStr"><is><t>a]]>b</t></is></c>', '<row r="7"><c r="M7"><v>1</v></c>',
    '<c r="N{n}" t="inlineStr"><is><r><t>a</t></r></is></c>', '<c r="O{n}" t="d"><v>2020-01-01T00:00</v></c>',
)  # fmt: skip


def outcome_of(xml):
    """The rows of a sheet, or the code of its refusal; in this process, as no harm comes from these."""
    try:
        return [(name, list(read)) for name, read in read_sheets(Package(workbook_of(xml)), ["Data"])]
    except WorkbookRefused as refused:
        return refused.kode


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=5), min_size=1, max_size=4))
def test_a_plain_row_is_read_as_the_parser_reads_it(drawn):
    xml = "".join(
        f'<row r="{n}">{"".join(pieces).replace("{n}", str(n))}</row>' for n, pieces in enumerate(drawn, start=1)
    )
    # A row whose tag has a line end in it is not plain: every cell of it goes through the parser.
    assert outcome_of(xml) == outcome_of(xml.replace("<row ", "<row\n"))
