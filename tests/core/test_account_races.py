"""Two at once at the door, on PostgreSQL with real threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from core import dua_faktor
from core.accounts import (
    LastAdmin,
    PasswordChanged,
    UsernameTaken,
    active_admins,
    change_account,
    create_accounts,
    give_code,
    give_first_password,
    set_password,
    try_code,
    use_ticket,
)
from core.idempotency import new_key
from core.models import FaktorKedua, KodeMasuk, Pengguna

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


REFUSALS = (LastAdmin, PasswordChanged, UsernameTaken, dua_faktor.WrongCode, dua_faktor.FactorHeld)


def at_once(*actions):
    """Start all actions together; each answer is what the action returned or the refusal it raised."""
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


@pytest.mark.parametrize("putaran", range(5))
@pytest.mark.parametrize("change", [{"is_active": False}, {"peran": "pimpinan"}])
def test_two_admins_never_close_each_other(admin, putaran, change):
    other = Pengguna.objects.create(username="admin.dua", nama="Dua", peran="admin", password="!")

    def close(pk):
        akun = Pengguna.objects.get(pk=pk)
        for name, value in change.items():
            setattr(akun, name, value)
        change_account(akun, akun.versi, None)

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


@pytest.mark.parametrize("putaran", range(5))
def test_reset_by_the_admin_stands_whatever_was_under_way(operator, admin, putaran):
    operator.set_password("pintu biru nomor dua")
    operator.save()
    kode, _ = give_code(operator, admin)
    ticket = try_code(operator.username, kode)
    under_way, to_reset = Pengguna.objects.get(pk=operator.pk), Pengguna.objects.get(pk=operator.pk)
    _, _, given = at_once(
        lambda: set_password(under_way, "kuda hijau tiga ekor", under_way),
        lambda: use_ticket(ticket, "kucing abu empat ekor"),
        lambda: give_first_password(to_reset, admin),
    )
    operator.refresh_from_db()
    assert operator.check_password(given.sandi)
    assert operator.sandi_awal_sampai is not None
    assert not KodeMasuk.objects.exists()


def somebody_waits():
    """Come back once another connection waits for a row that this one holds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def test_code_given_while_an_earlier_one_is_used_still_lets_in(operator, admin):
    ticket = try_code(operator.username, give_code(operator, admin)[0])

    def use():
        try:
            return use_ticket(ticket, "kucing abu empat ekor")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Pengguna.objects.select_for_update().get(pk=operator.pk)
            used = pool.submit(use)
            somebody_waits()
            newer, _ = give_code(operator, admin)
        assert used.result() is None
    assert try_code(operator.username, newer) is not None


def test_who_changes_a_password_that_was_just_reset_is_told(operator, admin, masuk_sebagai):
    operator.set_password("pintu biru nomor dua")
    operator.save()
    client, baru = masuk_sebagai(operator), "kuda hijau tiga ekor"
    typed = {"sandi": "pintu biru nomor dua", "new_password1": baru, "new_password2": baru, "kunci_formulir": new_key()}

    def change():
        try:
            return client.post(reverse("core:akun_sandi"), typed)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Pengguna.objects.select_for_update().get(pk=operator.pk)
            sent = pool.submit(change)
            somebody_waits()
            given = give_first_password(Pengguna.objects.get(pk=operator.pk), admin)
        answer = sent.result()
    assert answer.url == reverse("core:masuk")
    assert "baru saja diganti" in client.get(answer.url).content.decode()
    operator.refresh_from_db()
    assert operator.check_password(given.sandi)


@pytest.mark.parametrize("putaran", range(3))
def test_two_admins_who_help_each_other_at_once_both_do(admin, putaran):
    other = Pengguna.objects.create(username="admin.dua", nama="Dua", peran="admin", password="!")
    at_once(
        lambda: give_first_password(Pengguna.objects.get(pk=admin.pk), other),
        lambda: give_first_password(Pengguna.objects.get(pk=other.pk), admin),
    )
    assert active_admins().filter(sandi_awal_sampai__isnull=False).count() == 2


@pytest.mark.parametrize("putaran", range(5))
def test_one_name_is_given_once_however_many_make_it(db, putaran):
    rows = [Pengguna(username="operator.baru", nama=f"Nama {n}", peran="pimpinan", password="!") for n in range(3)]
    answers = at_once(*[lambda row=row: create_accounts([row], None) for row in rows])
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "UsernameTaken", "UsernameTaken"]
    assert Pengguna.objects.count() == 1
