"""Files and rows: no row without its file, and no file without a row but after a crash, which the sweep finds."""

import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.idempotency import new_key, perform_once
from rusun.lampiran import attach, content_of, received
from rusun.models import Lampiran
from rusun.penguncian import lock_registry, registry_write
from tests.factories import make_rusun


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


def photo(color="navy"):
    out = io.BytesIO()
    Image.new("RGB", (30, 20), color).save(out, "PNG")
    return io.BytesIO(out.getvalue())


def kept(media):
    return sorted(path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file())


def keep(lokasi, pengguna, color="navy"):
    with received(photo(color), "foto.png") as berkas:
        return attach(lokasi, "foto", berkas, pengguna)


def upload(client, lokasi, key=None):
    berkas = SimpleUploadedFile("foto.png", photo().read())
    data = {"kunci_formulir": str(key or new_key()), "jenis": "foto", "berkas": berkas}
    return client.post(reverse("rusun:lampiran_tambah", args=[lokasi.pk]), data)


@pytest.mark.django_db(transaction=True)
def test_commit_that_fails_leaves_neither_row_nor_file(lokasi, operator, media):
    other = keep(lokasi, operator)
    seen = []

    def save(berkas):
        row = attach(lokasi, "foto", berkas, operator)
        seen.append((media / row.berkas).exists())
        # A foreign key to nobody: both databases look at it when the transaction ends, and refuse the commit.
        Lampiran.objects.filter(pk=row.pk).update(diubah_oleh=-1)
        return "/"

    with pytest.raises(IntegrityError), received(photo(), "foto.png") as berkas:
        perform_once(new_key(), operator, lambda: save(berkas))

    assert seen == [True]
    assert list(Lampiran.objects.values_list("berkas", flat=True)) == kept(media) == [other.berkas]


def test_upload_refused_by_the_lock_leaves_no_file(masuk_sebagai, operator, lokasi, kudus, media):
    with registry_write(kudus):
        lock_registry(kudus, alasan="uji", waktu=timezone.now())
    response = upload(masuk_sebagai(operator), lokasi)
    assert (response.status_code, list(response.context["form"].errors)) == (409, ["__all__"])
    assert kept(media) == []


def test_upload_sent_twice_leaves_one_row_and_one_file(masuk_sebagai, operator, lokasi, media):
    client, key = masuk_sebagai(operator), new_key()
    first, again = upload(client, lokasi, key), upload(client, lokasi, key)
    assert first.url == again.url
    row = Lampiran.objects.get()
    assert kept(media) == [row.berkas]
    assert len(content_of(row)) == row.ukuran


def test_same_photo_twice_has_two_files_so_that_losing_one_upload_cannot_take_the_other(lokasi, operator, media):
    rows = [keep(lokasi, operator), keep(lokasi, operator)]
    assert rows[0].sha256 == rows[1].sha256
    assert kept(media) == sorted(row.berkas for row in rows)


# --- The sweep --------------------------------------------------------------------------------------------------------


def stray(media, name, *, age):
    path = media / "lampiran" / "ab" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"tertinggal")
    then = time.time() - age.total_seconds()
    os.utime(path, (then, then))
    return path.relative_to(media).as_posix()


def sweep(*arguments):
    out = io.StringIO()
    call_command("sapu_berkas", *arguments, stdout=out)
    return out.getvalue()


def test_sweep_tells_first_and_removes_only_old_files_that_no_row_names(lokasi, operator, media):
    row = keep(lokasi, operator)
    os.utime(media / row.berkas, (0, 0))
    old = stray(media, "lama.jpg", age=timedelta(days=2))
    young = stray(media, "baru.jpg", age=timedelta(hours=1))
    everything = sorted([row.berkas, old, young])

    told = sweep()
    assert (old in told, young in told, row.berkas in told, kept(media)) == (True, False, False, everything)
    sweep("--hapus")
    assert kept(media) == sorted([row.berkas, young])


def test_sweep_keeps_the_file_of_a_retired_row(lokasi, operator, media):
    row = keep(lokasi, operator)
    Lampiran.objects.filter(pk=row.pk).update(ditarik_pada=timezone.now(), alasan_ditarik="salah unggah")
    os.utime(media / row.berkas, (0, 0))
    sweep("--hapus")
    assert kept(media) == [row.berkas]


def test_sweep_stops_when_database_and_folder_do_not_belong_together(lokasi, operator, media):
    """One row, two strays: more likely the wrong `DATABASE_URL` than two crashes."""
    keep(lokasi, operator)
    for name in ("satu.jpg", "dua.jpg"):
        stray(media, name, age=timedelta(days=2))
    before = kept(media)
    with pytest.raises(CommandError, match="DATABASE_URL"):
        sweep("--hapus")
    assert kept(media) == before


def test_sweep_of_an_empty_folder_says_so(db, media):
    assert "Tidak ada" in sweep()
    assert Path(media, "lampiran").exists() is False
