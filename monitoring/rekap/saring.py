"""From a figure to the rows behind it: which locations of a recap it counts. The choice lives in the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from rusun.angka import KELOMPOK_KOSONG
from rusun.enums import Aspek, Peruntukan, Pihak, Sebab, StatusAset, Tingkat

from .build import PENGHUNI, LokasiRekap, MasalahRekap, Rekap

ANATOMI = {kode: label for kode, label, _ in KELOMPOK_KOSONG}


@dataclass(frozen=True)
class Saringan:
    """What is asked for; "" asks nothing. Unknown values ask nothing either; an unknown region has no rows."""

    daerah: str = ""
    anatomi: str = ""
    sebab: str = ""
    status_aset: str = ""
    peruntukan: str = ""
    aspek: str = ""
    tingkat: str = ""
    pihak: str = ""
    dukungan: str = ""
    penghuni: str = ""

    @classmethod
    def read(cls, data: Mapping[str, str]) -> Saringan:
        known = {name: data.get(name, "") for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in known.items() if name == "daerah" or value in LABEL[name]})

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    @property
    def soal_masalah(self) -> bool:
        """Whether problems are asked about."""
        return bool(self.aspek or self.tingkat or self.pihak)

    @property
    def sebutan(self) -> str:
        """In words: `Sebab kosong: Rusak`."""
        asked = {name: value for name, value in asdict(self).items() if value and name != "daerah"}
        return "; ".join(f"{JUDUL[name]}: {LABEL[name][value]}" for name, value in asked.items())


LABEL: dict[str, dict[str, str]] = {
    "anatomi": ANATOMI,
    "sebab": dict(Sebab.choices),
    "status_aset": dict(StatusAset.choices),
    "peruntukan": dict(Peruntukan.choices),
    "aspek": dict(Aspek.choices),
    "tingkat": dict(Tingkat.choices),
    "pihak": dict(Pihak.choices),
    "dukungan": dict(Pihak.choices),
    "penghuni": dict(PENGHUNI),
}
JUDUL = {
    "anatomi": "Unit kosong", "sebab": "Sebab kosong", "status_aset": "Status aset", "peruntukan": "Peruntukan",
    "aspek": "Permasalahan aspek", "tingkat": "Permasalahan tingkat", "pihak": "Permasalahan yang ditangani",
    "dukungan": "Meminta dukungan", "penghuni": "Penghuni",
}  # fmt: skip


def rows_behind(rekap: Rekap, saringan: Saringan) -> list[LokasiRekap]:
    """The locations that the figure asked for counts, rusus only where nothing is asked."""
    if not saringan:
        return list(rekap.lokasi)
    return [row for row in rekap.lokasi_rusun if _counts(row, saringan)]


@dataclass(frozen=True)
class Hitungan:
    """What of a location goes into the figure asked for; over the rows behind it, it adds up to the figure."""

    label: str
    dari: Callable[[LokasiRekap], int]


def counted_by(asked: Saringan) -> Hitungan | None:
    """None where the locations themselves are counted, or where more than one thing is asked."""
    found = []
    if asked.anatomi:
        found.append(Hitungan("Unit kosong", lambda row: row.anatomi[asked.anatomi]))
    if asked.sebab:
        found.append(Hitungan("Unit kosong", lambda row: row.sebab_kosong.get(asked.sebab, 0)))
    if asked.soal_masalah:
        found.append(Hitungan("Permasalahan", lambda row: len(_problems(row, asked))))
    if asked.penghuni:
        found.append(Hitungan(LABEL["penghuni"][asked.penghuni], lambda row: getattr(row, asked.penghuni)))
    return found[0] if len(found) == 1 else None


def _problems(row: LokasiRekap, asked: Saringan) -> list[MasalahRekap]:
    return [
        masalah
        for masalah in row.permasalahan
        if (not asked.aspek or masalah.aspek == asked.aspek)
        and (not asked.tingkat or masalah.tingkat == asked.tingkat)
        and (not asked.pihak or masalah.pihak == asked.pihak)
    ]


def _counts(row: LokasiRekap, asked: Saringan) -> bool:
    return all(
        (
            not asked.daerah or row.kode_daerah == asked.daerah,
            not asked.anatomi or row.anatomi[asked.anatomi],
            not asked.sebab or row.sebab_kosong.get(asked.sebab),
            not asked.status_aset or row.status_aset == asked.status_aset,
            not asked.peruntukan or row.peruntukan == asked.peruntukan,
            not asked.soal_masalah or _problems(row, asked),
            not asked.dukungan or asked.dukungan in row.dukungan,
            not asked.penghuni or getattr(row, asked.penghuni),
        )
    )
