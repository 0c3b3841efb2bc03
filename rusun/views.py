from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.access import allow, operator, sees_registry
from core.export import Origin, download, wanted_format
from core.idempotency import perform_once
from core.scope import get_visible_or_404
from core.tables import Table
from core.versions import StaleVersion

from .bagian import BAGIAN, MENURUT_KODE, Bagian
from .daftar import BarisLokasi, BarisMasalah, BarisTindak
from .exports import LOKASI, MASALAH, TINDAK_LANJUT
from .forms import (
    LampiranForm,
    LokasiBaruForm,
    SaringMasalah,
    SaringRusun,
    SectionForms,
    StatusMasalahForm,
    TarikLampiranForm,
    TindakLanjutForm,
    TutupLokasiForm,
    section_forms,
)
from .kelengkapan import Kemajuan, percent_complete, progress_of
from .lampiran import FileRefused, content_of, retire, store
from .models import Lampiran, Permasalahan, Rusun, TindakLanjut
from .models.lokasi import RusunQuerySet
from .models.permasalahan import PermasalahanQuerySet
from .penguncian import RegistryLocked, lock_state
from .salinan import location_of, units_of
from .sebutan import section_rows
from .simpan import close_location, create_location, save_follow_up, save_section, set_problem_status

PER_PAGE = 25
ROWS_AT_ONCE = 1000  # of a file: what belongs to them is fetched together
DOWNLOAD_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def _locations(request: HttpRequest) -> tuple[SaringRusun, RusunQuerySet]:
    """The filter and what it leaves, for the page and for its file."""
    saring = SaringRusun(request.GET, pengguna=request.user)
    rusun = saring.filter(Rusun.objects.visible_to(request.user).active())
    return saring, rusun.select_related("kabupaten_kota").prefetch_related("blok").order_by("kode")


@require_safe
@allow(sees_registry)
def daftar(request: HttpRequest) -> HttpResponse:
    saring, rusun = _locations(request)
    halaman = Paginator(rusun, PER_PAGE).get_page(request.GET.get("halaman"))
    context = {
        "saring": saring,
        "halaman": halaman,
        "baris": [BarisLokasi(row) for row in halaman],
        "boleh_tambah": operator(request.user),
    }
    return render(request, "rusun/rusun_daftar.html", context)


@require_safe
@allow(sees_registry)
def ekspor(request: HttpRequest) -> StreamingHttpResponse:
    saring, rusun = _locations(request)
    whole = rusun.select_related("kabupaten_kota", "profil_penghuni").prefetch_related(
        "sebab_kosong", "tarif", "permasalahan"
    )
    rows = (BarisLokasi(row) for row in whole.iterator(chunk_size=ROWS_AT_ONCE))
    tables = [Table("Rusun dan rusus", LOKASI, rows, frozen=2)]
    return download("rusun", tables, wanted_format(request.GET), Origin(request.user, saring.in_words()))


def _problems(request: HttpRequest, hari_ini: datetime.date) -> tuple[SaringMasalah, PermasalahanQuerySet]:
    """The filter and what it leaves, for the page and for its file."""
    saring = SaringMasalah(request.GET, pengguna=request.user)
    masalah = saring.filter(Permasalahan.objects.visible_to(request.user).active(), hari_ini)
    masalah = masalah.select_related("rusun__kabupaten_kota", "kategori").prefetch_related("tindak_lanjut")
    return saring, masalah.most_urgent_first()


@require_safe
@allow(sees_registry)
def masalah_daftar(request: HttpRequest) -> HttpResponse:
    hari_ini = timezone.localdate()
    saring, masalah = _problems(request, hari_ini)
    halaman = Paginator(masalah, PER_PAGE).get_page(request.GET.get("halaman"))
    context = {
        "saring": saring,
        "halaman": halaman,
        "baris": [BarisMasalah(row, hari_ini) for row in halaman],
        "tampil_daerah": not operator(request.user),
    }
    return render(request, "rusun/masalah_daftar.html", context)


@require_safe
@allow(sees_registry)
def masalah_ekspor(request: HttpRequest) -> StreamingHttpResponse:
    hari_ini = timezone.localdate()
    saring, masalah = _problems(request, hari_ini)
    tindak = (
        TindakLanjut.objects.visible_to(request.user)
        .filter(permasalahan__in=masalah.order_by().values("pk"))
        .select_related("permasalahan__rusun__kabupaten_kota", "permasalahan__kategori")
        .order_by("batas_waktu", "id")
    )
    tables = [
        Table(
            "Permasalahan", MASALAH, (BarisMasalah(row, hari_ini) for row in masalah.iterator(ROWS_AT_ONCE)), frozen=4
        ),
        Table("Tindak lanjut", TINDAK_LANJUT, (BarisTindak(row, hari_ini) for row in tindak.iterator()), frozen=4),
    ]
    return download("permasalahan", tables, wanted_format(request.GET), Origin(request.user, saring.in_words()))


