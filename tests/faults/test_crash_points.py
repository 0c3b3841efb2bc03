"""kill -9 at every step of the paths that write: all of it is there or none, and the same form sent again ends at once.

A round goes through a path once for each of its steps. What a round leaves behind is where the next one begins.
"""

import datetime
import itertools
import os

import pytest

from . import operations as op
from .ledger import Ledger
from .world import Forked

pytestmark = pytest.mark.django_db

EVERY = int(os.environ.get("UJI_TIAP_LANGKAH", "7"))
"""Of how many steps one is taken in the slow paths; `make faults` takes each."""


class Rounds:
    """Goes on as long as one of the operations of a round still meets its step."""

    def __init__(self, forks):
        self.forks, self.world, self.killed = forks, forks.world, 0

    def steps(self, every=1):
        for step in itertools.count(1, every):
            before = self.killed
            yield step
            assert self.forks.torn() == ""
            if self.killed == before:
                return

    def carry_out(self, operation, person, step):
        """Die at the step, look, send again; returns where the operation led."""
        ledger = Ledger(self.world)
        answer = ledger.enter(operation, person, operation.send(person, crash=step))
        assert answer.ok or answer.status is None, (operation.path, answer.status, answer.refusals, answer.text)
        self.killed += answer.status is None
        ledger.settle()
        again = operation.send(person)
        assert again.ok, (operation.path, again.status, again.refusals)
        return again.location


@pytest.fixture
def rounds(forks):
    return Rounds(forks)


@pytest.mark.parametrize("make", [op.section, op.follow_up, op.household], ids=lambda make: make.__name__)
def test_a_form_that_writes_rows(rounds, forks, make):
    sri = Forked(forks, "operator.3301")
    for step in rounds.steps():
        rounds.carry_out(make(sri), sri, step)
    assert rounds.killed >= 7


def test_a_form_that_keeps_a_file(rounds, forks, world):
    sri = Forked(forks, "operator.3301")
    added = op.follow_up(sri)
    assert added.send(sri).ok
    tindak = world.one(added.count.replace("count(*)", "id"))
    for step in rounds.steps():
        rounds.carry_out(op.evidence(sri, tindak), sri, step)
    assert rounds.killed >= 12
    named = {place for (place,) in world.sql("SELECT berkas FROM rusun_lampiran")}
    strays = [path for path in (world.media / "lampiran").rglob("*") if path.is_file()]
    assert named < {path.relative_to(world.media).as_posix() for path in strays}
    old = datetime.datetime.now().timestamp() - 2 * 86400
    for path in strays:
        os.utime(path, (old, old))
    forks.command("sapu_berkas", "--hapus")
    left = [path for path in strays if path.exists()]
    assert {path.relative_to(world.media).as_posix() for path in left} == named


def test_the_moves_of_an_isian(rounds, forks, world):
    people = ("operator.3302", "verifikator", "koordinator")
    operator, verifikator, koordinator = (Forked(forks, name) for name in people)
    kode = "33.02"
    cell = f"{world.tempat[kode]['rusun']}/hunian//jumlah_kk"
    due = (datetime.date.today() + datetime.timedelta(days=3)).strftime("%d/%m/%Y")

    def make(person, path, step, **fields):
        return rounds.carry_out(op.move(kode, path, **fields), person, step)

    def answer_and_send(step):
        (pk,) = world.sql("SELECT id FROM monitoring_catatan WHERE status = 'terbuka'")[0]
        make(operator, f"catatan/{pk}/jawab/", step, **{f"c{pk}-jawaban": "Sudah dicocokkan."})
        make(operator, "kirim/", step, pernyataan="on")
        make(verifikator, f"catatan/{pk}/selesai/", step)

    make(operator, "kirim/", 0, pernyataan="on")
    for step in rounds.steps(EVERY):
        make(verifikator, f"catatan/tulis/?alamat={cell}", step, isi="Mohon diperiksa.")
        make(verifikator, "kembalikan/", step, jawab_sebelum=due, alasan="")
        answer_and_send(step)
        make(verifikator, "gerak/verifikasi/", step)
        make(
            koordinator,
            f"buka-kembali/?alamat={cell}",
            step,
            jawab_sebelum=due,
            alasan="Keliru.",
            alamat=cell,
            isi="Betulkan.",
        )
        answer_and_send(step)
    told = world.one("SELECT count(*) FROM monitoring_pemberitahuan WHERE jenis = 'terverifikasi'")
    moves = world.one("SELECT count(*) FROM monitoring_riwayatisian WHERE gerak = 'verifikasi'")
    assert told == moves


def test_an_import(rounds, forks, world):
    """Both halves of the work happen in the process that answers: receiving with checking, deciding with applying."""
    budi = Forked(forks, "operator.3303")
    for step in rounds.steps(EVERY):
        sent = op.upload(budi)
        path = rounds.carry_out(sent, budi, step)
        forks.command("jalankan_impor")  # as the next start of the server
        (status,) = world.sql(sent.count.replace("count(*)", "status"))[0]
        assert status == "menunggu"
        rounds.carry_out(op.decision(path), budi, step)
        forks.command("jalankan_impor")
        (status,) = world.sql(sent.count.replace("count(*)", "status"))[0]
        assert status == "diterapkan"
