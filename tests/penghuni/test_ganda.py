"""Duplicates across kabupaten/kota: how they are found, what is decided, and what an operator must not learn."""

import datetime
import io
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.history import history_of
from core.models import JejakAkses, KabupatenKota
from core.versions import StaleVersion
from penghuni.akses import ReasonMissing
from penghuni.anonim import anonymise_household
from penghuni.enums import BuktiGanda
from penghuni.ganda import (
    SUDAH_PINDAH,
    TERLALU_BANYAK,
    KeputusanDitolak,
    decide,
    decisions_for,
    forget,
    match_all,
    match_waiting,
    moved_away,
    skor_of,
)
from penghuni.himpunan import KEMBAR, read_sets, sets_in_order, side_by_side, waiting_sets
from penghuni.hunian import move_in, move_out
from penghuni.jumlah import also_elsewhere
from penghuni.models import DugaanGanda, Penghuni
from penghuni.models.pencocokan import fold_birth
from penghuni.pencatatan import clear_numbers, is_recorded_elsewhere, update_household
from penghuni.views.penghuni import ELSEWHERE

from .conftest import NIK, NO_KK

NIK_LAIN = "3374014107900002"
LAHIR = datetime.date(1990, 7, 1)
CATATAN = "dicocokkan lewat telepon dengan kedua dinas"
DAFTAR = reverse("penghuni:ganda_daftar")


def pairs():
    """Evidence and score of every pair after everything that waits was compared."""
    match_waiting()
    rows = DugaanGanda.objects.order_by("skor")
    return [([kind.value for kind in row.bukti], row.skor) for row in rows]


def the_pair():
    match_waiting()
    return DugaanGanda.objects.get()


def settle(pair, keputusan, pengguna, berlaku=None):
    return decide(pair, keputusan, berlaku, CATATAN, pair.versi, pengguna)


@pytest.fixture
def two(household, semarang, kudus):
    """The same head of family in both lists, by NIK; the names are spelled differently."""
    return (
        household(semarang, "Sutarmi", nik=NIK, tanggal_lahir=LAHIR),
        household(kudus, "Sutarmi Dewi", nik=NIK, tanggal_lahir=LAHIR),
    )


# --- What is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"nik": NIK}, {"nik": NIK}, [(["nik"], 100)]),
        ({"no_kk": NO_KK}, {"no_kk": NO_KK, "nik": NIK}, [(["no_kk"], 40)]),
        ({"tanggal_lahir": LAHIR}, {"nama": "  SUTARMI", "tanggal_lahir": LAHIR}, [(["nama_lahir"], 60)]),
        ({"tanggal_lahir": LAHIR}, {"nama": "Sutarmi", "tanggal_lahir": LAHIR}, [(["nama_lahir"], 60)]),
        ({"tanggal_lahir": LAHIR, "no_kk": NO_KK}, {"nama": "Su-tarmi.", "tanggal_lahir": LAHIR, "no_kk": NO_KK},
         [(["nama_lahir", "no_kk"], 100)]),
        ({"tanggal_lahir": LAHIR, "nik": NIK}, {"tanggal_lahir": LAHIR, "nik": NIK_LAIN}, [(["nama_lahir"], 30)]),
        ({"no_kk": NO_KK, "nik": NIK}, {"nama": "Lain", "no_kk": NO_KK, "nik": NIK_LAIN}, [(["no_kk"], 10)]),
        ({"nik": NIK}, {"nik": NIK_LAIN}, []),
        ({"tanggal_lahir": LAHIR}, {"nama": "Sutarni", "tanggal_lahir": LAHIR}, []),
        ({}, {}, []),  # the same name alone is nothing
        ({"nama": "...", "tanggal_lahir": LAHIR}, {"nama": "---", "tanggal_lahir": LAHIR}, []),
    ],
)  # fmt: skip
def test_a_pair_is_what_two_regions_have_in_common(household, semarang, kudus, one, other, found):
    household(semarang, **one)
    household(kudus, **other)
    assert pairs() == found


def test_nobody_is_compared_within_one_region(household, semarang):
    for nama in ("Sutarmi", "SUTARMI"):
        household(semarang, nama, tanggal_lahir=LAHIR, no_kk=NO_KK)
    assert pairs() == []


