"""A lock says why, since when, and who can open it: on the page of the isian and in every refusal."""

import pytest
from django.urls import reverse

from core.display import waktu
from core.idempotency import new_key
from monitoring.enums import Gerak, GerakPeriode
from monitoring.isian.sebutan import who_opens
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Isian
from monitoring.periode.workflow import apply_period_move
from rusun.models import Penguncian
from rusun.penguncian import RegistryLocked, lock_state
from rusun.simpan import close_location
from tests.factories import make_isian, make_periode, make_rusun


@pytest.fixture
def rusun(kudus, operator):
    return make_rusun(kudus, oleh=operator)


@pytest.fixture
def periode(koordinator, kudus, rusun):
    return make_periode(koordinator, kudus)


def fresh():
    return Isian.objects.select_related("periode", "verifikator", "kabupaten_kota").get()


def test_who_can_open_follows_the_state_of_the_isian(periode, operator, verifikator, koordinator):
    isian = make_isian(periode, operator, verifikator, "terkirim")
    assert who_opens(fresh()) == (
        "Anda sendiri dengan menarik kembali isian, selama verifikasi belum dimulai; "
        "sesudah itu verifikator provinsi, dengan mengembalikan isian disertai catatan"
    )
    apply_move(isian, Gerak.MULAI_VERIFIKASI, verifikator)
    assert who_opens(fresh()) == "Dewi Anggraini, dengan mengembalikan isian disertai catatan"
    apply_move(isian, Gerak.VERIFIKASI, verifikator)
    assert who_opens(fresh()) == "koordinator provinsi, dengan membuka kembali isian"
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    assert who_opens(fresh()) == "koordinator atau pimpinan, dengan mengembalikan rekap"


def test_the_operator_reads_why_since_when_and_who_on_the_page(periode, operator, verifikator, masuk_sebagai):
    make_isian(periode, operator, verifikator, "terkirim")
    page = masuk_sebagai(operator).get(fresh().get_absolute_url()).content.decode()
    since = waktu(Penguncian.objects.get(pk="33.19").sejak)
    assert f"Data terkunci sejak {since}: Kiriman ke-1 sudah dikirim ke provinsi (Desk uji)." in page
    assert "Yang dapat membuka: Anda sendiri dengan menarik kembali isian" in page


def test_the_strip_in_the_registry_says_the_same(periode, rusun, operator, verifikator, masuk_sebagai):
    make_isian(periode, operator, verifikator, "terverifikasi")
    page = masuk_sebagai(operator).get(reverse("rusun:detail", args=[rusun.kode])).content.decode()
    assert "isian sudah diverifikasi provinsi (Desk uji)." in page
    assert "bila isian sudah diverifikasi, koordinator provinsi." in page


def test_a_refused_write_says_why_since_when_and_who(periode, rusun, operator, verifikator):
    make_isian(periode, operator, verifikator, "terkirim")
    since = waktu(lock_state("33.19").sejak)
    with pytest.raises(RegistryLocked) as refusal:
        close_location(rusun, rusun.versi, "x", operator)
    assert str(refusal.value) == (
        f"Perubahan tidak disimpan. Data terkunci sejak {since}: Kiriman ke-1 sudah dikirim ke provinsi (Desk uji). "
        "Yang dapat membuka bagian ini: verifikator provinsi dengan memberi catatan; "
        "bila isian sudah diverifikasi, koordinator provinsi."
    )


def test_withdrawing_after_verification_began_says_who_and_since_when(periode, operator, verifikator):
    isian = apply_move(make_isian(periode, operator, verifikator, "terkirim"), Gerak.MULAI_VERIFIKASI, verifikator)
    with pytest.raises(MoveRefused) as refusal:
        apply_move(isian, Gerak.TARIK, operator)
    assert refusal.value.pesan == (
        f"Verifikasi sudah dimulai oleh Dewi Anggraini sejak {waktu(isian.verifikasi_sejak)}, jadi isian tidak dapat "
        "ditarik. Bila masih ada yang salah, minta verifikator mengembalikannya."
    )


def test_a_move_in_a_closed_period_says_who_can_open_it(periode, operator, verifikator, koordinator, masuk_sebagai):
    isian = make_isian(periode, operator, verifikator, "terverifikasi")
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    url = reverse("monitoring:isian_gerak", args=["desk-uji", isian.kabupaten_kota_id, "verifikasi"])
    page = masuk_sebagai(verifikator).post(url, {"kunci_formulir": str(new_key())}, follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "Rekap periode ini sudah diajukan, jadi isian tidak dapat diubah. "
        "Koordinator atau pimpinan dapat mengembalikan rekap."
    ]
