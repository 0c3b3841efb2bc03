"""The chain over the trails: whatever is done to a row behind our back is named; what is forgotten lawfully is not."""

import datetime
import io
import json
import threading

import pytest
from auditlog.models import LogEntry
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import rantai
from core.files import held, lock_place, path_of
from core.history import note
from core.jejak import page_of
from core.models import JejakAkses
from core.models.trail import KunciRantai, MataRantai, Pelupaan, PemeriksaanRantai
from core.rantai import forgetting, seal_trails, verify_trails
from monitoring.models import RiwayatPeriode
from tests.factories import make_periode


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def jejak(operator, kudus, koordinator):
    """Some lines of three trails."""
    for number in range(5):
        JejakAkses.objects.create(
            waktu=timezone.now(), pengguna=operator, tindakan="lihat", objek="penghuni", objek_id=str(number)
        )
        note(operator, f"Peristiwa {number}", koordinator)
    make_periode(koordinator, kudus)
    assert RiwayatPeriode.objects.exists()


def sql(*statements):
    """Past every guard, as somebody does who owns the database."""
    tables = ("core_jejakakses", "auditlog_logentry")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT sql, name FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for _, name in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        else:
            for made, _ in triggers:
                cursor.execute(made)


def found():
    return [str(temuan) for temuan in verify_trails().temuan]


def test_untouched_trails_hold_and_are_counted(jejak):
    number = seal_trails()
    hasil = verify_trails()
    assert (hasil.temuan, hasil.baris, hasil.belum) == ([], number, 0)
    assert number == JejakAkses.objects.count() + LogEntry.objects.count() + RiwayatPeriode.objects.count()
    assert seal_trails() == 0


def test_rows_without_a_link_are_told_with_their_age(jejak, operator):
    seal_trails()
    old = timezone.now() - datetime.timedelta(hours=3)
    JejakAkses.objects.create(waktu=old, pengguna=operator, tindakan="lihat", objek="penghuni")
    hasil = verify_trails()
    assert (hasil.temuan, hasil.belum, hasil.sejak, hasil.tertahan) == ([], 1, old, False)
    older = old - datetime.timedelta(days=1)
    JejakAkses.objects.create(waktu=older, pengguna=operator, tindakan="lihat", objek="penghuni")
    assert verify_trails().tertahan


CHANGES = {
    "UPDATE core_jejakakses SET jumlah = 9 WHERE id = {akses}": "core.jejakakses {akses}: diubah",
    "DELETE FROM core_jejakakses WHERE id = {akses}": "core.jejakakses {akses}: hilang",
    "UPDATE auditlog_logentry SET changes = '{{}}' WHERE id = {ubah}": "auditlog.logentry {ubah}: diubah",
    "UPDATE auditlog_logentry SET actor_id = NULL WHERE id = {ubah}": "auditlog.logentry {ubah}: diubah",
    "DELETE FROM auditlog_logentry WHERE id = {ubah}": "auditlog.logentry {ubah}: hilang",
    "UPDATE monitoring_riwayatperiode SET alasan = 'x' WHERE id = {gerak}": "monitoring.riwayatperiode {gerak}: diubah",
}


@pytest.mark.parametrize("statement", CHANGES)
def test_a_changed_or_missing_row_is_named(jejak, operator, koordinator, statement):
    operator.nama = "Sri Rahayu"
    operator.save()
    LogEntry.objects.log_create(operator, action=1, changes={"nama": ["a", "b"]}, actor=koordinator)
    seal_trails()
    place = {
        "akses": JejakAkses.objects.order_by("id")[2].pk, "ubah": LogEntry.objects.latest("id").pk,
        "gerak": RiwayatPeriode.objects.order_by("id")[0].pk,
    }  # fmt: skip
    sql(statement.format(**place))
    assert found() == [CHANGES[statement].format(**place)]


