"""The berita acara: what it says, who confirms, that figures cannot be edited, numbers, revisions, the signed scan."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from core.files import path_of, sealed_files
from core.idempotency import new_key
from core.models import Pejabat
from monitoring.desk import sesi as desk
from monitoring.desk.berita_acara import (
    confirm,
    edit_prose,
    file_scan,
    read_content,
    revise,
    set_letter_number,
    sides_needed,
)
from monitoring.desk.cetak import minutes_pdf
from monitoring.desk.kehadiran import sign_account
from monitoring.desk.layar import state_of_session
from monitoring.enums import Gerak, JenisBeritaAcara, StatusBeritaAcara, StatusSesi
from monitoring.isian.catatan import add_remark, answer_remark, settle_remark
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import BeritaAcara, Catatan, SesiDesk
from rusun.alamat import Alamat
from rusun.lampiran import FileRefused
from rusun.models import Rusun, TindakLanjut
from rusun.pengisian import _still_needed
from tests.factories import make_isian

from .conftest import session_of

SCAN = b"%PDF-1.4 pindaian"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ba(langsung, lokasi, verifikator, operator):
    """A session in which one figure was corrected and one thing agreed on, closed."""
    sign_account(langsung, operator, waktu=langsung.mulai)
    desk.remark(langsung, Alamat(lokasi.pk, "hunian", "", "jumlah_kk"), "Cek KK.", verifikator)
    Rusun.objects.filter(pk=lokasi.pk).update(jumlah_kk=77)
    desk.accept(langsung, Catatan.objects.get(), verifikator)
    desk.commit(
        langsung,
        TindakLanjut(rusun=lokasi, uraian="Ganti atap lantai lima", penanggung_jawab="provinsi", unit=4,
                     batas_waktu=timezone.localdate() + datetime.timedelta(days=40)),
        verifikator,
    )  # fmt: skip
    desk.save_result(langsung, operator)
    return desk.close(langsung, verifikator)


def fresh(ba):
    return BeritaAcara.objects.select_related("sesi__jadwal__periode", "sesi__isian__kabupaten_kota").get(pk=ba.pk)


def words(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def issued(ba, operator, verifikator):
    confirm(ba, ba.versi, operator)
    return confirm(ba, ba.versi, verifikator)


def test_it_holds_what_was_agreed_before_and_after(ba, lokasi, operator):
    isi = read_content(ba)
    assert ba.kiriman.nomor == isi["kiriman"]["nomor"] == 2
    figures = {row["label"]: (row["semula"], row["disepakati"]) for row in isi["angka"]}
    assert figures["Jumlah KK"] == (80, 77)
    assert figures["Unit"] == (96, 96)
    (changed,) = isi["perubahan"]
    assert (changed["semula"], changed["disepakati"]) == ("80", "77")
    assert changed["sebutan"].startswith(f"{lokasi.nama}, Jumlah KK")
    assert [(row["isi"], row["status"]) for row in isi["catatan"]] == [("Cek KK.", "Selesai")]
    (agreed,) = isi["kesepakatan"]
    assert (agreed["uraian"], agreed["pihak"], agreed["unit"]) == ("Ganti atap lantai lima", "Provinsi", 4)
    assert [row["nama"] for row in isi["hadirin"]] == [operator.nama]
    assert "kiriman ke-2" in ba.pembuka


def test_the_opening_sentence_spells_the_date(ba):
    start = ba.sesi.dimulai_pada or ba.sesi.mulai
    assert f"({timezone.localtime(start):%d-%m-%Y})" in ba.pembuka
    assert " tahun dua ribu " in ba.pembuka


def test_the_paper_has_every_agreed_figure_and_the_signers(ba, operator, verifikator, kudus):
    since = datetime.date(2020, 1, 1)
    for tugas, daerah in (("ketua_tim", None), ("kabid", None), ("kabid", kudus)):
        Pejabat.objects.create(
            nama=f"Pejabat {tugas} {daerah or 'provinsi'}", nip="197001011990031001", jabatan=f"Jabatan {tugas}",
            tugas=tugas, kabupaten_kota=daerah, berlaku_mulai=since,
        )  # fmt: skip
    second = revise(ba, "Penandatangan dilengkapi.", verifikator)
    text = words(minutes_pdf(fresh(second), "Uji"))
    for row in second.isi["angka"]:
        assert f"{row['label']} {row['semula']} {row['disepakati']}" in text
    pieces = ("RANCANGAN", "Ganti atap lantai lima", "Cek KK.", "Pejabat ketua_tim provinsi", "Mengetahui",
              "Pejabat kabid Kabupaten Kudus", "NIP. 19700101 199003 1 001", "Nomor: ......")  # fmt: skip
    for piece in pieces:
        assert piece in text
    issued(second, operator, verifikator)
    set_letter_number(second, "648/12/2026", verifikator)
    text = words(minutes_pdf(fresh(second), "Uji"))
    assert "Nomor: 648/12/2026" in text
    assert "RANCANGAN" not in text
    assert f"Dikonfirmasi dalam aplikasi untuk Kabupaten Kudus oleh {operator}" in text
    assert f"/cek-dokumen/{second.kode.lower()}/" in text.replace(" ", "")
    assert "DIGANTIKAN OLEH REVISI 2" in words(minutes_pdf(fresh(ba), "Uji"))


def test_long_names_and_many_lines_are_all_printed(ba):
    long = "Rumah Susun Sederhana Sewa " + "Panjang " * 20
    isi = ba.isi
    isi["perubahan"] = [{"sebutan": f"{long}{i}", "semula": str(i), "disepakati": str(1000 + i)} for i in range(60)]
    remark = {"isi": "Mohon diperiksa. " * 50, "jawaban": "", "status": "Terbuka"}
    isi["catatan"] = [{"sebutan": f"{long}{i}", **remark} for i in range(30)]
    BeritaAcara.objects.filter(pk=ba.pk).update(isi=isi)
    pages = PdfReader(io.BytesIO(minutes_pdf(fresh(ba), "Uji"))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert all(str(1000 + i) in text for i in range(60))
    closing = next(page.extract_text() for page in pages if "Demikian berita acara" in page.extract_text())
    assert "Mengetahui" in closing  # the signatures stand with the closing sentence, never alone


def test_both_sides_confirm_and_only_then_it_is_issued(ba, operator, operator_lain, verifikator, pimpinan, admin):
    assert sides_needed(ba) == ("daerah", "provinsi")
    for stranger in (operator_lain, pimpinan, admin):
        with pytest.raises(MoveRefused, match="bukan wewenang"):
            confirm(ba, ba.versi, stranger)
    row = confirm(ba, ba.versi, operator)
    assert row.status == StatusBeritaAcara.RANCANGAN
    with pytest.raises(MoveRefused, match="sudah mengonfirmasi"):
        confirm(ba, ba.versi, operator)
    row = confirm(ba, ba.versi, verifikator)
    assert (row.status, row.daerah_oleh, row.provinsi_oleh) == (StatusBeritaAcara.TERBIT, operator, verifikator)


def test_words_may_be_edited_until_it_is_issued_and_have_to_be_confirmed_again(ba, operator, verifikator):
    confirm(ba, ba.versi, operator)
    frozen = ba.isi
    row = edit_prose(ba, "Pembuka baru.", ba.penutup, ba.versi, verifikator)
    assert (row.daerah_pada, row.versi, row.isi) == (None, 2, frozen)
    with pytest.raises(MoveRefused, match="orang lain"):
        edit_prose(ba, "Lama.", ba.penutup, ba.versi, verifikator)
    with pytest.raises(MoveRefused, match="berubah setelah Anda membukanya"):
        confirm(ba, ba.versi, operator)
    issued(row, operator, verifikator)
    with pytest.raises(MoveRefused, match="tidak dapat diubah"):
        edit_prose(ba, "x", "y", 2, verifikator)


def test_a_revision_supersedes_and_keeps_the_number(ba, operator, verifikator):
    with pytest.raises(MoveRefused, match="alasan"):
        revise(ba, " ", verifikator)
    issued(ba, operator, verifikator)
    second = revise(ba, "Nama salah.", verifikator)
    old = fresh(ba)
    assert (old.status, old.urut, old.isi) == (StatusBeritaAcara.DIGANTIKAN, second.urut, ba.isi)
    assert (second.revisi, second.status) == (2, StatusBeritaAcara.RANCANGAN)
    assert second.kode != old.kode
    with pytest.raises(MoveRefused, match="sudah digantikan"):
        revise(ba, "Lagi.", verifikator)


def test_a_correction_after_the_session_is_in_the_revision(langsung, lokasi, verifikator, operator):
    desk.remark(langsung, Alamat(lokasi.pk, "hunian", "", "jumlah_kk"), "Cek KK.", verifikator)
    ba = desk.close(langsung, verifikator)
    assert ba.kiriman.nomor == 1
    assert ba.isi["catatan"][0]["status"] == "Terbuka"
    answer_remark(Catatan.objects.get(), "Sudah dihitung ulang.", operator)
    Rusun.objects.filter(pk=lokasi.pk).update(jumlah_kk=79)
    apply_move(langsung.isian, Gerak.KIRIM, operator)
    second = revise(ba, "Perbaikan sudah dikirim.", verifikator)
    assert second.kiriman.nomor == 2
    assert {row["label"]: row["disepakati"] for row in second.isi["angka"]}["Jumlah KK"] == 79


def test_letter_numbers_are_unique_and_given_once_it_is_issued(ba, operator, verifikator, semarang, operator_lain):
    with pytest.raises(MoveRefused, match="setelah berita acara terbit"):
        set_letter_number(ba, "648/1", verifikator)
    issued(ba, operator, verifikator)
    set_letter_number(ba, "648/1", verifikator)
    other = SesiDesk.objects.get(isian__kabupaten_kota=semarang)
    row = desk.mark_absent(other, "", verifikator, waktu=other.selesai)
    confirm(row, row.versi, verifikator)
    with pytest.raises(MoveRefused, match="sudah dipakai"):
        set_letter_number(row, "648/1", verifikator)
    assert row.urut == ba.urut + 1


def test_who_did_not_come_has_a_paper_of_its_own_that_the_province_confirms(sesi, verifikator, operator):
    ba = desk.mark_absent(sesi, "Sudah ditelepon dua kali.", verifikator, waktu=sesi.selesai)
    assert (ba.jenis, sides_needed(ba)) == (JenisBeritaAcara.TIDAK_HADIR, ("provinsi",))
    with pytest.raises(MoveRefused):
        confirm(ba, ba.versi, operator)
    assert confirm(ba, ba.versi, verifikator).status == StatusBeritaAcara.TERBIT
    text = words(minutes_pdf(fresh(ba), "Uji"))
    assert "KETIDAKHADIRAN" in text
    assert "Kabupaten Kudus tidak hadir." in text
    assert "Angka yang disepakati" not in text


def test_who_has_not_sent_has_a_paper_that_says_so(periode, operator, jadwal, verifikator):
    isian = make_isian(periode, operator)
    sesi = session_of(isian)
    desk.begin(sesi, verifikator)
    sign_account(sesi, operator)
    ba = desk.close(sesi, verifikator)
    assert (ba.jenis, ba.kiriman) == (JenisBeritaAcara.BELUM_MENYAMPAIKAN, None)
    text = words(minutes_pdf(fresh(ba), "Uji"))
    assert "BELUM MENYAMPAIKAN" in text
    assert "belum menyampaikan isian kepada provinsi" in text
    assert sides_needed(ba) == ("daerah", "provinsi")


def test_a_scan_is_kept_beside_and_one_of_another_revision_is_noticed(ba, operator, verifikator):
    with pytest.raises(MoveRefused, match="belum terbit"):
        file_scan(ba, SCAN, ba.kode, verifikator)
    issued(ba, operator, verifikator)
    second = issued(revise(ba, "Salah.", verifikator), operator, verifikator)
    with pytest.raises(MoveRefused, match="milik revisi 1"):
        file_scan(second, SCAN, ba.kode, verifikator)
    with pytest.raises(MoveRefused, match="tidak sama dengan"):
        file_scan(second, SCAN, "BA-LAIN", operator)
    with pytest.raises(FileRefused):
        file_scan(second, b"bukan berkas yang diterima", second.kode, operator)
    row = file_scan(second, SCAN, f" {second.kode.lower()} ", operator)
    assert (row.pindaian_tipe, row.pindaian_oleh) == ("application/pdf", operator)


def test_the_database_itself_keeps_the_rules(ba, verifikator):
    for change in (
        {"status": "terbit"}, {"status": "lain"}, {"jenis": "lain"}, {"revisi": 2},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            BeritaAcara.objects.filter(pk=ba.pk).update(**change)


# --- pages ------------------------------------------------------------------------------------------------------------


def page(ba, name="berita_acara", *args):
    return reverse(f"monitoring:{name}", args=["desk-uji", ba.sesi_id, *args])


def test_the_page_leads_through_confirming_numbering_and_filing(ba, operator, verifikator, masuk_sebagai):
    daerah, provinsi = masuk_sebagai(operator), masuk_sebagai(verifikator)
    html = daerah.get(page(ba)).content.decode()
    assert "Konfirmasi" in html
    assert "Sunting kalimat" not in html
    for client in (daerah, provinsi):
        data = {"kunci_formulir": new_key(), "versi": ba.versi}
        for _ in range(2):  # a double click
            assert client.post(page(ba, "berita_acara_konfirmasi"), data).status_code == 302
    assert fresh(ba).status == StatusBeritaAcara.TERBIT
    data = {"kunci_formulir": new_key(), "nomor": "648/77/2026"}
    assert provinsi.post(page(ba, "berita_acara_nomor"), data).status_code == 302
    image = io.BytesIO()
    Image.new("RGB", (40, 40)).save(image, "PNG")
    upload = {"kunci_formulir": new_key(), "kode": "BA-SALAH", "berkas": SimpleUploadedFile("ba.png", image.getvalue())}
    assert daerah.post(page(ba, "berita_acara_pindaian"), upload).status_code == 409
    upload |= {"kode": ba.kode, "berkas": SimpleUploadedFile("ba.png", image.getvalue())}
    assert daerah.post(page(ba, "berita_acara_pindaian"), upload).status_code == 302
    response = daerah.get(page(ba, "berita_acara_berkas", 1))
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response["Content-Disposition"].startswith("attachment")
    html = daerah.get(page(ba)).content.decode()
    assert "648/77/2026" in html
    assert "Unduh pindaian" in html


def test_an_edit_that_came_too_late_keeps_what_was_typed(ba, verifikator, masuk_sebagai):
    edit_prose(ba, "Lebih dahulu.", ba.penutup, ba.versi, verifikator)
    data = {"kunci_formulir": new_key(), "versi": ba.versi, "pembuka": "Tulisan saya.", "penutup": ba.penutup}
    response = masuk_sebagai(verifikator).post(page(ba, "berita_acara_sunting"), data)
    assert response.status_code == 409
    assert "Tulisan saya." in response.content.decode()
    assert fresh(ba).pembuka == "Lebih dahulu."


def test_a_scan_that_is_refused_or_lost_leaves_no_file_and_no_crash(ba, operator, verifikator, masuk_sebagai):
    issued(ba, operator, verifikator)
    with pytest.raises(MoveRefused):
        file_scan(ba, SCAN, "BA-LAIN", verifikator)
    assert list(sealed_files("berita_acara")) == []
    row = file_scan(ba, SCAN, ba.kode, verifikator)
    client, url = (
        masuk_sebagai(operator),
        reverse("monitoring:berita_acara_berkas", args=[ba.sesi.jadwal.periode.slug, ba.sesi_id, ba.revisi]),
    )
    assert client.get(url).content == SCAN
    for spoil in (lambda path: path.write_bytes(b"rusak"), lambda path: path.unlink()):
        spoil(path_of(row.pindaian))
        answer = client.get(url, follow=True)
        assert "Pindaian hilang atau rusak" in answer.content.decode()


def test_a_problem_whose_follow_up_was_agreed_on_says_so_when_it_cannot_go(langsung, lokasi, verifikator, operator):
    masalah = lokasi.permasalahan.get()
    tindak = TindakLanjut(rusun=lokasi, permasalahan=masalah, uraian="Ganti atap", penanggung_jawab="provinsi",
                          batas_waktu=timezone.localdate() + datetime.timedelta(days=40))  # fmt: skip
    desk.commit(langsung, tindak, verifikator)
    with pytest.raises(ProtectedError) as refusal:
        masalah.delete()
    assert "disepakati pada desk tidak dapat dihapus" in _still_needed(refusal.value)


@pytest.mark.parametrize("versi", ["", "x", "99999999999999999999", "0", "-1"])
def test_nonsense_confirms_nothing(ba, operator, masuk_sebagai, versi):
    data = {"kunci_formulir": new_key(), "versi": versi}
    assert masuk_sebagai(operator).post(page(ba, "berita_acara_konfirmasi"), data).status_code == 302
    assert fresh(ba).daerah_pada is None
    assert fresh(ba).sesi.status == StatusSesi.DITUTUP


@pytest.mark.parametrize("terbit", [True, False])
def test_verifying_again_after_reopening_supersedes_a_paper_that_cites_the_earlier_kiriman(
    langsung, lokasi, verifikator, operator, koordinator, terbit
):
    """The first verification does not: that the desk asks for a correction is no reason to sign twice."""
    before = StatusBeritaAcara.TERBIT if terbit else StatusBeritaAcara.RANCANGAN
    desk.remark(langsung, Alamat(lokasi.pk, "hunian", "", "jumlah_kk"), "Cek KK.", verifikator)
    ba = desk.close(langsung, verifikator)
    BeritaAcara.objects.filter(pk=ba.pk).update(isi={**ba.isi, "hadirin": []})
    if terbit:
        issued(ba, operator, verifikator)
    answer_remark(Catatan.objects.get(), "Sudah dihitung ulang.", operator)
    apply_move(langsung.isian, Gerak.KIRIM, operator)
    settle_remark(Catatan.objects.get(), verifikator)
    assert fresh(ba).status == before
    apply_move(langsung.isian, Gerak.VERIFIKASI, verifikator)
    assert fresh(ba).status == before
    again = add_remark(fresh(ba).sesi.isian, Alamat(lokasi.pk, "hunian", "", "jumlah_kk"), "Cek lagi.", koordinator)
    apply_move(
        fresh(ba).sesi.isian, Gerak.BUKA_KEMBALI, koordinator, alasan="Keliru.", jawab_sebelum=timezone.localdate()
    )
    answer_remark(again, "Sudah benar.", operator)
    apply_move(fresh(ba).sesi.isian, Gerak.KIRIM, operator)
    settle_remark(Catatan.objects.get(pk=again.pk), verifikator)
    assert fresh(ba).status == before
    apply_move(fresh(ba).sesi.isian, Gerak.VERIFIKASI, verifikator)
    assert fresh(ba).status == StatusBeritaAcara.DIGANTIKAN
    assert state_of_session(fresh(ba).sesi, fresh(ba)).label == "Menunggu konfirmasi"
    with pytest.raises(MoveRefused):
        confirm(ba, fresh(ba).versi, operator)
    second = revise(ba, "Kiriman ke-3 sudah diverifikasi.", verifikator)
    assert (second.revisi, second.kiriman.nomor) == (2, 3)


def test_a_paper_that_cites_no_kiriman_outlives_a_verification(ba, operator, verifikator):
    """Who was absent from the desk was absent, whatever is sent and verified later."""
    issued(ba, operator, verifikator)
    isian = fresh(ba).sesi.isian
    isian.kiriman_sah = isian.kiriman.last()
    isian.save(update_fields=["kiriman_sah"])
    BeritaAcara.objects.filter(pk=ba.pk).update(kiriman=None)
    apply_move(isian, Gerak.VERIFIKASI, verifikator)
    assert fresh(ba).status == StatusBeritaAcara.TERBIT


def test_verifying_what_the_paper_cites_leaves_it_valid(ba, operator, verifikator):
    issued(ba, operator, verifikator)
    apply_move(fresh(ba).sesi.isian, Gerak.VERIFIKASI, verifikator)
    assert fresh(ba).status == StatusBeritaAcara.TERBIT
