"""The field history of registry rows (auditlog), for writers that work on many rows at once.

A single save writes its history by itself. `insert_rows` and `bulk_update` do not: who uses them calls
`record_creation` or `record_history` in the same transaction. Sealed values never enter it.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from operator import attrgetter
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from .bulk_insert import insert_values
from .models import Pengguna

CREATE, UPDATE, DELETE = LogEntry.Action.CREATE, LogEntry.Action.UPDATE, LogEntry.Action.DELETE
Changes = Mapping[str, tuple[Any, Any]]


def record_history(
    action: int, rows: Iterable[tuple[models.Model, Changes]], pengguna: Pengguna | None, waktu: datetime.datetime
) -> None:
    """One history row per row that changed: field -> (before, after). Fields the model keeps out of it are dropped."""
    told: dict[type[models.Model], list[tuple[models.Model, dict[str, list[str]]]]] = defaultdict(list)
    for row, changes in rows:
        kept_out = _kept_out(type(row))
        texts = {name: [str(old), str(new)] for name, (old, new) in changes.items() if name not in kept_out}
        texts = {name: pair for name, pair in texts.items() if pair[0] != pair[1]}
        if texts or action == DELETE:
            told[type(row)].append((row, texts))
    for model, entries in told.items():
        _write(model, action, entries, pengguna, waktu)


def record_creation(
    model: type[models.Model], rows: Sequence[models.Model], pengguna: Pengguna | None, waktu: datetime.datetime
) -> None:
    """One history row per new row of `model`: what differs from a blank one. Rows it points to are not told."""
    blank = model()
    changes: list[dict[str, list[str]]] = [{} for _ in rows]
    for column in model._meta.concrete_fields:
        if column.is_relation or column.name in _kept_out(model):
            continue
        name, default = column.name, getattr(blank, column.attname)
        for told, value in zip(changes, map(attrgetter(column.attname), rows), strict=True):
            if value != default and (text := str(value)) != "None":
                told[name] = ["None", text]
    _write(model, CREATE, [entry for entry in zip(rows, changes, strict=True) if entry[1]], pengguna, waktu)


@cache
def _kept_out(model: type[models.Model]) -> frozenset[str]:
    return frozenset(auditlog.get_model_fields(model)["exclude_fields"])


def _write(
    model: type[models.Model], action: int, entries: Sequence[tuple[models.Model, dict[str, list[str]]]],
    pengguna: Pengguna | None, waktu: datetime.datetime,
) -> None:  # fmt: skip
    values = {
        "content_type_id": repeat(ContentType.objects.get_for_model(model).pk),
        "object_pk": [str(row.pk) for row, _ in entries],
        "object_repr": [str(row) for row, _ in entries],
        "action": repeat(action),
        "changes": [told for _, told in entries],
        "actor_id": repeat(pengguna.pk if pengguna else None),
        "timestamp": repeat(waktu),
    }
    insert_values(LogEntry, values, len(entries))


@dataclass(frozen=True)
class Former:
    """The value a field had before it was changed, and who changed it last."""

    nilai: Any
    oleh: str


def former_values(
    model: type[models.Model], pks: Sequence[object], since: datetime.datetime
) -> dict[tuple[str, str], Former]:
    """What changed after `since`: (pk, field) -> the value at that moment. Fields that did not change are absent."""
    found: dict[tuple[str, str], Former] = {}
    if not pks:
        return found
    entries = (
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), timestamp__gt=since, action__in=(CREATE, UPDATE),
            object_pk__in=[str(pk) for pk in pks],
        )
        .select_related("actor")
        .order_by("-id")
    )  # fmt: skip
    # Newest first, by sequence since a clock may jump back: the oldest value stays, the newest actor as well.
    for entry in entries:
        for name, (old, _) in (entry.changes or {}).items():
            oleh = found[entry.object_pk, name].oleh if (entry.object_pk, name) in found else str(entry.actor or "-")
            found[entry.object_pk, name] = Former(_value(model, name, old), oleh)
    return found


def _value(model: type[models.Model], name: str, text: str) -> Any:
    try:
        column = model._meta.get_field(name)
    except FieldDoesNotExist:
        return text
    if text == "None":
        return None
    # A foreign key is told by its key.
    return text if column.is_relation else column.to_python(text)  # type: ignore[union-attr]
