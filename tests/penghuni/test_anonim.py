"""After the retention time, or when a person asks: who it was is gone everywhere, the figures stay."""

import datetime
import io

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from core.enums import TindakanAkses
from core.konsep import store_draft
from core.models import JejakAkses, Konsep
from core.models.trail import ALASAN_DIHAPUS
from monitoring.enums import Gerak
from monitoring.isian.kiriman import draft_of
from monitoring.isian.pemeriksaan import check_isian, explain
from monitoring.isian.workflow import apply_move
from monitoring.rekap.build import build_rekap
from penghuni.akses import record_access
from penghuni.anonim import (
    HouseholdAnonymised,
    StillLiving,
    anonymise_household,
    due_for_anonymising,
    retention_ends,
)
from penghuni.hak_subjek import close_request, record_request
from penghuni.hunian import move_in, move_out
from penghuni.jumlah import arrears_by_location, open_stays_by_location, stay_states_by_location
from penghuni.lembar import living_in
from penghuni.models import Hunian, Penghuni
from penghuni.pencatatan import clear_numbers, update_household
from rusun.models import Blok
from tests.factories import make_isian, make_periode, make_rusun

from .conftest import account

HARI_INI = datetime.date(2026, 11, 24)
LAHIR = datetime.date(1990, 7, 1)

pytestmark = pytest.mark.usefixtures("totals_hold")


def at(day):
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))


@pytest.fixture
def tinggal(household, semarang, blok, operator):
    """Makes a household that lived from `mulai` to `selesai` (None: still)."""

    def make(nama, mulai, selesai=None, unit="A-1"):
        row = household(semarang, nama, penghasilan=2_500_000, tanggal_lahir=LAHIR)
        stay = move_in(row, blok, unit, mulai, operator, nomor_sip=f"SIP {nama}")
        if selesai:
            move_out(stay, selesai, "rumah_sendiri", operator)
        return row

    return make


def run(*options):
    out = io.StringIO()
    call_command("anonimkan_penghuni", *options, stdout=out)
    return out.getvalue().strip()


def names():
    return list(Penghuni.objects.order_by("nama").values_list("nama", flat=True))


# --- When -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hari_ini", "tahun", "akhir"),
    [
        (HARI_INI, 5, datetime.date(2021, 11, 24)),
        (datetime.date(2028, 2, 29), 5, datetime.date(2023, 2, 28)),
        (datetime.date(2028, 2, 28), 4, datetime.date(2024, 2, 28)),
        (HARI_INI, 10, datetime.date(2016, 11, 24)),
    ],
)
def test_retention_is_counted_in_years(settings, hari_ini, tahun, akhir):
    settings.RETENSI_PENGHUNI_TAHUN = tahun
    assert retention_ends(hari_ini) == akhir


def test_no_retention_at_all_is_a_slip(settings):
    settings.RETENSI_PENGHUNI_TAHUN = 0
    with pytest.raises(ImproperlyConfigured):
        retention_ends(HARI_INI)


def test_who_is_due(tinggal, household, semarang, blok, operator):
    begin, end = datetime.date(2018, 1, 1), datetime.date(2021, 11, 24)
    tinggal("Masih tinggal", begin, unit="A-1")
    tinggal("Keluar sehari lebih awal", begin, end - datetime.timedelta(days=1), "A-2")
    tinggal("Keluar pada batas", begin, end, "A-3")
    back = tinggal("Keluar lalu kembali", datetime.date(2015, 1, 1), datetime.date(2016, 1, 1), "A-4")
    move_in(back, blok, "A-5", begin, operator)
    asking = tinggal("Sedang meminta", begin, datetime.date(2019, 1, 1), "A-6")
    record_request(asking, "salinan", "Minta salinan.", timezone.now(), operator)
    for nama, changed in (("Tak pernah tinggal, lama", end - datetime.timedelta(days=1)), ("Tak pernah tinggal", end)):
        row = household(semarang, nama)
        Penghuni.objects.filter(pk=row.pk).update(diubah=at(changed))
    due = due_for_anonymising(HARI_INI).order_by("nama").values_list("nama", flat=True)
    assert list(due) == ["Keluar sehari lebih awal", "Tak pernah tinggal, lama"]


