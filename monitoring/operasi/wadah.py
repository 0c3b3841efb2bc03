"""The file a backup is kept in: one stream of bytes in which any changed, missing or added byte is found.

Without a passphrase the stream (a tar) is kept as it is, with its SHA-256 behind it: every tar program reads it. With
one it is sealed in chunks (AES-256-GCM; the nonce counts, and tells the last one), so memory does not grow with it.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import secrets
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

MAGIC: Final = b"DESK-CADANGAN-1\n"
CHUNK: Final = 1024 * 1024
SALT, PREFIX, TAG, DIGEST = 16, 7, 16, 32
HEAD: Final = len(MAGIC) + SALT + PREFIX


class CadanganRusak(Exception):
    """The file is not what was written: damaged, cut off, or sealed under another passphrase."""


class SandiDiperlukan(Exception):
    """The file is sealed and no passphrase is set."""

    def __str__(self) -> str:
        return "Cadangan ini disandikan: isi SANDI_CADANGAN dengan kata sandi saat cadangan dibuat."


def _cipher(sandi: str, salt: bytes) -> AESGCM:
    return AESGCM(hashlib.scrypt(sandi.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32))


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


class Writer(io.RawIOBase):
    """Writes the stream into an open file. `finish` ends it; without that, reading it finds it cut off."""

    def __init__(self, file: IO[bytes], sandi: str) -> None:
        self._file, self._number, self._waiting = file, 0, bytearray()
        self._digest = hashlib.sha256()
        self._cipher: AESGCM | None = None
        if sandi:
            salt, self._prefix = secrets.token_bytes(SALT), secrets.token_bytes(PREFIX)
            self._head = MAGIC + salt + self._prefix
            self._cipher = _cipher(sandi, salt)
            file.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        content = bytes(data)
        if self._cipher is None:
            self._digest.update(content)
            self._file.write(content)
            return len(content)
        self._waiting += content
        while len(self._waiting) > CHUNK:  # one is kept back: only `finish` knows which is the last
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def _seal(self, content: bytes, *, last: bool) -> None:
        assert self._cipher is not None
        nonce = _nonce(self._prefix, self._number, last)
        self._file.write(self._cipher.encrypt(nonce, content, self._head))
        self._number += 1

    def finish(self) -> None:
        """End the stream; the file is then whole, and on the disk."""
        if self._cipher is None:
            self._file.write(self._digest.digest())
        else:
            self._seal(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())


class Reader(io.RawIOBase):
    """Reads the stream back. Only once `finish` has returned is all that was read known to be what was written."""

    def __init__(self, path: Path, sandi: str) -> None:
        self._file = path.open("rb")
        self._left = path.stat().st_size
        self._number, self._ready = 0, b""
        self._digest = hashlib.sha256()
        self._cipher: AESGCM | None = None
        if self._file.read(len(MAGIC)) == MAGIC:
            if not sandi:
                self._file.close()
                raise SandiDiperlukan
            rest = self._file.read(SALT + PREFIX)
            if len(rest) < SALT + PREFIX:
                raise CadanganRusak("Berkas terpotong di bagian awal.")
            self._head, self._prefix = MAGIC + rest, rest[SALT:]
            self._cipher = _cipher(sandi, rest[:SALT])
            self._left -= HEAD
        else:
            self._file.seek(0)
            self._left -= DIGEST
        if self._left < 0:
            raise CadanganRusak("Berkas terlalu pendek untuk sebuah cadangan.")

    @property
    def sealed(self) -> bool:
        """Whether a passphrase was needed."""
        return self._cipher is not None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if not self._ready:
            self._ready = self._next()
        part = self._ready[: len(view)]
        view[: len(part)] = part
        self._ready = self._ready[len(part) :]
        return len(part)

    def _next(self) -> bytes:
        if self._left <= 0:
            return b""
        if self._cipher is None:
            content = self._file.read(min(CHUNK, self._left))
            self._left -= len(content)
            self._digest.update(content)
            if not content:
                raise CadanganRusak("Berkas terpotong.")
            return content
        token = self._file.read(min(CHUNK + TAG, self._left))
        self._left -= len(token)
        try:
            content = self._cipher.decrypt(_nonce(self._prefix, self._number, self._left == 0), token, self._head)
        except InvalidTag:
            raise CadanganRusak(
                "SANDI_CADANGAN bukan kata sandi cadangan ini, atau berkasnya rusak di bagian awal."
                if self._number == 0
                else f"Berkas rusak atau terpotong di sekitar byte {self._file.tell()}."
            ) from None
        self._number += 1
        return content

    def finish(self) -> None:
        """Read to the end. Raises `CadanganRusak` unless every byte is the one that was written."""
        while self.read(CHUNK):
            pass
        if self._cipher is None and not hmac.compare_digest(self._file.read(DIGEST), self._digest.digest()):
            raise CadanganRusak("Isi berkas tidak lagi sama dengan saat ditulis: ada byte yang berubah atau hilang.")

    def close(self) -> None:
        self._file.close()
        super().close()
