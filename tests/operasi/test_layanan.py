"""What the units of systemd let each process touch, and how many of them there are."""

import os
import subprocess
from pathlib import Path

import pytest

from monitoring.operasi.layanan import PEKERJAAN, Tempat, write_services


@pytest.fixture
def units(tmp_path, settings):
    settings.MEDIA_ROOT, settings.CADANGAN_ROOT = "/srv/desk/media", "/mnt/cadangan"
    written = write_services(Tempat(ke=tmp_path, host="desk.example.go.id"))
    return {path.name: path.read_text() for path in written if path.parent.name == "systemd"}


def lines(unit, name):
    return [line.removeprefix(f"{name}=") for line in unit.splitlines() if line.startswith(f"{name}=")]


def test_only_the_work_of_backing_up_sees_the_backups(units):
    for name in ("desk-web", *(f"desk-{row[0]}" for row in PEKERJAAN)):
        unit, backs_up = units[f"{name}.service"], name == "desk-cadangan"
        places = ["/srv/desk/media /mnt/cadangan" if backs_up else "/srv/desk/media"]
        assert lines(unit, "ReadWritePaths") == lines(unit, "RequiresMountsFor") == places, name
        assert lines(unit, "InaccessiblePaths") == ([] if backs_up else ["-/mnt/cadangan"]), name


def test_a_large_machine_does_not_ask_for_more_connections_than_there_are(tmp_path, monkeypatch):
    for cores, workers in ((2, 5), (64, 9)):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        write_services(Tempat(ke=tmp_path, host="desk.example.go.id"))
        assert f" --workers {workers} " in (tmp_path / "systemd" / "desk-web.service").read_text()


def test_systemd_understands_the_units(units, tmp_path):
    if not Path("/usr/bin/systemd-analyze").exists():
        pytest.skip("no systemd here")
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(str(path) for path in (tmp_path / "systemd").iterdir())],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "desk-" not in done.stderr, done.stderr
