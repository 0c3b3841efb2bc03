"""Two at once, on PostgreSQL with real threads: numbers differ, one berita acara, both remarks kept, nothing lost."""

import datetime

import pytest
from django.utils import timezone

from monitoring.desk import sesi as desk
from monitoring.desk.berita_acara import confirm, revise
from monitoring.desk.jadwal import generate, move_session, publish, schedule_of
from monitoring.enums import Gerak, StatusBeritaAcara, StatusIsian, StatusSesi
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import BeritaAcara, Catatan, Kesepakatan, Kiriman, RiwayatSesi, SesiDesk, TerbitanJadwal
from rusun.alamat import Alamat
from rusun.models import TindakLanjut
from rusun.penguncian import lock_state
from tests.factories import make_isian
from tests.test_races import at_once

from .conftest import make_jadwal, session_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def refusals(answers):
    return [answer for answer in answers if isinstance(answer, MoveRefused)]


@pytest.mark.parametrize("putaran", range(3))
def test_two_sessions_closed_in_the_same_moment_get_different_numbers(
    langsung, periode, operator_lain, verifikator, verifikator2, putaran
):
    other = session_of(make_isian(periode, operator_lain))
    desk.begin(other, verifikator2)
    first, second = at_once(lambda: desk.close(langsung, verifikator), lambda: desk.close(other, verifikator2))
    assert {first.urut, second.urut} == {1, 2}
    assert first.kode != second.kode


@pytest.mark.parametrize("putaran", range(3))
def test_closing_twice_at_once_makes_one_berita_acara(langsung, verifikator, verifikator2, putaran):
    answers = at_once(
        lambda: desk.close(langsung, verifikator),
        lambda: desk.close(langsung, verifikator2),
        lambda: desk.mark_absent(langsung, "", verifikator2, waktu=langsung.selesai),
    )
    assert len(refusals(answers)) == 2
    assert BeritaAcara.objects.count() == 1
    assert RiwayatSesi.objects.exclude(langkah="mulai").count() == 1


@pytest.mark.parametrize("putaran", range(3))
def test_two_who_remark_at_once_are_both_kept_and_the_isian_is_returned_once(
    langsung, lokasi, verifikator, verifikator2, putaran
):
    cells = [Alamat(lokasi.pk, "hunian", "", kolom) for kolom in ("jumlah_kk", "daftar_tunggu")]
    answers = at_once(
        lambda: desk.remark(langsung, cells[0], "Cek KK.", verifikator),
        lambda: desk.remark(langsung, cells[1], "Cek antrean.", verifikator2),
    )
    assert refusals(answers) == []
    assert Catatan.objects.count() == 2
    assert langsung.isian.riwayat.filter(gerak=Gerak.KEMBALIKAN).count() == 1
    kunci = lock_state("33.19")
    assert all(kunci.opens(cell) for cell in cells)


@pytest.mark.parametrize("putaran", range(3))
def test_saving_the_result_while_it_is_closed_leaves_a_paper_of_what_was_sent(
    langsung, lokasi, verifikator, operator, putaran
):
    desk.remark(langsung, Alamat(lokasi.pk, "hunian", "", "jumlah_kk"), "Cek.", verifikator)
    desk.accept(langsung, Catatan.objects.get(), verifikator)
    at_once(lambda: desk.save_result(langsung, operator), lambda: desk.close(langsung, verifikator))
    ba = BeritaAcara.objects.get()
    assert ba.kiriman.nomor == ba.isi["kiriman"]["nomor"]
    last = Kiriman.objects.order_by("-nomor").first()
    langsung.isian.refresh_from_db()
    assert (last.nomor == 2) == (langsung.isian.status == StatusIsian.TERKIRIM)
    assert ba.kiriman.nomor in (last.nomor, last.nomor - 1)


