"""A letter as a Word file, for an office that edits it before it is numbered and signed: the same text as on paper."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Final

import docx
from django.conf import settings
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from .surat import Surat

HURUF: Final = "Arial"
LEBAR: Final = 165
"""Millimetres between the margins of A4."""
TENGAH: Final = WD_ALIGN_PARAGRAPH.CENTER
RATA: Final = WD_ALIGN_PARAGRAPH.JUSTIFY
KOLOM: Final = {6: (9, 45, 28, 38, 13, 32), 4: (12, 77, 38, 38), 3: (38, 84, 43)}
"""Widths of the annex in millimetres, by how many columns it has."""
DI_TENGAH: Final = {6: {0, 4}, 4: {0, 2, 3}, 3: set()}


def surat_docx(surat: Surat) -> bytes:
    """The letter as DOCX on A4; the annex begins a page of its own and repeats its heading on every further one."""
    paper = docx.Document()
    _prepare(paper, surat)
    _letterhead(paper)
    _head(paper, surat)
    _body(paper, surat)
    _signature(paper, surat)
    _annex(paper, surat)
    output = io.BytesIO()
    paper.save(output)
    return output.getvalue()


# --- parts of the letter ----------------------------------------------------------------------------------------------


def _prepare(paper: Document, surat: Surat) -> None:
    """Page, font, language, what the file says of itself, and the running lines."""
    _measure(paper.sections[0])
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = HURUF, Pt(11)
    # Some programs ask the defaults of the file before the style, and those name a font of the theme.
    fonts = next(paper.styles.element.iter(qn("w:rFonts")))
    fonts.attrib.clear()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), HURUF)
    normal.element.get_or_add_rPr().append(_element("w:lang", {"w:val": "id-ID"}))
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.line_spacing = 1.15
    properties = paper.core_properties
    properties.title, properties.author, properties.language = surat.hal, settings.KOP_SURAT["instansi"], "id-ID"
    properties.comments = ""
    if surat.rancangan:
        _write(paper.sections[0].header.paragraphs[0], "RANCANGAN", tebal=True, ukuran=9)
    footer = paper.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, field in (("Halaman ", "PAGE"), (" dari ", "NUMPAGES")):
        _write(footer, text, ukuran=8)
        _field(footer, field)


def _measure(section: Section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    section.header_distance = section.footer_distance = Mm(10)


def _letterhead(paper: Document) -> None:
    kop = settings.KOP_SURAT
    lines = [(kop["pemerintah"], 12.0, False), (kop["instansi"], 14.0, True), (kop["alamat"], 9.0, False)]
    written = [_line(paper, text, tebal=bold, ukuran=size, rata=TENGAH) for text, size, bold in lines if text]
    last = written[-1]
    last.paragraph_format.space_after = Pt(12)
    border = _element("w:pBdr")
    border.append(_element("w:bottom", {"w:val": "double", "w:sz": "6", "w:space": "6", "w:color": "000000"}))
    last._p.get_or_add_pPr().insert_element_before(border, "w:spacing", "w:ind", "w:jc", "w:rPr")


def _head(paper: Document, surat: Surat) -> None:
    """Number, nature, annex and subject at the left, place and date at the right, then to whom."""
    table = _grid(paper, (24, 4, 82, 55), len(surat.kepala_surat))
    for row, (name, value) in zip(table.rows, surat.kepala_surat, strict=True):
        for cell, text in zip(row.cells, (name, ":", value), strict=False):
            _write(cell.paragraphs[0], text)
    date = table.rows[0].cells[3].paragraphs[0]
    date.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _write(date, surat.tempat_tanggal)
    _line(paper, "", ukuran=8)
    lines = (*surat.yth, "di tempat")
    table = _grid(paper, (10, 105), len(lines))
    _write(table.rows[0].cells[0].paragraphs[0], "Yth.")
    for row, text in zip(table.rows, lines, strict=True):
        _write(row.cells[1].paragraphs[0], text)
    _line(paper, "", ukuran=8)


def _body(paper: Document, surat: Surat) -> None:
    for number, text in enumerate(surat.paragraf, start=1):
        _prose(paper, text)
        if number == 1 and surat.rincian:
            _pairs(paper, surat.rincian, (32, 4, 117), menjorok=12)
            _line(paper, "", ukuran=5)
        if number == 2:
            for letter, point in zip("abcdefghijklmnopqrstuvwxyz", surat.butir, strict=False):
                _hanging(paper, f"{letter}.", point, kiri=19)
            if surat.butir:
                _line(paper, "", ukuran=5)
    _prose(paper, surat.penutup)


def _signature(paper: Document, surat: Surat) -> None:
    lines = [(surat.jabatan, 14.0, False), (surat.nama, 58.0, bool(surat.penandatangan["nama"]))]
    lines += [(text, 0.0, False) for text in surat.di_bawah_nama]
    for text, before, is_name in lines:
        line = _line(paper, text, tebal=is_name, sebelum=before)
        line.paragraph_format.left_indent = Mm(85)
        line.paragraph_format.keep_with_next = line.paragraph_format.keep_together = True
        for run in line.runs:
            run.underline = is_name
    line.paragraph_format.keep_with_next = False
    if surat.tembusan:
        _line(paper, "Tembusan:", ukuran=9, sebelum=14).paragraph_format.keep_with_next = True
        for number, text in enumerate(surat.tembusan, start=1):
            _hanging(paper, f"{number}.", text, kiri=6, ukuran=9)


def _annex(paper: Document, surat: Surat) -> None:
    _measure(paper.add_section(WD_SECTION.NEW_PAGE))
    _line(paper, "Lampiran surat", ukuran=9).paragraph_format.left_indent = Mm(82)
    _pairs(paper, surat.kepala_lampiran, (18, 4, 61), menjorok=82, ukuran=9)
    _line(paper, surat.judul_lampiran, tebal=True, sebelum=14, sesudah=8, rata=TENGAH)
    widths = KOLOM[len(surat.kepala)]
    table = _grid(paper, widths, len(surat.baris) + 1, garis=True)
    _fill(table.rows[0].cells, surat.kepala, set(range(len(widths))), tebal=True)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader", {"w:val": "true"}))
    for cell in table.rows[0].cells:
        cell._tc.get_or_add_tcPr().append(
            _element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": "E9EEF6"})
        )  # fmt: skip
    # Asking a table for one row after the other counts all of its cells every time.
    for row, values in zip(list(table.rows)[1:], surat.baris, strict=True):
        _fill(row.cells, values, DI_TENGAH[len(widths)])


# --- paragraphs and tables --------------------------------------------------------------------------------------------


def _write(paragraph: Paragraph, text: str, *, tebal: bool = False, ukuran: float = 0) -> None:
    run = paragraph.add_run(text)
    run.bold = tebal or None
    if ukuran:
        run.font.size = Pt(ukuran)


def _line(
    paper: Document, text: str, *, tebal: bool = False, ukuran: float = 0, sebelum: float = 0, sesudah: float = 0,
    rata: WD_ALIGN_PARAGRAPH | None = None,
) -> Paragraph:  # fmt: skip
    paragraph = paper.add_paragraph()
    _write(paragraph, text, tebal=tebal, ukuran=ukuran)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(sebelum), Pt(sesudah)
    if rata is not None:
        paragraph.alignment = rata
    return paragraph


def _prose(paper: Document, text: str) -> None:
    paragraph = _line(paper, text, sesudah=6, rata=RATA)
    paragraph.paragraph_format.first_line_indent = Mm(12)


def _hanging(paper: Document, mark: str, text: str, *, kiri: float, ukuran: float = 0) -> None:
    paragraph = _line(paper, f"{mark}\t{text}", ukuran=ukuran)
    shape = paragraph.paragraph_format
    shape.left_indent, shape.first_line_indent = Mm(kiri), Mm(-6)
    shape.tab_stops.add_tab_stop(Mm(kiri), WD_TAB_ALIGNMENT.LEFT)


def _pairs(
    paper: Document, pairs: Sequence[tuple[str, str]], widths: Sequence[int], *, menjorok: float, ukuran: float = 0
) -> None:
    table = _grid(paper, widths, len(pairs), menjorok=Mm(menjorok))
    for row, (name, value) in zip(table.rows, pairs, strict=True):
        for cell, text in zip(row.cells, (name, ":", value), strict=True):
            _write(cell.paragraphs[0], text, ukuran=ukuran)


def _grid(
    paper: Document, widths: Sequence[int], rows: int, *, garis: bool = False, menjorok: Length | None = None
) -> Table:
    """A table with fixed columns; rows stay on one page."""
    table = paper.add_table(rows=rows, cols=len(widths))
    table.autofit = False
    if garis:
        table.style = "Table Grid"
    properties = table._tbl.tblPr
    if menjorok is not None:
        indent = _element("w:tblInd", {"w:w": str(round(menjorok.twips)), "w:type": "dxa"})
        properties.insert_element_before(indent, "w:tblLayout", "w:tblCellMar", "w:tblLook")
    margins = _element("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margins.append(_element(side, {"w:w": str(round(Mm(1.2).twips)) if garis else "0", "w:type": "dxa"}))
    properties.insert_element_before(margins, "w:tblLook")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit", {"w:val": "true"}))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    return table


def _fill(cells: Iterable[_Cell], values: Iterable[str], centred: set[int], *, tebal: bool = False) -> None:
    for number, (cell, text) in enumerate(zip(cells, values, strict=True)):
        paragraph = cell.paragraphs[0]
        _write(paragraph, text, tebal=tebal, ukuran=8.5)
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.line_spacing = 1.0
        if number in centred:
            paragraph.alignment = TENGAH


def _element(name: str, attributes: dict[str, str] | None = None) -> BaseOxmlElement:
    element = OxmlElement(name)
    for key, value in (attributes or {}).items():
        element.set(qn(key), value)
    return element


def _field(paragraph: Paragraph, name: str) -> None:
    """A number that Word counts itself."""
    field = _element("w:fldSimple", {"w:instr": name})
    run = _element("w:r")
    style = _element("w:rPr")
    style.append(_element("w:sz", {"w:val": "16"}))
    run.append(style)
    text = _element("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
