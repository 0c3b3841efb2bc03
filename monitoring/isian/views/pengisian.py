"""Filling in: sections, checking with reasons, sending, asking for one more cell to be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.access import allow, operator, sees_registry
from core.idempotency import new_key
from core.konsep import BUANG, discard_draft, drafts_below, keeps_draft
from core.models import Pengguna
from core.scope import get_visible_or_404
from monitoring.enums import Gerak, StatusCatatan, StatusIsian
from monitoring.isian.forms import KirimForm, MintaBukaForm
from monitoring.isian.kiriman import draft_of
from monitoring.isian.pemeriksaan import HasilPeriksa, check_isian, explain
from monitoring.isian.permintaan import ask_opening, may_ask
from monitoring.isian.tampilan import content_of, findings_of, locations_of, material_of, notes_of, sections_of
from monitoring.isian.workflow import MoveRefused, apply_move, may_move
from monitoring.models import Catatan, Isian
from monitoring.periode.batas import dates_note
from monitoring.tindakan import perform, perform_or_raise, refusal_text
from rusun.alamat import Alamat
from rusun.bagian import MENURUT_KODE, Bagian
from rusun.forms import SectionForms
from rusun.kelengkapan import progress_of
from rusun.models import Rusun
from rusun.pemeriksaan import Temuan
from rusun.salinan import Registri
from rusun.sebutan import cell_name
from rusun.views import also_here, next_section, section_page

from .umum import address, cell_url, isian_of, shown_cell_url, url_of, user_of


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
@keeps_draft
def isian_bagian(request: HttpRequest, slug: str, kode: str, kode_rusun: str, bagian: str) -> HttpResponse:
    """One section of one location, with the remarks on it and the values it had before."""
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    rusun = get_visible_or_404(Rusun.objects.active(), pengguna, pk=kode_rusun, kabupaten_kota=isian.kabupaten_kota_id)
    section = MENURUT_KODE.get(bagian)
    if section is None:
        raise Http404
    tujuan = _after_saving(request, isian, kode_rusun, section)
    hasil, response = section_page(request, rusun, section, tujuan)
    if hasil is None:
        return response
    juga = also_here(request, request.path, reverse("rusun:ubah", args=[kode_rusun, bagian]))
    context = _section_context(isian, pengguna, rusun, hasil.forms) | {"hasil": hasil, "juga": juga}
    return render(request, "monitoring/isian_bagian.html", context, status=hasil.status)


def _after_saving(request: HttpRequest, isian: Isian, kode_rusun: str, section: Bagian) -> str:
    """Back to the session of the desk that sent the operator here, on to the next section, or the same page."""
    desk = request.GET.get("desk", "")
    if desk.isdecimal() and len(desk) < 10:
        return reverse("monitoring:desk_sesi", args=[isian.periode.slug, int(desk)])
    return _next_section(isian, kode_rusun, section) if "lanjut" in request.POST else request.path


def _next_section(isian: Isian, kode_rusun: str, bagian: Bagian) -> str:
    following = next_section(bagian)
    if following is not None:
        return url_of(isian, "isian_bagian", kode_rusun, following.kode)
    return url_of(isian, "isian_periksa")


def _section_context(isian: Isian, pengguna: Pengguna, rusun: Rusun, forms: SectionForms) -> dict:
    """What surrounds the forms of a section: progress, remarks on it, and beside each input what is known of it."""
    bahan, catatan = material_of(isian), list(isian.catatan.all())
    temuan = findings_of(isian, bahan, timezone.localdate()).semua
    forms.annotate(notes_of(bahan, rusun.pk, catatan, temuan))
    tampil = next(row for row in sections_of(bahan, rusun.pk, catatan) if row.bagian is forms.bagian)
    langkah = [
        {
            "label": row.judul,
            "url": url_of(isian, "isian_bagian", rusun.pk, row.bagian),
            "keadaan": row.keadaan,
            "aktif": row.bagian == forms.bagian.kode,
        }
        for row in progress_of(bahan.registri[rusun.pk])
    ]
    whole = {Alamat(rusun.pk, forms.bagian.kode), Alamat(rusun.pk, forms.bagian.tabel)}
    return {
        "isian": isian,
        "rusun": rusun,
        "langkah": langkah,
        "catatan_bagian": [row for row in tampil.catatan if row.status != StatusCatatan.SELESAI],
        "temuan_bagian": [row for row in temuan if row.alamat in whole],
        "boleh_meminta": may_ask(isian, pengguna),
    }


# --- checking and sending --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BarisTemuan:
    """A finding as shown: its cell, a link to it, and the reason given or asked for."""

    temuan: Temuan
    sebutan: str
    url: str
    alasan: str
    masukan: str


@dataclass(frozen=True)
class LokasiTemuan:
    nama: str
    galat: list[BarisTemuan]
    peringatan: list[BarisTemuan]


def _findings(
    isian: Isian, isi: dict, hasil: HasilPeriksa, url: Callable[[Isian, Alamat], str], *, asks: bool
) -> list[LokasiTemuan]:
    """Findings grouped by location, errors first. With `asks` each warning brings the name of its input."""
    groups: dict[str, LokasiTemuan] = {}
    registri = isi["rusun"]

    def group(temuan: Temuan) -> LokasiTemuan:
        kode = temuan.alamat.kode_rusun
        nama = registri[kode]["identitas"]["nama"] if kode in registri else "Daftar lokasi"
        return groups.setdefault(kode, LokasiTemuan(nama, [], []))

    def line(temuan: Temuan, alasan: str = "") -> BarisTemuan:
        masukan = warning_key(temuan) if asks and not temuan.stops else ""
        return BarisTemuan(temuan, cell_name(registri, temuan.alamat), url(isian, temuan.alamat), alasan, masukan)

    for temuan in hasil.galat:
        group(temuan).galat.append(line(temuan))
    for temuan in hasil.tanpa_alasan:
        group(temuan).peringatan.append(line(temuan))
    for temuan, penjelasan in hasil.dijelaskan:
        group(temuan).peringatan.append(line(temuan, penjelasan.alasan))
    return [groups[kode] for kode in sorted(groups)]


@require_http_methods(["GET", "HEAD", "POST"])
@allow(sees_registry)
def isian_periksa(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    if request.method == "POST":
        return _explain(request, isian)
    unsent = isian.status in (StatusIsian.BELUM_MULAI, StatusIsian.DIISI)
    if unsent and not operator(pengguna):
        return redirect(isian.get_absolute_url())
    isi = content_of(isian)
    hasil = check_isian(isian, isi, timezone.localdate())
    asks = may_move(isian, Gerak.KIRIM, pengguna)
    link = cell_url if operator(pengguna) else shown_cell_url
    context = {
        "isian": isian,
        "hasil": hasil,
        "lokasi": _findings(isian, isi, hasil, link, asks=asks),
        "boleh_kirim": asks,
        "ada_peringatan": bool(hasil.tanpa_alasan or hasil.dijelaskan),
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/isian_periksa.html", context)


def _explain(request: HttpRequest, isian: Isian) -> HttpResponse:
    """Store every reason typed. A reason belongs to the finding whose rule, cell and value the page showed."""
    pengguna = user_of(request)
    if not operator(pengguna):
        raise PermissionDenied
    isi = draft_of(isian)
    hasil = check_isian(isian, isi, timezone.localdate())
    typed = {}
    for key, alasan in request.POST.items():
        if key.startswith("alasan|") and alasan.strip():
            typed[key] = alasan.replace("\0", "").strip()[:500]

    def store() -> str:
        if not may_move(isian, Gerak.KIRIM, pengguna):
            raise MoveRefused("Alasan hanya dapat ditulis selama isian diisi atau diperbaiki.")
        for temuan in (*hasil.tanpa_alasan, *(row for row, _ in hasil.dijelaskan)):
            if alasan := typed.get(warning_key(temuan)):
                explain(isian, temuan, alasan, pengguna, timezone.now())
        return url_of(isian, "isian_periksa")

    return perform(request, store, berhasil="Alasan disimpan.", kembali=url_of(isian, "isian_periksa"))


def warning_key(temuan: Temuan) -> str:
    """The name of the reason's input: a reason holds for this rule, cell and value only."""
    return f"alasan|{temuan.kode}|{temuan.alamat}|{temuan.nilai}"


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def isian_kirim(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    drafts = list(drafts_below(pengguna, isian.get_absolute_url()))
    if request.POST.get(BUANG) in drafts:
        discard_draft(pengguna, request.POST[BUANG])
        messages.info(request, "Konsep dibuang. Yang tersimpan di data tidak berubah.")
        return redirect("monitoring:isian_kirim", slug, kode)
    form = KirimForm(request.POST or None, konsep=len(drafts))
    if request.method == "POST" and form.is_valid():

        def send() -> str:
            row = apply_move(isian, Gerak.KIRIM, pengguna)
            nomor = row.kiriman.order_by("-nomor").values_list("nomor", flat=True)[0]
            return url_of(isian, "isian_kiriman", nomor)

        return perform(request, send, berhasil="Isian sudah dikirim ke provinsi.", kembali=url_of(isian, "isian_kirim"))
    bahan, catatan = material_of(isian), list(isian.catatan.all())
    context = {
        "isian": isian,
        "form": form,
        "konsep": [(alamat, _draft_name(alamat, bahan.registri, catatan)) for alamat in drafts],
        "hasil": findings_of(isian, bahan, timezone.localdate()),
        "lokasi": locations_of(bahan, catatan),
        "terbuka": isian.catatan.unanswered().count(),
        "boleh": may_move(isian, Gerak.KIRIM, pengguna),
        "batas": dates_note(isian, timezone.localdate()),
        "terlambat": isian.status == StatusIsian.DIISI and timezone.localdate() > isian.periode.batas_waktu,
    }
    return render(request, "monitoring/isian_kirim.html", context, status=422 if form.is_bound else 200)


def _draft_name(alamat: str, registri: Registri, catatan: Iterable[Catatan]) -> str:
    """What a draft is about. Its page may be gone since: the location closed, the remark settled."""
    match = resolve(alamat.partition("?")[0])
    if match.url_name == "catatan_jawab":
        about = next((row.sebutan for row in catatan if row.pk == match.kwargs["pk"]), "")
        return f"Jawaban atas catatan {about}".rstrip()
    kode, bagian = match.kwargs.get("kode_rusun", ""), MENURUT_KODE.get(match.kwargs.get("bagian", ""))
    nama = registri[kode]["identitas"]["nama"] if kode in registri else kode
    return ", ".join(part for part in (nama, bagian.judul if bagian else "") if part) or "Isian"


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def isian_minta(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    """Ask the province to open one more cell or section."""
    isian, pengguna = isian_of(request, slug, kode), user_of(request)
    registri = content_of(isian)["rusun"]
    sel = address(request.GET["alamat"], registri) if "alamat" in request.GET else None
    form = MintaBukaForm(request.POST or None, registri=registri, sel=sel)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def ask() -> str:
            try:
                ask_opening(isian, form.cleaned_data["alamat"], form.cleaned_data["alasan"], pengguna)
            except ValueError:
                raise SuspiciousOperation("no such cell") from None
            return isian.get_absolute_url()

        try:
            return perform_or_raise(request, ask, berhasil="Permintaan terkirim. Provinsi akan menjawabnya.")
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    return render(request, "monitoring/isian_minta.html", {"isian": isian, "form": form}, status=status)
