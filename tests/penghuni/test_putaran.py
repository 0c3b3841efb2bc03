"""Stored results: fresh for whoever lives here and for nobody else, brought up to date by one run at a time."""

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from penghuni import putaran
from penghuni.aturan import record_version, rules_on
from penghuni.enums import HasilKriteria
from penghuni.hunian import HunianRefused, move_in, move_out, move_unit
from penghuni.models import HasilPenyaringan, Hunian, Penghuni, PutaranPenyaringan, SkemaKepemilikan
from penghuni.models.penyaringan import to_screen
from penghuni.pencatatan import record_household, update_household
from penghuni.penyaringan import evaluate, is_stale, profile_of, reasons_of, screen_household
from penghuni.putaran import LOST, begin, due, is_behind, running, start, waiting, work
from tests.test_races import at_once

pytestmark = pytest.mark.usefixtures("totals_hold")

DAHULU = datetime.date(2021, 1, 5)
KEMARIN = datetime.date(2021, 6, 30)
COCOK = {
    "status_kawin": "kawin", "penghasilan": 3_500_000, "penghasilan_pasangan": 1_000_000, "punya_rumah": "tidak",
    "pernah_subsidi": "tidak", "sanggup_uang_muka": 5_000_000,
}  # fmt: skip


@pytest.fixture
def aturan(acuan):
    return rules_on(timezone.localdate())


@pytest.fixture
def people(household, semarang, blok):
    """Makes households that live here; written to the tables at once, so never screened."""

    def make(count, **known):
        rows = [household(semarang, f"Warga {number}", **known) for number in range(count)]
        stays = [
            Hunian(penghuni=row, blok=blok, nomor_unit=f"U-{row.pk}"[:20], mulai=DAHULU, diubah=timezone.now())
            for row in rows
        ]
        Hunian.objects.bulk_create(stays)
        return rows

    return make


def stored(penghuni, aturan):
    rows = HasilPenyaringan.objects.filter(penghuni=penghuni, versi_aturan=aturan.versi)
    return dict(rows.values_list("skema_id", "hasil"))


def fresh(penghuni, aturan):
    """Whether there is exactly one result per scheme, for the household as it is now."""
    row = Penghuni.objects.get(pk=penghuni.pk)
    results = {kode: found.hasil for kode, found in evaluate(profile_of(row), aturan).items()}
    kept = HasilPenyaringan.objects.filter(penghuni=row, versi_aturan=aturan.versi)
    return stored(row, aturan) == results and set(kept.values_list("versi_penghuni", flat=True)) == {row.versi}


# --- saving and moving ------------------------------------------------------------------------------------------------


def test_moving_in_screens_and_leaving_forgets(sutarmi, blok, operator, aturan):
    assert stored(sutarmi, aturan) == {}
    stay = move_in(sutarmi, blok, "A-101", DAHULU, operator)
    assert fresh(sutarmi, aturan)
    assert set(stored(sutarmi, aturan)) == {skema.kode for skema in aturan.skema}
    moved = move_unit(stay, blok, "A-102", KEMARIN, operator)
    assert fresh(sutarmi, aturan)
    move_out(moved, KEMARIN, "keluarga", operator)
    assert not HasilPenyaringan.objects.exists()


def test_leaving_forgets_the_results_under_every_version(sutarmi, blok, operator, aturan):
    stay = move_in(sutarmi, blok, "A-101", DAHULU, operator)
    screen_household(sutarmi, rules_on(datetime.date(2021, 8, 19)))
    assert HasilPenyaringan.objects.values("versi_aturan").distinct().count() == 2
    move_out(stay, KEMARIN, "keluarga", operator)
    assert not HasilPenyaringan.objects.exists()


def test_a_refused_move_keeps_the_results(sutarmi, household, semarang, blok, operator, aturan):
    move_in(household(semarang, "Joko"), blok, "A-102", DAHULU, operator)
    stay = move_in(sutarmi, blok, "A-101", DAHULU, operator)
    with pytest.raises(HunianRefused):
        move_unit(stay, blok, "A-102", KEMARIN, operator)
    assert fresh(sutarmi, aturan)


