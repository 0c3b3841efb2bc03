"""Sessions: whose they are, when they end, and what they cost."""

import datetime
import re
import sqlite3
import time
import uuid

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.accounts import change_account, give_code
from core.history import history_of, note
from core.models import Konsep, Pengguna, Sesi
from core.sesi import browser_in_words, short_address
from tests.factories import make_rusun
from tests.forms import fields_of

MASUK, AKUN = reverse("core:masuk"), reverse("core:akun")
SANDI = "pintu biru nomor dua"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
START = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)


def at(minutes):
    return time_machine.travel(START + datetime.timedelta(minutes=minutes), tick=False)


@pytest.fixture
def signed_in(operator):
    operator.set_password(SANDI)
    operator.save()

    def enter(**more):
        client = Client(HTTP_USER_AGENT=CHROME, REMOTE_ADDR="10.20.30.40", **more)
        assert client.post(MASUK, {"username": operator.username, "password": SANDI}).status_code == 302
        return client

    return enter


@pytest.mark.parametrize(
    ("address", "short"),
    [("10.20.30.40", "10.20.30.x"), ("2001:db8:1:2::3", "2001:db8:1::x"), ("bukan alamat", ""), ("", "")],
)
def test_address_is_shortened(address, short):
    assert short_address(address) == short


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome di Windows"),
        (CHROME + " Edg/140.0", "Edge di Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox di Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Safari/604.1", "Safari di iPhone"),
        ("curl/8", "Peramban lain"),
        ("", ""),
    ],
)
def test_browser_is_told_in_words(agent, words):
    assert browser_in_words(agent) == words


def test_session_begins_new_at_sign_in_and_is_listed_without_its_key(signed_in, operator):
    client = Client()
    client.cookies["sesi"] = "kunci-yang-dipilih-orang-lain0000"
    client = signed_in()
    row = Sesi.objects.get(pengguna=operator)
    page = client.get(AKUN).content.decode()
    assert row.pk == client.cookies["sesi"].value
    assert (row.alamat, row.peramban) == ("10.20.30.x", "Chrome di Windows")
    assert "Chrome di Windows" in page
    assert row.pk not in page
    assert row.pk not in str(row)


@pytest.mark.parametrize(("minutes", "inside"), [(44, True), (46, False)])
def test_session_left_alone_ends(signed_in, minutes, inside):
    with at(0):
        client = signed_in()
    with at(minutes):
        assert (client.get("/").status_code == 200) is inside


def test_session_in_use_ends_twelve_hours_after_signing_in(signed_in):
    with at(0):
        client = signed_in()
    for minutes in range(40, 12 * 60, 40):
        with at(minutes):
            assert client.get("/").status_code == 200
    with at(12 * 60 + 1):
        assert client.get("/").status_code == 302


