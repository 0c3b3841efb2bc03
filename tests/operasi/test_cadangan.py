"""A backup is true or refused, and a restore is whole or nothing: on SQLite and on PostgreSQL."""

import io
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.http import QueryDict

from core.files import LOCK_FOLDER, path_of
from core.health import CADANGAN
from core.history import note
from core.konsep import store_draft
from core.rantai import seal_trails
from monitoring.operasi import basis, cadangan
from monitoring.operasi.cadangan import PLACES, CadanganDitolak, back_up, key_fingerprint
from monitoring.operasi.wadah import CHUNK, CadanganRusak, Reader, SandiDiperlukan, Writer
from rusun.lampiran import attach, received
from rusun.models import Lampiran
from tests.factories import make_rusun
from tests.sites import Site

from .kantor import paper

SANDI = "kata sandi cadangan yang panjang"


# --- the file ---------------------------------------------------------------------------------------------------------


def written(path, content, sandi):
    with path.open("wb") as file:
        writer = Writer(file, sandi)
        for at in range(0, len(content), 300_000):
            writer.write(content[at : at + 300_000])
        writer.finish()
    return path


def read(path, sandi):
    with Reader(path, sandi) as reader:
        content = reader.read()
        reader.finish()
        return content


@pytest.fixture(params=["", SANDI], ids=["terbuka", "disandikan"])
def sandi(request):
    return request.param


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_was_written_is_read_back(tmp_path, sandi, size):
    content = bytes(n % 251 for n in range(size))
    path = written(tmp_path / "x", content, sandi)
    assert read(path, sandi) == content
    assert (content[:200] in path.read_bytes()) == (not sandi or not content) or size < CHUNK - 1


