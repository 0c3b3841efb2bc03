"""Regions used to be typed: an update names them from a list, keeps what was applied and never fails on old rows."""

import datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from penghuni.aturan import rules_on
from penghuni.models import BatasHargaRumah, BatasPenghasilan
from penghuni.models.ketentuan import DI_JAWA_TENGAH

SEBELUM, SESUDAH = [("penghuni", "0008_versi_dipakai")], [("penghuni", "0010_garis_skema")]


def migrate(target):
    """To `target`; the tables as they are then."""
    MigrationExecutor(connection).migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.fixture
def lama(transactional_db):
    """The tables before regions were named, and all of them again afterwards."""
    try:
        yield migrate(SEBELUM)
    finally:
        for model in (BatasPenghasilan, BatasHargaRumah):  # a failure must not stand in the way of the other tests
            model.objects.all().delete()
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())


TERTULIS = {
    "Seluruh Indonesia": [
        "seluruh  INDONESIA", "Indonesia", "Nasional", "Zona 1", "Seluruh wilayah Indonesia", "Semua", "Kota Semarang",
        "", "Kembalikan", "Seluruh Indonesia kecuali Papua", "Indonesia (selain Jabodetabek)", "Jawa dan luar Jawa",
        "Seluruh Indonesia termasuk Jabodetabek", "di luar Jabodetabek", "Semua kecuali Jawa Barat",
    ],
    "Jawa selain Jabodetabek": [
        "Jawa", "Pulau Jawa (kecuali Jabodetabek)", "Jawa non-Jabodetabek", "Jawa Barat", "DIY", "Jawa dan Bali",
        "Jawa (kecuali Jabodetabek) dan Sumatera (kecuali Kep. Riau)", "Jawa termasuk Jabodetabek",
        "Jawa di luar Jabodetabek", "D.I. Yogyakarta",
    ],
    "Jawa Tengah": ["jawa tengah", "Jateng", "Provinsi Jawa Tengah", "Jawa Tengah dan DIY"],
    "Jabodetabek": ["JABODETABEK", "Wilayah Jabodetabek", "DKI Jakarta"],
    "Luar Jawa": [
        "luar jawa", "Di luar Pulau Jawa", "Indonesia selain Jawa", "Sumatera", "Kalimantan dan Sulawesi", "Papua",
        "NTT", "Bali", "Sumatera (kecuali Kepulauan Riau)", "Zona 3 (Maluku)",
    ],
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_typed_regions_go_on_holding_where_they_held(lama, capsys):
    Lama = lama.get_model("penghuni", "BatasPenghasilan")
    typed = [(name, text) for name, texts in TERTULIS.items() for text in texts]
    for number, (_, text) in enumerate(typed):
        Lama.objects.create(
            dasar_hukum=f"No {number}", berlaku_mulai="2020", wilayah=text, terverifikasi="ya", catatan="Lihat surat."
        )
    capsys.readouterr()
    migrate(SESUDAH)
    told = capsys.readouterr().out
    rows = {row.dasar_hukum: row for row in BatasPenghasilan.objects.all()}
    found = {text: rows[f"No {number}"].wilayah for number, (_, text) in enumerate(typed)}
    assert found == {text: name for name, text in typed}
    assert all(row.aktif for row in rows.values())
    assert rows["No 1"].catatan == "Lihat surat. Wilayah semula: Indonesia."
    assert "No 1: Seluruh Indonesia. Wilayah semula: Indonesia." in told
    assert BatasPenghasilan.objects.in_use().count() == sum(len(TERTULIS[name]) for name in DI_JAWA_TENGAH)


@pytest.mark.django_db(transaction=True)
def test_of_old_prices_that_mean_one_region_the_first_stays_in_use(lama, capsys):
    Lama = lama.get_model("penghuni", "BatasHargaRumah")
    price = {"tahun_mulai": 2027, "jenis": "tapak", "dasar_hukum": "Kepmen"}
    for text, harga, aktif in (
        ("Nasional", 1, False), ("Jateng", 2, True), ("Jawa Tengah", 3, True), ("Prov. Jawa Tengah", 4, True),
        ("Jawa Tengah saja", 5, False), ("Sumatera", 6, True), ("Kalimantan", 7, True),
    ):  # fmt: skip
        Lama.objects.create(wilayah=text, harga_maks=harga, aktif=aktif, **price)
    Lama.objects.create(**{**price, "tahun_mulai": 2028}, wilayah="Jateng", harga_maks=8, catatan="x" * 400)
    capsys.readouterr()
    migrate(SESUDAH)
    rows = {row.harga_maks: row for row in BatasHargaRumah.objects.all()}
    assert [row.harga_maks for row in rows.values() if row.aktif] == [2, 6, 8]
    assert {rows[harga].wilayah for harga in (2, 3, 4, 5, 8)} == {"Jawa Tengah"}
    assert rows[3].catatan == "Dinonaktifkan: kembar dengan yang lebih dahulu."
    assert rows[4].catatan == "Wilayah semula: Prov. Jawa Tengah. Dinonaktifkan: kembar dengan yang lebih dahulu."
    assert "kembar" not in rows[5].catatan
    assert rows[8].catatan.endswith("x Wilayah semula: Jateng.")
    assert len(rows[8].catatan) == 400
    assert "Kepmen: Luar Jawa. Wilayah semula: Kalimantan. Dinonaktifkan" in capsys.readouterr().out
    assert rules_on(datetime.date(2027, 6, 1)).harga.harga_maks == 2
