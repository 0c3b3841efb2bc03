from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from .health import check_health
from .models import Pengguna

EXAMPLE_ORDER = ("operator.3319", "verifikator", "koordinator", "pimpinan", "admin")


def _next_url(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url("beranda")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def masuk(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("beranda")
    form = AuthenticationForm(request, request.POST or None)
    form.error_messages["invalid_login"] = "Nama akun atau kata sandi salah. Periksa lagi, lalu coba sekali lagi."
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(_next_url(request))
    status = 422 if form.is_bound else 200
    context = {"form": form, "akun_contoh": _example_accounts(), "next": _next_url(request)}
    return render(request, "masuk.html", context, status=status)


def _example_accounts() -> list[tuple[str, str]]:
    """One account per role, offered as buttons while the example is loaded."""
    labels = dict(Pengguna.objects.filter(contoh=True, username__in=EXAMPLE_ORDER).values_list("username", "nama"))
    return [(username, labels[username]) for username in EXAMPLE_ORDER if username in labels]


@require_POST
def keluar(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("core:masuk")


@login_not_required
@require_safe
@never_cache
def sehat(request: HttpRequest) -> JsonResponse:
    checks = check_health()
    fit = all(check.baik for check in checks if check.wajib)
    body = {"sehat": fit, "pemeriksaan": {c.nama: {"baik": c.baik, "keterangan": c.keterangan} for c in checks}}
    return JsonResponse(body, status=200 if fit else 503, json_dumps_params={"ensure_ascii": False})


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"csrf": True}, status=403)
