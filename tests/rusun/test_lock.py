"""What an opening lets through: that cell, that row, that column, that table, and nothing beside it."""

import pytest
from django.utils import timezone

from rusun.alamat import Alamat
from rusun.models import Blok, Rusun
from rusun.penguncian import RegistryLocked, lock_registry, open_cells, registry_write
from rusun.simpan import close_location, create_location, save_section
from tests.factories import make_rusun


@pytest.fixture
def lokasi(kudus, operator):
    rusun = make_rusun(kudus, oleh=operator)
    Blok.objects.create(
        rusun=rusun, nama="Blok B", konfigurasi="single", jumlah_lantai=4, jumlah_unit=24, terhuni=24, kosong_siap=0,
        kosong_rusak=0, cadangan=0, diubah=timezone.now(),
    )  # fmt: skip
    return rusun


@pytest.fixture
def opened(kudus):
    """Lock the registry and open these addresses, exactly."""

    def lock(*alamat):
        with registry_write(kudus):
            lock_registry(kudus, alasan="uji", waktu=timezone.now())
            open_cells(kudus, alamat)

    return lock


@pytest.fixture
def passes(lokasi, operator):
    """Whether a write gets past the lock; a refused one must leave no trace."""

    def attempt(write):
        before = list(Blok.objects.order_by("nama").values())
        try:
            save_section(lokasi.pk, Rusun.objects.get(pk=lokasi.pk).versi, operator, write)
        except RegistryLocked:
            assert list(Blok.objects.order_by("nama").values()) == before
            return False
        return True

    return attempt


def change(nama, **columns):
    return lambda waktu: Blok.objects.filter(nama=nama).update(**columns)


def remove(nama):
    return lambda waktu: Blok.objects.get(nama=nama).delete()


def add(lokasi):
    def write(waktu):
        Blok.objects.create(
            rusun=lokasi, nama="Blok C", konfigurasi="single", jumlah_lantai=4, jumlah_unit=8, terhuni=8, kosong_siap=0,
            kosong_rusak=0, cadangan=0, diubah=waktu,
        )  # fmt: skip

    return write


@pytest.mark.parametrize(
    ("scope", "lift", "floors", "other_lift", "goes", "comes"),
    [
        ("cell", True, False, False, False, False),
        ("row", True, True, False, False, False),
        ("column", True, False, True, False, False),
        ("table", True, True, True, True, True),
        ("section", False, False, False, False, False),
    ],
)
def test_opening_reaches_no_further_than_it_says(scope, lift, floors, other_lift, goes, comes, lokasi, opened, passes):
    baris = str(Blok.objects.get(nama="Blok A").pk)
    opened({
        "cell": Alamat(lokasi.pk, "blok", baris, "ada_lift"), "row": Alamat(lokasi.pk, "blok", baris),
        "column": Alamat(lokasi.pk, "blok", "", "ada_lift"), "table": Alamat(lokasi.pk, "blok"),
        "section": Alamat(lokasi.pk, "bangunan"),
    }[scope])  # fmt: skip
    assert passes(change("Blok A", ada_lift="ya")) is lift
    assert passes(change("Blok A", jumlah_lantai=9)) is floors
    assert passes(change("Blok B", ada_lift="ya")) is other_lift
    assert passes(add(lokasi)) is comes
    assert passes(remove("Blok A")) is goes


def test_a_row_is_not_exchanged_for_another_while_only_the_row_is_open(lokasi, opened, passes):
    row = Blok.objects.get(nama="Blok B")
    opened(Alamat(lokasi.pk, "blok", str(row.pk)))

    def exchange(waktu):
        row.delete()
        add(lokasi)(waktu)

    assert passes(exchange) is False


def test_opening_of_one_location_opens_no_other(kudus, operator, lokasi, opened):
    other = make_rusun(kudus, oleh=operator)
    opened(Alamat(lokasi.pk, "blok"))
    with pytest.raises(RegistryLocked):
        save_section(other.pk, other.versi, operator, lambda waktu: other.blok.update(ada_lift="ya"))


def test_no_location_comes_or_goes_behind_the_lock(kudus, operator, lokasi, opened):
    opened(Alamat(lokasi.pk, "identitas"), Alamat(lokasi.pk, "blok"))
    with pytest.raises(RegistryLocked):
        close_location(lokasi, lokasi.versi, "Dibongkar.", operator)
    with pytest.raises(RegistryLocked):
        create_location(kudus, "rusun", "Rusunawa Baru", operator)
    assert list(Rusun.objects.values_list("pk", "ditutup_sejak")) == [(lokasi.pk, None)]
