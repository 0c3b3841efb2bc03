from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.access import allow, operator, sees_registry, verifikator
from core.context import has_example_data
from core.export import Origin, as_file, download, wanted_format
from core.idempotency import perform_once
from core.konsep import also_typing, keeps_draft
from core.models import Konsep
from core.pdf import PdfUnavailable, render_paper
from core.scope import get_visible_or_404
from core.tables import Table
from core.versions import StaleVersion
from core.views import draft_response

from .bagian import BAGIAN, MENURUT_KODE, Bagian
from .daftar import BarisLokasi, BarisMasalah, BarisTindak, by_location, by_party
from .exports import LOKASI, MASALAH, TINDAK_LANJUT
from .forms import (
    BuktiForm,
    LampiranForm,
    LokasiBaruForm,
    SaringMasalah,
    SaringRusun,
    SaringTindakLanjut,
    StatusMasalahForm,
    StatusTindakLanjutForm,
    TarikLampiranForm,
    TindakLanjutForm,
    TutupLokasiForm,
)
from .kelengkapan import Kemajuan, progress_of
from .lampiran import Berkas, FileRefused, FileRetired, attach, attach_evidence, content_of, received, retire
from .models import Lampiran, Permasalahan, Rusun, TindakLanjut
from .models.lampiran import LampiranQuerySet
from .models.lokasi import RusunQuerySet
from .models.permasalahan import PermasalahanQuerySet, TindakLanjutQuerySet
from .pengisian import Hasil, fill_section, open_section
from .penguncian import RegistryLocked, lock_state
from .profil import Profil, build_profil
from .salinan import location_of
from .simpan import LocationClosed, close_location, create_location, may_follow_up, save_follow_up, set_problem_status

PER_PAGE = 25
SEDANG_MENGISI = datetime.timedelta(minutes=15)
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
    rows = (BarisLokasi(row) for row in rusun.with_rows().iterator(chunk_size=ROWS_AT_ONCE))
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
    visible = TindakLanjut.objects.visible_to(request.user).active()
    agreements = saring.filter_agreements(visible, hari_ini)
    tindak = (
        visible.filter(Q(permasalahan__in=masalah.order_by().values("pk")) | Q(pk__in=agreements.values("pk")))
        .select_related("rusun__kabupaten_kota", "permasalahan__kategori")
        .order_by("batas_waktu", "id")
    )
    tables = [
        Table(
            "Permasalahan", MASALAH, (BarisMasalah(row, hari_ini) for row in masalah.iterator(ROWS_AT_ONCE)), frozen=4
        ),
        Table("Tindak lanjut", TINDAK_LANJUT, (BarisTindak(row, hari_ini) for row in tindak.iterator()), frozen=4),
    ]
    return download("permasalahan", tables, wanted_format(request.GET), Origin(request.user, saring.in_words()))


@require_safe
@allow(sees_registry)
def masalah_pdf(request: HttpRequest) -> HttpResponse:
    hari_ini = timezone.localdate()
    saring, masalah = _problems(request, hari_ini)
    agreements = saring.filter_agreements(TindakLanjut.objects.visible_to(request.user).active(), hari_ini)
    agreements = agreements.select_related("rusun__kabupaten_kota").order_by("batas_waktu", "id")
    context = {
        "lokasi": by_location(masalah, agreements, hari_ini),
        "saringan": saring.in_words(),
        "hari_ini": hari_ini,
    }
    return _list_on_paper(request, "masalah", context)


def _follow_ups(request: HttpRequest, hari_ini: datetime.date) -> tuple[SaringTindakLanjut, TindakLanjutQuerySet]:
    """The filter and what it leaves, for the page and for its paper."""
    saring = SaringTindakLanjut(request.GET, pengguna=request.user)
    tindak = saring.filter(TindakLanjut.objects.visible_to(request.user).active(), hari_ini)
    tindak = tindak.select_related("rusun__kabupaten_kota", "permasalahan__kategori").with_evidence_count()
    return saring, tindak.order_by("batas_waktu", "id")


@require_safe
@allow(sees_registry)
def tindak_lanjut_daftar(request: HttpRequest) -> HttpResponse:
    hari_ini = timezone.localdate()
    saring, tindak = _follow_ups(request, hari_ini)
    halaman = Paginator(tindak, PER_PAGE).get_page(request.GET.get("halaman"))
    context = {
        "saring": saring,
        "halaman": halaman,
        "baris": [BarisTindak(row, hari_ini, may_follow_up(request.user, row)) for row in halaman],
        "tampil_daerah": not operator(request.user),
    }
    return render(request, "rusun/tindak_lanjut_daftar.html", context)


