"""Papers of a session: attendance (also without an account), notulen, berita acara with its confirmations and scan."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, operator, sees_registry, verifikator
from core.export import as_file
from core.files import FileLost, read_checked
from core.idempotency import new_key
from core.pdf import PdfUnavailable
from core.scope import get_visible_or_404
from monitoring.desk.berita_acara import (
    confirm,
    edit_prose,
    file_scan,
    read_content,
    revise,
    set_letter_number,
    side_of,
    sides_needed,
)
from monitoring.desk.cetak import attendance_pdf, minutes_pdf, notes_pdf
from monitoring.desk.forms import HadirForm, NaskahForm, NomorForm, NotulenForm, PindaianForm, RevisiForm
from monitoring.desk.kehadiran import session_with_code, sign, why_closed
from monitoring.desk.layar import current_minutes
from monitoring.desk.sesi import write_notes
from monitoring.enums import StatusBeritaAcara
from monitoring.isian.views.umum import user_of
from monitoring.isian.workflow import MoveRefused
from monitoring.models import BeritaAcara, SesiDesk
from monitoring.tindakan import perform, perform_or_raise, refusal_text
from rusun.lampiran import ENDINGS, FileRefused
from rusun.views import DOWNLOAD_POLICY

from .umum import sesi_of, url_of

logger = logging.getLogger(__name__)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def hadir(request: HttpRequest, kode: str) -> HttpResponse:
    """The attendance list for whoever has the code. It tells of nobody who signed before."""
    row = session_with_code(kode)
    if row is None:
        raise Http404
    tutup = why_closed(row, timezone.now())
    form = HadirForm(None if tutup else request.POST or None)
    status = 422 if form.is_bound else 409 if tutup and request.method == "POST" else 200
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            sign(row, data["nama"], data["instansi"], data["jabatan"])
        except MoveRefused as refusal:
            form.add_error(None, refusal.pesan)
            status = 409
        else:
            messages.success(request, f"Terima kasih, {data['nama']} tercatat hadir.")
            return redirect("hadir", kode)
    return render(request, "monitoring/hadir.html", {"sesi": row, "form": form, "tutup": tutup}, status=status)


def _pdf(request: HttpRequest, sesi: SesiDesk, make: Callable[[], bytes], nama: str) -> HttpResponse:
    try:
        content = make()
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(sesi.get_absolute_url())
    return as_file(content, "application/pdf", f"{nama}-{sesi.jadwal.periode.slug}-{sesi.pk}.pdf", inline=True)


@require_safe
@allow(operator, verifikator)
def desk_hadir_pdf(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    sesi = sesi_of(request, slug, pk)
    return _pdf(request, sesi, lambda: attendance_pdf(sesi, user_of(request).nama), "daftar-hadir")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def desk_notulen(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    sesi, pengguna = sesi_of(request, slug, pk), user_of(request)
    form = NotulenForm(request.POST or None, initial={"notulen": sesi.notulen, "versi": sesi.versi})
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def store() -> str:
            write_notes(sesi, form.cleaned_data["notulen"], form.cleaned_data["versi"], pengguna)
            return sesi.get_absolute_url()

        try:
            return perform_or_raise(request, store, berhasil="Notulen tersimpan.")
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            form.data = form.data.copy()
            form.data["versi"] = str(sesi.versi)
            status = 409
    context = {"sesi": sesi, "form": form, "tersimpan": sesi.notulen if status == 409 else ""}
    return render(request, "monitoring/desk_notulen.html", context, status=status)


@require_safe
@allow(operator, verifikator)
def desk_notulen_pdf(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    sesi = sesi_of(request, slug, pk)
    return _pdf(request, sesi, lambda: notes_pdf(sesi, user_of(request).nama), "notulen")


# --- berita acara -----------------------------------------------------------------------------------------------------


def _minutes(request: HttpRequest, slug: str, pk: int) -> BeritaAcara:
    sesi = sesi_of(request, slug, pk)
    ba = current_minutes(sesi)
    if ba is None:
        raise Http404
    ba.sesi = sesi
    return ba


@require_safe
@allow(sees_registry)
def berita_acara(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    ba, pengguna = _minutes(request, slug, pk), user_of(request)
    draft = ba.status == StatusBeritaAcara.RANCANGAN
    side = side_of(ba, pengguna)
    context = {
        "sesi": ba.sesi,
        "ba": ba,
        "isi": read_content(ba),
        "pihak": [
            {"nama": nama, "oleh": getattr(ba, f"{kode}_oleh"), "pada": getattr(ba, f"{kode}_pada")}
            for kode, nama in (("daerah", ba.isi["kabupaten_kota"]), ("provinsi", "Provinsi"))
            if kode in sides_needed(ba)
        ],
        "revisi": list(ba.sesi.berita_acara.order_by("-revisi").defer("isi")),
        "boleh_menyunting": draft and verifikator(pengguna),
        "boleh_konfirmasi": draft and bool(side) and getattr(ba, f"{side}_pada") is None,
        "boleh_merevisi": verifikator(pengguna) and not draft,
        "boleh_menomori": verifikator(pengguna) and ba.status == StatusBeritaAcara.TERBIT,
        "boleh_memindai": bool(side) and ba.status == StatusBeritaAcara.TERBIT,
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/berita_acara.html", context)


@require_safe
@allow(sees_registry)
def berita_acara_pdf(request: HttpRequest, slug: str, pk: int, revisi: int) -> HttpResponse:
    """One revision as it stands: a superseded one says by which it was."""
    sesi = sesi_of(request, slug, pk)
    ba = get_visible_or_404(
        BeritaAcara.objects.select_related("sesi__jadwal__periode", "sesi__isian__kabupaten_kota", "daerah_oleh",
                                           "provinsi_oleh"),
        user_of(request), sesi=sesi, revisi=revisi,
    )  # fmt: skip
    return _pdf(request, sesi, lambda: minutes_pdf(ba, user_of(request).nama), "berita-acara")


def _form_page(
    request: HttpRequest, ba: BeritaAcara, form, act: Callable[[], object], judul: str, simpan: str, berhasil: str
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    page = url_of(ba.sesi, "berita_acara")
    if request.method == "POST" and form.is_valid():

        def store() -> str:
            act()
            return page

        try:
            return perform_or_raise(request, store, berhasil=berhasil)
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
        except FileRefused as refusal:
            form.add_error("berkas", str(refusal))
    context = {"sesi": ba.sesi, "ba": ba, "form": form, "judul": judul, "simpan": simpan, "kembali": page}
    return render(request, "monitoring/berita_acara_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def berita_acara_sunting(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The prose; the figures are not on this page."""
    ba = _minutes(request, slug, pk)
    form = NaskahForm(
        request.POST or None, initial={"pembuka": ba.pembuka, "penutup": ba.penutup, "versi": ba.versi}
    )  # fmt: skip

    def act() -> None:
        data = form.cleaned_data
        edit_prose(ba, data["pembuka"], data["penutup"], data["versi"], user_of(request))

    return _form_page(request, ba, form, act, "Sunting kalimat", "Simpan", "Kalimat berita acara tersimpan.")


