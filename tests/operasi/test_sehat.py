"""What `/sehat/` tells a monitor, and when production refuses to start."""

import datetime
import json
import os

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils import timezone

from core.files import lock_place, path_of
from core.health import CADANGAN, HARIAN
from monitoring.enums import JenisSurel
from monitoring.models import Surel
from monitoring.pengingat.surel import outbox_health
from tests.factories import make_isian, make_periode
from tests.sites import until

from .kantor import Orang, environment, manage


@pytest.fixture
def asked(client, settings, tmp_path, db):
    settings.MEDIA_ROOT = str(tmp_path / "media")

    def ask():
        answer = client.get(reverse("core:sehat"))
        return answer.status_code, answer.json()["pemeriksaan"]

    return ask


def test_all_is_told_and_nothing_secret(asked, settings):
    status, told = asked()
    assert status == 200
    assert set(told) == {
        "database", "migrasi", "tahan mati listrik", "ruang disk", "folder berkas", "pustaka PDF", "pekerjaan harian",
        "cadangan", "kotak keluar", "rantai jejak",
    }  # fmt: skip
    text = json.dumps(told)
    assert settings.SECRET_KEY not in text
    assert settings.KUNCI_DATA[0] not in text
    assert str(settings.BASE_DIR) not in text


def test_others_are_told_only_whether_it_is_well(asked, client):
    answer = client.get(reverse("core:sehat"), REMOTE_ADDR="10.1.2.3")
    assert (answer.status_code, answer.json()) == (200, {"sehat": True, "perlu_dilihat": True})  # no backup yet


def test_a_restore_that_is_not_finished_makes_it_unfit(asked, settings):
    path_of("PEMULIHAN-BELUM-SELESAI").parent.mkdir(parents=True)
    path_of("PEMULIHAN-BELUM-SELESAI").write_text("desk_pulih\n")
    status, told = asked()
    assert (status, told["folder berkas"]) == (503, {"baik": False, "keterangan": "pemulihan belum selesai"})


def test_it_asks_the_database_little(asked, django_assert_max_num_queries):
    asked()
    with django_assert_max_num_queries(6):
        asked()


def test_a_pending_migration_makes_it_unfit(asked):
    MigrationRecorder.Migration.objects.filter(app="monitoring").order_by("-id").first().delete()
    status, told = asked()
    assert (status, told["migrasi"]) == (503, {"baik": False, "keterangan": "1 belum dijalankan"})


def test_daily_work_and_backups_that_stay_away_are_told(asked):
    assert asked()[1]["cadangan"] == {"baik": False, "keterangan": "belum pernah"}
    for mark in (HARIAN, CADANGAN):
        path_of(lock_place(mark)).touch()
    told = asked()[1]
    assert (told["cadangan"]["baik"], told["pekerjaan harian"]["baik"]) == (True, True)
    two_days_ago = timezone.now().timestamp() - 48 * 3600
    os.utime(path_of(lock_place(CADANGAN)), (two_days_ago, two_days_ago))
    status, told = asked()
    assert (status, told["cadangan"]) == (200, {"baik": False, "keterangan": "48 jam yang lalu"})


def test_mail_that_nobody_sends_is_told(asked, kudus, operator, koordinator):
    isian = make_isian(make_periode(koordinator, kudus), operator, status="belum_mulai")
    waktu = timezone.now() - datetime.timedelta(minutes=90)
    Surel.objects.create(isian=isian, pengguna=operator, jenis=JenisSurel.BELUM_MENGIRIM, diminta_oleh=koordinator,
                         diminta_pada=waktu, coba_lagi_pada=waktu)  # fmt: skip
    told = outbox_health()
    assert (told.baik, told.wajib, told.keterangan) == (False, False, "tertua terlambat 90 menit")


def test_a_folder_that_cannot_be_written_to_makes_it_unfit(asked, settings, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    status, told = asked()
    assert (status, told["folder berkas"]["baik"]) == (503, False)


# --- starting in production -------------------------------------------------------------------------------------------


def started(env):
    return manage(env, "shell", "-v0", "-c", "import monitoring.wsgi")


def test_sqlite_that_forgets_is_refused(tmp_path):
    env = environment(DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3", MEDIA_ROOT=str(tmp_path))
    assert started(env).returncode == 0
    careless = (
        "from django.conf import settings\n"
        "settings.DATABASES['default']['OPTIONS']['init_command'] = 'PRAGMA synchronous=OFF'\n"
        "import monitoring.wsgi"
    )
    done = manage(env, "shell", "-v0", "-c", careless)
    assert done.returncode == 1
    assert "The database may lose commits in a power cut: synchronous = 0, harus full" in done.stderr


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgresql_that_forgets_is_refused_and_one_that_is_away_is_waited_for(kantor):
    """F8 and F23, on one server: down at the start, then careless, then as it must be."""
    cluster = kantor.cluster
    cluster.stop()
    try:
        mesin = kantor.mesin()
        orang = Orang(mesin)

        def answer():
            assert mesin.process.poll() is None, mesin.log.read_text()
            try:
                return orang.get("/sehat/").status
            except OSError:
                return 0

        assert until(answer) == 503
        assert orang.get("/masuk/").status == 503
        assert orang.get("/masuk/").header("Retry-After")

        cluster.start("-c fsync=off")
        assert until(lambda: orang.get("/masuk/").status == 200)  # it heals by itself
        assert orang.get("/sehat/").status == 503
        assert "fsync = off, harus on" in orang.get("/sehat/").text
        refused = started(kantor.env)
        assert (refused.returncode, "may lose commits in a power cut: fsync = off" in refused.stderr) == (1, True)
        checked = manage(kantor.env, "check", "--database", "default")
        assert (checked.returncode, "core.E001" in checked.stderr) == (1, True)
    finally:
        cluster.stop()
        cluster.start()
    assert until(lambda: orang.get("/sehat/").status == 200)
    assert started(kantor.env).returncode == 0
