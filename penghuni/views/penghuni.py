"""Households: the list, one household, what is written about it, and what of it may leave."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from core.access import allow, sees_penghuni, verifikator
from core.enums import TindakanAkses
from core.history import history_of
from core.idempotency import perform_once
from core.konsep import discard_draft, keeps_draft, load_draft
from core.paging import KeyPaginator
from core.parsing import Unreadable
from core.versions import StaleVersion
from core.views import draft_response
from penghuni.akses import SEALED, edits_penghuni, record_access, reveal
from penghuni.bagian import readable
from penghuni.exports import PENGHUNI, resident_rows
from penghuni.forms import (
    CariNikForm,
    KosongkanNomorForm,
    LihatLengkapForm,
    PenghuniFilter,
    PenghuniForm,
)
from penghuni.ganda import SUDAH_PINDAH, moved_away
from penghuni.masa_tinggal import MasaTinggal
from penghuni.models import DugaanGanda, Hunian, Penghuni, PermintaanSubjek
from penghuni.models.penghuni import PenghuniQuerySet
from penghuni.nik import nik_warnings, parse_nik
from penghuni.pencatatan import NikRecorded, clear_numbers, is_recorded_elsewhere, record_household, update_household

from .umum import Unduhan, get_household, get_named_household, get_or_post, refuses_anonymised

PER_HALAMAN = 25
# Of a row; opening sealed numbers nobody sees costs the most.
SHOWN = ("nama", "nik", "minat", "dianonimkan_pada", "kabupaten_kota__nama")
ELSEWHERE = "Penghuni ini juga tercatat di daerah lain. Hubungi provinsi untuk mencocokkan."


def _residents(request: HttpRequest) -> tuple[PenghuniFilter, PenghuniQuerySet]:
    """The filter and what it leaves, for the page and for its files."""
    saringan = PenghuniFilter(request.GET, pengguna=request.user)
    return saringan, saringan.filter(Penghuni.objects.visible_to(request.user))


@allow(sees_penghuni)
@require_safe
def daftar(request: HttpRequest) -> HttpResponse:
    saringan, penghuni = _residents(request)
    penghuni = penghuni.select_related("kabupaten_kota").with_open_stay().only(*SHOWN)
    dipilah = bool(saringan.understood().keys() - {"daerah"})  # their names stand in an index of their own
    halaman = KeyPaginator(penghuni, PER_HALAMAN, picked=dipilah).get_page(request.GET.get("halaman"))
    context = {
        "saringan": saringan,
        "halaman": halaman,
        "tersaring": any(value for name, value in request.GET.items() if name in saringan.fields),
        "cari_nik": CariNikForm(),
        "boleh_ubah": edits_penghuni(request.user),
        "tampil_daerah": not edits_penghuni(request.user),
        "boleh_ganda": verifikator(request.user),
    }
    return render(request, "penghuni/penghuni_daftar.html", context)


@allow(sees_penghuni)
@require_safe
def ekspor(request: HttpRequest) -> StreamingHttpResponse:
    return _file(request, ("kabupaten_kota_id", "id")).without_names(request)  # by name the order would tell some


@allow(sees_penghuni)
@get_or_post
def ekspor_pribadi(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    return _file(request, ("nama", "id")).with_names(request)


def _file(request: HttpRequest, order: tuple[str, ...]) -> Unduhan:
    saringan, penghuni = _residents(request)
    return Unduhan(
        "penghuni", "Penghuni", "penghuni:daftar", "nama, kelahiran, unit, sewa, dan penghasilan setiap keluarga",
        PENGHUNI, partial(resident_rows, penghuni.order_by(*order)), penghuni.count(), saringan.in_words(),
    )  # fmt: skip


@allow(sees_penghuni)
@require_POST
@sensitive_post_parameters("nik")
@sensitive_variables("form")
def cari_nik(request: HttpRequest) -> HttpResponse:
    form = CariNikForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors.get("nik", ["Tulis NIK yang dicari."])))
        return redirect("penghuni:daftar")
    found = Penghuni.objects.visible_to(request.user).with_nik(form.cleaned_data["nik"])
    keys = list(found.values_list("pk", flat=True))
    if len(keys) == 1:
        return redirect("penghuni:detail", keys[0])
    if not keys:
        messages.info(request, "NIK itu tidak ada di daftar penghuni Anda. Periksa angkanya, atau cari dengan nama.")
        return redirect("penghuni:daftar")
    penghuni = found.select_related("kabupaten_kota").with_open_stay()
    return render(request, "penghuni/penghuni_cari.html", {"penghuni": penghuni, "tampil_daerah": True})


@allow(sees_penghuni)
@require_safe
def detail(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_household(request, pk)
    record_access(request.user, TindakanAkses.LIHAT, objek_id=penghuni.pk)
    stays = list(Hunian.objects.visible_to(request.user).filter(penghuni=penghuni).select_related("blok__rusun"))
    hunian = next((stay for stay in stays if stay.selesai is None), None)
    context = {
        "penghuni": penghuni,
        "bagian": readable(penghuni),
        "riwayat": stays,
        "riwayat_perubahan": history_of(penghuni, *stays),
        "peringatan": _warnings(penghuni) + _from_elsewhere(request, penghuni),
        "ganda": DugaanGanda.objects.visible_to(request.user).about([penghuni.pk]).exists(),
        "hunian": hunian,
        "masa": MasaTinggal(hunian, timezone.localdate()) if hunian else None,
        "permintaan": list(PermintaanSubjek.objects.visible_to(request.user).waiting().filter(penghuni=penghuni)),
        "boleh_ubah": edits_penghuni(request.user) and penghuni.dianonimkan_pada is None,
        "boleh_jejak": verifikator(request.user),
    }
    return render(request, "penghuni/penghuni_detail.html", context)


@allow(edits_penghuni)
@get_or_post
@keeps_draft
@sensitive_post_parameters(*SEALED)
def tambah(request: HttpRequest) -> HttpResponse:
    if (response := draft_response(request)) is not None:
        return response
    form = PenghuniForm(_posted_or_draft(request))

    def record() -> str:
        penghuni = record_household(form.filled(), request.user)
        discard_draft(request.user, request.get_full_path())
        return reverse("penghuni:detail", args=[penghuni.pk])

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, record)
        except NikRecorded as error:
            form.add_error("nik", str(error))
        else:
            messages.success(request, "Data penghuni tersimpan. Catat unitnya lewat Masuk unit.")
            return redirect(tujuan)
    return _render_form(request, form, None)


@allow(edits_penghuni)
@get_or_post
@refuses_anonymised
@keeps_draft
@sensitive_post_parameters(*SEALED)
def ubah(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_named_household(request, pk)
    if (response := draft_response(request)) is not None:
        return response
    if request.method != "POST":
        record_access(request.user, TindakanAkses.LIHAT, objek_id=penghuni.pk, kolom="formulir")
    form = PenghuniForm(_posted_or_draft(request), instance=penghuni)

    def update() -> str:
        update_household(form.filled(), form.cleaned_data["versi"], request.user)
        discard_draft(request.user, request.get_full_path())
        return reverse("penghuni:detail", args=[pk])

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, update)
        except NikRecorded as error:
            form.add_error("nik", str(error))
        except StaleVersion as error:
            return _render_stale(request, form, error)
        else:
            messages.success(request, "Perubahan data penghuni tersimpan.")
            return redirect(tujuan)
    return _render_form(request, form, penghuni)


def _posted_or_draft(request: HttpRequest) -> QueryDict | None:
    """What was posted; on a visit what was half typed last time."""
    if request.method == "POST":
        return request.POST
    draft = load_draft(request.user, request.get_full_path())
    return draft.data if draft else None


def _render_form(request: HttpRequest, form: PenghuniForm, penghuni: Penghuni | None) -> HttpResponse:
    draft = load_draft(request.user, request.get_full_path()) if request.method != "POST" else None
    context = {"form": form, "penghuni": penghuni, "terbaru": [], "lebih_baru": "", "konsep": draft and draft.disimpan}
    return render(request, "penghuni/penghuni_ubah.html", context, status=422 if request.method == "POST" else 200)


def _render_stale(request: HttpRequest, form: PenghuniForm, error: StaleVersion) -> HttpResponse:
    """The form again with everything typed, beside what a colleague has stored meanwhile."""
    form.carry_on_from(error.row)
    context = {
        "form": form,
        "penghuni": error.row,
        "terbaru": form.newer_values(error.row),
        "lebih_baru": str(error),
        "konsep": None,
    }
    return render(request, "penghuni/penghuni_ubah.html", context, status=409)


@allow(sees_penghuni)
@get_or_post
@refuses_anonymised
@sensitive_variables("nomor")
def lihat_lengkap(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_named_household(request, pk)
    form = LihatLengkapForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "penghuni": penghuni}
        return render(request, "penghuni/penghuni_lihat_lengkap.html", context, status=422 if form.is_bound else 200)
    nomor: dict[str, str] = {}

    def show() -> str:
        nomor.update(reveal(penghuni, request.user, form.cleaned_data["alasan"]))
        return reverse("penghuni:detail", args=[pk])

    tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, show)
    if not nomor:  # the page was sent again: it is shown once for one reason
        messages.info(request, "Nomor lengkap hanya tampil sekali. Tulis alasan lagi bila masih perlu.")
        return redirect(tujuan)
    rows = [(Penghuni._meta.get_field(name).verbose_name, nomor[name]) for name in SEALED]
    return render(request, "penghuni/penghuni_nomor.html", {"penghuni": penghuni, "nomor": rows})


@allow(edits_penghuni)
@get_or_post
@refuses_anonymised
def kosongkan_nomor(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_named_household(request, pk)
    if request.method != "POST" and not any(getattr(penghuni, name) for name in SEALED):
        messages.info(request, "Tidak ada NIK, No KK, atau telepon yang tersimpan.")
        return redirect("penghuni:detail", pk)
    form = KosongkanNomorForm(request.POST or None, penghuni=penghuni)
    context, status = {"form": form, "penghuni": penghuni}, 422 if form.is_bound else 200

    def empty() -> str:
        data = form.cleaned_data
        clear_numbers(penghuni, data["kolom"], data["versi"], data["alasan"], request.user)
        return reverse("penghuni:detail", args=[pk])

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, empty)
        except StaleVersion as error:
            form.carry_on_from(error.row)
            context, status = context | {"lebih_baru": str(error)}, 409
        else:
            messages.success(request, "Nomor dikosongkan. Alasannya tercatat di riwayat.")
            return redirect(tujuan)
    return render(request, "penghuni/penghuni_kosongkan.html", context, status=status)


def _warnings(penghuni: Penghuni) -> list[str]:
    if not penghuni.nik:
        return []
    try:
        nik = parse_nik(penghuni.nik.reveal())
    except Unreadable as error:
        return [str(error)]
    return nik_warnings(nik, penghuni.tanggal_lahir, penghuni.jenis_kelamin)


def _from_elsewhere(request: HttpRequest, penghuni: Penghuni) -> list[str]:
    """All that an operator learns about other kabupaten/kota; the same two questions whatever the answers."""
    if not edits_penghuni(request.user):
        return []
    moved, elsewhere = moved_away(request.user).filter(pk=penghuni.pk).exists(), is_recorded_elsewhere(penghuni)
    return [SUDAH_PINDAH] if moved else [ELSEWHERE] if elsewhere else []
