"""Filling in on a bad line, with an ended session, beside a colleague, without script, on a phone, by keyboard."""

import os
import re
import socket
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import expect

from core.models import Konsep, Sesi
from monitoring.enums import Gerak, StatusIsian
from monitoring.isian.catatan import add_remark
from monitoring.isian.workflow import apply_move
from monitoring.models import Catatan, Isian
from monitoring.settings import PASSWORD_HASHERS
from rusun.alamat import Alamat
from rusun.models import Rusun
from tests.factories import make_isian, make_periode, make_rusun

from .conftest import PASSWORD, fill_login

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


@pytest.fixture
def isian(lokasi, kudus, operator, koordinator):
    return make_isian(make_periode(koordinator, kudus), operator)


def section_url(lokasi, bagian="hunian"):
    return f"/periode/desk-uji/isian/33.19/{lokasi.kode}/{bagian}/"


def status(page):
    return page.locator("[data-konsep-status]")


class Server:
    """The site under gunicorn on the test's own database; it can be killed and started again at the same address."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self):
        db = connection.settings_dict
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "monitoring.settings",
            "DATABASE_URL": f"postgres://{db['USER']}@{db['HOST']}:{db['PORT']}/{db['NAME']}",
            "PYTHONWARNINGS": "ignore",
        }
        command = [sys.executable, "-m", "gunicorn", "monitoring.wsgi:application", "--no-control-socket"]
        options = ["-k", "gthread", "--threads", "4", "-b", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen([*command, *options], env=environment, stderr=subprocess.PIPE, text=True)
        assert any("Listening at" in line for line in self.process.stderr)

    def stop(self):
        self.process.terminate()
        self.process.communicate()


@pytest.fixture
def server(transactional_db, settings):
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS  # those of the site, which it has to understand
    server = Server()
    yield server
    server.stop()


def test_what_is_typed_while_the_server_is_down_reaches_it_afterwards(server, sign_in, isian, lokasi, operator):
    page = sign_in(operator, base_url=f"http://127.0.0.1:{server.port}")
    page.goto(section_url(lokasi))
    page.get_by_label("Jumlah jiwa").fill("241")
    expect(status(page)).to_have_text(re.compile(r"Konsep tersimpan \d\d\.\d\d"))
    server.stop()
    page.get_by_label("Daftar tunggu").fill("57")
    expect(page.get_by_text("Sambungan terputus.")).to_be_visible()
    page.get_by_role("button", name="Simpan", exact=True).click()  # does not lose the page
    expect(page.get_by_label("Daftar tunggu")).to_have_value("57")
    server.start()
    expect(page.get_by_text("Sambungan terputus.")).to_be_hidden(timeout=20_000)
    page.wait_for_load_state()
    page.goto(section_url(lokasi))
    expect(page.get_by_label("Daftar tunggu")).to_have_value("57")
    expect(page.get_by_label("Jumlah jiwa")).to_have_value("241")


def test_a_closed_tab_loses_nothing(sign_in, isian, lokasi, operator):
    page = sign_in(operator)
    context = page.context
    page.goto(section_url(lokasi))
    page.get_by_label("Daftar tunggu").press_sequentially("9")
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    again = context.new_page()
    for _ in range(20):  # the last request of a closed tab is on its way
        again.goto(section_url(lokasi))
        if again.get_by_label("Daftar tunggu").input_value() != "12":
            break
    assert again.get_by_label("Daftar tunggu").input_value() in ("129", "912")


def test_back_and_reload_lose_nothing(sign_in, isian, lokasi, operator):
    page = sign_in(operator)
    page.goto(section_url(lokasi))
    page.get_by_label("Daftar tunggu").fill("58")
    expect(status(page)).to_have_text(re.compile("Konsep tersimpan"))
    page.goto("/rusun/")
    page.go_back()
    expect(page.get_by_label("Daftar tunggu")).to_have_value("58")
    page.reload()
    expect(page.get_by_label("Daftar tunggu")).to_have_value("58")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_an_ended_session_is_renewed_at_the_same_field_with_the_text(sign_in, isian, lokasi, operator):
    page = sign_in(operator)
    page.goto(section_url(lokasi))
    Sesi.objects.all().delete()
    page.get_by_label("Daftar tunggu").fill("59")
    expect(page.get_by_text("Sesi Anda sudah berakhir.")).to_be_visible()
    page.get_by_role("button", name="Masuk lagi").click()
    expect(page.get_by_text("tulisan Anda aman")).to_be_visible()
    fill_login(page, operator)
    page.wait_for_url(f"**{section_url(lokasi)}#id_daftar_tunggu")
    expect(page.get_by_label("Daftar tunggu")).to_have_value("59")
    expect(page.get_by_label("Daftar tunggu")).to_be_focused()
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("Hunian dan sebab kosong tersimpan")).to_be_visible()
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 59
    assert Konsep.objects.count() == 0


def test_signing_in_in_another_tab_lets_the_same_account_go_on(sign_in, isian, lokasi, operator):
    page = sign_in(operator)
    page.goto(section_url(lokasi))
    Sesi.objects.all().delete()
    other = page.context.new_page()
    other.goto("/masuk/")
    fill_login(other, operator)
    expect(other.get_by_role("heading", level=1)).to_have_text("Beranda")
    page.get_by_label("Daftar tunggu").fill("61")
    expect(status(page)).to_have_text(re.compile("Konsep tersimpan"))
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("Hunian dan sebab kosong tersimpan")).to_be_visible()
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 61


def test_signing_in_in_another_tab_gives_the_text_to_no_other_account(
    sign_in, isian, lokasi, operator, operator_penghuni
):
    page = sign_in(operator)
    page.goto(section_url(lokasi))
    Sesi.objects.all().delete()
    operator_penghuni.set_password(PASSWORD)
    operator_penghuni.save()
    other = page.context.new_page()
    other.goto("/masuk/")
    fill_login(other, operator_penghuni)
    expect(other.get_by_role("heading", level=1)).to_have_text("Beranda")
    page.get_by_label("Daftar tunggu").fill("61")
    expect(status(page)).to_have_text(re.compile("Konsep tidak dapat disimpan"))
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 12
    assert Konsep.objects.count() == 0


def test_two_people_at_one_section_choose_per_field(sign_in, isian, lokasi, operator, operator_penghuni):
    satu, dua = sign_in(operator), sign_in(operator_penghuni)
    for page in (satu, dua):
        page.goto(section_url(lokasi))
    dua.get_by_label("Daftar tunggu").fill("20")
    dua.get_by_label("Jumlah jiwa").fill("250")
    dua.get_by_role("button", name="Simpan", exact=True).click()
    expect(dua.get_by_text("Hunian dan sebab kosong tersimpan")).to_be_visible()
    satu.get_by_label("Daftar tunggu").fill("30")
    satu.get_by_role("button", name="Simpan", exact=True).click()
    choice = satu.get_by_role("group", name="Daftar tunggu")
    expect(choice.get_by_text(re.compile(r"Isian Budi Santoso, .*: 20"))).to_be_visible()
    choice.get_by_label(re.compile("Isian Budi Santoso")).check()
    satu.get_by_role("button", name="Simpan", exact=True).click()
    expect(satu.get_by_text("Hunian dan sebab kosong tersimpan")).to_be_visible()
    fresh = Rusun.objects.get(pk=lokasi.pk)
    assert (fresh.daftar_tunggu, fresh.jumlah_jiwa) == (20, 250)


def test_rows_and_totals_while_typing(sign_in, isian, lokasi, operator):
    page = sign_in(operator)
    page.goto(section_url(lokasi, "bangunan"))
    row = page.get_by_role("group", name="Blok A")
    row.get_by_label("Terhuni").fill("81")
    expect(row.locator("output")).to_have_text("97")
    expect(row.locator("output")).to_have_class(re.compile("tidak-cocok"))
    page.get_by_role("button", name="Tambah baris").click()
    expect(page.get_by_label("Nama blok, baris 2")).to_be_focused()
    page.get_by_label("Nama blok, baris 2").fill("Blok B")
    expect(status(page)).to_have_text(re.compile("Konsep tersimpan"))
    page.reload()
    expect(page.get_by_label("Nama blok, baris 2")).to_have_value("Blok B")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Buang konsep").click()
    page.locator("dialog").get_by_role("button", name="Buang konsep").click()
    expect(page.get_by_label("Nama blok, baris 2")).to_have_count(0)


@pytest.mark.parametrize("context", [{"java_script_enabled": False}, {"viewport": {"width": 360, "height": 760}}])
def test_the_whole_loop_without_script_and_on_a_phone(context, sign_in, isian, lokasi, kudus, operator, verifikator):
    home = f"/periode/desk-uji/isian/{kudus.kode}/"
    daerah, provinsi = sign_in(operator, **context), sign_in(verifikator, **context)
    daerah.goto(section_url(lokasi))
    daerah.get_by_label("Daftar tunggu").fill("40")
    daerah.get_by_role("button", name="Simpan", exact=True).click()
    daerah.goto(f"{home}kirim/")
    daerah.get_by_label("Saya menyatakan").check()
    daerah.get_by_role("button", name="Kirim ke provinsi").click()
    assert Isian.objects.get().status == StatusIsian.TERKIRIM

    provinsi.goto(f"{home}{lokasi.kode}/?semua=1")
    provinsi.get_by_role("link", name="Catat: Daftar tunggu", exact=True).click()
    provinsi.get_by_label("Catatan untuk kabupaten/kota").fill("Cocokkan dengan register.")
    provinsi.get_by_role("button", name="Simpan catatan").click()
    expect(provinsi.get_by_text("Cocokkan dengan register.").first).to_be_visible()
    provinsi.goto(f"{home}kembalikan/")
    provinsi.get_by_role("button", name="Kembalikan").click()

    daerah.goto(f"{home}catatan/")
    daerah.get_by_role("link", name="Perbaiki isian").click()
    daerah.get_by_label("Daftar tunggu").fill("41")
    daerah.get_by_role("button", name="Simpan", exact=True).click()
    daerah.goto(f"{home}catatan/")
    expect(daerah.get_by_text("Sekarang 41")).to_be_visible()
    daerah.get_by_label("Jawaban").fill("Menurut register 41.")
    daerah.get_by_role("button", name="Simpan jawaban").click()
    expect(daerah.get_by_text("Menurut register 41.").first).to_be_visible()
    daerah.goto(f"{home}kirim/")
    daerah.get_by_label("Saya menyatakan").check()
    daerah.get_by_role("button", name="Kirim ke provinsi").click()

    provinsi.goto(f"{home}catatan/")
    provinsi.get_by_role("button", name="Nyatakan selesai").click()
    provinsi.goto(home)
    provinsi.get_by_role("button", name="Mulai verifikasi").click()
    provinsi.get_by_role("button", name="Verifikasi", exact=True).click()
    assert Isian.objects.get().status == StatusIsian.TERVERIFIKASI
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 41


def press_to(page, role, name):
    """Move with Tab until the element has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True).first
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def test_a_remark_by_keyboard_alone(sign_in, isian, lokasi, kudus, operator, verifikator):
    apply_move(isian, Gerak.KIRIM, operator)
    page = sign_in(verifikator)
    page.goto(f"/periode/desk-uji/isian/{kudus.kode}/{lokasi.kode}/?semua=1")
    press_to(page, "link", "Catat: Jumlah KK")
    page.keyboard.press("Enter")
    box = page.get_by_label("Catatan untuk kabupaten/kota")
    expect(box).to_be_focused()
    page.keyboard.type("Sebutkan sumbernya.")
    press_to(page, "button", "Simpan catatan")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sebutkan sumbernya.").first).to_be_visible()
    assert Catatan.objects.get().alamat == Alamat(lokasi.kode, "hunian", "", "jumlah_kk")


