"""A release comes into service in steps, each of which may be cut off; so may every migration (F26)."""

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from tests.sites import ROOT

from .kantor import environment, free_port, python

# --- migrations -------------------------------------------------------------------------------------------------------

NOTE = 'INSERT INTO "django_migrations"'
KILL = """
import os, signal, sys
from django.core.management import call_command
from django.db import connection
left = int({after})
def watch(execute, sql, params, many, context):
    global left
    if sql.startswith({at!r}):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(watch):
    call_command("migrate", {app!r}, verbosity=0)
"""


def cut_off(env, app, at, after):
    """`migrate`, killed just before its statement number `after` that begins with `at`."""
    code = "import django; django.setup()\n" + KILL.format(app=app, at=at, after=after)
    return subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, check=False, timeout=120,
                          capture_output=True).returncode  # fmt: skip


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_migration_that_is_killed_was_never_begun(cluster):
    """Also between its changes and the note that it was done, which Django writes apart for some migrations."""
    name = cluster.create()
    env = environment(DATABASE_URL=cluster.url(name))
    try:
        for at, after in (("CREATE TABLE", 2), (NOTE, 0), (NOTE, 1), (NOTE, 2)):
            assert cut_off(env, "core", at, after) == -signal.SIGKILL, (at, after)
            tables = {row[0] for row in cluster.sql("SELECT tablename FROM pg_tables WHERE schemaname='public'", name)}
            noted = cluster.sql("SELECT count(*) FROM django_migrations WHERE app = 'core'", name)[0][0]
            assert ("core_pengguna" in tables) == (noted > 0), (at, after)
        python("from django.core.management import call_command; call_command('migrate', 'core', verbosity=0)", env)
        assert cluster.sql("SELECT count(*) > 3 FROM django_migrations WHERE app = 'core'", name) == [(True,)]
    finally:
        cluster.drop(name)


# --- the whole update -------------------------------------------------------------------------------------------------

PARTS = ("core", "rusun", "penghuni", "monitoring", "templates", "static", "fixtures", ".ci")
FILES = ("manage.py", "requirements.txt", "Makefile", "pyproject.toml")


def release(base, name):
    """A release as somebody unpacks it, with the packages of the tests."""
    folder = base / "rilis" / name
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in FILES:
        shutil.copy(ROOT / part, folder / part)
    with (folder / "monitoring" / "settings_production.py").open("a") as file:  # compressing takes longest
        file.write(
            'STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"\n'
        )
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


def update(folder, **env):
    return subprocess.run([folder / ".ci" / "update"], env={**bare(), **env}, capture_output=True, text=True,
                          check=False, timeout=180, cwd="/")  # fmt: skip


def bare():
    """The environment of somebody who has just signed in to the server."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


@pytest.mark.postgres
@pytest.mark.django_db
def test_an_update_that_is_cut_off_anywhere_is_finished_by_running_it_again(kantor):
    base, data = kantor.folder / "desk", kantor.env
    old, new = release(base, "satu"), release(base, "dua")
    (base / ".env").write_text("".join(f"{key}={data[key]}\n" for key in (
        "DATABASE_URL", "SECRET_KEY", "KUNCI_DATA", "ALLOWED_HOSTS", "MEDIA_ROOT", "CADANGAN_ROOT")))  # fmt: skip
    (base / "kini").symlink_to("rilis/satu")
    # The new release brings a table.
    kantor.sql("DELETE FROM django_migrations WHERE app = 'sessions'")
    kantor.sql("DROP TABLE django_session")
    main = subprocess.Popen(["sleep", "300"])
    pid = kantor.folder / "web.pid"
    pid.write_text(str(main.pid))
    rows = kantor.sql("SELECT count(*) FROM rusun_rusun")
    try:
        for step in ("packages", "backup", "migrate", "link"):
            cut = update(new, STOP_AT=step, WEB_PID=str(pid))
            assert cut.returncode == -signal.SIGKILL, (step, cut.stdout, cut.stderr)
            assert (base / "kini").resolve() == old, step  # what serves is what served
            assert main.poll() is None, step
            # Nothing that takes time lies between the new tables and the new release.
            assert (new / "staticfiles" / "staticfiles.json").exists() == (step != "packages"), step
        done = update(new, WEB_PID=str(pid))
        assert done.returncode == 0, done.stderr
        assert (base / "kini").resolve() == new
        assert main.wait(10) == -signal.SIGTERM
        assert "The site starts again." in done.stdout
    finally:
        if main.poll() is None:
            main.kill()
            main.wait()
    assert kantor.sql("SELECT count(*) FROM django_session") == [(0,)]
    assert kantor.sql("SELECT count(*) FROM rusun_rusun") == rows
    assert len(list((kantor.folder / "cadangan").glob("desk-*.tar"))) >= 1  # from before the tables changed
    assert (new / "staticfiles" / "staticfiles.json").exists()


# --- without internet -------------------------------------------------------------------------------------------------


def wheel(folder, name="contoh_roda", version="1.0"):
    """A package of one line, as `pip download` would have left it."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": b"JAWAB = 42\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: uji\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={urlsafe_b64encode(sha256(text).digest()).decode().rstrip('=')},{len(text)}\n"
        for path, text in files.items()
    )
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        for each, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()}.items():
            made.writestr(each, text)
    return path


def test_packages_come_from_a_folder_and_only_with_the_right_hash(tmp_path):
    (tmp_path / ".ci").mkdir()
    (tmp_path / "roda").mkdir()
    shutil.copy(ROOT / ".ci" / "install", tmp_path / ".ci" / "install")
    digest = sha256(wheel(tmp_path / "roda").read_bytes()).hexdigest()
    # No index answers: whoever asks one anyway waits for nobody.
    nowhere = {**bare(), "WHEELS": str(tmp_path / "roda"), "PIP_INDEX_URL": f"http://127.0.0.1:{free_port()}/",
               "PIP_RETRIES": "0"}  # fmt: skip

    def install(digest):
        (tmp_path / "requirements.txt").write_text(f"contoh-roda==1.0 --hash=sha256:{digest}\n")
        return subprocess.run([tmp_path / ".ci" / "install", "requirements.txt"], env=nowhere, capture_output=True,
                              text=True, check=False)  # fmt: skip

    # Cut off while the virtual environment was made: there is a Python, and nothing to install with.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    wrong = install("0" * 64)
    assert wrong.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in wrong.stderr
    right = install(digest)
    assert right.returncode == 0, right.stderr
    said = subprocess.run([tmp_path / ".venv/bin/python", "-c", "import contoh_roda; print(contoh_roda.JAWAB)"],
                          capture_output=True, text=True, check=True).stdout  # fmt: skip
    assert said == "42\n"
