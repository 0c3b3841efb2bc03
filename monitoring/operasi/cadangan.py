"""Backup: the database, every file below MEDIA_ROOT and what is needed to prove both, as one file.

The database is read first, at one moment, the files after it. A file is written before the row that names it and never
changed afterwards, so every row of that moment finds its file; what came later lies in the backup without a row, as
after a crash, and `sapu_berkas` removes it. Only the head of the chain over the trails, the one file that is written
again, is read before: an older one fits every later database. The keys (KUNCI_DATA) are never inside: only their
fingerprints are.

    keterangan.json      what, when, from which version, under which keys: read before anything else
    basis_data/00001...  the database, in pieces (`cat` them together for pg_restore or SQLite)
    berkas/...           the files
    manifest.json        the SHA-256 of each of them: last
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from core.files import LOCK_FOLDER, held, lock_place, path_of
from core.health import CADANGAN, PEMULIHAN
from core.rantai import HEAD
from monitoring.models import BeritaAcara, Dokumen, Impor
from rusun.models import Lampiran

from . import basis
from .wadah import CHUNK, CadanganRusak, Reader, Writer

KETERANGAN, MANIFEST, BASIS_DATA, BERKAS = "keterangan.json", "manifest.json", "basis_data", "berkas"
SUSUNAN: Final = 1
"""Version of the layout of a backup."""
SEMENTARA: Final = ".sementara"
SANDI_MIN: Final = 16
"""Characters of the passphrase of a new backup."""
UTUH, KURANG = "desk", "tidak-lengkap"
"""How the names of backups begin: with all files that rows name, or without some."""
PLACES: Final[tuple[tuple[type[Model], str, str], ...]] = (
    (Lampiran, "berkas", "sha256"),
    (Dokumen, "berkas", "sha256"),
    (Dokumen, "pindaian", "pindaian_sha256"),
    (BeritaAcara, "pindaian", "pindaian_sha256"),
    (Impor, "berkas", "sha256"),
    (Impor, "balasan", ""),
)
"""Every column that names a file, and the one with the SHA-256 of its content."""


class CadanganDitolak(Exception):
    """The work cannot begin; the message says why and what to do."""


@dataclass(frozen=True)
class Keterangan:
    """What a backup says about itself before anything else in it is read."""

    susunan: int
    dibuat: str
    versi: str
    basis: str
    migrasi: list[str]
    jumlah: dict[str, int]
    """Rows of each table."""
    sidik_kunci: list[str]
    berkas_dicatat: int
    """Files that rows name."""


@dataclass(frozen=True)
class Isi:
    """What reading a whole backup has shown."""

    keterangan: Keterangan
    berkas: int
    disandikan: bool
    tidak_ada: list[str]
    """Files that rows named and the storage did not have."""


@dataclass(frozen=True)
class Cadangan:
    """A finished backup."""

    path: Path
    isi: Isi
    hilang: list[str]
    """Files that rows still name although the storage lost them: not in this backup."""
    detik: float


def key_fingerprint(key: str) -> str:
    """How people tell two keys apart without seeing them: eight figures, `3FA0-91BC`."""
    figures = hmac.digest(key.encode(), b"sidik-kunci-data", "sha256").hex()[:8].upper()
    return f"{figures[:4]}-{figures[4:]}"


def code_version() -> str:
    """Which version of the source this is, as git tells it."""
    words = ["git", "-C", str(settings.BASE_DIR), "describe", "--always", "--dirty", "--tags"]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return "tidak diketahui"


def place_columns() -> list[tuple[str, str, str]]:
    """(table, column, column of its SHA-256 or "") of every file a row can name."""
    return [(model._meta.db_table, place, digest) for model, place, digest in PLACES]


# --- making one -------------------------------------------------------------------------------------------------------


def back_up(folder: Path, *, simpan: int = 0, tell: Callable[[str], None] = lambda text: None) -> Cadangan:
    """Make a backup in `folder`, read it back, and only then give it its name.

    One that lacks files which rows still name is kept under another name, and does not count as done. With `simpan` all
    but the newest so many of its kind go afterwards: one that lacks files never takes the place of a whole one.
    Raises `CadanganDitolak`, `basis.BasisGagal`, OSError.
    """
    began = time.monotonic()
    with held(lock_place("cadangan")) as mine:
        if not mine:
            raise CadanganDitolak("Pencadangan lain sedang berjalan. Tunggu sampai selesai.")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for rest in folder.glob(f"{UTUH}-*{SEMENTARA}"):  # of one that was cut off
            rest.unlink()
        sandi = settings.SANDI_CADANGAN
        if 0 < len(sandi) < SANDI_MIN:  # asked here and not at the start: an older backup must still be read
            raise CadanganDitolak(
                f"SANDI_CADANGAN harus paling sedikit {SANDI_MIN} karakter. Ganti di .env, lalu ulangi."
            )
        name = f"{timezone.localtime():%Y%m%d-%H%M%S}.tar{'.sandi' if sandi else ''}"
        temporary = folder / f"{UTUH}-{name}{SEMENTARA}"
        try:
            with _private(temporary) as file:
                writer = Writer(file, sandi)
                missing = _write(writer, tell)
                writer.finish()
            tell("Membaca kembali cadangan")
            isi = read_through(temporary)
            lost = _still_named(missing)
            kind = KURANG if lost else UTUH
            made = temporary.rename(folder / f"{kind}-{name}")
        finally:
            temporary.unlink(missing_ok=True)
        _sync(folder)
        if not lost:
            path_of(lock_place(CADANGAN)).touch()
        if simpan:
            for old in sorted(folder.glob(f"{kind}-*.tar*"))[:-simpan]:
                old.unlink()
        return Cadangan(made, isi, lost, time.monotonic() - began)


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that nobody else may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(writer: Writer, tell: Callable[[str], None]) -> list[str]:
    """The whole stream; returns the files that were named and are not there."""
    digests: dict[str, str] = {}
    with tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as tar:

        def add(name: str, size: int, content: IO[bytes]) -> None:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
            watched = _Watched(content)
            tar.addfile(entry, watched)
            digests[name] = watched.digest.hexdigest()

        def add_bytes(name: str, content: bytes) -> None:
            add(name, len(content), io.BytesIO(content))

        questions, head = _places_asked(), path_of(HEAD)
        told = head.read_bytes() if head.exists() else None
        with basis.snapshot() as copy:
            named = {place for question in questions for (place,) in copy.rows(question)}
            about = _about(copy, len(named))
            add_bytes(KETERANGAN, json.dumps(asdict(about), indent=1).encode())
            tell(f"Basis data: {sum(about.jumlah.values())} baris")
            for number, part in enumerate(copy.chunks(), 1):
                add_bytes(f"{BASIS_DATA}/{number:05d}", part)
        stored = 0
        if told is not None:
            add_bytes(f"{BERKAS}/{HEAD}", told)
            stored += 1
        for place in _stored():
            try:
                file = path_of(place).open("rb")
            except FileNotFoundError:
                continue  # removed since it was listed
            with file:
                add(f"{BERKAS}/{place}", os.fstat(file.fileno()).st_size, file)
            named.discard(place)
            stored += 1
        tell(f"Berkas: {stored}")
        add_bytes(MANIFEST, json.dumps({"sha256": digests, "tidak_ada": sorted(named)}, indent=0).encode())
    return sorted(named)


class _Watched(io.RawIOBase):
    """Reads a file and remembers the SHA-256 of what went through."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        return content