@pytest.mark.parametrize("place", ["before", "inside"])
def test_an_inserted_row_is_named(jejak, operator, place):
    row = JejakAkses.objects.order_by("id")[2]
    sql(f"DELETE FROM core_jejakakses WHERE id = {row.pk}")  # never committed, as far as the chain knows
    seal_trails()
    row.pk = row.pk if place == "inside" else -5
    row.save_base(force_insert=True, raw=True)
    assert found() == [f"core.jejakakses {row.pk}: disisipkan"]


LINKS = {
    "UPDATE core_matarantai SET sampai = sampai + 1 WHERE nomor = 1": "Mata rantai 1 diubah.",
    "UPDATE core_matarantai SET mac = mac_sebelum WHERE nomor = 2": "Mata rantai 2 diubah.",
    "DELETE FROM core_matarantai WHERE nomor = 1": "Mata rantai 1 sampai 1 hilang.",
    "DELETE FROM core_matarantai WHERE nomor = (SELECT max(nomor) FROM core_matarantai)": "Ujung rantai",
    "DELETE FROM core_matarantai": "Ujung rantai",
    "DELETE FROM core_kuncirantai": "Kunci rantai hilang",
    "INSERT INTO core_pelupaan (jejak, baris, waktu, sebelum, sesudah, mac) VALUES "
    "('core.jejakakses', 1, CURRENT_TIMESTAMP, 'a', 'b', 'c')": "catatan pelupaan tidak sah",
}


@pytest.mark.parametrize("statement", LINKS)
def test_the_chain_itself_cannot_be_bent(jejak, statement):
    seal_trails()
    sql(statement)
    assert LINKS[statement] in "\n".join(found())


def test_a_new_chain_over_forged_rows_is_not_the_old_one(jejak):
    """Chain and key thrown away: the file outside the database remembers."""
    seal_trails()
    sql("UPDATE core_jejakakses SET jumlah = 7", "DELETE FROM core_matarantai", "DELETE FROM core_kuncirantai")
    seal_trails()
    assert len(found()) == 1
    assert found()[0].startswith("Ujung rantai")


def head():
    return json.loads(path_of(rantai.HEAD).read_bytes())["nomor"]


def test_an_end_that_was_cut_off_is_told_although_sealing_goes_on(jejak, operator, capsys):
    seal_trails()
    JejakAkses.objects.create(waktu=timezone.now(), pengguna=operator, tindakan="lihat", objek="penghuni")
    seal_trails()
    newest, told = MataRantai.objects.latest("nomor"), head()
    sql(
        f"DELETE FROM core_jejakakses WHERE id >= {newest.dari}",
        f"DELETE FROM core_matarantai WHERE nomor = {newest.nomor}",
    )
    for _ in range(3):
        JejakAkses.objects.create(waktu=timezone.now(), pengguna=operator, tindakan="lihat", objek="penghuni")
        call_command("segel_jejak")
    assert MataRantai.objects.latest("nomor").nomor > told
    for _ in range(2):
        with pytest.raises(SystemExit):
            call_command("verify_trail", "--diam")
        assert "Ujung rantai" in capsys.readouterr().out
    assert head() == told


def test_a_longer_chain_in_its_place_is_told(jejak, monkeypatch):
    seal_trails()
    told = head()
    sql("UPDATE core_jejakakses SET jumlah = 7", "DELETE FROM core_matarantai", "DELETE FROM core_kuncirantai")
    monkeypatch.setattr(rantai, "ROWS_PER_LINK", 1)
    hasil = rantai.check_and_record()
    assert MataRantai.objects.count() > told
    assert [str(temuan)[:12] for temuan in hasil.temuan] == ["Ujung rantai"]


