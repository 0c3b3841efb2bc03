"""The field history of registry rows (auditlog), for writers that work on many rows at once.

A single save writes its history by itself. `bulk_create` and `bulk_update` do not: who uses them calls `record_history`
in the same transaction. Sealed values never enter it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from .models import Pengguna

CREATE, UPDATE, DELETE = LogEntry.Action.CREATE, LogEntry.Action.UPDATE, LogEntry.Action.DELETE
Changes = Mapping[str, tuple[Any, Any]]


def record_history(
    action: int, rows: Iterable[tuple[models.Model, Changes]], pengguna: Pengguna | None, waktu: datetime.datetime
) -> None:
    """One history row per row that changed: field -> (before, after). Fields the model keeps out of it are dropped."""
    entries = []
    known: dict[type[models.Model], tuple[ContentType, frozenset[str]]] = {}
    for row, changes in rows:
        if type(row) not in known:
            kept_out = frozenset(auditlog.get_model_fields(type(row))["exclude_fields"])
            known[type(row)] = ContentType.objects.get_for_model(row), kept_out
        kind, kept_out = known[type(row)]
        told = {name: [str(old), str(new)] for name, (old, new) in changes.items() if name not in kept_out}
        told = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
        if told or action == DELETE:
            entries.append(
                LogEntry(
                    content_type=kind, object_pk=str(row.pk), object_repr=str(row), action=action, changes=told,
                    actor=pengguna, timestamp=waktu,
                )
            )  # fmt: skip
    LogEntry.objects.bulk_create(entries, batch_size=500)


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
        .order_by("-timestamp", "-id")
    )  # fmt: skip
    for entry in entries:  # newest first: the oldest value stays, the newest actor as well
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
