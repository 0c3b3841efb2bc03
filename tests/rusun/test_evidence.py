"""Evidence of a follow-up: put in by the own kabupaten/kota in every state, read by the province, never a way round."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from rusun.lampiran import attach, attach_evidence, received
from rusun.models import Lampiran, Permasalahan, TindakLanjut
from rusun.penguncian import lock_registry, registry_write
from tests.factories import make_rusun
from tests.forms import fields_of

from .test_files import photo


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


@pytest.fixture
def tindak(lokasi):
    return TindakLanjut.objects.create(
        rusun=lokasi, permasalahan=lokasi.permasalahan.get(), uraian="Ganti atap", penanggung_jawab="kabupaten_kota",
        batas_waktu=timezone.localdate() + datetime.timedelta(days=30), diubah=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def terkunci(kudus):
    with registry_write(kudus):
        lock_registry(kudus, alasan="uji", waktu=timezone.now())


def form(name="atap.png", content=None, **more):
    berkas = SimpleUploadedFile(name, photo().read() if content is None else content)
    return {"kunci_formulir": str(new_key()), "berkas": berkas, **more}


def page(tindak):
    return reverse("rusun:bukti_tambah", args=[tindak.pk])


def evidence(tindak, pengguna, name="atap.png"):
    with received(photo(), name) as berkas:
        return attach_evidence(tindak, berkas, pengguna, keterangan="Sesudah diganti")


def test_evidence_is_added_although_the_registry_is_locked(masuk_sebagai, operator, lokasi, tindak, terkunci, media):
    response = masuk_sebagai(operator).post(page(tindak), form(keterangan="Sesudah diganti"))
    row = Lampiran.objects.get()
    assert (response.status_code, row.tindak_lanjut, row.rusun, row.jenis) == (302, tindak, lokasi, "bukti")
    assert (row.nama_asli, row.keterangan, row.diubah_oleh) == ("atap.png", "Sesudah diganti", operator)
    assert (media / row.berkas).exists()


def test_evidence_is_listed_beside_its_follow_up_for_operator_and_province(
    masuk_sebagai, operator, verifikator, pimpinan, lokasi, tindak
):
    row = evidence(tindak, operator)
    download = reverse("rusun:lampiran_unduh", args=[row.pk])
    detail = reverse("rusun:detail", args=[lokasi.pk])
    for pengguna, url in [
        (operator, detail), (verifikator, detail), (pimpinan, detail), (operator, page(tindak)),
        (operator, reverse("rusun:tindak_lanjut_ubah", args=[tindak.pk])),
    ]:  # fmt: skip
        client = masuk_sebagai(pengguna)
        body = client.get(url).content.decode()
        assert body.count(f'href="{download}"') == 1, (pengguna, url)
        assert client.get(download)["Content-Type"] == "image/png"


def test_province_reads_and_other_regions_find_nothing(
    masuk_sebagai, operator, verifikator, koordinator, operator_lain, tindak
):
    row = evidence(tindak, operator)
    for pengguna in (verifikator, koordinator):
        assert masuk_sebagai(pengguna).post(page(tindak), form()).status_code == 403
    foreign = masuk_sebagai(operator_lain)
    assert foreign.get(reverse("rusun:lampiran_unduh", args=[row.pk])).status_code == 404
    assert foreign.post(page(tindak), form()).status_code == 404
    assert Lampiran.objects.count() == 1


def test_evidence_is_retired_although_locked_and_leaves_the_lists(
    masuk_sebagai, operator, lokasi, tindak, terkunci, media
):
    row = evidence(tindak, operator)
    client = masuk_sebagai(operator)
    data = {"kunci_formulir": str(new_key()), "versi": "1", "alasan": "Foto keliru."}
    assert client.post(reverse("rusun:lampiran_tarik", args=[row.pk]), data).status_code == 302
    row.refresh_from_db()
    assert (row.alasan_ditarik, (media / row.berkas).exists()) == ("Foto keliru.", True)
    for url in (reverse("rusun:detail", args=[lokasi.pk]), page(tindak)):
        assert str(row.pk) not in client.get(url).content.decode()


def test_a_wrong_file_is_told_at_the_field_with_the_list_still_there(masuk_sebagai, operator, tindak):
    evidence(tindak, operator, "lama.png")
    response = masuk_sebagai(operator).post(page(tindak), form("surat.pdf", b"<html>", keterangan="Surat"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["berkas"])
    body = response.content.decode()
    assert ['value="Surat"' in body, "lama.png" in body] == [True, True]


def test_evidence_without_follow_up_is_no_way_round_the_lock(masuk_sebagai, operator, lokasi, terkunci):
    """Evidence never locks, so a paper of the location must not be able to call itself evidence."""
    url = reverse("rusun:lampiran_tambah", args=[lokasi.pk])
    response = masuk_sebagai(operator).post(url, form(jenis="bukti"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["jenis"])
    assert Lampiran.objects.count() == 0


def test_database_knows_no_evidence_without_follow_up_and_no_paper_with_one(operator, lokasi, tindak):
    row = evidence(tindak, operator)
    for change in ({"tindak_lanjut": None}, {"jenis": "foto"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lampiran.objects.filter(pk=row.pk).update(**change)


def test_papers_of_the_location_are_listed_apart_from_evidence(masuk_sebagai, operator, lokasi, tindak):
    with received(photo(), "depan.png") as berkas:
        paper = attach(lokasi, "foto", berkas, operator)
    evidence(tindak, operator)
    response = masuk_sebagai(operator).get(reverse("rusun:detail", args=[lokasi.pk]))
    assert list(response.context["profil"].lampiran) == [paper]


def test_a_problem_whose_follow_up_has_evidence_is_not_deleted(masuk_sebagai, operator, lokasi, tindak):
    evidence(tindak, operator)
    client = masuk_sebagai(operator)
    url = reverse("rusun:ubah", args=[lokasi.pk, "masalah"])
    response = client.post(url, fields_of(client.get(url)) | {"permasalahan-0-DELETE": "on"})
    assert response.status_code == 409
    assert "punya bukti tidak dapat dihapus" in response.content.decode()
    assert Permasalahan.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_location_page_asks_the_same_number_of_questions(
    masuk_sebagai, verifikator, operator, lokasi, tindak, rows, django_assert_num_queries
):
    for _ in range(rows):
        more = TindakLanjut.objects.create(
            rusun=tindak.rusun, permasalahan=tindak.permasalahan, uraian="Lagi", penanggung_jawab="provinsi",
            batas_waktu=timezone.localdate(), diubah=timezone.now(),
        )  # fmt: skip
        for _ in range(rows):
            evidence(more, operator)
    client = masuk_sebagai(verifikator)
    with django_assert_num_queries(15):
        assert client.get(reverse("rusun:detail", args=[lokasi.pk])).status_code == 200
