"""Holding a file."""

import os
from pathlib import Path

from core.files import held, lock_place, path_of


def test_a_hold_is_asked_for_on_a_file_open_for_writing(settings, tmp_path):
    """NFS makes `flock` a lock of bytes, and refuses one for oneself alone on a file that is open for reading."""
    settings.MEDIA_ROOT = str(tmp_path)
    place = lock_place("uji")
    with held(place) as mine:
        assert mine
        (number,) = [n for n in os.listdir("/proc/self/fd") if Path(f"/proc/self/fd/{n}").resolve() == path_of(place)]
        flags = next(line for line in Path(f"/proc/self/fdinfo/{number}").read_text().splitlines() if "flags" in line)
        assert int(flags.split()[1], 8) & os.O_ACCMODE == os.O_RDWR
        with held(place) as twice:
            assert not twice
    assert path_of(place).read_bytes() == b""
