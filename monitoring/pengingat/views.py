"""Pages of reminders: whom to remind, the outbox, and the notices of the signed-in account."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, verifikator
from core.idempotency import new_key, perform_once
from core.scope import get_visible_or_404
from monitoring.enums import JenisSurel, StatusSurel
from monitoring.isian.sebutan import Status
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Pemberitahuan, PeriodeMonitoring, Surel
from monitoring.tindakan import refusal_text

from .forms import IngatkanForm
from .ingatkan import Hasil, remind, targets_of
from .pemberitahuan import is_told
from .surel import mail_configured, send_again

PER_HALAMAN = 50
STALE = datetime.timedelta(hours=1)

NADA: dict[str, str] = {
    StatusSurel.MENUNGGU: "proses",
    StatusSurel.MENGIRIM: "proses",
    StatusSurel.TERKIRIM: "selesai",
    StatusSurel.DILEWATI: "netral",
    StatusSurel.GAGAL: "bahaya",
}


def _periode(request: HttpRequest, slug: str) -> PeriodeMonitoring:
    periode = PeriodeMonitoring.objects.visible_to(request.user).filter(slug=slug).first()
    if periode is None:
        raise Http404
    return periode


# --- Reminding -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def ingatkan(request: HttpRequest, slug: str) -> HttpResponse:
    """Who would be reminded and in which words; then doing it."""
    periode = _periode(request, slug)
    asked = request.POST.get("jenis") or request.GET.get("jenis", "")
    jenis = JenisSurel(asked) if asked in JenisSurel.values else JenisSurel.BELUM_MENGIRIM
    diundang = periode.isian.values_list("kabupaten_kota", flat=True)
    form = IngatkanForm(request.POST or None, diundang=diundang, initial={"jenis": jenis})
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            return _remind(request, periode, jenis, form)
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    lists = {kind: targets_of(periode, kind, timezone.localdate()) for kind in JenisSurel}
    page = reverse("monitoring:ingatkan", args=[slug])
    context = {
        "periode": periode,
        "form": form,
        "jenis": jenis,
        "sasaran": lists[jenis],
        "dipilih": request.POST.getlist("kabupaten_kota") if form.is_bound else [t.kode for t in lists[jenis]],
        "pilihan": [
            {"label": kind.label, "jumlah": len(rows), "url": f"{page}?jenis={kind.value}", "aktif": kind == jenis}
            for kind, rows in lists.items()
        ],
        "surel_siap": mail_configured(),
    }
    return render(request, "monitoring/ingatkan.html", context, status=status)


def _remind(
    request: HttpRequest, periode: PeriodeMonitoring, jenis: JenisSurel, form: IngatkanForm
) -> HttpResponseRedirect:
    done: list[Hasil] = []

    def make() -> str:
        done.append(remind(periode, jenis, form.cleaned_data["kabupaten_kota"], request.user))
        return reverse("monitoring:kotak_keluar", args=[periode.slug])

    tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, make)
    for hasil in done:
        messages.success(
            request,
            f"{hasil.kabupaten_kota} kabupaten/kota diingatkan: {hasil.pemberitahuan} pemberitahuan di aplikasi, "
            f"{hasil.surel} surel masuk kotak keluar.",
        )
        if hasil.dilewati:
            messages.info(request, f"Tidak diingatkan karena sudah selesai: {', '.join(hasil.dilewati)}.")
    return HttpResponseRedirect(tujuan)


# --- The outbox ------------------------------------------------------------------------------------------------------


@require_safe
@allow(verifikator)
def kotak_keluar(request: HttpRequest, slug: str) -> HttpResponse:
    periode = _periode(request, slug)
    surel = Surel.objects.visible_to(request.user).filter(isian__periode=periode)
    rows = surel.select_related("isian__kabupaten_kota", "pengguna", "diminta_oleh")
    halaman = Paginator(rows, PER_HALAMAN).get_page(request.GET.get("halaman"))
    counts = dict(surel.order_by().values_list("status").annotate(jumlah=Count("pk")))
    context = {
        "periode": periode,
        "halaman": halaman,
        "baris": [{"surel": row, "status": Status(row.get_status_display(), NADA[row.status])} for row in halaman],
        "hitungan": [(status.label, counts.get(status.value, 0)) for status in StatusSurel],
        "gagal": counts.get(StatusSurel.GAGAL.value, 0),
        "surel_siap": mail_configured(),
        "tertahan": surel.due(timezone.now() - STALE).count(),
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/kotak_keluar.html", context)


@require_POST
@allow(verifikator)
def kotak_keluar_ulang(request: HttpRequest, slug: str) -> HttpResponse:
    """Send one failed e-mail again, or every failed one of the period."""
    periode = _periode(request, slug)
    failed = Surel.objects.visible_to(request.user).filter(isian__periode=periode).failed()
    if chosen := request.POST.get("surel", ""):
        failed = failed.filter(pk=chosen) if chosen.isdecimal() and len(chosen) < 19 else failed.none()
    renewed: list[int] = []

    def renew() -> str:
        renewed.append(send_again(failed, timezone.now()))
        return reverse("monitoring:kotak_keluar", args=[slug])

    tujuan = perform_once(request.POST.get("kunci_formulir", ""), request.user, renew)
    for jumlah in renewed:
        if jumlah:
            messages.success(request, f"{jumlah} surel akan dikirim ulang.")
        else:
            messages.info(request, "Tidak ada yang dikirim ulang: surel ini sudah menunggu atau tidak lagi gagal.")
    return redirect(tujuan)


# --- Notices ---------------------------------------------------------------------------------------------------------


@require_safe
@allow(is_told)
def pemberitahuan(request: HttpRequest) -> HttpResponse:
    rows = Pemberitahuan.objects.visible_to(request.user).select_related("isian__periode")
    halaman = Paginator(rows, PER_HALAMAN).get_page(request.GET.get("halaman"))
    context = {"halaman": halaman, "baru": any(row.dibaca_pada is None for row in halaman)}
    return render(request, "monitoring/pemberitahuan.html", context)


@require_POST
@allow(is_told)
def pemberitahuan_dibaca(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(Pemberitahuan.objects.all(), request.user, pk=pk)
    Pemberitahuan.objects.visible_to(request.user).unread().filter(pk=row.pk).update(dibaca_pada=timezone.now())
    return redirect(_back(request))


@require_POST
@allow(is_told)
def pemberitahuan_dibaca_semua(request: HttpRequest) -> HttpResponse:
    Pemberitahuan.objects.visible_to(request.user).unread().update(dibaca_pada=timezone.now())
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    return "pemberitahuan" if request.POST.get("kembali") == "pemberitahuan" else "beranda"
