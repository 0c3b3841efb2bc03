"""The home-ownership programme: the screening and its rules, and the candidates on their way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.access import allow, operator, sees_penghuni, verifikator
from core.context import has_example_data
from core.enums import TindakanAkses
from core.export import Origin, as_file, download
from core.idempotency import perform_once
from core.models import Pengguna
from core.paging import KeyPaginator
from core.pdf import PdfUnavailable, render_paper
from core.tables import Table
from penghuni import calon as path
from penghuni import putaran
from penghuni.akses import record_access
from penghuni.angsuran import Perkiraan, estimate
from penghuni.aturan import Aturan, read_version, rules_on
from penghuni.calon import CalonRefused
from penghuni.enums import HasilKriteria, HasilSaring, TahapCalon
from penghuni.exports import CALON
from penghuni.forms_program import (
    AturanForm,
    CalonFilter,
    EksporCalonForm,
    JadikanCalonForm,
    PenyaringanFilter,
    PerubahanFilter,
    PutaranForm,
    TahapForm,
)
from penghuni.hunian import open_stay_of
from penghuni.kriteria import Penilaian
from penghuni.models import (
    CalonPemilikRumah,
    HasilPenyaringan,
    Hunian,
    Penghuni,
    PutaranPenyaringan,
    VersiAturan,
)
from penghuni.penyaringan import (
    is_stale,
    moved,
    profile_of,
    reasons_of,
    screen_household,
    title_of,
    totals,
    why_moved,
)

from .umum import get_household, get_or_post

PER_HALAMAN = 25
PER_KOLOM = 8
NADA = {HasilSaring.LAYAK_AWAL: "selesai", HasilSaring.PERLU_VERIFIKASI: "perhatian", HasilSaring.BELUM_LAYAK: "netral"}
NADA_KRITERIA = {
    HasilKriteria.LULUS: "selesai",
    HasilKriteria.GAGAL: "bahaya",
    HasilKriteria.DATA_KURANG: "perhatian",
    HasilKriteria.PERLU_CEK: "perhatian",
    HasilKriteria.CATATAN: "netral",
}


def _today() -> Aturan:
    return rules_on(timezone.localdate())


def _names(aturan: Aturan) -> dict[str, str]:
    return {skema.kode: skema.nama for skema in aturan.skema}


# --- the screening ----------------------------------------------------------------------------------------------------


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
    names, versi = _names(aturan), aturan.versi
    saringan = PenyaringanFilter(request.GET, pengguna=request.user, skema=list(names))
    results = HasilPenyaringan.objects.filter(versi_aturan=versi).exclude(hasil=HasilSaring.BELUM_LAYAK)
    penghuni = saringan.filter(Penghuni.objects.visible_to(request.user), versi)
    penghuni = (
        penghuni.select_related("kabupaten_kota")
        .with_open_stay()
        .prefetch_related(
            Prefetch("hasil_penyaringan", results.select_related("skema").order_by("hasil"), to_attr="hasil_mendukung")
        )
        .annotate(sudah_calon=Exists(CalonPemilikRumah.objects.filter(pk=OuterRef("pk"))))
        .only("nama", "minat", "kabupaten_kota__nama")
    )
    found = totals(HasilPenyaringan.objects.visible_to(request.user), versi)
    context = {
        "aturan": aturan,
        "hari_ini": aturan.versi == _today().versi,
        "saringan": saringan,
        "tersaring": any(value for name, value in request.GET.items() if name in saringan.fields),
        "halaman": KeyPaginator(penghuni, PER_HALAMAN).get_page(request.GET.get("halaman")),
        "jumlah": [
            BarisSkema(kode, nama, list(found.get(kode, dict.fromkeys(HasilSaring.values, 0)).items()))
            for kode, nama in names.items()
        ],
        "jenis_hasil": HasilSaring.choices,
        "tunggu": putaran.due(versi, request.user),
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
    return _today()


def _earlier_version(versi: str) -> VersiAturan | None:
    """The version before `versi` that people were screened under."""
    return VersiAturan.objects.exclude(pk=versi).filter(pk__in=HasilPenyaringan.objects.values("versi_aturan")).first()


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
def kemajuan(request: HttpRequest) -> HttpResponse:
    """The progress alone, for a page that waits; once the run is over the page is told to load anew."""
    row = putaran.running()
    if row is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "penghuni/_putaran.html", {"putaran": row})


@allow(sees_penghuni)
@require_safe
def aturan(request: HttpRequest) -> HttpResponse:
    form = AturanForm(request.GET or {"tanggal": timezone.localdate().isoformat()})
    rules = rules_on(form.cleaned_data["tanggal"]) if form.is_valid() else _today()
    context = {
        "form": form,
        "aturan": rules,
        "boleh_jalankan": verifikator(request.user),
        "form_putaran": PutaranForm(initial={"tanggal": rules.tanggal}),
        "skema": _schemes(rules),
        "versi_tersimpan": VersiAturan.objects.filter(pk__in=HasilPenyaringan.objects.values("versi_aturan")),
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
    loans = _loans(rules, None)
    return [
        BarisAturan(
            skema.nama, [title_of(kode) for kode in skema.syarat], Decimal(skema.bunga) if skema.bunga else None,
            skema.tenor, loans.get(skema.kode), skema.sumber,
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
    baru = _today().versi
    lama = _earlier_version(baru)
    if kode := request.GET.get("lama"):
        lama = get_object_or_404(VersiAturan, pk=kode[:12])
    saringan = PerubahanFilter(request.GET, pengguna=request.user)
    rows = HasilPenyaringan.objects.visible_to(request.user)
    rows = moved(saringan.filter(rows), lama.pk, baru) if lama else rows.none()
    rows = rows.select_related("skema", "penghuni", "kabupaten_kota").defer(*_SEALED_OF_HOUSEHOLD)
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


_SEALED_OF_HOUSEHOLD = ("penghuni__nik", "penghuni__no_kk", "penghuni__telepon")


# --- one household ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KartuSkema:
    """The advice about one scheme with every reason."""

    kode: str
    nama: str
    sumber: str
    hasil: HasilSaring
    nada: str
    kriteria: list[tuple[str, Penilaian, str]]


def _loans(rules: Aturan, penghasilan: int | None) -> dict[str, Perkiraan]:
    """The estimate per scheme that lends money, at the highest price of the day."""
    if rules.harga is None:
        return {}
    return {
        skema.kode: estimate(rules.harga.harga_maks, Decimal(skema.bunga), skema.tenor, penghasilan)
        for skema in rules.skema
        if skema.bunga and skema.tenor
    }


def _cards(hasil: list[HasilPenyaringan], rules: Aturan) -> list[KartuSkema]:
    told = {skema.kode: skema for skema in rules.skema}
    cards = [
        KartuSkema(
            row.skema_id, told[row.skema_id].nama, told[row.skema_id].sumber, HasilSaring(row.hasil),
            NADA[HasilSaring(row.hasil)],
            [(title, one, NADA_KRITERIA[one.keadaan]) for title, one in reasons_of(row)],
        )
        for row in hasil
        if row.skema_id in told
    ]  # fmt: skip
    return sorted(cards, key=lambda card: list(HasilSaring).index(card.hasil))


@allow(sees_penghuni)
@require_safe
def penghuni(request: HttpRequest, pk: str) -> HttpResponse:
    return _household_page(request, get_household(request, pk))


def _household_page(
    request: HttpRequest, row: Penghuni, form: TahapForm | None = None, status: int = 200
) -> HttpResponse:
    record_access(request.user, TindakanAkses.LIHAT, objek_id=row.pk, kolom="program kepemilikan rumah")
    rules, profil = _today(), profile_of(row)
    loans, names = _loans(rules, profil.penghasilan_bersama), _names(rules)
    hasil = list(HasilPenyaringan.objects.filter(penghuni=row, versi_aturan=rules.versi).order_by("skema"))
    calon = CalonPemilikRumah.objects.filter(pk=row.pk).select_related("skema", "versi_aturan").first()
    context: dict[str, Any] = {
        "penghuni": row,
        "hunian": open_stay_of(row),
        "profil": profil,
        "aturan": rules,
        "kartu": _cards(hasil, rules),
        "perkiraan": [(names[kode], loan) for kode, loan in loans.items()],
        "usang": is_stale(hasil, row, rules.versi),
        "calon": calon,
        "form_calon": JadikanCalonForm(penghuni=Penghuni.objects.none()),
    }
    if calon is not None:
        context |= {
            "riwayat": calon.riwayat.select_related("oleh", "skema"),
            "aturan_lama": calon.versi_aturan_id not in (None, rules.versi),
            "form": form or _step_form(request, calon, rules),
            "langkah": path.next_steps(calon, request.user),
            "tahap": _stages(calon),
        }
    return render(request, "penghuni/program_penghuni.html", context, status=status)


def _step_form(request: HttpRequest, calon: CalonPemilikRumah, rules: Aturan, data: Any = None) -> TahapForm:
    return TahapForm(
        data, langkah=path.next_steps(calon, request.user),
        skema=[*_names(rules), *([calon.skema_id] if calon.skema_id else [])],
        initial={"versi": calon.versi, "skema": calon.skema_id},
    )  # fmt: skip


def _stages(calon: CalonPemilikRumah) -> list[tuple[str, str]]:
    """(label, state) of the path for its drawing: passed, present, ahead."""
    at = path.PATH.index(TahapCalon(calon.tahap)) if calon.tahap in path.PATH else -1
    states = ["selesai" if n < at else "kini" if n == at else "belum" for n in range(len(path.PATH))]
    return [(ke.label, state) for ke, state in zip(path.PATH, states, strict=True)]


@allow(sees_penghuni)
@require_POST
def saring(request: HttpRequest, pk: str) -> HttpResponse:
    """Screen one household again, under the rules of today."""
    screen_household(get_household(request, pk))
    messages.success(request, "Hasil penyaringan diperbarui.")
    return redirect("penghuni:program_penghuni", pk)


@allow(sees_penghuni)
@require_POST
def tambah(request: HttpRequest) -> HttpResponse:
    """Households that somebody ticked become candidates; only those the pengguna may see can be meant."""
    form = JadikanCalonForm(request.POST, penghuni=Penghuni.objects.visible_to(request.user))
    back = request.POST.get("kembali", "")
    tujuan = reverse("penghuni:program_penyaringan") + (back if back.startswith("?") else "")
    if not form.is_valid():
        messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
        return redirect(tujuan)
    chosen = list(form.cleaned_data["penghuni"].defer("nik", "no_kk", "telepon"))

    def enter() -> str:
        if len(chosen) == 1:
            path.enter(chosen[0], request.user, form.cleaned_data["catatan"])
            messages.success(request, "Tercatat sebagai calon peserta program.")
            return reverse("penghuni:program_penghuni", args=[chosen[0].pk])
        taken, left = path.enter_many(chosen, request.user, form.cleaned_data["catatan"])
        messages.success(request, f"{taken} penghuni menjadi calon." + (f" {left} dilewati." if left else ""))
        return tujuan

    try:
        return redirect(perform_once(form.cleaned_data["kunci_formulir"], request.user, enter))
    except CalonRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(tujuan)


@allow(sees_penghuni)
@get_or_post
def tahap(request: HttpRequest, pk: str) -> HttpResponse:
    row = get_household(request, pk)
    calon = get_object_or_404(CalonPemilikRumah.objects.visible_to(request.user), pk=row.pk)
    if request.method != "POST":
        return redirect("penghuni:program_penghuni", pk)
    form = _step_form(request, calon, _today(), request.POST)

    def step() -> str:
        data = form.cleaned_data
        path.move(
            calon, TahapCalon(data["ke"]), data["versi"], request.user, catatan=data["catatan"], skema=data["skema"]
        )
        return reverse("penghuni:program_penghuni", args=[pk])

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, step)
        except CalonRefused as refusal:
            form.add_error(refusal.kolom or None, str(refusal))
        else:
            messages.success(request, "Tahap calon diperbarui; langkah ini tercatat di riwayatnya.")
            return redirect(tujuan)
    return _household_page(request, row, form, status=422)


# --- candidates -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KolomPapan:
    """A stage of the board: how many are there, and the latest of them."""

    kode: str
    label: str
    jumlah: int
    calon: list[CalonPemilikRumah]


@allow(sees_penghuni)
@require_safe
def papan(request: HttpRequest) -> HttpResponse:
    candidates = CalonPemilikRumah.objects.visible_to(request.user)
    jumlah = dict(candidates.order_by().values_list("tahap").annotate(jumlah=Count("pk")))
    order = Window(RowNumber(), partition_by=F("tahap"), order_by=[F("tahap_sejak").desc(), F("pk").asc()])
    latest = _with_homes(candidates.filter(tahap__in=path.PATH).annotate(urut=order).filter(urut__lte=PER_KOLOM))
    columns: dict[str, list[CalonPemilikRumah]] = {ke.value: [] for ke in path.PATH}
    for row in latest:
        columns[row.tahap].append(row)
    versi = _today().versi
    context = {
        "kolom": [KolomPapan(ke.value, str(ke.label), jumlah.get(ke.value, 0), columns[ke.value]) for ke in path.PATH],
        "batal": jumlah.get(TahapCalon.BATAL, 0),
        "jumlah": sum(jumlah.values()),
        "aturan_lama": candidates.in_progress().exclude(versi_aturan=versi).count(),
        "tampil_daerah": not operator(request.user),
    }
    return render(request, "penghuni/program_papan.html", context)


def _with_homes(candidates: Any) -> Any:
    stays = Hunian.objects.open().select_related("blok__rusun")
    rows = candidates.select_related("penghuni__kabupaten_kota", "skema").defer(*_SEALED_OF_HOUSEHOLD)
    return rows.prefetch_related(Prefetch("penghuni__hunian", stays, to_attr="hunian_terbuka"))


def _candidates(request: HttpRequest) -> tuple[CalonFilter, Any]:
    saringan = CalonFilter(request.GET, pengguna=request.user)
    return saringan, saringan.filter(CalonPemilikRumah.objects.visible_to(request.user), _today().versi)


@allow(sees_penghuni)
@require_safe
def daftar(request: HttpRequest) -> HttpResponse:
    saringan, candidates = _candidates(request)
    context = {
        "saringan": saringan,
        "tersaring": any(value for name, value in request.GET.items() if name in saringan.fields),
        "halaman": Paginator(_with_homes(candidates), PER_HALAMAN).get_page(request.GET.get("halaman")),
        "versi": _today().versi,
        "tampil_daerah": not operator(request.user),
    }
    return render(request, "penghuni/program_daftar.html", context)


@allow(sees_penghuni)
@get_or_post
def ekspor(request: HttpRequest) -> Any:
    """The list as a file for the programme unit: with a reason, logged before the first byte leaves."""
    saringan, candidates = _candidates(request)
    form = EksporCalonForm(request.POST or None, initial={"format": "xlsx"})
    if form.is_valid():
        return _list_file(request, saringan, candidates, form.cleaned_data)
    context = {"form": form, "jumlah": candidates.count(), "saringan": saringan.in_words()}
    return render(request, "penghuni/program_ekspor.html", context, status=422 if form.is_bound else 200)


def _list_file(request: HttpRequest, saringan: CalonFilter, candidates: Any, wanted: dict[str, str]) -> Any:
    pengguna: Pengguna = request.user  # type: ignore[assignment]
    on_paper = wanted["format"] == "pdf"
    record_access(
        pengguna, TindakanAkses.CETAK if on_paper else TindakanAkses.EKSPOR, objek="calon", alasan=wanted["alasan"],
        kolom="calon peserta program", jumlah=candidates.count(),
    )  # fmt: skip
    rows = list(_with_homes(candidates).order_by("penghuni__kabupaten_kota", "tahap", "penghuni__nama", "pk"))
    if not on_paper:
        table = Table("Calon peserta", CALON, rows, frozen=1)
        return download(
            "calon-peserta", [table], wanted["format"], Origin(pengguna, saringan.in_words(), wanted["alasan"])
        )
    context = {
        "calon": rows,
        "saringan": saringan.in_words(),
        "alasan": wanted["alasan"],
        "hari_ini": timezone.localdate(),
    }
    try:
        content = render_paper(
            "penghuni/pdf/calon.html", context, contoh=has_example_data(), dicetak_oleh=pengguna.nama
        )
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("penghuni:program_daftar")
    return as_file(content, "application/pdf", "calon-peserta.pdf")
