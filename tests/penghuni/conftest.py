"""Two kabupaten/kota with a building each, one household, and everybody who may come by."""

import datetime
import uuid

import pytest
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from core.models import KabupatenKota, Pengguna
from monitoring.contoh.acuan import load_ownership_rules
from penghuni.aturan import rules_on
from penghuni.models import HasilPenyaringan, JumlahPenyaringan, Penghuni
from penghuni.penyaringan import fold_totals
from rusun.models import Blok, Rusun

NIK = "3374014107900001"
NO_KK = "3374011412200007"
TELEPON = "081234567890"


def account(username, peran, **more):
    return Pengguna.objects.create_user(username, "sandi-uji-panjang", nama=username.title(), peran=peran, **more)


@pytest.fixture
def semarang(db):
    return KabupatenKota.objects.create(
        kode="33.74", nama="Kota Semarang", jenis="kota", ibu_kota="Semarang", baris=1, kolom=6
    )


@pytest.fixture
def kudus(db):
    return KabupatenKota.objects.create(
        kode="33.19", nama="Kabupaten Kudus", jenis="kabupaten", ibu_kota="Kudus", baris=1, kolom=8
    )


@pytest.fixture
def operator(semarang):
    return account("operator.3374", "operator", kabupaten_kota=semarang, akses_penghuni=True)


@pytest.fixture
def operator_tanpa_akses(semarang):
    return account("operator2.3374", "operator", kabupaten_kota=semarang)


@pytest.fixture
def operator_kudus(kudus):
    return account("operator.3319", "operator", kabupaten_kota=kudus, akses_penghuni=True)


@pytest.fixture
def verifikator(db):
    return account("verifikator", "verifikator")


@pytest.fixture
def pimpinan(db):
    return account("pimpinan", "pimpinan")


@pytest.fixture
def admin(db):
    return account("admin", "admin")


def block(kabupaten_kota, nama="Blok A", **more):
    rusun, _ = Rusun.objects.get_or_create(
        kode=f"{kabupaten_kota.digit}-RSN-01",
        defaults={
            "kabupaten_kota": kabupaten_kota, "jenis": "rusun", "nama": f"Rusunawa {kabupaten_kota}",
            "diubah": timezone.now(),
        },
    )  # fmt: skip
    return Blok.objects.create(
        rusun=rusun, nama=nama, konfigurasi="twin_block", jumlah_lantai=5, jumlah_unit=96, terhuni=0, kosong_siap=96,
        kosong_rusak=0, cadangan=0, diubah=timezone.now(), **more
    )  # fmt: skip


@pytest.fixture
def blok(semarang):
    return block(semarang)


@pytest.fixture
def asrama(semarang):
    """Workers share: two to a unit."""
    return block(semarang, "Blok Pekerja", pola_hunian="perorangan", kapasitas_unit=2)


@pytest.fixture
def blok_kudus(kudus):
    return block(kudus)


@pytest.fixture
def household(db):
    """Makes a household; `nik` and the rest only when asked for."""

    def make(kabupaten_kota, nama="Sutarmi", **more):
        return Penghuni.objects.create(kabupaten_kota=kabupaten_kota, nama=nama, diubah=timezone.now(), **more)

    return make


@pytest.fixture
def sutarmi(household, semarang):
    return household(
        semarang, nik=NIK, no_kk=NO_KK, telepon=TELEPON,
        tanggal_lahir=datetime.date(1990, 7, 1), jenis_kelamin="p",
    )  # fmt: skip


@pytest.fixture
def as_user(client):
    """The client, signed in."""

    def sign_in(pengguna):
        client.force_login(pengguna, backend="core.signin.PenggunaBackend")
        return client

    return sign_in


@pytest.fixture
def key():
    return lambda: str(uuid.uuid4())


@pytest.fixture
def acuan(db):
    """Caps, prices and schemes as in the reference data."""
    load_ownership_rules()


@pytest.fixture(scope="session")
def rules(django_db_setup, django_db_blocker):
    """Gives the rules of a day of the reference data, as values; the database is left empty."""
    known = {}

    def on(text):
        if text not in known:
            with django_db_blocker.unblock(), transaction.atomic():
                load_ownership_rules()
                known[text] = rules_on(datetime.date.fromisoformat(text))
                transaction.set_rollback(True)
        return known[text]

    return on


@pytest.fixture
def totals_hold(db):
    """At the end of the test the totals of the screening are those of the stored results, added up or not."""
    yield
    cell = ("versi_aturan", "kabupaten_kota", "skema", "hasil")

    def told():
        rows = JumlahPenyaringan.objects.order_by().values_list(*cell).annotate(banyak=Sum("jumlah"))
        return {tuple(row) for row in rows if row[-1]}

    stored = set(HasilPenyaringan.objects.order_by().values_list(*cell).annotate(banyak=Count("pk")))
    assert told() == stored
    fold_totals()
    assert told() == stored
    assert JumlahPenyaringan.objects.count() == len(stored)