@require_safe
@allow(sees_registry)
def tindak_lanjut_pdf(request: HttpRequest) -> HttpResponse:
    hari_ini = timezone.localdate()
    saring, tindak = _follow_ups(request, hari_ini)
    context = {
        "pihak": by_party(BarisTindak(row, hari_ini) for row in tindak),
        "saringan": saring.in_words(),
        "hari_ini": hari_ini,
    }
    return _list_on_paper(request, "tindak_lanjut", context)


def _list_on_paper(request: HttpRequest, jenis: str, context: dict[str, Any]) -> HttpResponse:
    """The PDF of the list `jenis`; back to the list when no PDF can be made."""
    context["daerah"] = request.user.kabupaten_kota
    try:
        content = render_paper(
            f"rusun/pdf/{jenis}.html", context, contoh=has_example_data(), dicetak_oleh=request.user.nama
        )
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(reverse(f"rusun:{jenis}_daftar", query=request.GET))
    return as_file(content, "application/pdf", f"{jenis.replace('_', '-')}.pdf")


@dataclass(frozen=True)
class Langkah:
    """A section in the navigation of a location."""

    label: str
    url: str
    keadaan: str
    aktif: bool = False
    keterangan: str = ""


def section_steps(kemajuan: Iterable[Kemajuan], url_of: Any, aktif: str = "") -> list[Langkah]:
    """Sections with their progress, each with the URL that `url_of(kode)` gives."""
    return [Langkah(row.judul, url_of(row.bagian), row.keadaan, row.bagian == aktif) for row in kemajuan]


def _profil(request: HttpRequest, kode: str) -> Profil:
    rusun = get_visible_or_404(Rusun.objects.with_rows().select_related("kabupaten_kota"), request.user, kode=kode)
    return build_profil(rusun, timezone.localdate())


@require_safe
@allow(sees_registry)
def detail(request: HttpRequest, kode: str) -> HttpResponse:
    profil = _profil(request, kode)
    context = {
        "profil": profil,
        "kunci": lock_state(profil.rusun.kabupaten_kota_id),
        "boleh_ubah": operator(request.user) and profil.rusun.ditutup_sejak is None,
        "langkah": section_steps(profil.kemajuan, lambda bagian: f"#{bagian}"),
    }
    return render(request, "rusun/rusun_detail.html", context)


@require_safe
@allow(sees_registry)
def profil_pdf(request: HttpRequest, kode: str) -> HttpResponse:
    profil = _profil(request, kode)
    try:
        content = render_paper(
            "rusun/pdf/profil.html",
            {"profil": profil},
            contoh=has_example_data(),
            dicetak_oleh=request.user.nama,
        )
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("rusun:detail", kode)
    return as_file(content, "application/pdf", f"profil-{kode}.pdf")


def section_page(
    request: HttpRequest, rusun: Rusun, bagian: Bagian, tujuan: str
) -> tuple[Hasil, None] | tuple[None, HttpResponse]:
    """One section over HTTP: what to show, or the answer when the request is done with (draft kept, section saved)."""
    alamat = request.get_full_path()
    if request.method != "POST":
        return open_section(rusun, bagian, request.user, alamat), None
    if (response := draft_response(request)) is not None:
        return None, response
    hasil = fill_section(rusun, bagian, request.POST, request.user, alamat, tujuan)
    for pesan in hasil.pesan:
        messages.warning(request, pesan)
    if not hasil.tujuan:
        return hasil, None
    messages.success(request, f"{bagian.judul} tersimpan pukul {timezone.localtime():%H.%M}.")
    return None, redirect(hasil.tujuan)


def also_here(request: HttpRequest, *alamat: str) -> list[Konsep]:
    """Who else has been typing into this section in the last quarter of an hour."""
    return also_typing(request.user, alamat, timezone.now() - SEDANG_MENGISI)


