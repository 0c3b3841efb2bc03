"""Duplicates and workbooks: what was decided survives every import, and an import can still be undone."""

import pytest
from django.utils import timezone

from monitoring.enums import StatusImpor
from penghuni.ganda import decide, match_all
from penghuni.models import DugaanGanda, Penghuni

from .conftest import NIK_BARU, NIK_BUDI, NIK_SARI

CATATAN = "dicocokkan lewat telepon dengan kedua dinas"
ELSEWHERE = "juga tercatat di daerah lain"


@pytest.fixture
def sari_semarang(semarang):
    """Sari of Kudus, as Semarang has her."""
    return Penghuni.objects.create(kabupaten_kota=semarang, nama="Sari Dewi", nik=NIK_SARI, diubah=timezone.now())


def decided(keputusan, pengguna):
    match_all()
    pair = DugaanGanda.objects.get()
    return decide(pair, keputusan, pair.pertama, CATATAN, pair.versi, pengguna)


def newcomer(buku, nik=NIK_BARU):
    buku["Penghuni", "Nama kepala keluarga", 3], buku["Penghuni", "NIK", 3] = "Wati", nik
    return buku


@pytest.mark.parametrize("keputusan", ["tetap", "pindah", "bukan"])
def test_a_decision_survives_the_same_workbook_twice_and_a_full_run(
    send, press, buku, sari_semarang, operator_penghuni, verifikator, warga, keputusan
):
    pair = decided(keputusan, verifikator)
    buku["Penghuni", "Penghasilan per bulan (Rp)", 1] = 3_000_000
    for _ in range(2):
        impor = send(buku, operator_penghuni)
        press("terapkan", impor, operator_penghuni)
    match_all()
    kept = DugaanGanda.objects.get()
    assert (impor.status, kept.pk, kept.keputusan, kept.terbuka) == (StatusImpor.NIHIL, pair.pk, keputusan, False)


def test_an_applied_import_is_compared_at_once(send, press, buku, semarang, operator_penghuni):
    Penghuni.objects.create(kabupaten_kota=semarang, nama="Rahasia", nik=NIK_BARU, diubah=timezone.now())
    press("terapkan", send(newcomer(buku), operator_penghuni), operator_penghuni)
    assert DugaanGanda.objects.get().nik
    assert not Penghuni.objects.filter(belum_dicocokkan=True).exists()


def test_a_name_changed_by_a_workbook_is_compared_anew(send, press, buku, semarang, operator_penghuni):
    Penghuni.objects.create(
        kabupaten_kota=semarang, nama="SARI WATI", tanggal_lahir="1990-07-01", diubah=timezone.now()
    )
    buku["Penghuni", "Nama kepala keluarga", 2], buku["Penghuni", "Tanggal lahir", 2] = "Sari-Wati", "01/07/1990"
    press("terapkan", send(buku, operator_penghuni), operator_penghuni)
    pair = DugaanGanda.objects.get()
    assert (pair.nama_lahir, Penghuni.objects.get(nama="Sari-Wati").nama_lahir) == (True, "1990-07-01 sariwati")


def test_different_people_are_no_warning_when_the_number_is_typed_again(
    plan, buku, sari_semarang, verifikator, operator_penghuni
):
    """The NIK was emptied in Kudus and comes back by the workbook: the province knows already."""
    decided("bukan", verifikator)
    sari = Penghuni.objects.get(nama="Sari")
    sari.nik = ""
    sari.save()
    buku["Penghuni", "NIK", 2] = NIK_SARI
    told = [finding.pesan for finding in plan(buku).penghuni.hasil.temuan]
    assert [text for text in told if ELSEWHERE in text] == []
    DugaanGanda.objects.all().delete()
    told = [finding.pesan for finding in plan(buku).penghuni.hasil.temuan]
    assert len([text for text in told if ELSEWHERE in text]) == 1


@pytest.mark.parametrize("putuskan", [False, True])
def test_undoing_an_import_takes_its_pairs_along(send, press, buku, semarang, operator_penghuni, verifikator, putuskan):
    Penghuni.objects.create(kabupaten_kota=semarang, nama="Rahasia", nik=NIK_BARU, diubah=timezone.now())
    impor = send(newcomer(buku), operator_penghuni)
    press("terapkan", impor, operator_penghuni)
    if putuskan:
        decided("bukan", verifikator)
    press("urungkan", impor, operator_penghuni)
    assert (impor.status, DugaanGanda.objects.count()) == (StatusImpor.DIURUNGKAN, 0)


def test_what_an_undone_import_had_changed_is_compared_again(
    send, press, buku, semarang, operator_penghuni, verifikator
):
    Penghuni.objects.create(kabupaten_kota=semarang, nama="Rahasia", nik=NIK_BUDI, diubah=timezone.now())
    match_all()
    assert DugaanGanda.objects.get().nik
    buku["Penghuni", "NIK", 1] = NIK_BARU
    impor = send(buku, operator_penghuni)
    press("terapkan", impor, operator_penghuni)
    assert DugaanGanda.objects.count() == 0
    press("urungkan", impor, operator_penghuni)
    assert Penghuni.objects.get(nama="Budi").belum_dicocokkan
