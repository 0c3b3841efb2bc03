"""A backup made while people write, put back into an empty database and folder: what was ok before it is all there."""

import hashlib
import re

import pytest

from monitoring.operasi.cadangan import read_through
from tests.sites import until

from .kantor import Kesibukan, Mesin, Orang, manage

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]  # the latter: its tables are copied


def checked(mesin, kode_cek):
    """What the page says that the QR code of a printed document leads to."""
    page = Orang(mesin).get(f"/cek-dokumen/{kode_cek}/")
    assert page.status == 200
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page.text)


def test_a_backup_under_load_holds_everything_that_was_confirmed_before_it(kantor, capsys):
    asal = kantor.mesin().wait()
    kode_cek = kantor.sql("SELECT kode_cek FROM monitoring_dokumen LIMIT 1")[0][0]
    tercetak = checked(asal, kode_cek)
    assert "berlaku" in tercetak
    people = [kantor.masuk(akun, asal) for akun in ("operator.kudus", "operator2.kudus", "operator.kudus")]

    with Kesibukan(people, kantor.kode) as ledger:
        until(lambda: ledger.has(5))
        before = set(ledger.ok)
        made = manage(kantor.env, "cadangkan")
        during = set(ledger.ok)
        until(lambda: ledger.has(len(during) + 1))
    asal.end()

    assert made.returncode == 0, made.stderr
    assert ledger.failed == []
    assert len(during) > len(before), "nobody wrote during the backup"
    (archive,) = (kantor.folder / "cadangan").iterdir()
    assert read_through(archive).berkas >= len(before)

    kosong = kantor.cluster.create()
    media = kantor.folder / "media-pulih"
    pulih = {**kantor.env, "DATABASE_URL": kantor.cluster.url(kosong), "MEDIA_ROOT": str(media)}
    try:
        done = manage(pulih, "pulihkan", str(archive))
        assert done.returncode == 0, done.stderr
        assert re.search(r"Lama: [\d.]+ detik", done.stdout), done.stdout
        with capsys.disabled():
            print(f"\n{made.stdout.splitlines()[-2]}\n{done.stdout.splitlines()[-2]}")

        rows = kantor.cluster.sql(
            "SELECT keterangan, berkas, sha256 FROM rusun_lampiran WHERE keterangan LIKE 'tanda-%'", kosong
        )
        kept = [row[0] for row in rows]
        assert before <= set(kept)
        assert len(kept) == len(set(kept))
        assert set(kept) <= ledger.sent
        for _, place, digest in rows:
            assert hashlib.sha256((media / place).read_bytes()).hexdigest() == digest

        baru = Mesin(pulih, folder=kantor.folder).wait()
        try:
            assert checked(baru, kode_cek) == tercetak
            kudus = Orang(baru).sign_in("operator.kudus")
            page = kudus.get(f"/rusun/{kantor.kode}/")
            link = re.search(r'href="(/rusun/lampiran/[0-9a-f-]+/)"', page.text)[1]
            assert kudus.get(link).content.startswith(b"%PDF-")
            # Nothing of the first try remains, and a second one touches nothing.
            assert not (media / "PEMULIHAN-BELUM-SELESAI").exists()
            again = manage(pulih, "pulihkan", str(archive))
            assert (again.returncode, "Basis data tidak kosong" in again.stderr) == (1, True)
        finally:
            baru.remove()
    finally:
        kantor.cluster.drop(kosong)
