"""Pages of the home-ownership programme: totals, reasons, candidates and their files, each within its own region."""

import datetime
import io
import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.enums import TindakanAkses
from core.models import JejakAkses
from monitoring.contoh.acuan import load_reference
from penghuni.akses import trail_of
from penghuni.anonim import anonymise_household
from penghuni.aturan import rules_on
from penghuni.calon import CalonRefused, enter, move
from penghuni.enums import HasilSaring, TahapCalon
from penghuni.hunian import move_in, move_out, open_stay_of
from penghuni.models import (
    BatasPenghasilan,
    CalonPemilikRumah,
    HasilPenyaringan,
    JumlahPenyaringan,
    PutaranPenyaringan,
)
from penghuni.penyaringan import screen_household, totals
from penghuni.putaran import begin, work
from tests.papers import words

from .conftest import NIK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("totals_hold")]
ALASAN = "Rapat unit program kepemilikan rumah"
LAYAK = {
    "status_kawin": "kawin", "penghasilan": 4_000_000, "penghasilan_pasangan": 1_000_000, "punya_rumah": "tidak",
    "pernah_subsidi": "tidak", "sanggup_uang_muka": 5_000_000, "tapera_bulan": 24, "minat": "ya",
    "tanggal_persetujuan": datetime.date(2026, 1, 5), "tanggal_lahir": datetime.date(1990, 7, 1),
}  # fmt: skip


@pytest.fixture(autouse=True)
def acuan(semarang, kudus):
    load_reference()


@pytest.fixture
def warga(household, semarang, blok, operator):
    """Makes a household that lives in Semarang and can have a home of its own."""

    serial = itertools.count(9001)

    def make(nomor="A-1", nama="Sutarmi", **more):
        row = household(semarang, nama, **{**LAYAK, "nik": f"337401410790{next(serial)}", **more})
        move_in(row, blok, nomor, datetime.date(2024, 1, 1), operator)
        return row

    return make


@pytest.fixture
def warga_kudus(household, kudus, blok_kudus, operator_kudus):
    row = household(kudus, "Warsiti", nik=NIK, **LAYAK)
    move_in(row, blok_kudus, "B-1", datetime.date(2024, 1, 1), operator_kudus)
    return row


def url(name, *args):
    return reverse(f"penghuni:program_{name}", args=args)


def test_totals_count_stored_results_and_link_to_the_households(as_user, verifikator, operator, warga, warga_kudus):
    warga(), warga("A-2", "Kasno", punya_rumah="ya")
    page = as_user(verifikator).get(url("penyaringan"))
    flpp = next(row for row in page.context["jumlah"] if row.kode == "flpp")
    assert dict(flpp.jumlah) == {"layak_awal": 2, "perlu_verifikasi": 0, "belum_layak": 1}
    assert page.context["tunggu"] == 0
    listed = as_user(verifikator).get(url("penyaringan"), {"skema": "flpp", "hasil": "layak_awal"})
    assert [row.nama for row in listed.context["halaman"]] == ["Sutarmi", "Warsiti"]
    own = as_user(operator).get(url("penyaringan"))
    assert dict(next(row for row in own.context["jumlah"] if row.kode == "flpp").jumlah)["layak_awal"] == 1
    assert "Warsiti" not in own.content.decode()


def test_what_was_not_stated_is_never_taken_as_met(as_user, verifikator, warga):
    row = warga(penghasilan=0)
    page = as_user(verifikator).get(url("penghuni", row.pk)).content.decode()
    flpp = HasilPenyaringan.objects.get(penghuni=row, skema="flpp")
    assert flpp.hasil == HasilSaring.PERLU_VERIFIKASI
    assert "Data kurang" in page
    assert "kesanggupan belum dapat diperkirakan" in page


def test_the_card_shows_every_reason_with_value_and_threshold(as_user, verifikator, warga):
    row = warga()
    page = as_user(verifikator).get(url("penghuni", row.pk)).content.decode()
    for text in ("Penghasilan dalam batas MBR", "Rp5.000.000", "Paling banyak Rp10.000.000", "Layak awal",
                 "Rp1.084.571", "Penghasilan bersama"):  # fmt: skip
        assert text in page
    log = JejakAkses.objects.latest("id")
    assert (log.tindakan, log.objek_id, log.kolom) == (TindakanAkses.LIHAT, str(row.pk), "program kepemilikan rumah")


