"""Many people at a served site while it breaks: *ok* is there once, *refused* never, *unknown* settles when sent again.

Moderate here; `make faults` runs longer. Counts are printed (`pytest -s`).
"""

import itertools
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest
from django.db import connection

from . import operations as op
from .ledger import Ledger
from .world import Forked, Http, until

pytestmark = pytest.mark.django_db

SECONDS = float(os.environ.get("UJI_LAMA_GANGGUAN", "3"))
"""How long each fault goes on."""


class Crowd:
    """Clients that go on until they are told to stop, whatever they are answered."""

    def __init__(self, world, forks):
        self.world, self.ledger, self.over = world, Ledger(world), threading.Event()
        self.tindak = {}
        for name in ("operator.3301", "operator.3302"):
            added = op.follow_up(Forked(forks, name))
            assert added.send(Forked(forks, name)).ok
            self.tindak[name] = world.one(added.count.replace("count(*)", "id"))

    def person(self, number):
        """One after another: section, follow-up, household, evidence; sent again at once when nobody knows."""
        name = ("operator.3301", "operator.3302")[number % 2]
        person = Http(self.world, name)
        make = [op.section, op.follow_up, op.household, lambda person: op.evidence(person, self.tindak[name])]
        for turn in itertools.count(number):
            if self.over.is_set():
                return
            try:
                operation = make[turn % len(make)](person)
            except (OSError, AssertionError, HTTPException):
                self.over.wait(0.05)  # not even the form could be read
                continue
            self.ledger.enter(operation, person, operation.send(person))

    def during(self, fault, people=6):
        """Have people work while `fault` happens, then for a moment more; returns the ledger once all is settled."""
        with ThreadPoolExecutor(people) as pool:
            working = [pool.submit(self.person, number) for number in range(people)]
            try:
                self.over.wait(0.5)
                fault()
                healed = time.monotonic()
                until(self.world.answers, 60)
                healed = time.monotonic() - healed
                self.over.wait(1)
            finally:
                self.over.set()
            for each in working:
                each.result()
        counts = self.ledger.counts()
        print(f"\n{connection.vendor}: {dict(counts)}, healed in {healed:.1f} s")
        self.ledger.settle()
        assert counts["ok"] > 0
        return healed


@pytest.fixture
def crowd(served, forks):
    made = Crowd(served, forks)
    yield made
    made.over.set()
    assert forks.torn() == ""
    statuses = {answer.status for _, _, answer in made.ledger.entries}
    assert 500 not in statuses


EVERY = int(os.environ.get("UJI_TIAP_LANGKAH", "4"))
"""Of how many steps a worker is killed at one; `make faults` takes each."""


@pytest.mark.parametrize("make", [op.section, op.follow_up, op.household, op.evidence], ids=lambda make: make.__name__)
def test_a_worker_killed_at_every_step_of_a_form(crowd, served, make):
    """What `test_crash_points` does to a process of its own, done to the worker of gunicorn that answers."""
    person, name = Http(served, "operator.3301"), "operator.3301"
    words = (crowd.tindak[name],) if make is op.evidence else ()
    killed = 0
    for step in itertools.count(1, EVERY):
        operation = make(person, *words)
        answer = crowd.ledger.enter(operation, person, operation.send(person, crash=step))
        until(served.answers, 30)
        if answer.status is not None:
            break
        killed += 1
    assert answer.ok, (answer.status, answer.refusals)
    assert killed >= 7 // EVERY
    print(f"\n{connection.vendor}: {make.__name__} killed {killed} times")
    crowd.ledger.settle()


def every(pause, action, seconds=None):
    """A fault that happens again and again."""

    def fault():
        end, rest = time.monotonic() + (SECONDS if seconds is None else seconds), threading.Event()
        while time.monotonic() < end:
            action()
            rest.wait(pause() if callable(pause) else pause)

    return fault


def test_workers_killed_at_random(crowd, served):
    crowd.during(every(lambda: random.uniform(0.2, 1.5), served.kill_worker))


def test_the_whole_site_killed_and_started_again(crowd, served):
    def fault():
        served.end()
        served.serve()

    crowd.during(fault)


