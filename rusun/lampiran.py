"""Files of a location: what is taken in, how it is kept, how it leaves.

The type is decided by the content, never by the name. Images are decoded and written anew: smaller, without EXIF and
without whatever else hid in the upload. PDFs are kept as they are but refused when they carry active content.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from core.files import path_of, write_whole
from core.models import Pengguna
from core.parsing import Unreadable, clean_teks
from core.versions import touch

from .alamat import Alamat
from .enums import JenisLampiran
from .models import Lampiran, Rusun, TindakLanjut
from .penguncian import registry_write

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 2000
ACTIVE_PDF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


class FileRefused(Exception):
    """The upload is not taken; the message says why and what is."""


def accept(content: bytes) -> tuple[str, bytes]:
    """The type of `content` and the bytes to keep. Raises `FileRefused`."""
    if not content:
        raise FileRefused("Berkas kosong. Pilih berkas lain.")
    if len(content) > MAX_BYTES:
        raise FileRefused("Berkas lebih besar dari 10 MB. Perkecil dahulu, lalu unggah lagi.")
    if content.startswith(b"%PDF-"):
        if any(mark in content for mark in ACTIVE_PDF):
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


def store(
    rusun: Rusun,
    jenis: str,
    upload: BinaryIO,
    nama_asli: str,
    pengguna: Pengguna,
    *,
    keterangan: str = "",
    tindak_lanjut: TindakLanjut | None = None,
) -> Lampiran:
    """Keep an upload. Evidence of a follow-up is never locked, papers of a location lock with its registry."""
    tipe, content = accept(upload.read(MAX_BYTES + 1))
    digest = hashlib.sha256(content).hexdigest()
    place = f"lampiran/{digest[:2]}/{secrets.token_hex(16)}.{ENDINGS[tipe]}"
    with registry_write(rusun.kabupaten_kota_id) as kunci:
        if tindak_lanjut is None and jenis != JenisLampiran.BUKTI:
            kunci.require_open([Alamat(rusun.kode, "lampiran")])
        lampiran = Lampiran(
            rusun=rusun, tindak_lanjut=tindak_lanjut, jenis=jenis, keterangan=keterangan,
            nama_asli=shown_name(nama_asli), tipe=tipe, ukuran=len(content), sha256=digest, berkas=place,
        )  # fmt: skip
        touch(lampiran, pengguna)
        lampiran.save()
        write_whole(path_of(place), content)  # last in the transaction, so that no row lacks its file
    return lampiran


def shown_name(nama: str) -> str:
    """The name a user reads: the last part of whatever path was sent, cleaned, at most 200 characters."""
    last = nama.replace("\\", "/").rsplit("/", 1)[-1]
    try:
        return clean_teks(last)[-200:] or "berkas"
    except Unreadable:
        return "berkas"


def retire(lampiran: Lampiran, alasan: str, pengguna: Pengguna) -> None:
    """Take a file out of view; file and row are kept."""
    with registry_write(lampiran.rusun.kabupaten_kota_id) as kunci, transaction.atomic():
        if lampiran.jenis != JenisLampiran.BUKTI:
            kunci.require_open([Alamat(lampiran.rusun_id, "lampiran")])
        row = Lampiran.objects.select_for_update().get(pk=lampiran.pk)
        row.ditarik_pada, row.alasan_ditarik = timezone.now(), alasan
        touch(row, pengguna)
        row.save()


def content_of(lampiran: Lampiran) -> bytes:
    """The kept bytes. Raises FileNotFoundError when the storage lost them."""
    return path_of(lampiran.berkas).read_bytes()
