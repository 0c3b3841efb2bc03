"""A new password by a code told over the phone: once, for half an hour, and no word about which accounts there are."""

import datetime
import re
import uuid

import pyotp
import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import dua_faktor
from core.accounts import SuspendedAccount, give_code, give_first_password
from core.history import history_of
from core.models import KodeMasuk, Pengguna

MASUK, KODE = reverse("core:masuk"), reverse("core:masuk_kode")
BARU = "kuda hijau tiga ekor"
START = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)


@pytest.fixture
def kode(operator, admin):
    return give_code(operator, admin)[0]


def tell(username, kode, client=None, **more):
    return (client or Client()).post(KODE, {"username": username, "kode": kode}, **more)


def choose(tiket, password=BARU):
    return Client().post(KODE, {"tiket": tiket, "new_password1": password, "new_password2": password})


def wrong(kode):
    return f"{(int(kode) + 1) % 10**8:08d}"


def test_code_is_shown_once_and_lets_set_a_password(operator, admin, masuk_sebagai):
    office, data = masuk_sebagai(admin), {"kunci_formulir": uuid.uuid4()}
    page = reverse("core:pengguna_kode", args=[operator.pk])
    kode = office.post(page, data).context["kode"]
    assert office.post(page, data).status_code == 302
    assert kode not in KodeMasuk.objects.get().sandi
    there = masuk_sebagai(operator)
    tiket = tell("operator.kudus", f"{kode[:4]} {kode[4:]}").context["tiket"]
    assert choose(tiket).url == MASUK
    assert there.get("/").url.startswith(MASUK)
    assert Client().post(MASUK, {"username": "operator.kudus", "password": BARU}).status_code == 302


def test_code_and_ticket_are_good_for_one_password(operator, kode):
    tiket = tell("operator.kudus", kode).context["tiket"]
    assert choose(tiket).url == MASUK
    assert choose(tiket, "lain lagi sama sekali").context["tiket"] == ""
    assert tell("operator.kudus", kode).status_code == 422
    assert Pengguna.objects.get(pk=operator.pk).check_password(BARU)


def test_code_ends_after_half_an_hour_and_with_the_next_code(operator, admin, kode):
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=31)):
        assert tell("operator.kudus", kode).status_code == 422
    give_code(operator, admin)
    assert tell("operator.kudus", kode).status_code == 422


def test_five_tries_end_the_code(operator, kode):
    for _ in range(5):
        assert tell("operator.kudus", wrong(kode)).status_code == 422
    assert tell("operator.kudus", kode).status_code == 422


def test_weak_password_is_refused_behind_the_code_only(kode):
    tiket = tell("operator.kudus", kode).context["tiket"]
    assert choose(tiket, "pendek").status_code == 422
    assert choose(tiket).url == MASUK


def test_every_wrong_answer_is_the_same(operator, verifikator, kode):
    closed = Pengguna.objects.create(username="tutup", nama="Tutup", peran="pimpinan", is_active=False)
    KodeMasuk.objects.create(pengguna=closed, sandi="!", sampai=timezone.now() + datetime.timedelta(hours=1))

    def body(username):
        response = tell(username, wrong(kode))
        return response.status_code, response.content.decode().replace(username, "X").split("<main", 1)[1]

    def without_token(answer):
        status, html = answer
        return status, "".join(part for part in html.split("<input") if "csrfmiddlewaretoken" not in part)

    answers = {without_token(body(name)) for name in ("operator.kudus", "verifikator.satu", "tutup", "tidak.ada")}
    assert len(answers) == 1


def test_unknown_account_costs_the_same_work(operator, admin, kode, settings, monkeypatch):
    from django.contrib.auth import hashers

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    hashers.get_hashers.cache_clear()
    give_code(operator, admin)
    worked = []
    encode = hashers.Argon2PasswordHasher.encode
    verify = hashers.Argon2PasswordHasher.verify
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "encode", lambda *a, **k: worked.append("e") or encode(*a, **k))
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "verify", lambda *a, **k: worked.append("v") or verify(*a, **k))
    try:
        work = []
        for username in ("operator.kudus", "tidak.ada"):
            worked.clear()
            tell(username, "00000000")
            work.append(len(worked))
        assert work == [1, 1]
    finally:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        hashers.get_hashers.cache_clear()


