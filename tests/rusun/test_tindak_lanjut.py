"""Follow-ups as one list, on page and paper; those of no problem everywhere; what the province may say about them."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.idempotency import new_key
from monitoring.isian.meja import overdue_follow_ups
from rusun.lampiran import attach_evidence, received, retire
from rusun.models import Lampiran, Permasalahan, TindakLanjut
from rusun.salinan import unlocked_of
from rusun.simpan import close_location
from tests.factories import make_rusun
from tests.papers import accessibility, squeezed, words

from .test_files import photo

DAFTAR, PDF = reverse("rusun:tindak_lanjut_daftar"), reverse("rusun:tindak_lanjut_pdf")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator, nama="Rusunawa Bakalan")


@pytest.fixture
def jauh(semarang, operator_lain):
    return make_rusun(semarang, oleh=operator_lain, nama="Rusunawa Kaligawe")


def add(rusun, uraian, *, masalah=None, days=30, pihak="kabupaten_kota", status="proses", **fields):
    """A follow-up due in `days`; of no problem unless one is given."""
    today = timezone.localdate()
    return TindakLanjut.objects.create(
        rusun=rusun, permasalahan=masalah, uraian=uraian, penanggung_jawab=pihak, status=status,
        selesai_pada=today if status == "selesai" else None, batas_waktu=today + datetime.timedelta(days=days),
        diubah=timezone.now(), **fields,
    )  # fmt: skip


@pytest.fixture
def world(lokasi, jauh):
    """Five at home, two of them of no problem, and one far away."""
    masalah = lokasi.permasalahan.get()
    return {
        "talang": add(lokasi, "Ganti talang", masalah=masalah, days=-12, unit=8, pelaksana="Disperkim"),
        "serah": add(lokasi, "Serahkan aset", days=-3, pihak="pusat", unit=24),
        "sewa": add(lokasi, "Tetapkan perbup sewa", days=40, status="belum"),
        "survei": add(lokasi, "Survei bersama", masalah=masalah, days=10, pihak="provinsi"),
        "cat": add(lokasi, "Mengecat ulang", masalah=masalah, days=-90, status="selesai"),
        "pompa": add(jauh, "Ganti pompa", masalah=jauh.permasalahan.get(), days=5, unit=100),
    }


@pytest.fixture
def kesepakatan(lokasi):
    return add(lokasi, "Buka pendaftaran penghuni", days=-2, unit=10)


def shown(client, query=None):
    """What the list holds, in its order; the count and the page agree."""
    response = client.get(DAFTAR, query)
    assert response.status_code == 200
    rows = [row.tindak.uraian for row in response.context["baris"]]
    assert response.context["halaman"].paginator.count == len(rows)
    assert f"<strong>{len(rows)}</strong> tindak lanjut" in response.content.decode()
    return rows


def typed(tindak, **more):
    return {
        "kunci_formulir": str(new_key()), "versi": str(tindak.versi), "uraian": tindak.uraian, "status": "proses",
        "penanggung_jawab": tindak.penanggung_jawab, "batas_waktu": "2030-01-31", **more,
    }  # fmt: skip


def edit(tindak):
    return reverse("rusun:tindak_lanjut_ubah", args=[tindak.pk])


def evidence(tindak, pengguna):
    with received(photo(), "atap.png") as berkas:
        return attach_evidence(tindak, berkas, pengguna)


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_by_due_date_and_holds_what_is_still_to_be_done(world, masuk_sebagai, verifikator):
    assert shown(masuk_sebagai(verifikator)) == [
        "Ganti talang", "Serahkan aset", "Ganti pompa", "Survei bersama", "Tetapkan perbup sewa",
    ]  # fmt: skip


def test_a_foreign_operator_sees_and_counts_nothing_of_it(world, masuk_sebagai, operator, operator_lain):
    assert shown(masuk_sebagai(operator), {"status": "semua"}) == [
        "Mengecat ulang", "Ganti talang", "Serahkan aset", "Survei bersama", "Tetapkan perbup sewa",
    ]  # fmt: skip
    client = masuk_sebagai(operator_lain)
    for query in ({}, {"status": "semua"}, {"kabupaten_kota": "33.19"}):
        assert shown(client, query) == ["Ganti pompa"]
    text = words(client.get(PDF, {"kabupaten_kota": "33.19", "status": "semua"}).content)
    assert ("Gantipompa" in text, "Bakalan" in text, "Kudus" in text) == (True, False, False)
    assert "Kabupaten/kota:1tindaklanjut,100unitdituju" in text


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"kabupaten_kota": "33.74"}, ["Ganti pompa"]),
        ({"penanggung_jawab": "pusat"}, ["Serahkan aset"]),
        ({"status": "lewat"}, ["Ganti talang", "Serahkan aset"]),
        ({"status": "selesai"}, ["Mengecat ulang"]),
        ({"status": "belum"}, ["Tetapkan perbup sewa"]),
        ({"status": "lewat", "penanggung_jawab": "pusat"}, ["Serahkan aset"]),
        ({"q": "kaligawe"}, ["Ganti pompa"]),
        ({"q": "disperkim"}, ["Ganti talang"]),
        ({"q": "SEWA"}, ["Tetapkan perbup sewa"]),
        ({"q": "tidak ada"}, []),
        ({"status": "ngawur", "penanggung_jawab": "provinsi"}, ["Survei bersama"]),
    ],
)
def test_the_list_is_narrowed_by_its_address(world, masuk_sebagai, verifikator, query, rows):
    client = masuk_sebagai(verifikator)
    assert shown(client, query) == rows
    text = words(client.get(PDF, query).content)
    everything = [row.uraian for row in world.values()]
    assert [uraian for uraian in everything if squeezed(uraian) in text] == [u for u in everything if u in rows]


def test_a_line_says_how_late_it_is_and_what_proves_it(world, masuk_sebagai, operator):
    client = masuk_sebagai(operator)
    assert "lewat 12 hari" in client.get(DAFTAR).content.decode()
    retire(evidence(world["talang"], operator), 1, "Foto keliru.", operator)
    [row] = client.get(DAFTAR, {"q": "talang"}).context["baris"]
    assert (row.lewat_hari, row.tindak.jumlah_bukti) == (12, 0)
    for _ in range(2):
        evidence(world["talang"], operator)
    html = client.get(DAFTAR, {"q": "talang"}).content.decode()
    assert ("2 berkas" in html, "belum ada bukti" in html, "lewat 12 hari" in html) == (True, False, True)


def test_links_to_edit_are_for_those_who_may(world, masuk_sebagai, operator, verifikator, pimpinan):
    links = {}
    for pengguna in (operator, verifikator, pimpinan):
        html = masuk_sebagai(pengguna).get(DAFTAR, {"status": "semua"}).content.decode()
        links[pengguna.peran] = {name for name, row in world.items() if f'href="{edit(row)}"' in html}
    assert links == {
        "operator": {"talang", "serah", "sewa", "survei", "cat"}, "verifikator": {"serah", "survei"}, "pimpinan": set(),
    }  # fmt: skip


def test_a_closed_location_leaves_the_list(world, lokasi, operator, verifikator, masuk_sebagai):
    close_location(lokasi, lokasi.versi, "Dibongkar.", operator)
    client = masuk_sebagai(verifikator)
    assert shown(client, {"status": "semua"}) == ["Ganti pompa"]
    assert "Bakalan" not in words(client.get(PDF, {"status": "semua"}).content)


def test_problems_are_printed_with_their_follow_ups(world, masuk_sebagai, verifikator, operator_lain):
    """One paper: per location its problems, below each what is done about it, then what was agreed besides."""
    paper = reverse("rusun:masalah_pdf")
    content = masuk_sebagai(verifikator).get(paper).content
    text = words(content)
    order = ["Bakalan", "Gantitalang", "Serahkanaset", "Kaligawe", "Gantipompa"]
    assert sorted(order, key=text.index) == order
    assert ".." not in text
    assert accessibility(content) == ("Daftar permasalahan dan tindak lanjut", "id", True, True)
    narrowed = words(masuk_sebagai(verifikator).get(paper, {"kabupaten_kota": "33.74"}).content)
    elsewhere = words(masuk_sebagai(operator_lain).get(paper, {"kabupaten_kota": "33.19"}).content)
    for only_far in (narrowed, elsewhere):
        assert ("Gantipompa" in only_far, "Bakalan" in only_far, "Serahkan" in only_far) == (True, False, False)
    nothing = words(masuk_sebagai(verifikator).get(paper, {"q": "tidak ada"}).content)
    assert "Tidakadapermasalahanyangcocok" in nothing


def test_an_empty_list_says_what_to_do(lokasi, masuk_sebagai, operator):
    client = masuk_sebagai(operator)
    assert "Tidak ada tindak lanjut yang belum selesai" in client.get(DAFTAR).content.decode()
    assert "Tidak ada yang cocok" in client.get(DAFTAR, {"q": "pompa"}).content.decode()
    assert "Tidakadatindaklanjutyangcocok" in words(client.get(PDF).content)


def test_a_long_list_comes_in_pages_and_leaves_whole(lokasi, masuk_sebagai, operator):
    for number in range(30):
        add(lokasi, f"Langkah {number:02d}.", days=number)
    client = masuk_sebagai(operator)
    response = client.get(DAFTAR, {"halaman": "2", "status": "proses"})
    assert [row.tindak.uraian for row in response.context["baris"]] == [f"Langkah {n}." for n in range(25, 30)]
    assert f'href="{PDF}?status=proses"' in response.content.decode()
    assert words(client.get(PDF, {"halaman": "2"}).content).count("Langkah") == 30


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("url", "queries"), [(DAFTAR, 7), (PDF, 4)])
def test_the_list_asks_the_same_number_of_questions(
    url, queries, rows, lokasi, operator, verifikator, masuk_sebagai, django_assert_num_queries
):
    for number in range(rows):
        add(lokasi, f"Langkah {number}", days=number)
        evidence(add(lokasi, f"Lain {number}", masalah=lokasi.permasalahan.get()), operator)
    client = masuk_sebagai(verifikator)
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200


# --- On paper ---------------------------------------------------------------------------------------------------------


def test_the_paper_is_grouped_by_the_party_that_must_act(world, masuk_sebagai, verifikator):
    response = masuk_sebagai(verifikator).get(PDF)
    assert response["Content-Disposition"] == 'attachment; filename="tindak-lanjut.pdf"'
    assert accessibility(response.content) == ("Daftar tindak lanjut", "id", True, True)
    text = words(response.content)
    places = [
        text.index(squeezed(part))
        for part in (
            "Status: Belum selesai",
            "Kabupaten/kota: 3 tindak lanjut, 1 lewat batas waktu, 108 unit dituju",
            "Ganti talang", "Ganti pompa", "Tetapkan perbup sewa",
            "Provinsi: 1 tindak lanjut", "Survei bersama",
            "Pusat: 1 tindak lanjut, 1 lewat batas waktu, 24 unit dituju", "Serahkan aset",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert ("lewat12hari" in text, "Mengecat" in text, "Dicetak" in text) == (True, False, True)


# --- Of no problem ----------------------------------------------------------------------------------------------------


def test_an_agreement_is_edited_and_proved(kesepakatan, lokasi, masuk_sebagai, operator):
    client = masuk_sebagai(operator)
    html = client.get(edit(kesepakatan)).content.decode()
    assert "di luar permasalahan yang dicatat" in html
    assert client.post(edit(kesepakatan), typed(kesepakatan, unit="1.250")).status_code == 302
    kesepakatan.refresh_from_db()
    assert (kesepakatan.unit, kesepakatan.rusun, kesepakatan.permasalahan) == (1250, lokasi, None)
    url = reverse("rusun:bukti_tambah", args=[kesepakatan.pk])
    assert client.get(url).status_code == 200
    data = {"kunci_formulir": str(new_key()), "berkas": SimpleUploadedFile("a.png", photo().read())}
    assert client.post(url, data).status_code == 302
    assert Lampiran.objects.get().rusun == lokasi
    assert "a.png" in client.get(edit(kesepakatan)).content.decode()


@pytest.mark.parametrize("unit", ["-1", "1,5", "banyak"])
def test_units_are_a_whole_number_or_left_open(kesepakatan, masuk_sebagai, operator, unit):
    client = masuk_sebagai(operator)
    wrong = client.post(edit(kesepakatan), typed(kesepakatan, unit=unit))
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["unit"])
    assert client.post(edit(kesepakatan), typed(kesepakatan, unit="")).status_code == 302
    kesepakatan.refresh_from_db()
    assert kesepakatan.unit is None


def test_an_agreement_stands_on_page_and_paper_of_its_location(kesepakatan, lokasi, masuk_sebagai, operator):
    client = masuk_sebagai(operator)
    evidence(kesepakatan, operator)
    response = client.get(reverse("rusun:detail", args=[lokasi.kode]))
    profil = response.context["profil"]
    assert [row.tindak for row in profil.kesepakatan] == [kesepakatan]
    assert [row.tindak_lanjut for row in profil.permasalahan] == [()]
    assert profil.tindak_lewat_batas == 1
    html = response.content.decode()
    for text in ("Kesepakatan lain", "Buka pendaftaran penghuni", "10 unit dituju", "atap.png", edit(kesepakatan)):
        assert text in html
    paper = words(client.get(reverse("rusun:profil_pdf", args=[lokasi.kode])).content)
    for text in ("Kesepakatan lain", "Buka pendaftaran penghuni", "10 unit dituju"):
        assert squeezed(text) in paper


def test_an_agreement_shows_where_no_problem_is_recorded(kesepakatan, lokasi, masuk_sebagai, operator):
    Permasalahan.objects.all().delete()
    client = masuk_sebagai(operator)
    html = client.get(reverse("rusun:detail", args=[lokasi.kode])).content.decode()
    assert "Buka pendaftaran penghuni" in html
    assert "Belum ada permasalahan yang dicatat; 1 tindak lanjut lewat batas waktu." in html
    paper = words(client.get(reverse("rusun:profil_pdf", args=[lokasi.kode])).content)
    assert squeezed("Buka pendaftaran penghuni") in paper


@pytest.mark.parametrize(
    ("query", "leaves"),
    [
        ({}, True),
        ({"kabupaten_kota": "33.19", "status": "belum_tuntas", "lewat": "on", "q": "bakalan"}, True),
        ({"penanggung_jawab": "kabupaten_kota", "status": "proses"}, True),
        ({"kabupaten_kota": "33.74"}, False),
        ({"penanggung_jawab": "pusat"}, False),
        ({"status": "selesai"}, False),
        ({"tingkat": "sedang"}, False),
        ({"aspek": "fisik_bangunan"}, False),
    ],
)
def test_an_agreement_leaves_with_the_file_of_problems(
    kesepakatan, lokasi, jauh, masuk_sebagai, verifikator, query, leaves
):
    add(lokasi, "Ganti atap", masalah=lokasi.permasalahan.get())
    response = masuk_sebagai(verifikator).get(reverse("rusun:masalah_ekspor"), query)
    _, *rows = load_workbook(io.BytesIO(response.getvalue()))["Tindak lanjut"].iter_rows(values_only=True)
    found = [row for row in rows if "Buka pendaftaran penghuni" in row]
    assert len(found) == leaves
    for row in found:
        assert [value for value in row if value in ("F-01", "Atap bocor")] == []
        assert {"Rusunawa Bakalan", "Kabupaten Kudus", 10} <= set(row)


def test_an_agreement_does_not_leave_to_another_region(kesepakatan, jauh, masuk_sebagai, operator_lain):
    client = masuk_sebagai(operator_lain)
    response = client.get(reverse("rusun:masalah_ekspor"), {"kabupaten_kota": "33.19"})
    assert "Bakalan" not in str([list(sheet.values) for sheet in load_workbook(io.BytesIO(response.getvalue()))])
    assert client.get(edit(kesepakatan)).status_code == 404
    assert client.get(reverse("rusun:bukti_tambah", args=[kesepakatan.pk])).status_code == 404


def test_an_overdue_agreement_is_on_the_workbench_and_in_no_kiriman(kesepakatan, kudus):
    with_it = unlocked_of(kudus)
    assert overdue_follow_ups(kudus.pk, timezone.localdate()) == [kesepakatan]
    kesepakatan.delete()
    assert unlocked_of(kudus) == with_it


# --- The province -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pihak", ["provinsi", "pusat"])
def test_the_province_says_how_far_its_own_have_come(lokasi, masuk_sebagai, verifikator, pihak):
    tindak = add(lokasi, "Survei bersama", pihak=pihak, unit=5)
    due = tindak.batas_waktu
    client = masuk_sebagai(verifikator)
    assert client.get(edit(tindak)).status_code == 200
    crafted = typed(
        tindak, status="selesai", keterangan="Surat terkirim.", penanggung_jawab="kabupaten_kota", unit="99"
    )
    assert client.post(edit(tindak), crafted).status_code == 302
    tindak.refresh_from_db()
    assert (tindak.status, tindak.keterangan, tindak.selesai_pada) == (
        "selesai",
        "Surat terkirim.",
        timezone.localdate(),
    )
    assert (tindak.penanggung_jawab, tindak.unit, tindak.batas_waktu) == (pihak, 5, due)
    assert tindak.diubah_oleh == verifikator
    url = reverse("rusun:bukti_tambah", args=[tindak.pk])
    data = {"kunci_formulir": str(new_key()), "berkas": SimpleUploadedFile("surat.png", photo().read())}
    assert client.post(url, data).status_code == 302
    row = Lampiran.objects.get()
    assert (row.tindak_lanjut, row.diubah_oleh) == (tindak, verifikator)
    for page in (url, edit(tindak)):
        html = client.get(page).content.decode()
        assert ("surat.png" in html, reverse("rusun:lampiran_tarik", args=[row.pk]) in html) == (True, False)


def test_what_the_kabupaten_kota_must_do_is_not_the_provinces_to_settle(
    lokasi, masuk_sebagai, verifikator, koordinator
):
    tindak = add(lokasi, "Ganti talang")
    data = {"kunci_formulir": str(new_key()), "berkas": SimpleUploadedFile("a.png", photo().read())}
    for pengguna in (verifikator, koordinator):
        client = masuk_sebagai(pengguna)
        for url in (edit(tindak), reverse("rusun:bukti_tambah", args=[tindak.pk])):
            answers = client.get(url), client.post(url, typed(tindak, status="selesai") | data)
            assert [response.status_code for response in answers] == [403, 403]
    tindak.refresh_from_db()
    assert (tindak.status, tindak.versi, Lampiran.objects.count()) == ("proses", 1, 0)


def test_the_province_sees_what_is_newer_before_it_saves(lokasi, masuk_sebagai, verifikator):
    tindak = add(lokasi, "Survei bersama", pihak="provinsi")
    TindakLanjut.objects.filter(pk=tindak.pk).update(versi=2, status="belum")
    response = masuk_sebagai(verifikator).post(edit(tindak), typed(tindak, status="selesai"))
    assert response.status_code == 409
    assert response.context["terbaru"] == [("Status", "Belum ditangani")]
