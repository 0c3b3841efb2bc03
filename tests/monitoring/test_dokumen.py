"""The register: issued at sign-off or later, never changed, superseded by revisions, checked by whoever has a code."""

import csv
import datetime
import hashlib
import io
import os
import re
import sys
import zipfile

import pytest
import segno
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core import latar
from core.display import angka, persen
from core.files import held, lock_place, path_of, remove_file, sealed_files, write_sealed
from core.idempotency import new_key
from core.models.trail import AppendOnlyError
from monitoring.desk import berita_acara as ba_rules
from monitoring.dokumen import cek, pelari, terbit
from monitoring.dokumen.arsip import DocumentLost, content_of, file_signed
from monitoring.enums import Gerak, GerakPeriode, StatusIsian
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import BeritaAcara, Dokumen, Penerbitan
from monitoring.periode.forms import PeriodeForm
from monitoring.periode.workflow import apply_period_move
from monitoring.rekap.build import build_rekap
from rusun.lampiran import FileRefused
from rusun.models import Blok, Rusun
from tests.desk.conftest import held_session
from tests.factories import make_isian, make_periode, make_rusun
from tests.rusun.test_files import photo

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    cache.clear()


@pytest.fixture
def diajukan(kudus, semarang, operator, operator_lain, verifikator, koordinator):
    """A period whose recap waits for the sign-off: Kudus is verified, Semarang has sent nothing."""
    make_rusun(kudus)
    periode = make_periode(koordinator, kudus, semarang)
    make_isian(periode, operator, verifikator, StatusIsian.TERVERIFIKASI)
    return apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)


@pytest.fixture
def ditetapkan(diajukan, pimpinan):
    """Signed off by a process that died right after the commit: nothing of what follows it has happened."""
    return apply_period_move(diajukan, GerakPeriode.TETAPKAN, pimpinan)


@pytest.fixture
def terbit_semua(ditetapkan):
    """(recap of the province, recap of Kudus)"""
    return pelari.work(ditetapkan).terbit