def _places_asked() -> list[str]:
    """What to ask for the places of all files that rows name; `make update` asks before the tables are up to date."""
    return [
        f"SELECT {column} FROM {table} WHERE {column} <> ''"  # noqa: S608 names of ours  # nosec B608
        for table, column, _ in place_columns()
        if column in basis.columns_of(table)
    ]


def _about(copy: basis.Salinan, named: int) -> Keterangan:
    tables = sorted(connection.introspection.table_names())
    return Keterangan(
        susunan=SUSUNAN,
        dibuat=timezone.localtime().isoformat(timespec="seconds"),
        versi=code_version(),
        basis=connection.vendor,
        migrasi=sorted(f"{app}.{name}" for app, name in copy.rows("SELECT app, name FROM django_migrations")),
        jumlah={table: copy.rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables},  # noqa: S608  # nosec B608
        sidik_kunci=[key_fingerprint(key) for key in settings.KUNCI_DATA],
        berkas_dicatat=named,
    )


def _stored() -> Iterator[str]:
    """Places of all files, but for locks, half-written ones, the mark of a restore and the head of the chain."""
    root = Path(settings.MEDIA_ROOT)
    kept_out = (LOCK_FOLDER, PEMULIHAN)
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root)
        if path.suffix != SEMENTARA and place.parts[0] not in kept_out and place != Path(HEAD) and path.is_file():
            yield place.as_posix()


