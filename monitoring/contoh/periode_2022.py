"""A running period whose dates are relative to the day of loading, with an isian in every state."""

from __future__ import annotations

import datetime
from contextlib import nullcontext

from django.db import models, transaction
from django.utils import timezone

from core.models import KabupatenKota, Pengguna
from core.models.trail import JEJAK
from core.rantai import forgetting
from monitoring.enums import Gerak, GerakPeriode, JenisPemberitahuan, JenisSurel
from monitoring.isian.workflow import apply_move
from monitoring.models import (
    Catatan,
    Isian,
    Kiriman,
    KirimanRusun,
    Pemberitahuan,
    PenjelasanPeringatan,
    PeriodeMonitoring,
    PesanCatatan,
    RiwayatIsian,
    RiwayatPengecualian,
    RiwayatPeriode,
    Surel,
)
from monitoring.pengingat.ingatkan import remind
from monitoring.pengingat.surel import close_needless
from monitoring.periode.pengecualian import grant_exception
from monitoring.periode.workflow import apply_period_move, invite
from rusun.alamat import Alamat
from rusun.models import Blok, Penguncian, Rusun

from .desk import plan_2022, renew_2022
from .langkah import answer_and_resend, at, begin_and_send, give_back, verify

SLUG = "desk-2022"
TERVERIFIKASI = ("33.01", "33.03", "33.06", "33.08", "33.09", "33.71", "33.74", "33.75", "33.76")
TERKIRIM = ("33.10", "33.11", "33.13", "33.72")
PERLU_PERBAIKAN = ("33.19", "33.18", "33.22")
DIISI = ("33.16", "33.20", "33.23", "33.24", "33.25")
BELUM_MULAI = ("33.26", "33.29")
DIKECUALIKAN = "33.20"


def dates_of(hari_ini: datetime.date) -> dict[str, datetime.date]:
    """The period's dates as they are when it is loaded (or renewed) on `hari_ini`."""
    day = datetime.timedelta(days=1)
    return {
        "tanggal_posisi": hari_ini - 24 * day,
        "mulai": hari_ini - 20 * day,
        "batas_waktu": hari_ini + 5 * day,
        "hari_terakhir": hari_ini + 10 * day,
    }


def run_2022(invited: list[KabupatenKota], akun: dict[str, Pengguna], hari_ini: datetime.date) -> PeriodeMonitoring:
    """The period up to this morning."""
    periode = PeriodeMonitoring.objects.create(
        slug=SLUG, judul="Desk Monitoring Rusun dan Rusus 2022", contoh=True, **dates_of(hari_ini)
    )
    invite(periode, invited, akun["koordinator"])
    apply_period_move(periode, GerakPeriode.BUKA, akun["koordinator"], waktu=at(periode.mulai, 8))
    for index, isian in enumerate(periode.isian.order_by("kabupaten_kota")):
        _fill(isian, akun, hari_ini, index)
    plan_2022(periode, akun, hari_ini)
    _look_after(periode, akun, hari_ini)
    return periode


def _look_after(periode: PeriodeMonitoring, akun: dict[str, Pengguna], hari_ini: datetime.date) -> None:
    """The koordinator gives one exception and reminds those who have not begun."""
    yesterday = hari_ini - datetime.timedelta(days=1)
    grant_exception(
        periode.isian.get(kabupaten_kota=DIKECUALIKAN), periode.hari_terakhir + datetime.timedelta(days=4),
        "Pendataan ulang setelah banjir, surat permohonan sudah diterima.", akun["koordinator"],
        waktu=at(yesterday, 10, 30),
    )  # fmt: skip
    remind(periode, JenisSurel.BELUM_MENGIRIM, BELUM_MULAI, akun["koordinator"], waktu=at(yesterday, 16))
    close_needless(timezone.now())
    read = Pemberitahuan.objects.filter(
        jenis__in=(JenisPemberitahuan.DIUNDANG, JenisPemberitahuan.JADWAL_DESK), isian__periode=periode
    )
    read.exclude(isian__kabupaten_kota__in=BELUM_MULAI).update(dibaca_pada=at(periode.mulai, 9))


