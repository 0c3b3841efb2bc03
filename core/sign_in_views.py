"""The pages before signing in: name and password, the second factor, and a new password by a code from the phone."""

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from . import accounts
from .account_forms import KodeFaktorForm, KodeTeleponForm, PilihSandi
from .dua_faktor import FactorHeld, WrongCode, check_code, is_shared, recovery_codes_left
from .konsep import BUANG, entrust, take_back
from .models import Pengguna
from .percobaan import is_closed
from .signin import BACKEND, EXAMPLE_PASSWORD, account_of_ticket, ticket_for

EXAMPLE_ORDER = ("operator.3319", "verifikator", "koordinator", "pimpinan", "admin")
SALAH = (
    "Nama akun atau kata sandi salah. Periksa lagi, lalu coba sekali lagi. Kata sandi awal hanya berlaku sampai "
    "waktu di slipnya."
)
KODE_SALAH = "Nama akun atau kode salah, atau kodenya sudah tidak berlaku. Periksa lagi, atau minta kode baru."


def next_url(request: HttpRequest) -> str:
    """Where `next` leads, when that is a path of this site; else home. A bare word would be taken for a page's name."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target.startswith("/") else resolve_url("beranda")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password", "titipan", "tiket", "kode", "new_password1", "new_password2")
def masuk(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return _go_on(request, request.user)
    # Without a password nothing was tried: somebody comes back from the next page with what travels.
    form = AuthenticationForm(request, request.POST if "password" in request.POST else None)
    form.error_messages["invalid_login"] = SALAH
    if form.is_valid():
        pengguna = form.get_user()
        if pengguna.dua_faktor_sejak is None or is_shared(pengguna):
            return _enter(request, pengguna)
        return _second_step(request, KodeFaktorForm(), ticket_for(pengguna), 200)
    return _sign_in_page(request, form, 422 if form.is_bound else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("tiket", "kode", "titipan")
def masuk_faktor(request: HttpRequest) -> HttpResponse:
    """The second step. Nobody is signed in before it: the ticket of the first step travels through the page."""
    if request.user.is_authenticated:
        return _go_on(request, request.user)
    if request.method != "POST":
        return redirect("core:masuk")
    tiket = request.POST.get("tiket", "")
    pengguna = account_of_ticket(tiket)
    if pengguna is None:
        messages.warning(request, "Langkah kedua terlalu lama ditunggu. Masuk lagi dari awal.")
        return _sign_in_page(request, AuthenticationForm(request), 422)
    form = KodeFaktorForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            of_recovery = check_code(pengguna, form.cleaned_data["kode"])
        except WrongCode as refusal:
            form.add_error("kode", str(refusal))
        except FactorHeld as refusal:
            form.add_error(None, str(refusal))
            status = 429
        else:
            if of_recovery:
                left = recovery_codes_left(pengguna)
                messages.warning(request, f"Kode pemulihan dipakai; sisa {left}. Buat yang baru di halaman Akun saya.")
            return _enter(request, pengguna)
    return _second_step(request, form, tiket, status)


def _enter(request: HttpRequest, pengguna: Pengguna) -> HttpResponse:
    login(request, pengguna, backend=BACKEND)
    return _go_on(request, pengguna)


def _go_on(request: HttpRequest, pengguna: Pengguna) -> HttpResponse:
    """Go on where the person was, with what was typed there."""
    titipan = request.POST.get("titipan", "")
    tujuan = take_back(titipan, pengguna)
    if titipan and not tujuan:
        messages.warning(request, "Tulisan dari sesi sebelumnya tidak dibawa: milik akun lain, atau sudah lama.")
    return redirect(tujuan or next_url(request))


def _second_step(request: HttpRequest, form: KodeFaktorForm, tiket: str, status: int) -> HttpResponse:
    context = {
        "form": form, "tiket": tiket, "next": next_url(request), "titipan": request.POST.get("titipan", ""),
    }  # fmt: skip
    return render(request, "masuk_faktor.html", context, status=status)


def _sign_in_page(
    request: HttpRequest, form: AuthenticationForm, status: int, *, titipan: str | None = None
) -> HttpResponse:
    """With `titipan`, what was typed on the page asked for; otherwise what travels already, and where it leads."""
    context = {
        "form": form,
        "akun_contoh": _example_accounts(),
        "sandi_contoh": EXAMPLE_PASSWORD,
        "next": next_url(request) if titipan is None else request.get_full_path(),
        "titipan": request.POST.get("titipan", "") if titipan is None else titipan,
    }
    return render(request, "masuk.html", context, status=status)


def _example_accounts() -> list[tuple[str, str]]:
    """One account per role, offered as buttons while the example is loaded."""
    accounts = Pengguna.objects.filter(contoh=True, username__in=EXAMPLE_ORDER).select_related("kabupaten_kota")
    labels = {
        row.username: f"Operator {row.kabupaten_kota}" if row.kabupaten_kota else row.sebutan_peran for row in accounts
    }
    return [(username, labels[username]) for username in EXAMPLE_ORDER if username in labels]


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """The session ended while a form was filled in: what was posted travels, sealed, through the login page (401)."""
    titipan = entrust(request.get_full_path(), request.POST)
    return _sign_in_page(request, AuthenticationForm(request), 401, titipan=titipan)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Signing in in another tab made the token of this page an old one: what was typed here is kept all the same.

    Only what a page of ours sealed or signed for the account is; a forged post brings neither.
    """
    titipan = request.POST.get("titipan", "")
    typed = "" if titipan else _typed_on_a_page(request)
    if request.user.is_authenticated:
        if tujuan := take_back(titipan or typed, request.user):
            return redirect(tujuan)
    elif titipan or typed:
        return _sign_in_page(request, AuthenticationForm(request), 403, titipan=typed or None)
    return render(request, "403.html", {"csrf": True}, status=403)


