"""Every criterion of the schemes: met, missed, not stated, and both sides of every boundary."""

import datetime

import pytest

from penghuni.aturan import Batas
from penghuni.enums import HasilKriteria
from penghuni.kriteria import KRITERIA, TIDAK_DIKENAL, Profil, basis_of

pytestmark = pytest.mark.django_db  # the rules are read once from a database

LULUS, GAGAL, KURANG, CEK, CATATAN = HasilKriteria

LAJANG = {"status_kawin": "belum_kawin"}
KAWIN = {"status_kawin": "kawin", "penghasilan_pasangan": 0}
JANDA = {"status_kawin": "cerai_mati"}
DUDA = {"status_kawin": "cerai_hidup"}


@pytest.fixture
def assess(rules):
    """One criterion of one scheme on a day, for a household of which only so much is known."""

    def run(kode, day="2026-11-24", scheme="flpp", **known):
        aturan = rules(day)
        (skema,) = [row for row in aturan.skema if row.kode == scheme]
        return KRITERIA[kode].nilai(kode, Profil(**known), aturan, skema)

    return run


@pytest.mark.parametrize("kode", sorted(KRITERIA))
def test_nothing_stated_meets_nothing(rules, kode):
    for skema in rules("2026-11-24").skema:
        assert KRITERIA[kode].nilai(kode, Profil(), rules("2026-11-24"), skema).keadaan in {KURANG, CEK, CATATAN}


# --- income caps ------------------------------------------------------------------------------------------------------

JT = 1_000_000
MBR = [
    # day, scheme, household, income that still passes, lowest income that certainly is too high
    ("2020-04-01", "flpp", LAJANG, 8 * JT, 8 * JT + 1),
    ("2020-04-01", "flpp", KAWIN, 8 * JT, 8 * JT + 1),
    ("2020-12-31", "bp2bt", JANDA, 8 * JT, 8 * JT + 1),
    ("2021-08-19", "flpp", LAJANG, 6 * JT, 8 * JT + 1),  # 242/2020 or 411/2021: nobody knows
    ("2021-08-19", "flpp", KAWIN, 8 * JT, 8 * JT + 1),
    ("2021-08-19", "flpp", DUDA, 6 * JT, 8 * JT + 1),
    ("2021-08-19", "tapera_3", LAJANG, 6 * JT, 8 * JT + 1),
    ("2022-06-01", "flpp", LAJANG, 6 * JT, 6 * JT + 1),
    ("2022-06-01", "flpp", KAWIN, 8 * JT, 8 * JT + 1),
    ("2022-06-01", "flpp", JANDA, 6 * JT, 8 * JT + 1),  # the source has no line for widows
    ("2022-06-01", "tapera_3", LAJANG, 6 * JT, 8 * JT + 1),  # its cap for Tapera was not found
    ("2022-06-01", "tapera_3", KAWIN, 8 * JT, 8 * JT + 1),
    ("2023-01-15", "flpp", LAJANG, 6 * JT, 7 * JT + 1),  # "January 2023": the old cap or the new one
    ("2024-06-01", "flpp", LAJANG, 7 * JT, 7 * JT + 1),
    ("2024-06-01", "flpp", KAWIN, 8 * JT, 8 * JT + 1),
    ("2024-06-01", "flpp", DUDA, 7 * JT, 8 * JT + 1),
    ("2024-06-01", "tapera_tapak", LAJANG, 8 * JT, 8 * JT + 1),
    ("2025-04-21", "flpp", LAJANG, 7 * JT, 7 * JT + 1),
    ("2025-04-22", "flpp", LAJANG, 8_500_000, 8_500_001),
    ("2025-04-22", "flpp", KAWIN, 10 * JT, 10 * JT + 1),
    ("2026-11-24", "flpp", JANDA, 8_500_000, 10 * JT + 1),
    ("2026-11-24", "tapera_tapak", LAJANG, 10 * JT, 10 * JT + 1),
    ("2026-11-24", "tapera_susun", JANDA, 10 * JT, 10 * JT + 1),
]  # fmt: skip