def test_command_counts_does_it_and_finds_nothing_the_second_time(tinggal, settings):
    settings.RETENSI_PENGHUNI_TAHUN = 1
    for number in range(120):  # more than one batch
        tinggal(f"Warga {number}", datetime.date(2019, 1, 1), datetime.date(2020, 1, 1), f"A-{number}")
    tinggal("Sri", datetime.date(2019, 1, 1), unit="B-1")
    assert run("--dry-run").startswith("120 penghuni akan dianonimkan (keluar sebelum ")
    assert len(set(names())) == 121
    assert run().startswith("120 penghuni dianonimkan")
    assert set(names()) == {"Dianonimkan", "Sri"}
    assert run().startswith("0 penghuni dianonimkan")


# --- What -------------------------------------------------------------------------------------------------------------

SEKAR = {
    "nama": "Sekarwangi Puspaningrum", "nik": "3374014107900087", "no_kk": "3374011412200077",
    "telepon": "081298765432", "tempat_lahir": "Purwodadi", "daerah_asal": "Kabupaten Grobogan",
    "lokasi_minat": "dekat Ungaran", "tujuan_persetujuan": "program rumah bersubsidi keluarga",
    "jenis_kelamin": "p", "penghasilan": 2_500_000, "jumlah_anggota": 4, "pekerjaan": "pedagang", "minat": "ya",
}  # fmt: skip
GONE = ("Sekarwangi", "Puspaningrum", "3374014107900087", "3374011412200077", "081298765432", "Purwodadi", "Grobogan",
        "Ungaran", "rumah bersubsidi keluarga", "1990-07-01", "Z-909", "SIP/909")  # fmt: skip


@pytest.fixture
def sekar(semarang, operator, blok, as_user, key):
    """A household with a past: written down by hand, changed, moved in and out, looked at, half typed, asked about."""
    client = as_user(operator)
    client.post(
        reverse("penghuni:tambah"), {"kunci_formulir": key(), "versi": 1, "tanggal_lahir": "1990-07-01", **SEKAR}
    )
    row = Penghuni.objects.get()
    row.lokasi_minat, row.penghasilan = "dekat Ungaran kota", 2_600_000
    update_household(row, row.versi, operator)
    clear_numbers(row, ["telepon"], row.versi, "nomor milik suami Puspaningrum", operator)
    stay = move_in(row, blok, "Z-909", datetime.date(2021, 1, 5), operator, nomor_sip="SIP/909", tunggakan=100)
    move_out(stay, datetime.date(2021, 6, 1), "keluarga", operator)
    client.post(
        reverse("penghuni:lihat_lengkap", args=[row.pk]),
        {"kunci_formulir": key(), "alasan": "mencocokkan KTP Bu Sekarwangi"},
    )
    client.post(
        reverse("penghuni:lihat_lengkap", args=[row.pk]), {"kunci_formulir": key(), "alasan": "mencocokkan berkas"}
    )
    record_access(operator, TindakanAkses.EKSPOR, alasan="untuk Sekarwangi Puspaningrum", kolom="data pribadi")
    record_access(operator, TindakanAkses.EKSPOR, "jejak", alasan="Nomor objek: Sekarwangi Puspaningrum")
    store_draft(operator, reverse("penghuni:ubah", args=[row.pk]), QueryDict("nama=Sekarwangi"))
    return Penghuni.objects.get()


def everything_stored():
    """Every column of every table as text."""
    told = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                told += [f"{model._meta.db_table}: {row}" for row in cursor.fetchall()]
    return told


def found(words):
    return [row for row in everything_stored() for word in words if word.casefold() in row.casefold()]


