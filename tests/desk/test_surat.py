"""Letters of a desk: PDF and DOCX say the same and leave nothing out; what the calendar and the message tell."""

import dataclasses
import datetime
import io
from itertools import pairwise

import docx
import pytest
from django.utils import timezone
from docx.oxml.ns import qn
from docx.table import Table
from icalendar import Calendar

from core.display import hari_tanggal, in_wib, jam, tanggal
from core.enums import JenisDaerah
from core.models import KabupatenKota, Pejabat
from monitoring.desk.docx import surat_docx
from monitoring.desk.jadwal import move_session, schedule_of
from monitoring.desk.kalender_ics import calendar
from monitoring.desk.pesan import whatsapp_text
from monitoring.desk.surat import data_request, invitation, opening_agenda, surat_pdf
from monitoring.enums import StatusSesi
from monitoring.models import SesiDesk
from tests.factories import make_periode
from tests.papers import accessibility, read, squeezed, words

from .conftest import make_jadwal

SITUS = "https://desk.example.go.id"
MM, A4_WIDE = 72 / 25.4, 595
LETTERS = pytest.mark.parametrize("make", [data_request, invitation, opening_agenda])


def docx_text(content):
    """Every line of the body, cells included, in their order."""
    paper, lines = docx.Document(io.BytesIO(content)), []
    for block in paper.iter_inner_content():
        rows = block.rows if isinstance(block, Table) else []
        lines += [cell.text for row in rows for cell in row.cells] or [getattr(block, "text", "")]
    return lines


def texts_of(surat):
    """Everything a reader is told by the letter."""
    pairs = (*surat.kepala_surat, *surat.rincian, *surat.kepala_lampiran)
    return [
        surat.hal, surat.lampiran, surat.tempat_tanggal, *surat.yth, *surat.paragraf, *surat.butir, surat.penutup,
        *(text for pair in pairs for text in pair), surat.judul_lampiran, *surat.kepala,
        *(cell for row in surat.baris for cell in row), surat.jabatan, surat.nama, *surat.di_bawah_nama,
        *surat.tembusan,
    ]  # fmt: skip


@pytest.fixture
def kepala(db):
    return Pejabat.objects.create(
        nama="Ir. Suharto Wibowo, M.T.", nip="196801011994031002", pangkat="Pembina Utama Muda (IV/c)",
        jabatan="Kepala Dinas Perumahan Rakyat dan Kawasan Permukiman", tugas="kepala",
        berlaku_mulai=timezone.localdate() - datetime.timedelta(days=100),
    )  # fmt: skip


# --- letters ----------------------------------------------------------------------------------------------------------


@LETTERS
@pytest.mark.parametrize("signed", [True, False])
def test_paper_and_word_file_say_the_same(make, signed, jadwal, request):
    if signed:
        request.getfixturevalue("kepala")
    surat = make(jadwal)
    paper, word = words(surat_pdf(surat, contoh=False)), squeezed("".join(docx_text(surat_docx(surat))))
    for text in texts_of(surat):
        assert squeezed(text) in paper, text
        assert squeezed(text) in word, text


def test_the_invitation_holds_every_slot(jadwal):
    surat = invitation(jadwal)
    paper = words(surat_pdf(surat, contoh=False))
    rows = schedule_of(jadwal)
    assert len(surat.baris) == len(rows) == 3
    for row in rows:
        for text in (row.judul, hari_tanggal(row.mulai), f"{in_wib(row.mulai):%H.%M}-{jam(row.selesai)}"):
            assert squeezed(text) in paper
        assert squeezed(str(row.verifikator)) in paper
    assert dict(surat.rincian)["Hari, tanggal"] == hari_tanggal(rows[0].mulai)
    assert "versi 1" in surat.judul_lampiran


