"""Which cells open together: the fields bound by one rule. Half of a sum could not be corrected."""

from __future__ import annotations

from .alamat import Alamat

BLOK_ANGKA = ("jumlah_unit", "terhuni", "kosong_siap", "kosong_rusak", "cadangan")

# Fields of one section that a rule compares with each other, or of which one says whether the other applies.
PASANGAN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("pembangunan", ("tahun_mulai", "tahun_bangun", "tahun_dihuni")),
    ("lokasi", ("lintang", "bujur")),
    ("aset", ("nomor_slf", "tanggal_slf", "slf_berlaku_sampai")),
    ("aset", ("nomor_bast", "tanggal_bast")),
    ("aset", ("nomor_hibah", "tanggal_hibah")),
    ("aset", ("nomor_pbg", "tanggal_pbg")),
    ("hunian", ("jumlah_kk", "jumlah_jiwa")),
    ("pengelolaan", ("keadaan_dasar_hukum", "dasar_hukum")),
    ("pengelolaan", ("keadaan_batas_huni", "batas_huni_bulan", "perpanjangan_maks")),
)


def group_of(alamat: Alamat) -> frozenset[Alamat]:
    """`alamat` with every cell that must be correctable together with it.

    A block's unit figures open with the causes of its location, the causes with the unit figures of all its blocks;
    a date opens with its pair; "none at all" opens with its table.
    """
    kode = alamat.kode_rusun
    cells = {alamat}
    if alamat.bagian == "blok" and (not alamat.kolom or alamat.kolom in BLOK_ANGKA):
        if alamat.kolom:
            cells |= {Alamat(kode, "blok", alamat.baris, kolom) for kolom in BLOK_ANGKA}
        cells.add(Alamat(kode, "sebab_kosong"))
    elif alamat.bagian == "sebab_kosong":
        # Row "" with a column: that column in every row of the table.
        cells |= {Alamat(kode, "sebab_kosong")} | {Alamat(kode, "blok", "", kolom) for kolom in BLOK_ANGKA}
    elif alamat.bagian == "tarif":
        cells.add(Alamat(kode, "tarif_sewa", "", "tarif_belum_ditetapkan"))
    elif alamat.bagian == "tarif_sewa" and alamat.kolom == "tarif_belum_ditetapkan":
        cells.add(Alamat(kode, "tarif"))
    elif alamat.bagian == "permasalahan":
        cells.add(Alamat(kode, "masalah", "", "tidak_ada_permasalahan"))
    elif alamat.bagian == "masalah" and alamat.kolom == "tidak_ada_permasalahan":
        cells.add(Alamat(kode, "permasalahan"))
    elif alamat.bagian == "profil_penghuni":
        cells.add(Alamat(kode, "profil_penghuni"))
    for bagian, kolom in PASANGAN:
        if alamat.bagian == bagian and alamat.kolom in kolom:
            cells |= {Alamat(kode, bagian, "", nama) for nama in kolom}
    return frozenset(cells)