def next_section(bagian: Bagian) -> Bagian | None:
    """The section that follows in form order."""
    place = BAGIAN.index(bagian) + 1
    return BAGIAN[place] if place < len(BAGIAN) else None


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
@keeps_draft
def ubah(request: HttpRequest, kode: str, bagian: str) -> HttpResponse:
    rusun = get_visible_or_404(Rusun.objects.active().select_related("kabupaten_kota"), request.user, kode=kode)
    section = MENURUT_KODE.get(bagian)
    if section is None:
        raise Http404
    after = next_section(section)
    berikut = reverse("rusun:ubah", args=[kode, after.kode]) if after else reverse("rusun:detail", args=[kode])
    hasil, response = section_page(request, rusun, section, berikut if "lanjut" in request.POST else request.path)
    if hasil is None:
        return response
    kemajuan = progress_of(location_of(Rusun.objects.visible_to(request.user).get(pk=kode)))
    context = {
        "rusun": rusun,
        "bagian": section,
        "hasil": hasil,
        "juga": also_here(request, request.path),
        "langkah": section_steps(kemajuan, lambda row: reverse("rusun:ubah", args=[kode, row]), section.kode),
        "terakhir": after is None,
    }
    return render(request, "rusun/rusun_ubah.html", context, status=hasil.status)


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
    rusun = get_visible_or_404(Rusun.objects.select_related("diubah_oleh"), request.user, kode=kode)
    if rusun.ditutup_sejak is not None and request.method != "POST":
        return _taken_out(request, LocationClosed(rusun), rusun)
    form = TutupLokasiForm(request.POST or None, initial={"versi": rusun.versi})

    def close() -> str:
        data = form.cleaned_data
        close_location(rusun, data["versi"], data["alasan"], request.user)
        return reverse("rusun:daftar")

    halaman = {"judul": f"Tutup {rusun.nama}", "simpan": "Tutup lokasi", "berhasil": f"{rusun.nama} ditutup."}
    return _take_out(request, form, rusun, close, halaman)


def _take_out(
    request: HttpRequest, form: Any, rusun: Rusun, act: Callable[[], str], halaman: dict[str, str]
) -> HttpResponse:
    """Ask for a reason and take a location or file out of view. What was typed survives every refusal."""
    status = 422 if form.is_bound else 200
    if form.is_valid():
        status = 409
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, act)
        except (LocationClosed, FileRetired) as refusal:
            return _taken_out(request, refusal, rusun)
        except StaleVersion as refusal:
            form.add_error(None, str(refusal))
            form.carry_on_from(refusal.row)
        except RegistryLocked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, halaman["berhasil"])
            return redirect(tujuan)
    return render(request, "rusun/rusun_tutup.html", {"form": form, "rusun": rusun, **halaman}, status=status)


def _taken_out(request: HttpRequest, refusal: Exception, rusun: Rusun) -> HttpResponse:
    messages.warning(request, str(refusal))
    return redirect("rusun:detail", rusun.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def masalah_status(request: HttpRequest, pk: str) -> HttpResponse:
    masalah = get_visible_or_404(Permasalahan.objects.select_related("rusun", "kategori"), request.user, pk=pk)
    form = StatusMasalahForm(request.POST or None, instance=masalah)

    def save() -> None:
        data = form.cleaned_data
        set_problem_status(masalah, data["versi"], data["status"], request.user)

    return _never_locked(request, form, masalah.rusun, "Status permasalahan", save, masalah=masalah)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def tindak_lanjut_tambah(request: HttpRequest, pk: str) -> HttpResponse:
    masalah = get_visible_or_404(Permasalahan.objects.select_related("rusun", "kategori"), request.user, pk=pk)
    tindak = TindakLanjut(rusun=masalah.rusun, permasalahan=masalah, penanggung_jawab=masalah.penanggung_jawab)
    return _follow_up(request, TindakLanjutForm(request.POST or None, instance=tindak))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator, verifikator)
def tindak_lanjut_ubah(request: HttpRequest, pk: str) -> HttpResponse:
    tindak = _follow_up_to_keep(request, pk)
    free = operator(request.user) and not tindak.disepakati
    kind = TindakLanjutForm if free else StatusTindakLanjutForm
    halaman = {
        "tindak": tindak,
        "bukti": _evidence(request).filter(tindak_lanjut=tindak),
        "hanya_status": kind is StatusTindakLanjutForm,
        "boleh_tarik": operator(request.user),
    }
    return _follow_up(request, kind(request.POST or None, instance=tindak), **halaman)


def _follow_up_to_keep(request: HttpRequest, pk: str) -> TindakLanjut:
    """A follow-up the user sees and may say something about."""
    tindak = get_visible_or_404(
        TindakLanjut.objects.select_related("rusun", "permasalahan__kategori"), request.user, pk=pk
    )
    if not may_follow_up(request.user, tindak):
        raise PermissionDenied
    return tindak


def _follow_up(request: HttpRequest, form: TindakLanjutForm | StatusTindakLanjutForm, **halaman: Any) -> HttpResponse:
    tindak = form.instance

    def save() -> None:
        save_follow_up(tindak, form.cleaned_data["versi"], request.user)

    return _never_locked(request, form, tindak.rusun, "Tindak lanjut", save, masalah=tindak.permasalahan, **halaman)


