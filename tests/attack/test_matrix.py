"""The access matrix: every URL, by everybody, by every method, for the own, a foreign and a missing object."""

import hashlib
import os
import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from monitoring.models import Catatan, Isian, Kiriman, PeriodeMonitoring, PesanCatatan, RiwayatIsian
from rusun.models import Blok, Rusun, SelTerbuka
from tests.test_scope_walk import NOBODY, OPERATORS, PAGES, PUBLIC

from .asking import (
    LEFT_BY_LOOKING,
    REGIONAL,
    SLOW,
    address,
    content,
    foreign_links,
    foreign_to_operators,
    header_faults,
    missing_address,
    open_to,
    sign_in,
    unvaried,
    written,
)
from .filling import typed

EVERYTHING = bool(os.environ.get("AUDIT"))
if EVERYTHING:
    CODES = ["33.01", "33.02", "33.03", "33.74"]
ROLES = ["operator", "operator_penghuni", "verifikator", "koordinator", "pimpinan", "admin"]
LOOKING = ("get", "head")
OTHER_METHODS = ("put", "patch", "delete", "options", "trace")
# The place of an object in its address, with one that belongs to nobody.
MISSING = {
    "kode": "33.99", "rusun": "3399-RSN-01", "sesi": 0, "catatan": 0, "butir": 0, "permintaan": 0, "nomor": 99,
    "dokumen": 0, "masalah": NOBODY, "tindak": NOBODY, "lampiran": NOBODY, "penghuni": NOBODY, "impor": NOBODY,
    "permintaan_subjek": NOBODY,
}  # fmt: skip


def none_of(faults):
    """Fail with every complaint, not with the first."""
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def sent_to_sign_in(response):
    return response.status_code == 302 and response["Location"].startswith("/masuk/")


def held_to(response, said):
    """Complaints about an answer that every answer is held to."""
    return [f"{said}: {fault}" for fault in [*header_faults(response), *foreign_links(response)]]


def fingerprint():
    """Of every row of every table, but those that looking may write to."""
    digest = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.db_table not in LEFT_BY_LOOKING:
            digest.update(repr(list(model._base_manager.order_by("pk").values_list())).encode())
    return digest.hexdigest()


def test_world_has_an_object_for_every_page(world):
    assert {key for page in PAGES.values() for key in page.own} - set(world.own.names) == set()
    assert {key for name in REGIONAL for key in PAGES[name].own if key in world.own.names} - {
        "slug", "bagian", "gerak_isian", "langkah", "ganda",
    } <= set(MISSING)  # fmt: skip


@pytest.mark.parametrize("state", ["stranger", "disabled"])
def test_who_is_not_signed_in_learns_and_changes_nothing(world, state):
    client = Client()
    if state == "disabled":
        client = sign_in(world.own.operator_penghuni)
        assert client.get(reverse("beranda")).status_code == 200
        world.own.operator_penghuni.is_active = False
        world.own.operator_penghuni.save()
    faults = []
    with written() as tables:
        for name in PAGES:
            url = address(name, world.own.names)
            for method in ("get", "head", "post", *OTHER_METHODS):
                response = getattr(client, method)(url)
                kept = getattr(resolve(url).func, "keeps_draft", False) and method == "post"
                if not (response.status_code == 401 if kept else sent_to_sign_in(response)):
                    faults.append(f"{method} {name}: {response.status_code}")
                faults += held_to(response, f"{method} {name}")
    none_of(faults)
    assert set(tables) <= {"core_sesi"}


