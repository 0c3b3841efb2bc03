"""The second factor: switched on with a proof, asked at every sign-in, taken once, held after wrong tries."""

import datetime
import re
import uuid

import pyotp
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import dua_faktor
from core.history import history_of
from core.models import FaktorKedua, KodePemulihan, Konsep, Pengguna, Sesi
from core.signin import ticket_for
from tests.factories import make_rusun
from tests.forms import fields_of

MASUK, FAKTOR, AKUN, PASANG = (reverse(f"core:{name}") for name in ("masuk", "masuk_faktor", "akun", "akun_dua_faktor"))
SANDI = "pintu biru nomor dua"
NOW = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)


def at(seconds=0):
    return time_machine.travel(NOW + datetime.timedelta(seconds=seconds), tick=False)


def code(secret, seconds=0):
    return pyotp.TOTP(secret).at(NOW + datetime.timedelta(seconds=seconds))


@pytest.fixture
def person(verifikator):
    verifikator.set_password(SANDI)
    verifikator.save()
    return verifikator


@pytest.fixture
def enrolled(person):
    """The account, the secret on its phone, and its recovery codes; enrolled two minutes ago."""
    secret = pyotp.random_base32()
    with at(-120):
        codes = dua_faktor.enrol(person, secret, code(secret, -120))
    return person, secret, codes


def first_step(client, **more):
    return client.post(MASUK, {"username": "verifikator.satu", "password": SANDI, **more})


def second_step(client, response, kode, **more):
    return client.post(FAKTOR, {"tiket": response.context["tiket"], "kode": kode, **more})


def test_enrolment_is_proven_by_a_code_and_the_password(person):
    with at():
        client = Client()
        first_step(client)
        page = client.get(PASANG)
        secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page.content.decode())[1].replace(" ", "")
        data = {"rahasia": page.context["form"]["rahasia"].value()}
        assert FaktorKedua.objects.count() == 0
        assert client.post(PASANG, data | {"kode": code(secret), "sandi": "salah"}).status_code == 422
        assert client.post(PASANG, data | {"kode": "000000", "sandi": SANDI}).status_code == 422
        done = client.post(PASANG, data | {"kode": code(secret), "sandi": SANDI})
        assert len(done.context["kode"]) == 10
        assert client.get(PASANG).url == AKUN
    with connection.cursor() as cursor:
        cursor.execute("SELECT rahasia FROM core_faktorkedua")
        assert secret not in cursor.fetchone()[0]
    assert not KodePemulihan.objects.filter(sidik__in=done.context["kode"]).exists()


def test_secret_begun_by_somebody_else_is_not_taken(person, admin):
    assert dua_faktor.begun(person, dua_faktor.begin(admin)) is None
    assert dua_faktor.begun(person, "bukan-tersegel") is None


def test_nobody_is_signed_in_between_the_steps(enrolled):
    _, secret, _ = enrolled
    with at():
        client = Client()
        asked = first_step(client, next="/rusun/")
        assert asked.status_code == 200
        assert client.get("/").url.startswith(MASUK)
        assert Sesi.objects.count() == 0
        answer = second_step(client, asked, code(secret), next="/rusun/")
        assert answer.url == "/rusun/"
        assert client.get("/").status_code == 200


def test_code_of_the_same_step_is_taken_once(enrolled):
    _, secret, _ = enrolled
    with at():
        assert second_step(Client(), first_step(Client()), code(secret)).status_code == 302
        again = second_step(Client(), first_step(Client()), code(secret))
        assert again.status_code == 422
    with at(30):
        assert second_step(Client(), first_step(Client()), code(secret, 30)).status_code == 302


