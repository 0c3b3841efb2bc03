"""Failed tries to get in. The settings say how many one account has at one address; here is what counts beyond that."""

from __future__ import annotations

import datetime
from typing import Any, Final

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

from .history import events, note
from .models import Pengguna

PER_ALAMAT: Final = 60
"""So many failures from one address, over all accounts, close it. Whoever gets in takes the own ones away, so that an
office with many people behind one address stays far below. A closed address still lets through who is signed in, for
the own password, and an account that was helped: the limit of the account at this address holds for both."""
PER_AKUN: Final = 24
"""So many at one account, over all addresses, are told about: three addresses that tried until they were locked. The
account stays open: else anybody could lock anybody out."""
DICOBA_BANYAK: Final = "Banyak percobaan masuk yang gagal, dari beberapa alamat"
DIBERI_TAHU_TIAP: Final = datetime.timedelta(days=1)
AWAL_DIBERIKAN: Final = "Kata sandi awal diberikan"
KODE_DIBERIKAN: Final = "Kode untuk mengganti kata sandi diberikan"
KODE_DIPAKAI: Final = "Kode dipakai untuk mengganti kata sandi"
DIBANTU: Final = (AWAL_DIBERIKAN, KODE_DIBERIKAN, KODE_DIPAKAI)
"""The events of the history by which somebody is let in again."""
DIBANTU_SELAMA: Final = datetime.timedelta(minutes=30)


class Penghitung(AxesDatabaseHandler):
    """The counting of axes, which also sees many accounts from one address and one account from many addresses."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        return is_closed(request) and not _comes_through(request, (credentials or {}).get("username"))

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        super().user_login_failed(sender, credentials, request, **kwargs)
        username = credentials.get("username")
        if request is not None and username and _failures(request, username=username) >= PER_AKUN:
            _tell_of(username)


def is_closed(request: HttpRequest) -> bool:
    """Whether so many tries failed at the address of `request`, over all accounts, that it is closed."""
    return _failures(request, ip_address=request.axes_ip_address) >= PER_ALAMAT  # type: ignore[attr-defined]


def _comes_through(request: HttpRequest, username: str | None) -> bool:
    """Whether a closed address lets this account try: it is signed in here, or was helped just now."""
    akun = Pengguna.objects.filter(username=username).first() if username else None
    if akun is None:
        return False
    helped = events(Pengguna, DIBANTU, timezone.now() - DIBANTU_SELAMA).filter(object_pk=str(akun.pk))
    return akun == request.user or helped.exists()


def _failures(request: HttpRequest, **which: Any) -> int:
    rows = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request), **which)
    return rows.aggregate(jumlah=Sum("failures_since_start"))["jumlah"] or 0


def _tell_of(username: str) -> None:
    """In the history of the account, at most once a day."""
    akun = Pengguna.objects.filter(username=username).first()
    since = timezone.now() - DIBERI_TAHU_TIAP
    if akun is not None and not events(Pengguna, [DICOBA_BANYAK], since).filter(object_pk=str(akun.pk)).exists():
        note(akun, DICOBA_BANYAK, None)


def forget_tries(akun: Pengguna) -> None:
    """Let the owner in at once: who was given a code or a new password had often locked himself out before."""
    reset(username=akun.username)
