"""Files of a location: what is taken in, how it is kept, how it leaves.

The type is decided by the content, never by the name. Images are decoded and written anew: smaller, without EXIF and
without whatever else hid in the upload. PDFs are kept as they are but refused when they carry active content.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from django.db.utils import Error as DatabaseProblem
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from core.display import tanggal
from core.failures import leaves_commit_open
from core.files import path_of, write_whole
from core.models import Pengguna
from core.parsing import Unreadable, clean_teks
from core.sealed import mask
from core.versions import check_version, touch

from .alamat import Alamat
from .enums import JenisLampiran
from .models import Lampiran, Rusun, TindakLanjut
from .penguncian import registry_write
from .simpan import require_active

FOLDER = "lampiran"
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 2000
ACTIVE_PDF = (b"/JavaScript", b"/Launch", b"/RichMedia")
FILE_IN_PDF = b"/EmbeddedFile"
_NIK = re.compile(r"[0-9]{16,}")
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


class FileRefused(Exception):
    """The upload is not taken; the message says why and what is."""


class FileRetired(Exception):
    """The file was retired before; `lampiran` says when, by whom and why."""

    def __init__(self, lampiran: Lampiran) -> None:
        super().__init__()
        self.lampiran = lampiran

    def __str__(self) -> str:
        siapa = f" oleh {self.lampiran.diubah_oleh}" if self.lampiran.diubah_oleh else ""
        return (
            f"Lampiran {self.lampiran} sudah ditarik {tanggal(self.lampiran.ditarik_pada)}{siapa}, dengan alasan "
            f"«{self.lampiran.alasan_ditarik}». Tidak ada yang diubah."
        )


def accept(content: bytes, *, tersemat: bool = False) -> tuple[str, bytes]:
    """The type of `content` and the bytes to keep; `tersemat`: a PDF may carry files. Raises `FileRefused`."""
    if not content:
        raise FileRefused("Berkas kosong. Pilih berkas lain.")
    if len(content) > MAX_BYTES:
        raise FileRefused("Berkas lebih besar dari 10 MB. Perkecil dahulu, lalu unggah lagi.")
    if content.startswith(b"%PDF-"):
        if any(mark in content for mark in (ACTIVE_PDF if tersemat else (*ACTIVE_PDF, FILE_IN_PDF))):
            raise FileRefused(
                "PDF ini memuat skrip atau berkas tersemat. Cetak ulang menjadi PDF biasa, lalu unggah lagi."
            )
        return "application/pdf", content
    return _reencode(content)


def _reencode(content: bytes) -> tuple[str, bytes]:
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileRefused("Ukuran gambar terlalu besar. Perkecil dahulu, lalu unggah lagi.")
            kind = image.format
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            out = io.BytesIO()
            if kind == "JPEG":
                Image.Image.save(upright.convert("RGB"), out, "JPEG", quality=85, exif=b"")
                return "image/jpeg", out.getvalue()
            clean = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
            clean.info.clear()
            clean.save(out, "PNG", optimize=True)
            return "image/png", out.getvalue()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise FileRefused("Jenis berkas ini tidak diterima. Unggah foto JPG atau PNG, atau dokumen PDF.") from None


@dataclass(frozen=True)
class Berkas:
    """An upload that was accepted and kept: its place under MEDIA_ROOT, and what a row says about it."""

    tempat: str
    tipe: str
    ukuran: int
    sha256: str
    nama_asli: str


@contextmanager
def received(upload: BinaryIO, nama_asli: str) -> Iterator[Berkas]:
    """Accept an upload and keep it on disk, under a name of its own. Raises `FileRefused` before anything is kept.

    Stands around the transaction that stores the row: the file is whole before any row names it, and it is gone
    again after a refusal, a double submit or a commit that failed. A crash can leave it: `stray_files` finds it.
    """
    tipe, content = accept(upload.read(MAX_BYTES + 1))
    digest = hashlib.sha256(content).hexdigest()
    place = f"{FOLDER}/{digest[:2]}/{secrets.token_hex(16)}.{ENDINGS[tipe]}"
    path = path_of(place)
    write_whole(path, content)
    try:
        yield Berkas(place, tipe, len(content), digest, shown_name(nama_asli))
    except BaseException as error:
        if not leaves_commit_open(error):  # a row may name it: it stays, for the sweep
            path.unlink(missing_ok=True)
        raise
    with suppress(DatabaseProblem):
        if not Lampiran.objects.filter(berkas=place).exists():
            path.unlink(missing_ok=True)


def attach(rusun: Rusun, jenis: str, berkas: Berkas, pengguna: Pengguna, *, keterangan: str = "") -> Lampiran:
    """Store a paper of a location. It locks with the registry: raises `RegistryLocked`, or `LocationClosed`."""
    with registry_write(rusun.kabupaten_kota_id) as kunci:
        require_active(rusun.pk)
        kunci.require_open([Alamat(rusun.kode, "lampiran")])
        return _store(Lampiran(rusun=rusun, jenis=jenis, keterangan=keterangan), berkas, pengguna)


def attach_evidence(tindak: TindakLanjut, berkas: Berkas, pengguna: Pengguna, *, keterangan: str = "") -> Lampiran:
    """Store evidence of a follow-up. Never locked. Raises `LocationClosed`."""
    rusun = tindak.rusun
    with registry_write(rusun.kabupaten_kota_id):
        require_active(rusun.pk)
        lampiran = Lampiran(rusun=rusun, tindak_lanjut=tindak, jenis=JenisLampiran.BUKTI, keterangan=keterangan)
        return _store(lampiran, berkas, pengguna)


def _store(lampiran: Lampiran, berkas: Berkas, pengguna: Pengguna) -> Lampiran:
    lampiran.berkas, lampiran.nama_asli = berkas.tempat, berkas.nama_asli
    lampiran.tipe, lampiran.ukuran, lampiran.sha256 = berkas.tipe, berkas.ukuran, berkas.sha256
    touch(lampiran, pengguna)
    lampiran.save()
    return lampiran


DISEBUT: tuple[tuple[str, JenisLampiran], ...] = (
    ("nomor_bast", JenisLampiran.BAST),
    ("nomor_slf", JenisLampiran.SLF),
    ("dasar_hukum", JenisLampiran.DASAR_HUKUM),
)
"""Fields that name a paper, and the file that should be there when they are filled in."""


def missing_papers(kabupaten_kota: str) -> list[tuple[Rusun, list[str]]]:
    """Locations with the labels of papers that are named in the registry but not uploaded. Two queries."""
    files = Lampiran.objects.current().filter(rusun__kabupaten_kota=kabupaten_kota)
    present = set(files.order_by().values_list("rusun", "jenis"))
    rows = []
    for rusun in Rusun.objects.active().filter(kabupaten_kota=kabupaten_kota).order_by("kode"):
        missing = [
            str(jenis.label) for kolom, jenis in DISEBUT if getattr(rusun, kolom) and (rusun.pk, jenis) not in present
        ]
        if missing:
            rows.append((rusun, missing))
    return rows


def shown_name(nama: str) -> str:
    """The name a user reads: the last part of whatever path was sent, cleaned, at most 200 characters.

    Scans are often named after the person: a NIK in the name is masked.
    """
    last = nama.replace("\\", "/").rsplit("/", 1)[-1]
    try:
        return _NIK.sub(lambda found: mask(found[0]), clean_teks(last))[-200:] or "berkas"
    except Unreadable:
        return "berkas"


def retire(lampiran: Lampiran, versi: int, alasan: str, pengguna: Pengguna) -> None:
    """Take a file, opened at `versi`, out of view; file and row are kept.

    Raises `FileRetired` when somebody did so before, `StaleVersion` when the row changed since, `LocationClosed`,
    `RegistryLocked`.
    """
    with registry_write(lampiran.rusun.kabupaten_kota_id) as kunci:
        row = Lampiran.objects.select_for_update(of=("self",)).select_related("diubah_oleh").get(pk=lampiran.pk)
        if row.ditarik_pada is not None:
            raise FileRetired(row)
        require_active(row.rusun_id)
        if row.jenis != JenisLampiran.BUKTI:
            kunci.require_open([Alamat(row.rusun_id, "lampiran")])
        check_version(row, versi)
        row.ditarik_pada, row.alasan_ditarik = timezone.now(), alasan
        touch(row, pengguna)
        row.save()


def content_of(lampiran: Lampiran) -> bytes:
    """The kept bytes. Raises FileNotFoundError when the storage lost them."""
    return path_of(lampiran.berkas).read_bytes()


def stray_files(sebelum: datetime.datetime) -> list[str]:
    """Places of files last written before `sebelum` that no row names: what a crash between file and row leaves behind.

    `sebelum` must lie further back than any upload can take, so that none under way is among them.
    """
    root = path_of(FOLDER)
    files: dict[str, float] = {}
    for path in root.rglob("*"):
        with suppress(FileNotFoundError):  # a temporary file that got its name meanwhile
            if path.is_file():
                files[path.relative_to(root.parent).as_posix()] = path.stat().st_mtime
    named = set(Lampiran.objects.values_list("berkas", flat=True))
    return sorted(place for place, changed in files.items() if place not in named and changed < sebelum.timestamp())
