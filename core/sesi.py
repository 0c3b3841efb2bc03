"""Sessions: kept in a table that says whose they are, ended after a while without use and after a day's work at most.

The row of a session is read at every request in any case; that somebody is still there is noted in it at most once a
minute. A page that only asks whether there is news does not count as somebody being there, but for two of the desk,
where people look on together for hours: the page of a session (it says every moment that it is open) and the board.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as TableStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, connection, models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from .models import Pengguna, Sesi
from .proxy import client_address

DICATAT_TIAP: Final = datetime.timedelta(minutes=1)

ViewT = TypeVar("ViewT", bound=Callable[..., Any])

_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def polled(view: ViewT) -> ViewT:
    """Mark a page that open pages ask by themselves: asked so, it does not count as somebody being there."""
    view.polled = True  # type: ignore[attr-defined]
    return view


class SessionStore(TableStore):
    """The session engine. A session counts from signing in, and ends when nobody was there for a while."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Sesi | None = None
        self.alamat = self.peramban = ""
        self.unattended = False

    @classmethod
    def get_model_class(cls) -> type[Sesi]:
        return Sesi

    @classmethod
    def clear_expired(cls) -> None:
        """What `manage.py clearsessions` does: also those that were left alone for too long."""
        now = timezone.now()
        over = models.Q(expire_date__lt=now) | models.Q(terakhir__lt=now - _idle_limit())
        Sesi.objects.filter(over).delete()

    def _get_session_from_db(self) -> Sesi | None:
        row: Sesi | None = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None and row.terakhir <= timezone.now() - _idle_limit():
            self._session_key = None
            row = None
        self.row = row
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Sesi:
        now = timezone.now()
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]
        same = self.row if self.row is not None and self.row.session_key == key else None
        begun = same.mulai if same else now
        self.row = Sesi(
            session_key=key,
            session_data=self.encode(data),
            expire_date=begun + datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE),
            nomor=same.nomor if same else uuid.uuid4(),
            pengguna_id=data.get(SESSION_KEY),
            mulai=begun,
            terakhir=now,
            alamat=self.alamat,
            peramban=self.peramban,
        )
        return self.row

    def note_presence(self) -> None:
        """Say that somebody was there, unless that was said in the last minute. Never waits and never fails."""
        now = timezone.now()
        if self.row is None or self.unattended or now - self.row.terakhir < DICATAT_TIAP:
            return
        try:
            with _without_waiting():
                Sesi.objects.filter(pk=self.row.pk).update(terakhir=now, alamat=self.alamat)
        except DatabaseError:
            return  # somebody writes a lot just now: the next page says it
        self.row.terakhir = now


def _idle_limit() -> datetime.timedelta:
    return datetime.timedelta(minutes=settings.SESI_DIAM_MENIT)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """SQLite has one writer at a time: a page that only reads must not queue behind an import."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("PRAGMA busy_timeout = 10000")  # as `timeout` of the settings says, in milliseconds


class SesiMiddleware(SessionMiddleware):
    """Django's, which also knows from where somebody comes and notes that the person is still there."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        session = _ours(request)
        session.alamat = short_address(client_address(request))
        session.peramban = browser_in_words(request.headers.get("User-Agent", ""))

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> None:
        _ours(request).unattended = getattr(view_func, "polled", False) and "HX-Request" in request.headers

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        if response.status_code < 500:
            _ours(request).note_presence()
        return response


def _ours(request: HttpRequest) -> SessionStore:
    assert isinstance(request.session, SessionStore)
    return request.session


def sessions_of(pengguna: Pengguna) -> models.QuerySet[Sesi]:
    """The open sessions of an account, latest used first."""
    now = timezone.now()
    return Sesi.objects.filter(pengguna=pengguna, expire_date__gt=now, terakhir__gt=now - _idle_limit())


def end_sessions(pengguna: Pengguna, *, but: str | None = None, nomor: uuid.UUID | None = None) -> int:
    """Sign `pengguna` out everywhere, at the next request, and return how many sessions that were.

    With `but` (a session key) everywhere else; with `nomor` in that one session only.
    """
    rows = Sesi.objects.filter(pengguna=pengguna).exclude(pk=but or "")
    if nomor is not None:
        rows = rows.filter(nomor=nomor)
    return rows.delete()[0]


def short_address(address: str) -> str:
    """Enough to know one's own network by: `10.20.30.x`, `2001:db8:1::x`; "" for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return f"{str(parsed).rpartition('.')[0]}.x"
    return f"{':'.join(part.lstrip('0') or '0' for part in parsed.exploded.split(':')[:3])}::x"


def browser_in_words(agent: str) -> str:
    """`Chrome di Windows`, from what the browser says about itself."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "Peramban lain" if agent else "")
    system = next((name for mark, name in _SYSTEMS if re.search(rf"\b{mark}", agent)), "")
    return f"{browser} di {system}" if system else browser
