"""Pages of a period: list, board, create, invite, exception, moves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, koordinator, operator, pimpinan, sees_registry
from core.idempotency import new_key
from core.models import Pengguna
from core.scope import get_visible_or_404
from monitoring.enums import LABEL_PROVINSI, GerakPeriode, StatusIsian, StatusPeriode
from monitoring.isian.sebutan import NADA, Status, status_for
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Isian, PeriodeMonitoring
from monitoring.rekap.build import build_rekap
from monitoring.tindakan import perform, perform_or_raise

from .forms import PengecualianForm, PeriodeForm, UndangForm
from .workflow import apply_period_move, grant_exception, invite, may_move_period, outstanding_note

INVITING = (StatusPeriode.DISIAPKAN, StatusPeriode.DIBUKA)


@dataclass(frozen=True)
class BarisPapan:
    """One invited kabupaten/kota on the board."""

    isian: Isian
    status: Status
    url: str
    url_pengecualian: str


@dataclass(frozen=True)
class Hitungan:
    status: Status
    jumlah: int


def _periode(request: HttpRequest, slug: str) -> PeriodeMonitoring:
    periode = PeriodeMonitoring.objects.visible_to(request.user).filter(slug=slug).first()  # type: ignore[arg-type]
    if periode is None:
        raise Http404
    return periode


@require_safe
@allow(sees_registry)
def periode_daftar(request: HttpRequest) -> HttpResponse:
    rows = list(
        PeriodeMonitoring.objects.visible_to(request.user)  # type: ignore[arg-type]
        .annotate(
            diundang=Count("isian", distinct=True),
            terverifikasi=Count("isian", filter=Q(isian__status=StatusIsian.TERVERIFIKASI), distinct=True),
        )
        .order_by("-mulai")
    )
    own = {isian.periode_id: isian for isian in Isian.objects.visible_to(request.user)} if _is_operator(request) else {}
    periode = [
        {
            "periode": row,
            "status": Status(row.get_status_display(), NADA[row.status]),
            "milik": status_for(own[row.pk], request.user) if row.pk in own else None,  # type: ignore[arg-type]
        }
        for row in rows
    ]
    context = {"baris": periode, "boleh_membuat": koordinator(request.user), "punya_daerah": _is_operator(request)}  # type: ignore[arg-type]
    return render(request, "monitoring/periode_daftar.html", context)


def _is_operator(request: HttpRequest) -> bool:
    return operator(request.user)  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def periode_baru(request: HttpRequest) -> HttpResponse:
    form = PeriodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def create() -> str:
            with transaction.atomic():
                periode = form.save()
                invite(periode, form.cleaned_data["kabupaten_kota"])
            return periode.get_absolute_url()

        try:
            return perform_or_raise(request, create, berhasil="Periode dibuat. Periksa undangan, lalu buka.")
        except MoveRefused as refusal:
            form.add_error("kabupaten_kota", refusal.pesan)
    return render(request, "monitoring/periode_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@allow(sees_registry)
def periode_detail(request: HttpRequest, slug: str) -> HttpResponse:
    periode, pengguna = _periode(request, slug), request.user
    rows = (
        Isian.objects.visible_to(pengguna)
        .filter(periode=periode)
        .select_related("kabupaten_kota", "verifikator")
        .annotate(nomor=Max("kiriman__nomor"))
        .order_by("kabupaten_kota")
    )
    papan = [_line(row, periode, pengguna) for row in rows]  # type: ignore[arg-type]
    seen = Counter(line.isian.status for line in papan)
    context = {
        "periode": periode,
        "status": Status(periode.get_status_display(), NADA[periode.status]),
        "papan": papan,
        "hitungan": [Hitungan(Status(LABEL_PROVINSI[s], NADA[s]), seen[s]) for s in StatusIsian.values],
        "riwayat": [
            {"judul": r.get_gerak_display(), "waktu": r.waktu, "oleh": str(r.pengguna), "catatan": r.alasan}
            for r in periode.riwayat.select_related("pengguna").order_by("-id")
        ],
        "gerak": {gerak.value: may_move_period(periode, gerak, pengguna) for gerak in GerakPeriode},  # type: ignore[arg-type]
        "boleh_mengundang": koordinator(pengguna) and periode.status in INVITING,  # type: ignore[arg-type]
        "boleh_mengecualikan": koordinator(pengguna) and periode.status == StatusPeriode.DIBUKA,  # type: ignore[arg-type]
        "operator": operator(pengguna),  # type: ignore[arg-type]
        "catatan": periode.catatan_penetapan,
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/periode_detail.html", context)


def _line(isian: Isian, periode: PeriodeMonitoring, pengguna: Pengguna) -> BarisPapan:
    args = [periode.slug, isian.kabupaten_kota_id]
    return BarisPapan(
        isian, status_for(isian, pengguna), reverse("monitoring:isian_detail", args=args),
        reverse("monitoring:pengecualian", args=args),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def periode_undang(request: HttpRequest, slug: str) -> HttpResponse:
    periode = _periode(request, slug)
    form = UndangForm(request.POST or None, periode=periode)
    if request.method == "POST" and form.is_valid():

        def add() -> str:
            invite(periode, form.cleaned_data["kabupaten_kota"])
            return periode.get_absolute_url()

        return perform(
            request, add, berhasil="Undangan ditambahkan.", kembali=reverse("monitoring:periode_undang", args=[slug])
        )
    context = {"form": form, "periode": periode}
    return render(request, "monitoring/periode_undang.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow(koordinator, pimpinan)
def periode_gerak(request: HttpRequest, slug: str, gerak: str) -> HttpResponse:
    periode = _periode(request, slug)
    if gerak not in GerakPeriode.values:
        raise Http404
    move = GerakPeriode(gerak)

    def make() -> str:
        alasan = request.POST.get("alasan", "").strip()[:1000]
        apply_period_move(periode, move, request.user, alasan=alasan)  # type: ignore[arg-type]
        return periode.get_absolute_url()

    return perform(request, make, berhasil=BERHASIL[move], kembali=periode.get_absolute_url())


BERHASIL: dict[GerakPeriode, str] = {
    GerakPeriode.BUKA: "Periode dibuka. Kabupaten/kota yang diundang sekarang dapat mengisi.",
    GerakPeriode.AJUKAN_REKAP: "Rekap diajukan kepada pimpinan untuk ditetapkan.",
    GerakPeriode.KEMBALIKAN_REKAP: "Rekap dikembalikan. Periode dibuka lagi untuk diperbaiki.",
    GerakPeriode.TETAPKAN: "Rekap sudah ditetapkan. Data kabupaten/kota tidak lagi terkunci.",
}


@require_safe
@allow(pimpinan)
def periode_tetapkan(request: HttpRequest, slug: str) -> HttpResponse:
    periode = _periode(request, slug)
    context = {
        "periode": periode,
        "rekap": build_rekap(periode),
        "catatan": outstanding_note(periode),
        "boleh": may_move_period(periode, GerakPeriode.TETAPKAN, request.user),  # type: ignore[arg-type]
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/periode_tetapkan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def pengecualian(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian = get_visible_or_404(
        Isian.objects.select_related("periode", "kabupaten_kota"), request.user, periode__slug=slug, kabupaten_kota=kode
    )
    initial = {"sampai": isian.pengecualian_sampai, "alasan": isian.pengecualian_alasan}
    form = PengecualianForm(request.POST or None, initial=initial)
    tujuan = isian.periode.get_absolute_url()
    if request.method == "POST" and form.is_valid():

        def grant() -> str:
            grant_exception(isian, form.cleaned_data["sampai"], form.cleaned_data["alasan"], request.user)  # type: ignore[arg-type]
            return tujuan

        return perform(request, grant, berhasil=f"Pengecualian untuk {isian.kabupaten_kota} disimpan.", kembali=tujuan)
    context = {"form": form, "isian": isian}
    return render(request, "monitoring/periode_pengecualian.html", context, status=422 if form.is_bound else 200)
