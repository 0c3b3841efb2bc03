"""A session: who may do what when, what crosses to the other side, and that nothing is lost on the way."""

import datetime
import uuid

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from monitoring.desk import sesi as desk
from monitoring.desk.agenda import agenda_of, agreements_in_words, is_weak
from monitoring.desk.denyut import beat_of, is_present, present_at
from monitoring.desk.jadwal import publish
from monitoring.desk.layar import build_screen
from monitoring.enums import Gerak, GerakPeriode, JenisButir, StatusCatatan, StatusIsian, StatusSesi
from monitoring.isian.catatan import add_remark, answer_remark
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import (
    BeritaAcara,
    ButirAgenda,
    Catatan,
    Kesepakatan,
    Kiriman,
    RiwayatSesi,
    SesiDesk,
)
from monitoring.periode.workflow import apply_period_move
from penghuni.models import Penghuni
from rusun.alamat import Alamat
from rusun.models import Blok, Rusun, TindakLanjut
from rusun.penguncian import lock_state
from tests.factories import make_isian, make_periode
from tests.forms import fields_of

from .conftest import make_jadwal, session_of

DAY = datetime.timedelta(days=1)


def cell(lokasi, kolom="jumlah_kk"):
    return Alamat(lokasi.pk, "hunian", "", kolom)


def agreed(lokasi, **fields):
    values = {"uraian": "Ganti atap", "penanggung_jawab": "provinsi", "batas_waktu": timezone.localdate() + 30 * DAY}
    return TindakLanjut(rusun=lokasi, **{**values, **fields})


# --- the course -------------------------------------------------------------------------------------------------------

STEPS = {
    "mulai": desk.begin,
    "jeda": desk.pause,
    "lanjut": desk.resume,
    "tutup": desk.close,
    "tidak hadir": lambda sesi, pengguna: desk.mark_absent(sesi, "", pengguna, waktu=sesi.selesai),
}
ALLOWED = {
    StatusSesi.TERJADWAL: {"mulai", "tidak hadir"},
    StatusSesi.BERLANGSUNG: {"jeda", "tutup", "tidak hadir"},
    StatusSesi.JEDA: {"lanjut", "tutup", "tidak hadir"},
    StatusSesi.DITUTUP: set(),
    StatusSesi.TIDAK_HADIR: set(),
}


def reach(sesi, status, verifikator):
    path = {"terjadwal": (), "berlangsung": ("mulai",), "jeda": ("mulai", "jeda"), "ditutup": ("mulai", "tutup"),
            "tidak_hadir": ("tidak hadir",)}[status]  # fmt: skip
    for step in path:
        STEPS[step](sesi, verifikator)
        sesi.refresh_from_db()


@pytest.mark.parametrize("status", ALLOWED)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_in_every_state(sesi, verifikator, status, step):
    reach(sesi, status, verifikator)
    history = RiwayatSesi.objects.count()
    if step in ALLOWED[status]:
        STEPS[step](sesi, verifikator)
        assert RiwayatSesi.objects.count() == history + 1
    else:
        with pytest.raises(MoveRefused):
            STEPS[step](sesi, verifikator)
        assert SesiDesk.objects.get(pk=sesi.pk).status == status
        assert RiwayatSesi.objects.count() == history


