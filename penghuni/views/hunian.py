"""Moving in, out and from unit to unit."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.access import allow
from core.idempotency import perform_once
from core.versions import StaleVersion
from penghuni.akses import edits_penghuni
from penghuni.forms import KeluarUnitForm, KoreksiHunianForm, MasukUnitForm
from penghuni.hunian import HunianRefused, correct_stay, move_in, move_out, move_unit, open_stay_of

from .umum import get_named_household, get_or_post, refuses_anonymised


@allow(edits_penghuni)
@get_or_post
@refuses_anonymised
def masuk_unit(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_named_household(request, pk)
    if request.method != "POST" and open_stay_of(penghuni):
        messages.warning(request, "Penghuni ini masih tercatat tinggal di sebuah unit. Pakai Pindah unit.")
        return redirect("penghuni:detail", pk)
    form = MasukUnitForm(request.POST or None, pengguna=request.user, penghuni=penghuni)
    return _move(request, form, penghuni, None, partial(move_in, penghuni), "Penghuni tercatat masuk unit.")


@allow(edits_penghuni)
@get_or_post
@refuses_anonymised
def pindah_unit(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_named_household(request, pk)
    stay = open_stay_of(penghuni)
    if request.method != "POST" and stay is None:
        return _no_stay(request, pk)
    form = MasukUnitForm(request.POST or None, pengguna=request.user, penghuni=penghuni)
    return _move(request, form, penghuni, stay, partial(move_unit, stay), "Penghuni tercatat pindah unit.")


def _move(request, form, penghuni, stay, move, message) -> HttpResponse:
    """Masuk and pindah ask the same questions; `move` is the rule that answers."""

    def begin() -> str:
        isi = form.cleaned_data
        move(isi["blok"], isi["nomor_unit"], isi["mulai"], request.user, **form.rincian)
        return reverse("penghuni:detail", args=[penghuni.pk])

    if form.is_valid() and (tujuan := _perform(request, form, begin)):
        messages.success(request, message)
        return redirect(tujuan)
    context = {"form": form, "penghuni": penghuni, "hunian": stay}
    return render(request, "penghuni/hunian_masuk.html", context, status=422 if form.is_bound else 200)


@allow(edits_penghuni)
@get_or_post
@refuses_anonymised
def koreksi_hunian(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_named_household(request, pk)
    stay = open_stay_of(penghuni)
    if stay is None:
        return _no_stay(request, pk)
    form = KoreksiHunianForm(request.POST or None, instance=stay, pengguna=request.user, penghuni=penghuni)
    context, status = {"form": form, "penghuni": penghuni}, 422 if form.is_bound else 200

    def correct() -> str:
        isi = form.cleaned_data
        correct_stay(stay, isi["versi"], isi["blok"], isi["nomor_unit"], isi["mulai"], request.user, **form.rincian)
        return reverse("penghuni:detail", args=[pk])

    if form.is_valid():
        try:
            tujuan = _perform(request, form, correct)
        except StaleVersion as error:
            form.carry_on_from(error.row)
            context |= {"lebih_baru": str(error), "terbaru": form.newer_values(error.row)}
            status = 409
        else:
            if tujuan:
                messages.success(request, "Koreksi hunian tersimpan; nilai lama tetap ada di riwayat.")
                return redirect(tujuan)
    return render(request, "penghuni/hunian_koreksi.html", context, status=status)


@allow(edits_penghuni)
@get_or_post
@refuses_anonymised
def keluar_unit(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_named_household(request, pk)
    stay = open_stay_of(penghuni)
    if request.method != "POST" and stay is None:
        return _no_stay(request, pk)
    form = KeluarUnitForm(request.POST or None)

    def end() -> str:
        move_out(stay, form.cleaned_data["selesai"], form.cleaned_data["keluar_ke"], request.user)
        return reverse("penghuni:detail", args=[pk])

    if form.is_valid() and (tujuan := _perform(request, form, end)):
        messages.success(request, "Hunian diakhiri; riwayatnya tetap tersimpan.")
        return redirect(tujuan)
    context = {"form": form, "penghuni": penghuni, "hunian": stay}
    return render(request, "penghuni/hunian_keluar.html", context, status=422 if form.is_bound else 200)


def _perform(request: HttpRequest, form, action) -> str:
    """Where the move leads, or "" with the reason of the refusal on the form."""
    try:
        return perform_once(form.cleaned_data["kunci_formulir"], request.user, action)
    except HunianRefused as refusal:
        form.add_error(refusal.kolom if refusal.kolom in form.fields else None, str(refusal))
        return ""


def _no_stay(request: HttpRequest, pk: str) -> HttpResponse:
    messages.warning(request, "Penghuni ini tidak sedang tercatat di unit mana pun.")
    return redirect("penghuni:detail", pk)
