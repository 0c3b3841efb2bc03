"""Accounts, kept by the admin: made singly or by file, changed, let in again, signed out."""

import uuid
from collections.abc import Sequence
from copy import copy

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import account_files, accounts, dua_faktor
from .access import admin, allow
from .account_forms import AkunFilter, AkunForm, BuatAkunForm, LepasFaktorForm, UnggahAkunForm
from .account_tables import AKUN
from .accounts import AccountChanged, Diberikan, LastAdmin, SharedAccount, SuspendedAccount, UsernameTaken
from .export import Origin, as_file, download, wanted_format
from .history import history_of, note
from .idempotency import new_key, perform_once, was_performed
from .models import Pengguna
from .pdf import PdfUnavailable
from .sesi import end_sessions, sessions_of
from .slip import as_link, slips_pdf
from .tables import Table
from .workbook.refusals import WorkbookRefused
from .xlsx import CONTENT_TYPE

PER_HALAMAN = 50
SUDAH = "Perintah ini sudah dijalankan. Kata sandi awal hanya ditampilkan sekali; bila belum tercatat, beri yang baru."


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
    if form.is_valid():
        try:
            return _create(request, form.cleaned_data["kunci_formulir"], [form.instance])
        except UsernameTaken as refusal:
            form.add_error("username", str(refusal))
    status = 422 if form.is_bound else 200
    return render(request, "core/pengguna_ubah.html", {"form": form, "akun": None}, status=status)


def _create(request: HttpRequest, kunci: uuid.UUID, akun: Sequence[Pengguna]) -> HttpResponse:
    """Make the accounts once, and tell their first passwords in the same answer. Raises `UsernameTaken`."""
    made: list[Diberikan] = []
    given = accounts.with_first_passwords(akun)

    def create() -> str:
        accounts.create_accounts(akun, request.user)
        made.extend(given)
        return reverse("core:pengguna_ubah", args=[akun[0].pk]) if len(akun) == 1 else reverse("core:pengguna_daftar")

    return _told_once(request, perform_once(kunci, request.user, create), made)


def _told_once(request: HttpRequest, tujuan: str, given: list[Diberikan]) -> HttpResponse:
    """First passwords on a page and as slips; whoever sends the form again is led on, without any password."""
    if not given:
        messages.info(request, SUDAH)
        return redirect(tujuan)
    try:
        slip = as_link(slips_pdf(given))
    except PdfUnavailable as refusal:
        messages.warning(request, str(refusal))
        slip = ""
    context = {"diberikan": given, "slip": slip, "tujuan": tujuan}
    return render(request, "core/sandi_awal.html", context)


@allow(admin)
@require_safe
def pengguna_templat(request: HttpRequest) -> HttpResponse:
    return as_file(account_files.template(), CONTENT_TYPE, "templat-akun.xlsx")


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
def pengguna_berkas(request: HttpRequest) -> HttpResponse:
    """Accounts by file: upload, look at what would be made, make all of them or none."""
    if "muatan" in request.POST:
        return _create_by_file(request)
    form = UnggahAkunForm(request.POST or None, request.FILES or None)
    rencana, buat = None, None
    if form.is_valid():
        try:
            rows = account_files.read_rows(form.cleaned_data["berkas"].read())
        except WorkbookRefused as refusal:
            form.add_error("berkas", str(refusal))
        else:
            rencana = account_files.plan(rows)
            if not rencana.temuan:
                muatan = account_files.carry(rows, request.user)
                buat = BuatAkunForm(initial={"muatan": muatan, "kunci_formulir": new_key()})
    status = 422 if form.is_bound and buat is None else 200
    return render(request, "core/pengguna_berkas.html", {"form": form, "rencana": rencana, "buat": buat}, status=status)


