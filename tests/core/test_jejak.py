"""The access trail: written once. Neither the application nor the ORM nor plain SQL changes or removes a line of it."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from core.enums import TindakanAkses
from core.models import JejakAkses
from core.models.trail import ALASAN_DIHAPUS, AppendOnlyError
from core.rantai import forgetting


@pytest.fixture
def baris(operator):
    return JejakAkses.objects.create(
        waktu=timezone.now(), pengguna=operator, tindakan=TindakanAkses.LIHAT_LENGKAP, objek="penghuni",
        objek_id="1", kolom="nik", alasan="mencocokkan berkas",
    )  # fmt: skip


def stored():
    return JejakAkses.objects.values().get()


def copy_of(row, **changed):
    """A new object with the key of a line that stands already."""
    return JejakAkses(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} | changed)


def save(row):
    row.alasan = "lain"
    row.save()


def save_some(row):
    row.alasan = "lain"
    row.save(update_fields=["alasan"])


def save_at_the_root(row):
    row.alasan = "lain"
    models.Model.save(row)


def update_or_create(row):
    JejakAkses.objects.update_or_create(pk=row.pk, defaults={"alasan": "lain"})


WAYS = {
    "save": save,
    "save some columns": save_some,
    "save past our own save()": save_at_the_root,
    "save_base": lambda row: copy_of(row, alasan="lain").save_base(),
    "save raw, as a fixture is loaded": lambda row: copy_of(row, alasan="lain").save_base(raw=True),
    "save a copy with its key": lambda row: copy_of(row, alasan="lain").save(),
    "force_update": lambda row: copy_of(row, alasan="lain").save(force_update=True),
    "update_or_create": update_or_create,
    "update": lambda row: JejakAkses.objects.update(alasan="lain"),
    "update by the base manager": lambda row: JejakAkses._base_manager.update(alasan="lain"),
    "update by the base manager, narrowed": lambda row: JejakAkses._base_manager.filter(pk=row.pk).update(jumlah=9),
    "bulk_update": lambda row: JejakAkses.objects.bulk_update([row], ["alasan"]),
    "bulk_create over a line": lambda row: JejakAkses.objects.bulk_create(
        [copy_of(row, alasan="lain")], update_conflicts=True, update_fields=["alasan"], unique_fields=["id"]
    ),
    "bulk_create beside a line": lambda row: JejakAkses.objects.bulk_create([copy_of(row)], ignore_conflicts=True),
    "delete": lambda row: row.delete(),
    "delete all": lambda row: JejakAkses.objects.all().delete(),
    "delete by the base manager": lambda row: JejakAkses._base_manager.filter(pk=row.pk).delete(),
    "_raw_delete": lambda row: JejakAkses.objects.filter(pk=row.pk)._raw_delete("default"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_orm_refuses_every_change_and_removal(baris, way):
    before = stored()
    with pytest.raises(TypeError), transaction.atomic():
        WAYS[way](baris)
    assert stored() == before


def test_refusal_says_what_it_is(baris):
    with pytest.raises(AppendOnlyError):
        JejakAkses.objects.update(jumlah=2)


# --- The database, for whoever goes past our querysets ----------------------------------------------------------------


@pytest.fixture
def protected(baris):
    """The triggers of the migrations: on SQLite the test settings take them away (see conftest)."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER core_jejakakses_ubah")
            for name in ("0005_jejak_tetap", "0011_alasan_dilupakan"):
                migration = import_module(f"core.migrations.{name}")
                migration.protect(None, SimpleNamespace(connection=connection, execute=cursor.execute))
    return baris


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


PAST_OUR_CODE = {
    "plain queryset": lambda row: models.QuerySet(JejakAkses).update(alasan="lain"),
    "plain queryset, removing": lambda row: models.QuerySet(JejakAkses).delete(),
    "delete past our own delete()": lambda row: models.Model.delete(row),
    "SQL": lambda row: run("UPDATE core_jejakakses SET jumlah = jumlah + 1"),
    "SQL, removing": lambda row: run("DELETE FROM core_jejakakses"),
    "SQL, only the time": lambda row: run("UPDATE core_jejakakses SET waktu = '2020-01-01 00:00:00+00:00'"),
    "SQL, any other reason": lambda row: run("UPDATE core_jejakakses SET alasan = ''"),
    "SQL, the allowed text and more": lambda row: run(
        "UPDATE core_jejakakses SET alasan = '(alasan dihapus karena memuat data pribadi)', tindakan = 'lihat'"
    ),
    "SQL, the allowed text without a note": lambda row: run(
        "UPDATE core_jejakakses SET alasan = '(alasan dihapus karena memuat data pribadi)'"
    ),
}


@pytest.mark.parametrize("way", PAST_OUR_CODE)
def test_the_database_refuses_what_goes_past_the_code(protected, way):
    before = stored()
    with pytest.raises((IntegrityError, AppendOnlyError)), transaction.atomic():
        PAST_OUR_CODE[way](protected)
    assert stored() == before


def test_only_a_reason_can_be_forgotten(protected):
    before = stored()
    with forgetting(JejakAkses, [protected.pk]):
        assert JejakAkses.objects.filter(pk=protected.pk).forget_reasons() == 1
    assert stored() == before | {"alasan": ALASAN_DIHAPUS}
    with pytest.raises(IntegrityError), transaction.atomic(), forgetting(JejakAkses, [protected.pk]):
        run("UPDATE core_jejakakses SET jumlah = 7")


def test_an_update_trigger_stands_on_every_database(baris):
    """A later migration that rebuilds the table on SQLite would lose it without a word."""
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE core_jejakakses SET jumlah = 7")
