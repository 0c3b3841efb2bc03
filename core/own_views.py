"""One's own account: password, second factor, open sessions."""

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import accounts, dua_faktor
from .account_forms import GantiSandiForm, PasangFaktorForm, SandiForm
from .account_views import end_named
from .accounts import PasswordChanged
from .dua_faktor import WrongCode
from .idempotency import perform_once
from .sesi import sessions_of
from .sign_in_views import next_url
from .signin import duty_of, open_before_duty

BERSAMA = "Akun contoh dipakai bersama, jadi kata sandi dan langkah keduanya tidak dapat diatur."


@require_safe
def akun(request: HttpRequest) -> HttpResponse:
    context = {
        "sesi": sessions_of(request.user), "sesi_ini": request.session.session_key,
        "bersama": dua_faktor.is_shared(request.user), "wajib": dua_faktor.must_have_factor(request.user),
        "sisa": dua_faktor.recovery_codes_left(request.user) if request.user.dua_faktor_sejak else 0,
    }  # fmt: skip
    return render(request, "core/akun.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_before_duty
@sensitive_post_parameters("sandi", "new_password1", "new_password2")
def akun_sandi(request: HttpRequest) -> HttpResponse:
    """A new password of one's own; everywhere else the account is signed out."""
    if dua_faktor.is_shared(request.user):
        return _refuse_shared(request)
    awal = request.user.sandi_awal_sampai
    form = GantiSandiForm(request, request.POST or None)

    def change() -> str:
        baru = form.cleaned_data["new_password1"]
        accounts.set_password(request.user, baru, request.user, session=request.session.session_key)
        return reverse("core:akun")

    if form.is_valid():
        try:
            perform_once(form.cleaned_data["kunci_formulir"], request.user, change)
        except PasswordChanged as refusal:
            messages.warning(request, str(refusal))
            return redirect("core:masuk")
        update_session_auth_hash(request, request.user)
        messages.success(request, "Kata sandi diganti. Di perangkat lain Anda sudah keluar.")
        return _go_on(request)
    context = {"form": form, "awal": awal, "next": next_url(request)}
    return render(request, "core/akun_sandi.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@open_before_duty
@sensitive_post_parameters("sandi", "kode", "rahasia")
def akun_dua_faktor(request: HttpRequest) -> HttpResponse:
    """Switch the second factor on. The secret is on this page only, until a first code proves that the phone has it."""
    pengguna = request.user
    if dua_faktor.is_shared(pengguna):
        return _refuse_shared(request)
    if pengguna.sandi_awal_sampai is not None:
        return redirect(f"{reverse('core:akun_sandi')}?{urlencode({'next': request.get_full_path()})}")
    if pengguna.dua_faktor_sejak is not None:
        messages.info(request, "Langkah kedua sudah terpasang.")
        return redirect("core:akun")
    form = PasangFaktorForm(request, request.POST or None)
    token = request.POST.get("rahasia", "")
    secret = dua_faktor.begun(pengguna, token) if token else None
    if secret is None:
        token = dua_faktor.begin(pengguna)
        secret = dua_faktor.begun(pengguna, token) or ""
        form = PasangFaktorForm(request, initial={"rahasia": token})
    elif form.is_valid():
        try:
            codes = dua_faktor.enrol(pengguna, secret, form.cleaned_data["kode"], session=request.session.session_key)
        except WrongCode as refusal:
            form.add_error("kode", str(refusal))
        else:
            return _recovery_codes(request, codes, next_url(request))
    context = {
        "form": form, "rahasia": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "qr": segno.make_qr(dua_faktor.address_for_app(pengguna, secret), error="m").svg_data_uri(scale=4, border=4),
        "wajib": dua_faktor.must_have_factor(pengguna), "next": next_url(request),
    }  # fmt: skip
    return render(request, "core/akun_dua_faktor.html", context, status=422 if form.is_bound else 200)


def _recovery_codes(request: HttpRequest, codes: list[str], tujuan: str) -> HttpResponse:
    return render(request, "core/akun_pemulihan.html", {"kode": codes, "tujuan": tujuan})


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("sandi")
def akun_pemulihan(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, shown once."""
    made: list[str] = []

    def renew() -> str:
        made.extend(dua_faktor.renew_recovery_codes(request.user))
        return reverse("core:akun")

    form = SandiForm(request, request.POST or None)
    if request.user.dua_faktor_sejak is None:
        return redirect("core:akun")
    if form.is_valid():
        tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, renew)
        if made:
            return _recovery_codes(request, made, tujuan)
        messages.info(request, "Kode pemulihan sudah ditampilkan. Buat lagi bila belum tercatat.")
        return redirect(tujuan)
    context = {
        "form": form, "judul": "Buat kode pemulihan baru", "tombol": "Buat kode baru",
        "teks": "Kode yang lama tidak berlaku lagi. Kode baru hanya ditampilkan sekali.",
    }  # fmt: skip
    return render(request, "core/akun_pastikan.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("sandi")
def akun_lepas(request: HttpRequest) -> HttpResponse:
    """Take one's own second factor off, for a new phone or where it is not required."""
    if request.user.dua_faktor_sejak is None:
        return redirect("core:akun")
    form = SandiForm(request, request.POST or None)

    def take_away() -> str:
        dua_faktor.take_away(request.user, request.user, "oleh pemilik akun", session=request.session.session_key)
        return reverse("core:akun")

    if form.is_valid():
        tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, take_away)
        messages.success(request, "Langkah kedua dilepas. Pasang lagi kapan saja, misalnya di ponsel baru.")
        return redirect(tujuan)
    context = {
        "form": form, "judul": "Lepas langkah kedua", "tombol": "Lepas",
        "teks": "Kode dari aplikasi dan semua kode pemulihan tidak berlaku lagi. Di perangkat lain Anda keluar.",
    }  # fmt: skip
    return render(request, "core/akun_pastikan.html", context, status=422 if form.is_bound else 200)


@require_POST
def akun_sesi(request: HttpRequest) -> HttpResponse:
    """End one of one's other sessions, or all of them."""
    ended = end_named(request.user, request.POST.get("nomor", ""), but=request.session.session_key)
    messages.success(request, f"{ended} sesi diakhiri." if ended else "Sesi itu sudah berakhir.")
    return redirect("core:akun")


def _refuse_shared(request: HttpRequest) -> HttpResponse:
    messages.info(request, BERSAMA)
    return redirect("core:akun")


def _go_on(request: HttpRequest) -> HttpResponse:
    """Where the person wanted to go, or to the next thing that is to be done first."""
    duty = duty_of(request.user)
    return redirect(f"{reverse(duty)}?{urlencode({'next': next_url(request)})}" if duty else next_url(request))
