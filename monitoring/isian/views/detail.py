"""The page of an isian: for the operator what is left to do, for the province the workbench; and one location of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.access import allow, koordinator, operator, sees_registry, verifikator
from core.export import as_file
from core.idempotency import new_key
from core.konsep import drafts_below
from core.pdf import PdfUnavailable
from monitoring.enums import Gerak, StatusCatatan, StatusIsian
from monitoring.isian.catatan import REMARKABLE
from monitoring.isian.cetak import isian_paper
from monitoring.isian.meja import build_workbench
from monitoring.isian.pemeriksaan import earlier_period
from monitoring.isian.permintaan import may_ask
from monitoring.isian.sebutan import status_for, timeline, who_opens
from monitoring.isian.tampilan import (
    findings_of,
    in_form_order,
    is_with_province,
    locations_of,
    material_of,
    sections_of,
)
from monitoring.isian.workflow import apply_move, may_move
from monitoring.models import Isian
from monitoring.periode.batas import batas_of, dates_note
from monitoring.tindakan import perform
from rusun.penguncian import lock_state

from .umum import is_running, isian_of, user_of

SIMPLE_MOVES = (Gerak.MULAI, Gerak.TARIK, Gerak.MULAI_VERIFIKASI, Gerak.VERIFIKASI)
BERHASIL: dict[Gerak, str] = {
    Gerak.MULAI: "Pengisian dimulai. Lengkapi tiap lokasi, lalu periksa dan kirim.",
    Gerak.TARIK: "Isian ditarik kembali. Anda dapat mengubah data lagi.",
    Gerak.MULAI_VERIFIKASI: "Verifikasi dimulai atas nama Anda.",
    Gerak.VERIFIKASI: "Isian sudah terverifikasi.",
}


@require_safe
@allow(sees_registry)
def isian_detail(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    bahan, catatan = material_of(isian), in_form_order(isian.catatan.select_related("dibuat_oleh"))
    shared = {
        "isian": isian,
        "status": status_for(isian, pengguna),
        "bahan": bahan,
        "lokasi": locations_of(bahan, catatan),
        "riwayat": timeline(isian),
        "kiriman": list(isian.kiriman.select_related("dikirim_oleh").defer("isi").order_by("-nomor")),
        "boleh": {gerak.value: may_move(isian, gerak, pengguna) for gerak in Gerak},
        "permintaan": list(isian.permintaan.waiting().select_related("oleh")),
        "batas": dates_note(isian, timezone.localdate()),
        "boleh_mengecualikan": koordinator(pengguna) and batas_of(isian) is not None,
        "kunci_baru": new_key,
    }
    if operator(pengguna):
        return render(
            request, "monitoring/isian_daerah.html", shared | _operator_context(request, isian, bahan, catatan)
        )
    if isian.status in (StatusIsian.BELUM_MULAI, StatusIsian.DIISI):
        return render(request, "monitoring/isian_menunggu.html", shared)
    hasil = findings_of(isian, bahan, timezone.localdate())
    meja = build_workbench(isian, bahan, hasil, catatan, timezone.localdate())
    more = {"meja": meja, "hasil": hasil, "boleh_mencatat": verifikator(pengguna) and _remarkable(isian)}
    return render(request, "monitoring/isian_meja.html", shared | more)


def _operator_context(request: HttpRequest, isian: Isian, bahan, catatan) -> dict:
    drafts = drafts_below(user_of(request), isian.get_absolute_url())
    return {
        "periksa": None if is_with_province(isian) else findings_of(isian, bahan, timezone.localdate()),
        "catatan_terbuka": [row for row in catatan if row.status == StatusCatatan.TERBUKA],
        "jumlah_catatan": len(catatan),
        "konsep": [(alamat, draft.disimpan) for alamat, draft in drafts.items()],
        "kunci": lock_state(isian.kabupaten_kota_id),
        "pembuka": who_opens(isian),
        "boleh_meminta": may_ask(isian, user_of(request)),
        "periode_lalu": earlier_period(isian),
    }


def _remarkable(isian: Isian) -> bool:
    return isian.status in REMARKABLE and is_running(isian)


@require_POST
@allow(operator, verifikator)
def isian_gerak(request: HttpRequest, slug: str, kode: str, gerak: str) -> HttpResponse:
    """The moves that ask nothing: begin, withdraw, begin verification, verify."""
    isian = isian_of(request, slug, kode)
    if gerak not in SIMPLE_MOVES:
        raise Http404
    move = Gerak(gerak)

    def make() -> str:
        apply_move(isian, move, user_of(request))
        return isian.get_absolute_url()

    return perform(request, make, berhasil=BERHASIL[move], kembali=isian.get_absolute_url())


@require_safe
@allow(sees_registry)
def isian_lokasi(request: HttpRequest, slug: str, kode: str, kode_rusun: str) -> HttpResponse:
    """One location in its three states. The province sees changed cells first and pins remarks from here."""
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    bahan = material_of(isian)
    unsent = isian.status in (StatusIsian.BELUM_MULAI, StatusIsian.DIISI)
    if kode_rusun not in bahan.registri or (unsent and not operator(pengguna)):
        raise Http404
    bagian = sections_of(bahan, kode_rusun, isian.catatan.all())
    context = {
        "isian": isian,
        "bahan": bahan,
        "lokasi": bahan.registri[kode_rusun],
        "kode_rusun": kode_rusun,
        "bagian": bagian,
        "jumlah_berubah": sum(row.berubah for row in bagian),
        "semua": "semua" in request.GET or operator(pengguna) or not any(row.penting for row in bagian),
        "boleh_mencatat": verifikator(pengguna) and _remarkable(isian),
        "boleh_mengisi": operator(pengguna) and not is_with_province(isian),
        "daftar_lokasi": [(row, lokasi["identitas"]["nama"]) for row, lokasi in bahan.registri.items()],
    }
    return render(request, "monitoring/isian_lokasi.html", context)


@require_safe
@allow(sees_registry)
def isian_kiriman(request: HttpRequest, slug: str, kode: str, nomor: int) -> HttpResponse:
    """The receipt: number, time, who, and the fingerprint of what was sent."""
    isian = isian_of(request, slug, kode)
    kiriman = isian.kiriman.select_related("dikirim_oleh").prefetch_related("lokasi").filter(nomor=nomor).first()
    if kiriman is None:
        raise Http404
    context = {"isian": isian, "kiriman": kiriman, "operator": operator(user_of(request))}
    return render(request, "monitoring/isian_kiriman.html", context)


@require_safe
@allow(sees_registry)
def isian_pdf(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    """The preview before sending, marked KONSEP; the province prints what was sent."""
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    if not operator(pengguna) and isian.status in (StatusIsian.BELUM_MULAI, StatusIsian.DIISI):
        raise Http404
    bahan = material_of(isian)
    catatan = in_form_order(isian.catatan.all())
    try:
        content = isian_paper(
            isian, bahan, findings_of(isian, bahan, timezone.localdate()), catatan, dicetak_oleh=pengguna.nama
        )
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(isian.get_absolute_url())
    return as_file(content, "application/pdf", f"isian-{slug}-{isian.kabupaten_kota.digit}.pdf")
