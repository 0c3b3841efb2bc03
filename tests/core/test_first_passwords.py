"""First passwords: told once, changed before anything else opens, over after 72 hours; and what people choose then."""

import datetime
import re
import uuid
from io import BytesIO, StringIO

import pyotp
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core import dua_faktor
from core.accounts import (
    PasswordChanged,
    SharedAccount,
    create_accounts,
    give_first_password,
    set_password,
    with_first_passwords,
)
from core.history import history_of
from core.models import Konsep, Pengguna, Sesi
from core.passwords import HURUF, first_password
from core.slip import slips_pdf
from tests.factories import make_rusun

MASUK, SANDI, AKUN = (reverse(f"core:{name}") for name in ("masuk", "akun_sandi", "akun"))
BARU = "pintu biru nomor dua"


def key():
    return str(uuid.uuid4())


def sign_in(username, password, **more):
    client = Client()
    response = client.post(MASUK, {"username": username, "password": password, **more})
    return client, response


def choose(client, password, **more):
    return client.post(SANDI, {"new_password1": password, "new_password2": password, "kunci_formulir": key(), **more})


@pytest.fixture
def given(operator):
    return give_first_password(operator, None)


def test_first_password_can_be_read_from_paper():
    made = {first_password() for _ in range(200)}
    assert len(made) == 200
    assert not set("il1o0s5z2") & set(HURUF)
    assert all(re.fullmatch(f"([{HURUF}]{{4}}-){{2}}[{HURUF}]{{4}}", password) for password in made)


def test_nothing_opens_before_the_own_password_is_set_and_then_the_wanted_page(given):
    client, response = sign_in("operator.kudus", given.sandi, next="/rusun/")
    assert response.url == "/rusun/"
    first = client.get("/rusun/")
    assert first.url == f"{SANDI}?next=%2Frusun%2F"
    assert client.get(AKUN).url.startswith(SANDI)
    assert client.get(first.url).status_code == 200
    changed = choose(client, BARU, next="/rusun/")
    assert (changed.status_code, changed.url) == (302, "/rusun/")
    assert client.get("/rusun/").status_code == 200


def test_first_password_opens_nothing_after_it_was_changed(given):
    client, _ = sign_in("operator.kudus", given.sandi)
    choose(client, BARU)
    assert sign_in("operator.kudus", given.sandi)[1].status_code == 422
    assert sign_in("operator.kudus", BARU)[1].status_code == 302


@pytest.mark.parametrize(("hours", "enters"), [(71, True), (73, False)])
def test_first_password_is_over_after_72_hours(given, hours, enters):
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=hours)):
        assert (sign_in("operator.kudus", given.sandi)[1].status_code == 302) is enters


def test_session_of_a_first_password_ends_with_it(given):
    almost = given.sampai - datetime.timedelta(minutes=5)
    with time_machine.travel(almost):
        client, _ = sign_in("operator.kudus", given.sandi)
        assert client.get(SANDI).status_code == 200
    with time_machine.travel(almost + datetime.timedelta(minutes=10)):
        assert client.get(SANDI).url.startswith(MASUK)


def test_form_sent_while_a_password_is_owed_is_kept_as_a_draft(operator, kudus, masuk_sebagai):
    page = reverse("rusun:ubah", args=[make_rusun(kudus).kode, "hunian"])
    client = masuk_sebagai(operator)
    Pengguna.objects.filter(pk=operator.pk).update(sandi_awal_sampai=timezone.now() + datetime.timedelta(hours=1))
    response = client.post(page, {"daftar_tunggu": "4321", "kunci_formulir": key()})
    assert response.url.startswith(SANDI)
    assert "4321" in Konsep.objects.get(pengguna=operator).isi.reveal()


def test_reset_ends_sessions_and_the_old_password_and_never_keeps_the_new_one(operator, admin, masuk_sebagai):
    operator.set_password(BARU)
    operator.save()
    there = masuk_sebagai(operator)
    response = masuk_sebagai(admin).post(
        reverse("core:pengguna_sandi", args=[operator.pk]), {"kunci_formulir": key()}
    )  # fmt: skip
    (told,) = response.context["diberikan"]
    assert there.get("/").url.startswith(MASUK)
    assert sign_in("operator.kudus", BARU)[1].status_code == 422
    assert sign_in("operator.kudus", told.sandi)[1].status_code == 302
    stored = str(list(Pengguna.objects.values())) + str([line.judul for line in history_of(operator)])
    assert told.sandi not in stored
    assert history_of(operator)[0].judul == "Kata sandi awal diberikan"


def test_slips_carry_what_their_owner_needs(operator, admin, settings):
    settings.ALAMAT_SITUS = "https://desk.example.go.id"
    many = [Pengguna(username=f"akun{n}", nama=f"Nama {n}", peran="pimpinan") for n in range(9)]
    given = with_first_passwords(many)
    create_accounts(many, None)
    pages = PdfReader(BytesIO(slips_pdf(given))).pages
    text = " ".join(page.extract_text() for page in pages)
    assert len(pages) == 2
    for row in given:
        assert row.akun.username in text
        assert row.sandi in text
    assert "https://desk.example.go.id" in text


def test_slip_comes_with_the_answer_that_made_the_account(admin, masuk_sebagai):
    data = {"username": "pimpinan.dua", "nama": "Tri", "peran": "pimpinan", "versi": 1, "kunci_formulir": key()}
    response = masuk_sebagai(admin).post(reverse("core:pengguna_tambah"), data)
    assert response.context["slip"].startswith("data:application/pdf;base64,JVBERi")
    assert "no-store" in response["Cache-Control"]


