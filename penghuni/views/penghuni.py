"""Households: the list, one household, what is written about it, and what of it may leave."""

import datetime

from django.contrib import messages
from django.db.models import Field
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from core import display
from core.access import allow, sees_penghuni
from core.enums import TindakanAkses
from core.export import Origin, download, wanted_format
from core.history import history_of
from core.idempotency import perform_once
from core.konsep import discard_draft, keeps_draft, load_draft
from core.paging import KeyPaginator
from core.parsing import Unreadable
from core.tables import Table
from core.versions import StaleVersion
from core.views import draft_response
from penghuni.akses import SEALED, edits_penghuni, record_access, reveal
from penghuni.exports import PENGHUNI, TANPA_PRIBADI, resident_rows
from penghuni.forms import (
    SECTIONS,
    CariNikForm,
    EksporPribadiForm,
    KosongkanNomorForm,
    LihatLengkapForm,
    PenghuniFilter,
    PenghuniForm,
)
from penghuni.models import Hunian, Penghuni
from penghuni.models.penghuni import PenghuniQuerySet
from penghuni.nik import nik_warnings, parse_nik
from penghuni.pencatatan import NikRecorded, clear_numbers, is_recorded_elsewhere, record_household, update_household

from .umum import get_household, get_or_post

PER_HALAMAN = 25
SHOWN = ("nama", "nik", "minat", "kabupaten_kota__nama")  # of a row; opening sealed numbers nobody sees costs the most
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
    }
    return render(request, "penghuni/penghuni_daftar.html", context)


@allow(sees_penghuni)
@require_safe
def ekspor(request: HttpRequest) -> StreamingHttpResponse:
    saringan, penghuni = _residents(request)
    penghuni = penghuni.order_by("kabupaten_kota_id", "id")  # the order of names would tell some of them
    return _file(request, saringan, penghuni, TANPA_PRIBADI, wanted_format(request.GET))


@allow(sees_penghuni)
@get_or_post
def ekspor_pribadi(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    saringan, penghuni = _residents(request)
    form = EksporPribadiForm(request.POST or None, initial={"format": "xlsx"})
    if form.is_valid():
        wanted = form.cleaned_data
        return _file(request, saringan, penghuni, PENGHUNI, wanted["format"], alasan=wanted["alasan"])
    context = {"form": form, "jumlah": penghuni.count(), "saringan": saringan.in_words()}
    return render(request, "penghuni/penghuni_ekspor.html", context, status=422 if form.is_bound else 200)


def _file(request, saringan, penghuni, columns, format, *, alasan="") -> StreamingHttpResponse:
    """Logged before the first byte leaves: a file that breaks off has been seen as well."""
    isi = "data pribadi" if alasan else "tanpa data pribadi"
    record_access(request.user, TindakanAkses.EKSPOR, alasan=alasan, kolom=isi, jumlah=penghuni.count())
    table = Table("Penghuni", columns, resident_rows(penghuni, columns), frozen=1 if alasan else 0)
    return download("penghuni", [table], format, Origin(request.user, saringan.in_words(), alasan))


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
    context = {
        "penghuni": penghuni,
        "bagian": [(title, _readable(penghuni, names)) for title, names in SECTIONS],
        "riwayat": stays,
        "riwayat_perubahan": history_of(penghuni, *stays),
        "hunian": next((stay for stay in stays if stay.selesai is None), None),
        "peringatan": _warnings(penghuni),
        "boleh_ubah": edits_penghuni(request.user),
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
            _tell_saved(request, form.instance, "Data penghuni tersimpan. Catat unitnya lewat Masuk unit.")
            return redirect(tujuan)
    return _render_form(request, form, None)


@allow(edits_penghuni)
@get_or_post
@keeps_draft
@sensitive_post_parameters(*SEALED)
def ubah(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_household(request, pk)
    if (response := draft_response(request)) is not None:
        return response
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
            _tell_saved(request, form.instance, "Perubahan data penghuni tersimpan.")
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
@sensitive_variables("nomor")
def lihat_lengkap(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_household(request, pk)
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
def kosongkan_nomor(request: HttpRequest, pk: str) -> HttpResponse:
    penghuni = get_household(request, pk)
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


def _readable(penghuni: Penghuni, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """(label, value) of `names` as a reader expects them; sealed values print as their mask."""
    return [_label_and_value(penghuni, Penghuni._meta.get_field(name)) for name in names]


def _label_and_value(penghuni: Penghuni, column: Field) -> tuple[str, str]:
    label, value = str(column.verbose_name), getattr(penghuni, column.name)
    if column.choices:
        return label, display.kosong(dict(column.flatchoices).get(value))
    if isinstance(value, datetime.date):
        return label, display.tanggal(value)
    if label.endswith(" (Rp)"):
        return label.removesuffix(" (Rp)"), display.rupiah(value)
    return label, display.angka(value) if isinstance(value, int) else display.kosong(value)


def _warnings(penghuni: Penghuni) -> list[str]:
    if not penghuni.nik:
        return []
    try:
        nik = parse_nik(penghuni.nik.reveal())
    except Unreadable as error:
        return [str(error)]
    return nik_warnings(nik, penghuni.tanggal_lahir, penghuni.jenis_kelamin)


def _tell_saved(request: HttpRequest, penghuni: Penghuni, message: str) -> None:
    messages.success(request, message)
    if is_recorded_elsewhere(penghuni):
        messages.warning(request, ELSEWHERE)
