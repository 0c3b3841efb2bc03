"""A form that the site could not take just then: the page that says so carries it, sealed, and sends it again.

Neither the database nor the session is asked on the way out. What comes back is what was posted, with the same form key
and the same token, so that sending it again has one effect. Files cannot travel, passwords never do.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.http import urlencode

from .sealed import InvalidToken, seal, unseal

TERTAHAN: Final = "isian_tertahan"
BERLAKU: Final = datetime.timedelta(hours=12)
MAX_CHARS: Final = 4_000_000
"""So long may what is carried be: it has to be taken back as an ordinary form."""
PASSWORDS: Final = ("password", "sandi")


@dataclass(frozen=True)
class Isian:
    """What a page about a failure carries: `tertahan` is "" when nothing could be kept of a form."""

    tertahan: str = ""
    ada_berkas: bool = False


def hold(request: HttpRequest) -> Isian:
    """What was posted, sealed for the way through the browser of whoever posted it."""
    if request.method != "POST":
        return Isian()
    try:
        posted, with_files = request.POST, bool(request.FILES)
    except (OSError, SuspiciousOperation, MultiPartParserError):  # it never arrived whole
        return Isian()
    if not posted or any(word in name.lower() for name in posted for word in PASSWORDS):
        return Isian(ada_berkas=with_files)
    text = json.dumps([_mark(request), timezone.now().timestamp(), dict(posted.lists())], ensure_ascii=False)
    tertahan = seal(text)
    return Isian(tertahan if len(tertahan) <= MAX_CHARS else "", with_files)


def is_held(request: HttpRequest) -> bool:
    """Whether the request sends a held form again."""
    return (
        request.method == "POST"
        and request.content_type == "application/x-www-form-urlencoded"
        and TERTAHAN in request.POST
    )


def release(request: HttpRequest) -> bool:
    """Put what was held into `request.POST`; False when it was not held for this session.

    Raises `SuspiciousOperation` when nothing can be read of it or it is too old.
    """
    try:
        mark, since, posted = json.loads(unseal(request.POST[TERTAHAN]))
    except (InvalidToken, ValueError):
        raise SuspiciousOperation("unreadable held form") from None
    if timezone.now().timestamp() - since > BERLAKU.total_seconds():
        raise SuspiciousOperation("held form is too old")
    request.POST = QueryDict(urlencode(posted, doseq=True))
    return bool(mark == _mark(request))


def _mark(request: HttpRequest) -> str:
    """Tells one session from another without asking for either."""
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return hashlib.sha256(cookie.encode()).hexdigest()
