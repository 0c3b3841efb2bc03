"""Workbooks for tests, put together part by part: what a library would never write can be written here."""

from __future__ import annotations

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def sheet_xml(rows: str, *, dimension: str = "", before: str = "", after: str = "") -> str:
    """The XML of a sheet around its rows."""
    claim = f'<dimension ref="{dimension}"/>' if dimension else ""
    return (
        f'{DECLARATION}{before}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{claim}<sheetData>{rows}</sheetData>'
        f"{after}</worksheet>"
    )


def row_xml(number: int, *cells: str) -> str:
    """A row of text cells from column A."""
    inner = "".join(text_cell(number, column, text) for column, text in enumerate(cells) if text)
    return f'<row r="{number}">{inner}</row>'


def text_cell(number: int, column: int, text: str) -> str:
    return f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def parts_of(sheet: str, name: str = "Data") -> dict[str, str]:
    """The parts of a workbook with one sheet."""
    return {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'{DECLARATION}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{DECLARATION}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }


def packed(parts: dict[str, str | bytes], *, more: list[tuple[str, bytes]] | None = None) -> bytes:
    """The parts as a zip file; `more` may repeat a name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in [*parts.items(), *(more or [])]:
            package.writestr(name, content)
    return out.getvalue()


def workbook_of(rows: str, **sheet: str) -> bytes:
    """A workbook with one sheet `Data`."""
    return packed(parts_of(sheet_xml(rows, **sheet)))


def rezipped(content: bytes, **changes: bytes | None) -> bytes:
    """`content` with parts replaced, added, or (None) taken out."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts: dict[str, str | bytes] = {name: package.read(name) for name in package.namelist()}
    for name, part in changes.items():
        if part is None:
            parts.pop(name)
        else:
            parts[name] = part
    return packed(parts)
