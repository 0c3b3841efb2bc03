"""The outbox: what is mailed is decided and worded when it is sent, once, and nothing is lost on the way."""

import datetime
import io

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from core.models import KabupatenKota, Pengguna
from monitoring.enums import Gerak, GerakPeriode, JenisSurel
from monitoring.isian.catatan import answer_remark
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Pemberitahuan, Surel
from monitoring.pengingat.ingatkan import remind, targets_of
from monitoring.pengingat.surel import JEDA, TERPUTUS, deliver, enqueue, send_again
from monitoring.periode.workflow import apply_period_move
from tests.factories import make_isian, make_periode, make_rusun
from tests.mail_servers import Slow

LATE, ANSWER = JenisSurel.BELUM_MENGIRIM, JenisSurel.BELUM_MENJAWAB
INGATKAN = reverse("monitoring:ingatkan", args=["desk-uji"])
KOTAK = reverse("monitoring:kotak_keluar", args=["desk-uji"])
BACKEND = "tests.mail_servers."


@pytest.fixture
def periode(koordinator, kudus, semarang, operator, operator_lain):
    """Kudus (ready to send) and Semarang, invited; one operator each, both with an address."""
    make_rusun(kudus)
    for pengguna, surel in ((operator, "sri@kuduskab.go.id"), (operator_lain, "agus@semarangkota.go.id")):
        pengguna.surel = surel
        pengguna.save()
    return make_periode(koordinator, kudus, semarang)


@pytest.fixture
def waiting(periode, verifikator):
    """Both were reminded; two e-mails wait."""
    remind(periode, LATE, ["33.19", "33.74"], verifikator)
    return periode


def states():
    return sorted(Surel.objects.values_list("pengguna__username", "status"))


# --- Whom it concerns ------------------------------------------------------------------------------------------------


def test_only_those_who_are_not_done_are_reminded(periode, operator, verifikator):
    make_isian(periode, operator, verifikator, "terkirim")
    hasil = remind(periode, LATE, ["33.19", "33.74"], verifikator)
    assert (hasil.kabupaten_kota, hasil.pemberitahuan, hasil.surel) == (1, 1, 1)
    assert hasil.dilewati == ("Kabupaten Kudus",)
    assert states() == [("operator.semarang", "menunggu")]
    assert list(Pemberitahuan.objects.filter(jenis="diingatkan").values_list("pengguna__username", flat=True)) == [
        "operator.semarang"
    ]


def test_who_has_no_address_gets_the_notice_alone(periode, operator_lain, verifikator):
    Pengguna.objects.filter(pk=operator_lain.pk).update(surel="")
    hasil = remind(periode, LATE, ["33.74"], verifikator)
    assert (hasil.pemberitahuan, hasil.surel) == (1, 0)


def test_reminding_nobody_is_refused(periode, operator, verifikator):
    make_isian(periode, operator, verifikator, "terkirim")
    with pytest.raises(MoveRefused, match="Tidak ada lagi yang perlu diingatkan"):
        remind(periode, LATE, ["33.19"], verifikator)


@pytest.mark.parametrize("role", ["operator", "pimpinan", "admin"])
def test_only_the_province_reminds(periode, role, request):
    with pytest.raises(MoveRefused, match="Hanya verifikator dan koordinator"):
        remind(periode, LATE, ["33.74"], request.getfixturevalue(role))


def test_the_same_mail_does_not_wait_and_the_same_notice_is_not_unread_twice(waiting, koordinator):
    again = remind(waiting, LATE, ["33.19", "33.74"], koordinator)
    assert (again.surel, again.pemberitahuan) == (0, 0)
    assert Surel.objects.count() == 2


def test_a_second_reminder_after_the_first_was_sent_goes_out_again(waiting, koordinator):
    deliver()
    assert remind(waiting, LATE, ["33.19"], koordinator).surel == 1
    deliver()
    assert [m.to for m in mail.outbox] == [["sri@kuduskab.go.id"], ["agus@semarangkota.go.id"], ["sri@kuduskab.go.id"]]


