"""The home of the admin tells of accounts that opened unusually many residents, and of a chain that does not hold."""

import datetime

import pytest
import time_machine
from auditlog.models import LogEntry
from django.utils import timezone

from core.accounts import change_account, create_accounts, give_code, give_first_password
from core.dua_faktor import take_away
from core.history import note
from core.models import JejakAkses, Pengguna
from core.models.trail import PemeriksaanRantai
from core.percobaan import DICOBA_BANYAK
from monitoring.beranda import obligations
from penghuni.akses import TANPA_NAMA, unusual_access


@pytest.fixture(autouse=True)
def thresholds(settings):
    settings.AMBANG_PENGHUNI_DIBUKA, settings.AMBANG_NOMOR_DIBUKA, settings.AMBANG_PENGHUNI_DIUNDUH = 10, 3, 100


def look(pengguna, times=1, tindakan="lihat", lalu=0, **more):
    saat = timezone.now() - datetime.timedelta(days=lalu)
    JejakAkses.objects.bulk_create(
        JejakAkses(waktu=saat, pengguna=pengguna, tindakan=tindakan, objek="penghuni", objek_id=str(n), **more)
        for n in range(times)
    )


def told():
    return [(row.nama, row.dibuka, row.nomor, row.diunduh) for row in unusual_access(timezone.now())]


def test_below_the_thresholds_nothing_is_told(operator, verifikator):
    look(operator, 10)
    look(verifikator, 3, "lihat_lengkap")
    look(verifikator, 1, "ekspor", jumlah=100)
    look(operator, 1, "ekspor", jumlah=5000, kolom=TANPA_NAMA)
    look(operator, 500, lalu=9)
    assert told() == []


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ((500, "lihat", 1), (500, 0, 0)),
        ((4, "lihat_lengkap", 1), (4, 4, 0)),
        ((1, "ekspor", 101), (0, 0, 101)),
        ((2, "cetak", 60), (0, 0, 120)),
    ],
)
def test_who_goes_over_one_is_told_in_one_query(operator, looks, expected, django_assert_num_queries):
    times, tindakan, jumlah = looks
    look(operator, times, tindakan, jumlah=jumlah)
    with django_assert_num_queries(1):
        assert told() == [(operator.nama, *expected)]


def test_two_days_are_two_days(operator):
    look(operator, 8)
    look(operator, 8, lalu=1)
    assert told() == []


def test_the_admin_reads_it_at_home_and_finds_the_lines(operator, admin, masuk_sebagai):
    look(operator, 11)
    client = masuk_sebagai(admin)
    [row] = [row for row in client.get("/").context["kewajiban"] if "Akses" in row.judul]
    assert operator.nama in row.judul
    assert "11 dibuka" in row.keterangan
    assert len(client.get(row.url).context["baris"]) == 11


def test_nobody_else_is_told(operator, koordinator, masuk_sebagai):
    look(operator, 11)
    assert "Tidak biasa" not in masuk_sebagai(koordinator).get("/").content.decode()


def chain_at_home(client):
    return [row.status.label for row in client.get("/").context["kewajiban"] if row.judul == "Rantai jejak"]


@pytest.mark.parametrize(
    ("utuh", "lalu", "belum", "labels"),
    [
        (True, 0, None, []),
        (True, 0, 23, []),
        (True, 0, 25, ["Penyegelan tertahan"]),
        (False, 0, None, ["Tidak utuh"]),
        (True, 3, None, ["Lama tidak diperiksa"]),
    ],
)
def test_a_chain_that_needs_a_look_is_told(admin, masuk_sebagai, client, utuh, lalu, belum, labels):
    saat = timezone.now() - datetime.timedelta(days=lalu)
    sejak = saat - datetime.timedelta(hours=belum) if belum else None
    PemeriksaanRantai.objects.create(waktu=saat, utuh=utuh, baris=1, belum_disegel=bool(belum), sejak=sejak)
    assert chain_at_home(masuk_sebagai(admin)) == labels
    answer = client.get("/sehat/")
    told = answer.json()["pemeriksaan"]["rantai jejak"]
    assert told == {"baik": not labels, "keterangan": labels[0].lower() if labels else "baik"}


