"""One household in the home-ownership programme, and all candidates on their way: board, list, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.access import allow, operator, sees_penghuni
from core.context import has_example_data
from core.enums import TindakanAkses
from core.export import Origin, as_file, download
from core.idempotency import perform_once
from core.models import Pengguna
from core.pdf import PdfUnavailable, render_paper
from core.tables import Table
from penghuni import calon as path
from penghuni.akses import record_access
from penghuni.angsuran import loans
from penghuni.aturan import Aturan, rules_today
from penghuni.calon import CalonMoved, CalonRefused
from penghuni.enums import HasilKriteria, HasilSaring, TahapCalon
from penghuni.exports import CALON
from penghuni.forms_program import (
    CalonFilter,
    EksporCalonForm,
    JadikanCalonForm,
    TahapForm,
)
from penghuni.hunian import open_stay_of
from penghuni.kriteria import Penilaian, basis_of
from penghuni.models import (
    CalonPemilikRumah,
    HasilPenyaringan,
    Penghuni,
)
from penghuni.penyaringan import (
    is_stale,
    profile_of,
    reasons_of,
    screen_household,
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


# --- one household ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KartuSkema:
    """The advice about one scheme with every reason: title, state, tone, and its source where it has one of its own."""

    kode: str
    nama: str
    sumber: str
    hasil: HasilSaring
    nada: str
    kriteria: list[tuple[str, Penilaian, str, str]]

    @property
    def penghalang(self) -> list[str]:
        """The criteria that are not met, for a reader who does not unfold the card."""
        return [title for title, one, _, _ in self.kriteria if one.keadaan == HasilKriteria.GAGAL]


def _cards(hasil: list[HasilPenyaringan], rules: Aturan) -> list[KartuSkema]:
    told = {skema.kode: skema for skema in rules.skema}

    def lines(row: HasilPenyaringan) -> list[tuple[str, Penilaian, str, str]]:
        skema = told[row.skema_id]
        return [
            (title, one, NADA_KRITERIA[one.keadaan], basis if basis != skema.sumber else "")
            for title, one in reasons_of(row)
            for basis in [basis_of(one.kode, rules, skema)]
        ]

    cards = [
        KartuSkema(
            row.skema_id, told[row.skema_id].nama, told[row.skema_id].sumber, HasilSaring(row.hasil),
            NADA[HasilSaring(row.hasil)], lines(row),
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
    rules, profil = rules_today(), profile_of(row)
    names = rules.nama_skema
    results = HasilPenyaringan.objects.visible_to(request.user).under(rules.versi)
    hasil = list(results.filter(penghuni=row).order_by("skema"))
    calon = (
        CalonPemilikRumah.objects.visible_to(request.user)
        .filter(pk=row.pk)
        .select_related("skema", "versi_aturan")
        .first()
    )
    context: dict[str, Any] = {
        "penghuni": row,
        "hunian": open_stay_of(row),
        "profil": profil,
        "aturan": rules,
        "kartu": _cards(hasil, rules),
        "perkiraan": [(names[kode], loan) for kode, loan in loans(rules, profil.penghasilan_bersama).items()],
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
        skema=[*rules.nama_skema, *([calon.skema_id] if calon.skema_id else [])],
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
    row = get_household(request, pk)
    screen_household(row)
    if open_stay_of(row) is None:
        messages.info(request, "Penghuni ini tidak tinggal di unit lagi, jadi tidak disaring.")
    else:
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
    form = _step_form(request, calon, rules_today(), request.POST)

    def step() -> str:
        data = form.cleaned_data
        path.move(
            calon, TahapCalon(data["ke"]), data["versi"], request.user, catatan=data["catatan"], skema=data["skema"]
        )
        return reverse("penghuni:program_penghuni", args=[pk])

    if form.is_valid():
        try:
            tujuan = perform_once(form.cleaned_data["kunci_formulir"], request.user, step)
        except CalonMoved as moved:
            calon.refresh_from_db()
            typed = request.POST.copy()
            typed["versi"] = str(calon.versi)
            form = _step_form(request, calon, rules_today(), typed)
            form.add_error(None, str(moved))
            return _household_page(request, row, form, status=409)
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
    candidates = CalonPemilikRumah.objects.visible_to(request.user).named()
    jumlah = dict(candidates.order_by().values_list("tahap").annotate(jumlah=Count("pk")))
    order = Window(RowNumber(), partition_by=F("tahap"), order_by=[F("tahap_sejak").desc(), F("pk").asc()])
    latest = candidates.filter(tahap__in=path.PATH).annotate(urut=order).filter(urut__lte=PER_KOLOM).with_home()
    columns: dict[str, list[CalonPemilikRumah]] = {ke.value: [] for ke in path.PATH}
    for row in latest:
        columns[row.tahap].append(row)
    versi = rules_today().versi
    context = {
        "kolom": [KolomPapan(ke.value, str(ke.label), jumlah.get(ke.value, 0), columns[ke.value]) for ke in path.PATH],
        "batal": jumlah.get(TahapCalon.BATAL, 0),
        "jumlah": sum(jumlah.values()),
        "aturan_lama": candidates.in_progress().exclude(versi_aturan=versi).count(),
        "tampil_daerah": not operator(request.user),
    }
    return render(request, "penghuni/program_papan.html", context)


def _candidates(request: HttpRequest) -> tuple[CalonFilter, Any]:
    saringan = CalonFilter(request.GET, pengguna=request.user)
    return saringan, saringan.filter(CalonPemilikRumah.objects.visible_to(request.user).named(), rules_today().versi)


@allow(sees_penghuni)
@require_safe
def daftar(request: HttpRequest) -> HttpResponse:
    saringan, candidates = _candidates(request)
    context = {
        "saringan": saringan,
        "tersaring": any(value for name, value in request.GET.items() if name in saringan.fields),
        "halaman": Paginator(candidates.with_home(), PER_HALAMAN).get_page(request.GET.get("halaman")),
        "versi": rules_today().versi,
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
        pengguna, TindakanAkses.CETAK if on_paper else TindakanAkses.EKSPOR, alasan=wanted["alasan"],
        kolom="calon peserta program", jumlah=candidates.count(),
    )  # fmt: skip
    rows = list(candidates.with_home().order_by("penghuni__kabupaten_kota", "tahap", "penghuni__nama", "pk"))
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