# --- The words -------------------------------------------------------------------------------------------------------


def test_the_text_is_made_from_the_state_at_sending_time(waiting, settings, time_machine, operator):
    settings.ALAMAT_SITUS = "https://desk.example.go.id/"
    time_machine.move_to(timezone.now() + datetime.timedelta(days=5))
    deliver()
    message = next(m for m in mail.outbox if m.to == [operator.surel])
    assert message.subject == "Kabupaten Kudus: isian belum dikirim ke provinsi"
    assert message.body.startswith("Yth. Sri Lestari,\n\nIsian Kabupaten Kudus untuk Desk uji: isian belum dikirim")
    assert "(2 hari lagi)." in message.body
    assert "https://desk.example.go.id/periode/desk-uji/isian/33.19/\n" in message.body


def test_a_mail_about_remarks_counts_those_still_open(periode, operator, verifikator):
    make_isian(periode, operator, verifikator, "perlu_perbaikan")
    deliver()
    (message,) = mail.outbox
    assert message.subject == "Kabupaten Kudus: 1 catatan belum dijawab"
    assert "/isian/33.19/catatan/" in message.body


def test_no_mail_shows_one_kabupaten_kota_to_another(waiting):
    deliver()
    for message in mail.outbox:
        assert ("Kudus" in message.body) != ("Semarang" in message.body)
        assert len(message.to) == 1
        assert message.cc == message.bcc == []


# --- Those who are done meanwhile ------------------------------------------------------------------------------------


def test_who_sent_a_minute_ago_gets_no_reminder(waiting, operator, verifikator):
    make_isian(waiting, operator, verifikator, "terkirim")
    done = deliver()
    assert (done["terkirim"], done["dilewati"]) == (1, 1)
    assert [m.to for m in mail.outbox] == [["agus@semarangkota.go.id"]]
    row = Surel.objects.get(pengguna=operator)
    assert (row.status, row.keterangan) == ("dilewati", "Sudah selesai: isian terkirim.")


def test_who_is_done_while_the_run_is_under_way_gets_nothing_either(
    periode, operator, verifikator, settings, monkeypatch
):
    remind(periode, LATE, ["33.74"], verifikator)
    remind(periode, LATE, ["33.19"], verifikator)
    settings.EMAIL_BACKEND = f"{BACKEND}Slow"
    monkeypatch.setattr(Slow, "meanwhile", lambda self: make_isian(periode, operator, verifikator, "terkirim"))
    deliver()
    assert [m.to for m in mail.outbox] == [["agus@semarangkota.go.id"]]
    assert states() == [("operator.kudus", "dilewati"), ("operator.semarang", "terkirim")]


def test_a_reminder_does_not_ask_for_the_first_sending_after_the_isian_came_back(waiting, operator, verifikator):
    make_isian(waiting, operator, verifikator, "perlu_perbaikan")
    deliver()
    subjects = [m.subject for m in mail.outbox if m.to == [operator.surel]]
    assert subjects == ["Kabupaten Kudus: 1 catatan belum dijawab"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_active": False}, "Akun ini tidak lagi mengurus isian ini."),
        ({"kabupaten_kota_id": "33.19"}, "Akun ini tidak lagi mengurus isian ini."),
        ({"surel": ""}, "Akun ini tidak lagi punya alamat surel."),
    ],
)
def test_an_account_that_no_longer_qualifies_is_skipped(waiting, operator_lain, change, reason):
    Pengguna.objects.filter(pk=operator_lain.pk).update(**change)
    deliver()
    row = Surel.objects.get(pengguna=operator_lain)
    assert (row.status, row.keterangan) == ("dilewati", reason)


def test_an_address_that_was_corrected_meanwhile_is_used(waiting, operator):
    Pengguna.objects.filter(pk=operator.pk).update(surel="sri.baru@kuduskab.go.id")
    deliver()
    assert ["sri.baru@kuduskab.go.id"] in [m.to for m in mail.outbox]


