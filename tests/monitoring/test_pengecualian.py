"""Exceptions: given, changed, withdrawn; seen by operator and province; never over somebody else's change."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from monitoring.isian.sebutan import timeline
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Isian, Pemberitahuan, RiwayatPengecualian
from monitoring.periode.pengecualian import grant_exception, withdraw_exception
from tests.factories import make_isian, make_periode, make_rusun

DAY = datetime.timedelta(days=1)


@pytest.fixture
def isian(koordinator, kudus, operator):
    make_rusun(kudus)
    return make_isian(make_periode(koordinator, kudus), operator)


@pytest.fixture
def later(isian):
    return isian.periode.hari_terakhir + 3 * DAY


def test_giving_changing_and_withdrawing_leave_a_history_and_tell_the_operator(isian, later, koordinator, operator):
    grant_exception(isian, later, "Banjir.", koordinator)
    grant_exception(isian, later + DAY, "Masih banjir.", koordinator, semula=later)
    withdraw_exception(isian, "Sudah surut.", koordinator, semula=later + DAY)
    row = Isian.objects.get()
    assert (row.pengecualian_sampai, row.pengecualian_alasan) == (None, "")
    history = list(RiwayatPengecualian.objects.values_list("sampai", "alasan", "pengguna"))
    assert history == [
        (later, "Banjir.", koordinator.pk),
        (later + DAY, "Masih banjir.", koordinator.pk),
        (None, "Sudah surut.", koordinator.pk),
    ]
    assert Pemberitahuan.objects.filter(pengguna=operator, jenis="pengecualian").count() == 3
    assert [line.judul for line in timeline(row)][:1] == ["Pengecualian dicabut"]


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(isian, later, koordinator):
    grant_exception(isian, later, "Pertama.", koordinator)
    for change in (
        lambda: grant_exception(isian, later + DAY, "Kedua.", koordinator),
        lambda: withdraw_exception(isian, "Kedua.", koordinator, semula=later + DAY),
    ):
        with pytest.raises(MoveRefused, match="baru saja diubah orang lain"):
            change()
    assert Isian.objects.get().pengecualian_alasan == "Pertama."


@pytest.mark.parametrize("role", ["verifikator", "operator", "pimpinan"])
def test_only_the_koordinator_gives_exceptions(isian, later, role, request):
    with pytest.raises(MoveRefused, match="Hanya koordinator"):
        grant_exception(isian, later, "x", request.getfixturevalue(role))


def test_a_day_that_gives_no_extra_time_is_refused(isian, koordinator):
    with pytest.raises(MoveRefused, match="tidak memberi waktu tambahan: hari terakhir pengiriman adalah"):
        grant_exception(isian, isian.periode.hari_terakhir, "x", koordinator)
    assert RiwayatPengecualian.objects.count() == 0


def test_a_day_that_has_passed_is_refused(isian, koordinator, time_machine):
    time_machine.move_to(timezone.now() + 40 * DAY)
    with pytest.raises(MoveRefused, match="Pilih hari ini"):
        grant_exception(isian, timezone.localdate() - DAY, "x", koordinator)


@pytest.mark.parametrize("status", ["terkirim", "terverifikasi"])
def test_no_exception_while_the_isian_is_with_the_province(koordinator, kudus, operator, verifikator, status):
    make_rusun(kudus)
    isian = make_isian(make_periode(koordinator, kudus), operator, verifikator, status)
    with pytest.raises(MoveRefused, match="sedang ada pada provinsi"):
        grant_exception(isian, isian.periode.hari_terakhir + DAY, "x", koordinator)


# --- Pages -----------------------------------------------------------------------------------------------------------


def url(name="pengecualian"):
    return reverse(f"monitoring:{name}", args=["desk-uji", "33.19"])


def post(client, path, **data):
    return client.post(path, {"kunci_formulir": str(new_key()), **data})


def test_operator_and_board_show_the_exception_with_its_expiry_and_reason(
    isian, later, koordinator, operator, masuk_sebagai
):
    boss, daerah = masuk_sebagai(koordinator), masuk_sebagai(operator)
    assert post(boss, url(), sampai=later.isoformat(), alasan="Banjir bandang.").status_code == 302
    page = daerah.get(isian.get_absolute_url()).content.decode()
    assert "Banjir bandang." in page
    assert f"masih diterima sampai {later.day} " in daerah.get("/").content.decode()
    (line,) = boss.get(isian.periode.get_absolute_url()).context["baris"]
    assert (line.pengecualian_sampai, line.pengecualian_alasan) == (later, "Banjir bandang.")


def test_a_stale_page_is_refused_and_keeps_what_was_typed(isian, later, koordinator, masuk_sebagai):
    client = masuk_sebagai(koordinator)
    grant_exception(isian, later, "Pertama.", koordinator)
    response = post(client, url(), sampai=(later + DAY).isoformat(), alasan="Kedua kali.", semula="")
    assert response.status_code == 409
    assert "Kedua kali." in response.content.decode()
    assert Isian.objects.get().pengecualian_sampai == later


def test_withdrawing_asks_for_a_reason(isian, later, koordinator, masuk_sebagai):
    client = masuk_sebagai(koordinator)
    grant_exception(isian, later, "Banjir.", koordinator)
    response = post(client, url("pengecualian_cabut"), semula=later.isoformat())
    assert (response.status_code, list(response.context["cabut"].errors)) == (422, ["alasan"])
    assert post(client, url("pengecualian_cabut"), semula=later.isoformat(), alasan="Surut.").status_code == 302
    assert Isian.objects.get().pengecualian_sampai is None
