"""A desk to play in: Kudus and Kota Semarang invited, a published schedule, the session of Kudus."""

import datetime

import pytest
from django.utils import timezone

from core.files import write_sealed
from monitoring.desk import sesi as desk
from monitoring.desk.jadwal import generate, publish
from monitoring.enums import JenisSesi, StatusIsian
from monitoring.models import BeritaAcara, JadwalDesk, SesiDesk
from tests.factories import make_isian, make_periode, make_rusun


def make_jadwal(periode, koordinator, *verifikator, **fields):
    """A stored schedule from the next Monday on, one room."""
    today = timezone.localdate()
    monday = today + datetime.timedelta(days=7 - today.weekday())
    values = {"mulai": monday, "jumlah_hari": 2, "jam_mulai": datetime.time(8), "jam_selesai": datetime.time(16)}
    jadwal = JadwalDesk(periode=periode, **{**values, **fields})
    generate(jadwal, list(verifikator), koordinator)
    return jadwal


def held_session(isian, koordinator, verifikator):
    """A session with a point of its agenda, closed, with its berita acara and the signed scan of it."""
    make_jadwal(isian.periode, koordinator, verifikator)
    publish(isian.periode.jadwal_desk, koordinator)
    sesi = SesiDesk.objects.get(isian=isian)
    desk.begin(sesi, verifikator)
    butir = desk.add_point(sesi, "Butir", verifikator)
    ba = desk.close(sesi, verifikator)
    BeritaAcara.objects.filter(pk=ba.pk).update(
        pindaian=write_sealed("berita_acara", b"uji"), pindaian_tipe="image/png"
    )
    return sesi, butir


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


@pytest.fixture
def periode(kudus, semarang, koordinator, lokasi):
    make_rusun(semarang)
    return make_periode(koordinator, kudus, semarang)


@pytest.fixture
def isian(periode, operator):
    return make_isian(periode, operator, status=StatusIsian.TERKIRIM)


@pytest.fixture
def jadwal(periode, koordinator, verifikator):
    jadwal = make_jadwal(periode, koordinator, verifikator)
    publish(jadwal, koordinator)
    jadwal.refresh_from_db()
    return jadwal


@pytest.fixture
def sesi(jadwal, isian):
    return session_of(isian)


def session_of(isian):
    return SesiDesk.objects.select_related("jadwal__periode", "isian__periode", "isian__kabupaten_kota").get(
        isian=isian
    )


@pytest.fixture
def langsung(sesi, verifikator):
    """The session of Kudus, under way."""
    desk.begin(sesi, verifikator)
    return session_of(sesi.isian)


@pytest.fixture
def pembukaan(jadwal):
    return SesiDesk.objects.select_related("jadwal__periode").get(jadwal=jadwal, jenis=JenisSesi.PEMBUKAAN)