def test_nothing_is_mailed_once_the_recap_is_proposed(waiting, operator, verifikator, koordinator):
    make_isian(waiting, operator, verifikator, "terverifikasi")
    apply_period_move(waiting, GerakPeriode.AJUKAN_REKAP, koordinator)
    deliver()
    assert mail.outbox == []
    assert set(Surel.objects.values_list("status", flat=True)) == {"dilewati"}


# --- When the mail server does not play along ------------------------------------------------------------------------


def test_an_unreachable_server_loses_nothing_and_is_tried_again_later(waiting, settings, time_machine):
    settings.EMAIL_BACKEND = f"{BACKEND}Unreachable"
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    assert deliver()["menunggu"] == 1  # the run stops at the first: the others would fail alike
    row = Surel.objects.exclude(percobaan=0).get()
    assert (row.status, row.keterangan) == ("menunggu", "Server surat tidak dapat dihubungi.")
    assert row.coba_lagi_pada == start + JEDA[0]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    time_machine.move_to(start + JEDA[0], tick=False)
    deliver()
    assert {status for _, status in states()} == {"terkirim"}
    assert len(mail.outbox) == 2


def test_after_the_last_pause_a_row_has_failed_and_can_be_sent_again(periode, verifikator, settings, time_machine):
    remind(periode, LATE, ["33.74"], verifikator)
    settings.EMAIL_BACKEND = f"{BACKEND}Unreachable"
    moment = timezone.now()
    for pause in (*JEDA, datetime.timedelta()):
        time_machine.move_to(moment, tick=False)
        assert Surel.objects.get().status == "menunggu"
        deliver()
        moment += pause
    row = Surel.objects.get()
    assert (row.status, row.percobaan, row.keterangan) == ("gagal", 5, "Server surat tidak dapat dihubungi.")
    assert deliver() == {"gagal": 0, "dilewati": 0}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_again([row], timezone.now()) == 1
    deliver()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("server", "status", "reason"),
    [
        ("KnowsNobody", "gagal", "Alamat ditolak server surat. Periksa alamat surel pada akun ini."),
        ("AsksToWait", "menunggu", "Server surat meminta dicoba lagi nanti."),
    ],
)
def test_a_refused_address_fails_at_once_but_a_busy_one_is_tried_again(waiting, settings, server, status, reason):
    settings.EMAIL_BACKEND = BACKEND + server
    deliver()
    assert set(Surel.objects.values_list("status", "keterangan")) == {(status, reason)}


def test_one_full_mailbox_does_not_hold_up_the_others(waiting, settings, operator):
    Pengguna.objects.filter(pk=operator.pk).update(surel="penuh@kuduskab.go.id")
    settings.EMAIL_BACKEND = f"{BACKEND}RefusesOne"
    deliver()
    assert states() == [("operator.kudus", "menunggu"), ("operator.semarang", "terkirim")]
    assert Surel.objects.get(pengguna=operator).keterangan == "Server surat menolak surel ini (kode 452)."


def test_a_run_that_dies_sends_nothing_twice_and_leaves_the_doubt_to_a_person(waiting, settings, time_machine):
    settings.EMAIL_BACKEND = f"{BACKEND}Dies"
    with pytest.raises(KeyboardInterrupt):
        deliver()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    deliver()
    assert sorted(status for _, status in states()) == ["mengirim", "terkirim"]
    time_machine.move_to(timezone.now() + TERPUTUS + datetime.timedelta(seconds=1))
    deliver()
    row = Surel.objects.get(status="gagal")
    assert row.keterangan.startswith("Pengiriman terputus; surel ini mungkin sudah sampai.")
    assert len(mail.outbox) == 1


def test_a_failed_row_is_not_revived_beside_its_twin(periode, verifikator, operator_lain, settings):
    isian = periode.isian.get(kabupaten_kota="33.74")
    settings.EMAIL_BACKEND = f"{BACKEND}KnowsNobody"
    enqueue(isian, [operator_lain], LATE, verifikator, timezone.now())
    deliver()
    enqueue(isian, [operator_lain], LATE, verifikator, timezone.now())
    assert send_again(Surel.objects.failed(), timezone.now()) == 0
    assert sorted(Surel.objects.values_list("status", flat=True)) == ["gagal", "menunggu"]