def test_the_score_stays_between_0_and_100():
    assert [skor_of(kinds, nik_beda=beda) for kinds in ([], [BuktiGanda.NO_KK], list(BuktiGanda)) for beda in (0, 1)] \
        == [0, 0, 40, 10, 100, 70]  # fmt: skip


def test_names_are_compared_by_their_letters():
    spellings = ("Siti Nur'aini", "SITI  NURAINI", "siti-nuraini", "Ｓiti Nuraini")
    assert {fold_birth(nama, LAHIR) for nama in spellings} == {"1990-07-01 sitinuraini"}
    assert [fold_birth("Siti", None), fold_birth(" .", LAHIR)] == ["", ""]


def test_twins_are_two_people_whatever_is_asked(household, semarang, kudus, verifikator):
    """Same No KK and birth date, another NIK and another name."""
    household(semarang, "Dwi Hartono", nik=NIK, no_kk=NO_KK, tanggal_lahir=LAHIR)
    household(kudus, "Tri Hartono", nik=NIK_LAIN, no_kk=NO_KK, tanggal_lahir=LAHIR)
    pair = the_pair()
    assert (pair.orang_berbeda, pair.skor, decisions_for(pair)) == (True, 10, ["bukan"])
    for keputusan in ("tetap", "pindah"):
        with pytest.raises(KeputusanDitolak, match="orang yang sama"):
            settle(pair, keputusan, verifikator, pair.pertama)
    assert settle(pair, "bukan", verifikator).keputusan == "bukan"


def test_a_stopgap_that_many_share_is_no_evidence(household, semarang, kudus):
    for number in range(TERLALU_BANYAK):
        household(semarang, f"Penghuni {number}", no_kk=NO_KK)
    household(kudus, "Lain", no_kk=NO_KK)
    assert pairs() == []


def test_pairs_that_hang_together_are_one_set(household, semarang, kudus, two, verifikator):
    """A third one joins by another evidence; when it is put right, it leaves again."""
    match_waiting()
    demak = KabupatenKota.objects.create(
        kode="33.21", nama="Kabupaten Demak", jenis="kabupaten", ibu_kota="Demak", baris=1, kolom=7
    )
    other = [household(demak, "Joko", no_kk=NO_KK), household(semarang, "Joko", no_kk=NO_KK)]
    third = household(demak, "SUTARMI", tanggal_lahir=LAHIR)
    match_waiting()
    sets = read_sets(row["kelompok"] for row in sets_in_order(DugaanGanda.objects.all()))
    assert [{row.pk for row in one.penghuni} for one in sets] == [
        {row.pk for row in (*two, third)}, {row.pk for row in other}
    ]  # fmt: skip
    assert [one.kelompok for one in sets] == [min(row.pk for row in one.penghuni) for one in sets]
    third.tanggal_lahir = None
    third.save()
    match_waiting()
    assert sorted(DugaanGanda.objects.values_list("pertama", "kedua")) == sorted(
        [tuple(sorted(row.pk for row in two)), tuple(sorted(row.pk for row in other))]
    )
    assert waiting_sets(verifikator) == 2


@pytest.mark.parametrize("middle", [False, True])
def test_a_set_falls_apart_when_what_held_it_together_goes(household, semarang, kudus, middle):
    """A by name with B, B by No KK with C."""
    tengah = household(kudus, tanggal_lahir=LAHIR, no_kk=NO_KK)
    household(semarang, tanggal_lahir=LAHIR)
    ujung = household(semarang, "Joko", no_kk=NO_KK)
    match_waiting()
    assert DugaanGanda.objects.values("kelompok").order_by().distinct().count() == 1
    row = tengah if middle else ujung
    row.no_kk = ""
    row.save()
    pair = the_pair()
    assert pair.kelompok == min(pair.pertama_id, pair.kedua_id)


# --- Again and again --------------------------------------------------------------------------------------------------


def state():
    return list(DugaanGanda.objects.order_by("pk").values())


