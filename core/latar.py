"""Work in a process of its own, which may be killed at any moment.

Whoever works holds a file (`core.files.held`): the hold ends with the process, so a page can tell work under way from
work that was cut off, at once and on any database. What was cut off is taken up again when the server starts, or by
whoever looks at its page.
"""

from __future__ import annotations

import datetime
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from core.files import held

log = logging.getLogger(__name__)

ATTEMPTS: Final = 3
"""How often work that comes to nothing is taken up again before somebody has to ask for it."""
STARTING: Final = datetime.timedelta(seconds=15)
"""How long a process may take to begin before its work counts as cut off."""


def launch(command: str, work: Callable[[str], object], *words: str) -> None:
    """Have our own management `command` do its work on `words` in a process of its own, or `work` each here and now.

    The latter where the settings say so: a test sees what it has not committed.
    """
    if not settings.KERJA_DI_LATAR:
        for word in words:
            work(word)
        return
    process = subprocess.Popen(  # noqa: S603 our own command
        [sys.executable, "-m", "django", command, *words],
        cwd=settings.BASE_DIR, env={**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    threading.Thread(target=process.wait, daemon=True).start()  # no zombie is left behind


def at_start(*resume: Callable[[], None]) -> None:
    """Have what an earlier server left unfinished taken up. A database without tables yet has nothing unfinished."""
    try:
        for each in resume:
            each()
    except DatabaseError:
        log.warning("nothing is taken up: the database is not ready")
    finally:
        connection.close()  # a server that forks must not share it


def work_alone(place: str, work: Callable[[], object]) -> bool:
    """Do `work` while holding the file; False when somebody else is at it. Raises FileNotFoundError."""
    for _ in range(20):
        with held(place) as mine:
            if mine:
                work()
                return True
        time.sleep(0.1)  # a page that only looks holds it for a moment
    return False


def is_cut_off(place: str, since: datetime.datetime | None) -> bool:
    """Whether nobody is doing the work that was asked for at `since`: its process was killed, or never came up."""
    if since is not None and timezone.now() - since < STARTING:
        return False
    try:
        with held(place) as free:
            return free
    except FileNotFoundError:
        return True
