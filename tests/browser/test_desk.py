"""One live desk in real browsers: what one side does reaches the other without reload, also after a lost line."""

import datetime
import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.desk import sesi as desk
from monitoring.desk.jadwal import publish
from monitoring.enums import StatusBeritaAcara, StatusIsian
from monitoring.models import BeritaAcara, Kiriman
from rusun.models import Rusun
from tests.desk.conftest import make_jadwal, session_of
from tests.factories import make_isian, make_periode, make_rusun

SOON = 15_000
"""Milliseconds. A loaded machine looks like a bad line, on which the pages ask less often."""

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sesi(kudus, operator, koordinator, verifikator):
    """The session of Kudus, published and under way."""
    make_rusun(kudus, oleh=operator)
    isian = make_isian(make_periode(koordinator, kudus), operator, status=StatusIsian.TERKIRIM)
    publish(make_jadwal(isian.periode, koordinator, verifikator), koordinator)
    desk.begin(session_of(isian), verifikator)
    return session_of(isian)


def agree(page, teks):
    """Answer the question of a button with yes."""
    page.get_by_role("dialog").get_by_role("button", name=teks, exact=True).click()


def test_pointer_correction_tick_and_commitment_cross_without_reload(
    sesi, sign_in, operator, verifikator, verifikator2
):
    provinsi, daerah = sign_in(verifikator), sign_in(operator)
    for page in (provinsi, daerah):
        page.goto(sesi.get_absolute_url())
    reloads = []
    daerah.on("framenavigated", lambda frame: reloads.append(frame.url))
    expect(provinsi.get_by_text(f"Di layar ini: {verifikator}, {operator}")).to_be_visible(timeout=SOON)
    expect(daerah.get_by_text(f"Di layar ini: {verifikator}, {operator}")).to_be_visible(timeout=SOON)

    # pointer
    nama = Rusun.objects.get().nama
    provinsi.get_by_role("link", name=nama).click()
    provinsi.get_by_role("button", name="Sorot: Jumlah jiwa").click()
    expect(daerah.get_by_text("Provinsi menyorot")).to_contain_text("Jumlah jiwa", timeout=SOON)

    # remark: the cell opens at once, and is corrected in place
    provinsi.get_by_role("link", name="Catat: Jumlah jiwa").click()
    provinsi.get_by_label("Catatan untuk kabupaten/kota").fill("Cocokkan dengan buku register.")
    provinsi.get_by_role("button", name="Simpan catatan").click()
    expect(daerah.get_by_text("Cocokkan dengan buku register.").first).to_be_visible(timeout=SOON)
    assert reloads == []
    daerah.get_by_role("link", name=re.compile("^Perbaiki")).click()
    lembar = daerah.locator("#desk-lembar")
    lembar.get_by_label("Jumlah jiwa").fill("241")
    lembar.get_by_role("button", name="Simpan", exact=True).click()
    expect(daerah.get_by_role("heading", level=1)).to_have_text("Kabupaten Kudus", timeout=SOON)
    expect(provinsi.locator("#desk-meja")).to_contain_text("240 → 241", timeout=SOON)
    provinsi.get_by_role("button", name="Terima", exact=True).click()
    expect(daerah.get_by_text("Catatan yang belum selesai")).to_be_hidden(timeout=SOON)

    # tick
    daerah.get_by_label("Butir tambahan").fill("Kunjungan lapangan bulan depan")
    daerah.get_by_role("button", name="Tambahkan").click()
    provinsi.get_by_role("button", name="Sepakati: Kunjungan lapangan bulan depan").click()
    expect(daerah.get_by_text(re.compile("Disepakati .* WIB"))).to_be_visible(timeout=SOON)

    # commitment
    formulir = provinsi.locator("#formulir-sepakat")
    formulir.get_by_label("Lokasi").select_option(label=nama)
    formulir.get_by_label("Tindak lanjut").fill("Ganti atap lantai lima")
    due = timezone.localdate() + datetime.timedelta(days=30)
    formulir.get_by_label("Batas waktu").fill(due.isoformat())
    formulir.get_by_label("Unit yang dituju").fill("4")
    provinsi.get_by_role("button", name="Catat kesepakatan").click()
    expect(daerah.locator("#desk-meja")).to_contain_text("Ganti atap lantai lima", timeout=SOON)
    expect(formulir.get_by_label("Tindak lanjut")).to_have_value("")

    # the line is lost, and comes back
    daerah.context.set_offline(True)
    expect(daerah.get_by_text("Sambungan terputus atau lambat.")).to_be_visible(timeout=SOON)
    provinsi.get_by_role("button", name="Sorot: Daftar tunggu").click()
    daerah.context.set_offline(False)
    expect(daerah.get_by_text("Provinsi menyorot")).to_contain_text("Daftar tunggu", timeout=SOON)
    expect(daerah.get_by_text("Sambungan terputus atau lambat.")).to_be_hidden(timeout=SOON)

    # a second verifikator takes over
    kedua = sign_in(verifikator2)
    kedua.goto(sesi.get_absolute_url())
    kedua.get_by_role("button", name="Ambil alih").click()
    for page in (provinsi, daerah):
        expect(page.locator("#desk-meja")).to_contain_text(f"Dipimpin {verifikator2}", timeout=SOON)

    # the result is sent, the session closed, the berita acara confirmed by both
    daerah.get_by_role("button", name="Simpan hasil desk").click()
    agree(daerah, "Simpan hasil desk")
    expect(daerah.get_by_text("Hasil desk tersimpan sebagai kiriman baru.")).to_be_visible(timeout=SOON)
    kedua.reload()
    kedua.get_by_role("button", name="Tutup sesi").click()
    agree(kedua, "Tutup sesi")
    expect(daerah.locator("#desk-meja").get_by_text("Menunggu konfirmasi")).to_be_visible(timeout=SOON)
    for page in (daerah, kedua):
        page.locator("#desk-meja").get_by_role("link", name="Buka berita acara").click()
        page.get_by_role("button", name="Konfirmasi", exact=True).click()
        agree(page, "Konfirmasi")
    expect(kedua.get_by_text("Terbit", exact=True)).to_be_visible(timeout=SOON)
    ba = BeritaAcara.objects.get()
    assert (ba.status, ba.kiriman) == (StatusBeritaAcara.TERBIT, Kiriman.objects.get(nomor=2))
    assert ba.isi["kesepakatan"][0]["unit"] == 4