def test_saving_screens_again_and_a_new_household_without_a_home_is_not_screened(semarang, blok, operator, aturan):
    row = record_household(Penghuni(nama="Joko", **COCOK), operator)
    assert not HasilPenyaringan.objects.exists()
    move_in(row, blok, "A-101", DAHULU, operator)
    assert stored(row, aturan)["flpp"] == "perlu_verifikasi"  # no NIK
    row = Penghuni.objects.get()
    row.punya_rumah = "ya"
    update_household(row, 1, operator)
    assert stored(row, aturan)["flpp"] == "belum_layak"
    assert fresh(row, aturan)


def test_screening_whoever_does_not_live_here_tells_but_stores_nothing(sutarmi, aturan):
    assert set(screen_household(sutarmi)) == {skema.kode for skema in aturan.skema}
    assert not HasilPenyaringan.objects.exists()


def test_results_of_another_day_stand_beside_those_of_today(people, aturan):
    (row,) = people(1)
    old = rules_on(datetime.date(2021, 8, 19))
    screen_household(row)
    screen_household(row, old)
    screen_household(row)
    assert set(stored(row, old)) == {skema.kode for skema in old.skema}
    assert fresh(row, aturan)


def test_reasons_read_back_as_they_were_given(people, aturan):
    (row,) = people(1, **COCOK)
    told = screen_household(row)
    for kept in HasilPenyaringan.objects.all():
        assert tuple(reason for _, reason in reasons_of(kept)) == told[kept.skema_id].penilaian
    titles = [title for title, _ in reasons_of(HasilPenyaringan.objects.get(skema="sbum"))]
    assert titles == ["Penerima KPR FLPP"]


def test_no_number_and_no_name_is_kept_in_a_result(household, semarang, blok, operator, aturan):
    row = household(semarang, "Sutarmi", nik="3374014107900001", telepon="081234567890", **COCOK)
    move_in(row, blok, "A-101", DAHULU, operator)
    text = str(list(HasilPenyaringan.objects.values_list("rincian", flat=True)))
    assert not any(secret in text for secret in ("3374014107900001", "081234567890", "Sutarmi"))


def test_results_stay_small(people, aturan):
    """Six schemes times a million households are stored: a text that grows is felt there."""
    (row,) = people(1, **COCOK)
    screen_household(row)
    sizes = [len(str(kept.rincian)) for kept in HasilPenyaringan.objects.all()]
    assert sum(sizes) / len(sizes) < 480


# --- staleness --------------------------------------------------------------------------------------------------------


def test_stale_means_missing_or_about_former_data_or_former_rules(people, aturan):
    (row,) = people(1)
    old = rules_on(datetime.date(2021, 8, 19))

    def answers():
        row.refresh_from_db()
        kept = list(HasilPenyaringan.objects.filter(penghuni=row))
        return [
            is_stale(kept, row, aturan.versi),
            is_stale([one for one in kept if one.versi_aturan_id == aturan.versi], row, aturan.versi),
            to_screen(Penghuni.objects.all(), aturan.versi).exists(),
        ]

    assert answers() == [True] * 3
    screen_household(row, old)
    assert answers() == [True] * 3
    screen_household(row)
    assert answers() == [False] * 3  # the old ones beside them are not held against the new
    Penghuni.objects.update(versi=2)
    assert answers() == [True] * 3
    screen_household(row)
    assert answers() == [False] * 3


def test_a_changed_rule_makes_every_result_stale(people, aturan):
    (row,) = people(1)
    screen_household(row)
    SkemaKepemilikan.objects.filter(pk="flpp").update(bunga_persen=4)
    changed = rules_on(timezone.localdate())
    assert is_stale(HasilPenyaringan.objects.all(), row, changed.versi)
    assert due(record_version(changed).pk) == 1


def test_whoever_has_left_or_never_moved_in_is_not_due(people, household, semarang, aturan):
    people(1)
    household(semarang, "Tanpa unit")
    gone = people(1)
    Hunian.objects.filter(penghuni__in=gone).update(selesai=KEMARIN)
    assert due(aturan.versi) == 1


# --- a run ------------------------------------------------------------------------------------------------------------