def test_suspended_account_gets_neither_code_nor_first_password(operator, admin, masuk_sebagai):
    Pengguna.objects.filter(pk=operator.pk).update(is_active=False)
    for give in (give_code, give_first_password):
        with pytest.raises(SuspendedAccount):
            give(operator, admin)
    office, page = masuk_sebagai(admin), reverse("core:pengguna_ubah", args=[operator.pk])
    for name in ("pengguna_kode", "pengguna_sandi"):
        answer = office.post(reverse(f"core:{name}", args=[operator.pk]), {"kunci_formulir": uuid.uuid4()}, follow=True)
        assert "Akun dibekukan; aktifkan dahulu" in answer.content.decode()
    assert answer.request["PATH_INFO"] == page
    assert not KodeMasuk.objects.exists()


def test_reset_ends_an_expired_first_password_too(operator, admin):
    Pengguna.objects.filter(pk=operator.pk).update(sandi_awal_sampai=timezone.now() - datetime.timedelta(days=1))
    kode = give_code(Pengguna.objects.get(pk=operator.pk), admin)[0]
    choose(tell("operator.kudus", kode).context["tiket"])
    assert Client().post(MASUK, {"username": "operator.kudus", "password": BARU}).status_code == 302


# --- throttling -------------------------------------------------------------------------------------------------------


@pytest.fixture
def counted(settings):
    settings.AXES_ENABLED = True


def office(address="10.1.1.1"):
    return {"REMOTE_ADDR": address}


def enter(username, password, **more):
    return Client().post(MASUK, {"username": username, "password": password}, **more)


def test_guesses_at_codes_are_slowed_per_account_and_address_not_for_the_office(counted, operator, verifikator, kode):
    answers = [tell("tidak.ada", "12345678", **office()).status_code for _ in range(8)]
    assert answers[-1] == 429
    assert tell("tidak.ada", "12345678", **office()).status_code == 429
    assert tell("operator.kudus", kode, **office()).status_code == 200


def test_ten_wrong_passwords_lock_one_account_and_no_colleague_and_are_remembered(counted, operator, verifikator):
    for row in (operator, verifikator):
        row.set_password(BARU)
        row.save()

    assert [enter("operator.kudus", "salah", **office()).status_code for _ in range(10)][-1] == 429
    assert enter("operator.kudus", BARU, **office()).status_code == 429
    assert enter("verifikator.satu", BARU, **office()).status_code == 302
    assert AccessAttempt.objects.get(username="operator.kudus").failures_since_start >= 8  # in the database


def test_password_asked_inside_is_guessed_no_faster_than_at_the_door(counted, operator, masuk_sebagai):
    operator.set_password(BARU)
    operator.save()
    client = masuk_sebagai(operator)
    data = {"sandi": "salah", "new_password1": "x", "new_password2": "x"}
    codes = [
        client.post(reverse("core:akun_sandi"), data | {"kunci_formulir": uuid.uuid4()}).status_code for _ in range(8)
    ]
    assert (codes[0], codes[-1]) == (422, 429)


