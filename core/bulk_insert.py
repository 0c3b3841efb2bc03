"""Inserting ten thousand rows at once: what `bulk_create` stores, prepared column by column and sent as plain values.

`bulk_create` takes every value through its field and writes statements as long as the data: with tables of forty
columns that was most of an import. Here each column is worked out once. As there, sealed fields write their
fingerprints, the database checks its constraints, all rows are written or none, and no signal is sent.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, TypeAlias

from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

AT_ONCE: Final = 1_000
Column: TypeAlias = "models.Field[Any, Any]"

# Equal values of these are stored alike, so each is prepared once. Sealed ones are not: no token is used twice.
_PLAIN: Final = frozenset([
    type(None), bool, int, float, str, Decimal, datetime.date, datetime.time, datetime.datetime, uuid.UUID
])  # fmt: skip


def insert_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert new instances of `model`, each with its key. Raises what `bulk_create` raises; then nothing is stored."""
    using = router.db_for_write(model)
    # Read in the order of the model: a sealed field sets the fingerprint that is read after it.
    _insert(model, using, {column: _read(column, rows) for column in _columns(model)}, len(rows))
    for row in rows:
        row._state.adding, row._state.db = False, using


def insert_values(model: type[models.Model], values: Mapping[str, Iterable[Any]], number: int) -> None:
    """Insert `number` rows that nobody needs as instances: attribute -> its values in order, or `repeat(value)`.

    Columns that are not named take their default, and the database numbers the rows.
    """
    columns = [column for column in _columns(model) if column.attname in values or not column.primary_key]
    given = {column: values.get(column.attname, _defaults(column, number)) for column in columns}
    _insert(model, router.db_for_write(model), given, number)


def _columns(model: type[models.Model]) -> list[Column]:
    return [column for column in model._meta.concrete_fields if not column.generated]


def _read(column: Column, rows: Sequence[models.Model]) -> list[Any]:
    if type(column).pre_save is models.Field.pre_save:
        return list(map(attrgetter(column.attname), rows))
    return [column.pre_save(row, True) for row in rows]


def _defaults(column: Column, number: int) -> Iterable[Any]:
    return [column.get_default() for _ in range(number)] if callable(column.default) else repeat(column.get_default())


def _insert(model: type[models.Model], using: str, values: Mapping[Column, Iterable[Any]], number: int) -> None:
    connection = connections[using]
    rows = zip(*(_prepared(column, given, number, connection) for column, given in values.items()), strict=True)
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.column) for column in values)
    head = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES"
    with transaction.atomic(using, savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            execute_values(cursor, f"{head} %s", rows, page_size=AT_ONCE)
        else:
            cursor.executemany(f"{head} ({', '.join(['%s'] * len(values))})", rows)


class _Known(dict[tuple[type, Any], Any]):
    """(type, value) -> the value as its column stores it."""

    def __init__(self, column: Column, connection: BaseDatabaseWrapper) -> None:
        self.column, self.connection = column, connection

    def __missing__(self, key: tuple[type, Any]) -> Any:
        self[key] = stored = self.column.get_db_prep_save(key[1], self.connection)
        return stored


def _prepared(column: Column, values: Iterable[Any], number: int, connection: BaseDatabaseWrapper) -> Iterable[Any]:
    if isinstance(values, repeat):
        return repeat(column.get_db_prep_save(next(values), connection), number)
    values = list(values)
    if _PLAIN.issuperset(map(type, values)):
        # With its type: 1 and True are equal, and JSON tells them apart.
        return map(_Known(column, connection).__getitem__, zip(map(type, values), values, strict=True))
    return [column.get_db_prep_save(value, connection) for value in values]