def test_a_run_screens_whoever_is_due_and_tells_how_far_it_is(people, operator, aturan, monkeypatch):
    monkeypatch.setattr(putaran, "BATCH", 3)
    rows = people(7, **COCOK)
    screen_household(rows[0])
    run, told = begin(operator), []
    assert (run.jumlah, run.sudah, run.berjalan, run.dimulai_oleh) == (6, 0, True, operator)
    assert work(run, lambda *step: told.append(step)) == 6
    run.refresh_from_db()
    assert (run.sudah, run.jumlah, run.berjalan, run.pesan) == (6, 6, False, "")
    assert run.selesai >= run.dimulai
    assert told == [(3, 6), (6, 6)]
    assert all(fresh(row, aturan) for row in rows)
    assert due(aturan.versi) == 0


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6])
def test_no_number_of_households_falls_between_two_batches(people, aturan, monkeypatch, count):
    monkeypatch.setattr(putaran, "BATCH", 3)
    rows = people(count)
    assert work(begin(None)) == count
    assert all(fresh(row, aturan) for row in rows)
    assert HasilPenyaringan.objects.count() == count * len(aturan.skema)


def test_a_second_run_has_nothing_to_do_and_doubles_nothing(people, aturan):
    people(3)
    work(begin(None))
    before = set(HasilPenyaringan.objects.values_list("pk", flat=True))
    assert work(begin(None)) == 0
    assert set(HasilPenyaringan.objects.values_list("pk", flat=True)) == before


def test_a_run_forgets_whoever_left_past_the_rules(people, aturan):
    """An import ends stays in the tables; the run after it takes their results away."""
    stays, gone = people(1), people(1)
    work(begin(None))
    Hunian.objects.filter(penghuni__in=gone).update(selesai=KEMARIN)
    run = begin(None)
    assert is_behind(run)
    work(run)
    assert set(HasilPenyaringan.objects.values_list("penghuni", flat=True)) == {stays[0].pk}
    assert not is_behind(run)


def test_one_run_at_a_time(people, operator, aturan):
    first = begin(operator)
    assert begin(operator) is None
    assert start(operator) is None
    assert running() == first
    work(first)
    assert running() is None
    assert begin(operator) is not None


