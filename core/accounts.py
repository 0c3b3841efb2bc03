"""Changing accounts: who gets in and how they come by a password. Somebody must always be able to let the others in."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from .dua_faktor import DILEPAS, is_shared
from .enums import Peran
from .history import events, note
from .models import KodeMasuk, Pengguna
from .passwords import AWAL_BERLAKU, first_password
from .percobaan import AWAL_DIBERIKAN, DIBANTU_SELAMA, DICOBA_BANYAK, KODE_DIBERIKAN, KODE_DIPAKAI, forget_tries
from .sesi import end_sessions
from .signin import is_open

KODE_BERLAKU: Final = DIBANTU_SELAMA  # so long also where the address is closed
KODE_DICOBA: Final = 5
TIKET_BERLAKU: Final = 10 * 60
DIATUR: Final = (
    "nama", "peran", "kabupaten_kota", "akses_penghuni", "koordinator", "jabatan", "nip", "surel", "whatsapp",
    "is_active",
)  # fmt: skip
"""What the page of an account changes; signing in and passwords change the other columns of the same row."""
JADI_ADMIN: Final = "Menjadi admin"
DIAWASI: Final = datetime.timedelta(days=7)
"""How long the admins are told what happened to an account."""
TERBANYAK: Final = 10
"""So many accounts that were tried stand there at most: anybody can add to them, and they hide nothing else."""
WEWENANG: Final = ("peran", "kabupaten_kota_id", "akses_penghuni", "koordinator", "is_active")


class LastAdmin(Exception):
    """The change would leave nobody who keeps the accounts."""

    def __str__(self) -> str:
        return (
            "Ini admin terakhir yang dapat masuk. Pastikan admin lain aktif dan sudah menetapkan kata sandinya "
            "sendiri, lalu ulangi."
        )


class UsernameTaken(Exception):
    """Another account has this name already."""

    def __init__(self, username: str = "") -> None:
        super().__init__(username)
        self.username = username

    def __str__(self) -> str:
        return "Nama akun ini sudah dipakai. Pilih nama lain."


class AccountChanged(Exception):
    """Somebody else saved the account since its page was opened. `row` is the newer state."""

    def __init__(self, row: Pengguna) -> None:
        super().__init__()
        self.row = row

    def __str__(self) -> str:
        return (
            "Akun ini sudah diubah admin lain setelah Anda membukanya. Perubahan Anda belum disimpan. "
            "Periksa nilai terbaru, lalu simpan lagi."
        )


class PasswordChanged(Exception):
    """The account got another password since this one was checked against it."""

    def __str__(self) -> str:
        return (
            "Kata sandi akun ini baru saja diganti, jadi yang Anda ketik tidak disimpan. Masuk lagi untuk melanjutkan."
        )


class SuspendedAccount(Exception):
    """Nobody gets in by this account: neither a code nor a first password would help."""

    def __str__(self) -> str:
        return "Akun dibekukan; aktifkan dahulu, lalu ulangi."


class SharedAccount(Exception):
    """An example account: its published password is for everybody."""

    def __str__(self) -> str:
        return "Akun contoh memakai kata sandi bersama, jadi tidak dapat diganti. Buat akun lain untuk mencoba."


@dataclass(frozen=True)
class Diberikan:
    """A first password as it is told once: on a page and on a slip of paper, never stored."""

    akun: Pengguna
    sandi: str
    sampai: datetime.datetime


def with_first_passwords(akun: Sequence[Pengguna]) -> list[Diberikan]:
    """Put a first password on accounts that are about to be saved. Slow on purpose (one hash each): no transaction."""
    sampai = timezone.now() + AWAL_BERLAKU
    return [_with_first_password(row, sampai) for row in akun]


def _with_first_password(akun: Pengguna, sampai: datetime.datetime) -> Diberikan:
    sandi = first_password()
    akun.set_password(sandi)
    akun.sandi_awal_sampai = sampai
    return Diberikan(akun, sandi, sampai)


@transaction.atomic
def create_accounts(akun: Sequence[Pengguna], oleh: Pengguna | None) -> None:
    """Save new accounts, all or none; the history says of an admin who made it. Raises `UsernameTaken`."""
    names = [row.username for row in akun]
    if taken := Pengguna.objects.filter(username__in=names).values_list("username", flat=True).first():
        raise UsernameTaken(taken)
    for row in akun:  # one by one: each writes its history
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            if Pengguna.objects.filter(username=row.username).exists():  # made by somebody else just now
                raise UsernameTaken(row.username) from None
            raise
        if _is_admin(row):
            note(row, JADI_ADMIN, oleh)


@transaction.atomic
def change_account(akun: Pengguna, versi: int, oleh: Pengguna | None) -> None:
    """Save a changed account. Whoever may see less or other things now is signed out at once; of who becomes an admin,
    also again, the history says by whom.

    `versi` is what its page was opened with. Raises `AccountChanged`, or `LastAdmin` when no other admin would remain
    who has set a password of the own, and so can get in: the admins are locked first, so that two of them cannot close
    each other.
    """
    admins = {row.pk: row for row in active_admins().select_for_update(no_key=True)}
    before = _locked(akun)
    if before.versi != versi:
        raise AccountChanged(before)
    others = [row for row in admins.values() if row.pk != akun.pk and row.sandi_awal_sampai is None]
    if akun.pk in admins and not _is_admin(akun) and not others:
        raise LastAdmin
    akun.versi = before.versi + 1
    akun.save(update_fields=[*DIATUR, "versi"])
    if any(getattr(before, name) != getattr(akun, name) for name in WEWENANG):
        end_sessions(akun)
    if _is_admin(akun) and not _is_admin(before):
        note(akun, JADI_ADMIN, oleh)


def _is_admin(akun: Pengguna) -> bool:
    return akun.peran == Peran.ADMIN and akun.is_active


def _locked(akun: Pengguna) -> Pengguna:
    """The account as it is now, held until the transaction ends. Before its code: everybody takes them in this order.

    Rows that only name the account (who did something) are written all the while.
    """
    return Pengguna.objects.select_for_update(no_key=True).get(pk=akun.pk)


def active_admins() -> models.QuerySet[Pengguna]:
    """The accounts that can let others in. Example admins count only where examples may live."""
    admins = Pengguna.objects.filter(peran=Peran.ADMIN, is_active=True)
    return admins if settings.ALLOW_EXAMPLE else admins.filter(contoh=False)


# --- passwords --------------------------------------------------------------------------------------------------------


def give_first_password(akun: Pengguna, oleh: Pengguna | None) -> Diberikan:
    """A new first password for somebody who lost the own one; all sessions end.

    Raises `SharedAccount` or `SuspendedAccount`.
    """
    _require_own(akun)
    (given,) = with_first_passwords([akun])
    with transaction.atomic():
        before = _locked(akun)
        _require_active(before)
        _remember(akun, before)
        akun.save(update_fields=["password", "sandi_awal_sampai", "sandi_sebelumnya"])
        note(akun, AWAL_DIBERIKAN, oleh)
        KodeMasuk.objects.filter(pengguna=akun).delete()
        end_sessions(akun)
        forget_tries(akun)
    return given


@transaction.atomic
def set_password(akun: Pengguna, password: str, oleh: Pengguna | None, *, session: str | None = None) -> None:
    """Give `akun` a new password, already checked. The history says that and by whom; it never holds the password.

    Every session but `session` ends. Raises `SharedAccount`, or `PasswordChanged` when the account has another password
    by now than `akun` was read with: the help of an admin is not undone by what was under way.
    """
    _require_own(akun)
    known = akun.password
    akun.set_password(password)  # slow on purpose: before the row is held
    before = _locked(akun)
    if before.password != known:
        raise PasswordChanged
    akun.sandi_awal_sampai = None
    _remember(akun, before)
    akun.save(update_fields=["password", "sandi_awal_sampai", "sandi_sebelumnya"])
    note(akun, "Kata sandi diganti", oleh)
    KodeMasuk.objects.filter(pengguna=akun).delete()
    end_sessions(akun, but=session)


def _require_own(akun: Pengguna) -> None:
    if is_shared(akun):
        raise SharedAccount


def _require_active(akun: Pengguna) -> None:
    if not akun.is_active:
        raise SuspendedAccount


def _remember(akun: Pengguna, before: Pengguna) -> None:
    """Keep what the owner had chosen, so that it is not chosen again; a first password was not chosen."""
    akun.sandi_sebelumnya = before.password if before.sandi_awal_sampai is None else before.sandi_sebelumnya


# --- a code over the phone --------------------------------------------------------------------------------------------


def give_code(akun: Pengguna, oleh: Pengguna) -> tuple[str, datetime.datetime]:
    """Eight figures to be told over the phone, and until when; an earlier code ends.

    Raises `SharedAccount` or `SuspendedAccount`.
    """
    _require_own(akun)
    kode = f"{secrets.randbelow(10**8):08d}"
    sandi, sampai = make_password(kode), timezone.now() + KODE_BERLAKU
    with transaction.atomic():
        _require_active(_locked(akun))
        KodeMasuk.objects.update_or_create(
            pengguna=akun, defaults={"sandi": sandi, "sampai": sampai, "dicoba": 0}
        )  # fmt: skip
        note(akun, KODE_DIBERIKAN, oleh)
        forget_tries(akun)
    return kode, sampai


def try_code(username: str, kode: str) -> str | None:
    """A ticket to set a new password, when the code is right; None otherwise, after the same work.

    The try is counted before the code is looked at, so that no number of tries at once is more than the limit.
    """
    kode = "".join(kode.split()).replace("-", "")
    akun = Pengguna.objects.filter(username=username).first()
    row = None
    if akun is not None and is_open(akun):
        usable = KodeMasuk.objects.filter(pengguna=akun, sampai__gt=timezone.now(), dicoba__lt=KODE_DICOBA)
        if usable.update(dicoba=F("dicoba") + 1):
            row = KodeMasuk.objects.filter(pengguna=akun).first()
    if row is None:
        make_password(kode)
        return None
    return signing.dumps(_mark_of(row), salt="kode-masuk") if check_password(kode, row.sandi) else None


def account_of_ticket(tiket: str) -> Pengguna | None:
    """Whose password the ticket lets set. None once it is old, used, or another code was given."""
    try:
        mark = signing.loads(tiket, salt="kode-masuk", max_age=TIKET_BERLAKU)
    except signing.BadSignature:
        return None
    row = KodeMasuk.objects.select_related("pengguna").filter(pengguna=mark[0]).first()
    return row.pengguna if row is not None and _mark_of(row) == mark and is_open(row.pengguna) else None


@transaction.atomic
def use_ticket(tiket: str, password: str) -> Pengguna | None:
    """Set the new, already checked password by a ticket, once. None when it does not hold any more."""
    akun = account_of_ticket(tiket)
    if akun is None:
        return None
    _locked(akun)
    akun = account_of_ticket(tiket)  # used, or another code or a first password given, just before
    if akun is None:
        return None
    note(akun, KODE_DIPAKAI, akun)
    set_password(akun, password, akun)
    forget_tries(akun)
    return akun


def _mark_of(row: KodeMasuk) -> list[object]:
    return [row.pengguna_id, row.sandi[-16:]]


# --- what admins are told ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kejadian:
    """Something that happened to an account, and who did it ("" when nobody of the site did)."""

    akun: Pengguna
    peristiwa: str
    waktu: datetime.datetime
    oleh: str


def watched_events(pengguna: Pengguna, saat: datetime.datetime) -> list[Kejadian]:
    """What `pengguna`, an admin, should know of the last week: first all that others did so that somebody gets in as an
    admin, then accounts that were tried from many addresses; each newest first. Two queries.
    """
    told = (JADI_ADMIN, AWAL_DIBERIKAN, KODE_DIBERIKAN, DILEPAS, DICOBA_BANYAK)
    entries = list(events(Pengguna, told, saat - DIAWASI).exclude(actor=pengguna).select_related("actor"))
    akun = Pengguna.objects.in_bulk({entry.object_id for entry in entries})
    done, tried = [], []
    for entry in entries:
        peristiwa, row = entry.additional_data["peristiwa"], akun.get(entry.object_id)
        if row is None:
            continue
        kejadian = Kejadian(row, peristiwa, entry.timestamp, str(entry.actor or ""))
        if peristiwa == DICOBA_BANYAK:
            tried.append(kejadian)
        elif peristiwa == JADI_ADMIN or (row.peran == Peran.ADMIN and entry.actor != row):
            done.append(kejadian)  # having been an admin for a while is told as well
    return done + tried[:TERBANYAK]
