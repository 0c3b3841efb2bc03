"""kill -9 at every step of the paths that write: all of it is there or none, and the same form sent again ends at once.

A round goes through a path once for each of its steps. What a round leaves behind is where the next one begins.
"""

import datetime
import itertools
import os

import pytest

from . import operations as op
from .ledger import Ledger
from .world import Forked, Http

pytestmark = pytest.mark.django_db

EVERY = int(os.environ.get("UJI_TIAP_LANGKAH", "7"))
SERVED_EVERY = int(os.environ.get("UJI_TIAP_LANGKAH", "20"))
"""Of how many steps one is taken in the slow paths, fewer where gunicorn has to start a worker again each time;
`make faults` takes each.
"""


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


@pytest.mark.parametrize(("kode", "reached"), [("33.02", "by a fork"), ("33.05", "as served")])
def test_the_moves_of_an_isian(rounds, forks, world, request, kode, reached):
    people = (f"operator.{kode.replace('.', '')}", "verifikator", "koordinator")
    if reached == "as served":
        served, every = request.getfixturevalue("served"), SERVED_EVERY
        operator, verifikator, koordinator = (Http(served, name) for name in people)
    else:
        every = EVERY
        operator, verifikator, koordinator = (Forked(forks, name) for name in people)
    cell = f"{world.tempat[kode]['rusun']}/hunian//jumlah_kk"
    due = (datetime.date.today() + datetime.timedelta(days=3)).strftime("%d/%m/%Y")

    def make(person, path, step, **fields):
        return rounds.carry_out(op.move(kode, path, **fields), person, step)

    def answer_and_send(step):
        (pk,) = world.sql(
            "SELECT c.id FROM monitoring_catatan c JOIN monitoring_isian i ON i.id = c.isian_id"
            f" WHERE c.status = 'terbuka' AND i.kabupaten_kota_id = '{kode}'"
        )[0]
        make(operator, f"catatan/{pk}/jawab/", step, **{f"c{pk}-jawaban": "Sudah dicocokkan."})
        make(operator, "kirim/", step, pernyataan="on")
        make(verifikator, f"catatan/{pk}/selesai/", step)

    make(operator, "kirim/", 0, pernyataan="on")
    for step in rounds.steps(every):
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