def test_nothing_that_tells_who_it_was_is_left_in_any_table(sekar, operator):
    request = record_request(sekar, "penghapusan", "Sekarwangi minta dihapus.", timezone.now(), operator)
    assert len(found(GONE)) > 8  # the search finds what is there
    close_request(request, 1, "selesai", "Sudah dihapus.", operator)
    assert found(GONE) == []


def test_categories_income_and_dates_of_the_stay_are_kept(sekar, operator):
    anonymise_household(sekar, operator, timezone.now())
    row = Penghuni.objects.get()
    assert (row.nama, str(row.nik), row.nik_sidik, row.tanggal_lahir) == ("Dianonimkan", "", "", None)
    assert (row.penghasilan, row.jumlah_anggota, row.pekerjaan, row.minat) == (2_600_000, 4, "pedagang", "ya")
    stay = Hunian.objects.get()
    assert (stay.mulai, stay.selesai, stay.tunggakan) == (datetime.date(2021, 1, 5), datetime.date(2021, 6, 1), 100)
    assert (stay.nomor_unit, stay.nomor_sip) == ("-", "")


def test_history_keeps_who_and_when_and_trail_keeps_its_lines(sekar, operator):
    entries, lines = LogEntry.objects.count(), JejakAkses.objects.count()
    anonymise_household(sekar, operator, timezone.now())
    assert LogEntry.objects.count() == entries + 1
    assert LogEntry.objects.latest("id").additional_data["peristiwa"] == "Data dianonimkan"
    assert JejakAkses.objects.count() == lines
    reasons = JejakAkses.objects.filter(tindakan="lihat_lengkap").order_by("id").values_list("alasan", flat=True)
    assert list(reasons) == [ALASAN_DIHAPUS, "mencocokkan berkas"]
    assert Konsep.objects.count() == 0


def test_drafts_and_reasons_about_others_stay(sekar, household, semarang, operator):
    other = household(semarang, "Orang Lain")
    store_draft(operator, reverse("penghuni:ubah", args=[other.pk]), QueryDict("nama=Lain"))
    record_access(operator, TindakanAkses.LIHAT_LENGKAP, objek_id=other.pk, alasan="mencocokkan Sekarwangi")
    anonymise_household(sekar, operator, timezone.now())
    assert Konsep.objects.get().bagian == reverse("penghuni:ubah", args=[other.pk])
    assert JejakAkses.objects.latest("id").alasan == "mencocokkan Sekarwangi"


def test_figures_are_the_same_before_and_after(semarang, operator, koordinator_provinsi, household):
    make_rusun(semarang, oleh=operator)
    blok = Blok.objects.get()
    periode = make_periode(koordinator_provinsi, semarang)
    begin = datetime.date(2015, 1, 1)
    move_in(household(semarang, "Masih"), blok, "A-1", begin, operator, tunggakan=5)
    gone = household(semarang, "Pergi", penghasilan=1)
    move_out(move_in(gone, blok, "A-2", begin, operator, tunggakan=7), datetime.date(2016, 1, 1), "keluarga", operator)
    isian = make_isian(periode, operator)
    for temuan in check_isian(isian, draft_of(isian), timezone.localdate()).tanpa_alasan:
        explain(isian, temuan, "Sudah dicocokkan.", operator, timezone.now())
    apply_move(isian, Gerak.KIRIM, operator)

    def figures():
        return (
            build_rekap(periode), draft_of(isian), open_stays_by_location(semarang), arrears_by_location(semarang),
            stay_states_by_location(semarang, HARI_INI),
        )  # fmt: skip

    before = figures()
    run()
    assert "Dianonimkan" in names()
    assert figures() == before


@pytest.fixture
def koordinator_provinsi(db):
    return account("koordinator", "verifikator", koordinator=True)


# --- Afterwards -------------------------------------------------------------------------------------------------------


