"""Work in processes of its own, started twice and on a full disk. Killed: `test_crash_points`, `impor/test_killed`."""

import subprocess
import sys

import pytest

from . import operations as op
from .world import ROOT, Forked

pytestmark = pytest.mark.django_db

DECIDED = 4
"""The step at which a decision is committed and the work has not begun: key, decision, where it leads, commit."""


@pytest.fixture
def sent(forks, world):
    """An import that was decided on, and whose process died before it began."""
    budi = Forked(forks, "operator.3303")
    upload = op.upload(budi)
    decision = op.decision(upload.send(budi).location)
    assert decision.send(budi, crash=DECIDED + 1).status is None
    assert status_of(world, upload) == "disetujui"
    return upload


def status_of(world, upload):
    return world.one(upload.count.replace("count(*)", "status"))


def residents(world, upload):
    return world.one(f"SELECT count(*) FROM penghuni_penghuni WHERE nama LIKE 'Warga {upload.berkas[1][:-5]}-%'")


def test_a_run_started_twice_at_once_adds_once(world, forks, sent):
    words = [sys.executable, "-m", "django", "jalankan_impor"]
    runs = [subprocess.Popen(words, cwd=ROOT, env=world.env) for _ in range(2)]
    assert [run.wait(120) for run in runs] == [0, 0]
    assert (status_of(world, sent), residents(world, sent)) == ("diterapkan", 5)
    assert forks.torn() == ""


def test_a_full_disk_stops_an_import_that_goes_on_later(world, forks, sent):
    if world.folder not in world.mounted:
        pytest.skip("no small file system can be mounted here: needs root")
    with world.full(world.folder):
        subprocess.run([sys.executable, "-m", "django", "jalankan_impor"], cwd=ROOT, env=world.env, check=False,
                       capture_output=True, timeout=120)  # fmt: skip
    if world.server is not None and not world.server.runs():
        world.server.start()
    if world.server is not None and status_of(world, sent) == "diterapkan":
        assert residents(world, sent) == 5  # PostgreSQL found room in files that it had already
        return
    assert status_of(world, sent) in ("disetujui", "gagal")
    assert residents(world, sent) == 0
    budi = Forked(forks, "operator.3303")
    path = f"/excel/berkas/{op.as_uuid(world.one(sent.count.replace('count(*)', 'id')))}/"
    if status_of(world, sent) == "gagal":
        assert "Penyimpanan server penuh" in budi.get(path).text
        assert budi.post(f"{path}lanjutkan/", {}).ok
        assert op.decision(path).send(budi).ok
    else:
        forks.command("jalankan_impor")
    assert (status_of(world, sent), residents(world, sent)) == ("diterapkan", 5)
    assert forks.torn() == ""
