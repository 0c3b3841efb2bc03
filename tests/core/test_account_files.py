"""Accounts by file: every wrong cell is told, all accounts or none are made, and no region is taken for another."""

import io
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from core.account_files import JUDUL, template
from core.history import history_of
from core.models import KabupatenKota, Pengguna
from core.wilayah import UnknownRegion, region_named

BERKAS = reverse("core:pengguna_berkas")


@pytest.fixture
def daerah(kudus, semarang):
    for baris, (kode, nama) in enumerate([("33.22", "Kabupaten Semarang"), ("33.10", "Kabupaten Klaten")], start=20):
        KabupatenKota.objects.create(
            kode=kode, nama=nama, jenis=nama.split()[0].lower(), ibu_kota="-", baris=baris, kolom=1
        )
    return list(KabupatenKota.objects.all())


@pytest.fixture
def office(admin, masuk_sebagai):
    return masuk_sebagai(admin)


def filled(*rows):
    """The template with rows of values by field, as an office would fill it in."""
    book = openpyxl.load_workbook(io.BytesIO(template()))
    sheet = book["Akun"]
    fields = list(JUDUL)
    for number, row in enumerate(rows, start=2):
        for field, value in row.items():
            sheet.cell(number, fields.index(field) + 1).value = value
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("akun.xlsx", out.getvalue())


def row(username="operator.3319", **more):
    return {
        "nama": "Sri Lestari", "username": username, "peran": "Operator kabupaten/kota",
        "kabupaten_kota": "Kabupaten Kudus", **more,
    }  # fmt: skip


def upload(office, *rows):
    return office.post(BERKAS, {"berkas": filled(*rows)})


def findings(response):
    return [(finding.sel, finding.kolom) for finding in response.context["rencana"].temuan]


def confirm(office, response):
    form = response.context["buat"]
    data = {"muatan": form["muatan"].value(), "kunci_formulir": str(form["kunci_formulir"].value())}
    return office.post(BERKAS, data), data


@pytest.mark.parametrize(
    ("text", "kode"),
    [
        ("Kab. Semarang", "33.22"),
        ("kab semarang", "33.22"),
        ("Kabupaten  Semarang", "33.22"),
        ("KOTA SEMARANG", "33.74"),
        ("33.74", "33.74"),
        ("3322", "33.22"),
        ("33,1", "33.10"),
        ("Kudus", "33.19"),
    ],
)
def test_region_is_known_by_name_and_code(daerah, text, kode):
    assert region_named(text, daerah).pk == kode


@pytest.mark.parametrize("text", ["Semarang", "Kota Kudus", "33.99", "Surabaya", "", "Kota"])
def test_region_that_could_be_two_or_none_is_refused(daerah, text):
    with pytest.raises(UnknownRegion):
        region_named(text, daerah)


def test_file_is_looked_at_and_then_makes_all_accounts_with_slips_and_history(office, admin, daerah):
    shown = upload(
        office,
        row(akses_penghuni="Ya", surel="sri@kuduskab.go.id", whatsapp="081234567890"),
        row("operator.3374", nama="Agus", kabupaten_kota="Kota Semarang"),
        row("koordinator.satu", nama="Ratna", peran="Verifikator provinsi", kabupaten_kota=None, koordinator="Ya"),
    )
    assert Pengguna.objects.count() == 1
    answer, data = confirm(office, shown)
    assert [given.akun.username for given in answer.context["diberikan"]] == [
        "operator.3319", "operator.3374", "koordinator.satu",
    ]  # fmt: skip
    sri = Pengguna.objects.get(username="operator.3319")
    assert (sri.kabupaten_kota_id, sri.akses_penghuni, sri.whatsapp) == ("33.19", True, "081234567890")
    assert Pengguna.objects.get(username="koordinator.satu").koordinator
    assert history_of(sri)[0].oleh == admin.nama
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(answer))).pages)
    assert all(given.sandi in text for given in answer.context["diberikan"])
    again = office.post(BERKAS, data)
    assert (again.status_code, again.url, Pengguna.objects.count()) == (302, reverse("core:pengguna_daftar"), 4)


def pdf_of(response):
    import base64

    return base64.b64decode(response.context["slip"].partition(",")[2])


def test_every_wrong_cell_is_told_and_nothing_is_made(office, daerah):
    response = upload(
        office,
        row(),
        row("operator.3319", nama="Kembar"),
        row("admin.satu", kabupaten_kota="Semarang"),
        row("dua kata", surel="bukan-surel"),
        row("tanpa.peran", peran="Bupati"),
        row("tanpa.daerah", kabupaten_kota=None),
        row("pimpinan.satu", peran="Pimpinan"),
        row(None),
    )
    assert response.status_code == 422
    assert findings(response) == [
        ("C6", "Peran"), ("B9", "Nama akun"), ("B3", "Nama akun"), ("D4", "Kabupaten/kota"), ("B4", "Nama akun"),
        ("B5", "Nama akun"), ("I5", "Surel"), ("D7", "Kabupaten/kota"), ("D8", "Kabupaten/kota"),
    ]  # fmt: skip
    assert response.context["buat"] is None
    assert Pengguna.objects.count() == 1


def test_name_taken_between_preview_and_button_is_told_at_its_cell(office, daerah):
    shown = upload(office, row(), row("operator.3374", kabupaten_kota="33.74"))
    Pengguna.objects.create(username="operator.3374", nama="Lain", peran="pimpinan")
    answer, _ = confirm(office, shown)
    assert (answer.status_code, findings(answer)) == (422, [("B3", "Nama akun")])
    assert not Pengguna.objects.filter(username="operator.3319").exists()


def test_preview_of_another_admin_makes_nothing(office, daerah, masuk_sebagai):
    shown = upload(office, row())
    other = Pengguna.objects.create(username="admin.dua", nama="Dua", peran="admin")
    answer, _ = confirm(masuk_sebagai(other), shown)
    assert answer.status_code == 302
    assert not Pengguna.objects.filter(username="operator.3319").exists()


@pytest.mark.parametrize("content", [b"bukan zip", b""])
def test_file_that_is_no_workbook_is_refused_with_the_next_step(office, content):
    response = office.post(BERKAS, {"berkas": SimpleUploadedFile("a.xlsx", content)})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["berkas"])


def test_empty_template_and_too_many_rows_are_told(office, daerah):
    assert upload(office).context["rencana"].temuan[0].pesan.startswith("Tidak ada baris")
    many = [row(f"operator.{number}") for number in range(101)]
    assert "101 baris" in upload(office, *many).context["rencana"].temuan[0].pesan


def test_code_typed_as_a_number_and_a_phone_without_its_nought_are_understood(office, daerah):
    shown = upload(office, row(kabupaten_kota=33.1, whatsapp=81234567890))
    confirm(office, shown)
    made = Pengguna.objects.get(username="operator.3319")
    assert (made.kabupaten_kota_id, made.whatsapp) == ("33.10", "081234567890")


def test_two_kinds_of_key_lead_to_no_second_account(office, daerah):
    shown = upload(office, row())
    _, data = confirm(office, shown)
    assert office.post(BERKAS, data | {"kunci_formulir": str(uuid.uuid4())}).status_code == 422
    assert Pengguna.objects.filter(username="operator.3319").count() == 1
