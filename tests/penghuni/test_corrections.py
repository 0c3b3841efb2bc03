"""Putting right what was written down wrong: sealed numbers emptied with a reason, an open stay without a move."""

import datetime
import json

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from core.history import history_of
from core.versions import StaleVersion
from penghuni.hunian import HunianRefused, correct_stay, move_in, move_out
from penghuni.models import Hunian, Penghuni

from .conftest import NIK, NO_KK, TELEPON, block

JAN = datetime.date(2021, 1, 5)
ALASAN = "nomor milik orang lain"


def url(name, penghuni):
    return reverse(f"penghuni:{name}", args=[penghuni.pk])


# --- Emptying a sealed number -----------------------------------------------------------------------------------------


def empty(client, penghuni, *kolom, key, **more):
    posted = {"kolom": kolom, "alasan": ALASAN, "versi": penghuni.versi, "kunci_formulir": key(), **more}
    return client.post(url("kosongkan_nomor", penghuni), posted)


def test_a_stored_number_is_emptied_and_the_others_stay(as_user, operator, sutarmi, key):
    assert empty(as_user(operator), sutarmi, "nik", "telepon", key=key).url == url("detail", sutarmi)
    sutarmi.refresh_from_db()
    assert [str(sutarmi.nik), sutarmi.no_kk.reveal(), str(sutarmi.telepon)] == ["", NO_KK, ""]
    assert (sutarmi.nik_sidik, sutarmi.telepon_sidik, sutarmi.versi) == ("", "", 2)
    assert Penghuni.objects.with_nik(NIK).count() == 0


def test_history_tells_which_why_and_by_whom_but_never_the_number(as_user, operator, sutarmi, key):
    empty(as_user(operator), sutarmi, "nik", "telepon", key=key)
    newest = history_of(sutarmi)[0]
    assert (newest.judul, newest.oleh, newest.catatan) == ("NIK, telepon dikosongkan", operator.nama, ALASAN)
    kept = json.dumps([{name: str(value) for name, value in row.items()} for row in LogEntry.objects.values()])
    assert [number in kept for number in (NIK, NO_KK, TELEPON)] == [False] * 3


def test_a_number_typed_over_another_is_told_without_either(as_user, operator, sutarmi, key):
    other = "3374010107900002"
    posted = {"nama": "Sutarmi", "nik": other, "versi": 1, "kunci_formulir": key()}
    as_user(operator).post(url("ubah", sutarmi), posted)
    told = history_of(sutarmi)[0]
    assert (told.judul, told.oleh) == ("NIK diperbarui", operator.nama)
    kept = json.dumps([{name: str(value) for name, value in row.items()} for row in LogEntry.objects.values()])
    assert [number in kept for number in (NIK, other)] == [False] * 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kolom": []}, "kolom"), ({"kolom": ["nama"]}, "kolom"), ({"alasan": "salah"}, "alasan"),
        ({"alasan": f"bukan {NIK} tetapi lain"}, "alasan"),
    ],
)  # fmt: skip
def test_emptying_needs_a_number_and_a_reason(as_user, operator, sutarmi, key, changes, field):
    response = empty(as_user(operator), sutarmi, "nik", key=key, **changes)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    sutarmi.refresh_from_db()
    assert sutarmi.nik.reveal() == NIK


def test_only_stored_numbers_are_offered_masked(as_user, operator, household, semarang, key):
    joko = household(semarang, "Joko", telepon=TELEPON)
    response = as_user(operator).get(url("kosongkan_nomor", joko))
    assert response.context["form"].fields["kolom"].choices == [("telepon", "Telepon (081*******90)")]
    assert TELEPON not in response.content.decode()


def test_nothing_stored_leads_back_with_a_word(as_user, operator, household, semarang):
    joko = household(semarang, "Joko")
    response = as_user(operator).get(url("kosongkan_nomor", joko), follow=True)
    assert response.redirect_chain == [(url("detail", joko), 302)]
    assert "Tidak ada NIK" in response.content.decode()


def test_stale_emptying_is_refused_and_keeps_the_reason(as_user, operator, sutarmi, key):
    Penghuni.objects.filter(pk=sutarmi.pk).update(versi=3)
    client = as_user(operator)
    late = empty(client, sutarmi, "nik", key=key)
    form = late.context["form"]
    assert (late.status_code, form["alasan"].value(), form["kolom"].value()) == (409, ALASAN, ["nik"])
    sutarmi.refresh_from_db()
    assert sutarmi.nik.reveal() == NIK
    assert empty(client, sutarmi, "nik", key=key, versi=form["versi"].value()).status_code == 302