@pytest.mark.parametrize(("day", "scheme", "who", "passes", "fails"), MBR)
def test_income_on_both_sides_of_the_cap(assess, day, scheme, who, passes, fails):
    def at(income):
        return assess("dalam_batas_mbr", day, scheme, penghasilan=income, **who).keadaan

    assert at(1) == at(passes) == LULUS
    assert at(fails) == at(fails * 10) == GAGAL
    if fails > passes + 1:
        assert at(passes + 1) == at(fails - 1) == CEK
    assert at(None) == at(0) == KURANG


def test_doubt_between_rules_names_both_caps(assess):
    told = assess("dalam_batas_mbr", "2021-08-19", penghasilan=7 * JT, **LAJANG)
    assert told.nilai == "Rp7.000.000"
    assert told.ambang == "Paling banyak Rp6.000.000 atau Rp8.000.000; yang berlaku belum pasti"


COUPLE = [
    # head, partner, state, what a reader sees
    (5 * JT, 5 * JT, LULUS, "Rp10.000.000"),
    (5 * JT, 5 * JT + 1, GAGAL, "Rp10.000.001"),
    (10 * JT, 0, LULUS, "Rp10.000.000"),
    (10 * JT + 1, 0, GAGAL, "Rp10.000.001"),
    (5 * JT, None, KURANG, "Rp5.000.000, penghasilan pasangan kosong"),
    (10 * JT, None, KURANG, "Rp10.000.000, penghasilan pasangan kosong"),
    (10 * JT + 1, None, GAGAL, "Rp10.000.001, penghasilan pasangan kosong"),
    (None, 5 * JT, KURANG, "Rp5.000.000, penghasilan kosong"),
    (0, 5 * JT, KURANG, "Rp5.000.000, penghasilan kosong"),
    (None, 10 * JT + 1, GAGAL, "Rp10.000.001, penghasilan kosong"),
    (None, None, KURANG, "-"),
    (0, 0, KURANG, "-"),
]


@pytest.mark.parametrize(("head", "partner", "state", "text"), COUPLE)
def test_incomes_of_a_couple_count_together(assess, head, partner, state, text):
    told = assess("dalam_batas_mbr", penghasilan=head, penghasilan_pasangan=partner, status_kawin="kawin")
    assert (told.keadaan, told.nilai) == (state, text)


@pytest.mark.parametrize("who", [LAJANG, JANDA, DUDA], ids=["single", "widowed", "divorced"])
def test_a_partner_left_in_the_data_does_not_count_for_whoever_is_alone(assess, who):
    told = assess("dalam_batas_mbr", penghasilan=5 * JT, penghasilan_pasangan=50 * JT, **who)
    assert (told.keadaan, told.nilai) == (LULUS, "Rp5.000.000")


def test_a_blank_marital_status_passes_nobody_and_fails_only_what_is_above_every_cap(assess):
    def at(income):
        return assess("dalam_batas_mbr", penghasilan=income, penghasilan_pasangan=50 * JT)

    assert at(1 * JT).keadaan == at(10 * JT).keadaan == KURANG
    assert at(10 * JT + 1).keadaan == GAGAL
    assert at(5 * JT).nilai == "Rp5.000.000, status kawin kosong"
    assert at(5 * JT).ambang == "Paling banyak Rp8.500.000 atau Rp10.000.000"


@pytest.mark.parametrize("day", ["2019-06-01", "2020-03-31"])
@pytest.mark.parametrize("income", [None, 1, 100 * JT])
def test_without_any_cap_nobody_passes_or_fails(assess, day, income):
    told = assess("dalam_batas_mbr", day, penghasilan=income, **LAJANG)
    assert (told.keadaan, told.ambang) == (CEK, "Batas pada tanggal ini tidak diketahui")


def test_a_cap_that_one_of_the_rules_does_not_name_leaves_everything_open(rules):
    aturan = rules("2026-11-24")
    half = Batas("Aturan lain", None, 9 * JT, None, "sebagian", "", "")
    both = type(aturan)(aturan.tanggal, (*aturan.penghasilan, half), aturan.harga, aturan.skema, ())
    for income in (1, 8_500_000, 100 * JT):
        told = KRITERIA["dalam_batas_mbr"].nilai(
            "dalam_batas_mbr", Profil(penghasilan=income, **LAJANG), both, aturan.skema[0]
        )
        assert told.keadaan == CEK