def test_the_database_itself_allows_one_run(aturan):
    first = begin(None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PutaranPenyaringan.objects.create(
            versi_aturan=first.versi_aturan, dimulai=timezone.now(), denyut=timezone.now(), berjalan=True
        )


def test_a_killed_run_is_replaced_and_only_the_rest_is_done(people, aturan, monkeypatch):
    monkeypatch.setattr(putaran, "BATCH", 2)
    people(5)

    class Killed(BaseException):
        pass

    def kill(sudah, jumlah):
        raise Killed

    lost = begin(None)
    with pytest.raises(Killed):
        work(lost, kill)
    lost.refresh_from_db()
    assert (lost.berjalan, lost.sudah) == (False, 2)
    assert lost.pesan.startswith("Berhenti karena kesalahan sistem")
    # A kill that no program survives leaves the row as it was.
    PutaranPenyaringan.objects.update(berjalan=True, selesai=None, pesan="", denyut=timezone.now() - LOST * 2)
    assert running() is None
    kept = set(HasilPenyaringan.objects.values_list("pk", flat=True))
    following = begin(None)
    lost.refresh_from_db()
    assert (lost.berjalan, lost.pesan[:9]) == (False, "Terputus ")
    assert following.jumlah == work(following) == 3
    assert kept < set(HasilPenyaringan.objects.values_list("pk", flat=True))
    assert HasilPenyaringan.objects.count() == 5 * len(aturan.skema)


def test_a_run_that_still_beats_is_not_replaced(aturan):
    first = begin(None)
    PutaranPenyaringan.objects.update(denyut=timezone.now() - LOST + datetime.timedelta(seconds=20))
    assert begin(None) is None
    assert running() == first


def test_a_run_that_was_taken_for_killed_stops_and_leaves_its_row_alone(people, aturan, monkeypatch):
    monkeypatch.setattr(putaran, "BATCH", 1)
    people(4)
    slow, others = begin(None), []

    def replace(sudah, jumlah):
        PutaranPenyaringan.objects.filter(pk=slow.pk).update(denyut=timezone.now() - LOST * 2)
        others.append(begin(None))

    assert work(slow, replace) == 2  # the batch after the replacement was under way already
    slow.refresh_from_db()
    assert (slow.berjalan, slow.pesan[:9]) == (False, "Terputus ")
    assert running() == others[0]
    assert work(others[0]) == 2
    assert HasilPenyaringan.objects.count() == 4 * len(aturan.skema)


def test_people_who_move_in_during_a_run_do_not_make_it_more_than_whole(people, aturan, monkeypatch):
    monkeypatch.setattr(putaran, "BATCH", 1)
    people(2)
    run = begin(None)
    people(3)
    work(run)
    run.refresh_from_db()
    assert (run.sudah, run.jumlah) == (5, 5)


def test_a_batch_costs_a_fixed_number_of_queries(people, aturan):
    people(1)
    work(begin(None))
    people(3)
    with CaptureQueriesContext(connection) as few:
        work(begin(None))
    people(15)  # as many as SQLite takes in one statement
    with CaptureQueriesContext(connection) as many:
        work(begin(None))
    assert len(many) == len(few)
    assert len(few) < 40


def test_a_run_counts_ages_on_its_own_day_where_the_rules_are_those_of_today(people, aturan):
    """A version is recorded once, on the first day it is met; the people go on growing older."""
    version = record_version(aturan)
    type(version).objects.update(tanggal=datetime.date(2026, 1, 15))
    today = timezone.localdate()
    people(1, tanggal_lahir=today.replace(year=today.year - 40, day=1))
    work(begin(None))
    (told,) = [
        reason for _, reason in reasons_of(HasilPenyaringan.objects.get(skema="tuku_lemah"))
        if reason.kode == "diutamakan_usia_produktif"
    ]  # fmt: skip
    assert (told.nilai, told.keadaan) == ("40 tahun", HasilKriteria.LULUS)


def test_without_schemes_a_run_ends_at_once(people):
    people(2)
    run = begin(None)
    assert work(run) == 0
    assert not is_behind(run)


# --- who waits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run_between", [False, True])
def test_whoever_was_saved_while_other_rules_held_waits_once_the_former_come_back(
    people, household, semarang, blok, operator, aturan, run_between
):
    people(2)
    work(begin(None))
    assert waiting(aturan.versi, operator) == 0
    SkemaKepemilikan.objects.filter(pk="flpp").update(aktif=False)
    others = rules_on(timezone.localdate())
    new = household(semarang, "Joko")
    move_in(new, blok, "A-101", DAHULU, operator)
    assert set(stored(new, others)) == {skema.kode for skema in others.skema}
    if run_between:
        work(begin(None))
    SkemaKepemilikan.objects.filter(pk="flpp").update(aktif=True)
    assert rules_on(timezone.localdate()).versi == aturan.versi
    assert waiting(aturan.versi, operator) == due(aturan.versi, operator) == 1
    screen_household(people(1)[0])  # somebody is saved under the former rules: that brings nobody else up to date
    assert waiting(aturan.versi, operator) == 1
    work(begin(None))
    assert waiting(aturan.versi, operator) == 0


def test_who_was_left_by_a_run_that_was_killed_is_told(people, operator, aturan):
    people(1)
    work(begin(None))
    people(1)  # as an import leaves them
    killed = begin(None)
    PutaranPenyaringan.objects.filter(pk=killed.pk).update(denyut=timezone.now() - 2 * LOST)
    assert running() is None
    assert waiting(aturan.versi, operator) == 1


def test_after_a_run_who_waits_is_told_without_counting(people, operator, aturan, django_assert_num_queries):
    people(1)
    work(begin(None))
    screen_household(Penghuni.objects.get())
    with django_assert_num_queries(1):
        assert waiting(aturan.versi, operator) == 0


# --- the command ------------------------------------------------------------------------------------------------------


def told(*words):
    out = StringIO()
    call_command("saring_penghuni", *words, stdout=out)
    return out.getvalue()


def test_the_command_says_how_many_and_under_which_rules(people, aturan):
    people(2)
    assert told() == f"2 penghuni disaring, aturan {aturan.versi}.\n"
    assert told() == f"0 penghuni disaring, aturan {aturan.versi}.\n"


def test_the_command_screens_by_the_rules_of_another_day(people, aturan):
    people(1)
    old = rules_on(datetime.date(2021, 8, 19))
    assert told("--tanggal", "2021-08-19") == f"1 penghuni disaring, aturan {old.versi}.\n"
    assert due(aturan.versi) == 1


def test_the_command_takes_up_the_run_that_a_page_entered(people, operator, aturan):
    people(2)
    run = begin(operator)
    assert told("--putaran", str(run.pk)).startswith("2 penghuni")
    run.refresh_from_db()
    assert (run.berjalan, run.dimulai_oleh) == (False, operator)


def test_the_command_refuses_while_another_runs_or_when_its_run_has_ended(aturan):
    run = begin(None)
    with pytest.raises(CommandError, match="sedang berjalan"):
        told()
    work(run)
    with pytest.raises(CommandError, match="sudah selesai"):
        told("--putaran", str(run.pk))


def test_the_command_takes_along_who_changed_behind_the_run(people, aturan, monkeypatch):
    """An import changes the first household after its batch was screened; its own run is refused."""
    rows = sorted(people(2), key=lambda row: row.pk)
    monkeypatch.setattr(putaran, "BATCH", 1)
    batches = []

    def behind(execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        if sql.startswith('UPDATE "penghuni_putaranpenyaringan" SET "sudah"'):
            batches.append(sql)
            if len(batches) == 2:
                Penghuni.objects.filter(pk=rows[0].pk).update(versi=7)
                assert begin(None) is None
        return done

    with connection.execute_wrapper(behind):
        assert told().splitlines() == [f"{count} penghuni disaring, aturan {aturan.versi}." for count in (2, 1)]
    assert all(fresh(row, aturan) for row in rows)
    assert PutaranPenyaringan.objects.count() == 2


def test_a_page_starts_the_run_once_its_transaction_is_committed(
    people, operator, aturan, django_capture_on_commit_callbacks
):
    (row,) = people(1)
    with django_capture_on_commit_callbacks(execute=True):
        run = start(operator)
        assert run.berjalan
        assert stored(row, aturan) == {}
    run.refresh_from_db()
    assert (run.berjalan, run.sudah) == (False, 1)
    assert fresh(row, aturan)


# --- two at once ------------------------------------------------------------------------------------------------------

race = pytest.mark.parametrize("ke", range(3))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@race
def test_of_runs_begun_at_once_one_begins(acuan, operator, ke):
    answers = at_once(*[lambda: begin(operator)] * 4)
    assert sum(answer is not None for answer in answers) == 1
    assert PutaranPenyaringan.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@race
def test_a_run_beside_saves_and_moves_leaves_everything_fresh(people, blok, operator, acuan, monkeypatch, ke):
    monkeypatch.setattr(putaran, "BATCH", 4)
    rows = people(24, **COCOK)
    run = begin(None)

    def save():
        for row in rows[:12]:
            row.refresh_from_db()
            row.punya_rumah = "ya"
            update_household(row, row.versi, operator)

    def leave():
        for row in rows[12:18]:
            move_out(Hunian.objects.get(penghuni=row), KEMARIN, "keluarga", operator)

    def move():
        for row in rows[18:]:
            move_unit(
                Hunian.objects.select_related("blok").get(penghuni=row), blok, f"B-{row.pk}"[:20], KEMARIN, operator
            )

    at_once(lambda: work(run), save, leave, move)
    aturan = rules_on(timezone.localdate())
    living, gone = rows[:12] + rows[18:], rows[12:18]
    assert all(fresh(row, aturan) for row in living)
    assert all(stored(row, aturan) == {} for row in gone)
    assert due(aturan.versi) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@race
def test_two_runs_over_the_same_households_double_nothing(people, acuan, monkeypatch, ke):
    """A run that was taken for killed, but was only slow."""
    monkeypatch.setattr(putaran, "BATCH", 5)
    rows = people(23)
    slow = begin(None)
    PutaranPenyaringan.objects.update(denyut=timezone.now() - LOST * 2)
    following = begin(None)
    PutaranPenyaringan.objects.filter(pk=slow.pk).update(denyut=timezone.now())
    at_once(lambda: work(slow), lambda: work(following))
    aturan = rules_on(timezone.localdate())
    assert all(fresh(row, aturan) for row in rows)
    assert HasilPenyaringan.objects.count() == 23 * len(aturan.skema)
