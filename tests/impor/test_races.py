"""Two at once, on PostgreSQL with real threads: the same file twice, an import against a send, against moving in."""

import pytest
from django.utils import timezone

from monitoring.enums import StatusImpor
from monitoring.impor.pelari import approve, receive, work
from monitoring.models import Impor, Kiriman
from penghuni.hunian import HunianRefused, move_in
from penghuni.models import Hunian, Penghuni
from rusun.models import Rusun
from rusun.perbedaan import differences
from rusun.salinan import registry_of
from tests.test_races import at_once

from .conftest import DAHULU, NIK_BARU

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def waiting(buku, kudus, pengguna):
    """An import that was checked and decided on, to be applied."""
    impor = receive(buku.content(), "isian.xlsx", kudus, pengguna)
    work(impor.pk)
    assert approve(impor, pengguna, hanya_benar=False)
    return impor


@pytest.mark.parametrize("putaran", range(3))
def test_the_same_file_applied_twice_at_once_is_written_once(buku, kudus, operator_penghuni, putaran):
    for number in range(20):
        buku["Penghuni", "Nama kepala keluarga", 3 + number] = f"Warga {number}"
    buku["Rusun", "Daftar tunggu", 1] = 50
    rows = [waiting(buku, kudus, operator_penghuni) for _ in range(3)]
    at_once(*[lambda pk=row.pk: work(pk) for row in rows])
    states = sorted(Impor.objects.values_list("status", flat=True))
    assert states == [StatusImpor.DITERAPKAN, StatusImpor.NIHIL, StatusImpor.NIHIL]
    assert (Penghuni.objects.count(), Rusun.objects.get().versi) == (22, 2)


@pytest.mark.parametrize("putaran", range(3))
def test_an_import_racing_a_send_is_in_the_kiriman_or_not_written(buku, kirim, kudus, operator_penghuni, putaran):
    buku["Rusun", "Daftar tunggu", 1] = 50
    impor = waiting(buku, kudus, operator_penghuni)
    at_once(kirim, lambda: work(impor.pk))
    impor.refresh_from_db()
    kiriman = Kiriman.objects.get()
    written = impor.status == StatusImpor.DITERAPKAN
    assert differences(kiriman.registri, registry_of(kudus)) == []
    assert (Rusun.objects.get().daftar_tunggu == 50) == written


@pytest.mark.parametrize("putaran", range(3))
def test_of_an_import_and_a_person_one_gets_the_unit(buku, kudus, blok, operator_penghuni, putaran):
    wati = Penghuni.objects.create(kabupaten_kota=kudus, nama="Wati", nik=NIK_BARU, diubah=timezone.now())
    for title, value in (("Nama kepala keluarga", "Joko"), ("Nomor unit", "C-1"), ("Mulai tinggal", DAHULU),
                         ("Lokasi dan blok", "Rusunawa Bakalankrapyak / Blok A")):  # fmt: skip
        buku["Penghuni", title, 3] = value
    impor = waiting(buku, kudus, operator_penghuni)

    def by_hand():
        try:
            return move_in(wati, blok, "C-1", DAHULU, operator_penghuni)
        except HunianRefused as refusal:
            return refusal

    _, answer = at_once(lambda: work(impor.pk), by_hand)
    impor.refresh_from_db()
    assert Hunian.objects.open().filter(nomor_unit="C-1").count() == 1
    assert (impor.status == StatusImpor.DITERAPKAN) == isinstance(answer, HunianRefused)
