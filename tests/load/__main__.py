"""`make load`: 200 people on the last day of a period, on a real server over PostgreSQL. Prints figures and a verdict.

`LOAD_MINUTES` (10), `LOAD_ROWS` (100000 residents).
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

from .people import Browser, Diary, work
from .world import RESIDENTS, Person, build

ROOT = Path(__file__).resolve().parents[2]
MINUTES = float(os.environ.get("LOAD_MINUTES", "10"))
STORM = 60.0  # seconds in which everybody signs in
PAPERS_EVERY = 30.0  # seconds between two papers of the head of office
P95, P99, PAPER = 1.5, 3.0, 5.0  # seconds


def main() -> int:
    assert os.environ.get("DATABASE_URL", "").startswith("postgres"), "run it by `make load`: it needs PostgreSQL"
    with tempfile.TemporaryDirectory(prefix="monitoring-load-") as scratch:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "monitoring.settings", "MEDIA_ROOT": f"{scratch}/media", "DEBUG": "0"}
        import django

        django.setup()
        print(f"Loading the registry of 2021 and {RESIDENTS} residents ...", flush=True)
        os.environ["KERJA_DI_LATAR"] = "0"
        people = build()
        port = _free_port()
        with open(f"{scratch}/log", "w") as log:
            server = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "gunicorn", "monitoring.wsgi:application", "--bind",
                 f"127.0.0.1:{port}", "--log-level", "warning", "--worker-class", "gthread", "--workers", "2",
                 "--threads", "4", "--no-control-socket"],
                cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                _until_up(port)
                return _measure(people, port)
            finally:
                server.terminate()
                server.wait(30)
                sys.stdout.write("".join(f"server: {line}\n" for line in Path(log.name).read_text().splitlines()[:20]))


def _measure(people: list[Person], port: int) -> int:
    from core.signin import EXAMPLE_PASSWORD

    stop, storm = threading.Event(), Diary()
    browsers = {person.username: Browser(port, storm) for person in people}
    pause = STORM / len(people)
    print(f"{len(people)} people sign in within {STORM:.0f} s ...", flush=True)
    entering = []
    for person in people:
        entering.append(
            threading.Thread(target=browsers[person.username].sign_in, args=(person.username, EXAMPLE_PASSWORD))
        )
        entering[-1].start()
        stop.wait(pause)
    for thread in entering:
        thread.join()
    _table(storm)
    wrong = sum(status not in (200, 302) for _, status, _ in storm.lines)

    print(f"They work for {MINUTES:g} minutes, think time 3-8 s ...", flush=True)
    daily, papers = Diary(), Diary()
    until = time.monotonic() + MINUTES * 60
    threads = []
    for person in people:
        browsers[person.username].diary = daily
        threads.append(threading.Thread(target=work, args=(person, browsers[person.username], until, stop)))
    head = browsers[next(person.username for person in people if person.peran == "pimpinan")]
    reader = Browser(port, papers)
    reader.cookies = dict(head.cookies)

    def print_papers() -> None:
        while time.monotonic() < until:
            reader.send("rekap.pdf", "GET", "/periode/desk-2021/rekap.pdf")
            stop.wait(PAPERS_EVERY)

    threads.append(threading.Thread(target=print_papers))
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - begun
    _table(daily)
    _table(papers)
    return _judge(wrong, daily, papers, spent)


def _judge(wrong: int, daily: Diary, papers: Diary, spent: float) -> int:
    times = sorted(seconds for _, _, seconds in daily.lines)
    writes = sum(kind.startswith(("simpan", "konsep")) for kind, _, _ in daily.lines)
    errors = [(kind, status) for kind, status, _ in [*daily.lines, *papers.lines] if status not in (200, 302)]
    lost = _not_once(daily.stored)
    p95, p99 = _quantile(times, 0.95), _quantile(times, 0.99)
    paper = statistics.median(seconds for _, _, seconds in papers.lines)
    lines = [
        ("sign-ins that failed", f"{wrong}", wrong == 0),
        ("requests", f"{len(times)} ({len(times) / spent:.1f}/s), {writes / len(times):.0%} writes", True),
        ("errors", f"{len(errors)} {errors[:5] or ''}", not errors),
        ("p50, p95", f"{_quantile(times, 0.5):.2f} s, {p95:.2f} s (under {P95} s)", p95 < P95),
        ("p99, longest", f"{p99:.2f} s (under {P99} s), {times[-1]:.2f} s", p99 < P99),
        ("recap as PDF meanwhile", f"{paper:.1f} s, {len(papers.lines)} times (under {PAPER} s)", paper < PAPER),
        ("stored not exactly once", f"{lost} of {len(daily.stored)}", lost == 0),
    ]
    print()
    for what, value, fine in lines:
        print(f"{'ok  ' if fine else 'OVER'} {what:<26}{value}")
    return 0 if all(fine for _, _, fine in lines) else 1


def _not_once(stored: list[tuple[str, str]]) -> int:
    """How many of the things that the site said it stored are not there exactly once."""
    from penghuni.models import Penghuni
    from rusun.models import TindakLanjut

    found = {
        "tindak lanjut": list(
            TindakLanjut.objects.filter(uraian__startswith="tanda ").values_list("uraian", flat=True)
        ),
        "KK baru": list(Penghuni.objects.filter(nama__startswith="tanda ").values_list("nama", flat=True)),
    }
    return sum(found[kind].count(mark) != 1 for kind, mark in stored)


def _table(diary: Diary) -> None:
    kinds = defaultdict(list)
    for kind, status, seconds in diary.lines:
        kinds[kind].append((status, seconds))
    print(f"{'':<24}{'n':>7}{'p50':>8}{'p95':>8}{'max':>8}  other answers")
    for kind, rows in sorted(kinds.items()):
        times = sorted(seconds for _, seconds in rows)
        other = sorted({str(status) for status, _ in rows if status not in (200, 302)})
        count = sum(status not in (200, 302) for status, _ in rows)
        print(f"{kind:<24}{len(rows):>7}{_quantile(times, 0.5):>8.2f}{_quantile(times, 0.95):>8.2f}{times[-1]:>8.2f}"
              f"  {f'{count}: {other}' if count else ''}", flush=True)  # fmt: skip


def _quantile(times: list[float], part: float) -> float:
    return times[min(int(len(times) * part), len(times) - 1)]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _until_up(port: int) -> None:
    for _ in range(200):
        with socket.socket() as link:
            if link.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.1)
    raise SystemExit("The server did not start.")


sys.exit(main())
