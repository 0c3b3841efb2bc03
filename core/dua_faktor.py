"""The second factor: a code from an app on the phone (TOTP, RFC 6238), or one of ten recovery codes on paper."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from typing import Any, Final

import pyotp
from django.conf import settings
from django.core import checks
from django.db import transaction
from django.utils import timezone

from .enums import Peran
from .history import note
from .models import FaktorKedua, KodePemulihan, Pengguna
from .passwords import readable_code
from .sealed import InvalidToken, Sealed, seal, unseal
from .sesi import end_sessions

PENERBIT: Final = "Desk Monitoring Rusun"
JUMLAH_PEMULIHAN: Final = 10
KELONGGARAN: Final = 1
"""Steps of 30 seconds before and after the present one that are taken as well: clocks of phones differ."""
PALING_BANYAK: Final = 5
DITAHAN: Final = datetime.timedelta(minutes=15)
DILEPAS: Final = "Langkah kedua dilepas"


class FactorHeld(Exception):
    """Too many wrong codes: none is looked at for a while. Only who knows the password gets here."""

    def __str__(self) -> str:
        return "Terlalu banyak kode salah. Tunggu 15 menit, lalu masuk lagi."


class WrongCode(Exception):
    """The code is wrong, over, or was used already."""

    def __str__(self) -> str:
        return "Kode salah atau sudah dipakai. Tunggu kode berikutnya di aplikasi, lalu ketik kode itu."


def is_shared(pengguna: Pengguna) -> bool:
    """An example account where examples may live: everybody knows its password, so it takes on nothing personal."""
    return pengguna.contoh and settings.ALLOW_EXAMPLE


def must_have_factor(pengguna: Pengguna) -> bool:
    """Whether `WAJIB_DUA_FAKTOR` asks a second factor of this account."""
    named = set(settings.WAJIB_DUA_FAKTOR)
    return not is_shared(pengguna) and (pengguna.peran in named or (pengguna.koordinator and "koordinator" in named))


@checks.register
def check_setting(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Whether `WAJIB_DUA_FAKTOR` names roles that exist: a wrong word would protect nobody."""
    known = [*Peran.values, "koordinator"]
    return [
        checks.Error(f"WAJIB_DUA_FAKTOR: '{name}' tidak dikenal. Pilihan: {', '.join(known)}.", id="core.E001")
        for name in settings.WAJIB_DUA_FAKTOR
        if name not in known
    ]


# --- beginning and ending ---------------------------------------------------------------------------------------------


def begin(pengguna: Pengguna) -> str:
    """A new secret on its way through the page that shows it, sealed and bound to the account. Nothing is stored."""
    return seal(f"{pengguna.pk}:{pyotp.random_base32()}")


def begun(pengguna: Pengguna, token: str) -> str | None:
    """The secret that `begin` sealed for this account; None when it is somebody else's or unreadable."""
    try:
        owner, _, secret = unseal(token).partition(":")
    except InvalidToken:
        return None
    return secret if secret and owner == str(pengguna.pk) else None


def address_for_app(pengguna: Pengguna, secret: str) -> str:
    """What the QR code says: the app shows the office and the account."""
    return pyotp.TOTP(secret).provisioning_uri(name=pengguna.username, issuer_name=PENERBIT)


@transaction.atomic
def enrol(pengguna: Pengguna, secret: str, kode: str, *, session: str | None = None) -> list[str]:
    """Switch the second factor on, proven by a first code; returns the recovery codes, which are not kept.

    Every session but `session` ends: it began without one. Raises `WrongCode`.
    """
    step = _step_of(secret, kode)
    if step is None:
        raise WrongCode
    FaktorKedua.objects.update_or_create(
        pengguna=pengguna,
        defaults={"rahasia": Sealed(secret), "langkah": step, "gagal": 0, "ditahan_sampai": None},
    )
    pengguna.dua_faktor_sejak = timezone.now()
    pengguna.save(update_fields=["dua_faktor_sejak"])
    note(pengguna, "Langkah kedua dipasang", pengguna)
    end_sessions(pengguna, but=session)
    return _new_recovery_codes(pengguna)


