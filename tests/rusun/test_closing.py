"""Closing a location and retiring a file: once, with the reason of whoever did it, never over another change."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from rusun.models import Lampiran, Rusun
from tests.factories import make_rusun

ALASAN = "Dibongkar, warga sudah pindah."


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


@pytest.fixture
def berkas(lokasi, operator):
    return Lampiran.objects.create(
        rusun=lokasi, jenis="foto", nama_asli="depan.jpg", tipe="image/jpeg", ukuran=1, sha256="0" * 64,
        berkas="lampiran/00/depan.jpg", diubah=timezone.now(), diubah_oleh=operator,
    )  # fmt: skip


@pytest.fixture
def rekan(masuk_sebagai, operator_penghuni):
    """Another operator of the same kabupaten/kota, who is quicker."""
    return masuk_sebagai(operator_penghuni)


def doors(lokasi, berkas):
    return {
        "tutup": (reverse("rusun:tutup", args=[lokasi.pk]), lokasi),
        "tarik": (reverse("rusun:lampiran_tarik", args=[berkas.pk]), berkas),
    }


def typed(row, alasan=ALASAN):
    return {"kunci_formulir": str(new_key()), "versi": str(row.versi), "alasan": alasan}


def taken_out(row):
    """When and why, as stored."""
    row.refresh_from_db()
    return (row.ditutup_sejak, row.alasan_ditutup) if isinstance(row, Rusun) else (row.ditarik_pada, row.alasan_ditarik)


@pytest.mark.parametrize("door", ["tutup", "tarik"])
def test_form_carries_the_version_and_takes_the_row_out_once(masuk_sebagai, operator, lokasi, berkas, door):
    url, row = doors(lokasi, berkas)[door]
    client = masuk_sebagai(operator)
    assert client.get(url).context["form"]["versi"].value() == 1
    data = typed(row)
    first, again = client.post(url, data), client.post(url, data)
    assert (first.status_code, again.url) == (302, first.url)
    assert taken_out(row)[1] == ALASAN
    assert row.versi == 2


@pytest.mark.parametrize("door", ["tutup", "tarik"])
def test_second_one_is_told_who_did_it_and_overwrites_nothing(masuk_sebagai, operator, rekan, lokasi, berkas, door):
    url, row = doors(lokasi, berkas)[door]
    rekan.post(url, typed(row))
    before = taken_out(row)
    client = masuk_sebagai(operator)
    late = client.post(url, {**typed(row, "Salah lokasi."), "versi": "1"}, follow=True)
    assert taken_out(row) == before
    body = late.content.decode()
    assert ["Budi Santoso" in body, ALASAN in body] == [True, True]
    assert ALASAN in client.get(url, follow=True).content.decode()


@pytest.mark.parametrize("door", ["tutup", "tarik"])
def test_stale_form_is_refused_keeps_the_reason_and_can_be_sent_again(masuk_sebagai, operator, lokasi, berkas, door):
    url, row = doors(lokasi, berkas)[door]
    type(row).objects.filter(pk=row.pk).update(versi=5)
    client, data = masuk_sebagai(operator), typed(row)
    late = client.post(url, data)
    assert (late.status_code, taken_out(row)) == (409, (None, ""))
    form = late.context["form"]
    assert (form["alasan"].value(), form["versi"].value()) == (ALASAN, "5")
    assert "sudah diubah oleh" in late.content.decode()
    assert client.post(url, {**data, "versi": form["versi"].value()}).status_code == 302
    assert taken_out(row)[1] == ALASAN


@pytest.mark.parametrize("door", ["tutup", "tarik"])
def test_form_without_version_is_refused(masuk_sebagai, operator, lokasi, berkas, door):
    url, row = doors(lokasi, berkas)[door]
    response = masuk_sebagai(operator).post(url, {**typed(row), "versi": ""})
    assert (response.status_code, taken_out(row)) == (422, (None, ""))