# --- groups of income -------------------------------------------------------------------------------------------------

GROUPS = [
    (1, {"tapera_1"}), (3_999_999, {"tapera_1"}), (4 * JT, {"tapera_2"}), (6 * JT, {"tapera_2"}),
    (6 * JT + 1, {"tapera_3"}), (8 * JT, {"tapera_3"}), (8 * JT + 1, set()),
]  # fmt: skip


@pytest.mark.parametrize(("income", "groups"), GROUPS)
def test_income_groups_of_tapera_have_no_gap_and_no_overlap(assess, income, groups):
    states = {
        kode: assess("kelompok_penghasilan", "2021-08-19", kode, penghasilan=income, **LAJANG).keadaan
        for kode in ("tapera_1", "tapera_2", "tapera_3")
    }
    assert {kode for kode, state in states.items() if state == LULUS} == groups
    assert set(states.values()) <= {LULUS, GAGAL}


def test_an_income_group_waits_for_the_partner(assess):
    def at(head, scheme):
        return assess("kelompok_penghasilan", "2021-08-19", scheme, penghasilan=head, status_kawin="kawin").keadaan

    assert at(3 * JT, "tapera_1") == at(3 * JT, "tapera_3") == KURANG
    assert at(4 * JT, "tapera_1") == GAGAL
    assert at(None, "tapera_1") == at(0, "tapera_1") == KURANG


# --- money ------------------------------------------------------------------------------------------------------------

DOWN = [
    ("2019-06-01", 1_400_000), ("2021-08-19", 1_505_000), ("2023-06-01", 1_620_000), ("2026-11-24", 1_660_000),
]  # fmt: skip


@pytest.mark.parametrize(("day", "needed"), DOWN)
def test_down_payment_is_one_per_cent_of_the_highest_price(assess, day, needed):
    assert assess("uang_muka_1_persen", day, sanggup_uang_muka=needed).keadaan == LULUS
    assert assess("uang_muka_1_persen", day, sanggup_uang_muka=needed - 1).keadaan == CEK
    assert assess("uang_muka_1_persen", day, sanggup_uang_muka=0).keadaan == CEK
    assert assess("uang_muka_1_persen", day).keadaan == KURANG


def test_savings_are_no_promise_of_a_down_payment(assess):
    told = assess("uang_muka_1_persen", tabungan=500 * JT)
    assert (told.keadaan, told.nilai) == (KURANG, "-")
    assert assess("uang_muka_1_persen", tabungan=500 * JT, sanggup_uang_muka=1).keadaan == CEK
    assert assess("uang_muka_1_persen", tabungan=0, sanggup_uang_muka=2 * JT).keadaan == LULUS


def test_without_a_price_a_down_payment_is_checked_by_people(assess):
    assert assess("uang_muka_1_persen", "2017-12-31", sanggup_uang_muka=500 * JT).keadaan == CEK
    assert assess("uang_muka_1_persen", "2017-12-31").keadaan == CEK


