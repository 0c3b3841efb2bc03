import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import JejakAkses
from penghuni.hunian import move_in
from penghuni.models import Hunian, Penghuni
from tests.forms import fields_of

from .conftest import NIK, NO_KK, TELEPON

DAFTAR = reverse("penghuni:daftar")
PAGES = ("detail", "ubah", "lihat_lengkap", "masuk_unit", "keluar_unit", "pindah_unit")


def url(name, penghuni):
    return reverse(f"penghuni:{name}", args=[penghuni.pk])


# --- Who comes in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("siapa", ["pimpinan", "admin", "operator_tanpa_akses"])
def test_others_see_no_resident_page(request, as_user, siapa, sutarmi):
    client = as_user(request.getfixturevalue(siapa))
    pages = [DAFTAR, reverse("penghuni:tambah"), *(url(name, sutarmi) for name in PAGES)]
    assert [client.get(page).status_code for page in pages] == [403] * len(pages)
    assert client.post(reverse("penghuni:cari_nik"), {"nik": NIK}).status_code == 403


def test_province_reads_but_does_not_write(as_user, verifikator, sutarmi):
    client = as_user(verifikator)
    assert [client.get(url(name, sutarmi)).status_code for name in PAGES] == [200, 403, 200, 403, 403, 403]
    assert client.get(reverse("penghuni:tambah")).status_code == 403


def test_foreign_operator_gets_404_everywhere(as_user, operator_kudus, sutarmi):
    client = as_user(operator_kudus)
    assert [client.get(url(name, sutarmi)).status_code for name in PAGES] == [404] * len(PAGES)
    assert [client.post(url(name, sutarmi)).status_code for name in PAGES if name != "detail"] == [404] * 5
    assert sutarmi.nama not in client.get(DAFTAR).content.decode()


def test_foreign_operator_finds_no_nik_of_another_region(as_user, operator_kudus, operator, sutarmi):
    posted = {"nik": NIK}
    own = as_user(operator).post(reverse("penghuni:cari_nik"), posted)
    foreign = as_user(operator_kudus).post(reverse("penghuni:cari_nik"), posted)
    assert (own.url, foreign.url) == (url("detail", sutarmi), DAFTAR)


# --- Masks and the trail ----------------------------------------------------------------------------------------------


def test_no_page_shows_a_full_number(as_user, operator, sutarmi):
    client = as_user(operator)
    for page in (DAFTAR, *(url(name, sutarmi) for name in ("detail", "ubah", "lihat_lengkap"))):
        body = client.get(page).content.decode()
        assert [number for number in (NIK, NO_KK, TELEPON) if number in body] == []
    assert "3374**********01" in client.get(url("detail", sutarmi)).content.decode()


def test_detail_leaves_a_trail(as_user, verifikator, sutarmi):
    as_user(verifikator).get(url("detail", sutarmi))
    row = JejakAkses.objects.get()
    assert (row.pengguna, row.tindakan, row.objek, row.objek_id) == (verifikator, "lihat", "penghuni", str(sutarmi.pk))


def test_reveal_shows_the_numbers_once_and_writes_one_line(as_user, verifikator, sutarmi, key):
    client = as_user(verifikator)
    posted = {"alasan": "mencocokkan dengan berkas KTP", "kunci_formulir": key()}
    first = client.post(url("lihat_lengkap", sutarmi), posted)
    again = client.post(url("lihat_lengkap", sutarmi), posted)
    assert [number in first.content.decode() for number in (NIK, NO_KK, TELEPON)] == [True] * 3
    assert "no-store" in first.headers["Cache-Control"]
    assert again.url == url("detail", sutarmi)
    row = JejakAkses.objects.get()
    assert (row.tindakan, row.alasan) == ("lihat_lengkap", "mencocokkan dengan berkas KTP")


@pytest.mark.parametrize("alasan", ["", "cek", "         .", f"nomornya {NIK} benar"])
def test_reveal_without_a_usable_reason_shows_nothing(as_user, verifikator, sutarmi, key, alasan):
    response = as_user(verifikator).post(url("lihat_lengkap", sutarmi), {"alasan": alasan, "kunci_formulir": key()})
    assert response.status_code == 422
    assert NO_KK not in response.content.decode()
    assert JejakAkses.objects.count() == 0