@dataclass(frozen=True)
class Langkah:
    """A section in the navigation of a location."""

    label: str
    url: str
    keadaan: str
    aktif: bool = False
    keterangan: str = ""


def section_steps(kemajuan: list[Kemajuan], url_of: Any, aktif: str = "") -> list[Langkah]:
    """Sections with their progress, each with the URL that `url_of(kode)` gives."""
    return [Langkah(row.judul, url_of(row.bagian), row.keadaan, row.bagian == aktif) for row in kemajuan]


@require_safe
@allow(sees_registry)
def detail(request: HttpRequest, kode: str) -> HttpResponse:
    rusun = get_visible_or_404(Rusun.objects.select_related("kabupaten_kota"), request.user, kode=kode)
    lokasi = location_of(rusun)
    may_edit = operator(request.user) and rusun.ditutup_sejak is None
    problems = rusun.permasalahan.select_related("kategori").prefetch_related("tindak_lanjut")
    context = {
        "rusun": rusun,
        "angka": units_of(lokasi),
        "persen_lengkap": percent_complete(lokasi),
        "bagian": [(bagian, section_rows(lokasi, bagian)) for bagian in BAGIAN],
        "blok": rusun.blok.all(),
        "tarif": rusun.tarif.all(),
        "permasalahan": problems,
        "lampiran": Lampiran.objects.visible_to(request.user).filter(rusun=rusun).current(),
        "kunci": lock_state(rusun.kabupaten_kota_id),
        "boleh_ubah": may_edit,
        "hari_ini": timezone.localdate(),
        "langkah": section_steps(progress_of(lokasi), lambda bagian: f"#{bagian}"),
    }
    return render(request, "rusun/rusun_detail.html", context)


def fill_section(
    request: HttpRequest, rusun: Rusun, bagian: Bagian, berikut: str
) -> tuple[SectionForms, HttpResponse | None, int]:
    """Show or save one section: the forms, and either the redirect to `berikut` or the status of the page to render.

    Every refusal (invalid, locked, saved by somebody else meanwhile) keeps what was typed.
    """
    kunci = lock_state(rusun.kabupaten_kota_id)
    if request.method != "POST":
        return section_forms(rusun, bagian, kunci=kunci), None, 200
    forms = section_forms(rusun, bagian, request.POST, kunci)
    if not forms.is_valid():
        return forms, None, 422
    head = forms.kepala.cleaned_data

    def write() -> str:
        save_section(rusun.kode, head["versi"], request.user, lambda waktu: forms.save(request.user, waktu))
        return berikut

    try:
        tujuan = perform_once(head["kunci_formulir"], request.user, write)
    except (StaleVersion, RegistryLocked) as refusal:
        messages.error(request, str(refusal))
        return forms, None, 409
    except ProtectedError:
        messages.error(
            request, "Blok yang masih punya riwayat penghuni tidak dapat dihapus. Pindahkan penghuninya dahulu."
        )
        return forms, None, 409
    messages.success(request, f"{bagian.judul} tersimpan pukul {timezone.localtime():%H.%M}.")
    return forms, redirect(tujuan), 302


