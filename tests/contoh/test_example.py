"""The example reproduces the published figures, and every output of the recap says the same."""

import datetime
import io
import json
import re
from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Count, Q
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from core.display import angka, desimal, persen, sel
from core.models import Pengguna
from core.rantai import seal_trails, verify_trails
from monitoring.desk.agenda import agenda_of
from monitoring.desk.cetak import minutes_pdf
from monitoring.dokumen.terbit import owed
from monitoring.enums import StatusCatatan
from monitoring.models import (
    BeritaAcara,
    Catatan,
    Isian,
    JadwalDesk,
    Kiriman,
    Pemberitahuan,
    PeriodeMonitoring,
    SesiDesk,
    Surel,
)
from monitoring.rekap.banding import compare_periods
from monitoring.rekap.build import build_rekap
from monitoring.rekap.saring import Saringan, rows_behind
from monitoring.rekap.tabel import figures, small_tables
from monitoring.rekap.terbuka import open_csv
from monitoring.rekap.xlsx import render_xlsx
from penghuni.models import Hunian, Penghuni
from rusun.alamat import Alamat
from rusun.models import Blok
from rusun.penguncian import lock_state
from tests.test_no_nik_leaks import stored, texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contoh")]


def rekap(slug):
    return build_rekap(PeriodeMonitoring.objects.get(slug=slug))


def test_published_totals_of_2021_are_reproduced():
    data = rekap("desk-2021")
    assert (data.jumlah.lokasi, data.jumlah.kabupaten_kota, data.jumlah.tower) == (61, 23, 120)
    assert (data.jumlah.unit, data.jumlah.terhuni, data.jumlah.persen_terhuni) == (9778, 8051, Decimal("82.34"))
    assert (data.jumlah.kosong_siap, data.jumlah.kosong_rusak, data.jumlah.cadangan) == (1169, 396, 162)
    assert (data.jumlah_rusus.lokasi, data.jumlah_rusus.kabupaten_kota) == (4, 3)
    assert data.sementara == ""


def test_page_pdf_workbook_and_json_of_2021_say_the_same(tmp_path):
    """Issue 2, done-when 1: one comparison of all four."""
    data = rekap("desk-2021")
    expected = ["61", "120", "9.778", "8.051", "82,34%"]

    client = Client()
    client.force_login(Pengguna.objects.get(username="pimpinan"), backend="core.signin.PenggunaBackend")
    page = client.get("/periode/desk-2021/rekap/").content.decode()
    shown = re.findall(r'<strong class="kartu-angka-nilai">([^<]+)</strong>', page)
    plain = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert shown == expected

    for kind in ("json", "xlsx", "pdf"):
        call_command("rekap", "desk-2021", format=kind, output=str(tmp_path / f"rekap.{kind}"))
    figures = json.loads((tmp_path / "rekap.json").read_text())
    total = figures["jumlah"]
    assert [total[name] for name in ("lokasi", "tower", "unit", "terhuni", "persen_terhuni")] == [
        61, 120, 9778, 8051, 82.34,
    ]  # fmt: skip

    summary = load_workbook(tmp_path / "rekap.xlsx")["Ringkasan"]
    rows = {row[0]: row[1:] for row in summary.iter_rows(values_only=True) if row[0]}
    assert rows["Rusun"] == (23, 61, 120, 9778, 8051, 1169, 396, 162, 82.34)
    assert rows["Rusus"][:2] == (3, 4)
    sheet = load_workbook(tmp_path / "rekap.xlsx")["Per kabupaten-kota"]
    lines = {row[0]: row[3:10] for row in sheet.iter_rows(values_only=True) if row[0] and row[0].startswith("33.")}

    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "rekap.pdf").pages)
    words = " ".join(text.split())
    for kode, sheet, rows in (
        ("sebab_kosong", "Sebab kosong", data.sebab_kosong),
        ("status_aset", "Status aset", data.status_aset),
        ("penanggung_jawab", "Penanggung jawab", data.penanggung_jawab),
    ):
        cells = dict(row[:2] for row in load_workbook(tmp_path / "rekap.xlsx")[sheet].iter_rows(values_only=True))
        for butir in rows:
            assert figures[kode][butir.kode] == cells[butir.label] == butir.jumlah
            assert f"{butir.label} {butir.jumlah} " in words
            assert f"{butir.label} {butir.jumlah} " in plain
        assert cells["JUMLAH"] == sum(butir.jumlah for butir in rows)
    assert [(row.tahun, row.perbandingan) for row in data.backlog] == [
        (2020, "1.169 unit siap huni = 0,3% dari 436.649")
    ]
    (backlog,) = figures["backlog"]
    assert (backlog["jumlah"], backlog["siap_huni"]) == (436_649, total["kosong_siap"])
    cells = [row for row in load_workbook(tmp_path / "rekap.xlsx")["Backlog"].iter_rows(values_only=True) if row[5]]
    assert cells[1][3:6] == (436_649, 1169, data.backlog[0].perbandingan)
    assert data.backlog[0].perbandingan in page
    assert data.backlog[0].perbandingan in words
    for figure in expected:
        assert figure in words
    for baris in data.baris:
        json_row = next(row for row in figures["baris"] if row["kode"] == baris.kode)["rusun"]
        names = ("lokasi", "tower", "unit", "terhuni", "kosong_siap", "kosong_rusak", "cadangan")
        in_json = tuple(json_row[name] for name in names)
        assert in_json == lines[baris.kode]
        printed = " ".join(f"{value:,}".replace(",", ".") for value in in_json)
        assert f"{baris.nama} Terverifikasi {printed}" in words


