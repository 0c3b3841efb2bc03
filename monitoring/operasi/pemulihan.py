"""Restore: the database and the files of a backup into empty ones, all of it or nothing, and a look at the result."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from core.files import LOCK_FOLDER, SEALED_FOLDER, path_of, read_sealed
from core.health import PEMULIHAN
from core.sealed import InvalidToken, SealedField, unseal
from core.skema import known_migrations

from . import basis
from .cadangan import BASIS_DATA, BERKAS, CadanganDitolak, Isi, Keterangan, Pembaca, key_fingerprint, place_columns


@dataclass(frozen=True)
class Pemulihan:
    """A finished restore, and what was looked at afterwards."""

    isi: Isi
    baris: int
    nilai_terbuka: int
    berkas_cocok: int
    keberatan: list[str]
    """What is not as it should be, in words."""
    detik: float


def restore(path: Path, *, tell: Callable[[str], None] = lambda text: None) -> Pemulihan:
    """Fill the empty database and the empty MEDIA_ROOT from a backup: all of it, or nothing.

    Raises `CadanganDitolak` or `SandiDiperlukan` before anything is touched; `CadanganRusak`, `basis.BasisGagal` or
    OSError with both empty again.
    """
    began = time.monotonic()
    root = Path(settings.MEDIA_ROOT)
    with Pembaca(path) as cadangan:
        _require_fitting(cadangan.keterangan)
    _require_empty(root)
    _clear(root)
    root.mkdir(parents=True, exist_ok=True)
    (root / PEMULIHAN).write_text(f"{basis.database_name()}\n")
    try:
        tell("Memeriksa cadangan dan mengembalikan berkas")
        with Pembaca(path) as cadangan:
            for name, pieces in cadangan.parts():
                if name.parts[0] == BERKAS:
                    _write(root.joinpath(*name.parts[1:]), pieces)
                else:
                    for _ in pieces:
                        pass
            isi = cadangan.finish()
        tell(f"{isi.berkas} berkas kembali. Mengembalikan basis data")
        with Pembaca(path) as cadangan:
            basis.put_back(_database_of(cadangan))
    except BaseException:
        _clear(root)
        raise
    (root / PEMULIHAN).unlink()
    tell("Memeriksa hasilnya")
    return _inspect(isi, began)


def _require_fitting(about: Keterangan) -> None:
    here = {key_fingerprint(key) for key in settings.KUNCI_DATA}
    missing = [fingerprint for fingerprint in about.sidik_kunci if fingerprint not in here]
    if missing:
        raise CadanganDitolak(
            f"Cadangan ini memerlukan kunci {', '.join(missing)}; KUNCI_DATA di sini: {', '.join(sorted(here))}. "
            "Isi KUNCI_DATA dari amplop kunci, lalu ulangi. Tanpa kunci itu NIK dan berkas tersegel tidak terbaca."
        )
    if about.basis != connection.vendor:
        raise CadanganDitolak(f"Cadangan ini dari {about.basis}, sedangkan DATABASE_URL menunjuk {connection.vendor}.")
    known = {f"{app}.{name}" for app, name in known_migrations()}
    newer = [name for name in about.migrasi if name not in known]
    if newer:
        raise CadanganDitolak(
            f"Cadangan ini dibuat versi yang lebih baru ({about.versi}; migrasi {newer[-1]} tidak dikenal di sini). "
            "Pulihkan dengan versi itu."
        )


def _require_empty(root: Path) -> None:
    if not basis.is_empty():
        raise CadanganDitolak(
            "Basis data tidak kosong. Buat basis data baru yang kosong, arahkan DATABASE_URL ke sana, lalu ulangi; "
            "basis data yang lama tidak disentuh."
        )
    mark = root / PEMULIHAN
    ours = mark.exists() and mark.read_text().strip() == basis.database_name()
    if root.is_dir() and not ours and any(path.name != LOCK_FOLDER for path in root.iterdir()):
        raise CadanganDitolak(f"MEDIA_ROOT ({root}) tidak kosong. Pindahkan isinya atau tunjuk folder baru.")


def _clear(root: Path) -> None:
    """Throw away what an unfinished restore into this database left; its mark goes last."""
    if not root.is_dir():
        return
    for path in root.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != PEMULIHAN:
            path.unlink()
    (root / PEMULIHAN).unlink(missing_ok=True)


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _database_of(cadangan: Pembaca) -> Iterator[bytes]:
    for name, pieces in cadangan.parts():
        if name.parts[0] != BASIS_DATA:
            return
        yield from pieces


# --- the look afterwards ----------------------------------------------------------------------------------------------


def _inspect(isi: Isi, began: float) -> Pemulihan:
    objections: list[str] = []
    rows = 0
    known = set(connection.introspection.table_names())
    for table, expected in isi.keterangan.jumlah.items():
        if table not in known:
            objections.append(f"{table}: tabel tidak ada")
            continue
        ((found,),) = basis.ask(f'SELECT count(*) FROM "{table}"')  # noqa: S608 a table of ours  # nosec B608
        rows += found
        if found != expected:
            objections.append(f"{table}: {found} baris, seharusnya {expected}")
    opened = 0
    for table, column in _sealed_columns():
        if column in basis.columns_of(table):
            for (token,) in basis.ask(f"SELECT {column} FROM {table} WHERE {column} <> ''"):  # noqa: S608  # nosec B608
                try:
                    unseal(token)
                    opened += 1
                except InvalidToken:
                    objections.append(f"{table}.{column}: ada nilai yang tidak terbuka dengan KUNCI_DATA")
    matching = 0
    absent = set(isi.tidak_ada)
    for table, place, digest in place_columns():
        if {place, digest or place} <= basis.columns_of(table):
            told = f"SELECT {place}, {digest or place} FROM {table} WHERE {place} <> ''"  # noqa: S608  # nosec B608
            for where, expected in basis.ask(told):
                if _content_is(where, expected if digest else ""):
                    matching += 1
                elif where not in absent:
                    objections.append(f"{table}: berkas {where} hilang atau tidak sama dengan yang dicatat")
    objections += [f"{place}: sudah tidak ada saat dicadangkan" for place in isi.tidak_ada]
    return Pemulihan(isi, rows, opened, matching, list(dict.fromkeys(objections)), time.monotonic() - began)


def _content_is(place: str, sha256: str) -> bool:
    """Whether a file is there and is what its row says; without a SHA-256, whether it opens."""
    try:
        sealed = place.startswith(f"{SEALED_FOLDER}/")
        content = read_sealed(place) if sealed else path_of(place).read_bytes()
    except (FileNotFoundError, InvalidToken):
        return False
    return not sha256 or hashlib.sha256(content).hexdigest() == sha256


def _sealed_columns() -> list[tuple[str, str]]:
    return [
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    ]
