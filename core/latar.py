"""Long work in a process of its own: it outlives the request, the browser and a restart of the server."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from django.conf import settings
from django.core.management import call_command


def launch(command: str, *words: str, di_latar: bool) -> None:
    """Run a management command of ours beside this process, or at once and here when not `di_latar` (tests, scripts).

    Call it after the transaction that it works on is committed.
    """
    if not di_latar:
        call_command(command, *words)
        return
    process = subprocess.Popen(  # noqa: S603 our own command
        [sys.executable, "-m", "django", command, *words],
        cwd=settings.BASE_DIR, env={**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE},
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    threading.Thread(target=process.wait, daemon=True).start()  # no zombie is left behind
