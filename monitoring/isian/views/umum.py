"""What the pages of an isian share: fetching it within scope, and where its cells are read and corrected."""

from __future__ import annotations

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest
from django.urls import reverse

from core.access import operator
from core.models import Pengguna
from core.scope import get_visible_or_404
from monitoring.enums import StatusPeriode
from monitoring.isian.catatan import cell_exists
from monitoring.models import Isian
from rusun.alamat import DAFTAR_LOKASI, Alamat
from rusun.bagian import section_of
from rusun.salinan import Registri


def user_of(request: HttpRequest) -> Pengguna:
    assert isinstance(request.user, Pengguna)
    return request.user


def isian_of(request: HttpRequest, slug: str, kode: str) -> Isian:
    """The isian, or 404; an operator meets none before its period is opened."""
    isian = get_visible_or_404(
        Isian.objects.select_related("periode", "kabupaten_kota", "verifikator", "kiriman_sah"),
        request.user, periode__slug=slug, kabupaten_kota=kode,
    )  # fmt: skip
    if operator(user_of(request)) and isian.periode.status == StatusPeriode.DISIAPKAN:
        raise Http404
    return isian


def is_running(isian: Isian) -> bool:
    return isian.periode.status == StatusPeriode.DIBUKA


def url_of(isian: Isian, nama: str, *args: object) -> str:
    return reverse(f"monitoring:{nama}", args=[isian.periode.slug, isian.kabupaten_kota_id, *args])


def cell_url(isian: Isian, alamat: Alamat) -> str:
    """Where the operator corrects a cell: its section page, at the field."""
    section = section_of(alamat.bagian)
    if alamat.bagian == DAFTAR_LOKASI or section is None:
        return isian.get_absolute_url()
    return f"{url_of(isian, 'isian_bagian', alamat.kode_rusun, section.kode)}#{alamat.jangkar}"


def shown_cell_url(isian: Isian, alamat: Alamat) -> str:
    """Where a cell is read: the page of its location."""
    if not alamat.kode_rusun:
        return isian.get_absolute_url()
    return f"{url_of(isian, 'isian_lokasi', alamat.kode_rusun)}#{alamat.jangkar}"


def address(text: str, registri: Registri) -> Alamat:
    """The cell a URL names; 400 when it is not written as one, or names no cell of the isian."""
    try:
        alamat = Alamat.parse(text)
    except ValueError:
        raise SuspiciousOperation("malformed cell address") from None
    if not cell_exists(registri, alamat):
        raise SuspiciousOperation("no such cell")
    return alamat
