"""Which move each role is offered in each state: the table of the README, triple by triple. No database."""

import datetime

import pytest

from core.models import Pengguna
from monitoring.beranda import Kewajiban
from monitoring.enums import Gerak, StatusIsian, StatusPeriode
from monitoring.isian.sebutan import Status, status_for
from monitoring.isian.workflow import may_move
from monitoring.models import Isian, PeriodeMonitoring

from .moves_table import ISIAN

PLAYERS = {
    "operator": Pengguna(nama="Operator", peran="operator", kabupaten_kota_id="33.74"),
    "operator lain": Pengguna(nama="Operator lain", peran="operator", kabupaten_kota_id="33.19"),
    "verifikator": Pengguna(nama="Verifikator", peran="verifikator"),
    "koordinator": Pengguna(nama="Koordinator", peran="verifikator", koordinator=True),
    "pimpinan": Pengguna(nama="Pimpinan", peran="pimpinan"),
    "admin": Pengguna(nama="Admin", peran="admin"),
}
ALLOWED = {key: line.siapa - {"pengisi"} for key, line in ISIAN.items()}


def isian(status, periode=StatusPeriode.DIBUKA):
    return Isian(status=status, kabupaten_kota_id="33.74", periode=PeriodeMonitoring(status=periode))


@pytest.mark.parametrize("role", PLAYERS)
@pytest.mark.parametrize("gerak", Gerak.values)
@pytest.mark.parametrize("status", StatusIsian.values)
def test_a_move_is_offered_exactly_where_the_table_says(status, gerak, role):
    expected = role in ALLOWED.get((status, gerak), set())
    assert may_move(isian(status), Gerak(gerak), PLAYERS[role]) == expected


@pytest.mark.parametrize("periode", [StatusPeriode.DISIAPKAN, StatusPeriode.REKAP_DIAJUKAN, StatusPeriode.DITETAPKAN])
@pytest.mark.parametrize(("status", "gerak"), ALLOWED)
def test_no_move_is_offered_outside_an_open_period(status, gerak, periode):
    offered = {role for role, pengguna in PLAYERS.items() if may_move(isian(status, periode), Gerak(gerak), pengguna)}
    assert offered == set()


@pytest.mark.parametrize(
    ("role", "label"),
    [("operator", "Terkirim, menunggu provinsi"), ("verifikator", "Perlu diverifikasi")],
)
def test_one_state_has_a_label_per_audience(role, label):
    assert status_for(isian("terkirim"), PLAYERS[role]).label == label


@pytest.mark.parametrize(("days", "text"), [(-2, "lewat 2 hari"), (0, "hari ini"), (3, "3 hari lagi")])
def test_an_obligation_says_how_long_is_left(days, text):
    today = datetime.date(2026, 3, 10)
    due = today + datetime.timedelta(days=days)
    assert Kewajiban("Isian", Status("Sedang diisi", "proses"), "", due, today, "/", "Lanjut").sisa == text