def test_comparing_again_changes_nothing(two, household, kudus, semarang, verifikator):
    household(kudus, "Joko", no_kk=NO_KK)
    household(semarang, "Joko", no_kk=NO_KK)
    match_waiting()
    settle(DugaanGanda.objects.get(nik=True), "bukan", verifikator)
    before = state()
    match_waiting()
    match_all()
    out = io.StringIO()
    call_command("periksa_ganda", stdout=out)
    assert state() == before
    assert "2 pasangan dugaan ganda, 1 menunggu keputusan." in out.getvalue()


def test_bit_by_bit_or_all_at_once_finds_the_same(household, semarang, kudus):
    for daerah in (semarang, kudus):
        for nama in ("Ani", "Budi", "Cici"):
            household(daerah, nama, tanggal_lahir=LAHIR, no_kk=NO_KK if nama != "Cici" else "")
            match_waiting()
    found = list(DugaanGanda.objects.order_by("pertama", "kedua").values_list("pertama", "kedua", "skor", "kelompok"))
    DugaanGanda.objects.all()._raw_delete("default")
    match_all()
    again = DugaanGanda.objects.order_by("pertama", "kedua").values_list("pertama", "kedua", "skor", "kelompok")
    assert list(again) == found
    assert len(found) == 5


def test_an_undecided_pair_goes_with_its_evidence(two, operator):
    assert the_pair().skor == 100
    clear_numbers(two[0], ["nik"], 1, "nomor milik orang lain", operator)
    assert pairs() == []


@pytest.mark.parametrize("keputusan", ["tetap", "pindah", "bukan"])
def test_a_decision_stays_when_its_evidence_goes(two, operator, verifikator, keputusan):
    pair = the_pair()
    settle(pair, keputusan, verifikator, pair.pertama)
    clear_numbers(two[0], ["nik"], 1, "nomor milik orang lain", operator)
    match_waiting()
    match_all()
    pair.refresh_from_db()
    assert (pair.keputusan, pair.bukti, pair.diputus_nik, pair.terbuka) == (keputusan, [], True, False)


def test_new_evidence_asks_again_and_shows_the_former_decision(household, semarang, kudus, verifikator, as_user):
    household(semarang, nik=NIK, tanggal_lahir=LAHIR)
    other = household(kudus, tanggal_lahir=LAHIR)
    settle(the_pair(), "bukan", verifikator)
    assert waiting_sets(verifikator) == 0
    other.nik = NIK
    other.save()
    assert waiting_sets(verifikator) == 1
    pair = the_pair()
    assert (pair.keputusan, pair.bukti_baru, list(DugaanGanda.objects.open())) == ("bukan", True, [pair])
    body = as_user(verifikator).get(reverse("penghuni:ganda_himpunan", args=[other.pk])).content.decode()
    assert ["Ada bukti baru" in body, CATATAN in body] == [True, True]
    settle(pair, "bukan", verifikator)
    match_all()
    assert waiting_sets(verifikator) == 0


def test_more_evidence_for_what_was_decided_asks_nothing(household, semarang, kudus, verifikator):
    household(semarang, nik=NIK, tanggal_lahir=LAHIR)
    other = household(kudus, tanggal_lahir=LAHIR)
    settle(the_pair(), "tetap", verifikator)
    other.nik = NIK
    other.save()
    assert (waiting_sets(verifikator), the_pair().skor) == (0, 100)


def test_nothing_about_the_households_is_changed(two, verifikator):
    before = list(Penghuni.objects.order_by("pk").values("pk", "nama", "versi", "kabupaten_kota", "nik_sidik"))
    pair = the_pair()
    settle(pair, "pindah", verifikator, pair.pertama)
    match_all()
    assert list(Penghuni.objects.order_by("pk").values(*before[0])) == before


# --- Deciding ---------------------------------------------------------------------------------------------------------


def test_a_decision_keeps_its_evidence_and_its_history(two, verifikator):
    pair = settle(the_pair(), "bukan", verifikator)
    assert (pair.diputus_oleh, pair.bukti_putusan, pair.diputus_skor) == (verifikator, [BuktiGanda.NIK], 100)
    pair = settle(pair, "tetap", verifikator)
    settle(pair, "pindah", verifikator, two[1])
    told = [(line.judul, line.oleh, line.catatan) for line in history_of(pair)]
    assert told == [
        ("Pindah, yang berlaku Kabupaten Kudus", verifikator.nama, CATATAN),
        ("Tetap", verifikator.nama, CATATAN),
        ("Bukan duplikat", verifikator.nama, CATATAN),
    ]


