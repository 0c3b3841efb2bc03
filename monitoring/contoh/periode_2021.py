"""The desk of 19-24 August 2021: Thursday, Friday, Monday, Tuesday; five or six kabupaten/kota a day; all verified."""

from __future__ import annotations

import datetime

from core.models import KabupatenKota, Pengguna
from monitoring.enums import Gerak, GerakPeriode
from monitoring.isian.workflow import apply_move
from monitoring.models import Isian, Pemberitahuan, PeriodeMonitoring
from monitoring.pengingat.surel import close_needless
from monitoring.periode.workflow import apply_period_move, invite
from rusun.alamat import Alamat
from rusun.models import Blok

from .langkah import answer_and_resend, at, begin_and_send, give_back, verify

DESK = tuple(datetime.date(2021, 8, day) for day in (19, 20, 23, 24))
SLOTS = ((9, 0), (10, 0), (11, 0), (13, 30), (14, 30), (15, 30))
RETURNED = ("33.19", "33.22", "33.72", "33.74", "33.75")


def run_2021(invited: list[KabupatenKota], akun: dict[str, Pengguna]) -> PeriodeMonitoring:
    """The whole period from invitation to sign-off."""
    periode = PeriodeMonitoring.objects.create(
        slug="desk-2021",
        judul="Desk Monitoring Rusun dan Rusus 2021",
        tanggal_posisi=datetime.date(2020, 12, 31),
        mulai=datetime.date(2021, 8, 2),
        batas_waktu=datetime.date(2021, 8, 18),
        hari_terakhir=datetime.date(2021, 8, 24),
        contoh=True,
    )
    invite(periode, invited, akun["koordinator"])
    apply_period_move(periode, GerakPeriode.BUKA, akun["koordinator"], waktu=at(periode.mulai, 8))
    for index, isian in enumerate(periode.isian.order_by("kabupaten_kota")):
        operator = akun[f"operator.{isian.kabupaten_kota_id.replace('.', '')}"]
        begun = at(datetime.date(2021, 8, 3 + index % 8), 9, index)
        begin_and_send(isian, operator, begun, at(datetime.date(2021, 8, 12 + index % 6), 13, index))
    for index, isian in enumerate(periode.isian.order_by("kabupaten_kota")):
        _desk(isian, akun, DESK[index // 6], *SLOTS[index % 6])
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, akun["koordinator"], waktu=at(datetime.date(2021, 8, 25), 10))
    signed = at(datetime.date(2021, 8, 26), 14)
    periode = apply_period_move(periode, GerakPeriode.TETAPKAN, akun["pimpinan"], waktu=signed)
    Pemberitahuan.objects.unread().update(dibaca_pada=signed)
    close_needless(signed)
    return periode


def _desk(isian: Isian, akun: dict[str, Pengguna], hari: datetime.date, jam: int, menit: int) -> None:
    verifikator = akun["verifikator" if jam < 12 else "verifikator2"]
    operator = akun[f"operator.{isian.kabupaten_kota_id.replace('.', '')}"]
    apply_move(isian, Gerak.MULAI_VERIFIKASI, verifikator, waktu=at(hari, jam, menit))
    if isian.kabupaten_kota_id in RETURNED:
        blok = Blok.objects.filter(rusun__kabupaten_kota=isian.kabupaten_kota_id).order_by(
            "-kosong_rusak", "rusun", "nama"
        )[0]
        alamat = Alamat(blok.rusun_id, "blok", str(blok.pk), "kosong_rusak")
        remarks = give_back(
            isian,
            verifikator,
            [(alamat, "Mohon dicocokkan dengan daftar unit rusak.")],
            at(hari, jam, menit + 10),
            hari,
        )
        jawaban = "Sudah dicocokkan dengan daftar unit rusak, angkanya benar."
        answer_and_resend(isian, remarks, jawaban, operator, at(hari, jam, menit + 20))
        verify(isian, verifikator, at(hari, jam, menit + 29))
        return
    verify(isian, verifikator, at(hari, jam, menit + 25))