def test_a_folded_card_names_what_is_not_met(as_user, verifikator, warga):
    row = warga(punya_rumah="ya", penghasilan=90_000_000)
    page = as_user(verifikator).get(url("penghuni", row.pk))
    flpp = next(card for card in page.context["kartu"] if card.kode == "flpp")
    assert flpp.penghalang == ["Belum punya rumah", "Penghasilan dalam batas MBR"]
    assert "Tidak memenuhi: Belum punya rumah; Penghasilan dalam batas MBR" in page.content.decode()


def test_from_ticked_households_to_candidates(as_user, verifikator, warga, key):
    one, two = warga(), warga("A-2", "Kasno", minat="tidak")
    data = {"kunci_formulir": key(), "penghuni": [one.pk, two.pk], "kembali": "?skema=flpp"}
    answer = as_user(verifikator).post(url("tambah"), data, follow=True)
    assert answer.redirect_chain[-1][0].endswith("?skema=flpp")
    assert "1 penghuni menjadi calon. 1 dilewati." in answer.content.decode()
    assert as_user(verifikator).post(url("tambah"), data).status_code == 302
    assert list(CalonPemilikRumah.objects.values_list("penghuni__nama", "tahap")) == [("Sutarmi", "disaring")]


def test_nobody_makes_a_candidate_of_somebody_elses_resident(as_user, operator, warga_kudus, key):
    answer = as_user(operator).post(url("tambah"), {"kunci_formulir": key(), "penghuni": warga_kudus.pk}, follow=True)
    nobody = key()
    unknown = as_user(operator).post(url("tambah"), {"kunci_formulir": key(), "penghuni": nobody}, follow=True)
    told, nothing = ([str(text) for text in page.context["messages"]] for page in (answer, unknown))
    assert "Warsiti" not in answer.content.decode()
    assert [text.replace(str(warga_kudus.pk), "X") for text in told] == [text.replace(nobody, "X") for text in nothing]
    assert not CalonPemilikRumah.objects.exists()


def test_a_step_needs_what_it_needs_and_keeps_what_was_typed(as_user, verifikator, warga, key):
    row = warga(tanggal_persetujuan=None)
    calon = enter(row, verifikator)
    for ke in (TahapCalon.DIHUBUNGI, TahapCalon.BERMINAT):
        calon = move(calon, ke, calon.versi, verifikator)
    data = {"kunci_formulir": key(), "versi": calon.versi, "ke": "diusulkan", "catatan": "Berkas lengkap."}
    page = as_user(verifikator).post(url("tahap", row.pk), data)
    assert page.status_code == 422
    assert "Pilih skema yang dituju" in page.content.decode()
    assert "Berkas lengkap." in page.content.decode()
    page = as_user(verifikator).post(url("tahap", row.pk), {**data, "skema": "flpp"})
    assert "Persetujuan penghuni" in page.content.decode()
    page = as_user(verifikator).post(url("tahap", row.pk), {**data, "ke": "batal", "catatan": ""})
    assert "Tulis alasannya" in page.content.decode()
    calon.refresh_from_db()
    assert calon.tahap == TahapCalon.BERMINAT


def test_whoever_was_slower_is_told_and_nothing_is_lost(as_user, verifikator, operator, warga, key):
    row = warga()
    calon = enter(row, verifikator)
    move(calon, TahapCalon.DIHUBUNGI, calon.versi, operator, catatan="Sudah ditelepon.")
    data = {"kunci_formulir": key(), "versi": calon.versi, "ke": "berminat", "catatan": "Datang ke kantor."}
    page = as_user(verifikator).post(url("tahap", row.pk), data)
    assert page.status_code == 409
    assert "baru saja dipindahkan ke tahap Dihubungi" in page.content.decode()
    assert "Datang ke kantor." in page.content.decode()
    again = {name: page.context["form"][name].value() for name in ("kunci_formulir", "versi", "ke", "catatan")}
    assert as_user(verifikator).post(url("tahap", row.pk), again).status_code == 302
    calon.refresh_from_db()
    assert calon.tahap == TahapCalon.BERMINAT