def test_one_flipped_bit_anywhere_is_found(tmp_path, sandi):
    path = written(tmp_path / "x", bytes(2 * CHUNK + 77), sandi)
    whole = path.read_bytes()
    places = {*range(0, 60, 7), *range(len(whole) - 60, len(whole), 7), *range(0, len(whole), len(whole) // 23)}
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CadanganRusak):
            read(path, sandi)


def test_a_file_that_is_cut_off_or_has_more_behind_it_is_refused(tmp_path, sandi):
    path = written(tmp_path / "x", bytes(2 * CHUNK), sandi)
    whole = path.read_bytes()
    for content in (b"", whole[:1], whole[:30], whole[: CHUNK + 20], whole[:-1], whole[:-CHUNK], whole + b"\0"):
        path.write_bytes(content)
        with pytest.raises(CadanganRusak):
            read(path, sandi)


def test_pieces_of_a_sealed_file_cannot_change_places(tmp_path):
    path = written(tmp_path / "x", bytes(3 * CHUNK), SANDI)
    whole, piece, head = path.read_bytes(), CHUNK + 16, 39
    path.write_bytes(
        whole[:head] + whole[head + piece : head + 2 * piece] + whole[head : head + piece] + whole[head + 2 * piece :]
    )
    with pytest.raises(CadanganRusak):
        read(path, SANDI)


def test_a_sealed_file_asks_for_its_passphrase(tmp_path):
    path = written(tmp_path / "x", b"isi", SANDI)
    with pytest.raises(SandiDiperlukan):
        read(path, "")
    with pytest.raises(CadanganRusak, match="bukan kata sandi"):
        read(path, "lain")


# --- a whole backup ---------------------------------------------------------------------------------------------------


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def isi(transactional_db, media, kudus, operator):
    """A location with a paper, and a draft that is sealed."""
    rusun = make_rusun(kudus)
    with received(ContentFile(paper("asal")), "bast.pdf") as berkas:
        attach(rusun, "bast", berkas, operator)
    store_draft(operator, "/rusun/contoh/", QueryDict("catatan=rahasia"))
    return rusun


@pytest.fixture
def tujuan(tmp_path):
    """An empty database and an empty folder, for a process of its own."""
    made = Site(tmp_path / "tujuan")
    made.folder.mkdir()
    yield made
    made.remove()


def restore(tujuan, archive, **env):
    return subprocess.run(
        [sys.executable, "manage.py", "pulihkan", str(archive)], env={**tujuan.env, **env}, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip


def is_untouched(tujuan):
    media = Path(tujuan.env["MEDIA_ROOT"])
    if connection.vendor == "postgresql":
        tables = tujuan.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")[0][0]
    else:
        tables = tujuan.sql("SELECT count(*) FROM sqlite_master")[0][0]
    return (tables, list(media.rglob("*")) if media.exists() else []) == (0, [])


def test_a_backup_comes_back_whole_and_only_into_what_is_empty(isi, tmp_path, tujuan, settings, sandi):
    settings.SANDI_CADANGAN = sandi
    made = back_up(tmp_path / "cadangan")
    assert (made.hilang, made.isi.berkas, made.isi.disandikan) == ([], 1, bool(sandi))
    assert made.path.stat().st_mode & 0o077 == 0

    done = restore(tujuan, made.path, SANDI_CADANGAN=sandi)

    assert done.returncode == 0, done.stderr
    assert "1 berkas (1 cocok dengan barisnya), 1 nilai tersegel terbuka. Lama: " in done.stdout
    (place,) = Lampiran.objects.values_list("berkas", flat=True)
    assert (Path(tujuan.env["MEDIA_ROOT"]) / place).read_bytes() == path_of(place).read_bytes()
    assert tujuan.sql("SELECT count(*) FROM rusun_lampiran") == [(1,)]
    again = restore(tujuan, made.path, SANDI_CADANGAN=sandi)
    assert (again.returncode, "Basis data tidak kosong" in again.stderr) == (1, True)


def test_a_short_passphrase_makes_no_backup_but_reads_an_older_one(isi, tmp_path, tujuan, settings, monkeypatch):
    settings.SANDI_CADANGAN = "lima belas huru"
    with pytest.raises(CadanganDitolak, match="16 karakter"):
        back_up(tmp_path / "cadangan")
    assert list((tmp_path / "cadangan").iterdir()) == []
    monkeypatch.setattr(cadangan, "SANDI_MIN", 0)
    made = back_up(tmp_path / "cadangan")
    done = restore(tujuan, made.path, SANDI_CADANGAN="lima belas huru")
    assert done.returncode == 0, done.stderr


def test_a_restore_that_fails_leaves_nothing_behind_and_can_be_done_again(isi, tmp_path, tujuan):
    archive = back_up(tmp_path / "cadangan").path
    whole, media = archive.read_bytes(), Path(tujuan.env["MEDIA_ROOT"])
    archive.write_bytes(whole[:-5] + b"rusak")
    damaged = restore(tujuan, archive)
    assert (damaged.returncode, "Tidak ada yang dipulihkan" in damaged.stderr) == (1, True)
    assert is_untouched(tujuan)

    # A process that was killed while it filled the folder leaves its mark beside what it wrote.
    (media / "lampiran").mkdir(parents=True)
    (media / "lampiran" / "setengah.pdf").write_bytes(b"%PDF")
    name = tujuan.name if connection.vendor == "postgresql" else str(tujuan.folder / "site.sqlite3")
    (media / "PEMULIHAN-BELUM-SELESAI").write_text(f"{name}\n")
    archive.write_bytes(whole)
    assert restore(tujuan, archive).returncode == 0
    assert not (media / "lampiran" / "setengah.pdf").exists()


def test_the_mark_of_another_restore_lets_nothing_be_thrown_away_and_is_in_no_backup(isi, tmp_path, tujuan):
    """Cut off once its database was full: those are the files of that one."""
    media = Path(tujuan.env["MEDIA_ROOT"])
    (media / "lampiran").mkdir(parents=True)
    (media / "lampiran" / "surat.pdf").write_bytes(b"%PDF")
    (media / "PEMULIHAN-BELUM-SELESAI").write_text("desk_pulih\n")
    path_of("PEMULIHAN-BELUM-SELESAI").write_text("desk_pulih\n")
    made = back_up(tmp_path / "cadangan")
    assert made.isi.berkas == 1
    refused = restore(tujuan, made.path)
    assert (refused.returncode, "tidak kosong" in refused.stderr) == (1, True)
    assert (media / "lampiran" / "surat.pdf").exists()


def test_a_folder_that_holds_something_is_not_touched(isi, tmp_path, tujuan):
    media = Path(tujuan.env["MEDIA_ROOT"])
    media.mkdir(parents=True)
    (media / "milik-orang.txt").write_text("penting")
    refused = restore(tujuan, back_up(tmp_path / "cadangan").path)
    assert (refused.returncode, "tidak kosong" in refused.stderr) == (1, True)
    assert (media / "milik-orang.txt").read_text() == "penting"


def test_without_the_right_key_nothing_begins_and_the_key_is_named(isi, tmp_path, tujuan, settings):
    archive = back_up(tmp_path / "cadangan").path
    refused = restore(tujuan, archive, KUNCI_DATA="A" * 43 + "=")
    assert refused.returncode == 1
    assert f"memerlukan kunci {key_fingerprint(settings.KUNCI_DATA[0])}" in refused.stderr
    assert is_untouched(tujuan)
    assert all(key not in archive.read_bytes().decode("latin-1") for key in settings.KUNCI_DATA)


def test_the_head_of_the_chain_comes_back_no_newer_than_its_links(isi, tmp_path, tujuan):
    """Sealing goes on between the snapshot of the database and the reading of the files."""
    seal_trails()

    def go_on(text):
        with ThreadPoolExecutor() as elsewhere:
            elsewhere.submit(seal_one_more).result()

    def seal_one_more():
        try:
            note(isi, "Diperiksa", None)
            seal_trails()
        finally:
            connection.close()

    made = back_up(tmp_path / "cadangan", tell=go_on)
    assert made.isi.berkas == 2
    assert restore(tujuan, made.path).returncode == 0
    for words in (["segel_jejak"], ["verify_trail", "--diam"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *words], env=tujuan.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_verify_finds_a_flipped_byte_and_a_truncated_file(isi, tmp_path, sandi, settings, capsys):
    settings.SANDI_CADANGAN = sandi
    archive = back_up(tmp_path / "cadangan").path
    call_command("periksa_cadangan", archive)
    assert "Utuh." in capsys.readouterr().out
    whole = archive.read_bytes()
    for place in (3, len(whole) // 3, len(whole) // 2, len(whole) - 40, len(whole) - 1):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        with pytest.raises(CommandError, match="tidak utuh"):
            call_command("periksa_cadangan", archive)
    for size in (0, 100, len(whole) // 2, len(whole) - 1):
        archive.write_bytes(whole[:size])
        with pytest.raises(CommandError, match="tidak utuh"):
            call_command("periksa_cadangan", archive)


def test_a_backup_without_passphrase_opens_with_any_tar(isi, tmp_path):
    with tarfile.open(fileobj=io.BytesIO(back_up(tmp_path / "cadangan").path.read_bytes())) as tar:
        names = tar.getnames()
    assert names[0] == "keterangan.json"
    assert names[-1] == "manifest.json"
    assert "basis_data/00001" in names


def test_a_backup_that_lacks_files_is_kept_apart_and_counts_for_nothing(isi, tmp_path):
    """As when the disk of the files is not mounted: the good ones stay, however often it is made."""
    folder = tmp_path / "cadangan"
    good = back_up(folder).path
    path_of(f"{LOCK_FOLDER}/{CADANGAN}").unlink()
    (place,) = Lampiran.objects.values_list("berkas", flat=True)
    path_of(place).unlink()
    for name in ("tidak-lengkap-20250101-000000.tar", "desk-20250101-000000.tar"):
        (folder / name).touch()
    with pytest.raises(CommandError, match=rf"1 berkas .*{place}"):
        call_command("cadangkan", ke=folder, simpan=1)
    assert not path_of(f"{LOCK_FOLDER}/{CADANGAN}").exists()
    (lacking,) = folder.glob("tidak-lengkap-*.tar")
    assert lacking.stat().st_size > 0
    assert {path.name for path in folder.glob("desk-*")} == {"desk-20250101-000000.tar", good.name}


def test_only_the_newest_backups_are_kept_and_half_ones_go(isi, tmp_path):
    folder = tmp_path / "cadangan"
    folder.mkdir()
    for name in ("desk-20250101-000000.tar", "desk-20260101-000000.tar", "desk-20260102-000000.tar.sementara"):
        (folder / name).touch()
    made = back_up(folder, simpan=2)
    assert {path.name for path in folder.iterdir()} == {"desk-20260101-000000.tar", made.path.name}


def test_every_column_that_names_a_file_is_looked_at():
    named = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and field.name in ("berkas", "balasan", "pindaian")
    }
    assert {(model, place) for model, place, _ in PLACES} == named


@pytest.mark.django_db
def test_a_database_from_before_a_table_can_be_backed_up():
    """`make update` makes its backup with the new code, before the tables are up to date."""
    assert basis.columns_of("belum_ada") == set()
