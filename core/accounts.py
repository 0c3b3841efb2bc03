"""Changing accounts: somebody must always be able to let the others in."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from .enums import Peran
from .history import note
from .models import Pengguna


class LastAdmin(Exception):
    """The change would leave nobody who keeps the accounts."""

    def __str__(self) -> str:
        return "Ini admin aktif terakhir. Buat atau aktifkan admin lain dahulu, lalu ulangi."


class UsernameTaken(Exception):
    """Another account has this name already."""

    def __str__(self) -> str:
        return "Nama akun ini sudah dipakai. Pilih nama lain."


@transaction.atomic
def save_account(akun: Pengguna) -> Pengguna:
    """Save a new or changed account. Raises `UsernameTaken`, or `LastAdmin` when no active admin would remain."""
    admins = Pengguna.objects.select_for_update().filter(peran=Peran.ADMIN, is_active=True)
    if not settings.ALLOW_EXAMPLE:
        admins = admins.filter(contoh=False)
    active = set(admins.values_list("pk", flat=True))
    stays_admin = akun.peran == Peran.ADMIN and akun.is_active
    if active == {akun.pk} and not stays_admin:
        raise LastAdmin
    if Pengguna.objects.filter(username=akun.username).exclude(pk=akun.pk).exists():
        raise UsernameTaken
    akun.save()
    return akun


@transaction.atomic
def set_password(akun: Pengguna, password: str, oleh: Pengguna) -> None:
    """Give `akun` a new, already checked password. The history says that and by whom; it never holds the password."""
    akun.set_password(password)
    akun.save(update_fields=["password"])
    note(akun, "Kata sandi diganti", oleh)
