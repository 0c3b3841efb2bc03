"""From a figure to the rows behind it: which locations of a recap it counts. The choice lives in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rusun.angka import KELOMPOK_KOSONG
from rusun.enums import Peruntukan, Pihak, Sebab, StatusAset, Tingkat

from .build import LokasiRekap, Rekap

ANATOMI = {kode: label for kode, label, _ in KELOMPOK_KOSONG}


@dataclass(frozen=True)
class Saringan:
    """What is asked for; "" asks nothing. Unknown values ask nothing either; an unknown region has no rows."""

    daerah: str = ""
    anatomi: str = ""
    sebab: str = ""
    status_aset: str = ""
    peruntukan: str = ""
    tingkat: str = ""
    pihak: str = ""
    dukungan: str = ""

    @classmethod
    def read(cls, data: Mapping[str, str]) -> Saringan:
        known = {name: data.get(name, "") for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in known.items() if name == "daerah" or value in LABEL[name]})

    def __bool__(self) -> bool:
        return any(asdict(self).values())

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
    "tingkat": dict(Tingkat.choices),
    "pihak": dict(Pihak.choices),
    "dukungan": dict(Pihak.choices),
}
JUDUL = {
    "anatomi": "Unit kosong", "sebab": "Sebab kosong", "status_aset": "Status aset", "peruntukan": "Peruntukan",
    "tingkat": "Permasalahan tingkat", "pihak": "Permasalahan yang ditangani", "dukungan": "Meminta dukungan",
}  # fmt: skip


def rows_behind(rekap: Rekap, saringan: Saringan) -> list[LokasiRekap]:
    """The locations that the figure asked for counts, rusus only where nothing is asked."""
    if not saringan:
        return list(rekap.lokasi)
    return [row for row in rekap.lokasi_rusun if _counts(row, saringan)]


def _counts(row: LokasiRekap, asked: Saringan) -> bool:
    problems = [
        (tingkat, pihak)
        for _, tingkat, pihak in row.permasalahan
        if (not asked.tingkat or tingkat == asked.tingkat) and (not asked.pihak or pihak == asked.pihak)
    ]
    return all(
        (
            not asked.daerah or row.kode_daerah == asked.daerah,
            not asked.anatomi or row.anatomi[asked.anatomi],
            not asked.sebab or row.sebab_kosong.get(asked.sebab),
            not asked.status_aset or row.status_aset == asked.status_aset,
            not asked.peruntukan or row.peruntukan == asked.peruntukan,
            not (asked.tingkat or asked.pihak) or problems,
            not asked.dukungan or asked.dukungan in row.dukungan,
        )
    )