def test_running_period_has_isian_in_every_state():
    states = Counter(Isian.objects.filter(periode__slug="desk-2022").values_list("status", flat=True))
    assert states == {"terverifikasi": 9, "terkirim": 4, "perlu_perbaikan": 3, "diisi": 5, "belum_mulai": 2}
    assert rekap("desk-2022").sementara == "SEMENTARA, 9 dari 23 terverifikasi"


def test_kudus_has_two_remarks_and_only_their_groups_open():
    remarks = Catatan.objects.filter(isian__kabupaten_kota="33.19", status=StatusCatatan.TERBUKA)
    assert sorted(remark.kolom for remark in remarks) == ["daftar_tunggu", "kosong_rusak"]
    kunci = lock_state("33.19")
    kode = "3319-RSN-01"
    assert kunci.terkunci
    assert kunci.opens(Alamat(kode, "hunian", "", "daftar_tunggu"))
    assert kunci.opens(Alamat(kode, "sebab_kosong", "", "rusak"))
    assert not kunci.opens(Alamat(kode, "hunian", "", "jumlah_kk"))
    assert not kunci.opens(Alamat(kode, "blok"))
    assert not kunci.opens(Alamat(kode, "identitas", "", "nama"))


def test_reminders_and_the_exception_of_the_running_period_were_made_by_real_moves():
    assert set(Pengguna.objects.exclude(surel="").values_list("surel", flat=True)) >= {"operator.3319@example.invalid"}
    assert not Pengguna.objects.exclude(surel="").exclude(surel__endswith="@example.invalid").exists()
    jepara = Isian.objects.get(periode__slug="desk-2022", kabupaten_kota="33.20")
    assert jepara.pengecualian_sampai > jepara.periode.hari_terakhir
    assert jepara.riwayat_pengecualian.count() == 1
    waiting = Surel.objects.waiting().values_list("isian__kabupaten_kota", flat=True)
    assert set(waiting) == {"33.18", "33.19", "33.22", "33.26", "33.29"}
    assert not Pemberitahuan.objects.unread().filter(isian__periode__slug="desk-2021").exists()
    assert Pemberitahuan.objects.unread().filter(pengguna__username="operator.3319").count() == 1


def test_every_occupied_unit_has_its_household():
    occupied = dict(Blok.objects.values_list("pk", "terhuni"))
    stays = Blok.objects.annotate(jumlah=Count("hunian", filter=Q(hunian__selesai__isnull=True)))
    assert {blok.pk: blok.jumlah for blok in stays} == occupied


def test_no_kiriman_holds_a_number_of_a_person():
    numbers = {penghuni.nik.reveal() for penghuni in Penghuni.objects.all()}
    numbers |= {penghuni.no_kk.reveal() for penghuni in Penghuni.objects.all()}
    found = {number for kiriman in Kiriman.objects.all() for number in re.findall(r"\d{16}", kiriman.isi)}
    assert found & numbers == set()


def test_loading_again_changes_nothing():
    def counts():
        return [model.objects.count() for model in (Pengguna, Blok, Penghuni, Hunian, Isian, Kiriman, Catatan)]

    before = counts()
    out = io.StringIO()
    call_command("seed", contoh=True, stdout=out)
    assert counts() == before
    assert "Data contoh sudah ada." in out.getvalue()


