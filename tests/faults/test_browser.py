"""What a person sees of a failure, in a real browser, with scripts and without."""

import contextlib
import re
import sqlite3

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .world import until

pytestmark = pytest.mark.django_db


@contextlib.contextmanager
def database_away(world):
    """Stopped, or held by another writer."""
    if world.server is not None:
        world.server.stop("immediate")
        try:
            yield
        finally:
            world.server.start()
        return
    with contextlib.closing(sqlite3.connect(world.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def open_section(served, new_context):
    def open_page(*, viewport=None, **options):
        context = new_context(base_url=f"http://127.0.0.1:{served.port}", **options)
        cookie = {"name": "sesi", "value": served.sesi["operator.3301"], "domain": "127.0.0.1", "path": "/"}
        context.add_cookies([cookie])
        page = context.new_page()
        page.set_default_timeout(20_000)
        if viewport:
            page.set_viewport_size(viewport)
        page.goto(f"/rusun/{served.tempat['33.01']['rusun']}/hunian/")
        return page

    return open_page


def waiting(served):
    return served.one(f"SELECT daftar_tunggu FROM rusun_rusun WHERE kode = '{served.tempat['33.01']['rusun']}'")


def test_without_scripts_the_page_of_the_failure_saves_the_form(served, open_section):
    page = open_section(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page.get_by_label("Daftar tunggu").fill("4321")
    with database_away(served):
        page.get_by_role("button", name="Simpan", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sistem sedang sibuk atau dirawat")
        page.get_by_role("button", name="Coba lagi").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sistem sedang sibuk atau dirawat")
    until(served.answers)
    page.get_by_role("button", name="Coba lagi").click()
    expect(page.get_by_text("tersimpan").first).to_be_visible()
    assert waiting(served) == 4321


def test_the_page_of_the_failure_fits_a_phone_and_reads_well(served, open_section):
    page = open_section(viewport={"width": 360, "height": 780})
    page.get_by_label("Daftar tunggu").fill("4322")
    page.evaluate("document.querySelector('form[data-konsep]').removeAttribute('data-konsep')")
    with database_away(served):
        page.get_by_role("button", name="Simpan", exact=True).click()
        expect(page.get_by_role("button", name="Coba lagi")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        found = Axe().run(page).response["violations"]
        assert [row["id"] for row in found if row["impact"] in ("serious", "critical")] == []
    until(served.answers)


def test_what_is_typed_meanwhile_is_said_to_be_unsaved_and_then_saved(served, open_section):
    page = open_section()
    with database_away(served):
        page.get_by_label("Daftar tunggu").fill("4323")
        status = page.locator("[data-konsep-status]")
        expect(status).to_have_text("belum tersimpan, sistem sedang sibuk")
    expect(status).to_have_text(re.compile(r"Konsep tersimpan \d\d\.\d\d"))
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("tersimpan").first).to_be_visible()
    assert waiting(served) == 4323
