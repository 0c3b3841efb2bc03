"""A recap that is signed off says the same for good, whatever becomes of the reference data, until a revision of it."""

import csv
import io
import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from openpyxl import load_workbook

from core.models import KabupatenKota, Pejabat
from monitoring.dokumen import pelari, terbit
from monitoring.dokumen.arsip import content_of
from monitoring.enums import GerakPeriode, StatusIsian
from monitoring.models import Backlog, Dokumen, PeriodeMonitoring
from monitoring.periode.workflow import apply_period_move
from monitoring.rekap.build import build_rekap
from tests.factories import make_isian, make_periode, make_rusun
from tests.papers import squeezed, words


@pytest.fixture
def diajukan(kudus, semarang, operator, verifikator, koordinator):
    make_rusun(kudus)
    periode = make_periode(koordinator, kudus, semarang)
    tahun = periode.tanggal_posisi.year
    Backlog.objects.create(tahun=tahun, jenis="kepemilikan", jumlah=436_649, sumber="Berita 317")
    Backlog.objects.create(tahun=tahun, jenis="penghunian", jumlah=2_111, sumber="BPS", kabupaten_kota=kudus)
    Pejabat.objects.create(
        nama="Dr. Lama", jabatan="Kepala Dinas", tugas="kepala", pangkat="Pembina", nip="197001011990031001",
        berlaku_mulai=timezone.localdate(),
    )  # fmt: skip
    make_isian(periode, operator, verifikator, StatusIsian.TERVERIFIKASI)
    return apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)


@pytest.fixture
def ditetapkan(diajukan, pimpinan):
    return apply_period_move(diajukan, GerakPeriode.TETAPKAN, pimpinan)


def edit_everything(periode):
    """What an admin may do on `/acuan/` later on, and a bit more."""
    Backlog.objects.filter(kabupaten_kota=None).update(jumlah=999_999, sumber="Dibetulkan")
    Backlog.objects.exclude(kabupaten_kota=None).update(aktif=False)
    Backlog.objects.create(tahun=periode.tanggal_posisi.year, jenis="kemiskinan", jumlah=888_888, sumber="Baru")
    Pejabat.objects.update(nama="Dr. Baru", pangkat="Pembina Utama")
    KabupatenKota.objects.filter(pk="33.19").update(nama="Kabupaten Kudus Raya")


@pytest.mark.django_db(transaction=True)
def test_the_update_keeps_what_was_signed_off_before_it(ditetapkan):
    kept = PeriodeMonitoring.objects.get().tetapan
    MigrationExecutor(connection).migrate([("monitoring", "0011_acuan_disunting")])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert kept["daerah"]
    assert PeriodeMonitoring.objects.get().tetapan == kept


KODE = ["", "33.19"]
OLD, NEW = ["436.649", "2.111", "Dr. Lama", "Kabupaten Kudus"], ["999.999", "888.888", "Dr. Baru", "Kudus Raya"]


def told(client, kode, tmp_path):
    """Everything that any way out says: page, PDF, workbook, JSON, CSV, and the command."""
    query = {"kabupaten_kota": kode} if kode else None
    answers = {
        end: client.get(f"/periode/desk-uji/{end}", query).content
        for end in ("rekap/", "rekap.pdf", "rekap.xlsx", "rekap.json", "rekap.csv")
    }
    only = ["--kabupaten-kota", kode] if kode else []
    for end in ("json", "pdf", "xlsx"):
        call_command("rekap", "desk-uji", "--format", end, "--output", tmp_path / f"keluar.{end}", *only)
        answers[f"perintah.{end}"] = (tmp_path / f"keluar.{end}").read_bytes()
    return {end: _read(end, content) for end, content in answers.items()}


def _read(end, content):
    if end.endswith("pdf"):
        return words(content)
    if end.endswith("json"):
        return json.loads(content)
    if end.endswith("csv"):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    if end.endswith("xlsx"):
        return [row for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows(values_only=True)]
    return content.decode()


def says(found, text):
    """Which ways out say `text`; in figures or as it is written."""
    figure = int(text.replace(".", "")) if text[0].isdigit() else None
    return {
        end for end, content in found.items()
        if squeezed(text) in squeezed(str(content)) or (figure is not None and f"{figure}" in str(content))
    }  # fmt: skip


@pytest.mark.parametrize("kode", KODE)
def test_a_recap_that_is_signed_off_stays_whatever_becomes_of_the_reference_data(
    ditetapkan, masuk_sebagai, pimpinan, tmp_path, kode
):
    client = masuk_sebagai(pimpinan)
    before = build_rekap(ditetapkan, kabupaten_kota=kode or None)
    was = told(client, kode, tmp_path)
    assert says(was, "Dr. Lama") == {"rekap.pdf", "perintah.pdf"}
    assert says(was, "2.111") == set(was) - {"rekap.csv"}
    assert says(was, "436.649") == (set() if kode else set(was) - {"rekap.csv"})
    edit_everything(ditetapkan)
    assert build_rekap(PeriodeMonitoring.objects.get(), kabupaten_kota=kode or None) == before
    now = told(client, kode, tmp_path)
    for text in OLD:
        assert says(now, text) == says(was, text)
    for text in NEW:
        assert says(now, text) <= {"rekap/"} & says(now, "Kudus Raya")  # the choice of regions is that of today
    for end in ("rekap.json", "rekap.csv", "rekap.xlsx", "perintah.json", "perintah.xlsx"):
        assert now[end] == was[end]


def test_before_the_sign_off_a_recap_follows_the_reference_data(diajukan):
    edit_everything(diajukan)
    rekap = build_rekap(diajukan)
    assert ({row.jumlah for row in rekap.backlog}, rekap.pejabat) == ({999_999, 888_888}, None)
    assert rekap.baris[0].nama == "Kabupaten Kudus Raya"


def test_a_paper_issued_late_is_that_of_the_sign_off_and_a_revision_takes_everything_anew(
    ditetapkan, koordinator, masuk_sebagai, pimpinan, tmp_path
):
    edit_everything(ditetapkan)
    for paper in pelari.work(ditetapkan).terbit:
        text = words(content_of(paper))
        assert (squeezed("Dr. Lama") in text, "2.111" in text, squeezed("Kudus Raya") in text) == (True, True, False)
    terbit.reissue(ditetapkan, "Nama pejabat dan backlog dibetulkan.", koordinator)
    for paper in Dokumen.objects.filter(revisi=2):
        text = words(content_of(paper))
        assert (squeezed("Dr. Baru") in text, "2.111" in text, squeezed("Kudus Raya") in text) == (True, False, True)
    now = told(masuk_sebagai(pimpinan), "", tmp_path)
    for text in ("436.649", "2.111", "Dr. Lama"):
        assert says(now, text) == set()
    assert says(now, "999.999") == set(now) - {"rekap.csv"}


def test_nothing_is_kept_of_a_period_that_is_not_signed_off(diajukan):
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodeMonitoring.objects.update(tetapan={})
