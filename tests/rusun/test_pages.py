"""Filling in a location: what is refused, where the message stands, and that nothing changes."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.idempotency import new_key
from penghuni.models import Hunian, Penghuni
from rusun.alamat import Alamat
from rusun.models import Blok, Lampiran, Rusun, SebabKosong, TindakLanjut
from rusun.penguncian import lock_registry, open_cells, registry_write
from tests.factories import make_periode, make_rusun
from tests.forms import fields_of


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


@pytest.fixture
def daerah(masuk_sebagai, operator):
    return masuk_sebagai(operator)


def save(client, lokasi, bagian, **changes):
    url = reverse("rusun:ubah", args=[lokasi.kode, bagian])
    return client.post(url, {**fields_of(client.get(url)), **changes})


def snapshot():
    return list(Rusun.objects.values()) + list(Blok.objects.values()) + list(SebabKosong.objects.values())


@pytest.mark.parametrize(
    ("bagian", "field", "value", "message"),
    [
        ("hunian", "daftar_tunggu", "-4", "Angka paling kecil 0."),
        ("hunian", "jumlah_jiwa", "3", "Jumlah jiwa (3) kurang dari jumlah KK (80)."),
        ("identitas", "peruntukan", "istana", None),
        ("identitas", "tanggal_data", "2026-02-31", None),
        ("lokasi", "lintang", "48,85", None),
        ("pembangunan", "tahun_bangun", "1700", None),
        ("bangunan", "blok-0-terhuni", "900", "Unit terhuni (900) melebihi jumlah unit (96)."),
        ("bangunan", "blok-0-jumlah_unit", "12,5", None),
    ],
)
def test_bad_input_is_told_at_the_field_and_changes_nothing(daerah, lokasi, bagian, field, value, message):
    before = snapshot()
    response = save(daerah, lokasi, bagian, **{field: value})
    assert response.status_code == 422
    assert snapshot() == before
    forms = response.context["hasil"].forms
    errors = forms.baris.forms[0].errors if field.startswith("blok-") else forms.utama.errors
    name = field.rsplit("-", 1)[-1]
    assert errors.get(name) or errors.get("__all__")
    if message:
        assert errors[name] == [message]
    assert value in response.content.decode()


def test_a_section_is_saved_and_counts_the_version(daerah, lokasi):
    response = save(daerah, lokasi, "hunian", daftar_tunggu="1.234")
    assert response.status_code == 302
    fresh = Rusun.objects.get(pk=lokasi.pk)
    assert (fresh.daftar_tunggu, fresh.versi) == (1234, 2)


def test_the_same_form_sent_twice_saves_once(daerah, lokasi):
    url = reverse("rusun:ubah", args=[lokasi.kode, "hunian"])
    data = {**fields_of(daerah.get(url)), "daftar_tunggu": "33"}
    first, second = daerah.post(url, data), daerah.post(url, data)
    assert first.url == second.url
    assert Rusun.objects.get(pk=lokasi.pk).versi == 2


def test_a_new_row_sent_twice_is_added_once_and_nobody_is_told_off(daerah, lokasi):
    url = reverse("rusun:ubah", args=[lokasi.kode, "tarif_sewa"])
    new = {"tarif-TOTAL_FORMS": "2", "tarif-1-lantai": "2", "tarif-1-satuan": "unit", "tarif-1-tarif_bulan": "200.000"}
    data = fields_of(daerah.get(url)) | new
    assert [daerah.post(url, data).status_code for _ in range(2)] == [302, 302]
    assert lokasi.tarif.count() == 2


def test_only_the_opened_group_can_be_changed_also_by_a_crafted_post(daerah, lokasi, kudus):
    blok = Blok.objects.get(rusun=lokasi)
    with registry_write(kudus):
        lock_registry(kudus, alasan="uji", waktu=timezone.now())
        open_cells(kudus, [Alamat(lokasi.kode, "blok", str(blok.pk), "kosong_rusak")])
    url = reverse("rusun:ubah", args=[lokasi.kode, "bangunan"])
    data = {**fields_of(daerah.get(url)), "blok-0-kosong_rusak": "6", "blok-0-kosong_siap": "8"}
    crafted = {**data, "blok-0-nama": "Selundupan", "kondisi_atap": "baik", "blok-0-DELETE": "on"}
    assert daerah.post(url, crafted).status_code == 409
    blok.refresh_from_db()
    assert (blok.nama, blok.kosong_rusak) == ("Blok A", 4)
    assert daerah.post(url, data).status_code == 302
    blok.refresh_from_db()
    assert (blok.nama, blok.kosong_rusak, blok.kosong_siap) == ("Blok A", 6, 8)
    assert Rusun.objects.get(pk=lokasi.pk).kondisi_atap == ""


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_the_same_number_of_questions(daerah, kudus, operator, rows, django_assert_num_queries):
    for number in range(rows):
        make_rusun(kudus, oleh=operator, nama=f"Rusunawa {number}")
    with django_assert_num_queries(7):
        assert daerah.get(reverse("rusun:daftar")).status_code == 200


def jpeg():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "rahasia di rumah"
    Image.new("RGB", (3000, 1000), "navy").save(out, "JPEG", exif=exif)
    return out.getvalue()


def upload(client, lokasi, name, content):
    data = {"kunci_formulir": str(new_key()), "jenis": "foto", "berkas": SimpleUploadedFile(name, content)}
    return client.post(reverse("rusun:lampiran_tambah", args=[lokasi.kode]), data)


def test_a_photo_is_shrunk_and_loses_its_metadata(daerah, lokasi, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert upload(daerah, lokasi, "../../etc/foto.JPG", jpeg()).status_code == 302
    row = Lampiran.objects.get()
    kept = (tmp_path / row.berkas).read_bytes()
    assert (row.tipe, row.nama_asli) == ("image/jpeg", "foto.JPG")
    assert Image.open(io.BytesIO(kept)).size == (2000, 667)
    assert b"rahasia" not in kept
    response = daerah.get(reverse("rusun:lampiran_unduh", args=[row.pk]))
    assert response["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("foto.jpg", b"<script>alert(1)</script>"),
        ("surat.pdf", b"%PDF-1.7 /JavaScript (app.alert(1))"),
        ("tabel.xlsx", b"PK\x03\x04 bukan gambar"),
        ("kosong.png", b"\x89PNG\r\n\x1a\n terpotong"),
    ],
)
def test_a_wrong_file_is_refused_by_its_content(daerah, lokasi, settings, tmp_path, name, content):
    settings.MEDIA_ROOT = tmp_path
    response = upload(daerah, lokasi, name, content)
    assert response.status_code == 422
    assert response.context["form"].errors["berkas"]
    assert Lampiran.objects.count() == 0
    assert list(tmp_path.iterdir()) == []


def test_the_status_of_a_problem_is_never_locked(daerah, lokasi, kudus):
    with registry_write(kudus):
        lock_registry(kudus, alasan="uji", waktu=timezone.now())
    masalah = lokasi.permasalahan.get()
    url = reverse("rusun:masalah_status", args=[masalah.pk])
    data = {"kunci_formulir": str(new_key()), "versi": "1", "status": "proses"}
    assert daerah.post(url, data).status_code == 302
    masalah.refresh_from_db()
    assert (masalah.status, masalah.versi) == ("proses", 2)


@pytest.mark.parametrize("door", ["registry", "period"])
def test_a_block_with_residents_is_not_deleted(daerah, lokasi, kudus, koordinator, door):
    make_periode(koordinator, kudus)
    blok = Blok.objects.get(rusun=lokasi)
    penghuni = Penghuni.objects.create(kabupaten_kota=kudus, nama="Warga", diubah=timezone.now())
    Hunian.objects.create(
        penghuni=penghuni, blok=blok, nomor_unit="101", mulai=timezone.localdate(), diubah=timezone.now()
    )
    data = fields_of(daerah.get(reverse("rusun:ubah", args=[lokasi.kode, "bangunan"]))) | {"blok-0-DELETE": "on"}
    url = {
        "registry": reverse("rusun:ubah", args=[lokasi.kode, "bangunan"]),
        "period": reverse("monitoring:isian_bagian", args=["desk-uji", kudus.kode, lokasi.kode, "bangunan"]),
    }[door]
    response = daerah.post(url, data)
    assert response.status_code == 409
    assert "Pindahkan penghuninya dahulu" in response.content.decode()
    assert Blok.objects.filter(pk=blok.pk).count() == 1


def test_a_follow_up_changed_meanwhile_is_not_overwritten(daerah, lokasi):
    masalah = lokasi.permasalahan.get()
    tindak = TindakLanjut.objects.create(
        rusun=lokasi, permasalahan=masalah, uraian="Perbaiki atap", penanggung_jawab="provinsi",
        batas_waktu=timezone.localdate(), versi=4, diubah=timezone.now(),
    )  # fmt: skip
    data = {
        "kunci_formulir": str(new_key()), "versi": "3", "uraian": "Lama", "penanggung_jawab": "provinsi",
        "batas_waktu": "2030-01-01", "status": "proses",
    }  # fmt: skip
    response = daerah.post(reverse("rusun:tindak_lanjut_ubah", args=[tindak.pk]), data)
    assert response.status_code == 409
    assert "sudah diubah oleh" in response.content.decode()
    tindak.refresh_from_db()
    assert (tindak.uraian, tindak.versi) == ("Perbaiki atap", 4)


def test_a_late_follow_up_sees_what_is_newer_and_can_be_sent_again(daerah, lokasi):
    tindak = TindakLanjut.objects.create(
        rusun=lokasi, permasalahan=lokasi.permasalahan.get(), uraian="Perbaiki atap", penanggung_jawab="provinsi",
        batas_waktu="2026-08-01", status="proses", versi=4, diubah=timezone.now(),
    )  # fmt: skip
    url = reverse("rusun:tindak_lanjut_ubah", args=[tindak.pk])
    data = {
        "kunci_formulir": str(new_key()), "versi": "3", "uraian": "Ganti atap", "penanggung_jawab": "provinsi",
        "batas_waktu": "2030-01-01", "status": "belum",
    }  # fmt: skip
    late = daerah.post(url, data)
    assert late.context["terbaru"] == [
        ("Tindak lanjut", "Perbaiki atap"), ("Batas waktu", "1 Agustus 2026"), ("Status", "Dalam proses"),
    ]  # fmt: skip
    form = late.context["form"]
    assert (form["uraian"].value(), form["versi"].value()) == ("Ganti atap", "4")
    assert daerah.post(url, {**data, "versi": form["versi"].value()}).status_code == 302
    tindak.refresh_from_db()
    assert (tindak.uraian, tindak.versi) == ("Ganti atap", 5)
