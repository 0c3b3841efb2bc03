"""Every (state, move, role), really applied: exactly the tables of the README, one history row or nothing at all."""

import datetime
import itertools

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from monitoring.enums import Gerak, GerakPeriode, StatusCatatan, StatusIsian, StatusPeriode
from monitoring.isian.catatan import add_remark, answer_remark, reopen_remark, settle_remark
from monitoring.isian.workflow import MOVES, MoveRefused, apply_move
from monitoring.models import Catatan, Isian, Kiriman, PeriodeMonitoring, RiwayatIsian, RiwayatPeriode
from monitoring.periode.pengecualian import grant_exception
from monitoring.periode.workflow import PERIOD_MOVES, apply_period_move
from rusun.alamat import Alamat
from rusun.kelompok import group_of
from rusun.models import Rusun
from rusun.penguncian import lock_state
from rusun.simpan import save_section
from tests.factories import make_isian, make_periode, make_rusun

from .moves_table import ISIAN, PERIODE

S = StatusIsian
PLAYERS = ("operator", "operator lain", "verifikator", "pengisi", "koordinator", "pimpinan", "admin")
DAY = datetime.timedelta(days=1)


@pytest.fixture
def cast(operator, operator_lain, verifikator, verifikator2, koordinator, pimpinan, admin):
    """Who tries; `verifikator2` entered the registry of Kudus on behalf of its operator."""
    players = (operator, operator_lain, verifikator, verifikator2, koordinator, pimpinan, admin)
    return dict(zip(PLAYERS, players, strict=True))


@pytest.fixture
def rusun(kudus, cast):
    return make_rusun(kudus, oleh=cast["pengisi"])


@pytest.fixture
def periode(kudus, semarang, koordinator, rusun):
    return make_periode(koordinator, kudus, semarang)


def cell(rusun):
    return Alamat(rusun.kode, "hunian", "", "jumlah_kk")


def everything():
    """All that a move could touch, row by row."""
    models = [model for app in ("monitoring", "rusun") for model in apps.get_app_config(app).get_models()]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


def meet_conditions(isian, gerak, cast, rusun):
    """Everything but state and role is in order, so that these alone decide."""
    if gerak in (Gerak.KEMBALIKAN, Gerak.BUKA_KEMBALI):
        add_remark(isian, cell(rusun), "Mohon diperiksa.", cast["verifikator"])
    elif gerak == Gerak.KIRIM and isian.status == S.PERLU_PERBAIKAN:
        answer_remark(isian.catatan.get(), "Sudah.", cast["operator"])


def attempt(isian, gerak, pengguna, **arguments):
    """The isian after the move, or the refusal; a refusal must have changed nothing."""
    before = everything()
    try:
        return apply_move(isian, gerak, pengguna, **arguments)
    except MoveRefused as refusal:
        assert everything() == before
        return refusal


# --- The tables -------------------------------------------------------------------------------------------------------


def test_code_holds_the_table_of_the_readme():
    held = {(dari, gerak.value): move.ke or "" for gerak, move in MOVES.items() for dari in move.dari}
    assert held == {key: line.ke for key, line in ISIAN.items()}
    assert set(MOVES) == set(Gerak)


def test_code_holds_the_period_table_of_the_readme():
    held = {(move.dari, gerak.value): move.ke for gerak, move in PERIOD_MOVES.items()}
    assert held == {key: line.ke for key, line in PERIODE.items()}
    assert set(PERIOD_MOVES) == set(GerakPeriode)


# --- Every triple of an isian -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", StatusIsian.values)
def test_every_move_by_every_role(status, cast, rusun, periode):
    isian = make_isian(periode, cast["operator"], cast["verifikator"], status, alamat=cell(rusun))
    asked = {"alasan": "Uji.", "jawab_sebelum": timezone.localdate()}
    done = set()
    for gerak in Gerak:
        line = ISIAN.get((status, gerak))
        with transaction.atomic():
            if line:
                meet_conditions(isian, gerak, cast, rusun)
            for role in PLAYERS:
                with transaction.atomic():
                    moves = list(RiwayatIsian.objects.values_list("pk", flat=True))
                    answer = attempt(isian, gerak, cast[role], **asked)
                    if not isinstance(answer, MoveRefused):
                        done.add((gerak.value, role))
                        assert answer.status == Isian.objects.get(pk=isian.pk).status == (line.ke or status)
                        (row,) = RiwayatIsian.objects.exclude(pk__in=moves)
                        assert (row.isian_id, row.gerak, row.dari, row.ke, row.pengguna, row.alasan) == (
                            isian.pk, gerak, status, answer.status, cast[role], "Uji."
                        )  # fmt: skip
                        assert_effect(answer, gerak, rusun)
                    transaction.set_rollback(True)
            transaction.set_rollback(True)
    assert done == {
        (gerak, role) for (dari, gerak), line in ISIAN.items() if dari == status for role in line.siapa
    }  # fmt: skip


