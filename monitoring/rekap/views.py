from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from core.access import allow, sees_registry
from monitoring.models import Backlog, PeriodeMonitoring

from .build import DEFINISI, Rekap, build_rekap
from .pdf import PdfUnavailable, render_pdf
from .tabel import KOLOM, lines_of
from .xlsx import render_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _recap(request: HttpRequest, slug: str) -> tuple[PeriodeMonitoring, Rekap, str]:
    """The recap this user may see: an operator the own kabupaten/kota, others the province or one of the invited."""
    periode = get_object_or_404(PeriodeMonitoring.objects.visible_to(request.user), slug=slug)
    kode = request.user.kabupaten_kota_id or request.GET.get("kabupaten_kota", "")
    if kode and not periode.isian.filter(kabupaten_kota=kode).exists():
        raise Http404
    return periode, build_rekap(periode, kabupaten_kota=kode or None), kode


def _download(content: bytes, content_type: str, slug: str, kode: str, ending: str) -> HttpResponse:
    name = "-".join(part for part in ("rekap", slug, kode.replace(".", "")) if part)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


@require_safe
@allow(sees_registry)
def rekap(request: HttpRequest, slug: str) -> HttpResponse:
    periode, data, kode = _recap(request, slug)
    context = {
        "periode": periode,
        "rekap": data,
        "kode": kode,
        "kolom": KOLOM,
        "baris_rusun": lines_of(data, "rusun"),
        "baris_rusus": lines_of(data, "rusus"),
        "definisi": DEFINISI,
        "backlog": Backlog.objects.filter(kabupaten_kota__isnull=True),
        "kueri": f"?kabupaten_kota={kode}" if kode and not request.user.kabupaten_kota_id else "",
    }
    return render(request, "monitoring/rekap.html", context)


@require_safe
@allow(sees_registry)
def rekap_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    _, data, kode = _recap(request, slug)
    try:
        content = render_pdf(data, dicetak_oleh=request.user.nama)
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("monitoring:rekap", slug)
    return _download(content, "application/pdf", slug, kode, "pdf")


@require_safe
@allow(sees_registry)
def rekap_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    _, data, kode = _recap(request, slug)
    return _download(render_xlsx(data), XLSX, slug, kode, "xlsx")
