"""The schedule: working days, breaks, an even spread, conflicts said before saving, versions with what changed."""

import datetime

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.display import WIB, hari_tanggal, jam
from core.idempotency import new_key
from monitoring.beranda import obligations
from monitoring.desk.jadwal import changes_between, conflicts, generate, move_session, publish, reschedule, schedule_of
from monitoring.desk.kalender import Tatanan, lay_out, lunch_of, moment, objections, opening_of, working_days
from monitoring.desk.papan import delay_before
from monitoring.desk.sesi import begin, close, mark_absent, take_over
from monitoring.enums import JenisSesi, StatusSesi
from monitoring.isian.workflow import MoveRefused
from monitoring.models import HariLibur, JadwalDesk, Pemberitahuan, SesiDesk
from tests.factories import make_periode, make_rusun

from .conftest import make_jadwal

SENIN = datetime.date(2021, 8, 16)
MERDEKA = {datetime.date(2021, 8, 17): "Hari Kemerdekaan"}
PAGI, SORE = datetime.time(8), datetime.time(16)
SATU_RUANG = Tatanan(PAGI, SORE, 1, 30, 5, 10)


def test_working_days_skip_weekends_and_holidays():
    days = working_days(SENIN, 4, MERDEKA)
    assert [day.day for day in days] == [16, 18, 19, 20]
    assert [day.day for day in working_days(datetime.date(2021, 8, 19), 4, MERDEKA)] == [19, 20, 23, 24]


def test_the_opening_takes_the_first_morning_and_friday_pauses_earlier():
    assert [time.hour for time in opening_of(SENIN, SATU_RUANG)] == [8, 12]
    friday = datetime.date(2021, 8, 20)
    assert lunch_of(friday) == (datetime.time(11, 30), datetime.time(13))
    assert opening_of(friday, SATU_RUANG)[1].time() == datetime.time(11, 30)


@st.composite
def desks(draw):
    tatanan = Tatanan(
        PAGI, datetime.time(draw(st.integers(12, 17)), 30), draw(st.integers(1, 4)), draw(st.integers(10, 90)),
        draw(st.integers(0, 15)), draw(st.integers(0, 30)),
    )  # fmt: skip
    places = draw(st.lists(st.integers(0, 12), max_size=35))
    return tatanan, working_days(SENIN, draw(st.integers(1, 6)), MERDEKA), {f"K{i}": n for i, n in enumerate(places)}


@given(desks())
def test_slots_never_overlap_nor_fall_into_breaks_and_nobody_is_forgotten(desk):
    tatanan, days, peserta = desk
    slots, left = lay_out(days, tatanan, peserta)
    assert sorted([slot.peserta for slot in slots] + left) == sorted(peserta)
    for slot in slots:
        assert slot.selesai - slot.mulai == tatanan.length(peserta[slot.peserta])
        assert objections(slot.mulai, slot.selesai, tatanan, MERDEKA) == []
        assert slot.mulai.astimezone(WIB).date() in days
        assert slot.mulai >= opening_of(days[0], tatanan)[1]
    by_room = {}
    for slot in slots:
        if slot.ruang in by_room and by_room[slot.ruang].date() == slot.mulai.date():
            assert slot.mulai - by_room[slot.ruang] >= datetime.timedelta(minutes=tatanan.jeda)
        by_room[slot.ruang] = slot.selesai


def test_days_are_filled_evenly():
    days = working_days(datetime.date(2021, 8, 19), 4, {})
    slots, left = lay_out(days, Tatanan(PAGI, SORE, 2, 40, 5, 10), {f"K{i:02}": 3 for i in range(23)})
    assert left == []
    counts = [sum(slot.mulai.astimezone(WIB).date() == day for slot in slots) for day in days]
    assert counts == [6, 6, 6, 5]


@pytest.mark.parametrize(
    ("hari", "dari", "sampai", "kata"),
    [(21, (9, 0), (10, 0), "akhir pekan"), (17, (9, 0), (10, 0), "Hari Kemerdekaan"),
     (16, (7, 0), (8, 30), "Di luar jam"), (16, (15, 30), (16, 30), "Di luar jam"),
     (16, (11, 30), (12, 30), "istirahat, 12.00"),
     (20, (11, 0), (11, 45), "istirahat, 11.30")],
)  # fmt: skip
def test_an_unusual_time_is_said(hari, dari, sampai, kata):
    day = datetime.date(2021, 8, hari)
    found = objections(moment(day, datetime.time(*dari)), moment(day, datetime.time(*sampai)), SATU_RUANG, MERDEKA)
    assert len(found) == 1
    assert kata in found[0]


