"""Pages of a period: list, board, create, invite, dates, exception, verifying many, moves."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, koordinator, operator, pimpinan, sees_registry, verifikator
from core.export import as_file
from core.idempotency import new_key, perform_once
from core.scope import get_visible_or_404
from monitoring.enums import GerakPeriode, StatusIsian, StatusPeriode
from monitoring.isian.sebutan import NADA, Status, exception_event, status_for
from monitoring.isian.verifikasi_massal import HasilMassal, candidates, verify_many
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Isian, PeriodeMonitoring
from monitoring.rekap.build import build_rekap, note_head
from monitoring.tindakan import perform, perform_or_raise, refusal_text

from .batas import batas_of
from .forms import CabutForm, PengecualianForm, PeriodeForm, TanggalPeriodeForm, UndangForm
from .papan import ARTI_WAKTU_JAWAB, SARINGAN, Papan, build_papan
from .pengecualian import grant_exception, withdraw_exception
from .tanggal import change_dates
from .workflow import CHANGEABLE, apply_period_move, invite, may_move_period, outstanding_note
from .xlsx import render_papan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = tuple(StatusIsian.values)


@dataclass(frozen=True)
class Kartu:
    """A figure of the board that leads to its rows."""

    label: str
    jumlah: int
    arti: str
    url: str
    aktif: bool


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
                invite(periode, form.cleaned_data["kabupaten_kota"], request.user)
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
    papan = build_papan(periode, pengguna, timezone.now())
    saringan = request.GET.get("status", "")
    context = {
        "periode": periode,
        "status": Status(periode.get_status_display(), NADA[periode.status]),
        "papan": papan,
        "baris": papan.rows_in(saringan),
        "saringan": SARINGAN.get(saringan),
        "kode_saringan": saringan if saringan in SARINGAN else "",
        "kartu": _cards(papan, saringan),
        "arti_waktu_jawab": ARTI_WAKTU_JAWAB,
        "riwayat": [
            {"judul": r.get_gerak_display(), "waktu": r.waktu, "oleh": str(r.pengguna), "rincian": r.rincian,
             "catatan": r.alasan}
            for r in periode.riwayat.visible_to(pengguna).select_related("pengguna").order_by("-id")
        ],
        "gerak": {gerak.value: may_move_period(periode, gerak, pengguna) for gerak in GerakPeriode},
        "boleh_mengubah": koordinator(pengguna) and periode.status in CHANGEABLE,
        "boleh_mengecualikan": koordinator(pengguna) and periode.status == StatusPeriode.DIBUKA,
        "boleh_memverifikasi": verifikator(pengguna) and periode.status == StatusPeriode.DIBUKA,
        "verifikator": verifikator(pengguna),
        "operator": operator(pengguna),
        "catatan": note_head(periode.catatan_penetapan) if operator(pengguna) else periode.catatan_penetapan,
        "kunci_baru": new_key,
    }  # fmt: skip
    return render(request, "monitoring/periode_detail.html", context)


def _cards(papan: Papan, saringan: str) -> dict[str, list[Kartu]]:
    """Cards of the states and of the other views of the same rows. The card that is chosen leads back to all rows."""
    page = reverse("monitoring:periode_detail", args=[papan.slug])
    cards = {
        kode: Kartu(
            SARINGAN[kode].label, jumlah, SARINGAN[kode].arti,
            f"{page}#baris" if kode == saringan else f"{page}?status={kode}#baris", kode == saringan,
        )
        for kode, jumlah in papan.hitungan.items()
    }  # fmt: skip
    return {
        "keadaan": [card for kode, card in cards.items() if kode in STATES],
        "ketepatan": [card for kode, card in cards.items() if kode not in STATES],
    }


@require_safe
@allow(verifikator, pimpinan)
def papan_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    """The board as a workbook, with the rows of the filter in the address."""
    saringan = request.GET.get("status", "")
    saringan = saringan if saringan in SARINGAN else ""
    papan = build_papan(_periode(request, slug), request.user, timezone.now())
    name = "-".join(part for part in ("papan", slug, saringan.replace("_", "-")) if part)
    return as_file(render_papan(papan, saringan), XLSX, f"{name}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def periode_tanggal(request: HttpRequest, slug: str) -> HttpResponse:
    periode = _periode(request, slug)
    form = TanggalPeriodeForm(request.POST or None, periode=periode, hari_ini=timezone.localdate())
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def change() -> str:
            change_dates(periode, data["semula"], data["baru"], data["alasan"], request.user)
            return periode.get_absolute_url()

        try:
            return perform_or_raise(request, change, berhasil="Tanggal periode diubah.")
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    context = {"form": form, "periode": periode, "boleh": periode.status in CHANGEABLE}
    return render(request, "monitoring/periode_tanggal.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def verifikasi_massal(request: HttpRequest, slug: str) -> HttpResponse:
    """First who would be verified and who is left out, and why; then each by its own move."""
    periode = _periode(request, slug)
    if request.method == "POST":
        return _verify_chosen(request, periode)
    found = candidates(periode, request.user, timezone.localdate())
    context = {
        "periode": periode,
        "siap": [calon for calon in found if not calon.alasan],
        "dilewati": [calon for calon in found if calon.alasan],
        "boleh": periode.status == StatusPeriode.DIBUKA,
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/verifikasi_massal.html", context)


def _verify_chosen(request: HttpRequest, periode: PeriodeMonitoring) -> HttpResponse:
    chosen = request.POST.getlist("isian")
    done: list[HasilMassal] = []

    def verify() -> str:
        if not chosen:
            raise MoveRefused("Pilih paling sedikit satu kabupaten/kota.")
        done.append(verify_many(periode, chosen, request.user))
        return periode.get_absolute_url()

    try:
        tujuan = perform_once(request.POST.get("kunci_formulir", ""), request.user, verify)
    except MoveRefused as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect("monitoring:verifikasi_massal", periode.slug)
    for hasil in done:
        if hasil.terverifikasi:
            messages.success(
                request, f"{len(hasil.terverifikasi)} isian terverifikasi: {', '.join(hasil.terverifikasi)}."
            )
        if hasil.dilewati:
            points = format_html_join("", "<br>• {}: {}.", hasil.dilewati)
            messages.warning(request, format_html("{} isian tidak diverifikasi:{}", len(hasil.dilewati), points))
    return redirect(tujuan)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def periode_undang(request: HttpRequest, slug: str) -> HttpResponse:
    periode = _periode(request, slug)
    form = UndangForm(request.POST or None, periode=periode)
    if request.method == "POST" and form.is_valid():

        def add() -> str:
            data = form.cleaned_data
            invite(periode, data["kabupaten_kota"], request.user, alasan=data.get("alasan", ""))
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


def _isian(request: HttpRequest, slug: str, kode: str) -> Isian:
    return get_visible_or_404(
        Isian.objects.select_related("periode", "kabupaten_kota"), request.user, periode__slug=slug, kabupaten_kota=kode
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def pengecualian(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian = _isian(request, slug, kode)
    semula = isian.pengecualian_sampai
    form = PengecualianForm(
        request.POST or None, initial={"sampai": semula, "alasan": isian.pengecualian_alasan, "semula": semula}
    )
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def grant() -> str:
            grant_exception(isian, data["sampai"], data["alasan"], request.user, semula=data["semula"])
            return isian.periode.get_absolute_url()

        try:
            return perform_or_raise(request, grant, berhasil=f"Pengecualian untuk {isian.kabupaten_kota} disimpan.")
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    return _exception_page(request, isian, form, CabutForm(initial={"semula": semula}, auto_id="id_cabut_%s"), status)


@require_POST
@allow(koordinator)
def pengecualian_cabut(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian = _isian(request, slug, kode)
    form = CabutForm(request.POST, auto_id="id_cabut_%s")
    status = 422
    if form.is_valid():
        data = form.cleaned_data

        def withdraw() -> str:
            withdraw_exception(isian, data["alasan"], request.user, semula=data["semula"])
            return isian.periode.get_absolute_url()

        try:
            return perform_or_raise(request, withdraw, berhasil=f"Pengecualian untuk {isian.kabupaten_kota} dicabut.")
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    grant = PengecualianForm(initial={"sampai": isian.pengecualian_sampai, "semula": isian.pengecualian_sampai})
    return _exception_page(request, isian, grant, form, status)


def _exception_page(
    request: HttpRequest, isian: Isian, form: PengecualianForm, cabut: CabutForm, status: int
) -> HttpResponse:
    history = isian.riwayat_pengecualian.select_related("pengguna").order_by("-id")
    context = {
        "isian": isian,
        "batas": batas_of(isian),
        "form": form,
        "cabut": cabut,
        "boleh": isian.periode.status == StatusPeriode.DIBUKA,
        "riwayat": [exception_event(row) for row in history],
    }
    return render(request, "monitoring/periode_pengecualian.html", context, status=status)
