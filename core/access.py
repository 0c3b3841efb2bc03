"""Which role may open which page. Predicates read as sentences; a view wears one through `@allow`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .enums import Peran
from .models import Pengguna

Predicate = Callable[[Pengguna], bool]


def operator(pengguna: Pengguna) -> bool:
    return pengguna.peran == Peran.OPERATOR


def verifikator(pengguna: Pengguna) -> bool:
    return pengguna.peran == Peran.VERIFIKATOR


def koordinator(pengguna: Pengguna) -> bool:
    return verifikator(pengguna) and pengguna.koordinator


def pimpinan(pengguna: Pengguna) -> bool:
    return pengguna.peran == Peran.PIMPINAN


def admin(pengguna: Pengguna) -> bool:
    return pengguna.peran == Peran.ADMIN


def sees_registry(pengguna: Pengguna) -> bool:
    """Buildings, figures, documents: everybody but the admin, who keeps accounts and reference data."""
    return not admin(pengguna)


def sees_penghuni(pengguna: Pengguna) -> bool:
    """Residents by name: the province, and operators with `akses_penghuni`. Heads of office see counts only."""
    return verifikator(pengguna) or (operator(pengguna) and pengguna.akses_penghuni)


def brings_workbooks(pengguna: Pengguna) -> bool:
    """Filling in by Excel: the kabupaten/kota, and the province on its behalf."""
    return operator(pengguna) or verifikator(pengguna)


def allow(*predicates: Predicate) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let through whoever satisfies one of `predicates`; others get 403. Login itself is asked by the middleware."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated or not any(predicate(request.user) for predicate in predicates):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
