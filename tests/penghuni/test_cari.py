"""Finding residents: by a part of the name, page after page, and by NIK without telling of other regions."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import core.paging
from penghuni.hunian import move_in
from penghuni.models import Penghuni
from tests.forms import fields_of

from .conftest import NIK

DAFTAR = reverse("penghuni:daftar")
CARI_NIK = reverse("penghuni:cari_nik")
LAIN = "3374014107900002"


def names(response):
    return [penghuni.nama for penghuni in response.context["halaman"].object_list]


# --- By name ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cari", "found"),
    [
        ("sutarmi", ["Sri Sutarmi", "SUTARMI"]),
        ("TARM", ["Sri Sutarmi", "SUTARMI"]),
        ("i su", ["Sri Sutarmi"]),
        ("mi", ["Sri Sutarmi", "SUTARMI"]),
        ("x", ["Max 50% d'Arc_y"]),
        ("0%", ["Max 50% d'Arc_y"]),
        ("%", ["Max 50% d'Arc_y"]),
        ("d'arc_", ["Max 50% d'Arc_y"]),
        ("d'arcx", []),
        ("ö", ["Jörg"]),
        ("jör", ["Jörg"]),
        ("  sutarmi  ", ["Sri Sutarmi", "SUTARMI"]),
        ("sutarmo", []),
    ],
)
def test_any_part_of_a_name_finds_it(as_user, verifikator, household, semarang, cari, found):
    for nama in ("Sri Sutarmi", "SUTARMI", "Max 50% d'Arc_y", "Jörg"):
        household(semarang, nama)
    assert sorted(names(as_user(verifikator).get(DAFTAR, {"cari": cari}))) == sorted(found)


def test_a_name_is_looked_for_together_with_the_other_filters(
    as_user, verifikator, operator, household, semarang, kudus, blok
):
    here = household(semarang, "Sutarmi A", minat="ya")
    household(semarang, "Sutarmi B", minat="ya")
    household(kudus, "Sutarmi C", minat="ya")
    move_in(here, blok, "A-1", datetime.date(2021, 1, 5), operator)
    client = as_user(verifikator)
    asked = [{"daerah": "33.74"}, {"lokasi": blok.rusun_id}, {"tinggal": "tidak", "minat": "ya"}]
    assert [names(client.get(DAFTAR, {"cari": "tarmi", **query})) for query in asked] == [
        ["Sutarmi A", "Sutarmi B"], ["Sutarmi A"], ["Sutarmi B", "Sutarmi C"]
    ]  # fmt: skip


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize(("cari", "indexed"), [("tarmi", True), ("ta", False)])
def test_postgresql_looks_names_up_in_the_index_of_letters(db, cari, indexed):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    assert ("penghuni_nama_trgm" in Penghuni.objects.with_name(cari).order_by().explain()) is indexed


# --- Page after page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [{}, {"cari": "sama"}, {"minat": "ya"}])
def test_a_list_too_long_to_count_is_walked_to_its_end_and_back(
    as_user, verifikator, household, semarang, monkeypatch, query
):
    monkeypatch.setattr(core.paging, "COUNTED", 30)
    for _ in range(110):
        household(semarang, "Sama", minat="ya")
    client, wanted = as_user(verifikator), list(Penghuni.objects.values_list("pk", flat=True))
    there, back, address = [], [], DAFTAR + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    for _ in range(5):
        page = client.get(address)
        there.append([row.pk for row in page.context["halaman"].object_list])
        address = _link(page, "next")
    assert address is None
    assert [pk for pks in there for pk in pks] == wanted
    assert "Lebih dari <strong>30</strong> penghuni" in page.content.decode()
    for _ in range(5):
        back.append([row.pk for row in page.context["halaman"].object_list])
        if link := _link(page, "prev"):
            page = client.get(link)
    assert back == there[::-1]
    assert _link(page, "prev") is None


def _link(page, rel):
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page.content.decode())
    return found and DAFTAR + found[1].replace("&amp;", "&")


@pytest.mark.parametrize("halaman", ["9", "9.sesudah.x", "9.sesudah", "9.entah.1", "9.sesudah.{asing}", "-1.sebelum.x"])
def test_an_address_that_leads_nowhere_shows_the_nearest_page(
    as_user, operator, household, semarang, kudus, monkeypatch, halaman
):
    monkeypatch.setattr(core.paging, "COUNTED", 30)
    asing = household(kudus, "Sama")
    for _ in range(40):
        household(semarang, "Sama")
    page = as_user(operator).get(DAFTAR, {"halaman": halaman.format(asing=asing.pk)})
    assert page.context["halaman"].number == 2


# --- By NIK -----------------------------------------------------------------------------------------------------------


def _answer(response):
    """All of it but what differs from one request to the next in any case."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)
    return response.status_code, response.headers.get("Location"), body


def _asked(queries):
    """The questions without their values."""
    return [re.sub(r"'[^']*'|\b\d+\b|%s", "?", query["sql"]) for query in queries.captured_queries]


def test_a_nik_known_only_elsewhere_is_answered_like_an_unknown_one(as_user, operator, household, semarang, kudus):
    household(semarang, "Milik sendiri", nik=LAIN)
    client = as_user(operator)

    def search():
        with CaptureQueriesContext(connection) as queries:
            answers = [client.post(CARI_NIK, {"nik": NIK}), client.get(DAFTAR), client.get(DAFTAR)]
        return [_answer(answer) for answer in answers], _asked(queries)

    search()
    unknown = search()
    household(kudus, "Orang lain", nik=NIK)
    elsewhere = search()
    assert unknown == elsewhere
    assert "Orang lain" not in str(elsewhere)
    assert len(unknown[0][0]) == 3


def test_the_search_by_nik_asks_one_question_whatever_is_known(as_user, operator, household, semarang, kudus):
    here = household(semarang, "Milik sendiri", nik=LAIN)
    household(kudus, "Orang lain", nik=NIK)
    client = as_user(operator)

    def about_residents(nik):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(CARI_NIK, {"nik": nik})
        return [sql for sql in _asked(queries) if "penghuni_" in sql], answer.url

    client.post(CARI_NIK, {"nik": NIK})
    unknown, elsewhere, own = (about_residents(nik) for nik in ("3374014107900003", NIK, LAIN))
    assert unknown == elsewhere
    assert own == (unknown[0], reverse("penghuni:detail", args=[here.pk]))
    assert len(unknown[0]) == 1


@pytest.mark.parametrize("nik", ["3374014107900003", NIK, LAIN])
def test_saving_asks_the_same_questions_whether_or_not_another_region_knows_the_nik(
    as_user, operator, household, semarang, kudus, nik
):
    """The notice itself is meant to be seen by whoever records the NIK; nothing else may tell more than it does."""
    household(semarang, "Milik sendiri", nik=LAIN)
    household(kudus, "Orang lain", nik=NIK)
    client, tambah = as_user(operator), reverse("penghuni:tambah")
    form = fields_of(client.get(tambah))
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(tambah, form | {"nama": "Baru", "nik": nik})
    lookups = [sql for sql in _asked(queries) if "nik_sidik" in sql and sql.startswith("SELECT")]
    assert (answer.status_code, len(lookups)) == ((422, 1) if nik == LAIN else (302, 2))
