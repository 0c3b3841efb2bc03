"""The path to a home of one's own: who may take which step, what it needs, and what it leaves in the history."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from penghuni.aturan import read_version, rules_on
from penghuni.calon import (
    BATAL,
    BERMINAT,
    CATATAN_MAKS,
    DIHUBUNGI,
    DISARING,
    DIUSULKAN,
    MENDAPAT_RUMAH,
    CalonRefused,
    candidates_at,
    enter,
    enter_many,
    move,
    next_steps,
)  # fmt: skip
from penghuni.enums import TahapCalon
from penghuni.hunian import move_in, move_out, open_stay_of
from penghuni.importers import undo_residents
from penghuni.models import (
    BatasPenghasilan,
    CalonPemilikRumah,
    Penghuni,
    RiwayatCalon,
    SkemaKepemilikan,
)  # fmt: skip
from penghuni.pencatatan import update_household
from rusun.importers import UndoRefused
from rusun.models import Rusun
from tests.test_races import at_once

from .conftest import account, block

DAHULU = datetime.date(2021, 1, 5)
ALASAN = "Pindah ke luar kota"
COCOK = {
    "status_kawin": "kawin", "penghasilan": 3_500_000, "penghasilan_pasangan": 1_000_000, "punya_rumah": "tidak",
    "pernah_subsidi": "tidak", "sanggup_uang_muka": 5_000_000, "tanggal_persetujuan": DAHULU,
}  # fmt: skip


@pytest.fixture
def resident(household, semarang, blok, operator, acuan):
    """Makes households that live in Semarang, told everything and agreed."""

    def make(nama="Sutarmi", **known):
        number = Penghuni.objects.count() + 1
        row = household(semarang, nama, **{"nik": f"33740141079000{number:02d}", **COCOK, **known})
        move_in(row, blok, f"A-{number}", DAHULU, operator)
        return row

    return make


@pytest.fixture
def flpp(acuan):
    return SkemaKepemilikan.objects.get(pk="flpp")


@pytest.fixture
def calon(resident, operator):
    return enter(resident(), operator)


def at(calon, tahap):
    """The candidate at another step of the path, with what that step needs."""
    values = {"tahap": tahap, "skema": "flpp" if tahap in (DIUSULKAN, MENDAPAT_RUMAH) else None}
    CalonPemilikRumah.objects.filter(pk=calon.pk).update(**values)
    return CalonPemilikRumah.objects.get(pk=calon.pk)


# --- who may take which step ------------------------------------------------------------------------------------------

PROVINCE = {
    DISARING: [DIHUBUNGI, BATAL],
    DIHUBUNGI: [BERMINAT, BATAL, DISARING],
    BERMINAT: [DIUSULKAN, BATAL, DIHUBUNGI],
    DIUSULKAN: [MENDAPAT_RUMAH, BATAL, BERMINAT],
    MENDAPAT_RUMAH: [DIUSULKAN],
    BATAL: [DISARING],
}
HOME = {
    DISARING: [DIHUBUNGI, BATAL],
    DIHUBUNGI: [BERMINAT, BATAL, DISARING],
    BERMINAT: [BATAL, DIHUBUNGI],
    DIUSULKAN: [],
    MENDAPAT_RUMAH: [],
    BATAL: [DISARING],
}
NOBODY = {tahap: [] for tahap in TahapCalon}
ROLES = {
    "operator": HOME, "operator_tanpa_akses": NOBODY, "operator_kudus": NOBODY, "verifikator": PROVINCE,
    "pimpinan": NOBODY, "admin": NOBODY,
}  # fmt: skip


@pytest.mark.parametrize("dari", TahapCalon)
@pytest.mark.parametrize("peran", ROLES)
def test_every_step_for_every_role(calon, flpp, request, peran, dari):
    """`next_steps` offers what the table says; of all steps there are, `move` takes those and no other."""
    pengguna = request.getfixturevalue(peran)
    calon = at(calon, dari)
    assert next_steps(calon, pengguna) == ROLES[peran][dari]
    for ke in TahapCalon:
        calon = at(calon, dari)
        if ke in ROLES[peran][dari]:
            moved = move(calon, ke, calon.versi, pengguna, catatan=ALASAN, skema=flpp)
            assert (moved.tahap, moved.versi, moved.diubah_oleh) == (ke, calon.versi + 1, pengguna)
        else:
            lines = RiwayatCalon.objects.count()
            with pytest.raises(CalonRefused, match="tidak dapat memindahkan calon"):
                move(calon, ke, calon.versi, pengguna, catatan=ALASAN, skema=flpp)
            calon.refresh_from_db()
            assert (calon.tahap, RiwayatCalon.objects.count()) == (dari, lines)


@pytest.mark.parametrize("peran", ROLES)
def test_who_may_put_a_household_on_the_list(resident, request, peran):
    row, pengguna = resident(), request.getfixturevalue(peran)
    if peran in ("operator", "verifikator"):
        assert enter(row, pengguna).tahap == DISARING
    else:
        with pytest.raises(CalonRefused, match="tidak dapat menambah calon"):
            enter(row, pengguna)
        assert enter_many([row], pengguna) == (0, 1)
        assert not CalonPemilikRumah.objects.exists()


def test_a_refusal_to_a_stranger_does_not_tell_where_the_candidate_is(calon, operator_kudus):
    for versi in (calon.versi, calon.versi + 1):
        with pytest.raises(CalonRefused) as refusal:
            move(calon, DIHUBUNGI, versi, operator_kudus)
        assert str(refusal.value) == "Anda tidak dapat memindahkan calon ini."


# --- onto the list ----------------------------------------------------------------------------------------------------


def test_entering_twice_is_refused(calon, operator, verifikator):
    with pytest.raises(CalonRefused, match="sudah ada di daftar calon"):
        enter(calon.penghuni, verifikator)
    assert RiwayatCalon.objects.count() == 1


def test_whoever_never_moved_in_or_has_left_does_not_enter(household, semarang, resident, operator):
    gone = resident("Joko")
    move_out(open_stay_of(gone), DAHULU, "keluarga", operator)
    for row in (household(semarang, "Tanpa unit"), gone):
        with pytest.raises(CalonRefused, match="tidak sedang tercatat di unit"):
            enter(row, operator)


def test_whoever_wants_no_house_does_not_enter(resident, operator):
    with pytest.raises(CalonRefused, match="tidak berminat"):
        enter(resident(minat="tidak"), operator)
    assert enter(resident("Joko", minat="belum_tahu"), operator).tahap == DISARING


def test_entering_several_leaves_out_whom_a_rule_refuses(resident, household, semarang, operator, acuan):
    rows = [resident("Joko"), resident("Tono", minat="tidak"), household(semarang, "Tanpa unit"), resident("Budi")]
    enter(rows[3], operator)
    assert enter_many(rows, operator, "Minat  tinggi\n") == (1, 3)
    line = RiwayatCalon.objects.get(calon=rows[0].pk)
    assert (line.dari, line.ke, line.oleh, line.catatan) == ("", DISARING, operator, "Minat tinggi")
    assert enter_many([], operator) == (0, 0)


# --- reasons, scheme, consent -----------------------------------------------------------------------------------------

WITH_REASON = [(DISARING, BATAL), (BERMINAT, BATAL), (DIUSULKAN, BATAL), (DIHUBUNGI, DISARING), (BERMINAT, DIHUBUNGI),
               (DIUSULKAN, BERMINAT), (MENDAPAT_RUMAH, DIUSULKAN), (BATAL, DISARING)]  # fmt: skip


@pytest.mark.parametrize(("dari", "ke"), WITH_REASON)
@pytest.mark.parametrize("catatan", ["", "terlalu ", "a  b  c  d  e", " " * 20])
def test_dropping_and_going_back_need_a_reason(calon, verifikator, dari, ke, catatan):
    with pytest.raises(CalonRefused) as refusal:
        move(at(calon, dari), ke, 1, verifikator, catatan=catatan)
    assert refusal.value.kolom == "catatan"


def test_a_step_forward_needs_no_note_and_a_note_has_an_end(calon, operator):
    with pytest.raises(CalonRefused, match="terlalu panjang"):
        move(calon, DIHUBUNGI, 1, operator, catatan="x" * (CATATAN_MAKS + 1))
    assert move(calon, DIHUBUNGI, 1, operator, catatan="x" * CATATAN_MAKS).tahap == DIHUBUNGI
    assert move(calon, BERMINAT, 2, operator).tahap == BERMINAT
    with pytest.raises(CalonRefused, match="terlalu panjang"):
        enter_many([calon.penghuni], operator, "x" * (CATATAN_MAKS + 1))


def refused(calon, verifikator, **more):
    calon.refresh_from_db()
    with pytest.raises(CalonRefused) as refusal:
        move(calon, DIUSULKAN, calon.versi, verifikator, **more)
    calon.refresh_from_db()
    assert (calon.tahap, calon.skema_id) == (BERMINAT, None)
    return refusal.value


def test_a_proposal_needs_a_scheme_that_is_open(calon, flpp, verifikator):
    calon = at(calon, BERMINAT)
    assert refused(calon, verifikator).kolom == "skema"
    for closed in ("bp2bt", "ssb", "tapera_1", "bsps_2020"):
        refusal = refused(calon, verifikator, skema=SkemaKepemilikan.objects.get(pk=closed))
        assert (refusal.kolom, "tidak dibuka" in str(refusal)) == ("skema", True)
    moved = move(calon, DIUSULKAN, 1, verifikator, skema=flpp)
    assert (moved.tahap, moved.skema) == (DIUSULKAN, flpp)


def test_a_scheme_chosen_earlier_may_have_closed_meanwhile(calon, flpp, operator, verifikator):
    move(calon, DIHUBUNGI, 1, operator, skema=flpp)
    move(calon, BERMINAT, 2, operator)
    SkemaKepemilikan.objects.filter(pk="flpp").update(aktif_sampai="2020")
    with pytest.raises(CalonRefused, match="tidak dibuka"):
        move(calon, DIUSULKAN, 3, verifikator)


def test_a_proposal_needs_consent_interest_and_a_home_here(calon, flpp, verifikator, operator):
    calon = at(calon, BERMINAT)
    Penghuni.objects.update(tanggal_persetujuan=None)
    assert "Persetujuan" in str(refused(calon, verifikator, skema=flpp))
    Penghuni.objects.update(tanggal_persetujuan=DAHULU, minat="tidak")
    assert "tidak berminat" in str(refused(calon, verifikator, skema=flpp))
    Penghuni.objects.update(minat="ya")
    move_out(open_stay_of(calon.penghuni), DAHULU, "keluarga", operator)
    assert "sudah keluar" in str(refused(calon, verifikator, skema=flpp))


def test_whoever_got_a_house_and_left_can_still_be_put_right(calon, verifikator, operator):
    calon = at(calon, MENDAPAT_RUMAH)
    move_out(open_stay_of(calon.penghuni), DAHULU, "rumah_sendiri", operator)
    assert move(calon, DIUSULKAN, 1, verifikator, catatan="Salah tekan tombol").tahap == DIUSULKAN


def test_advice_against_a_household_stops_no_decision(resident, flpp, operator, verifikator):
    calon = at(enter(resident(punya_rumah="ya"), operator), BERMINAT)
    moved = move(calon, DIUSULKAN, 1, verifikator, skema=flpp)
    line = RiwayatCalon.objects.filter(ke=DIUSULKAN).get()
    assert (moved.tahap, line.hasil["flpp"]) == (DIUSULKAN, "belum_layak")


# --- what the history keeps -------------------------------------------------------------------------------------------


def test_every_step_keeps_who_when_why_and_what_the_screening_said(calon, flpp, operator, verifikator):
    before = timezone.now()
    move(calon, DIHUBUNGI, 1, operator, catatan="Lewat  telepon")
    move(calon, BERMINAT, 2, operator)
    move(calon, DIUSULKAN, 3, verifikator, skema=flpp)
    lines = list(RiwayatCalon.objects.order_by("id"))
    assert [(line.dari, line.ke, line.oleh, line.skema, line.catatan) for line in lines] == [
        ("", DISARING, operator, None, ""),
        (DISARING, DIHUBUNGI, operator, None, "Lewat telepon"),
        (DIHUBUNGI, BERMINAT, operator, None, ""),
        (BERMINAT, DIUSULKAN, verifikator, flpp, ""),
    ]
    today = rules_on(timezone.localdate())
    assert {line.versi_aturan_id for line in lines} == {today.versi}
    assert all(line.hasil.keys() == {skema.kode for skema in today.skema} for line in lines)
    assert all(line.hasil["flpp"] == "layak_awal" for line in lines)
    assert all(before <= line.waktu <= timezone.now() for line in lines[1:])


def test_a_step_keeps_the_advice_on_the_household_as_it_is_and_not_a_stored_one(calon, operator, acuan):
    """Changed past the rules, as an import does until its run has come by."""
    Penghuni.objects.update(punya_rumah="ya", versi=9)
    move(calon, DIHUBUNGI, 1, operator)
    assert RiwayatCalon.objects.get(ke=DIHUBUNGI).hasil["flpp"] == "belum_layak"


def test_old_decisions_keep_their_rules_when_the_rules_change(calon, operator):
    old = rules_on(timezone.localdate())
    BatasPenghasilan.objects.filter(batas_kawin=10_000_000).update(batas_kawin=4_000_000)
    new = rules_on(timezone.localdate())
    assert new.versi != old.versi
    moved = move(calon, DIHUBUNGI, 1, operator)
    first, second = RiwayatCalon.objects.order_by("id")
    assert (first.versi_aturan_id, first.hasil["flpp"]) == (old.versi, "layak_awal")
    assert (second.versi_aturan_id, second.hasil["flpp"], moved.versi_aturan_id) == (
        new.versi, "belum_layak", new.versi
    )  # fmt: skip
    assert read_version(first.versi_aturan) == old


def test_a_changed_household_leaves_old_decisions_alone(calon, operator):
    row = Penghuni.objects.get(pk=calon.pk)
    row.punya_rumah = "ya"
    update_household(row, row.versi, operator)
    assert RiwayatCalon.objects.get().hasil["flpp"] == "layak_awal"


def test_somebody_who_was_faster_is_named(calon, operator, verifikator):
    move(calon, DIHUBUNGI, 1, operator)
    with pytest.raises(CalonRefused) as refusal:
        move(calon, BERMINAT, 1, verifikator)
    assert str(refusal.value) == (
        f"Calon ini baru saja dipindahkan ke tahap Dihubungi oleh {operator}. Periksa lagi."
    )  # fmt: skip
    assert RiwayatCalon.objects.count() == 2


def test_counts_of_a_location_take_in_whoever_lives_there(
    resident, operator, operator_kudus, household, kudus, verifikator
):
    rows = [resident(nama) for nama in ("Joko", "Budi", "Tono")]
    enter_many(rows, operator)
    move(CalonPemilikRumah.objects.get(pk=rows[0].pk), DIHUBUNGI, 1, operator)
    move_out(open_stay_of(rows[2]), DAHULU, "keluarga", operator)
    other = household(kudus, "Wati")
    move_in(other, block(kudus), "1", DAHULU, operator_kudus)
    enter(other, operator_kudus)
    names = {f"calon_{tahap}": jumlah for tahap, jumlah in candidates_at("pk").items()}
    rows = Rusun.objects.annotate(**names).order_by("pk").values_list("pk", *names)
    assert list(rows) == [("3319-RSN-01", 1, 0, 0, 0, 0), ("3374-RSN-01", 1, 1, 0, 0, 0)]


# --- what protects the rows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values", [{"tahap": "lain"}, {"tahap": DIUSULKAN, "skema": None}, {"tahap": MENDAPAT_RUMAH, "skema": None}]
)
def test_the_database_refuses_a_stage_that_cannot_be(calon, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        CalonPemilikRumah.objects.update(**values)


@pytest.mark.parametrize("values", [{"ke": "lain"}, {"dari": "lain"}, {"ke": ""}])
def test_the_database_refuses_a_line_that_cannot_be(calon, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        RiwayatCalon.objects.update(**values)


def test_undoing_an_import_stops_once_somebody_became_a_candidate(resident, operator):
    row = resident()
    stay = open_stay_of(row)
    undo = {
        "penghuni": [{"pk": str(row.pk), "versi": row.versi, "sebelum": None}],
        "hunian": [{"pk": str(stay.pk), "versi": stay.versi, "sebelum": None}],
    }
    enter(row, operator)
    with pytest.raises(UndoRefused, match="sudah menjadi calon"), transaction.atomic():
        undo_residents(undo, operator, timezone.now())
    assert open_stay_of(row) == stay
    assert row.hasil_penyaringan.exists()
    RiwayatCalon.objects.all().delete()
    CalonPemilikRumah.objects.all().delete()
    with transaction.atomic():
        undo_residents(undo, operator, timezone.now())
    assert not Penghuni.objects.exists()


# --- two at once ------------------------------------------------------------------------------------------------------


def answer(action):
    try:
        return action()
    except CalonRefused as refusal:
        return refusal


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kali", range(3))
def test_of_two_deciding_at_once_one_wins_and_the_other_reads_who(calon, operator, verifikator, kali):
    answers = at_once(
        lambda: answer(lambda: move(calon, DIHUBUNGI, 1, operator)),
        lambda: answer(lambda: move(calon, BATAL, 1, verifikator, catatan=ALASAN)),
    )
    (refusal,) = [one for one in answers if isinstance(one, CalonRefused)]
    (line,) = RiwayatCalon.objects.exclude(dari="").select_related("oleh")
    assert str(refusal).startswith(f"Calon ini baru saja dipindahkan ke tahap {line.get_ke_display()} oleh {line.oleh}")
    assert CalonPemilikRumah.objects.get().tahap == line.ke


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kali", range(3))
def test_of_two_entering_a_household_at_once_one_does(resident, semarang, operator, verifikator, kali):
    rows = [resident(nama) for nama in ("Joko", "Budi")]
    colleague = account("operator3.3374", "operator", kabupaten_kota=semarang, akses_penghuni=True)
    answers = at_once(
        lambda: enter_many(rows, operator),
        lambda: enter_many(rows[::-1], verifikator),
        lambda: enter_many(rows, colleague),
    )
    assert sum(taken for taken, _ in answers) == 2
    assert RiwayatCalon.objects.count() == CalonPemilikRumah.objects.count() == 2
