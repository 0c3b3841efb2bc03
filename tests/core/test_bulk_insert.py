"""Many rows at once: stored as `bulk_create` stores them, sealed, and all or none."""

import datetime
from itertools import repeat

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.bulk_history import record_creation
from core.bulk_insert import insert_rows, insert_values, maker
from core.sealed import Sealed, fingerprint
from penghuni.enums import JenisKelamin
from penghuni.models import Hunian, Penghuni
from rusun.models import Blok
from tests.factories import make_rusun

pytestmark = pytest.mark.django_db

ODD_TEXTS = (
    "Siti",
    "O'Neil",
    'kata "kutip"',
    "a\tb",
    "baris\nbaru\r\n",
    "\\N",
    "C:\\tmp\\",
    "Sulawesi é 日本 😀",
    "%s",
    "",
)
WAKTU = datetime.datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=datetime.UTC)


def residents(daerah, first=0):
    """Every kind of column filled, in each second row."""
    for number, text in enumerate(ODD_TEXTS, start=first):
        full = number % 2 == 0
        yield Penghuni(
            kabupaten_kota=daerah, nama=text, nik=Sealed(f"33190141079{number:05d}") if full else "",
            telepon="081234567890", jenis_kelamin=JenisKelamin.PEREMPUAN if full else "",
            tanggal_lahir=datetime.date(1990, 7, 1) if full else None, jumlah_anggota=1 if full else None,
            penghasilan=2_500_000 if full else None, tempat_lahir=text, diubah=WAKTU,
        )  # fmt: skip


def stored(model, rows):
    """The columns of `rows` as they are read back, without what makes each row another."""
    apart = {"id", "penghuni_id", "nik", "nik_sidik", "object_pk"}
    found = {row["id"]: row for row in model.objects.filter(pk__in=[row.pk for row in rows]).values()}
    return [{name: value for name, value in found[row.pk].items() if name not in apart} for row in rows]


def test_rows_are_stored_as_bulk_create_stores_them(kudus, operator_penghuni):
    ours, theirs = list(residents(kudus)), list(residents(kudus, first=100))
    insert_rows(Penghuni, ours)
    Penghuni.objects.bulk_create(theirs)
    assert stored(Penghuni, ours) == stored(Penghuni, theirs)
    assert [row.nama for row in ours] == [Penghuni.objects.get(pk=row.pk).nama for row in ours]
    assert not ours[0]._state.adding
    blok = Blok.objects.get(rusun=make_rusun(kudus, oleh=operator_penghuni))
    stays = [
        [
            Hunian(
                penghuni=row, blok=blok, nomor_unit=f"{kind}{n}", mulai=WAKTU.date(), diubah=WAKTU, tunggakan=n or None
            )
            for n, row in enumerate(people)
        ]
        for kind, people in (("A", ours), ("B", theirs))
    ]
    insert_rows(Hunian, stays[0])
    Hunian.objects.bulk_create(stays[1])
    ours, theirs = ([{**row, "nomor_unit": row["nomor_unit"][1:]} for row in stored(Hunian, kind)] for kind in stays)
    assert ours == theirs


def test_numbers_are_sealed_each_with_a_token_of_its_own(kudus):
    rows = list(residents(kudus))
    insert_rows(Penghuni, rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik, telepon FROM penghuni_penghuni")
        tokens = cursor.fetchall()
    assert len({telepon for _, telepon in tokens}) == len(rows)
    assert not any("0812" in telepon or "3319" in nik for nik, telepon in tokens)
    for row in rows:
        read = Penghuni.objects.get(pk=row.pk)
        assert read.telepon.reveal() == "081234567890"
        assert read.nik_sidik == fingerprint(read.nik.reveal()) == row.nik_sidik


def test_one_row_that_may_not_be_keeps_all_out(kudus):
    rows = list(residents(kudus))
    rows[-2].nik = rows[0].nik
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Penghuni, rows)
    assert not Penghuni.objects.exists()
    assert rows[0]._state.adding