@pytest.mark.parametrize("role", ROLES)
def test_a_wrong_role_is_refused_and_a_right_one_let_in(world, role):
    """Looking writes nothing but the trail; whoever is refused writes nothing at all; every answer is strict."""
    client, faults, before = sign_in(world.identities[role]), [], fingerprint()
    cell = {"alamat": f"{world.own.names['rusun']}/hunian//jumlah_kk"}  # asked for by the forms of a remark only
    for name in PAGES:
        url, allowed = address(name, world.own.names), open_to(name, role)
        for method in LOOKING[: 1 if SLOW.search(name) else 2]:
            with written() as tables:
                response = getattr(client, method)(url, cell)
                content(response)
            if response.status_code not in ({200, 204, 302, 405} if allowed else {403, 405}):
                faults.append(f"{method} {name}: {response.status_code}")
            if not set(tables) <= (LEFT_BY_LOOKING if allowed else set()):
                faults.append(f"{method} {name} wrote to {sorted(set(tables))}")
            faults += held_to(response, f"{method} {name}")
        if not allowed:
            with written() as tables:
                response = client.post(url)
            if response.status_code not in (403, 405) or tables:
                faults.append(f"post {name}: {response.status_code} {tables}")
            faults += held_to(response, f"post {name}")
    none_of(faults)
    assert fingerprint() == before


def test_pages_without_an_account_keep_nothing_and_are_strict(world):
    client, kode = Client(), world.own.names
    hadir = world.periode.jadwal_desk.sesi.filter(pk=kode["sesi"]).values_list("kode_hadir", flat=True)[0]
    arguments = {"hadir": [hadir], "cek_dokumen": ["ba-uji"]}
    faults = []
    with written() as tables:
        for name in PUBLIC:
            url = reverse(name, args=arguments.get(name, []))
            for method in ("get", "head", *OTHER_METHODS):
                response = getattr(client, method)(url)
                right = {200, 404} if method in LOOKING else {405}
                if name == "core:masuk_faktor" and method in LOOKING:
                    right = {302}  # the second step begins with the first
                elif name == "core:keluar":
                    right = {405}
                if response.status_code not in right:
                    faults.append(f"{method} {name}: {response.status_code}")
                faults += held_to(response, f"{method} {name}")
    none_of(faults)
    assert tables == []


def test_no_other_method_is_known(world):
    faults = []
    for name, page in PAGES.items():
        client, url = sign_in(world.identities[min(page.roles)]), address(name, world.own.names)
        for method in OTHER_METHODS:
            with written() as tables:
                response = getattr(client, method)(url)
            if response.status_code != 405 or set(tables) - {"core_sesi"}:
                faults.append(f"{method} {name}: {response.status_code} {tables}")
            faults += held_to(response, f"{method} {name}")
    none_of(faults)


def test_no_post_is_taken_without_the_token(world):
    faults = []
    for name in [*PAGES, "core:masuk", "core:keluar"]:
        roles = PAGES[name].roles if name in PAGES else {"admin"}
        client = sign_in(world.identities[min(roles)], enforce_csrf_checks=True)
        url = address(name, world.own.names) if name in PAGES else reverse(name)
        with written() as tables:
            response = client.post(url, {"kunci_formulir": "5f0d0f0e-9d5e-4d3b-9d9e-1d2c3b4a5f60"})
        if response.status_code != 403 or tables:
            faults.append(f"{name}: {response.status_code} {tables}")
        faults += held_to(response, name)
    none_of(faults)


def answers(client, url):
    return [(response.status_code, unvaried(response)) for response in (client.get(url), client.post(url))]


def same_as_missing(client, name, url):
    """Complaints about what tells a foreign object from one that does not exist."""
    with written() as tables:
        told, missing = answers(client, url), answers(client, missing_address(name))
    codes = {status for status, _ in missing}
    faults = [] if codes in ({404}, {404, 405}) else [f"{name}: a missing one answers {codes}"]
    if told != missing:
        faults.append(f"{name}: {[status for status, _ in told]} instead of {[status for status, _ in missing]}")
    return faults + ([f"{name} wrote to {tables}"] if tables else [])


def test_a_foreign_object_answers_as_a_missing_one(world):
    """Every pair of kabupaten/kota, both ways: same status, same body, nothing written."""
    faults = []
    for own in world.daerah:
        clients = {role: sign_in(getattr(own, role)) for role in OPERATORS}
        for other in world.daerah:
            for name in REGIONAL if other is not own else ():
                if foreign_to_operators(name):
                    role = max(PAGES[name].roles & OPERATORS)
                    faults += same_as_missing(clients[role], name, address(name, other.names))
    none_of(faults)


