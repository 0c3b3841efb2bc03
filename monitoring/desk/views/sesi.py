"""The page of a session: what both sides see, what changes on it, and what each side does there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, koordinator, operator, sees_registry, verifikator
from core.idempotency import new_key, perform_once
from core.konsep import discard_draft, keeps_draft, load_draft
from core.models import Pengguna
from core.scope import get_visible_or_404
from core.sesi import polled
from core.signin import account_of_session
from core.views import draft_response
from monitoring.desk import sesi as desk
from monitoring.desk.denyut import account_with_beat, beat_of, beat_on, is_present
from monitoring.desk.forms import ButirForm, KesepakatanForm, TidakHadirForm
from monitoring.desk.kehadiran import sign_account, why_closed
from monitoring.desk.layar import build_screen
from monitoring.desk.papan import delay_before
from monitoring.enums import Gerak, StatusSesi
from monitoring.isian.forms import CatatanForm
from monitoring.isian.tampilan import material_of, sections_of
from monitoring.isian.views.umum import address, user_of
from monitoring.isian.views.umum import url_of as isian_url
from monitoring.isian.workflow import MoveRefused, may_move
from monitoring.models import ButirAgenda, Catatan, SesiDesk
from monitoring.tindakan import refusal_text
from rusun.alamat import Alamat
from rusun.bagian import section_of
from rusun.models import TindakLanjut
from rusun.salinan import registry_of, value_at
from rusun.sebutan import cell_name, value_text
from rusun.simpan import LocationClosed

from .umum import sesi_of, url_of

LANGKAH: dict[str, tuple[Callable[[SesiDesk, Pengguna], object], str]] = {
    "mulai": (desk.begin, "Sesi dimulai."),
    "jeda": (desk.pause, "Sesi dijeda."),
    "lanjut": (desk.resume, "Sesi dilanjutkan."),
    "ambil-alih": (desk.take_over, "Sesi sekarang Anda pimpin."),
    "tutup": (desk.close, "Sesi ditutup."),
}


def correction_url(sesi: SesiDesk, alamat: Alamat) -> str:
    """The section page of a cell, coming back to this session; "" when the remark is on no section."""
    section = section_of(alamat.bagian)
    if sesi.isian is None or section is None or not alamat.kode_rusun:
        return ""
    page = isian_url(sesi.isian, "isian_bagian", alamat.kode_rusun, section.kode)
    return f"{page}?desk={sesi.pk}#{alamat.jangkar}"


def screen_context(request: HttpRequest, sesi: SesiDesk, denyut: str) -> dict:
    pengguna, hari_ini = user_of(request), timezone.localdate()
    memimpin = verifikator(pengguna)
    layar = build_screen(sesi, hari_ini)
    mengisi = sesi.isian is not None and operator(pengguna)
    if mengisi:
        rows = [replace(row, perbaiki=correction_url(sesi, row.alamat)) for row in layar.catatan]
        layar = replace(layar, catatan=rows)
    return {
        "sesi": sesi,
        "periode": sesi.jadwal.periode,
        "layar": layar,
        "denyut": denyut,
        "memimpin": memimpin,
        "mengisi": mengisi,
        "ikut": desk.takes_part(sesi, pengguna),
        "langsung": sesi.status == StatusSesi.BERLANGSUNG,
        "boleh_kirim": mengisi and sesi.hidup and may_move(sesi.isian, Gerak.KIRIM, pengguna),
        "boleh_ulang": koordinator(pengguna) and sesi.status == StatusSesi.TIDAK_HADIR,
        "tunda": delay_before(sesi, timezone.now()) if sesi.status == StatusSesi.TERJADWAL else 0,
        "sudah_hadir": any(row.pengguna_id == pengguna.pk for row in layar.hadirin),
        "hadir_tutup": why_closed(sesi, timezone.now()),
        "kunci_baru": new_key,
    }


def data_context(sesi: SesiDesk, pengguna: Pengguna, kode_rusun: str) -> dict | None:
    """The cells of one location as they stand now; None when the kabupaten/kota has no such location."""
    assert sesi.isian is not None
    bahan = material_of(sesi.isian)
    if kode_rusun not in bahan.registri:
        return None
    leads = verifikator(pengguna) and sesi.status == StatusSesi.BERLANGSUNG
    return {
        "sesi": sesi,
        "kode_rusun": kode_rusun,
        "nama": bahan.registri[kode_rusun]["identitas"]["nama"],
        "bagian": sections_of(bahan, kode_rusun, sesi.isian.catatan.all()),
        "memimpin": leads,
        "catat_url": url_of(sesi, "desk_catat") if leads else "",
    }


@require_safe
@allow(sees_registry)
def desk_sesi(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, slug, pk)


def _page(request: HttpRequest, slug: str, pk: int, status: int = 200, **forms: object) -> HttpResponse:
    """The page of a session; `forms` take the place of empty ones when what was typed was refused."""
    sesi, pengguna = sesi_of(request, slug, pk), user_of(request)
    if desk.takes_part(sesi, pengguna) and (sesi.hidup or sesi.status == StatusSesi.TERJADWAL):
        is_present(sesi, pengguna)
    denyut = beat_of(pk, slug, pengguna)
    sesi = sesi_of(request, slug, pk)
    context = screen_context(request, sesi, denyut)
    if sesi.isian is not None and "lokasi" in request.GET:
        context["data"] = data_context(sesi, pengguna, request.GET["lokasi"])
    if sesi.isian is not None and verifikator(pengguna):
        context["form_sepakat"] = KesepakatanForm(sesi=sesi, pengguna=pengguna)
    context |= {"form_butir": ButirForm(auto_id="id_butir_%s"), "form_tidak_hadir": TidakHadirForm(auto_id="id_th_%s")}
    return render(request, "monitoring/desk_sesi.html", context | forms, status=status)


@login_not_required
@polled
def desk_kini(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The moving part of the page, asked every moment: 204 while nothing new happened, for two queries."""
    pengguna = account_of_session(request, lambda akun: account_with_beat(akun, pk, slug))
    if pengguna is None:
        if request.htmx:
            return HttpResponse(status=401)
        return redirect_to_login(request.get_full_path())
    if not sees_registry(pengguna):
        raise PermissionDenied
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    beat = beat_on(pengguna)
    if beat is not None and beat == request.GET.get("d"):
        return HttpResponse(status=204)
    context = screen_context(request, sesi_of(request, slug, pk), beat or "")
    return render(request, "monitoring/_desk_meja.html", context)


