"""Two at once at the door, on PostgreSQL with real threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from django.db import connection
from django.utils import timezone

from core import dua_faktor
from core.accounts import LastAdmin, active_admins, change_account, give_code, try_code, use_ticket
from core.models import FaktorKedua, KodeMasuk, Pengguna

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*actions):
    """Start all actions together; each answer is what the action returned or the refusal it raised."""
    barrier = threading.Barrier(len(actions), timeout=10)

    def run(action):
        try:
            barrier.wait()
            return action()
        except (LastAdmin, dua_faktor.WrongCode, dua_faktor.FactorHeld) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.mark.parametrize("putaran", range(5))
@pytest.mark.parametrize("change", [{"is_active": False}, {"peran": "pimpinan"}])
def test_two_admins_never_close_each_other(admin, putaran, change):
    other = Pengguna.objects.create(username="admin.dua", nama="Dua", peran="admin", password="!")

    def close(pk):
        akun = Pengguna.objects.get(pk=pk)
        for name, value in change.items():
            setattr(akun, name, value)
        change_account(akun, akun.versi)

    answers = at_once(lambda: close(admin.pk), lambda: close(other.pk))
    assert sorted(type(answer).__name__ for answer in answers) == ["LastAdmin", "NoneType"]
    assert active_admins().count() == 1


@pytest.mark.parametrize("putaran", range(3))
def test_one_code_lets_in_once_however_many_send_it(verifikator, putaran):
    secret = pyotp.random_base32()
    dua_faktor.enrol(verifikator, secret, pyotp.TOTP(secret).now())
    FaktorKedua.objects.update(langkah=0)
    kode = pyotp.TOTP(secret).at(timezone.now())
    answers = at_once(*[lambda: dua_faktor.check_code(verifikator, kode)] * 4)
    assert sum(answer is False for answer in answers) == 1


@pytest.mark.parametrize("putaran", range(3))
def test_recovery_code_lets_in_once_however_many_send_it(verifikator, putaran):
    secret = pyotp.random_base32()
    codes = dua_faktor.enrol(verifikator, secret, pyotp.TOTP(secret).now())
    answers = at_once(*[lambda: dua_faktor.check_code(verifikator, codes[0])] * 4)
    assert sum(answer is True for answer in answers) == 1


def test_tries_at_a_code_are_counted_also_when_they_come_at_once(operator, admin):
    kode, _ = give_code(operator, admin)
    wrong = "00000000" if kode != "00000000" else "00000001"
    at_once(*[lambda: try_code(operator.username, wrong)] * 12)
    assert KodeMasuk.objects.get().dicoba == 5
    assert try_code(operator.username, kode) is None


def test_ticket_sets_one_password_however_many_use_it(operator, admin):
    kode, _ = give_code(operator, admin)
    ticket = try_code(operator.username, kode)
    answers = at_once(*[lambda n=n: use_ticket(ticket, f"kuda hijau {n} ekor sekali") for n in range(4)])
    assert sum(answer is not None for answer in answers) == 1
