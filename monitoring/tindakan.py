"""How a page performs a move: once per form key, with a refusal told as a message that lists its points."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.idempotency import perform_once
from monitoring.isian.workflow import MoveRefused

SHOWN = 8


def refusal_text(refusal: MoveRefused) -> SafeString:
    """The message with its first points, one per line."""
    points = refusal.rincian[:SHOWN]
    if more := len(refusal.rincian) - len(points):
        points = [*points, f"dan {more} hal lain"]
    return format_html("{}{}", refusal.pesan, format_html_join("", "<br>• {}", ((point,) for point in points)))


def perform(request: HttpRequest, action: Callable[[], str], *, berhasil: str, kembali: str) -> HttpResponseRedirect:
    """Run `action` once under the posted form key and go where it says; when refused, tell why and go to `kembali`."""
    try:
        return perform_or_raise(request, action, berhasil=berhasil)
    except MoveRefused as refusal:
        messages.error(request, refusal_text(refusal))
        return HttpResponseRedirect(kembali)


def perform_or_raise(request: HttpRequest, action: Callable[[], str], *, berhasil: str) -> HttpResponseRedirect:
    """As `perform`, for a page that shows a refusal itself and keeps what was typed."""
    tujuan = perform_once(request.POST.get("kunci_formulir", ""), request.user, action)  # type: ignore[arg-type]
    messages.success(request, berhasil)
    return HttpResponseRedirect(tujuan)
