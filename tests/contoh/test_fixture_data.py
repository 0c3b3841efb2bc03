"""The reference tables keep their own rules: published totals, sums, causes, codes, provenance."""

from collections import Counter, defaultdict

import pytest

from monitoring.contoh.acuan import invited_codes, rows
from rusun.enums import Konfigurasi, Sebab
from rusun.pemeriksaan import CADANGAN, RUSAK, SIAP

LOKASI = {row["kode"]: row for row in rows("rusun.csv")}
BLOK = list(rows("blok.csv"))
ANGKA = ("jumlah_unit", "terhuni", "kosong_siap", "kosong_rusak", "cadangan")


def figures(kode):
    return {name: sum(int(row[name]) for row in BLOK if row["kode_rusun"] == kode) for name in ANGKA}


def test_published_totals():
    rusun = [row for row in BLOK if LOKASI[row["kode_rusun"]]["jenis"] == "rusun"]
    assert Counter(row["jenis"] for row in LOKASI.values()) == {"rusun": 61, "rusus": 4}
    assert sum(int(row["dihitung_tower"]) for row in rusun) == 120
    assert [sum(int(row[name]) for row in rusun) for name in ANGKA] == [9778, 8051, 1169, 396, 162]
    assert len({row["kabupaten_kota"] for row in LOKASI.values() if row["jenis"] == "rusun"}) == 23
    assert len({row["kabupaten_kota"] for row in LOKASI.values() if row["jenis"] == "rusus"}) == 3


def test_every_block_adds_up_and_towers_are_what_the_code_calls_towers():
    for row in BLOK:
        assert int(row["jumlah_unit"]) == sum(int(row[name]) for name in ANGKA[1:])
        assert row["dihitung_tower"] == str(int(row["konfigurasi"] in (Konfigurasi.SINGLE, Konfigurasi.TWIN_BLOCK)))


@pytest.mark.parametrize(("causes", "figure"), [(SIAP, "kosong_siap"), (RUSAK, "kosong_rusak"), (CADANGAN, "cadangan")])
def test_causes_explain_every_empty_unit(causes, figure):
    explained = defaultdict(int)
    for row in rows("sebab_kosong.csv"):
        if Sebab(row["sebab"]) in causes:
            explained[row["kode_rusun"]] += int(row["jumlah_unit"])
    assert {kode: explained[kode] for kode in LOKASI} == {kode: figures(kode)[figure] for kode in LOKASI}


def test_every_row_says_where_it_comes_from():
    for name in ("rusun.csv", "blok.csv", "tarif.csv", "permasalahan.csv"):
        assert {row["asal_data"] for row in rows(name)} == {"publik", "contoh"}


def test_codes_point_to_known_regions_locations_and_problems():
    regions = {row["kode"] for row in rows("kabupaten_kota.csv")}
    problems = {row["kode"] for row in rows("kategori_permasalahan.csv")}
    assert len(regions) == 35
    assert len(invited_codes()) == 23
    for kode, row in LOKASI.items():
        assert row["kabupaten_kota"] in regions
        assert kode.startswith(row["kabupaten_kota"].replace(".", ""))
    for name in ("blok.csv", "tarif.csv", "sebab_kosong.csv", "permasalahan.csv"):
        assert {row["kode_rusun"] for row in rows(name)} <= set(LOKASI)
    assert {row["kode_masalah"] for row in rows("permasalahan.csv")} == problems


def test_no_rule_overwrites_another_while_loading():
    caps = [row["dasar_hukum"] for row in rows("ketentuan_mbr.csv")]
    assert len(caps) == len(set(caps)) == 6
