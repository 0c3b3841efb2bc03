"""The recap as page, files and command: who may choose what, what an odd name does, what is said when it cannot be."""

import csv
import datetime
import io
import json
import re
import sys
from html import unescape

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.idempotency import new_key
from core.models import KabupatenKota, Pejabat, Pengguna
from monitoring.beranda import recaps_for
from monitoring.enums import GerakPeriode
from monitoring.models import Backlog, Isian, KirimanRusun, PeriodeMonitoring
from monitoring.periode.workflow import apply_period_move, write_decisions
from monitoring.rekap.build import PENGHUNI, build_rekap
from monitoring.rekap.xlsx import render_xlsx
from tests.factories import make_isian, make_periode, make_rusun
from tests.papers import accessibility, read, squeezed, words

PAGE, PDF, XLSX = (f"/periode/desk-uji/{end}" for end in ("rekap/", "rekap.pdf", "rekap.xlsx"))


@pytest.fixture
def periode(kudus, semarang, koordinator):
    make_rusun(kudus)
    make_rusun(semarang, nama="Rusunawa Kudu", status_aset="proses_hibah")
    return make_periode(koordinator, kudus, semarang)


@pytest.fixture
def kiriman(periode, operator, operator_lain):
    """Kudus and Semarang have sent."""
    for sender in (operator, operator_lain):
        make_isian(periode, sender, status="terkirim")
    return periode


@pytest.fixture
def kepala(masuk_sebagai, pimpinan):
    return masuk_sebagai(pimpinan)


# --- One kabupaten/kota or all ---------------------------------------------------------------------------------------


def test_head_of_office_chooses_from_the_invited(kepala, kiriman):
    page = kepala.get(PAGE).content.decode()
    assert '<option value="">Provinsi Jawa Tengah</option>' in page
    assert '<option value="33.19">Kabupaten Kudus</option>' in page
    chosen = kepala.get(PAGE, {"kabupaten_kota": "33.74"}).content.decode()
    assert '<option value="33.74" selected>Kota Semarang</option>' in chosen
    assert "Kota Semarang, posisi" in chosen
    assert f'href="{PDF}?kabupaten_kota=33.74"' in chosen
    assert "Rusunawa Kudu" in chosen
    assert "Rusunawa Kabupaten Kudus" not in chosen


def test_back_to_the_province_is_the_empty_choice(kepala, kiriman):
    assert "Provinsi Jawa Tengah, posisi" in kepala.get(PAGE, {"kabupaten_kota": ""}).content.decode()


@pytest.mark.parametrize("kode", ["33.01", "xx", "33.19' OR 1=1", "\0"])
def test_a_region_that_is_not_invited_does_not_exist(kepala, kiriman, kode):
    assert {kepala.get(url, {"kabupaten_kota": kode}).status_code for url in (PAGE, PDF, XLSX)} == {404}


def test_an_operator_gets_the_own_recap_whatever_is_asked(masuk_sebagai, operator, kiriman):
    client = masuk_sebagai(operator)
    page = client.get(PAGE, {"kabupaten_kota": "33.74"}).content.decode()
    assert "Kabupaten Kudus, posisi" in page
    assert 'name="kabupaten_kota"' not in page
    assert "Rusunawa Kudu" not in page.replace("Rusunawa Kabupaten Kudus", "")


@pytest.mark.parametrize(("below", "beside"), [("rekap/rekap.pdf", PDF), ("rekap/rekap.xlsx", XLSX)])
def test_files_looked_for_below_the_page_are_found_beside_it(kepala, kiriman, below, beside):
    response = kepala.get(f"/periode/desk-uji/{below}?kabupaten_kota=33.74")
    assert (response.status_code, response["Location"]) == (302, f"{beside}?kabupaten_kota=33.74")
    assert kepala.get(f"/periode/desk-uji/{below}")["Location"] == beside


