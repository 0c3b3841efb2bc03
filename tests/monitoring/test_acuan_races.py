"""Two admins at one table of reference data, on PostgreSQL with real threads: one wins, the other reads why."""

import uuid

import pytest
from django.test import Client

from core.models import Pejabat, Pengguna
from monitoring.contoh.acuan import load_ownership_rules
from monitoring.models import Backlog
from penghuni.models import BatasPenghasilan, SkemaKepemilikan
from tests.test_races import at_once

from .test_acuan import BACKLOG, PEJABAT, PENGHASILAN, SKEMA

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def send(admin):
    """Post a form of reference data, or switch a row, as one admin or the other."""
    other = Pengguna.objects.create(username="admin.dua", nama="Dua", peran="admin", password="!")
    clients = []
    for account in (admin, other):
        client = Client()
        client.force_login(account, backend="core.signin.PenggunaBackend")
        clients.append(client)

    def post(who, page, /, versi=1, **values):
        data = {"kunci_formulir": uuid.uuid4(), "versi": versi, **values}
        return clients[who].post(f"/acuan/{page}/", data).status_code

    return post


@pytest.mark.parametrize("putaran", range(3))
def test_of_two_editing_a_row_one_is_told_of_the_other(kudus, send, putaran):
    row = Backlog.objects.create(kabupaten_kota=kudus, tahun=2026, jenis="kepemilikan", jumlah=1, sumber="BPS")
    answers = at_once(*[lambda n=n: send(n, f"backlog/{row.pk}", **{**BACKLOG, "jumlah": str(20 + n)}) for n in (0, 1)])
    row.refresh_from_db()
    assert (sorted(answers), row.versi) == ([302, 409], 2)
    assert row.jumlah == 20 + answers.index(302)


@pytest.mark.parametrize("putaran", range(3))
def test_of_two_replacing_a_scheme_one_does(send, putaran):
    load_ownership_rules()
    answers = at_once(
        *[lambda n=n: send(n, "skema/tambah", **{**SKEMA, "kode": f"flpp_{n}"}, menggantikan="flpp") for n in (0, 1)]
    )
    assert sorted(answers) == [302, 422]
    assert SkemaKepemilikan.objects.filter(menggantikan="flpp").count() == 1
    assert SkemaKepemilikan.objects.get(pk="flpp").versi == 2


@pytest.mark.parametrize("putaran", range(3))
def test_replacing_a_scheme_undoes_no_edit_of_it(send, putaran):
    load_ownership_rules()
    flpp = {**SKEMA, "nama": "KPR FLPP", "aktif_dari": "", "bunga_persen": "3"}
    at_once(
        lambda: send(0, "skema/flpp", **flpp), lambda: send(1, "skema/tambah", **SKEMA, menggantikan="flpp")
    )  # fmt: skip
    row = SkemaKepemilikan.objects.get(pk="flpp")
    # Either the edit came first and stays, or it came second and was refused.
    assert (row.bunga_persen, row.aktif_sampai, row.versi) in [(3, "2027-04-30", 3), (5, "2027-04-30", 2)]


@pytest.mark.parametrize("putaran", range(3))
def test_of_two_for_one_post_one_gets_it(send, putaran):
    wrong = Pejabat.objects.create(
        nama="Lama", jabatan="Kepala Dinas", tugas="kepala", berlaku_mulai="2027-01-01", aktif=False
    )
    at_once(
        lambda: send(0, f"pejabat/{wrong.pk}/aktif", aktif="ya"), lambda: send(1, "pejabat/tambah", **PEJABAT)
    )  # fmt: skip
    assert Pejabat.objects.filter(aktif=True).count() == 1


@pytest.mark.parametrize("putaran", range(3))
def test_of_two_caps_of_one_day_one_is_stored(send, putaran):
    answers = at_once(
        *[lambda n=n: send(n, "penghasilan/tambah", **{**PENGHASILAN, "dasar_hukum": f"No {n}"}) for n in (0, 1)]
    )
    assert sorted(answers) == [302, 422]
    assert BatasPenghasilan.objects.count() == 1
