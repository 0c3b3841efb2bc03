"""Two at once about one household, on PostgreSQL with real threads: nobody is removed under somebody's hands."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from core.versions import StaleVersion
from penghuni.anonim import HouseholdAnonymised, StillLiving, anonymise_due, anonymise_household
from penghuni.hak_subjek import RequestRefused, close_request, record_request
from penghuni.hunian import move_in, move_out
from penghuni.models import Hunian, Penghuni, PermintaanSubjek

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
REFUSALS = (StaleVersion, RequestRefused, HouseholdAnonymised, StillLiving)
HARI_INI = datetime.date(2026, 11, 24)


def at_once(*actions):
    barrier = threading.Barrier(len(actions), timeout=10)

    def run(action):
        try:
            barrier.wait()
            return action()
        except REFUSALS as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def pergi(household, semarang, blok, operator):
    """Somebody who left long ago."""
    row = household(semarang, "Sutarmi")
    stay = move_in(row, blok, "A-1", datetime.date(2015, 1, 1), operator)
    move_out(stay, datetime.date(2016, 1, 1), "keluarga", operator)
    return row


@pytest.mark.parametrize("putaran", range(3))
def test_of_two_who_answer_one_wins(pergi, operator, verifikator, putaran):
    request = record_request(pergi, "penghapusan", "Mohon dihapus.", timezone.now(), operator)
    answers = at_once(
        lambda: close_request(request, 1, "selesai", "Dihapus.", operator),
        lambda: close_request(request, 1, "ditolak", "Masih ada tunggakan.", verifikator),
    )
    assert len([answer for answer in answers if isinstance(answer, StaleVersion)]) == 1
    row = PermintaanSubjek.objects.get()
    assert (Penghuni.objects.get().nama == "Dianonimkan") == (row.status == "selesai")


def forget_one(penghuni):
    anonymise_household(penghuni, None, timezone.now())


def forget_due(penghuni):
    anonymise_due(HARI_INI)


@pytest.mark.parametrize("putaran", range(3))
@pytest.mark.parametrize("forget", [forget_one, forget_due])
def test_who_moves_in_is_not_forgotten_at_the_same_moment(pergi, blok, operator, forget, putaran):
    at_once(lambda: move_in(pergi, blok, "A-2", datetime.date(2020, 1, 1), operator), lambda: forget(pergi))
    row = Penghuni.objects.get()
    assert (row.dianonimkan_pada is None) == Hunian.objects.open().filter(penghuni=row).exists()


@pytest.mark.parametrize("putaran", range(3))
def test_two_runs_of_the_command_forget_everybody_once(household, semarang, blok, operator, putaran):
    for number in range(150):
        stay = move_in(household(semarang, f"Warga {number}"), blok, f"A-{number}", datetime.date(2015, 1, 1), operator)
        move_out(stay, datetime.date(2016, 1, 1), "keluarga", operator)
    assert sum(at_once(lambda: anonymise_due(HARI_INI), lambda: anonymise_due(HARI_INI))) == 150
    assert set(Penghuni.objects.values_list("nama", "versi")) == {("Dianonimkan", 2)}
