"""Deadlines are calendar days in Central Java, whatever clock and zone the server has."""

import datetime
import time

import pytest
from django.urls import reverse

from core.idempotency import new_key
from monitoring.enums import Gerak, StatusIsian
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Isian, PeriodeMonitoring
from monitoring.periode.batas import batas_of
from monitoring.periode.pengecualian import grant_exception
from rusun.models import Rusun
from tests.factories import make_isian, make_periode, make_rusun

DAY = datetime.timedelta(days=1)
LAST = datetime.date(2026, 3, 14)
# 23.59.59 and 00.00.00 WIB around the end of 14 March.
LAST_SECOND = datetime.datetime(2026, 3, 14, 16, 59, 59, tzinfo=datetime.UTC)
TOO_LATE = datetime.datetime(2026, 3, 14, 17, 0, 0, tzinfo=datetime.UTC)


@pytest.fixture(params=["UTC", "Asia/Jakarta", "America/Los_Angeles", "Pacific/Kiritimati"])
def server_zone(request, monkeypatch):
    """The operating system's zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def isian(time_machine, koordinator, kudus, operator):
    """Filled in and ready to send; deadline 10 March, last day 14 March 2026."""
    time_machine.move_to(datetime.datetime(2026, 3, 5, 3, tzinfo=datetime.UTC))
    make_rusun(kudus)
    dates = {"tanggal_posisi": LAST, "mulai": LAST - 14 * DAY, "batas_waktu": LAST - 4 * DAY, "hari_terakhir": LAST}
    return make_isian(make_periode(koordinator, kudus, **dates), operator)


def send(isian, operator):
    Rusun.objects.update(tanggal_data=LAST - 30 * DAY)  # a data date in the future would stop the sending first
    return apply_move(isian, Gerak.KIRIM, operator)


def test_the_last_second_of_the_last_day_is_in_time_and_the_next_is_not(server_zone, time_machine, isian, operator):
    time_machine.move_to(TOO_LATE, tick=False)
    with pytest.raises(MoveRefused) as refusal:
        send(isian, operator)
    assert refusal.value.pesan == (
        "Hari terakhir pengiriman, 14 Maret 2026, sudah lewat. Koordinator provinsi dapat memberi pengecualian."
    )
    time_machine.move_to(LAST_SECOND, tick=False)
    assert send(isian, operator).status == StatusIsian.TERKIRIM


@pytest.mark.parametrize(("after", "late"), [(-1, False), (0, True)])
def test_late_begins_with_the_first_second_after_the_deadline(server_zone, time_machine, isian, operator, after, late):
    deadline_ends = datetime.datetime(2026, 3, 10, 17, tzinfo=datetime.UTC)
    time_machine.move_to(deadline_ends + datetime.timedelta(seconds=after), tick=False)
    assert send(isian, operator).terlambat is late


def test_an_exception_opens_until_the_end_of_its_day_and_does_not_make_it_timely(
    server_zone, time_machine, isian, operator, koordinator
):
    time_machine.move_to(TOO_LATE, tick=False)
    grant_exception(isian, LAST + 2 * DAY, "Banjir.", koordinator)
    time_machine.move_to(TOO_LATE + 2 * DAY, tick=False)
    with pytest.raises(MoveRefused, match="Batas pengecualian, 16 Maret 2026, sudah lewat"):
        send(isian, operator)
    time_machine.move_to(LAST_SECOND + 2 * DAY, tick=False)
    assert send(isian, operator).terlambat is True


def test_a_reply_is_taken_until_the_end_of_the_reply_date(
    server_zone, time_machine, koordinator, kudus, operator, verifikator
):
    time_machine.move_to(datetime.datetime(2026, 3, 5, 3, tzinfo=datetime.UTC))
    make_rusun(kudus)
    isian = make_isian(make_periode(koordinator, kudus), operator, verifikator, "perlu_perbaikan")
    isian.catatan.update(status="dijawab")
    time_machine.move_to(datetime.datetime(2026, 3, 5, 17, tzinfo=datetime.UTC), tick=False)
    with pytest.raises(MoveRefused, match="Batas jawaban, 5 Maret 2026, sudah lewat"):
        apply_move(isian, Gerak.KIRIM, operator)
    time_machine.move_to(datetime.datetime(2026, 3, 5, 16, 59, 59, tzinfo=datetime.UTC), tick=False)
    assert apply_move(isian, Gerak.KIRIM, operator).status == StatusIsian.TERKIRIM


@pytest.mark.parametrize(
    ("today", "sentence"),
    [
        (LAST - 6 * DAY, "Batas waktu Selasa, 10 Maret 2026, 23.59 WIB (2 hari lagi)."),
        (LAST - 4 * DAY, "Batas waktu Selasa, 10 Maret 2026, 23.59 WIB (hari ini)."),
        (
            LAST - 3 * DAY,
            "Batas waktu 10 Maret 2026 sudah lewat; masih diterima sampai Sabtu, 14 Maret 2026, 23.59 WIB.",
        ),
        (
            LAST + DAY,
            "Hari terakhir pengiriman, 14 Maret 2026, sudah lewat. Koordinator provinsi dapat memberi pengecualian.",
        ),
    ],
)
def test_the_dates_are_told_as_they_stand_today(today, sentence):
    periode = PeriodeMonitoring(status="dibuka", batas_waktu=LAST - 4 * DAY, hari_terakhir=LAST)
    batas = batas_of(Isian(status="diisi", periode=periode))
    assert batas.sentence(today) == sentence


@pytest.mark.parametrize("status", ["terkirim", "terverifikasi"])
def test_no_deadline_runs_while_the_isian_is_with_the_province(status):
    assert batas_of(Isian(status=status, periode=PeriodeMonitoring(status="dibuka"))) is None


@pytest.mark.parametrize("status", ["disiapkan", "rekap_diajukan", "ditetapkan"])
def test_no_deadline_runs_while_the_period_is_not_open(status):
    assert batas_of(Isian(status="diisi", periode=PeriodeMonitoring(status=status))) is None


def test_the_page_of_sending_says_why_it_is_closed_since_when_and_who_can_open_it(
    time_machine, isian, operator, masuk_sebagai
):
    time_machine.move_to(TOO_LATE, tick=False)
    client = masuk_sebagai(operator)
    url = reverse("monitoring:isian_kirim", args=["desk-uji", "33.19"])
    closed = "Hari terakhir pengiriman, 14 Maret 2026, sudah lewat. Koordinator provinsi dapat memberi pengecualian."
    assert closed in client.get(url).content.decode()
    Rusun.objects.update(tanggal_data=LAST - 30 * DAY)
    posted = client.post(url, {"pernyataan": "on", "kunci_formulir": str(new_key())}, follow=True)
    assert closed in [str(message) for message in posted.context["messages"]]
    assert Isian.objects.get().status == StatusIsian.DIISI
