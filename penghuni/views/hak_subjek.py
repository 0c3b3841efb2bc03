"""Rights of persons about their own data: what is held, who saw it, and requests to copy, correct or remove it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import allow, sees_penghuni, verifikator
from core.context import has_example_data
from core.enums import TindakanAkses
from core.export import as_file
from core.history import history_of
from core.idempotency import perform_once
from core.paging import KeyPaginator
from core.pdf import PdfUnavailable, render_paper
from core.scope import get_visible_or_404
from core.versions import StaleVersion
from penghuni.akses import edits_penghuni, record_access, trail_of
from penghuni.anonim import StillLiving
from penghuni.enums import JenisPermintaan, StatusPermintaanSubjek
from penghuni.forms import CetakLaporanForm, PermintaanFilter, PermintaanForm, TanggapanForm
from penghuni.hak_subjek import RequestRefused, close_request, record_request
from penghuni.laporan_subjek import build_report
from penghuni.models import PermintaanSubjek

from .umum import get_household, get_named_household, get_or_post, refuses_anonymised

PER_HALAMAN = 50
LAPORAN = "laporan"


# --- What is held, and who saw it -------------------------------------------------------------------------------------


@allow(sees_penghuni)
@get_or_post
def laporan(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_household(request, pk)
    form = CetakLaporanForm(request.POST or None, initial={"alasan": _reason_from_request(request, penghuni)})
    if form.is_valid():
        record_access(request.user, TindakanAkses.CETAK, "penghuni", penghuni.pk, form.cleaned_data["alasan"], LAPORAN)
        try:
            return _paper(request, penghuni)
        except PdfUnavailable as error:
            messages.error(request, str(error))
            return redirect("penghuni:laporan", pk)
    record_access(request.user, TindakanAkses.LIHAT, objek_id=penghuni.pk, kolom=LAPORAN)
    context = {"penghuni": penghuni, "laporan": build_report(penghuni), "form": form, "kini": timezone.now()}
    return render(request, "penghuni/laporan.html", context, status=422 if form.is_bound else 200)


def _paper(request: HttpRequest, penghuni) -> HttpResponse:
    content = render_paper(
        "penghuni/pdf/laporan.html", {"laporan": build_report(penghuni), "kini": timezone.now()},
        contoh=has_example_data(), dicetak_oleh=request.user.nama,
    )  # fmt: skip
    return as_file(content, "application/pdf", "laporan-data-pribadi.pdf")


def _reason_from_request(request: HttpRequest, penghuni) -> str:
    """Who asked for a copy gets one: then the reason is known already."""
    asked = PermintaanSubjek.objects.visible_to(request.user).waiting()
    row = asked.filter(penghuni=penghuni, jenis=JenisPermintaan.SALINAN).first()
    return f"Menjawab permintaan salinan tanggal {timezone.localtime(row.diterima_pada):%d-%m-%Y}." if row else ""


@allow(verifikator)
@require_safe
def jejak(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_household(request, pk)
    halaman = KeyPaginator(trail_of(penghuni), PER_HALAMAN).get_page(request.GET.get("halaman"))
    return render(request, "penghuni/penghuni_jejak.html", {"penghuni": penghuni, "halaman": halaman})


# --- Requests ---------------------------------------------------------------------------------------------------------


@allow(sees_penghuni)
@require_safe
def permintaan_daftar(request: HttpRequest) -> HttpResponse:
    saringan = PermintaanFilter(request.GET, pengguna=request.user)
    rows = PermintaanSubjek.objects.visible_to(request.user).select_related("penghuni__kabupaten_kota")
    halaman = Paginator(saringan.filter(rows), PER_HALAMAN).get_page(request.GET.get("halaman"))
    saat = timezone.now()
    context = {
        "saringan": saringan,
        "halaman": halaman,
        "baris": [(row, row.is_late(saat)) for row in halaman],
        "tampil_daerah": verifikator(request.user),
    }
    return render(request, "penghuni/permintaan_daftar.html", context)


@allow(sees_penghuni)
@get_or_post
@refuses_anonymised
def permintaan_tambah(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_named_household(request, pk)
    form = PermintaanForm(request.POST or None)

    def record() -> str:
        isi = form.cleaned_data
        return record_request(penghuni, isi["jenis"], isi["isi"], form.diterima_pada, request.user).get_absolute_url()

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, record)
        except RequestRefused as refusal:
            form.add_error(refusal.kolom or None, str(refusal))
        else:
            messages.success(request, "Permintaan dicatat. Jawab sebelum tenggatnya.")
            return redirect(tujuan)
    context = {"form": form, "penghuni": penghuni}
    return render(request, "penghuni/permintaan_tambah.html", context, status=422 if form.is_bound else 200)


@allow(sees_penghuni)
@get_or_post
def permintaan(request: HttpRequest, pk: str) -> HttpResponse:
    row = get_visible_or_404(PermintaanSubjek.objects, request.user, pk=pk)
    form = TanggapanForm(request.POST or None, permintaan=row)
    lebih_baru, status = "", 422 if form.is_bound else 200

    def answer() -> str:
        isi = form.cleaned_data
        close_request(row, isi["versi"], isi["keputusan"], isi["tanggapan"], request.user)
        return row.get_absolute_url()

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, answer)
        except StaleVersion as error:
            row, lebih_baru, status = get_visible_or_404(PermintaanSubjek.objects, request.user, pk=pk), str(error), 409
            form.carry_on_from(row)
        except RequestRefused as refusal:
            form.add_error(refusal.kolom or None, str(refusal))
        except StillLiving as refusal:
            form.add_error("keputusan", str(refusal))
        else:
            messages.success(request, "Jawaban tersimpan. Sampaikan kepada penghuni.")
            return redirect(tujuan)
    context = {
        "permintaan": row,
        "penghuni": row.penghuni,
        "terlambat": row.is_late(timezone.now()),
        "form": form if row.status == StatusPermintaanSubjek.DITERIMA else None,
        "lebih_baru": lebih_baru,
        "riwayat": history_of(row),
        "boleh_ubah": edits_penghuni(request.user),
    }
    return render(request, "penghuni/permintaan.html", context, status=status)