def test_a_schedule_that_was_not_published_is_a_draft(periode, koordinator, verifikator, jadwal):
    for make in (invitation, opening_agenda):
        surat = make(jadwal)
        assert not surat.rancangan
        assert "RANCANGAN" not in words(surat_pdf(surat, contoh=False))
    row = schedule_of(jadwal)[-1]
    row.ruang = 2
    move_session(row, row.versi, koordinator)
    for make in (invitation, opening_agenda):
        surat = make(jadwal)
        assert surat.rancangan
        assert "RANCANGAN" in words(surat_pdf(surat, contoh=False))
    assert "versi 1" not in words(surat_pdf(invitation(jadwal), contoh=False))


def test_the_request_tells_dates_ways_and_papers(jadwal):
    surat = data_request(jadwal)
    text, periode = " ".join(texts_of(surat)), jadwal.periode
    for day in (periode.tanggal_posisi, periode.batas_waktu, periode.hari_terakhir):
        assert tanggal(day) in text
    for word in ("situs", "Excel", "BAST", "SLF", "tarif", "Daftar penghuni"):
        assert word in text
    assert [row[1:] for row in surat.baris] == [("Kabupaten Kudus", "1", "0"), ("Kota Semarang", "1", "0")]


def test_the_agenda_divides_the_time_of_the_opening(jadwal, pembukaan):
    surat = opening_agenda(jadwal)
    times = [row[0].removesuffix(" WIB").split("-") for row in surat.baris]
    assert times[0][0] == f"{in_wib(pembukaan.mulai):%H.%M}"
    assert times[-1][1] == f"{in_wib(pembukaan.selesai):%H.%M}"
    assert all(before[1] == after[0] for before, after in pairwise(times))
    assert all(mulai < selesai for mulai, selesai in times)


def test_without_an_opening_day_and_time_stay_open(jadwal, pembukaan):
    SesiDesk.objects.filter(pk=pembukaan.pk).update(status=StatusSesi.BATAL)
    for make in (invitation, opening_agenda):
        assert set(dict(make(jadwal).rincian)["Pukul"]) == {"."}
        assert surat_pdf(make(jadwal), contoh=False)


def test_who_signs_is_in_office_and_of_the_province(jadwal, kepala, kudus):
    assert invitation(jadwal).penandatangan["nama"] == kepala.nama
    assert "NIP. 19680101 199403 1 002" in invitation(jadwal).di_bawah_nama
    kepala.kabupaten_kota = kudus
    kepala.save()
    assert invitation(jadwal).penandatangan["nama"] == ""
    kepala.kabupaten_kota, kepala.berlaku_sampai = None, timezone.localdate() - datetime.timedelta(days=1)
    kepala.save()
    assert invitation(jadwal).penandatangan["nama"] == ""


def test_example_data_and_printer_are_marked_on_paper(jadwal):
    content = surat_pdf(invitation(jadwal), contoh=True, dicetak_oleh="Dewi Anggraini")
    assert "DATACONTOH-BUKANDATARESMI" in words(content)
    assert "olehDewiAnggraini" in words(content)
    title, language, *tagged = accessibility(content)
    assert (title, language) == (invitation(jadwal).hal, "id")
    assert all(tagged)


@pytest.fixture
def jadwal_penuh(koordinator, verifikator, db):
    """35 kabupaten/kota, each with a name as long as the field."""
    daerah = [
        KabupatenKota.objects.create(
            kode=f"99.{number:02}", nama=f"Kabupaten {number:02} ".ljust(60, "W"), jenis=JenisDaerah.KABUPATEN,
            ibu_kota="Kota", baris=50, kolom=number,
        )
        for number in range(35)
    ]  # fmt: skip
    verifikator.nama = "Verifikator Bernama Sangat Panjang Sekali ".ljust(60, "W")
    verifikator.save()
    periode = make_periode(koordinator, *daerah, slug="penuh")
    return make_jadwal(periode, koordinator, verifikator, jumlah_hari=6)


@LETTERS
def test_35_long_names_fit(make, jadwal_penuh):
    surat = make(jadwal_penuh)
    content = surat_pdf(surat, contoh=False)
    paper, begins = words(content), []
    for row in surat.baris:
        for cell in row:
            assert squeezed(cell) in paper
    for page in read(content).pages:
        page.extract_text(visitor_text=lambda text, cm, tm, font, size: begins.append(tm[4] * cm[0] + cm[4]))
    assert max(begins) < A4_WIDE - 20 * MM
    table = docx.Document(io.BytesIO(surat_docx(surat))).tables[-1]
    assert [cell.text for cell in table.rows[0].cells] == list(surat.kepala)
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert sum(column.width.mm for column in table.columns) < 165.1