def test_a_good_line_is_asked_often_and_a_bad_one_seldom(sesi, sign_in, operator):
    page = sign_in(operator)
    asked = []
    page.on("request", lambda request: "/kini/" in request.url and asked.append(datetime.datetime.now()))
    page.goto(sesi.get_absolute_url())
    for _ in range(7):
        page.wait_for_event("requestfinished", lambda request: "/kini/" in request.url)
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(asked)]
    assert min(gaps) < 2
    page.context.set_offline(True)
    lost = []
    page.on("requestfailed", lambda request: "/kini/" in request.url and lost.append(datetime.datetime.now()))
    for _ in range(3):
        page.wait_for_event("requestfailed", lambda request: "/kini/" in request.url, timeout=15_000)
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(lost)]
    assert gaps == sorted(gaps)  # each time it waits longer
    assert 2 < gaps[-1] <= 12


def test_a_button_pressed_in_vain_says_so_and_works_again(sesi, sign_in, verifikator):
    page = sign_in(verifikator)
    page.goto(sesi.get_absolute_url())
    formulir = page.locator("#formulir-sepakat")
    formulir.get_by_label("Lokasi").select_option(label=Rusun.objects.get().nama)
    formulir.get_by_label("Tindak lanjut").fill("Ganti atap lantai lima")
    formulir.get_by_label("Batas waktu").fill((timezone.localdate() + datetime.timedelta(days=30)).isoformat())
    page.context.set_offline(True)
    page.get_by_role("button", name="Catat kesepakatan").click()
    expect(formulir.get_by_role("alert")).to_contain_text("Belum tersimpan: sambungan terputus.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Catat kesepakatan").click()
    expect(page.locator("#desk-meja")).to_contain_text("Ganti atap lantai lima", timeout=SOON)
    expect(page.get_by_text("Belum tersimpan:")).to_be_hidden()


def test_a_session_that_ended_is_told_and_leads_back(sesi, sign_in, operator):
    page = sign_in(operator)
    page.goto(sesi.get_absolute_url())
    page.context.clear_cookies()
    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()
    assert page.get_by_role("link", name="Masuk lagi").get_attribute("href").endswith(sesi.get_absolute_url())


def test_without_script_everything_works_by_hand(sesi, sign_in, operator, verifikator):
    provinsi = sign_in(verifikator, java_script_enabled=False)
    daerah = sign_in(operator, java_script_enabled=False)
    provinsi.goto(sesi.get_absolute_url())
    provinsi.get_by_role("link", name=Rusun.objects.get().nama).click()
    provinsi.get_by_role("button", name="Sorot: Jumlah jiwa").click()
    provinsi.get_by_role("link", name=Rusun.objects.get().nama).click()
    provinsi.get_by_role("link", name="Catat: Jumlah jiwa").click()
    provinsi.get_by_label("Catatan untuk kabupaten/kota").fill("Cocokkan.")
    provinsi.get_by_role("button", name="Simpan catatan").click()
    daerah.goto(sesi.get_absolute_url())
    expect(daerah.get_by_text("Provinsi menyorot")).to_be_visible()
    daerah.get_by_role("link", name=re.compile("^Perbaiki")).click()
    daerah.get_by_label("Jumlah jiwa").fill("242")
    daerah.get_by_role("button", name="Simpan", exact=True).click()
    expect(daerah.locator("#desk-meja")).to_contain_text("240 → 242")
    daerah.get_by_role("link", name="Muat ulang").click()
    provinsi.get_by_role("link", name="Muat ulang").click()
    expect(provinsi.locator("#desk-meja")).to_contain_text("240 → 242")


def test_pages_fit_a_phone_and_axe_finds_nothing_serious(sesi, sign_in, operator, verifikator, koordinator):
    ba = desk.close(session_of(sesi.isian), verifikator)
    pages = [
        (koordinator, "/periode/desk-uji/desk/"), (koordinator, "/periode/desk-uji/desk/susun/"),
        (koordinator, "/periode/desk-uji/desk/papan/"), (koordinator, "/hari-libur/"),
        (verifikator, sesi.get_absolute_url()), (operator, sesi.get_absolute_url()),
        (operator, f"{sesi.get_absolute_url()}berita-acara/"), (operator, f"/hadir/{sesi.kode_hadir}/"),
    ]  # fmt: skip
    assert ba is not None
    signed_in = {person: sign_in(person, viewport={"width": 360, "height": 780}) for person, _ in pages}
    for person, path in pages:
        page = signed_in[person]
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        found = Axe().run(page).response["violations"]
        serious = [(row["id"], row["nodes"][0]["html"]) for row in found if row["impact"] in ("serious", "critical")]
        assert serious == [], path
