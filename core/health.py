"""Is this machine fit to serve? Each check answers in words; `/sehat/` is 200 only when all that must hold does."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .files import LOCK_FOLDER
from .skema import pending_migrations

MIN_FREE_BYTES: Final = 200 * 1024 * 1024
HARIAN_TERLAMBAT: Final = 26 * 60 * 60
"""Seconds after which daily work is missed."""


DATABASE: Final = "database"
HARIAN, CADANGAN = "harian_selesai", "cadangan_selesai"
"""Files that daily work and a backup leave behind once they are done."""
PEMULIHAN: Final = "PEMULIHAN-BELUM-SELESAI"
"""Lies in MEDIA_ROOT while a restore fills it, and says into which database: the next restore into that one throws away
what it finds there. No site may work on files that are half there."""


@dataclass(frozen=True)
class Kesehatan:
    """One check. `wajib`: without it the site cannot serve."""

    nama: str
    baik: bool
    keterangan: str
    wajib: bool = True


# --- the database -----------------------------------------------------------------------------------------------------


def _database() -> list[Kesehatan]:
    """Reached, up to date, and set so that what was committed survives a power cut: three small questions."""
    try:
        faults = durability_faults(connection)
    except DatabaseError:
        connection.close()
        return [Kesehatan(DATABASE, False, "tidak terjangkau")]
    pending = pending_migrations()
    return [
        Kesehatan(DATABASE, True, connection.vendor),
        Kesehatan("migrasi", not pending, f"{pending} belum dijalankan" if pending else "lengkap"),
        Kesehatan("tahan mati listrik", not faults, "; ".join(faults) or "ya", wajib=not settings.ALLOW_EXAMPLE),
    ]


SERVER_SETTINGS: Final = ("fsync", "full_page_writes", "synchronous_commit")


def durability_faults(database: BaseDatabaseWrapper) -> list[str]:
    """What would let a power cut undo a commit or damage the database; none when all is well. Raises DatabaseError."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("SELECT name, setting FROM pg_settings WHERE name IN %s", [SERVER_SETTINGS])
            return [f"{name} = {value}, harus on" for name, value in sorted(cursor.fetchall()) if value == "off"]
        cursor.execute("PRAGMA journal_mode")
        journal = str(cursor.fetchone()[0])
        cursor.execute("PRAGMA synchronous")
        synchronous = int(cursor.fetchone()[0])
    faults = [] if journal == "wal" else [f"journal_mode = {journal}, harus wal"]
    return faults if synchronous >= 2 else [*faults, f"synchronous = {synchronous}, harus full"]


def refuse_forgetful_database() -> None:
    """Stop a production start on a database that may forget what it has confirmed. One that is away stops nothing."""
    try:
        faults = durability_faults(connection)
    except DatabaseError:
        return
    finally:
        connection.close()
    if faults:
        raise ImproperlyConfigured(f"The database may lose commits in a power cut: {'; '.join(faults)}.")


@register(Tags.database)
def check_durability(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The same for `manage.py check --database default`."""
    return [
        Error(f"Basis data dapat kehilangan data saat mati listrik: {fault}", id="core.E001")
        for alias in databases or []
        if not settings.ALLOW_EXAMPLE
        for fault in durability_faults(connections[alias])
    ]


@register(Tags.security, deploy=True)
def check_backups_sealed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Told at every update, and allowed: an office may keep its backups on a disk that is sealed itself."""
    if settings.SANDI_CADANGAN:
        return []
    return [Info("SANDI_CADANGAN kosong: siapa pun yang memegang cadangan dapat membaca isinya.", id="core.I001")]


# --- the machine ------------------------------------------------------------------------------------------------------


def _disk() -> list[Kesehatan]:
    """Room for files and for what is on its way; the folder of files can be written to."""
    root = Path(settings.MEDIA_ROOT)
    place = next(folder for folder in (root, *root.parents) if folder.is_dir())
    free = min(shutil.disk_usage(folder).free for folder in (place, tempfile.gettempdir()))
    if restore_unfinished():
        files = Kesehatan("folder berkas", False, "pemulihan belum selesai")
    else:
        writable = os.access(place, os.W_OK | os.X_OK)
        files = Kesehatan("folder berkas", writable, "dapat ditulis" if writable else "tidak dapat ditulis")
    return [Kesehatan("ruang disk", free >= MIN_FREE_BYTES, f"{free // 1024**2} MB kosong"), files]


def restore_unfinished() -> bool:
    """Whether a restore that fills MEDIA_ROOT is under way, or was cut off."""
    return (Path(settings.MEDIA_ROOT) / PEMULIHAN).exists()


def refuse_unfinished_restore() -> None:
    """Stop a production start on files that a restore has not finished putting back."""
    if restore_unfinished():
        raise ImproperlyConfigured(
            f"A restore into MEDIA_ROOT ({settings.MEDIA_ROOT}) is not finished: run `manage.py pulihkan` again, into "
            "an empty database and an empty folder."
        )


@cache
def _pdf() -> Kesehatan:
    ready = all(find_library(name) for name in ("pango-1.0", "pangoft2-1.0")) and bool(
        importlib.util.find_spec("weasyprint")
    )
    return Kesehatan(
        "pustaka PDF", ready, "siap" if ready else "pasang libpango-1.0-0 dan libpangoft2-1.0-0", wajib=False
    )


def _done_lately(nama: str, mark: str) -> Kesehatan:
    """Whether work that leaves `mark` behind when it is done was done within a day."""
    try:
        age = time.time() - (Path(settings.MEDIA_ROOT) / LOCK_FOLDER / mark).stat().st_mtime
    except OSError:
        return Kesehatan(nama, False, "belum pernah", wajib=False)
    return Kesehatan(nama, age < HARIAN_TERLAMBAT, f"{max(0, int(age // 3600))} jam yang lalu", wajib=False)


_more: list[Callable[[], Kesehatan]] = []


def also_check(check: Callable[[], Kesehatan]) -> None:
    """Have an app above add what only it can tell. Asked while the database can be reached."""
    _more.append(check)


def check_health() -> list[Kesehatan]:
    """All checks, cheap enough for a monitor that asks every minute."""
    found = [
        *_database(), *_disk(), _pdf(),
        _done_lately("pekerjaan harian", HARIAN), _done_lately("cadangan", CADANGAN),
    ]  # fmt: skip
    if found[0].baik:
        with suppress(DatabaseError):  # tables that are not there yet are told above
            found += [check() for check in _more]
    return found
