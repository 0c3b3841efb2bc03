"""A connection lost while committing: nobody knows whether a row names the file, so it stays, and the sweep decides."""

import contextlib
import hashlib

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, OperationalError

from core.files import kept_sealed, sealed_files
from rusun.lampiran import received

from .operations import picture

LOST = OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(media):
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("error", "left"), [(LOST, 1), (IntegrityError("refused"), 0), (ValueError("ours"), 0)])
def test_a_sealed_file(media, error, left):
    with contextlib.suppress(type(error)), kept_sealed("berita_acara", b"%PDF-1.7"):
        raise error
    assert len(list(sealed_files("berita_acara"))) == len(files(media)) == left


@pytest.mark.parametrize(("error", "left"), [(LOST, 1), (IntegrityError("refused"), 0), (ValueError("ours"), 0)])
def test_an_upload(media, error, left):
    with contextlib.suppress(type(error)), received(ContentFile(picture()), "foto.png") as berkas:
        assert hashlib.sha256((media / berkas.tempat).read_bytes()).hexdigest() == berkas.sha256
        raise error
    assert len(files(media)) == left


def test_a_full_disk_leaves_no_half_file(media, monkeypatch):
    """As `write_whole` meets it: the bytes are there, but not on the disk."""

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"), kept_sealed("berita_acara", b"%PDF-1.7"):
        pass
    assert files(media) == []