def _still_named(places: list[str]) -> list[str]:
    """Those of `places` that rows name even now: lost, not removed in between."""
    if not places:
        return []
    now = {place for question in _places_asked() for (place,) in basis.ask(question)}
    return [place for place in places if place in now and not path_of(place).exists()]


# --- reading one ------------------------------------------------------------------------------------------------------


class Pembaca:
    """A backup read from front to back: first `keterangan`, then `parts`; `finish` says whether all of it is true."""

    def __init__(self, path: Path) -> None:
        self._stream = Reader(path, settings.SANDI_CADANGAN)
        self.disandikan = self._stream.sealed
        self._found: dict[str, str] = {}
        self._manifest: dict[str, Any] | None = None
        with _damage_told():
            self._tar = tarfile.open(fileobj=self._stream, mode="r|")  # noqa: SIM115 closed by `close`
            first = self._tar.next()
            if first is None or first.name != KETERANGAN:
                raise CadanganRusak("Berkas ini bukan cadangan dari sistem ini.")
            told = json.loads(self._content(first))
            if told["susunan"] != SUSUNAN:
                raise CadanganRusak(f"Susunan cadangan {told['susunan']} tidak dikenal versi ini.")
            self.keterangan = Keterangan(**told)

    def __enter__(self) -> Pembaca:
        return self

    def __exit__(self, *failure: object) -> None:
        self._tar.close()
        self._stream.close()

    def parts(self) -> Iterator[tuple[PurePosixPath, Iterator[bytes]]]:
        """(name, content) of every piece of the database and every file; each must be read before the next."""
        with _damage_told():
            while (entry := self._tar.next()) is not None:
                name = PurePosixPath(entry.name)
                if entry.name == MANIFEST:
                    self._manifest = json.loads(self._content(entry))
                elif not entry.isfile() or name.is_absolute() or ".." in name.parts or len(name.parts) < 2:
                    raise CadanganRusak(f"Isi yang tidak semestinya: {entry.name}")
                else:
                    yield name, self._pieces(entry)

    def _content(self, entry: tarfile.TarInfo) -> bytes:
        return b"".join(self._pieces(entry))

    def _pieces(self, entry: tarfile.TarInfo) -> Iterator[bytes]:
        file, digest, left = self._tar.extractfile(entry), hashlib.sha256(), entry.size
        assert file is not None
        while left:
            with _damage_told():
                content = file.read(min(CHUNK, left))
            if not content:
                raise CadanganRusak(f"Terpotong di dalam {entry.name}.")
            digest.update(content)
            left -= len(content)
            yield content
        self._found[entry.name] = digest.hexdigest()

    def finish(self) -> Isi:
        """Once `parts` is through. Raises `CadanganRusak` unless every byte is what was written."""
        with _damage_told():
            self._stream.finish()
        if self._manifest is None:
            raise CadanganRusak("Daftar isi di bagian akhir tidak ada: cadangan terpotong.")
        wrong = [name for name, digest in self._manifest["sha256"].items() if self._found.get(name) != digest]
        unknown = self._found.keys() - self._manifest["sha256"].keys() - {MANIFEST}
        if wrong or unknown:
            raise CadanganRusak(f"Tidak sama dengan daftar isi: {', '.join(sorted([*wrong, *unknown])[:3])}")
        files = sum(name.startswith(f"{BERKAS}/") for name in self._found)
        return Isi(self.keterangan, files, self.disandikan, self._manifest["tidak_ada"])


@contextmanager
def _damage_told() -> Iterator[None]:
    """What damaged bytes make tar and JSON say, as one refusal."""
    try:
        yield
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError, OverflowError) as error:
        raise CadanganRusak(f"Isi berkas tidak terbaca ({type(error).__name__}).") from error


def read_through(path: Path) -> Isi:
    """Read a backup from the first byte to the last. Raises `CadanganRusak`, `SandiDiperlukan`."""
    with Pembaca(path) as cadangan:
        for _, pieces in cadangan.parts():
            for _ in pieces:
                pass
        return cadangan.finish()
