"""Whatever people do in whatever order: nothing is written past the lock, and every send leaves one fixed kiriman.

A machine plays one period of one kabupaten/kota: moves, edits in every section, remarks at every level, answers. After
each step the rules of the README hold. The run is the same every time; `--hypothesis-profile=luas` plays new ones.
"""

import datetime
import hashlib
import itertools
import os
import random
from collections import Counter
from decimal import Decimal

import pytest
from auditlog.context import disable_auditlog
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitoring.enums import Gerak, GerakPeriode, StatusIsian, StatusPeriode, StatusPermintaan
from monitoring.isian.catatan import add_remark, answer_remark, reopen_remark, settle_remark
from monitoring.isian.kiriman import draft_of
from monitoring.isian.pemeriksaan import check_isian, explain
from monitoring.isian.permintaan import ask_opening, grant
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Isian, Kiriman, KirimanRusun
from monitoring.periode.workflow import apply_period_move
from rusun.alamat import Alamat
from rusun.bagian import BAGIAN, PROFIL_PENGHUNI, TABEL, section_of
from rusun.enums import Sebab
from rusun.kelompok import BLOK_ANGKA, group_of
from rusun.models import Blok, KategoriPermasalahan, Permasalahan, ProfilPenghuni, Rusun, SebabKosong, Tarif
from rusun.pemeriksaan import SIAP
from rusun.penguncian import RegistryLocked, lock_state
from rusun.perbedaan import differences
from rusun.salinan import cells, registry_of
from rusun.simpan import close_location, save_section

from .factories import make_isian, make_periode, make_rusun

S = StatusIsian
PLAIN = [kolom for bagian in BAGIAN for kolom in bagian.kolom]
ROWS = {"blok": Blok, "tarif": Tarif, "permasalahan": Permasalahan}
WITH = {  # an answer that asks for another one beside it
    ("keadaan_dasar_hukum", "ada"): {"dasar_hukum": "Perda 1/2020"},
    ("keadaan_batas_huni", "ada"): {"batas_huni_bulan": 36},
}
WAYS = (
    (),
    (Gerak.MULAI,),
    (Gerak.MULAI, Gerak.KIRIM),
    (Gerak.MULAI, Gerak.KIRIM, Gerak.KEMBALIKAN),
    (Gerak.MULAI, Gerak.KIRIM, Gerak.VERIFIKASI),
    (Gerak.MULAI, Gerak.KIRIM, Gerak.VERIFIKASI, Gerak.BUKA_KEMBALI),
)
LEVELS = ("cell", "row", "column", "table", "section")
pick = st.integers(0, 9_999)


LOWEST = {"jumlah_kk": 70, "jumlah_jiwa": 200, "lintang": -7, "bujur": 110}


def candidates(field):
    """Some values that fit a column and, alone, break no rule."""
    if field.name == "kategori":
        return ["F-01", "F-02"]
    if field.choices:
        return [value for value, _ in field.choices if value]
    if isinstance(field, models.BooleanField):
        return [True, False]
    if isinstance(field, models.DateField):
        days = (300, 400) if field.name == "slf_berlaku_sampai" else (-3, -30)
        return [timezone.localdate() + datetime.timedelta(days=day) for day in days]
    low = LOWEST.get(field.name, 2010 if field.name.startswith("tahun") else 1)
    if isinstance(field, models.DecimalField):
        return [Decimal(low), Decimal(low) + Decimal("0.5")]
    if isinstance(field, models.IntegerField):
        return [low, low + 1, low + 5]
    return ["Pertama", "Kedua"]