def test_nothing_secret_stays_with_the_failed_tries(counted, operator, kode, masuk_sebagai):
    tell("operator.kudus", wrong(kode))
    Client().post(MASUK, {"username": "operator.kudus", "password": "rahasia-sekali", "titipan": "tersegel"})
    client = masuk_sebagai(operator)
    typed = {
        "sandi": "salah-ketik", "new_password1": BARU, "new_password2": BARU, "kunci_formulir": uuid.uuid4(),
        "next": "/rusun/?cari=Sutarmi",
    }  # fmt: skip
    client.post(f"{reverse('core:akun_sandi')}?next=/rusun/", typed)
    token = client.get(reverse("core:akun_dua_faktor")).context["form"]["rahasia"].value()
    client.post(reverse("core:akun_dua_faktor"), {"sandi": "salah-ketik", "kode": "123456", "rahasia": token})
    assert sum(AccessAttempt.objects.values_list("failures_since_start", flat=True)) == 4
    stored = "\n".join(text for row in AccessAttempt.objects.values_list("post_data", "get_data") for text in row)
    assert {name for name, value in re.findall(r"^(\w+)=(.*)$", stored, re.M) if value.strip("*")} == {"kunci_formulir"}


def test_help_of_the_admin_reaches_who_locked_himself_out(counted, operator, admin):
    def locked_out():
        return [enter("operator.kudus", "salah").status_code for _ in range(8)][-1] == 429

    assert locked_out()
    kode = give_code(operator, admin)[0]
    answer = tell("operator.kudus", kode)
    assert answer.status_code == 200
    assert locked_out()
    choose(answer.context["tiket"])
    assert enter("operator.kudus", BARU).status_code == 302
    assert locked_out()
    sandi = give_first_password(operator, admin).sandi
    assert enter("operator.kudus", sandi).status_code == 302


def test_help_for_one_account_forgets_no_tries_at_another(counted, operator, verifikator, admin):
    enter("verifikator.satu", "salah")
    give_code(operator, admin)
    assert AccessAttempt.objects.get().username == "verifikator.satu"


def test_lock_ends_a_quarter_of_an_hour_after_the_last_counted_try(counted, operator):
    operator.set_password(BARU)
    operator.save()
    with time_machine.travel(START, tick=False):
        assert [enter("operator.kudus", "salah").status_code for _ in range(8)][-1] == 429
    with time_machine.travel(START + datetime.timedelta(minutes=10), tick=False):
        assert enter("operator.kudus", BARU).status_code == 429
    with time_machine.travel(START + datetime.timedelta(minutes=16), tick=False):
        assert enter("operator.kudus", BARU).status_code == 302


def test_many_accounts_are_not_tried_from_one_address(counted, settings, operator):
    operator.set_password(BARU)
    operator.save()
    tried = [enter(f"akun.{n}", "salah", **office()).status_code for n in range(70)]
    assert tried[:60] == [422] * 60
    assert set(tried[60:]) == {429}
    assert tell("operator.kudus", "12345678", **office()).status_code == 429
    assert enter("operator.kudus", BARU, **office("10.1.1.2")).status_code == 302


@pytest.fixture
def closed(counted, db):
    """The address of the office, closed by somebody who tried made-up names."""
    for n in range(60):
        enter(f"akun.{n}", "salah", **office())
    answer = enter("akun.baru", "salah", **office())
    assert answer.status_code == 429
    assert "jaringan Anda" in answer.content.decode()


def with_own_password(pengguna):
    pengguna.set_password(BARU)
    pengguna.save()
    return pengguna


def test_who_is_signed_in_works_on_behind_a_closed_address(closed, verifikator, masuk_sebagai):
    client = masuk_sebagai(with_own_password(verifikator))
    page = reverse("core:akun_dua_faktor")
    token = client.get(page).context["form"]["rahasia"].value()
    kode = pyotp.TOTP(dua_faktor.begun(verifikator, token)).now()
    answer = client.post(page, {"sandi": BARU, "kode": kode, "rahasia": token}, **office())
    assert (answer.status_code, len(answer.context["kode"])) == (200, 10)
    for name, sandi, status in (
        ("akun_pemulihan", "salah", 422), ("akun_pemulihan", BARU, 200), ("akun_lepas", BARU, 302),
    ):  # fmt: skip
        data = {"sandi": sandi, "kunci_formulir": uuid.uuid4()}
        assert client.post(reverse(f"core:{name}"), data, **office()).status_code == status
    lain = "tiga kuda hijau di tepi kali"
    data = {"sandi": BARU, "new_password1": lain, "new_password2": lain, "kunci_formulir": uuid.uuid4()}
    assert client.post(reverse("core:akun_sandi"), data, **office()).status_code == 302