def _create_by_file(request: HttpRequest) -> HttpResponse:
    buat = BuatAkunForm(request.POST)
    rows = account_files.carried(buat.cleaned_data["muatan"], request.user) if buat.is_valid() else None
    if rows is None:
        messages.error(request, "Pratinjau ini tidak berlaku lagi. Unggah berkasnya sekali lagi.")
        return redirect("core:pengguna_berkas")
    kunci = buat.cleaned_data["kunci_formulir"]
    rencana = account_files.plan(rows)
    if not rencana.temuan:
        try:
            return _create(request, kunci, rencana.akun)
        except UsernameTaken:
            rencana = account_files.plan(rows)  # somebody was quicker: told at its cell
    elif was_performed(kunci):  # the second submit of a preview: the accounts in its way are its own
        return _told_once(request, reverse("core:pengguna_daftar"), [])
    context = {"form": UnggahAkunForm(), "rencana": rencana, "buat": None}
    return render(request, "core/pengguna_berkas.html", context, status=422)


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
def pengguna_ubah(request: HttpRequest, pk: int) -> HttpResponse:
    akun = get_object_or_404(Pengguna, pk=pk)
    form = AkunForm(request.POST or None, instance=copy(akun))  # what is typed goes there, and `akun` stays as stored
    status, lebih_baru, terbaru = 422 if form.is_bound else 200, "", []

    def change() -> str:
        accounts.change_account(form.instance, form.cleaned_data["versi"], request.user)
        return reverse("core:pengguna_daftar")

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, change)
        except LastAdmin as refusal:
            form.add_error(None, str(refusal))
        except AccountChanged as refusal:
            akun = refusal.row
            form.carry_on_from(refusal.row)
            status, lebih_baru, terbaru = 409, str(refusal), form.newer_values(refusal.row)
        else:
            messages.success(request, f"Akun {form.instance.username} disimpan.")
            return redirect(tujuan)
    context = {
        "form": form, "akun": akun, "riwayat": history_of(akun), "sesi": sessions_of(akun),
        "sendiri": akun == request.user, "bersama": dua_faktor.is_shared(akun), "kunci": new_key(),
        "lebih_baru": lebih_baru, "terbaru": terbaru,
    }  # fmt: skip
    return render(request, "core/pengguna_ubah.html", context, status=status)


def _other_account(request: HttpRequest, pk: int) -> Pengguna:
    """Somebody else's account: what an admin does to the own one is done, with the password, under "Akun saya"."""
    akun = get_object_or_404(Pengguna, pk=pk)
    if akun == request.user:
        raise PermissionDenied
    return akun


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
def pengguna_sandi(request: HttpRequest, pk: int) -> HttpResponse:
    """A new first password, told once, for somebody who cannot get in."""
    akun = _other_account(request, pk)
    if request.method != "POST":
        return render(request, "core/pengguna_sandi.html", {"akun": akun, "kunci": new_key()})
    made: list[Diberikan] = []

    def give() -> str:
        made.append(accounts.give_first_password(akun, request.user))
        return reverse("core:pengguna_ubah", args=[akun.pk])

    try:
        tujuan = perform_once(request.POST.get("kunci_formulir", ""), request.user, give)
    except (SharedAccount, SuspendedAccount) as refusal:
        messages.error(request, str(refusal))
        return redirect("core:pengguna_ubah", akun.pk)
    return _told_once(request, tujuan, made)


@allow(admin)
@require_POST
def pengguna_kode(request: HttpRequest, pk: int) -> HttpResponse:
    """A code to be told over the phone, shown once."""
    akun = _other_account(request, pk)
    told: list[object] = []

    def give() -> str:
        told.extend(accounts.give_code(akun, request.user))
        return reverse("core:pengguna_ubah", args=[akun.pk])

    try:
        tujuan = perform_once(request.POST.get("kunci_formulir", ""), request.user, give)
    except (SharedAccount, SuspendedAccount) as refusal:
        messages.error(request, str(refusal))
        return redirect("core:pengguna_ubah", akun.pk)
    if not told:
        messages.info(request, "Kode ini sudah ditampilkan. Beri kode baru bila belum tercatat.")
        return redirect(tujuan)
    kode, sampai = told
    return render(request, "core/pengguna_kode.html", {"akun": akun, "kode": kode, "sampai": sampai})


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
def pengguna_faktor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody's second factor away: the phone is lost."""
    akun = _other_account(request, pk)
    form = LepasFaktorForm(request.POST or None)

    def take_away() -> str:
        dua_faktor.take_away(akun, request.user, form.cleaned_data["alasan"])
        return reverse("core:pengguna_ubah", args=[akun.pk])

    if form.is_valid():
        tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, take_away)
        messages.success(request, f"Langkah kedua {akun.username} dilepas. Ia masuk dengan kata sandi saja.")
        return redirect(tujuan)
    status = 422 if form.is_bound else 200
    return render(request, "core/pengguna_faktor.html", {"form": form, "akun": akun}, status=status)


@allow(admin)
@require_POST
def pengguna_sesi(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of somebody, or all."""
    akun = get_object_or_404(Pengguna, pk=pk)
    with transaction.atomic():
        ended = end_named(akun, request.POST.get("nomor", ""), but=request.session.session_key)
        if ended:
            note(akun, "Sesi diakhiri", request.user)
    messages.success(request, format_html("{} sesi {} diakhiri.", ended, akun.username))
    return redirect("core:pengguna_ubah", akun.pk)


def end_named(akun: Pengguna, nomor: str, but: str | None) -> int:
    """End the session called `nomor`, or with `semua` every one; never the one of the request itself."""
    if nomor == "semua":
        return end_sessions(akun, but=but)
    try:
        return end_sessions(akun, but=but, nomor=uuid.UUID(nomor))
    except ValueError:
        return 0