class Desk(RuleBasedStateMachine):
    """What people may do, and beside it what the history, the kiriman and the openings must then be."""

    def __init__(self, cast, seen, keys):
        super().__init__()
        keys.seed(0)  # the same play has the same rows
        self.kudus, self.operator, self.verifikator, self.koordinator, self.pimpinan = cast
        self.seen = seen
        self.story = transaction.atomic()
        self.story.__enter__()
        KategoriPermasalahan.objects.create(kode="F-02", aspek="fisik_bangunan", nama="Dinding retak")
        make_rusun(self.kudus, oleh=self.operator)
        self.periode = make_periode(self.koordinator, self.kudus)
        self.isian = make_isian(self.periode, self.operator, status=S.BELUM_MULAI)
        self.moves, self.opened = [], frozenset()
        self.sent = {}

    def teardown(self):
        transaction.set_rollback(True)
        self.story.__exit__(None, None, None)

    # --- playing ---

    def attempt(self, name, action):
        """Whether `action` was let through; what it did before a refusal is undone."""
        try:
            with transaction.atomic():
                action()
        except (MoveRefused, RegistryLocked, IntegrityError) as refusal:
            self.seen[f"{name}: {type(refusal).__name__}"] += 1
            return False
        self.seen[name] += 1
        return True

    def move(self, gerak, **more):
        by = {Gerak.MULAI: self.operator, Gerak.KIRIM: self.operator, Gerak.TARIK: self.operator,
              Gerak.BUKA_KEMBALI: self.koordinator}.get(gerak, self.verifikator)  # fmt: skip
        dari = self.isian.status

        def act():
            self.isian = apply_move(self.isian, gerak, by, jawab_sebelum=timezone.localdate(), **more)

        if not self.attempt(gerak.value, act):
            return
        self.moves.append((gerak.value, dari, self.isian.status))
        if gerak in (Gerak.KEMBALIKAN, Gerak.BUKA_KEMBALI):
            self.opened |= self.groups(self.isian.catatan.unanswered())
        elif gerak != Gerak.MULAI_VERIFIKASI:
            self.opened = frozenset()
        if gerak == Gerak.KIRIM:
            last = Kiriman.objects.get(isian=self.isian, nomor=len(self.sent) + 1)
            self.sent[last.nomor] = (last.isi, self.figures(last))

    @staticmethod
    def groups(remarks):
        return frozenset(cell for row in remarks for cell in group_of(row.alamat))

    @staticmethod
    def figures(kiriman):
        return list(KirimanRusun.objects.filter(kiriman=kiriman).order_by("kode").values())

    @property
    def returned(self):
        return self.isian.status == S.PERLU_PERBAIKAN and self.periode.status == StatusPeriode.DIBUKA

    def one(self, rows, number):
        rows = list(rows)
        return rows[number % len(rows)] if rows else None

    def a_location(self, number):
        return self.one(Rusun.objects.active().order_by("kode"), number)

    # --- the moves ---

    @initialize(two=st.booleans(), way=st.sampled_from(WAYS), number=pick, level=st.sampled_from(LEVELS))
    def begin(self, two, way, number, level):
        """One location or two, and somewhere on the way, come there by real moves."""
        if two:
            make_rusun(self.kudus, oleh=self.operator)
        for gerak in way:
            if gerak in (Gerak.KEMBALIKAN, Gerak.BUKA_KEMBALI):
                self.remark(number, level)
            self.move(gerak, alasan="Uji.")

    @rule(gerak=st.sampled_from(Gerak))
    def any_move(self, gerak):
        self.move(gerak, alasan="Uji.")

    @rule(number=pick, level=st.sampled_from(LEVELS))
    def go_on(self, number, level):
        """A next step that makes sense where the isian stands."""
        if self.isian.status == S.BELUM_MULAI:
            self.move(Gerak.MULAI)
        elif self.isian.status in (S.DIISI, S.PERLU_PERBAIKAN):
            self.answer_and_send()
        elif self.isian.status == S.TERVERIFIKASI:
            self.remark(number, level)
            self.move(Gerak.BUKA_KEMBALI, alasan="Uji.")
        elif (choice := number % 6) < 3:
            if choice == 2:
                self.settle_all()
            self.remark(number, level)
            self.move(Gerak.KEMBALIKAN)
        elif choice == 3:
            self.settle_all()
            self.move(Gerak.VERIFIKASI)
        else:
            self.move(Gerak.TARIK if choice == 4 else Gerak.MULAI_VERIFIKASI)

    def answer_and_send(self):
        for catatan in self.isian.catatan.unanswered():
            self.attempt("jawab", lambda row=catatan: answer_remark(row, "Sudah diperiksa.", self.operator))
        today = timezone.localdate()
        for temuan in check_isian(self.isian, draft_of(self.isian), today).tanpa_alasan:
            explain(self.isian, temuan, "Sudah dicocokkan.", self.operator, timezone.now())
        self.move(Gerak.KIRIM)

    def settle_all(self):
        for catatan in self.isian.catatan.unsettled():
            self.attempt("selesai", lambda row=catatan: settle_remark(row, self.verifikator))

    @precondition(lambda self: self.isian.status == S.TERVERIFIKASI or self.periode.status != StatusPeriode.DIBUKA)
    @rule(gerak=st.sampled_from([gerak for gerak in GerakPeriode if gerak != GerakPeriode.BUKA]))
    def move_period(self, gerak):
        by = self.pimpinan if gerak == GerakPeriode.TETAPKAN else self.koordinator

        def act():
            self.periode = apply_period_move(self.periode, gerak, by, alasan="Uji.")

        if self.attempt(gerak.value, act) and gerak == GerakPeriode.TETAPKAN:
            self.opened = frozenset()
            self.isian.refresh_from_db()

    # --- remarks ---

    def address(self, number, level):
        alamat, _ = self.one(cells(registry_of(self.kudus)), number)
        kode, bagian, baris, kolom = alamat
        return {
            "cell": alamat, "row": Alamat(kode, bagian, baris), "column": Alamat(kode, bagian, "", kolom),
            "table": Alamat(kode, bagian), "section": Alamat(kode, section_of(bagian).kode),
        }[level]  # fmt: skip

    @rule(number=pick, level=st.sampled_from(LEVELS))
    def ask_and_grant(self, number, level):
        alamat = self.address(number, level)

        def act():
            grant(ask_opening(self.isian, alamat, "Mohon dibuka.", self.operator), self.verifikator)

        if self.attempt("kabulkan", act) and self.isian.status == S.PERLU_PERBAIKAN:
            self.opened |= group_of(alamat)

    @rule(number=pick, level=st.sampled_from(LEVELS))
    def remark(self, number, level):
        alamat = self.address(number, level)
        if self.attempt("catat", lambda: add_remark(self.isian, alamat, "Mohon diperiksa.", self.verifikator)):
            self.seen[f"catat: {level}"] += 1
            if self.isian.status == S.PERLU_PERBAIKAN:
                self.opened |= group_of(alamat)

    @precondition(lambda self: self.isian.status in (S.TERKIRIM, S.PERLU_PERBAIKAN))
    @rule(number=pick, say=st.sampled_from(["jawab", "selesai", "buka"]))
    def speak(self, number, say):
        row = self.one(self.isian.catatan.order_by("pk"), number)
        if row is None:
            return
        act = {
            "jawab": lambda: answer_remark(row, "Sudah diperiksa.", self.operator),
            "selesai": lambda: settle_remark(row, self.verifikator),
            "buka": lambda: reopen_remark(row, "Belum sesuai.", self.verifikator),
        }[say]
        if self.attempt(say, act) and say == "buka" and self.isian.status == S.PERLU_PERBAIKAN:
            self.opened |= group_of(row.alamat)

    # --- the registry ---

    def save(self, name, rusun, write):
        return self.attempt(
            name, lambda: save_section(rusun.pk, rusun.versi, self.operator, lambda waktu: write(waktu))
        )

    @rule(kind=st.sampled_from(["plain", "plain", *TABEL, "causes", "profile"]), place=pick, row=pick, number=pick)
    def edit(self, kind, place, row, number):
        rusun = self.a_location(place)
        if kind in TABEL:
            if found := self.one(getattr(rusun, kind).order_by("pk"), row):
                self.write_row(rusun, kind, found, self.one(TABEL[kind], place), number)
        elif kind == "causes":
            self.match_causes(rusun, self.one(SIAP, number))
        elif kind == "profile":
            self.write_profile(rusun, self.one(PROFIL_PENGHUNI, row), number % 50)
        else:
            self.write_plain(rusun, self.one(PLAIN, row), number)

    def write_plain(self, rusun, kolom, number):
        value = self.one(candidates(Rusun._meta.get_field(kolom)), number)
        values = {kolom: value, **WITH.get((kolom, value), {})}
        return self.save("kolom", rusun, lambda waktu: Rusun.objects.filter(pk=rusun.pk).update(**values))

    def write_row(self, rusun, tabel, row, kolom, number):
        if tabel == "blok" and kolom in BLOK_ANGKA:
            return self.write_units(rusun, row, number)
        if kolom == "nama":
            value = f"Blok {number}"
        else:
            value = self.one(candidates(ROWS[tabel]._meta.get_field(kolom)), number)
        name = "kategori_id" if kolom == "kategori" else kolom
        return self.save("baris", rusun, lambda waktu: ROWS[tabel].objects.filter(pk=row.pk).update(**{name: value}))

    def write_units(self, rusun, blok, number):
        """The figures of a block in one save and the causes that explain them in the next: both or neither opens."""
        terhuni, siap, rusak, cadangan = 40 + number % 30, number % 7, number % 5, number % 3
        units = {"terhuni": terhuni, "kosong_siap": siap, "kosong_rusak": rusak, "cadangan": cadangan}
        jumlah = sum(units.values())

        def write(waktu):
            Blok.objects.filter(pk=blok.pk).update(jumlah_unit=jumlah, **units)

        return self.save("unit", rusun, write) and self.match_causes(rusun, Sebab.PROSES_SELEKSI)

    def match_causes(self, rusun, siap):
        """Causes that add up to the figures of the blocks; `siap` explains the units that are ready."""
        rusun.refresh_from_db()
        sums = rusun.blok.aggregate(*(models.Sum(name) for name in ("kosong_siap", "kosong_rusak", "cadangan")))
        wanted = {siap: sums["kosong_siap__sum"], Sebab.RUSAK: sums["kosong_rusak__sum"],
                  Sebab.DIPAKAI_LAIN: sums["cadangan__sum"]}  # fmt: skip

        def write(waktu):
            rusun.sebab_kosong.exclude(sebab__in=wanted).delete()
            for sebab, jumlah in wanted.items():
                defaults = {"jumlah_unit": jumlah or 0, "diubah": waktu}
                SebabKosong.objects.update_or_create(rusun=rusun, sebab=sebab, defaults=defaults)

        return self.save("sebab", rusun, write)

    def write_profile(self, rusun, kolom, number):
        def write(waktu):
            ProfilPenghuni.objects.update_or_create(rusun=rusun, defaults={kolom: number, "diubah": waktu})

        return self.save("profil", rusun, write)

    @rule(come=st.booleans(), tabel=st.sampled_from(sorted(TABEL)), place=pick, number=pick)
    def rows_come_and_go(self, come, tabel, place, number):
        (self.add_row if come else self.remove_row)(self.a_location(place), tabel, number)

    def add_row(self, rusun, tabel, number):
        def write(waktu):
            if tabel == "blok":
                Blok.objects.create(
                    rusun=rusun, nama=f"Blok tambahan {number}", konfigurasi="single", jumlah_lantai=4, jumlah_unit=24,
                    terhuni=24, kosong_siap=0, kosong_rusak=0, cadangan=0, diubah=waktu,
                )  # fmt: skip
            elif tabel == "tarif":
                Tarif.objects.create(rusun=rusun, lantai=2 + number % 50, tarif_bulan=200_000, diubah=waktu)
                Rusun.objects.filter(pk=rusun.pk).update(tarif_belum_ditetapkan=False)
            else:
                Permasalahan.objects.create(
                    rusun=rusun, kategori_id="F-01", tingkat="ringan", uraian="Baru.", penanggung_jawab="provinsi",
                    diubah=waktu,
                )  # fmt: skip
                Rusun.objects.filter(pk=rusun.pk).update(tidak_ada_permasalahan=False)

        self.save("tambah", rusun, write)

    def remove_row(self, rusun, tabel, number):
        row = self.one(getattr(rusun, tabel).order_by("pk"), number)
        alone = getattr(rusun, tabel).count() == 1
        if row is None or (tabel == "blok" and alone):
            return

        def write(waktu):
            row.delete()
            if alone:
                none = "tarif_belum_ditetapkan" if tabel == "tarif" else "tidak_ada_permasalahan"
                Rusun.objects.filter(pk=rusun.pk).update(**{none: True})

        if self.save("hapus", rusun, write) and tabel == "blok":
            assert self.match_causes(rusun, Sebab.PROSES_SELEKSI), "a block goes, but its causes are locked"

    @rule(place=pick)
    def locations_come_and_go(self, place):
        rusun = self.a_location(place)
        if Rusun.objects.active().count() > 1:
            self.attempt("tutup", lambda: close_location(rusun, rusun.versi, "Dibongkar.", self.operator))
        else:
            self.attempt("lokasi", lambda: make_rusun(self.kudus, oleh=self.operator))

    @precondition(lambda self: self.returned and self.opened)
    @rule(place=pick, row=pick, column=pick, number=pick)
    def edit_what_is_open(self, place, row, column, number):
        """Open means open: a remarked cell can be corrected, alone or with its group."""
        kode, bagian, baris, kolom = self.one(sorted(self.opened), place)
        rusun = Rusun.objects.get(pk=kode)
        before = sum(count for name, count in self.seen.items() if name.endswith("RegistryLocked"))
        if bagian in TABEL and not (baris or kolom) and number % 3:
            (self.add_row if number % 3 == 1 else self.remove_row)(rusun, bagian, number)
        elif bagian in TABEL:
            rows = getattr(rusun, bagian).order_by("pk")
            found = self.one(rows.filter(pk=baris) if baris else rows, row)
            if found is not None:
                self.write_row(rusun, bagian, found, kolom or self.one(TABEL[bagian], column), number)
        elif bagian == "sebab_kosong":
            self.match_causes(rusun, self.one(SIAP, number))
        elif bagian == "profil_penghuni":
            self.write_profile(rusun, kolom or self.one(PROFIL_PENGHUNI, column), number % 50)
        else:
            columns = section_of(bagian).kolom
            if columns:
                self.write_plain(rusun, kolom or self.one(columns, column), number)
        after = sum(count for name, count in self.seen.items() if name.endswith("RegistryLocked"))
        assert after == before, f"{kode}/{bagian}/{baris}/{kolom} is open, yet locked"
        self.seen["membetulkan"] += 1

    # --- what always holds ---

    @invariant()
    def history_is_complete(self):
        told = list(self.isian.riwayat.order_by("pk").values_list("gerak", "dari", "ke"))
        assert told == self.moves
        states = [S.BELUM_MULAI, *(ke for _, _, ke in told)]
        assert [dari for _, dari, _ in told] == states[:-1]
        assert Isian.objects.get().status == states[-1]

    @invariant()
    def every_send_left_one_kiriman_that_never_changes(self):
        rows = list(Kiriman.objects.order_by("nomor"))
        assert {row.nomor: (row.isi, self.figures(row)) for row in rows} == self.sent
        assert [hashlib.sha256(row.isi.encode()).hexdigest() for row in rows] == [row.sha256 for row in rows]
        sends = list(
            self.isian.riwayat.filter(gerak=Gerak.KIRIM).order_by("pk").values_list("kiriman__nomor", flat=True)
        )
        assert sends == list(self.sent)

    @invariant()
    def only_remarked_or_granted_cells_are_open_and_the_rest_is_the_last_kiriman(self):
        kunci = lock_state(self.kudus)
        isian = Isian.objects.get()
        assert kunci.terkunci == (isian.berjalan and isian.status not in (S.BELUM_MULAI, S.DIISI))
        assert kunci.terbuka == self.opened
        granted = isian.permintaan.filter(status=StatusPermintaan.DIKABULKAN)
        assert self.opened - self.groups(isian.catatan.all()) - self.groups(granted) == set()
        if kunci.terkunci:
            self.unchanged_but_for_the_open(Kiriman.objects.order_by("-nomor")[0].registri, registry_of(self.kudus))

    def unchanged_but_for_the_open(self, last, now):
        for alamat in (beda.alamat for beda in differences(last, now)):
            kode, bagian, baris, kolom = alamat
            wider = {alamat, (kode, bagian, baris, ""), (kode, bagian, "", kolom), (kode, bagian, "", "")}
            assert wider & self.opened, f"{alamat} changed behind the lock"
        assert list(last) == list(now), "a location came or went behind the lock"
        for kode, tabel in itertools.product(now, TABEL):
            came_or_went = set(now[kode][tabel]) ^ set(last[kode][tabel])
            assert not came_or_went or (kode, tabel, "", "") in self.opened, f"rows of {tabel} came or went"


@pytest.mark.django_db
def test_no_order_of_steps_gets_past_the_lock(kudus, operator, verifikator, koordinator, pimpinan, monkeypatch):
    seen, cast, keys = Counter(), (kudus, operator, verifikator, koordinator, pimpinan), random.Random()
    monkeypatch.setattr(os, "urandom", keys.randbytes)  # row UUIDs, and with them the order of rows
    few = settings(max_examples=settings.default.max_examples // 5, stateful_step_count=20)
    with disable_auditlog():  # field history has tests of its own, and takes a fifth of the time
        run_state_machine_as_test(lambda: Desk(cast, seen, keys), settings=few)
    # The play was about something: much was sent, returned and corrected, and the lock was tried in earnest.
    assert {name for name in ("kembalikan", "buka_kembali", "verifikasi", "membetulkan") if not seen[name]} == set()
    assert seen["kirim"] >= 10
    assert sum(count for name, count in seen.items() if name.endswith(": RegistryLocked")) >= 20