@pytest.fixture
def anonim(sekar, operator):
    anonymise_household(sekar, operator, timezone.now())
    return Penghuni.objects.get()


def test_somebody_who_lives_here_is_not_anonymised(tinggal, operator):
    row = tinggal("Sri", datetime.date(2019, 1, 1))
    with pytest.raises(StillLiving):
        anonymise_household(row, operator, timezone.now())
    assert names() == ["Sri"]


def test_granting_a_removal_of_somebody_who_lives_here_says_what_to_do_first(tinggal, operator, as_user, key):
    request = record_request(
        tinggal("Sri", datetime.date(2019, 1, 1)), "penghapusan", "Mohon dihapus.", timezone.now(), operator
    )
    data = {"kunci_formulir": key(), "versi": 1, "keputusan": "selesai", "tanggapan": "Dihapus."}
    page = as_user(operator).post(request.get_absolute_url(), data)
    assert page.status_code == 422
    assert "Catat dahulu keluarnya" in page.content.decode()
    request.refresh_from_db()
    assert (request.status, names()) == ("diterima", ["Sri"])


def test_refusing_a_removal_removes_nothing(sekar, operator):
    request = record_request(sekar, "penghapusan", "Mohon dihapus.", timezone.now(), operator)
    close_request(request, 1, "ditolak", "Masih ada tunggakan.", operator)
    assert names() == ["Sekarwangi Puspaningrum"]


@pytest.mark.parametrize("halaman", ["ubah", "lihat_lengkap", "kosongkan_nomor", "masuk_unit", "permintaan_tambah"])
def test_no_page_edits_or_reveals_it(anonim, operator, as_user, key, halaman):
    url = reverse(f"penghuni:{halaman}", args=[anonim.pk])
    client = as_user(operator)
    for response in (client.get(url, follow=True), client.post(url, {"kunci_formulir": key()}, follow=True)):
        assert response.redirect_chain[0][0] == reverse("penghuni:detail", args=[anonim.pk])
        assert "sudah dianonimkan, jadi tidak dapat diubah lagi" in response.content.decode()


def test_a_form_opened_before_cannot_be_saved_afterwards(sekar, operator, blok):
    anonymise_household(sekar, operator, timezone.now())
    writes = (
        lambda: update_household(sekar, sekar.versi, operator),
        lambda: clear_numbers(sekar, ["nik"], sekar.versi, "nomor keliru sekali", operator),
        lambda: move_in(sekar, blok, "A-1", HARI_INI, operator),
        lambda: record_request(sekar, "koreksi", "Koreksi.", timezone.now(), operator),
        lambda: anonymise_household(sekar, operator, timezone.now()),
    )
    for write in writes:
        with pytest.raises(HouseholdAnonymised):
            write()
    assert names() == ["Dianonimkan"]


@pytest.mark.parametrize("change", [{"nama": "Sekarwangi"}, {"tanggal_lahir": LAHIR}, {"daerah_asal": "Demak"}])
def test_the_database_refuses_to_fill_it_in_again(anonim, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Penghuni.objects.filter(pk=anonim.pk).update(**change)


def test_the_list_shows_it_only_when_asked_for(anonim, household, semarang, operator, as_user):
    other = household(semarang, "Orang Lain")
    client, url = as_user(operator), reverse("penghuni:daftar")

    def shown(**kueri):
        return list(client.get(url, kueri).context["halaman"].object_list)

    assert shown() == shown(tinggal="tidak") == [other]
    assert shown(cari="dianonimkan") == []
    assert shown(tinggal="anonim") == [anonim]
    page = client.get(reverse("penghuni:detail", args=[anonim.pk])).content.decode()
    assert "Data pribadi penghuni ini sudah dihapus pada" in page
    assert "Lihat nomor lengkap" not in page


def test_it_is_not_in_the_template_of_the_workbook(anonim, household, semarang):
    other = household(semarang, "Orang Lain")
    assert list(living_in(semarang)) == [other]
