"""An isian on paper: a preview marked KONSEP before it is sent, what was sent afterwards. No names of residents."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from core.pdf import render_paper
from monitoring.models import Catatan, Isian
from rusun.angka import AngkaUnit
from rusun.enums import Jenis
from rusun.kelengkapan import percent_complete
from rusun.pemeriksaan import ATURAN, Temuan
from rusun.salinan import Lokasi, units_of
from rusun.sebutan import cell_name

from .meja import main_figures
from .pemeriksaan import HasilPeriksa
from .tampilan import Bahan


@dataclass(frozen=True)
class BarisLokasi:
    """One location in the table."""

    kode: str
    nama: str
    jenis: str
    tanggal_data: datetime.date | None
    angka: AngkaUnit
    jumlah_kk: int | None
    jumlah_jiwa: int | None
    persen: int


@dataclass(frozen=True)
class BarisTemuan:
    """A finding with the reason given for it."""

    temuan: Temuan
    sebutan: str
    alasan: str


def isian_paper(isian: Isian, bahan: Bahan, hasil: HasilPeriksa, catatan: list[Catatan], *, dicetak_oleh: str) -> bytes:
    """The PDF of what stands now (`bahan`), its findings, remarks, and the legend of the rules that were met."""
    temuan = _findings(bahan, hasil)
    met = {row.temuan.kode for row in temuan}
    context: dict[str, Any] = {
        "isian": isian,
        "bahan": bahan,
        "utama": main_figures(bahan),
        "lokasi": [_line(kode, lokasi) for kode, lokasi in bahan.registri.items()],
        "temuan": temuan,
        "catatan": catatan,
        "legenda": [rule for rule in ATURAN if rule.kode in met],
    }
    return render_paper("monitoring/pdf/isian.html", context, contoh=isian.periode.contoh, dicetak_oleh=dicetak_oleh)


def _line(kode: str, lokasi: Lokasi) -> BarisLokasi:
    tanggal = lokasi["identitas"]["tanggal_data"]
    return BarisLokasi(
        kode, lokasi["identitas"]["nama"], str(Jenis(lokasi["jenis"]).label),
        datetime.date.fromisoformat(tanggal) if tanggal else None, units_of(lokasi), lokasi["hunian"]["jumlah_kk"],
        lokasi["hunian"]["jumlah_jiwa"], percent_complete(lokasi),
    )  # fmt: skip


def _findings(bahan: Bahan, hasil: HasilPeriksa) -> list[BarisTemuan]:
    rows = [(temuan, "") for temuan in (*hasil.galat, *hasil.tanpa_alasan)]
    rows += [(temuan, reason.alasan) for temuan, reason in hasil.dijelaskan]
    return [BarisTemuan(temuan, cell_name(bahan.registri, temuan.alamat), alasan) for temuan, alasan in rows]
