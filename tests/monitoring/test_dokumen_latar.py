"""Issuing in the background, with real processes and threads: killed in the middle, and two at once."""

import signal

import pytest

from core.files import held, lock_place, sealed_files
from monitoring.dokumen import pelari, terbit
from monitoring.enums import GerakPeriode, StatusIsian
from monitoring.models import Dokumen, Penerbitan
from monitoring.periode.workflow import apply_period_move
from tests.factories import make_isian, make_periode, make_rusun
from tests.sites import Site, until
from tests.test_races import at_once

PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from core.enums import JenisDaerah, Peran
from core.models import KabupatenKota, Pengguna
from monitoring.enums import GerakPeriode, StatusIsian
from monitoring.periode.workflow import apply_period_move
from tests.factories import make_isian, make_periode, make_rusun
new = lambda name, **fields: Pengguna.objects.create(username=name, nama=name, password="!", **fields)
daerah = [KabupatenKota.objects.create(kode=f"33.0{n}", nama=f"Kabupaten {n}", jenis=JenisDaerah.KABUPATEN,
                                       ibu_kota=f"Kota {n}", baris=1, kolom=n) for n in (1, 2, 3)]
koordinator = new("koordinator", peran=Peran.VERIFIKATOR, koordinator=True)
verifikator, pimpinan = new("verifikator", peran=Peran.VERIFIKATOR), new("pimpinan", peran=Peran.PIMPINAN)
for row in daerah:
    make_rusun(row)
periode = make_periode(koordinator, *daerah)
for row in daerah:
    operator = new(f"operator.{row.pk}", peran=Peran.OPERATOR, kabupaten_kota=row)
    make_isian(periode, operator, verifikator, StatusIsian.TERVERIFIKASI)
periode = apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
"""
SIGN_OFF = """
from contextlib import nullcontext
from core.files import held, lock_place
from core.models import Pengguna
from monitoring.enums import GerakPeriode
from monitoring.models import PeriodeMonitoring
from monitoring.periode.workflow import apply_period_move
periode = PeriodeMonitoring.objects.get()
with {guard}:
    apply_period_move(periode, GerakPeriode.TETAPKAN, Pengguna.objects.get(peran="pimpinan"))
"""
TENANG = 'held(lock_place(f"dokumen-{periode.pk}"))'
"""While somebody holds it nobody works on the documents: they stay owed."""
CHECK = """
from monitoring.dokumen.arsip import content_of
from monitoring.models import Dokumen
for row in Dokumen.objects.all():
    assert content_of(row).startswith(b"%PDF-")
print(*Dokumen.objects.order_by("kode").values_list("kode", flat=True))
"""
ALL = "REKAP-DESK-UJI-3301-R1 REKAP-DESK-UJI-3302-R1 REKAP-DESK-UJI-3303-R1 REKAP-DESK-UJI-R1"


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    try:
        made.python(PREPARE)
        yield made
    finally:
        made.remove()


def issued(site):
    return site.sql("SELECT count(*) FROM monitoring_dokumen")[0][0]


def files(site):
    return [path for path in (site.folder / "media" / "tersegel" / "dokumen").rglob("*") if path.is_file()]


def test_sign_off_starts_a_process_that_outlives_whoever_signed(site):
    site.python(SIGN_OFF.format(guard="nullcontext()"))  # its process is gone once this returns
    until(lambda: issued(site) == 4, seconds=120)
    assert site.python(CHECK) == ALL


def test_killed_in_the_middle_it_goes_on_where_it_stopped_and_makes_nothing_twice(site):
    site.env["KERJA_DI_LATAR"] = "0"
    site.python(SIGN_OFF.format(guard=TENANG))
    assert issued(site) == 0
    worker = site.start("django", "terbitkan_dokumen", "desk-uji")
    until(lambda: issued(site) >= 1, seconds=120)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    before = set(site.python(CHECK).split())
    assert 1 <= len(before) < 4
    two = [site.start("django", "terbitkan_dokumen", "desk-uji") for _ in range(2)]
    assert [process.wait(120) for process in two] == [0, 0]
    assert site.python(CHECK) == ALL
    assert len(files(site)) - 4 in (0, 1)  # at most the one that was being stored
    assert site.sql("SELECT percobaan, pesan FROM monitoring_penerbitan") == [(0, "")]


# --- Two at once, on PostgreSQL with real threads ---------------------------------------------------------------------


@pytest.fixture
def ditetapkan(kudus, operator, verifikator, koordinator, pimpinan):
    """Signed off, and everything still owed."""
    make_rusun(kudus)
    periode = make_periode(koordinator, kudus)
    make_isian(periode, operator, verifikator, StatusIsian.TERVERIFIKASI)
    periode = apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    with held(lock_place(f"dokumen-{periode.pk}")):
        return apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)


def stored():
    """Codes in the register, whose files are all there is."""
    rows = Dokumen.objects.order_by("kode")
    assert {row.berkas for row in rows} == {place for place, _ in sealed_files("dokumen")}
    return [row.kode for row in rows]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("putaran", range(2))
def test_of_two_runs_at_once_one_works(ditetapkan, settings, tmp_path, putaran):
    settings.MEDIA_ROOT = tmp_path
    answers = at_once(*[lambda: pelari.work(ditetapkan)] * 2)
    made = [len(hasil.terbit) for hasil in answers if hasil]
    assert sum(made) == 2
    assert stored() == ["REKAP-DESK-UJI-3319-R1", "REKAP-DESK-UJI-R1"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("putaran", range(2))
def test_even_past_the_hold_a_paper_is_issued_once_and_leaves_no_file(ditetapkan, settings, tmp_path, putaran):
    """As if the folder were not shared between two machines."""
    settings.MEDIA_ROOT = tmp_path
    paper = terbit.owed(ditetapkan)[1]
    answers = at_once(*[lambda: terbit.issue(ditetapkan, paper)] * 3)
    assert sorted(len(rows) for rows in answers) == [0, 0, 1]
    assert stored() == ["REKAP-DESK-UJI-3319-R1"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_pages_that_notice_a_lost_run_one_starts_it(ditetapkan, pimpinan, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    Penerbitan.objects.update(diminta_pada=None)
    at_once(*[lambda: pelari.progress(ditetapkan, pimpinan)] * 4)
    assert stored() == ["REKAP-DESK-UJI-3319-R1", "REKAP-DESK-UJI-R1"]
    assert Penerbitan.objects.get().pesan == ""
