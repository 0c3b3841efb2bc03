"""Field history of accounts: every change in words for the admin, and never a password or a telephone number."""

import json
import uuid

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from core.accounts import set_password
from core.history import history_of, note
from core.models import Pengguna

SANDI = "rumah-susun-di-tepi-kali"
WHATSAPP = "081234567890"


@pytest.fixture
def akun(kudus):
    return Pengguna.objects.create_user(
        "siti", SANDI, nama="Siti", peran="operator", kabupaten_kota=kudus, whatsapp="089876543210"
    )


@pytest.fixture
def client(masuk_sebagai, admin):
    return masuk_sebagai(admin)


def posted(**more):
    return {"username": "siti", "nama": "Siti", "peran": "operator", "kabupaten_kota": "33.19", "is_active": "on",
            "whatsapp": "089876543210", "kunci_formulir": str(uuid.uuid4()), **more}  # fmt: skip


def change(client, akun, **more):
    more["versi"] = Pengguna.objects.get(pk=akun.pk).versi
    assert client.post(reverse("core:pengguna_ubah", args=[akun.pk]), posted(**more)).status_code == 302


def given_password(client, akun):
    """The first password the admin gives `akun`, as told once."""
    page = client.post(reverse("core:pengguna_sandi", args=[akun.pk]), {"kunci_formulir": str(uuid.uuid4())})
    return page.context["diberikan"][0].sandi


def kept():
    """Everything the history holds, as one text."""
    return json.dumps([{name: str(value) for name, value in row.items()} for row in LogEntry.objects.values()])


def test_change_is_told_in_words_with_who_made_it(client, admin, akun, semarang):
    change(client, akun, nama="Siti Rahayu", kabupaten_kota="33.74", akses_penghuni="on")
    newest, oldest = history_of(akun)
    assert (newest.judul, newest.oleh, oldest.judul) == ("Pengguna diubah", admin.nama, "Pengguna dicatat")
    assert set(newest.beda) == {
        ("Nama", "Siti", "Siti Rahayu"), ("Kabupaten/kota", "Kabupaten Kudus", "Kota Semarang"),
        ("Akses penghuni", "Tidak", "Ya"),
    }  # fmt: skip


def test_role_and_closing_are_told_by_their_labels(client, akun):
    change(client, akun, peran="verifikator", kabupaten_kota="", is_active="")
    assert set(history_of(akun)[0].beda) == {
        ("Peran", "Operator kabupaten/kota", "Verifikator provinsi"), ("Kabupaten/kota", "Kabupaten Kudus", "-"),
        ("Aktif", "Ya", "Tidak"),
    }  # fmt: skip


def test_saving_without_a_change_leaves_no_line(client, akun):
    change(client, akun)
    assert len(history_of(akun)) == 1


def test_new_password_is_told_without_the_password(client, admin, akun):
    sandi = given_password(client, akun)
    akun.refresh_from_db()
    assert akun.check_password(sandi)
    newest = history_of(akun)[0]
    assert (newest.judul, newest.oleh, newest.beda) == ("Kata sandi awal diberikan", admin.nama, ())


def test_a_password_that_its_owner_changed_is_told_without_it(akun):
    set_password(akun, "kuda-lumping-ungu-8", akun)
    newest = history_of(akun)[0]
    assert (newest.judul, newest.oleh, newest.beda) == ("Kata sandi diganti", akun.nama, ())
    assert "kuda-lumping" not in kept()


def test_history_keeps_no_hash_no_sign_in_and_no_telephone_number(client, akun):
    before = akun.password
    change(client, akun, whatsapp=WHATSAPP)
    sandi = given_password(client, akun)
    count = LogEntry.objects.count()
    client.logout()
    client.post(reverse("core:masuk"), {"username": "siti", "password": sandi})
    akun.refresh_from_db()
    assert akun.last_login is not None
    assert LogEntry.objects.count() == count
    text = kept()
    assert [secret in text for secret in (before, akun.password, sandi, WHATSAPP, "089876543210", "last_login")] == [
        False
    ] * 6
    assert ("Nomor WhatsApp", "089*******10", "081*******90") in history_of(akun)[1].beda


def test_page_of_the_account_shows_its_own_history_only(client, akun, operator_lain):
    change(client, akun, nama="Siti Rahayu")
    shown = client.get(reverse("core:pengguna_ubah", args=[akun.pk])).context["riwayat"]
    assert [row.judul for row in shown] == ["Pengguna diubah", "Pengguna dicatat"]
    assert [row.judul for row in history_of(operator_lain)] == ["Pengguna dicatat"]


def test_several_rows_are_told_together_the_later_ones_by_name(client, akun, operator_lain):
    change(client, akun, nama="Siti Rahayu")
    assert sorted(row.judul for row in history_of(operator_lain, akun)) == [
        "Pengguna Siti Rahayu diubah", "Pengguna Siti dicatat", "Pengguna dicatat",
    ]  # fmt: skip


def test_same_key_of_another_model_is_another_history(akun):
    note(akun, "Dicatat sebagai uji", None)
    other = ContentType.objects.get(app_label="rusun", model="rusun")
    LogEntry.objects.create(content_type=other, object_pk=str(akun.pk), object_repr="lain", action=1, changes={})
    assert [row.judul for row in history_of(akun)] == ["Dicatat sebagai uji", "Pengguna dicatat"]


def test_a_row_gone_since_is_told_by_its_key(client, akun, semarang):
    change(client, akun, kabupaten_kota="33.74")
    change(client, akun)
    semarang.delete()
    assert ("Kabupaten/kota", "33.74", "Kabupaten Kudus") in history_of(akun)[0].beda


@pytest.mark.parametrize("changes", [1, 3])
def test_history_asks_the_same_number_of_questions(client, akun, semarang, changes, django_assert_num_queries):
    for number in range(changes):
        change(client, akun, nama=f"Siti {number}", kabupaten_kota=["33.74", "33.19"][number % 2])
    ContentType.objects.get_for_model(akun)
    with django_assert_num_queries(2):
        assert len(history_of(akun)) == changes + 1