def test_a_missing_object_answers_404_to_whoever_may_see_all(world):
    faults = []
    for name, page in PAGES.items():
        for role in page.roles & {"verifikator", "koordinator", "admin", "pimpinan"} if page.own else ():
            client = sign_in(world.identities[role])
            codes = {status for status, _ in answers(client, missing_address(name))}
            if codes not in ({404}, {404, 405}):
                faults.append(f"{role} {name}: {codes}")
    none_of(faults)


def test_an_own_address_reaches_no_foreign_part(world):
    """The own isian with a foreign remark, the own session with a foreign point: each part of an address by itself."""
    faults = []
    for name in sorted(REGIONAL):
        page = PAGES[name]
        parts = [key for key in page.own if key in MISSING and key != "nomor"]
        for key in parts[1:]:
            for role in page.roles & {*OPERATORS, "verifikator", "koordinator"}:
                client = sign_in(world.identities[role])
                with written() as tables:
                    told = answers(client, address(name, world.own.names, **{key: world.foreign.names[key]}))
                    missing = answers(client, address(name, world.own.names, **{key: MISSING[key]}))
                if told != missing or {status for status, _ in missing} - {404, 405} or tables:
                    faults.append(f"{role} {name} {key}: {[row[0] for row in told]} {[row[0] for row in missing]}")
    none_of(faults)


# --- States -----------------------------------------------------------------------------------------------------------

OF_ISIAN = [name for name in PAGES if re.search(r":(isian|catatan|permintaan)_", name) and "kode" in PAGES[name].own]
MOVED = [Isian, Kiriman, RiwayatIsian, Catatan, PesanCatatan, SelTerbuka, Blok, Rusun]
"""Not what was asked for: an ask that still waits may be refused at any time."""


def put_in_state(world, periode="dibuka", isian=""):
    saat = timezone.now()
    stamps = {"ditetapkan_pada": saat, "ditetapkan_oleh": world.province["pimpinan"]}
    PeriodeMonitoring.objects.update(status=periode, **(stamps if periode == "ditetapkan" else {}))
    if isian:
        own = Isian.objects.get(kabupaten_kota=world.own.kabupaten_kota)
        own.status, own.kiriman_sah, own.terverifikasi_pada = isian, own.kiriman.first(), saat
        own.save()


@pytest.mark.parametrize("isian", ["belum_mulai", "diisi", "terkirim", "terverifikasi"])
def test_pages_of_an_isian_answer_in_every_state(world, isian):
    put_in_state(world, isian=isian)
    faults = []
    for role in ("operator", "koordinator"):
        client = sign_in(world.identities[role])
        for name in OF_ISIAN:
            if open_to(name, role) and not SLOW.search(name):
                with written() as tables:
                    response = client.get(address(name, world.own.names))
                if response.status_code not in (200, 302, 400, 404, 405) or set(tables) - LEFT_BY_LOOKING:
                    faults.append(f"{role} {name}: {response.status_code} {tables}")
    none_of(faults)


@pytest.mark.parametrize("periode", ["disiapkan", "rekap_diajukan", "ditetapkan"])
def test_nothing_of_an_isian_moves_while_its_period_is_not_open(world, periode):
    """Each page's own form, filled in, posted by everybody who may post it."""
    put_in_state(world, periode)
    moved = lambda: [list(model._base_manager.order_by("pk").values_list()) for model in MOVED]  # noqa: E731
    before, faults, sent = moved(), [], 0
    for role in ("operator", "verifikator", "koordinator"):
        client = sign_in(world.identities[role])
        for name in OF_ISIAN:
            url = address(name, world.own.names)
            if name == "monitoring:isian_catat":
                url += f"?alamat={world.own.names['rusun']}/hunian//jumlah_kk"
            if open_to(name, role):
                response = client.post(url, typed(client, url))
                sent += response.status_code != 405
                if moved() != before or response.status_code >= 500:
                    faults.append(f"{role} {name}: {response.status_code}")
                    before = moved()
    none_of(faults)
    assert sent > 20
