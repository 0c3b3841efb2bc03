"""Is this machine fit to serve? Each check answers in words; `/sehat/` is 200 only when all that must hold does."""

from __future__ import annotations

import importlib.util
import os
import shutil
from ctypes.util import find_library
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

MIN_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True)
class Kesehatan:
    """One check. `wajib`: without it the site cannot serve."""

    nama: str
    baik: bool
    keterangan: str
    wajib: bool = True


def _database() -> Kesehatan:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Kesehatan("database", False, "tidak terjangkau")
    return Kesehatan("database", True, connection.vendor)


def _migrations() -> Kesehatan:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return Kesehatan("migrasi", False, "tidak dapat diperiksa")
    return Kesehatan("migrasi", not pending, f"{len(pending)} belum dijalankan" if pending else "lengkap")


def _disk() -> Kesehatan:
    folder = settings.MEDIA_ROOT if os.path.isdir(settings.MEDIA_ROOT) else settings.BASE_DIR
    free = shutil.disk_usage(folder).free
    return Kesehatan("ruang disk", free >= MIN_FREE_BYTES, f"{free // 1024**2} MB kosong")


def _pdf() -> Kesehatan:
    ready = all(find_library(name) for name in ("pango-1.0", "pangoft2-1.0")) and bool(
        importlib.util.find_spec("weasyprint")
    )
    return Kesehatan(
        "pustaka PDF", ready, "siap" if ready else "pasang libpango-1.0-0 dan libpangoft2-1.0-0", wajib=False
    )


def check_health() -> list[Kesehatan]:
    """All checks, cheap enough for a monitor that asks every minute."""
    return [_database(), _migrations(), _disk(), _pdf()]
