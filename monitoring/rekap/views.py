from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.access import allow, sees_registry
from core.grafik import Grafik, bars
from core.models import Pengguna
from core.pdf import PdfUnavailable
from monitoring.models import PeriodeMonitoring

from .build import DEFINISI, Rekap, build_rekap
from .pdf import render_pdf
from .tabel import KOLOM, lines_of
from .xlsx import render_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _recap(request: HttpRequest, slug: str) -> tuple[PeriodeMonitoring, Rekap]:
    """The recap this user may see: an operator the own kabupaten/kota, others the province or one of the invited."""
    periode = get_object_or_404(PeriodeMonitoring.objects.visible_to(request.user), slug=slug)
    kode = request.user.kabupaten_kota_id or request.GET.get("kabupaten_kota", "")
    if kode and not periode.isian.filter(kabupaten_kota=kode).exists():
        raise Http404
    return periode, build_rekap(periode, kabupaten_kota=kode or None)


def _choices(periode: PeriodeMonitoring, pengguna: Pengguna) -> list[tuple[str, str]]:
    """Code and name of the kabupaten/kota whose recap this user may ask for besides the whole."""
    if pengguna.kabupaten_kota_id:
        return []
    return list(periode.isian.order_by("kabupaten_kota").values_list("kabupaten_kota", "kabupaten_kota__nama"))


def _download(content: bytes, content_type: str, rekap: Rekap, ending: str) -> HttpResponse:
    name = "-".join(part for part in ("rekap", rekap.slug, rekap.kode_daerah.replace(".", "")) if part)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


def _causes(rekap: Rekap) -> Grafik:
    """Why units stand empty, as bars."""
    return bars(
        "sebab-kosong",
        "Unit tidak terhuni menurut sebab",
        "Jumlah unit rusun, dan bagiannya dari semua unit yang tidak terhuni.",
        [(butir.label, butir.jumlah) for butir in rekap.sebab_kosong],
        satuan="unit",
        jumlah=rekap.jumlah.kosong,
    )


@require_safe
@allow(sees_registry)
def rekap(request: HttpRequest, slug: str) -> HttpResponse:
    periode, data = _recap(request, slug)
    pilihan = _choices(periode, request.user)
    context = {
        "periode": periode,
        "rekap": data,
        "pilihan": pilihan,
        "kolom": KOLOM,
        "baris_rusun": lines_of(data, "rusun"),
        "baris_rusus": lines_of(data, "rusus"),
        "grafik": _causes(data),
        "definisi": DEFINISI,
        "kueri": f"?kabupaten_kota={data.kode_daerah}" if data.kode_daerah and pilihan else "",
    }
    return render(request, "monitoring/rekap.html", context)


@require_safe
@allow(sees_registry)
def rekap_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    _, data = _recap(request, slug)
    try:
        content = render_pdf(data, dicetak_oleh=request.user.nama)
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(reverse("monitoring:rekap", args=[slug], query=request.GET))
    return _download(content, "application/pdf", data, "pdf")


@require_safe
@allow(sees_registry)
def rekap_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    _, data = _recap(request, slug)
    return _download(render_xlsx(data), XLSX, data, "xlsx")


@require_safe
@allow(sees_registry)
def rekap_berkas(request: HttpRequest, slug: str, berkas: str) -> HttpResponse:
    """The files looked for below the page `rekap/` instead of beside it: one place, two ways to it."""
    get_object_or_404(PeriodeMonitoring.objects.visible_to(request.user), slug=slug)
    return redirect(reverse(berkas, args=[slug], query=request.GET))
