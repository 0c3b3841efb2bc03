"""The criteria of the schemes, one by one: what is asked, what is known, and whether it is met.

What a household did not state is never taken for granted: it is `DATA_KURANG`, and what no form can know, or the tables
do not settle, is `PERLU_CEK`. An income of nothing or of zero is not stated. Sources: domain paper 5.3 and 5.5.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.display import KOSONG, angka, rupiah
from rusun.enums import Jawaban

from .angsuran import UANG_MUKA_PERSEN, lowest_down_payment
from .aturan import Aturan, Batas, Skema
from .enums import HasilKriteria, StatusKawin

LULUS, GAGAL, KURANG, CEK = (
    HasilKriteria.LULUS, HasilKriteria.GAGAL, HasilKriteria.DATA_KURANG, HasilKriteria.PERLU_CEK,
)  # fmt: skip

TAPERA_BULAN: Final = 12
TABUNGAN_BP2BT: Final = 2_000_000
"""The lowest balance that is quoted for BP2BT (S111); for six months, which no form here asks."""
LAHAN_MIN_M2: Final = 42
"""6.5 x 6.5 m are 42.25 m² (S118), and the form takes whole ones: below this no plot is large enough."""
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
        """Whether there is a couple whose incomes count together; None when the marital status was not stated."""
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
    """A NIK that is written like one is taken as a sign of citizenship; residents from abroad may have one too."""
    if not profil.punya_nik:
        return Penilaian(kode, KURANG, KOSONG, "NIK tercatat")
    return Penilaian(kode, LULUS, "Ada", "NIK tercatat, belum dicek ke Dukcapil")


def _belum_punya_rumah(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _answer(kode, profil.punya_rumah, Jawaban.TIDAK, "Tidak")


def _rumah_pertama(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """Whoever has a house or was helped to one fails. Whether there was one before, the form does not ask."""
    answers = (profil.punya_rumah, profil.pernah_subsidi)
    if Jawaban.YA in answers:
        return Penilaian(kode, GAGAL, "Sudah punya atau pernah dibantu", "Belum pernah punya rumah")
    if not all(answer in _JAWABAN for answer in answers):
        return Penilaian(kode, KURANG, KOSONG, "Belum pernah punya rumah")
    return Penilaian(kode, CEK, "Sekarang belum punya", "Belum pernah punya rumah")


def _belum_pernah_subsidi(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _answer(kode, profil.pernah_subsidi, Jawaban.TIDAK, "Tidak")


def _dalam_batas_mbr(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """The income within the cap: met only under every cap that may be the right one, missed only under all of them."""
    caps = {cap for batas in aturan.penghasilan for cap in _caps(batas, profil, skema)}
    known = sorted(cap for cap in caps if cap is not None)
    if not known:
        return Penilaian(kode, CEK, _income(profil), "Batas pada tanggal ini tidak diketahui")
    ambang = f"Paling banyak {' atau '.join(map(rupiah, known))}"
    all_known = None not in caps
    if all_known and profil.penghasilan_paling_sedikit > known[-1]:
        return Penilaian(kode, GAGAL, _income(profil), ambang)
    if (joint := profil.penghasilan_bersama) is None:
        return Penilaian(kode, KURANG, _income(profil), ambang)
    if all_known and joint <= known[0]:
        return Penilaian(kode, LULUS, _income(profil), ambang)
    return Penilaian(kode, CEK, _income(profil), f"{ambang}; yang berlaku belum pasti")


def _caps(batas: Batas, profil: Profil, skema: Skema) -> set[int | None]:
    """The caps of one rule that may be the right one for this household; usually one.

    The sources name caps for `belum kawin` and `kawin`. They do not say which holds for widowed and divorced people,
    nor for members of Tapera where a rule has no cap of theirs: then either may. A blank status is like a doubtful one.
    """
    tapera = skema.kode.startswith("tapera")
    if tapera and batas.tapera is not None:
        return {batas.tapera}
    if profil.kawin:
        return {batas.kawin}
    if profil.status_kawin == StatusKawin.BELUM_KAWIN and not tapera:
        return {batas.belum_kawin}
    return {batas.belum_kawin, batas.kawin}


def _income(profil: Profil) -> str:
    """The income that counts; while a part is missing what is known of it, and which part that is."""
    if profil.penghasilan_bersama is not None:
        return rupiah(profil.penghasilan_bersama)
    if not profil.penghasilan_paling_sedikit:
        return KOSONG
    missing = "penghasilan pasangan" if profil.kawin and profil.penghasilan else "penghasilan"
    return f"{rupiah(profil.penghasilan_paling_sedikit)}, {'status kawin' if profil.kawin is None else missing} kosong"


def _kelompok_penghasilan(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """The income group that a scheme is made for."""
    low, high = skema.penghasilan_mulai or 0, skema.penghasilan_hingga
    ambang = f"{rupiah(low)} sampai {rupiah(high)}" if high is not None else f"Mulai {rupiah(low)}"
    if high is not None and profil.penghasilan_paling_sedikit > high:
        return Penilaian(kode, GAGAL, _income(profil), ambang)
    if (joint := profil.penghasilan_bersama) is None:
        return Penilaian(kode, KURANG, _income(profil), ambang)
    return Penilaian(kode, LULUS if joint >= low else GAGAL, _income(profil), ambang)


def _uang_muka(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """What the household says it can put down, against the lowest share of the highest price.

    Savings are no promise to spend them, so they do not answer. Less than asked fails nobody: a cheaper house needs
    less, and SBUM adds to it.
    """
    if aturan.harga is None:
        return Penilaian(
            kode, CEK, rupiah(profil.sanggup_uang_muka), "Batas harga rumah pada tanggal ini tidak diketahui"
        )
    needed = lowest_down_payment(aturan.harga.harga_maks)
    ambang = f"{UANG_MUKA_PERSEN}% harga, {rupiah(needed)} untuk rumah {rupiah(aturan.harga.harga_maks)}"
    if profil.sanggup_uang_muka is None:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    state = LULUS if profil.sanggup_uang_muka >= needed else CEK
    return Penilaian(kode, state, rupiah(profil.sanggup_uang_muka), ambang)


def _tabungan(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    ambang = f"Saldo sekitar {rupiah(TABUNGAN_BP2BT)} selama enam bulan"
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
    """The rule names two sides and the form an area: too small is certain, large enough is measured on the spot."""
    return _lahan(kode, profil, "Paling kecil 6,5 x 6,5 m", lambda luas: GAGAL if luas < LAHAN_MIN_M2 else CEK)


def _lahan_maks(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _lahan(
        kode, profil, f"Paling besar {LAHAN_MAKS_M2} m²", lambda luas: LULUS if luas <= LAHAN_MAKS_M2 else GAGAL
    )


def _lahan(kode: str, profil: Profil, ambang: str, judge: Callable[[int], HasilKriteria]) -> Penilaian:
    if profil.punya_tanah == Jawaban.TIDAK:
        return Penilaian(kode, GAGAL, "Tidak punya tanah", ambang)
    if profil.luas_tanah_m2 is None:
        return Penilaian(kode, KURANG, KOSONG, ambang)
    return Penilaian(kode, judge(profil.luas_tanah_m2), f"{angka(profil.luas_tanah_m2)} m²", ambang)


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
    return Penilaian(kode, CEK, _income(profil), "UMP/UMK tahun berjalan, belum ada di data acuan")


def _dtks(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    return _answer(kode, profil.terdaftar_dtks, Jawaban.YA, "Ya")


def _usia_produktif(kode: str, profil: Profil, aturan: Aturan, skema: Skema) -> Penilaian:
    """Preferred, never required. Whoever stored the result reads the age of that day."""
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


def basis_of(kode: str, aturan: Aturan, skema: Skema) -> str:
    """What a criterion of `skema` rests on, with the marks of its sources as in the reference data."""
    if kode == "dalam_batas_mbr":
        return "; ".join(f"{batas.dasar_hukum} ({batas.sumber})" for batas in aturan.penghasilan)
    if kode == "uang_muka_1_persen" and aturan.harga is not None:
        return f"{skema.sumber}; harga menurut {aturan.harga.dasar_hukum} ({aturan.harga.sumber})"
    return skema.sumber