def test_presence_is_written_at_most_once_a_minute(signed_in):
    def written(client):
        with CaptureQueriesContext(connection) as queries:
            client.get(AKUN)
        return sum(q["sql"].startswith("UPDATE") and "core_sesi" in q["sql"] for q in queries)

    with at(0):
        client = signed_in()
        assert written(client) == 0
    with at(2):
        assert [written(client), written(client)] == [1, 0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite has one writer at a time")
def test_page_that_only_reads_does_not_wait_for_a_writer(signed_in):
    with at(0):
        client = signed_in()
    writer = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with at(2):
            begun = time.perf_counter()
            assert client.get(AKUN).status_code == 200
            assert time.perf_counter() - begun < 5  # it would wait for ten seconds
    finally:
        writer.rollback()
        writer.close()
    with at(2):
        client.get(AKUN)
    assert Sesi.objects.get().terakhir == START + datetime.timedelta(minutes=2)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone()[0] == connection.settings_dict["OPTIONS"]["timeout"] * 1000


def test_page_that_only_asks_for_news_does_not_count_as_being_there(signed_in, operator, kudus):
    poll = reverse("penghuni:program_kemajuan")
    Pengguna.objects.filter(pk=operator.pk).update(akses_penghuni=True)
    with at(0):
        client = signed_in()
    with at(30):
        assert client.get(poll, headers={"HX-Request": "true"}).status_code == 204
    with at(46):
        assert client.get("/").status_code == 302


def test_text_typed_when_the_session_was_left_alone_comes_back_after_signing_in(signed_in, operator, kudus):
    page = reverse("rusun:ubah", args=[make_rusun(kudus).kode, "hunian"])
    with at(0):
        client = signed_in()
        data = fields_of(client.get(page)) | {"daftar_tunggu": "4321"}
    with at(50):
        asked = client.post(page, data)
        titipan = asked.context["titipan"]
        answer = client.post(MASUK, {"username": operator.username, "password": SANDI, "titipan": titipan})
        assert (asked.status_code, answer.url) == (401, page)
    assert "4321" in Konsep.objects.get().isi.reveal()


def test_own_session_elsewhere_is_ended(signed_in, operator):
    here, there, third = signed_in(), signed_in(), signed_in()
    row = Sesi.objects.get(pk=there.cookies["sesi"].value)
    here.post(reverse("core:akun_sesi"), {"nomor": str(row.nomor)})
    assert [c.get(AKUN).status_code for c in (here, there, third)] == [200, 302, 200]
    here.post(reverse("core:akun_sesi"), {"nomor": "semua"})
    assert [c.get(AKUN).status_code for c in (here, third)] == [200, 302]


def test_session_of_somebody_else_is_not_ended_from_the_own_page(signed_in, verifikator, masuk_sebagai):
    client = signed_in()
    row = Sesi.objects.get()
    for nomor in (str(row.nomor), "semua", "bukan-nomor", str(uuid.uuid4())):
        masuk_sebagai(verifikator).post(reverse("core:akun_sesi"), {"nomor": nomor})
    assert client.get(AKUN).status_code == 200


def test_admin_sees_and_ends_the_sessions_of_an_account(signed_in, operator, admin, masuk_sebagai):
    client, office = signed_in(), masuk_sebagai(admin)
    page = reverse("core:pengguna_ubah", args=[operator.pk])
    assert "Chrome di Windows" in office.get(page).content.decode()
    office.post(reverse("core:pengguna_sesi", args=[operator.pk]), {"nomor": "semua"})
    assert client.get(AKUN).status_code == 302
    assert office.get(page).status_code == 200
    office.post(reverse("core:pengguna_sesi", args=[operator.pk]), {"nomor": "semua"})
    assert [(line.judul, line.oleh) for line in history_of(operator) if "esi" in line.judul] == [
        ("Sesi diakhiri", "Yuni Astuti")
    ]


def test_signing_out_after_the_session_ended_leads_to_the_sign_in_page(operator):
    assert Client().post(reverse("core:keluar")).url == MASUK


@pytest.mark.parametrize(
    ("referer", "where"),
    [("http://testserver/akun/?a=1", "/akun/?a=1"), ("https://jahat.example/akun/", "/"), ("", "/")],
)
def test_after_a_post_without_session_a_page_opens_that_can_be_looked_at(signed_in, operator, referer, where):
    asked = Client().post(reverse("core:akun_sesi"), {"nomor": "semua"}, headers={"Referer": referer})
    page = Client().get(asked.url)
    answer = Client().post(MASUK, {"username": operator.username, "password": SANDI, "next": page.context["next"]})
    assert answer.url == where


def test_person_who_opens_an_address_for_posts_only_gets_a_page(client, db):
    person = client.get(reverse("core:keluar"), headers={"Accept": "text/html,*/*"})
    assert (person.status_code, person["Allow"]) == (405, "POST")
    assert "Ke beranda" in person.content.decode()
    script = client.get(reverse("core:keluar"), headers={"Accept": "*/*"})
    assert (script.status_code, script.content) == (405, b"")


@pytest.mark.parametrize("change", [{"is_active": False}, {"kabupaten_kota_id": "33.74"}, {"akses_penghuni": True}])
def test_change_of_what_an_account_may_ends_its_sessions_at_the_next_request(signed_in, operator, semarang, change):
    client = signed_in()
    operator = Pengguna.objects.get(pk=operator.pk)
    for name, value in change.items():
        setattr(operator, name, value)
    change_account(operator, operator.versi, None)
    assert client.get("/").url.startswith(MASUK)
    assert not Sesi.objects.filter(pengguna=operator).exists()


def test_change_of_an_address_ends_nothing(signed_in, operator):
    client = signed_in()
    operator = Pengguna.objects.get(pk=operator.pk)
    operator.surel = "sri@kuduskab.go.id"
    change_account(operator, operator.versi, None)
    assert client.get("/").status_code == 200


def test_work_keeps_the_name_after_moving_to_another_region(operator, semarang, admin):
    note(admin, "Sesuatu dikerjakan", operator)
    operator.kabupaten_kota = semarang
    change_account(operator, operator.versi, None)
    assert history_of(admin)[0].oleh == "Sri Lestari"
    (moved,) = (line for line in history_of(operator) if line.beda)
    assert moved.beda == (("Kabupaten/kota", "Kabupaten Kudus", "Kota Semarang"),)


def test_forgotten_sessions_are_cleared(signed_in):
    with at(0):
        signed_in()
    with at(46):
        signed_in()
        call_command("clearsessions")
    assert Sesi.objects.count() == 1


def test_session_survives_a_clock_that_jumps_back(signed_in):
    with at(60):
        client = signed_in()
    with at(0):
        assert client.get("/").status_code == 200


# --- typed text in transit --------------------------------------------------------------------------------------------


@pytest.fixture
def in_transit(signed_in, operator, kudus):
    """A page, what was typed there before the session ended, and the sign-in page of a browser that carries it."""
    page = reverse("rusun:ubah", args=[make_rusun(kudus).kode, "hunian"])
    client = signed_in()
    data = fields_of(client.get(page)) | {"daftar_tunggu": "4321"}
    return page, data


def carried(client, in_transit):
    page, data = in_transit
    Sesi.objects.all().delete()
    return client.post(page, data).context["titipan"]


def kept():
    return "4321" in Konsep.objects.get().isi.reveal()


def with_token(client, **data):
    """Post as a page does that was opened just now."""
    return data | {"csrfmiddlewaretoken": client.get(MASUK).context["csrf_token"]}


def test_text_of_a_second_tab_at_the_door_arrives_too(in_transit, operator):
    page, _ = in_transit
    titipan = carried(Client(), in_transit)
    client = Client(enforce_csrf_checks=True)
    account = {"username": operator.username, "password": SANDI}
    first, second = with_token(client, **account), with_token(client, **account, titipan=titipan)
    assert client.post(MASUK, first).status_code == 302
    assert client.post(MASUK, second).url == page
    assert kept()


def test_form_with_an_old_token_is_kept_as_a_draft(in_transit, operator):
    page, data = in_transit
    client = Client(enforce_csrf_checks=True)
    client.post(MASUK, with_token(client, username=operator.username, password=SANDI))
    assert client.post(page, data, headers={"X-Requested-With": "konsep"}).status_code == 403  # the script asks anew
    assert client.post(page, data | {"buang_konsep": "1"}).status_code == 403
    assert not Konsep.objects.exists()
    assert client.post(page, data).url == page
    assert kept()


def test_form_with_an_old_token_and_no_session_goes_through_the_door(in_transit, operator):
    page, data = in_transit
    client = Client(enforce_csrf_checks=True)
    asked = client.post(page, data)
    assert asked.status_code == 403
    data = with_token(client, username=operator.username, password=SANDI, titipan=asked.context["titipan"])
    assert client.post(MASUK, data).url == page
    assert kept()


def test_forged_post_keeps_nothing(in_transit, operator, masuk_sebagai):
    page, data = in_transit
    del data["pemilik_konsep"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator, backend="core.signin.PenggunaBackend")
    assert client.post(page, data).status_code == 403
    assert client.post(MASUK, {"titipan": "palsu"}).status_code == 403
    assert not Konsep.objects.exists()


def test_text_travels_through_the_page_that_says_locked(in_transit, operator, settings):
    titipan, client = carried(Client(), in_transit), Client()
    settings.AXES_ENABLED = True
    wrong = {"username": operator.username, "password": "salah", "titipan": titipan, "next": "/rusun/"}
    locked = [client.post(MASUK, wrong) for _ in range(8)][-1]
    assert locked.status_code == 429
    back = client.post(MASUK, fields_of_page(locked))
    assert (back.status_code, back.context["titipan"], back.context["next"]) == (200, titipan, "/rusun/")
    assert "errorlist" not in back.content.decode()


def fields_of_page(response):
    """What travels through a page."""
    return dict(re.findall(r'<input type="hidden" name="(next|titipan)" value="([^"]*)"', response.content.decode()))


def test_text_travels_while_a_lost_password_is_replaced_by_a_code(in_transit, operator, admin):
    page, _ = in_transit
    client, baru = Client(), "kuda hijau tiga ekor"
    carry = {"titipan": carried(Client(), in_transit), "next": page}
    code_page = reverse("core:masuk_kode")
    opened = client.post(code_page, carry)
    assert (opened.status_code, fields_of_page(opened)) == (200, carry)
    told = client.post(code_page, carry | {"username": operator.username, "kode": give_code(operator, admin)[0]})
    tiket = {"tiket": told.context["tiket"], "new_password1": baru, "new_password2": baru}
    door = client.post(code_page, fields_of_page(told) | tiket)
    assert "Kata sandi diganti" in door.content.decode()
    again = client.post(code_page, carry | tiket)  # used by now
    assert (again.status_code, fields_of_page(again)) == (422, carry)
    assert client.post(MASUK, {"username": operator.username, "password": baru} | fields_of_page(door)).url == page
    assert kept()


def test_second_step_while_signed_in_elsewhere_hands_the_text_over(in_transit, operator, masuk_sebagai):
    page, _ = in_transit
    titipan = carried(Client(), in_transit)
    answer = masuk_sebagai(operator).post(reverse("core:masuk_faktor"), {"tiket": "x", "titipan": titipan})
    assert answer.url == page
    assert kept()


def test_text_of_somebody_else_is_told_about_and_not_handed_over(in_transit, operator_lain, masuk_sebagai):
    titipan = carried(Client(), in_transit)
    answer = masuk_sebagai(operator_lain).post(MASUK, {"titipan": titipan, "next": "/rusun/"}, follow=True)
    assert answer.request["PATH_INFO"] == "/rusun/"
    assert "tidak dibawa" in answer.content.decode()
    assert not Konsep.objects.exists()
