"""Writing a household down: once per kabupaten/kota, never over somebody else's change."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction

from core.history import note
from core.models import KabupatenKota, Pengguna
from core.sealed import Sealed, fingerprints
from core.versions import check_version, touch

from .akses import SEALED, require_reason
from .anonim import require_named
from .ganda import listed_elsewhere
from .models import Penghuni
from .penyaringan import keep_screened


class NikRecorded(Exception):
    """The NIK already stands in the list of the same kabupaten/kota."""

    def __str__(self) -> str:
        return "NIK ini sudah tercatat di daftar penghuni Anda. Cari NIK ini di halaman Penghuni, lalu ubah datanya."


def is_recorded(nik: str, kabupaten_kota: KabupatenKota | str, besides: Penghuni | None = None) -> bool:
    """Whether the list of `kabupaten_kota` has `nik`, other than on `besides`."""
    same = Penghuni.objects.with_nik(nik).filter(kabupaten_kota=kabupaten_kota)
    return same.exclude(pk=besides.pk).exists() if besides else same.exists()


def is_recorded_elsewhere(penghuni: Penghuni) -> bool:
    """Whether another kabupaten/kota lists the same NIK, as far as an operator may know (`listed_elsewhere`)."""
    nik = _nik_of(penghuni)
    return bool(nik) and listed_elsewhere(fingerprints(nik), penghuni.kabupaten_kota_id, [penghuni.pk]).exists()


def record_household(penghuni: Penghuni, pengguna: Pengguna) -> Penghuni:
    """Save a new household in the pengguna's kabupaten/kota. Raises `NikRecorded`."""
    assert pengguna.kabupaten_kota is not None
    penghuni.kabupaten_kota = pengguna.kabupaten_kota
    _save(penghuni, pengguna)
    return penghuni


def update_household(penghuni: Penghuni, versi: int, pengguna: Pengguna) -> Penghuni:
    """Save the changed `penghuni` that was opened at `versi`. Raises `StaleVersion`, `NikRecorded` or
    `HouseholdAnonymised`. The history notes which sealed numbers changed, never a number.
    """
    with transaction.atomic():
        current = _current(penghuni, versi)
        _save(penghuni, pengguna)
        if changed := [name for name in SEALED if getattr(current, name) != getattr(penghuni, name)]:
            note(penghuni, f"{_labels(changed)} diperbarui", pengguna)
    return penghuni


def clear_numbers(penghuni: Penghuni, kolom: Collection[str], versi: int, alasan: str, pengguna: Pengguna) -> Penghuni:
    """Empty the sealed numbers `kolom` (of `akses.SEALED`) of a household opened at `versi`.

    The history keeps which, by whom and why, never a number. Raises `StaleVersion`, `ReasonMissing` or
    `HouseholdAnonymised`.
    """
    reason = require_reason(alasan)
    with transaction.atomic():
        row = _current(penghuni, versi)
        for name in kolom:
            setattr(row, name, Sealed(""))
        _save(row, pengguna)
        note(row, f"{_labels(kolom)} dikosongkan", pengguna, reason)
    return row


def _labels(kolom: Collection[str]) -> str:
    """`NIK, No KK` for a reader."""
    return ", ".join(str(field.verbose_name) for field in Penghuni._meta.concrete_fields if field.name in kolom)


def _current(penghuni: Penghuni, versi: int) -> Penghuni:
    """The row as it is now, locked, if it still is at `versi` and names somebody."""
    current = Penghuni.objects.select_for_update(of=("self",)).select_related("diubah_oleh").get(pk=penghuni.pk)
    require_named(current)
    check_version(current, versi)
    return current


def _save(penghuni: Penghuni, pengguna: Pengguna) -> None:
    nik = _nik_of(penghuni)
    if nik and is_recorded(nik, penghuni.kabupaten_kota_id, None if penghuni._state.adding else penghuni):
        raise NikRecorded
    touch(penghuni, pengguna)
    try:
        with transaction.atomic():
            penghuni.save()
    except IntegrityError as error:  # two colleagues at the same moment: the database has the last word
        if "nik_sidik" in str(error) or "penghuni_nik_unik" in str(error):
            raise NikRecorded from None
        raise
    keep_screened(penghuni)


def _nik_of(penghuni: Penghuni) -> str:
    """Also of a row that was never saved, whose sealed columns are still plain empty text."""
    return penghuni.nik.reveal() if isinstance(penghuni.nik, Sealed) else str(penghuni.nik)