def test_a_full_day_is_refused_by_name_and_nothing_is_stored(periode, koordinator, verifikator):
    with pytest.raises(MoveRefused) as refused:
        make_jadwal(periode, koordinator, verifikator, jumlah_hari=1, menit_dasar=120, jam_selesai=datetime.time(15))
    assert refused.value.rincian == ["Kota Semarang"]
    assert not SesiDesk.objects.exists()
    assert not JadwalDesk.objects.exists()


def test_more_rooms_than_verifikator_are_refused(periode, koordinator, verifikator):
    with pytest.raises(MoveRefused, match="2 ruang"):
        make_jadwal(periode, koordinator, verifikator, ruang=2)


def test_a_holiday_of_the_table_is_skipped(periode, koordinator, verifikator):
    jadwal = make_jadwal(periode, koordinator, verifikator)
    HariLibur.objects.create(tanggal=jadwal.mulai, nama="Libur uji")
    generate(jadwal, [verifikator], koordinator)
    first = schedule_of(jadwal)[0]
    assert first.jenis == JenisSesi.PEMBUKAAN
    assert first.mulai.astimezone(WIB).date() == jadwal.mulai + datetime.timedelta(days=1)


def test_laying_out_again_leaves_what_has_begun(jadwal, sesi, koordinator, verifikator, verifikator2):
    begin(sesi, verifikator)
    before = SesiDesk.objects.get(pk=sesi.pk)
    generate(jadwal, [verifikator2], koordinator)
    after = SesiDesk.objects.get(pk=sesi.pk)
    assert (after.mulai, after.verifikator, after.versi) == (before.mulai, verifikator, before.versi)
    assert SesiDesk.objects.filter(verifikator=verifikator2).count() == 1


def two_sessions(jadwal):
    return [row for row in schedule_of(jadwal) if row.jenis == JenisSesi.DESK]


def test_double_booking_and_overlap_are_refused_and_nothing_moves(jadwal, koordinator, verifikator2):
    first, second = two_sessions(jadwal)
    second.mulai, second.selesai = first.mulai, first.selesai
    found = conflicts(second)
    assert len(found.mutlak) == 2  # the verifikator, and the room
    with pytest.raises(MoveRefused) as refused:
        move_session(second, second.versi, koordinator, tetap=True)
    assert refused.value.rincian == found.mutlak
    second.ruang, second.verifikator = 2, verifikator2
    move_session(second, second.versi, koordinator)
    assert SesiDesk.objects.get(pk=second.pk).mulai == first.mulai


def test_the_opening_is_overlapped_by_nobody(jadwal, pembukaan, koordinator, verifikator2):
    first, _ = two_sessions(jadwal)
    first.mulai, first.selesai, first.ruang = pembukaan.mulai, pembukaan.mulai + datetime.timedelta(minutes=30), 3
    first.verifikator = verifikator2
    with pytest.raises(MoveRefused) as refused:
        move_session(first, first.versi, koordinator, tetap=True)
    assert "rapat pembukaan" in refused.value.rincian[0]


def test_an_unusual_time_is_saved_when_it_is_meant(jadwal, koordinator):
    first, _ = two_sessions(jadwal)
    saturday = first.mulai + datetime.timedelta(days=5)
    first.mulai, first.selesai = saturday, saturday + datetime.timedelta(minutes=30)
    with pytest.raises(MoveRefused, match="tidak lazim"):
        move_session(first, first.versi, koordinator)
    move_session(first, first.versi, koordinator, tetap=True)
    assert first.riwayat.get().keterangan.startswith("Semula Senin")


def test_a_moved_session_is_not_moved_by_an_old_page(jadwal, koordinator):
    first, _ = two_sessions(jadwal)
    versi = first.versi
    first.ruang = 2
    move_session(first, versi, koordinator)
    with pytest.raises(MoveRefused, match="orang lain"):
        move_session(first, versi, koordinator)


def test_versions_say_what_changed_and_tell_only_those_concerned(operator, operator_lain, jadwal, koordinator):
    told = Pemberitahuan.objects.filter(jenis="jadwal_desk")
    assert {row.pengguna for row in told} == {operator, operator_lain}
    with pytest.raises(MoveRefused, match="Tidak ada yang berubah"):
        publish(jadwal, koordinator)
    row = next(row for row in two_sessions(jadwal) if row.judul == "Kota Semarang")
    row.mulai += datetime.timedelta(minutes=60)
    row.selesai += datetime.timedelta(minutes=60)
    move_session(row, row.versi, koordinator)
    second = publish(jadwal, koordinator)
    assert second.versi == 2
    (sentence,) = second.perubahan
    assert sentence.startswith("Kota Semarang: ")
    assert "semula" in sentence
    assert told.filter(pengguna=operator).count() == 1
    assert told.filter(pengguna=operator_lain).count() == 2


