"""Short forms of the real moves, with explicit times: the example is made the way people make it."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from core.models import Pengguna
from monitoring.enums import Gerak
from monitoring.isian.catatan import add_remark, answer_remark, settle_remark
from monitoring.isian.kiriman import draft_of
from monitoring.isian.pemeriksaan import check_isian, explain
from monitoring.isian.workflow import apply_move
from monitoring.models import Catatan, Isian
from rusun.alamat import Alamat

WIB = ZoneInfo("Asia/Jakarta")

ALASAN = {
    "P-01": "Perubahan sudah dicocokkan dengan buku register pengelola.",
    "P-02": "Tarif sesuai ketetapan; lantai ini memang berbeda menurut peraturan daerah.",
    "P-03": "Daftar tunggu baru dibuka kembali setelah pendataan ulang pemohon.",
    "P-04": "Beberapa penghuni baru masih menunggu berkas, pencatatan menyusul.",
    "P-05": "Posisi data mengikuti akhir tahun sesuai surat permintaan data.",
    "P-06": "Perpanjangan SLF sedang diajukan.",
    "P-07": "Lokasi belum selesai didata ulang.",
}


def at(hari: datetime.date, jam: int, menit: int = 0) -> datetime.datetime:
    """That time in Jakarta."""
    return datetime.datetime(hari.year, hari.month, hari.day, jam, menit, tzinfo=WIB)


def send(isian: Isian, operator: Pengguna, waktu: datetime.datetime) -> Isian:
    """Give a reason for every warning, then send."""
    hasil = check_isian(isian, draft_of(isian), waktu.date())
    for temuan in hasil.tanpa_alasan:
        explain(isian, temuan, ALASAN[temuan.kode], operator, waktu - datetime.timedelta(minutes=20))
    return apply_move(isian, Gerak.KIRIM, operator, waktu=waktu)


def begin_and_send(isian: Isian, operator: Pengguna, mulai: datetime.datetime, kirim: datetime.datetime) -> Isian:
    apply_move(isian, Gerak.MULAI, operator, waktu=mulai)
    return send(isian, operator, kirim)


def give_back(
    isian: Isian,
    verifikator: Pengguna,
    catatan: list[tuple[Alamat, str]],
    waktu: datetime.datetime,
    jawab: datetime.date,
) -> list[Catatan]:
    """Remark on cells and return the isian."""
    remarks = [add_remark(isian, alamat, isi, verifikator, waktu=waktu) for alamat, isi in catatan]
    apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=jawab, waktu=waktu)
    return remarks


def answer_and_resend(
    isian: Isian, catatan: list[Catatan], jawaban: str, operator: Pengguna, waktu: datetime.datetime
) -> Isian:
    for remark in catatan:
        answer_remark(remark, jawaban, operator, waktu=waktu)
    return send(isian, operator, waktu + datetime.timedelta(minutes=5))


def verify(isian: Isian, verifikator: Pengguna, waktu: datetime.datetime) -> Isian:
    """Settle what was answered, then verify."""
    for remark in isian.catatan.unsettled():
        settle_remark(remark, verifikator, waktu=waktu)
    return apply_move(isian, Gerak.VERIFIKASI, verifikator, waktu=waktu)
