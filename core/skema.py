"""Are the tables of the database those that this code was written for?"""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration this code brings. Read once: it costs a hundred times what a question does."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def pending_migrations() -> int:
    """How many migrations are still to run."""
    try:
        return len(known_migrations() - _applied())
    except DatabaseError:  # not even the table is there
        return len(known_migrations())


def is_of_another_release() -> bool:
    """Whether the database has seen migrations this code does not bring, or waits for some. Raises DatabaseError."""
    ours = known_migrations()
    apps = {app for app, _ in ours}
    return {each for each in _applied() if each[0] in apps} != ours


def _applied() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())
