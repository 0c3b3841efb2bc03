"""Inserting ten thousand rows at once: what `bulk_create` stores, prepared column by column and sent as plain values.

`bulk_create` takes every value through its field and writes statements as long as the data: with tables of forty
columns that was most of an import. Here each column is worked out once. As there, sealed fields write their
fingerprints, the database checks its constraints, all rows are written or none, and no signal is sent.
"""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, TypeAlias

from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from .scope import ModelT

Column: TypeAlias = "models.Field[Any, Any]"

# Equal values of these are stored alike, so each is prepared once. Sealed ones are not: no token is used twice.
_PLAIN: Final = frozenset([
    type(None), bool, int, float, str, Decimal, datetime.date, datetime.time, datetime.datetime, uuid.UUID
])  # fmt: skip
# Text columns store these as they are.
_TEXT: Final = (models.CharField, models.TextField)
_STRINGS: Final = frozenset([str])


def maker(model: type[ModelT]) -> Callable[[Mapping[str, Any]], ModelT]:
    """What makes new instances as `model(**values)` does, several times quicker, of values by attribute (`blok_id`)."""
    blank = {column.attname: column.get_default() for column in model._meta.concrete_fields}
    each_its_own = [column for column in model._meta.concrete_fields if callable(column.default)]

    def make(values: Mapping[str, Any]) -> ModelT:
        row = {**blank, **values}
        row.update({column.attname: column.get_default() for column in each_its_own if column.attname not in values})
        return model(*row.values())  # in the order of the model, which takes them without looking for each

    return make


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
    given = {
        column: values[column.attname] if column.attname in values else _defaults(column, number) for column in columns
    }
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
    if not number:
        return
    connection = connections[using]
    send, ready = (_copy, _copy_text) if connection.vendor == "postgresql" else (_execute, _as_it_is)
    prepared = [_prepared(column, given, number, connection, ready) for column, given in values.items()]
    quote = connection.ops.quote_name
    names = [quote(str(column.column)) for column in values]
    with transaction.atomic(using, savepoint=False), connection.cursor() as cursor:
        send(cursor, quote(model._meta.db_table), names, zip(*prepared, strict=True))


class _Known(dict[tuple[type, Any], Any]):
    """(type, value) -> the value as it is sent."""

    def __init__(self, prepare: Callable[[Any], Any]) -> None:
        self.prepare = prepare

    def __missing__(self, key: tuple[type, Any]) -> Any:
        self[key] = ready = self.prepare(key[1])
        return ready


def _prepared(
    column: Column, values: Iterable[Any], number: int, connection: BaseDatabaseWrapper, ready: Callable[[Any], Any]
) -> Iterable[Any]:
    def prepare(value: Any) -> Any:
        return ready(column.get_db_prep_save(value, connection))

    if isinstance(values, repeat):
        return repeat(prepare(next(values)), number)
    values = list(values)
    if type(column) in _TEXT and _STRINGS.issuperset(map(type, values)):
        return map(ready, values)
    if _PLAIN.issuperset(map(type, values)):
        # With its type: 1 and True are equal, and JSON tells them apart.
        return map(_Known(prepare).__getitem__, zip(map(type, values), values, strict=True))
    return map(prepare, values)


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _as_it_is(value: Any) -> Any:
    return value


def _execute(cursor: CursorWrapper, table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    places = ", ".join(["%s"] * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 our own names  # nosec B608
    cursor.executemany(statement, rows)  # type: ignore[arg-type]  # any iterable will do


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

_ESCAPED: Final = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def _copy(cursor: CursorWrapper, table: str, names: Sequence[str], rows: Iterable[tuple[str, ...]]) -> None:
    text = io.StringIO()
    text.writelines(f"{line}\n" for line in map("\t".join, rows))
    text.seek(0)
    with cursor.db.wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({', '.join(names)}) FROM STDIN", text)


def _copy_text(value: Any) -> str:
    """A prepared value as COPY reads it."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPED) if not value.isprintable() or "\\" in value else str(value)
    if isinstance(value, bool | int | float | Decimal | datetime.date | datetime.time | uuid.UUID):
        return str(value)
    if hasattr(value, "dumps"):  # what Django wraps JSON in for the driver
        return str(value.dumps(value.adapted)).translate(_ESCAPED)
    raise TypeError(f"COPY is not told how to write {type(value).__name__}.")