@pytest.mark.parametrize("who", ["operator", "operator_lain", "pimpinan", "admin"])
def test_only_the_province_leads(langsung, lokasi, who, request):
    person = request.getfixturevalue(who)
    acts = [
        lambda: desk.pause(langsung, person), lambda: desk.close(langsung, person),
        lambda: desk.take_over(langsung, person), lambda: desk.point_at(langsung, cell(lokasi), person),
        lambda: desk.remark(langsung, cell(lokasi), "x", person), lambda: desk.commit(langsung, agreed(lokasi), person),
        lambda: desk.mark_absent(langsung, "", person), lambda: desk.write_notes(langsung, "x", 1, person),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(MoveRefused):
            act()
    assert not Catatan.objects.exists()
    assert not Kesepakatan.objects.exists()
    assert not TindakLanjut.objects.exists()


def test_nothing_is_done_while_it_does_not_run(sesi, lokasi, verifikator, operator):
    for status in (StatusSesi.TERJADWAL, StatusSesi.JEDA, StatusSesi.DITUTUP):
        for act in (
            lambda: desk.point_at(sesi, cell(lokasi), verifikator),
            lambda: desk.remark(sesi, cell(lokasi), "x", verifikator),
            lambda: desk.commit(sesi, agreed(lokasi), verifikator),
            lambda: desk.add_point(sesi, "x", operator),
        ):
            with pytest.raises(MoveRefused):
                act()
        if status == StatusSesi.TERJADWAL:
            desk.begin(sesi, verifikator)
            desk.pause(sesi, verifikator)
        elif status == StatusSesi.JEDA:
            desk.close(sesi, verifikator)
    assert not Catatan.objects.exists()


def test_a_session_needs_a_published_schedule_and_an_open_period(periode, isian, koordinator, verifikator):
    make_jadwal(periode, koordinator, verifikator)
    with pytest.raises(MoveRefused, match="belum diterbitkan"):
        desk.begin(session_of(isian), verifikator)


def test_another_verifikator_takes_over_and_nothing_is_lost(langsung, lokasi, verifikator, verifikator2):
    desk.point_at(langsung, cell(lokasi), verifikator)
    desk.remark(langsung, cell(lokasi), "Cek KK.", verifikator)
    desk.commit(langsung, agreed(lokasi), verifikator)
    before = build_screen(session_of(langsung.isian), timezone.localdate())
    desk.take_over(langsung, verifikator2)
    after = build_screen(session_of(langsung.isian), timezone.localdate())
    assert after.sesi.verifikator == verifikator2
    assert (after.sorot, after.catatan, after.kesepakatan) == (before.sorot, before.catatan, before.kesepakatan)
    assert langsung.riwayat.last().keterangan == f"Semula {verifikator}"
    desk.remark(langsung, cell(lokasi, "jumlah_jiwa"), "Cek jiwa.", verifikator2)
    desk.remark(langsung, cell(lokasi, "daftar_tunggu"), "Cek antrean.", verifikator)
    assert Catatan.objects.count() == 3


# --- in a session -----------------------------------------------------------------------------------------------------


def test_a_remark_opens_its_cell_at_once_and_the_result_is_sent_as_the_next_kiriman(
    langsung, lokasi, verifikator, operator
):
    desk.remark(langsung, cell(lokasi), "Cek KK.", verifikator)
    langsung.isian.refresh_from_db()
    assert langsung.isian.status == StatusIsian.PERLU_PERBAIKAN
    kunci = lock_state("33.19")
    assert kunci.opens(cell(lokasi))
    assert not kunci.opens(cell(lokasi, "daftar_tunggu"))
    with pytest.raises(MoveRefused, match="belum dijawab"):
        desk.save_result(langsung, operator)
    desk.accept(langsung, Catatan.objects.get(), verifikator)
    with pytest.raises(MoveRefused):
        desk.save_result(langsung, verifikator)
    Rusun.objects.filter(pk=lokasi.pk).update(jumlah_kk=81)
    desk.save_result(langsung, operator)
    assert [row.nomor for row in Kiriman.objects.order_by("nomor")] == [1, 2]
    assert Kiriman.objects.get(nomor=2).registri[lokasi.pk]["hunian"]["jumlah_kk"] == 81


def test_a_verified_isian_is_not_opened_by_a_remark(langsung, lokasi, verifikator, koordinator):
    apply_move(langsung.isian, Gerak.VERIFIKASI, verifikator)
    with pytest.raises(MoveRefused, match="Buka kembali"):
        desk.remark(langsung, cell(lokasi), "x", verifikator)
    assert not Catatan.objects.exists()


def test_what_was_not_sent_is_filled_in_together_and_sent_in_its_slot(periode, koordinator, verifikator, operator):
    isian = make_isian(periode, operator)
    jadwal = make_jadwal(periode, koordinator, verifikator)
    publish(jadwal, koordinator)
    sesi = session_of(isian)
    desk.begin(sesi, verifikator)
    assert sesi.agenda.first().jenis == JenisButir.BELUM_KIRIM
    desk.save_result(session_of(isian), operator)
    assert isian.kiriman.get().nomor == 1


def test_pointing_names_the_cell_and_refuses_what_does_not_exist(langsung, lokasi, verifikator):
    blok = Blok.objects.get(rusun=lokasi)
    row = desk.point_at(langsung, Alamat(lokasi.pk, "blok", str(blok.pk), "kosong_rusak"), verifikator)
    assert row.sorot_sebutan == f"{lokasi.nama}, Blok A, Kosong rusak"
    for nonsense in (Alamat("3399-RSN-01", "hunian", "", "jumlah_kk"), Alamat(lokasi.pk, "hunian", "", "tidak_ada")):
        with pytest.raises(ValueError, match="no such cell"):
            desk.point_at(langsung, nonsense, verifikator)
    assert desk.point_at(langsung, None, verifikator).sorot == ""


def test_a_commitment_is_a_follow_up_that_lives_on(langsung, lokasi, verifikator, semarang):
    with pytest.raises(MoveRefused, match="sesudah hari ini"):
        desk.commit(langsung, agreed(lokasi, batas_waktu=timezone.localdate()), verifikator)
    elsewhere = Rusun.objects.get(kabupaten_kota=semarang)
    with pytest.raises(MoveRefused, match="kabupaten/kota pada sesi ini"):
        desk.commit(langsung, agreed(elsewhere), verifikator)
    assert not TindakLanjut.objects.exists()
    row = desk.commit(langsung, agreed(lokasi, unit=4), verifikator)
    assert (row.tindak_lanjut.unit, row.tindak_lanjut.diubah_oleh) == (4, verifikator)


def test_a_tick_is_set_and_taken_back(langsung, verifikator, operator):
    point = desk.add_point(langsung, "Jadwal kunjungan lapangan", operator)
    desk.tick(point, True, verifikator)
    assert ButirAgenda.objects.get(pk=point.pk).disepakati_oleh == verifikator
    desk.tick(point, False, verifikator)
    assert ButirAgenda.objects.get(pk=point.pk).disepakati_pada is None


# --- agenda -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "alasan", ["ok", "Sudah benar menurut kami di lapangan semua", "sesuai data yang ada pada kami"]
)
def test_a_reason_that_says_nothing_is_weak(alasan):
    assert is_weak(alasan)


