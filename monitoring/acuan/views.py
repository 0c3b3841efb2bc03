"""Reference data and dated rules, for the admin to read and to edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.forms import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import admin, allow
from core.history import history_of
from core.idempotency import new_key, perform_once, was_performed
from core.models import KabupatenKota, Pejabat, Pengguna
from core.models.acuan import AcuanRow
from core.versions import StaleVersion
from monitoring.models import Backlog
from penghuni.models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from penghuni.penyaringan import title_of
from rusun.models import KategoriPermasalahan

from .forms import AcuanForm
from .jenis import JENIS, Jenis
from .simpan import set_active, store


@allow(admin)
@require_safe
def acuan(request: HttpRequest) -> HttpResponse:
    context = {
        "bagian": [(jenis.kode, jenis.judul) for jenis in JENIS.values()],
        "daerah": KabupatenKota.objects.all(),
        "pejabat": Pejabat.objects.select_related("kabupaten_kota").order_by(
            "-aktif", "kabupaten_kota", "-berlaku_mulai"
        ),
        "penghasilan": BatasPenghasilan.objects.order_by("-aktif", "-berlaku_mulai", "dasar_hukum"),
        "harga": BatasHargaRumah.objects.order_by("-aktif", "jenis", "-tahun_mulai"),
        "skema": [
            (row, [title_of(code) for code in row.syarat.split(";")])
            for row in SkemaKepemilikan.objects.order_by("-aktif", "kode")
        ],
        "kategori": KategoriPermasalahan.objects.order_by("-aktif", "kode"),
        "backlog": Backlog.objects.select_related("kabupaten_kota").order_by(
            "-aktif", "-tahun", "jenis", "kabupaten_kota"
        ),
    }
    return render(request, "monitoring/acuan.html", context)


def _jenis(kode: str) -> Jenis:
    if kode not in JENIS:
        raise Http404
    return JENIS[kode]


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
def tambah(request: HttpRequest, jenis: str) -> HttpResponse:
    """A new row; `?dari=` fills the form in from one that it follows."""
    kind = _jenis(jenis)
    if kind.tetap:
        raise Http404
    form = kind.form(request.POST or None, initial=_filled_from(kind, request.GET.get("dari", "")))
    return _page(request, kind, form, "Data acuan ditambahkan.")


def _filled_from(kind: Jenis, pk: str) -> dict[str, Any]:
    before = _found(kind, pk) if pk else None
    if before is None:
        return {}
    fresh = {"berlaku_mulai", "berlaku_sampai", "aktif_dari", "aktif_sampai", "tahun_mulai", "tahun_sampai", "sumber"}
    if isinstance(before, Pejabat):
        fresh |= {"nama", "nip", "pangkat"}  # another person at the same post
    names = [name for name in kind.form.Meta.fields if name not in fresh and name not in ("kode", "dasar_hukum")]  # type: ignore[attr-defined]
    values = model_to_dict(before, fields=names)
    return values | {"menggantikan": before.pk} if "menggantikan" in values else values


def _found(kind: Jenis, pk: str) -> AcuanRow | None:
    try:
        return kind.model._default_manager.filter(pk=pk).first()
    except (ValueError, ValidationError):
        return None


@allow(admin)
@require_http_methods(["GET", "HEAD", "POST"])
def ubah(request: HttpRequest, jenis: str, kunci: str) -> HttpResponse:
    kind = _jenis(jenis)
    row = _found(kind, kunci)
    if row is None:
        raise Http404
    return _page(request, kind, kind.form(request.POST or None, instance=row), "Data acuan disimpan.")


def _page(request: HttpRequest, kind: Jenis, form: AcuanForm, done: str) -> HttpResponse:
    assert isinstance(request.user, Pengguna)
    pengguna = request.user
    row = None if form.baru else form.instance
    context: dict[str, Any] = {"jenis": kind, "form": form, "row": row, "terbaru": [], "lebih_baru": ""}
    status = 422 if form.is_bound else 200

    def change() -> str:
        store(form, pengguna)
        return f"{reverse('acuan')}#{kind.kode}"

    # Sent a second time it meets its own row, and leads where it led before.
    if form.is_valid() or _was_sent_before(form):
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], pengguna, change)
        except StaleVersion as stale:
            form.carry_on_from(stale.row)
            context |= {"lebih_baru": str(stale), "terbaru": form.newer_values(stale.row)}
            status = 409
        except ValidationError as refusal:
            form.add_error(None, _on_the_form(form, refusal))
        else:
            messages.success(request, f"{done} {_what_follows(kind)}".strip())
            return redirect(tujuan)
    if row is not None:
        context |= {"riwayat": history_of(row), "kunci": new_key(), "versi": form.initial["versi"]}
    return render(request, "monitoring/acuan_ubah.html", context, status=status)


def _was_sent_before(form: AcuanForm) -> bool:
    kunci = form.cleaned_data.get("kunci_formulir") if form.is_bound else None
    return kunci is not None and was_performed(kunci)


def _on_the_form(form: AcuanForm, refusal: ValidationError) -> ValidationError:
    """Beside a field only what the form shows."""
    if hasattr(refusal, "error_dict") and not set(refusal.error_dict) <= {*form.fields, "__all__"}:
        return ValidationError(refusal.messages)
    return refusal


def _what_follows(kind: Jenis) -> str:
    if not kind.ketentuan:
        return ""
    return "Penyaringan memakainya sejak tanggal berlakunya; penghuni disaring ulang pada putaran berikutnya."


@allow(admin)
@require_POST
def aktif(request: HttpRequest, jenis: str, kunci: str) -> HttpResponse:
    """Take a row out of use, or back into it."""
    assert isinstance(request.user, Pengguna)
    pengguna, kind = request.user, _jenis(jenis)
    if kind.tetap or _found(kind, kunci) is None:
        raise Http404
    row = get_object_or_404(kind.model._default_manager, pk=kunci)
    wanted = request.POST.get("aktif") == "ya"
    if not (versi := request.POST.get("versi", "")).isdecimal() or len(versi) > 9:
        raise SuspiciousOperation("malformed version")
    return _carried_out(
        request, kind, row, lambda: set_active(kind.model, row.pk, int(versi), pengguna, aktif=wanted),
        "Diaktifkan kembali." if wanted else "Dinonaktifkan: tidak ditawarkan lagi, yang memakainya tidak berubah.",
    )  # fmt: skip


def _carried_out(
    request: HttpRequest, kind: Jenis, row: AcuanRow, work: Callable[[], AcuanRow], done: str
) -> HttpResponse:
    assert isinstance(request.user, Pengguna)
    page = reverse("acuan_ubah", args=[kind.kode, row.pk])

    def change() -> str:
        work()
        return page

    try:
        tujuan = perform_once(request.POST.get("kunci_formulir", ""), request.user, change)
    except StaleVersion as stale:
        messages.error(request, str(stale))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"{done} {_what_follows(kind)}".strip())
        return redirect(tujuan)
    return redirect(page)
