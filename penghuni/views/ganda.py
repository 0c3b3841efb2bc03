"""Possible duplicates across kabupaten/kota: sets to look at side by side, and a decision per pair. Province only."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.access import allow, verifikator
from core.enums import TindakanAkses
from core.history import history_of
from core.idempotency import perform_once
from core.scope import get_visible_or_404
from core.versions import StaleVersion
from penghuni.akses import record_access
from penghuni.forms import GandaFilter, KeputusanGandaForm
from penghuni.ganda import KeputusanDitolak, decide, match_waiting
from penghuni.himpunan import KEMBAR, read_sets, sets_in_order, side_by_side
from penghuni.models import DugaanGanda

PER_HALAMAN = 25
ALASAN = "Mencocokkan dugaan ganda"


@allow(verifikator)
@require_safe
def ganda_daftar(request: HttpRequest) -> HttpResponse:
    match_waiting()
    saringan = GandaFilter(request.GET)
    sets = sets_in_order(saringan.filter(DugaanGanda.objects.visible_to(request.user)))
    halaman = Paginator(sets, PER_HALAMAN).get_page(request.GET.get("halaman"))
    context = {
        "saringan": saringan,
        "halaman": halaman,
        "himpunan": read_sets(row["kelompok"] for row in halaman.object_list),
        "tersaring": bool(saringan.understood()),
    }
    return render(request, "penghuni/ganda_daftar.html", context)


@allow(verifikator)
@require_safe
def ganda_himpunan(request: HttpRequest, pk: str) -> HttpResponse:
    """The set that `pk`, any of its households, belongs to: a link outlives other households joining the set."""
    of = DugaanGanda.objects.visible_to(request.user).filter(Q(pertama=pk) | Q(kedua=pk)).first()
    if of is None:
        raise Http404
    return _render_set(request, of)


@allow(verifikator)
@require_POST
def ganda_putuskan(request: HttpRequest, pk: int) -> HttpResponse:
    dugaan = get_visible_or_404(DugaanGanda.objects, request.user, pk=pk)
    form = KeputusanGandaForm(request.POST, dugaan=dugaan)

    def settle() -> str:
        data = form.cleaned_data
        decide(dugaan, data["keputusan"], form.data_berlaku, data["alasan"], data["versi"], request.user)
        return reverse("penghuni:ganda_himpunan", args=[dugaan.pertama_id])

    if not form.is_valid():
        return _render_set(request, dugaan, form, status=422)
    try:
        tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, settle)
    except KeputusanDitolak as refusal:
        form.add_error(refusal.kolom, str(refusal))
        return _render_set(request, dugaan, form, status=422)
    except StaleVersion as error:
        form.carry_on_from(error.row)
        return _render_set(request, dugaan, form, lebih_baru=str(error), status=409)
    except DugaanGanda.DoesNotExist:  # what the two had in common was put right at this very moment
        raise Http404 from None
    messages.success(request, "Keputusan tersimpan dan tetap berlaku pada impor berikutnya.")
    return redirect(tujuan)


def _render_set(
    request: HttpRequest,
    of: DugaanGanda,
    posted: KeputusanGandaForm | None = None,
    *,
    lebih_baru: str = "",
    status: int = 200,
) -> HttpResponse:
    """A set with a form per pair; the one that was `posted` shows what is wrong. Every household is logged as seen."""
    now = DugaanGanda.objects.visible_to(request.user).filter(pk=of.pk)
    himpunan = next(iter(read_sets(now.values_list("kelompok", flat=True))), None)
    if himpunan is None:  # regrouped or put right at this very moment
        raise Http404
    penghuni, baris = side_by_side(himpunan)
    for orang in penghuni:
        record_access(request.user, TindakanAkses.LIHAT, objek_id=orang.pk, alasan=ALASAN)
    forms = [
        (pair, posted if posted and pair.pk == of.pk else KeputusanGandaForm(dugaan=pair)) for pair in himpunan.pasangan
    ]
    context = {
        "himpunan": himpunan,
        "penghuni": penghuni,
        "baris": baris,
        "pasangan": forms,
        "posted": posted,
        "kembar": KEMBAR,
        "lebih_baru": lebih_baru,
        "riwayat": history_of(*himpunan.pasangan),
    }
    return render(request, "penghuni/ganda_himpunan.html", context, status=status)
