"""Writing a household down: once per kabupaten/kota, never over somebody else's change."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from core.models import KabupatenKota, Pengguna
from core.sealed import Sealed
from core.versions import check_version, touch

from .models import Penghuni


class NikRecorded(Exception):
    """The NIK already stands in the list of the same kabupaten/kota."""

    def __str__(self) -> str:
        return "NIK ini sudah tercatat di daftar penghuni Anda. Cari NIK ini di halaman Penghuni, lalu ubah datanya."


def is_recorded(nik: str, kabupaten_kota: KabupatenKota | str, besides: Penghuni | None = None) -> bool:
    """Whether the list of `kabupaten_kota` has `nik`, other than on `besides`."""
    same = Penghuni.objects.with_nik(nik).filter(kabupaten_kota=kabupaten_kota)
    return same.exclude(pk=besides.pk).exists() if besides else same.exists()


def is_recorded_elsewhere(penghuni: Penghuni) -> bool:
    """Whether another kabupaten/kota lists the same NIK. Where and who is for the province only."""
    nik = _nik_of(penghuni)
    return bool(nik) and Penghuni.objects.with_nik(nik).exclude(kabupaten_kota=penghuni.kabupaten_kota_id).exists()


def record_household(penghuni: Penghuni, pengguna: Pengguna) -> Penghuni:
    """Save a new household in the pengguna's kabupaten/kota. Raises `NikRecorded`."""
    assert pengguna.kabupaten_kota is not None
    penghuni.kabupaten_kota = pengguna.kabupaten_kota
    _save(penghuni, pengguna)
    return penghuni


def update_household(penghuni: Penghuni, versi: int, pengguna: Pengguna) -> Penghuni:
    """Save the changed `penghuni` that was opened at `versi`. Raises `StaleVersion` or `NikRecorded`."""
    with transaction.atomic():
        current = Penghuni.objects.select_for_update(of=("self",)).select_related("diubah_oleh").get(pk=penghuni.pk)
        check_version(current, versi)
        _save(penghuni, pengguna)
    return penghuni


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


def _nik_of(penghuni: Penghuni) -> str:
    """Also of a row that was never saved, whose sealed columns are still plain empty text."""
    return penghuni.nik.reveal() if isinstance(penghuni.nik, Sealed) else str(penghuni.nik)
