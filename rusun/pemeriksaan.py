"""The rules a registry is checked by: one list, each with code, severity, text and the fields it concerns.

Form, import, the "Periksa" page, verification and the PDF legend all ask `check_registry`. An error (galat) stops
sending; a
warning (peringatan) asks for a written reason. Rules read plain values (`rusun.salinan`); adding one is one function.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .alamat import DAFTAR_LOKASI, Alamat
from .enums import Keadaan, PolaHunian, Sebab
from .models import Rusun
from .salinan import Lokasi, Registri, units_of

GALAT = "galat"
PERINGATAN = "peringatan"


@dataclass(frozen=True)
class Temuan:
    """One finding. `nilai` is the value found, as text: a written reason stays valid for exactly this value."""

    kode: str
    tingkat: str
    alamat: Alamat
    pesan: str
    nilai: str = ""

    @property
    def stops(self) -> bool:
        return self.tingkat == GALAT


@dataclass(frozen=True)
class Konteks:
    """What a rule may know besides the location: today, the location as last verified, and residents listed by name."""

    hari_ini: datetime.date
    sebelumnya: Lokasi | None = None
    penghuni_tercatat: int | None = None


Hit = tuple[Alamat, str, Any]
Check = Callable[[Lokasi, Konteks], Iterable[Hit]]


@dataclass(frozen=True)
class Aturan:
    """A rule: `teks` is what the legend prints, `kolom` the fields it concerns as "section.field".

    `saat_mengisi`: a section breaks it by itself, so the form already refuses; others wait until everything is there.
    """

    kode: str
    tingkat: str
    teks: str
    kolom: tuple[str, ...]
    periksa: Check
    saat_mengisi: bool = False


ATURAN: list[Aturan] = []


def aturan(kode: str, tingkat: str, teks: str, *kolom: str, saat_mengisi: bool = False) -> Callable[[Check], Check]:
    """Enter the decorated function into the list of rules."""

    def register(check: Check) -> Check:
        ATURAN.append(Aturan(kode, tingkat, teks, kolom, check, saat_mengisi))
        return check

    return register


def check_location(lokasi: Lokasi, konteks: Konteks) -> list[Temuan]:
    """Every finding of one location, in the order of the rules."""
    return _apply(ATURAN, lokasi, konteks)


def check_while_filling(lokasi: Lokasi, hari_ini: datetime.date) -> list[Temuan]:
    """Findings of the rules that one section can break by itself: a form is refused by these."""
    return _apply([rule for rule in ATURAN if rule.saat_mengisi], lokasi, Konteks(hari_ini))


def _apply(rules: Iterable[Aturan], lokasi: Lokasi, konteks: Konteks) -> list[Temuan]:
    return [
        Temuan(rule.kode, rule.tingkat, alamat, pesan, "" if nilai is None else str(nilai))
        for rule in rules
        for alamat, pesan, nilai in rule.periksa(lokasi, konteks)
    ]


def check_registry(
    registri: Registri,
    *,
    hari_ini: datetime.date,
    sebelumnya: Registri | None = None,
    penghuni_tercatat: dict[str, int] | None = None,
) -> list[Temuan]:
    """Every finding of a kabupaten/kota. A registry without any location is an error of its own."""
    if not registri:
        return [
            Temuan("W-00", GALAT, Alamat("", DAFTAR_LOKASI), "Belum ada satu pun lokasi. Tambahkan rusun atau rusus.")
        ]
    return [
        temuan
        for kode, lokasi in registri.items()
        for temuan in check_location(
            lokasi, Konteks(hari_ini, (sebelumnya or {}).get(kode), (penghuni_tercatat or {}).get(kode))
        )
    ]


# --- required items ------------------------------------------------------------------------------------------------

WAJIB: tuple[tuple[str, str], ...] = (
    ("identitas", "nama"), ("identitas", "peruntukan"), ("identitas", "penguasaan"), ("identitas", "tanggal_data"),
    ("lokasi", "kecamatan"), ("lokasi", "status_lahan"), ("hunian", "jumlah_kk"), ("hunian", "jumlah_jiwa"),
    ("hunian", "daftar_tunggu"), ("pengelolaan", "bentuk_pengelola"), ("pengelolaan", "keadaan_dasar_hukum"),
    ("pengelolaan", "keadaan_batas_huni"), ("aset", "status_aset"),
)  # fmt: skip
"""Fields that are always required; `required_of` adds those that depend on other answers."""


def required_of(lokasi: Lokasi) -> Iterator[tuple[Alamat, bool, str]]:
    """Each required item of `lokasi`: its address, whether it is there, and its name for the reader."""
    kode = lokasi["kode"]
    for bagian, kolom in WAJIB:
        yield Alamat(kode, bagian, "", kolom), lokasi[bagian][kolom] not in (None, ""), label_of(kolom)
    yield Alamat(kode, "blok"), bool(lokasi["blok"]), "Paling sedikit satu blok dengan jumlah unitnya"
    yield (
        Alamat(kode, "tarif"), bool(lokasi["tarif"]) or lokasi["tarif_sewa"]["tarif_belum_ditetapkan"],
        "Tarif sewa, atau tanda bahwa tarif belum ditetapkan",
    )  # fmt: skip
    yield (
        Alamat(kode, "permasalahan"), bool(lokasi["permasalahan"]) or lokasi["masalah"]["tidak_ada_permasalahan"],
        "Permasalahan, atau tanda bahwa tidak ada permasalahan",
    )  # fmt: skip


def label_of(kolom: str) -> str:
    """The name of a field of Rusun as a reader knows it."""
    text = str(Rusun._meta.get_field(kolom).verbose_name)  # type: ignore[union-attr]
    return text[:1].upper() + text[1:]


@aturan("W-01", GALAT, "Isian wajib harus terisi.", *(f"{bagian}.{kolom}" for bagian, kolom in WAJIB))
def required_items(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    for alamat, filled, nama in required_of(lokasi):
        if not filled:
            yield alamat, f"{nama} belum diisi.", None


# --- errors --------------------------------------------------------------------------------------------------------

RUSAK = (Sebab.RUSAK, Sebab.REHAB)
CADANGAN = (Sebab.DIPAKAI_LAIN,)
SIAP = tuple(sebab for sebab in Sebab if sebab not in (*RUSAK, *CADANGAN))
PENJELAS: tuple[tuple[str, str, tuple[Sebab, ...]], ...] = (
    ("kosong_siap", "kosong siap huni", SIAP),
    ("kosong_rusak", "kosong rusak", RUSAK),
    ("cadangan", "tidak disewakan", CADANGAN),
)
"""A cause explains one figure: rusak + rehab = kosong_rusak, dipakai_lain = cadangan, the rest = kosong_siap."""


@aturan(
    "G-01",
    GALAT,
    "Jumlah unit menurut sebab kosong harus sama dengan unit kosong pada blok.",
    "sebab_kosong",
    "blok.kosong_siap",
)
def causes_match_blocks(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    unit = units_of(lokasi)
    for kolom, nama, sebab in PENJELAS:
        kosong = getattr(unit, kolom)
        jumlah = sum(lokasi["sebab_kosong"][kode] or 0 for kode in sebab)
        if jumlah != kosong:
            yield (
                Alamat(lokasi["kode"], "sebab_kosong"),
                f"Sebab untuk unit {nama} berjumlah {jumlah}, padahal pada blok tercatat {kosong}.",
                f"{jumlah}/{kosong}",
            )


@aturan(
    "G-02",
    GALAT,
    "Jumlah jiwa tidak boleh kurang dari jumlah KK.",
    "hunian.jumlah_jiwa",
    "hunian.jumlah_kk",
    saat_mengisi=True,
)
def people_not_fewer_than_households(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    kk, jiwa = lokasi["hunian"]["jumlah_kk"], lokasi["hunian"]["jumlah_jiwa"]
    if kk is not None and jiwa is not None and jiwa < kk:
        alamat = Alamat(lokasi["kode"], "hunian", "", "jumlah_jiwa")
        yield alamat, f"Jumlah jiwa ({jiwa}) kurang dari jumlah KK ({kk}).", f"{jiwa}/{kk}"


@aturan("G-03", GALAT, "Tanggal data tidak boleh di masa depan.", "identitas.tanggal_data", saat_mengisi=True)
def data_date_not_in_future(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    tanggal = lokasi["identitas"]["tanggal_data"]
    if tanggal and datetime.date.fromisoformat(tanggal) > konteks.hari_ini:
        yield Alamat(lokasi["kode"], "identitas", "", "tanggal_data"), "Tanggal data di masa depan.", tanggal


@aturan("G-04", GALAT, "Unit terdampak tidak boleh melebihi jumlah unit lokasi.", "permasalahan.unit_terdampak")
def affected_units_within_total(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    unit = units_of(lokasi).unit
    for baris, masalah in lokasi["permasalahan"].items():
        if masalah["unit_terdampak"] > unit:
            alamat = Alamat(lokasi["kode"], "permasalahan", baris, "unit_terdampak")
            yield (
                alamat,
                f"Unit terdampak {masalah['unit_terdampak']} melebihi {unit} unit di lokasi ini.",
                masalah["unit_terdampak"],
            )


@aturan(
    "G-05",
    GALAT,
    "Jawaban tidak boleh bertentangan dengan daftarnya.",
    "masalah.tidak_ada_permasalahan",
    "tarif_sewa.tarif_belum_ditetapkan",
    saat_mengisi=True,
)
def flags_agree_with_tables(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    kode = lokasi["kode"]
    if lokasi["masalah"]["tidak_ada_permasalahan"] and lokasi["permasalahan"]:
        alamat = Alamat(kode, "masalah", "", "tidak_ada_permasalahan")
        yield alamat, "Dinyatakan tidak ada permasalahan, padahal daftarnya berisi.", len(lokasi["permasalahan"])
    if lokasi["tarif_sewa"]["tarif_belum_ditetapkan"] and lokasi["tarif"]:
        alamat = Alamat(kode, "tarif_sewa", "", "tarif_belum_ditetapkan")
        yield alamat, "Dinyatakan belum ada tarif, padahal daftar tarif berisi.", len(lokasi["tarif"])


@aturan(
    "G-06",
    GALAT,
    "Perda/perkada dan batas lama huni yang dinyatakan ada harus disebutkan.",
    "pengelolaan.dasar_hukum",
    "pengelolaan.batas_huni_bulan",
    saat_mengisi=True,
)
def named_when_said_to_exist(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    kode, isi = lokasi["kode"], lokasi["pengelolaan"]
    if isi["keadaan_dasar_hukum"] == Keadaan.ADA and not isi["dasar_hukum"]:
        alamat = Alamat(kode, "pengelolaan", "", "dasar_hukum")
        yield alamat, "Tulis nomor dan judul perda/perkada, atau pilih Belum ada.", None
    if isi["keadaan_batas_huni"] == Keadaan.ADA and isi["batas_huni_bulan"] is None:
        alamat = Alamat(kode, "pengelolaan", "", "batas_huni_bulan")
        yield alamat, "Tulis batas lama huni dalam bulan, atau pilih Belum ada.", None


@aturan(
    "G-07",
    GALAT,
    "Lintang dan bujur diisi bersama-sama.",
    "lokasi.lintang",
    "lokasi.bujur",
    saat_mengisi=True,
)
def coordinates_in_pairs(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    letak = lokasi["lokasi"]
    for nama, ada in (("lintang", "bujur"), ("bujur", "lintang")):
        if letak[nama] is None and letak[ada] is not None:
            yield Alamat(lokasi["kode"], "lokasi", "", nama), f"Isi {nama} juga, atau kosongkan keduanya.", None


# --- warnings ------------------------------------------------------------------------------------------------------

USANG_HARI = 183
"""A data date older than half a year is stale."""


@aturan(
    "P-01",
    PERINGATAN,
    "Jumlah unit atau penghuni berubah lebih dari seperlima sejak periode terverifikasi terakhir.",
    "blok.jumlah_unit",
    "blok.terhuni",
)
def large_change(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    if konteks.sebelumnya is None:
        return
    lama, baru = units_of(konteks.sebelumnya), units_of(lokasi)
    for nama, dulu, kini in (("Jumlah unit", lama.unit, baru.unit), ("Unit terhuni", lama.terhuni, baru.terhuni)):
        if abs(kini - dulu) * 5 > dulu:
            yield Alamat(lokasi["kode"], "blok"), f"{nama} berubah dari {dulu} menjadi {kini}.", f"{nama}:{dulu}>{kini}"


@aturan("P-02", PERINGATAN, "Tarif satu lantai sangat jauh dari lantai lain di lokasi yang sama.", "tarif.tarif_bulan")
def rent_far_from_other_floors(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    for satuan in {row["satuan"] for row in lokasi["tarif"].values()}:
        rows = {baris: row["tarif_bulan"] for baris, row in lokasi["tarif"].items() if row["satuan"] == satuan}
        tengah = sorted(rows.values())[len(rows) // 2]
        for baris, rupiah in rows.items():
            if len(rows) >= 3 and (rupiah > 3 * tengah or rupiah * 3 < tengah):
                alamat = Alamat(lokasi["kode"], "tarif", baris, "tarif_bulan")
                yield alamat, f"Tarif {rupiah} sangat jauh dari tarif lantai lain ({tengah}).", rupiah


@aturan("P-03", PERINGATAN, "Lokasi penuh, tetapi daftar tunggu nol.", "hunian.daftar_tunggu")
def full_without_queue(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    unit = units_of(lokasi)
    if unit.unit and unit.terhuni == unit.unit and lokasi["hunian"]["daftar_tunggu"] == 0:
        yield Alamat(lokasi["kode"], "hunian", "", "daftar_tunggu"), "Semua unit terisi, tetapi daftar tunggu nol.", 0


@aturan("P-04", PERINGATAN, "Penghuni tercatat tidak sama dengan unit terhuni (pola keluarga).", "blok.terhuni")
def residents_match_units(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    tercatat = konteks.penghuni_tercatat
    keluarga = all(blok["pola_hunian"] == PolaHunian.KELUARGA for blok in lokasi["blok"].values())
    if tercatat and keluarga and tercatat != (terhuni := units_of(lokasi).terhuni):
        pesan = f"Penghuni yang tercatat {tercatat} KK, unit terhuni {terhuni}."
        yield Alamat(lokasi["kode"], "blok"), pesan, f"{tercatat}/{terhuni}"


@aturan("P-05", PERINGATAN, "Tanggal data lebih lama dari enam bulan.", "identitas.tanggal_data")
def stale_data(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    tanggal = lokasi["identitas"]["tanggal_data"]
    if tanggal and (konteks.hari_ini - datetime.date.fromisoformat(tanggal)).days > USANG_HARI:
        yield (
            Alamat(lokasi["kode"], "identitas", "", "tanggal_data"),
            "Tanggal data lebih lama dari enam bulan.",
            tanggal,
        )


@aturan("P-06", PERINGATAN, "SLF sudah berakhir atau berakhir dalam 90 hari.", "aset.slf_berlaku_sampai")
def slf_expiring(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    sampai = lokasi["aset"]["slf_berlaku_sampai"]
    if sampai and (datetime.date.fromisoformat(sampai) - konteks.hari_ini).days < 90:
        alamat = Alamat(lokasi["kode"], "aset", "", "slf_berlaku_sampai")
        yield alamat, "SLF sudah berakhir atau berakhir dalam 90 hari.", sampai


@aturan("P-07", PERINGATAN, "Semua angka unit nol.", "blok.jumlah_unit")
def all_zero(lokasi: Lokasi, konteks: Konteks) -> Iterable[Hit]:
    if lokasi["blok"] and units_of(lokasi).unit == 0:
        yield Alamat(lokasi["kode"], "blok"), "Semua angka unit nol. Apakah lokasi ini benar-benar ada?", 0
