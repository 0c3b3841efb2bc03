"""Lists and recaps ask the same number of questions for one row and for three."""

import pytest
from django.utils import timezone

from core.enums import JenisDaerah, TindakanAkses
from core.models import JejakAkses, KabupatenKota, Pengguna
from monitoring.desk.jadwal import publish
from monitoring.isian.catatan import add_remark
from monitoring.models import Isian
from rusun.alamat import Alamat
from tests.desk.conftest import make_jadwal
from tests.factories import make_isian, make_periode, make_rusun


@pytest.fixture(params=[1, 3])
def rows(request, db, koordinator, verifikator):
    """One or three kabupaten/kota, each with a location sent, a remark, an account and a line of the trail."""
    regions = [
        KabupatenKota.objects.create(
            kode=f"33.0{n}", nama=f"Kabupaten {n}", jenis=JenisDaerah.KABUPATEN, ibu_kota="-", baris=n, kolom=n
        )
        for n in range(1, request.param + 1)
    ]
    senders = [
        Pengguna.objects.create(
            username=f"op{daerah.pk}", nama="Op", peran="operator", password="!", kabupaten_kota=daerah
        )
        for daerah in regions
    ]
    for daerah, sender in zip(regions, senders, strict=True):
        for number in range(request.param):
            make_rusun(daerah, oleh=sender, nama=f"Rusunawa {number}")
    periode = make_periode(koordinator, *regions)
    for sender in senders:
        isian = make_isian(periode, sender, verifikator, "terkirim")
        kode = f"{isian.kabupaten_kota.digit}-RSN-01"
        for kolom in ("jumlah_kk", "jumlah_jiwa", "daftar_tunggu")[: request.param]:
            add_remark(isian, Alamat(kode, "hunian", "", kolom), "Mohon diperiksa.", verifikator)
        JejakAkses.objects.create(
            waktu=timezone.now(), pengguna=sender, tindakan=TindakanAkses.LIHAT, objek="penghuni", objek_id="x"
        )
    publish(make_jadwal(periode, koordinator, verifikator), koordinator)
    return request.param


@pytest.mark.parametrize(
    ("role", "path", "queries"),
    [
        ("verifikator", "/", 12),
        ("pimpinan", "/", 11),
        ("verifikator", "/rusun/", 8),
        ("verifikator", "/rusun/masalah/", 8),
        ("verifikator", "/periode/", 5),
        ("verifikator", "/periode/desk-uji/", 8),
        ("verifikator", "/periode/desk-uji/papan.xlsx", 5),
        ("verifikator", "/periode/desk-uji/desk/", 10),
        ("verifikator", "/periode/desk-uji/desk/papan/", 10),
        ("verifikator", "/periode/desk-uji/verifikasi/", 11),
        ("verifikator", "/periode/desk-uji/isian/33.01/", 17),
        ("verifikator", "/periode/desk-uji/isian/33.01/catatan/", 9),
        ("verifikator", "/periode/desk-uji/isian/33.01/periksa/", 8),
        ("pimpinan", "/periode/desk-uji/rekap/", 12),
        ("pimpinan", "/periode/desk-uji/rekap.pdf", 10),
        ("pimpinan", "/periode/desk-uji/rekap.xlsx", 8),
        ("admin", "/pengguna/", 6),
        ("admin", "/jejak/", 13),
        ("admin", "/jejak/?macam=akses", 6),
        ("admin", "/acuan/", 10),
    ],
)
def test_queries_do_not_grow_with_rows(rows, role, path, queries, request, masuk_sebagai, django_assert_num_queries):
    client = masuk_sebagai(request.getfixturevalue(role))
    assert Isian.objects.count() == rows
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200