@pytest.mark.parametrize(("seconds", "enters"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_clock_of_the_phone_may_be_a_step_off(enrolled, seconds, enters):
    _, secret, _ = enrolled
    with at():
        response = second_step(Client(), first_step(Client()), code(secret, seconds))
    assert (response.status_code == 302) is enters


def test_recovery_code_is_taken_once(enrolled):
    person, _, codes = enrolled
    with at():
        assert second_step(Client(), first_step(Client()), codes[0].upper()).status_code == 302
        assert second_step(Client(), first_step(Client()), codes[0]).status_code == 422
    assert dua_faktor.recovery_codes_left(person) == 9
    assert history_of(person)[0].judul == "Kode pemulihan dipakai"


def test_code_of_the_app_typed_with_a_gap_is_no_recovery_code(enrolled):
    _, secret, codes = enrolled
    with at():
        kode, client = code(secret), Client()
        tiket = first_step(client).context["tiket"]
        answer = client.post(FAKTOR, {"tiket": tiket, "kode": f"{kode[:3]} {kode[3:]}"}, follow=True)
        assert answer.request["PATH_INFO"] == "/"
        assert "Kode pemulihan dipakai" not in answer.content.decode()
        client = Client()
        answer = client.post(FAKTOR, {"tiket": first_step(client).context["tiket"], "kode": codes[0]}, follow=True)
        assert "Kode pemulihan dipakai; sisa 9." in answer.content.decode()


def test_five_wrong_codes_hold_even_the_right_one_for_a_while(enrolled):
    _, secret, _ = enrolled
    with at():
        answers = [second_step(Client(), first_step(Client()), "123").status_code for _ in range(5)]
        assert answers == [422] * 4 + [429]
        assert second_step(Client(), first_step(Client()), code(secret)).status_code == 429
    with at(16 * 60):
        assert second_step(Client(), first_step(Client()), code(secret, 16 * 60)).status_code == 302


def test_ticket_is_no_key_for_long_nor_after_a_new_password(enrolled):
    person, secret, _ = enrolled
    with at():
        ticket = ticket_for(person)
    with at(11 * 60):
        late = Client().post(FAKTOR, {"tiket": ticket, "kode": code(secret, 11 * 60)})
        assert late.templates[0].name == "masuk.html"
    with at():
        person.set_password("kuda hijau tiga ekor")
        person.save()
        stale = Client().post(FAKTOR, {"tiket": ticket, "kode": code(secret)})
        assert stale.templates[0].name == "masuk.html"
    assert Sesi.objects.count() == 0


def test_typed_text_travels_through_both_steps(operator, kudus):
    secret = pyotp.random_base32()
    operator.set_password(SANDI)
    operator.save()
    page = reverse("rusun:ubah", args=[make_rusun(kudus).kode, "hunian"])
    with at(-120):
        dua_faktor.enrol(operator, secret, code(secret, -120))
    with at():
        client = Client()
        client.force_login(operator, backend="core.signin.PenggunaBackend")
        data = fields_of(client.get(page)) | {"daftar_tunggu": "4321"}
        Sesi.objects.all().delete()
        titipan = client.post(page, data).context["titipan"]
        asked = client.post(MASUK, {"username": operator.username, "password": SANDI, "titipan": titipan})
        answer = second_step(client, asked, code(secret), titipan=asked.context["titipan"])
        assert answer.url == page
    assert "4321" in Konsep.objects.get().isi.reveal()


@pytest.mark.parametrize(
    ("name", "asked"), [("admin", True), ("koordinator", True), ("verifikator", False), ("operator", False)]
)
def test_setting_asks_a_factor_of_the_named_before_anything_else(request, masuk_sebagai, settings, name, asked):
    settings.WAJIB_DUA_FAKTOR = ["admin", "koordinator"]
    response = masuk_sebagai(request.getfixturevalue(name)).get("/")
    assert (response.status_code == 302 and response.url.startswith(PASANG)) is asked


def test_polls_of_an_account_that_owes_a_factor_are_refused(koordinator, masuk_sebagai, settings):
    client = masuk_sebagai(koordinator)
    settings.WAJIB_DUA_FAKTOR = ["koordinator"]
    poll = reverse("monitoring:desk_kini", args=["desk-uji", 1])
    assert client.get(poll, headers={"HX-Request": "true"}).status_code == 401


def test_admin_takes_a_lost_factor_away_with_a_reason(enrolled, admin, masuk_sebagai):
    person, _, _ = enrolled
    there = masuk_sebagai(person)
    office, page = masuk_sebagai(admin), reverse("core:pengguna_faktor", args=[person.pk])
    assert office.post(page, {"kunci_formulir": uuid.uuid4()}).status_code == 422
    office.post(page, {"alasan": "Ponsel hilang", "kunci_formulir": uuid.uuid4()})
    assert there.get("/").url.startswith(MASUK)
    line = history_of(person)[0]
    assert (line.judul, line.catatan, line.oleh) == ("Langkah kedua dilepas", "Ponsel hilang", "Yuni Astuti")
    with at():
        assert first_step(Client()).status_code == 302


def test_admin_does_not_take_the_own_factor_away_without_the_password(admin, masuk_sebagai):
    client = masuk_sebagai(admin)
    for name in ("pengguna_faktor", "pengguna_sandi", "pengguna_kode"):
        assert (
            client.post(reverse(f"core:{name}", args=[admin.pk]), {"kunci_formulir": uuid.uuid4()}).status_code == 403
        )


def test_own_factor_and_new_recovery_codes_ask_for_the_password(enrolled, masuk_sebagai):
    person, _, old = enrolled
    client = masuk_sebagai(person)
    for name in ("akun_pemulihan", "akun_lepas"):
        page = reverse(f"core:{name}")
        assert client.post(page, {"sandi": "salah", "kunci_formulir": uuid.uuid4()}).status_code == 422
    new = client.post(reverse("core:akun_pemulihan"), {"sandi": SANDI, "kunci_formulir": uuid.uuid4()}).context["kode"]
    assert not set(new) & set(old)
    client.post(reverse("core:akun_lepas"), {"sandi": SANDI, "kunci_formulir": uuid.uuid4()})
    assert Pengguna.objects.get(pk=person.pk).dua_faktor_sejak is None
    assert not FaktorKedua.objects.exists()


def test_wrong_word_in_the_setting_is_found_by_the_check(settings):
    settings.WAJIB_DUA_FAKTOR = ["admin", "kordinator"]
    assert [message.id for message in dua_faktor.check_setting(None)] == ["core.E001"]