def test_figures_lead_to_the_rows_behind_them(kepala, kiriman):
    for kode, start in (("", "?"), ("33.74", "?kabupaten_kota=33.74&amp;")):
        page = kepala.get(PAGE, {"kabupaten_kota": kode} if kode else None).content.decode()
        links = set(re.findall(r'href="(\?[^"#]+)#per-lokasi"', page))
        kinds = {link.removeprefix(start).split("=")[0] for link in links}
        assert kinds >= {"anatomi", "sebab", "status_aset", "peruntukan", "aspek", "tingkat", "pihak", "penghuni"}
        for link in links:
            answer = kepala.get(PAGE + unescape(link))
            assert len(answer.context["baris_lokasi"]) <= len(answer.context["rekap"].lokasi)
            assert answer.context["rekap"].kode_daerah == kode


def test_what_the_rows_behind_a_figure_show_adds_up_to_it(kepala, kiriman):
    data = build_rekap(kiriman)
    figures = {f"penghuni={hal}": getattr(data, hal) for hal, _ in PENGHUNI}
    figures |= {f"aspek={row.kode}": row.jumlah for row in data.permasalahan_aspek}
    figures |= {f"anatomi={row.kode}": row.jumlah for row in data.anatomi}
    figures |= {f"sebab={row.kode}": row.jumlah for row in data.sebab_kosong}
    figures |= {f"pihak={row.kode}": row.jumlah for row in data.penanggung_jawab}
    figures |= {"aspek=fisik_bangunan&tingkat=sedang": 2, "aspek=fisik_bangunan&tingkat=berat": 0}
    for query, figure in figures.items():
        answer = kepala.get(f"{PAGE}?{query}")
        rows = answer.context["baris_lokasi"]
        assert (sum(row[1] for row in rows), answer.context["jumlah_hitungan"]) == (figure, figure), query
        assert all(row[1] for row in rows)


def test_problems_by_aspect_lead_to_each_of_them(kepala, kiriman):
    page = kepala.get(f"{PAGE}?kabupaten_kota=33.19&aspek=fisik_bangunan&tingkat=sedang")
    link = unescape(re.search(r'href="([^"]+)">Lihat permasalahannya', page.content.decode())[1])
    assert link == "/rusun/masalah/?aspek=fisik_bangunan&tingkat=sedang&kabupaten_kota=33.19"
    assert [row.masalah.rusun.nama for row in kepala.get(link).context["baris"]] == ["Rusunawa Kabupaten Kudus"]
    assert "Lihat permasalahannya" not in kepala.get(f"{PAGE}?sebab=rusak").content.decode()


def test_figures_lead_to_their_definitions(kepala, kiriman):
    page = kepala.get(PAGE).content.decode()
    targets = set(re.findall(r'href="#(arti-[^"]+)"', page))
    assert "arti-kosong-siap" in targets
    assert targets <= set(re.findall(r'<dt id="([^"]+)"', page))


# --- Papers ----------------------------------------------------------------------------------------------------------


def test_paper_is_tagged_and_says_on_every_page_that_it_is_provisional(kepala, kiriman):
    content = kepala.get(PDF).content
    assert accessibility(content) == ("Rekapitulasi Desk uji, Provinsi Jawa Tengah", "id", True, True)
    pages = read(content).pages
    for number, page in enumerate(pages, start=1):
        text = squeezed(page.extract_text())
        assert squeezed("SEMENTARA, 0 dari 2 terverifikasi") in text
        assert f"Halaman{number}dari{len(pages)}" in text
        assert page.mediabox.width > page.mediabox.height


def test_paper_of_one_region_lists_its_locations(kepala, kiriman):
    text = words(kepala.get(PDF, {"kabupaten_kota": "33.74"}).content)
    for line in ("Terkirim, kiriman ke-1", "Rusunawa Kudu MBR 1 96 80 10 4 2 83,33%", "JUMLAH 1 lokasi"):
        assert squeezed(line) in text
    assert "Kudus" not in text