def test_shifting_leaves_the_chain_over_the_trails_whole(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    seal_trails()
    time_machine.move_to(timezone.now() + datetime.timedelta(days=40))
    call_command("seed", contoh=True, geser=True, stdout=io.StringIO())
    hasil = verify_trails()
    assert hasil.temuan == []
    assert hasil.dilupakan


def test_shifting_follows_the_calendar(time_machine):
    periode = PeriodeMonitoring.objects.get(slug="desk-2022")
    kudus = Isian.objects.get(periode=periode, kabupaten_kota="33.19")
    jepara = Isian.objects.get(periode=periode, kabupaten_kota="33.20")
    kabar = Pemberitahuan.objects.filter(isian=kudus).first()
    time_machine.move_to(timezone.now() + datetime.timedelta(days=40))
    call_command("seed", contoh=True, geser=True, stdout=io.StringIO())
    moved = PeriodeMonitoring.objects.get(slug="desk-2022")
    assert (moved.batas_waktu - periode.batas_waktu).days == 40
    assert Isian.objects.get(pk=jepara.pk).pengecualian_sampai == jepara.pengecualian_sampai + datetime.timedelta(
        days=40
    )
    assert Pemberitahuan.objects.get(pk=kabar.pk).waktu == kabar.waktu + datetime.timedelta(days=40)
    assert Isian.objects.get(pk=kudus.pk).jawab_sebelum == kudus.jawab_sebelum + datetime.timedelta(days=40)
    assert rekap("desk-2021").jumlah.unit == 9778
    jadwal = JadwalDesk.objects.get(periode=moved)
    assert (jadwal.mulai, jadwal.versi) == (timezone.localdate(), 2)


def test_the_desk_of_2021_was_held_on_its_four_days():
    """Issue 5, done-when 3: opening on Thursday 19 August, 23 kabupaten/kota, a berita acara for each."""
    sesi = SesiDesk.objects.filter(jadwal__periode__slug="desk-2021")
    opening = sesi.get(jenis="pembukaan")
    assert timezone.localtime(opening.mulai).strftime("%Y-%m-%d %H.%M") == "2021-08-19 08.00"
    days = Counter(timezone.localdate(row.mulai).day for row in sesi.filter(jenis="desk"))
    assert days == {19: 6, 20: 6, 23: 6, 24: 5}
    assert set(sesi.values_list("status", flat=True)) == {"ditutup"}
    papers = BeritaAcara.objects.filter(sesi__in=sesi)
    assert papers.count() == 23
    assert {row.status for row in papers} == {"terbit"}
    assert sorted(row.urut for row in papers) == list(range(1, 24))
    assert all(row.kiriman_id == row.sesi.isian.kiriman_sah_id for row in papers.select_related("sesi__isian"))


@pytest.mark.parametrize("kode", ["33.72", "33.06", "33.19"])
def test_the_berita_acara_of_large_and_small_print_every_agreed_figure(kode):
    """Issue 5, done-when 4. Surakarta is the largest, Purworejo the smallest; Kudus was corrected in its session."""
    ba = BeritaAcara.objects.select_related("sesi__jadwal__periode").get(sesi__isian__kabupaten_kota=kode)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(minutes_pdf(ba, "Uji"))).pages)
    words = " ".join(text.split())
    for row in ba.isi["angka"]:
        assert f"{row['label']} {angka(row['semula'])} {angka(row['disepakati'])}" in words
    for row in ba.isi["perubahan"]:
        assert f"{row['semula']} {row['disepakati']}" in words
    assert bool(ba.isi["perubahan"]) == (kode != "33.06")
    for row in ba.isi["kesepakatan"]:
        assert row["uraian"] in words


def test_what_was_agreed_in_2021_opens_the_agenda_of_the_running_period():
    kudus = Isian.objects.select_related("periode").get(periode__slug="desk-2022", kabupaten_kota="33.19")
    first = agenda_of(kudus, timezone.localdate())[0]
    assert first.judul == "1 kesepakatan periode lalu: 1 lewat batas waktu"
    sesi = SesiDesk.objects.get(isian=kudus)
    assert sesi.status == "terjadwal"
    assert sesi.jadwal.versi == 1


def cell_text(value):
    """A cell as every print shows it."""
    if value is None:
        return "-"
    return f"{desimal(value, 2)}%" if isinstance(value, Decimal) else angka(value) if isinstance(value, int) else value


