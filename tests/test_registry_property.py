"""Whatever people do in whatever order: nothing is written past the lock, and every send leaves one fixed kiriman."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.enums import Gerak, StatusIsian
from monitoring.isian.catatan import add_remark, answer_remark, settle_remark
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Catatan, Isian, Kiriman
from rusun.alamat import Alamat
from rusun.kelompok import group_of
from rusun.models import Rusun
from rusun.penguncian import RegistryLocked, lock_state
from rusun.perbedaan import differences
from rusun.salinan import registry_of
from rusun.simpan import save_section

from .factories import make_isian, make_periode, make_rusun

KOLOM = ("jumlah_kk", "jumlah_jiwa", "daftar_tunggu")
STEPS = st.one_of(
    st.tuples(st.just("gerak"), st.sampled_from([gerak for gerak in Gerak if gerak != Gerak.BUKA_KEMBALI])),
    st.tuples(st.just("ubah"), st.sampled_from(KOLOM), st.integers(80, 300)),
    st.tuples(st.just("catat"), st.sampled_from(KOLOM)),
    st.tuples(st.just("jawab")),
    st.tuples(st.just("selesai")),
)


class Desk:
    """One kabupaten/kota with its people, and what its history should say."""

    def __init__(self, kabupaten_kota, operator, verifikator, koordinator):
        self.kudus, self.operator, self.verifikator = kabupaten_kota, operator, verifikator
        self.kode = make_rusun(kabupaten_kota).kode
        self.isian = make_isian(make_periode(koordinator, kabupaten_kota), operator, status=StatusIsian.BELUM_MULAI)
        self.moves: list[Gerak] = []
        self.sent: dict[int, str] = {}

    def gerak(self, gerak):
        by = self.operator if gerak in (Gerak.MULAI, Gerak.KIRIM, Gerak.TARIK) else self.verifikator
        self.isian = apply_move(self.isian, gerak, by, jawab_sebelum=timezone.localdate())
        self.moves.append(gerak)
        if gerak == Gerak.KIRIM:
            kiriman = Kiriman.objects.get(isian=self.isian, nomor=len(self.sent) + 1)
            self.sent[kiriman.nomor] = kiriman.sha256

    def ubah(self, kolom, nilai):
        def write(waktu):
            Rusun.objects.filter(pk=self.rusun.pk).update(**{kolom: nilai})

        self.rusun = Rusun.objects.get(kode=self.kode)
        save_section(self.kode, self.rusun.versi, self.operator, write)

    def catat(self, kolom):
        add_remark(self.isian, Alamat(self.kode, "hunian", "", kolom), "Mohon diperiksa.", self.verifikator)

    def jawab(self):
        for catatan in Catatan.objects.all():
            answer_remark(catatan, "Sudah diperiksa.", self.operator)

    def selesai(self):
        for catatan in Catatan.objects.all():
            settle_remark(catatan, self.verifikator)

    def holds(self):
        assert list(self.isian.riwayat.order_by("pk").values_list("gerak", flat=True)) == self.moves
        assert dict(Kiriman.objects.values_list("nomor", "sha256")) == self.sent
        kunci = lock_state(self.kudus)
        if Isian.objects.get().status in (StatusIsian.BELUM_MULAI, StatusIsian.DIISI):
            assert not kunci.terkunci
            return
        assert kunci.terkunci
        last = Kiriman.objects.order_by("-nomor")[0]
        changed = {beda.alamat for beda in differences(last.registri, registry_of(self.kudus))}
        assert {alamat for alamat in changed if not kunci.opens(alamat)} == set()
        remarked = {cell for catatan in Catatan.objects.all() for cell in group_of(catatan.alamat)}
        assert kunci.terbuka - remarked == set()


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=15))
def test_no_order_of_steps_gets_past_the_lock(steps, kudus, operator, verifikator, koordinator):
    with transaction.atomic():
        desk = Desk(kudus, operator, verifikator, koordinator)
        for name, *args in [("gerak", Gerak.MULAI), ("gerak", Gerak.KIRIM), *steps]:
            try:
                with transaction.atomic():
                    getattr(desk, name)(*args)
            except (MoveRefused, RegistryLocked):
                pass
            desk.holds()
        transaction.set_rollback(True)