def test_a_head_file_that_is_gone_is_told_and_not_made_again(jejak, operator):
    seal_trails()
    path_of(rantai.HEAD).unlink()
    JejakAkses.objects.create(waktu=timezone.now(), pengguna=operator, tindakan="lihat", objek="penghuni")
    for _ in range(2):
        [temuan] = rantai.check_and_record().temuan
        assert "hilang" in str(temuan)
        assert "segel_jejak --kepala-baru" in str(temuan)
    assert not path_of(rantai.HEAD).exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "hilang"), ('{"nomor": 900, "mac": "lain"}', "menyebut mata rantai 900"), ("rusak", "rusak")],
)
def test_the_admin_sets_the_head_anew_and_says_why(jejak, content, said, capsys):
    """After a restore without the file, on another machine, or of an older database."""
    seal_trails()
    if content is None:
        path_of(rantai.HEAD).unlink()
    else:
        path_of(rantai.HEAD).write_text(content)
    for reason in ("", "pindah", "karena 3374 0101 0190 0001"):
        with pytest.raises(CommandError, match="alasan"):
            call_command("segel_jejak", kepala_baru=reason)
    assert len(found()) == 1
    call_command("segel_jejak", kepala_baru="MEDIA_ROOT dipindahkan ke disk baru")
    assert (found(), head()) == ([], MataRantai.objects.latest("nomor").nomor)
    told = LogEntry.objects.latest("id").additional_data
    assert told["peristiwa"] == "Kepala rantai ditetapkan ulang"
    assert told["alasan"] == f"Berkas kepala {said}. MEDIA_ROOT dipindahkan ke disk baru"
    [line], _ = page_of({"macam": "perubahan"}, 1, "")
    assert (line.judul, line.alasan, line.jenis) == (told["peristiwa"], told["alasan"], "")
    assert verify_trails().belum == 0


def test_a_new_site_has_nothing_to_set_anew(admin):
    """Nothing was ever sealed: the first link makes the file, and a check before it finds nothing missing."""
    assert found() == []
    assert not path_of(rantai.HEAD).exists()
    assert rantai.check_and_record().utuh
    assert head() == MataRantai.objects.latest("nomor").nomor


def test_links_are_short_and_follow_each_other(jejak, monkeypatch):
    monkeypatch.setattr(rantai, "ROWS_PER_LINK", 2)
    seal_trails()
    assert MataRantai.objects.filter(jejak="core.jejakakses").count() == 3
    assert found() == []


def test_a_rotation_of_keys_leaves_the_chain_whole(jejak, settings):
    seal_trails()
    old = list(settings.KUNCI_DATA)
    settings.KUNCI_DATA = [Fernet.generate_key().decode(), *old]
    call_command("rotasi_kunci", stdout=io.StringIO())
    settings.KUNCI_DATA = settings.KUNCI_DATA[:1]
    assert found() == []
    settings.KUNCI_DATA = [Fernet.generate_key().decode()]
    assert "tidak terbuka" in found()[0]


def test_what_is_forgotten_stays_whole_and_is_counted(jejak):
    seal_trails()
    rows = list(LogEntry.objects.order_by("id")[:2])
    for text in ("x", "y"):  # twice
        with forgetting(LogEntry, [row.pk for row in rows]):
            LogEntry.objects.filter(pk__in=[row.pk for row in rows]).update(object_repr=text)
    hasil = verify_trails()
    assert (hasil.temuan, hasil.dilupakan) == ([], 2)
    assert Pelupaan.objects.count() == 4


def test_what_is_forgotten_before_it_was_sealed_is_whole_as_well(jejak):
    row = LogEntry.objects.earliest("id")
    with forgetting(LogEntry, [row.pk]):
        LogEntry.objects.filter(pk=row.pk).update(object_repr="x")
    seal_trails()
    assert found() == []


def test_nothing_else_can_be_changed_while_forgetting(jejak):
    row = LogEntry.objects.earliest("id")
    with pytest.raises(IntegrityError), forgetting(LogEntry, [row.pk]):
        LogEntry.objects.filter(pk=row.pk).update(action=2)
    assert Pelupaan.objects.count() == 0