def test_nothing_that_is_typed_here_carries_a_number_on(as_user, verifikator, warga, key):
    row = warga()
    calon = enter(row, verifikator)
    data = {"kunci_formulir": key(), "versi": calon.versi, "ke": "dihubungi", "catatan": f"NIK-nya {NIK}"}
    page = as_user(verifikator).post(url("tahap", row.pk), data)
    assert page.status_code == 422
    assert "Jangan tulis NIK" in page.content.decode()
    for name in ("penyaringan", "daftar"):
        assert "Untuk NIK, pakai kotak" in as_user(verifikator).get(url(name), {"cari": NIK}).content.decode()
    answer = as_user(verifikator).post(f"{url('ekspor')}?cari={NIK}", {"format": "csv", "alasan": ALASAN})
    assert NIK not in b"".join(answer.streaming_content).decode()


def test_who_was_anonymised_is_no_candidate_to_look_at_or_to_move(as_user, verifikator, operator, warga):
    row = warga()
    calon = enter(row, verifikator)
    move_out(open_stay_of(row), timezone.localdate(), "keluarga", operator)
    anonymise_household(row, verifikator, timezone.now())
    for name in ("papan", "daftar"):
        assert "Dianonimkan" not in as_user(verifikator).get(url(name)).content.decode()
    with pytest.raises(CalonRefused, match="dianonimkan"):
        move(calon, TahapCalon.BATAL, 1, verifikator, catatan="Sudah tidak ada lagi.")


def test_operators_do_not_learn_how_many_are_screened_elsewhere(as_user, operator, verifikator, warga, warga_kudus):
    begin(verifikator)
    assert "dari 0 penghuni" in " ".join(as_user(verifikator).get(url("kemajuan")).content.decode().split())
    page = " ".join(as_user(operator).get(url("kemajuan")).content.decode().split())
    assert "Penyaringan sedang berjalan." in page
    assert "penghuni" not in page.replace("/penghuni/", "")


def test_the_proposal_is_not_open_to_the_region(as_user, operator, verifikator, warga, key):
    row = warga()
    calon = enter(row, operator)
    for ke in (TahapCalon.DIHUBUNGI, TahapCalon.BERMINAT):
        calon = move(calon, ke, calon.versi, operator)
    page = as_user(operator).get(url("penghuni", row.pk))
    assert [ke.value for ke in page.context["langkah"]] == ["batal", "dihubungi"]
    data = {"kunci_formulir": key(), "versi": calon.versi, "ke": "diusulkan", "skema": "flpp"}
    assert as_user(operator).post(url("tahap", row.pk), data).status_code == 422


def test_board_list_and_files(as_user, verifikator, operator, warga, warga_kudus, sutarmi):
    for row in (warga(), warga_kudus):
        enter(row, verifikator)
    board = as_user(verifikator).get(url("papan"))
    assert [kolom.jumlah for kolom in board.context["kolom"]] == [2, 0, 0, 0, 0]
    assert "Warsiti" not in as_user(operator).get(url("papan")).content.decode()
    assert "Warsiti" not in as_user(operator).get(url("daftar")).content.decode()
    before = JejakAkses.objects.count()
    refused = as_user(verifikator).post(url("ekspor"), {"format": "xlsx", "alasan": ""})
    assert refused.status_code == 422
    assert JejakAkses.objects.count() == before
    answer = as_user(verifikator).post(url("ekspor"), {"format": "xlsx", "alasan": ALASAN})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))["Calon peserta"]
    text = "\n".join(str(cell) for line in sheet.iter_rows(values_only=True) for cell in line if cell)
    assert "Warsiti" in text
    assert NIK not in text
    paper = words(as_user(verifikator).post(url("ekspor"), {"format": "pdf", "alasan": ALASAN}).content)
    assert "Warsiti" in paper
    assert NIK not in paper
    lines = (
        trail_of(warga_kudus)
        .filter(kolom="calon peserta program")
        .order_by("id")
        .values_list("tindakan", "jumlah", "alasan")
    )
    assert list(lines) == [("ekspor", 2, ALASAN), ("cetak", 2, ALASAN)]


