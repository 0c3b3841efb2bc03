"""Giving documents out again: the bytes as they were issued, the signed paper, all of a period as one zip."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterable
from typing import IO, Final

from django.db import transaction
from django.utils import timezone

from core.access import koordinator, pimpinan
from core.display import in_wib
from core.export import csv_safe
from core.files import FileLost, kept_sealed, read_checked
from core.models import Pengguna
from monitoring.desk.cetak import minutes_pdf
from monitoring.enums import StatusDokumen
from monitoring.isian.workflow import MoveRefused
from monitoring.models import BeritaAcara, Dokumen
from rusun.lampiran import accept

from .terbit import FOLDER

INDEKS: Final = ("kode", "judul", "revisi", "tanggal", "sha256")
Baris = tuple[str, str, int, datetime.datetime | None, bytes]
"""A line of the index: kode, judul, revisi, day, digest."""
IN_MEMORY: Final = 1024 * 1024
"""Up to this size a zip never meets the disk."""


class DocumentLost(Exception):
    """The storage lost the file of a document, or it is no longer what was issued."""

    def __init__(self, dokumen: Dokumen) -> None:
        super().__init__()
        self.dokumen = dokumen

    def __str__(self) -> str:
        return f"Berkas {self.dokumen.kode} hilang atau rusak di server. Hubungi admin untuk memulihkan dari cadangan."


def content_of(dokumen: Dokumen) -> bytes:
    """The bytes that were issued, and no others. Raises `DocumentLost`."""
    return _read(dokumen, dokumen.berkas, dokumen.sha256)


def signed_content_of(dokumen: Dokumen) -> bytes:
    """The signed paper as it was filed. Raises `DocumentLost`."""
    return _read(dokumen, dokumen.pindaian, dokumen.pindaian_sha256)


def _read(dokumen: Dokumen, place: str, sha256: str) -> bytes:
    try:
        return read_checked(place, sha256)
    except FileLost:
        raise DocumentLost(dokumen) from None


def file_signed(
    dokumen: Dokumen, content: bytes, kode: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> Dokumen:
    """Keep the signed paper beside its document; `kode` is the document code printed on it.

    Raises `FileRefused`, or `MoveRefused` when the paper is another document.
    """
    if not (koordinator(pengguna) or pimpinan(pengguna)):
        raise MoveRefused("Hanya koordinator atau pimpinan yang dapat mengunggah dokumen bertanda tangan.")
    # What we issue carries its workbook: so does a copy that was signed electronically.
    tipe, kept = accept(content, tersemat=True)
    with kept_sealed(FOLDER, kept) as place, transaction.atomic():
        row = Dokumen.objects.select_for_update().get(pk=dokumen.pk)
        if kode.strip().upper() != row.kode:
            raise MoveRefused(f"Kode dokumen pada kertas tidak sama dengan {row.kode}.")
        if row.status != StatusDokumen.BERLAKU:
            raise MoveRefused("Dokumen ini sudah digantikan. Tanda tangani revisi yang berlaku.")
        row.pindaian, row.pindaian_tipe = place, tipe
        row.pindaian_sha256 = hashlib.sha256(kept).hexdigest()
        row.pindaian_pada, row.pindaian_oleh = waktu or timezone.now(), pengguna
        row.save(update_fields=["pindaian", "pindaian_tipe", "pindaian_sha256", "pindaian_pada", "pindaian_oleh"])
    return row


def zip_of(dokumen: Iterable[Dokumen], berita_acara: Iterable[BeritaAcara], dicetak_oleh: str) -> IO[bytes]:
    """A temporary file with these papers and their index, open at its beginning; it is gone once closed.

    Raises `DocumentLost`, or `PdfUnavailable` for the berita acara, which are printed now.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    try:
        lines: list[Baris] = []
        # Papers are compressed already.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for row in dokumen:
                _add(archive, lines, row.kode, row.judul, row.revisi, row.tanggal_terbit, content_of(row))
            for ba in berita_acara:
                judul = f"{ba.get_jenis_display()} {ba.isi['kabupaten_kota']}"
                _add(archive, lines, ba.kode, judul, ba.revisi, ba.terbit_pada, minutes_pdf(ba, dicetak_oleh))
            archive.writestr("indeks.csv", _index(lines))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _add(
    archive: zipfile.ZipFile, lines: list[Baris], kode: str, judul: str, revisi: int,
    tanggal: datetime.datetime | None, content: bytes,
) -> None:  # fmt: skip
    archive.writestr(f"{kode.lower()}.pdf", content)
    lines.append((kode, judul, revisi, tanggal, hashlib.sha256(content).digest()))


def _index(lines: Iterable[Baris]) -> bytes:
    """As Excel in Indonesia opens it: byte order mark and semicolons."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(INDEKS)
    for kode, judul, revisi, tanggal, digest in lines:
        hari = f"{in_wib(tanggal):%Y-%m-%d}" if tanggal else ""
        writer.writerow([csv_safe(kode), csv_safe(judul), revisi, hari, digest.hex()])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