def test_added_and_removed_slots_are_told():
    slot = ["2021-08-19T08:00+07:00", "2021-08-19T09:00+07:00", "1", "Dewi"]
    assert changes_between({"A": slot}, {"B": slot}) == [
        "A: dihapus dari jadwal",
        "B: Kamis, 19 Agustus 2021 08.00-09.00 WIB, ruang 1, Dewi (baru)",
    ]


def test_who_did_not_come_gets_one_new_session(jadwal, sesi, koordinator, verifikator):
    with pytest.raises(MoveRefused, match="jam mulai"):
        mark_absent(sesi, "", verifikator)
    mark_absent(sesi, "Sudah ditelepon.", verifikator, waktu=sesi.mulai + datetime.timedelta(minutes=20))
    baru = SesiDesk(jadwal=jadwal, isian=sesi.isian, ruang=2, verifikator=None, mulai=sesi.mulai, selesai=sesi.selesai)
    sesi.refresh_from_db()
    reschedule(sesi, baru, koordinator)
    again = SesiDesk(jadwal=jadwal, isian=sesi.isian, ruang=3, mulai=sesi.mulai, selesai=sesi.selesai)
    with pytest.raises(MoveRefused, match="belum punya sesi lain"):
        reschedule(sesi, again, koordinator)
    assert SesiDesk.objects.get(pk=sesi.pk).status == StatusSesi.TIDAK_HADIR


def test_the_session_in_place_of_a_missed_one_is_not_seen_before_it_is_published(
    jadwal, sesi, koordinator, verifikator, operator, masuk_sebagai
):
    """What was published for the missed session says nothing about the new one."""
    mark_absent(sesi, "Sudah ditelepon.", verifikator, waktu=sesi.mulai + datetime.timedelta(minutes=20))
    hour = datetime.timedelta(hours=1)
    baru = SesiDesk(jadwal=jadwal, isian=sesi.isian, ruang=2, mulai=sesi.mulai + hour, selesai=sesi.selesai + hour)
    sesi.refresh_from_db()
    reschedule(sesi, baru, koordinator, tetap=True)
    client = masuk_sebagai(operator)
    slug = jadwal.periode.slug

    def seen():
        calendar = client.get(reverse("monitoring:desk_ics", args=[slug])).content.decode()
        page = client.get(reverse("monitoring:desk_jadwal", args=[slug])).content.decode()
        home = client.get(reverse("beranda")).content.decode()
        texts = [page, home, calendar.replace("\r\n ", "")]
        return [baru.get_absolute_url() in text for text in texts], client.get(baru.get_absolute_url()).status_code

    assert seen() == ([False, False, False], 404)
    publish(jadwal, koordinator)
    assert seen()[0][:1] == [True]
    assert seen()[1] == 200


def test_home_says_when_a_session_begins_not_when_a_day_ends(sesi, operator, time_machine):
    time_machine.move_to(sesi.mulai - datetime.timedelta(hours=20), tick=False)
    [row] = [row for row in obligations(operator, sesi.mulai.date()) if row.judul.startswith("Desk: ")]
    assert row.pukul == jam(sesi.mulai)
    assert row.batas == sesi.mulai.date()


def test_nobody_but_the_koordinator_lays_out(jadwal, verifikator, operator, pimpinan):
    for person in (verifikator, operator, pimpinan):
        for act in (lambda: generate(jadwal, [verifikator], person), lambda: publish(jadwal, person)):  # noqa: B023
            with pytest.raises(MoveRefused, match="koordinator"):
                act()


# --- pages ------------------------------------------------------------------------------------------------------------


def form(jadwal, leader, **more):
    return {
        "kunci_formulir": new_key(), "mulai": jadwal.mulai.isoformat(), "jumlah_hari": 2, "jam_mulai": "08.00",
        "jam_selesai": "16.00", "ruang": 1, "verifikator": [leader.pk], "menit_dasar": 30, "menit_per_lokasi": 5,
        "jeda": 10, "tautan": "", "semula": 0, **more,
    }  # fmt: skip


