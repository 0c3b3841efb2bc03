"""Goal 16: what asking a live desk every moment costs, alone and with thirty pages open on three sessions."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import Pengguna
from monitoring.desk.denyut import beat_of
from monitoring.desk.sesi import begin
from monitoring.enums import JenisSesi
from monitoring.models import SesiDesk

from .harness import Line, compare, ms
from .world import World

CLIENTS = 30
SESSIONS = 3
SECONDS = 12
PAUSE = 1.2


def measure(world: World) -> Iterator[Line]:
    verifikator = world.client("verifikator")
    sessions = _live_sessions()
    pengguna = sessions[0].verifikator
    assert pengguna is not None
    url = _poll(sessions[0], pengguna)

    def poll() -> None:
        assert verifikator.get(url, HTTP_HX_REQUEST="true").status_code == 204

    took = compare({"poll": poll, "hello": lambda: verifikator.get("/bench/halo-masuk/")}, repeat=20)
    yield Line(
        "16", "idle poll of a live desk / a hello view with session and user", took["poll"] / took["hello"],
        target=1.5, detail=f"{ms(took['poll'])} / {ms(took['hello'])}",
    )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        poll()
    yield Line("16", "queries of an idle poll", len(asked), "", target=2)
    answer = verifikator.get(url, HTTP_HX_REQUEST="true")
    size = len(answer.content) + sum(len(f"{name}: {value}\r\n") for name, value in answer.items())
    yield Line("16", "bytes of an idle poll, headers and all", size, " B", target=1024)

    # One signed-in account per page would measure the sessions table; what is shared between them is what is asked.
    cookie = verifikator.cookies["sesi"].value
    paths = [_poll(row, pengguna) for row in sessions]
    with _server() as port:
        _ask(port, paths[0], cookie, 30, 0.0)  # warm
        alone = _ask(port, paths[0], cookie, int(SECONDS / PAUSE) * 4, PAUSE / 4)
        together = _many(port, paths, cookie)
    p95 = {name: statistics.quantiles(times, n=20)[-1] for name, times in (("alone", alone), ("together", together))}
    yield Line(
        "16", f"p95 of a poll, {CLIENTS} pages on {SESSIONS} sessions / one page", p95["together"] / p95["alone"],
        target=2, detail=f"{ms(p95['together'])} / {ms(p95['alone'])}, {len(together)} polls in {SECONDS} s",
    )  # fmt: skip


def _poll(sesi: SesiDesk, pengguna: Pengguna) -> str:
    """What a page asks that knows the beat."""
    return f"{sesi.get_absolute_url()}kini/?d={beat_of(sesi.pk, sesi.jadwal.periode.slug, pengguna)}"


def _live_sessions() -> list[SesiDesk]:
    rows = SesiDesk.objects.filter(jadwal__periode__slug="desk-2022", jenis=JenisSesi.DESK).select_related(
        "jadwal__periode", "verifikator", "isian__kabupaten_kota"
    )
    sessions = [row for row in rows if row.verifikator is not None and row.verifikator.username == "verifikator"]
    for row in sessions[:SESSIONS]:
        assert row.verifikator is not None
        begin(row, row.verifikator, waktu=timezone.now())
    return [rows.get(pk=row.pk) for row in sessions[:SESSIONS]]


@contextmanager
def _server() -> Iterator[int]:
    """The site as it runs in production, on the same database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "monitoring.settings", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "gunicorn", "monitoring.wsgi:application", "--no-control-socket"]
    options = ["-k", "gthread", "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen([*command, *options], env=environment)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def _ask(port: int, path: str, cookie: str, count: int, pause: float) -> list[float]:
    """Seconds of each answer, one after the other on one connection."""
    line, times = http.client.HTTPConnection("127.0.0.1", port, timeout=30), []
    line.connect()
    line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(count):
        begun = time.perf_counter()
        line.request("GET", path, headers={"Cookie": f"sesi={cookie}", "HX-Request": "true"})
        answer = line.getresponse()
        answer.read()
        times.append(time.perf_counter() - begun)
        assert answer.status == 204, answer.status
        time.sleep(pause)
    line.close()
    return times


def _many(port: int, paths: list[str], cookie: str) -> list[float]:
    times: list[float] = []
    lock = threading.Lock()

    def page(number: int) -> None:
        time.sleep(PAUSE * number / CLIENTS)
        taken = _ask(port, paths[number % len(paths)], cookie, int(SECONDS / PAUSE), PAUSE)
        with lock:
            times.extend(taken)

    pages = [threading.Thread(target=page, args=(number,)) for number in range(CLIENTS)]
    for thread in pages:
        thread.start()
    for thread in pages:
        thread.join()
    assert len(times) == CLIENTS * int(SECONDS / PAUSE)
    return times