def test_a_changed_rule_lists_who_moved_and_why(as_user, verifikator, warga):
    row = warga(penghasilan=8_000_000, penghasilan_pasangan=1_500_000)
    calon = enter(row, verifikator)
    old = calon.versi_aturan_id
    BatasPenghasilan.objects.filter(dasar_hukum__startswith="Permen PKP 5/2025").update(batas_kawin=9_000_000)
    page = as_user(verifikator).get(url("penyaringan"))
    assert page.context["tunggu"] == 1
    work(begin(verifikator))
    page = as_user(verifikator).get(url("perubahan"))
    moved = {(line.hasil.skema_id, line.lama, line.hasil.hasil) for line in page.context["baris"]}
    assert ("flpp", "Layak awal", "belum_layak") in moved
    text = " ".join(page.content.decode().split())
    assert "Memenuhi menjadi Tidak memenuhi" in text
    assert "Rp10.000.000 menjadi Paling banyak Rp9.000.000" in text
    assert calon.riwayat.get().versi_aturan_id == old
    assert calon.riwayat.get().hasil["flpp"] == "layak_awal"
    listed = as_user(verifikator).get(url("daftar"), {"aturan": "lama"})
    assert [calon.pk for calon in listed.context["halaman"]] == [row.pk]
    kept = as_user(verifikator).get(url("penyaringan"), {"versi": old})
    assert "bukan aturan hari ini" in kept.content.decode()


def test_a_run_of_another_day_leaves_todays_results_alone(
    as_user, verifikator, operator, warga, key, django_capture_on_commit_callbacks
):
    warga()
    today = rules_on(timezone.localdate()).versi
    before = totals(JumlahPenyaringan.objects.all(), today)
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_user(verifikator).post(url("jalankan"), {"kunci_formulir": key(), "tanggal": "2021-08-19"})
    assert rules_on(datetime.date(2021, 8, 19)).versi in answer["Location"]
    run = PutaranPenyaringan.objects.get()
    assert (run.berjalan, run.sudah, run.jumlah) == (False, 1, 1)
    assert totals(JumlahPenyaringan.objects.all(), today) == before
    assert as_user(operator).post(url("jalankan"), {"kunci_formulir": key()}).status_code == 403


def test_progress_ends_by_loading_the_page_anew(as_user, verifikator, warga):
    warga()
    run = begin(verifikator)
    page = as_user(verifikator).get(url("kemajuan"))
    assert "0 dari 0 penghuni" in " ".join(page.content.decode().split())
    work(run)
    assert as_user(verifikator).get(url("kemajuan"))["HX-Refresh"] == "true"


def test_rules_of_a_day_with_doubt_say_so(as_user, operator):
    page = as_user(operator).get(url("aturan"), {"tanggal": "2021-08-19"}).content.decode()
    assert "Lebih dari satu aturan mungkin berlaku" in page
    assert "Kepmen PUPR 242/KPTS/M/2020" in page
    assert (
        "Tidak ada batas penghasilan"
        in as_user(operator).get(url("aturan"), {"tanggal": "2019-05-01"}).content.decode()
    )
    assert as_user(operator).get(url("aturan"), {"tanggal": "kemarin"}).status_code == 200


@pytest.mark.parametrize("name", ["papan", "daftar", "penyaringan"])
def test_pages_ask_the_same_number_of_queries_however_many_live_here(as_user, verifikator, warga, name):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert as_user(verifikator).get(url(name)).status_code == 200
        return len(queries)

    enter(warga(), verifikator)
    as_user(verifikator).get(url(name))
    few = asked()
    for number in range(2, 9):
        enter(warga(f"A-{number}", f"Warga {number}"), verifikator)
    assert asked() == few
    screen_household(warga("A-20", "Lain"))
    assert asked() == few


def test_the_report_for_the_person_tells_advice_and_steps_and_forgetting_takes_them_away(
    as_user, verifikator, operator, warga
):
    row = warga()
    calon = enter(row, verifikator)
    move(calon, TahapCalon.DIHUBUNGI, calon.versi, operator, catatan="Sutarmi minta dihubungi sore.")
    page = as_user(verifikator).get(reverse("penghuni:laporan", args=[row.pk])).content.decode()
    assert "Program kepemilikan rumah" in page
    assert "Dihubungi, oleh Operator.3374. Sutarmi minta dihubungi sore." in page
    move_out(open_stay_of(row), timezone.localdate(), "keluarga", operator)
    anonymise_household(row, verifikator, timezone.now())
    assert not HasilPenyaringan.objects.filter(penghuni=row).exists()
    assert "Sutarmi" not in " ".join(calon.riwayat.values_list("catatan", flat=True))
    assert calon.riwayat.count() == 2