def test_the_page_shows_a_preview_first_and_stores_on_the_second_button(
    periode, koordinator, verifikator, masuk_sebagai
):
    client = masuk_sebagai(koordinator)
    jadwal = JadwalDesk(mulai=SENIN)
    url = reverse("monitoring:desk_susun", args=["desk-uji"])
    response = client.post(url, form(jadwal, verifikator))
    assert response.status_code == 200
    assert "Pratinjau" in response.content.decode()
    assert not SesiDesk.objects.exists()
    response = client.post(url, form(jadwal, verifikator, simpan="1"))
    assert (response.status_code, SesiDesk.objects.count()) == (302, 3)


@pytest.mark.parametrize(
    ("field", "value"), [("jam_selesai", "07.00"), ("jam_mulai", "pagi"), ("ruang", "9"), ("jumlah_hari", "0"),
                         ("mulai", ""), ("verifikator", []), ("jam_mulai", "12.30")],
)  # fmt: skip
def test_a_wrong_layout_is_said_at_its_field(periode, koordinator, verifikator, masuk_sebagai, field, value):
    data = form(JadwalDesk(mulai=SENIN), verifikator, **{field: value, "simpan": "1"})
    response = masuk_sebagai(koordinator).post(reverse("monitoring:desk_susun", args=["desk-uji"]), data)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert not SesiDesk.objects.exists()


def test_an_operator_sees_the_own_session_once_it_is_published(
    periode, koordinator, verifikator, operator, masuk_sebagai
):
    jadwal = make_jadwal(periode, koordinator, verifikator)
    client = masuk_sebagai(operator)
    url = reverse("monitoring:desk_jadwal", args=["desk-uji"])
    assert "Jadwal belum diterbitkan" in client.get(url).content.decode()
    publish(jadwal, koordinator)
    html = client.get(url).content.decode()
    assert "Kabupaten Kudus" in html
    assert "Rapat pembukaan" in html
    assert "Kota Semarang" not in html


def test_moving_by_form_tells_the_conflict_and_keeps_what_was_typed(jadwal, koordinator, masuk_sebagai):
    first, second = two_sessions(jadwal)
    start = first.mulai.astimezone(WIB)
    data = {
        "kunci_formulir": new_key(), "versi": second.versi, "tanggal": start.date().isoformat(), "ruang": "1",
        "jam_mulai": f"{start:%H.%M}", "jam_selesai": f"{first.selesai.astimezone(WIB):%H.%M}",
        "verifikator": second.verifikator_id, "tautan": "", "alasan": "Permintaan daerah.",
    }  # fmt: skip
    client = masuk_sebagai(koordinator)
    response = client.post(reverse("monitoring:desk_ubah", args=["desk-uji", second.pk]), data)
    assert response.status_code == 409
    html = response.content.decode()
    assert "sudah bertugas di" in html
    assert "Permintaan daerah." in html
    free = {"jam_mulai": "15.00", "jam_selesai": "15.30", "kunci_formulir": new_key()}
    assert client.post(reverse("monitoring:desk_ubah", args=["desk-uji", second.pk]), data | free).status_code == 302


def test_holidays_are_kept_by_the_koordinator(koordinator, masuk_sebagai):
    client, url = masuk_sebagai(koordinator), reverse("hari_libur")
    data = {"kunci_formulir": new_key(), "tanggal": "2026-12-24", "nama": "Cuti bersama", "tambah": "1"}
    assert client.post(url, data).status_code == 302
    assert client.post(url, data | {"kunci_formulir": new_key()}).status_code == 422
    assert "Kamis, 24 Desember 2026" in client.get(url).content.decode()
    client.post(url, {"hapus": "2026-12-24"})
    client.post(url, {"hapus": "bukan tanggal"})
    assert not HariLibur.objects.filter(tanggal="2026-12-24", aktif=True).exists()


def test_the_board_tells_state_delay_and_who_is_next(
    pembukaan, sesi, verifikator, pimpinan, masuk_sebagai, time_machine
):
    begin(pembukaan, verifikator, waktu=pembukaan.mulai)
    close(pembukaan, verifikator, waktu=pembukaan.selesai)
    time_machine.move_to(sesi.mulai + datetime.timedelta(minutes=12), tick=False)
    url = reverse("monitoring:desk_papan", args=["desk-uji"]) + f"?hari={sesi.mulai.astimezone(WIB):%Y-%m-%d}"
    client = masuk_sebagai(pimpinan)
    html = client.get(url).content.decode()
    assert "tertunda 12 menit" in html
    assert "Berikutnya" in html
    begin(sesi, verifikator)
    html = client.get(url, HTTP_HX_REQUEST="true").content.decode()
    assert "Berlangsung" in html
    assert "lewat 12 menit" in html
    assert "<html" not in html


