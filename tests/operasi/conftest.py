"""One PostgreSQL for all tests of this folder, with a filled database to copy from."""

import shutil
import subprocess
from types import SimpleNamespace

import pytest

from monitoring.operasi import basis

from .kantor import SANDI, Cluster, Mesin, Orang, environment, python

PREPARE = f"""
from core.enums import JenisDaerah, Peran
from core.models import KabupatenKota, Pengguna
from monitoring.enums import GerakPeriode, StatusIsian
from monitoring.periode.workflow import apply_period_move
from penghuni.models import Penghuni
from tests.factories import make_isian, make_periode, make_rusun
daerah = [KabupatenKota.objects.create(kode=kode, nama=nama, jenis=JenisDaerah.KABUPATEN, ibu_kota=nama, baris=1,
          kolom=n) for n, (kode, nama) in enumerate([("33.19", "Kabupaten Kudus"), ("33.20", "Kabupaten Jepara")])]
def new(name, peran, **fields):
    return Pengguna.objects.create_user(name, {SANDI!r}, nama=name, peran=peran, **fields)
jepara = new("operator.jepara", Peran.OPERATOR, kabupaten_kota=daerah[1])
new("operator.kudus", Peran.OPERATOR, kabupaten_kota=daerah[0], akses_penghuni=True)
new("operator2.kudus", Peran.OPERATOR, kabupaten_kota=daerah[0])
koordinator = new("koordinator", Peran.VERIFIKATOR, koordinator=True)
verifikator, pimpinan = new("verifikator", Peran.VERIFIKATOR), new("pimpinan", Peran.PIMPINAN)
new("admin", Peran.ADMIN)
for row in daerah:
    rusun = make_rusun(row)
periode = make_periode(koordinator, daerah[1])
make_isian(periode, jepara, verifikator, StatusIsian.TERVERIFIKASI)
periode = apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)
"""


@pytest.fixture(scope="session")
def cluster():
    made = Cluster()
    yield made
    made.remove()


@pytest.fixture(scope="session")
def acuan(cluster, django_db_setup, django_db_blocker, tmp_path_factory):
    """(database, folder of files) with accounts, two regions, two locations and a signed-off period with its papers.

    The tables are those of the test database: making them anew takes longest.
    """
    name, media = cluster.create(), tmp_path_factory.mktemp("acuan")
    env = environment(DATABASE_URL=cluster.url(name), MEDIA_ROOT=str(media), KERJA_DI_LATAR="0")
    with django_db_blocker.unblock():
        told = basis._environment()
    dump, fill = basis._path_of("pg_dump"), [basis._path_of("pg_restore"), "--exit-on-error", "--no-owner"]
    for which in (["--schema-only"], ["--data-only", "--table=django_migrations"]):
        content = subprocess.run([dump, "--format=custom", *which], env=told, check=True, capture_output=True).stdout
        subprocess.run([*fill, f"--dbname={cluster.url(name)}"], input=content, check=True)
    python("from django.core.management import call_command; call_command('migrate', verbosity=0)", env)
    python(PREPARE, env)
    return name, media


@pytest.fixture(scope="session")
def statis(tmp_path_factory):
    """Style sheets and scripts under the names that tell their content; not compressed, which takes half a minute."""
    folder = tmp_path_factory.mktemp("statis")
    env = environment(DATABASE_URL="sqlite:///:memory:", STATIC_ROOT=str(folder))
    python(
        "from django.conf import settings\n"
        "which = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'\n"
        "settings.STORAGES['staticfiles']['BACKEND'] = which\n"
        "from django.core.management import call_command; call_command('collectstatic', '--noinput', verbosity=0)",
        env,
    )
    return folder


@pytest.fixture
def kantor(cluster, acuan, statis, tmp_path):
    """A database and a folder of one's own, filled; `mesin()` starts a web machine on them."""
    template, files = acuan
    name, media, machines = cluster.create(template), tmp_path / "media", []
    shutil.copytree(files, media)
    env = environment(
        DATABASE_URL=cluster.url(name), MEDIA_ROOT=str(media), CADANGAN_ROOT=str(tmp_path / "cadangan"),
        STATIC_ROOT=str(statis),
    )  # fmt: skip

    def mesin(**options):
        machines.append(Mesin({**env, **options.pop("env", {})}, folder=tmp_path, **options))
        return machines[-1]

    def masuk(akun, at):
        return Orang(at).sign_in(akun)

    kode = cluster.sql("SELECT kode FROM rusun_rusun WHERE kabupaten_kota_id = '33.19'", name)[0][0]
    yield SimpleNamespace(
        env=env, name=name, media=media, folder=tmp_path, mesin=mesin, masuk=masuk, kode=kode, cluster=cluster,
        sql=lambda statement: cluster.sql(statement, name),
    )  # fmt: skip
    for each in machines:
        each.remove()
    cluster.drop(name)
