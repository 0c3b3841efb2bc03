"""What an audience reads: the label of a state, and the history of an isian in words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core.access import operator
from core.display import tanggal
from core.models import Pengguna
from monitoring.enums import LABEL_PROVINSI, Gerak, StatusCatatan, StatusIsian, StatusPeriode, StatusPermintaan
from monitoring.models import Catatan, Isian, PesanCatatan, RiwayatPengecualian

NADA: dict[str, str] = {
    StatusIsian.BELUM_MULAI: "netral",
    StatusIsian.DIISI: "proses",
    StatusIsian.TERKIRIM: "perhatian",
    StatusIsian.PERLU_PERBAIKAN: "bahaya",
    StatusIsian.TERVERIFIKASI: "selesai",
    StatusCatatan.TERBUKA: "bahaya",
    StatusCatatan.DIJAWAB: "perhatian",
    StatusCatatan.SELESAI: "selesai",
    StatusPermintaan.MENUNGGU: "perhatian",
    StatusPermintaan.DIKABULKAN: "selesai",
    StatusPermintaan.DITOLAK: "netral",
    StatusPeriode.DISIAPKAN: "netral",
    StatusPeriode.DIBUKA: "proses",
    StatusPeriode.REKAP_DIAJUKAN: "perhatian",
    StatusPeriode.DITETAPKAN: "selesai",
}

UCAPAN: dict[str, str] = {
    Gerak.MULAI: "Pengisian dimulai",
    Gerak.KIRIM: "Dikirim ke provinsi",
    Gerak.TARIK: "Ditarik kembali oleh daerah",
    Gerak.MULAI_VERIFIKASI: "Verifikasi dimulai",
    Gerak.KEMBALIKAN: "Dikembalikan untuk diperbaiki",
    Gerak.VERIFIKASI: "Terverifikasi",
    Gerak.BUKA_KEMBALI: "Dibuka kembali",
}


@dataclass(frozen=True)
class Status:
    """A label and the tone of its badge."""

    label: str
    nada: str


def status_for(isian: Isian, pengguna: Pengguna) -> Status:
    """One state, a label per audience: the operator reads "Terkirim" where the province reads "Perlu diverifikasi"."""
    label = isian.get_status_display() if operator(pengguna) else LABEL_PROVINSI[isian.status]
    nada = NADA[isian.status]
    if operator(pengguna) and isian.status == StatusIsian.TERKIRIM:
        nada = "proses"
    return Status(label, nada)


def status_of_remark(catatan: Catatan) -> Status:
    return Status(catatan.get_status_display(), NADA[catatan.status])


def who_opens(isian: Isian) -> str:
    """Who can open the locked registry of `isian` as it stands, and how. Needs its `periode` and `verifikator`."""
    if isian.periode.status == StatusPeriode.REKAP_DIAJUKAN:
        return "koordinator atau pimpinan, dengan mengembalikan rekap"
    if isian.status == StatusIsian.TERVERIFIKASI:
        return "koordinator provinsi, dengan membuka kembali isian"
    siapa = isian.verifikator or "verifikator provinsi"
    if isian.status == StatusIsian.PERLU_PERBAIKAN:
        return f"{siapa}, dengan memberi catatan pada bagian itu"
    opens = f"{siapa}, dengan mengembalikan isian disertai catatan"
    if isian.verifikasi_sejak is None and isian.kiriman.count() == 1:
        return f"Anda sendiri dengan menarik kembali isian, selama verifikasi belum dimulai; sesudah itu {opens}"
    return opens


@dataclass(frozen=True)
class Peristiwa:
    """One line of the history."""

    judul: str
    waktu: datetime.datetime
    oleh: str
    catatan: str


def timeline(isian: Isian) -> list[Peristiwa]:
    """Moves, messages, requests and exceptions together, newest first. Four queries."""
    moves = [
        Peristiwa(
            UCAPAN[row.gerak] + (f", {str(row.kiriman).lower()}" if row.kiriman else ""),
            row.waktu, str(row.pengguna), row.alasan,
        )
        for row in isian.riwayat.select_related("pengguna", "kiriman")
    ]  # fmt: skip
    seen: set[int] = set()
    said = []
    for pesan in PesanCatatan.objects.filter(catatan__isian=isian).select_related("catatan", "pengguna"):
        said.append(Peristiwa(_said(pesan, seen), pesan.waktu, str(pesan.pengguna), pesan.isi))
        seen.add(pesan.catatan_id)
    excepted = [exception_event(row) for row in isian.riwayat_pengecualian.select_related("pengguna")]
    return sorted([*moves, *said, *excepted, *_requests(isian)], key=lambda line: line.waktu, reverse=True)


def exception_event(row: RiwayatPengecualian) -> Peristiwa:
    """An exception as a line of a history."""
    judul = f"Dikecualikan sampai {tanggal(row.sampai)}" if row.sampai else "Pengecualian dicabut"
    return Peristiwa(judul, row.waktu, str(row.pengguna), row.alasan)


def _requests(isian: Isian) -> list[Peristiwa]:
    lines = []
    for row in isian.permintaan.select_related("oleh", "dijawab_oleh"):
        lines.append(Peristiwa(f"Minta dibuka: {row.sebutan}", row.waktu, str(row.oleh), row.alasan))
        if row.dijawab_pada:
            judul = f"Permintaan {row.get_status_display().lower()}: {row.sebutan}"
            lines.append(Peristiwa(judul, row.dijawab_pada, str(row.dijawab_oleh), row.jawaban))
    return lines


def _said(pesan: PesanCatatan, seen: set[int]) -> str:
    sebutan = pesan.catatan.sebutan
    if pesan.status == StatusCatatan.DIJAWAB:
        return f"Catatan dijawab: {sebutan}"
    if pesan.status == StatusCatatan.SELESAI:
        return f"Catatan selesai: {sebutan}"
    return f"Catatan dibuka lagi: {sebutan}" if pesan.catatan_id in seen else f"Catatan: {sebutan}"
