"""Production refuses to start on anything unsafe, and says what to set."""

import base64
import os
import subprocess
import sys

import pytest

GOOD = {
    "SECRET_KEY": "k7-Qw_9zR2x" * 6,
    "ALLOWED_HOSTS": "desk.example.go.id",
    "KUNCI_DATA": base64.urlsafe_b64encode(bytes(range(32))).decode(),
    "DEBUG": "0",
    "DJANGO_ALLOW_ASYNC_UNSAFE": None,  # set by the browser tests, never in production
    "DJANGO_SETTINGS_MODULE": "monitoring.settings_production",
}
START = "import monitoring.wsgi"


def start(tmp_path, code=START, **environment):
    """Run `code` as production would, on a database of its own; `None` takes a variable away."""
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "MEDIA_ROOT": str(tmp_path)}
    chosen = {**os.environ, **GOOD, **database, **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env={name: value for name, value in chosen.items() if value is not None},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def manage(*words):
    return f"from django.core.management import execute_from_command_line as run; run(['manage.py', *{words!r}])"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("DEBUG", "1"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
    ],
)
def test_production_refuses_an_unsafe_value_by_name(tmp_path, name, value):
    refused = start(tmp_path, **{name: value})
    assert refused.returncode == 1
    assert f"ImproperlyConfigured: {name} must" in refused.stderr


def test_production_refuses_the_published_key_for_sealed_data(tmp_path, settings):
    refused = start(tmp_path, KUNCI_DATA=settings.UNSAFE_KUNCI_DATA)
    assert refused.returncode == 1
    assert "ImproperlyConfigured: KUNCI_DATA must" in refused.stderr


def test_production_starts_although_its_database_has_no_tables_yet(tmp_path):
    started = start(tmp_path)
    assert started.returncode == 0, started.stderr


def test_deployment_check_finds_nothing_to_warn_about(tmp_path):
    checked = start(tmp_path, manage("check", "--deploy", "--fail-level", "WARNING"))
    assert checked.returncode == 0, checked.stderr


def test_deployment_check_tells_that_backups_are_not_sealed(tmp_path):
    for sandi, told in (("", True), ("enam belas huruf!", False)):
        checked = start(tmp_path, manage("check", "--deploy"), SANDI_CADANGAN=sandi)
        assert (checked.returncode, "core.I001" in checked.stderr) == (0, told)


def test_production_refuses_to_start_beside_a_restore_that_is_not_finished(tmp_path):
    (tmp_path / "PEMULIHAN-BELUM-SELESAI").write_text("desk_pulih\n")
    refused = start(tmp_path)
    assert refused.returncode == 1
    assert "ImproperlyConfigured: A restore into MEDIA_ROOT" in refused.stderr


def test_production_refuses_to_start_with_the_example_loaded(tmp_path):
    load = "from core.models import Pengguna; Pengguna.objects.create(username='x', nama='x', peran='admin', contoh=1)"
    assert start(tmp_path, manage("migrate", "-v0")).returncode == 0
    assert start(tmp_path, manage("shell", "-v0", "-c", load)).returncode == 0
    refused = start(tmp_path)
    assert refused.returncode == 1
    assert "ImproperlyConfigured: The example is loaded" in refused.stderr
