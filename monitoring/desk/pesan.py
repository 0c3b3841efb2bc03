"""The text that is sent around by WhatsApp before a session. It names offices and times, never a person."""

from __future__ import annotations

from core.display import hari_tanggal, rentang_jam, tanggal
from monitoring.enums import JenisSesi
from monitoring.models import SesiDesk


def whatsapp_text(sesi: SesiDesk) -> str:
    """Ready to paste: when, where, and what to prepare."""
    periode, opening = sesi.jadwal.periode, sesi.jenis == JenisSesi.PEMBUKAAN
    tautan = sesi.tautan or sesi.jadwal.tautan
    kepada = "kabupaten/kota peserta desk" if opening else sesi.judul
    acara = f"rapat pembukaan {periode.judul}" if opening else f"sesi {periode.judul}"
    lines = [
        f"Yth. Bapak/Ibu {kepada},",
        "",
        f"Dengan hormat, kami mengundang Bapak/Ibu mengikuti {acara}:",
        f"Hari/tanggal: {hari_tanggal(sesi.mulai)}",
        f"Pukul: {rentang_jam(sesi.mulai, sesi.selesai)}",
        *([] if opening else [f"Ruang: {sesi.ruang}"]),
        f"Tautan: {tautan or 'menyusul'}",
        "",
        "Mohon disiapkan:",
        *(_opening_needs() if opening else _session_needs(tanggal(periode.tanggal_posisi))),
        "",
        "Mohon bergabung 10 menit sebelumnya. Terima kasih.",
    ]
    return "\n".join(lines)


def _opening_needs() -> list[str]:
    return ["- akun situs yang sudah dapat dipakai masuk", "- pejabat dan operator yang menangani data rusun dan rusus"]


def _session_needs(posisi: str) -> list[str]:
    return [
        f"- isian data posisi {posisi} yang sudah dikirim",
        "- BAST, SLF, perda atau perkada tarif, dan daftar penghuni",
        "- penjelasan atas catatan provinsi dan tindak lanjut",
    ]
