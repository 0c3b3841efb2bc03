"""Sealed values: NIK, No KK and phone numbers, encrypted at rest and masked wherever they are printed.

`KUNCI_DATA` is a list of keys: the first one seals, all of them open. Each key is 32 bytes in URL-safe base64. A keyed
hash (HMAC-SHA256 under a key derived from the same secret) stands beside each sealed column, so that a value can be
looked up without opening any row. Rotation: put a new key in front, run `manage.py rotasi_kunci`, drop the old one.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class Sealed:
    """A secret text. Printing, logging or formatting it shows the mask; only `reveal()` gives the text."""

    __slots__ = ("_text", "_token")

    def __init__(self, text: str) -> None:
        self._text = text
        self._token: str | None = None

    def reveal(self) -> str:
        """The full text. The caller has asked for a reason and written `JejakAkses`, or is about to seal it again."""
        return self._text

    def token(self) -> str:
        """The encrypted text, made once: whoever writes thousands of rows asks for it before the transaction."""
        if self._token is None:
            self._token = seal(self._text)
        return self._token

    def __str__(self) -> str:
        return mask(self._text)

    __repr__ = __str__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> Any:
        raise TypeError("A sealed value cannot be pickled: it would leave the house in the clear.")


def mask(text: str) -> str:
    """`3374014107900001` -> `3374**********01`; a phone keeps three and two figures; anything short is all stars."""
    if len(text) == 16:
        return f"{text[:4]}{'*' * 10}{text[-2:]}"
    if len(text) >= 9:
        return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}"
    return "*" * len(text)


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "KUNCI_DATA must be 32 bytes in URL-safe base64 (see `manage.py kunci_baru`)."
        ) from error


@lru_cache(maxsize=8)
def _hash_key(key: str) -> bytes:
    return hmac.digest(key.encode(), b"sidik-nilai-tersegel", hashlib.sha256)


def seal(text: str) -> str:
    """Encrypt under the first key. "" stays ""."""
    return _ring(tuple(settings.KUNCI_DATA)).encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """Decrypt under any key. Raises `InvalidToken` when no key fits: never guess, never show the token."""
    return _ring(tuple(settings.KUNCI_DATA)).decrypt(token.encode()).decode() if token else ""


def seal_bytes(content: bytes) -> bytes:
    """Encrypt the content of a file under the first key."""
    return _ring(tuple(settings.KUNCI_DATA)).encrypt(content)


def unseal_bytes(token: bytes) -> bytes:
    """Decrypt the content of a file under any key. Raises `InvalidToken` when no key fits."""
    return _ring(tuple(settings.KUNCI_DATA)).decrypt(token)


def fingerprint(text: str) -> str:
    """Keyed hash under the first key, 64 hex figures; "" for ""."""
    return _keyed_hash(settings.KUNCI_DATA[0], text) if text else ""


def fingerprints(text: str) -> list[str]:
    """Keyed hashes under every key: what a lookup must try while a rotation is under way."""
    return [_keyed_hash(key, text) for key in settings.KUNCI_DATA]


def _keyed_hash(key: str, text: str) -> str:
    return hmac.digest(_hash_key(key), text.encode(), "sha256").hex()


class SealedField(models.TextField):
    """Text column holding an encrypted value; on the model it is a `Sealed` (falsy when empty).

    With `fingerprint_field` the keyed hash is written beside it whenever the row is saved or bulk-created.
    """

    if TYPE_CHECKING:  # what mypy's Django plugin takes the attribute on a model for
        _pyi_private_set_type: Sealed | str  # type: ignore[assignment]
        _pyi_private_get_type: Sealed  # type: ignore[assignment]

    def __init__(self, *args: Any, fingerprint_field: str | None = None, **kwargs: Any) -> None:
        self.fingerprint_field = fingerprint_field
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.fingerprint_field:
            kwargs["fingerprint_field"] = self.fingerprint_field
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed:
        return Sealed(unseal(value or ""))

    def to_python(self, value: Any) -> Sealed:
        return value if isinstance(value, Sealed) else Sealed(str(value or ""))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed:
        value = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        if self.fingerprint_field:
            setattr(model_instance, self.fingerprint_field, fingerprint(value.reveal()))
        return value

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(value).token()

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))


__all__ = [
    "InvalidToken",
    "Sealed",
    "SealedField",
    "fingerprint",
    "fingerprints",
    "mask",
    "seal",
    "seal_bytes",
    "unseal",
    "unseal_bytes",
]