# --- Correcting an open stay ------------------------------------------------------------------------------------------


@pytest.fixture
def stay(sutarmi, blok, operator):
    return move_in(sutarmi, blok, "A-101", JAN, operator, sewa_bulan=100000, tunggakan=50000)


def typed(stay, key, **more):
    return {"blok": stay.blok_id, "nomor_unit": stay.nomor_unit, "mulai": stay.mulai.isoformat(), "perpanjangan_ke": 0,
            "nomor_sip": "", "sewa_bulan": "100.000", "tunggakan_bulan": "", "tunggakan": "50.000",
            "versi": stay.versi, "kunci_formulir": key(), **more}  # fmt: skip


def test_an_open_stay_is_corrected_without_a_move(as_user, operator, sutarmi, stay, key):
    data = typed(stay, key, nomor_unit="a-110", mulai="2021-02-01", sewa_bulan="125.000", tunggakan="")
    assert as_user(operator).post(url("koreksi_hunian", sutarmi), data).url == url("detail", sutarmi)
    (row,) = Hunian.objects.all()
    assert (row.pk, row.nomor_unit, row.mulai, row.sewa_bulan, row.tunggakan, row.selesai, row.versi) == (
        stay.pk, "A-110", datetime.date(2021, 2, 1), 125000, None, None, 2
    )  # fmt: skip


def test_form_begins_with_what_is_stored(as_user, operator, sutarmi, stay):
    form = as_user(operator).get(url("koreksi_hunian", sutarmi)).context["form"]
    assert (form["nomor_unit"].value(), form["sewa_bulan"].value(), form["versi"].value()) == ("A-101", "100.000", 1)


def test_correction_is_told_on_the_page_of_the_household(as_user, operator, sutarmi, stay, key):
    client = as_user(operator)
    client.post(url("koreksi_hunian", sutarmi), typed(stay, key, nomor_unit="A-110", sewa_bulan="125.000"))
    shown = client.get(url("detail", sutarmi)).context["riwayat_perubahan"][0]
    assert (shown.judul, shown.oleh) == ("Hunian Blok A A-110 diubah", operator.nama)
    assert shown.beda == (
        ("Nomor unit", "A-101", "A-110"), ("Sewa per bulan", "Rp100.000", "Rp125.000"),
    )  # fmt: skip


def test_stale_correction_is_refused_shows_what_is_newer_and_can_be_sent_again(as_user, operator, sutarmi, stay, key):
    correct_stay(stay, 1, stay.blok, "A-102", JAN, operator, sewa_bulan=100000, tunggakan=50000)
    client, data = as_user(operator), typed(stay, key, nomor_unit="A-110")
    late = client.post(url("koreksi_hunian", sutarmi), data)
    assert (late.status_code, late.context["terbaru"]) == (409, [("Nomor unit", "A-102")])
    form = late.context["form"]
    assert (form["nomor_unit"].value(), Hunian.objects.get().nomor_unit) == ("A-110", "A-102")
    assert client.post(url("koreksi_hunian", sutarmi), {**data, "versi": form["versi"].value()}).status_code == 302
    assert Hunian.objects.get().nomor_unit == "A-110"


def test_same_correction_sent_twice_is_made_once(as_user, operator, sutarmi, stay, key):
    client, data = as_user(operator), typed(stay, key, nomor_unit="A-110")
    first, again = (client.post(url("koreksi_hunian", sutarmi), data) for _ in range(2))
    assert (first.url, again.url, Hunian.objects.get().versi) == (url("detail", sutarmi), url("detail", sutarmi), 2)