def test_a_reason_with_words_of_its_own_is_not_weak():
    assert not is_weak("Delapan unit dikosongkan karena pipa induk pecah pada Mei.")


def test_the_agenda_holds_remarks_overdue_follow_ups_papers_and_double_records(
    isian, lokasi, verifikator, operator, kudus, semarang
):
    save = agreed(lokasi, batas_waktu=timezone.localdate() - DAY)
    save.diubah = timezone.now()
    save.save()
    Rusun.objects.filter(pk=lokasi.pk).update(nomor_slf="SLF-1")
    for daerah in (kudus, semarang):
        Penghuni.objects.create(kabupaten_kota=daerah, nama="Wati", nik="3319014101900001", diubah=timezone.now())
    add_remark(isian, cell(lokasi), "Cek KK.", verifikator)
    points = agenda_of(isian, timezone.localdate())
    assert [point.jenis for point in points] == [
        JenisButir.CATATAN, JenisButir.TINDAK, JenisButir.DOKUMEN, JenisButir.GANDA,
    ]  # fmt: skip
    assert points[2].judul == f"{lokasi.nama}: SLF"
    text = " ".join(f"{point.judul} {point.keterangan}" for point in points)
    assert "Wati" not in text
    assert "3319014101900001" not in text


def test_a_large_change_since_the_last_verified_period_is_on_the_agenda(
    koordinator, pimpinan, kudus, operator, verifikator, lokasi
):
    old = make_periode(koordinator, kudus, slug="desk-lama", mulai=timezone.localdate() - 400 * DAY)
    make_isian(old, operator, verifikator, StatusIsian.TERVERIFIKASI)
    apply_period_move(old, GerakPeriode.AJUKAN_REKAP, koordinator)
    apply_period_move(old, GerakPeriode.TETAPKAN, pimpinan)
    Rusun.objects.filter(pk=lokasi.pk).update(daftar_tunggu=90, jumlah_kk=82)
    new = make_isian(make_periode(koordinator, kudus), operator)
    (point,) = [row for row in agenda_of(new, timezone.localdate()) if row.jenis == JenisButir.UBAHAN]
    assert point.judul == f"{lokasi.nama}, Daftar tunggu: 12 menjadi 90"