TABLE = [
    # criterion, what is known, state, what a reader sees
    ("tabungan_6_bulan", {"tabungan": 2 * JT}, CEK, "Rp2.000.000"),
    ("tabungan_6_bulan", {"tabungan": 2 * JT - 1}, GAGAL, "Rp1.999.999"),
    ("tabungan_6_bulan", {"tabungan": 0}, GAGAL, "Rp0"),
    ("tabungan_6_bulan", {}, KURANG, "-"),
    ("penghasilan_maks_ump", {"penghasilan": 1 * JT, **LAJANG}, CEK, "Rp1.000.000"),
    ("penghasilan_maks_ump", {"penghasilan": 900 * JT, **LAJANG}, CEK, "Rp900.000.000"),
    ("penghasilan_maks_ump", {}, CEK, "-"),
    ("peserta_tapera_12_bulan", {"tapera_bulan": 12}, LULUS, "12 bulan"),
    ("peserta_tapera_12_bulan", {"tapera_bulan": 11}, GAGAL, "11 bulan"),
    ("peserta_tapera_12_bulan", {"tapera_bulan": 0}, GAGAL, "0 bulan"),
    ("peserta_tapera_12_bulan", {}, KURANG, "-"),
    ("wni", {"punya_nik": True}, LULUS, "Ada"),
    ("wni", {"punya_nik": False}, KURANG, "-"),
    ("belum_punya_rumah", {"punya_rumah": "tidak"}, LULUS, "Tidak"),
    ("belum_punya_rumah", {"punya_rumah": "ya"}, GAGAL, "Ya"),
    ("belum_punya_rumah", {}, KURANG, "-"),
    ("belum_pernah_subsidi", {"pernah_subsidi": "tidak"}, LULUS, "Tidak"),
    ("belum_pernah_subsidi", {"pernah_subsidi": "ya"}, GAGAL, "Ya"),
    ("belum_pernah_subsidi", {}, KURANG, "-"),
    ("rumah_pertama", {"punya_rumah": "tidak", "pernah_subsidi": "tidak"}, CEK, "Sekarang belum punya"),
    ("rumah_pertama", {"punya_rumah": "ya"}, GAGAL, "Sudah punya atau pernah dibantu"),
    ("rumah_pertama", {"pernah_subsidi": "ya"}, GAGAL, "Sudah punya atau pernah dibantu"),
    ("rumah_pertama", {"punya_rumah": "tidak"}, KURANG, "-"),
    ("rumah_pertama", {"pernah_subsidi": "tidak"}, KURANG, "-"),
    ("rumah_pertama", {}, KURANG, "-"),
    ("berkeluarga", {"status_kawin": "kawin"}, LULUS, "Kawin"),
    ("berkeluarga", {"status_kawin": "kawin", "jumlah_anggota": 1}, LULUS, "Kawin"),
    ("berkeluarga", {"status_kawin": "belum_kawin", "jumlah_anggota": 5}, GAGAL, "Belum kawin"),
    ("berkeluarga", {"status_kawin": "cerai_mati", "jumlah_anggota": 2}, LULUS, "Cerai mati"),
    ("berkeluarga", {"status_kawin": "cerai_hidup", "jumlah_anggota": 1}, GAGAL, "Cerai hidup"),
    ("berkeluarga", {"status_kawin": "cerai_hidup"}, KURANG, "Cerai hidup"),
    ("berkeluarga", {"jumlah_anggota": 5}, KURANG, "-"),
    ("punya_lahan", {"punya_tanah": "ya"}, LULUS, "Ya"),
    ("punya_lahan", {"punya_tanah": "tidak"}, GAGAL, "Tidak"),
    ("punya_lahan", {"luas_tanah_m2": 100}, KURANG, "-"),
    ("lahan_min_6_5_x_6_5", {"luas_tanah_m2": 41}, GAGAL, "41 m²"),
    ("lahan_min_6_5_x_6_5", {"luas_tanah_m2": 42}, CEK, "42 m²"),  # 42.25 in whole metres
    ("lahan_min_6_5_x_6_5", {"luas_tanah_m2": 200}, CEK, "200 m²"),  # 4 x 50 m would be too narrow
    ("lahan_min_6_5_x_6_5", {"luas_tanah_m2": 0}, GAGAL, "0 m²"),
    ("lahan_min_6_5_x_6_5", {"punya_tanah": "tidak"}, GAGAL, "Tidak punya tanah"),
    ("lahan_min_6_5_x_6_5", {"punya_tanah": "ya"}, KURANG, "-"),
    ("lahan_maks_200_m2", {"luas_tanah_m2": 200}, LULUS, "200 m²"),
    ("lahan_maks_200_m2", {"luas_tanah_m2": 201}, GAGAL, "201 m²"),
    ("lahan_maks_200_m2", {"luas_tanah_m2": 1200}, GAGAL, "1.200 m²"),
    ("lahan_maks_200_m2", {"punya_tanah": "tidak", "luas_tanah_m2": 100}, GAGAL, "Tidak punya tanah"),
    ("lahan_maks_200_m2", {"punya_tanah": "ya"}, KURANG, "-"),
    ("rumah_tidak_layak_atau_belum_punya", {"punya_rumah": "tidak"}, LULUS, "Belum punya"),
    ("rumah_tidak_layak_atau_belum_punya", {"punya_rumah": "ya"}, CEK, "Punya rumah"),
    ("rumah_tidak_layak_atau_belum_punya", {}, KURANG, "-"),
    ("belum_pernah_bsps_10_tahun", {"pernah_subsidi": "tidak"}, LULUS, "Belum pernah"),
    ("belum_pernah_bsps_10_tahun", {"pernah_subsidi": "ya"}, CEK, "Pernah menerima bantuan rumah"),
    ("belum_pernah_bsps_10_tahun", {}, KURANG, "-"),
    ("miskin_dtks", {"terdaftar_dtks": "ya"}, LULUS, "Ya"),
    ("miskin_dtks", {"terdaftar_dtks": "tidak"}, GAGAL, "Tidak"),
    ("miskin_dtks", {}, KURANG, "-"),
    ("diutamakan_usia_produktif", {"tanggal_lahir": datetime.date(2011, 11, 24)}, LULUS, "15 tahun"),
    ("diutamakan_usia_produktif", {"tanggal_lahir": datetime.date(2011, 11, 25)}, CATATAN, "14 tahun"),
    ("diutamakan_usia_produktif", {"tanggal_lahir": datetime.date(1961, 11, 25)}, LULUS, "64 tahun"),
    ("diutamakan_usia_produktif", {"tanggal_lahir": datetime.date(1961, 11, 24)}, CATATAN, "65 tahun"),
    ("diutamakan_usia_produktif", {"tanggal_lahir": datetime.date(2008, 2, 29)}, LULUS, "18 tahun"),
    ("diutamakan_usia_produktif", {}, CATATAN, "-"),
    ("kelompok_tanggung_renteng", {}, CEK, "-"),
    ("di_zona_permukiman", {}, CEK, "-"),
    ("swadaya", {}, CEK, "-"),
    ("tidak_dialihkan_5_tahun", {}, CEK, "-"),
]


