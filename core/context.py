"""What every page shows around its content: the menu of the user's role, and whether the data are an example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from .access import Predicate, admin, brings_workbooks, sees_penghuni, sees_registry
from .konsep import owner_mark
from .models import Pengguna


@dataclass(frozen=True)
class MenuItem:
    label: str
    url: str
    icon: str
    active: bool


def everybody(pengguna: Pengguna) -> bool:
    return True


# Label, URL name, icon, beginning of the view names that belong to it, and who sees it.
MENU: tuple[tuple[str, str, str, str, Predicate], ...] = (
    ("Beranda", "beranda", "home", "beranda", everybody),
    ("Rusun & rusus", "rusun:daftar", "building-office-2", "rusun:", sees_registry),
    ("Permasalahan", "rusun:masalah_daftar", "wrench-screwdriver", "rusun:masalah", sees_registry),
    ("Tindak lanjut", "rusun:tindak_lanjut_daftar", "clipboard-document-check", "rusun:tindak_lanjut", sees_registry),
    ("Penghuni", "penghuni:daftar", "users", "penghuni:", sees_penghuni),
    ("Program rumah", "penghuni:program_papan", "home-modern", "penghuni:program", sees_penghuni),
    ("Permintaan data", "penghuni:permintaan_daftar", "inbox", "penghuni:permintaan", sees_penghuni),
    ("Isi lewat Excel", "impor:daftar", "table-cells", "impor:", brings_workbooks),
    ("Periode", "monitoring:periode_daftar", "calendar-days", "monitoring:", sees_registry),
    ("Pengguna", "core:pengguna_daftar", "user-group", "core:pengguna", admin),
    ("Jejak", "core:jejak", "finger-print", "core:jejak", admin),
    ("Data acuan", "acuan", "book-open", "acuan", admin),
)


def build_menu(pengguna: Pengguna, view_name: str) -> list[MenuItem]:
    """The pages open to `pengguna`; the one that `view_name` belongs to most closely is marked active."""
    belongs = max((section for *_, section, _ in MENU if view_name.startswith(section)), key=len, default=None)
    return [
        MenuItem(label, reverse(url_name), icon, section == belongs)
        for label, url_name, icon, section, sees in MENU
        if sees(pengguna)
    ]


def has_example_data() -> bool:
    """Whether this installation holds the synthetic example: then every page and paper says so."""
    return Pengguna.objects.filter(contoh=True).exists()


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for `base.html`. Both answers are lazy: a fragment that shows neither asks no question."""
    return {
        "menu": SimpleLazyObject(_menu_of(request)),
        "data_contoh": SimpleLazyObject(has_example_data),
        "pemilik_konsep": SimpleLazyObject(lambda: owner_mark(request.user) if request.user.is_authenticated else ""),
    }


def _menu_of(request: HttpRequest) -> Callable[[], list[MenuItem]]:
    def menu() -> list[MenuItem]:
        pengguna = getattr(request, "user", None)
        if pengguna is None or not pengguna.is_authenticated:
            return []
        match = request.resolver_match
        return build_menu(pengguna, match.view_name if match else "")

    return menu
