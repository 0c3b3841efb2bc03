"""Notices: who is told what when an isian moves; read by their owner only; nothing about residents in them."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Pengguna
from monitoring.enums import Gerak, GerakPeriode
from monitoring.isian.catatan import add_remark, answer_remark, reopen_with_remark, settle_remark
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Pemberitahuan, Surel
from monitoring.pengingat.pemberitahuan import BATAS_INGATKAN, tell_deadlines
from monitoring.periode.workflow import apply_period_move
from rusun.alamat import Alamat
from tests.factories import make_isian, make_periode, make_rusun

DAY = datetime.timedelta(days=1)
CELL = Alamat("3319-RSN-01", "hunian", "", "jumlah_kk")


def told(jenis):
    rows = Pemberitahuan.objects.filter(jenis=jenis).order_by("pengguna__username")
    return [(row.pengguna.username, row.isi) for row in rows.select_related("pengguna")]


@pytest.fixture
def periode(koordinator, kudus, semarang, operator, operator_penghuni, operator_lain):
    make_rusun(kudus)
    return make_periode(koordinator, kudus, semarang)


def test_a_return_tells_every_operator_of_that_kabupaten_kota_and_mails_those_with_an_address(
    periode, operator, operator_penghuni, verifikator
):
    Pengguna.objects.filter(pk=operator_penghuni.pk).update(surel="budi@kuduskab.go.id")
    isian = make_isian(periode, operator, verifikator, "perlu_perbaikan")
    day = isian.jawab_sebelum.day
    rows = told("dikembalikan")
    assert [name for name, _ in rows] == ["operator.kudus", "penghuni.kudus"]
    assert rows[0][1].startswith(f"Isian dikembalikan dengan 1 catatan. Jawab paling lambat {day} ")
    (mail,) = Surel.objects.all()
    assert (mail.pengguna, mail.jenis, mail.status, mail.diminta_oleh) == (
        operator_penghuni, "belum_menjawab", "menunggu", verifikator,
    )  # fmt: skip


def test_a_closed_account_is_told_nothing(periode, operator, operator_penghuni, verifikator):
    Pengguna.objects.filter(pk=operator_penghuni.pk).update(is_active=False)
    make_isian(periode, operator, verifikator, "perlu_perbaikan")
    assert [name for name, _ in told("dikembalikan")] == ["operator.kudus"]


def test_verification_and_reopening_tell_the_operators(periode, operator, verifikator, koordinator):
    isian = make_isian(periode, operator, verifikator, "terverifikasi")
    assert told("terverifikasi")[0] == ("operator.kudus", "Kiriman ke-1 sudah diverifikasi provinsi.")
    today = timezone.localdate()
    reopen_with_remark(isian, CELL, "Salah hitung.", koordinator, alasan="Keliru.", jawab_sebelum=today)
    assert told("dibuka_kembali")[0][1].startswith("Isian yang sudah terverifikasi dibuka kembali dengan 1 catatan.")


def test_a_correction_tells_whoever_returned_the_isian(periode, operator, verifikator, verifikator2):
    isian = make_isian(periode, operator, verifikator, "perlu_perbaikan")
    answer_remark(isian.catatan.get(), "Sudah benar.", operator)
    apply_move(isian, Gerak.KIRIM, operator)
    assert told("perbaikan_masuk") == [(verifikator.username, "Kabupaten Kudus mengirim perbaikan (kiriman ke-2).")]


def test_a_move_that_is_refused_tells_nobody(periode, operator, verifikator):
    isian = make_isian(periode, operator, verifikator, "terkirim")
    add_remark(isian, CELL, "Mohon diperiksa.", verifikator)
    before = Pemberitahuan.objects.count()
    with pytest.raises(MoveRefused):
        apply_move(isian, Gerak.VERIFIKASI, verifikator)
    assert Pemberitahuan.objects.count() == before


def test_no_notice_and_no_mail_holds_a_name_or_number_of_a_resident_or_what_a_remark_says(
    periode, operator, verifikator
):
    isian = make_isian(periode, operator, verifikator, "terkirim")
    add_remark(isian, CELL, "Sutarmi NIK 3319010101700001 dihitung dua kali.", verifikator)
    apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate(), alasan="Lihat Sutarmi.")
    texts = " ".join(Pemberitahuan.objects.values_list("isi", flat=True))
    assert "Sutarmi" not in texts
    assert "3319010101700001" not in texts


# --- Near the deadline -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_before", "expected"), [(BATAS_INGATKAN + 1, 0), (BATAS_INGATKAN, 3), (0, 3), (-1, 0)])
def test_those_who_have_not_sent_are_told_once_when_the_deadline_is_near(periode, days_before, expected):
    day = periode.batas_waktu - days_before * DAY
    assert tell_deadlines(day, timezone.now()) == expected
    assert tell_deadlines(day, timezone.now()) == 0
    assert Pemberitahuan.objects.filter(jenis="mendekati_batas").count() == expected


def test_those_who_are_done_are_not_told_of_a_deadline(periode, operator, verifikator, operator_lain):
    make_isian(periode, operator, verifikator, "terkirim")
    tell_deadlines(periode.batas_waktu, timezone.now())
    assert [name for name, _ in told("mendekati_batas")] == [operator_lain.username]


def test_a_moved_deadline_is_told_again(periode):
    tell_deadlines(periode.batas_waktu, timezone.now())
    periode.batas_waktu += DAY
    periode.save()
    assert tell_deadlines(periode.batas_waktu, timezone.now()) == 3


def test_nobody_is_told_of_a_deadline_once_the_recap_is_proposed(periode, operator, verifikator, koordinator):
    make_isian(periode, operator, verifikator, "terverifikasi")
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    assert tell_deadlines(periode.batas_waktu, timezone.now()) == 0


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_home_shows_the_newest_first_with_a_link_to_the_thing_and_the_menu_counts_the_unread(
    periode, operator, verifikator, masuk_sebagai
):
    make_isian(periode, operator, verifikator, "perlu_perbaikan")
    client = masuk_sebagai(operator)
    page = client.get("/")
    assert [row.jenis for row in page.context["pemberitahuan"]] == ["dikembalikan", "diundang"]
    assert 'href="/periode/desk-uji/isian/33.19/catatan/">Isian dikembalikan' in page.content.decode()
    assert int(str(page.context["pemberitahuan_baru"])) == 2
    first = page.context["pemberitahuan"][0]
    client.post(reverse("pemberitahuan_dibaca", args=[first.pk]), {"kembali": "beranda"})
    assert int(str(client.get("/").context["pemberitahuan_baru"])) == 1
    client.post(reverse("pemberitahuan_dibaca_semua"))
    assert int(str(client.get("/").context["pemberitahuan_baru"])) == 0


def test_reading_is_no_side_effect_of_looking(periode, operator, masuk_sebagai):
    client = masuk_sebagai(operator)
    client.get("/")
    client.get(reverse("pemberitahuan"))
    assert Pemberitahuan.objects.filter(pengguna=operator).unread().count() == 1


def test_nobody_reads_or_marks_the_notice_of_another(periode, operator, operator_penghuni, masuk_sebagai):
    row = Pemberitahuan.objects.get(pengguna=operator)
    client = masuk_sebagai(operator_penghuni)
    assert client.post(reverse("pemberitahuan_dibaca", args=[row.pk])).status_code == 404
    client.post(reverse("pemberitahuan_dibaca_semua"))
    row.refresh_from_db()
    assert row.dibaca_pada is None


def test_who_has_moved_to_another_kabupaten_kota_no_longer_sees_the_old_one(periode, operator, semarang, masuk_sebagai):
    operator.kabupaten_kota = semarang
    operator.save()
    client: Client = masuk_sebagai(operator)
    assert client.get("/").context["pemberitahuan"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(
    periode, operator, verifikator, masuk_sebagai, rows, django_assert_num_queries
):
    isian = make_isian(periode, operator, verifikator, "perlu_perbaikan")
    for _ in range(rows - 1):
        answer_remark(isian.catatan.latest("pk"), "Sudah.", operator)
        isian = apply_move(isian, Gerak.KIRIM, operator)
        settle_remark(isian.catatan.latest("pk"), verifikator)
        add_remark(isian, CELL, "Satu lagi.", verifikator)
        isian = apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    client = masuk_sebagai(operator)
    with django_assert_num_queries(6):
        page = client.get(reverse("pemberitahuan"))
    assert len(page.context["halaman"]) == rows + 1
