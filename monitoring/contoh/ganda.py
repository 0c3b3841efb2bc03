"""Residents that two kabupaten/kota have recorded: somebody who moved, twins, namesakes, and what is decided already.

Made of households that are there already, so that no figure of the example changes. The numbers stay synthetic.
"""

from __future__ import annotations

import datetime

from core.models import Pengguna
from penghuni.enums import JenisKelamin, KeputusanGanda
from penghuni.ganda import decide, match_all
from penghuni.models import DugaanGanda, Hunian, Penghuni

LAHIR = datetime.date(1988, 4, 12)


def record_twice(verifikator: Pengguna) -> int:
    """Make the sets and decide two of them; returns how many pairs of the example there are."""
    _copy(_living("33.19", 0), _living("33.74", 0), "nik", "no_kk", "nama", "tanggal_lahir")  # moved, nobody asked yet
    _twins(_living("33.72", 1), _living("33.22", 1))
    namesake = _living("33.11", 2)
    namesake.nik = _nik("331101", _living("33.20", 2), "9703")
    _copy(_living("33.20", 2), namesake, "nama", "tanggal_lahir")
    left, right = _living("33.18", 3), _living("33.74", 3)
    _copy(right, left, "nik", "nama", "tanggal_lahir")
    typing = _living("33.01", 4), _living("33.24", 4)
    _copy(typing[0], typing[1], "nik")  # a wrong number in one of the two lists
    match_all()
    _decide(left, right, KeputusanGanda.PINDAH, right, "Kedua dinas ditelepon: sudah menetap di Semarang.", verifikator)
    _decide(*typing, KeputusanGanda.BUKAN, None, "Salah salin dari daftar cetak, daerah memperbaikinya.", verifikator)
    return DugaanGanda.objects.count()


def _living(daerah: str, nomor: int) -> Penghuni:
    """The `nomor`-th household of a kabupaten/kota by door, the same at every loading."""
    stays = Hunian.objects.open().filter(penghuni__kabupaten_kota=daerah).select_related("penghuni")
    return stays.order_by("blok__rusun", "blok__nama", "nomor_unit")[nomor].penghuni


def _copy(dari: Penghuni, ke: Penghuni, *kolom: str) -> None:
    for name in (*kolom, "jenis_kelamin"):
        setattr(ke, name, getattr(dari, name))
    ke.save()


def _twins(kakak: Penghuni, adik: Penghuni) -> None:
    """One No KK and birth date; a NIK and a name each."""
    for penghuni, nama, serial in ((kakak, "Dwi Hartanto", "9701"), (adik, "Tri Hartanto", "9702")):
        penghuni.nama, penghuni.tanggal_lahir, penghuni.jenis_kelamin = nama, LAHIR, JenisKelamin.LAKI_LAKI
        penghuni.nik, penghuni.no_kk = _nik("337201", penghuni, serial), "3372011203129703"
        penghuni.save()


def _nik(wilayah: str, penghuni: Penghuni, serial: str) -> str:
    lahir = penghuni.tanggal_lahir
    assert lahir is not None
    return f"{wilayah}{lahir.day + 40 * (penghuni.jenis_kelamin == JenisKelamin.PEREMPUAN):02d}{lahir:%m%y}{serial}"


def _decide(
    satu: Penghuni, dua: Penghuni, keputusan: KeputusanGanda, berlaku: Penghuni | None, catatan: str, oleh: Pengguna
) -> None:
    pertama, kedua = sorted((satu, dua), key=lambda row: row.pk)
    pair = DugaanGanda.objects.get(pertama=pertama, kedua=kedua)
    decide(pair, keputusan, berlaku, catatan, pair.versi, oleh)
