"""What a password has to be: first ones made here, and what people may choose themselves."""

from __future__ import annotations

import datetime
import secrets
from typing import Final

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from .models import Pengguna

AWAL_BERLAKU: Final = datetime.timedelta(hours=72)
HURUF: Final = "abcdefghjkmnpqrtuvwxy346789"
"""What cannot be taken for another on paper: no i, l, 1, o, 0, s, 5, z or 2."""


def readable_code(groups: int, length: int = 4) -> str:
    """`kavt-9xem-p3hr`: random, in groups that can be typed from paper. A character is worth 4,75 bits."""
    return "-".join("".join(secrets.choice(HURUF) for _ in range(length)) for _ in range(groups))


def first_password() -> str:
    """57 random bits: never guessed in the 72 hours it lives."""
    return readable_code(3)


class NotUsedBefore:
    """Password rule: neither the password in use nor the last one its owner chose."""

    def validate(self, password: str, user: Pengguna | None = None) -> None:
        if user is None:
            return
        if any(known and check_password(password, known) for known in (user.password, user.sandi_sebelumnya)):
            raise ValidationError("Kata sandi ini sudah pernah dipakai. Pilih yang lain.", code="used_before")

    def get_help_text(self) -> str:
        return "Jangan memakai kata sandi yang sekarang atau sebelumnya."