def assert_effect(isian, gerak, rusun):
    """The column "Effect"."""
    kunci = lock_state(isian.kabupaten_kota_id)
    locked = isian.status in (S.TERKIRIM, S.PERLU_PERBAIKAN, S.TERVERIFIKASI)
    opened = group_of(cell(rusun)) if isian.status == S.PERLU_PERBAIKAN else frozenset()
    assert (kunci.terkunci, kunci.terbuka) == (locked, opened)
    kiriman = Kiriman.objects.filter(isian=isian).order_by("nomor")
    last = isian.riwayat.last()
    assert [row.nomor for row in kiriman] == list(range(1, isian.riwayat.filter(gerak=Gerak.KIRIM).count() + 1))
    assert last.kiriman == (kiriman.last() if gerak in (Gerak.KIRIM, Gerak.VERIFIKASI) else None)
    if gerak == Gerak.VERIFIKASI:
        assert isian.kiriman_sah == kiriman.last()
    assert (isian.verifikator == last.pengguna) == (gerak in (Gerak.MULAI_VERIFIKASI, Gerak.VERIFIKASI))
    assert (isian.jawab_sebelum is not None) == (isian.status == S.PERLU_PERBAIKAN)


# --- The column "Condition" -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dari", "gerak"), ISIAN)
def test_no_isian_moves_while_its_period_is_not_open(dari, gerak, cast, rusun, periode, pimpinan):
    isian = make_isian(periode, cast["operator"], cast["verifikator"], dari, alamat=cell(rusun))
    meet_conditions(isian, gerak, cast, rusun)
    signed = {"ditetapkan_pada": timezone.now(), "ditetapkan_oleh": pimpinan}
    for status, stamps in [("disiapkan", {}), ("rekap_diajukan", {}), ("ditetapkan", signed)]:
        # Set past the moves of the period: not each of these pairs can come about by them.
        PeriodeMonitoring.objects.update(status=status, **stamps)
        for role in PLAYERS:
            answer = attempt(isian, Gerak(gerak), cast[role], alasan="Uji.", jawab_sebelum=timezone.localdate())
            assert isinstance(answer, MoveRefused), (status, role)


@pytest.fixture
def diisi(cast, periode):
    return make_isian(periode, cast["operator"], status=S.DIISI)


@pytest.fixture
def terkirim(cast, periode):
    return make_isian(periode, cast["operator"], status=S.TERKIRIM)


@pytest.fixture
def dikembalikan(cast, rusun, periode):
    return make_isian(periode, cast["operator"], cast["verifikator"], S.PERLU_PERBAIKAN, alamat=cell(rusun))


@pytest.fixture
def terverifikasi(cast, periode):
    return make_isian(periode, cast["operator"], cast["verifikator"], S.TERVERIFIKASI)


def refused(isian, gerak, pengguna, text, **arguments):
    answer = attempt(isian, gerak, pengguna, **arguments)
    assert isinstance(answer, MoveRefused), f"{gerak} went through"
    assert text in answer.pesan
    return answer.rincian


def at(day):
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 59)))


@pytest.mark.parametrize(
    ("spoil", "text", "point"),
    [
        ({"kecamatan": ""}, "masih ada yang salah atau kurang", "Kecamatan belum diisi."),
        ({"jumlah_jiwa": 1}, "masih ada yang salah atau kurang", "Jumlah jiwa (1) kurang dari jumlah KK (80)."),
        ({"tanggal_data": datetime.date(2021, 8, 19)}, "Beri alasan", "Tanggal data lebih lama dari enam bulan."),
    ],
)
def test_what_is_missing_wrong_or_unexplained_is_not_sent(diisi, cast, rusun, spoil, text, point):
    Rusun.objects.filter(pk=rusun.pk).update(**spoil)
    assert refused(diisi, Gerak.KIRIM, cast["operator"], text) == [point]


