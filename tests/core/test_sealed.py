"""Numbers of residents at rest: sealed, looked up by hash, opened by any key, sealed again by a rotation."""

import io
import pickle
import uuid

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.files import path_of, read_sealed, write_sealed
from core.models import KabupatenKota, Konsep
from core.sealed import InvalidToken, Sealed, SealedField, fingerprint, fingerprints, mask, seal, unseal
from penghuni.models import Penghuni

NIK = "3374014107900001"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """A rotation renews every sealed file: none of other tests, sealed under other keys."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sutarmi(db):
    semarang = KabupatenKota.objects.create(
        kode="33.74", nama="Kota Semarang", jenis="kota", ibu_kota="Semarang", baris=1, kolom=6
    )
    return Penghuni.objects.create(kabupaten_kota=semarang, nama="Sutarmi", nik=NIK, diubah=timezone.now())


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik, nik_sidik FROM penghuni_penghuni")
        return cursor.fetchone()


def rotate():
    out = io.StringIO()
    call_command("rotasi_kunci", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"), [(NIK, "3374**********01"), ("081234567890", "081*******90"), ("1234", "****"), ("", "")]
)
def test_mask_keeps_the_ends_only(text, shown):
    assert mask(text) == shown


def test_sealed_value_prints_its_mask_in_every_way():
    value = Sealed(NIK)
    assert {str(value), repr(value), f"{value}"} == {"3374**********01"}


def test_sealed_value_cannot_be_pickled():
    with pytest.raises(TypeError):
        pickle.dumps(Sealed(NIK))


def test_sealed_twice_is_not_the_same_text():
    assert seal(NIK) != seal(NIK)
    assert unseal(seal(NIK)) == NIK


def test_table_holds_no_readable_number(sutarmi):
    token, sidik = stored()
    assert NIK not in token
    assert (unseal(token), sidik) == (NIK, fingerprint(NIK))


def test_row_is_found_by_its_number(sutarmi):
    assert list(Penghuni.objects.with_nik(NIK)) == [sutarmi]
    assert list(Penghuni.objects.with_nik("3374014107900002")) == []


def test_rotation_seals_again_under_the_first_key(sutarmi, settings):
    old, new = settings.KUNCI_DATA[0], Fernet.generate_key().decode()
    settings.KUNCI_DATA = [new, old]
    assert len(fingerprints(NIK)) == 2
    assert list(Penghuni.objects.with_nik(NIK)) == [sutarmi]

    assert "penghuni.Penghuni: 1 baris disegel ulang." in rotate()

    settings.KUNCI_DATA = [new]
    token, sidik = stored()
    assert (unseal(token), sidik) == (NIK, fingerprint(NIK))
    assert list(Penghuni.objects.with_nik(NIK)) == [sutarmi]


def test_rotation_seals_files_again_under_the_first_key(sutarmi, settings):
    place = write_sealed("uji", NIK.encode())
    assert NIK.encode() not in path_of(place).read_bytes()
    settings.KUNCI_DATA = [Fernet.generate_key().decode(), *settings.KUNCI_DATA]
    assert "Berkas tersegel: 1 disegel ulang." in rotate()
    settings.KUNCI_DATA = settings.KUNCI_DATA[:1]
    assert read_sealed(place) == NIK.encode()


def test_rotation_skips_what_is_done(sutarmi, settings):
    settings.KUNCI_DATA = [Fernet.generate_key().decode(), *settings.KUNCI_DATA]
    rotate()
    after_first = stored()
    assert "penghuni.Penghuni: 0 baris disegel ulang." in rotate()
    assert stored() == after_first


# --- Cut off in the middle ------------------------------------------------------------------------------------------


def people(semarang, numbers):
    """More rows than one batch, in the order of their keys, as a rotation meets them."""
    rows = [
        Penghuni(
            id=uuid.UUID(int=place), kabupaten_kota=semarang, nama=f"Warga {place}", nik=nik, diubah=timezone.now()
        )
        for place, nik in enumerate(numbers, start=1)
    ]
    return Penghuni.objects.bulk_create(rows)


def test_a_rotation_cut_off_between_rows_goes_on_where_it_was(settings, db):
    """The last row is sealed by a key that is not there yet, so the run breaks off after the first batch."""
    semarang = KabupatenKota.objects.create(
        kode="33.74", nama="Kota Semarang", jenis="kota", ibu_kota="Semarang", baris=1, kolom=6
    )
    old, lost, new = settings.KUNCI_DATA[0], Fernet.generate_key().decode(), Fernet.generate_key().decode()
    numbers = [f"33740141079{place:05}" for place in range(250)]
    people(semarang, numbers)
    settings.KUNCI_DATA = [lost]
    Penghuni.objects.filter(pk=uuid.UUID(int=250)).update(nik=Sealed(numbers[-1]), nik_sidik=fingerprint(numbers[-1]))
    place = write_sealed("uji", NIK.encode())

    settings.KUNCI_DATA = [new, old]
    with pytest.raises(CommandError, match="Kembalikan kunci lama"):
        rotate()
    settings.KUNCI_DATA = [new, old, lost]
    for nik in (numbers[0], numbers[220], numbers[-1]):  # renewed, not yet, and the one that stopped it
        assert Penghuni.objects.with_nik(nik).get().nik.reveal() == nik

    said = rotate()
    assert "penghuni.Penghuni: 50 baris disegel ulang." in said  # the first batch of 200 was done
    assert "Berkas tersegel: 1 disegel ulang." in said
    settings.KUNCI_DATA = [new]
    assert [row.nik.reveal() for row in Penghuni.objects.order_by("pk")] == numbers
    assert read_sealed(place) == NIK.encode()


def test_a_rotation_cut_off_between_files_goes_on_where_it_was(settings, db):
    places = sorted(write_sealed("uji", f"isi {number}".encode()) for number in range(3))
    old, new = settings.KUNCI_DATA[0], Fernet.generate_key().decode()
    kept = path_of(places[1]).read_bytes()
    path_of(places[1]).write_bytes(b"bukan token")
    settings.KUNCI_DATA = [new, old]
    with pytest.raises(CommandError, match="tidak terbuka dengan kunci mana pun"):
        rotate()
    path_of(places[1]).write_bytes(kept)
    assert "Berkas tersegel: 2 disegel ulang." in rotate()
    settings.KUNCI_DATA = [new]
    assert sorted(read_sealed(place) for place in places) == [b"isi 0", b"isi 1", b"isi 2"]


def test_a_rotation_covers_every_sealed_column_and_every_sealed_file(settings, db, django_user_model):
    """Filled by their model, so that a new sealed column is asked about here without being named."""
    columns = [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    ]
    assert len(columns) >= 6
    said = rotate()
    for model, _ in columns:
        assert f"{model._meta.label}: 0 baris disegel ulang." in said
    pengguna = django_user_model.objects.create(username="a", nama="A", peran="admin", password="!")
    Konsep.objects.create(pengguna=pengguna, bagian="/x/", isi=NIK, disimpan=timezone.now())
    settings.KUNCI_DATA = [Fernet.generate_key().decode(), *settings.KUNCI_DATA]
    assert "core.Konsep: 1 baris disegel ulang." in rotate()
    settings.KUNCI_DATA = settings.KUNCI_DATA[:1]
    assert Konsep.objects.get().isi.reveal() == NIK


def test_rotation_without_the_old_key_stops_and_names_no_number(sutarmi, settings):
    before = stored()
    settings.KUNCI_DATA = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="tidak terbuka dengan kunci mana pun"):
        rotate()
    assert stored() == before


def test_value_without_its_key_is_not_guessed(settings):
    token = seal(NIK)
    settings.KUNCI_DATA = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        unseal(token)


def test_new_key_can_seal(settings):
    out = io.StringIO()
    call_command("kunci_baru", stdout=out)
    settings.KUNCI_DATA = [out.getvalue().strip()]
    assert unseal(seal(NIK)) == NIK