def test_a_chain_that_was_never_checked_is_told_once_the_site_is_not_new(admin, masuk_sebagai, client):
    assert LogEntry.objects.exists()
    assert chain_at_home(masuk_sebagai(admin)) == []
    assert client.get("/sehat/").json()["pemeriksaan"]["rantai jejak"]["baik"]
    first = LogEntry.objects.earliest("id")
    LogEntry.objects.create(
        pk=first.pk - 1, content_type=first.content_type, object_pk="x", object_repr="x", action=0, changes={},
        timestamp=timezone.now() - datetime.timedelta(days=3),
    )  # fmt: skip
    assert chain_at_home(masuk_sebagai(admin)) == ["Belum pernah diperiksa"]
    answer = client.get("/sehat/")
    assert (answer.status_code, answer.json()["pemeriksaan"]["rantai jejak"]["baik"]) == (200, False)


# --- what happens to the accounts of admins ---------------------------------------------------------------------------


def named(pengguna):
    return [row for row in obligations(pengguna, timezone.localdate()) if row.judul.startswith("Akun ")]


def told_of_accounts(pengguna):
    return [(row.judul, row.status.label, row.keterangan.split(" oleh ")[-1]) for row in named(pengguna)[:-1]]


def test_admin_reads_what_another_admin_did_to_an_admins_account(admin, operator):
    other = Pengguna.objects.create(username="admin.dua", nama="Dua", peran="admin", password="!")
    give_first_password(operator, other)
    assert told_of_accounts(admin) == []
    give_code(admin, other)
    give_first_password(admin, other)
    take_away(admin, other, "Ponsel hilang")
    assert [row[:2] for row in told_of_accounts(admin)] == [
        ("Akun admin.satu", "Langkah kedua dilepas"),
        ("Akun admin.satu", "Kata sandi awal diberikan"),
        ("Akun admin.satu", "Kode untuk mengganti kata sandi diberikan"),
    ]
    assert told_of_accounts(other) == []
    with time_machine.travel(timezone.now() + datetime.timedelta(days=8)):
        assert told_of_accounts(admin) == []


def test_admin_reads_of_an_account_that_many_addresses_try(admin, operator):
    note(operator, DICOBA_BANYAK, None)
    assert [row[:2] for row in told_of_accounts(admin)] == [("Akun operator.kudus", DICOBA_BANYAK)]


def test_tries_push_nothing_out_of_sight_that_was_done_to_an_admin(admin, operator):
    other = Pengguna.objects.create(username="admin.dua", nama="Dua", peran="admin", password="!")
    for _ in range(12):
        give_code(admin, other)
    for _ in range(12):
        note(operator, DICOBA_BANYAK, None)
    labels = [row[1] for row in told_of_accounts(admin)]
    assert labels == ["Kode untuk mengganti kata sandi diberikan"] * 12 + [DICOBA_BANYAK] * 10


def test_admin_reads_who_was_made_an_admin(admin, operator, verifikator):
    other = Pengguna.objects.create(username="admin.dua", nama="Dua", peran="admin", password="!")
    baru = Pengguna(username="admin.baru", nama="Baru", peran="admin", password="!")
    create_accounts([baru, Pengguna(username="pimpinan.dua", nama="Pim", peran="pimpinan", password="!")], other)
    verifikator.peran = "admin"
    change_account(verifikator, verifikator.versi, other)
    verifikator.jabatan = "Pranata komputer"
    change_account(verifikator, verifikator.versi, other)
    verifikator.is_active = False
    change_account(verifikator, verifikator.versi, other)
    verifikator.is_active = True
    change_account(verifikator, verifikator.versi, other)
    verifikator.peran = "verifikator"
    change_account(verifikator, verifikator.versi, other)
    assert told_of_accounts(admin) == [
        ("Akun verifikator.satu", "Menjadi admin", "Dua"),
        ("Akun verifikator.satu", "Menjadi admin", "Dua"),
        ("Akun admin.baru", "Menjadi admin", "Dua"),
    ]
    assert told_of_accounts(other) == []