def test_asset_status_and_problems_are_on_paper_in_the_workbook_and_on_the_page(kepala, kiriman):
    data = build_rekap(kiriman)
    assert {b.label: b.jumlah for b in data.status_aset if b.jumlah} == {
        "Proses hibah": 1,
        "Sudah hibah, menjadi BMD": 1,
    }
    assert (data.jumlah_tingkat, data.jumlah_permasalahan) == ((0, 2, 0), 2)
    text = words(kepala.get(PDF).content)
    page = squeezed(kepala.get(PAGE).content.decode())
    book = load_workbook(io.BytesIO(kepala.get(XLSX).content))
    status = {row[0]: row[1] for row in book["Status aset"].iter_rows(values_only=True)}
    for butir in data.status_aset:
        assert squeezed(f"{butir.label}{butir.jumlah}") in text
        assert squeezed(f'<th scope="row">{butir.label}</th><td class="angka">{butir.jumlah}</td>') in page
        assert status[butir.label] == butir.jumlah
    assert status["JUMLAH"] == 2
    assert squeezed("JUMLAH permasalahan 0 2 0 2") in text


def test_with_nothing_sent_one_honest_page(kepala, periode):
    assert "Belum ada angka" in kepala.get(PAGE).content.decode()
    content = kepala.get(PDF).content
    assert len(read(content).pages) == 1
    assert squeezed("Belum ada kiriman untuk periode ini") in words(content)
    assert "NIP" not in words(content)


# --- Backlog ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def backlog(kiriman, kudus):
    """A figure of last year and of next year for the province, and one for Kudus."""
    tahun = kiriman.tanggal_posisi.year
    Backlog.objects.create(tahun=tahun - 1, jenis="kemiskinan", jumlah=436_649, sumber="Berita 317")
    Backlog.objects.create(tahun=tahun + 1, jenis="kepemilikan", jumlah=310_855, sumber="Belum terbit")
    Backlog.objects.create(tahun=tahun, jenis="kepemilikan", jumlah=2_000, sumber="Berita Kudus", kabupaten_kota=kudus)
    return kiriman


def test_backlog_stands_beside_ready_units_with_the_arithmetic_open(kepala, backlog):
    data = build_rekap(backlog)
    tahun = backlog.tanggal_posisi.year
    assert [(row.wilayah, row.tahun, row.perbandingan, row.sumber) for row in data.backlog] == [
        ("Provinsi Jawa Tengah", tahun - 1, "20 unit siap huni = 0,0% dari 436.649", "Berita 317"),
        ("Kabupaten Kudus", tahun, "10 unit siap huni = 0,5% dari 2.000", "Berita Kudus"),
    ]
    text, page = words(kepala.get(PDF).content), kepala.get(PAGE).content.decode()
    book = load_workbook(io.BytesIO(kepala.get(XLSX).content))["Backlog"]
    cells = [row for row in book.iter_rows(values_only=True) if row[5]]
    for row in data.backlog:
        assert squeezed(f"{row.wilayah}{row.tahun}{row.definisi}") in text
        assert squeezed(row.perbandingan) in text
        assert row.perbandingan in page
        assert (row.wilayah, str(row.tahun), row.definisi, row.jumlah, row.siap_huni, row.perbandingan) in [
            line[:6] for line in cells
        ]
    assert squeezed(data.catatan_backlog) in text
    assert data.catatan_backlog in page


def test_a_region_without_a_figure_is_told_so_and_gets_none(kepala, backlog):
    sentence = f"Angka backlog Kota Semarang sampai tahun {backlog.tanggal_posisi.year} belum diketahui"
    data = build_rekap(backlog, kabupaten_kota="33.74")
    assert data.backlog == ()
    assert data.catatan_backlog.startswith(sentence)
    assert squeezed(sentence) in words(kepala.get(PDF, {"kabupaten_kota": "33.74"}).content)
    assert [row.wilayah for row in build_rekap(backlog, kabupaten_kota="33.19").backlog] == ["Kabupaten Kudus"]


