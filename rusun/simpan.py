"""Writing to the registry: one section of a location, a new location, closing one, and follow-ups.

What a write changed is read from the registry before and after it, inside the transaction that holds the lock: whatever
a form, an import or a crafted request tried, a change outside the open cells is rolled back.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils import timezone

from core.access import operator, verifikator
from core.display import tanggal
from core.models import KabupatenKota, Pengguna
from core.versions import check_version, touch

from .alamat import DAFTAR_LOKASI, Alamat
from .bagian import TABEL
from .enums import Jenis, Pihak, StatusTindakLanjut
from .models import Permasalahan, Rusun, TindakLanjut
from .penguncian import registry_write
from .perbedaan import differences
from .salinan import Lokasi, location_of

KODE_JENIS = {Jenis.RUSUN: "RSN", Jenis.RUSUS: "RSS"}


class LocationClosed(Exception):
    """The location was closed before; `rusun` says when, by whom and why."""

    def __init__(self, rusun: Rusun) -> None:
        super().__init__()
        self.rusun = rusun

    def __str__(self) -> str:
        siapa = f" oleh {self.rusun.diubah_oleh}" if self.rusun.diubah_oleh else ""
        return (
            f"{self.rusun.nama} sudah ditutup {tanggal(self.rusun.ditutup_sejak)}{siapa}, dengan alasan "
            f"«{self.rusun.alasan_ditutup}». Tidak ada yang diubah."
        )


def require_active(kode: str) -> None:
    """Raise `LocationClosed` when nothing is written to the location any more. Call inside `registry_write`."""
    rusun = Rusun.objects.select_related("diubah_oleh").get(pk=kode)
    if rusun.ditutup_sejak is not None:
        raise LocationClosed(rusun)


def _touched(sebelum: Lokasi, sesudah: Lokasi) -> set[Alamat]:
    """What must be open for `sebelum` to become `sesudah`: cells, and the table where rows came or went."""
    kode = sebelum["kode"]
    touched = set()
    for beda in differences({kode: sebelum}, {kode: sesudah}):
        alamat = beda.alamat
        rows_differ = alamat.bagian in TABEL and (
            (alamat.baris in sebelum[alamat.bagian]) != (alamat.baris in sesudah[alamat.bagian])
        )
        touched.add(Alamat(kode, alamat.bagian) if rows_differ else alamat)
    return touched


def save_section(
    kode: str,
    versi: int,
    pengguna: Pengguna | None,
    write: Callable[[datetime.datetime], None],
    *,
    waktu: datetime.datetime | None = None,
) -> bool:
    """Run `write` on the location `kode` under the registry lock; returns whether anything changed.

    Raises `StaleVersion` when the location was saved since `versi`, `RegistryLocked` when a change falls outside the
    open cells, `LocationClosed`; then nothing is saved. Every section save counts the location's version on.
    """
    waktu = waktu or timezone.now()
    region = Rusun.objects.values_list("kabupaten_kota", flat=True).get(pk=kode)
    with registry_write(region) as kunci:
        rusun = Rusun.objects.select_for_update().get(pk=kode)
        require_active(kode)
        check_version(rusun, versi)
        sebelum = location_of(rusun)
        write(waktu)
        rusun = Rusun.objects.get(pk=kode)
        touched = _touched(sebelum, location_of(rusun))
        kunci.require_open(touched)
        if touched:
            rusun.versi = versi
            touch(rusun, pengguna, waktu)
            rusun.save(update_fields=["versi", "diubah", "diubah_oleh"])
    return bool(touched)


def code_for(kabupaten_kota: KabupatenKota, jenis: str, offset: int = 0) -> str:
    """The next free code of a kabupaten/kota, such as `3374-RSN-09`, or the one `offset` places after it."""
    prefix = f"{kabupaten_kota.digit}-{KODE_JENIS[Jenis(jenis)]}-"
    used = Rusun.objects.filter(kode__startswith=prefix).values_list("kode", flat=True)
    number = max((int(kode.removeprefix(prefix)) for kode in used), default=0) + 1
    return f"{prefix}{number + offset:02d}"


def create_location(kabupaten_kota: KabupatenKota, jenis: str, nama: str, pengguna: Pengguna | None) -> Rusun:
    """Enter a new location under the next free code of its kabupaten/kota."""
    with registry_write(kabupaten_kota) as kunci:
        kunci.require_open([Alamat("", DAFTAR_LOKASI)])
        rusun = Rusun(kode=code_for(kabupaten_kota, jenis), kabupaten_kota=kabupaten_kota, jenis=jenis, nama=nama)
        touch(rusun, pengguna)
        rusun.save(force_insert=True)
    return rusun


def close_location(rusun: Rusun, versi: int, alasan: str, pengguna: Pengguna) -> None:
    """Take a location, opened at `versi`, out of the registry. It is kept with date and reason; nothing is deleted.

    Raises `LocationClosed` when somebody did so before, `StaleVersion` when it was saved since, `RegistryLocked`.
    """
    with registry_write(rusun.kabupaten_kota_id) as kunci:
        row = Rusun.objects.select_for_update().get(pk=rusun.pk)
        require_active(row.pk)
        kunci.require_open([Alamat("", DAFTAR_LOKASI)])
        check_version(row, versi)
        row.ditutup_sejak, row.alasan_ditutup = timezone.localdate(), alasan
        touch(row, pengguna)
        row.save()


def may_follow_up(pengguna: Pengguna, tindak: TindakLanjut) -> bool:
    """Whether `pengguna`, who sees `tindak`, may say how far it has come and prove it.

    A kabupaten/kota does so for all of its own; the province for what is not the kabupaten/kota's to do.
    """
    if verifikator(pengguna):
        return tindak.penanggung_jawab != Pihak.KABUPATEN_KOTA
    return operator(pengguna)


def save_follow_up(tindak: TindakLanjut, versi: int, pengguna: Pengguna) -> None:
    """Store a follow-up, new or opened at `versi`. Never locked; its completion date follows its status.

    Raises `LocationClosed`, or `StaleVersion` when somebody saved it meanwhile.
    """
    with registry_write(tindak.rusun.kabupaten_kota_id):
        require_active(tindak.rusun_id)
        if not tindak._state.adding:
            check_version(TindakLanjut.objects.select_for_update(of=("self",)).get(pk=tindak.pk), versi)
        if tindak.status == StatusTindakLanjut.SELESAI:
            tindak.selesai_pada = tindak.selesai_pada or timezone.localdate()
        else:
            tindak.selesai_pada = None
        touch(tindak, pengguna)
        tindak.save()


def set_problem_status(masalah: Permasalahan, versi: int, status: str, pengguna: Pengguna) -> None:
    """Change how far a problem, opened at `versi`, has come. Never locked.

    Raises `LocationClosed` or `StaleVersion`.
    """
    with registry_write(masalah.rusun.kabupaten_kota_id):
        require_active(masalah.rusun_id)
        row = Permasalahan.objects.select_for_update(of=("self",)).get(pk=masalah.pk)
        check_version(row, versi)
        row.status = status
        touch(row, pengguna)
        row.save()
