"""Roles and regions: what each predicate lets through, what a scoped list shows."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone

from core import access
from core.models import KabupatenKota, Pengguna
from core.scope import get_visible_or_404
from rusun.models import Rusun


def person(peran, **more):
    return Pengguna(username=peran, nama=peran, peran=peran, **more)


PEOPLE = {
    "operator": person("operator"),
    "operator penghuni": person("operator", akses_penghuni=True),
    "verifikator": person("verifikator"),
    "koordinator": person("verifikator", koordinator=True),
    "pimpinan": person("pimpinan"),
    "admin": person("admin"),
}


@pytest.mark.parametrize(
    ("predicate", "through"),
    [
        (access.operator, ["operator", "operator penghuni"]),
        (access.verifikator, ["verifikator", "koordinator"]),
        (access.koordinator, ["koordinator"]),
        (access.pimpinan, ["pimpinan"]),
        (access.admin, ["admin"]),
        (access.sees_registry, ["operator", "operator penghuni", "verifikator", "koordinator", "pimpinan"]),
        (access.sees_penghuni, ["operator penghuni", "verifikator", "koordinator"]),
    ],
)
def test_predicate_lets_through_exactly(predicate, through):
    assert [name for name, pengguna in PEOPLE.items() if predicate(pengguna)] == through


@pytest.mark.parametrize(("name", "opens"), [("admin", True), ("pimpinan", True), ("operator", False)])
def test_allow_opens_for_any_of_its_predicates(rf, name, opens):
    view = access.allow(access.admin, access.pimpinan)(lambda request: HttpResponse("isi"))
    request = rf.get("/")
    request.user = PEOPLE[name]
    if opens:
        assert view(request).content == b"isi"
    else:
        with pytest.raises(PermissionDenied):
            view(request)


def test_allow_refuses_nobody_in_particular(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        access.allow(access.sees_registry)(lambda request: HttpResponse())(request)


@pytest.fixture
def two_regions(db):
    made = []
    for baris, (kode, nama) in enumerate([("33.19", "Kabupaten Kudus"), ("33.74", "Kota Semarang")]):
        region = KabupatenKota.objects.create(
            kode=kode, nama=nama, jenis=nama.split()[0].lower(), ibu_kota=nama, baris=baris, kolom=0
        )
        Rusun.objects.create(
            kode=f"{region.digit}-RSN-01", kabupaten_kota=region, jenis="rusun", nama=nama, diubah=timezone.now()
        )
        made.append(region)
    return made


@pytest.mark.parametrize(
    ("peran", "seen"),
    [
        ("operator", ["3319-RSN-01"]),
        ("verifikator", ["3319-RSN-01", "3374-RSN-01"]),
        ("pimpinan", ["3319-RSN-01", "3374-RSN-01"]),
        ("admin", []),
    ],
)
def test_list_shows_the_regions_of_the_role(two_regions, peran, seen):
    pengguna = person(peran, kabupaten_kota=two_regions[0] if peran == "operator" else None)
    rows = Rusun.objects.visible_to(pengguna).order_by("kode")
    assert [rusun.kode for rusun in rows] == seen


@pytest.mark.parametrize("pengguna", [AnonymousUser(), person("verifikator", is_active=False)])
def test_list_is_empty_for_strangers_and_closed_accounts(two_regions, pengguna):
    assert list(Rusun.objects.visible_to(pengguna)) == []


@pytest.mark.parametrize("kode", ["3374-RSN-01", "9999-RSN-01"])
def test_foreign_and_missing_rows_answer_alike(two_regions, kode):
    with pytest.raises(Http404):
        get_visible_or_404(Rusun.objects, person("operator", kabupaten_kota=two_regions[0]), kode=kode)