def test_a_region_that_has_not_sent_is_not_compared(kudus, periode):
    Backlog.objects.create(tahun=2020, jenis="kepemilikan", jumlah=2_000, sumber="Berita", kabupaten_kota=kudus)
    (row,) = build_rekap(periode, kabupaten_kota="33.19").backlog
    assert (row.siap_huni, row.perbandingan) == (None, "-")


# --- The workbook ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", ["\x0b", "\x01", "\x1f", "\ufffe"])
def test_a_character_no_file_can_hold_does_not_break_workbook_or_paper(odd, kudus, operator, koordinator):
    make_rusun(kudus, nama=f"Rusun{odd}awa =1+1")
    periode = make_periode(koordinator, kudus)
    make_isian(periode, operator, status="terkirim")
    book = load_workbook(io.BytesIO(render_xlsx(build_rekap(periode))))
    assert [cell.value for cell in book["Per lokasi"]["B"]][-1] == "Rusunawa =1+1"


def test_a_name_that_begins_like_a_formula_stays_text_and_a_date_is_a_date(kudus, operator, koordinator):
    make_rusun(kudus, nama="=HYPERLINK(1)")
    periode = make_periode(koordinator, kudus)
    make_isian(periode, operator, status="terkirim")
    book = load_workbook(io.BytesIO(render_xlsx(build_rekap(periode))))
    last = list(book["Per lokasi"].rows)[-1]
    assert (last[1].value, last[1].data_type) == ("=HYPERLINK(1)", "s")
    assert last[-1].value == datetime.datetime.combine(timezone.localdate(), datetime.time())


