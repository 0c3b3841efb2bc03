"""Pages of the register: the list of a period and its files, the signed paper; checking one without an account."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, koordinator, operator, pimpinan, sees_registry, verifikator
from core.display import angka
from core.export import as_file
from core.idempotency import new_key, perform_once
from core.pdf import PdfUnavailable
from core.proxy import client_network
from core.scope import get_visible_or_404
from core.sesi import polled
from monitoring.desk.views.umum import periode_of
from monitoring.enums import StatusBeritaAcara, StatusDokumen, StatusPeriode
from monitoring.isian.views.umum import user_of
from monitoring.isian.workflow import MoveRefused
from monitoring.models import BeritaAcara, Dokumen, PeriodeMonitoring
from monitoring.tindakan import perform_or_raise, refusal_text
from rusun.lampiran import ENDINGS, FileRefused
from rusun.views import DOWNLOAD_POLICY

from . import cek
from .arsip import DocumentLost, content_of, file_signed, signed_content_of, zip_of
from .forms import BandingkanForm, TandaTanganForm
from .pelari import progress, start

logger = logging.getLogger(__name__)

# --- with an account --------------------------------------------------------------------------------------------------


def _minutes(request: HttpRequest, periode: PeriodeMonitoring) -> list[BeritaAcara]:
    rows = BeritaAcara.objects.visible_to(user_of(request)).filter(
        jadwal__periode=periode, status=StatusBeritaAcara.TERBIT
    )
    return list(
        rows.select_related("sesi__jadwal__periode", "sesi__isian__kabupaten_kota", "daerah_oleh", "provinsi_oleh")
    )


@require_safe
@allow(sees_registry)
def dokumen_daftar(request: HttpRequest, slug: str) -> HttpResponse:
    """What was issued for a period, and how far the rest is."""
    periode, pengguna = periode_of(request, slug), user_of(request)
    rows = Dokumen.objects.visible_to(pengguna).filter(periode=periode).select_related("kabupaten_kota", "periode")
    context = {
        "periode": periode,
        "ditetapkan": periode.status == StatusPeriode.DITETAPKAN,
        # Before the rows: a paper that becomes ready in between is rather shown and counted as missing.
        "kemajuan": progress(periode, pengguna),
        "dokumen": list(rows.order_by("-jenis", "kabupaten_kota", "-revisi")),
        "berita_acara": _minutes(request, periode),
        "semua": not operator(pengguna),
        "boleh_menandatangani": koordinator(pengguna) or pimpinan(pengguna),
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/dokumen_daftar.html", context)


@require_safe
@allow(sees_registry)
@polled
def dokumen_kemajuan(request: HttpRequest, slug: str) -> HttpResponse:
    """The progress alone, for a page that waits; once it is over the page is told to load anew."""
    periode = periode_of(request, slug)
    kemajuan = progress(periode, user_of(request))
    if not kemajuan.berjalan:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "monitoring/_dokumen_kemajuan.html", {"periode": periode, "kemajuan": kemajuan})


@require_POST
@allow(sees_registry)
def dokumen_lanjutkan(request: HttpRequest, slug: str) -> HttpResponse:
    """Have what is missing made after it stopped for good."""
    periode, pengguna = periode_of(request, slug), user_of(request)

    def again() -> str:
        if progress(periode, pengguna).galat:
            start(periode)
        return reverse("monitoring:dokumen_daftar", args=[slug])

    return redirect(perform_once(request.POST.get("kunci_formulir", ""), pengguna, again))


def _document(request: HttpRequest, slug: str, pk: int) -> Dokumen:
    periode = periode_of(request, slug)
    return get_visible_or_404(Dokumen.objects.select_related("periode"), user_of(request), periode=periode, pk=pk)


def _bytes(request: HttpRequest, slug: str, read: Callable[[], bytes], tipe: str, nama: str) -> HttpResponse:
    try:
        content = read()
    except DocumentLost as lost:
        logger.error("document %s is lost", lost.dokumen.kode)
        messages.error(request, str(lost))
        return redirect("monitoring:dokumen_daftar", slug)
    response = as_file(content, tipe, nama)
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


@require_safe
@allow(sees_registry)
def dokumen_unduh(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The bytes that were issued."""
    row = _document(request, slug, pk)
    return _bytes(request, slug, lambda: content_of(row), "application/pdf", f"{row.kode.lower()}.pdf")


