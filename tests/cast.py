"""The cast: who plays in the tests, with their kabupaten/kota, period and buildings. Fixtures shared by every test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from core.enums import JenisDaerah, Peran
from core.models import KabupatenKota, Pengguna


def _pengguna(username: str, nama: str, peran: Peran, **fields: object) -> Pengguna:
    return Pengguna.objects.create(username=username, nama=nama, peran=peran, password="!", **fields)


@pytest.fixture
def kudus(db) -> KabupatenKota:
    return KabupatenKota.objects.get_or_create(
        kode="33.19",
        defaults={
            "nama": "Kabupaten Kudus", "jenis": JenisDaerah.KABUPATEN, "ibu_kota": "Kudus", "baris": 1, "kolom": 8,
        },
    )[0]  # fmt: skip


@pytest.fixture
def semarang(db) -> KabupatenKota:
    return KabupatenKota.objects.get_or_create(
        kode="33.74",
        defaults={
            "nama": "Kota Semarang", "jenis": JenisDaerah.KOTA, "ibu_kota": "Semarang", "baris": 2, "kolom": 6,
        },
    )[0]  # fmt: skip


@pytest.fixture
def operator(kudus) -> Pengguna:
    return _pengguna("operator.kudus", "Sri Lestari", Peran.OPERATOR, kabupaten_kota=kudus)


@pytest.fixture
def operator_penghuni(kudus) -> Pengguna:
    return _pengguna("penghuni.kudus", "Budi Santoso", Peran.OPERATOR, kabupaten_kota=kudus, akses_penghuni=True)


@pytest.fixture
def operator_lain(semarang) -> Pengguna:
    """A foreigner to Kudus with every right at home: only the region keeps this operator out."""
    return _pengguna("operator.semarang", "Agus Salim", Peran.OPERATOR, kabupaten_kota=semarang, akses_penghuni=True)


@pytest.fixture
def verifikator(db) -> Pengguna:
    return _pengguna("verifikator.satu", "Dewi Anggraini", Peran.VERIFIKATOR)


@pytest.fixture
def verifikator2(db) -> Pengguna:
    return _pengguna("verifikator.dua", "Hendra Wijaya", Peran.VERIFIKATOR)


@pytest.fixture
def koordinator(db) -> Pengguna:
    return _pengguna("koordinator.satu", "Ratna Sari", Peran.VERIFIKATOR, koordinator=True)


@pytest.fixture
def pimpinan(db) -> Pengguna:
    return _pengguna("pimpinan.satu", "Bambang Utomo", Peran.PIMPINAN)


@pytest.fixture
def admin(db) -> Pengguna:
    return _pengguna("admin.satu", "Yuni Astuti", Peran.ADMIN)


@pytest.fixture
def masuk_sebagai(db) -> Callable[[Pengguna], Client]:
    """A fresh client, signed in."""

    def sign_in(pengguna: Pengguna) -> Client:
        client = Client()
        client.force_login(pengguna, backend="core.signin.PenggunaBackend")
        return client

    return sign_in
