"""The remarks of an isian: answered by the operator, judged by the province."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, operator, sees_registry, verifikator
from core.idempotency import new_key
from core.konsep import discard_draft, drafts_below, keeps_draft
from core.models import Pengguna
from core.views import draft_response
from monitoring.enums import Gerak, StatusCatatan, StatusIsian
from monitoring.isian.catatan import REMARKABLE, answer_remark, reopen_remark, settle_remark
from monitoring.isian.forms import BukaCatatanForm, JawabForm
from monitoring.isian.sebutan import status_of_remark
from monitoring.isian.tampilan import content_of, in_form_order
from monitoring.isian.workflow import MoveRefused, may_move
from monitoring.models import Catatan, Isian
from monitoring.tindakan import perform, perform_or_raise, refusal_text
from rusun.salinan import value_at
from rusun.sebutan import value_text

from .umum import cell_url, is_running, isian_of, shown_cell_url, url_of, user_of


@require_safe
@allow(sees_registry)
def isian_catatan(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    return render(request, "monitoring/isian_catatan.html", _remarks_context(isian, pengguna))


def _remarks_context(isian: Isian, pengguna: Pengguna, bound: dict[int, object] | None = None) -> dict:
    rows = in_form_order(isian.catatan.select_related("dibuat_oleh").prefetch_related("pesan__pengguna"))
    answering = operator(pengguna) and isian.status == StatusIsian.PERLU_PERBAIKAN and is_running(isian)
    judging = verifikator(pengguna) and isian.status in REMARKABLE and is_running(isian)
    link = cell_url if answering else shown_cell_url
    registri = content_of(isian)["rusun"]
    drafts = drafts_below(pengguna, url_of(isian, "isian_catatan")) if answering else {}

    def form_of(row: Catatan) -> object:
        if bound and row.pk in bound:
            return bound[row.pk]
        draft = drafts.get(url_of(isian, "catatan_jawab", row.pk))
        form_class = JawabForm if answering else BukaCatatanForm
        return form_class(draft.data if draft else None, prefix=f"c{row.pk}", auto_id=f"id_c{row.pk}_%s")

    def draft_time(row: Catatan) -> datetime.datetime | None:
        draft = drafts.get(url_of(isian, "catatan_jawab", row.pk))
        return draft.disimpan if draft and not (bound and row.pk in bound) else None

    return {
        "isian": isian,
        "daftar": [
            {
                "catatan": row,
                "status": status_of_remark(row),
                "url": link(isian, row.alamat),
                "kini": value_text(row.alamat, value_at(registri, row.alamat)) if row.kolom else "",
                "form": form_of(row),
                "konsep": draft_time(row),
                "menjawab": answering and row.status != StatusCatatan.SELESAI,
                "menyelesaikan": judging and row.status != StatusCatatan.SELESAI,
                "membuka": judging and row.status != StatusCatatan.TERBUKA,
            }
            for row in rows
        ],
        "operator": operator(pengguna),
        "boleh_kirim": may_move(isian, Gerak.KIRIM, pengguna),
        "belum_dijawab": sum(row.status == StatusCatatan.TERBUKA for row in rows),
        "kunci_baru": new_key,
    }


def _catatan(isian: Isian, pk: int) -> Catatan:
    catatan = isian.catatan.select_related("isian").filter(pk=pk).first()
    if catatan is None:
        raise Http404
    return catatan


def _say(request: HttpRequest, isian: Isian, pk: int, form_class: type, act: Callable, berhasil: str) -> HttpResponse:
    """One message about a remark; what was typed stays when it cannot be stored."""
    catatan = _catatan(isian, pk)
    data = request.POST.copy()
    data[f"c{pk}-kunci_formulir"] = request.POST.get("kunci_formulir", "")
    form = form_class(data, prefix=f"c{pk}", auto_id=f"id_c{pk}_%s")
    tujuan = f"{url_of(isian, 'isian_catatan')}#catatan-{pk}"
    status = 422
    if form.is_valid():

        def store() -> str:
            act(catatan, form)
            return tujuan

        try:
            return perform_or_raise(request, store, berhasil=berhasil)
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    context = _remarks_context(isian, user_of(request), {pk: form})
    return render(request, "monitoring/isian_catatan.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
@keeps_draft
def catatan_jawab(request: HttpRequest, slug: str, kode: str, pk: int) -> HttpResponse:
    isian = isian_of(request, slug, kode)
    if request.method != "POST":
        return redirect(f"{url_of(isian, 'isian_catatan')}#catatan-{_catatan(isian, pk).pk}")
    if (response := draft_response(request)) is not None:
        return response

    def act(catatan: Catatan, form: JawabForm) -> None:
        answer_remark(catatan, form.cleaned_data["jawaban"], user_of(request))
        discard_draft(user_of(request), request.get_full_path())

    return _say(request, isian, pk, JawabForm, act, "Jawaban disimpan.")


@require_POST
@allow(verifikator)
def catatan_buka(request: HttpRequest, slug: str, kode: str, pk: int) -> HttpResponse:
    def act(catatan: Catatan, form: BukaCatatanForm) -> None:
        reopen_remark(catatan, form.cleaned_data["isi"], user_of(request))

    return _say(request, isian_of(request, slug, kode), pk, BukaCatatanForm, act, "Catatan dibuka lagi.")


@require_POST
@allow(verifikator)
def catatan_selesai(request: HttpRequest, slug: str, kode: str, pk: int) -> HttpResponse:
    isian = isian_of(request, slug, kode)
    catatan = _catatan(isian, pk)
    tujuan = f"{url_of(isian, 'isian_catatan')}#catatan-{pk}"

    def settle() -> str:
        settle_remark(catatan, user_of(request))
        return tujuan

    return perform(request, settle, berhasil="Catatan dinyatakan selesai.", kembali=tujuan)
