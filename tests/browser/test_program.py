"""Candidates in a real browser: a double click is one step, and Back leads nobody further than was meant."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from penghuni.calon import enter
from penghuni.hunian import move_in
from penghuni.models import Penghuni
from tests.factories import make_rusun

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def calon(kudus, operator, verifikator):
    blok = make_rusun(kudus).blok.get()
    warga = Penghuni.objects.create(kabupaten_kota=kudus, nama="Sutarmi", diubah=timezone.now())
    move_in(warga, blok, "A-1", datetime.date(2024, 1, 1), operator)
    return enter(warga, verifikator)


def test_a_double_click_is_one_step_and_back_is_none(calon, sign_in, verifikator):
    page = sign_in(verifikator)
    page.goto(reverse("penghuni:program_penghuni", args=[calon.pk]))
    page.get_by_label("Dihubungi").check()
    page.get_by_label("Catatan").fill("Ditelepon pagi ini.")
    page.get_by_role("button", name="Catat langkah").dblclick()
    expect(page.get_by_text("Tahap calon diperbarui")).to_be_visible()
    assert calon.riwayat.count() == 2
    page.go_back()
    page.get_by_role("button", name="Catat langkah").click()
    expect(page.get_by_text("Pilih salah satu").first).to_be_visible()
    assert calon.riwayat.count() == 2