# --- The list ---------------------------------------------------------------------------------------------------------


def test_list_asks_the_same_number_of_queries_for_one_and_three(
    as_user, verifikator, operator, household, semarang, blok
):
    client = as_user(verifikator)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(DAFTAR).status_code == 200
        return len(asked)

    move_in(household(semarang, "Satu"), blok, "A-1", datetime.date(2021, 1, 5), operator)
    client.get(DAFTAR)
    with_one = queries()
    for unit, nama in (("A-2", "Dua"), ("A-3", "Tiga")):
        move_in(household(semarang, nama), blok, unit, datetime.date(2021, 1, 5), operator)
    assert queries() == with_one


def names(response):
    return [penghuni.nama for penghuni in response.context["halaman"].object_list]


def test_list_is_narrowed_by_place_interest_and_stay(as_user, operator, household, semarang, blok, asrama):
    tinggal = household(semarang, "Tinggal", minat="ya")
    household(semarang, "Tanpa unit", minat="tidak")
    move_in(tinggal, blok, "A-1", datetime.date(2021, 1, 5), operator)
    client = as_user(operator)
    asked = [{"blok": blok.pk}, {"blok": asrama.pk}, {"lokasi": blok.rusun_id}, {"minat": "tidak"},
             {"tinggal": "tidak"}, {"tinggal": "ya"}, {"cari": "tanpa"}]  # fmt: skip
    assert [names(client.get(DAFTAR, query)) for query in asked] == [
        ["Tinggal"], [], ["Tinggal"], ["Tanpa unit"], ["Tanpa unit"], ["Tinggal"], ["Tanpa unit"]
    ]  # fmt: skip


def test_list_keeps_a_foreign_location_out_of_its_filter(as_user, operator, blok, blok_kudus):
    response = as_user(operator).get(DAFTAR, {"lokasi": blok_kudus.rusun_id})
    assert list(response.context["saringan"].errors) == ["lokasi"]
    assert blok_kudus.rusun.nama not in response.content.decode()


def test_search_box_for_names_sends_numbers_to_the_other_box(as_user, operator):
    response = as_user(operator).get(DAFTAR, {"cari": NIK})
    assert list(response.context["saringan"].errors) == ["cari"]


def test_nik_search_explains_a_wrong_number(as_user, operator):
    response = as_user(operator).post(reverse("penghuni:cari_nik"), {"nik": "123"}, follow=True)
    assert "yang tertulis 3 angka" in response.content.decode()


def test_province_sees_every_region_that_lists_a_nik(as_user, verifikator, sutarmi, household, kudus):
    household(kudus, "Sutarmi di Kudus", nik=NIK)
    body = as_user(verifikator).post(reverse("penghuni:cari_nik"), {"nik": NIK}).content.decode()
    assert ["Sutarmi di Kudus" in body, "Kota Semarang" in body, NIK in body] == [True, True, False]


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_adding_seals_the_number_and_happens_once(as_user, operator, semarang, key):
    client = as_user(operator)
    posted = {"nama": "Joko", "nik": "'3374 0101 0790 0002", "versi": 1, "kunci_formulir": key()}
    first, again = (client.post(reverse("penghuni:tambah"), posted) for _ in range(2))
    joko = Penghuni.objects.get()
    assert (joko.nik.reveal(), joko.kabupaten_kota, joko.diubah_oleh) == ("3374010107900002", semarang, operator)
    assert [first.url, again.url] == [url("detail", joko)] * 2


def test_name_alone_is_enough(as_user, operator, key):
    as_user(operator).post(reverse("penghuni:tambah"), {"nama": "Joko", "versi": 1, "kunci_formulir": key()})
    assert not Penghuni.objects.get(nama="Joko").nik


def test_same_nik_twice_in_one_region_is_told_at_the_field(as_user, operator, sutarmi, key):
    response = as_user(operator).post(
        reverse("penghuni:tambah"), {"nama": "Joko", "nik": NIK, "versi": 1, "kunci_formulir": key()}
    )
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["nik"]