@pytest.fixture
def terdaftar(ditetapkan, kudus):
    """The same two in the register, with files that nobody had to render."""
    isi = {"lokasi": 1, "tower": 1, "unit": 96, "terhuni": 80, "persen_terhuni": 83.33, "diundang": 2,
           "terverifikasi": 1}  # fmt: skip
    rows = []
    for jenis, daerah, kode in (
        ("rekap_provinsi", None, "REKAP-DESK-UJI-R1"), ("rekap_daerah", kudus, "REKAP-DESK-UJI-3319-R1"),
    ):  # fmt: skip
        content = PDF + kode.encode()
        rows.append(
            Dokumen.objects.create(
                periode=ditetapkan, kabupaten_kota=daerah, jenis=jenis, kode=kode, judul="Rekap", ringkasan=isi,
                tanggal_terbit=timezone.now(), diterbitkan_oleh=ditetapkan.ditetapkan_oleh,
                berkas=write_sealed("dokumen", content), ukuran=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )  # fmt: skip
    return rows


def run(*arguments):
    out = io.StringIO()
    call_command("terbitkan_dokumen", *arguments, stdout=out)
    return out.getvalue()


def words(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def page(kode, **kwargs):
    return Client().get(reverse("cek_dokumen", args=[kode]), **kwargs)


def daftar(periode):
    return reverse("monitoring:dokumen_daftar", args=[periode.slug])


def unduh(dokumen):
    return reverse("monitoring:dokumen_unduh", args=[dokumen.periode.slug, dokumen.pk])


# --- issuing ----------------------------------------------------------------------------------------------------------


def test_sign_off_has_every_document_issued_once_it_is_committed(
    diajukan, pimpinan, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        apply_period_move(diajukan, GerakPeriode.TETAPKAN, pimpinan)
        assert not Dokumen.objects.exists()
    row, kudus = Dokumen.objects.order_by("pk")
    assert (row.kode, row.jenis, row.revisi, row.status) == ("REKAP-DESK-UJI-R1", "rekap_provinsi", 1, "berlaku")
    assert kudus.kode == "REKAP-DESK-UJI-3319-R1"
    assert {row.diterbitkan_oleh, kudus.diterbitkan_oleh} == {pimpinan}
    assert len(row.kode_cek) == 26
    text = words(content_of(row))
    assert "Ditetapkan" in text
    assert "SEMENTARA" not in text


def test_every_figure_of_the_register_and_the_paper_is_that_of_the_recap(ditetapkan, terbit_semua, settings):
    for row in terbit_semua:
        rekap = build_rekap(ditetapkan, kabupaten_kota=row.kabupaten_kota_id)
        assert row.ringkasan == {
            "lokasi": 1, "tower": 1, "unit": 96, "terhuni": 80, "persen_terhuni": 83.33,
            "diundang": rekap.diundang, "terverifikasi": 1,
        }  # fmt: skip
        text = words(content_of(row))
        for value in (rekap.jumlah.lokasi, rekap.jumlah.tower, rekap.jumlah.unit, rekap.jumlah.terhuni):
            assert f" {angka(value)} " in text
        assert persen(rekap.jumlah.terhuni, rekap.jumlah.unit) in text
        assert f"Kode dokumen {row.kode}, revisi 1" in text
        assert terbit.spaced(row.kode_cek) in text
        address = f"{settings.ALAMAT_SITUS}/cek-dokumen/{row.kode_cek}/"
        assert address.replace(" ", "") in text.replace(" ", "")
        assert "bukan tanda tangan elektronik tersertifikasi" in text
    assert [row.kode for row in terbit_semua] == ["REKAP-DESK-UJI-R1", "REKAP-DESK-UJI-3319-R1"]


def test_a_crash_between_commit_and_rendering_is_made_good_by_the_command(ditetapkan):
    assert not Dokumen.objects.exists()
    assert "2 dokumen diterbitkan" in run("desk-uji")
    before = list(Dokumen.objects.values())
    assert "sudah terbit" in run("desk-uji")
    assert list(Dokumen.objects.values()) == before


def long_ago(periode, **changes):
    """As if the last process had been asked for a minute ago."""
    then = timezone.now() - datetime.timedelta(minutes=1)
    Penerbitan.objects.filter(periode=periode).update(diminta_pada=then, **changes)


def lanjutkan(client):
    url = reverse("monitoring:dokumen_lanjutkan", args=["desk-uji"])
    return client.post(url, {"kunci_formulir": new_key()}, follow=True)


def test_a_page_shows_how_far_it_is_and_renders_nothing_itself(ditetapkan, masuk_sebagai, operator, verifikator):
    client, own = masuk_sebagai(verifikator), masuk_sebagai(operator)
    with held(lock_place(f"dokumen-{ditetapkan.pk}")) as mine:  # somebody is at it
        assert mine
        long_ago(ditetapkan)
        html = client.get(daftar(ditetapkan)).content.decode()
        assert "0 dari 2 dokumen jadi" in html
        assert "Unduh semua (zip)</a>" not in html
        assert "0 dari 1 dokumen jadi" in own.get(daftar(ditetapkan)).content.decode()
        poll = client.get(reverse("monitoring:dokumen_kemajuan", args=["desk-uji"]))
        assert (poll.status_code, b"0 dari 2" in poll.content, len(poll.content) < 1024) == (200, True, True)
        response = client.get(reverse("monitoring:dokumen_zip", args=["desk-uji"]), follow=True)
        assert "2 dokumen belum jadi" in response.content.decode()
        assert pelari.work(ditetapkan) is None
    assert not Dokumen.objects.exists()


def test_a_run_that_was_lost_is_noticed_and_started_again(ditetapkan, masuk_sebagai, operator, pimpinan):
    client, poll = masuk_sebagai(operator), reverse("monitoring:dokumen_kemajuan", args=["desk-uji"])
    assert client.get(poll).status_code == 200
    assert not Dokumen.objects.exists()  # its process may still be coming up
    long_ago(ditetapkan)
    assert client.get(poll).status_code == 200
    assert Dokumen.objects.count() == 2
    over = client.get(poll)
    assert (over.status_code, over.headers["HX-Refresh"]) == (204, "true")
    assert "Unduh semua (zip)" in masuk_sebagai(pimpinan).get(daftar(ditetapkan)).content.decode()
    # It is the paper of the sign-off, whoever opened the page.
    assert {row.diterbitkan_oleh for row in Dokumen.objects.all()} == {ditetapkan.ditetapkan_oleh}


def test_a_period_signed_off_before_there_were_runs_gets_its_documents(ditetapkan, masuk_sebagai, verifikator):
    Penerbitan.objects.all().delete()
    masuk_sebagai(verifikator).get(daftar(ditetapkan))
    assert Dokumen.objects.count() == 2


def test_work_lost_again_and_again_waits_for_somebody_to_ask(ditetapkan, masuk_sebagai, verifikator):
    long_ago(ditetapkan, percobaan=latar.ATTEMPTS)
    client = masuk_sebagai(verifikator)
    html = client.get(daftar(ditetapkan)).content.decode()
    assert "terputus berkali-kali" in html
    assert "0 dari 2 dokumen jadi" in html
    assert not Dokumen.objects.exists()
    pelari.start(ditetapkan)
    assert Penerbitan.objects.get().percobaan == 0


def test_one_paper_that_fails_holds_up_no_other_and_is_told(ditetapkan, masuk_sebagai, verifikator, caplog):
    """The code of the province's paper is taken: storing it fails whenever it is tried."""
    Dokumen.objects.create(
        periode=ditetapkan, kabupaten_kota=ditetapkan.isian.first().kabupaten_kota, jenis="rekap_daerah",
        kode="REKAP-DESK-UJI-R1", status="digantikan", judul="Rekap", ringkasan={}, tanggal_terbit=timezone.now(),
        diterbitkan_oleh=ditetapkan.ditetapkan_oleh, berkas="tidak/ada", ukuran=1, sha256="0" * 64,
    )  # fmt: skip
    client = masuk_sebagai(verifikator)
    long_ago(ditetapkan)
    client.get(daftar(ditetapkan))
    html = client.get(daftar(ditetapkan)).content.decode()
    for text in ("1 dari 2 dokumen jadi", "gagal dibuat", "Coba lagi"):
        assert text in html
    assert "desk-uji: rekap_provinsi was not issued" in caplog.text
    assert [row.kode for row in Dokumen.objects.filter(status="berlaku")] == ["REKAP-DESK-UJI-3319-R1"]


def test_an_issue_that_is_not_stored_leaves_no_file(ditetapkan, terbit_semua):
    kept = {place for place, _ in sealed_files("dokumen")}
    # Somebody else was faster: what this one rendered is dropped.
    late = terbit._prepare(
        ditetapkan, terbit.owed(ditetapkan)[1], 1, ditetapkan.ditetapkan_oleh, timezone.now()
    )  # fmt: skip
    assert path_of(late.berkas).exists()
    assert terbit._store(ditetapkan, [late]) == []
    assert {place for place, _ in sealed_files("dokumen")} == kept


def test_without_the_library_the_period_is_signed_off_and_its_documents_follow(
    diajukan, pimpinan, verifikator, masuk_sebagai, monkeypatch, django_capture_on_commit_callbacks
):
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "weasyprint", None)
        with django_capture_on_commit_callbacks(execute=True):
            periode = apply_period_move(diajukan, GerakPeriode.TETAPKAN, pimpinan)
        assert periode.status == "ditetapkan"
        client = masuk_sebagai(verifikator)
        html = client.get(daftar(periode)).content.decode()
        assert "PDF belum dapat dibuat" in html
        assert "Coba lagi" in html
        assert client.get(reverse("monitoring:dokumen_zip", args=["desk-uji"])).status_code == 302
        with pytest.raises(CommandError, match="PDF belum dapat dibuat"):
            run("desk-uji")
        assert not Dokumen.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        lanjutkan(client)
    assert Dokumen.objects.count() == 2


def test_nothing_is_issued_before_the_sign_off(diajukan, masuk_sebagai, pimpinan):
    with pytest.raises(CommandError, match="belum ditetapkan"):
        run("desk-uji")
    assert "setelah rekap ditetapkan" in masuk_sebagai(pimpinan).get(daftar(diajukan)).content.decode()
    assert not Dokumen.objects.exists()


def test_the_sweep_takes_what_no_document_names(terdaftar, koordinator):
    """A crash between file and row; the papers, the signed ones too, stay. Scans of berita acara are swept as well."""
    row = file_signed(terdaftar[1], PDF, terdaftar[1].kode, koordinator)
    kept = {terdaftar[0].berkas, row.berkas, row.pindaian}
    old, young = write_sealed("dokumen", b"lama"), write_sealed("dokumen", b"baru")
    scan = write_sealed("berita_acara", b"lama")
    for place in (*kept, old, scan):
        os.utime(path_of(place), (0, 0))
    out = io.StringIO()
    call_command("sapu_berkas", stdout=out)
    told = out.getvalue()
    assert [place in told for place in (old, scan, young, row.pindaian)] == [True, True, False, False]
    call_command("sapu_berkas", "--hapus", stdout=out)
    left = {place for place in (*kept, old, scan, young) if path_of(place).exists()}
    for place in left:  # no other test shall meet files that old
        remove_file(place)
    assert left == {*kept, young}


# --- never changed, but superseded ------------------------------------------------------------------------------------


def test_the_stored_bytes_are_served_whatever_changes_afterwards(terbit_semua, masuk_sebagai, operator, kudus):
    row = terbit_semua[1]
    client = masuk_sebagai(operator)
    first = client.get(unduh(row)).content
    Blok.objects.update(nama="Blok lain")
    Rusun.objects.update(nama="Nama lain", jumlah_kk=1)
    type(kudus).objects.filter(pk=kudus.pk).update(nama="Kabupaten Lain")
    again = client.get(unduh(row))
    assert again.content == first
    assert hashlib.sha256(first).hexdigest() == row.sha256
    assert (len(first), again["Content-Type"]) == (row.ukuran, "application/pdf")


def test_a_file_that_was_lost_or_altered_is_never_served(terdaftar, masuk_sebagai, pimpinan):
    row, other = terdaftar
    path_of(row.berkas).write_bytes(path_of(other.berkas).read_bytes())
    with pytest.raises(DocumentLost):
        content_of(row)
    response = masuk_sebagai(pimpinan).get(unduh(row), follow=True)
    assert "hilang atau rusak" in response.content.decode()


def test_only_status_and_signed_paper_may_change(terdaftar):
    row = terdaftar[0]
    for attempt in (
        row.save, row.delete, Dokumen.objects.all().delete, lambda: row.save(update_fields=["sha256"]),
        lambda: Dokumen.objects.update(ringkasan={}),
    ):  # fmt: skip
        with pytest.raises(AppendOnlyError):
            attempt()


def test_the_database_holds_one_valid_document_and_unique_codes(terdaftar):
    for row in terdaftar:
        fields = {f.attname: getattr(row, f.attname) for f in Dokumen._meta.concrete_fields if f.name != "id"}
        for change in ({}, {"kode": "LAIN"}, {"kode": "LAIN", "kode_cek": "lain"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Dokumen.objects.create(**fields | change)


def test_a_revision_supersedes_and_the_old_code_says_so(ditetapkan, terbit_semua, koordinator):
    old = content_of(terbit_semua[0])
    out = run("desk-uji", "--ulang", "--alasan", "Nama pejabat dibetulkan.", "--pengguna", koordinator.username)
    assert "2 dokumen diterbitkan" in out
    first, second = Dokumen.objects.filter(kabupaten_kota=None).order_by("revisi")
    assert (first.status, second.status, second.menggantikan) == ("digantikan", "berlaku", first)
    assert (second.kode, second.alasan_revisi) == ("REKAP-DESK-UJI-R2", "Nama pejabat dibetulkan.")
    assert content_of(first) == old
    assert "revisi 2" in words(content_of(second))
    assert "menggantikan REKAP-DESK-UJI-R1" in words(content_of(second))
    html = page(first.kode_cek).content.decode()
    assert "Digantikan" in html
    assert "Penggantinya REKAP-DESK-UJI-R2" in html
    # Through two revisions it is still the valid one that is named.
    terbit.reissue(ditetapkan, "Sekali lagi.", koordinator)
    assert "Penggantinya REKAP-DESK-UJI-R3" in page(first.kode_cek).content.decode()
    kudus = Dokumen.objects.get(kode="REKAP-DESK-UJI-3319-R1")
    assert cek.find(kudus.kode_cek).pengganti == "REKAP-DESK-UJI-3319-R3"


@pytest.mark.parametrize(
    ("alasan", "pengguna", "pesan"),
    [("", "koordinator.satu", "Tulis alasan"), ("Salah.", "verifikator.satu", "Hanya koordinator"),
     ("Salah.", "", "Tidak ada pengguna")],
)  # fmt: skip
def test_a_revision_needs_a_reason_and_the_koordinator(terdaftar, alasan, pengguna, pesan):
    with pytest.raises(CommandError, match=pesan):
        run("desk-uji", "--ulang", "--alasan", alasan, "--pengguna", pengguna)
    assert Dokumen.objects.count() == 2


# --- checking without an account --------------------------------------------------------------------------------------


def test_the_code_tells_status_date_revision_and_totals_and_no_name_of_a_person(terdaftar, pimpinan):
    html = page(terdaftar[0].kode_cek.upper()).content.decode()
    for text in ("Berlaku", "REKAP-DESK-UJI-R1", "83,33%", "1 dari 2 kabupaten/kota",
                 "bukan tanda tangan elektronik tersertifikasi"):  # fmt: skip
        assert text in html
    assert pimpinan.nama not in html


@pytest.mark.parametrize("kode", ["a" * 26, "x", "ba-desk-uji-001-aaaaaa", "rekap-desk-uji-r1", "0" * 300])
def test_an_unknown_code_gets_the_same_page_after_the_same_questions(terdaftar, kode):
    with CaptureQueriesContext(connection) as known:
        good = page(terdaftar[0].kode_cek)
    with CaptureQueriesContext(connection) as unknown:
        bad = page(kode)
    assert (good.status_code, bad.status_code) == (200, 200)
    assert good.templates[0].name == bad.templates[0].name == "monitoring/cek_dokumen.html"
    assert "Tidak dikenal" in bad.content.decode()
    assert "bukan tanda tangan elektronik tersertifikasi" in bad.content.decode()
    assert len(known) == len(unknown)


def test_a_typed_code_leads_to_the_address_of_the_qr_code(terdaftar):
    kode = terdaftar[0].kode_cek
    typed = terbit.spaced(kode).upper().replace("O", "0")
    response = Client().get(reverse("cek_dokumen_ketik"), {"kode": typed}, follow=True)
    assert response.redirect_chain == [(reverse("cek_dokumen", args=[kode]), 302)]
    assert "Tulis kode" in Client().get(reverse("cek_dokumen_ketik"), {"kode": " ? "}).content.decode()


def test_one_address_may_ask_thirty_times_a_minute(terdaftar, time_machine):
    time_machine.move_to(timezone.now().replace(second=10), tick=False)
    kode = terdaftar[0].kode_cek
    assert {page(kode).status_code for _ in range(cek.PER_MENIT)} == {200}
    refused = page(kode)
    assert refused.status_code == 429
    assert "Tunggu satu menit" in refused.content.decode()
    assert "REKAP-DESK-UJI-R1" not in refused.content.decode()
    assert page(kode, REMOTE_ADDR="10.0.0.9").status_code == 200
    time_machine.shift(60)
    assert page(kode).status_code == 200


def test_behind_the_proxy_its_word_counts_and_not_what_the_client_wrote(terdaftar, time_machine, settings):
    settings.PROXY_DI_DEPAN = 1
    time_machine.move_to(timezone.now().replace(second=10), tick=False)
    kode = terdaftar[0].kode_cek
    answers = [page(kode, HTTP_X_FORWARDED_FOR=f"1.1.1.{n}, 10.0.0.1").status_code for n in range(cek.PER_MENIT + 1)]
    assert answers[-2:] == [200, 429]
    assert page(kode, HTTP_X_FORWARDED_FOR="1.1.1.1, 10.0.0.2").status_code == 200


def upload(kode, content, **kwargs):
    client = Client(enforce_csrf_checks=True)
    url = reverse("cek_dokumen", args=[kode])
    token = client.get(url).cookies["csrftoken"].value
    file = SimpleUploadedFile("a.pdf", content, "application/pdf")
    return client.post(url, {"berkas": file, "csrfmiddlewaretoken": token}, **kwargs)


def test_a_file_is_the_issued_one_the_signed_one_or_another(terdaftar, koordinator):
    row = terdaftar[0]
    file_signed(row, PDF, row.kode, koordinator)
    for content, answer in (
        (content_of(row), "sama dengan yang diterbitkan"),
        (PDF, "sama dengan pindaian bertanda tangan yang terdaftar"),
        (content_of(row) + b" ", "berbeda"),
        (content_of(terdaftar[1]), "berbeda"),
    ):
        response = upload(row.kode_cek, content)
        assert response.status_code == 200
        assert f"Berkas Anda {answer}" in response.content.decode()


def test_what_was_issued_may_come_back_signed_although_it_carries_a_workbook(ditetapkan, terbit_semua, koordinator):
    row = ditetapkan.dokumen.first()
    signed = content_of(row) + b"% signed"
    assert b"/EmbeddedFile" in signed
    file_signed(row, signed, row.kode, koordinator)
    assert "pindaian bertanda tangan" in upload(row.kode_cek, signed).content.decode()
    with pytest.raises(FileRefused):
        file_signed(row, signed + b"/JavaScript", row.kode, koordinator)


def test_a_signed_picture_is_not_offered_for_comparison(terdaftar, koordinator):
    """It is kept smaller than it came, so that no copy of it would ever be the same."""
    row = terdaftar[0]
    file_signed(row, photo().read(), row.kode, koordinator)
    assert cek.find(row.kode_cek).sha256_pindaian == ""


def test_a_file_is_refused_that_is_no_pdf_or_too_large_and_none_is_kept(terdaftar, monkeypatch):
    kode = terdaftar[0].kode_cek
    before = {path for path in path_of("").rglob("*") if path.is_file()}
    assert "bukan PDF" in upload(kode, b"hello").content.decode()
    monkeypatch.setattr(cek, "MAX_BYTES", 1000)
    large = upload(kode, PDF + b" " * 100_000)
    assert large.status_code == 413
    assert "lebih besar dari 20 MB" in large.content.decode()
    assert upload(kode, PDF).status_code == 200
    assert {path for path in path_of("").rglob("*") if path.is_file()} == before


def test_comparing_asks_for_the_token(terdaftar):
    client = Client(enforce_csrf_checks=True)
    url = reverse("cek_dokumen", args=[terdaftar[0].kode_cek])
    assert client.post(url, {"berkas": SimpleUploadedFile("a.pdf", PDF)}).status_code == 403


@pytest.fixture
def ba(kudus, operator, verifikator, koordinator):
    """A berita acara that both sides confirmed."""
    make_rusun(kudus)
    isian = make_isian(make_periode(koordinator, kudus), operator, verifikator, StatusIsian.TERKIRIM)
    held_session(isian, koordinator, verifikator)
    row = BeritaAcara.objects.select_related("sesi__isian").get()
    BeritaAcara.objects.update(pindaian="", pindaian_tipe="")
    return row


def test_a_berita_acara_is_found_by_its_code_once_it_is_issued(ba, operator, verifikator):
    assert cek.find(ba.kode).status == cek.TIDAK_DIKENAL
    ba_rules.confirm(ba, ba.versi, operator)
    ba_rules.confirm(ba, ba.versi, verifikator)
    html = page(ba.kode.lower()).content.decode()
    for text in ("Berlaku", ba.kode, "Kabupaten Kudus", "Desk uji"):
        assert text in html
    assert "Bandingkan berkas" not in html
    ba_rules.file_scan(ba, PDF, ba.kode, verifikator)
    assert "pindaian bertanda tangan" in upload(ba.kode.lower(), PDF).content.decode()
    assert "berbeda" in upload(ba.kode.lower(), PDF + b" ").content.decode()
    newer = ba_rules.revise(ba, "Salah hitung.", verifikator)
    assert cek.find(ba.kode).status == cek.DIGANTIKAN
    assert cek.find(ba.kode).pengganti == ""
    for pengguna in (operator, verifikator):
        ba_rules.confirm(newer, newer.versi, pengguna)
    assert cek.find(ba.kode).pengganti == newer.kode


# --- pages with an account --------------------------------------------------------------------------------------------


def test_a_foreign_operator_meets_nothing(ditetapkan, terdaftar, masuk_sebagai, operator, operator_lain, pimpinan):
    province, kudus = terdaftar
    assert masuk_sebagai(operator).get(unduh(kudus)).status_code == 200
    assert masuk_sebagai(operator).get(unduh(province)).status_code == 404
    foreign = masuk_sebagai(operator_lain)
    assert [foreign.get(unduh(row)).status_code for row in terdaftar] == [404, 404]
    html = foreign.get(daftar(ditetapkan)).content.decode()
    assert "REKAP-" not in html
    assert "Tidak ada dokumen" in html
    assert [masuk_sebagai(pimpinan).get(unduh(row)).status_code for row in terdaftar] == [200, 200]
    assert not Dokumen.objects.visible_to(operator_lain).exists()


def test_the_admin_sees_no_document(terdaftar, admin):
    assert not Dokumen.objects.visible_to(admin).exists()


def test_the_zip_holds_every_valid_paper_and_an_index_that_fits(
    ba, operator, verifikator, koordinator, pimpinan, masuk_sebagai
):
    for pengguna in (operator, verifikator):
        ba_rules.confirm(ba, ba.versi, pengguna)
    apply_move(ba.sesi.isian, Gerak.VERIFIKASI, verifikator)
    periode = ba.sesi.isian.periode
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    periode = apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)
    pelari.work(periode)
    terbit.reissue(periode, "Salah.", koordinator)
    response = masuk_sebagai(pimpinan).get(reverse("monitoring:dokumen_zip", args=[periode.slug]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    index = archive.read("indeks.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(index), delimiter=";"))
    assert [(row["kode"], row["revisi"]) for row in rows] == [
        ("REKAP-DESK-UJI-R2", "2"), ("REKAP-DESK-UJI-3319-R2", "2"), (ba.kode, "1"),
    ]  # fmt: skip
    assert list(rows[0]) == ["kode", "judul", "revisi", "tanggal", "sha256"]
    for row in rows:
        content = archive.read(f"{row['kode'].lower()}.pdf")
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
        assert row["kode"] in words(content)
    assert len(archive.namelist()) == 4


def test_the_signed_paper_is_kept_beside_its_document(terdaftar, masuk_sebagai, koordinator, operator, verifikator):
    row = terdaftar[1]
    url = reverse("monitoring:dokumen_tanda_tangan", args=["desk-uji", row.pk])
    client = masuk_sebagai(koordinator)

    def send(kode, content=PDF):
        file = SimpleUploadedFile("scan.pdf", content)
        return client.post(url, {"berkas": file, "kode": kode, "kunci_formulir": new_key()})

    assert send("REKAP-DESK-UJI-R1").status_code == 409
    assert send(row.kode, b"teks").status_code == 422
    assert len(list(sealed_files("dokumen"))) >= 2
    assert send(row.kode.lower()).status_code == 302
    row.refresh_from_db()
    assert row.pindaian_sha256 == hashlib.sha256(PDF).hexdigest()
    scan = reverse("monitoring:dokumen_pindaian", args=["desk-uji", row.pk])
    assert masuk_sebagai(operator).get(scan).content == PDF
    with pytest.raises(MoveRefused):
        file_signed(row, PDF, row.kode, verifikator)


def test_a_superseded_document_is_not_signed_any_more(ditetapkan, terbit_semua, koordinator):
    terbit.reissue(ditetapkan, "Salah.", koordinator)
    with pytest.raises(MoveRefused, match="sudah digantikan"):
        file_signed(terbit_semua[0], PDF, terbit_semua[0].kode, koordinator)


def test_the_qr_code_is_drawn_as_segno_has_it():
    """The path drawn again as modules is the matrix."""
    side, path = terbit.qr_path("http://127.0.0.1:8000/cek-dokumen/abc/")
    drawn = {
        (int(x) + step, int(y))
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
        for step in range(int(width))
    }
    matrix = segno.make_qr("http://127.0.0.1:8000/cek-dokumen/abc/", error="m").matrix_iter(border=4)
    rows = [bytes(row) for row in matrix]
    assert side == len(rows)
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def test_no_two_periods_share_the_codes_of_their_documents(ditetapkan):
    """Codes are in capitals, addresses are not."""
    assert "slug" in PeriodeForm({"slug": "DESK-uji"}).errors
    assert "slug" not in PeriodeForm({"slug": "desk-lain"}).errors
