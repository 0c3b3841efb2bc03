"""Drafts: what somebody has half typed into a form, kept on the server until it is saved or thrown away.

A draft belongs to one account and one form, named by the address of the page that shows it. It is sealed, since forms
about residents hold NIK, and it never enters the registry: only saving the form does. Nothing is ever put into the
browser's own storage (ASVS 14.3.3). A page takes part by wearing `@keeps_draft`; its scope is the scope of its draft.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.http import QueryDict
from django.utils import timezone

from .idempotency import was_performed
from .models import Konsep, Pengguna
from .sealed import InvalidToken, seal, unseal

KONSEP = "konsep"
"""Marks posted data as half typed: forms show it again without complaints and are never valid."""

BUANG = "buang_konsep"
PEMILIK = "pemilik_konsep"
"""Whose page it was: what one person typed goes through the login to nobody else."""

ALAMAT_TERPANJANG = 500
MAX_CHARS = 300_000
KONSEP_BERLAKU = datetime.timedelta(days=30)
TITIPAN_BERLAKU = datetime.timedelta(hours=12)
NOT_TYPED = ("csrfmiddlewaretoken", "kunci_formulir", KONSEP, BUANG, PEMILIK, "lanjut", "fokus")

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


class DraftTooLong(Exception):
    """More text than any form of ours can hold."""

    def __str__(self) -> str:
        return "Isian terlalu panjang untuk disimpan sebagai konsep. Tekan Simpan, atau kurangi isinya."


@dataclass(frozen=True)
class IsiKonsep:
    """A draft as a form takes it: `data` looks like a POST that carries the `KONSEP` mark and a fresh form key."""

    data: QueryDict
    disimpan: datetime.datetime


def keeps_draft(view: ViewT) -> ViewT:
    """Mark a page whose form keeps drafts: a POST after the session ended is then kept through the login."""
    view.keeps_draft = True  # type: ignore[attr-defined]
    return view


def store_draft(pengguna: Pengguna, alamat: str, data: QueryDict) -> datetime.datetime | None:
    """Keep what was typed on the page `alamat` and return when; None when the form was saved meanwhile.

    A save and an autosave may cross on the line: the key of the form that was saved refuses the draft that comes after.
    Raises `DraftTooLong`.
    """
    kunci = _key(data.get("kunci_formulir", ""))
    if kunci and was_performed(kunci):
        return None
    _write(pengguna, alamat, _typed(data))
    return timezone.now()


def _write(pengguna: Pengguna, alamat: str, typed: str) -> None:
    if len(typed) > MAX_CHARS or len(alamat) > ALAMAT_TERPANJANG:
        raise DraftTooLong
    now = timezone.now()
    Konsep.objects.update_or_create(pengguna=pengguna, bagian=alamat, defaults={"isi": typed, "disimpan": now})
    Konsep.objects.filter(pengguna=pengguna, disimpan__lt=now - KONSEP_BERLAKU).delete()


def _typed(data: QueryDict) -> str:
    return json.dumps({name: values for name, values in data.lists() if name not in NOT_TYPED}, ensure_ascii=False)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def load_draft(pengguna: Pengguna, alamat: str) -> IsiKonsep | None:
    """The draft of `pengguna` for the page `alamat` (its path with query), if there is one."""
    konsep = Konsep.objects.filter(pengguna=pengguna, bagian=alamat).first()
    return _opened(konsep) if konsep else None


def drafts_below(pengguna: Pengguna, awalan: str) -> dict[str, IsiKonsep]:
    """Every draft of `pengguna` on pages whose path begins with `awalan`, by path."""
    rows = Konsep.objects.filter(pengguna=pengguna, bagian__startswith=awalan).order_by("bagian")
    return {row.bagian: _opened(row) for row in rows}


def _opened(konsep: Konsep) -> IsiKonsep:
    data = QueryDict(mutable=True)
    for name, values in json.loads(konsep.isi.reveal()).items():
        data.setlist(name, values)
    data[KONSEP] = "1"
    data["kunci_formulir"] = str(uuid.uuid4())
    return IsiKonsep(data, konsep.disimpan)


def discard_draft(pengguna: Pengguna, alamat: str) -> None:
    """Forget the draft: saved, or not wanted any more."""
    Konsep.objects.filter(pengguna=pengguna, bagian=alamat).delete()


def also_typing(pengguna: Pengguna, alamat: Iterable[str], sejak: datetime.datetime) -> list[Konsep]:
    """Drafts of others for the same pages kept since `sejak`, newest first: who else is at work here right now."""
    rows = Konsep.objects.filter(bagian__in=alamat, disimpan__gte=sejak).exclude(pengguna=pengguna)
    return list(rows.select_related("pengguna").defer("isi").order_by("-disimpan"))


# --- through the login ---------------------------------------------------------------------------------------------


def owner_mark(pengguna: Pengguna) -> str:
    """What a form that keeps drafts carries, so that only the same account gets its text back."""
    return signing.Signer(salt=PEMILIK).sign(str(pengguna.pk))


def entrust(alamat: str, data: QueryDict) -> str:
    """What was typed into a form whose session had ended, sealed for the way through the login page."""
    typed = _typed(data)
    if len(typed) > MAX_CHARS or len(alamat) > ALAMAT_TERPANJANG:
        return ""
    try:
        pemilik = signing.Signer(salt=PEMILIK).unsign(data.get(PEMILIK, ""))
    except signing.BadSignature:
        return ""
    return seal(json.dumps([pemilik, alamat, data.get("fokus", "")[:200], timezone.now().timestamp(), typed]))


def take_back(titipan: str, pengguna: Pengguna) -> str:
    """Make a draft of what `entrust` sealed and return where to go on: the page and the field.

    "" when it is unreadable, too old, or was typed by somebody else.
    """
    try:
        pemilik, alamat, fokus, sejak, typed = json.loads(unseal(titipan))
    except (InvalidToken, ValueError):
        return ""
    if pemilik != str(pengguna.pk) or timezone.now().timestamp() - sejak > TITIPAN_BERLAKU.total_seconds():
        return ""
    _write(pengguna, alamat, typed)
    return f"{alamat}#{fokus}" if fokus else str(alamat)
