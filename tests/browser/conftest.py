"""People in front of real browsers."""

import pytest
from playwright.sync_api import expect

PASSWORD = "kata-sandi-uji-yang-panjang"


@pytest.fixture
def sign_in(new_context, live_server):
    """A page of its own for each person, signed in through the login form; `context` takes Playwright's options."""

    def open_page(pengguna, *, base_url=live_server.url, viewport=None, **context):
        pengguna.set_password(PASSWORD)
        pengguna.save()
        page = new_context(base_url=base_url, **context).new_page()
        page.set_default_timeout(8000)
        if viewport:
            page.set_viewport_size(viewport)
        page.goto("/masuk/")
        fill_login(page, pengguna)
        expect(page.get_by_role("heading", level=1)).to_have_text("Beranda")
        return page

    return open_page


def fill_login(page, pengguna):
    page.locator("[name=username]").first.fill(pengguna.username)
    page.locator("[name=password]").first.fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