def _fill(isian: Isian, akun: dict[str, Pengguna], hari_ini: datetime.date, index: int) -> None:
    kode = isian.kabupaten_kota_id
    operator = akun[f"operator.{kode.replace('.', '')}"]

    def days_ago(days: int, jam: int, menit: int = 0) -> datetime.datetime:
        return at(hari_ini - datetime.timedelta(days=days), jam, menit)

    begun = days_ago(18 - index % 6, 9, index)
    if kode in DIISI:
        apply_move(isian, Gerak.MULAI, operator, waktu=begun)
        _leave_gaps(kode)
    elif kode in (*TERVERIFIKASI, *TERKIRIM, *PERLU_PERBAIKAN):
        begin_and_send(isian, operator, begun, days_ago(9 - index % 4, 14, index))
    if kode in TERKIRIM[:2]:
        apply_move(isian, Gerak.MULAI_VERIFIKASI, akun["verifikator2"], waktu=days_ago(1, 10, index))
    elif kode in TERVERIFIKASI:
        apply_move(isian, Gerak.MULAI_VERIFIKASI, akun["verifikator"], waktu=days_ago(4, 9, index))
        if kode in TERVERIFIKASI[::3]:
            remarks = give_back(
                isian,
                akun["verifikator"],
                _remarks(kode)[:1],
                days_ago(4, 10, index),
                hari_ini + datetime.timedelta(days=3),
            )
            answer_and_resend(
                isian, remarks, "Sudah diperiksa di lapangan, angkanya benar.", operator, days_ago(3, 11, index)
            )
        verify(isian, akun["verifikator"], days_ago(2, 13, index))
    elif kode in PERLU_PERBAIKAN:
        apply_move(isian, Gerak.MULAI_VERIFIKASI, akun["verifikator"], waktu=days_ago(2, 9, index))
        give_back(
            isian, akun["verifikator"], _remarks(kode), days_ago(1, 15, index), hari_ini + datetime.timedelta(days=3)
        )


def _remarks(kode: str) -> list[tuple[Alamat, str]]:
    blok = Blok.objects.filter(rusun__kabupaten_kota=kode).order_by("-kosong_rusak", "rusun", "nama")[0]
    return [
        (
            Alamat(blok.rusun_id, "blok", str(blok.pk), "kosong_rusak"),
            "Jumlah unit rusak berbeda dari foto dan laporan terakhir. Mohon dicocokkan per unit.",
        ),
        (
            Alamat(blok.rusun_id, "hunian", "", "daftar_tunggu"),
            "Sebutkan angka daftar tunggu sesuai buku register pengelola.",
        ),
    ]


def _leave_gaps(kode: str) -> None:
    """Those who are still filling in have not answered everything yet."""
    rusun = Rusun.objects.filter(kabupaten_kota=kode).order_by("kode")[0]
    Rusun.objects.filter(pk=rusun.pk).update(daftar_tunggu=None, keadaan_dasar_hukum="")


# Which columns tell a time or a day of the running period, by model and path to the period.
MOMENTS: tuple[tuple[type[models.Model], str, tuple[str, ...]], ...] = (
    (PeriodeMonitoring, "pk", ("tanggal_posisi", "mulai", "batas_waktu", "hari_terakhir")),
    (RiwayatPeriode, "periode", ("waktu",)),
    (Isian, "periode", ("verifikasi_sejak", "jawab_sebelum", "terverifikasi_pada", "pengecualian_sampai")),
    (RiwayatIsian, "isian__periode", ("waktu",)),
    (RiwayatPengecualian, "isian__periode", ("sampai", "waktu")),
    (Pemberitahuan, "isian__periode", ("batas", "waktu", "dibaca_pada")),
    (Surel, "isian__periode", ("diminta_pada", "coba_lagi_pada", "diambil_pada", "selesai_pada")),
    (Kiriman, "isian__periode", ("dikirim_pada",)),
    (KirimanRusun, "kiriman__isian__periode", ("tanggal_data",)),
    (Catatan, "isian__periode", ("dibuat_pada",)),
    (PesanCatatan, "catatan__isian__periode", ("waktu",)),
    (PenjelasanPeringatan, "isian__periode", ("waktu",)),
    (Penguncian, "kabupaten_kota__isian__periode", ("sejak",)),
)


def shift_2022(hari_ini: datetime.date) -> int:
    """Move every date of the running example so that it is relative to `hari_ini` again; returns the days moved."""
    periode = PeriodeMonitoring.objects.get(slug=SLUG, contoh=True)
    delta = dates_of(hari_ini)["mulai"] - periode.mulai
    if not delta:
        return 0
    with transaction.atomic():
        for model, path, columns in MOMENTS:
            _shift(model, {path: periode.pk}, columns, delta)
        _shift(Rusun, {"kabupaten_kota__isian__periode": periode.pk}, ("tanggal_data",), delta)
        renew_2022(periode, hari_ini)
    return delta.days


def _shift(
    model: type[models.Model], of_period: dict[str, int], columns: tuple[str, ...], delta: datetime.timedelta
) -> None:
    # Kiriman refuse update(): a bare QuerySet is the deliberate way around it, for example periods only. The text of a
    # kiriman stays as it was sent; what moves are the times around it.
    rows: models.QuerySet[models.Model] = models.QuerySet(model)
    found = list(rows.filter(**of_period).distinct())
    with forgetting(model, [row.pk for row in found]) if model in JEJAK else nullcontext():  # they may be sealed
        for row in found:
            moved = {name: getattr(row, name) + delta for name in columns if getattr(row, name) is not None}
            rows.filter(pk=row.pk).update(**moved)