# --- The command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"periode": "tidak-ada"}, "Periode tidak-ada tidak ada."),
        ({"kabupaten_kota": "33.01"}, "33.01 tidak diundang pada periode desk-uji."),
        ({"output": "tidak/ada/rekap.json"}, "tidak dapat ditulis. Periksa apakah foldernya ada dan boleh ditulis"),
        ({"output": "folder"}, "tidak dapat ditulis. Periksa apakah foldernya ada dan boleh ditulis"),
    ],
)
def test_command_says_what_is_wrong_and_writes_nothing(options, message, kiriman, tmp_path):
    (tmp_path / "folder").mkdir()
    options = {"periode": "desk-uji", "output": "rekap.json", "kabupaten_kota": None, **options}
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CommandError) as error:
        call_command(
            "rekap", options["periode"], kabupaten_kota=options["kabupaten_kota"], format="json",
            output=str(tmp_path / options["output"]),
        )  # fmt: skip
    assert message in str(error.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_command_keeps_the_old_file_when_the_libraries_for_pdf_are_missing(kiriman, tmp_path, monkeypatch, capsys):
    target = tmp_path / "rekap.pdf"
    target.write_text("yang lama")
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # what an import meets where it is not installed
    with pytest.raises(SystemExit) as end:
        execute_from_command_line(["manage.py", "rekap", "desk-uji", "--format", "pdf", "--output", str(target)])
    assert end.value.code == 1
    assert "PDF belum dapat dibuat" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["rekap.pdf"]
    assert target.read_text() == "yang lama"


def test_page_stays_usable_when_the_libraries_for_pdf_are_missing(kepala, kiriman, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    response = kepala.get(PDF, {"kabupaten_kota": "33.74"}, follow=True)
    assert response.redirect_chain == [(f"{PAGE}?kabupaten_kota=33.74", 302)]
    assert "PDF belum dapat dibuat" in response.content.decode()


def test_the_account_of_the_printer_stands_on_the_paper(kepala, kiriman):
    nama = Pengguna.objects.get(username="pimpinan.satu").nama
    assert squeezed(f"oleh {nama}") in words(kepala.get(reverse("monitoring:rekap_pdf", args=["desk-uji"])).content)


# --- Paper and data cannot part --------------------------------------------------------------------------------------


def test_the_paper_carries_the_same_workbook(kepala, kiriman):
    content = kepala.get(PDF).content
    reader = read(content)
    assert list(reader.attachments) == ["rekap-desk-uji.xlsx"]
    inside = load_workbook(io.BytesIO(reader.attachments["rekap-desk-uji.xlsx"][0]))
    beside = load_workbook(io.BytesIO(kepala.get(XLSX).content))
    assert inside.sheetnames == beside.sheetnames
    for name in inside.sheetnames:
        assert list(inside[name].values) == list(beside[name].values)
    assert b"pdfaid:part" in reader.trailer["/Root"]["/Metadata"].get_data()
    assert accessibility(content)[1:] == ("id", True, True)


@pytest.mark.parametrize(
    ("kertas", "size"), [("", (842, 595)), ("a4", (842, 595)), ("f4", (935, 609)), ("a0", (842, 595))]
)
def test_it_is_printed_on_a4_or_f4(kepala, kiriman, kertas, size):
    box = read(kepala.get(PDF, {"kertas": kertas}).content).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


# --- Open data, and one sheet for the governor -----------------------------------------------------------------------


def test_open_data_says_what_its_figures_mean(kepala, kiriman):
    data = json.loads(kepala.get("/periode/desk-uji/rekap.json").content)
    assert data["metadata"]["posisi_data"] == kiriman.tanggal_posisi.isoformat()
    assert data["metadata"]["status"] == "SEMENTARA, 0 dari 2 terverifikasi"
    assert "Terhuni" in data["metadata"]["definisi"]
    assert data["metadata"]["lisensi"]
    assert data["jumlah"]["unit"] == 192
    lines = list(csv.DictReader(io.StringIO(kepala.get("/periode/desk-uji/rekap.csv").content.decode("utf-8-sig"))))
    assert [(line["kabupaten_kota"], line["jenis"], line["unit"]) for line in lines] == [
        ("Kabupaten Kudus", "rusun", "96"), ("Kota Semarang", "rusun", "96"),
    ]  # fmt: skip


def test_an_operator_gets_the_own_figures_only(kiriman, operator, masuk_sebagai):
    data = json.loads(masuk_sebagai(operator).get("/periode/desk-uji/rekap.json?kabupaten_kota=33.74").content)
    assert [row["kode"] for row in data["baris"]] == ["33.19"]


def test_the_summary_is_one_sheet_and_prints_the_decisions(kepala, kiriman, koordinator, masuk_sebagai):
    client, url = masuk_sebagai(koordinator), "/periode/desk-uji/keputusan/"
    text = "Percepatan hibah rusunawa dari pusat\nAnggaran rehabilitasi 12 unit"
    data = {"kunci_formulir": new_key(), "keputusan": text, "semula": ""}
    assert client.post(url, data).status_code == 302
    late = client.post(url, data | {"kunci_formulir": new_key(), "keputusan": "Punya saya"})
    assert late.status_code == 409
    for piece in ("Punya saya", "Percepatan hibah", "Gabungkan tulisan Anda"):
        assert piece in late.content.decode()
    again = data | {"kunci_formulir": new_key(), "keputusan": text, "semula": late.context["form"]["semula"].value()}
    assert client.post(url, again).status_code == 302
    assert kiriman.riwayat.last().rincian == text
    paper = kepala.get("/periode/desk-uji/ringkasan.pdf").content
    assert len(read(paper).pages) == 1
    for piece in ("Percepatan hibah", "Rusunawa Kudu", "192", "Keputusan yang dimohon", "SEMENTARA"):
        assert squeezed(piece) in words(paper)


def test_papers_name_the_head_of_the_province_and_how_the_post_is_held(kepala, kiriman, kudus):
    day = timezone.localdate()
    for name, daerah, held in (("Kepala Daerah", kudus, "definitif"), ("Kepala Provinsi", None, "plt")):
        Pejabat.objects.create(
            nama=name, jabatan="Kepala Dinas", kewenangan=held, kabupaten_kota=daerah, tugas="kepala", berlaku_mulai=day
        )
    for url in (PDF, "/periode/desk-uji/ringkasan.pdf"):
        text = words(kepala.get(url).content)
        assert ("Plt.KepalaDinas," in text, "KepalaProvinsi" in text, "KepalaDaerah" in text) == (True, True, False)


def test_the_summary_stays_on_one_sheet_with_the_longest_names(kepala, kudus, koordinator, operator):
    for number in range(12):
        make_rusun(kudus, nama=f"Rusunawa {number} " + "Panjang Sekali " * 11, oleh=operator)
    periode = make_periode(koordinator, kudus)
    make_isian(periode, operator, status="terkirim")
    assert len(read(kepala.get("/periode/desk-uji/ringkasan.pdf").content).pages) <= 2


def test_with_nothing_sent_the_summary_says_so(kepala, periode):
    assert squeezed("Belum ada kiriman untuk periode ini") in words(
        kepala.get("/periode/desk-uji/ringkasan.pdf").content
    )


def test_one_silent_region_does_not_hold_up_the_province(kepala, periode, operator, verifikator, koordinator, pimpinan):
    make_isian(periode, operator, verifikator, "terverifikasi")
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)
    text = "Ditetapkan dengan catatan, 1 dari 2; Kota Semarang belum menyampaikan."
    paper = kepala.get(PDF).content
    assert text in kepala.get(PAGE).content.decode()
    assert squeezed(text) in words(paper)
    assert "SEMENTARA" not in words(paper)
    assert squeezed(text) in words(kepala.get("/periode/desk-uji/ringkasan.pdf").content)
    assert json.loads(kepala.get("/periode/desk-uji/rekap.json").content)["catatan_penetapan"] == text


def test_an_operator_learns_neither_who_else_is_missing_nor_what_the_governor_is_asked(
    periode, operator, verifikator, koordinator, pimpinan, masuk_sebagai
):
    make_isian(periode, operator, verifikator, "terverifikasi")
    write_decisions(periode, "Usul anggaran rahasia", "", koordinator)
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)
    client = masuk_sebagai(operator)
    pages = [client.get(url) for url in ("/periode/desk-uji/", PAGE, "/periode/desk-uji/rekap.json")]
    told = [response.content.decode() for response in pages] + [words(client.get(PDF).content)]
    for text in told:
        assert ("Kota Semarang" in text, "KotaSemarang" in text, "rahasia" in text) == (False, False, False)
    assert all("dengan catatan, 1 dari 2" in text for text in told[:3])
    everything = masuk_sebagai(koordinator).get("/periode/desk-uji/").content.decode()
    assert "Kota Semarang belum menyampaikan" in everything
    assert "Usul anggaran rahasia" in everything


