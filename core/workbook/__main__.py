"""The guarded child: reads a workbook from standard input, writes its cells as JSON lines.

    python -m core.workbook Rusun Blok ... <FILE

It limits its own memory and time before the first byte is read, knows no settings, no database and no key, and ends
with one line that says how: {"selesai": ...} or {"ditolak": kode, "rincian": ...}. Any other end is a refusal too.
"""

from __future__ import annotations

import json
import resource
import sys

from .package import MAX_BYTES, Package
from .refusals import WorkbookRefused
from .sheets import read_sheets, sheet_names

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 20
MAX_OUTPUT = 80 * 1024 * 1024


_as_json = json.JSONEncoder(separators=(",", ":")).encode


def main(wanted: list[str]) -> None:
    """Write one line per sheet and per row that is not blank."""
    package = Package(sys.stdin.buffer.read(MAX_BYTES + 1))
    written = 0
    for name, rows in read_sheets(package, wanted):
        say({"lembar": name})
        for number, row in rows:
            kinds, values = zip(*row.values(), strict=True)
            written += say([number, list(row), "".join(kinds), values])
            if written > MAX_OUTPUT:
                raise WorkbookRefused("terlalu_berat")
    say({"selesai": [name for name, _ in sheet_names(package)]})


def say(line: object) -> int:
    """Write one line of ASCII; returns its length."""
    return sys.stdout.write(_as_json(line) + "\n")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        main(sys.argv[1:])
    except WorkbookRefused as refusal:
        say({"ditolak": refusal.kode, "rincian": refusal.rincian})
    except MemoryError:
        say({"ditolak": "terlalu_berat"})
