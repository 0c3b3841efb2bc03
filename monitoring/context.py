"""What every page shows beside the menu: how many notices are unread."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import Pemberitahuan
from .pengingat.pemberitahuan import is_told


def notices(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy, and asked only for those who are told things: one query a page."""

    def unread() -> int:
        pengguna = getattr(request, "user", None)
        if pengguna is None or not pengguna.is_authenticated or not is_told(pengguna):
            return 0
        return Pemberitahuan.objects.visible_to(pengguna).unread().count()

    return {"pemberitahuan_baru": SimpleLazyObject(unread)}
