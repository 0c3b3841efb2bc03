"""Papers of a session: berita acara, attendance list, notulen. They print what is stored and compute nothing."""

from __future__ import annotations

import re
from typing import Any, Final

from core.models import Pejabat
from core.pdf import render_paper
from monitoring.dokumen.terbit import check_address, qr_path
from monitoring.enums import StatusBeritaAcara
from monitoring.models import BeritaAcara, SesiDesk
from monitoring.rekap.pdf import Terbitan

from .berita_acara import read_content, sides_needed

MARK: Final = re.compile(r"^(?:[-*•]|[0-9]{1,2}[.)])\s+")
BARIS_KOSONG: Final = 15
"""Blank lines of an attendance list that nobody has signed yet."""


def minutes_pdf(ba: BeritaAcara, dicetak_oleh: str) -> bytes:
    """One revision of a berita acara. A draft says RANCANGAN, a superseded one says by which revision it was."""
    needed = sides_needed(ba)
    context: dict[str, Any] = {
        "ba": ba,
        "isi": read_content(ba),
        "sesi": ba.sesi,
        "status": _mark(ba),
        "terbitan": _imprint(ba) if ba.terbit_pada else None,
        "konfirmasi": [
            (nama, getattr(ba, f"{kode}_oleh"), getattr(ba, f"{kode}_pada"))
            for kode, nama in (("provinsi", "Provinsi"), ("daerah", ba.isi["kabupaten_kota"]))
            if kode in needed and getattr(ba, f"{kode}_pada")
        ],
        "dua_pihak": "daerah" in needed,
    }
    contoh = ba.sesi.jadwal.periode.contoh
    return render_paper("monitoring/pdf/berita_acara.html", context, contoh=contoh, dicetak_oleh=dicetak_oleh)


def _imprint(ba: BeritaAcara) -> Terbitan:
    alamat = check_address(ba.kode.lower())
    sisi, garis = qr_path(alamat)
    assert ba.terbit_pada is not None
    return Terbitan(
        kode=ba.kode, kode_cek=ba.kode, revisi=ba.revisi, tanggal_terbit=ba.terbit_pada, alamat=alamat,
        menggantikan="", qr_sisi=sisi, qr_garis=garis,
    )  # fmt: skip


def _mark(ba: BeritaAcara) -> str:
    if ba.status == StatusBeritaAcara.RANCANGAN:
        return "RANCANGAN"
    if ba.status == StatusBeritaAcara.DIGANTIKAN:
        newer = BeritaAcara.objects.filter(sesi=ba.sesi_id, revisi__gt=ba.revisi).order_by("-revisi").first()
        return f"DIGANTIKAN OLEH REVISI {newer.revisi}" if newer else "DIGANTIKAN"
    return ""


def attendance_pdf(sesi: SesiDesk, dicetak_oleh: str) -> bytes:
    """The attendance list, with room for signatures; blank lines when it is printed beforehand."""
    hadirin = list(sesi.hadirin.all())
    context = {"sesi": sesi, "hadirin": hadirin, "kosong": () if hadirin else range(1, BARIS_KOSONG + 1)}
    contoh = sesi.jadwal.periode.contoh
    return render_paper("monitoring/pdf/daftar_hadir.html", context, contoh=contoh, dicetak_oleh=dicetak_oleh)


def notes_pdf(sesi: SesiDesk, dicetak_oleh: str) -> bytes:
    """The notulen: one numbered point per line that was typed, whatever mark the line began with."""
    points = [MARK.sub("", line.strip()) for line in sesi.notulen.splitlines() if line.strip()]
    head = sesi.verifikator
    signature = Pejabat(jabatan="Pimpinan rapat", nama=head.nama if head else "", nip=head.nip if head else "")
    context = {
        "sesi": sesi, "butir": points, "jumlah_hadir": sesi.hadirin.count(),
        "penandatangan": signature.as_printed(),
    }  # fmt: skip
    contoh = sesi.jadwal.periode.contoh
    return render_paper("monitoring/pdf/notulen.html", context, contoh=contoh, dicetak_oleh=dicetak_oleh)