def test_last_day_counts_until_midnight_and_an_exception_goes_beyond(diisi, cast, periode, koordinator):
    due, last, operator = periode.batas_waktu, periode.hari_terakhir, cast["operator"]

    def sent_late(day):
        with transaction.atomic():
            late = apply_move(diisi, Gerak.KIRIM, operator, waktu=at(day)).terlambat
            transaction.set_rollback(True)
        return late

    assert [sent_late(day) for day in (due, due + DAY, last)] == [False, True, True]
    refused(diisi, Gerak.KIRIM, operator, "Hari terakhir pengiriman, ", waktu=at(last + DAY))
    grant_exception(diisi, last + DAY, "Banjir.", koordinator)
    assert sent_late(last + DAY) is True
    refused(diisi, Gerak.KIRIM, operator, "Batas pengecualian, ", waktu=at(last + 2 * DAY))


def test_correction_waits_for_every_answer_and_ends_with_the_reply_date(dikembalikan, cast, koordinator):
    operator, jawab_sebelum = cast["operator"], dikembalikan.jawab_sebelum
    (point,) = refused(dikembalikan, Gerak.KIRIM, operator, "belum dijawab")
    assert point.endswith("Jumlah KK")
    answer_remark(dikembalikan.catatan.get(), "Sudah.", operator)
    refused(dikembalikan, Gerak.KIRIM, operator, "Batas jawaban, ", waktu=at(jawab_sebelum + DAY))
    grant_exception(dikembalikan, jawab_sebelum + DAY, "Banjir.", koordinator)
    assert apply_move(dikembalikan, Gerak.KIRIM, operator, waktu=at(jawab_sebelum + DAY)).status == S.TERKIRIM


