"""The desk of 19-24 August 2021: Thursday, Friday, Monday, Tuesday; five or six kabupaten/kota a day; all verified."""

from __future__ import annotations

import datetime

from core.models import KabupatenKota, Pengguna
from monitoring.enums import GerakPeriode
from monitoring.models import Pemberitahuan, PeriodeMonitoring
from monitoring.pengingat.surel import close_needless
from monitoring.periode.workflow import apply_period_move, invite

from .desk import KURANG, RETURNED, count_again, hold_2021, plan_2021
from .langkah import at, begin_and_send


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
        if isian.kabupaten_kota_id in RETURNED:
            count_again(isian.kabupaten_kota_id, -KURANG, operator, at(periode.mulai, 10))
        begun = at(datetime.date(2021, 8, 3 + index % 8), 9, index)
        begin_and_send(isian, operator, begun, at(datetime.date(2021, 8, 12 + index % 6), 13, index))
    hold_2021(plan_2021(periode, akun), akun)
    apply_period_move(periode, GerakPeriode.AJUKAN_REKAP, akun["koordinator"], waktu=at(datetime.date(2021, 8, 25), 10))
    signed = at(datetime.date(2021, 8, 26), 14)
    periode = apply_period_move(periode, GerakPeriode.TETAPKAN, akun["pimpinan"], waktu=signed)
    Pemberitahuan.objects.unread().update(dibaca_pada=signed)
    close_needless(signed)
    return periode
