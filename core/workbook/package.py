"""What is inside the file, before anything in it is believed: sizes, parts, relations. Runs in the guarded child.

Limits follow the office package standard and what careful readers do (reliability.md T13): sizes are counted while
inflating, never taken from the directory.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final
from xml.parsers import expat

from .refusals import WorkbookRefused

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PARTS: Final = 200
MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_RATIO: Final = 100
RATIO_APPLIES_ABOVE: Final = 100 * 1024
MAX_DEPTH: Final = 64
CHUNK: Final = 64 * 1024

_OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))
_MARKUP: Final = (".xml", ".rels", ".vml")
_MACRO: Final = re.compile(r"vbaproject|macrosheets|macroenabled", re.IGNORECASE)
_WORKBOOK_TYPE: Final = "spreadsheetml.sheet.main+xml"


class Package:
    """An office file whose parts may be read: every limit has been checked by the constructor."""

    def __init__(self, content: bytes) -> None:
        self._zip = _open(content)
        infos = self._zip.infolist()
        names = [info.filename for info in infos]
        if len(infos) > MAX_PARTS:
            raise WorkbookRefused("bom_zip")
        if len({name.lower() for name in names}) != len(names):
            raise WorkbookRefused("isi_ganda")
        if any(info.flag_bits & 0x1 for info in infos):
            raise WorkbookRefused("terenkripsi")
        if "[Content_Types].xml" not in names:
            raise WorkbookRefused("bukan_buku_kerja")
        self.names = frozenset(names)
        self._inflate_all(infos)
        self._require_workbook()
        self._refuse_outside_links()

    def _inflate_all(self, infos: list[zipfile.ZipInfo]) -> None:
        """Inflate every part once, counting: a bomb says nothing true about itself."""
        total = 0
        for info in infos:
            size, tail = 0, b""
            for chunk in self.chunks(info.filename):
                size += len(chunk)
                total += len(chunk)
                if total > MAX_UNPACKED or (
                    size > RATIO_APPLIES_ABOVE and size > MAX_RATIO * max(info.compress_size, 1)
                ):
                    raise WorkbookRefused("bom_zip")
                if info.filename.lower().endswith(_MARKUP):
                    window = tail + chunk
                    if any(mark in window for mark in _DOCTYPES):
                        raise WorkbookRefused("dtd")
                    tail = chunk[-32:]

    def _require_workbook(self) -> None:
        if any(_MACRO.search(name) for name in self.names):
            raise WorkbookRefused("bermakro")
        types = b"".join(self.chunks("[Content_Types].xml")).decode("utf-8", "replace")
        if _MACRO.search(types):
            raise WorkbookRefused("bermakro")
        if _WORKBOOK_TYPE not in types:
            raise WorkbookRefused("bukan_buku_kerja")

    def _refuse_outside_links(self) -> None:
        if any(name.startswith("xl/externalLinks/") or name == "xl/connections.xml" for name in self.names):
            raise WorkbookRefused("tautan_luar")
        for name in self.names:
            if name.endswith(".rels"):
                for attributes in self.elements(name, "Relationship"):
                    # A web or mail address in a cell is only text that can be clicked.
                    outside = attributes.get("TargetMode", "") == "External"
                    if outside and not attributes.get("Type", "").endswith("/hyperlink"):
                        raise WorkbookRefused("tautan_luar")

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a part, piece by piece. Raises `WorkbookRefused` when it is missing or damaged."""
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(CHUNK):
                    yield chunk
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            raise WorkbookRefused("rusak") from None

    def parse(self, name: str, parser: Any) -> None:
        """Feed a part to an expat `parser`."""
        try:
            for chunk in self.chunks(name):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError):
            raise WorkbookRefused("rusak") from None

    def elements(self, name: str, wanted: str) -> list[dict[str, str]]:
        """The attributes of every element `wanted` (without its prefix) of a part."""
        found: list[dict[str, str]] = []
        parser = guarded_parser()

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == wanted:
                found.append({local(key): value for key, value in attributes.items()})

        listen(parser, start=start)
        self.parse(name, parser)
        return found

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Where a part points to: id -> (type, name of the part)."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        if rels not in self.names:
            return {}
        return {
            row.get("Id", ""): (row.get("Type", ""), _resolve(folder, row.get("Target", "")))
            for row in self.elements(rels, "Relationship")
        }

    def root_part(self) -> str:
        """The name of the workbook part."""
        for kind, target in self.relations("").values():
            if kind.endswith("/officeDocument") and target in self.names:
                return target
        raise WorkbookRefused("bukan_buku_kerja")


def _resolve(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _open(content: bytes) -> zipfile.ZipFile:
    if not content:
        raise WorkbookRefused("kosong")
    if len(content) > MAX_BYTES:
        raise WorkbookRefused("terlalu_besar")
    if content.startswith(_OLE2):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise WorkbookRefused("terenkripsi" if encrypted else "xls_lama")
    if not content.startswith(b"PK"):
        raise WorkbookRefused("bukan_buku_kerja")
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, UnicodeDecodeError):
        raise WorkbookRefused("rusak") from None


def local(tag: str) -> str:
    """A name without its prefix."""
    return tag.rpartition(":")[2] if ":" in tag else tag


def guarded_parser() -> Any:
    """An expat parser that meets a document definition with a refusal."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*args: Any) -> None:
        raise WorkbookRefused("dtd")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def listen(parser: Any, *, start: Any, end: Any = None, text: Any = None) -> None:
    """Set the handlers of `parser`, counting how deep the elements are nested."""
    depth = 0

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise WorkbookRefused("terlalu_dalam")
        start(tag, attributes)

    def closed(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(tag)

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    if text is not None:
        parser.CharacterDataHandler = text