def test_a_note_that_is_closed_opens_nothing(jejak):
    row = LogEntry.objects.earliest("id")
    with forgetting(LogEntry, [row.pk]):
        LogEntry.objects.filter(pk=row.pk).update(object_repr="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        LogEntry.objects.filter(pk=row.pk).update(object_repr="y")


def test_the_field_history_refuses_changes(jejak):
    for change in ({"object_repr": "x"}, {"changes": {}}, {"timestamp": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LogEntry.objects.update(**change)


@pytest.mark.postgres
def test_the_field_history_refuses_removal(jejak):
    with pytest.raises(IntegrityError), transaction.atomic():
        LogEntry.objects.all().delete()


def test_the_command_names_rows_and_fails(jejak, capsys):
    call_command("segel_jejak")
    call_command("verify_trail")
    out = capsys.readouterr().out
    assert "0 tidak cocok" in out
    assert "0 baris belum disegel" in out
    row = JejakAkses.objects.earliest("id")
    sql(f"UPDATE core_jejakakses SET objek_id = 'lain' WHERE id = {row.pk}")
    with pytest.raises(SystemExit) as end:
        call_command("verify_trail", "--diam")
    assert end.value.code == 1
    assert f"core.jejakakses {row.pk}: diubah" in capsys.readouterr().out
    assert list(PemeriksaanRantai.objects.values_list("utuh", flat=True)) == [False, True]


def test_one_check_at_a_time(jejak):
    with held(lock_place(rantai.CHECK_LOCK)):
        assert rantai.is_being_checked()
        with pytest.raises(CommandError, match="sedang diperiksa"):
            call_command("verify_trail")
    assert not rantai.is_being_checked()
    assert not PemeriksaanRantai.objects.exists()


# --- Others at the same time ------------------------------------------------------------------------------------------


def in_a_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_not_committed_yet_holds_its_trail_back(jejak, operator, monkeypatch):
    monkeypatch.setattr(rantai, "PAUSE", 0)
    written, sealed = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            JejakAkses.objects.create(waktu=timezone.now(), pengguna=operator, tindakan="lihat", objek="penghuni")
            written.set()
            sealed.wait(20)

    thread = in_a_thread(write)
    written.wait(20)
    seal_trails()
    assert not MataRantai.objects.filter(jejak="core.jejakakses").exists()
    assert MataRantai.objects.filter(jejak="auditlog.logentry").exists()
    sealed.set()
    thread.join()
    seal_trails()
    assert found() == []
    assert verify_trails().belum == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sealing_that_does_not_proceed_for_long_fails_the_check(jejak, operator, monkeypatch, capsys):
    monkeypatch.setattr(rantai, "PAUSE", 0)
    old = timezone.now() - datetime.timedelta(days=2)
    JejakAkses.objects.create(waktu=old, pengguna=operator, tindakan="lihat", objek="penghuni")
    written, checked = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            JejakAkses.objects.create(waktu=timezone.now(), pengguna=operator, tindakan="lihat", objek="penghuni")
            written.set()
            checked.wait(20)

    thread = in_a_thread(write)
    written.wait(20)
    with pytest.raises(SystemExit) as end:
        call_command("verify_trail", "--diam")
    checked.set()
    thread.join()
    assert end.value.code == 1
    assert "Penyegelan tertahan" in capsys.readouterr().out
    call_command("verify_trail", "--diam")
    assert capsys.readouterr().out == ""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_key_that_another_process_makes_meanwhile_is_no_lost_one(jejak):
    """Between the question for the key and that for links the other one makes both."""
    others = []

    def meanwhile(execute, sql, params, many, context):
        if not others and "core_matarantai" in sql:
            others.append(in_a_thread(seal_trails))
            others[0].join()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        seal_trails()
    assert (len(others), KunciRantai.objects.count(), found()) == (1, 1, [])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain(jejak, monkeypatch):
    monkeypatch.setattr(rantai, "ROWS_PER_LINK", 1)
    threads = [in_a_thread(seal_trails) for _ in range(3)]
    for thread in threads:
        thread.join()
    seal_trails()
    assert found() == []
    assert verify_trails().belum == 0
    assert KunciRantai.objects.count() == 1
