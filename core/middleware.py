"""Headers on every page, and what is asked of somebody who is not signed in (any more)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from auditlog.middleware import AuditlogMiddleware
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from whitenoise.middleware import WhiteNoiseFileResponse

from .konsep import DraftTooLong, entrust, store_draft, take_back
from .sign_in_views import sign_in_again
from .signin import duty_of
from .tertahan import is_held, release

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",  # Bootstrap draws its select and tick marks as data: images
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """Strict policy on every response; `no-store` on those of views, while static files stay cached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A view that serves an attachment brings a stricter policy of its own.
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not isinstance(response, WhiteNoiseFileResponse):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page asks for a login, and first for what an account owes: a password of its own, a second factor.

    A form whose session ended keeps its text through the login page.
    """

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        # Django would read the account first, also for a page that is for everybody.
        if not getattr(view_func, "login_required", True):
            return None
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is not None or getattr(view_func, "open_before_duty", False):
            return refused
        duty = duty_of(request.user)
        return self.do_first(request, view_func, duty) if duty else None

    def do_first(self, request: HttpRequest, view_func: Any, duty: str) -> HttpResponse:
        """Lead to what has to be done before any other page opens, and back; what was typed is kept as a draft."""
        if request.method == "POST" and getattr(view_func, "keeps_draft", False):
            with suppress(DraftTooLong):
                store_draft(request.user, request.get_full_path(), request.POST)
        query = urlencode({"next": self.way_back(request, view_func)})
        return redirect(f"{reverse(duty)}?{query}")

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        if request.method == "POST" and getattr(view_func, "keeps_draft", False):
            return sign_in_again(request)
        return redirect_to_login(self.way_back(request, view_func))

    def way_back(self, request: HttpRequest, view_func: Any) -> str:
        """What opens afterwards: the page asked for; for a button, whose address is no page, the one it stands on."""
        if request.method != "POST" or getattr(view_func, "keeps_draft", False):
            return request.get_full_path()
        page = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
            return resolve_url("beranda")
        return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()


class NotAllowedMiddleware:
    """A person who comes to an address that takes no such request reads why; a script gets the bare 405."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and "text/html" in request.headers.get("Accept", ""):
            response.content = render_to_string("405.html", request=request)
        return response


class HeldFormMiddleware:
    """A form that met a failure comes back from the page that said so, and is taken as if it were posted now."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_held(request) and not release(request) and request.user.is_authenticated:
            return self.of_another_session(request)
        return self.get_response(request)

    def of_another_session(self, request: HttpRequest) -> HttpResponse:
        """Signed in anew meanwhile: the same person finds a draft, anybody else nothing."""
        alamat = request.get_full_path()
        tujuan = take_back(entrust(alamat, request.POST), request.user)
        if not tujuan:
            messages.warning(request, "Tulisan dari sesi sebelumnya tidak dibawa: milik akun lain, atau sudah lama.")
        return redirect(tujuan or alamat)


class HistoryMiddleware(AuditlogMiddleware):
    """Who changes something is noted beside the change. Looking on changes nothing, so nobody is looked up for it."""

    @staticmethod
    def _get_actor(request: HttpRequest) -> Any:
        return None if request.method in ("GET", "HEAD") else AuditlogMiddleware._get_actor(request)
