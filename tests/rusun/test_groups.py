"""Which cells open together, spelled out: a sum, a pair or a "none at all" can only be corrected as a whole."""

import pytest

from rusun.alamat import Alamat
from rusun.bagian import known
from rusun.kelompok import PASANGAN, group_of

KODE, BARIS = "3319-RSN-01", "2f1c9f5e-6c0e-4d5b-9a53-5f0f6f2d7c11"
UNIT = ("jumlah_unit", "terhuni", "kosong_siap", "kosong_rusak", "cadangan")


@pytest.mark.parametrize(
    ("remarked", "opened"),
    [
        (("lokasi", "", "kecamatan"), []),
        (("lokasi", "", "bujur"), [("lokasi", "", "lintang")]),
        (("hunian", "", "jumlah_jiwa"), [("hunian", "", "jumlah_kk")]),
        (("aset", "", "tanggal_slf"), [("aset", "", "nomor_slf"), ("aset", "", "slf_berlaku_sampai")]),
        (("pengelolaan", "", "dasar_hukum"), [("pengelolaan", "", "keadaan_dasar_hukum")]),
        (("blok", BARIS, "nama"), []),
        (("blok", BARIS, "terhuni"), [("sebab_kosong", "", ""), *(("blok", BARIS, kolom) for kolom in UNIT)]),
        (("blok", BARIS, ""), [("sebab_kosong", "", "")]),
        (("blok", "", ""), [("sebab_kosong", "", "")]),
        (("sebab_kosong", "", "rusak"), [("sebab_kosong", "", ""), *(("blok", "", kolom) for kolom in UNIT)]),
        (("tarif", BARIS, "tarif_bulan"), [("tarif_sewa", "", "tarif_belum_ditetapkan")]),
        (("tarif_sewa", "", "tarif_belum_ditetapkan"), [("tarif", "", "")]),
        (("tarif_sewa", "", "jaminan_bulan"), []),
        (("permasalahan", "", ""), [("masalah", "", "tidak_ada_permasalahan")]),
        (("masalah", "", "tidak_ada_permasalahan"), [("permasalahan", "", "")]),
        (("profil_penghuni", "", "minat_ya"), [("profil_penghuni", "", "")]),
        (("sosial", "", ""), []),
    ],
)
def test_cell_opens_with_its_group(remarked, opened):
    expected = {Alamat(KODE, *cell) for cell in [remarked, *opened]}
    assert group_of(Alamat(KODE, *remarked)) == expected


@pytest.mark.parametrize(("bagian", "kolom"), PASANGAN)
def test_pair_opens_whichever_of_it_is_remarked(bagian, kolom):
    assert [nama for nama in kolom if not known(bagian, nama)] == []
    whole = {Alamat(KODE, bagian, "", nama) for nama in kolom}
    assert [group_of(cell) for cell in sorted(whole)] == [whole] * len(whole)
