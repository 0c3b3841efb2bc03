"""Goal 13: from nothing to the first page, beside an empty Django project with the same installed apps."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from .harness import Line, compare, ms
from .world import World

ROOT = Path(__file__).resolve().parents[2]

BEGIN = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "monitoring.settings"
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
"""
OURS = f"""{BEGIN}
from monitoring.wsgi import application
"""
# The same settings and installed apps, and one page that says hello.
EMPTY = f"""{BEGIN}
settings.ROOT_URLCONF = "__main__"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("masuk/", login_not_required(lambda request: HttpResponse("halo")))]
"""
FIRST_PAGE = """
from django.test import RequestFactory
environ = RequestFactory().get("/masuk/").environ
answered = []
body = b"".join(application(environ, lambda status, headers: answered.append(status)))
assert answered == ["200 OK"], answered
"""
MEMORY = """
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS:")))
"""


def measure(world: World) -> Iterator[Line]:
    took = compare({"ours": _process(OURS + FIRST_PAGE), "empty": _process(EMPTY + FIRST_PAGE)}, rounds=5)
    yield Line(
        "13", "start to first page (sign in) / empty project with the same apps", took["ours"] / took["empty"],
        target=1.5, detail=f"{ms(took['ours'])} / {ms(took['empty'])}",
    )  # fmt: skip
    memory = int(_run(OURS + FIRST_PAGE + MEMORY)) / 1024
    yield Line("13", "memory of a worker after its first page", memory, " MB", target=80)


def _process(code: str) -> Callable[[], str]:
    return lambda: _run(code)


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env=os.environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