@transaction.atomic
def renew_recovery_codes(pengguna: Pengguna) -> list[str]:
    """Ten new recovery codes; the old ones end."""
    note(pengguna, "Kode pemulihan dibuat baru", pengguna)
    return _new_recovery_codes(pengguna)


@transaction.atomic
def take_away(pengguna: Pengguna, oleh: Pengguna | None, alasan: str, *, session: str | None = None) -> None:
    """Switch the second factor off, with a reason; every session but `session` ends."""
    FaktorKedua.objects.filter(pengguna=pengguna).delete()
    KodePemulihan.objects.filter(pengguna=pengguna).delete()
    pengguna.dua_faktor_sejak = None
    pengguna.save(update_fields=["dua_faktor_sejak"])
    note(pengguna, DILEPAS, oleh, alasan)
    end_sessions(pengguna, but=session)


# --- checking ---------------------------------------------------------------------------------------------------------


def check_code(pengguna: Pengguna, kode: str) -> bool:
    """Take a code of the app, or a recovery code, once; returns whether it was one of recovery.

    Raises `WrongCode` or `FactorHeld`.

    Counted under a row lock: no two tries at once see the same state, and a restart forgets none.
    """
    kode = "".join(kode.lower().split())
    with transaction.atomic():
        faktor = FaktorKedua.objects.select_for_update().get(pengguna=pengguna)
        now = timezone.now()
        if faktor.ditahan_sampai is not None and faktor.ditahan_sampai > now:
            raise FactorHeld
        step = _step_of(faktor.rahasia.reveal(), kode)
        of_recovery = False
        if step is not None and step > faktor.langkah:
            faktor.langkah = step
            right = True
        else:
            right = of_recovery = _take_recovery_code(pengguna, kode)
        faktor.gagal = 0 if right else faktor.gagal + 1
        held = faktor.gagal >= PALING_BANYAK
        if held:
            faktor.gagal, faktor.ditahan_sampai = 0, now + DITAHAN
        faktor.save()
    if held:
        note(pengguna, "Kode langkah kedua salah berkali-kali; ditahan 15 menit", None)
        raise FactorHeld
    if not right:
        raise WrongCode
    return of_recovery


def recovery_codes_left(pengguna: Pengguna) -> int:
    """How many recovery codes have not been used."""
    return KodePemulihan.objects.filter(pengguna=pengguna).count()


def _step_of(secret: str, kode: str) -> int | None:
    """The step of 30 seconds `kode` belongs to, near the present one."""
    if len(kode) != 6 or not (kode.isascii() and kode.isdigit()):
        return None
    totp = pyotp.TOTP(secret)
    present = int(timezone.now().timestamp()) // totp.interval
    found = None
    for step in range(present - KELONGGARAN, present + KELONGGARAN + 1):  # all of them: the time tells nothing
        if secrets.compare_digest(totp.generate_otp(step), kode):
            found = step
    return found


def _new_recovery_codes(pengguna: Pengguna) -> list[str]:
    codes = [readable_code(4) for _ in range(JUMLAH_PEMULIHAN)]
    KodePemulihan.objects.filter(pengguna=pengguna).delete()
    KodePemulihan.objects.bulk_create(KodePemulihan(pengguna=pengguna, sidik=_digest(pengguna, c)) for c in codes)
    return codes


def _take_recovery_code(pengguna: Pengguna, kode: str) -> bool:
    used, _ = KodePemulihan.objects.filter(pengguna=pengguna, sidik=_digest(pengguna, kode)).delete()
    if used:
        note(pengguna, "Kode pemulihan dipakai", pengguna)
    return bool(used)


def _digest(pengguna: Pengguna, kode: str) -> str:
    """A plain hash is enough for 76 random bits."""
    return hashlib.sha256(f"{pengguna.pk}:{kode.replace('-', '')}".encode()).hexdigest()