@require_POST
@allow(operator, verifikator)
def berita_acara_konfirmasi(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    ba = _minutes(request, slug, pk)
    page = url_of(ba.sesi, "berita_acara")
    versi = request.POST.get("versi", "")
    if not side_of(ba, user_of(request)):
        raise PermissionDenied

    def act() -> str:
        confirm(ba, int(versi) if versi.isdecimal() and len(versi) < 10 else 0, user_of(request))
        return page

    return perform(request, act, berhasil="Berita acara dikonfirmasi.", kembali=page)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def berita_acara_revisi(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    ba = _minutes(request, slug, pk)
    form = RevisiForm(request.POST or None)

    def act() -> None:
        revise(ba, form.cleaned_data["alasan"], user_of(request))

    return _form_page(request, ba, form, act, "Buat revisi", "Buat revisi", "Revisi dibuat sebagai rancangan baru.")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def berita_acara_nomor(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    ba = _minutes(request, slug, pk)
    form = NomorForm(request.POST or None, initial={"nomor": ba.nomor_naskah})

    def act() -> None:
        set_letter_number(ba, form.cleaned_data["nomor"], user_of(request))

    return _form_page(request, ba, form, act, "Nomor naskah", "Simpan nomor", "Nomor naskah tersimpan.")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator, verifikator)
def berita_acara_pindaian(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Upload the signed scan."""
    ba = _minutes(request, slug, pk)
    form = PindaianForm(request.POST or None, request.FILES or None)

    def act() -> None:
        file_scan(ba, form.cleaned_data["berkas"].read(), form.cleaned_data["kode"], user_of(request))

    return _form_page(request, ba, form, act, "Unggah pindaian", "Unggah", "Pindaian tersimpan.")


@require_safe
@allow(sees_registry)
def berita_acara_berkas(request: HttpRequest, slug: str, pk: int, revisi: int) -> HttpResponse:
    """The signed scan of one revision."""
    sesi = sesi_of(request, slug, pk)
    ba = get_visible_or_404(BeritaAcara.objects.all(), user_of(request), sesi=sesi, revisi=revisi)
    if not ba.pindaian:
        raise Http404
    try:
        content = read_checked(ba.pindaian, ba.pindaian_sha256)
    except FileLost:
        logger.error("the scan of %s is lost", ba.kode)
        messages.error(request, "Pindaian hilang atau rusak di server. Hubungi admin untuk memulihkan dari cadangan.")
        return redirect(url_of(sesi, "berita_acara"))
    response = as_file(content, ba.pindaian_tipe, f"{ba.kode.lower()}-pindaian.{ENDINGS[ba.pindaian_tipe]}")
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response
