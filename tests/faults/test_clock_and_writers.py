"""A clock that jumps back, the turn of the year, and writers who read before they write, on either database."""

import datetime
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from auditlog.context import set_actor
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.bulk_history import former_values
from core.history import history_of
from monitoring.enums import Gerak, StatusIsian
from monitoring.isian.workflow import MoveRefused, apply_move
from rusun.models import Rusun
from rusun.pengisian import _Penyunting
from rusun.penguncian import registry_write
from rusun.simpan import save_section
from tests.factories import make_isian, make_periode, make_rusun

NOON = datetime.datetime(2026, 3, 5, 5, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def set_waiting(rusun, pengguna, number):
    """Save one figure of the location as a section page does."""
    row = Rusun.objects.get(pk=rusun.pk)

    def write(waktu):
        row.daftar_tunggu = number
        row.save()

    with set_actor(pengguna):
        save_section(row.kode, row.versi, pengguna, write)


@pytest.mark.django_db
def test_after_the_clock_jumped_back_everything_stands_in_the_order_it_happened(
    time_machine, koordinator, kudus, operator, operator_penghuni, verifikator, masuk_sebagai
):
    time_machine.move_to(NOON, tick=False)
    rusun = make_rusun(kudus)
    start = timezone.now()
    isian = make_isian(make_periode(koordinator, kudus), operator)
    set_waiting(rusun, operator, 21)
    client = masuk_sebagai(operator)
    time_machine.move_to(NOON - HOUR, tick=False)
    set_waiting(rusun, operator_penghuni, 22)
    apply_move(isian, Gerak.KIRIM, operator)
    time_machine.move_to(NOON - 2 * HOUR, tick=False)
    apply_move(isian, Gerak.TARIK, operator)

    assert [row.gerak for row in isian.riwayat.order_by("id")] == [Gerak.MULAI, Gerak.KIRIM, Gerak.TARIK]
    assert isian.riwayat.last().gerak == Gerak.TARIK
    with pytest.raises(MoveRefused, match="sudah menjalankan «Tarik"):
        apply_move(isian, Gerak.MULAI, operator)
    apply_move(isian, Gerak.KIRIM, operator)
    assert list(isian.kiriman.order_by("nomor").values_list("nomor", flat=True)) == [1, 2]
    assert history_of(rusun)[0].oleh == str(operator_penghuni)
    assert _Penyunting(Rusun.objects.get()).of("daftar_tunggu")[0] == str(operator_penghuni)
    assert former_values(Rusun, [rusun.pk], start - 3 * HOUR)[rusun.pk, "daftar_tunggu"].nilai is None
    # The session began an hour in the future: it is neither over nor endless.
    assert client.get(reverse("beranda")).status_code == 200
    time_machine.move_to(NOON + 13 * HOUR, tick=False)
    assert client.get(reverse("beranda")).status_code == 302


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def server_zone(request, monkeypatch):
    """The zone of the machine, which decides nothing."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.django_db
def test_half_an_hour_before_the_new_year_is_still_december(server_zone, time_machine, koordinator, kudus, operator):
    """23.30 WIB: already January east of here, still the morning of the last day in the west."""
    time_machine.move_to(datetime.datetime(2026, 12, 31, 16, 30, tzinfo=datetime.UTC), tick=False)
    make_rusun(kudus)
    last_day = datetime.date(2026, 12, 31)
    periode = make_periode(koordinator, kudus, batas_waktu=last_day, hari_terakhir=last_day)
    isian = apply_move(make_isian(periode, operator), Gerak.KIRIM, operator)
    assert isian.status == StatusIsian.TERKIRIM
    assert not isian.terlambat
    assert timezone.localdate(isian.kiriman.get().dikirim_pada) == last_day


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_who_read_and_write_none_is_lost_or_refused(kudus, operator):
    rusun = make_rusun(kudus)
    Rusun.objects.filter(pk=rusun.pk).update(daftar_tunggu=0)
    barrier = threading.Barrier(8, timeout=30)

    def count_on(_):
        barrier.wait()
        try:
            for _ in range(25):
                add_one(rusun)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_on, range(8)))
    assert Rusun.objects.get().daftar_tunggu == 200


def add_one(rusun):
    with registry_write(rusun.kabupaten_kota_id):
        row = Rusun.objects.select_for_update().get(pk=rusun.pk)
        row.daftar_tunggu += 1
        row.save(update_fields=["daftar_tunggu"])