# --- No server -------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = ""


def run():
    out = io.StringIO()
    call_command("kirim_surel", stdout=out)
    return out.getvalue()


def test_without_a_server_everything_waits_and_command_and_pages_say_so(
    waiting, no_server, operator, verifikator, masuk_sebagai
):
    make_isian(waiting, operator, verifikator, "terkirim")
    told = run()
    assert "0 surel terkirim, 0 dicoba lagi nanti, 0 gagal, 1 tidak perlu lagi, 1 menunggu" in told
    assert "Server surat belum diatur (EMAIL_HOST). Tidak ada yang hilang" in told
    client = masuk_sebagai(verifikator)
    for url in (INGATKAN, KOTAK):
        assert "Server surat belum diatur" in client.get(url).content.decode()


def test_the_command_sends_and_says_what_it_did(waiting):
    assert run().startswith("2 surel terkirim, 0 dicoba lagi nanti, 0 gagal, 0 tidak perlu lagi, 0 menunggu;")
    assert len(mail.outbox) == 2


def test_the_outbox_says_when_nobody_runs_the_command(waiting, verifikator, masuk_sebagai, time_machine):
    client = masuk_sebagai(verifikator)
    assert client.get(KOTAK).context["tertahan"] == 0
    time_machine.move_to(timezone.now() + datetime.timedelta(minutes=61))
    client = masuk_sebagai(verifikator)  # a session without anybody there has ended by then
    assert "2 surel sudah menunggu lebih dari satu jam" in client.get(KOTAK).content.decode()


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_the_preview_shows_recipients_and_words_before_anything_is_stored(
    periode, operator_penghuni, verifikator, masuk_sebagai
):
    page = masuk_sebagai(verifikator).get(INGATKAN)
    first = page.context["sasaran"][0]
    assert [p.username for p in first.penerima] == ["operator.kudus", "penghuni.kudus"]
    assert [p.surel for p in first.bersurel] == ["sri@kuduskab.go.id"]
    text = page.content.decode()
    assert "tanpa alamat surel" in text
    assert "Yth. Bapak/Ibu operator Kabupaten Kudus, kami mengingatkan Desk uji: isian belum dikirim" in text
    assert Surel.objects.count() == 0


def test_the_whatsapp_text_is_short_and_has_deadline_remarks_and_link(periode, operator, verifikator, settings):
    settings.ALAMAT_SITUS = "https://desk.example.go.id"
    make_isian(periode, operator, verifikator, "perlu_perbaikan")
    (target,) = targets_of(periode, ANSWER, timezone.localdate())
    assert "1 catatan belum dijawab. Batas jawaban" in target.whatsapp
    assert "https://desk.example.go.id/periode/desk-uji/isian/33.19/catatan/\n" in target.whatsapp
    assert len(target.whatsapp) < 400


def remind_by_form(client, **more):
    return client.post(INGATKAN, {"jenis": LATE.value, "kunci_formulir": str(new_key()), **more}, follow=True)


def test_confirming_twice_reminds_once(periode, verifikator, masuk_sebagai):
    client, key = masuk_sebagai(verifikator), str(new_key())
    for _ in range(2):
        assert remind_by_form(client, kabupaten_kota=["33.19"], kunci_formulir=key).status_code == 200
    assert Surel.objects.count() == 1
    assert Pemberitahuan.objects.filter(jenis="diingatkan").count() == 1


