"""Which rules hold on a day, for every day on which the reference data change; what is doubtful stays doubtful."""

import datetime
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from monitoring.contoh.acuan import rows
from penghuni.aturan import read_version, record_version, rules_on
from penghuni.kriteria import KRITERIA
from penghuni.models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan, VersiAturan
from penghuni.penyaringan import DEPENDS

K242, K411, K995, K22, P5 = (
    "Kepmen PUPR 242/KPTS/M/2020", "Kepmen PUPR 411/KPTS/M/2021", "Kepmen PUPR 995/KPTS/M/2021",
    "Kepmen PUPR 22/KPTS/M/2023", "Permen PKP 5/2025 zona 1",
)  # fmt: skip
P1 = "Permen PKP 1/2026 (perubahan kedua 5/2025)"

ALWAYS = {"flpp", "sbum"}
TAPERA_2021 = {"tapera_1", "tapera_2", "tapera_3"}
TAPERA_2023 = {"tapera_tapak", "tapera_susun"}
S2021 = ALWAYS | TAPERA_2021 | {"bp2bt", "bsps_2020", "tuku_lemah"}
S2023 = ALWAYS | TAPERA_2023 | {"bsps_2022", "tuku_lemah"}

DAYS = [
    ("2017-12-31", [], None, ALWAYS | {"ssb"}),
    ("2018-01-23", [], None, ALWAYS | {"ssb"}),
    ("2018-01-24", [], None, ALWAYS | {"ssb", "bp2bt"}),
    ("2019-06-01", [], 140_000_000, ALWAYS | {"ssb", "bp2bt"}),
    ("2019-12-31", [], 140_000_000, ALWAYS | {"ssb", "bp2bt"}),
    ("2020-01-01", [], 150_500_000, ALWAYS | {"ssb", "bp2bt", "bsps_2020"}),
    ("2020-03-31", [], 150_500_000, ALWAYS | {"ssb", "bp2bt", "bsps_2020"}),
    ("2020-04-01", [K242], 150_500_000, ALWAYS | {"ssb", "bp2bt", "bsps_2020"}),
    ("2020-12-31", [K242], 150_500_000, ALWAYS | {"ssb", "bp2bt", "bsps_2020"}),
    ("2021-01-01", [K242, K411, K995], 150_500_000, ALWAYS | {"bp2bt", "bsps_2020", "tuku_lemah"}),
    ("2021-04-30", [K242, K411, K995], 150_500_000, ALWAYS | {"bp2bt", "bsps_2020", "tuku_lemah"}),
    ("2021-05-01", [K242, K411, K995], 150_500_000, S2021),
    ("2021-08-19", [K242, K411, K995], 150_500_000, S2021),
    ("2021-12-30", [K242, K411, K995], 150_500_000, S2021),
    ("2021-12-31", [K411, K995], 150_500_000, S2021),  # the last day on which a rule of "2021" can have begun
    ("2022-01-01", [K411, K995], 150_500_000, S2021 - {"bsps_2020"} | {"bsps_2022"}),
    ("2022-02-28", [K411, K995], 150_500_000, S2021 - {"bsps_2020"} | {"bsps_2022"}),
    ("2022-03-01", [K411, K995], 150_500_000, S2021 - {"bsps_2020", "bp2bt"} | {"bsps_2022"}),
    ("2022-12-31", [K411, K995], 150_500_000, S2021 - {"bsps_2020", "bp2bt"} | {"bsps_2022"}),
    ("2023-01-01", [K411, K995, K22], 162_000_000, S2023),
    ("2023-01-30", [K411, K995, K22], 162_000_000, S2023),
    ("2023-01-31", [K22], 162_000_000, S2023),
    ("2023-12-31", [K22], 162_000_000, S2023),
    ("2024-01-01", [K22], 166_000_000, S2023),
    ("2025-04-21", [K22], 166_000_000, S2023),
    ("2025-04-22", [P5], 166_000_000, S2023),
    ("2026-01-14", [P5], 166_000_000, S2023),
    ("2026-01-15", [P5], 166_000_000, S2023),
    ("2026-11-24", [P5], 166_000_000, S2023),
]  # fmt: skip


@pytest.mark.parametrize(("day", "caps", "price", "schemes"), DAYS, ids=[row[0] for row in DAYS])
def test_rules_of_a_day(rules, day, caps, price, schemes):
    found = rules(day)
    assert [batas.dasar_hukum for batas in found.penghasilan] == caps
    assert (found.harga.harga_maks if found.harga else None) == price
    assert {skema.kode for skema in found.skema} == schemes


