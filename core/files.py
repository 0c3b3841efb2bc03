"""Files below MEDIA_ROOT: written whole or not at all; sealed where they hold personal data.

Sealed files live below one folder, which `manage.py rotasi_kunci` seals anew together with the columns of the database.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from .failures import leaves_commit_open
from .sealed import InvalidToken, seal_bytes, unseal_bytes

SEALED_FOLDER: Final = "tersegel"
LOCK_FOLDER: Final = "kunci"


def path_of(place: str) -> Path:
    """Where a file is kept; `place` is relative to MEDIA_ROOT."""
    return Path(settings.MEDIA_ROOT) / place


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all: a temporary neighbour, renamed. A power cut afterwards loses nothing of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".sementara")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError:  # a full disk: half a file would keep it full
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_sealed(folder: str, content: bytes) -> str:
    """Seal `content` into a new file with a name nobody can guess; returns its place."""
    name = secrets.token_hex(16)
    place = f"{SEALED_FOLDER}/{folder}/{name[:2]}/{name}"
    write_whole(path_of(place), seal_bytes(content))
    return place


def read_sealed(place: str) -> bytes:
    """The content of a sealed file. Raises FileNotFoundError when the storage lost it."""
    return unseal_bytes(path_of(place).read_bytes())


class FileLost(Exception):
    """The storage lost a sealed file, or it is no longer what was kept."""


def read_checked(place: str, sha256: str) -> bytes:
    """The content of a sealed file if it is still what was kept. Raises `FileLost`."""
    try:
        content = read_sealed(place)
    except (FileNotFoundError, InvalidToken):
        raise FileLost from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileLost
    return content


@contextmanager
def kept_sealed(folder: str, content: bytes) -> Iterator[str]:
    """Seal `content` and give its place; the file goes again when the block, which names it in a row, fails.

    After a connection lost while committing a row may name it: then it stays, for the sweep.
    """
    place = write_sealed(folder, content)
    try:
        yield place
    except BaseException as error:
        if not leaves_commit_open(error):
            remove_file(place)
        raise


def sealed_files(folder: str) -> Iterator[tuple[str, float]]:
    """(place, time of the last change) of every sealed file in `folder`."""
    for path in path_of(f"{SEALED_FOLDER}/{folder}").rglob("*"):
        with suppress(FileNotFoundError):  # a temporary file that got its name meanwhile
            if path.is_file():
                yield path.relative_to(settings.MEDIA_ROOT).as_posix(), path.stat().st_mtime


def unnamed_sealed(folder: str, named: Collection[str], sebelum: datetime.datetime) -> list[str]:
    """Sealed files in `folder` last written before `sebelum` that are not among `named`: what a crash left behind."""
    return sorted(
        place for place, changed in sealed_files(folder) if place not in named and changed < sebelum.timestamp()
    )


class NotAPair(Exception):
    """The files below MEDIA_ROOT seem to belong to another database: whatever this one does not know stays."""

    def __init__(self, unknown: int) -> None:
        super().__init__(
            f"{unknown} berkas tidak dikenal, lebih banyak daripada yang pernah dicatat basis data ini. Periksa apakah "
            f"DATABASE_URL dan MEDIA_ROOT ({settings.MEDIA_ROOT}) memang sepasang. Tidak ada yang dihapus."
        )


def require_pair(unknown: Collection[str], recorded: int) -> None:
    """Before removing what no row names: crashes leave little. Raises `NotAPair` when it is more than was recorded."""
    if len(unknown) > recorded:
        raise NotAPair(len(unknown))


def remove_file(place: str) -> None:
    """Take a file off the disk; one that is gone already is no error."""
    path_of(place).unlink(missing_ok=True)


def lock_place(name: str) -> str:
    """An empty file for `held`, for work that has no file of its own; it stays."""
    place = f"{LOCK_FOLDER}/{name}"
    path_of(place).parent.mkdir(parents=True, exist_ok=True)
    if not path_of(place).exists():
        path_of(place).touch()
    return place


@contextmanager
def held(place: str) -> Iterator[bool]:
    """Hold the file for oneself while the block runs; yields False when another process holds it.

    The hold ends with the process, however it ends.
    """
    import fcntl

    with path_of(place).open("r+b") as file:  # NFS lends a hold only on a file that is open for writing
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
