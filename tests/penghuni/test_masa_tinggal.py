"""How long a stay may last: one rule in Python and in SQL, the list that shows it, the figures that leave."""

import csv
import datetime
import io
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.models import JejakAkses, KabupatenKota
from penghuni.enums import KeadaanHuni
from penghuni.exports import MASA_TINGGAL, without_personal
from penghuni.hunian import move_in
from penghuni.jumlah import arrears_by_location, open_stays_by_location, stay_states_by_location
from penghuni.masa_tinggal import (
    MasaTinggal,
    figures_by_location,
    longest_over_first,
    may_stay_until,
    measured,
    months_after,
)
from penghuni.models import Hunian, Penghuni
from rusun.models import Rusun

from .conftest import block

DAFTAR = reverse("penghuni:masa_tinggal")
EKSPOR = reverse("penghuni:masa_tinggal_ekspor")
PRIBADI = reverse("penghuni:masa_tinggal_ekspor_pribadi")
ALASAN = "menagih perpanjangan kontrak"
LEWAT, SEGERA, AMAN, TANPA = KeadaanHuni


def rule(kode, bulan, maks=None, **more):
    Rusun.objects.filter(pk=kode).update(batas_huni_bulan=bulan, perpanjangan_maks=maks, **more)


# --- The rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mulai", "bulan", "kali", "terakhir"),
    [
        ("2021-01-31", 1, 0, "2021-02-28"),
        ("2024-01-31", 1, 0, "2024-02-29"),
        ("2024-02-29", 12, 0, "2025-02-28"),
        ("2021-03-15", 36, 0, "2024-03-15"),
        ("2021-03-15", 36, 1, "2027-03-15"),
        ("2021-12-01", 1, 0, "2022-01-01"),
        ("2021-01-01", 32767, 32767, "9999-12-31"),
    ],
)
def test_a_stay_ends_so_many_months_after_it_began_and_at_the_end_of_a_shorter_month(mulai, bulan, kali, terakhir):
    day = datetime.date.fromisoformat
    assert may_stay_until(day(mulai), bulan, kali) == day(terakhir)


def stay_of(mulai, bulan=None, kali=0, maks=None):
    """A stay that is nowhere in the database: the rule reads values."""
    hunian = Hunian(mulai=mulai, perpanjangan_ke=kali)
    hunian.blok = block_of(Rusun(batas_huni_bulan=bulan, perpanjangan_maks=maks))
    return hunian


def block_of(rusun):
    return Hunian._meta.get_field("blok").related_model(rusun=rusun)


@pytest.mark.parametrize(
    ("hari_ini", "keadaan", "lewat", "sisa"),
    [
        ("2023-07-14", AMAN, None, 245),
        ("2023-09-14", AMAN, None, 183),
        ("2023-09-15", SEGERA, None, 182),
        ("2024-03-15", SEGERA, None, 0),
        ("2024-03-16", LEWAT, 1, None),
    ],
)
def test_states_change_on_their_day(hari_ini, keadaan, lewat, sisa):
    masa = MasaTinggal(stay_of(datetime.date(2021, 3, 15), 36), datetime.date.fromisoformat(hari_ini))
    assert (masa.keadaan, masa.hari_lewat, masa.hari_sisa) == (keadaan, lewat, sisa)


@pytest.mark.parametrize("bulan", [None, 0])
def test_without_a_rule_nothing_is_assumed(bulan):
    masa = MasaTinggal(stay_of(datetime.date(1990, 1, 1), bulan, 9), datetime.date(2026, 1, 1))
    assert (masa.hari_terakhir, masa.keadaan, masa.hari_lewat, masa.hari_sisa) == (None, TANPA, None, None)
    assert (masa.perpanjangan_berlebih, masa.dapat_diperpanjang) == (False, None)


@pytest.mark.parametrize(
    ("kali", "maks", "berlebih", "dapat"),
    [(0, 2, False, True), (2, 2, False, False), (3, 2, True, False), (0, 0, False, False), (1, 0, True, False)],
)
def test_extensions_beyond_what_is_allowed_are_told(kali, maks, berlebih, dapat):
    masa = MasaTinggal(stay_of(datetime.date(2021, 1, 1), 12, kali, maks), datetime.date(2022, 1, 1))
    assert (masa.perpanjangan_berlebih, masa.dapat_diperpanjang) == (berlebih, dapat)


