"""Every URL of ours, asked by everybody: strangers sign in, wrong roles get 403, other regions look like nothing.

A URL without an entry in `PAGES` fails with its name.
"""

import re
import uuid
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from core.files import write_sealed
from core.models import KabupatenKota, Pengguna
from monitoring.enums import StatusImpor, StatusIsian
from monitoring.models import Impor
from penghuni.models import Penghuni
from rusun.alamat import Alamat
from rusun.models import Lampiran, Permasalahan, TindakLanjut

from .factories import make_isian, make_periode, make_rusun

OPERATORS = {"operator", "operator_penghuni"}
PROVINCE = {"verifikator", "koordinator"}
REGISTRY = OPERATORS | PROVINCE | {"pimpinan"}
RESIDENTS = PROVINCE | {"operator_penghuni"}
ALL = REGISTRY | {"admin"}
PUBLIC = {"core:masuk", "core:sehat"}
NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True)
class Page:
    """Who may open it, with which arguments (names of `world`), and with which it does not exist."""

    roles: set[str]
    own: tuple[str, ...] = ()
    missing: tuple[object, ...] = ()
    regional: bool = field(default=True, kw_only=True)  # belongs to one kabupaten/kota: others get 404


def isian(roles, *more, missing=()):
    return Page(roles, ("slug", "kode", *more), ("desk-uji", "33.99", *missing))


PAGES = {
    "beranda": Page(ALL),
    "acuan": Page({"admin"}),
    "core:keluar": Page(ALL),
    "core:pengguna_daftar": Page({"admin"}),
    "core:pengguna_tambah": Page({"admin"}),
    "core:pengguna_ubah": Page({"admin"}, ("akun",), (0,), regional=False),
    "core:pengguna_sandi": Page({"admin"}, ("akun",), (0,), regional=False),
    "core:jejak": Page({"admin"}),
    "rusun:daftar": Page(REGISTRY),
    "rusun:tambah": Page(OPERATORS),
    "rusun:tindak_lanjut_tambah": Page(OPERATORS, ("masalah",), (NOBODY,)),
    "rusun:masalah_status": Page(OPERATORS, ("masalah",), (NOBODY,)),
    "rusun:tindak_lanjut_ubah": Page(OPERATORS, ("tindak",), (NOBODY,)),
    "rusun:lampiran_unduh": Page(REGISTRY, ("lampiran",), (NOBODY,)),
    "rusun:lampiran_tarik": Page(OPERATORS, ("lampiran",), (NOBODY,)),
    "rusun:detail": Page(REGISTRY, ("rusun",), ("3399-RSN-01",)),
    "rusun:tutup": Page(OPERATORS, ("rusun",), ("3399-RSN-01",)),
    "rusun:lampiran_tambah": Page(OPERATORS, ("rusun",), ("3399-RSN-01",)),
    "rusun:ubah": Page(OPERATORS, ("rusun", "bagian"), ("3399-RSN-01", "hunian")),
    "penghuni:daftar": Page(RESIDENTS),
    "penghuni:cari_nik": Page(RESIDENTS),
    "penghuni:tambah": Page({"operator_penghuni"}),
    "penghuni:detail": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:ubah": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:lihat_lengkap": Page(RESIDENTS, ("penghuni",), (NOBODY,)),
    "penghuni:masuk_unit": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:pindah_unit": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "penghuni:keluar_unit": Page({"operator_penghuni"}, ("penghuni",), (NOBODY,)),
    "impor:daftar": Page(OPERATORS | PROVINCE),
    "impor:daerah": Page(OPERATORS | PROVINCE, ("kode",), ("33.99",)),
    "impor:templat": Page(OPERATORS | PROVINCE, ("kode",), ("33.99",)),
    "impor:berkas": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:kemajuan": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:terapkan": Page(OPERATORS, ("impor",), (NOBODY,)),
    "impor:batalkan": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:urungkan": Page(OPERATORS, ("impor",), (NOBODY,)),
    "impor:lanjutkan": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:unduh_asli": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "impor:unduh_balasan": Page(OPERATORS | PROVINCE, ("impor",), (NOBODY,)),
    "monitoring:periode_daftar": Page(REGISTRY),
    "monitoring:periode_baru": Page({"koordinator"}),
    "monitoring:periode_detail": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:periode_undang": Page({"koordinator"}, ("slug",), ("tidak-ada",)),
    "monitoring:periode_gerak": Page({"koordinator", "pimpinan"}, ("slug", "gerak"), ("tidak-ada", "buka")),
    "monitoring:periode_tetapkan": Page({"pimpinan"}, ("slug",), ("tidak-ada",)),
    "monitoring:pengecualian": isian({"koordinator"}),
    "monitoring:rekap": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:rekap_pdf": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:rekap_xlsx": Page(REGISTRY, ("slug",), ("tidak-ada",)),
    "monitoring:isian_detail": isian(REGISTRY),
    "monitoring:isian_periksa": isian(REGISTRY),
    "monitoring:isian_kirim": isian(OPERATORS),
    "monitoring:isian_kiriman": isian(REGISTRY, "nomor", missing=(1,)),
    "monitoring:isian_kembalikan": isian(PROVINCE),
    "monitoring:isian_buka_kembali": isian({"koordinator"}),
    "monitoring:isian_gerak": isian(OPERATORS | PROVINCE, "gerak_isian", missing=("mulai",)),
    "monitoring:isian_catatan": isian(REGISTRY),
    "monitoring:isian_catat": isian(PROVINCE),
    "monitoring:catatan_jawab": isian(OPERATORS, "catatan", missing=(1,)),
    "monitoring:catatan_selesai": isian(PROVINCE, "catatan", missing=(1,)),
    "monitoring:catatan_buka": isian(PROVINCE, "catatan", missing=(1,)),
    "monitoring:isian_lokasi": isian(REGISTRY, "rusun", missing=("3399-RSN-01",)),
    "monitoring:isian_bagian": isian(OPERATORS, "rusun", "bagian", missing=("3399-RSN-01", "hunian")),
}
# The period itself is everybody's; what it holds is not.
COMMON = {name for name, page in PAGES.items() if page.own[:1] == ("slug",) and "kode" not in page.own}


