"""A kabupaten/kota with one location, two households and a period, and a workbook that can be changed cell by cell."""

from __future__ import annotations

import datetime
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.idempotency import new_key
from monitoring.enums import Gerak
from monitoring.impor.rencana import plan_import
from monitoring.impor.templat import running_isian, template_for
from monitoring.isian.kiriman import draft_of
from monitoring.isian.pemeriksaan import check_isian, explain
from monitoring.isian.workflow import apply_move
from monitoring.models import Impor
from penghuni.hunian import move_in
from penghuni.models import Penghuni
from rusun.models import Blok
from tests.factories import make_isian, make_periode, make_rusun

NIK_SARI = "3319014107900001"
NIK_BUDI = "3319010107850002"
NIK_BARU = "3319014208950003"
DAHULU = datetime.date(2021, 1, 5)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def lokasi(kudus, operator_penghuni):
    return make_rusun(kudus, oleh=operator_penghuni, nama="Rusunawa Bakalankrapyak")


@pytest.fixture
def blok(lokasi):
    return Blok.objects.get(rusun=lokasi)


@pytest.fixture
def warga(kudus, blok, operator_penghuni):
    """Sari in A-101, Budi in A-102."""
    rows = []
    for nama, nik, unit, sex in (("Sari", NIK_SARI, "A-101", "p"), ("Budi", NIK_BUDI, "A-102", "l")):
        row = Penghuni.objects.create(
            kabupaten_kota=kudus, nama=nama, nik=nik, jenis_kelamin=sex, penghasilan=2_500_000, diubah=timezone.now()
        )
        move_in(row, blok, unit, DAHULU, operator_penghuni)
        rows.append(row)
    return rows


@pytest.fixture
def isian(kudus, koordinator, operator_penghuni, lokasi):
    return make_isian(make_periode(koordinator, kudus), operator_penghuni)


@pytest.fixture
def kirim(isian, operator_penghuni):
    """Send the isian, every warning explained."""

    def move():
        hasil = check_isian(isian, draft_of(isian), timezone.localdate())
        for temuan in hasil.tanpa_alasan:
            explain(isian, temuan, "Sudah dicocokkan.", operator_penghuni, timezone.now())
        return apply_move(isian, Gerak.KIRIM, operator_penghuni)

    return move


class Buku:
    """A template opened as a person would: cells by sheet, title and row."""

    def __init__(self, content):
        self.book = load_workbook(io.BytesIO(content))

    def place(self, sheet, title, row):
        """The cell under `title` in the `row`-th record (1 = first); in the sheet Rusun beside the title."""
        page = self.book[sheet]
        if sheet == "Rusun":
            number = next(n for n in range(1, 200) if str(page.cell(n, 2).value or "").rstrip(" *") == title)
            return page.cell(number, 2 + row)
        column = next(n for n in range(1, 61) if str(page.cell(4, n).value or "").rstrip(" *") == title)
        return page.cell(4 + row, column)

    def __setitem__(self, place, value):
        cell = self.place(*place)
        cell.value = value
        if (isinstance(value, str) and not value.startswith("=")) or value is None:
            cell.data_type = "s" if value is not None else "n"

    def __getitem__(self, place):
        return self.place(*place).value

    def ref(self, *place):
        return self.place(*place).coordinate

    def content(self):
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


@pytest.fixture
def buku(kudus, isian, warga):
    return Buku(template_for(kudus, None).isi)


@pytest.fixture
def plan(kudus):
    """What a workbook would change, without pages and files."""

    def make(content, *, benih=None, dengan_penghuni=True):
        content = content.content() if isinstance(content, Buku) else content
        return plan_import(
            content, kudus, running_isian(kudus), benih=benih or uuid.uuid4(), dengan_penghuni=dengan_penghuni
        )

    return make


@pytest.fixture
def send(masuk_sebagai, django_capture_on_commit_callbacks):
    """Upload a workbook as somebody; the import as it then stands."""

    def upload(content, pengguna, kode="33.19", nama="isian.xlsx"):
        content = content.content() if isinstance(content, Buku) else content
        data = {"kunci_formulir": str(new_key()), "berkas": SimpleUploadedFile(nama, content)}
        with django_capture_on_commit_callbacks(execute=True):
            response = masuk_sebagai(pengguna).post(reverse("impor:daerah", args=[kode]), data)
        assert response.status_code == 302, response.content.decode()
        return Impor.objects.get(pk=response.url.split("/")[-2])

    return upload


@pytest.fixture
def press(masuk_sebagai, django_capture_on_commit_callbacks):
    """Press a button of an import's page."""

    def post(name, impor, pengguna, **data):
        with django_capture_on_commit_callbacks(execute=True):
            response = masuk_sebagai(pengguna).post(
                reverse(f"impor:{name}", args=[impor.pk]), {"kunci_formulir": str(new_key()), **data}
            )
        impor.refresh_from_db()
        return response

    return post