@require_safe
@allow(sees_registry)
def dokumen_pindaian(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The signed paper."""
    row = _document(request, slug, pk)
    if not row.pindaian:
        raise Http404
    name = f"{row.kode.lower()}-bertanda-tangan.{ENDINGS[row.pindaian_tipe]}"
    return _bytes(request, slug, lambda: signed_content_of(row), row.pindaian_tipe, name)


@require_safe
@allow(verifikator, pimpinan)
def dokumen_zip(request: HttpRequest, slug: str) -> HttpResponse | FileResponse:
    """All valid documents and berita acara of a period, with an index."""
    periode, pengguna = periode_of(request, slug), user_of(request)
    if kurang := progress(periode, pengguna).kurang:
        messages.info(request, f"{angka(kurang)} dokumen belum jadi. Unduh semua setelah semuanya jadi.")
        return redirect("monitoring:dokumen_daftar", slug)
    rows = Dokumen.objects.visible_to(pengguna).filter(periode=periode, status=StatusDokumen.BERLAKU)
    try:
        file = zip_of(rows.order_by("-jenis", "kabupaten_kota"), _minutes(request, periode), pengguna.nama)
    except (PdfUnavailable, DocumentLost) as error:
        messages.error(request, str(error))
        return redirect("monitoring:dokumen_daftar", slug)
    return FileResponse(file, as_attachment=True, filename=f"dokumen-{slug}.zip", content_type="application/zip")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator, pimpinan)
def dokumen_tanda_tangan(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Upload the signed paper."""
    row, pengguna = _document(request, slug, pk), user_of(request)
    form = TandaTanganForm(request.POST or None, request.FILES or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def store() -> str:
            file_signed(row, form.cleaned_data["berkas"].read(), form.cleaned_data["kode"], pengguna)
            return redirect("monitoring:dokumen_daftar", slug).url

        try:
            return perform_or_raise(request, store, berhasil="Dokumen bertanda tangan tersimpan.")
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
        except FileRefused as refusal:
            form.add_error("berkas", str(refusal))
    context = {"dokumen": row, "periode": row.periode, "form": form}
    return render(request, "monitoring/dokumen_tanda_tangan.html", context, status=status)


# --- without an account -----------------------------------------------------------------------------------------------


def _check_page(request: HttpRequest, status: int = 200, **context: object) -> HttpResponse:
    shown = {"temuan": None, "kode": "", "form": None, "hasil": "", "galat": "", **context}
    return render(request, "monitoring/cek_dokumen.html", shown, status=status)


@login_not_required
@require_safe
def cek_dokumen_ketik(request: HttpRequest) -> HttpResponse:
    """Type a code; the address it leads to is the one that the QR code holds."""
    typed = request.GET.get("kode", "")
    if kode := cek.typed_code(typed):
        return redirect("cek_dokumen", kode)
    return _check_page(request, galat="Tulis kode yang tercetak pada dokumen." if "kode" in request.GET else "")


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def cek_dokumen(request: HttpRequest, kode: str) -> HttpResponse:
    """What the code stands for, and whether a file is the one that was issued.

    The token of the form is asked for in `_answer`: finding it reads the whole upload, which must not happen for
    whoever asks too often or sends too much.
    """
    if not cek.may_ask(client_network(request), timezone.now()):
        galat = "Terlalu banyak pemeriksaan dari jaringan Anda. Tunggu satu menit, lalu coba lagi."
        response = _check_page(request, 429, galat=galat)
        response["Retry-After"] = "60"
        return response
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and length.isdecimal() and int(length) > cek.MAX_BYTES + 64 * 1024:
        return _check_page(request, 413, galat="Berkas lebih besar dari 20 MB. Berkas tidak diperiksa.")
    return _answer(request, kode)


@csrf_protect
def _answer(request: HttpRequest, kode: str) -> HttpResponse:
    temuan = cek.find(kode)
    sent = request.method == "POST" and temuan.dapat_dibandingkan
    form = BandingkanForm(request.POST, request.FILES) if sent else BandingkanForm()
    hasil, status = "", 200
    if sent:
        if form.is_valid():
            hasil = cek.compare(temuan, form.cleaned_data["berkas"].chunks())
        else:
            status = 422
    return _check_page(request, status, temuan=temuan, kode=kode, form=form, hasil=hasil)
