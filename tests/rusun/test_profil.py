"""The profile of a location: page and paper show the same object, and no name of a resident."""

import datetime
import sys

import pytest
from django.urls import reverse
from django.utils import timezone

from core.display import angka, persen, rupiah, tanggal_pendek
from penghuni.models import Penghuni
from rusun.angka import AngkaUnit
from rusun.daftar import days_late
from rusun.models import Blok, Lampiran, Permasalahan, ProfilPenghuni, Rusun, Tarif, TindakLanjut
from rusun.profil import build_profil
from tests.factories import make_rusun
from tests.papers import accessibility, read, squeezed, words

HARI_INI = datetime.date(2026, 11, 24)


def add_problem(lokasi, nomor, **fields):
    masalah = Permasalahan.objects.create(
        rusun=lokasi, kategori_id="F-01", tingkat="berat", unit_terdampak=1000 + nomor, uraian=f"Retak nomor {nomor}.",
        penanggung_jawab="pusat", perkiraan_biaya=1_250_000_000 + nomor, diubah=timezone.now(), **fields,
    )  # fmt: skip
    TindakLanjut.objects.create(
        rusun=lokasi, permasalahan=masalah, uraian=f"Perbaiki nomor {nomor}", penanggung_jawab="pusat",
        pelaksana="Balai", batas_waktu=datetime.date(2020, 1, nomor), status="proses", diubah=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def lokasi(kudus, operator):
    """A location with an answer in every section, three blocks, rents and problems, and files."""
    rusun = make_rusun(
        kudus, oleh=operator, nama="Rusunawa " + "Panjang Sekali " * 12 + "Ujung", nilai_pembangunan=23_456_789_000,
        lintang="-6.8", luas_lahan_m2=12_345, daya_listrik_va=900, usulan="Tambah anggaran.\nGanti atap.",
        mushola="kurang", kondisi_atap="rusak_berat", tahun_bangun=2016, batas_huni_bulan=36, keadaan_batas_huni="ada",
    )  # fmt: skip
    saat = timezone.now()
    for nomor in (1, 2):
        Blok.objects.create(
            rusun=rusun, nama=f"Blok Lain {nomor}", konfigurasi="single", jumlah_lantai=4 + nomor, tipe_m2=24,
            jumlah_unit=1070 + nomor, terhuni=1050, kosong_siap=13 + nomor, kosong_rusak=4, cadangan=3, ada_lift="ya",
            unit_disabilitas=nomor, diubah=saat,
        )  # fmt: skip
        Tarif.objects.create(
            rusun=rusun, lantai=10 + nomor, tarif_bulan=175_000 + nomor, tipe_m2=24, dasar_hukum="Perbup 12/2019",
            berlaku_mulai=datetime.date(2019, 1, nomor), diubah=saat,
        )  # fmt: skip
        add_problem(rusun, nomor)
    ProfilPenghuni.objects.create(
        rusun=rusun, kerja_buruh=1201, kerja_jasa=302, hasil_2_4jt=1503, minat_ya=777, minat_belum_tahu=0, diubah=saat
    )
    Lampiran.objects.create(
        rusun=rusun, jenis="bast", nama_asli="BAST 2016.pdf", tipe="application/pdf", ukuran=234_567,
        sha256="0" * 64, berkas="lampiran/00/x.pdf", keterangan="Lembar pertama", diubah=saat,
    )  # fmt: skip
    return Rusun.objects.with_rows().get(pk=rusun.pk)


@pytest.fixture
def profil(lokasi):
    return build_profil(lokasi, HARI_INI)


def everything(profil):
    """Every answer and figure of the object as it should be read."""
    for isi in profil.bagian:
        for label, text in isi.terisi:
            yield label
            yield text
        yield from isi.belum_diisi
    yield from (ruas.label + angka(ruas.jumlah) + persen(ruas.jumlah, profil.angka.unit) for ruas in profil.angka.ruas)
    for blok in profil.blok:
        figures = (blok.jumlah_unit, blok.terhuni, blok.kosong_siap, blok.kosong_rusak, blok.cadangan)
        yield "".join(map(angka, figures)) + persen(blok.terhuni, blok.jumlah_unit)
        yield blok.nama
    total = profil.angka
    yield "".join(map(angka, (total.unit, total.terhuni, total.kosong_siap, total.kosong_rusak, total.cadangan)))
    for sebaran in (profil.sebab_kosong, *profil.penghuni):
        yield sebaran.judul
        for label, jumlah in sebaran.baris:
            yield label + angka(jumlah) + persen(jumlah, sebaran.jumlah)
        yield f"Jumlah{angka(sebaran.jumlah)}"
    for tarif in profil.tarif:
        yield rupiah(tarif.tarif_bulan) + tarif.get_satuan_display()
    for masalah in profil.permasalahan:
        yield masalah.baris.kategori.nama
        yield masalah.baris.uraian
        yield f"{angka(masalah.baris.unit_terdampak)} unit"
        if masalah.baris.perkiraan_biaya:
            yield rupiah(masalah.baris.perkiraan_biaya)
        for baris in masalah.tindak_lanjut:
            yield baris.tindak.uraian
            yield tanggal_pendek(baris.tindak.batas_waktu)
    yield from (berkas.nama_asli for berkas in profil.lampiran)


def download(client, lokasi):
    response = client.get(reverse("rusun:profil_pdf", args=[lokasi.kode]))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="profil-{lokasi.kode}.pdf"'
    return response.content


def test_paper_shows_everything_the_profile_holds(masuk_sebagai, pimpinan, lokasi, profil):
    text = words(download(masuk_sebagai(pimpinan), lokasi))
    assert [item for item in everything(profil) if squeezed(item) not in text] == []
    assert squeezed("Posisi data") in text
    assert squeezed("posisi terakhir yang tercatat") in text
    assert squeezed("oleh Bambang Utomo") in text
    assert squeezed("2 tindak lanjut lewat batas waktu") in text


def test_paper_is_tagged_upright_and_counts_its_pages(masuk_sebagai, pimpinan, lokasi):
    content = download(masuk_sebagai(pimpinan), lokasi)
    assert accessibility(content) == (f"Profil {lokasi.nama}", "id", True, True)
    pages = read(content).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert page.mediabox.height > page.mediabox.width
        assert f"Halaman{number}dari{len(pages)}" in squeezed(page.extract_text())


def test_paper_knows_no_resident(masuk_sebagai, verifikator, lokasi, kudus):
    Penghuni.objects.create(
        kabupaten_kota=kudus, nama="Sutarmi Wijayanti", nik="3319010101700001", diubah=timezone.now()
    )
    text = words(download(masuk_sebagai(verifikator), lokasi))
    assert "Sutarmi" not in text
    assert "3319010101700001" not in text


def test_example_data_is_marked_on_every_page(masuk_sebagai, pimpinan, lokasi):
    mark = squeezed("DATA CONTOH - BUKAN DATA RESMI")
    client = masuk_sebagai(pimpinan)
    assert mark not in words(download(client, lokasi))
    pimpinan.contoh = True
    pimpinan.save()
    pages = read(download(client, lokasi)).pages
    assert all(mark in squeezed(page.extract_text()) for page in pages)


def test_an_empty_location_prints_too(masuk_sebagai, pimpinan, kudus):
    rusun = Rusun.objects.create(
        kode="3319-RSN-09", kabupaten_kota=kudus, jenis="rusun", nama="Rusunawa Kosong", diubah=timezone.now()
    )
    text = words(download(masuk_sebagai(pimpinan), rusun))
    for sentence in ("Belum ada blok.", "Belum ada tarif.", "Belum ada permasalahan yang dicatat.", "Persen terhuni-"):
        assert squeezed(sentence) in text


def test_page_shows_the_same_object(masuk_sebagai, operator, lokasi, profil):
    page = masuk_sebagai(operator).get(reverse("rusun:detail", args=[lokasi.kode])).content.decode()
    text = squeezed(page)
    for isi in profil.bagian:
        for label, value in isi.terisi:
            shown = value.replace("\n", "<br>")
            assert squeezed(f"<dt>{label}</dt><dd>{shown}</dd>") in text
        if isi.belum_diisi:
            assert squeezed(f"Belum diisi: {', '.join(isi.belum_diisi)}.") in text
    for sebaran in (profil.sebab_kosong, *profil.penghuni):
        for label, jumlah in sebaran.baris:
            assert squeezed(f'<th scope="row">{label}</th><td class="angka">{angka(jumlah)}</td>') in text
    assert squeezed("PDF, 229,1 KB") in text.replace("&nbsp;", "")
    assert reverse("rusun:profil_pdf", args=[lokasi.kode]) in page


def test_unanswered_and_unticked_stand_apart(profil):
    sections = {isi.bagian.kode: isi for isi in profil.bagian}
    assert ("Atap", "Rusak berat") in sections["bangunan"].terisi
    assert "Lift" in sections["bangunan"].belum_diisi
    # A box that is not ticked is neither an answer nor a gap.
    labels = [label for label, _ in sections["masalah"].terisi]
    assert labels == ["Usulan kabupaten/kota"]
    assert "Tidak ada permasalahan" not in sections["masalah"].belum_diisi
    assert [sebaran.judul for sebaran in profil.penghuni] == [
        "KK menurut pekerjaan kepala keluarga",
        "KK menurut penghasilan per bulan",
        "KK menurut minat memiliki rumah",
    ]
    assert dict(profil.penghuni[2].baris)["Belum tahu"] == 0
    assert dict(profil.penghuni[2].baris)["Tidak berminat"] is None


@pytest.mark.parametrize(
    ("status", "days", "overdue"),
    [
        ("proses", -1, True),
        ("belum", -1, True),
        ("tidak_dapat", -1, True),
        ("proses", 0, False),
        ("selesai", -1, False),
        ("dilimpahkan", -1, False),
    ],
)
def test_a_follow_up_is_overdue_from_the_day_after(status, days, overdue):
    tindak = TindakLanjut(status=status, batas_waktu=HARI_INI + datetime.timedelta(days=days))
    assert (days_late(tindak, HARI_INI) > 0) is overdue


def test_bar_lays_the_four_parts_end_to_end():
    ruas = AngkaUnit(2, 100, 80, 10, 6, 4).ruas
    assert [(part.mulai, part.jumlah) for part in ruas] == [(0, 80), (80, 10), (90, 6), (96, 4)]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("rusun:detail", 14), ("rusun:profil_pdf", 12)])
def test_questions_do_not_grow_with_blocks_and_problems(
    name, queries, rows, masuk_sebagai, pimpinan, kudus, django_assert_num_queries
):
    lokasi = make_rusun(kudus)
    for nomor in range(1, rows + 1):
        add_problem(lokasi, nomor)
        Blok.objects.create(
            rusun=lokasi, nama=f"B{nomor}", konfigurasi="single", jumlah_lantai=4, jumlah_unit=1, terhuni=1,
            kosong_siap=0, kosong_rusak=0, cadangan=0, diubah=timezone.now(),
        )  # fmt: skip
    client = masuk_sebagai(pimpinan)
    with django_assert_num_queries(queries):
        assert client.get(reverse(name, args=[lokasi.kode])).status_code == 200


def test_without_the_libraries_the_page_says_what_to_do(masuk_sebagai, pimpinan, lokasi, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # what an import meets where it is not installed
    response = masuk_sebagai(pimpinan).get(reverse("rusun:profil_pdf", args=[lokasi.kode]), follow=True)
    assert response.redirect_chain == [(reverse("rusun:detail", args=[lokasi.kode]), 302)]
    assert "PDF belum dapat dibuat" in response.content.decode()
