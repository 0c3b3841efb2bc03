"""One submit, one effect: a form carries a key, the key is claimed inside the transaction that does the work."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction

from .models import KunciFormulir, Pengguna


def new_key() -> uuid.UUID:
    """A fresh key for a form that is about to be shown."""
    return uuid.uuid4()


def perform_once(kunci: uuid.UUID | str, pengguna: Pengguna, action: Callable[[], str]) -> str:
    """Run `action` in one transaction under `kunci` and return the URL it leads to.

    A second submit of the same key (double click, reload, network retry, two windows) waits for the first one to
    commit and
    returns its URL without running anything. When `action` raises, key and effect are both rolled back, so the
    same form can
    be sent again. A malformed key or another user's key raises `SuspiciousOperation` (400).
    """
    try:
        key = uuid.UUID(str(kunci))
    except ValueError:
        raise SuspiciousOperation("malformed form key") from None
    with transaction.atomic():
        try:
            with transaction.atomic():
                KunciFormulir.objects.create(kunci=key, pengguna=pengguna)
        except IntegrityError:
            first = KunciFormulir.objects.get(kunci=key)
            if first.pengguna_id != pengguna.pk:
                raise SuspiciousOperation("form key of another user") from None
            return first.tujuan
        tujuan = action()
        KunciFormulir.objects.filter(kunci=key).update(tujuan=tujuan)
        return tujuan


def was_performed(kunci: uuid.UUID) -> bool:
    """Whether a form with this key has been carried out already."""
    return KunciFormulir.objects.filter(kunci=kunci).exists()
