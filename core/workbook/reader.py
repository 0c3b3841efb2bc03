"""Reading a workbook that somebody sent: in a child process with limits, so that no file can harm the site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from .cells import Cell, Row
from .refusals import WorkbookRefused

SECONDS: Final = 40
"""Longer than the child's own limit of processor time: a busy machine is not the file's fault."""


@dataclass
class Sheet:
    """The rows of one sheet by number, blank ones absent."""

    name: str
    rows: dict[int, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class Workbook:
    """The sheets that were asked for (by the name asked), and the names of the others, which were not read."""

    sheets: dict[str, Sheet]
    others: tuple[str, ...]


def read_workbook(content: bytes, wanted: Iterable[str]) -> Workbook:
    """The sheets of `content` named in `wanted`. Raises `WorkbookRefused`; never anything else for any content."""
    names = list(wanted)
    try:
        child = subprocess.run(  # noqa: S603 our own interpreter on our own module; the file goes in by a pipe
            [sys.executable, "-m", "core.workbook", *names],
            input=content, capture_output=True, timeout=SECONDS, check=False, cwd=settings.BASE_DIR,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise WorkbookRefused("terlalu_berat") from None
    try:
        return _understand(child.stdout, names)
    except ValueError:  # cut off in the middle of a line, or no last line: a limit ended the child
        raise WorkbookRefused("rusak" if child.returncode == 1 else "terlalu_berat") from None


def _understand(output: bytes, names: list[str]) -> Workbook:
    asked = {name.casefold(): name for name in names}
    sheets: dict[str, Sheet] = {}
    rows: dict[int, Row] = {}
    for text in output.splitlines():
        line: Any = json.loads(text)
        if isinstance(line, list):
            number, columns, kinds, values = line
            rows[number] = dict(zip(columns, map(Cell, kinds, values), strict=True))
        elif "lembar" in line:
            name = asked[line["lembar"].strip().casefold()]
            sheets[name] = Sheet(name)
            rows = sheets[name].rows
        elif "ditolak" in line:
            raise WorkbookRefused(line["ditolak"], line.get("rincian", ""))
        else:
            others = tuple(name for name in line["selesai"] if name.strip().casefold() not in asked)
            return Workbook(sheets, others)
    raise ValueError("no last line")
