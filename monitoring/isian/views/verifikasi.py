"""Verifying: pin a remark to a cell, return, reopen, answer a request to open a cell."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from core.access import allow, koordinator, verifikator
from core.konsep import discard_draft, keeps_draft, load_draft
from core.scope import get_visible_or_404
from core.views import draft_response
from monitoring.enums import Gerak
from monitoring.isian.catatan import add_remark, keep_text, reopen_with_remark
from monitoring.isian.forms import BukaKembaliForm, CatatanForm, KembalikanForm, TolakForm
from monitoring.isian.permintaan import grant, refuse
from monitoring.isian.tampilan import content_of, in_form_order
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import PermintaanBuka, TeksCatatan
from monitoring.tindakan import perform, perform_or_raise, refusal_text
from rusun.alamat import Alamat
from rusun.salinan import value_at
from rusun.sebutan import cell_name, value_text

from .umum import address, isian_of, shown_cell_url, user_of


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
@keeps_draft
def isian_catat(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    """Pin a remark to a cell. Asked for by script only the form comes back, to be shown beside the cell."""
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    registri = content_of(isian)["rusun"]
    alamat = address(request.GET.get("alamat", ""), registri)
    if (response := draft_response(request)) is not None:
        return response
    tujuan = _place(request, isian, alamat)
    draft = load_draft(pengguna, request.get_full_path())
    form = CatatanForm(request.POST or (draft.data if draft else None))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def remark() -> str:
            try:
                add_remark(isian, alamat, data["isi"], pengguna)
            except ValueError:
                raise SuspiciousOperation("no such cell") from None
            if data["simpan_teks"]:
                keep_text(data["isi"], pengguna)
            discard_draft(pengguna, request.get_full_path())
            return tujuan

        try:
            return perform_or_raise(request, remark, berhasil="Catatan ditulis.")
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    context = {
        "isian": isian,
        "form": form,
        "sebutan": cell_name(registri, alamat),
        "nilai": value_text(alamat, value_at(registri, alamat)) if alamat.kolom else "",
        "tujuan": tujuan,
        "alamat": request.get_full_path(),
        "konsep": draft.disimpan if draft and request.method != "POST" else None,
    }
    template = "_catat_formulir" if request.htmx else "isian_catat"
    response = render(request, f"monitoring/{template}.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _place(request: HttpRequest, isian, alamat: Alamat) -> str:
    """Back to where the remark was pinned: the workbench or the page of the location."""
    if "meja" in request.GET:
        return f"{isian.get_absolute_url()}#{alamat.jangkar}-{alamat.kode_rusun}"
    return shown_cell_url(isian, alamat)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def teks_catatan(request: HttpRequest) -> HttpResponse:
    """The texts kept for use again; one can be taken out."""
    if request.method == "POST":
        nomor = request.POST.get("teks", "")
        if not (nomor.isdecimal() and len(nomor) < 19):
            raise SuspiciousOperation("malformed text number")
        get_object_or_404(TeksCatatan, pk=nomor).delete()
        messages.success(request, "Teks dihapus dari daftar. Catatan yang sudah ditulis tidak berubah.")
        return redirect("monitoring:teks_catatan")
    rows = TeksCatatan.objects.select_related("dibuat_oleh")
    return render(request, "monitoring/teks_catatan.html", {"daftar": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def isian_kembalikan(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    form = KembalikanForm(request.POST or None, hari_ini=timezone.localdate())
    if request.method == "POST" and form.is_valid():

        def give_back() -> str:
            apply_move(isian, Gerak.KEMBALIKAN, pengguna, **form.move_arguments())
            return isian.get_absolute_url()

        berhasil = "Isian dikembalikan. Sel yang bercatatan terbuka bagi kabupaten/kota."
        return perform(request, give_back, berhasil=berhasil, kembali=isian.get_absolute_url())
    context = {"isian": isian, "form": form, "catatan": in_form_order(isian.catatan.unanswered())}
    return render(request, "monitoring/isian_kembalikan.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def isian_buka_kembali(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    registri = content_of(isian)["rusun"]
    sel = address(request.GET["alamat"], registri) if "alamat" in request.GET else None
    form = BukaKembaliForm(request.POST or None, hari_ini=timezone.localdate(), registri=registri, sel=sel)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def reopen() -> str:
            reopen_with_remark(isian, data["alamat"], data["isi"], pengguna, **form.move_arguments())
            return isian.get_absolute_url()

        berhasil = "Isian dibuka kembali. Kabupaten/kota dapat memperbaiki bagian yang bercatatan."
        return perform(request, reopen, berhasil=berhasil, kembali=isian.get_absolute_url())
    context = {"isian": isian, "form": form}
    return render(request, "monitoring/isian_buka_kembali.html", context, status=422 if form.is_bound else 200)


# --- requests --------------------------------------------------------------------------------------------------------


@require_POST
@allow(verifikator)
def permintaan_kabulkan(request: HttpRequest, slug: str, kode: str, pk: int) -> HttpResponse:
    isian = isian_of(request, slug, kode)
    permintaan = get_visible_or_404(PermintaanBuka.objects.filter(isian=isian), user_of(request), pk=pk)

    def open_it() -> str:
        grant(permintaan, user_of(request))
        return isian.get_absolute_url()

    return perform(request, open_it, berhasil="Permintaan dikabulkan.", kembali=isian.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def permintaan_tolak(request: HttpRequest, slug: str, kode: str, pk: int) -> HttpResponse:
    isian = isian_of(request, slug, kode)
    permintaan = get_visible_or_404(PermintaanBuka.objects.filter(isian=isian), user_of(request), pk=pk)
    form = TolakForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def say_no() -> str:
            refuse(permintaan, form.cleaned_data["jawaban"], user_of(request))
            return isian.get_absolute_url()

        return perform(request, say_no, berhasil="Permintaan ditolak dengan penjelasan.", kembali=request.path)
    context = {"isian": isian, "form": form, "permintaan": permintaan}
    return render(request, "monitoring/permintaan_tolak.html", context, status=422 if form.is_bound else 200)