@pytest.mark.parametrize("slug", ["desk-2021", "desk-2022"])
def test_every_small_table_is_the_same_on_page_paper_and_workbook(slug, tmp_path):
    """Issue 6, done-when 1, for what stands beside the main figures."""
    data = rekap(slug)
    client = Client()
    client.force_login(Pengguna.objects.get(username="pimpinan"), backend="core.signin.PenggunaBackend")
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get(f"/periode/{slug}/rekap/").content.decode()).split())
    for kind in ("json", "xlsx", "pdf"):
        call_command("rekap", slug, format=kind, output=str(tmp_path / f"rekap.{kind}"))
    paper = "".join("".join(p.extract_text() for p in PdfReader(tmp_path / "rekap.pdf").pages).split())
    book = load_workbook(tmp_path / "rekap.xlsx")
    for tabel in small_tables(data):
        in_book = list(book[tabel.lembar].iter_rows(values_only=True))
        for row in [*tabel.baris, *([tabel.jumlah] if tabel.jumlah else [])]:
            shown = [cell_text(value) for value in row]
            assert " ".join(shown) in page, tabel.judul
            assert "".join("".join(shown).split()) in paper, tabel.judul
            plain = tuple(float(value) if isinstance(value, Decimal) else value for value in row)
            assert plain in [line[: len(plain)] for line in in_book], tabel.judul
    figures = json.loads((tmp_path / "rekap.json").read_text())
    for kode in ("anatomi", "dukungan"):
        assert figures[kode] == {butir.kode: butir.jumlah for butir in getattr(data, kode)}
    for name in ("daftar_tunggu", "jumlah_kk", "jumlah_jiwa", "lewat_batas_huni", "segera_habis_huni",
                 "tanpa_aturan_huni", "menunggak", "minat_punya_rumah"):  # fmt: skip
        assert figures[name] == getattr(data, name)
    assert [row["lewat"] for row in figures["tindak_lanjut"]] == [row.lewat for row in data.tindak_lanjut]


def test_what_keeps_units_empty_adds_up_in_both_periods():
    for slug in ("desk-2021", "desk-2022"):
        data = rekap(slug)
        assert sum(butir.jumlah for butir in data.anatomi) == data.jumlah.kosong
        assert data.anatomi[1].jumlah == data.jumlah.kosong_rusak
    assert [butir.jumlah for butir in rekap("desk-2021").anatomi] == [947, 396, 222, 162]


def test_the_signed_off_period_owes_a_document_to_the_province_and_to_each_of_23():
    periode = PeriodeMonitoring.objects.get(slug="desk-2021")
    papers = owed(periode)
    assert [row.kunci for row in papers[:2]] == [("rekap_provinsi", None), ("rekap_daerah", "33.01")]
    assert len(papers) == 24
    assert owed(PeriodeMonitoring.objects.get(slug="desk-2022")) == []


def test_two_periods_are_compared_over_those_who_sent_in_both():
    now, before = rekap("desk-2022"), rekap("desk-2021")
    banding = compare_periods(now, before)
    sent = {row.kode for row in now.baris if row.kiriman}
    assert banding.daerah == len(sent) == 16
    old = {row.label: row.lalu for row in banding.baris}
    assert old["Unit"] == sum(row.rusun.unit for row in before.baris if row.kode in sent)
    assert old["Unit"] < before.jumlah.unit
    assert {row.label: row.kini for row in banding.baris}["Unit"] == now.jumlah.unit


@pytest.mark.parametrize("asked", [{"sebab": "rusak"}, {"status_aset": "sudah_hibah"}, {"anatomi": "aset"},
                                   {"tingkat": "berat"}, {"pihak": "pusat"}, {"daerah": "33.19"}])  # fmt: skip
def test_the_rows_behind_a_figure_add_up_to_it(asked):
    data = rekap("desk-2021")
    rows = rows_behind(data, Saringan.read(asked))
    assert 0 < len(rows) < len(data.lokasi)
    if "sebab" in asked:
        total = sum(row.sebab_kosong["rusak"] for row in rows)
        assert total == next(butir.jumlah for butir in data.sebab_kosong if butir.kode == "rusak")
    if "status_aset" in asked:
        assert len(rows) == next(butir.jumlah for butir in data.status_aset if butir.kode == "sudah_hibah")
    if "anatomi" in asked:
        assert sum(row.anatomi["aset"] for row in rows) == 222


