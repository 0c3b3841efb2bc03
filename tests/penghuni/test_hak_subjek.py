"""Rights of a person about the own data: a report of all that is held and who saw it, and requests with a deadline."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from core.enums import TindakanAkses
from core.models import JejakAkses
from core.versions import StaleVersion
from monitoring.beranda import obligations
from penghuni.akses import record_access, trail_of
from penghuni.hak_subjek import RequestRefused, close_request, record_request
from penghuni.hunian import move_in
from penghuni.importers import undo_residents
from penghuni.laporan_subjek import build_report
from penghuni.models import Penghuni, PermintaanSubjek
from rusun.importers import UndoRefused
from tests.papers import accessibility, squeezed, words

from .conftest import NIK, NO_KK, TELEPON

ALASAN = "Diminta penghuni di kantor."


def hours(count):
    return timezone.now() - datetime.timedelta(hours=count)


@pytest.fixture
def permintaan(sutarmi, operator):
    return record_request(sutarmi, "koreksi", "Penghasilan yang tercatat sudah lama.", hours(2), operator)


def answer(key, permintaan, **changed):
    return {"kunci_formulir": key(), "versi": permintaan.versi, "keputusan": "selesai",
            "tanggapan": "Sudah diperbaiki."} | changed  # fmt: skip


# --- Who saw it -------------------------------------------------------------------------------------------------------


def test_who_saw_this_is_one_query_whatever_was_seen(
    sutarmi, household, semarang, operator, operator_kudus, verifikator, django_assert_num_queries
):
    other = household(semarang, "Orang Lain")
    for number in range(3):
        record_access(operator, TindakanAkses.LIHAT, objek_id=sutarmi.pk)
        record_access(operator, TindakanAkses.LIHAT, objek_id=other.pk)
        record_access(verifikator, TindakanAkses.EKSPOR, alasan=f"Program {number}", kolom="data pribadi", jumlah=40)
        record_access(operator_kudus, TindakanAkses.EKSPOR, alasan="Daerah lain", kolom="data pribadi", jumlah=40)
        record_access(verifikator, TindakanAkses.EKSPOR, kolom="tanpa data pribadi", jumlah=40)
        record_access(operator, TindakanAkses.EKSPOR, objek_id="33.74", alasan="Templat", kolom="data pribadi")
    with django_assert_num_queries(1):
        rows = [(row.pengguna, row) for row in trail_of(sutarmi)]
        seen = [(siapa.nama, row.tindakan, row.alasan, str(siapa.kabupaten_kota)) for siapa, row in rows]
    assert seen == [
        ("Operator.3374", "ekspor", "Templat", "Kota Semarang"),
        ("Verifikator", "ekspor", "Program 2", "None"),
        ("Operator.3374", "lihat", "", "Kota Semarang"),
        ("Operator.3374", "ekspor", "Templat", "Kota Semarang"),
        ("Verifikator", "ekspor", "Program 1", "None"),
        ("Operator.3374", "lihat", "", "Kota Semarang"),
        ("Operator.3374", "ekspor", "Templat", "Kota Semarang"),
        ("Verifikator", "ekspor", "Program 0", "None"),
        ("Operator.3374", "lihat", "", "Kota Semarang"),
    ]


def test_the_province_reads_it_from_the_residents_page(sutarmi, operator, verifikator, as_user):
    record_access(operator, TindakanAkses.LIHAT_LENGKAP, objek_id=sutarmi.pk, alasan="Mencocokkan KTP.", kolom="nik")
    client = as_user(verifikator)
    link = reverse("penghuni:jejak", args=[sutarmi.pk])
    assert link in client.get(reverse("penghuni:detail", args=[sutarmi.pk])).content.decode()
    page = client.get(link).content.decode()
    assert "Operator.3374, Kota Semarang" in page
    assert "Mencocokkan KTP." in page


def test_opening_the_form_is_seeing_it_too(sutarmi, operator, as_user):
    as_user(operator).get(reverse("penghuni:ubah", args=[sutarmi.pk]))
    assert list(trail_of(sutarmi).values_list("tindakan", "kolom")) == [("lihat", "formulir")]


# --- The report -------------------------------------------------------------------------------------------------------


@pytest.fixture
def lived(sutarmi, blok, operator, as_user):
    """Sutarmi with a stay, a change in the history, and somebody who looked."""
    move_in(sutarmi, blok, "A-101", datetime.date(2021, 1, 5), operator, nomor_sip="SIP/7")
    sutarmi.penghasilan = 2_500_000
    sutarmi.save()
    record_access(operator, TindakanAkses.LIHAT_LENGKAP, objek_id=sutarmi.pk, alasan="Mencocokkan KTP.", kolom="nik")
    return sutarmi


def test_report_holds_every_section_and_who_saw_it(lived, permintaan, operator, as_user):
    page = as_user(operator).get(reverse("penghuni:laporan", args=[lived.pk])).content.decode()
    for text in ("Sutarmi", "3374**********01", "Rp2.500.000", "SIP/7", "A-101", "Mencocokkan KTP.",
                 "Penghasilan yang tercatat sudah lama.", "Minat memiliki rumah", "Persetujuan"):  # fmt: skip
        assert text in page, text
    assert not [number for number in (NIK, NO_KK, TELEPON) if number in page]
    assert JejakAkses.objects.latest("id").kolom == "laporan"


def test_report_on_paper_needs_a_reason_is_logged_and_holds_no_full_number(lived, operator, as_user):
    url, client = reverse("penghuni:laporan", args=[lived.pk]), as_user(operator)
    assert client.post(url, {"alasan": "ya"}).status_code == 422
    assert JejakAkses.objects.filter(tindakan="cetak").count() == 0

    paper = client.post(url, {"alasan": ALASAN})
    assert paper["Content-Type"] == "application/pdf"
    assert "Sutarmi" not in paper["Content-Disposition"]
    row = JejakAkses.objects.get(tindakan="cetak")
    assert (row.pengguna, row.objek_id, row.alasan) == (operator, str(lived.pk), ALASAN)
    text = words(paper.content)
    for wanted in ("Sutarmi", "3374**********01", "Rp2.500.000", "SIP/7", "Mencocokkan KTP.", ALASAN):
        assert squeezed(wanted) in text, wanted
    assert not [number for number in (NIK, NO_KK, TELEPON) if number in text]
    assert accessibility(paper.content) == ("Laporan data pribadi", "id", True, True)


def test_the_reason_is_there_already_when_a_copy_was_asked_for(sutarmi, operator, as_user):
    record_request(sutarmi, "salinan", "Minta salinan.", hours(1), operator)
    form = as_user(operator).get(reverse("penghuni:laporan", args=[sutarmi.pk])).context["form"]
    assert form.initial["alasan"] == f"Menjawab permintaan salinan tanggal {timezone.localtime(hours(1)):%d-%m-%Y}."


def test_report_asks_as_much_for_one_line_as_for_many(lived, operator, django_assert_num_queries):
    with django_assert_num_queries(6):
        build_report(lived)
    for _ in range(5):
        record_access(operator, TindakanAkses.LIHAT, objek_id=lived.pk)
    with django_assert_num_queries(6):
        assert len(build_report(lived).jejak) == 6


# --- Requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("siapa", ["operator", "verifikator"])
def test_a_request_is_recorded_with_its_deadline(siapa, sutarmi, request, as_user, key):
    pengguna = request.getfixturevalue(siapa)
    url = reverse("penghuni:permintaan_tambah", args=[sutarmi.pk])
    data = {"kunci_formulir": key(), "jenis": "penghapusan", "isi": "Mohon data saya dihapus.",
            "tanggal": timezone.localdate().isoformat(), "jam": "00.00"}  # fmt: skip
    client = as_user(pengguna)
    first, again = client.post(url, data), client.post(url, data)
    row = PermintaanSubjek.objects.get()
    assert first.url == again.url == row.get_absolute_url()
    assert (row.dicatat_oleh, row.status) == (pengguna, "diterima")
    assert row.tenggat - row.diterima_pada == datetime.timedelta(hours=72)
    assert "Mohon data saya dihapus." in client.get(first.url).content.decode()


@pytest.mark.parametrize(
    ("changed", "kolom"),
    [
        ({"isi": f"NIK saya {NIK}"}, "isi"),
        ({"diterima_pada": timezone.now() + datetime.timedelta(days=2)}, "tanggal"),
        ({"diterima_pada": datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)}, "tanggal"),
        ({"jenis": "koreksi"}, "jenis"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(sutarmi, permintaan, operator, changed, kolom):
    wanted = {"jenis": "salinan", "isi": "Minta salinan.", "diterima_pada": hours(1)} | changed
    with pytest.raises(RequestRefused) as refusal:
        record_request(sutarmi, pengguna=operator, **wanted)
    assert refusal.value.kolom == kolom
    assert PermintaanSubjek.objects.get() == permintaan


def test_a_refusal_stands_on_the_form(sutarmi, permintaan, operator, as_user, key):
    data = {"kunci_formulir": key(), "jenis": "koreksi", "isi": "Lagi.", "tanggal": timezone.localdate().isoformat(),
            "jam": "00.00"}  # fmt: skip
    page = as_user(operator).post(reverse("penghuni:permintaan_tambah", args=[sutarmi.pk]), data)
    assert page.status_code == 422
    assert "masih menunggu jawaban" in page.content.decode()


def test_closing_answers_once_and_keeps_who_and_when(permintaan, operator, as_user, key):
    client, data = as_user(operator), answer(key, permintaan)
    url = permintaan.get_absolute_url()
    assert client.post(url, data).url == client.post(url, data).url == url
    permintaan.refresh_from_db()
    assert (permintaan.status, permintaan.tanggapan, permintaan.versi) == ("selesai", "Sudah diperbaiki.", 2)
    assert permintaan.ditanggapi_oleh == operator
    page = client.get(url)
    assert page.context["form"] is None
    assert page.context["riwayat"][0].beda[0] == ("Status", "Menunggu jawaban", "Selesai")


def test_who_answers_second_reads_who_was_first(permintaan, operator, verifikator, as_user, key):
    close_request(permintaan, 1, "ditolak", "Data sudah benar.", verifikator)
    page = as_user(operator).post(permintaan.get_absolute_url(), answer(key, permintaan))
    assert page.status_code == 409
    assert "sudah diubah oleh Verifikator" in page.content.decode()
    with pytest.raises(StaleVersion):
        close_request(permintaan, 1, "selesai", "Sudah.", operator)


@pytest.mark.parametrize("changed", [{"tanggapan": ""}, {"tanggapan": f"NIK {NIK}"}, {"keputusan": "diterima"}])
def test_an_answer_needs_words_and_no_numbers(permintaan, operator, as_user, key, changed):
    page = as_user(operator).post(permintaan.get_absolute_url(), answer(key, permintaan, **changed))
    assert page.status_code == 422
    assert PermintaanSubjek.objects.get().status == "diterima"


def test_overdue_ones_come_first_and_the_filter_finds_the_answered(household, semarang, operator, as_user):
    late = record_request(household(semarang, "Lewat"), "salinan", "Salinan.", hours(80), operator)
    fresh = record_request(household(semarang, "Baru"), "koreksi", "Koreksi.", hours(1), operator)
    done = record_request(household(semarang, "Beres"), "salinan", "Salinan.", hours(90), operator)
    close_request(done, 1, "selesai", "Diberikan.", operator)
    client, url = as_user(operator), reverse("penghuni:permintaan_daftar")
    page = client.get(url)
    assert [(row, terlambat) for row, terlambat in page.context["baris"]] == [(late, True), (fresh, False)]
    assert "lewat tenggat" in page.content.decode()
    assert [row for row, _ in client.get(url, {"status": "selesai"}).context["baris"]] == [done]
    assert len(client.get(url, {"status": "semua"}).context["baris"]) == 3


def test_list_asks_as_much_for_one_as_for_three(household, semarang, operator, as_user, django_assert_num_queries):
    client, url = as_user(operator), reverse("penghuni:permintaan_daftar")
    for number in range(3):
        record_request(household(semarang, f"Orang {number}"), "salinan", "Salinan.", hours(1), operator)
        with django_assert_num_queries(6):
            client.get(url)


def test_home_page_counts_what_waits_for_whoever_must_act(
    permintaan, household, semarang, operator, operator_tanpa_akses, operator_kudus, verifikator, pimpinan
):
    record_request(household(semarang, "Lewat"), "salinan", "Salinan.", hours(80), operator)
    for pengguna in (operator, verifikator):
        found = [row for row in obligations(pengguna, timezone.localdate()) if row.judul == "Permintaan data pribadi"]
        assert [(row.status.label, row.status.nada, row.keterangan) for row in found] == [
            ("2 menunggu jawaban", "bahaya", "1 lewat tenggat")
        ]
    for pengguna in (operator_tanpa_akses, operator_kudus, pimpinan):
        assert "Permintaan data pribadi" not in [row.judul for row in obligations(pengguna, timezone.localdate())]


def test_another_region_cannot_tell_a_request_from_none(permintaan, operator_kudus, as_user):
    client = as_user(operator_kudus)
    assert client.get(permintaan.get_absolute_url()).status_code == 404
    assert client.get(reverse("penghuni:permintaan_daftar"), {"status": "semua"}).context["baris"] == []


def test_a_request_keeps_an_import_from_being_undone(permintaan, sutarmi, operator):
    """The household of an undone import would be removed under the request."""
    undo = {"penghuni": [{"pk": str(sutarmi.pk), "versi": sutarmi.versi, "sebelum": None}], "hunian": []}
    with pytest.raises(UndoRefused):
        undo_residents(undo, operator, timezone.now())
    assert Penghuni.objects.get() == sutarmi
