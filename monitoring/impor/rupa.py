"""How the cells of our workbooks look: navy titles, white input cells, red and amber only where something is said."""

from __future__ import annotations

from typing import Any, Final

from core.workbook.findings import GALAT
from core.workbook.layout import (
    CHOICE,
    DAY,
    DECIMAL,
    DEGREES,
    FLAG,
    LINES,
    MONEY,
    NAME_NUMBER,
    WHOLE,
    WORDS,
    YEAR,
)

NAVY, BLUE, PALE, LINE, MUTED, INK = "1F3B6D", "DCE6F5", "F3F6FB", "C9D3E0", "5B6778", "1B2735"
RED, RED_INK, AMBER, AMBER_INK = "FDE3E4", "A31621", "FFF0CC", "7A4A00"
FONT: Final = "Calibri"
READING: Final = "bacaan"
"""In place of what a cell holds: the cell is only to be read."""

FORMATS: Final[dict[str, str]] = {
    WHOLE: "#,##0", MONEY: "#,##0", YEAR: "0", DECIMAL: "#,##0.######", DEGREES: "0.000000", DAY: "dd/mm/yyyy",
    NAME_NUMBER: "@", WORDS: "@", LINES: "@", CHOICE: "@", FLAG: "@",
}  # fmt: skip
RIGHT: Final = (WHOLE, MONEY, YEAR, DECIMAL, DEGREES)


def _side(jenis: str) -> str:
    return "right" if jenis in RIGHT else "center" if jenis == DAY else "left"


def looks(kind: str, jenis: str, worst: str) -> dict[str, Any]:
    """A cell of a data sheet: what it is for, what it holds, and the worst that is said about it ("" for nothing)."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

    line = Side(style="thin", color=LINE)
    box = Border(left=line, right=line, top=line, bottom=line)
    if kind == "banner":
        return {"font": Font(FONT, 15, bold=True, color=NAVY)}
    if kind == "plain" and not worst:
        return {"font": Font(FONT, 10, color=MUTED), "alignment": Alignment(vertical="top")}
    if kind == "key":
        return {"font": Font(FONT, 9, color="9AA5B4")}
    if kind == "head":
        return {
            "font": Font(FONT, 10.5, bold=True, color="FFFFFF"), "fill": PatternFill("solid", fgColor=NAVY),
            "alignment": Alignment(wrap_text=True, vertical="center"), "border": box,
        }  # fmt: skip
    if kind == "group":
        return {
            "font": Font(FONT, 10.5, bold=True, color=NAVY), "fill": PatternFill("solid", fgColor=BLUE),
            "alignment": Alignment(vertical="center"),
        }  # fmt: skip
    style: dict[str, Any] = {
        "font": Font(FONT, 10.5, color=INK), "border": box,
        "alignment": Alignment(
            horizontal=_side(jenis) if kind == "input" else "left", vertical="top",
            wrap_text=jenis in (WORDS, LINES, "") or kind == "title",
        ),
    }  # fmt: skip
    if kind == "title":
        style["fill"] = PatternFill("solid", fgColor=PALE)
    else:
        style["number_format"] = FORMATS.get(jenis, "@")
        style["protection"] = Protection(locked=False)
    if worst:
        fill, ink = (RED, RED_INK) if worst == GALAT else (AMBER, AMBER_INK)
        edge = Side(style="medium", color=ink)
        style["fill"] = PatternFill("solid", fgColor=fill)
        style["font"] = Font(FONT, 10.5, bold=worst == GALAT, color=ink)
        style["border"] = Border(left=edge, right=edge, top=edge, bottom=edge)
    return style


WRAPPED_ROLES: Final = ("kepala", "teks", "sel", "tebal")


def reading_looks(role: str) -> dict[str, Any]:
    """A cell of a sheet that is only read."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    under = Border(bottom=Side(style="thin", color=LINE))
    wrap = Alignment(wrap_text=True, vertical="top")
    found: dict[str, dict[str, Any]] = {
        "judul": {"font": Font(FONT, 18, bold=True, color=NAVY)},
        "anak": {"font": Font(FONT, 11, color=MUTED)},
        "bagian": {"font": Font(FONT, 13, bold=True, color=NAVY), "border": under},
        "kepala": {
            "font": Font(FONT, 10.5, bold=True, color="FFFFFF"), "fill": PatternFill("solid", fgColor=NAVY),
            "alignment": wrap,
        },
        "teks": {"font": Font(FONT, 11, color=INK), "alignment": wrap},
        "teks_lurus": {"font": Font(FONT, 11, color=INK)},
        "tebal_lurus": {"font": Font(FONT, 11, bold=True, color=INK)},
        "sel": {"font": Font(FONT, 10.5, color=INK), "alignment": wrap, "border": under},
        "tebal": {"font": Font(FONT, 10.5, bold=True, color=INK), "alignment": wrap, "border": under},
        "angka": {
            "font": Font(FONT, 10.5, bold=True, color=INK), "border": under,
            "alignment": Alignment(horizontal="left", vertical="top"),
        },
        "galat": {
            "font": Font(FONT, 10.5, bold=True, color=RED_INK), "border": under,
            "fill": PatternFill("solid", fgColor=RED),
        },
        "peringatan": {
            "font": Font(FONT, 10.5, bold=True, color=AMBER_INK), "border": under,
            "fill": PatternFill("solid", fgColor=AMBER),
        },
    }  # fmt: skip
    return found[role]
