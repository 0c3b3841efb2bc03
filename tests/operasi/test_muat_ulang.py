"""New settings and new releases come in while people work: no request fails (F27)."""

import socket

import pytest

from tests.sites import until

from .kantor import Kesibukan, Orang

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

ORANG = 20


def people(kantor, mesin):
    first = [kantor.masuk(akun, mesin) for akun in ("operator.kudus", "operator2.kudus")]
    made = []
    for number in range(ORANG):
        orang = Orang(mesin)
        orang.cookies = dict(first[number % 2].cookies)  # twenty browsers; hashing passwords is not the subject
        made.append(orang)
    return made


def confirmed(kantor):
    return [mark for (mark,) in kantor.sql("SELECT keterangan FROM rusun_lampiran WHERE keterangan LIKE 'tanda-%'")]


def check(kantor, ledger):
    assert ledger.failed == []
    stored = confirmed(kantor)
    assert len(stored) == len(set(stored))
    assert set(stored) == ledger.ok


def test_a_reload_under_load_fails_no_request(kantor):
    mesin = kantor.mesin().wait()
    with Kesibukan(people(kantor, mesin), kantor.kode) as ledger:
        for wanted in (5, 10, 15):
            until(lambda wanted=wanted: ledger.has(wanted))
            mesin.reload()
        until(lambda: ledger.has(25))
    check(kantor, ledger)


def test_a_new_release_under_load_fails_no_request(kantor):
    """As systemd does it: the socket stays open while one main process ends and the next one starts."""
    door = socket.create_server(("127.0.0.1", 0), backlog=1024)
    mesin = kantor.mesin(activated=door)
    mesin.port = door.getsockname()[1]
    mesin.wait()
    try:
        with Kesibukan(people(kantor, mesin), kantor.kode) as ledger:
            for wanted in (5, 10):
                until(lambda wanted=wanted: ledger.has(wanted))
                mesin.end()
                mesin.start()
            until(lambda: ledger.has(20))
        check(kantor, ledger)
    finally:
        door.close()