@pytest.mark.parametrize(("kode", "known", "state", "text"), TABLE)
def test_criterion(assess, kode, known, state, text):
    told = assess(kode, **known)
    assert (told.kode, told.keadaan, told.nilai) == (kode, state, text)
    assert told.ambang


def test_every_criterion_stands_in_a_table_of_this_file():
    elsewhere = {"dalam_batas_mbr", "kelompok_penghasilan", "uang_muka_1_persen"}
    assert {row[0] for row in TABLE} | elsewhere == KRITERIA.keys()


@pytest.mark.parametrize("answer", ["", "mungkin", "YA"])
@pytest.mark.parametrize(
    "kode", ["belum_punya_rumah", "belum_pernah_subsidi", "punya_lahan", "miskin_dtks", "rumah_pertama",
             "rumah_tidak_layak_atau_belum_punya", "belum_pernah_bsps_10_tahun"],
)  # fmt: skip
def test_an_answer_that_is_no_answer_is_missing(assess, kode, answer):
    told = assess(
        kode, punya_rumah=answer, pernah_subsidi=answer, punya_tanah=answer, terdaftar_dtks=answer
    )  # fmt: skip
    assert told.keadaan == KURANG


def test_a_criterion_that_the_system_does_not_know_is_checked_by_people(rules):
    aturan = rules("2026-11-24")
    assert TIDAK_DIKENAL.nilai("syarat_baru", Profil(), aturan, aturan.skema[0]).keadaan == CEK


def test_what_a_criterion_rests_on(rules):
    aturan = rules("2021-08-19")
    (flpp,) = [row for row in aturan.skema if row.kode == "flpp"]
    income = basis_of("dalam_batas_mbr", aturan, flpp)
    assert all(f"{number}/KPTS/M/" in income for number in (242, 411, 995))
    assert "535/KPTS/M/2019" in basis_of("uang_muka_1_persen", aturan, flpp)
    assert basis_of("wni", aturan, flpp) == "S104;S90;S106"
