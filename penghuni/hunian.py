"""Moving in, out and from unit to unit: a stay ends and another begins. A slip of the pen in an open one is corrected.

None is ever locked. Whoever moves or corrects somebody holds the household's row and then the block's row, so two
people cannot give the last bed away.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.models import Pengguna
from core.versions import check_version, touch
from rusun.enums import PolaHunian
from rusun.models import Blok

from .anonim import require_named
from .enums import KeluarKe
from .models import Hunian, Penghuni
from .penyaringan import keep_screened

ENDED = "Hunian ini sudah diakhiri. Muat ulang halaman penghuni."


class HunianRefused(Exception):
    """A move that cannot be. `kolom` is the field it is about ("" when none), `str()` the next step."""

    def __init__(self, text: str, kolom: str = "") -> None:
        super().__init__(text)
        self.kolom = kolom


def unit_number(text: str) -> str:
    """`a- 101` and `A-101` are the same door."""
    return "".join(text.split()).upper()


def open_stay_of(penghuni: Penghuni) -> Hunian | None:
    """Where the household lives now, with block and location."""
    return Hunian.objects.open().filter(penghuni=penghuni).select_related("blok__rusun").first()


@transaction.atomic
def move_in(
    penghuni: Penghuni, blok: Blok, nomor_unit: str, mulai: datetime.date, pengguna: Pengguna, **rincian: Any
) -> Hunian:
    """Begin a stay. `rincian` are further columns of `Hunian`: `sewa_bulan`, `nomor_sip`, `tunggakan`...

    Raises `HunianRefused` when the household still lives somewhere, the unit is taken or full, or a date cannot be, and
    `HouseholdAnonymised`.
    """
    penghuni = Penghuni.objects.select_for_update(of=("self",)).get(pk=penghuni.pk)
    require_named(penghuni)
    blok = Blok.objects.select_for_update(of=("self",)).select_related("rusun").get(pk=blok.pk)
    nomor_unit = unit_number(nomor_unit)
    _require_place(penghuni, blok, nomor_unit)
    _require_past(mulai, "mulai")
    if stay := open_stay_of(penghuni):
        raise HunianRefused(
            f"Penghuni ini masih tercatat di {stay.blok.rusun.nama}, {stay.blok.nama}, unit {stay.nomor_unit}. "
            "Akhiri hunian itu dahulu."
        )
    _require_after_last(penghuni, mulai)
    _require_room(blok, nomor_unit)
    stay = Hunian(
        penghuni=penghuni,
        blok=blok,
        nomor_unit=nomor_unit,
        mulai=mulai,
        perorangan=blok.pola_hunian == PolaHunian.PERORANGAN,
        **rincian,
    )
    touch(stay, pengguna)
    stay.save()
    keep_screened(penghuni)
    return stay


@transaction.atomic
def move_out(hunian: Hunian | None, selesai: datetime.date, keluar_ke: str, pengguna: Pengguna) -> Hunian:
    """End a stay on `selesai`. Raises `HunianRefused` when it has ended already or the date cannot be."""
    if hunian is None:
        raise HunianRefused(ENDED)
    # In the order that `move_in` locks: household, then the rest.
    Penghuni.objects.select_for_update(of=("self",)).get(pk=hunian.penghuni_id)
    stay = Hunian.objects.select_for_update(of=("self",)).get(pk=hunian.pk)
    if stay.selesai is not None:
        raise HunianRefused(ENDED)
    if selesai < stay.mulai:
        raise HunianRefused("Tanggal selesai mendahului tanggal mulai tinggal.", "selesai")
    _require_past(selesai, "selesai")
    stay.selesai, stay.keluar_ke = selesai, keluar_ke
    touch(stay, pengguna)
    stay.save()
    keep_screened(stay.penghuni)
    return stay


@transaction.atomic
def move_unit(
    hunian: Hunian | None, blok: Blok, nomor_unit: str, tanggal: datetime.date, pengguna: Pengguna, **rincian: Any
) -> Hunian:
    """End a stay and begin the next one on the same day; when the new unit refuses, nothing has changed."""
    if hunian is None:
        raise HunianRefused(ENDED)
    elsewhere = blok.rusun_id != hunian.blok.rusun_id
    if not elsewhere and blok.pk == hunian.blok_id and unit_number(nomor_unit) == hunian.nomor_unit:
        raise HunianRefused("Penghuni ini sudah tinggal di unit itu. Pilih unit lain.", "nomor_unit")
    # In the order that `move_in` locks, so that two moves wait for each other instead of blocking each other.
    penghuni = Penghuni.objects.select_for_update(of=("self",)).get(pk=hunian.penghuni_id)
    if tanggal < hunian.mulai:
        raise HunianRefused("Tanggal pindah mendahului tanggal mulai tinggal di unit lama.", "mulai")
    move_out(hunian, tanggal, KeluarKe.RUSUN_LAIN if elsewhere else "", pengguna)
    return move_in(penghuni, blok, nomor_unit, tanggal, pengguna, **rincian)


@transaction.atomic
def correct_stay(
    hunian: Hunian,
    versi: int,
    blok: Blok,
    nomor_unit: str,
    mulai: datetime.date,
    pengguna: Pengguna,
    **rincian: Any,
) -> Hunian:
    """Put right what was written down wrong about an open stay that was opened at `versi`; a move is `move_unit`.

    Every column of `rincian` is set, None empties it; the field history keeps what stood there before. Raises
    `StaleVersion`, or `HunianRefused` when the stay has ended, the unit is taken or full, or the date cannot be.
    """
    penghuni = Penghuni.objects.select_for_update(of=("self",)).get(pk=hunian.penghuni_id)
    blok = Blok.objects.select_for_update(of=("self",)).select_related("rusun").get(pk=blok.pk)
    stay = Hunian.objects.select_for_update(of=("self",)).select_related("diubah_oleh").get(pk=hunian.pk)
    if stay.selesai is not None:
        raise HunianRefused(ENDED)
    check_version(stay, versi)
    nomor_unit = unit_number(nomor_unit)
    if (blok.pk, nomor_unit) != (stay.blok_id, stay.nomor_unit):
        _require_place(penghuni, blok, nomor_unit)
        _require_room(blok, nomor_unit, besides=stay)
        stay.perorangan = blok.pola_hunian == PolaHunian.PERORANGAN
    _require_past(mulai, "mulai")
    _require_after_last(penghuni, mulai)
    stay.blok, stay.nomor_unit, stay.mulai = blok, nomor_unit, mulai
    for name, value in rincian.items():
        setattr(stay, name, value)
    touch(stay, pengguna)
    stay.save()
    return stay


def _require_place(penghuni: Penghuni, blok: Blok, nomor_unit: str) -> None:
    if blok.rusun.kabupaten_kota_id != penghuni.kabupaten_kota_id:
        raise HunianRefused("Blok ini bukan di kabupaten/kota penghuni.", "blok")
    if blok.rusun.ditutup_sejak is not None:
        raise HunianRefused("Lokasi ini sudah ditutup. Pilih lokasi lain.", "blok")
    if not nomor_unit:
        raise HunianRefused("Tulis nomor unit, misalnya A-101.", "nomor_unit")


def _require_past(tanggal: datetime.date, kolom: str) -> None:
    if tanggal > timezone.localdate():
        raise HunianRefused("Tanggal tidak boleh sesudah hari ini.", kolom)


def _require_after_last(penghuni: Penghuni, mulai: datetime.date) -> None:
    last = Hunian.objects.filter(penghuni=penghuni, selesai__isnull=False).order_by("-selesai").first()
    if last and last.selesai and mulai < last.selesai:
        raise HunianRefused("Tanggal mulai mendahului akhir hunian sebelumnya. Periksa kedua tanggal.", "mulai")


def _require_room(blok: Blok, nomor_unit: str, besides: Hunian | None = None) -> None:
    others = Hunian.objects.open().filter(blok=blok, nomor_unit=nomor_unit)
    living = others.exclude(pk=besides.pk).count() if besides else others.count()
    if blok.pola_hunian == PolaHunian.PERORANGAN:
        if living >= blok.kapasitas_unit:
            raise HunianRefused(
                f"Unit {nomor_unit} sudah penuh: kapasitas {blok.kapasitas_unit} orang per unit di {blok.nama}.",
                "nomor_unit",
            )
    elif living:
        raise HunianRefused(
            f"Unit {nomor_unit} di {blok.nama} masih dihuni keluarga lain. Periksa nomor unit, atau akhiri hunian "
            "lama dahulu.",
            "nomor_unit",
        )