def test_nonsense_asks_for_nothing():
    data = rekap("desk-2021")
    assert rows_behind(data, Saringan.read({"sebab": "x", "lain": "y"})) == list(data.lokasi)


@pytest.mark.parametrize("slug", ["desk-2021", "desk-2022"])
def test_every_figure_is_the_same_everywhere(slug, tmp_path):
    """Issue 6, done-when 1: page, paper, the workbook in the paper, the workbook beside it, JSON, command."""
    data = rekap(slug)
    client = Client()
    client.force_login(Pengguna.objects.get(username="pimpinan"), backend="core.signin.PenggunaBackend")
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get(f"/periode/{slug}/rekap/").content.decode()).split())
    paper = PdfReader(io.BytesIO(client.get(f"/periode/{slug}/rekap.pdf").content))
    printed = "".join("".join(p.extract_text() for p in paper.pages).split())
    call_command("rekap", slug, format="xlsx", output=str(tmp_path / "rekap.xlsx"))
    books = [
        load_workbook(io.BytesIO(content))
        for content in (
            client.get(f"/periode/{slug}/rekap.xlsx").content,
            paper.attachments[f"rekap-{slug}.xlsx"][0],
            (tmp_path / "rekap.xlsx").read_bytes(),
        )
    ]
    for name in books[0].sheetnames:
        assert len({repr(list(book[name].values)) for book in books}) == 1, name
    call_command("rekap", slug, format="json", output=str(tmp_path / "rekap.json"))
    by_command = json.loads((tmp_path / "rekap.json").read_text())
    by_page = json.loads(client.get(f"/periode/{slug}/rekap.json").content)
    del by_page["metadata"]
    assert by_page == by_command
    for baris in data.baris:
        row = next(row for row in by_command["baris"] if row["kode"] == baris.kode)["rusun"]
        shown = [sel(value) for value in figures(baris.rusun)]
        assert " ".join([baris.nama, baris.label_status, *shown]) in page
        assert squeeze(baris.nama, baris.label_status, *shown) in printed
        if baris.rusun:
            assert row == baris.rusun.as_json()
    for label, jumlah in (("MBR", data.jumlah_mbr), ("Pekerja", data.jumlah_pekerja)):
        shown = [sel(value) for value in figures(jumlah)]
        assert " ".join([label, *shown]) in page
        assert squeeze(label, *shown) in printed
    for rows, whole in ((data.sebab_kosong, data.jumlah.kosong), (data.status_aset, data.jumlah.lokasi),
                        (data.penanggung_jawab, data.jumlah_permasalahan)):  # fmt: skip
        for butir in rows:
            shown = [butir.label, angka(butir.jumlah), persen(butir.jumlah, whole)]
            assert " ".join(shown) in page
            assert squeeze(*shown) in printed
    for row in data.permasalahan_aspek:
        shown = [row.label, *map(angka, row.tingkat), angka(row.jumlah)]
        assert " ".join(shown) in page
        assert squeeze(*shown) in printed
    for row in data.lokasi:
        shown = [angka(row.angka.tower), angka(row.angka.unit), angka(row.angka.terhuni), angka(row.angka.kosong_siap)]
        assert squeeze(row.label_peruntukan, *shown) in printed
        assert " ".join([row.label_peruntukan, *shown]) in page
    for row in data.backlog:
        assert row.perbandingan in page
        assert squeeze(row.perbandingan) in printed


def squeeze(*texts):
    return "".join("".join(texts).split())


def test_no_full_number_of_the_example_is_stored_readable_or_printed():
    """Every NIK, No KK and phone of every resident, searched for in every table and in what is published."""
    numbers = {
        getattr(row, name).reveal()
        for row in Penghuni.objects.only("nik", "no_kk", "telepon").iterator()
        for name in ("nik", "no_kk", "telepon")
    } - {""}
    lengths = sorted({len(number) for number in numbers})
    assert len(numbers) > 15_000

    def found(text):
        runs = re.findall(rf"[0-9]{{{lengths[0]},}}", text)
        return {
            run[start : start + length] for run in runs for length in lengths for start in range(len(run) - length + 1)
        } & numbers

    assert found(f"nomor {min(numbers)}.")
    assert [(table, leak) for table, row in stored() for leak in found(row)] == []
    for periode in PeriodeMonitoring.objects.all():
        data = build_rekap(periode)
        for content in (json.dumps(data.as_json()).encode(), open_csv(data).encode(), render_xlsx(data)):
            assert [leak for text in texts(content) for leak in found(text)] == []