def test_who_finished_between_preview_and_confirmation_is_left_out_and_named(
    periode, operator, verifikator, masuk_sebagai
):
    make_isian(periode, operator, verifikator, "terkirim")
    page = remind_by_form(masuk_sebagai(verifikator), kabupaten_kota=["33.19", "33.74"])
    assert [str(m) for m in page.context["messages"]] == [
        "1 kabupaten/kota diingatkan: 1 pemberitahuan di aplikasi, 1 surel masuk kotak keluar.",
        "Tidak diingatkan karena sudah selesai: Kabupaten Kudus.",
    ]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "kabupaten_kota"),
        ({"kabupaten_kota": ["33.99"]}, "kabupaten_kota"),
        ({"kabupaten_kota": ["33.19"], "jenis": "promosi"}, "jenis"),
    ],
)
def test_a_wrong_choice_is_told_and_reminds_nobody(periode, verifikator, masuk_sebagai, data, field):
    page = remind_by_form(masuk_sebagai(verifikator), **data)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert Surel.objects.count() == 0


def test_all_chosen_are_done_meanwhile(periode, operator, verifikator, masuk_sebagai):
    make_isian(periode, operator, verifikator, "terkirim")
    page = remind_by_form(masuk_sebagai(verifikator), kabupaten_kota=["33.19"])
    assert page.status_code == 409
    assert "semua yang dipilih sudah selesai" in page.content.decode()


def test_the_outbox_shows_the_reason_of_a_failure_and_sends_again(
    waiting, verifikator, masuk_sebagai, settings, operator
):
    settings.EMAIL_BACKEND = f"{BACKEND}KnowsNobody"
    deliver()
    client = masuk_sebagai(verifikator)
    assert "Alamat ditolak server surat." in client.get(KOTAK).content.decode()
    assert "2 gagal dikirim" in client.get("/").content.decode()
    row = Surel.objects.get(pengguna=operator)
    again = reverse("monitoring:kotak_keluar_ulang", args=["desk-uji"])
    client.post(again, {"surel": row.pk, "kunci_formulir": str(new_key())})
    assert states() == [("operator.kudus", "menunggu"), ("operator.semarang", "gagal")]
    client.post(again, {"kunci_formulir": str(new_key())})
    assert {status for _, status in states()} == {"menunggu"}


@pytest.mark.parametrize("surel", ["0", "x", "99999999999999999999"])
def test_sending_again_what_does_not_exist_changes_nothing(waiting, verifikator, masuk_sebagai, surel):
    again = reverse("monitoring:kotak_keluar_ulang", args=["desk-uji"])
    page = masuk_sebagai(verifikator).post(again, {"surel": surel, "kunci_formulir": str(new_key())}, follow=True)
    assert [str(m)[:26] for m in page.context["messages"]] == ["Tidak ada yang dikirim ula"]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("url", "queries"), [(INGATKAN, 9), (KOTAK, 9)])
def test_pages_ask_the_same_number_of_questions(
    koordinator, verifikator, masuk_sebagai, rows, url, queries, django_assert_num_queries
):
    regions = [
        KabupatenKota.objects.create(
            kode=f"33.0{n}", nama=f"Kabupaten {n}", jenis="kabupaten", ibu_kota="-", baris=n, kolom=1
        )
        for n in range(rows)
    ]
    for daerah in regions:
        Pengguna.objects.create(
            username=f"op{daerah.pk}", nama="Op", peran="operator", kabupaten_kota=daerah, surel="op@example.go.id"
        )
    remind(make_periode(koordinator, *regions), LATE, [daerah.pk for daerah in regions], verifikator)
    client = masuk_sebagai(verifikator)
    with django_assert_num_queries(queries):
        page = client.get(url)
    assert len(page.context["sasaran" if url == INGATKAN else "baris"]) == rows


def test_answered_but_not_sent_again_is_still_reminded(periode, operator, verifikator):
    isian = make_isian(periode, operator, verifikator, "perlu_perbaikan")
    answer_remark(isian.catatan.get(), "Sudah.", operator)
    (target,) = targets_of(periode, ANSWER, timezone.localdate())
    assert target.keadaan.pokok == "catatan sudah dijawab, isian belum dikirim lagi"
    apply_move(isian, Gerak.KIRIM, operator)
    assert targets_of(periode, ANSWER, timezone.localdate()) == []
