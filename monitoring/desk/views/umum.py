"""What the pages of the desk share: fetching a schedule or a session within scope."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.urls import reverse

from core.scope import get_visible_or_404
from monitoring.desk.jadwal import show_published
from monitoring.isian.views.umum import user_of
from monitoring.models import JadwalDesk, PeriodeMonitoring, SesiDesk


def periode_of(request: HttpRequest, slug: str) -> PeriodeMonitoring:
    periode = PeriodeMonitoring.objects.visible_to(user_of(request)).filter(slug=slug).first()
    if periode is None:
        raise Http404
    return periode


def jadwal_of(request: HttpRequest, slug: str) -> JadwalDesk:
    """The schedule of a period; 404 while there is none (for an operator: none published)."""
    jadwal = JadwalDesk.objects.filter(periode=periode_of(request, slug)).select_related("periode").first()
    if jadwal is None or (user_of(request).kabupaten_kota_id and not jadwal.versi):
        raise Http404
    return jadwal


def sesi_of(request: HttpRequest, slug: str, pk: int) -> SesiDesk:
    sesi = get_visible_or_404(
        SesiDesk.objects.select_related(
            "jadwal__periode", "isian__kabupaten_kota", "isian__periode", "verifikator", "kiriman_awal"
        ),
        user_of(request), pk=pk, jadwal__periode__slug=slug,
    )  # fmt: skip
    if user_of(request).kabupaten_kota_id and not show_published(sesi, sesi.jadwal.terbitan.first()):
        raise Http404
    return sesi


def url_of(sesi: SesiDesk, nama: str, *args: object) -> str:
    return reverse(f"monitoring:{nama}", args=[sesi.jadwal.periode.slug, sesi.pk, *args])