@require_POST
@allow(operator, verifikator)
def desk_denyut(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The page is still open on this side."""
    sesi = sesi_of(request, slug, pk)
    is_present(sesi, user_of(request))
    return HttpResponse(status=204)


# --- doing ------------------------------------------------------------------------------------------------------------


def _do(
    request: HttpRequest, sesi: SesiDesk, action: Callable[[], object], berhasil: str, *, berkunci: bool = True
) -> HttpResponse:
    """Act once per form key (`berkunci`); with script the moving part comes back, without it the page."""

    def act() -> str:
        action()
        return sesi.get_absolute_url()

    salah = ""
    try:
        tujuan = perform_once(request.POST.get("kunci_formulir", ""), user_of(request), act) if berkunci else act()
    except MoveRefused as refusal:
        tujuan, salah = sesi.get_absolute_url(), refusal_text(refusal)
    except (LocationClosed, ValueError) as refusal:
        if isinstance(refusal, ValueError):
            raise SuspiciousOperation("no such cell") from None
        tujuan, salah = sesi.get_absolute_url(), str(refusal)
    if request.htmx:
        slug = sesi.jadwal.periode.slug
        denyut = beat_of(sesi.pk, slug, user_of(request))
        context = screen_context(request, sesi_of(request, slug, sesi.pk), denyut) | {"salah": salah}
        return render(request, "monitoring/_desk_meja.html", context)
    if salah:
        messages.error(request, salah)
    elif berhasil:
        messages.success(request, berhasil)
    return HttpResponseRedirect(tujuan)


@require_POST
@allow(verifikator)
def desk_langkah(request: HttpRequest, slug: str, pk: int, langkah: str) -> HttpResponse:
    sesi = sesi_of(request, slug, pk)
    if langkah not in LANGKAH:
        raise Http404
    action, berhasil = LANGKAH[langkah]
    return _do(request, sesi, lambda: action(sesi, user_of(request)), berhasil)


@require_POST
@allow(verifikator)
def desk_tidak_hadir(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    sesi = sesi_of(request, slug, pk)
    form = TidakHadirForm(request.POST, auto_id="id_th_%s")

    def act() -> object:
        return desk.mark_absent(sesi, form.cleaned_data["alasan"], user_of(request))

    return _typed(request, sesi, form, "form_tidak_hadir", act, "Dinyatakan tidak hadir.")


def _typed(
    request: HttpRequest, sesi: SesiDesk, form: ButirForm | TidakHadirForm, nama: str, act: Callable[[], object],
    berhasil: str,
) -> HttpResponse:  # fmt: skip
    """Do what a small form on the page asks for; refused, the page comes back with what was typed."""

    def store() -> str:
        act()
        return sesi.get_absolute_url()

    status = 422
    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], user_of(request), store)
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
        else:
            messages.success(request, berhasil)
            return HttpResponseRedirect(tujuan)
    return _page(request, sesi.jadwal.periode.slug, sesi.pk, status, **{nama: form})


@require_POST
@allow(operator)
def desk_simpan(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """«Simpan hasil desk»: the next kiriman."""
    sesi = sesi_of(request, slug, pk)
    if sesi.isian is None:
        raise Http404
    berhasil = "Hasil desk tersimpan sebagai kiriman baru."
    return _do(request, sesi, lambda: desk.save_result(sesi, user_of(request)), berhasil)


@require_POST
@allow(verifikator)
def desk_sorot(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    sesi = sesi_of(request, slug, pk)
    text = request.POST.get("alamat", "")
    try:
        alamat = Alamat.parse(text) if text else None
    except ValueError:
        raise SuspiciousOperation("malformed cell address") from None
    return _do(request, sesi, lambda: desk.point_at(sesi, alamat, user_of(request)), "", berkunci=False)


@require_POST
@allow(verifikator)
def desk_terima(request: HttpRequest, slug: str, pk: int, catatan: int) -> HttpResponse:
    sesi = sesi_of(request, slug, pk)
    row = get_visible_or_404(
        Catatan.objects.filter(isian=sesi.isian).select_related("isian"), user_of(request), pk=catatan
    )
    return _do(request, sesi, lambda: desk.accept(sesi, row, user_of(request)), "Catatan selesai.")


@require_POST
@allow(operator, verifikator)
def desk_agenda(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    sesi, form = sesi_of(request, slug, pk), ButirForm(request.POST, auto_id="id_butir_%s")

    def act() -> object:
        return desk.add_point(sesi, form.cleaned_data["judul"], user_of(request))

    return _typed(request, sesi, form, "form_butir", act, "Butir ditambahkan.")


@require_POST
@allow(verifikator)
def desk_sepakat(request: HttpRequest, slug: str, pk: int, butir: int) -> HttpResponse:
    """Tick a point, or untick it."""
    sesi = sesi_of(request, slug, pk)
    row = get_visible_or_404(ButirAgenda.objects.filter(sesi=sesi).select_related("sesi"), user_of(request), pk=butir)
    agreed = request.POST.get("sepakat") == "ya"
    return _do(request, sesi, lambda: desk.tick(row, agreed, user_of(request)), "")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def desk_kesepakatan(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A commitment; the form stands on the page of the session, and here when it has to be corrected."""
    sesi, pengguna = sesi_of(request, slug, pk), user_of(request)
    if sesi.isian is None:
        raise Http404
    form = KesepakatanForm(request.POST or None, sesi=sesi, pengguna=pengguna, instance=TindakLanjut())
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def agree() -> str:
            desk.commit(sesi, form.instance, pengguna)
            return sesi.get_absolute_url()

        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], pengguna, agree)
        except (MoveRefused, LocationClosed) as refusal:
            form.add_error(None, refusal_text(refusal) if isinstance(refusal, MoveRefused) else str(refusal))
            status = 409
        else:
            if not request.htmx:
                return HttpResponseRedirect(tujuan)
            form, status = KesepakatanForm(sesi=sesi, pengguna=pengguna), 200
    template = "_desk_sepakat_formulir" if request.htmx else "desk_sepakat"
    response = render(request, f"monitoring/{template}.html", {"sesi": sesi, "form": form}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
@keeps_draft
def desk_catat(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Remark on a cell: it opens at once for the kabupaten/kota."""
    sesi, pengguna = sesi_of(request, slug, pk), user_of(request)
    if sesi.isian is None:
        raise Http404
    registri = registry_of(sesi.isian.kabupaten_kota_id)
    alamat = address(request.GET.get("alamat", ""), registri)
    if (response := draft_response(request)) is not None:
        return response
    draft = load_draft(pengguna, request.get_full_path())
    form = CatatanForm(request.POST or (draft.data if draft else None))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():

        def write() -> str:
            desk.remark(sesi, alamat, form.cleaned_data["isi"], pengguna)
            discard_draft(pengguna, request.get_full_path())
            return f"{sesi.get_absolute_url()}?lokasi={alamat.kode_rusun}"

        try:
            return HttpResponseRedirect(perform_once(request.POST.get("kunci_formulir", ""), pengguna, write))
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    context = {
        "isian": sesi.isian,
        "sesi": sesi,
        "form": form,
        "sebutan": cell_name(registri, alamat),
        "nilai": value_text(alamat, value_at(registri, alamat)) if alamat.kolom else "",
        "tujuan": sesi.get_absolute_url(),
        "alamat": request.get_full_path(),
        "konsep": draft.disimpan if draft and request.method != "POST" else None,
    }
    template = "_catat_formulir" if request.htmx else "isian_catat"
    response = render(request, f"monitoring/{template}.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@allow(sees_registry)
def desk_data(request: HttpRequest, slug: str, pk: int, kode_rusun: str) -> HttpResponse:
    """The cells of one location as they stand now, each to be pointed at or remarked on."""
    sesi, pengguna = sesi_of(request, slug, pk), user_of(request)
    if sesi.isian is None:
        raise Http404
    context = data_context(sesi, pengguna, kode_rusun)
    if context is None:
        raise Http404
    template = "_desk_data" if request.htmx else "desk_data"
    response = render(request, f"monitoring/{template}.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@allow(operator, verifikator)
def desk_hadir(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Sign the attendance list with one's own account."""
    sesi = sesi_of(request, slug, pk)
    return _do(request, sesi, lambda: sign_account(sesi, user_of(request)), "Kehadiran Anda tercatat.")