def test_agreements_of_the_period_before_are_told_first(lokasi):
    today = timezone.localdate()

    def row(status, days):
        values = {"status": status, "batas_waktu": today + days * DAY, "diubah": timezone.now()}
        values["selesai_pada"] = today if status == "selesai" else None
        tindak = agreed(lokasi, **values)
        tindak.save()
        return tindak

    rows = [row("selesai", 1), row("dilimpahkan", 1), row("proses", -3), row("belum", 5)]
    told = agreements_in_words(rows, today)
    assert told == (
        "4 kesepakatan periode lalu: 1 selesai, 1 lewat batas waktu, 1 berjalan, 1 selesai tetapi belum ada bukti"
    )
    assert agreements_in_words([], today) == ""


# --- what crosses -----------------------------------------------------------------------------------------------------


def beat(sesi, person):
    return beat_of(sesi.pk, "desk-uji", person)


def test_whatever_happens_changes_the_beat(langsung, lokasi, verifikator, verifikator2, operator):
    seen = [beat(langsung, operator)]

    def changed(act):
        act()
        now = beat(langsung, operator)
        assert now not in seen
        assert now == beat(langsung, verifikator)
        seen.append(now)

    changed(lambda: desk.point_at(langsung, cell(lokasi), verifikator))
    changed(lambda: desk.remark(langsung, cell(lokasi), "Cek.", verifikator))
    changed(lambda: answer_remark(Catatan.objects.get(), "Sudah.", operator))
    changed(lambda: desk.accept(langsung, Catatan.objects.get(), verifikator))
    changed(lambda: desk.tick(desk.add_point(langsung, "x", operator), True, verifikator))
    changed(lambda: desk.commit(langsung, agreed(lokasi), verifikator))
    changed(lambda: desk.take_over(langsung, verifikator2))
    changed(lambda: is_present(langsung, operator))
    changed(lambda: desk.save_result(langsung, operator))
    changed(lambda: desk.close(langsung, verifikator))


def test_nothing_new_costs_two_queries_and_no_body(langsung, operator, masuk_sebagai, django_assert_num_queries):
    client = masuk_sebagai(operator)
    url = reverse("monitoring:desk_kini", args=["desk-uji", langsung.pk])
    client.get(langsung.get_absolute_url())
    known = {"d": beat(langsung, operator)}
    with django_assert_num_queries(2):
        response = client.get(url, known, HTTP_HX_REQUEST="true")
    assert (response.status_code, response.content) == (204, b"")
    assert sum(len(f"{name}: {value}\r\n") for name, value in response.items()) < 1024
    response = client.get(url, {"d": "0.0.0"}, HTTP_HX_REQUEST="true")
    assert response.status_code == 200
    assert b"<html" not in response.content


def test_the_moving_part_is_for_those_of_the_session(langsung, operator, operator_lain, admin, masuk_sebagai, client):
    url = reverse("monitoring:desk_kini", args=["desk-uji", langsung.pk])
    known = {"d": beat(langsung, operator)}
    assert masuk_sebagai(operator_lain).get(url, known).status_code == 404
    assert masuk_sebagai(admin).get(url, known).status_code == 403
    assert client.get(url, known)["Location"].startswith("/masuk/")
    assert client.get(url, known, HTTP_HX_REQUEST="true").status_code == 401
    suspended = masuk_sebagai(operator)
    operator.is_active = False
    operator.save()
    assert suspended.get(url, known, HTTP_HX_REQUEST="true").status_code == 401


def test_whoever_is_gone_is_not_shown_any_more(langsung, operator, verifikator):
    is_present(langsung, operator)
    is_present(langsung, verifikator)
    assert present_at(langsung) == [verifikator, operator]
    assert present_at(langsung, timezone.now() + datetime.timedelta(minutes=1)) == []


# --- pages ------------------------------------------------------------------------------------------------------------