def test_moved_needs_the_record_that_is_right(two, household, semarang, verifikator):
    pair = the_pair()
    for wrong in (None, household(semarang, "Orang ketiga")):
        with pytest.raises(KeputusanDitolak, match="berlaku sekarang"):
            settle(pair, "pindah", verifikator, wrong)
    assert settle(pair, "pindah", verifikator, two[1]).berlaku == two[1]
    pair.refresh_from_db()
    assert settle(pair, "tetap", verifikator, two[1]).berlaku is None


def test_a_note_is_asked_for_and_holds_no_number(two, verifikator):
    pair = the_pair()
    for note in ("", "cek", f"NIK {NIK} milik orang lain"):
        with pytest.raises(ReasonMissing):
            decide(pair, "bukan", None, note, pair.versi, verifikator)


def test_who_decides_on_former_evidence_is_told(two, verifikator):
    stale = the_pair()
    two[1].nama = "Sutarmi"
    two[1].save()
    assert the_pair().bukti == [BuktiGanda.NIK, BuktiGanda.NAMA_LAHIR]
    with pytest.raises(StaleVersion):
        settle(stale, "bukan", verifikator)


@pytest.mark.parametrize(
    "values",
    [
        {"keputusan": "bukan"},
        {"keputusan": "gabung"},
        {"keputusan": "pindah", "diputus_pada": timezone.now(), "diputus_oleh": "ya"},
        {"berlaku": "ya"},
    ],
)
def test_the_database_refuses_half_a_decision(two, verifikator, values):
    pair = the_pair()
    values = {**values, **({"diputus_oleh": verifikator} if "diputus_oleh" in values else {})}
    values |= {"berlaku": pair.pertama} if "berlaku" in values else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        DugaanGanda.objects.filter(pk=pair.pk).update(**values)


def test_the_database_keeps_a_pair_once_and_in_order(two):
    pair = the_pair()
    for a, b in ((pair.pertama, pair.kedua), (pair.kedua, pair.pertama)):
        with pytest.raises(IntegrityError), transaction.atomic():
            DugaanGanda.objects.create(pertama=a, kedua=b, kelompok=a.pk, diubah=timezone.now())


def test_the_history_of_a_decision_outlives_a_person_without_a_name(two, verifikator):
    one, other = two
    decide(
        the_pair(), "bukan", None, f"{other.nama} sudah ditemui, bukan orang yang sama.", the_pair().versi, verifikator
    )
    anonymise_household(one, verifikator, timezone.now())
    told = json.dumps(list(LogEntry.objects.values_list("object_repr", "additional_data")), default=str)
    assert "Dihapus bersama data penghuninya" in told
    assert one.nama not in told.replace(f'"{other.nama}"', "")
    assert "sudah ditemui" not in told


def test_what_is_removed_with_an_import_leaves_the_history(two, verifikator):
    pair = settle(the_pair(), "bukan", verifikator)
    forget([str(two[1].pk)], verifikator)
    assert DugaanGanda.objects.count() == 0
    assert [line.judul for line in history_of(pair)] == ["Dihapus bersama data penghuninya", "Bukan duplikat"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("putaran", range(3))
def test_of_two_who_decide_at_once_one_is_told(two, verifikator, putaran):
    pair, barrier = the_pair(), Barrier(2, timeout=10)

    def run(keputusan):
        try:
            barrier.wait()
            return settle(pair, keputusan, verifikator).keputusan
        except StaleVersion:
            return "lama"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(run, ("tetap", "bukan")))
    (winner,) = set(answers) - {"lama"}
    pair.refresh_from_db()
    assert (len(set(answers)), pair.keputusan, pair.versi) == (2, winner, 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("putaran", range(3))
def test_runs_at_once_enter_a_pair_once(two, putaran):
    barrier = Barrier(3, timeout=10)

    def run(match):
        try:
            barrier.wait()
            match()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, (match_waiting, match_all, match_waiting)))
    assert DugaanGanda.objects.count() == 1
    assert not Penghuni.objects.filter(belum_dicocokkan=True).exists()


