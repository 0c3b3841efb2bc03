"""Changing the dates of a period and inviting late: who, when, why, and what follows."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from monitoring.enums import Gerak, GerakPeriode
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Isian, Pemberitahuan, PeriodeMonitoring, RiwayatPeriode
from monitoring.periode.tanggal import Tanggal, change_dates, date_errors
from monitoring.periode.workflow import apply_period_move, invite
from tests.factories import make_isian, make_periode, make_rusun

DAY = datetime.timedelta(days=1)
TODAY = datetime.date(2026, 3, 10)
NOW = Tanggal(TODAY - 60 * DAY, TODAY - 9 * DAY, TODAY + 5 * DAY, TODAY + 9 * DAY)


@pytest.mark.parametrize(
    ("changes", "dibuka", "wrong"),
    [
        ({"batas_waktu": TODAY + 7 * DAY}, True, []),
        ({"tanggal_posisi": TODAY}, True, []),
        ({"batas_waktu": TODAY, "hari_terakhir": TODAY}, True, []),
        ({"batas_waktu": TODAY - DAY}, True, ["batas_waktu"]),
        ({"batas_waktu": TODAY + 10 * DAY}, True, ["hari_terakhir"]),
        ({"mulai": TODAY}, True, ["mulai"]),
        ({"mulai": TODAY}, False, []),
        ({"batas_waktu": TODAY - DAY}, False, []),
        ({"batas_waktu": TODAY - 10 * DAY}, False, ["batas_waktu"]),
    ],
)
def test_dates_keep_their_order_and_a_running_period_never_moves_into_the_past(changes, dibuka, wrong):
    assert list(date_errors(NOW, NOW._replace(**changes), TODAY, dibuka=dibuka)) == wrong


def test_dates_that_passed_and_stay_as_they_are_are_no_mistake():
    old = NOW._replace(batas_waktu=TODAY - 2 * DAY)
    assert date_errors(old, old._replace(hari_terakhir=TODAY + 20 * DAY), TODAY, dibuka=True) == {}


@pytest.fixture
def periode(koordinator, kudus, semarang, operator, operator_lain):
    return make_periode(koordinator, kudus, semarang)


def later(periode, **days):
    now = Tanggal.of(periode)
    return now._replace(**{name: getattr(now, name) + n * DAY for name, n in days.items()})


def test_a_change_is_stored_with_who_why_and_what_and_told_to_the_invited(periode, koordinator):
    before = Tanggal.of(periode)
    change_dates(periode, before, later(periode, hari_terakhir=3), "Dua daerah banjir.", koordinator)
    row = PeriodeMonitoring.objects.get()
    assert Tanggal.of(row) == later(periode, hari_terakhir=3)
    line = RiwayatPeriode.objects.get(gerak="ubah_tanggal")
    assert (line.pengguna, line.alasan, line.dari, line.ke) == (koordinator, "Dua daerah banjir.", "dibuka", "dibuka")
    assert line.rincian.startswith("Hari terakhir: ")
    told = Pemberitahuan.objects.filter(jenis="tanggal_diubah")
    assert sorted(told.values_list("pengguna__username", flat=True)) == ["operator.kudus", "operator.semarang"]


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(periode, koordinator):
    opened = Tanggal.of(periode)
    change_dates(periode, opened, later(periode, hari_terakhir=3), "Pertama.", koordinator)
    with pytest.raises(MoveRefused, match="baru saja diubah orang lain"):
        change_dates(periode, opened, later(periode, hari_terakhir=9), "Kedua.", koordinator)
    assert RiwayatPeriode.objects.filter(gerak="ubah_tanggal").count() == 1


@pytest.mark.parametrize("role", ["verifikator", "pimpinan", "operator"])
def test_only_the_koordinator_changes_dates(periode, role, request):
    pengguna = request.getfixturevalue(role)
    with pytest.raises(MoveRefused, match="Hanya koordinator"):
        change_dates(periode, Tanggal.of(periode), later(periode, hari_terakhir=3), "x", pengguna)


def test_a_running_period_asks_for_a_reason(periode, koordinator):
    with pytest.raises(MoveRefused, match="Tulis alasan"):
        change_dates(periode, Tanggal.of(periode), later(periode, hari_terakhir=3), "", koordinator)


@pytest.mark.parametrize(("extra", "late"), [(2, False), (1, True)])
def test_a_later_deadline_forgives_those_who_sent_until_then(
    time_machine, koordinator, kudus, semarang, operator, extra, late
):
    time_machine.move_to(datetime.datetime(2026, 3, 1, 3, tzinfo=datetime.UTC))
    make_rusun(kudus)
    periode = make_periode(koordinator, kudus, semarang)
    isian = make_isian(periode, operator)
    time_machine.move_to(datetime.datetime.combine(periode.batas_waktu + 2 * DAY, datetime.time(12), datetime.UTC))
    assert apply_move(isian, Gerak.KIRIM, operator).terlambat
    semula = Tanggal.of(periode)
    if extra == 1:
        time_machine.move_to(datetime.datetime.combine(periode.batas_waktu + DAY, datetime.time(12), datetime.UTC))
    change_dates(periode, semula, later(periode, batas_waktu=extra), "Diperpanjang.", koordinator)
    isian.refresh_from_db()
    assert isian.terlambat is late
    line = RiwayatPeriode.objects.get(gerak="ubah_tanggal")
    assert ("1 kiriman tidak lagi dihitung terlambat." in line.rincian) is not late


def test_an_earlier_deadline_makes_nobody_late_afterwards(time_machine, koordinator, kudus, operator):
    time_machine.move_to(datetime.datetime(2026, 3, 1, 3, tzinfo=datetime.UTC))
    make_rusun(kudus)
    periode = make_periode(koordinator, kudus)
    time_machine.move_to(datetime.datetime(2026, 3, 3, 3, tzinfo=datetime.UTC))
    isian = make_isian(periode, operator, status="terkirim")
    change_dates(periode, Tanggal.of(periode), later(periode, batas_waktu=-5), "Dipercepat.", koordinator)
    isian.refresh_from_db()
    assert isian.terlambat is False


# --- The page --------------------------------------------------------------------------------------------------------


def posted(client, **changes):
    url = reverse("monitoring:periode_tanggal", args=["desk-uji"])
    form = client.get(url).context["form"]
    data = {name: form.initial[name] for name in (*Tanggal._fields, "semula")}
    return client.post(url, {**data, "alasan": "Libur nasional.", "kunci_formulir": str(new_key()), **changes})


def test_the_page_changes_the_dates_and_shows_the_history(periode, koordinator, masuk_sebagai):
    client = masuk_sebagai(koordinator)
    day = periode.hari_terakhir + 4 * DAY
    assert posted(client, hari_terakhir=day.isoformat()).status_code == 302
    assert PeriodeMonitoring.objects.get().hari_terakhir == day
    page = client.get(periode.get_absolute_url()).content.decode()
    assert "Tanggal diubah" in page
    assert "Libur nasional." in page


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("hari_terakhir", "2020-01-01", "hari_terakhir"),
        ("batas_waktu", "kemarin", "batas_waktu"),
        ("alasan", "", "alasan"),
        ("semula", "1 2 3", "semula"),
    ],
)
def test_bad_dates_are_told_at_the_field(periode, koordinator, masuk_sebagai, field, value, wrong):
    response = posted(masuk_sebagai(koordinator), **{field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    assert PeriodeMonitoring.objects.get().hari_terakhir == periode.hari_terakhir


def test_the_start_of_a_running_period_is_fixed_also_for_a_crafted_post(periode, koordinator, masuk_sebagai):
    day = (periode.mulai - DAY).isoformat()
    posted(masuk_sebagai(koordinator), mulai=day, hari_terakhir=(periode.hari_terakhir + DAY).isoformat())
    row = PeriodeMonitoring.objects.get()
    assert (row.mulai, row.hari_terakhir) == (periode.mulai, periode.hari_terakhir + DAY)


# --- Inviting late ---------------------------------------------------------------------------------------------------


def test_inviting_late_is_written_down_with_both_denominators(koordinator, kudus, semarang, operator_lain):
    periode = make_periode(koordinator, kudus)
    invite(periode, [semarang], koordinator, alasan="Rusunawa baru diserahterimakan.")
    line = RiwayatPeriode.objects.get(gerak="undang")
    assert (line.pengguna, line.alasan) == (koordinator, "Rusunawa baru diserahterimakan.")
    assert line.rincian == "Kota Semarang. Yang diundang menjadi 2, sebelumnya 1."
    assert Pemberitahuan.objects.get(pengguna=operator_lain).jenis == "diundang"


def test_an_operator_does_not_read_who_else_was_invited_and_why(
    koordinator, kudus, semarang, operator, verifikator, masuk_sebagai
):
    periode = make_periode(koordinator, kudus)
    invite(periode, [semarang], koordinator, alasan="Rusunawa baru diserahterimakan.")
    reason = "Rusunawa baru diserahterimakan."
    assert reason in masuk_sebagai(verifikator).get(periode.get_absolute_url()).content.decode()
    page = masuk_sebagai(operator).get(periode.get_absolute_url()).content.decode()
    assert "Buka periode" in page
    assert reason not in page
    assert "Semarang" not in page.replace("Kabupaten Semarang", "")


def test_inviting_late_needs_a_reason(koordinator, kudus, semarang, masuk_sebagai):
    periode = make_periode(koordinator, kudus)
    with pytest.raises(MoveRefused, match="Tulis alasan menambah undangan"):
        invite(periode, [semarang], koordinator)
    url = reverse("monitoring:periode_undang", args=["desk-uji"])
    data = {"kabupaten_kota": semarang.pk, "kunci_formulir": str(new_key())}
    response = masuk_sebagai(koordinator).post(url, data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["alasan"])
    assert Isian.objects.count() == 1


def test_before_opening_nothing_is_logged_and_opening_invites_everybody(
    koordinator, kudus, semarang, operator, operator_lain
):
    periode = make_periode(koordinator, kudus, buka=False)
    invite(periode, [semarang], koordinator)
    assert RiwayatPeriode.objects.count() == 0
    assert Pemberitahuan.objects.count() == 0
    apply_period_move(periode, GerakPeriode.BUKA, koordinator)
    told = Pemberitahuan.objects.filter(jenis="diundang")
    assert sorted(told.values_list("pengguna__username", flat=True)) == ["operator.kudus", "operator.semarang"]


def test_nobody_but_the_koordinator_invites(koordinator, verifikator, kudus, semarang):
    with pytest.raises(MoveRefused, match="Hanya koordinator"):
        invite(make_periode(koordinator, kudus), [semarang], verifikator, alasan="x")


def test_dates_of_a_period_that_is_prepared_need_no_reason(koordinator, kudus, masuk_sebagai):
    periode = make_periode(koordinator, kudus, buka=False)
    day = timezone.localdate() + 30 * DAY
    response = posted(masuk_sebagai(koordinator), hari_terakhir=day.isoformat(), alasan="")
    assert response.status_code == 302
    periode.refresh_from_db()
    assert periode.hari_terakhir == day