def test_settled_remark_that_is_opened_again_opens_its_cells_at_once(terkirim, cast, rusun):
    verifikator, other = cast["verifikator"], Alamat(rusun.kode, "lokasi", "", "kecamatan")
    settled = settle_remark(add_remark(terkirim, cell(rusun), "Periksa.", verifikator), verifikator)
    add_remark(terkirim, other, "Periksa.", verifikator)
    apply_move(terkirim, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    assert lock_state(terkirim.kabupaten_kota_id).terbuka == group_of(other)
    reopen_remark(settled, "Belum sesuai.", verifikator)
    assert lock_state(terkirim.kabupaten_kota_id).terbuka == group_of(other) | group_of(cell(rusun))


def test_withdrawal_ends_with_verification_and_with_the_first_kiriman(terkirim, cast, rusun):
    operator, verifikator = cast["operator"], cast["verifikator"]
    with transaction.atomic():
        apply_move(terkirim, Gerak.MULAI_VERIFIKASI, verifikator)
        refused(terkirim, Gerak.TARIK, operator, "Verifikasi sudah dimulai")
        transaction.set_rollback(True)
    catatan = add_remark(terkirim, cell(rusun), "Periksa.", verifikator)
    apply_move(terkirim, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    answer_remark(catatan, "Sudah.", operator)
    apply_move(terkirim, Gerak.KIRIM, operator)
    refused(terkirim, Gerak.TARIK, operator, "Kiriman perbaikan tidak dapat ditarik")


def test_verification_begins_once(terkirim, cast):
    apply_move(terkirim, Gerak.MULAI_VERIFIKASI, cast["verifikator"])
    for role in ("verifikator", "koordinator"):
        refused(terkirim, Gerak.MULAI_VERIFIKASI, cast[role], cast["verifikator"].nama)


@pytest.mark.parametrize("gerak", [Gerak.KEMBALIKAN, Gerak.BUKA_KEMBALI])
def test_giving_back_needs_a_remark_and_a_date_that_can_be_met(gerak, cast, rusun, request):
    isian = request.getfixturevalue("terkirim" if gerak == Gerak.KEMBALIKAN else "terverifikasi")
    by, today = cast["koordinator"], timezone.localdate()
    refused(isian, gerak, by, "paling sedikit satu catatan", alasan="Uji.", jawab_sebelum=today)
    catatan = add_remark(isian, cell(rusun), "Periksa.", by)
    for day in (None, today - DAY):
        refused(isian, gerak, by, "Tentukan batas jawaban", alasan="Uji.", jawab_sebelum=day)
    settle_remark(catatan, by)
    refused(isian, gerak, by, "paling sedikit satu catatan", alasan="Uji.", jawab_sebelum=today)


def test_reopening_needs_a_reason(terverifikasi, cast, rusun):
    add_remark(terverifikasi, cell(rusun), "Periksa.", cast["verifikator"])
    refused(
        terverifikasi, Gerak.BUKA_KEMBALI, cast["koordinator"], "Tulis alasan", jawab_sebelum=timezone.localdate()
    )  # fmt: skip


@pytest.mark.parametrize("status", [StatusCatatan.TERBUKA, StatusCatatan.DIJAWAB])
def test_verifying_waits_for_every_remark_to_be_settled(terkirim, cast, rusun, status):
    catatan = add_remark(terkirim, cell(rusun), "Periksa.", cast["verifikator"])
    Catatan.objects.filter(pk=catatan.pk).update(status=status)
    (point,) = refused(terkirim, Gerak.VERIFIKASI, cast["verifikator"], "Selesaikan semua catatan")
    assert point.endswith("Jumlah KK")


def test_who_entered_data_of_an_earlier_kiriman_still_cannot_verify(dikembalikan, cast, rusun):
    """A correction by the operator does not make the rest of the data the operator's."""
    operator, versi = cast["operator"], Rusun.objects.get().versi
    catatan = dikembalikan.catatan.get()
    save_section(rusun.kode, versi, operator, lambda waktu: Rusun.objects.update(jumlah_kk=79))
    assert Rusun.objects.get().diubah_oleh == operator
    answer_remark(catatan, "Sudah dibetulkan.", operator)
    apply_move(dikembalikan, Gerak.KIRIM, operator)
    settle_remark(catatan, cast["verifikator"])
    refused(dikembalikan, Gerak.VERIFIKASI, cast["pengisi"], "Anda ikut mengisi data ini")
    assert apply_move(dikembalikan, Gerak.VERIFIKASI, cast["verifikator"]).status == S.TERVERIFIKASI


# --- Every triple of a period -----------------------------------------------------------------------------------------


def period_in(status, cast, kudus, semarang):
    """A period that came to `status` by its own moves; Kudus is verified, Semarang silent."""
    koordinator = cast["koordinator"]
    periode = make_periode(koordinator, kudus, semarang, buka=False)
    if status == StatusPeriode.DISIAPKAN:
        return periode
    periode = apply_period_move(periode, GerakPeriode.BUKA, koordinator)
    make_isian(periode, cast["operator"], cast["verifikator"], S.TERVERIFIKASI)
    steps = [(GerakPeriode.AJUKAN_REKAP, koordinator), (GerakPeriode.TETAPKAN, cast["pimpinan"])]
    for gerak, by in steps[: [StatusPeriode.DIBUKA, StatusPeriode.REKAP_DIAJUKAN, status].index(status)]:
        periode = apply_period_move(periode, gerak, by)
    assert periode.status == status
    return periode


@pytest.mark.parametrize("status", StatusPeriode.values)
def test_every_period_move_by_every_role(status, cast, rusun, kudus, semarang):
    periode = period_in(status, cast, kudus, semarang)
    done = set()
    for gerak, role in itertools.product(GerakPeriode, PLAYERS):
        with transaction.atomic():
            before, moves = everything(), list(RiwayatPeriode.objects.values_list("pk", flat=True))
            try:
                answer = apply_period_move(periode, gerak, cast[role], alasan="Uji.")
            except MoveRefused:
                assert everything() == before
            else:
                done.add((gerak.value, role))
                assert answer.status == PeriodeMonitoring.objects.get().status == PERIODE[status, gerak].ke
                (row,) = RiwayatPeriode.objects.exclude(pk__in=moves)
                assert (row.gerak, row.dari, row.ke, row.pengguna, row.alasan) == (
                    gerak, status, answer.status, cast[role], "Uji."
                )  # fmt: skip
                signed_off = answer.status == StatusPeriode.DITETAPKAN
                assert lock_state(kudus).terkunci == (status != StatusPeriode.DISIAPKAN and not signed_off)
                assert set(Isian.objects.values_list("berjalan", flat=True)) == {not signed_off}
            transaction.set_rollback(True)
    assert done == {
        (gerak, role) for (dari, gerak), line in PERIODE.items() if dari == status for role in line.siapa
    }  # fmt: skip


def test_no_period_moves_before_its_condition_holds(cast, rusun, kudus, semarang):
    koordinator = cast["koordinator"]

    def is_refused(periode, gerak, text, **arguments):
        before = everything()
        with pytest.raises(MoveRefused, match=text):
            apply_period_move(periode, gerak, koordinator, **arguments)
        assert everything() == before

    is_refused(make_periode(koordinator, slug="sepi", buka=False), GerakPeriode.BUKA, "Undang paling sedikit satu")
    periode = make_periode(koordinator, kudus, semarang)
    make_isian(periode, cast["operator"], status=S.TERKIRIM)
    is_refused(periode, GerakPeriode.AJUKAN_REKAP, "Belum ada isian yang terverifikasi")
    apply_move(Isian.objects.get(kabupaten_kota=kudus), Gerak.VERIFIKASI, cast["verifikator"])
    periode = apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    is_refused(periode, GerakPeriode.KEMBALIKAN_REKAP, "Tulis alasan")