# --- What the province sees -------------------------------------------------------------------------------------------


def himpunan(penghuni):
    return reverse("penghuni:ganda_himpunan", args=[penghuni.pk])


def post(client, pair, key, **more):
    head = {"kunci_formulir": key(), "versi": pair.versi, "alasan": CATATAN, **more}
    posted = {f"p{pair.pk}-{name}": value for name, value in head.items()}
    return client.post(reverse("penghuni:ganda_putuskan", args=[pair.pk]), posted)


def test_list_shows_what_waits_first_and_is_narrowed(as_user, household, semarang, kudus, two, verifikator):
    household(semarang, "Joko", no_kk=NO_KK)
    household(kudus, "Joko Susilo", no_kk=NO_KK)
    client = as_user(verifikator)

    def shown(**query):
        return [one.penghuni[0].nama for one in client.get(DAFTAR, query).context["himpunan"]]

    assert shown() == ["Sutarmi Dewi", "Joko Susilo"]
    settle(DugaanGanda.objects.get(nik=True), "bukan", verifikator)
    assert shown() == ["Joko Susilo", "Sutarmi Dewi"]
    asked = [{"keadaan": "menunggu"}, {"keadaan": "diputus"}, {"keadaan": "bukti_baru"}, {"bukti": "nik"},
             {"bukti": "no_kk"}, {"bukti": "nama_lahir"}, {"daerah": "33.19"}]  # fmt: skip
    assert [len(shown(**query)) for query in asked] == [1, 1, 0, 1, 1, 0, 2]
    assert "Tidak ada yang cocok" in client.get(DAFTAR, {"bukti": "nama_lahir"}).content.decode()
    two[1].nik = ""
    two[1].tanggal_lahir = None
    two[1].save()
    assert "Tidak ada lagi yang sama" in client.get(DAFTAR).content.decode()


def test_an_empty_list_says_why(as_user, verifikator):
    assert "Tidak ada dugaan ganda" in as_user(verifikator).get(DAFTAR).content.decode()


def test_set_shows_both_sides_masked_and_marks_what_is_equal(as_user, two, verifikator):
    match_waiting()
    response = as_user(verifikator).get(himpunan(two[0]))
    body = response.content.decode()
    cells = dict(response.context["baris"])
    assert [cell.sama for cell in cells["NIK"]] == [True, True]
    assert [cell.sama for cell in cells["Nama"]] == [False, False]
    assert [cell.sama for cell in cells["No KK"]] == [False, False]  # both unknown is not equal
    assert ["3374**********01" in body, NIK in body, "sama</span>" in body] == [True, False, True]
    seen = JejakAkses.objects.filter(pengguna=verifikator, tindakan="lihat")
    assert set(seen.values_list("objek_id", flat=True)) == {str(row.pk) for row in two}


def test_side_by_side_tells_where_somebody_lived_last(two, blok, blok_kudus, operator, operator_kudus):
    move_in(two[0], blok, "A-1", datetime.date(2021, 1, 5), operator)
    move_out(move_in(two[1], blok_kudus, "B-2", datetime.date(2020, 1, 5), operator_kudus),
             datetime.date(2020, 6, 1), "rusun_lain", operator_kudus)  # fmt: skip
    (one,) = read_sets([the_pair().kelompok])
    people, lines = side_by_side(one)
    cells = [cell.teks for cell in dict(lines)["Unit"]]
    assert [row.kabupaten_kota_id for row in people] == ["33.19", "33.74"]
    assert (cells[0].startswith("Sudah keluar dari "), cells[1].endswith("unit A-1")) == (True, True)