# --- what people choose -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("pendek-saja", "12"),
        ("1qaz2wsx3edc", "umum"),
        ("operator.kudus1", "mirip"),
        ("sri lestari 1", "mirip"),
    ],
)
def test_weak_password_is_refused(given, password, why):
    client, _ = sign_in("operator.kudus", given.sandi)
    response = choose(client, password)
    assert response.status_code == 422
    if why != "umum":
        assert why in response.content.decode()


def test_neither_the_present_nor_the_last_password_is_taken_again(operator):
    operator.set_password(BARU)
    operator.save()
    client, _ = sign_in("operator.kudus", BARU)
    assert choose(client, BARU, sandi=BARU).status_code == 422
    assert choose(client, "kuda hijau tiga ekor", sandi=BARU).status_code == 302
    assert choose(client, BARU, sandi="kuda hijau tiga ekor").status_code == 422


@pytest.mark.parametrize("sandi", ["", "salah sama sekali"])
def test_rules_tell_nothing_to_who_does_not_know_the_present_password(operator, sandi):
    operator.set_password(BARU)
    operator.save()
    client, _ = sign_in("operator.kudus", BARU)
    right, wrong = (
        choose(client, guess, sandi=sandi).context["form"].errors for guess in (BARU, "bukan itu sama sekali")
    )
    assert (list(right), right) == (["sandi"], wrong)


def test_long_password_can_be_changed_again(operator):
    long = "kata yang panjang sekali " * 10
    given = give_first_password(operator, None)
    client, _ = sign_in("operator.kudus", given.sandi)
    assert choose(client, long).status_code == 302
    assert choose(client, BARU, sandi=long).status_code == 302


def test_change_under_way_does_not_undo_a_reset(operator):
    operator.set_password(BARU)
    operator.save()
    under_way = Pengguna.objects.get(pk=operator.pk)
    given = give_first_password(operator, None)
    with pytest.raises(PasswordChanged):
        set_password(under_way, "kuda hijau tiga ekor", under_way)
    assert sign_in("operator.kudus", given.sandi)[1].status_code == 302


def test_last_password_is_remembered_beyond_a_reset(operator):
    operator.set_password(BARU)
    operator.save()
    given = give_first_password(operator, None)
    client, _ = sign_in("operator.kudus", given.sandi)
    assert choose(client, BARU).status_code == 422


def test_changing_the_own_password_asks_for_it_and_ends_the_other_sessions(operator):
    operator.set_password(BARU)
    operator.save()
    here, there = sign_in("operator.kudus", BARU)[0], sign_in("operator.kudus", BARU)[0]
    assert choose(here, "kuda hijau tiga ekor", sandi="salah sama sekali").status_code == 422
    assert choose(here, "kuda hijau tiga ekor", sandi=BARU).status_code == 302
    assert here.get(AKUN).status_code == 200
    assert there.get(AKUN).url.startswith(MASUK)
    assert Sesi.objects.filter(pengguna=operator).count() == 1


def test_example_account_keeps_the_published_password(operator, masuk_sebagai, settings):
    Pengguna.objects.filter(pk=operator.pk).update(contoh=True)
    operator.refresh_from_db()
    settings.WAJIB_DUA_FAKTOR = ["operator"]
    client = masuk_sebagai(operator)
    assert client.get("/").status_code == 200
    assert client.get(SANDI).url == AKUN
    with pytest.raises(SharedAccount):
        give_first_password(operator, None)


# --- from the server --------------------------------------------------------------------------------------------------


def first_admin(akun="admin.sari"):
    out = StringIO()
    call_command("admin_pertama", nama="Sari Dewi", akun=akun, stdout=out)
    return re.search(r"Kata sandi awal: (\S+)", out.getvalue())[1]


def test_first_admin_comes_in_by_a_printed_password_and_only_once(db):
    sandi = first_admin()
    client, response = sign_in("admin.sari", sandi)
    assert response.status_code == 302
    assert client.get("/pengguna/").url.startswith(SANDI)
    with pytest.raises(CommandError):
        first_admin("admin.dua")


def test_first_admin_sets_password_and_second_factor_and_comes_where_it_wanted(db, settings):
    settings.WAJIB_DUA_FAKTOR = ["admin", "koordinator"]
    client, _ = sign_in("admin.sari", first_admin())
    changed = choose(client, BARU, next="/pengguna/")
    page = client.get(changed.url)
    assert page.request["PATH_INFO"] == reverse("core:akun_dua_faktor")
    assert client.get("/pengguna/").status_code == 302
    token = page.context["form"]["rahasia"].value()
    secret = dua_faktor.begun(Pengguna.objects.get(), token)
    data = {"rahasia": token, "kode": pyotp.TOTP(secret).now(), "sandi": BARU, "next": "/pengguna/"}
    assert client.post(changed.url, data).context["tujuan"] == "/pengguna/"
    assert client.get("/pengguna/").status_code == 200


def test_first_admin_who_never_came_in_is_no_obstacle(db):
    first_admin()
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=73)):
        assert sign_in("admin.dua", first_admin("admin.dua"))[1].status_code == 302


def test_example_admin_is_no_first_admin_in_production(admin, settings):
    Pengguna.objects.update(contoh=True)
    settings.ALLOW_EXAMPLE = False
    assert first_admin()


def test_last_admin_without_password_is_let_in_from_the_server(admin):
    out = StringIO()
    call_command("pulihkan_akun", akun=admin.username, alasan="Ponsel hilang", stdout=out)
    sandi = re.search(r"Kata sandi awal: (\S+)", out.getvalue())[1]
    assert sign_in(admin.username, sandi)[1].status_code == 302
    assert history_of(admin)[0].catatan == "dari server: Ponsel hilang"
