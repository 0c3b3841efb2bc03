"""Signing in: which accounts may, and what is asked of them before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import BaseBackend
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from .dua_faktor import is_shared, must_have_factor
from .models import Pengguna

EXAMPLE_PASSWORD = "contoh-desk-2021"  # noqa: S105 - published on purpose: it opens example accounts only
BACKEND = "core.signin.PenggunaBackend"
TIKET_BERLAKU = 10 * 60

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


class PenggunaBackend(BaseBackend):
    """Username and password. Example accounts share a published one: they enter only where examples may live."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Pengguna | None:
        username, password = credentials.get("username"), credentials.get("password")
        if not username or not password:
            return None
        pengguna = Pengguna.objects.filter(username=username).first()
        if pengguna is None:
            Pengguna().set_password(password)  # the same work as a real check, so that names cannot be told by time
            return None
        return pengguna if pengguna.check_password(password) and may_sign_in(pengguna) else None

    def get_user(self, user_id: int) -> Pengguna | None:
        """Asked at every request: a suspended account is out at once."""
        pengguna = Pengguna.objects.select_related("kabupaten_kota").filter(pk=user_id).first()
        return pengguna if pengguna is not None and may_sign_in(pengguna) else None


def account_of_session(request: HttpRequest, fetch: Callable[[int], Pengguna | None]) -> Pengguna | None:
    """The account signed in, read by `fetch` (which may bring more columns): one query for the session, one for it.

    For pages asked every other second; the checks are those that `request.user` and `SignInMiddleware` make.
    """
    try:
        pk = int(request.session[SESSION_KEY])
        known = request.session[BACKEND_SESSION_KEY] in settings.AUTHENTICATION_BACKENDS
    except (KeyError, ValueError):
        return None
    pengguna = fetch(pk) if known else None
    if pengguna is None or not may_sign_in(pengguna) or duty_of(pengguna):
        return None
    mark = request.session.get(HASH_SESSION_KEY, "")
    return pengguna if constant_time_compare(mark, pengguna.get_session_auth_hash()) else None


def is_open(pengguna: Pengguna) -> bool:
    """Active, and no example account outside the example."""
    return pengguna.is_active and (settings.ALLOW_EXAMPLE or not pengguna.contoh)


def may_sign_in(pengguna: Pengguna) -> bool:
    """An open account whose password, should it be a first one, is not too old."""
    sampai = pengguna.sandi_awal_sampai
    return is_open(pengguna) and (sampai is None or sampai > timezone.now())


# --- before anything else ---------------------------------------------------------------------------------------------


def duty_of(pengguna: Pengguna) -> str:
    """The page that has to be done before any other opens: a password of one's own, a second factor; "" when free."""
    if is_shared(pengguna):
        return ""
    if pengguna.sandi_awal_sampai is not None:
        return "core:akun_sandi"
    if pengguna.dua_faktor_sejak is None and must_have_factor(pengguna):
        return "core:akun_dua_faktor"
    return ""


def open_before_duty(view: ViewT) -> ViewT:
    """Mark a page that opens although something is to be done first."""
    view.open_before_duty = True  # type: ignore[attr-defined]
    return view


# --- between the password and the second factor -----------------------------------------------------------------------


def ticket_for(pengguna: Pengguna) -> str:
    """Says that the password was right. No session begins before the second factor is."""
    return signing.dumps([pengguna.pk, pengguna.get_session_auth_hash()], salt="langkah-kedua")


def account_of_ticket(tiket: str) -> Pengguna | None:
    """Who typed the right password within the last ten minutes; a change of the password ends it."""
    try:
        pk, mark = signing.loads(tiket, salt="langkah-kedua", max_age=TIKET_BERLAKU)
    except signing.BadSignature:
        return None
    pengguna = Pengguna.objects.filter(pk=pk).first()
    if pengguna is None or not may_sign_in(pengguna) or pengguna.dua_faktor_sejak is None:
        return None
    return pengguna if constant_time_compare(mark, pengguna.get_session_auth_hash()) else None


def refuse_example() -> None:
    """Stop a production start while example accounts are loaded. A database that cannot be asked stops nothing."""
    try:
        loaded = Pengguna.objects.filter(contoh=True).exists()
    except DatabaseError:
        return
    finally:
        connection.close()
    if loaded:
        raise ImproperlyConfigured("The example is loaded: production needs a database of its own, without it.")