def test_a_recap_may_be_signed_off_while_nearly_everybody_is_missing(
    periode, operator, verifikator, koordinator, pimpinan
):
    make_isian(periode, operator, verifikator, "terverifikasi")
    for number in range(60):
        daerah = KabupatenKota.objects.create(
            kode=f"35.{number + 10}",
            nama=f"Kabupaten Bernama Panjang {number}",
            jenis="kabupaten",
            baris=9,
            kolom=number,
        )
        Isian.objects.create(periode=periode, kabupaten_kota=daerah)
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)
    periode.refresh_from_db()
    assert len(periode.catatan_penetapan) > 1000


def test_open_data_is_final_only_once_it_is_signed_off(
    periode, operator, operator_lain, verifikator, koordinator, pimpinan, kepala
):
    def status(kode=""):
        answer = kepala.get("/periode/desk-uji/rekap.json", {"kabupaten_kota": kode} if kode else None)
        return json.loads(answer.content)["metadata"]["status"]

    make_isian(periode, operator, verifikator, "terverifikasi")
    assert status() == "SEMENTARA, 1 dari 2 terverifikasi"
    assert status("33.19") == "terverifikasi, belum ditetapkan"
    make_isian(periode, operator_lain, verifikator, "terverifikasi")
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)
    assert (status(), status("33.19")) == ("tetap", "tetap")