def test_a_calendar_is_for_one_kabupaten_kota_or_for_who_leads(
    jadwal, sesi, verifikator, verifikator2, operator, masuk_sebagai
):
    url = reverse("monitoring:desk_ics", args=["desk-uji"])

    def names(person, **query):
        return sorted(
            line.split(":")[1] for line in masuk_sebagai(person).get(url, query).content.decode().splitlines()
            if line.startswith("SUMMARY")
        )  # fmt: skip

    assert names(operator) == ["Desk Kabupaten Kudus", "Rapat pembukaan"]
    assert names(operator, kabupaten_kota="33.74") == ["Rapat pembukaan"]
    assert names(verifikator2) == ["Rapat pembukaan"]
    assert names(verifikator) == ["Desk Kabupaten Kudus", "Desk Kota Semarang", "Rapat pembukaan"]
    assert names(verifikator2, kabupaten_kota="33.74") == ["Desk Kota Semarang", "Rapat pembukaan"]


# --- what a second reading found --------------------------------------------------------------------------------------


def test_a_stale_layout_is_refused_and_never_puts_an_old_version_back(jadwal, koordinator, verifikator):
    stale = JadwalDesk.objects.get(pk=jadwal.pk)
    generate(jadwal, [verifikator], koordinator)
    row = two_sessions(jadwal)[0]
    row.ruang = 2
    move_session(row, row.versi, koordinator)
    publish(jadwal, koordinator)
    with pytest.raises(MoveRefused, match="orang lain"):
        generate(stale, [verifikator], koordinator)
    assert JadwalDesk.objects.get(pk=jadwal.pk).versi == 2


def test_a_kabupaten_kota_reads_what_was_published_not_what_is_being_moved(
    jadwal, sesi, operator, koordinator, masuk_sebagai
):
    client, url = masuk_sebagai(operator), reverse("monitoring:desk_jadwal", args=["desk-uji"])
    before = client.get(url).content.decode()
    sesi.mulai += datetime.timedelta(days=7)
    sesi.selesai += datetime.timedelta(days=7)
    move_session(sesi, sesi.versi, koordinator)
    assert hari_tanggal(sesi.mulai) not in before
    for page in (url, reverse("monitoring:desk_sesi", args=["desk-uji", sesi.pk])):
        assert hari_tanggal(sesi.mulai) not in client.get(page).content.decode()
    publish(jadwal, koordinator)
    assert hari_tanggal(sesi.mulai) in client.get(url).content.decode()


def test_laying_out_again_goes_around_what_is_held(jadwal, sesi, koordinator, verifikator, time_machine):
    time_machine.move_to(sesi.mulai, tick=False)
    begin(sesi, verifikator)
    jadwal.jumlah_hari = 1
    generate(jadwal, [verifikator], koordinator)
    other = next(row for row in two_sessions(jadwal) if row.pk != sesi.pk)
    assert other.mulai >= sesi.selesai + datetime.timedelta(minutes=jadwal.jeda)
    assert conflicts(other).mutlak == []


def test_a_schedule_is_published_once_its_period_is_open(koordinator, kudus, verifikator):
    make_rusun(kudus)
    jadwal = make_jadwal(make_periode(koordinator, kudus, buka=False), koordinator, verifikator)
    with pytest.raises(MoveRefused, match="Buka periode dahulu"):
        publish(jadwal, koordinator)


def test_a_delay_ends_with_the_break_it_falls_into(jadwal, sesi, verifikator, koordinator, verifikator2):
    other = next(row for row in two_sessions(jadwal) if row.pk != sesi.pk)
    other.mulai = sesi.selesai + datetime.timedelta(minutes=10)
    other.selesai = other.mulai + datetime.timedelta(minutes=30)
    move_session(other, other.versi, koordinator)
    begin(sesi, verifikator, waktu=sesi.mulai + datetime.timedelta(minutes=20))
    assert delay_before(other, sesi.selesai + datetime.timedelta(minutes=5)) == 0
    assert delay_before(other, sesi.selesai + datetime.timedelta(minutes=25)) == 15
    close(sesi, verifikator, waktu=sesi.selesai + datetime.timedelta(minutes=8))
    assert delay_before(other, sesi.selesai + datetime.timedelta(minutes=9)) == 0


def test_a_takeover_is_not_undone_by_an_old_form(sesi, koordinator, verifikator2):
    versi = sesi.versi
    take_over(sesi, verifikator2)
    sesi.ruang = 2
    with pytest.raises(MoveRefused, match="orang lain"):
        move_session(sesi, versi, koordinator)
    assert SesiDesk.objects.get(pk=sesi.pk).verifikator == verifikator2
