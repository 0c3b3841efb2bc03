"""Filling in by workbook through the real pages: template, upload, preview, decision, undo."""

import pytest
from playwright.sync_api import expect

from rusun.models import Rusun
from tests.factories import make_isian, make_periode, make_rusun
from tests.impor.conftest import Buku

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_workbook_goes_out_comes_back_is_applied_and_undone(
    sign_in, kudus, operator_penghuni, koordinator, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "media"
    make_rusun(kudus, oleh=operator_penghuni)
    make_isian(make_periode(koordinator, kudus), operator_penghuni)
    page = sign_in(operator_penghuni)
    page.get_by_role("link", name="Isi lewat Excel").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh templat").click()
    with open(download.value.path(), "rb") as file:
        buku = Buku(file.read())
    buku["Rusun", "Daftar tunggu", 1] = 77
    sent = tmp_path / "isian kudus.xlsx"
    sent.write_bytes(buku.content())

    page.get_by_label("Buku kerja Excel").set_input_files(sent)
    page.get_by_role("button", name="Unggah", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("isian kudus.xlsx")
    expect(page.get_by_role("row", name="Daftar tunggu")).to_contain_text("77")
    assert Rusun.objects.get().daftar_tunggu == 12
    page.get_by_role("button", name="Terapkan").click()
    expect(page.get_by_text("Sudah diterapkan.")).to_be_visible()
    assert Rusun.objects.get().daftar_tunggu == 77

    page.get_by_role("button", name="Urungkan impor").click()
    page.get_by_role("dialog").get_by_role("button", name="Urungkan impor").click()
    expect(page.get_by_text("Data kembali seperti sebelum impor").first).to_be_visible()
    assert Rusun.objects.get().daftar_tunggu == 12