def names(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.name)
        else:
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern.url_patterns, prefix + space)


def test_every_url_says_who_may_open_it():
    assert sorted(names(get_resolver().url_patterns)) == sorted([*PAGES, *PUBLIC])


@pytest.fixture
def world(kudus: KabupatenKota, operator: Pengguna, verifikator, koordinator, semarang):
    """Kudus with one of everything; the names that `Page.own` uses."""
    rusun = make_rusun(kudus)
    row = make_isian(make_periode(koordinator, kudus, semarang), operator, verifikator, StatusIsian.PERLU_PERBAIKAN)
    masalah = Permasalahan.objects.get()
    saat = timezone.now()
    tindak = TindakLanjut.objects.create(
        permasalahan=masalah, uraian="Ganti atap", penanggung_jawab="pusat", batas_waktu=saat.date(), diubah=saat
    )
    lampiran = Lampiran.objects.create(
        rusun=rusun, jenis="foto", nama_asli="a.jpg", tipe="image/jpeg", ukuran=1, sha256="0" * 64, berkas="tidak/ada",
        diubah=saat,
    )  # fmt: skip
    penghuni = Penghuni.objects.create(kabupaten_kota=kudus, nama="Sutarmi", diubah=saat)
    place = write_sealed("impor", b"uji")
    impor = Impor.objects.create(
        kabupaten_kota=kudus, diunggah_oleh=verifikator, diunggah_pada=saat, atas_nama=True, nama_asli="a.xlsx",
        ukuran=3, sha256="0" * 64, berkas=place, balasan=place, berisi_penghuni=False, status=StatusImpor.NIHIL,
    )  # fmt: skip
    return {
        "slug": "desk-uji", "kode": kudus.pk, "rusun": rusun.kode, "bagian": "hunian", "masalah": masalah.pk,
        "tindak": tindak.pk, "lampiran": lampiran.pk, "penghuni": penghuni.pk, "akun": operator.pk, "nomor": 1,
        "gerak": "ajukan_rekap", "gerak_isian": "mulai", "catatan": row.catatan.get().pk,
        "impor": impor.pk,
    }  # fmt: skip


def ask(client, name, args):
    """The answers to a GET and to an empty POST; 405 where the method does not exist."""
    url = reverse(name, args=args)
    return [client.get(url), client.post(url)]


def own(name, world):
    return [world[key] for key in PAGES[name].own]


def text(response):
    """The body without what differs at every request."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", response.content)


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_sent_to_sign_in(name, world):
    for response in ask(Client(), name, own(name, world)):
        assert response.status_code == 302
        assert response["Location"].startswith("/masuk/")


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.roles != ALL])
def test_a_wrong_role_is_refused_with_403(name, world, masuk_sebagai, request):
    for role in sorted(ALL - PAGES[name].roles):
        codes = {r.status_code for r in ask(masuk_sebagai(request.getfixturevalue(role)), name, own(name, world))}
        assert codes in ({403}, {403, 405}), role


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if name != "rusun:lampiran_unduh"])
def test_a_right_role_is_let_in(name, world, masuk_sebagai, request):
    for role in sorted(PAGES[name].roles):
        client = masuk_sebagai(request.getfixturevalue(role))
        cell = {"alamat": str(Alamat(world["rusun"], "hunian", "", "jumlah_kk"))}  # asked for by the remark form only
        assert client.get(reverse(name, args=own(name, world)), cell).status_code in (200, 204, 302, 405), role


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.own])
def test_what_belongs_to_another_region_answers_as_what_does_not_exist(name, world, masuk_sebagai, request):
    page = PAGES[name]
    foreign = page.regional and name not in COMMON and page.roles & OPERATORS
    client = masuk_sebagai(request.getfixturevalue("operator_lain" if foreign else min(page.roles)))
    missing = ask(client, name, page.missing)
    assert {response.status_code for response in missing} in ({404}, {404, 405})
    if foreign:
        answers = ask(client, name, own(name, world))
        assert [(r.status_code, text(r)) for r in answers] == [(r.status_code, text(r)) for r in missing]
