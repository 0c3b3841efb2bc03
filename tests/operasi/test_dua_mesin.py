"""Two web machines over one database and one folder of files: whoever answers, it is the same site."""

import re
import threading

import psycopg2
import pytest

from .kantor import SANDI, Orang, form_key, paper, python

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_a_person_may_be_answered_by_either_machine(kantor):
    satu, dua = kantor.mesin(), kantor.mesin()
    satu.wait(), dua.wait()
    kudus = kantor.masuk("operator.kudus", satu)

    # Signed in on one, at work on the other; style sheets bear the same names.
    home = [re.findall(r'(?:href|src)="(/static/[^"]+)"', kudus.at(each).get("/").text) for each in (satu, dua)]
    assert home[0] == home[1] != []

    # What was uploaded on one is downloaded from the other.
    assert kudus.at(satu).upload(kantor.kode, "surat", paper("dua mesin")).status == 302
    page = kudus.at(dua).get(f"/rusun/{kantor.kode}/")
    link = re.search(r'href="(/rusun/lampiran/[0-9a-f-]+/)"', page.text)[1]
    assert kudus.get(link).content == paper("dua mesin")

    # A draft kept on one is there on the other, and gone on both once it is saved.
    section = f"/rusun/{kantor.kode}/lokasi/"
    page = kudus.at(satu).get(section)
    fields = {**form_fields(page), "alamat": "Jalan Konsep 7", "konsep": "1"}
    assert kudus.post(section, fields, page=page).status == 302
    page = kudus.at(dua).get(section)
    assert "Jalan Konsep 7" in page.text
    assert kudus.post(section, {**form_fields(page), "alamat": "Jalan Jadi 7"}, page=page).status == 302
    assert kantor.sql("SELECT alamat FROM rusun_rusun WHERE kabupaten_kota_id = '33.19'") == [("Jalan Jadi 7",)]
    assert kantor.sql("SELECT count(*) FROM core_konsep") == [(0,)]

    # Signed out on one, out on the other.
    kudus.at(satu).post("/keluar/", {}, page=kudus.get("/"))
    assert kudus.at(dua).get("/rusun/").status == 302


def test_one_form_sent_to_both_machines_at_once_counts_once(kantor):
    satu, dua = kantor.mesin(), kantor.mesin()
    satu.wait(), dua.wait()
    kudus = kantor.masuk("operator.kudus", satu)
    for number in range(5):
        kunci = form_key(kudus.at(satu).get(f"/rusun/{kantor.kode}/lampiran/"))
        together, answers = threading.Barrier(4), []

        def send(mesin, kunci=kunci, number=number, together=together, answers=answers):
            same = Orang(mesin)
            same.cookies = dict(kudus.cookies)
            together.wait()
            answers.append(same.upload(kantor.kode, f"kembar {number}", paper(number), kunci).status)

        threads = [threading.Thread(target=send, args=(each,)) for each in (satu, dua, satu, dua)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [302] * 4
        assert kantor.sql(f"SELECT count(*) FROM rusun_lampiran WHERE keterangan = 'kembar {number}'") == [(1,)]
    stored = [path for path in (kantor.media / "lampiran").rglob("*") if path.is_file()]
    assert len(stored) == kantor.sql("SELECT count(*) FROM rusun_lampiran")[0][0]


def test_wrong_passwords_are_counted_together(kantor):
    """By the database, not by each process: whoever guesses gains nothing from a second machine."""
    machines = kantor.mesin(), kantor.mesin()
    for each in machines:
        each.wait()
    answers = []
    for number in range(9):
        answers.append(Orang(machines[number % 2]).post("/masuk/", {"username": "admin", "password": "salah"}).status)
    assert answers[0] == 422
    assert answers[-1] == 429
    assert Orang(machines[0]).post("/masuk/", {"username": "admin", "password": SANDI}).status == 429
    Orang(machines[1]).sign_in("verifikator")


def test_whoever_waits_too_long_for_a_row_keeps_the_form(kantor):
    """A long import holds the rows of a kabupaten/kota; work in the background waits as long as it takes."""
    kudus = kantor.masuk("operator.kudus", kantor.mesin().wait())
    section = f"/rusun/{kantor.kode}/lokasi/"
    page = kudus.get(section)
    link = psycopg2.connect(kantor.env["DATABASE_URL"])
    try:
        link.cursor().execute(f"SELECT 1 FROM rusun_rusun WHERE kode = '{kantor.kode}' FOR UPDATE")
        busy = kudus.post(section, {**form_fields(page), "alamat": "Jalan Tunggu 9"}, page=page)
    finally:
        link.close()
    assert (busy.status, busy.header("Retry-After"), "isian_tertahan" in busy.text) == (503, "30", True)
    asked = "from django.db import connection as c; k = c.cursor(); k.execute('SHOW lock_timeout'); print(k.fetchone())"
    assert python(asked, kantor.env) == "('0',)"


def form_fields(page):
    """Every field of the section, as the browser would send it."""
    from tests.forms import fields_of

    return fields_of(page)