@pytest.mark.parametrize("putaran", range(3))
def test_a_commitment_beside_the_closing_is_in_the_paper_or_refused(langsung, lokasi, verifikator, putaran):
    tindak = TindakLanjut(
        rusun=lokasi, uraian="Ganti atap", penanggung_jawab="provinsi",
        batas_waktu=timezone.localdate() + datetime.timedelta(days=9),
    )  # fmt: skip
    at_once(lambda: desk.commit(langsung, tindak, verifikator), lambda: desk.close(langsung, verifikator))
    ba = BeritaAcara.objects.get()
    assert len(ba.isi["kesepakatan"]) == Kesepakatan.objects.count() == TindakLanjut.objects.count()


@pytest.mark.parametrize("putaran", range(3))
def test_both_sides_confirming_at_once_issue_it(langsung, verifikator, operator, putaran):
    ba = desk.close(langsung, verifikator)
    BeritaAcara.objects.filter(pk=ba.pk).update(isi={**ba.isi, "hadirin": []})
    answers = at_once(lambda: confirm(ba, 1, operator), lambda: confirm(ba, 1, verifikator))
    assert refusals(answers) == []
    row = BeritaAcara.objects.get()
    assert (row.status, row.daerah_oleh, row.provinsi_oleh) == (StatusBeritaAcara.TERBIT, operator, verifikator)


def test_two_revisions_at_once_make_one(langsung, verifikator, verifikator2):
    ba = desk.close(langsung, verifikator)
    answers = at_once(lambda: revise(ba, "A", verifikator), lambda: revise(ba, "B", verifikator2))
    assert len(refusals(answers)) == 1
    assert sorted(BeritaAcara.objects.values_list("revisi", flat=True)) == [1, 2]


def test_one_of_two_who_begin_is_told_who_was_first(sesi, verifikator, verifikator2):
    answers = at_once(lambda: desk.begin(sesi, verifikator), lambda: desk.begin(sesi, verifikator2))
    (refusal,) = refusals(answers)
    assert SesiDesk.objects.get(pk=sesi.pk).status == StatusSesi.BERLANGSUNG
    assert "sudah berlangsung (" in refusal.pesan


def test_publishing_twice_at_once_makes_one_version(periode, koordinator, verifikator, isian):
    jadwal = make_jadwal(periode, koordinator, verifikator)
    answers = at_once(lambda: publish(jadwal, koordinator), lambda: publish(jadwal, koordinator))
    assert len(refusals(answers)) == 1
    assert TerbitanJadwal.objects.get().versi == 1


def test_verifying_beside_a_remark_leaves_one_of_both(langsung, lokasi, verifikator, verifikator2):
    at_once(
        lambda: desk.remark(langsung, Alamat(lokasi.pk, "hunian", "", "jumlah_kk"), "Cek.", verifikator),
        lambda: apply_move(langsung.isian, Gerak.VERIFIKASI, verifikator2),
    )
    langsung.isian.refresh_from_db()
    assert (langsung.isian.status == StatusIsian.TERVERIFIKASI) == (Catatan.objects.count() == 0)


@pytest.mark.parametrize("putaran", range(3))
def test_publishing_and_laying_out_beside_the_closing_never_stand_in_each_others_way(
    langsung, jadwal, koordinator, verifikator, verifikator2, putaran
):
    def move():
        row = next(row for row in schedule_of(jadwal) if row.status == StatusSesi.TERJADWAL)
        row.ruang = 2
        return move_session(row, row.versi, koordinator, tetap=True)

    answers = at_once(
        lambda: desk.close(langsung, verifikator), lambda: publish(jadwal, koordinator), move,
        lambda: generate(jadwal, [verifikator2], koordinator), lambda: desk.take_over(langsung, verifikator2),
    )  # fmt: skip
    assert not [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, MoveRefused)]
    row = SesiDesk.objects.get(pk=langsung.pk)
    assert (row.status, row.dimulai_pada) == (StatusSesi.DITUTUP, langsung.dimulai_pada)


@pytest.mark.parametrize("putaran", range(3))
def test_laying_out_beside_a_beginning_keeps_the_session_under_way(sesi, jadwal, koordinator, verifikator, putaran):
    at_once(lambda: desk.begin(sesi, verifikator), lambda: generate(jadwal, [verifikator], koordinator))
    row = SesiDesk.objects.get(pk=sesi.pk)
    assert row.status == StatusSesi.BERLANGSUNG
    assert row.dimulai_pada is not None
