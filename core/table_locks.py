"""Holding a whole table on PostgreSQL, inside a transaction. SQLite has one writer anyway."""

from __future__ import annotations

from django.db import connection, models


def hold_without_waiting(model: type[models.Model]) -> None:
    """Nobody writes to the table until this transaction ends. Raises `OperationalError` when somebody is at it."""
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE NOWAIT")


def hold_for_writing(model: type[models.Model]) -> None:
    """Nobody else writes to the table until this transaction ends: whoever comes second waits."""
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