def next_section(bagian: Bagian) -> Bagian | None:
    """The section that follows in form order."""
    place = BAGIAN.index(bagian) + 1
    return BAGIAN[place] if place < len(BAGIAN) else None


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def ubah(request: HttpRequest, kode: str, bagian: str) -> HttpResponse:
    rusun = get_visible_or_404(Rusun.objects.active().select_related("kabupaten_kota"), request.user, kode=kode)
    section = MENURUT_KODE.get(bagian)
    if section is None:
        raise Http404
    after = next_section(section)
    berikut = reverse("rusun:ubah", args=[kode, after.kode]) if after else reverse("rusun:detail", args=[kode])
    forms, response, status = fill_section(request, rusun, section, berikut)
    if response is not None:
        return response
    kemajuan = progress_of(location_of(Rusun.objects.visible_to(request.user).get(pk=kode)))
    context = {
        "rusun": rusun,
        "bagian": section,
        "formulir": forms,
        "kunci": forms.kunci,
        "langkah": section_steps(kemajuan, lambda row: reverse("rusun:ubah", args=[kode, row]), section.kode),
        "terakhir": after is None,
    }
    return render(request, "rusun/rusun_ubah.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def tambah(request: HttpRequest) -> HttpResponse:
    form = LokasiBaruForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def create() -> str:
            data = form.cleaned_data
            rusun = create_location(request.user.kabupaten_kota, data["jenis"], data["nama"], request.user)
            return reverse("rusun:ubah", args=[rusun.kode, "identitas"])

        try:
            return redirect(perform_once(form.cleaned_data["kunci_formulir"], request.user, create))
        except RegistryLocked as refusal:
            messages.error(request, str(refusal))
    return render(request, "rusun/rusun_tambah.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def tutup(request: HttpRequest, kode: str) -> HttpResponse:
    rusun = get_visible_or_404(Rusun.objects.active(), request.user, kode=kode)
    form = TutupLokasiForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def close() -> str:
            close_location(rusun, form.cleaned_data["alasan"], request.user)
            return reverse("rusun:daftar")

        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, close)
        except RegistryLocked as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{rusun.nama} ditutup.")
            return redirect(tujuan)
    context = {"form": form, "rusun": rusun, "judul": f"Tutup {rusun.nama}", "simpan": "Tutup lokasi"}
    return render(request, "rusun/rusun_tutup.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def masalah_status(request: HttpRequest, pk: str) -> HttpResponse:
    masalah = get_visible_or_404(Permasalahan.objects.select_related("rusun", "kategori"), request.user, pk=pk)
    form = StatusMasalahForm(request.POST or None, instance=masalah)

    def save() -> None:
        data = form.cleaned_data
        set_problem_status(masalah, data["versi"], data["status"], request.user)

    return _never_locked(request, form, masalah, "Status permasalahan", save)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def tindak_lanjut_tambah(request: HttpRequest, pk: str) -> HttpResponse:
    masalah = get_visible_or_404(Permasalahan.objects.select_related("rusun", "kategori"), request.user, pk=pk)
    return _follow_up(request, TindakLanjut(permasalahan=masalah, penanggung_jawab=masalah.penanggung_jawab))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def tindak_lanjut_ubah(request: HttpRequest, pk: str) -> HttpResponse:
    tindak = get_visible_or_404(
        TindakLanjut.objects.select_related("permasalahan__rusun", "permasalahan__kategori"), request.user, pk=pk
    )
    return _follow_up(request, tindak)


def _follow_up(request: HttpRequest, tindak: TindakLanjut) -> HttpResponse:
    form = TindakLanjutForm(request.POST or None, instance=tindak)

    def save() -> None:
        save_follow_up(form.instance, form.cleaned_data["versi"], request.user)

    return _never_locked(request, form, tindak.permasalahan, "Tindak lanjut", save)


def _never_locked(
    request: HttpRequest, form: Any, masalah: Permasalahan, judul: str, save: Callable[[], None]
) -> HttpResponse:
    """Show or save what is said about a problem: open in every state of an isian, refused only when out of date."""
    kembali = reverse("rusun:detail", args=[masalah.rusun_id])
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def store() -> str:
            save()
            return kembali

        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, store)
        except StaleVersion as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, f"{judul} tersimpan.")
            return redirect(tujuan)
    context = {"form": form, "masalah": masalah, "kembali": kembali, "judul": judul}
    return render(request, "rusun/tindak_lanjut_ubah.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def lampiran_tambah(request: HttpRequest, kode: str) -> HttpResponse:
    rusun = get_visible_or_404(Rusun.objects.active(), request.user, kode=kode)
    form = LampiranForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def save() -> str:
            store(
                rusun, data["jenis"], data["berkas"], data["berkas"].name, request.user, keterangan=data["keterangan"]
            )
            return reverse("rusun:detail", args=[kode])

        try:
            tujuan = perform_once(data["kunci_formulir"], request.user, save)
        except FileRefused as refusal:
            form.add_error("berkas", str(refusal))
        except RegistryLocked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Lampiran tersimpan.")
            return redirect(tujuan)
    context = {"form": form, "rusun": rusun}
    return render(request, "rusun/lampiran_tambah.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def lampiran_tarik(request: HttpRequest, pk: str) -> HttpResponse:
    lampiran = get_visible_or_404(Lampiran.objects.current().select_related("rusun"), request.user, pk=pk)
    form = TarikLampiranForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def save() -> str:
            retire(lampiran, form.cleaned_data["alasan"], request.user)
            return reverse("rusun:detail", args=[lampiran.rusun_id])

        try:
            return redirect(perform_once(form.cleaned_data["kunci_formulir"], request.user, save))
        except RegistryLocked as refusal:
            messages.error(request, str(refusal))
    context = {
        "form": form,
        "rusun": lampiran.rusun,
        "judul": f"Tarik {lampiran.nama_asli}",
        "simpan": "Tarik lampiran",
    }
    return render(request, "rusun/rusun_tutup.html", context, status=422 if form.is_bound else 200)


@require_safe
@allow(sees_registry)
def lampiran_unduh(request: HttpRequest, pk: str) -> HttpResponse:
    lampiran = get_visible_or_404(Lampiran.objects.all(), request.user, pk=pk)
    try:
        content = content_of(lampiran)
    except FileNotFoundError:
        raise Http404 from None
    ending = lampiran.berkas.rsplit(".", 1)[-1]
    response = HttpResponse(content, content_type=lampiran.tipe)
    response["Content-Disposition"] = (
        f'attachment; filename="{lampiran.rusun_id}-{lampiran.jenis}-{lampiran.pk}.{ending}"'
    )
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response