def _never_locked(
    request: HttpRequest, form: Any, rusun: Rusun, judul: str, save: Callable[[], None], **halaman: Any
) -> HttpResponse:
    """Show or save what is done about a location: open in every state of an isian, refused only when out of date."""
    kembali = reverse("rusun:detail", args=[rusun.pk])
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def store() -> str:
            save()
            return kembali

        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, store)
        except LocationClosed as refusal:
            return _taken_out(request, refusal, refusal.rusun)
        except StaleVersion as refusal:
            form.carry_on_from(refusal.row)
            halaman |= {"lebih_baru": str(refusal), "terbaru": form.newer_values(refusal.row)}
            status = 409
        else:
            messages.success(request, f"{judul} tersimpan.")
            return redirect(tujuan)
    context = {"form": form, "rusun": rusun, "kembali": kembali, "judul": judul, **halaman}
    return render(request, "rusun/tindak_lanjut_ubah.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def lampiran_tambah(request: HttpRequest, kode: str) -> HttpResponse:
    rusun = get_visible_or_404(Rusun.objects.active(), request.user, kode=kode)
    form = LampiranForm(request.POST or None, request.FILES or None)

    def keep(berkas: Berkas) -> str:
        data = form.cleaned_data
        attach(rusun, data["jenis"], berkas, request.user, keterangan=data["keterangan"])
        return reverse("rusun:detail", args=[kode])

    return _upload(request, form, keep, "rusun/lampiran_tambah.html", {"rusun": rusun})


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator, verifikator)
def bukti_tambah(request: HttpRequest, pk: str) -> HttpResponse:
    tindak = _follow_up_to_keep(request, pk)
    form = BuktiForm(request.POST or None, request.FILES or None)

    def keep(berkas: Berkas) -> str:
        attach_evidence(tindak, berkas, request.user, keterangan=form.cleaned_data["keterangan"])
        return request.path

    halaman = {
        "tindak": tindak,
        "rusun": tindak.rusun,
        "bukti": _evidence(request).filter(tindak_lanjut=tindak),
        "boleh_tarik": operator(request.user),
    }
    return _upload(request, form, keep, "rusun/bukti_tambah.html", halaman)


def _evidence(request: HttpRequest) -> LampiranQuerySet:
    """Evidence in force, with who put it in."""
    return Lampiran.objects.visible_to(request.user).current().select_related("diubah_oleh").order_by("diubah")


def _upload(
    request: HttpRequest, form: BuktiForm, keep: Callable[[Berkas], str], template: str, halaman: dict[str, Any]
) -> HttpResponse:
    """Take an upload in: the file first, then, once per form key, what `keep` stores about it."""
    status = 422 if form.is_bound else 200
    if form.is_valid():
        data = form.cleaned_data
        try:
            with received(data["berkas"], data["berkas"].name) as berkas:
                tujuan = perform_once(data["kunci_formulir"], request.user, lambda: keep(berkas))
        except FileRefused as refusal:
            form.add_error("berkas", str(refusal))
        except LocationClosed as refusal:
            return _taken_out(request, refusal, refusal.rusun)
        except RegistryLocked as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, f"{berkas.nama_asli} tersimpan.")
            return redirect(tujuan)
    return render(request, template, {"form": form, **halaman}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def lampiran_tarik(request: HttpRequest, pk: str) -> HttpResponse:
    lampiran = get_visible_or_404(Lampiran.objects.select_related("rusun", "diubah_oleh"), request.user, pk=pk)
    if lampiran.ditarik_pada is not None and request.method != "POST":
        return _taken_out(request, FileRetired(lampiran), lampiran.rusun)
    form = TarikLampiranForm(request.POST or None, initial={"versi": lampiran.versi})

    def withdraw() -> str:
        data = form.cleaned_data
        retire(lampiran, data["versi"], data["alasan"], request.user)
        return reverse("rusun:detail", args=[lampiran.rusun_id])

    halaman = {"judul": f"Tarik {lampiran}", "simpan": "Tarik lampiran", "berhasil": f"{lampiran} ditarik."}
    return _take_out(request, form, lampiran.rusun, withdraw, halaman)


@require_safe
@allow(sees_registry)
def lampiran_unduh(request: HttpRequest, pk: str) -> HttpResponse:
    lampiran = get_visible_or_404(Lampiran.objects.all(), request.user, pk=pk)
    try:
        content = content_of(lampiran)
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(content, content_type=lampiran.tipe)
    response["Content-Disposition"] = (
        f'attachment; filename="{lampiran.rusun_id}-{lampiran.jenis}-{lampiran.pk}.{lampiran.akhiran}"'
    )
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response
