import datetime

import pytest
from django.utils import timezone

from penghuni.hunian import HunianRefused, move_in, move_out, move_unit, open_stay_of
from penghuni.models import Hunian
from rusun.models import Blok

JAN = datetime.date(2021, 1, 5)
JUNE = datetime.date(2021, 6, 30)


def test_move_in_begins_a_stay_with_a_tidy_unit_number(sutarmi, blok, operator):
    stay = move_in(sutarmi, blok, " a - 101", JAN, operator, sewa_bulan=100000)
    assert (stay.nomor_unit, stay.mulai, stay.sewa_bulan, stay.perorangan) == ("A-101", JAN, 100000, False)
    assert (stay.versi, stay.diubah_oleh) == (1, operator)


def test_family_unit_takes_one_household(sutarmi, household, semarang, blok, operator):
    move_in(sutarmi, blok, "A-101", JAN, operator)
    with pytest.raises(HunianRefused) as refusal:
        move_in(household(semarang, "Joko"), blok, "a-101", JAN, operator)
    assert refusal.value.kolom == "nomor_unit"
    assert Hunian.objects.count() == 1


def test_shared_unit_takes_as_many_as_its_capacity(household, semarang, asrama, operator):
    for nama in ("Joko", "Budi"):
        move_in(household(semarang, nama), asrama, "1", JAN, operator)
    with pytest.raises(HunianRefused) as refusal:
        move_in(household(semarang, "Tono"), asrama, "1", JAN, operator)
    assert "sudah penuh" in str(refusal.value)
    assert Hunian.objects.open().count() == 2


def test_household_lives_in_one_unit(sutarmi, blok, operator):
    move_in(sutarmi, blok, "A-101", JAN, operator)
    with pytest.raises(HunianRefused) as refusal:
        move_in(sutarmi, blok, "A-102", JUNE, operator)
    assert "masih tercatat di" in str(refusal.value)


def test_block_of_another_region_is_refused(sutarmi, blok_kudus, operator):
    with pytest.raises(HunianRefused):
        move_in(sutarmi, blok_kudus, "A-101", JAN, operator)


def test_move_in_after_today_is_refused(sutarmi, blok, operator):
    with pytest.raises(HunianRefused) as refusal:
        move_in(sutarmi, blok, "A-101", timezone.localdate() + datetime.timedelta(days=1), operator)
    assert refusal.value.kolom == "mulai"


def test_move_out_ends_the_stay_and_frees_the_unit(sutarmi, household, semarang, blok, operator):
    stay = move_in(sutarmi, blok, "A-101", JAN, operator)
    ended = move_out(stay, JUNE, "rumah_sendiri", operator)
    assert (ended.selesai, ended.keluar_ke, ended.versi) == (JUNE, "rumah_sendiri", 2)
    assert move_in(household(semarang, "Joko"), blok, "A-101", JUNE, operator).selesai is None


def test_move_out_twice_or_before_the_start_is_refused(sutarmi, blok, operator):
    stay = move_in(sutarmi, blok, "A-101", JAN, operator)
    with pytest.raises(HunianRefused):
        move_out(stay, JAN - datetime.timedelta(days=1), "keluarga", operator)
    move_out(stay, JUNE, "keluarga", operator)
    with pytest.raises(HunianRefused):
        move_out(stay, JUNE, "keluarga", operator)


def test_move_unit_ends_one_stay_and_begins_another(sutarmi, blok, operator):
    old = move_in(sutarmi, blok, "A-101", JAN, operator)
    new = move_unit(old, blok, "A-205", JUNE, operator)
    old.refresh_from_db()
    assert (old.selesai, new.mulai, open_stay_of(sutarmi)) == (JUNE, JUNE, new)


def test_move_unit_into_a_taken_unit_changes_nothing(sutarmi, household, semarang, blok, operator):
    move_in(household(semarang, "Joko"), blok, "A-205", JAN, operator)
    old = move_in(sutarmi, blok, "A-101", JAN, operator)
    with pytest.raises(HunianRefused):
        move_unit(old, blok, "A-205", JUNE, operator)
    assert open_stay_of(sutarmi) == old


def test_residents_move_while_the_registry_is_locked(sutarmi, blok, operator):
    """Figures of a block are not touched by a move: they belong to the data date."""
    move_in(sutarmi, blok, "A-101", JAN, operator)
    assert Blok.objects.get().terhuni == 0