def test_both_sides_see_the_same_and_no_number_of_a_person(
    langsung, lokasi, verifikator, operator, kudus, masuk_sebagai
):
    Penghuni.objects.create(kabupaten_kota=kudus, nama="Wati", nik="3319014101900001", diubah=timezone.now())
    desk.point_at(langsung, cell(lokasi), verifikator)
    desk.remark(langsung, cell(lokasi), "Cek KK.", verifikator)
    for person, word in ((verifikator, "Terima"), (operator, "Perbaiki")):
        html = masuk_sebagai(person).get(langsung.get_absolute_url()).content.decode()
        assert "Provinsi menyorot" in html
        assert "Cek KK." in html
        assert word in html
        assert "3319014101900001" not in html
        assert "Wati" not in html


def test_a_correction_comes_back_to_the_session(langsung, lokasi, verifikator, operator, masuk_sebagai):
    desk.remark(langsung, cell(lokasi), "Cek KK.", verifikator)
    client = masuk_sebagai(operator)
    url = reverse("monitoring:isian_bagian", args=["desk-uji", "33.19", lokasi.pk, "hunian"]) + f"?desk={langsung.pk}"
    page = client.get(url)
    data = fields_of(page) | {"jumlah_kk": "81"}
    response = client.post(url, data)
    assert (response.status_code, response["Location"]) == (302, langsung.get_absolute_url())
    screen = build_screen(session_of(langsung.isian), timezone.localdate())
    assert [(row.semula, row.kini) for row in screen.ubahan] == [("80", "81")]
    assert (screen.catatan[0].semula, screen.catatan[0].kini, screen.catatan[0].berubah) == ("80", "81", True)


def test_a_refusal_is_told_in_the_moving_part(langsung, verifikator, masuk_sebagai):
    client = masuk_sebagai(verifikator)
    point = desk.add_point(langsung, "x", verifikator)
    desk.pause(langsung, verifikator)
    url = reverse("monitoring:desk_sepakat", args=["desk-uji", langsung.pk, point.pk])
    data = {"kunci_formulir": new_key(), "sepakat": "ya"}
    response = client.post(url, data, HTTP_HX_REQUEST="true")
    assert response.status_code == 200
    assert "tidak sedang berlangsung" in response.content.decode()


def test_a_commitment_that_is_wrong_keeps_what_was_typed(langsung, lokasi, verifikator, masuk_sebagai):
    client = masuk_sebagai(verifikator)
    url = reverse("monitoring:desk_kesepakatan", args=["desk-uji", langsung.pk])
    data = {
        "kunci_formulir": new_key(), "rusun": lokasi.pk, "uraian": "Ganti atap", "penanggung_jawab": "provinsi",
        "batas_waktu": timezone.localdate().isoformat(), "unit": "empat",
    }  # fmt: skip
    response = client.post(url, data)
    assert response.status_code == 422
    assert "Ganti atap" in response.content.decode()
    response = client.post(url, data | {"unit": "4"})
    assert response.status_code == 409
    good = data | {"unit": "4", "batas_waktu": (timezone.localdate() + DAY).isoformat()}
    for _ in range(2):  # a double click
        assert client.post(url, good).status_code == 302
    assert Kesepakatan.objects.count() == 1


@pytest.mark.parametrize("alamat", ["", "x", "a/b/c/d", "../../x/y/z", "3319-RSN-01/hunian/bukan-uuid/jumlah_kk"])
def test_a_malformed_address_is_400(langsung, verifikator, masuk_sebagai, alamat):
    client = masuk_sebagai(verifikator)
    assert client.get(langsung.get_absolute_url() + "catat/", {"alamat": alamat}).status_code == 400
    if alamat:
        assert client.post(langsung.get_absolute_url() + "sorot/", {"alamat": alamat}).status_code == 400


def test_unknown_steps_and_points_are_404(langsung, verifikator, masuk_sebagai):
    client = masuk_sebagai(verifikator)
    key = {"kunci_formulir": uuid.uuid4()}
    assert client.post(langsung.get_absolute_url() + "langkah/terbang/", key).status_code == 404
    assert client.post(langsung.get_absolute_url() + "agenda/0/", key).status_code == 404
    assert client.post(langsung.get_absolute_url() + "catatan/0/terima/", key).status_code == 404