def test_the_summary_compares_with_the_latest_backlog_of_the_province(kepala, kiriman, kudus):
    for tahun, daerah, jumlah in ((2019, None, 111_111), (2021, None, 222_222), (2021, kudus, 333_333)):
        Backlog.objects.create(tahun=tahun, jenis="kepemilikan", kabupaten_kota=daerah, jumlah=jumlah, sumber="Uji")
    text = words(kepala.get("/periode/desk-uji/ringkasan.pdf").content)
    assert ("111.111" in text, "222.222" in text, "333.333" in text) == (False, True, False)


def test_home_compares_the_newest_period_with_the_one_before_it(periode, koordinator, pimpinan):
    """Also once the newest is signed off itself."""
    day = datetime.timedelta(days=1)
    for slug, shift in (("lama", 900), ("lalu", 400)):
        make_periode(koordinator, slug=slug, buka=False)
        PeriodeMonitoring.objects.filter(slug=slug).update(
            status="ditetapkan", mulai=periode.mulai - shift * day, ditetapkan_pada=timezone.now(),
            ditetapkan_oleh=pimpinan,
        )  # fmt: skip
    assert [row.slug for row in recaps_for(pimpinan)] == ["lalu", "desk-uji"]
    PeriodeMonitoring.objects.filter(pk=periode.pk).update(
        status="ditetapkan", ditetapkan_pada=timezone.now(), ditetapkan_oleh=pimpinan
    )
    assert [row.slug for row in recaps_for(pimpinan)] == ["lalu", "desk-uji"]


# --- Figures younger than some kiriman --------------------------------------------------------------------------------


def test_a_figure_that_an_older_kiriman_lacks_is_a_dash_and_never_a_part(masuk_sebagai, verifikator, kiriman):
    rows = KirimanRusun.objects.filter(kiriman__isian__periode=kiriman)
    assert set(rows.values_list("segera_habis_huni", "tanpa_aturan_huni")) == {(0, 0)}
    assert build_rekap(kiriman).segera_habis_huni == 0
    rows.filter(kode__startswith="3374").update(segera_habis_huni=None, tanpa_aturan_huni=None)
    data = build_rekap(kiriman)
    assert (data.segera_habis_huni, data.as_json()["tanpa_aturan_huni"], data.lewat_batas_huni) == (None, None, 0)
    assert build_rekap(kiriman, kabupaten_kota="33.19").segera_habis_huni == 0
    page = " ".join(re.sub(r"<[^>]+>", " ", masuk_sebagai(verifikator).get(PAGE).content.decode()).split())
    assert "batas huninya habis dalam enam bulan - Penghuni tercatat tanpa aturan lama huni - Penghuni" in page
    sheet = load_workbook(io.BytesIO(render_xlsx(data)))["Penghuni"]
    assert ("Penghuni tercatat tanpa aturan lama huni", "-") in [row[:2] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize(("siapa", "tertaut"), [("verifikator", True), ("pimpinan", False), ("operator", False)])
def test_names_behind_figures_are_offered_to_those_who_may_see_them(request, masuk_sebagai, kiriman, siapa, tertaut):
    page = masuk_sebagai(request.getfixturevalue(siapa)).get(PAGE).content.decode()
    assert (reverse("penghuni:masa_tinggal") in page) == tertaut
