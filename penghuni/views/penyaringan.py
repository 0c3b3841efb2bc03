"""The screening of all residents: totals, who they are, the run, the rules of a day and what their change moved."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.access import allow, operator, sees_penghuni, verifikator
from core.idempotency import perform_once
from core.paging import KeyPaginator
from core.sesi import polled
from penghuni import putaran
from penghuni.angsuran import Perkiraan, loans
from penghuni.aturan import Aturan, read_version, rules_on, rules_today
from penghuni.enums import HasilSaring
from penghuni.forms_program import (
    AturanForm,
    JadikanCalonForm,
    PenyaringanFilter,
    PerubahanFilter,
    PutaranForm,
)
from penghuni.models import (
    CalonPemilikRumah,
    HasilPenyaringan,
    JumlahPenyaringan,
    Penghuni,
    PutaranPenyaringan,
    VersiAturan,
)
from penghuni.models.penyaringan import SEALED_OF_HOUSEHOLD
from penghuni.penyaringan import (
    moved,
    title_of,
    totals,
    why_moved,
)

PER_HALAMAN = 25


@dataclass(frozen=True)
class BarisSkema:
    """Totals of one scheme: its name, and (kind, number) for every kind."""

    kode: str
    nama: str
    jumlah: list[tuple[str, int]]


@allow(sees_penghuni)
@require_safe
def penyaringan(request: HttpRequest) -> HttpResponse:
    aturan = _chosen_rules(request)
    names, versi = aturan.nama_skema, aturan.versi
    saringan = PenyaringanFilter(request.GET, pengguna=request.user, skema=list(names))
    results = HasilPenyaringan.objects.visible_to(request.user).under(versi).exclude(hasil=HasilSaring.BELUM_LAYAK)
    penghuni = saringan.filter(Penghuni.objects.visible_to(request.user), versi)
    penghuni = (
        penghuni.select_related("kabupaten_kota")
        .with_open_stay()
        .prefetch_related(
            Prefetch("hasil_penyaringan", results.select_related("skema").order_by("hasil"), to_attr="hasil_mendukung")
        )
        .annotate(sudah_calon=Exists(CalonPemilikRumah.objects.visible_to(request.user).filter(pk=OuterRef("pk"))))
        .only("nama", "minat", "kabupaten_kota__nama")
    )
    found = totals(JumlahPenyaringan.objects.visible_to(request.user), versi)
    context = {
        "aturan": aturan,
        "hari_ini": aturan.versi == rules_today().versi,
        "saringan": saringan,
        "tersaring": any(value for name, value in request.GET.items() if name in saringan.fields),
        "halaman": KeyPaginator(penghuni, PER_HALAMAN).get_page(request.GET.get("halaman")),
        "jumlah": [
            BarisSkema(kode, nama, list(found.get(kode, dict.fromkeys(HasilSaring.values, 0)).items()))
            for kode, nama in names.items()
        ],
        "jenis_hasil": HasilSaring.choices,
        "tunggu": putaran.waiting(versi, request.user),
        "putaran": putaran.running(),
        "putaran_akhir": PutaranPenyaringan.objects.filter(berjalan=False).first(),
        "boleh_jalankan": verifikator(request.user),
        "form_putaran": PutaranForm(initial={"tanggal": None}),
        "form_calon": JadikanCalonForm(penghuni=Penghuni.objects.none()),
        "tampil_daerah": not operator(request.user),
        "sebelumnya": _earlier_version(versi),
    }
    return render(request, "penghuni/program_penyaringan.html", context)


def _chosen_rules(request: HttpRequest) -> Aturan:
    """The rules of today; those of an older version where the address names one."""
    if kode := request.GET.get("versi"):
        return read_version(get_object_or_404(VersiAturan, pk=kode[:12]))
    return rules_today()


def _earlier_version(versi: str) -> VersiAturan | None:
    """The version before `versi` that people were screened under."""
    return VersiAturan.objects.exclude(pk=versi).with_results().first()


@allow(verifikator)
@require_POST
def jalankan(request: HttpRequest) -> HttpResponse:
    form = PutaranForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Tanggal tidak terbaca. Tulis seperti 31/12/2020.")
        return redirect("penghuni:program_penyaringan")

    def begin() -> str:
        row = putaran.start(request.user, form.cleaned_data["tanggal"])
        if row is None:
            messages.info(request, "Penyaringan sedang berjalan. Tunggu sampai selesai.")
            return reverse("penghuni:program_penyaringan")
        messages.success(request, "Penyaringan dimulai. Anda boleh meninggalkan halaman ini.")
        return reverse("penghuni:program_penyaringan", query={"versi": row.versi_aturan_id})

    return redirect(perform_once(form.cleaned_data["kunci_formulir"], request.user, begin))


@allow(sees_penghuni)
@require_safe
@polled
def kemajuan(request: HttpRequest) -> HttpResponse:
    """The progress alone, for a page that waits; once the run is over the page is told to load anew."""
    row = putaran.running()
    if row is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "penghuni/_putaran.html", {"putaran": row, "rinci": verifikator(request.user)})


@allow(sees_penghuni)
@require_safe
def aturan(request: HttpRequest) -> HttpResponse:
    form = AturanForm(request.GET or {"tanggal": timezone.localdate().isoformat()})
    rules = rules_on(form.cleaned_data["tanggal"]) if form.is_valid() else rules_today()
    context = {
        "form": form,
        "aturan": rules,
        "boleh_jalankan": verifikator(request.user),
        "form_putaran": PutaranForm(initial={"tanggal": rules.tanggal}),
        "skema": _schemes(rules),
        "versi_tersimpan": VersiAturan.objects.with_results(),
    }
    return render(request, "penghuni/program_aturan.html", context)


@dataclass(frozen=True)
class BarisAturan:
    """A scheme as the page of rules tells it."""

    nama: str
    kriteria: list[str]
    bunga: Decimal | None
    tenor: int | None
    perkiraan: Perkiraan | None
    sumber: str


def _schemes(rules: Aturan) -> list[BarisAturan]:
    estimates = loans(rules, None)
    return [
        BarisAturan(
            skema.nama, [title_of(kode) for kode in skema.syarat], Decimal(skema.bunga) if skema.bunga else None,
            skema.tenor, estimates.get(skema.kode), skema.sumber,
        )
        for skema in rules.skema
    ]  # fmt: skip


@dataclass(frozen=True)
class BarisPindah:
    """Whose result moved, from what to what, and because of which criteria."""

    hasil: HasilPenyaringan
    lama: str
    sebab: list[tuple[str, str, str, str, str]]


@allow(sees_penghuni)
@require_safe
def perubahan(request: HttpRequest) -> HttpResponse:
    """Who moved when the rules did, and why."""
    baru = rules_today().versi
    lama = _earlier_version(baru)
    if kode := request.GET.get("lama"):
        lama = get_object_or_404(VersiAturan, pk=kode[:12])
    saringan = PerubahanFilter(request.GET, pengguna=request.user)
    rows = HasilPenyaringan.objects.visible_to(request.user)
    rows = moved(saringan.filter(rows), lama.pk, baru) if lama else rows.none()
    rows = rows.select_related("skema", "penghuni", "kabupaten_kota").defer(*SEALED_OF_HOUSEHOLD)
    halaman = Paginator(rows.order_by("penghuni__nama", "penghuni", "skema"), PER_HALAMAN).get_page(
        request.GET.get("halaman")
    )
    context = {
        "lama": lama,
        "saringan": saringan,
        "halaman": halaman,
        "baris": [
            BarisPindah(row, HasilSaring(row.hasil_lama).label, why_moved(row.rincian_lama, row.rincian))
            for row in halaman
        ],
        "tampil_daerah": not operator(request.user),
    }
    return render(request, "penghuni/program_perubahan.html", context)
