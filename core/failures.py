"""What a user sees when a request fails by accident, and what a report about it tells.

`server_error` is set as `handler500`: a middleware never meets the exception. It asks no session and no user, and the
database only when that lacked a table or a column.
"""

from __future__ import annotations

import errno
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.template import loader
from django.views.debug import SafeExceptionReporterFilter

from .skema import is_of_another_release
from .tertahan import Isian, hold

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30
PART, MAX_PARTS = 64 * 1024, 400


class NoValues(SafeExceptionReporterFilter):
    """A report of an error tells where it happened, never with what: variables and forms hold what people typed."""

    def get_post_parameters(self, request: Any) -> Any:
        posted = super().get_post_parameters(request)
        return dict.fromkeys(posted, self.cleansed_substitute) if self.is_active(request) else posted

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        return [] if self.is_active(request) else super().get_traceback_frame_variables(request, tb_frame)


# --- what may heal by itself ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gangguan:
    """A trouble of the machine, not of the request: the same request may succeed in a minute."""

    nama: str
    status: int
    judul: str
    saran: str
    kata: str
    """What a script shows beside a form."""


SIBUK = Gangguan(
    "database", 503, "Sistem sedang sibuk atau dirawat", "Biasanya ini pulih dengan sendirinya.", "sistem sedang sibuk"
)
PENUH = Gangguan(
    "disk full", 507, "Penyimpanan server penuh",
    "Beri tahu admin Dinas PERAKIM Provinsi Jawa Tengah bahwa ruang penyimpanan server habis.",
    "penyimpanan server penuh",
)  # fmt: skip
BERKAS = Gangguan(
    "storage", 503, "Penyimpanan berkas belum dapat dipakai",
    "Bila terulang, beri tahu admin Dinas PERAKIM Provinsi Jawa Tengah bahwa folder berkas tidak dapat ditulisi.",
    "penyimpanan berkas belum dapat dipakai",
)  # fmt: skip

FULL = (errno.ENOSPC, errno.EDQUOT)
READ_ONLY_SQLSTATE = "25006"  # the server we reach takes no writes, as after a switch to the spare one
UNDEFINED_SQLSTATES = ("42P01", "42703")  # no such table, no such column


def trouble_of(error: BaseException | None) -> Gangguan | None:
    """The trouble behind an exception; None when it is a mistake of ours."""
    if isinstance(error, UnreadablePostError):
        return None
    if isinstance(error, OSError):
        return _storage(error)
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    # A rollback or a second query that fails as well hides the first failure: the chain still has it.
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in FULL:
            return PENUH
        if _is_away(each):
            text = str(each).lower()
            return PENUH if "disk is full" in text or "no space left on device" in text else SIBUK
    return None


def leaves_commit_open(error: BaseException) -> bool:
    """Whether nobody knows if the transaction was committed: a file that it names must then be kept."""
    return isinstance(error, DatabaseError | InterfaceError) and trouble_of(error) is not None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        yield each
        seen.add(id(each))
        each = each.__cause__ or each.__context__


def _is_away(error: BaseException) -> bool:
    if isinstance(error, OperationalError | InterfaceError):
        # SQLite tells of SQL that it does not understand by the same class: that heals by no waiting.
        return getattr(error.__cause__, "sqlite_errorname", "") != "SQLITE_ERROR"
    # psycopg2 tells of a server that went away in the middle of an answer by its plainest error, without a code.
    code = getattr(error.__cause__, "pgcode", "") if isinstance(error, DatabaseError) else ""
    if code in UNDEFINED_SQLSTATES:
        return _is_being_updated()
    return code == READ_ONLY_SQLSTATE or (code is None and type(error) is DatabaseError)


def _is_being_updated() -> bool:
    """Whether the tables are no longer, or not yet, those of this code; otherwise it is our mistake that one lacks."""
    with suppress(DatabaseError):  # a transaction that is broken answers nothing
        return is_of_another_release()
    return False


def _storage(error: OSError) -> Gangguan | None:
    """A folder of ours that is full, read-only or gone. Any other file that is missing is a mistake of ours."""
    if error.errno in FULL:
        return PENUH
    if error.errno in (errno.EROFS, errno.EIO, errno.ESTALE):
        return BERKAS
    # Without a usable folder for uploads Python names none.
    ours = (str(settings.MEDIA_ROOT), tempfile.gettempdir() if tempfile.tempdir else "/tmp")  # noqa: S108  # nosec B108
    if error.filename is None:
        return BERKAS if error.errno == errno.ENOENT else None
    return BERKAS if str(error.filename).startswith(ours) else None


# --- the answer -------------------------------------------------------------------------------------------------------


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503, 507 with `Retry-After` and the posted form when the same request may succeed in a minute."""
    error = sys.exc_info()[1]
    if isinstance(error, UnreadablePostError):  # whoever sent it is gone: nobody reads the answer
        return _logged(HttpResponse(status=400))
    gangguan = trouble_of(error)
    if gangguan is None:
        return HttpResponse(loader.get_template("500.html").render(), status=500)
    # One line, without the message: it may tell what was being stored.
    place = request.path.encode("unicode_escape").decode("ascii")
    log.error("%s: %s %s (%s)", gangguan.nama, request.method, place, type(error).__name__)
    response = _logged(_answer(request, gangguan))
    _take_in(request)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _take_in(request: HttpRequest) -> None:
    """Read what is still arriving: a browser that is cut off while it sends never shows the answer."""
    with suppress(OSError):
        for _ in range(MAX_PARTS):
            if not request.read(PART):
                return


def _logged(response: HttpResponse) -> HttpResponse:
    response._has_been_logged = True  # type: ignore[attr-defined] # Django would add the traceback with its messages
    return response


def _answer(request: HttpRequest, gangguan: Gangguan) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "konsep":
        return JsonResponse({"pesan": gangguan.kata}, status=gangguan.status)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(gangguan.kata, content_type="text/plain; charset=utf-8", status=gangguan.status)
    posted = request.method == "POST"
    context = {
        "gangguan": gangguan,
        "dikirim": posted,
        "isian": hold(request) if posted else Isian(),
        "alamat": request.get_full_path(),
    }
    return HttpResponse(loader.get_template("503.html").render(context), status=gangguan.status)