def test_a_worker_that_hangs(crowd, served):
    """Killed by its master after the time-out of `World.serve`; the other one goes on serving."""

    def fault():
        stuck = served.workers()[0]
        os.kill(stuck, signal.SIGSTOP)
        until(lambda: stuck not in served.workers())

    crowd.during(fault)


@pytest.mark.postgres
def test_connections_cut(crowd, served):
    assert crowd.during(every(0.2, served.cut_connections)) < 5
    assert any(answer.status == 503 for _, _, answer in crowd.ledger.entries)


@pytest.mark.postgres
def test_the_database_stopped_hard_and_started(crowd, served):
    def fault():
        served.server.stop("immediate")
        threading.Event().wait(1.5)
        served.server.start()

    assert crowd.during(fault) < 10
    assert any(answer.status == 503 for _, _, answer in crowd.ledger.entries)


def at_once(served, operations):
    """Have (person, operation) sent all in the same moment."""
    barrier = threading.Barrier(len(operations), timeout=30)

    def send(pair):
        username, operation = pair
        barrier.wait()
        return operation.send(Http(served, username))

    with ThreadPoolExecutor(len(operations)) as pool:
        return list(pool.map(send, operations))


def test_one_form_sent_many_times_at_once(served, forks):
    for make in (op.household, op.follow_up):
        operation = make(Http(served, "operator.3301"))
        answers = at_once(served, [("operator.3301", operation)] * 10)
        assert len({(answer.ok, answer.location) for answer in answers}) == 1, [answer.status for answer in answers]
        assert served.one(operation.count) == 1
    assert forks.torn() == ""


def test_of_many_who_move_at_once_one_does_and_the_others_read_who(served, forks):
    for people, path, fields in (
        (["operator.3304"], "kirim/", {"pernyataan": "on"}),
        (["operator.3304"], "gerak/tarik/", {}),
        (["operator.3304"], "kirim/", {"pernyataan": "on"}),
        (["verifikator", "koordinator"], "gerak/mulai_verifikasi/", {}),
        (["verifikator", "koordinator"], "gerak/verifikasi/", {}),
    ):
        moves = [(username, op.move("33.04", path, **fields)) for _ in range(10 // len(people)) for username in people]
        answers = at_once(served, moves)
        assert sum(answer.ok for answer in answers) == 1, [(answer.status, answer.refusals) for answer in answers]
        (winner,) = [username for (username, _), answer in zip(moves, answers, strict=True) if answer.ok]
        told = [answer.refusals[0] for answer in answers if not answer.ok]
        assert all(winner in text for text in told), told
    assert forks.torn() == ""


def full(crowd, served, place):
    if place not in served.mounted:
        pytest.skip("no small file system can be mounted here: needs root")

    def fault():
        with served.full(place):
            threading.Event().wait(SECONDS / 2)
            told = {answer.status for _, _, answer in list(crowd.ledger.entries)[-20:]}
            print(f"\nfull: {told}")
            assert Http(served, "operator.3301").get("/rusun/").status == 200  # what only reads goes on
        if served.server is not None and not served.server.runs():
            served.server.start()

    crowd.during(fault)


def test_the_disk_of_uploads_full(crowd, served):
    full(crowd, served, served.media)
    answers = [answer for operation, _, answer in crowd.ledger.entries if operation.berkas]
    assert any(answer.status == 507 for answer in answers)


def test_the_folder_of_uploads_read_only(crowd, served):
    if os.geteuid() == 0 and served.media not in served.mounted:
        pytest.skip("root writes everywhere, and nothing can be mounted here")

    def fault():
        with served.read_only(served.media):
            threading.Event().wait(SECONDS / 2)
            assert Http(served, "operator.3301").get("/rusun/").status == 200

    crowd.during(fault)
    answers = [answer for operation, _, answer in crowd.ledger.entries if operation.berkas]
    assert any(answer.status == 503 for answer in answers)


def test_the_disk_of_the_database_full(crowd, served):
    full(crowd, served, served.folder)
    assert any(answer.status in (503, 507) for _, _, answer in crowd.ledger.entries)