def test_who_is_signed_in_guesses_at_nobody_else_behind_a_closed_address(closed, operator, verifikator, masuk_sebagai):
    assert tell("operator.kudus", "12345678", masuk_sebagai(verifikator), **office()).status_code == 429


def test_own_password_is_guessed_no_faster_behind_a_closed_address(closed, operator, masuk_sebagai):
    client = masuk_sebagai(with_own_password(operator))
    data = {"sandi": "salah", "new_password1": "x", "new_password2": "x"}
    codes = [
        client.post(reverse("core:akun_sandi"), data | {"kunci_formulir": uuid.uuid4()}, **office()).status_code
        for _ in range(8)
    ]
    assert (codes[0], codes[-1]) == (422, 429)


def test_code_of_the_admin_opens_a_closed_address_for_that_account_up_to_the_sign_in(
    closed, operator, verifikator, admin
):
    with_own_password(verifikator)
    assert enter("operator.kudus", BARU, **office()).status_code == 429
    kode = give_code(operator, admin)[0]
    assert tell("operator.kudus", wrong(kode), **office()).status_code == 422
    choose(tell("operator.kudus", kode, **office()).context["tiket"])
    assert enter("operator.kudus", BARU, **office()).status_code == 302
    assert enter("verifikator.satu", BARU, **office()).status_code == 429


def test_first_password_opens_a_closed_address_for_half_an_hour(closed, operator, admin):
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=1), tick=False) as clock:
        sandi = give_first_password(operator, admin).sandi
        assert enter("operator.kudus", sandi, **office()).status_code == 302
        clock.shift(datetime.timedelta(minutes=31))
        for n in range(60):
            enter(f"akun.lain.{n}", "salah", **office())
        assert enter("operator.kudus", sandi, **office()).status_code == 429


def test_closed_address_is_opened_from_the_server(closed):
    call_command("axes_reset_ip", office()["REMOTE_ADDR"])
    assert enter("akun.baru", "salah", **office()).status_code == 422


def test_helped_account_is_guessed_no_faster_behind_a_closed_address(closed, operator, admin):
    kode = give_code(with_own_password(operator), admin)[0]
    answers = [tell("operator.kudus", wrong(kode), **office()).status_code for _ in range(8)]
    assert (answers[0], answers[-1]) == (422, 429)
    assert tell("operator.kudus", kode, **office("10.1.1.2")).status_code == 422
    assert enter("operator.kudus", BARU, **office()).status_code == 429


def test_who_gets_in_frees_the_office_of_the_tries_at_that_account(counted, operator):
    operator.set_password(BARU)
    operator.save()
    for n in range(58):
        enter(f"akun.{n}", "salah", **office())
    enter("operator.kudus", "salah", **office())
    enter("operator.kudus", BARU, **office())
    assert enter("akun.baru", "salah", **office()).status_code == 422
    assert enter("operator.kudus", BARU, **office()).status_code == 302


def test_one_account_tried_from_many_addresses_is_told_once_and_not_locked(counted, operator):
    operator.set_password(BARU)
    operator.save()
    for address in range(5):
        for _ in range(8):
            enter("operator.kudus", "salah", **office(f"10.1.1.{address}"))
    lines = [line.judul for line in history_of(operator) if "percobaan" in line.judul]
    assert lines == ["Banyak percobaan masuk yang gagal, dari beberapa alamat"]
    assert enter("operator.kudus", BARU, **office("10.1.1.9")).status_code == 302


def test_one_who_mistypes_at_one_address_is_not_told_about(counted, operator):
    for _ in range(30):
        enter("operator.kudus", "salah", **office())
    assert [line.judul for line in history_of(operator) if "percobaan" in line.judul] == []
