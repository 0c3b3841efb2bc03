"""The recap as open data (Satu Data): aggregated figures with what they mean. Nothing personal is in a `Rekap`."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from .build import DEFINISI, Rekap
from .tabel import KOLOM, figures, lines_of

LISENSI: Final = "Belum ditetapkan oleh Dinas PERAKIM Provinsi Jawa Tengah"
"""The office decides under which licence its data may be used again; until then the field says so."""
PENERBIT: Final = "Dinas Perumahan Rakyat dan Kawasan Permukiman Provinsi Jawa Tengah"


def open_data(rekap: Rekap) -> dict[str, Any]:
    """The shape of the `rekap` command, below its metadata."""
    return {
        "metadata": {
            "judul": f"Rekapitulasi {rekap.judul}", "wilayah": rekap.wilayah, "penerbit": PENERBIT,
            "posisi_data": rekap.tanggal_posisi.isoformat(), "status": _status(rekap),
            "lisensi": LISENSI, "satuan": {"lokasi": "lokasi", "tower": "tower", "unit": "unit", "persen": "%"},
            "definisi": dict(DEFINISI),
        },
        **rekap.as_json(),
    }  # fmt: skip


def _status(rekap: Rekap) -> str:
    """Figures are final once the period is signed off: until then even what is verified may be reopened."""
    return "tetap" if rekap.ditetapkan_pada else rekap.sementara or "terverifikasi, belum ditetapkan"


def open_csv(rekap: Rekap) -> str:
    """One line per kabupaten/kota and kind of location, with the position and status of the data in each line."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [name.lower().replace(" ", "_") for name in KOLOM]
    writer.writerow(["kode", "kabupaten_kota", "jenis", "status", "posisi_data", *names])
    for jenis in ("rusun", "rusus"):
        for baris, jumlah in lines_of(rekap, jenis):
            values = ["" if value is None else value for value in figures(jumlah)]
            writer.writerow(
                [baris.kode, baris.nama, jenis, baris.label_status, rekap.tanggal_posisi.isoformat(), *values]
            )
    return out.getvalue()
