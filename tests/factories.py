"""Rows for tests, made the way the product makes them: complete by default, states reached by real moves."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from core.models import KabupatenKota, Pengguna
from monitoring.enums import Gerak, GerakPeriode, StatusIsian
from monitoring.isian.catatan import add_remark
from monitoring.isian.workflow import apply_move
from monitoring.models import Isian, PeriodeMonitoring
from monitoring.periode.workflow import apply_period_move, invite
from rusun.alamat import Alamat
from rusun.enums import Aspek, Jenis, Sebab
from rusun.models import Blok, KategoriPermasalahan, Permasalahan, Rusun, SebabKosong, Tarif
from rusun.simpan import create_location


def make_rusun(kabupaten_kota: KabupatenKota, **fields: Any) -> Rusun:
    """A location ready to send: one block of 96 units (80 occupied, 10 ready, 4 broken, 2 kept), its causes, rent."""
    jenis, nama = fields.pop("jenis", Jenis.RUSUN), fields.pop("nama", f"Rusunawa {kabupaten_kota.nama}")
    rusun = create_location(kabupaten_kota, jenis, nama, fields.pop("oleh", None))
    answers = {
        "peruntukan": "mbr", "penguasaan": "sewa", "tanggal_data": timezone.localdate(), "kecamatan": "Kota",
        "status_lahan": "milik_pemda", "jumlah_kk": 80, "jumlah_jiwa": 240, "daftar_tunggu": 12,
        "bentuk_pengelola": "uptd", "keadaan_dasar_hukum": "belum_ada", "keadaan_batas_huni": "belum_ada",
        "status_aset": "sudah_hibah",
    }  # fmt: skip
    for name, value in {**answers, **fields}.items():
        setattr(rusun, name, value)
    rusun.save()
    saat = timezone.now()
    Blok.objects.create(
        rusun=rusun, nama="Blok A", konfigurasi="twin_block", jumlah_lantai=5, tipe_m2=36, jumlah_unit=96, terhuni=80,
        kosong_siap=10, kosong_rusak=4, cadangan=2, diubah=saat,
    )  # fmt: skip
    for sebab, jumlah in ((Sebab.PROSES_SELEKSI, 10), (Sebab.RUSAK, 4), (Sebab.DIPAKAI_LAIN, 2)):
        SebabKosong.objects.create(rusun=rusun, sebab=sebab, jumlah_unit=jumlah, diubah=saat)
    Tarif.objects.create(rusun=rusun, lantai=1, tarif_bulan=250_000, diubah=saat)
    kategori, _ = KategoriPermasalahan.objects.get_or_create(
        kode="F-01", defaults={"aspek": Aspek.FISIK_BANGUNAN, "nama": "Atap bocor"}
    )
    Permasalahan.objects.create(
        rusun=rusun, kategori=kategori, tingkat="sedang", unit_terdampak=4, uraian="Atap bocor di lantai lima.",
        penanggung_jawab="kabupaten_kota", diubah=saat,
    )  # fmt: skip
    return rusun


def make_periode(
    koordinator: Pengguna, *kabupaten_kota: KabupatenKota, slug: str = "desk-uji", buka: bool = True, **fields: Any
) -> PeriodeMonitoring:
    """A period with these kabupaten/kota invited; opened unless `buka` is False."""
    today = timezone.localdate()
    dates = {"tanggal_posisi": today, "mulai": today, "batas_waktu": today + datetime.timedelta(days=7),
             "hari_terakhir": today + datetime.timedelta(days=14)}  # fmt: skip
    periode = PeriodeMonitoring.objects.create(slug=slug, judul="Desk uji", **{**dates, **fields})
    invite(periode, kabupaten_kota, koordinator)
    return apply_period_move(periode, GerakPeriode.BUKA, koordinator) if buka else periode


def make_isian(
    periode: PeriodeMonitoring,
    operator: Pengguna,
    verifikator: Pengguna | None = None,
    status: str = StatusIsian.DIISI,
    *,
    alamat: Alamat | None = None,
) -> Isian:
    """The isian of the operator's kabupaten/kota, moved to `status`. Returning it puts the remark on `alamat`."""
    isian = Isian.objects.get(periode=periode, kabupaten_kota=operator.kabupaten_kota_id)
    if status == StatusIsian.BELUM_MULAI:
        return isian
    isian = apply_move(isian, Gerak.MULAI, operator)
    if status == StatusIsian.DIISI:
        return isian
    isian = apply_move(isian, Gerak.KIRIM, operator)
    if status == StatusIsian.TERKIRIM:
        return isian
    assert verifikator is not None
    if status == StatusIsian.TERVERIFIKASI:
        return apply_move(isian, Gerak.VERIFIKASI, verifikator)
    kode = Rusun.objects.filter(kabupaten_kota=isian.kabupaten_kota_id).values_list("kode", flat=True)[0]
    add_remark(isian, alamat or Alamat(kode, "hunian", "", "jumlah_kk"), "Mohon diperiksa.", verifikator)
    return apply_move(isian, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
