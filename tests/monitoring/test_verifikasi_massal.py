"""Verifying many at once: only what raises no question, each by the real move, and why the others are left out."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from core.models import KabupatenKota, Pengguna
from monitoring.enums import Gerak
from monitoring.isian.catatan import add_remark
from monitoring.isian.verifikasi_massal import candidates, verify_many
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Isian, Kiriman, Pemberitahuan, RiwayatIsian
from rusun.alamat import Alamat
from rusun.models import Rusun
from tests.factories import make_isian, make_periode, make_rusun

URL = reverse("monitoring:verifikasi_massal", args=["desk-uji"])


@pytest.fixture
def periode(db, koordinator):
    """Four sent isian: 33.01 raises no question; 33.02 has a remark; 33.03 was entered by a verifikator of ours;
    33.04's permit (SLF) runs out by the time it is looked at.
    """
    regions = [
        KabupatenKota.objects.create(
            kode=f"33.0{n}", nama=f"Kabupaten {n}", jenis="kabupaten", ibu_kota="-", baris=n, kolom=1
        )
        for n in range(1, 5)
    ]
    for daerah in regions:
        make_rusun(daerah)
    today = timezone.localdate()
    Rusun.objects.filter(kabupaten_kota="33.04").update(
        nomor_slf="1/SLF", tanggal_slf=today - datetime.timedelta(days=300),
        slf_berlaku_sampai=today + datetime.timedelta(days=95),
    )  # fmt: skip
    periode = make_periode(koordinator, *regions)
    for daerah in regions:
        operator = Pengguna.objects.create(
            username=f"op{daerah.pk}", nama="Op", peran="operator", password="!", kabupaten_kota=daerah
        )
        make_isian(periode, operator, status="terkirim")
    return periode


@pytest.fixture
def questionable(periode, verifikator, time_machine):
    isian = Isian.objects.get(kabupaten_kota="33.02")
    add_remark(isian, Alamat("3302-RSN-01", "hunian", "", "jumlah_kk"), "Mohon diperiksa.", verifikator)
    Kiriman.objects.get(isian__kabupaten_kota="33.03").penginput.add(verifikator)
    time_machine.move_to(timezone.now() + datetime.timedelta(days=10))
    return periode


def test_who_is_taken_and_who_is_left_out_and_why(questionable, verifikator):
    found = {c.isian.kabupaten_kota_id: c.alasan for c in candidates(questionable, verifikator, timezone.localdate())}
    assert found["33.01"] == ()
    assert found["33.02"] == ("1 catatan belum selesai",)
    assert found["33.03"] == ("Anda ikut mengisi data ini, jadi verifikator lain yang memverifikasinya",)
    (reason,) = found["33.04"]
    assert reason.startswith("1 peringatan belum dijelaskan: ")


def test_another_verifikator_may_take_what_a_colleague_entered(questionable, verifikator2):
    ready = [c.kunci for c in candidates(questionable, verifikator2, timezone.localdate()) if not c.alasan]
    assert ready == ["33.01:1", "33.03:1"]


def test_each_is_verified_by_its_own_move(periode, verifikator):
    hasil = verify_many(periode, ["33.01:1", "33.02:1"], verifikator)
    assert hasil.terverifikasi == ("Kabupaten 1", "Kabupaten 2")
    states = dict(Isian.objects.values_list("kabupaten_kota", "status"))
    assert states == {"33.01": "terverifikasi", "33.02": "terverifikasi", "33.03": "terkirim", "33.04": "terkirim"}
    moves = RiwayatIsian.objects.filter(gerak=Gerak.VERIFIKASI)
    assert sorted(moves.values_list("isian__kabupaten_kota", "pengguna")) == [
        ("33.01", verifikator.pk), ("33.02", verifikator.pk),
    ]  # fmt: skip
    assert Pemberitahuan.objects.filter(jenis="terverifikasi").count() == 2


def test_what_has_changed_since_the_list_was_shown_is_left_out(periode, verifikator):
    operator = Pengguna.objects.get(username="op33.01")
    isian = Isian.objects.get(kabupaten_kota="33.01")
    apply_move(isian, Gerak.TARIK, operator)
    apply_move(isian, Gerak.KIRIM, operator)
    add_remark(
        Isian.objects.get(kabupaten_kota="33.02"), Alamat("3302-RSN-01", "hunian", "", "jumlah_kk"), "?", verifikator
    )
    hasil = verify_many(periode, ["33.01:1", "33.02:1", "33.03:1", "33.99:1"], verifikator)
    assert hasil.terverifikasi == ("Kabupaten 3",)
    assert hasil.dilewati == (
        ("Kabupaten 1", "isian ini berubah sejak daftar ditampilkan"), ("Kabupaten 2", "1 catatan belum selesai"),
    )  # fmt: skip


def test_a_verifikator_cannot_smuggle_in_the_own_entry(questionable, verifikator):
    hasil = verify_many(questionable, ["33.03:1"], verifikator)
    assert (hasil.terverifikasi, [nama for nama, _ in hasil.dilewati]) == ((), ["Kabupaten 3"])


@pytest.mark.parametrize("role", ["operator", "pimpinan", "admin"])
def test_only_a_verifikator_verifies(periode, role, request):
    with pytest.raises(MoveRefused, match="Hanya verifikator"):
        verify_many(periode, ["33.01:1"], request.getfixturevalue(role))


# --- The page --------------------------------------------------------------------------------------------------------


def test_the_page_shows_both_lists_before_anything_happens(questionable, verifikator, masuk_sebagai):
    page = masuk_sebagai(verifikator).get(URL)
    assert [calon.kunci for calon in page.context["siap"]] == ["33.01:1"]
    assert [calon.isian.kabupaten_kota_id for calon in page.context["dilewati"]] == ["33.02", "33.03", "33.04"]
    assert "1 catatan belum selesai" in page.content.decode()
    assert Isian.objects.filter(status="terverifikasi").count() == 0


def test_the_form_sent_twice_verifies_once_and_says_so_once(periode, verifikator, masuk_sebagai):
    client = masuk_sebagai(verifikator)
    data = {"isian": ["33.01:1", "33.02:9"], "kunci_formulir": str(new_key())}
    told = [str(m) for m in client.post(URL, data, follow=True).context["messages"]]
    assert told == [
        "1 isian terverifikasi: Kabupaten 1.",
        "1 isian tidak diverifikasi:<br>• Kabupaten 2: isian ini berubah sejak daftar ditampilkan.",
    ]
    assert list(client.post(URL, data, follow=True).context["messages"]) == []
    assert RiwayatIsian.objects.filter(gerak=Gerak.VERIFIKASI).count() == 1


def test_nothing_chosen_is_told(periode, verifikator, masuk_sebagai):
    response = masuk_sebagai(verifikator).post(URL, {"kunci_formulir": str(new_key())}, follow=True)
    assert [str(m) for m in response.context["messages"]] == ["Pilih paling sedikit satu kabupaten/kota."]