CAPS = [
    ("2020-04-01", K242, (8_000_000, 8_000_000, None)),
    ("2022-06-01", K411, (6_000_000, 8_000_000, None)),
    ("2022-06-01", K995, (6_000_000, 8_000_000, None)),
    ("2024-06-01", K22, (7_000_000, 8_000_000, 8_000_000)),
    ("2026-11-24", P5, (8_500_000, 10_000_000, 10_000_000)),
]


@pytest.mark.parametrize(("day", "rule", "figures"), CAPS)
def test_figures_are_those_of_the_reference_data(rules, day, rule, figures):
    (batas,) = [row for row in rules(day).penghasilan if row.dasar_hukum == rule]
    assert (batas.belum_kawin, batas.kawin, batas.tapera) == figures


def test_terms_of_every_scheme_are_those_of_the_reference_data(rules):
    found = {skema.kode: skema for day, *_ in DAYS for skema in rules(day).skema}
    for row in rows("skema_kepemilikan.csv"):
        skema = found.pop(row["kode"])
        assert (skema.nama, list(skema.syarat), skema.bunga, skema.sumber) == (
            row["nama"], row["syarat"].split(";"), row["bunga_persen"], row["sumber"]
        )  # fmt: skip
        figures = (skema.tenor, skema.penghasilan_mulai, skema.penghasilan_hingga)
        told = (row["tenor_tahun"], row["penghasilan_mulai"], row["penghasilan_hingga"])
        assert figures == tuple(int(text) if text else None for text in told)
    assert found == {}


def test_every_criterion_of_the_reference_data_is_known():
    codes = {code for row in rows("skema_kepemilikan.csv") for code in row["syarat"].split(";")}
    assert codes <= KRITERIA.keys() | DEPENDS.keys()
    assert KRITERIA.keys() <= codes  # nothing is kept that no scheme asks


def test_a_rule_without_known_figures_is_mentioned_and_never_used(rules):
    assert rules("2026-01-14").catatan == ()
    (note,) = rules("2026-01-15").catatan
    assert note.startswith(P1)
    assert "tidak boleh dipakai menyaring" in note
    for day, *_ in DAYS:
        assert P1 not in [batas.dasar_hukum for batas in rules(day).penghasilan]


def test_a_rule_that_was_followed_does_not_come_back_when_the_later_one_ends(acuan):
    BatasPenghasilan.objects.filter(dasar_hukum=P5).delete()
    assert rules_on(datetime.date(2025, 4, 22)).penghasilan == ()


@pytest.mark.parametrize("wilayah", ["Jabodetabek", "Luar Jawa"])
def test_a_rule_of_elsewhere_neither_holds_nor_follows_those_of_here(acuan, wilayah):
    day = datetime.date(2026, 11, 24)
    BatasPenghasilan.objects.create(
        dasar_hukum="Lain", berlaku_mulai="2026-06-01", wilayah=wilayah, batas_kawin=14_000_000, terverifikasi="ya"
    )
    BatasPenghasilan.objects.create(
        dasar_hukum="Belum dibaca", berlaku_mulai="2026-06-01", wilayah=wilayah, terverifikasi="tidak"
    )
    BatasHargaRumah.objects.create(
        jenis="tapak", tahun_mulai=2026, wilayah=wilayah, harga_maks=185_000_000, dasar_hukum="Lain"
    )
    found = rules_on(day)
    assert ([batas.dasar_hukum for batas in found.penghasilan], found.harga.harga_maks) == ([P5], 166_000_000)
    assert len(found.catatan) == 1


PRICES = [
    ([(2024, None)], 2028, 2024),
    ([(2024, None), (2027, None)], 2028, 2027),
    ([(2024, None), (2027, 2027)], 2027, 2027),
    ([(2024, None), (2027, 2027)], 2028, None),  # what was followed does not come back
    ([(2024, 2025)], 2026, None),
    ([(2024, 2025), (2027, None)], 2026, None),
    ([(2024, None)], 2023, None),
]


@pytest.mark.parametrize(("prices", "year", "expected"), PRICES)
def test_the_price_of_a_year_is_the_one_that_began_last_while_it_holds(db, prices, year, expected):
    for begin, end in prices:
        BatasHargaRumah.objects.create(
            jenis="tapak", tahun_mulai=begin, tahun_sampai=end, wilayah="Jawa selain Jabodetabek", harga_maks=begin,
            dasar_hukum="Uji",
        )  # fmt: skip
    harga = rules_on(datetime.date(year, 6, 1)).harga
    assert (harga.harga_maks if harga else None) == expected


