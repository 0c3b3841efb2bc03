"""Attendance: with an account, or by the code page without one, which closes with the session and tells of nobody."""

import datetime
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core.idempotency import new_key
from monitoring.desk import kehadiran
from monitoring.desk import sesi as desk
from monitoring.desk.cetak import attendance_pdf, notes_pdf
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Hadirin, SesiDesk

SITI = {"nama": "Siti Aminah", "instansi": "Dinas Perkim Kabupaten Kudus", "jabatan": "Staf"}


def url(sesi):
    return reverse("hadir", args=[sesi.kode_hadir])


def test_whoever_has_the_code_signs_once(langsung):
    client = Client(enforce_csrf_checks=True)
    page = client.get(url(langsung))
    assert page.status_code == 200
    token = page.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    response = client.post(url(langsung), SITI | {"csrfmiddlewaretoken": token}, follow=True)
    assert "Siti Aminah tercatat hadir" in response.content.decode()
    response = client.post(url(langsung), SITI | {"csrfmiddlewaretoken": token})
    assert response.status_code == 409
    assert "sudah tercatat hadir" in response.content.decode()
    assert Hadirin.objects.count() == 1


def test_the_code_page_tells_of_nobody_who_signed_before(langsung, client):
    kehadiran.sign(langsung, "Orang Lain", "Instansi Lain", "Jabatan Lain")
    html = client.get(url(langsung)).content.decode()
    assert "Orang Lain" not in html
    assert "Kabupaten Kudus" in html


@pytest.mark.parametrize("kode", ["TIDAKADA22", "x", "0" * 50])
def test_an_unknown_code_is_404(langsung, client, kode):
    assert client.get(reverse("hadir", args=[kode])).status_code == 404


def test_the_code_is_read_in_small_letters_too(langsung, client):
    assert client.get(reverse("hadir", args=[langsung.kode_hadir.lower()])).status_code == 200


def test_the_list_opens_an_hour_before_and_closes_with_the_session(sesi, verifikator, client, time_machine):
    time_machine.move_to(sesi.mulai - datetime.timedelta(minutes=61), tick=False)
    html = client.get(url(sesi)).content.decode()
    assert "Daftar hadir dibuka" in html
    assert client.post(url(sesi), SITI).status_code == 409
    time_machine.move_to(sesi.mulai - datetime.timedelta(minutes=59), tick=False)
    assert client.post(url(sesi), SITI).status_code == 302
    desk.begin(sesi, verifikator)
    desk.close(sesi, verifikator)
    assert "sudah ditutup" in client.get(url(sesi)).content.decode()
    response = client.post(url(sesi), SITI | {"nama": "Terlambat"})
    assert response.status_code == 409
    assert Hadirin.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("nama", ""), ("instansi", ""), ("nama", "x" * 121), ("jabatan", "x" * 121)]
)
def test_a_wrong_line_is_said_at_its_field(langsung, client, field, value):
    response = client.post(url(langsung), SITI | {field: value})
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert not Hadirin.objects.exists()


def test_a_list_does_not_grow_without_end(langsung):
    saat = timezone.now()
    Hadirin.objects.bulk_create(
        Hadirin(sesi=langsung, nama=f"Orang {i}", instansi="I", waktu=saat) for i in range(kehadiran.PALING_BANYAK)
    )
    with pytest.raises(MoveRefused, match="penuh"):
        kehadiran.sign(langsung, "C", "I", "")


def test_an_account_signs_with_one_click(langsung, operator, verifikator, masuk_sebagai):
    for person in (operator, verifikator):
        response = masuk_sebagai(person).post(langsung.get_absolute_url() + "hadir/", {"kunci_formulir": new_key()})
        assert response.status_code == 302
    assert [row.pengguna for row in Hadirin.objects.all()] == [operator, verifikator]
    html = masuk_sebagai(operator).get(langsung.get_absolute_url()).content.decode()
    assert "Isi daftar hadir" not in html


def test_the_opening_has_its_list_and_notes(pembukaan, verifikator, operator, masuk_sebagai):
    desk.begin(pembukaan, verifikator)
    kehadiran.sign(pembukaan, "Siti Aminah", "Dinas Perkim", "Staf", waktu=timezone.now())
    client = masuk_sebagai(verifikator)
    pembukaan = SesiDesk.objects.select_related("jadwal__periode").get(pk=pembukaan.pk)
    data = {"kunci_formulir": new_key(), "versi": pembukaan.versi, "notulen": "Butir satu\nButir dua"}
    assert client.post(pembukaan.get_absolute_url() + "notulen/", data).status_code == 302
    late = data | {"kunci_formulir": new_key(), "notulen": "Punya saya"}
    response = client.post(pembukaan.get_absolute_url() + "notulen/", late)
    assert response.status_code == 409
    html = response.content.decode()
    assert "Punya saya" in html
    assert "Butir dua" in html
    pembukaan.refresh_from_db()
    assert desk.close(pembukaan, verifikator) is None
    text = PdfReader(io.BytesIO(notes_pdf(pembukaan, "Uji"))).pages[0].extract_text()
    assert "Butir dua" in text
    text = PdfReader(io.BytesIO(attendance_pdf(pembukaan, "Uji"))).pages[0].extract_text()
    assert "Siti Aminah" in text
    assert masuk_sebagai(operator).get(pembukaan.get_absolute_url()).status_code == 200


def test_a_list_that_is_printed_beforehand_has_room_for_names(sesi):
    text = PdfReader(io.BytesIO(attendance_pdf(sesi, "Uji"))).pages[0].extract_text()
    assert "15" in text
