"""The field history of rows in words: who changed what, from which value to which, when. Kept by auditlog.

What must never be kept is left out where a model is registered; that it changed at all is an event without values.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_date

from .display import KOSONG, angka, kosong, rupiah, tanggal
from .models import Pengguna

TERBARU = 100
"""So many lines are read: more than a row sees in its life."""

TINDAKAN = {LogEntry.Action.CREATE: "dicatat", LogEntry.Action.UPDATE: "diubah", LogEntry.Action.DELETE: "dihapus"}


@dataclass(frozen=True)
class Perubahan:
    """One line of the history. `beda`: label, value before, value after, of each field that changed."""

    judul: str
    waktu: datetime.datetime
    oleh: str
    beda: tuple[tuple[str, str, str], ...] = ()
    catatan: str = ""
    rincian: str = ""


def note(row: models.Model, peristiwa: str, pengguna: Pengguna | None, alasan: str = "") -> None:
    """Write an event into the history of `row` without any value: for fields that auditlog must not see."""
    LogEntry.objects.log_create(
        row,
        force_log=True,
        action=LogEntry.Action.UPDATE,
        changes={},
        actor=pengguna,
        additional_data={"peristiwa": peristiwa, "alasan": alasan},
    )


def events(model: type[models.Model], peristiwa: Iterable[str], sejak: datetime.datetime) -> models.QuerySet[LogEntry]:
    """The events of these names that `note` wrote about rows of `model` since `sejak`, newest first."""
    return LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model),
        timestamp__gte=sejak,
        additional_data__peristiwa__in=list(peristiwa),
    ).order_by("-id")


def history_of(*rows: models.Model) -> list[Perubahan]:
    """The newest lines about `rows`, newest first; those after the first row are called by name. Two queries, and one
    more per further model that a changed field points to.
    """
    wanted = Q(pk__in=())
    for row in rows:
        wanted |= Q(content_type=ContentType.objects.get_for_model(row), object_pk=str(row.pk))
    entries = list(LogEntry.objects.filter(wanted).select_related("actor").order_by("-id")[:TERBARU])
    subject = (ContentType.objects.get_for_model(rows[0]).pk, str(rows[0].pk))
    names = _names_of_related(entries)
    return [_line(entry, names, named=(entry.content_type_id, entry.object_pk) != subject) for entry in entries]


def lines_of(entries: list[LogEntry]) -> list[Perubahan]:
    """Lines about rows of any kind, each called by name. Of rows that hold personal data (`DATA_PRIBADI` of a model)
    only which fields changed: neither name nor values nor reasons.
    """
    names = _names_of_related([entry for entry in entries if not is_personal(_model_of(entry))])
    return [_veiled(entry) if is_personal(_model_of(entry)) else _line(entry, names, named=True) for entry in entries]


def is_personal(model: type[models.Model]) -> bool:
    """Whether rows of `model` tell about residents by name."""
    return getattr(model, "DATA_PRIBADI", False)


def _veiled(entry: LogEntry) -> Perubahan:
    said, model = entry.additional_data or {}, _model_of(entry)
    judul = said.get("peristiwa") or f"{model._meta.verbose_name} {TINDAKAN[entry.action]}"
    labels = [str(field.verbose_name) for _, field in _fields(entry, model)]
    bagian = f"Bagian: {', '.join(labels)}" if labels and entry.action == LogEntry.Action.UPDATE else ""
    return Perubahan(_capital(judul), entry.timestamp, str(entry.actor or ""), rincian=bagian)


def _line(entry: LogEntry, names: dict[tuple[type, str], str], *, named: bool) -> Perubahan:
    said = entry.additional_data or {}
    oleh = str(entry.actor) if entry.actor else ""
    if said.get("peristiwa"):
        return Perubahan(_capital(said["peristiwa"]), entry.timestamp, oleh, catatan=said.get("alasan", ""))
    model = _model_of(entry)
    what = " ".join(filter(None, [str(model._meta.verbose_name), entry.object_repr if named else ""]))
    beda = () if entry.action != LogEntry.Action.UPDATE else tuple(_changes(entry, model, names))
    return Perubahan(f"{_capital(what)} {TINDAKAN[entry.action]}", entry.timestamp, oleh, beda)


def _model_of(entry: LogEntry) -> type[models.Model]:
    model = ContentType.objects.get_for_id(entry.content_type_id).model_class()
    assert model is not None
    return model


def _changes(entry: LogEntry, model: type[models.Model], names: dict[tuple[type, str], str]) -> Any:
    for name, field in _fields(entry, model):
        before, after = (_text(field, value, names) for value in entry.changes[name])
        yield _capital(str(field.verbose_name).removesuffix(" (Rp)")), before, after


def _fields(entry: LogEntry, model: type[models.Model]) -> list[tuple[str, models.Field]]:
    """The changed columns that the model still has, in the order of the model."""
    changed = entry.changes or {}
    return [(field.name, field) for field in model._meta.concrete_fields if field.name in changed]


def _names_of_related(entries: list[LogEntry]) -> dict[tuple[type, str], str]:
    """What the rows are called that foreign keys point or pointed to: one query per model."""
    keys: dict[type[models.Model], set[str]] = defaultdict(set)
    for entry in entries:
        if entry.action != LogEntry.Action.UPDATE:
            continue  # told without its values
        for name, field in _fields(entry, _model_of(entry)):
            if isinstance(field, models.ForeignKey):
                keys[field.related_model] |= {value for value in entry.changes[name] if value != "None"}
    return {
        (model, str(row.pk)): str(row) for model, pks in keys.items() for row in model._base_manager.filter(pk__in=pks)
    }


def _text(field: models.Field, value: str, names: dict[tuple[type, str], str]) -> str:
    """A value, kept as text by auditlog, as a reader sees it."""
    if value in ("None", ""):
        return KOSONG
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.ForeignKey):
        return names.get((field.related_model, value), value)
    if isinstance(field, models.BooleanField):
        return "Ya" if value == "True" else "Tidak"
    if isinstance(field, models.DateField) and (day := parse_date(value)):
        return tanggal(day)
    if isinstance(field, models.IntegerField):
        return rupiah(int(value)) if "(Rp)" in str(field.verbose_name) else angka(int(value))
    return kosong(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
