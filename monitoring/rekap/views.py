from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.access import allow, koordinator, pimpinan, sees_penghuni, sees_registry, verifikator
from core.export import as_file
from core.models import Pengguna
from core.pdf import KERTAS, PdfUnavailable
from monitoring.enums import StatusPeriode
from monitoring.isian.workflow import MoveRefused
from monitoring.models import PeriodeMonitoring
from monitoring.periode.workflow import write_decisions
from monitoring.tindakan import perform_or_raise

from .banding import compare_periods, earlier_rekap
from .build import DEFINISI, Rekap, build_rekap
from .forms import KeputusanForm
from .gambar import charts_of, map_of
from .pdf import render_pdf, render_summary
from .saring import Saringan, counted_by, rows_behind
from .tabel import KOLOM, lines_of, small_tables
from .terbuka import open_csv, open_data
from .xlsx import render_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _recap(request: HttpRequest, slug: str) -> tuple[PeriodeMonitoring, Rekap]:
    """The recap this user may see: an operator the own kabupaten/kota, others the province or one of the invited."""
    periode = get_object_or_404(PeriodeMonitoring.objects.visible_to(request.user), slug=slug)
    kode = request.user.kabupaten_kota_id or request.GET.get("kabupaten_kota", "")
    if "\0" in kode:  # PostgreSQL takes none
        raise Http404
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
    return as_file(content, content_type, f"{name}.{ending}")


@require_safe
@allow(sees_registry)
def rekap(request: HttpRequest, slug: str) -> HttpResponse:
    periode, data = _recap(request, slug)
    pilihan = _choices(periode, request.user)
    before, chosen = earlier_rekap(periode, data.kode_daerah), Saringan.read(request.GET)
    banding = compare_periods(data, before) if before else None
    rows, hitungan = rows_behind(data, chosen), counted_by(chosen)
    context = {
        "periode": periode,
        "rekap": data,
        "pilihan": pilihan,
        "kolom": KOLOM,
        "baris_rusun": lines_of(data, "rusun"),
        "baris_rusus": lines_of(data, "rusus"),
        "tabel_kecil": small_tables(data),
        "boleh_nama": sees_penghuni(request.user),
        "boleh_keputusan": koordinator(request.user) and periode.status != StatusPeriode.DITETAPKAN,
        "grafik": charts_of(data, banding),
        "peta": map_of(data) if pilihan and not data.kode_daerah else None,
        "saringan": chosen,
        "kode_dipilih": data.kode_daerah if pilihan else "",
        "awal": f"?kabupaten_kota={data.kode_daerah}&" if data.kode_daerah and pilihan else "?",
        "baris_lokasi": [(row, hitungan.dari(row) if hitungan else None) for row in rows],
        "hitungan": hitungan,
        "jumlah_hitungan": sum(map(hitungan.dari, rows)) if hitungan else None,
        "masalah_kini": _problems_now(data, chosen),
        "perbandingan": banding,
        "definisi": DEFINISI,
        "kueri": f"?kabupaten_kota={data.kode_daerah}" if data.kode_daerah and pilihan else "",
    }
    return render(request, "monitoring/rekap.html", context)


def _problems_now(rekap: Rekap, asked: Saringan) -> str:
    """Where the problems asked about are described, as they stand today; "" when others are asked about."""
    query = {
        "aspek": asked.aspek, "tingkat": asked.tingkat, "penanggung_jawab": asked.pihak,
        "kabupaten_kota": asked.daerah or rekap.kode_daerah,
    }  # fmt: skip
    if not asked.soal_masalah:
        return ""
    return reverse("rusun:masalah_daftar", query={name: value for name, value in query.items() if value})


@require_safe
@allow(sees_registry)
def rekap_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    _, data = _recap(request, slug)
    try:
        content = render_pdf(data, dicetak_oleh=request.user.nama, kertas=_paper(request))
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(reverse("monitoring:rekap", args=[slug], query=request.GET))
    return _download(content, "application/pdf", data, "pdf")


def _paper(request: HttpRequest) -> str:
    """The size asked for; A4 unless it is one of those there are."""
    kertas = request.GET.get("kertas", "")
    return kertas if kertas in KERTAS else "a4"


@require_safe
@allow(sees_registry)
def rekap_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    _, data = _recap(request, slug)
    return _download(render_xlsx(data), XLSX, data, "xlsx")


@require_safe
@allow(verifikator, pimpinan)
def ringkasan_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """One sheet for the governor."""
    periode = get_object_or_404(PeriodeMonitoring.objects.visible_to(request.user), slug=slug)
    try:
        content = render_summary(build_rekap(periode), dicetak_oleh=request.user.nama, kertas=_paper(request))
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(reverse("monitoring:rekap", args=[slug]))
    return as_file(content, "application/pdf", f"ringkasan-{slug}.pdf")


@require_safe
@allow(sees_registry)
def rekap_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures as open data: aggregated, with definitions, position and licence; no names of residents."""
    _, data = _recap(request, slug)
    content = json.dumps(open_data(data), ensure_ascii=False, indent=2)
    return _download(content.encode(), "application/json", data, "json")


@require_safe
@allow(sees_registry)
def rekap_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """One line per kabupaten/kota, for Satu Data."""
    _, data = _recap(request, slug)
    return _download(open_csv(data).encode("utf-8-sig"), "text/csv; charset=utf-8", data, "csv")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def keputusan(request: HttpRequest, slug: str) -> HttpResponse:
    """What the governor is asked to decide: typed by the koordinator, printed on the summary."""
    periode = get_object_or_404(PeriodeMonitoring.objects.visible_to(request.user), slug=slug)
    page = reverse("monitoring:rekap", args=[slug])
    form = KeputusanForm(request.POST or None, initial={"keputusan": periode.keputusan, "semula": periode.keputusan})
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def store() -> str:
            write_decisions(periode, form.cleaned_data["keputusan"], form.cleaned_data["semula"], request.user)
            return page

        try:
            return perform_or_raise(request, store, berhasil="Keputusan yang dimohon tersimpan.")
        except MoveRefused as refusal:
            status = 409
            form.add_error(None, refusal.pesan)
            # Saving again is saving over what is shown now.
            periode.refresh_from_db()
            form.data = request.POST.copy()
            form.data["semula"] = periode.keputusan
    return render(
        request,
        "monitoring/keputusan.html",
        {"periode": periode, "form": form, "tersimpan": periode.keputusan if status == 409 else ""},
        status=status,
    )


@require_safe
@allow(sees_registry)
def rekap_berkas(request: HttpRequest, slug: str, berkas: str) -> HttpResponse:
    """The files looked for below the page `rekap/` instead of beside it: one place, two ways to it."""
    get_object_or_404(PeriodeMonitoring.objects.visible_to(request.user), slug=slug)
    return redirect(reverse(berkas, args=[slug], query=request.GET))
