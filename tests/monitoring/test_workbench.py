"""The workbench: what changed in three states, warnings with reasons, remarks pinned by one click, requests to open."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from core.idempotency import new_key
from monitoring.enums import Gerak, GerakPeriode, StatusCatatan, StatusIsian, StatusPermintaan
from monitoring.isian.catatan import add_remark, answer_remark, settle_remark
from monitoring.isian.meja import changes_of, main_figures
from monitoring.isian.permintaan import ask_opening, grant, refuse
from monitoring.isian.tampilan import material_of
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Catatan, Isian, PermintaanBuka, TeksCatatan
from monitoring.periode.workflow import apply_period_move
from rusun.alamat import Alamat
from rusun.models import Blok, Rusun, TindakLanjut
from rusun.penguncian import lock_state
from tests.factories import make_isian, make_periode, make_rusun
from tests.forms import fields_of


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


@pytest.fixture
def periode_lalu(lokasi, kudus, operator, verifikator, koordinator, pimpinan):
    """A verified and signed-off period before: 80 of 96 units occupied."""
    today = timezone.localdate()
    lalu = {"mulai": today - datetime.timedelta(days=400), "tanggal_posisi": today - datetime.timedelta(days=400)}
    periode = make_periode(koordinator, kudus, slug="desk-lalu", **lalu)
    make_isian(periode, operator, verifikator, StatusIsian.TERVERIFIKASI)
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, koordinator)
    return apply_period_move(periode, GerakPeriode.TETAPKAN, pimpinan)


@pytest.fixture
def isian(periode_lalu, lokasi, kudus, operator, koordinator):
    """This period, sent: one block changed, one added, a rent removed."""
    periode = make_periode(koordinator, kudus)
    blok = lokasi.blok.get()
    Blok.objects.filter(pk=blok.pk).update(terhuni=78, kosong_siap=12)
    lokasi.sebab_kosong.filter(sebab="proses_seleksi").update(jumlah_unit=12)
    Blok.objects.create(
        rusun=lokasi, nama="Blok B", konfigurasi="single", jumlah_lantai=3, jumlah_unit=5, terhuni=5, kosong_siap=0,
        kosong_rusak=0, cadangan=0, diubah=timezone.now(),
    )  # fmt: skip
    lokasi.tarif.all().delete()
    Rusun.objects.filter(pk=lokasi.pk).update(tarif_belum_ditetapkan=True)
    return make_isian(periode, operator, status=StatusIsian.TERKIRIM)


def said(lokasi_ubahan):
    return [(row.sebutan, row.disahkan, row.sebelumnya, row.kini) for _, rows in lokasi_ubahan.bagian for row in rows]


def test_changes_stand_once_with_each_earlier_value(isian):
    [row] = changes_of(material_of(isian), [])
    assert said(row) == [
        ("Blok A, Terhuni", "80", None, "78"),
        ("Blok A, Kosong siap huni", "10", None, "12"),
        ("Baris baru: Blok B", "-", None, "5 unit, 5 terhuni"),
        ("Proses seleksi penghuni", "10", None, "12"),
        ("Tarif belum ditetapkan", "Tidak", None, "Ya"),
        ("Baris dihapus: lantai 1", "Rp250.000 per bulan", None, "-"),
    ]


def test_a_correction_is_compared_three_ways_while_it_is_made(isian, lokasi, operator, verifikator):
    alamat = Alamat(lokasi.kode, "hunian", "", "daftar_tunggu")
    add_remark(isian, alamat, "Cocokkan dengan register.", verifikator)
    isian = apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    Rusun.objects.filter(pk=lokasi.pk).update(daftar_tunggu=15)
    bahan = material_of(isian)
    assert (bahan.sebutan, bahan.sebutan_sebelumnya) == ("belum dikirim", "Kiriman ke-1")
    [row] = changes_of(bahan, isian.catatan.all())
    assert ("Daftar tunggu", "12", "12", "15") in said(row)
    assert ("Blok A, Terhuni", "80", "78", "78") in said(row)
    [change] = [change for _, rows in row.bagian for change in rows if change.alamat == alamat]
    assert [remark.isi for remark in change.catatan] == ["Cocokkan dengan register."]


def test_main_figures_tell_the_difference_with_its_sign(isian):
    figures = {row.label: (row.disahkan, row.kini, row.selisih) for row in main_figures(material_of(isian))}
    assert figures["Unit"] == (96, 101, "+5")
    assert figures["Terhuni"] == (80, 83, "+3")
    assert figures["Jumlah KK"] == (80, 80, "")


def test_a_new_and_a_closed_location_are_said_in_words(isian, kudus, operator):
    bahan = material_of(isian)
    bahan.isi["rusun"]["3319-RSN-09"] = {**bahan.registri["3319-RSN-01"], "kode": "3319-RSN-09"}
    del bahan.isi["rusun"]["3319-RSN-01"]
    words = {row.kode: row.keterangan for row in changes_of(bahan, [])}
    assert words == {"3319-RSN-09": "Lokasi baru sejak periode lalu.", "3319-RSN-01": "Lokasi ini sudah ditutup."}


def test_the_page_shows_what_there_is_to_weigh(isian, lokasi, operator, verifikator, masuk_sebagai):
    masalah = lokasi.permasalahan.get()
    TindakLanjut.objects.create(
        rusun=lokasi, permasalahan=masalah, uraian="Ganti talang", penanggung_jawab="kabupaten_kota",
        batas_waktu=timezone.localdate() - datetime.timedelta(days=1), diubah=timezone.now(),
    )  # fmt: skip
    add_remark(isian, Alamat(lokasi.kode, "hunian", "", "jumlah_kk"), "Mohon dicek.", verifikator)
    html = masuk_sebagai(verifikator).get(isian.get_absolute_url()).content.decode()
    for text in ("Blok A, Terhuni", "Baris baru: Blok B", "Ganti talang", "Mohon dicek.", "Penghuni dalam angka"):
        assert text in html


def test_the_province_reads_no_figures_before_they_are_sent(
    kudus, lokasi, operator, verifikator, koordinator, masuk_sebagai
):
    isian = make_isian(make_periode(koordinator, kudus), operator)
    Rusun.objects.filter(pk=lokasi.pk).update(jumlah_jiwa=98765)
    client = masuk_sebagai(verifikator)
    page = client.get(isian.get_absolute_url()).content.decode()
    assert "Kemajuan pengisian" in page
    assert "98.765" not in page
    assert client.get(reverse("monitoring:isian_lokasi", args=["desk-uji", kudus.pk, lokasi.kode])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_workbench_asks_the_same_number_of_questions_for_every_size(
    rows, kudus, operator, verifikator, koordinator, masuk_sebagai, django_assert_num_queries
):
    for number in range(rows):
        rusun = make_rusun(kudus, oleh=operator, nama=f"Rusunawa {number}")
        for blok in range(rows):
            Blok.objects.create(
                rusun=rusun, nama=f"T{blok}", konfigurasi="single", jumlah_lantai=3, jumlah_unit=1, terhuni=1,
                kosong_siap=0, kosong_rusak=0, cadangan=0, diubah=timezone.now(),
            )  # fmt: skip
    isian = make_isian(make_periode(koordinator, kudus), operator, status=StatusIsian.TERKIRIM)
    client = masuk_sebagai(verifikator)
    with django_assert_num_queries(17):
        assert client.get(isian.get_absolute_url()).status_code == 200


# --- Remarks ----------------------------------------------------------------------------------------------------------


def write(client, isian, alamat, **data):
    url = f"{reverse('monitoring:isian_catat', args=['desk-uji', isian.kabupaten_kota_id])}?alamat={alamat}"
    return client.post(url, {"kunci_formulir": str(new_key()), **data})


def test_one_click_brings_the_form_alone(isian, lokasi, verifikator, masuk_sebagai):
    alamat = Alamat(lokasi.kode, "hunian", "", "jumlah_kk")
    url = f"{reverse('monitoring:isian_catat', args=['desk-uji', isian.kabupaten_kota_id])}?alamat={alamat}"
    client = masuk_sebagai(verifikator)
    part = client.get(url, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "Nilai sekarang: <strong>80</strong>" in part.content.decode()
    assert "HX-Request" in part["Vary"]
    assert "<html" in client.get(url).content.decode()


def test_a_text_is_kept_for_use_again_and_used_without_typing(isian, lokasi, verifikator, verifikator2, masuk_sebagai):
    alamat = Alamat(lokasi.kode, "hunian", "", "jumlah_kk")
    write(masuk_sebagai(verifikator), isian, alamat, isi="Lampirkan buktinya.", simpan_teks="on")
    teks = TeksCatatan.objects.get()
    other = Alamat(lokasi.kode, "hunian", "", "jumlah_jiwa")
    assert write(masuk_sebagai(verifikator2), isian, other, teks=str(teks.pk), isi="").status_code == 302
    assert list(Catatan.objects.values_list("isi", flat=True)) == ["Lampirkan buktinya."] * 2
    assert write(masuk_sebagai(verifikator2), isian, other, isi=" ").status_code == 422
    client = masuk_sebagai(verifikator)
    assert client.post(reverse("monitoring:teks_catatan"), {"teks": "x"}).status_code == 400
    assert client.post(reverse("monitoring:teks_catatan"), {"teks": str(teks.pk)}).status_code == 302
    assert TeksCatatan.objects.count() == 0
    assert Catatan.objects.count() == 2


def test_a_remark_survives_the_row_it_was_pinned_to(isian, lokasi, operator, verifikator, masuk_sebagai):
    blok = lokasi.blok.get(nama="Blok B")
    add_remark(isian, Alamat(lokasi.kode, "blok"), "Apakah Blok B ada?", verifikator)
    add_remark(isian, Alamat(lokasi.kode, "blok", str(blok.pk), "jumlah_unit"), "Berapa sebenarnya?", verifikator)
    apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    client = masuk_sebagai(operator)
    url = reverse("monitoring:isian_bagian", args=["desk-uji", isian.kabupaten_kota_id, lokasi.kode, "bangunan"])
    fields = fields_of(client.get(url))
    number = next(name.split("-")[1] for name, value in fields.items() if value == str(blok.pk))
    assert client.post(url, fields | {f"blok-{number}-DELETE": "on"}).status_code == 302
    html = client.get(reverse("monitoring:isian_catatan", args=["desk-uji", isian.kabupaten_kota_id])).content.decode()
    assert "Blok B, Jumlah unit" in html
    assert "Ketika dicatat <strong>5</strong>" in html


def test_an_answer_half_typed_is_kept_until_it_is_saved(isian, lokasi, operator, verifikator, masuk_sebagai):
    catatan = add_remark(isian, Alamat(lokasi.kode, "hunian", "", "jumlah_kk"), "Mohon dicek.", verifikator)
    apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    client = masuk_sebagai(operator)
    args = ["desk-uji", isian.kabupaten_kota_id]
    page, url = (
        reverse("monitoring:isian_catatan", args=args),
        reverse("monitoring:catatan_jawab", args=[*args, catatan.pk]),
    )
    typed = {"kunci_formulir": str(new_key()), f"c{catatan.pk}-jawaban": "Sudah dihitung"}
    assert client.post(url, {**typed, "konsep": "1"}, headers={"X-Requested-With": "konsep"}).status_code == 200
    assert "Sudah dihitung" in client.get(page).content.decode()
    sending = client.get(reverse("monitoring:isian_kirim", args=args)).content.decode()
    assert "Konsep yang belum disimpan tidak ikut terkirim" in sending
    refused = client.post(
        reverse("monitoring:isian_kirim", args=args), {"kunci_formulir": str(new_key()), "pernyataan": "on"}
    )
    assert (refused.status_code, Isian.objects.get(pk=isian.pk).status) == (422, StatusIsian.PERLU_PERBAIKAN)
    assert client.post(url, {**typed, "kunci_formulir": str(new_key())}).status_code == 302
    assert "tidak ikut terkirim" not in client.get(reverse("monitoring:isian_kirim", args=args)).content.decode()
    assert Catatan.objects.get().status == StatusCatatan.DIJAWAB


def test_a_draft_whose_page_is_gone_can_be_thrown_away(isian, lokasi, operator, verifikator, masuk_sebagai):
    catatan = add_remark(isian, Alamat(lokasi.kode, "hunian", "", "jumlah_kk"), "Mohon dicek.", verifikator)
    apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    client = masuk_sebagai(operator)
    args = ["desk-uji", isian.kabupaten_kota_id]
    url = reverse("monitoring:catatan_jawab", args=[*args, catatan.pk])
    client.post(url, {f"c{catatan.pk}-jawaban": "Sudah", "konsep": "1"}, headers={"X-Requested-With": "konsep"})
    settle_remark(catatan, verifikator)
    kirim = reverse("monitoring:isian_kirim", args=args)
    page = client.get(kirim).content.decode()
    assert f"Jawaban atas catatan {catatan.sebutan}" in page
    assert client.post(kirim, {"buang_konsep": "/periode/lain/"}).status_code == 422
    assert client.post(kirim, {"buang_konsep": url}).status_code == 302
    assert "tidak ikut terkirim" not in client.get(kirim).content.decode()


# --- Requests ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def dikembalikan(isian, lokasi, verifikator):
    add_remark(isian, Alamat(lokasi.kode, "hunian", "", "jumlah_kk"), "Mohon dicek.", verifikator)
    return apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())


def test_a_granted_request_opens_the_cell_with_its_group(dikembalikan, lokasi, kudus, operator, verifikator):
    slf = Alamat(lokasi.kode, "aset", "", "nomor_slf")
    permintaan = ask_opening(dikembalikan, slf, "SLF baru terbit.", operator)
    assert not lock_state(kudus).opens(slf)
    grant(permintaan, verifikator)
    state = lock_state(kudus)
    assert state.opens(slf)
    assert state.opens(slf._replace(kolom="slf_berlaku_sampai"))
    assert not state.opens(slf._replace(kolom="nomor_hibah"))
    with pytest.raises(MoveRefused, match="sudah terbuka"):
        ask_opening(dikembalikan, slf, "Lagi.", operator)


def test_granted_while_with_the_province_it_becomes_a_remark(isian, lokasi, kudus, operator, verifikator):
    alamat = Alamat(lokasi.kode, "aset", "", "nomor_slf")
    grant(ask_opening(isian, alamat, "SLF baru terbit.", operator), verifikator)
    assert not lock_state(kudus).opens(alamat)
    [catatan] = isian.catatan.all()
    assert (catatan.alamat, catatan.isi) == (alamat, "Dibuka atas permintaan kabupaten/kota: SLF baru terbit.")
    apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    assert lock_state(kudus).opens(alamat)


def test_a_verified_isian_is_opened_by_the_koordinator_only(isian, lokasi, operator, verifikator):
    apply_move(isian, Gerak.VERIFIKASI, verifikator)
    permintaan = ask_opening(isian, Alamat(lokasi.kode, "aset"), "SLF baru terbit.", operator)
    with pytest.raises(MoveRefused, match="Buka kembali"):
        grant(permintaan, verifikator)
    assert PermintaanBuka.objects.get().status == StatusPermintaan.MENUNGGU
    assert refuse(permintaan, "Masukkan pada periode berikut.", verifikator).status == StatusPermintaan.DITOLAK


def test_who_may_ask_and_answer(dikembalikan, lokasi, operator, operator_lain, verifikator, koordinator, pimpinan):
    alamat = Alamat(lokasi.kode, "aset")
    for stranger in (operator_lain, verifikator, pimpinan):
        with pytest.raises(MoveRefused, match="Hanya operator"):
            ask_opening(dikembalikan, alamat, "x", stranger)
    permintaan = ask_opening(dikembalikan, alamat, "x", operator)
    with pytest.raises(MoveRefused, match="masih menunggu"):
        ask_opening(dikembalikan, alamat, "x", operator)
    for stranger in (operator, operator_lain, pimpinan):
        with pytest.raises(MoveRefused, match="Hanya verifikator"):
            grant(permintaan, stranger)
    grant(permintaan, koordinator)
    with pytest.raises(MoveRefused, match="sudah dikabulkan oleh Ratna Sari"):
        refuse(permintaan, "x", verifikator)
    with pytest.raises(ValueError, match="no such cell"):
        ask_opening(dikembalikan, Alamat(lokasi.kode, "tidak_ada"), "x", operator)


def test_asking_and_answering_through_the_pages(dikembalikan, lokasi, kudus, operator, verifikator, masuk_sebagai):
    daerah, provinsi, args = masuk_sebagai(operator), masuk_sebagai(verifikator), ["desk-uji", kudus.pk]
    url = reverse("monitoring:isian_minta", args=args)
    assert "Rusunawa Kabupaten Kudus" in daerah.get(url).content.decode()
    assert daerah.post(url, {"kunci_formulir": str(new_key()), "alasan": "x", "alamat": "di luar"}).status_code == 422
    data = {"kunci_formulir": str(new_key()), "alasan": "BAST baru terbit.", "alamat": f"{lokasi.kode}/aset//"}
    assert daerah.post(url, data).status_code == 302
    assert "BAST baru terbit." in provinsi.get(dikembalikan.get_absolute_url()).content.decode()
    pk = PermintaanBuka.objects.get().pk
    no = reverse("monitoring:permintaan_tolak", args=[*args, pk])
    assert provinsi.post(no, {"kunci_formulir": str(new_key()), "jawaban": ""}).status_code == 422
    yes = reverse("monitoring:permintaan_kabulkan", args=[*args, pk])
    assert provinsi.post(yes, {"kunci_formulir": str(new_key())}).status_code == 302
    history = daerah.get(dikembalikan.get_absolute_url()).content.decode()
    assert "Permintaan dikabulkan: Rusunawa Kabupaten Kudus, Aset dan legalitas" in history


def test_sending_again_with_an_open_remark_is_refused_with_the_list(dikembalikan, lokasi, operator, verifikator):
    with pytest.raises(MoveRefused) as refusal:
        apply_move(dikembalikan, Gerak.KIRIM, operator)
    assert refusal.value.rincian == ["Rusunawa Kabupaten Kudus, Jumlah KK"]
    catatan = dikembalikan.catatan.get()
    answer_remark(catatan, "Sudah benar.", operator)
    isian = apply_move(dikembalikan, Gerak.KIRIM, operator)
    settle_remark(catatan, verifikator)
    assert apply_move(isian, Gerak.VERIFIKASI, verifikator).status == StatusIsian.TERVERIFIKASI
