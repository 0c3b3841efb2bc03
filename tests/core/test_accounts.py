"""The admin's pages: accounts, passwords, the trail."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from core.accounts import AccountChanged, LastAdmin, change_account
from core.models import JejakAkses, KabupatenKota, Pengguna
from core.models.trail import AppendOnlyError

DAFTAR, TAMBAH, JEJAK = (reverse(f"core:{name}") for name in ("pengguna_daftar", "pengguna_tambah", "jejak"))
SANDI = "rumah-susun-di-tepi-kali"


def account(username, peran, **more):
    return Pengguna.objects.create_user(username, SANDI, nama=username.title(), peran=peran, **more)


@pytest.fixture
def semarang(db):
    return KabupatenKota.objects.create(
        kode="33.74", nama="Kota Semarang", jenis="kota", ibu_kota="Semarang", baris=1, kolom=6
    )


@pytest.fixture
def admin(db):
    return account("admin", "admin")


@pytest.fixture
def as_admin(client, admin):
    client.force_login(admin, backend="core.signin.PenggunaBackend")
    return client


def posted(**more):
    return {"username": "operator.3374", "nama": "Siti", "peran": "operator", "kabupaten_kota": "33.74",
            "versi": "1", "kunci_formulir": str(uuid.uuid4()), **more}  # fmt: skip


@pytest.mark.parametrize("peran", ["verifikator", "pimpinan"])
def test_pages_of_the_admin_are_closed_to_others(client, admin, peran):
    client.force_login(account("lain", peran), backend="core.signin.PenggunaBackend")
    pages = [
        DAFTAR,
        TAMBAH,
        JEJAK,
        *(reverse(f"core:{n}", args=[admin.pk]) for n in ("pengguna_ubah", "pengguna_sandi")),
    ]
    assert [client.get(page).status_code for page in pages] == [403] * 5


def told(response):
    """The first passwords on the page, by account name."""
    return {given.akun.username: given.sandi for given in response.context["diberikan"]}


def test_new_account_is_made_once_and_its_password_is_told_once(as_admin, semarang):
    data = posted()
    first, again = as_admin.post(TAMBAH, data), as_admin.post(TAMBAH, data)
    siti = Pengguna.objects.get(username="operator.3374")
    (sandi,) = told(first).values()
    assert (siti.kabupaten_kota, siti.check_password(sandi)) == (semarang, True)
    assert again.url == reverse("core:pengguna_ubah", args=[siti.pk])
    assert sandi not in as_admin.get(again.url).content.decode()


def test_taken_username_is_told_at_its_field(as_admin, semarang):
    response = as_admin.post(TAMBAH, posted(username="admin"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["username"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kabupaten_kota": ""}, "kabupaten_kota"),
        ({"peran": "pimpinan"}, "kabupaten_kota"),
        ({"koordinator": "on"}, "koordinator"),
        ({"peran": "verifikator", "kabupaten_kota": "", "akses_penghuni": "on"}, "akses_penghuni"),
        ({"username": "dua kata"}, "username"),
        ({"nip": "123"}, "nip"),
        ({"surel": "siti.semarangkota.go.id"}, "surel"),
    ],
)
def test_account_that_contradicts_itself_is_told_at_the_field(as_admin, semarang, changes, field):
    response = as_admin.post(TAMBAH, posted(**changes))
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


def test_an_address_for_reminders_is_optional_and_kept(as_admin, semarang):
    as_admin.post(TAMBAH, posted(surel=" siti@semarangkota.go.id "))
    as_admin.post(TAMBAH, posted(username="operator2.3374"))
    assert list(Pengguna.objects.filter(peran="operator").values_list("surel", flat=True)) == [
        "siti@semarangkota.go.id", "",
    ]  # fmt: skip


def test_last_active_admin_cannot_be_closed(as_admin, admin):
    data = {"nama": "Admin", "peran": "admin", "versi": "1", "kunci_formulir": str(uuid.uuid4())}
    response = as_admin.post(reverse("core:pengguna_ubah", args=[admin.pk]), data)
    admin.refresh_from_db()
    assert (response.status_code, admin.is_active) == (422, True)


def test_admin_can_be_closed_when_another_remains(admin):
    account("admin2", "admin")
    admin.is_active = False
    change_account(admin, 1, None)
    assert Pengguna.objects.get(pk=admin.pk).is_active is False


def test_change_seen_too_late_is_refused(admin):
    account("admin2", "admin")
    first, second = Pengguna.objects.get(pk=admin.pk), Pengguna.objects.get(pk=admin.pk)
    first.jabatan = second.jabatan = "Pranata komputer"
    change_account(first, 1, None)
    with pytest.raises(AccountChanged):
        change_account(second, 1, None)


def test_admin_who_never_came_in_keeps_no_door_open(admin):
    account("admin2", "admin", sandi_awal_sampai=timezone.now() + datetime.timedelta(hours=1))
    admin.is_active = False
    with pytest.raises(LastAdmin):
        change_account(admin, 1, None)


def test_admin_who_never_came_in_can_be_closed(admin):
    other = account("admin2", "admin", sandi_awal_sampai=timezone.now())
    other.is_active = False
    change_account(other, 1, None)
    assert not Pengguna.objects.get(pk=other.pk).is_active


def test_who_was_slower_reads_the_newer_values_and_saves_then(as_admin, semarang):
    siti = account("operator.3374", "operator", kabupaten_kota=semarang)
    page = reverse("core:pengguna_ubah", args=[siti.pk])
    data = posted(is_active="on", jabatan="Pengelola")
    Pengguna.objects.filter(pk=siti.pk).update(versi=2, nip="198001012005011001")
    told = as_admin.post(page, data)
    assert told.status_code == 409
    assert ("NIP", "198001012005011001") in told.context["terbaru"]
    again = data | {"versi": told.context["form"]["versi"].value()}
    assert as_admin.post(page, again).status_code == 302
    siti.refresh_from_db()
    assert (siti.jabatan, siti.versi) == ("Pengelola", 3)


def test_page_tells_of_the_stored_account_after_a_refusal(as_admin, semarang):
    siti = account("operator.3374", "operator", kabupaten_kota=semarang)
    page = reverse("core:pengguna_ubah", args=[siti.pk])
    for data, status in ((posted(nama=""), 422), (posted(versi="7"), 409)):  # the account is frozen, but not saved
        answer = as_admin.post(page, data)
        assert (answer.status_code, answer.context["form"]["is_active"].value()) == (status, False)
        assert "Akun dibekukan" not in answer.content.decode()
    Pengguna.objects.filter(pk=siti.pk).update(versi=2, is_active=False)
    assert "Akun dibekukan" in as_admin.post(page, posted(is_active="on")).content.decode()


def test_change_touches_neither_password_nor_second_factor_set_meanwhile(admin):
    stale = Pengguna.objects.get(pk=admin.pk)
    Pengguna.objects.filter(pk=admin.pk).update(password="!baru", dua_faktor_sejak=timezone.now())
    stale.jabatan = "Pranata komputer"
    change_account(stale, 1, None)
    admin.refresh_from_db()
    assert (admin.password, admin.dua_faktor_sejak is None, admin.jabatan) == ("!baru", False, "Pranata komputer")


def test_example_admin_does_not_count_where_examples_are_refused(admin, settings):
    settings.ALLOW_EXAMPLE = False
    account("contoh", "admin", contoh=True)
    admin.is_active = False
    with pytest.raises(LastAdmin):
        change_account(admin, 1, None)


def test_list_of_accounts_marks_examples_and_is_narrowed(as_admin, semarang):
    account("operator.3374", "operator", kabupaten_kota=semarang, contoh=True)
    response = as_admin.get(DAFTAR, {"peran": "operator"})
    assert [akun.username for akun in response.context["halaman"].object_list] == ["operator.3374"]
    assert "Akun contoh" in response.content.decode()


# --- The trail --------------------------------------------------------------------------------------------------------


@pytest.fixture
def trail(admin):
    def write(waktu, objek_id="x"):
        return JejakAkses.objects.create(
            waktu=waktu, pengguna=admin, tindakan="lihat", objek="penghuni", objek_id=objek_id
        )

    return write


def test_trail_is_narrowed_by_object_and_date_in_wib(as_admin, admin, trail):
    wib = timezone.get_default_timezone()
    trail(datetime.datetime(2021, 8, 19, 0, 0, tzinfo=wib), "a")
    trail(datetime.datetime(2021, 8, 19, 23, 59, tzinfo=wib), "b")
    trail(datetime.datetime(2021, 8, 20, 0, 0, tzinfo=wib), "c")

    def shown(**query):
        return [butir.kunci for butir in as_admin.get(JEJAK, {"macam": "akses", **query}).context["baris"]]

    assert shown(dari="2021-08-19", sampai="2021-08-19") == ["b", "a"]
    assert shown(objek="a", pengguna=admin.pk) == ["a"]


def test_trail_cannot_be_changed_or_removed(trail):
    row = trail(timezone.now())
    for attempt in (
        row.save,
        row.delete,
        JejakAkses.objects.all().delete,
        lambda: JejakAkses.objects.update(alasan=""),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()
    assert JejakAkses.objects.count() == 1