def test_a_number_the_database_does_not_take_is_refused(kudus):
    rows = list(residents(kudus))
    rows[2].jumlah_anak = 5  # of one person
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Penghuni, rows)
    assert not Penghuni.objects.exists()


def test_values_without_instances_take_defaults_and_numbers_of_the_database(kudus):
    kind = ContentType.objects.get_for_model(Penghuni)
    changes = [{"nama": ["None", text], "n": [1, True, None, 1.0]} for text in ODD_TEXTS]
    before = timezone.now()
    named = {"content_type_id": repeat(kind.pk), "object_pk": map(str, range(len(changes))), "action": repeat(0)}
    insert_values(LogEntry, {**named, "object_repr": ODD_TEXTS, "changes": changes}, len(changes))
    entries = list(LogEntry.objects.filter(content_type=kind).order_by("pk"))
    assert [(row.object_repr, row.changes) for row in entries] == list(zip(ODD_TEXTS, changes, strict=True))
    assert [type(value) for value in entries[0].changes["n"]] == [int, bool, type(None), float]
    assert all(row.timestamp >= before and row.changes_text == "" and row.actor is None for row in entries)
    blank = LogEntry.objects.filter(serialized_data__isnull=True, additional_data__isnull=True, content_type=kind)
    assert blank.count() == len(entries)


def test_true_and_one_stay_apart_where_the_column_tells_them_apart(kudus):
    kind = ContentType.objects.get_for_model(Penghuni)
    named = {
        "content_type_id": repeat(kind.pk),
        "object_pk": repeat("1"),
        "object_repr": repeat(""),
        "action": repeat(0),
    }
    insert_values(LogEntry, {**named, "changes": [1, True, 1.0, "1"]}, 4)
    assert [type(row.changes) for row in LogEntry.objects.filter(content_type=kind).order_by("pk")] == [
        int,
        bool,
        float,
        str,
    ]


def test_fewer_values_than_rows_are_a_mistake(kudus):
    kind = ContentType.objects.get_for_model(Penghuni)
    named = {"content_type_id": repeat(kind.pk), "object_repr": repeat(""), "action": repeat(0)}
    with pytest.raises(ValueError, match="zip"), transaction.atomic():
        insert_values(LogEntry, {**named, "object_pk": ["1", "2"]}, 3)
    assert not LogEntry.objects.filter(content_type=kind).exists()


def test_no_rows_are_no_work(kudus, django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows(Penghuni, [])
        insert_values(LogEntry, {}, 0)


def test_a_maker_makes_what_the_model_makes(kudus):
    make = maker(Penghuni)
    values = {"kabupaten_kota_id": kudus.pk, "nama": "Sari", "nik": Sealed("3319014107900001")}
    made, other = make(values), make(values)
    usual = Penghuni(**values)
    names = [column.attname for column in Penghuni._meta.concrete_fields if column.name != "id"]
    assert [getattr(made, name) for name in names] == [getattr(usual, name) for name in names]
    assert made.pk != other.pk
    assert made._state.adding
    with pytest.raises(IndexError):
        make({**values, "salah_ketik": 1})


def test_the_history_of_new_rows_tells_what_that_of_a_single_save_tells(kudus, operator_penghuni):
    saved, inserted = (next(residents(kudus, first)) for first in (0, 100))
    saved.save()
    told = LogEntry.objects.get(object_pk=str(saved.pk)).changes
    insert_rows(Penghuni, [inserted])
    record_creation(Penghuni, [inserted], operator_penghuni, WAKTU)
    entry = LogEntry.objects.get(object_pk=str(inserted.pk))
    assert (entry.actor, entry.timestamp, entry.object_repr) == (operator_penghuni, WAKTU, "Siti")
    assert entry.changes.pop("id") == ["None", str(inserted.pk)]
    assert entry.changes == {name: told[name] for name in entry.changes}
    assert {"nama", "penghasilan", "tanggal_lahir"} <= entry.changes.keys()
    assert not {"nik", "nik_sidik", "telepon", "diubah"} & entry.changes.keys()
