"""What surrounds every page: menu, example banner, headers, and the pages shown when something fails."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

from core import context
from core.enums import Peran
from core.failures import server_error
from core.middleware import SecurityHeadersMiddleware
from core.models import Pengguna

ERROR_PAGES = ["400.html", "403.html", "404.html", "405.html", "500.html", "masuk_terkunci.html"]
REGISTRY = ["Beranda", "Rusun & rusus", "Permasalahan", "Tindak lanjut"]
RESIDENTS = ["Penghuni", "Program rumah", "Permintaan data"]


@pytest.mark.parametrize(
    ("pengguna", "labels"),
    [
        (Pengguna(peran=Peran.OPERATOR), [*REGISTRY, "Isi lewat Excel", "Periode"]),
        (
            Pengguna(peran=Peran.OPERATOR, akses_penghuni=True),
            [*REGISTRY, *RESIDENTS, "Isi lewat Excel", "Periode"],
        ),
        (
            Pengguna(peran=Peran.VERIFIKATOR),
            [*REGISTRY, *RESIDENTS, "Isi lewat Excel", "Periode"],
        ),
        (Pengguna(peran=Peran.PIMPINAN), [*REGISTRY, "Periode"]),
        (Pengguna(peran=Peran.ADMIN), ["Beranda", "Pengguna", "Jejak", "Data acuan"]),
    ],
    ids=["operator", "operator with access to residents", "verifikator", "pimpinan", "admin"],
)
def test_the_menu_offers_what_the_role_may_open(pengguna, labels):
    assert [item.label for item in context.build_menu(pengguna, "beranda")] == labels


@pytest.mark.parametrize(
    ("page", "label"),
    [("penghuni:detail", "Penghuni"), ("rusun:ubah", "Rusun & rusus"), ("rusun:masalah_status", "Permasalahan")],
)
def test_the_menu_marks_the_section_a_page_belongs_to(page, label):
    menu = context.build_menu(Pengguna(peran=Peran.VERIFIKATOR), page)
    assert [item.label for item in menu if item.active] == [label]


def test_a_visitor_has_no_menu(rf):
    request = rf.get("/")
    assert list(context.shell(request)["menu"]) == []
    request.user = AnonymousUser()
    assert list(context.shell(request)["menu"]) == []


@pytest.mark.django_db
def test_the_example_is_announced_while_one_example_account_exists(rf):
    assert not context.shell(rf.get("/"))["data_contoh"]
    Pengguna.objects.create(username="contoh", nama="Contoh", peran=Peran.ADMIN, contoh=True)
    assert context.shell(rf.get("/"))["data_contoh"]


@pytest.mark.django_db
def test_a_fragment_that_shows_no_banner_costs_no_query(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        context.shell(rf.get("/"))


def test_every_response_forbids_foreign_scripts_and_is_kept_nowhere(rf):
    response = SecurityHeadersMiddleware(lambda request: HttpResponse("x"))(rf.get("/"))
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} < set(policy)
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_view_may_be_stricter_but_not_cached(rf):
    def attachment(request):
        return HttpResponse("x", headers={"Content-Security-Policy": "sandbox", "Cache-Control": "public"})

    response = SecurityHeadersMiddleware(attachment)(rf.get("/"))
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_an_error_page_needs_nothing_and_tells_the_next_step(name):
    html = render_to_string(name)
    assert '<html lang="id"' in html
    assert 'class="btn btn-primary" href="/' in html


def test_an_unexpected_error_is_answered_without_session_or_database(rf):
    try:
        raise ValueError("broken")
    except ValueError:
        response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Ini bukan kesalahan Anda" in response.content.decode()
    assert "broken" not in response.content.decode()


def test_a_database_that_is_away_asks_to_try_again_soon(rf):
    try:
        raise OperationalError("could not connect")
    except OperationalError:
        response = server_error(rf.get("/"))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    html = response.content.decode()
    assert '<html lang="id"' in html
    assert 'class="btn btn-primary" href="/"' in html
