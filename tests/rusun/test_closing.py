"""Closing a location and retiring a file: once, with the reason of whoever did it, never over another change."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from rusun.models import Lampiran, Permasalahan, Rusun, TindakLanjut
from rusun.simpan import LocationClosed, close_location, save_section
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


def test_nothing_is_written_to_a_closed_location(masuk_sebagai, operator, lokasi, berkas):
    masalah = Permasalahan.objects.get(rusun=lokasi)
    tindak = TindakLanjut.objects.create(
        rusun=lokasi, permasalahan=masalah, uraian="Mengecat", penanggung_jawab="kabupaten_kota",
        batas_waktu=timezone.localdate(), diubah=timezone.now(), diubah_oleh=operator,
    )  # fmt: skip
    close_location(lokasi, lokasi.versi, ALASAN, operator)
    client = masuk_sebagai(operator)
    key = {"kunci_formulir": str(new_key()), "versi": "1"}
    follow_up = {
        "uraian": "Perbaiki",
        "penanggung_jawab": "kabupaten_kota",
        "batas_waktu": "2026-12-31",
        "status": "proses",
    }
    photo = SimpleUploadedFile("foto.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    doors = [
        (reverse("rusun:masalah_status", args=[masalah.pk]), key | {"status": "selesai"}),
        (reverse("rusun:tindak_lanjut_tambah", args=[masalah.pk]), key | follow_up),
        (reverse("rusun:tindak_lanjut_ubah", args=[tindak.pk]), key | follow_up),
        (reverse("rusun:bukti_tambah", args=[tindak.pk]), key | {"berkas": photo}),
        (reverse("rusun:lampiran_tarik", args=[berkas.pk]), key | {"alasan": "Salah foto."}),
    ]
    before = [list(model.objects.order_by("pk").values()) for model in (Permasalahan, TindakLanjut, Lampiran)]
    for url, data in doors:
        answer = client.post(url, data | {"kunci_formulir": str(new_key())}, follow=True)
        assert "sudah ditutup" in answer.content.decode(), url
    assert before == [list(model.objects.order_by("pk").values()) for model in (Permasalahan, TindakLanjut, Lampiran)]


def test_a_section_open_while_the_location_is_closed_is_not_saved(operator, lokasi):
    close_location(lokasi, lokasi.versi, ALASAN, operator)
    with pytest.raises(LocationClosed):
        save_section(lokasi.pk, lokasi.versi + 1, operator, lambda waktu: lokasi.blok.update(ada_lift="ya"))
