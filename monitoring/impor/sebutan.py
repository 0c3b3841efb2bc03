"""How an import is told: the tone of its state, and the one sentence that says what happened."""

from __future__ import annotations

from core.display import angka, waktu
from monitoring.enums import StatusImpor
from monitoring.isian.sebutan import Status
from monitoring.models import Impor

NADA: dict[str, str] = {
    StatusImpor.DIUNGGAH: "proses",
    StatusImpor.DITOLAK: "bahaya",
    StatusImpor.MENUNGGU: "perhatian",
    StatusImpor.DISETUJUI: "proses",
    StatusImpor.DITERAPKAN: "selesai",
    StatusImpor.NIHIL: "netral",
    StatusImpor.DIBATALKAN: "netral",
    StatusImpor.DIURUNGKAN: "netral",
    StatusImpor.GAGAL: "bahaya",
}


def status_of(impor: Impor) -> Status:
    """The label and tone of an import's state."""
    return Status(impor.get_status_display(), NADA[impor.status])


def sender_of(impor: Impor) -> str:
    """Who sent the file in."""
    if impor.diunggah_oleh is None:
        return "Baris perintah"
    return f"{impor.diunggah_oleh} (provinsi)" if impor.atas_nama else str(impor.diunggah_oleh)


def result_of(impor: Impor) -> str:
    """What became of a file, in one line for lists."""
    if impor.status in (StatusImpor.MENUNGGU, StatusImpor.DITERAPKAN, StatusImpor.DIURUNGKAN):
        parts = [f"{angka(impor.baru)} baru", f"{angka(impor.sel_berubah)} sel berubah"]
        if impor.kesalahan:
            parts.append(f"{angka(impor.kesalahan)} kesalahan")
        return ", ".join(parts)
    return impor.pesan if impor.status in (StatusImpor.DITOLAK, StatusImpor.GAGAL) else ""


def applied_text(impor: Impor) -> str:
    """When an import was applied and on whose word."""
    if impor.diterapkan_pada is None:
        return ""
    oleh = f" atas persetujuan {impor.diputuskan_oleh}" if impor.diputuskan_oleh else ""
    return f"{waktu(impor.diterapkan_pada)}{oleh}"
