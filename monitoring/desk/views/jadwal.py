"""Pages of the schedule: what stands, laying it out, moving one slot, publishing, the day board, papers, calendar."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.access import admin, allow, koordinator, operator, pimpinan, sees_registry, verifikator
from core.display import in_wib
from core.export import as_file
from core.idempotency import new_key, perform_once
from core.pdf import PdfUnavailable
from monitoring.desk.docx import surat_docx
from monitoring.desk.forms import JadwalForm, LiburForm, SlotForm
from monitoring.desk.jadwal import (
    clashes_of,
    draft_schedule,
    generate,
    move_session,
    publish,
    reschedule,
    schedule_of,
    show_published,
    unpublished_changes,
)
from monitoring.desk.kalender_ics import calendar
from monitoring.desk.layar import minutes_of, state_of_session, with_minutes
from monitoring.desk.papan import build_day, days_of, delay_before, nearest_day
from monitoring.desk.pesan import whatsapp_text
from monitoring.desk.surat import Surat, data_request, invitation, opening_agenda, surat_pdf
from monitoring.enums import JenisSesi, StatusSesi
from monitoring.isian.views.umum import user_of
from monitoring.isian.workflow import MoveRefused
from monitoring.models import HariLibur, Isian, JadwalDesk, PeriodeMonitoring, SesiDesk
from monitoring.periode.workflow import CHANGEABLE
from monitoring.tindakan import perform, perform_or_raise, refusal_text

from .umum import jadwal_of, periode_of, sesi_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SURAT = {"permintaan-data": data_request, "undangan": invitation, "susunan-acara": opening_agenda}
NAMA_SURAT = (
    ("permintaan-data", "Surat permintaan data"),
    ("undangan", "Undangan dan lampiran jadwal"),
    ("susunan-acara", "Susunan acara rapat pembukaan"),
)


def _page(periode: PeriodeMonitoring) -> str:
    return reverse("monitoring:desk_jadwal", args=[periode.slug])


@require_safe
@allow(sees_registry)
def desk_jadwal(request: HttpRequest, slug: str) -> HttpResponse:
    """The schedule: the province sees all, an operator the opening and the own session."""
    periode, pengguna = periode_of(request, slug), user_of(request)
    jadwal = JadwalDesk.objects.filter(periode=periode).first()
    rows = []
    if jadwal is not None:
        last = jadwal.terbitan.first()
        visible = SesiDesk.objects.visible_to(pengguna).filter(jadwal=jadwal).exclude(status=StatusSesi.BATAL)
        sesi = visible.select_related("isian__kabupaten_kota", "isian__periode", "verifikator", "jadwal__periode")
        rows = [
            {"sesi": row, "status": state_of_session(row, minutes_of(row)), "hari": in_wib(row.mulai).date()}
            for row in with_minutes(sesi)
            if not operator(pengguna) or show_published(row, last)
        ]
    saat = timezone.now()
    own = [row["sesi"] for row in rows if operator(pengguna) and row["sesi"].status == StatusSesi.TERJADWAL]
    context = {
        "periode": periode,
        "jadwal": jadwal,
        "baris": rows,
        "terbitan": list(jadwal.terbitan.select_related("oleh")) if jadwal and not operator(pengguna) else [],
        "belum_terbit": unpublished_changes(jadwal) if jadwal and koordinator(pengguna) else None,
        "boleh_menyusun": koordinator(pengguna) and periode.status in CHANGEABLE,
        "provinsi": verifikator(pengguna),
        "operator": operator(pengguna),
        "papan": verifikator(pengguna) or pimpinan(pengguna),
        "jenis_surat": NAMA_SURAT,
        "tunda": {row.pk: delay_before(row, saat) for row in own},
        "pesan": [(row["sesi"], whatsapp_text(row["sesi"])) for row in rows] if verifikator(pengguna) else [],
    }
    return render(request, "monitoring/desk_jadwal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def desk_susun(request: HttpRequest, slug: str) -> HttpResponse:
    """Lay the schedule out: look first, then store."""
    periode, pengguna = periode_of(request, slug), user_of(request)
    if periode.status not in CHANGEABLE:
        messages.error(request, "Jadwal desk hanya dapat disusun sebelum rekap diajukan.")
        return redirect(_page(periode))
    jadwal = JadwalDesk.objects.filter(periode=periode).first() or JadwalDesk(
        periode=periode, mulai=periode.batas_waktu
    )
    form = JadwalForm(request.POST or None, instance=jadwal)
    plan, status = None, 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        row = form.save(commit=False)
        row.susunan = form.cleaned_data["semula"]
        if "simpan" in request.POST:

            def store() -> str:
                generate(row, list(form.cleaned_data["verifikator"]), pengguna)
                return _page(periode)

            try:
                berhasil = "Jadwal disusun. Periksa, lalu terbitkan."
                return perform_or_raise(request, store, berhasil=berhasil)
            except MoveRefused as refusal:
                form.add_error(None, refusal_text(refusal))
        else:
            status = 200
        plan = draft_schedule(row)
    invited = Isian.objects.visible_to(pengguna).filter(periode=periode)
    names = dict(invited.values_list("kabupaten_kota", "kabupaten_kota__nama"))
    context = {
        "periode": periode, "form": form, "rancangan": plan,
        "slot": [(slot, names[slot.peserta]) for slot in plan.slot] if plan else [],
        "tidak_muat": [names[kode] for kode in plan.tidak_muat] if plan else [],
    }  # fmt: skip
    return render(request, "monitoring/desk_susun.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def desk_terbitkan(request: HttpRequest, slug: str) -> HttpResponse:
    jadwal, pengguna = jadwal_of(request, slug), user_of(request)
    page = _page(jadwal.periode)
    if request.method == "POST":

        def issue() -> str:
            publish(jadwal, pengguna)
            return page

        return perform(request, issue, berhasil="Jadwal diterbitkan. Kabupaten/kota sudah diberi tahu.", kembali=page)
    rows = schedule_of(jadwal)
    context = {
        "periode": jadwal.periode, "jadwal": jadwal, "perubahan": unpublished_changes(jadwal), "jumlah": len(rows),
        "bentrok": clashes_of(rows), "kunci_baru": new_key,
    }  # fmt: skip
    return render(request, "monitoring/desk_terbitkan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def desk_ubah(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Move one session that has not begun."""
    sesi, pengguna = sesi_of(request, slug, pk), user_of(request)
    form = SlotForm(request.POST or None, sesi=sesi)

    def store() -> str:
        data = form.cleaned_data
        move_session(form.fill(sesi), data["versi"], pengguna, alasan=data["alasan"], tetap=data["tetap"])
        return _page(sesi.jadwal.periode)

    return _slot_page(request, form, sesi, store, f"Pindahkan sesi {sesi.judul}", "Sesi dipindahkan. Terbitkan lagi.")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def desk_ulang(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A new session for a kabupaten/kota that did not come."""
    sesi, pengguna = sesi_of(request, slug, pk), user_of(request)
    form = SlotForm(request.POST or None, sesi=sesi)

    def store() -> str:
        baru = SesiDesk(jadwal=sesi.jadwal, jenis=JenisSesi.DESK, isian=sesi.isian)
        reschedule(sesi, form.fill(baru), pengguna, tetap=form.cleaned_data["tetap"])
        return _page(sesi.jadwal.periode)

    return _slot_page(request, form, sesi, store, f"Sesi baru {sesi.judul}", "Sesi baru dibuat. Terbitkan lagi.")


def _slot_page(request: HttpRequest, form: SlotForm, sesi: SesiDesk, store, judul: str, berhasil: str) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            return perform_or_raise(request, store, berhasil=berhasil)
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    context = {"periode": sesi.jadwal.periode, "sesi": sesi, "form": form, "judul": judul}
    return render(request, "monitoring/desk_ubah.html", context, status=status)


@require_safe
@allow(verifikator, pimpinan)
def desk_papan(request: HttpRequest, slug: str) -> HttpResponse:
    """The day board, for a wall: it renews itself."""
    jadwal, saat = jadwal_of(request, slug), timezone.now()
    papan = build_day(jadwal, _day(request, jadwal), saat)
    template = "_desk_papan" if request.htmx else "desk_papan"
    context = {"periode": jadwal.periode, "papan": papan, "saat": saat}
    return render(request, f"monitoring/{template}.html", context)


def _day(request: HttpRequest, jadwal: JadwalDesk) -> datetime.date:
    try:
        return datetime.date.fromisoformat(request.GET.get("hari", ""))
    except ValueError:
        return nearest_day(days_of(jadwal), timezone.localdate())


def _letter(request: HttpRequest, slug: str, jenis: str) -> tuple[JadwalDesk, Surat]:
    jadwal = jadwal_of(request, slug)
    if jenis not in SURAT:
        raise Http404
    return jadwal, SURAT[jenis](jadwal)


@require_safe
@allow(verifikator)
def desk_surat_pdf(request: HttpRequest, slug: str, jenis: str) -> HttpResponse:
    jadwal, surat = _letter(request, slug, jenis)
    try:
        content = surat_pdf(surat, contoh=jadwal.periode.contoh, dicetak_oleh=user_of(request).nama)
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(_page(jadwal.periode))
    return as_file(content, "application/pdf", f"{jenis}-{slug}.pdf", inline=True)


@require_safe
@allow(verifikator)
def desk_surat_docx(request: HttpRequest, slug: str, jenis: str) -> HttpResponse:
    _, surat = _letter(request, slug, jenis)
    return as_file(surat_docx(surat), DOCX, f"{jenis}-{slug}.docx")


@require_safe
@allow(sees_registry)
def desk_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """The calendar: of one kabupaten/kota, or of a verifikator the opening and the own sessions, else what is seen."""
    jadwal, pengguna = jadwal_of(request, slug), user_of(request)
    rows = (
        SesiDesk.objects.visible_to(pengguna)
        .filter(jadwal=jadwal)
        .select_related("jadwal__periode", "isian__kabupaten_kota", "verifikator")
    )
    opening = rows.filter(jenis=JenisSesi.PEMBUKAAN)
    if daerah := request.GET.get("kabupaten_kota", ""):
        rows = rows.filter(isian__kabupaten_kota=daerah) | opening
    elif verifikator(pengguna):
        rows = rows.filter(verifikator=pengguna) | opening
    last = jadwal.terbitan.first()
    shown = [row for row in rows.distinct().order_by("mulai") if not operator(pengguna) or show_published(row, last)]
    content = calendar(shown, alamat_situs=settings.ALAMAT_SITUS)
    return as_file(content, "text/calendar; charset=utf-8", f"desk-{slug}.ics")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator, admin)
def hari_libur(request: HttpRequest) -> HttpResponse:
    """The days on which no desk is held."""
    form = LiburForm(request.POST if "tambah" in request.POST else None)
    if "hapus" in request.POST:
        for row in HariLibur.objects.filter(tanggal=_iso(request.POST["hapus"]), aktif=True):
            row.aktif = False
            row.save()
        messages.success(request, "Hari libur dihapus dari daftar.")
        return redirect("hari_libur")
    if form.is_bound and form.is_valid():

        def store() -> str:
            with transaction.atomic():
                form.save()
            return reverse("hari_libur")

        messages.success(request, "Hari libur ditambahkan.")
        return redirect(perform_once(form.cleaned_data["kunci_formulir"], user_of(request), store))
    context = {"form": form, "daftar": HariLibur.objects.filter(aktif=True), "hari_ini": timezone.localdate()}
    return render(request, "monitoring/hari_libur.html", context, status=422 if form.is_bound else 200)


def _iso(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