def test_the_word_file_is_a4_with_the_letterhead(jadwal, settings):
    settings.KOP_SURAT = {**settings.KOP_SURAT, "alamat": "Jalan Contoh 1, Semarang"}
    content = surat_docx(invitation(jadwal))
    paper = docx.Document(io.BytesIO(content))
    for section in paper.sections:
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert docx_text(content)[:3] == [settings.KOP_SURAT[key] for key in ("pemerintah", "instansi", "alamat")]


def test_a_letter_cannot_be_changed(jadwal):
    with pytest.raises(dataclasses.FrozenInstanceError):
        invitation(jadwal).hal = "lain"


# --- calendar ---------------------------------------------------------------------------------------------------------


def events_of(jadwal):
    rows = SesiDesk.objects.filter(jadwal=jadwal).select_related("jadwal__periode", "isian__kabupaten_kota")
    events = Calendar.from_ical(calendar(rows, alamat_situs=SITUS)).walk("VEVENT")
    return {row.pk: event for row, event in zip(rows, events, strict=True)}


def test_the_calendar_is_read_back(jadwal, sesi):
    event = events_of(jadwal)[sesi.pk]
    assert event["UID"] == f"sesi-{sesi.pk}-desk-uji@desk-monitoring"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (sesi.mulai, sesi.selesai)
    assert event["DTSTART"].to_ical().endswith(b"Z")
    assert "Kabupaten Kudus" in event["SUMMARY"]
    assert f"{SITUS}{sesi.get_absolute_url()}" in event["DESCRIPTION"]
    assert event["STATUS"] == "CONFIRMED"
    assert len(events_of(jadwal)) == 3


def test_a_moved_session_stays_the_same_entry(jadwal, sesi, koordinator):
    before = events_of(jadwal)[sesi.pk]
    sesi.mulai += datetime.timedelta(days=1)
    sesi.selesai += datetime.timedelta(days=1)
    sesi.tautan = "https://rapat.example.go.id/kudus"
    move_session(sesi, sesi.versi, koordinator, tetap=True)
    after = events_of(jadwal)[sesi.pk]
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == before["DTSTART"].dt + datetime.timedelta(days=1)
    assert after["LOCATION"] == "https://rapat.example.go.id/kudus"


@pytest.mark.parametrize("status", [StatusSesi.BATAL, StatusSesi.TIDAK_HADIR])
def test_what_is_called_off_is_cancelled(jadwal, sesi, status):
    SesiDesk.objects.filter(pk=sesi.pk).update(status=status)
    assert events_of(jadwal)[sesi.pk]["STATUS"] == "CANCELLED"


def test_an_empty_calendar_is_one_too(db):
    assert Calendar.from_ical(calendar([], alamat_situs=SITUS)).walk("VEVENT") == []


# --- message ----------------------------------------------------------------------------------------------------------


def test_the_message_tells_when_where_and_what(sesi, pembukaan, verifikator):
    sesi.jadwal.tautan = "https://rapat.example.go.id/desk"
    text = whatsapp_text(sesi)
    for part in (
        "Kabupaten Kudus",
        hari_tanggal(sesi.mulai),
        f"{in_wib(sesi.mulai):%H.%M}-{jam(sesi.selesai)}",
        "BAST",
    ):
        assert part in text
    assert "https://rapat.example.go.id/desk" in text
    sesi.tautan = "https://rapat.example.go.id/kudus"
    assert "https://rapat.example.go.id/kudus" in whatsapp_text(sesi)
    assert verifikator.nama not in text
    opening = whatsapp_text(pembukaan)
    assert "rapat pembukaan" in opening
    assert "WIB" in opening
    assert "Tautan: menyusul" in opening
