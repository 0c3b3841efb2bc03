"""A typed cell, and how cells are addressed."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

TEXT: Final = "t"
NUMBER: Final = "n"
DATE: Final = "d"
BOOL: Final = "b"
FORMULA: Final = "f"
ERROR: Final = "e"

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class Cell(NamedTuple):
    """What a cell holds. `value` is text: a number as written in the file (no digit is lost), a date as ISO text, a
    formula with its `=`; True or False are "1" and "0"."""

    kind: str
    value: str


Row = dict[int, Cell]
"""Cells of one row by column number (A = 1); blank cells are absent."""


def column_letter(number: int) -> str:
    """1 -> A, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A -> 1, XFD -> 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def split_reference(reference: str) -> tuple[int, int]:
    """`C14` -> (14, 3). Raises ValueError on anything else."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError("not a cell reference")
    return int(match[2]), column_number(match[1])


def reference(row: int, column: int) -> str:
    """(14, 3) -> `C14`."""
    return f"{column_letter(column)}{row}"
