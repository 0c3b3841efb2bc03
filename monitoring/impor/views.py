"""Pages of the second door: template, upload, preview, decision, history. What a file holds is judged elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, brings_workbooks, operator, sees_penghuni, verifikator
from core.enums import TindakanAkses
from core.files import read_sealed
from core.idempotency import new_key, perform_once
from core.models import KabupatenKota, Pengguna
from core.scope import get_visible_or_404
from core.sesi import polled
from monitoring.enums import StatusImpor
from monitoring.isian.sebutan import Status
from monitoring.models import Impor
from penghuni.akses import DENGAN_NAMA, edits_penghuni, record_access
from rusun.importers import UndoRefused
from rusun.lampiran import shown_name
from rusun.penguncian import RegistryLocked, lock_state
from rusun.views import DOWNLOAD_POLICY

from .forms import UnggahForm
from .pelari import approve, is_cut_off, receive, start, try_again, withdraw
from .penerapan import undo_import, why_not_undo
from .ringkasan import SHOWN, SHOWN_PER_RULE, read_preview
from .sebutan import applied_text, result_of, sender_of, status_of
from .stempel import CARRIED
from .templat import running_isian, template_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 20
AT_ONCE = 3
"""How many files of one kabupaten/kota may wait for the checker."""


def _user(request: HttpRequest) -> Pengguna:
    assert isinstance(request.user, Pengguna)
    return request.user


def _region(request: HttpRequest, kode: str) -> KabupatenKota:
    """The kabupaten/kota of a page: an operator has one, the province all."""
    own = _user(request).kabupaten_kota_id
    found = KabupatenKota.objects.filter(pk=kode).first() if own in (None, kode) else None
    if found is None:
        raise Http404
    return found


def _import(request: HttpRequest, pk: str) -> Impor:
    return get_visible_or_404(
        Impor.objects.select_related("kabupaten_kota", "isian__periode", "diunggah_oleh", "diputuskan_oleh"),
        _user(request), pk=pk,
    )  # fmt: skip


@dataclass(frozen=True)
class BarisImpor:
    """One file in a list."""

    impor: Impor
    status: Status
    pengirim: str
    hasil: str


def _lines(rows: Any) -> list[BarisImpor]:
    return [BarisImpor(row, status_of(row), sender_of(row), result_of(row)) for row in rows]


@require_safe
@allow(brings_workbooks)
def daftar(request: HttpRequest) -> HttpResponse:
    """The province chooses a kabupaten/kota here and sees what came in; an operator has only one."""
    pengguna = _user(request)
    if pengguna.kabupaten_kota_id:
        return redirect("impor:daerah", pengguna.kabupaten_kota_id)
    rows = Impor.objects.visible_to(pengguna).light().select_related("kabupaten_kota", "diunggah_oleh")
    halaman = Paginator(rows, PER_PAGE).get_page(request.GET.get("halaman"))
    context = {"halaman": halaman, "baris": _lines(halaman), "daerah": KabupatenKota.objects.all()}
    return render(request, "monitoring/impor_daftar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(brings_workbooks)
def daerah(request: HttpRequest, kode: str) -> HttpResponse:
    """Template, upload and history of one kabupaten/kota."""
    kabupaten_kota, pengguna = _region(request, kode), _user(request)
    form = UnggahForm(request.POST or None, request.FILES or None)
    own = Impor.objects.visible_to(pengguna).filter(kabupaten_kota=kabupaten_kota)
    if request.method == "POST" and form.is_valid():
        if own.unfinished().count() >= AT_ONCE:
            form.add_error("berkas", "Beberapa berkas masih diperiksa. Tunggu sebentar, lalu unggah lagi.")
        else:
            return _take_in(request, form, kabupaten_kota)
    rows = own.light().select_related("diunggah_oleh")
    halaman = Paginator(rows, PER_PAGE).get_page(request.GET.get("halaman"))
    context = {
        "kabupaten_kota": kabupaten_kota, "isian": running_isian(kabupaten_kota), "form": form, "halaman": halaman,
        "baris": _lines(halaman), "kunci": lock_state(kabupaten_kota), "atas_nama": verifikator(pengguna),
        "dengan_penghuni": sees_penghuni(pengguna),
    }  # fmt: skip
    return render(request, "monitoring/impor_daerah.html", context, status=422 if form.is_bound else 200)


def _take_in(request: HttpRequest, form: UnggahForm, kabupaten_kota: KabupatenKota) -> HttpResponse:
    berkas = form.cleaned_data["berkas"]

    def take() -> str:
        impor = receive(berkas.read(), shown_name(berkas.name), kabupaten_kota, _user(request))
        start(impor)
        return impor.get_absolute_url()

    return redirect(perform_once(form.cleaned_data["kunci_formulir"], _user(request), take))


@require_safe
@allow(brings_workbooks)
def templat(request: HttpRequest, kode: str) -> HttpResponse:
    """The template. Names of residents leave with it, so the trail says how many."""
    kabupaten_kota, pengguna = _region(request, kode), _user(request)
    hasil = template_for(kabupaten_kota, pengguna)
    if hasil.jumlah_penghuni:
        record_access(
            pengguna, TindakanAkses.EKSPOR, objek_id=kabupaten_kota.pk, alasan="Templat Excel, nomor tersamar",
            kolom=DENGAN_NAMA, jumlah=hasil.jumlah_penghuni,
        )  # fmt: skip
    return _download(hasil.isi, f"templat-{kabupaten_kota.digit}-{timezone.localdate():%Y%m%d}")


def _download(content: bytes, nama: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{nama}.xlsx"'
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


# --- one file --------------------------------------------------------------------------------------------------------


@require_safe
@allow(brings_workbooks)
def berkas(request: HttpRequest, pk: str) -> HttpResponse:
    """How far the file is, what it would change, and the decision."""
    impor, pengguna = _import(request, pk), _user(request)
    preview = read_preview(impor, dengan_penghuni=sees_penghuni(pengguna))
    context = {
        "impor": impor, "status": status_of(impor), "pengirim": sender_of(impor), "diterapkan": applied_text(impor),
        "terputus": is_cut_off(impor), "pratinjau": preview,
        "halangan": _obstacle(impor, preview, pengguna) if impor.status == StatusImpor.MENUNGGU else "",
        "boleh_urungkan": operator(pengguna) and not why_not_undo(impor),
        "boleh_unduh": impor.berkas and _may_fetch(impor, pengguna), "pindahan": impor.kode_tolak in CARRIED,
        "pemilik": operator(pengguna), "kunci_baru": new_key, "batas": SHOWN, "batas_aturan": SHOWN_PER_RULE,
    }  # fmt: skip
    return render(request, "monitoring/impor_berkas.html", context)


def _obstacle(impor: Impor, preview: dict[str, Any] | None, pengguna: Pengguna) -> str:
    """Why this user cannot decide on the import; "" when nothing stands in the way."""
    if not operator(pengguna):
        return f"Berkas ini menunggu persetujuan operator {impor.kabupaten_kota}."
    if preview and preview["penghuni_berubah"] and not edits_penghuni(pengguna):
        return "Berkas ini mengubah data penghuni. Operator dengan akses penghuni yang harus memutuskannya."
    return ""


def _may_fetch(impor: Impor, pengguna: Pengguna) -> bool:
    """Files with residents hold full numbers as they were typed: only who sent one in gets it back.

    Others read the preview, where the numbers are masked.
    """
    return not impor.berisi_penghuni or impor.diunggah_oleh_id == pengguna.pk


@require_safe
@allow(brings_workbooks)
@polled
def kemajuan(request: HttpRequest, pk: str) -> HttpResponse:
    """The progress alone, for a page that waits; once the work is over the page is told to load anew."""
    impor = _import(request, pk)
    if not impor.sedang_bekerja or is_cut_off(impor):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "monitoring/_impor_kemajuan.html", {"impor": impor})


@require_POST
@allow(operator)
def terapkan(request: HttpRequest, pk: str) -> HttpResponse:
    impor, pengguna = _import(request, pk), _user(request)
    if obstacle := _obstacle(impor, read_preview(impor, dengan_penghuni=True), pengguna):
        messages.error(request, obstacle)
        return redirect(impor)

    def decide() -> str:
        if approve(impor, pengguna, hanya_benar="hanya_benar" in request.POST):
            start(impor)
        else:
            messages.warning(request, "Berkas ini tidak lagi menunggu keputusan. Lihat statusnya di bawah.")
        return impor.get_absolute_url()

    return redirect(perform_once(request.POST.get("kunci_formulir", ""), pengguna, decide))


@require_POST
@allow(brings_workbooks)
def batalkan(request: HttpRequest, pk: str) -> HttpResponse:
    """Decide against it: the kabupaten/kota, or the province for what it sent in itself."""
    impor, pengguna = _import(request, pk), _user(request)
    if not operator(pengguna) and not impor.atas_nama:
        raise PermissionDenied

    def decide() -> str:
        if withdraw(impor, pengguna):
            messages.success(request, "Impor dibatalkan. Tidak ada data yang berubah.")
        return reverse("impor:daerah", args=[impor.kabupaten_kota_id])

    return redirect(perform_once(request.POST.get("kunci_formulir", ""), pengguna, decide))


@require_POST
@allow(operator)
def urungkan(request: HttpRequest, pk: str) -> HttpResponse:
    impor, pengguna = _import(request, pk), _user(request)
    if obstacle := _obstacle(impor, read_preview(impor, dengan_penghuni=True), pengguna):
        messages.error(request, obstacle)
        return redirect(impor)

    def undo() -> str:
        undo_import(impor, pengguna)
        return impor.get_absolute_url()

    try:
        tujuan = perform_once(request.POST.get("kunci_formulir", ""), pengguna, undo)
    except (UndoRefused, RegistryLocked) as refusal:
        messages.error(request, str(refusal))
        return redirect(impor)
    messages.success(request, "Impor diurungkan. Data kembali seperti sebelum impor.")
    return redirect(tujuan)


@require_POST
@allow(brings_workbooks)
def lanjutkan(request: HttpRequest, pk: str) -> HttpResponse:
    """Take up work that was cut off."""
    impor = _import(request, pk)
    if not try_again(impor):
        messages.info(request, "Berkas ini sedang dikerjakan atau sudah selesai.")
    return redirect(impor)


@require_safe
@allow(brings_workbooks)
def unduh_asli(request: HttpRequest, pk: str) -> HttpResponse:
    impor = _import(request, pk)
    return _fetch(request, impor, impor.berkas, "asli")


@require_safe
@allow(brings_workbooks)
def unduh_balasan(request: HttpRequest, pk: str) -> HttpResponse:
    impor = _import(request, pk)
    return _fetch(request, impor, impor.balasan, "templat-baru" if impor.kode_tolak in CARRIED else "hasil")


def _fetch(request: HttpRequest, impor: Impor, place: str, nama: str) -> HttpResponse:
    pengguna = _user(request)
    if not _may_fetch(impor, pengguna):
        raise PermissionDenied
    try:
        if not place:
            raise FileNotFoundError
        content = read_sealed(place)
    except FileNotFoundError:
        raise Http404 from None
    if impor.berisi_penghuni:
        record_access(
            pengguna, TindakanAkses.EKSPOR, objek_id=impor.kabupaten_kota_id, alasan=f"Buku kerja impor ({nama})",
            kolom=DENGAN_NAMA,
        )  # fmt: skip
    return _download(
        content, f"impor-{impor.kabupaten_kota.digit}-{timezone.localtime(impor.diunggah_pada):%Y%m%d-%H%M}-{nama}"
    )
