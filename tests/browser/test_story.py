"""The main story, through the real pages: from filling in to the signed recapitulation."""

import pytest
from playwright.sync_api import expect

from monitoring.enums import StatusIsian, StatusPeriode
from monitoring.models import Isian, Kiriman, PeriodeMonitoring
from rusun.models import Blok, Rusun
from tests.factories import make_periode, make_rusun

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_from_filling_in_to_the_signed_recap(sign_in, kudus, operator, verifikator, koordinator, pimpinan):
    rusun = make_rusun(kudus, oleh=operator)
    blok = Blok.objects.get(rusun=rusun)
    make_periode(koordinator, kudus)
    isian_url = f"/periode/desk-uji/isian/{kudus.kode}/"
    hunian_url, bangunan_url = f"{isian_url}{rusun.kode}/hunian/", f"{isian_url}{rusun.kode}/bangunan/"

    # The operator begins, corrects a figure and sends.
    daerah = sign_in(operator)
    daerah.goto(isian_url)
    daerah.get_by_role("button", name="Mulai mengisi").click()
    daerah.goto(hunian_url)
    daerah.get_by_label("Daftar tunggu").fill("1.234")
    daerah.get_by_role("button", name="Simpan", exact=True).click()
    assert Rusun.objects.get(pk=rusun.pk).daftar_tunggu == 1234
    daerah.goto(f"{isian_url}kirim/")
    daerah.get_by_label("Saya menyatakan").check()
    daerah.get_by_role("button", name="Kirim ke provinsi").click()
    expect(daerah.get_by_text("Kiriman ke-1").first).to_be_visible()
    assert Isian.objects.get().status == StatusIsian.TERKIRIM

    # The verifikator pins one remark to a cell and returns.
    provinsi = sign_in(verifikator)
    provinsi.goto(isian_url)
    provinsi.get_by_role("button", name="Mulai verifikasi").click()
    provinsi.goto(f"{isian_url}catatan/tulis/?alamat={rusun.kode}/blok/{blok.pk}/kosong_rusak")
    provinsi.get_by_label("Catatan untuk kabupaten/kota").fill("Mohon dicocokkan dengan daftar unit rusak.")
    provinsi.get_by_role("button", name="Simpan catatan").click()
    provinsi.goto(f"{isian_url}kembalikan/")
    provinsi.get_by_role("button", name="Kembalikan").click()
    assert Isian.objects.get().status == StatusIsian.PERLU_PERBAIKAN

    # Only that cell's group is open, also for a crafted POST.
    daerah.goto(bangunan_url)
    for name in ("jumlah_unit", "terhuni", "kosong_siap", "kosong_rusak", "cadangan"):
        expect(daerah.locator(f"[name=blok-0-{name}]")).to_be_enabled()
    for name in ("nama", "konfigurasi", "jumlah_lantai"):
        expect(daerah.locator(f"[name=blok-0-{name}]")).to_be_disabled()
    expect(daerah.locator("[name=kondisi_atap]")).to_be_disabled()
    daerah.evaluate("document.querySelectorAll('[disabled]').forEach(field => field.removeAttribute('disabled'))")
    daerah.locator("[name=blok-0-nama]").fill("Blok Selundupan")
    daerah.locator("[name=blok-0-kosong_rusak]").fill("6")
    daerah.locator("[name=blok-0-kosong_siap]").fill("8")
    daerah.get_by_role("button", name="Simpan", exact=True).click()
    expect(daerah.get_by_text("Perubahan tidak disimpan. Data terkunci")).to_be_visible()
    blok.refresh_from_db()
    assert (blok.nama, blok.kosong_rusak, blok.kosong_siap) == ("Blok A", 4, 10)
    expect(daerah.locator("[name=blok-0-nama]")).to_have_value("Blok A")
    expect(daerah.locator("[name=blok-0-kosong_rusak]")).to_have_value("6")
    daerah.get_by_role("button", name="Simpan", exact=True).click()
    blok.refresh_from_db()
    assert (blok.nama, blok.kosong_rusak, blok.kosong_siap) == ("Blok A", 6, 8)
    daerah.goto(hunian_url)
    expect(daerah.get_by_label("Jumlah KK")).to_be_disabled()
    daerah.locator("[name=sebab_kosong-rusak]").fill("6")
    daerah.locator("[name=sebab_kosong-proses_seleksi]").fill("8")
    daerah.get_by_role("button", name="Simpan", exact=True).click()

    # Answered and sent again.
    daerah.goto(f"{isian_url}catatan/")
    daerah.get_by_label("Jawaban").fill("Sudah dicocokkan: enam unit rusak.")
    daerah.get_by_role("button", name="Simpan jawaban").click()
    daerah.goto(f"{isian_url}kirim/")
    daerah.get_by_label("Saya menyatakan").check()
    daerah.get_by_role("button", name="Kirim ke provinsi").click()
    assert list(Kiriman.objects.values_list("nomor", flat=True)) == [1, 2]

    # Settled, verified, proposed, signed off.
    provinsi.goto(f"{isian_url}catatan/")
    provinsi.get_by_role("button", name="Nyatakan selesai").click()
    provinsi.goto(isian_url)
    provinsi.get_by_role("button", name="Verifikasi", exact=True).click()
    assert Isian.objects.get().status == StatusIsian.TERVERIFIKASI
    ketua = sign_in(koordinator)
    ketua.goto("/periode/desk-uji/")
    ketua.get_by_role("button", name="Ajukan rekap").click()
    kepala = sign_in(pimpinan)
    kepala.goto("/periode/desk-uji/tetapkan/")
    kepala.get_by_role("button", name="Tetapkan rekap").click()
    assert PeriodeMonitoring.objects.get().status == StatusPeriode.DITETAPKAN
    kepala.goto("/periode/desk-uji/rekap/")
    with kepala.expect_download() as download:
        kepala.get_by_role("link", name="Unduh PDF").click()
    with open(download.value.path(), "rb") as file:
        assert file.read(5) == b"%PDF-"


def test_pages_of_every_role_break_no_policy(
    sign_in, kudus, operator_penghuni, verifikator, koordinator, pimpinan, admin
):
    make_rusun(kudus, oleh=operator_penghuni)
    make_periode(koordinator, kudus)
    for pengguna, paths in (
        (operator_penghuni, ("/rusun/", "/rusun/3319-RSN-01/bangunan/", "/penghuni/", "/excel/33.19/")),
        (verifikator, ("/periode/", "/periode/desk-uji/isian/33.19/", "/excel/")),
        (pimpinan, ("/periode/desk-uji/rekap/", "/rusun/3319-RSN-01/")),
        (admin, ("/pengguna/", "/acuan/", "/jejak/")),
    ):
        page = sign_in(pengguna)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            for path in paths:
                assert page.goto(path).status == 200
                assert page.evaluate("document.documentElement.scrollWidth") <= width