def test_a_decision_by_the_page_happens_once(as_user, two, verifikator):
    pair, one = the_pair(), uuid.uuid4()
    client = as_user(verifikator)
    answers = [post(client, pair, lambda: one, keputusan="pindah", berlaku=pair.kedua_id) for _ in range(2)]
    assert [answer.url for answer in answers] == [reverse("penghuni:ganda_himpunan", args=[pair.kelompok])] * 2
    pair.refresh_from_db()
    assert (pair.keputusan, pair.berlaku_id, pair.catatan, pair.versi) == ("pindah", pair.kedua_id, CATATAN, 2)
    body = client.get(himpunan(two[0])).content.decode()
    assert ["Ubah keputusan" in body, "Riwayat keputusan" in body] == [True, True]


def test_a_wrong_decision_comes_back_with_what_was_typed(as_user, two, verifikator, key):
    client, pair = as_user(verifikator), the_pair()
    half = post(client, pair, key, keputusan="pindah")
    assert (half.status_code, list(half.context["posted"].errors)) == (422, ["berlaku"])
    settle(pair, "bukan", verifikator)
    late = post(client, pair, key, keputusan="tetap")
    assert (late.status_code, late.context["posted"]["keputusan"].value()) == (409, "tetap")
    assert "sudah diubah oleh" in late.content.decode()


def test_twins_are_offered_one_answer(as_user, household, semarang, kudus, verifikator, key):
    dwi = household(semarang, "Dwi", nik=NIK, no_kk=NO_KK, tanggal_lahir=LAHIR)
    household(kudus, "Tri", nik=NIK_LAIN, no_kk=NO_KK, tanggal_lahir=LAHIR)
    pair, client = the_pair(), as_user(verifikator)
    assert KEMBAR in client.get(himpunan(dwi)).content.decode()
    assert post(client, pair, key, keputusan="tetap").status_code == 422
    assert post(client, pair, key, keputusan="bukan").status_code == 302


def test_home_of_the_province_counts_what_waits(as_user, two, verifikator):
    client = as_user(verifikator)
    assert "1 himpunan perlu diputus" in client.get("/").content.decode()
    settle(the_pair(), "bukan", verifikator)
    assert "himpunan perlu diputus" not in client.get("/").content.decode()


def test_pages_ask_the_same_number_of_questions(as_user, household, semarang, kudus, two, verifikator):
    client = as_user(verifikator)

    def queries(url):
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        return len(asked)

    before = queries(DAFTAR), queries(himpunan(two[0]))
    for number in range(3):
        for daerah in (semarang, kudus):
            household(daerah, f"Joko {number}", no_kk=f"33740114122000{number:02d}")
    assert (queries(DAFTAR), queries(himpunan(two[0]))) == before
    assert before <= (9, 16)


# --- What an operator learns ------------------------------------------------------------------------------------------


def test_operator_pages_are_closed(as_user, two, operator, pimpinan, admin):
    pair = the_pair()
    urls = [DAFTAR, himpunan(two[0]), himpunan(two[1]), reverse("penghuni:ganda_himpunan", args=[uuid.uuid4()])]
    for pengguna in (operator, pimpinan, admin):
        client = as_user(pengguna)
        assert [client.get(url).status_code for url in urls] == [403] * 4
        assert client.post(reverse("penghuni:ganda_putuskan", args=[pair.pk])).status_code == 403
        assert client.post(reverse("penghuni:ganda_putuskan", args=[0])).status_code == 403
        assert not DugaanGanda.objects.visible_to(pengguna).exists()


def detail(penghuni):
    return reverse("penghuni:detail", args=[penghuni.pk])


def test_operator_reads_one_sentence_and_nothing_else(as_user, two, operator, verifikator):
    match_waiting()
    body = as_user(operator).get(detail(two[0])).content.decode()
    words = (ELSEWHERE, "Kudus", "Sutarmi Dewi", "Dugaan ganda", str(two[1].pk))
    assert [word in body for word in words] == [True, False, False, False, False]
    assert "Lihat dugaan ganda" in as_user(verifikator).get(detail(two[0])).content.decode()


def test_weaker_evidence_is_for_the_province_only(as_user, household, semarang, kudus, operator):
    own = household(semarang, tanggal_lahir=LAHIR, no_kk=NO_KK)
    household(kudus, tanggal_lahir=LAHIR, no_kk=NO_KK)
    assert the_pair().skor == 100
    assert ELSEWHERE not in as_user(operator).get(detail(own)).content.decode()