def serious(page):
    found = Axe().run(page).response["violations"]
    return [(row["id"], row["nodes"][0]["html"]) for row in found if row["impact"] in ("serious", "critical")]


def test_axe_finds_nothing_serious_on_any_page_of_the_loop(sign_in, isian, lokasi, kudus, operator, verifikator):
    home = f"/periode/desk-uji/isian/{kudus.kode}/"
    filling = [home, f"{home}periksa/", f"{home}kirim/", f"{home}{lokasi.kode}/"]
    filling += [section_url(lokasi, bagian) for bagian in ("hunian", "bangunan", "masalah", "penghuni_ringkas")]
    judging = [home, f"{home}{lokasi.kode}/?semua=1", f"{home}catatan/", f"{home}kembalikan/", f"{home}periksa/",
               f"{home}catatan/tulis/?alamat={lokasi.kode}/hunian//jumlah_kk", "/periode/teks-catatan/"]  # fmt: skip
    daerah, provinsi = sign_in(operator), sign_in(verifikator)
    found = {}

    def look(page, paths):
        for path in paths:
            assert page.goto(path).status == 200
            if faults := serious(page):
                found[path] = faults

    look(daerah, filling)
    daerah.goto(section_url(lokasi))
    daerah.get_by_label("Daftar tunggu").fill("-3")
    daerah.get_by_role("button", name="Simpan", exact=True).click()
    assert serious(daerah) == []
    apply_move(isian, Gerak.KIRIM, operator)
    add_remark(isian, Alamat(lokasi.kode, "hunian", "", "jumlah_kk"), "Mohon dicek.", verifikator)
    look(provinsi, judging)
    look(daerah, [home])
    apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=isian.periode.batas_waktu)
    look(daerah, [home, f"{home}catatan/", f"{home}minta/", section_url(lokasi)])
    look(provinsi, [home])
    assert found == {}