# Ends of months, and days close to each other so that boundaries are met, not passed by.
DAYS = st.dates(datetime.date(2016, 1, 1), datetime.date(2030, 12, 31))
ENDS = DAYS.map(lambda day: months_after(day.replace(day=1), 1) - datetime.timedelta(days=1))
STAYS = st.tuples(
    st.one_of(DAYS, ENDS, st.sampled_from([29, 30, 31]).map(lambda day: datetime.date(2020, 1, day))),
    st.one_of(st.none(), st.integers(0, 40)),
    st.integers(0, 4),
)


class BothWaysAgree(TestCase):
    """`measured` (SQL) and `MasaTinggal` (Python), on every database the tests run on."""

    @classmethod
    def setUpTestData(cls):
        daerah = KabupatenKota.objects.create(
            kode="33.74", nama="Kota Semarang", jenis="kota", ibu_kota="-", baris=1, kolom=1
        )
        penghuni = Penghuni.objects.create(kabupaten_kota=daerah, nama="Uji", diubah=timezone.now())
        hunian = Hunian.objects.create(
            penghuni=penghuni, blok=block(daerah), nomor_unit="1", mulai="2020-01-01", diubah=timezone.now()
        )
        cls.hunian, cls.rusun = hunian.pk, hunian.blok.rusun_id

    @given(STAYS, st.one_of(DAYS, ENDS), st.integers(-2, 2), st.booleans(), st.booleans())
    def test_on_every_date(self, stay, hari, near, at_the_end, soon):
        mulai, bulan, kali = stay
        if at_the_end and bulan:  # today is the last day of the stay, or six months before it, or a day beside
            hari = months_after(may_stay_until(mulai, bulan, kali), -6 if soon else 0)
        hari += datetime.timedelta(days=near)
        rule(self.rusun, bulan)
        Hunian.objects.filter(pk=self.hunian).update(mulai=mulai, perpanjangan_ke=kali)
        row = measured(Hunian.objects.select_related("blok__rusun"), hari).get()
        masa = MasaTinggal(row, hari)
        assert row.keadaan == masa.keadaan
        if masa.hari_terakhir:
            assert (masa.keadaan == LEWAT) == (masa.hari_terakhir < hari)


# --- Figures ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def world(today, semarang, kudus, operator, operator_kudus, household, blok, asrama, blok_kudus):
    """Semarang: 24 months, twice at most; one over, one soon, one within, one over but extended, one that left.
    Kudus: no rule, one in arrears."""
    rule(blok.rusun_id, 24, 2, dasar_hukum="Perda 7/2009")

    def stay(kabupaten_kota, nama, where, unit, oleh, ago, **more):
        return move_in(household(kabupaten_kota, nama), where, unit, months_after(today, -ago), oleh, **more)

    stay(semarang, "Lewat Lama", blok, "1", operator, 40)
    stay(semarang, "Segera", blok, "2", operator, 20, tunggakan=300_000)
    stay(semarang, "Aman", blok, "3", operator, 2, tunggakan_bulan=0, tunggakan=0)
    stay(semarang, "Diperpanjang", asrama, "4", operator, 40, perpanjangan_ke=3)
    gone = stay(semarang, "Pergi", blok, "5", operator, 90)
    Hunian.objects.filter(pk=gone.pk).update(selesai=today)
    stay(kudus, "Kudus", blok_kudus, "1", operator_kudus, 90, tunggakan_bulan=3)
    return today


def test_counts_by_location_equal_the_rule_applied_stay_by_stay(world, semarang, kudus, blok, blok_kudus):
    for daerah in (semarang, kudus):
        rows = Hunian.objects.open().filter(blok__rusun__kabupaten_kota=daerah).select_related("blok__rusun")
        one_by_one = Counter((MasaTinggal(row, world).keadaan, row.blok.rusun_id) for row in rows)
        counted = stay_states_by_location(daerah, world)
        assert {(state, kode): n for state, by in counted.items() for kode, n in by.items()} == one_by_one
    assert stay_states_by_location(semarang, world) == {
        LEWAT: {blok.rusun_id: 1}, SEGERA: {blok.rusun_id: 1}, AMAN: {blok.rusun_id: 2}, TANPA: {}
    }  # fmt: skip
    assert stay_states_by_location(kudus, world)[TANPA] == {blok_kudus.rusun_id: 1}