def test_closing_twice_by_a_double_click_makes_one_berita_acara(langsung, verifikator, masuk_sebagai):
    client = masuk_sebagai(verifikator)
    key = {"kunci_formulir": new_key()}
    for _ in range(2):
        assert client.post(langsung.get_absolute_url() + "langkah/tutup/", key).status_code == 302
    client.post(langsung.get_absolute_url() + "langkah/tutup/", {"kunci_formulir": new_key()})
    assert BeritaAcara.objects.count() == 1
    assert Catatan.objects.filter(status=StatusCatatan.TERBUKA).count() == 0


def test_the_opening_is_asked_cheaply_by_everybody(
    pembukaan, operator, pimpinan, masuk_sebagai, django_assert_num_queries
):
    for person in (operator, pimpinan):
        client = masuk_sebagai(person)
        url = reverse("monitoring:desk_kini", args=["desk-uji", pembukaan.pk])
        client.get(pembukaan.get_absolute_url())
        known = {"d": beat(pembukaan, person)}
        assert known["d"]
        with django_assert_num_queries(2):
            assert client.get(url, known, HTTP_HX_REQUEST="true").status_code == 204


def test_an_absurd_number_is_404(langsung, verifikator, masuk_sebagai):
    url = f"/periode/desk-uji/desk/{10**20}/kini/"
    assert masuk_sebagai(verifikator).get(url).status_code == 404


def test_a_point_that_came_too_late_keeps_what_was_typed(langsung, verifikator, operator, masuk_sebagai):
    desk.pause(langsung, verifikator)
    client, url = masuk_sebagai(operator), langsung.get_absolute_url() + "agenda/"
    response = client.post(url, {"kunci_formulir": new_key(), "judul": "Kunjungan lapangan"})
    assert response.status_code == 409
    assert "Kunjungan lapangan" in response.content.decode()
    response = client.post(url, {"kunci_formulir": new_key(), "judul": ""})
    assert response.status_code == 422
    url = langsung.get_absolute_url() + "tidak-hadir/"
    response = masuk_sebagai(verifikator).post(url, {"kunci_formulir": new_key(), "alasan": "x" * 501})
    assert response.status_code == 422
    assert "x" * 501 in response.content.decode()


def test_papers_on_the_agenda_bring_no_buttons_that_lead_nowhere(sesi, lokasi, verifikator, masuk_sebagai):
    Rusun.objects.filter(pk=lokasi.pk).update(nomor_slf="SLF-1")
    desk.begin(sesi, verifikator)
    (row,) = build_screen(session_of(sesi.isian), timezone.localdate()).agenda
    assert (row.label, row.ada_sel) == ("Dokumen belum ada", False)
    html = masuk_sebagai(verifikator).get(sesi.get_absolute_url()).content.decode()
    assert f"{lokasi.pk}/lampiran" not in html


def test_what_was_agreed_keeps_its_words_and_date(langsung, lokasi, verifikator, operator, masuk_sebagai):
    tindak = desk.commit(langsung, agreed(lokasi, penanggung_jawab="kabupaten_kota"), verifikator).tindak_lanjut
    due = tindak.batas_waktu
    data = {
        "kunci_formulir": new_key(), "versi": tindak.versi, "uraian": "DIGANTI", "batas_waktu": "2099-12-31",
        "penanggung_jawab": "pusat", "status": "proses", "keterangan": "Lelang berjalan.",
    }  # fmt: skip
    response = masuk_sebagai(operator).post(reverse("rusun:tindak_lanjut_ubah", args=[tindak.pk]), data)
    assert response.status_code == 302
    row = TindakLanjut.objects.get(pk=tindak.pk)
    assert (row.uraian, row.batas_waktu, row.status) == ("Ganti atap", due, "proses")


def test_who_changed_a_session_is_in_the_history(sesi, koordinator, verifikator, masuk_sebagai):
    masuk_sebagai(verifikator).post(sesi.get_absolute_url() + "langkah/mulai/", {"kunci_formulir": new_key()})
    entry = LogEntry.objects.get_for_object(sesi).first()
    assert entry.actor == verifikator
    assert entry.changes_dict["status"] == ["terjadwal", "berlangsung"]