def test_different_people_are_no_notice_any_more(as_user, two, operator, verifikator, kudus, semarang):
    def notices():
        told = [is_recorded_elsewhere(row) for row in two] + [also_elsewhere(row.pk) for row in (semarang, kudus)]
        return [*told, ELSEWHERE in as_user(operator).get(detail(two[0])).content.decode()]

    assert notices() == [True, True, 1, 1, True]
    settle(the_pair(), "tetap", verifikator)
    assert notices() == [True, True, 1, 1, True]
    settle(the_pair(), "bukan", verifikator)
    assert notices() == [False, False, 0, 0, False]


def test_a_third_one_is_a_notice_still(two, household, verifikator):
    settle(the_pair(), "bukan", verifikator)
    demak = KabupatenKota.objects.create(
        kode="33.21", nama="Kabupaten Demak", jenis="kabupaten", ibu_kota="Demak", baris=1, kolom=7
    )
    household(demak, "Sutarmi", nik=NIK)
    assert [is_recorded_elsewhere(row) for row in two] == [True, True]


def test_called_different_before_the_nik_was_equal_is_a_notice(household, semarang, kudus, verifikator):
    own = household(semarang, nik=NIK, tanggal_lahir=LAHIR)
    other = household(kudus, tanggal_lahir=LAHIR)
    settle(the_pair(), "bukan", verifikator)
    other.nik = NIK
    other.save()
    assert is_recorded_elsewhere(own)


def test_saving_and_looking_cost_the_same_whatever_is_found(as_user, household, semarang, kudus, operator, key):
    """Nothing about duplicates is worked out while an operator waits."""
    household(kudus, "Ada di tempat lain", nik=NIK, no_kk=NO_KK, tanggal_lahir=LAHIR)
    client, counts = as_user(operator), []
    for nama, nik, no_kk in (("Ada di tempat lain", NIK, NO_KK), ("Tidak ada", NIK_LAIN, "3374011412200008")):
        posted = {"nama": nama, "nik": nik, "no_kk": no_kk, "tanggal_lahir": "1990-07-01", "versi": 1,
                  "kunci_formulir": key()}  # fmt: skip
        client.get(reverse("penghuni:tambah"))
        with CaptureQueriesContext(connection) as saving:
            saved = client.post(reverse("penghuni:tambah"), posted)
        with CaptureQueriesContext(connection) as looking:
            assert client.get(saved.url).status_code == 200
        with CaptureQueriesContext(connection) as home:
            client.get("/")
        counts.append((saved.status_code, len(saving), len(looking), len(home)))
    assert counts[0] == counts[1]
    assert DugaanGanda.objects.count() == 0


def test_moved_is_asked_of_the_kabupaten_kota_that_was_left(
    as_user, two, blok, blok_kudus, operator, operator_kudus, operator_tanpa_akses, verifikator
):
    stay = move_in(two[0], blok, "A-1", datetime.date(2021, 1, 5), operator)
    move_in(two[1], blok_kudus, "B-2", datetime.date(2022, 1, 5), operator_kudus)
    settle(the_pair(), "pindah", verifikator, two[1])
    assert [list(moved_away(who)) for who in (operator, operator_kudus, operator_tanpa_akses)] == [[two[0]], [], []]
    client = as_user(operator)
    for body in (client.get(detail(two[0])).content.decode(), client.get("/").content.decode()):
        assert ["catat keluar dari unit" in body, "Kudus" in body, "Sutarmi Dewi" in body] == [True, False, False]
    assert SUDAH_PINDAH not in as_user(operator_kudus).get(detail(two[1])).content.decode()
    move_out(stay, datetime.date(2022, 1, 5), "rusun_lain", operator)
    assert list(moved_away(operator)) == []
    assert "menurut provinsi" not in as_user(operator).get("/").content.decode()


def test_changing_a_household_puts_it_up_for_comparison_again(two, operator):
    match_waiting()
    two[0].refresh_from_db()
    assert not two[0].belum_dicocokkan
    two[0].pekerjaan = "jasa"
    update_household(two[0], 1, operator)
    assert list(Penghuni.objects.filter(belum_dicocokkan=True)) == [two[0]]