def _typed_on_a_page(request: HttpRequest) -> str:
    """What a person, not the script of the page, sent to be kept, sealed."""
    page = getattr(request.resolver_match, "func", None)
    by_script = request.headers.get("X-Requested-With") == "konsep"
    if not getattr(page, "keeps_draft", False) or by_script or BUANG in request.POST:
        return ""
    return entrust(request.get_full_path(), request.POST)


def locked_out(request: HttpRequest, *args: object) -> HttpResponse:
    """Too many failed tries (429); what travels goes on travelling."""
    context = {
        "jaringan": is_closed(request), "next": next_url(request), "titipan": request.POST.get("titipan", ""),
    }  # fmt: skip
    return render(request, "masuk_terkunci.html", context, status=429)


@login_not_required
@require_POST
def keluar(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("core:masuk")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("kode", "tiket", "titipan", "new_password1", "new_password2")
def masuk_kode(request: HttpRequest) -> HttpResponse:
    """A new password by a code told over the phone: first the code, then the password.

    Every wrong answer is the same one, so that nobody learns which accounts there are; only at a closed address can be
    told whom an admin helped just now. The password's rules are only asked behind the code: one of them knows the old
    password.
    """
    if "tiket" in request.POST:
        return _new_password(request, request.POST["tiket"])
    form = KodeTeleponForm(request.POST if "kode" in request.POST else None)
    if not form.is_valid():
        return _code_page(request, form, "", 422 if form.is_bound else 200)
    told = {"username": form.cleaned_data["username"].strip()}
    if not AxesProxyHandler.is_allowed(request, told):
        return locked_out(request)
    tiket = accounts.try_code(told["username"], form.cleaned_data["kode"])
    if tiket is None:
        user_login_failed.send(sender=__name__, credentials=told, request=request)
        form.add_error(None, KODE_SALAH)
        return _code_page(request, form, "", 422)
    return _code_page(request, PilihSandi(accounts.account_of_ticket(tiket)), tiket, 200)


def _new_password(request: HttpRequest, tiket: str) -> HttpResponse:
    akun = accounts.account_of_ticket(tiket)
    form = PilihSandi(akun, request.POST) if akun is not None else None
    if form is not None and form.is_valid() and accounts.use_ticket(tiket, form.cleaned_data["new_password1"]):
        messages.success(request, "Kata sandi diganti. Masuk dengan kata sandi baru Anda.")
        if "titipan" in request.POST:
            return _sign_in_page(request, AuthenticationForm(request), 200)
        return redirect("core:masuk")
    if form is None or not form.errors:
        messages.warning(request, "Kode ini sudah dipakai atau terlalu lama. Minta kode baru kepada admin.")
        return _code_page(request, KodeTeleponForm(), "", 422)
    return _code_page(request, form, tiket, 422)


def _code_page(request: HttpRequest, form: KodeTeleponForm | PilihSandi, tiket: str, status: int) -> HttpResponse:
    context = {
        "form": form, "tiket": tiket, "next": next_url(request), "titipan": request.POST.get("titipan", ""),
    }  # fmt: skip
    return render(request, "masuk_kode.html", context, status=status)