def test_figures_of_the_page_are_those_that_leave_with_a_kiriman(world, semarang, blok):
    [row] = figures_by_location(measured(Hunian.objects.open().filter(blok__rusun__kabupaten_kota=semarang), world))
    kode = blok.rusun_id
    assert row["penghuni"] == open_stays_by_location(semarang)[kode] == 4
    assert row["menunggak"] == arrears_by_location(semarang)[kode] == 1
    counted = stay_states_by_location(semarang, world)
    assert {state: row[state.value] for state in KeadaanHuni} == {
        state: counted[state].get(kode, 0) for state in counted
    }
    assert (row["batas_huni_bulan"], row["perpanjangan_maks"], row["dasar_hukum"]) == (24, 2, "Perda 7/2009")


def test_stays_are_sorted_by_their_last_day_and_those_without_a_rule_come_last(world):
    rows = longest_over_first(measured(Hunian.objects.open(), world)).select_related("blok__rusun", "penghuni")
    assert [row.penghuni.nama for row in rows] == ["Lewat Lama", "Segera", "Aman", "Diperpanjang", "Kudus"]
    days = [day for row in rows if (day := MasaTinggal(row, world).hari_terakhir)]
    assert days == sorted(days)


# --- The list ---------------------------------------------------------------------------------------------------------


def names(response):
    return [masa.hunian.penghuni.nama for masa in response.context["baris"]]


def test_the_list_is_narrowed_by_state_and_place(world, as_user, verifikator, blok, blok_kudus):
    client = as_user(verifikator)
    asked = [
        {}, {"keadaan": "lewat"}, {"keadaan": "segera"}, {"keadaan": "tanpa_aturan"}, {"keadaan": "tunggakan"},
        {"daerah": "33.19"}, {"lokasi": blok.rusun_id, "keadaan": "tunggakan"}, {"keadaan": "salah"},
    ]  # fmt: skip
    assert [names(client.get(DAFTAR, query)) for query in asked] == [
        ["Lewat Lama", "Segera", "Aman", "Diperpanjang", "Kudus"], ["Lewat Lama"], ["Segera"], ["Kudus"],
        ["Segera", "Kudus"], ["Kudus"], ["Segera"], ["Lewat Lama", "Segera", "Aman", "Diperpanjang", "Kudus"],
    ]  # fmt: skip


def test_figures_above_the_list_are_the_lengths_of_the_lists_behind_them(world, as_user, verifikator):
    client = as_user(verifikator)
    for place in ({}, {"daerah": "33.74"}, {"daerah": "33.19"}):
        for angka in client.get(DAFTAR, {**place, "keadaan": "aman"}).context["kartu"]:
            behind = client.get(DAFTAR, {**place, "keadaan": angka["saring"]})
            assert behind.context["halaman"].paginator.count == angka["nilai"]


def test_an_operator_sees_the_own_region_only(world, as_user, operator_kudus):
    response = as_user(operator_kudus).get(DAFTAR, {"daerah": "33.74"})
    assert names(response) == ["Kudus"]
    assert [row["nama"] for row in response.context["lokasi"]] == ["Rusunawa Kabupaten Kudus"]
    assert "Semarang" not in response.content.decode()


def test_a_line_tells_last_day_rule_and_extensions(world, as_user, verifikator):
    body = " ".join(as_user(verifikator).get(DAFTAR, {"daerah": "33.74"}).content.decode().split())
    for text in ("Perda 7/2009", "3 dari 2 kali", "melebihi ketentuan", "masih dapat", "lewat ",
                 "24 bulan, dapat diperpanjang 2 kali", "Rp300.000"):  # fmt: skip
        assert text in body, text


@pytest.mark.parametrize(
    ("siapa", "query", "judul"),
    [
        ("operator", {}, "Belum ada penghuni yang tercatat di unit"),
        ("verifikator", {}, "Belum ada penghuni yang tercatat di unit"),
        ("operator", {"keadaan": "lewat"}, "Tidak ada yang cocok"),
    ],
)
def test_an_empty_list_tells_what_to_do(request, as_user, siapa, query, judul):
    client = as_user(request.getfixturevalue(siapa))
    assert judul in client.get(DAFTAR, query).content.decode()