def test_corrected_unit_must_be_free(as_user, operator, sutarmi, stay, household, semarang, blok, key):
    move_in(household(semarang, "Joko"), blok, "A-102", JAN, operator)
    response = as_user(operator).post(url("koreksi_hunian", sutarmi), typed(stay, key, nomor_unit="A-102"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["nomor_unit"])
    stay.refresh_from_db()
    assert stay.nomor_unit == "A-101"


def test_own_bed_in_a_full_shared_unit_does_not_stand_in_the_way(household, semarang, asrama, operator):
    first, _ = (move_in(household(semarang, nama), asrama, "1", JAN, operator) for nama in ("Joko", "Budi"))
    assert correct_stay(first, 1, asrama, "1", JAN, operator, sewa_bulan=75000).sewa_bulan == 75000


def test_correction_into_a_shared_block_changes_who_may_share(sutarmi, stay, asrama, operator):
    assert correct_stay(stay, 1, asrama, "1", JAN, operator).perorangan is True


def test_date_may_not_run_into_the_stay_before_or_the_future(sutarmi, blok, operator):
    before = move_in(sutarmi, blok, "A-1", JAN, operator)
    move_out(before, datetime.date(2021, 6, 30), "sewa_lain", operator)
    stay = move_in(sutarmi, blok, "A-2", datetime.date(2021, 8, 1), operator)
    for mulai in (datetime.date(2021, 6, 29), timezone.localdate() + datetime.timedelta(days=1)):
        with pytest.raises(HunianRefused) as refusal:
            correct_stay(stay, 1, blok, "A-2", mulai, operator)
        assert refusal.value.kolom == "mulai"
    assert correct_stay(stay, 1, blok, "A-2", datetime.date(2021, 6, 30), operator).mulai == datetime.date(2021, 6, 30)


def test_an_ended_stay_and_a_foreign_block_are_not_corrected(sutarmi, stay, blok, blok_kudus, operator):
    with pytest.raises(HunianRefused) as refusal:
        correct_stay(stay, 1, blok_kudus, "A-101", JAN, operator)
    assert refusal.value.kolom == "blok"
    move_out(stay, datetime.date(2021, 6, 30), "sewa_lain", operator)
    with pytest.raises(HunianRefused):
        correct_stay(stay, 2, blok, "A-102", JAN, operator)
    assert Hunian.objects.get().nomor_unit == "A-101"


def test_rent_in_a_closed_location_can_still_be_corrected(as_user, operator, sutarmi, stay, semarang, key):
    stay.blok.rusun.ditutup_sejak, stay.blok.rusun.alasan_ditutup = timezone.localdate(), "dibongkar"
    stay.blok.rusun.save()
    response = as_user(operator).post(url("koreksi_hunian", sutarmi), typed(stay, key, sewa_bulan="90.000"))
    assert (response.status_code, Hunian.objects.get().sewa_bulan) == (302, 90000)
    other = block(semarang, "Blok B")
    with pytest.raises(HunianRefused):
        correct_stay(stay, 2, other, "A-101", JAN, operator)


def test_rule_compares_versions_itself(sutarmi, stay, blok, operator):
    with pytest.raises(StaleVersion):
        correct_stay(stay, 7, blok, "A-102", JAN, operator)
    assert Hunian.objects.get().nomor_unit == "A-101"


def test_no_open_stay_leads_back_with_a_word(as_user, operator, sutarmi):
    response = as_user(operator).get(url("koreksi_hunian", sutarmi), follow=True)
    assert "tidak sedang tercatat" in response.content.decode()


@pytest.mark.parametrize("stays", [1, 3])
def test_page_asks_the_same_number_of_questions(
    as_user, verifikator, operator, sutarmi, blok, stays, django_assert_num_queries
):
    day = JAN
    for number in range(stays):
        stay = move_in(sutarmi, blok, f"A-{number}", day, operator)
        correct_stay(stay, 1, blok, f"B-{number}", day, operator, sewa_bulan=number)
        move_out(stay, day, "rusun_lain", operator)
    client = as_user(verifikator)
    client.get(url("detail", sutarmi))
    with django_assert_num_queries(11):
        assert len(client.get(url("detail", sutarmi)).context["riwayat"]) == stays


# --- Messages of the database at their field --------------------------------------------------------------------------


def test_more_children_than_members_is_told_at_the_field(as_user, operator, sutarmi, key):
    posted = {"nama": "Sutarmi", "jumlah_anggota": "2", "jumlah_anak": "3", "versi": 1, "kunci_formulir": key()}
    response = as_user(operator).post(url("ubah", sutarmi), posted)
    assert (response.status_code, dict(response.context["form"].errors)) == (
        422, {"jumlah_anak": ["Jumlah anak tidak boleh melebihi jumlah anggota keluarga."]}
    )  # fmt: skip
