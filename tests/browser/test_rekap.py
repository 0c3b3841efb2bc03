"""The recap in a real browser: map and charts by keyboard and for a screen reader, on a phone, and the public check."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.files import held, lock_place
from monitoring.enums import GerakPeriode, StatusIsian
from monitoring.models import Penerbitan
from monitoring.periode.workflow import apply_period_move
from tests.factories import make_isian, make_periode, make_rusun

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kiriman(kudus, semarang, koordinator, operator, operator_lain):
    for daerah in (kudus, semarang):
        make_rusun(daerah)
    periode = make_periode(koordinator, kudus, semarang)
    for sender in (operator, operator_lain):
        make_isian(periode, sender, status=StatusIsian.TERKIRIM)
    return periode


def serious(page):
    found = Axe().run(page).response["violations"]
    return [(row["id"], row["nodes"][0]["html"]) for row in found if row["impact"] in ("serious", "critical")]


def test_charts_pass_axe_and_are_told_by_their_tables(kiriman, sign_in, pimpinan):
    page = sign_in(pimpinan)
    page.goto("/periode/desk-uji/rekap/")
    assert serious(page) == []
    for figure in page.locator("figure.grafik-kotak").all():
        figure.get_by_text("Lihat sebagai tabel").click()
        assert figure.locator("tbody tr").count() > 0
    assert serious(page) == []


def test_a_tile_of_the_map_leads_to_its_rows_by_keyboard(kiriman, sign_in, pimpinan):
    page = sign_in(pimpinan)
    page.goto("/periode/desk-uji/rekap/")
    page.locator("figure.grafik-kotak a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".jumlah-hasil")).to_contain_text("1 dari 2 lokasi")
    assert "daerah=33.19" in page.url


def test_documents_are_waited_for_without_a_click(kudus, operator, verifikator, koordinator, pimpinan, sign_in):
    make_rusun(kudus)
    periode = make_periode(koordinator, kudus)
    make_isian(periode, operator, verifikator, StatusIsian.TERVERIFIKASI)
    periode = apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    page = sign_in(pimpinan)
    with held(lock_place(f"dokumen-{periode.pk}")):  # somebody is at it
        apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)
        page.goto("/periode/desk-uji/dokumen/")
        expect(page.get_by_role("status")).to_contain_text("0 dari 2 dokumen jadi")
        assert serious(page) == []
    Penerbitan.objects.update(diminta_pada=None)  # and was killed
    expect(page.get_by_role("link", name="Unduh semua (zip)")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_scrolls_sideways(kiriman, sign_in, pimpinan, koordinator, width):
    view = {"width": width, "height": 800}
    for person, path in ((pimpinan, "/"), (pimpinan, "/periode/desk-uji/rekap/"),
                         (pimpinan, "/periode/desk-uji/dokumen/"),
                         (koordinator, "/periode/desk-uji/keputusan/"), (koordinator, "/cek-dokumen/")):  # fmt: skip
        page = sign_in(person, viewport=view)
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert serious(page) == [], path