def test_nik_of_another_region_is_saved_with_a_neutral_word(as_user, operator_kudus, sutarmi, key):
    response = as_user(operator_kudus).post(
        reverse("penghuni:tambah"), {"nama": "Joko", "nik": NIK, "versi": 1, "kunci_formulir": key()}, follow=True
    )
    body = response.content.decode()
    assert Penghuni.objects.filter(kabupaten_kota="33.19").count() == 1
    assert ["juga tercatat di daerah lain" in body, "Semarang" in body, "Sutarmi" in body] == [True, False, False]


def test_changing_keeps_numbers_that_were_left_empty(as_user, operator, sutarmi, key):
    as_user(operator).post(
        url("ubah", sutarmi), {"nama": "Sutarmi Baru", "nik": "", "versi": 1, "kunci_formulir": key()}
    )
    sutarmi.refresh_from_db()
    assert (sutarmi.nama, sutarmi.nik.reveal(), sutarmi.versi) == ("Sutarmi Baru", NIK, 2)


def test_stale_change_keeps_what_was_typed_and_saves_nothing(as_user, operator, sutarmi, key):
    client = as_user(operator)
    client.post(url("ubah", sutarmi), {"nama": "Pertama", "versi": 1, "kunci_formulir": key()})
    late = client.post(url("ubah", sutarmi), {"nama": "Kedua", "versi": 1, "kunci_formulir": key()})
    sutarmi.refresh_from_db()
    assert (late.status_code, sutarmi.nama) == (409, "Pertama")
    assert late.context["form"]["nama"].value() == "Kedua"
    assert ("nama kepala keluarga", "Pertama") in [(label.lower(), value) for label, value in late.context["terbaru"]]


def test_moving_in_and_out_by_the_pages(as_user, operator, sutarmi, blok, key):
    client = as_user(operator)
    client.post(
        url("masuk_unit", sutarmi),
        {"blok": blok.pk, "nomor_unit": "A-1", "mulai": "2021-01-05", "perpanjangan_ke": 0, "kunci_formulir": key()},
    )
    client.post(
        url("keluar_unit", sutarmi),
        {"selesai": "2021-06-30", "keluar_ke": "rumah_sendiri", "kunci_formulir": key()},
    )
    stay = Hunian.objects.get()
    assert (stay.nomor_unit, stay.selesai, stay.keluar_ke) == ("A-1", datetime.date(2021, 6, 30), "rumah_sendiri")


def test_refused_move_is_told_at_its_field(as_user, operator, sutarmi, household, semarang, blok, key):
    move_in(household(semarang, "Joko"), blok, "A-1", datetime.date(2021, 1, 5), operator)
    response = as_user(operator).post(
        url("masuk_unit", sutarmi),
        {"blok": blok.pk, "nomor_unit": "A-1", "mulai": "2021-01-05", "perpanjangan_ke": 0, "kunci_formulir": key()},
    )
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["nomor_unit"]


def test_a_half_typed_household_is_kept_sealed_for_its_author_alone(masuk_sebagai, operator_penghuni):
    client, page_url = masuk_sebagai(operator_penghuni), reverse("penghuni:tambah")
    typed = fields_of(client.get(page_url)) | {"nama": "Sutarmi", "nik": "3319014107909", "konsep": "1"}
    answer = client.post(page_url, typed, headers={"X-Requested-With": "konsep"})
    assert answer.json()["pesan"].startswith("tersimpan ")
    with connection.cursor() as cursor:
        cursor.execute("SELECT bagian, isi FROM core_konsep")
        bagian, isi = cursor.fetchone()
    assert (bagian, "Sutarmi" in isi, "33190141" in isi) == (page_url, False, False)
    page = client.get(page_url)
    assert 'value="Sutarmi"' in page.content.decode()
    assert "is-invalid" not in page.content.decode()
    assert Penghuni.objects.count() == 0
    saved = client.post(page_url, fields_of(page) | {"nik": ""})
    assert saved.status_code == 302, saved.context["form"].errors
    assert Penghuni.objects.get().nama == "Sutarmi"
    assert 'value="Sutarmi"' not in client.get(page_url).content.decode()
