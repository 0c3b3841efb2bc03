"""All trails as one list: field history, moves and access, newest first, as lines that whoever keeps the logs may read.

Residents appear by their number only: neither names nor values nor free text about them is taken out of a trail that
may hold them. Reasons given for opening personal data are shown: that is what they were asked for.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Final

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from .enums import MacamJejak, TindakanAkses
from .history import is_personal, lines_of
from .models import JejakAkses
from .models.trail import JEJAK, Jejak
from .paging import MergedPage, Source, merged_page, merged_rows

OBJEK_JEJAK: Final = "jejak"
"""What the access trail calls an export of the trails themselves."""
EKSPOR_MAKS: Final = 50_000
ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True)
class BarisJejak:
    """One line. `jenis` and `kunci` find everything about the same object; "" where there is no single one."""

    waktu: datetime.datetime
    macam: str
    oleh: str
    akun: str
    judul: str
    objek: str
    jenis: str = ""
    kunci: str = ""
    beda: tuple[tuple[str, str, str], ...] = ()
    rincian: str = ""
    alasan: str = ""
    jumlah: int | None = None

    @property
    def berincian(self) -> bool:
        """Whether there is more to tell than what happened to what."""
        return bool(self.beda or self.rincian or self.alasan or (self.jumlah or 0) > 1)

    @property
    def perubahan(self) -> str:
        """What changed, in one text."""
        return "; ".join([self.rincian] * bool(self.rincian) + [f"{a}: {b} → {c}" for a, b, c in self.beda])


# --- What can be searched ---------------------------------------------------------------------------------------------


@cache
def subjects() -> dict[str, type[models.Model]]:
    """Kinds of objects that a trail tells about: `core.pengguna` -> the model, by the order of their names."""
    told = {*auditlog.get_models(), *filter(None, map(_subject_model, JEJAK.values()))}
    return {model._meta.label_lower: model for model in sorted(told, key=_name)}


def _name(model: type[models.Model]) -> str:
    return str(model._meta.verbose_name)


def _subject_model(trail: Jejak) -> type[models.Model] | None:
    if not trail.subjek:
        return None
    related = trail.model._meta.get_field(trail.subjek).related_model
    assert isinstance(related, type)
    return related


def fields_called(text: str) -> list[str]:
    """Names of the columns that are called so, on the screen or in the code, of whatever keeps a field history."""
    wanted = text.casefold()
    return sorted(
        {
            field.name
            for model in auditlog.get_models()
            for field in model._meta.concrete_fields
            if wanted in str(field.verbose_name).casefold() or wanted == field.name
        }
    )


def find(wanted: Mapping[str, Any]) -> list[tuple[Jejak, QuerySet[Any]]]:
    """The trails that `wanted` leaves, each narrowed: `macam` (a kind, or an action of the access trail), `pengguna`,
    `jenis` and `objek`, `kolom`, `dari`, `sampai`.

    Siapa melihat data ini: `macam=akses` with the object. Data siapa dilihat akun X antara A dan B: `macam=akses` with
    account and days. One query each.
    """
    macam = wanted.get("macam", "")
    action = macam if macam in TindakanAkses.values else ""
    kinds = {MacamJejak.AKSES} if action else {macam} if macam else set(MacamJejak.values)
    found = []
    for trail in JEJAK.values():
        if trail.macam in kinds:
            rows = trail.model._default_manager.select_related(trail.pelaku, *trail.terkait)
            rows = rows.filter(tindakan=action) if action else rows
            found.append((trail, _between(trail, _about(trail, rows, wanted), wanted)))
    return found


def _between(trail: Jejak, rows: QuerySet[Any], wanted: Mapping[str, Any]) -> QuerySet[Any]:
    if "pengguna" in wanted:
        rows = rows.filter(**{trail.pelaku: wanted["pengguna"]})
    if "dari" in wanted:
        rows = rows.filter(**{f"{trail.waktu}__gte": _midnight(wanted["dari"])})
    if "sampai" in wanted:
        rows = rows.filter(**{f"{trail.waktu}__lt": _midnight(wanted["sampai"] + datetime.timedelta(days=1))})
    return rows


def _midnight(tanggal: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(tanggal, datetime.time.min))


def _about(trail: Jejak, rows: QuerySet[Any], wanted: Mapping[str, Any]) -> QuerySet[Any]:
    model = subjects().get(wanted.get("jenis", ""))
    objek, kolom = wanted.get("objek", ""), wanted.get("kolom", "")
    if trail.model is JejakAkses:
        wish = Q(objek=model._meta.model_name) if model else Q()
        wish &= Q(objek_id=objek) if objek else Q()
        return rows.filter(wish & (Q(kolom__icontains=kolom) if kolom else Q()))
    if trail.model is LogEntry:
        wish = Q(content_type=ContentType.objects.get_for_model(model)) if model else Q()
        wish &= Q(object_pk=objek) if objek else Q()
        if not kolom:
            return rows.filter(wish)
        names = fields_called(kolom)
        return rows.filter(wish, changes__has_any_keys=names) if names else rows.none()
    if kolom or (model and _subject_model(trail) is not model):
        return rows.none()
    return _with_subject(trail, rows, objek) if objek else rows


def _with_subject(trail: Jejak, rows: QuerySet[Any], objek: str) -> QuerySet[Any]:
    try:
        return rows.filter(**{trail.subjek: objek})
    except (ValueError, ValidationError):
        return rows.none()


# --- As lines ---------------------------------------------------------------------------------------------------------


def page_of(wanted: Mapping[str, Any], per_page: int, address: str) -> tuple[list[BarisJejak], MergedPage]:
    """The lines of a page, and where its neighbours are."""
    found = find(wanted)
    page = merged_page(_sources(found), per_page, address)
    return _lines(found, page.rows), page


def export_of(wanted: Mapping[str, Any]) -> tuple[int, Iterator[BarisJejak]]:
    """How many lines there are, and the newest `EKSPOR_MAKS` of them as they are read."""
    found = find(wanted)
    rows = merged_rows(_sources(found), EKSPOR_MAKS)
    parts = iter(lambda: list(islice(rows, ROWS_AT_ONCE)), [])
    lines = (line for part in parts for line in _lines(found, part))
    return sum(rows.order_by().count() for _, rows in found), lines


def _sources(found: list[tuple[Jejak, QuerySet[Any]]]) -> list[Source]:
    return [(rows, trail.waktu) for trail, rows in found]


def _lines(found: list[tuple[Jejak, QuerySet[Any]]], rows: Iterable[tuple[int, Any]]) -> list[BarisJejak]:
    told = [(found[number][0], row) for number, row in rows]
    entries = [row for trail, row in told if trail.model is LogEntry]
    changes = iter(list(zip(entries, lines_of(entries), strict=True)))
    return [_change(*next(changes)) if trail.model is LogEntry else _other(trail, row) for trail, row in told]


def _change(entry: LogEntry, line: Any) -> BarisJejak:
    model = entry.content_type.model_class()
    assert model is not None
    code = model._meta.label_lower
    return BarisJejak(
        entry.timestamp, MacamJejak.PERUBAHAN.label, line.oleh, entry.actor.username if entry.actor else "",
        line.judul, f"{_name(model)} {entry.object_pk}" if is_personal(model) else entry.object_repr,
        code if code in subjects() else "", entry.object_pk, line.beda, line.rincian, line.catatan,
    )  # fmt: skip


def _other(trail: Jejak, row: Any) -> BarisJejak:
    return _access(row) if isinstance(row, JejakAkses) else _move(trail, row)


def _access(row: JejakAkses) -> BarisJejak:
    jenis = next((code for code, model in subjects().items() if model._meta.model_name == row.objek), "")
    return BarisJejak(
        row.waktu, MacamJejak.AKSES.label, row.pengguna.nama, row.pengguna.username, row.get_tindakan_display(),
        f"{row.objek} {row.objek_id}".strip(), jenis if row.objek_id else "", row.objek_id, rincian=row.kolom,
        alasan=row.alasan, jumlah=row.jumlah,
    )  # fmt: skip


def _move(trail: Jejak, row: Any) -> BarisJejak:
    who, subject = getattr(row, trail.pelaku), getattr(row, trail.subjek)
    name = _name(type(subject))
    hidden = trail.pribadi or is_personal(type(subject))
    return BarisJejak(
        getattr(row, trail.waktu), MacamJejak.GERAK.label, who.nama if who else "", who.username if who else "",
        str(row), f"{name} {subject.pk}" if hidden else f"{name} {subject}", type(subject)._meta.label_lower,
        str(subject.pk), rincian="" if hidden else getattr(row, "rincian", ""),
        alasan="" if hidden else getattr(row, "alasan", getattr(row, "keterangan", "")),
    )  # fmt: skip
