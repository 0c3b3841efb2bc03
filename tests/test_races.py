"""Two at once, on PostgreSQL with real threads: one wins, the history says it once, nothing is lost or smuggled in."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key, perform_once
from core.models import Pengguna
from core.versions import check_version, touch
from monitoring.enums import Gerak, JenisSurel, StatusIsian
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Isian, Kiriman, Pemberitahuan, RiwayatIsian, Surel
from monitoring.pengingat.ingatkan import remind
from monitoring.pengingat.pemberitahuan import tell_deadlines
from monitoring.pengingat.surel import deliver
from penghuni.hunian import HunianRefused, correct_stay, move_in
from penghuni.models import Hunian, Penghuni
from rusun.alamat import Alamat
from rusun.models import Blok, Rusun
from rusun.penguncian import RegistryLocked, registry_write
from rusun.perbedaan import differences
from rusun.salinan import registry_of
from rusun.simpan import create_location

from .factories import make_isian, make_periode, make_rusun

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*actions):
    """Start all actions together; each answer is what the action returned or the exception it raised."""
    barrier = threading.Barrier(len(actions), timeout=10)

    def run(action):
        try:
            barrier.wait()
            return action()
        except (MoveRefused, RegistryLocked, HunianRefused) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def isian(koordinator, kudus, operator):
    make_rusun(kudus)
    return make_isian(make_periode(koordinator, kudus), operator)


@pytest.mark.parametrize("putaran", range(3))
def test_of_two_verifying_at_once_one_wins_and_the_other_reads_who(isian, operator, verifikator, verifikator2, putaran):
    apply_move(isian, Gerak.KIRIM, operator)
    answers = at_once(
        lambda: apply_move(isian, Gerak.VERIFIKASI, verifikator),
        lambda: apply_move(isian, Gerak.VERIFIKASI, verifikator2),
    )
    (refusal,) = [answer for answer in answers if isinstance(answer, MoveRefused)]
    (row,) = RiwayatIsian.objects.filter(isian=isian, gerak=Gerak.VERIFIKASI).select_related("pengguna")
    assert refusal.pesan.startswith(f"Langkah ini tidak dapat dilakukan: {row.pengguna.nama} sudah menjalankan")


@pytest.mark.parametrize("putaran", range(3))
def test_a_send_submitted_twice_makes_one_kiriman_and_leads_to_one_page(isian, operator, putaran):
    key = new_key()

    def send():
        apply_move(isian, Gerak.KIRIM, operator)
        return reverse("beranda")

    answers = at_once(*[lambda: perform_once(key, operator, send)] * 2)
    assert answers == [reverse("beranda")] * 2
    assert [row.nomor for row in Kiriman.objects.filter(isian=isian)] == [1]
    assert RiwayatIsian.objects.filter(isian=isian, gerak=Gerak.KIRIM).count() == 1


@pytest.mark.parametrize("putaran", range(5))
def test_an_edit_racing_a_send_is_in_the_kiriman_or_refused(isian, operator, kudus, putaran):
    rusun = Rusun.objects.get()

    def edit():
        with registry_write(kudus) as kunci:
            row = Rusun.objects.select_for_update().get(pk=rusun.pk)
            check_version(row, rusun.versi)
            kunci.require_open([Alamat(row.kode, "hunian", "", "daftar_tunggu")])
            row.daftar_tunggu = 99
            touch(row, operator)
            row.save()
        return "saved"

    _, edited = at_once(lambda: apply_move(isian, Gerak.KIRIM, operator), edit)
    kiriman = Kiriman.objects.get(isian=isian)
    assert Isian.objects.get().status == StatusIsian.TERKIRIM
    assert differences(kiriman.registri, registry_of(kudus)) == []
    assert (kiriman.registri[rusun.kode]["hunian"]["daftar_tunggu"] == 99) == (edited == "saved")


@pytest.mark.parametrize("putaran", range(3))
def test_locations_entered_at_once_get_codes_of_their_own(kudus, operator, putaran):
    rows = at_once(*[lambda: create_location(kudus, "rusun", "Rusunawa Baru", operator)] * 4)
    assert sorted(row.kode for row in rows) == [f"3319-RSN-{number:02d}" for number in range(1, 5)]


@pytest.fixture
def readers(kudus):
    """Twelve operators of Kudus with an address."""
    return [
        Pengguna.objects.create(
            username=f"op{number}", nama="Op", peran="operator", kabupaten_kota=kudus, surel=f"op{number}@example.go.id"
        )
        for number in range(12)
    ]


@pytest.mark.parametrize("putaran", range(3))
def test_runs_of_the_outbox_at_once_send_every_mail_once(koordinator, kudus, readers, putaran):
    remind(make_periode(koordinator, kudus), JenisSurel.BELUM_MENGIRIM, [kudus.pk], koordinator)
    counts = at_once(*[deliver] * 3)
    assert sum(done["terkirim"] for done in counts) == 12
    assert sorted(message.to[0] for message in mail.outbox) == sorted(reader.surel for reader in readers)
    assert set(Surel.objects.values_list("status", "percobaan")) == {("terkirim", 1)}


@pytest.mark.parametrize("putaran", range(3))
@pytest.mark.parametrize("same_form", [True, False], ids=["one form twice", "two people"])
def test_a_reminder_confirmed_twice_at_once_reminds_once(koordinator, verifikator, kudus, readers, same_form, putaran):
    periode, first = make_periode(koordinator, kudus), new_key()

    def confirm(pengguna, key):
        def make():
            remind(periode, JenisSurel.BELUM_MENGIRIM, [kudus.pk], pengguna)
            return reverse("beranda")

        return perform_once(key, pengguna, make)

    second = (koordinator, first) if same_form else (verifikator, new_key())
    answers = at_once(lambda: confirm(koordinator, first), lambda: confirm(*second))
    assert answers == [reverse("beranda")] * 2
    assert Surel.objects.count() == 12
    assert Pemberitahuan.objects.filter(jenis="diingatkan").count() == 12


@pytest.mark.parametrize("putaran", range(3))
def test_a_sending_racing_a_reminder_is_reminded_before_or_not_at_all(isian, operator, koordinator, kudus, putaran):
    Pengguna.objects.filter(pk=operator.pk).update(surel="sri@kuduskab.go.id")
    at_once(
        lambda: apply_move(isian, Gerak.KIRIM, operator),
        lambda: remind(isian.periode, JenisSurel.BELUM_MENGIRIM, [kudus.pk], koordinator),
    )
    deliver()
    assert mail.outbox == []
    assert Isian.objects.get().status == StatusIsian.TERKIRIM


@pytest.mark.parametrize("putaran", range(3))
def test_two_runs_tell_of_a_deadline_once(koordinator, kudus, readers, putaran):
    periode = make_periode(koordinator, kudus)
    at_once(*[lambda: tell_deadlines(periode.batas_waktu, timezone.now())] * 2)
    assert Pemberitahuan.objects.filter(jenis="mendekati_batas").count() == 12


@pytest.mark.parametrize("putaran", range(3))
def test_of_two_wanting_one_unit_by_a_move_and_by_a_correction_one_is_refused(kudus, operator, putaran):
    make_rusun(kudus)
    blok, hari = Blok.objects.get(), datetime.date(2021, 1, 5)
    orang = [Penghuni.objects.create(kabupaten_kota=kudus, nama=nama, diubah=timezone.now()) for nama in "AB"]
    stay = move_in(orang[0], blok, "101", hari, operator)
    answers = at_once(
        lambda: correct_stay(stay, 1, blok, "102", hari, operator),
        lambda: move_in(orang[1], blok, "102", hari, operator),
    )
    (refusal,) = [answer for answer in answers if isinstance(answer, HunianRefused)]
    assert refusal.kolom == "nomor_unit"
    assert Hunian.objects.filter(nomor_unit="102").count() == 1
