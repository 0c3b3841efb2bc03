"""A copy of the database at one moment, while others go on writing, and putting it back into an empty one.

Never a copy of the database's own files: on PostgreSQL `pg_dump` reads a snapshot, SQLite writes a new file itself.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction

CHUNK: Final = 8 * 1024 * 1024


class BasisGagal(Exception):
    """A tool of the database failed; the message is what it said."""


@dataclass(frozen=True)
class Salinan:
    """The database as it was at one moment: `rows` asks it, `chunks` is the whole of it, a piece at a time."""

    rows: Callable[[str], list[tuple[Any, ...]]]
    chunks: Callable[[], Iterator[bytes]]


def snapshot() -> Any:
    """Context manager: the database at this moment as a `Salinan`. Nobody waits for it."""
    return _postgres_snapshot() if connection.vendor == "postgresql" else _sqlite_snapshot()


def ask(query: str) -> list[tuple[Any, ...]]:
    """The rows of the database as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def columns_of(table: str) -> set[str]:
    """The columns a table has now; none without the table. A database may be older than the code that looks at it."""
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return set()
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def database_name() -> str:
    """What the database is called."""
    return str(connection.settings_dict["NAME"])


def is_empty() -> bool:
    """Whether the database holds no table at all."""
    return not connection.introspection.table_names()


def put_back(chunks: Iterable[bytes]) -> None:
    """Fill the empty database with what `Salinan.chunks` gave: all of it, or nothing. Raises `BasisGagal`."""
    if connection.vendor == "postgresql":
        _postgres_put_back(chunks)
    else:
        _sqlite_put_back(chunks)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@contextmanager
def _postgres_snapshot() -> Iterator[Salinan]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()

        def chunks() -> Iterator[bytes]:
            words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}"]
            with _tool("pg_dump", *words, stdout=subprocess.PIPE) as process:
                assert process.stdout is not None
                while part := process.stdout.read(CHUNK):
                    yield part

        yield Salinan(ask, chunks)


def _postgres_put_back(chunks: Iterable[bytes]) -> None:
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    with _tool("pg_restore", *words, f"--dbname={database_name()}", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it has given up, and says why
            for part in chunks:
                process.stdin.write(part)
            process.stdin.close()


@contextmanager
def _tool(
    name: str, *words: str, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a client tool of PostgreSQL against our database. Raises `BasisGagal` when it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 a tool of the database
            [_path_of(name), *words], env=_environment(), stdin=stdin, stdout=stdout, stderr=said
        )
        try:
            yield process
        except BaseException:
            process.kill()  # whatever it has done so far is rolled back
            raise
        finally:
            for stream in (process.stdin, process.stdout):
                if stream is not None and not stream.closed:
                    with suppress(BrokenPipeError):
                        stream.close()
            process.wait()
        if process.returncode:
            said.seek(0)
            raise BasisGagal(f"{name}: {said.read().decode(errors='replace').strip()}")


def _path_of(name: str) -> str:
    """The tool, where it can be found or where Debian puts it."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        raise BasisGagal(f"{name} tidak ada. Pasang paket postgresql-client.")
    return found


def _environment() -> dict[str, str]:
    """Where our database is, in the words of PostgreSQL's tools; the password appears in no list of processes."""
    chosen = connection.get_connection_params()
    names = {"dbname": "PGDATABASE", "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    names |= {name: f"PG{name.upper()}" for name in ("sslmode", "sslrootcert", "sslcert", "sslkey")}
    told = {variable: chosen.get(name) for name, variable in names.items()}
    return {**os.environ, **{name: str(value) for name, value in told.items() if value}}


# --- SQLite -----------------------------------------------------------------------------------------------------------


@contextmanager
def _sqlite_snapshot() -> Iterator[Salinan]:
    copy = Path(f"{database_name()}.cadangan")
    copy.unlink(missing_ok=True)  # of one that was cut off
    try:
        copy.touch(mode=0o600)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])

        def rows(query: str) -> list[tuple[Any, ...]]:
            with closing(sqlite3.connect(copy)) as link:
                return link.execute(query).fetchall()

        def chunks() -> Iterator[bytes]:
            with copy.open("rb") as file:
                while part := file.read(CHUNK):
                    yield part

        yield Salinan(rows, chunks)
    finally:
        copy.unlink(missing_ok=True)


def _sqlite_put_back(chunks: Iterable[bytes]) -> None:
    target = Path(database_name())
    temporary = Path(f"{target}.sementara")
    connection.close()
    try:
        temporary.touch(mode=0o600)
        with temporary.open("wb") as file:
            for part in chunks:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        with closing(sqlite3.connect(temporary)) as link:
            (answer,) = link.execute("PRAGMA integrity_check").fetchone()
        if answer != "ok":
            raise BasisGagal(f"SQLite: {answer}")
        for rest in ("-wal", "-shm"):  # of the empty one
            Path(f"{target}{rest}").unlink(missing_ok=True)
        temporary.rename(target)
    finally:
        temporary.unlink(missing_ok=True)
