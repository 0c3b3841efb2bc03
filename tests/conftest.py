"""Ground rules of every test: no network, a real browser, PostgreSQL where it counts. Who plays: `tests/cast.py`."""

import ipaddress
import os
import shutil
import socket

import hypothesis
import pytest
from django.db import connection

pytest_plugins = ["tests.cast"]

# Playwright keeps an event loop running in the main thread; Django would refuse every query beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The same examples at every run; `pytest --hypothesis-profile=luas` looks for new ones, many more.
hypothesis.settings.register_profile("tetap", derandomize=True, deadline=None)
hypothesis.settings.register_profile("luas", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("tetap")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_FIXTURES = {"page", "context", "new_context", "browser"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Whoever uses a browser is a browser test; whoever needs PostgreSQL is skipped, visibly, on SQLite."""
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
        if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: .ci/with-postgres .venv/bin/python -m pytest"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """On SQLite Django empties tables between tests by DELETE, which the trails refuse there."""
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS core_jejakakses_hapus")
            cursor.execute("DROP TRIGGER IF EXISTS core_logentry_hapus")
    yield
    if connection.vendor == "postgresql":
        # On a busy machine the last request of a page that is gone, or the server's own housekeeping, may still be
        # at it: the database could not be dropped then.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


# --- Network ----------------------------------------------------------------------------------------------------------


def is_loopback(host):
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def loopback_only():
    """Nothing the site does may reach beyond this machine, name look-ups included."""
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    def guarded_getaddrinfo(host, *args, **kwargs):
        if not is_loopback(host):
            raise AssertionError(f"a test tried to look up {host}")
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


# --- Browser ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's Chromium where there is one (else the one Playwright installed), deaf to every other host."""
    arguments = [
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    installed = filter(None, map(shutil.which, BROWSERS))
    return {**browser_type_launch_args, "executable_path": next(installed, None), "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """An office machine in Semarang."""
    return {
        **browser_context_args,
        "locale": "id-ID",
        "timezone_id": "Asia/Jakarta",
        "viewport": {"width": 1280, "height": 800},
    }


@pytest.fixture
def new_context(new_context):
    """Contexts that note what no page may do: break the security policy, raise in a script, ask another host.

    The test fails at its end when one of its pages did.
    """
    faults = []

    def watch(**kwargs):
        context = new_context(**kwargs)
        context.on("console", note_console)
        context.on("weberror", lambda error: faults.append(f"script error: {error.error}"))
        context.on("request", note_request)
        return context

    def note_console(message):
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    def note_request(request):
        if not request.url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:")):
            faults.append(f"asked another host: {request.url}")

    yield watch
    assert faults == []