def test_questions_do_not_grow_with_rows(today, as_user, verifikator, operator, household, semarang, kudus, blok):
    client = as_user(verifikator)

    def queries(address):
        with CaptureQueriesContext(connection) as asked:
            response = client.get(address)
            assert response.status_code == 200
            b"".join(response.streaming_content) if response.streaming else response.content
        return len(asked)

    move_in(household(semarang, "Satu"), blok, "1", months_after(today, -9), operator)
    client.get(DAFTAR)
    before = [queries(address) for address in (DAFTAR, EKSPOR)]
    for number in range(2, 5):
        where = block(semarang, f"Blok {number}")
        move_in(household(semarang, f"Nomor {number}"), where, "1", months_after(today, -40), operator)
    assert [queries(address) for address in (DAFTAR, EKSPOR)] == before
    assert before[0] <= 9


# --- As a file --------------------------------------------------------------------------------------------------------


def lines(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text.split("\r\n\r\n")[0]), delimiter=";"))


def test_the_plain_file_holds_the_rows_of_the_list_and_names_nobody(world, as_user, verifikator):
    rows = lines(as_user(verifikator).get(EKSPOR, {"format": "csv", "daerah": "33.74"}))
    assert Counter(row["Keadaan"] for row in rows) == {
        "Lewat batas": 1, "Habis dalam enam bulan": 1, "Masih dalam batas": 2
    }  # fmt: skip
    told = {"Nama kepala keluarga", "Nomor unit", "Mulai tinggal", "Hari terakhir", "Tunggakan (Rp)"}
    assert told & set(rows[0]) == set()
    assert {row["Dasar hukum"] for row in rows} == {"Perda 7/2009"}
    log = JejakAkses.objects.get()
    assert (log.tindakan, log.jumlah, log.kolom) == ("ekspor", 4, "tanpa data pribadi")


def test_names_leave_with_a_reason_and_a_line_of_the_trail(world, as_user, operator):
    client = as_user(operator)
    refused = client.post(f"{PRIBADI}?keadaan=lewat", {"alasan": "cek", "format": "csv"})
    assert (refused.status_code, JejakAkses.objects.count()) == (422, 0)
    assert f'href="{DAFTAR}?keadaan=lewat"' in refused.content.decode()
    [row] = lines(client.post(f"{PRIBADI}?keadaan=lewat", {"alasan": ALASAN, "format": "csv"}))
    assert (row["Nama kepala keluarga"], row["Keadaan"]) == ("Lewat Lama", "Lewat batas")
    assert int(row["Lewat (hari)"]) == (world - datetime.date.fromisoformat(row["Hari terakhir"])).days > 0
    log = JejakAkses.objects.get()
    assert (log.tindakan, log.jumlah, log.kolom, log.alasan) == ("ekspor", 1, "data pribadi", ALASAN)


def test_columns_tell_their_meaning_and_numbers_of_people_are_none_of_them():
    headings = [column.heading for column in MASA_TINGGAL]
    assert sorted(headings) == sorted(set(headings))
    assert [column.heading for column in MASA_TINGGAL if not column.meaning] == []
    assert {"NIK", "No KK", "Telepon"} & set(headings) == set()
    assert "Nama kepala keluarga" not in [column.heading for column in without_personal(MASA_TINGGAL)]


# --- Elsewhere --------------------------------------------------------------------------------------------------------


def test_the_page_of_a_resident_tells_last_day_and_state(world, as_user, operator, operator_kudus):
    def page(siapa, nama):
        response = as_user(siapa).get(reverse("penghuni:detail", args=[Penghuni.objects.get(nama=nama).pk]))
        return " ".join(response.content.decode().split())

    over = page(operator, "Lewat Lama")
    assert ["Lewat batas" in over, "Perda 7/2009" in over, f"{DAFTAR}?lokasi=3374-RSN-01" in over] == [True] * 3
    assert "lokasi ini belum punya batas lama huni" in page(operator_kudus, "Kudus")
    assert "Hari terakhir" not in page(operator, "Pergi")


def test_home_asks_the_operator_to_look_at_those_who_are_over(world, as_user, operator, operator_kudus):
    link = f'href="{DAFTAR}?keadaan=lewat"'
    body = as_user(operator).get("/").content.decode()
    assert ["1 penghuni melewati batas lama huni" in body, link in body] == [True, True]
    assert "melewati batas" not in as_user(operator_kudus).get("/").content.decode()


def test_home_says_nothing_to_those_who_may_not_see_names(world, as_user, operator_tanpa_akses):
    assert "melewati batas" not in as_user(operator_tanpa_akses).get("/").content.decode()
