"""Board, reminders, outbox and notices in a real browser: wide, narrow, with and without script, by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from monitoring.enums import JenisSurel
from monitoring.models import Pemberitahuan, Surel
from monitoring.pengingat.ingatkan import remind
from tests.factories import make_isian, make_periode, make_rusun

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def periode(koordinator, kudus, semarang, operator, operator_lain, verifikator):
    """Kudus was returned; Semarang has not begun and was reminded."""
    operator_lain.surel = "agus@semarangkota.go.id"
    operator_lain.save()
    make_rusun(kudus)
    periode = make_periode(koordinator, kudus, semarang)
    make_isian(periode, operator, verifikator, "perlu_perbaikan")
    remind(periode, JenisSurel.BELUM_MENGIRIM, ["33.74"], verifikator)
    return periode


def test_pages_fit_a_phone_and_axe_finds_nothing_serious(periode, koordinator, operator, sign_in):
    pages = {
        koordinator: (
            "/", "/periode/desk-uji/", "/periode/desk-uji/?status=terlambat", "/periode/desk-uji/tanggal/",
            "/periode/desk-uji/ingatkan/", "/periode/desk-uji/kotak-keluar/", "/periode/desk-uji/verifikasi/",
            "/periode/desk-uji/isian/33.74/pengecualian/",
        ),
        operator: ("/", "/pemberitahuan/", "/periode/desk-uji/isian/33.19/"),
    }  # fmt: skip
    faults = []
    for pengguna, paths in pages.items():
        page = sign_in(pengguna)
        for path in paths:
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.goto(path).status == 200
                page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    faults.append(f"{path} is wider than {width}")
                for fault in Axe().run(page).response["violations"]:
                    if fault["impact"] in ("serious", "critical"):
                        faults.append(f"{path} {width}: {fault['id']} {fault['nodes'][0]['html'][:200]}")
    assert faults == []


def test_the_whatsapp_text_is_copied_by_one_click(periode, verifikator, sign_in):
    page = sign_in(verifikator, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/periode/desk-uji/ingatkan/")
    page.get_by_text("Teks surel dan WhatsApp").click()
    page.get_by_role("button", name="Salin").click()
    expect(page.get_by_text("Tersalin.")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == page.get_by_label("WhatsApp").input_value()
    assert text.startswith("Yth. Bapak/Ibu operator Kota Semarang")


def test_without_script_one_reminds_reads_and_filters_all_the_same(periode, verifikator, operator_lain, sign_in):
    Surel.objects.all().delete()
    page = sign_in(verifikator, java_script_enabled=False)
    page.goto("/periode/desk-uji/")
    page.get_by_role("link", name="Menunggu perbaikan daerah 1").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Ingatkan").click()
    expect(page.get_by_role("button", name="Salin")).to_be_hidden()
    page.get_by_role("button", name="Ingatkan yang dipilih").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kotak keluar")
    assert Surel.objects.count() == 1
    daerah = sign_in(operator_lain, java_script_enabled=False)
    expect(daerah.locator(".sisi .lencana")).to_contain_text("2")
    daerah.get_by_role("button", name="Tandai semua dibaca").click()
    assert Pemberitahuan.objects.unread().filter(pengguna=operator_lain).count() == 0
