from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .access import admin, allow
from .account_forms import AkunFilter, AkunForm, KataSandiForm
from .account_tables import AKUN
from .accounts import LastAdmin, UsernameTaken, save_account, set_password
from .export import Origin, download, wanted_format
from .health import check_health
from .history import history_of
from .idempotency import perform_once
from .konsep import BUANG, KONSEP, DraftTooLong, discard_draft, entrust, store_draft, take_back
from .models import Pengguna
from .signin import EXAMPLE_PASSWORD
from .tables import Table

PER_HALAMAN = 50
EXAMPLE_ORDER = ("operator.3319", "verifikator", "koordinator", "pimpinan", "admin")


def _next_url(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url("beranda")


@login_not_required
@never_cache
@sensitive_post_parameters("password", "titipan")
def masuk(request: HttpRequest) -> HttpResponse:
    titipan = request.POST.get("titipan", "")
    if request.user.is_authenticated:
        return redirect(take_back(titipan, request.user) or "beranda")
    form = AuthenticationForm(request, request.POST or None)
    form.error_messages["invalid_login"] = "Nama akun atau kata sandi salah. Periksa lagi, lalu coba sekali lagi."
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        tujuan = take_back(titipan, form.get_user())
        if titipan and not tujuan:
            messages.warning(request, "Tulisan dari sesi sebelumnya tidak dibawa: milik akun lain, atau sudah lama.")
        return redirect(tujuan or _next_url(request))
    return _sign_in_page(request, form, _next_url(request), titipan, 422 if form.is_bound else 200)


def _sign_in_page(
    request: HttpRequest, form: AuthenticationForm, next_url: str, titipan: str, status: int
) -> HttpResponse:
    context = {
        "form": form,
        "akun_contoh": _example_accounts(),
        "sandi_contoh": EXAMPLE_PASSWORD,
        "next": next_url,
        "titipan": titipan,
    }
    return render(request, "masuk.html", context, status=status)


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """The session ended while a form was filled in: what was posted travels, sealed, through the login page (401)."""
    titipan = entrust(request.get_full_path(), request.POST)
    return _sign_in_page(request, AuthenticationForm(request), request.get_full_path(), titipan, 401)


def draft_response(request: HttpRequest) -> HttpResponse | None:
    """Keep or throw away the draft when the POST to a form page asks for that; None when it asks for saving.

    A script gets JSON with the time, a person without script comes back to the page.
    """
    if BUANG in request.POST:
        discard_draft(request.user, request.get_full_path())
        messages.info(request, "Konsep dibuang. Halaman ini menampilkan data yang tersimpan.")
        return redirect(request.get_full_path())
    if KONSEP not in request.POST:
        return None
    by_script = request.headers.get("X-Requested-With") == "konsep"
    try:
        saat = store_draft(request.user, request.get_full_path(), request.POST)
    except DraftTooLong as refusal:
        if by_script:
            return JsonResponse({"pesan": str(refusal)}, status=413)
        messages.error(request, str(refusal))
        return redirect(request.get_full_path())
    if by_script:
        return JsonResponse({"pesan": f"tersimpan {timezone.localtime(saat):%H.%M}" if saat else ""})
    messages.success(request, "Konsep disimpan. Anda dapat melanjutkannya kapan saja.")
    return redirect(request.get_full_path())


def _example_accounts() -> list[tuple[str, str]]:
    """One account per role, offered as buttons while the example is loaded."""
    accounts = Pengguna.objects.filter(contoh=True, username__in=EXAMPLE_ORDER).select_related("kabupaten_kota")
    labels = {
        row.username: f"Operator {row.kabupaten_kota}" if row.kabupaten_kota else row.sebutan_peran for row in accounts
    }
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


# --- Accounts: for the admin -----------------------------------------------------------------------------------------


@allow(admin)
@require_safe
def pengguna_daftar(request: HttpRequest) -> HttpResponse:
    saringan = AkunFilter(request.GET)
    akun = saringan.filter(Pengguna.objects.select_related("kabupaten_kota"))
    halaman = Paginator(akun, PER_HALAMAN).get_page(request.GET.get("halaman"))
    return render(request, "core/pengguna_daftar.html", {"saringan": saringan, "halaman": halaman})


@allow(admin)
@require_safe
def pengguna_ekspor(request: HttpRequest) -> StreamingHttpResponse:
    saringan = AkunFilter(request.GET)
    akun = saringan.filter(Pengguna.objects.select_related("kabupaten_kota"))
    origin = Origin(request.user, saringan.in_words())
    return download(
        "pengguna", [Table("Pengguna", AKUN, akun.iterator(), frozen=1)], wanted_format(request.GET), origin
    )


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
def pengguna_tambah(request: HttpRequest) -> HttpResponse:
    form = AkunForm(request.POST or None)

    def create() -> str:
        form.instance.set_unusable_password()
        return reverse("core:pengguna_sandi", args=[save_account(form.instance).pk])

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, create)
        except UsernameTaken as refusal:
            form.add_error("username", str(refusal))
        else:
            messages.success(request, "Akun dibuat. Tetapkan kata sandinya agar dapat dipakai masuk.")
            return redirect(tujuan)
    status = 422 if form.is_bound else 200
    return render(request, "core/pengguna_ubah.html", {"form": form, "akun": None}, status=status)


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
def pengguna_ubah(request: HttpRequest, pk: int) -> HttpResponse:
    akun = get_object_or_404(Pengguna, pk=pk)
    form = AkunForm(request.POST or None, instance=akun)

    def change() -> str:
        save_account(form.instance)
        return reverse("core:pengguna_daftar")

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, change)
        except LastAdmin as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Akun {form.instance.username} disimpan.")
            return redirect(tujuan)
    status = 422 if form.is_bound else 200
    context = {"form": form, "akun": akun, "riwayat": history_of(akun)}
    return render(request, "core/pengguna_ubah.html", context, status=status)


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("new_password1", "new_password2")
def pengguna_sandi(request: HttpRequest, pk: int) -> HttpResponse:
    akun = get_object_or_404(Pengguna, pk=pk)
    form = KataSandiForm(akun, request.POST or None)

    def change() -> str:
        set_password(akun, form.cleaned_data["new_password1"], request.user)
        return reverse("core:pengguna_daftar")

    if form.is_valid():
        tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, change)
        if akun == request.user:
            update_session_auth_hash(request, akun)
        messages.success(request, f"Kata sandi {akun.username} diganti. Sampaikan langsung kepada pemiliknya.")
        return redirect(tujuan)
    status = 422 if form.is_bound else 200
    return render(request, "core/pengguna_sandi.html", {"form": form, "akun": akun}, status=status)