def test_a_region_that_no_list_knows_is_refused_by_the_database(acuan):
    for model in (BatasPenghasilan, BatasHargaRumah):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(wilayah="Jateng")


def test_a_rule_without_figures_is_no_longer_mentioned_once_it_has_ended(acuan):
    BatasPenghasilan.objects.filter(dasar_hukum=P1).update(berlaku_sampai="2026-06")
    assert len(rules_on(datetime.date(2026, 6, 30)).catatan) == 1
    assert rules_on(datetime.date(2026, 7, 1)).catatan == ()


def test_nothing_in_the_tables_gives_nothing(db):
    found = rules_on(datetime.date(2026, 11, 24))
    assert (found.penghasilan, found.harga, found.skema, found.catatan) == ((), None, (), ())


# --- versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last"),
    [("2020-04-01", "2020-12-31"), ("2021-05-01", "2021-12-30"), ("2022-01-01", "2022-02-28"),
     ("2022-03-01", "2022-12-31"), ("2023-01-01", "2023-01-30"), ("2023-01-31", "2023-12-31"),
     ("2024-01-01", "2025-04-21"), ("2025-04-22", "2026-01-14"), ("2026-01-15", "2026-11-24")],
)  # fmt: skip
def test_equal_rules_have_one_version(rules, first, last):
    assert rules(first).versi == rules(last).versi


def test_different_rules_have_different_versions(rules):
    found = {}
    for day, *_ in DAYS:
        found.setdefault(rules(day).versi, []).append(replace(rules(day), tanggal=datetime.date.min))
    assert all(len(set(same)) == 1 for same in found.values())
    assert len({same[0] for same in found.values()}) == len(found) > 10


@pytest.mark.parametrize(
    ("model", "change"),
    [(BatasPenghasilan, {"batas_kawin": 10_000_001}), (BatasPenghasilan, {"catatan": "Diperiksa ulang"}),
     (SkemaKepemilikan, {"bunga_persen": "4.75"}), (SkemaKepemilikan, {"syarat": "wni"})],
)  # fmt: skip
def test_any_change_of_a_rule_in_force_makes_another_version(acuan, model, change):
    day = datetime.date(2025, 6, 1)
    before = rules_on(day).versi
    target = model.objects.get(dasar_hukum=P5) if model is BatasPenghasilan else model.objects.get(pk="flpp")
    model.objects.filter(pk=target.pk).update(**change)
    assert rules_on(day).versi != before
    assert rules_on(datetime.date(2017, 12, 31)).versi == rules_on(datetime.date(2018, 1, 23)).versi


@pytest.mark.parametrize("day", [row[0] for row in DAYS])
def test_a_recorded_version_reads_back_as_it_was(acuan, day):
    was = rules_on(datetime.date.fromisoformat(day))
    record_version(was)
    SkemaKepemilikan.objects.update(nama="Lain", bunga_persen=9, syarat="wni")
    BatasPenghasilan.objects.all().delete()
    now = read_version(VersiAturan.objects.get(pk=was.versi))
    assert (now, now.versi) == (was, was.versi)


def test_the_line_of_a_scheme_is_part_of_the_rules_and_schemes_without_one_are_told_as_ever(acuan):
    day = datetime.date(2026, 11, 24)
    was = rules_on(day)
    assert all("asal" not in told for told in was.isi["skema"])
    SkemaKepemilikan.objects.create(kode="flpp_2", nama="Kedua", syarat="wni", aktif=False, menggantikan_id="flpp")
    assert rules_on(day).versi == was.versi
    SkemaKepemilikan.objects.create(kode="flpp_3", nama="Ketiga", syarat="wni", menggantikan_id="flpp_2")
    now = rules_on(day)
    assert {skema.kode: skema.asal for skema in now.skema if skema.asal} == {"flpp_3": "flpp"}
    assert read_version(record_version(now)) == now


def test_a_version_is_recorded_once(acuan, django_assert_max_num_queries):
    first = record_version(rules_on(datetime.date(2025, 4, 22)))
    with django_assert_max_num_queries(4):
        again = record_version(rules_on(datetime.date(2026, 1, 14)))
    assert (again, again.tanggal) == (first, datetime.date(2025, 4, 22))
    assert VersiAturan.objects.count() == 1
