"""The criteria of the schemes, one by one: what is asked, what is known, and whether it is met.

What a household did not state is never taken for granted: it is `DATA_KURANG`, and what no form can know is
`PERLU_CEK`. An income of nothing or of zero is not stated. Sources: domain paper sections 5.3 and 5.5.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.display import KOSONG, angka, desimal, rupiah
from rusun.enums import Jawaban

from .angsuran import UANG_MUKA_PERSEN
from .aturan import Aturan, Batas, Skema
from .enums import HasilKriteria, StatusKawin

LULUS, GAGAL, KURANG, CEK = (
    HasilKriteria.LULUS, HasilKriteria.GAGAL, HasilKriteria.DATA_KURANG, HasilKriteria.PERLU_CEK,
)  # fmt: skip

TAPERA_BULAN: Final = 12
TABUNGAN_BP2BT: Final = 2_000_000
"""The lowest balance that is quoted for BP2BT (S111); for six months, which no form here asks."""
LAHAN_MIN_M2: Final = 43
"""6.5 x 6.5 m, in whole square metres (S118)."""
LAHAN_MAKS_M2: Final = 200
USIA_PRODUKTIF: Final = (15, 64)


class Profil(NamedTuple):
    """What the criteria ask of a household; None or "" where it was not stated. Rupiah per month, square metres."""

    punya_nik: bool = False
    status_kawin: str = ""
    jumlah_anggota: int | None = None
    tanggal_lahir: datetime.date | None = None
    penghasilan: int | None = None
    penghasilan_pasangan: int | None = None
    punya_rumah: str = ""
    punya_tanah: str = ""
    luas_tanah_m2: int | None = None
    tabungan: int | None = None
    tapera_bulan: int | None = None
    terdaftar_dtks: str = ""
    pernah_subsidi: str = ""
    sanggup_uang_muka: int | None = None

    @property
    def kawin(self) -> bool | None:
        """None when the marital status was not stated. Widowed and divorced people count alone."""
        return None if not self.status_kawin else self.status_kawin == StatusKawin.KAWIN

    @property
    def penghasilan_bersama(self) -> int | None:
        """The joint income of a couple, else that of the head (S90). None while a part that counts is not stated."""
        if not self.penghasilan or self.kawin is None:
            return None
        if not self.kawin:
            return self.penghasilan
        return None if self.penghasilan_pasangan is None else self.penghasilan + self.penghasilan_pasangan

    @property
    def penghasilan_paling_sedikit(self) -> int:
        """What the income is at least: a part that is not stated can only add to it."""
        pasangan = self.penghasilan_pasangan if self.kawin else 0
        return (self.penghasilan or 0) + (pasangan or 0)


@dataclass(frozen=True, slots=True)
class Penilaian:
    """One criterion of one household: its code, the state, what was stated and what is asked, as a reader sees them."""

    kode: str
    keadaan: HasilKriteria
    nilai: str = KOSONG
    ambang: str = ""


@dataclass(frozen=True)
class Kriteria:
    """A criterion: how it is called, and the rule."""

    judul: str
    nilai: Callable[[str, Profil, Aturan, Skema], Penilaian]


_JAWABAN: Final = {Jawaban.YA: "Ya", Jawaban.TIDAK: "Tidak"}


def _answer(kode: str, answer: str, wanted: str, ambang: str) -> Penilaian:
    if answer not in _JAWABAN:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    return Penilaian(kode, LULUS if answer == wanted else GAGAL, _JAWABAN[Jawaban(answer)], ambang)


def _wni(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """A NIK that is written like one is taken as a sign of citizenship; only Dukcapil can say more."""
    return Penilaian(kode, LULUS if profil.punya_nik else KURANG, "Ada" if profil.punya_nik else KOSONG, "NIK tercatat")


def _belum_punya_rumah(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _answer(kode, profil.punya_rumah, Jawaban.TIDAK, "Tidak")


def _rumah_pertama(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """Never owned one: whoever has one now or got one with public money fails; the rest is what was stated."""
    known = [profil.punya_rumah, profil.pernah_subsidi]
    if Jawaban.YA in known:
        return Penilaian(kode, GAGAL, "Pernah", "Belum pernah")
    return (
        Penilaian(kode, LULUS, "Belum pernah", "Belum pernah")
        if all(known)
        else Penilaian(kode, KURANG, KOSONG, "Belum pernah")
    )


def _belum_pernah_subsidi(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _answer(kode, profil.pernah_subsidi, Jawaban.TIDAK, "Tidak")


def _dalam_batas_mbr(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """The joint income within the cap for the marital status; Tapera has a cap of its own where the rule names one.

    Met only under every rule that may be in force, missed only under all of them.
    """
    caps = {_cap(batas, profil, skema) for batas in aturan.penghasilan}
    if not caps or caps == {None}:
        return Penilaian(kode, KURANG, rupiah(profil.penghasilan_bersama), "Batas pada tanggal ini tidak diketahui")
    known = sorted(cap for cap in caps if cap is not None)
    lowest, highest = known[0], known[-1]
    ambang = f"Paling banyak {rupiah(lowest)}" + (f" sampai {rupiah(highest)}" if highest > lowest else "")
    joint = profil.penghasilan_bersama
    if profil.penghasilan_paling_sedikit > highest:
        return Penilaian(kode, GAGAL, rupiah(joint or profil.penghasilan_paling_sedikit), ambang)
    if joint is None:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    if joint <= lowest and None not in caps:
        return Penilaian(kode, LULUS, rupiah(joint), ambang)
    return Penilaian(kode, CEK, rupiah(joint), f"{ambang}; aturan pada tanggal ini belum pasti")


def _cap(batas: Batas, profil: Profil, skema: Skema) -> int | None:
    """While the marital status is not stated the higher cap counts: nobody fails for a blank."""
    if skema.kode.startswith("tapera") and batas.tapera is not None:
        return batas.tapera
    if profil.kawin is None:
        return max(filter(None, (batas.kawin, batas.belum_kawin)), default=None)
    return batas.kawin if profil.kawin else batas.belum_kawin


def _kelompok_penghasilan(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """The income group that a scheme is made for."""
    low, high = skema.penghasilan_mulai or 0, skema.penghasilan_hingga
    ambang = f"{rupiah(low)} sampai {rupiah(high)}" if high is not None else f"Mulai {rupiah(low)}"
    joint = profil.penghasilan_bersama
    if high is not None and profil.penghasilan_paling_sedikit > high:
        return Penilaian(kode, GAGAL, rupiah(joint or profil.penghasilan_paling_sedikit), ambang)
    if joint is None:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    return Penilaian(kode, LULUS if joint >= low else GAGAL, rupiah(joint), ambang)


def _uang_muka(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """What the household says it can put down, else its savings, against the lowest share of the highest price."""
    if aturan.harga is None:
        return Penilaian(kode, KURANG, KOSONG, "Batas harga rumah pada tanggal ini tidak diketahui")
    needed = -(-aturan.harga.harga_maks * UANG_MUKA_PERSEN // 100)
    ambang = f"Paling sedikit {rupiah(needed)} ({UANG_MUKA_PERSEN}% dari {rupiah(aturan.harga.harga_maks)})"
    stated = [amount for amount in (profil.sanggup_uang_muka, profil.tabungan) if amount is not None]
    if not stated:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    return Penilaian(kode, LULUS if max(stated) >= needed else GAGAL, rupiah(max(stated)), ambang)


def _tabungan(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    ambang = f"Saldo {rupiah(TABUNGAN_BP2BT)} selama enam bulan"
    if profil.tabungan is None:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    return Penilaian(kode, CEK if profil.tabungan >= TABUNGAN_BP2BT else GAGAL, rupiah(profil.tabungan), ambang)


def _peserta_tapera(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    ambang = f"Paling sedikit {TAPERA_BULAN} bulan"
    if profil.tapera_bulan is None:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    state = LULUS if profil.tapera_bulan >= TAPERA_BULAN else GAGAL
    return Penilaian(kode, state, f"{angka(profil.tapera_bulan)} bulan", ambang)


def _berkeluarga(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """Married, or widowed or divorced with somebody to care for."""
    if profil.kawin is None:
        return Penilaian(kode, KURANG, KOSONG, "Berkeluarga")
    status = StatusKawin(profil.status_kawin)
    if profil.kawin:
        state = LULUS
    elif status == StatusKawin.BELUM_KAWIN:
        state = GAGAL
    elif profil.jumlah_anggota is None:
        state = KURANG
    else:
        state = LULUS if profil.jumlah_anggota > 1 else GAGAL
    return Penilaian(kode, state, str(status.label), "Berkeluarga")


def _punya_lahan(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _answer(kode, profil.punya_tanah, Jawaban.YA, "Ya")


def _lahan_min(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _lahan(kode, profil, f"Paling kecil {LAHAN_MIN_M2} m² (6,5 x 6,5 m)", minimum=LAHAN_MIN_M2)


def _lahan_maks(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _lahan(kode, profil, f"Paling besar {LAHAN_MAKS_M2} m²", maximum=LAHAN_MAKS_M2)


def _lahan(kode: str, profil: Profil, ambang: str, *, minimum: int = 0, maximum: int | None = None) -> Penilaian:
    if profil.punya_tanah == Jawaban.TIDAK:
        return Penilaian(kode, GAGAL, "Tidak punya tanah", ambang)
    if profil.luas_tanah_m2 is None:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    fits = profil.luas_tanah_m2 >= minimum and (maximum is None or profil.luas_tanah_m2 <= maximum)
    return Penilaian(kode, LULUS if fits else GAGAL, f"{desimal(profil.luas_tanah_m2)} m²", ambang)


def _rumah_tidak_layak(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """No house, or only an unfit one: whether a house is fit is seen on the spot."""
    ambang = "Belum punya, atau tidak layak huni"
    if profil.punya_rumah not in _JAWABAN:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    if profil.punya_rumah == Jawaban.TIDAK:
        return Penilaian(kode, LULUS, "Belum punya", ambang)
    return Penilaian(kode, CEK, "Punya rumah", ambang)


def _belum_bsps(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """Help of another kind or older than ten years does not stand in the way, which the form does not tell."""
    ambang = "Belum pernah dalam 10 tahun"
    if profil.pernah_subsidi not in _JAWABAN:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    if profil.pernah_subsidi == Jawaban.TIDAK:
        return Penilaian(kode, LULUS, "Belum pernah", ambang)
    return Penilaian(kode, CEK, "Pernah menerima bantuan rumah", ambang)


def _ump(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """No table of minimum wages is kept yet, so nobody passes or fails by it."""
    return Penilaian(kode, CEK, rupiah(profil.penghasilan_bersama), "UMP/UMK tahun berjalan, belum ada di data acuan")


def _dtks(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _answer(kode, profil.terdaftar_dtks, Jawaban.YA, "Ya")


def _usia_produktif(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """Preferred, never required."""
    low, high = USIA_PRODUKTIF
    ambang = f"Diutamakan {low} sampai {high} tahun"
    if profil.tanggal_lahir is None:
        return Penilaian(kode, HasilKriteria.CATATAN, KOSONG, ambang)
    born, day = profil.tanggal_lahir, aturan.tanggal
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return Penilaian(kode, LULUS if low <= age <= high else HasilKriteria.CATATAN, f"{age} tahun", ambang)


def _on_the_spot(ambang: str) -> Callable[[str, Profil, Aturan, Skema], Penilaian]:
    def nilai(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
        return Penilaian(kode, CEK, KOSONG, ambang)

    return nilai


KRITERIA: Final[dict[str, Kriteria]] = {
    "wni": Kriteria("Warga negara Indonesia", _wni),
    "belum_punya_rumah": Kriteria("Belum punya rumah", _belum_punya_rumah),
    "rumah_pertama": Kriteria("Rumah pertama", _rumah_pertama),
    "belum_pernah_subsidi": Kriteria("Belum pernah menerima bantuan rumah", _belum_pernah_subsidi),
    "dalam_batas_mbr": Kriteria("Penghasilan dalam batas MBR", _dalam_batas_mbr),
    "kelompok_penghasilan": Kriteria("Kelompok penghasilan", _kelompok_penghasilan),
    "uang_muka_1_persen": Kriteria("Uang muka", _uang_muka),
    "tabungan_6_bulan": Kriteria("Tabungan enam bulan", _tabungan),
    "peserta_tapera_12_bulan": Kriteria("Peserta Tapera", _peserta_tapera),
    "berkeluarga": Kriteria("Berkeluarga", _berkeluarga),
    "punya_lahan": Kriteria("Punya tanah", _punya_lahan),
    "lahan_min_6_5_x_6_5": Kriteria("Tanah cukup luas", _lahan_min),
    "lahan_maks_200_m2": Kriteria("Tanah tidak terlalu luas", _lahan_maks),
    "rumah_tidak_layak_atau_belum_punya": Kriteria("Rumah tidak layak atau belum punya", _rumah_tidak_layak),
    "belum_pernah_bsps_10_tahun": Kriteria("Belum pernah BSPS", _belum_bsps),
    "penghasilan_maks_ump": Kriteria("Penghasilan tidak melebihi UMP/UMK", _ump),
    "miskin_dtks": Kriteria("Terdaftar DTKS/DTSEN", _dtks),
    "diutamakan_usia_produktif": Kriteria("Usia produktif", _usia_produktif),
    "kelompok_tanggung_renteng": Kriteria("Kelompok tanggung renteng", _on_the_spot("Tergabung dalam kelompok")),
    "di_zona_permukiman": Kriteria("Tanah di zona permukiman", _on_the_spot("Menurut rencana tata ruang")),
    "swadaya": Kriteria("Sanggup berswadaya", _on_the_spot("Pernyataan kesanggupan")),
    "tidak_dialihkan_5_tahun": Kriteria("Tidak dialihkan lima tahun", _on_the_spot("Pernyataan kesanggupan")),
}
"""Every criterion by its code in the table of schemes. `penerima_flpp` is about another result: see `penyaringan`."""

TIDAK_DIKENAL: Final = Kriteria("Kriteria yang belum dikenal sistem", _on_the_spot("Periksa di peraturannya"))
