"""Pages of an isian: filling, checking, sending, verification, remarks. Each fetches within scope and asks one rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import allow, koordinator, operator, sees_registry, verifikator
from core.idempotency import new_key
from core.models import Pengguna
from core.scope import get_visible_or_404
from monitoring.enums import Gerak, StatusCatatan, StatusIsian, StatusPeriode
from monitoring.models import Catatan, Isian
from monitoring.periode.batas import batas_of, dates_note
from monitoring.tindakan import perform, perform_or_raise, refusal_text
from rusun.alamat import DAFTAR_LOKASI, Alamat
from rusun.bagian import MENURUT_KODE, Bagian, section_of
from rusun.forms import SectionForms
from rusun.kelengkapan import progress_of
from rusun.models import Rusun
from rusun.pemeriksaan import Temuan
from rusun.penguncian import lock_state
from rusun.salinan import value_at
from rusun.sebutan import cell_name, value_text
from rusun.views import fill_section, next_section

from .catatan import (
    REMARKABLE,
    add_remark,
    answer_remark,
    reopen_remark,
    reopen_with_remark,
    settle_remark,
)  # fmt: skip
from .forms import BukaCatatanForm, BukaKembaliForm, CatatanForm, JawabForm, KembalikanForm, KirimForm
from .kiriman import draft_of
from .pemeriksaan import HasilPeriksa, check_isian, explain
from .sebutan import status_for, status_of_remark, timeline, who_opens
from .tampilan import anchor_of, in_form_order, locations_of, material_of, sections_of
from .workflow import MoveRefused, apply_move, may_move

SIMPLE_MOVES = (Gerak.MULAI, Gerak.TARIK, Gerak.MULAI_VERIFIKASI, Gerak.VERIFIKASI)
BERHASIL: dict[Gerak, str] = {
    Gerak.MULAI: "Pengisian dimulai. Lengkapi tiap lokasi, lalu periksa dan kirim.",
    Gerak.TARIK: "Isian ditarik kembali. Anda dapat mengubah data lagi.",
    Gerak.MULAI_VERIFIKASI: "Verifikasi dimulai atas nama Anda.",
    Gerak.VERIFIKASI: "Isian sudah terverifikasi.",
}


def _isian(request: HttpRequest, slug: str, kode: str) -> Isian:
    isian = get_visible_or_404(
        Isian.objects.select_related("periode", "kabupaten_kota", "verifikator", "kiriman_sah"),
        request.user, periode__slug=slug, kabupaten_kota=kode,
    )  # fmt: skip
    if _is_operator(request) and isian.periode.status == StatusPeriode.DISIAPKAN:
        raise Http404
    return isian


def _user(request: HttpRequest) -> Pengguna:
    assert isinstance(request.user, Pengguna)
    return request.user


def _is_operator(request: HttpRequest) -> bool:
    return operator(_user(request))


def _url(isian: Isian, nama: str, *args: object) -> str:
    return reverse(f"monitoring:{nama}", args=[isian.periode.slug, isian.kabupaten_kota_id, *args])


def _cell_url(isian: Isian, alamat: Alamat) -> str:
    """Where the operator corrects a cell: its section page, at the field."""
    section = section_of(alamat.bagian)
    if alamat.bagian == DAFTAR_LOKASI or section is None:
        return isian.get_absolute_url()
    page = _url(isian, "isian_bagian", alamat.kode_rusun, section.kode)
    if alamat.baris or not alamat.kolom:
        return page
    return f"{page}#id_{alamat.kolom}" if alamat.bagian == section.kode else f"{page}#id_{alamat.bagian}-{alamat.kolom}"


def _shown_cell_url(isian: Isian, alamat: Alamat) -> str:
    """Where a cell is read: the page of its location."""
    return f"{_url(isian, 'isian_lokasi', alamat.kode_rusun)}#{anchor_of(alamat)}"


@require_safe
@allow(sees_registry)
def isian_detail(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = _isian(request, slug, kode), _user(request)
    catatan = in_form_order(isian.catatan.all())
    sent = not operator(pengguna) or isian.status == StatusIsian.TERKIRIM
    bahan = material_of(isian, terkirim=sent)
    isi = draft_of(isian) if operator(pengguna) else None
    context = {
        "isian": isian,
        "status": status_for(isian, pengguna),
        "bahan": bahan,
        "lokasi": [] if bahan.kiriman is None and not operator(pengguna) else locations_of(bahan, catatan),
        "periksa": check_isian(isian, isi, timezone.localdate()) if isi else None,
        "catatan_terbuka": [row for row in catatan if row.status == StatusCatatan.TERBUKA],
        "catatan_dijawab": [row for row in catatan if row.status == StatusCatatan.DIJAWAB],
        "jumlah_catatan": len(catatan),
        "riwayat": timeline(isian),
        "boleh": {gerak.value: may_move(isian, gerak, pengguna) for gerak in Gerak},
        "kiriman": isian.kiriman.select_related("dikirim_oleh").order_by("-nomor"),
        "operator": operator(pengguna),
        "verifikator": verifikator(pengguna),
        "batas": dates_note(isian, timezone.localdate()),
        "pengecualian": koordinator(pengguna) and batas_of(isian) is not None,
        "kunci": lock_state(isian.kabupaten_kota_id) if operator(pengguna) else None,
        "pembuka": who_opens(isian) if operator(pengguna) else "",
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/isian_detail.html", context)


@require_POST
@allow(operator, verifikator)
def isian_gerak(request: HttpRequest, slug: str, kode: str, gerak: str) -> HttpResponse:
    """The moves that ask nothing: begin, withdraw, begin verification, verify."""
    isian = _isian(request, slug, kode)
    if gerak not in SIMPLE_MOVES:
        raise Http404
    move = Gerak(gerak)

    def make() -> str:
        apply_move(isian, move, _user(request))
        return isian.get_absolute_url()

    return perform(request, make, berhasil=BERHASIL[move], kembali=isian.get_absolute_url())


# --- checking and sending ------------------------------------------------------------------------------------------


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
    isian, pengguna = _isian(request, slug, kode), _user(request)
    kiriman = None if operator(pengguna) else isian.kiriman.order_by("-nomor").first()
    if request.method == "POST":
        return _explain(request, isian)
    if kiriman is None and not operator(pengguna):
        return redirect(isian.get_absolute_url())
    isi = draft_of(isian) if kiriman is None else json.loads(kiriman.isi)
    hasil = check_isian(isian, isi, timezone.localdate())
    asks = may_move(isian, Gerak.KIRIM, pengguna)
    link = _cell_url if operator(pengguna) else _shown_cell_url
    context = {
        "isian": isian,
        "hasil": hasil,
        "lokasi": _findings(isian, isi, hasil, link, asks=asks),
        "boleh_kirim": asks,
        "kunci_baru": new_key,
    }
    return render(request, "monitoring/isian_periksa.html", context)


def _explain(request: HttpRequest, isian: Isian) -> HttpResponse:
    """Store every reason typed. A reason belongs to the finding whose rule, cell and value the page showed."""
    pengguna = _user(request)
    if not operator(pengguna):
        raise PermissionDenied
    isi = draft_of(isian)
    hasil = check_isian(isian, isi, timezone.localdate())
    typed = {}
    for key, alasan in request.POST.items():
        if key.startswith("alasan|") and alasan.strip():
            typed[key] = alasan.strip()[:500]

    def store() -> str:
        if not may_move(isian, Gerak.KIRIM, pengguna):
            raise MoveRefused("Alasan hanya dapat ditulis selama isian diisi atau diperbaiki.")
        for temuan in (*hasil.tanpa_alasan, *(row for row, _ in hasil.dijelaskan)):
            if alasan := typed.get(warning_key(temuan)):
                explain(isian, temuan, alasan, pengguna, timezone.now())
        return _url(isian, "isian_periksa")

    return perform(request, store, berhasil="Alasan disimpan.", kembali=_url(isian, "isian_periksa"))


def warning_key(temuan: Temuan) -> str:
    """The name of the reason's input: a reason holds for this rule, cell and value only."""
    return f"alasan|{temuan.kode}|{temuan.alamat}|{temuan.nilai}"


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def isian_kirim(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = _isian(request, slug, kode), _user(request)
    form = KirimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def send() -> str:
            row = apply_move(isian, Gerak.KIRIM, pengguna)
            nomor = row.kiriman.order_by("-nomor").values_list("nomor", flat=True)[0]
            return _url(isian, "isian_kiriman", nomor)

        return perform(request, send, berhasil="Isian sudah dikirim ke provinsi.", kembali=_url(isian, "isian_kirim"))
    isi = draft_of(isian)
    bahan = material_of(isian, terkirim=False)
    context = {
        "isian": isian,
        "form": form,
        "hasil": check_isian(isian, isi, timezone.localdate()),
        "lokasi": locations_of(bahan, isian.catatan.all()),
        "terbuka": isian.catatan.unanswered().count(),
        "boleh": may_move(isian, Gerak.KIRIM, pengguna),
        "batas": dates_note(isian, timezone.localdate()),
        "terlambat": isian.status == StatusIsian.DIISI and timezone.localdate() > isian.periode.batas_waktu,
    }
    return render(request, "monitoring/isian_kirim.html", context, status=422 if form.is_bound else 200)


@require_safe
@allow(sees_registry)
def isian_kiriman(request: HttpRequest, slug: str, kode: str, nomor: int) -> HttpResponse:
    """The receipt: number, time, who, and the fingerprint of what was sent."""
    isian = _isian(request, slug, kode)
    kiriman = isian.kiriman.select_related("dikirim_oleh").prefetch_related("lokasi").filter(nomor=nomor).first()
    if kiriman is None:
        raise Http404
    context = {"isian": isian, "kiriman": kiriman, "operator": _is_operator(request)}
    return render(request, "monitoring/isian_kiriman.html", context)


# --- verification --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def isian_kembalikan(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = _isian(request, slug, kode), _user(request)
    form = KembalikanForm(request.POST or None, hari_ini=timezone.localdate())
    if request.method == "POST" and form.is_valid():

        def give_back() -> str:
            apply_move(isian, Gerak.KEMBALIKAN, pengguna, **form.move_arguments())
            return isian.get_absolute_url()

        berhasil = "Isian dikembalikan. Sel yang bercatatan terbuka bagi kabupaten/kota."
        return perform(request, give_back, berhasil=berhasil, kembali=isian.get_absolute_url())
    context = {"isian": isian, "form": form, "catatan": in_form_order(isian.catatan.unanswered())}
    return render(request, "monitoring/isian_kembalikan.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(koordinator)
def isian_buka_kembali(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = _isian(request, slug, kode), _user(request)
    bahan = material_of(isian, terkirim=True)
    sel = _address(request.GET["alamat"]) if "alamat" in request.GET else None
    form = BukaKembaliForm(request.POST or None, hari_ini=timezone.localdate(), registri=bahan.registri, sel=sel)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def reopen() -> str:
            reopen_with_remark(isian, data["alamat"], data["isi"], pengguna, **form.move_arguments())
            return isian.get_absolute_url()

        berhasil = "Isian dibuka kembali. Kabupaten/kota dapat memperbaiki bagian yang bercatatan."
        return perform(request, reopen, berhasil=berhasil, kembali=isian.get_absolute_url())
    context = {"isian": isian, "form": form}
    return render(request, "monitoring/isian_buka_kembali.html", context, status=422 if form.is_bound else 200)


@require_safe
@allow(sees_registry)
def isian_lokasi(request: HttpRequest, slug: str, kode: str, kode_rusun: str) -> HttpResponse:
    """Every section of one location with former values and remarks; the verifikator pins remarks from here."""
    isian, pengguna = _isian(request, slug, kode), _user(request)
    bahan = material_of(isian, terkirim=not operator(pengguna) or isian.status == StatusIsian.TERKIRIM)
    if kode_rusun not in bahan.registri or (bahan.kiriman is None and not operator(pengguna)):
        raise Http404
    context = {
        "isian": isian,
        "bahan": bahan,
        "lokasi": bahan.registri[kode_rusun],
        "kode_rusun": kode_rusun,
        "bagian": sections_of(bahan, kode_rusun, isian.catatan.all()),
        "boleh_mencatat": verifikator(pengguna) and isian.status in REMARKABLE and _running(isian),
        "boleh_mengisi": operator(pengguna) and isian.status in (StatusIsian.DIISI, StatusIsian.PERLU_PERBAIKAN),
    }
    return render(request, "monitoring/isian_lokasi.html", context)


def _running(isian: Isian) -> bool:
    return isian.periode.status == StatusPeriode.DIBUKA


# --- remarks -------------------------------------------------------------------------------------------------------


def _address(text: str) -> Alamat:
    try:
        return Alamat.parse(text)
    except ValueError:
        raise SuspiciousOperation("malformed cell address") from None


@require_http_methods(["GET", "HEAD", "POST"])
@allow(verifikator)
def isian_catat(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = _isian(request, slug, kode), _user(request)
    alamat = _address(request.GET.get("alamat", ""))
    bahan = material_of(isian, terkirim=True)
    tujuan = _shown_cell_url(isian, alamat) if alamat.kode_rusun else isian.get_absolute_url()
    form = CatatanForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def remark() -> str:
            try:
                add_remark(isian, alamat, form.cleaned_data["isi"], pengguna)
            except ValueError:
                raise SuspiciousOperation("no such cell") from None
            return tujuan

        try:
            return perform_or_raise(request, remark, berhasil="Catatan ditulis.")
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    context = {
        "isian": isian,
        "form": form,
        "sebutan": cell_name(bahan.registri, alamat),
        "nilai": value_text(alamat, value_at(bahan.registri, alamat)) if alamat.kolom else "",
        "tujuan": tujuan,
    }
    return render(request, "monitoring/isian_catat.html", context, status=status)


@require_safe
@allow(sees_registry)
def isian_catatan(request: HttpRequest, slug: str, kode: str) -> HttpResponse:
    isian, pengguna = _isian(request, slug, kode), _user(request)
    return render(request, "monitoring/isian_catatan.html", _remarks_context(isian, pengguna))


def _remarks_context(isian: Isian, pengguna: Pengguna, bound: dict[int, object] | None = None) -> dict:
    rows = in_form_order(isian.catatan.select_related("dibuat_oleh").prefetch_related("pesan__pengguna"))
    answering = operator(pengguna) and isian.status == StatusIsian.PERLU_PERBAIKAN and _running(isian)
    judging = verifikator(pengguna) and isian.status in REMARKABLE and _running(isian)
    link = _cell_url if answering else _shown_cell_url
    form_class = JawabForm if answering else BukaCatatanForm
    catatan = [
        {
            "catatan": row,
            "status": status_of_remark(row),
            "url": link(isian, row.alamat),
            "form": (bound or {}).get(row.pk) or form_class(prefix=f"c{row.pk}", auto_id=f"id_c{row.pk}_%s"),
            "menjawab": answering and row.status != StatusCatatan.SELESAI,
            "menyelesaikan": judging and row.status != StatusCatatan.SELESAI,
            "membuka": judging and row.status != StatusCatatan.TERBUKA,
        }
        for row in rows
    ]
    return {
        "isian": isian,
        "daftar": catatan,
        "operator": operator(pengguna),
        "boleh_kirim": may_move(isian, Gerak.KIRIM, pengguna),
        "belum_dijawab": sum(row.status == StatusCatatan.TERBUKA for row in rows),
        "kunci_baru": new_key,
    }


def _catatan(isian: Isian, pk: int) -> Catatan:
    catatan = isian.catatan.select_related("isian").filter(pk=pk).first()
    if catatan is None:
        raise Http404
    return catatan


def _say(request: HttpRequest, isian: Isian, pk: int, form_class: type, act: Callable, berhasil: str) -> HttpResponse:
    """One message about a remark; what was typed stays when it cannot be stored."""
    catatan = _catatan(isian, pk)
    data = request.POST.copy()
    data[f"c{pk}-kunci_formulir"] = request.POST.get("kunci_formulir", "")
    form = form_class(data, prefix=f"c{pk}", auto_id=f"id_c{pk}_%s")
    tujuan = f"{_url(isian, 'isian_catatan')}#catatan-{pk}"
    status = 422
    if form.is_valid():

        def store() -> str:
            act(catatan, form)
            return tujuan

        try:
            return perform_or_raise(request, store, berhasil=berhasil)
        except MoveRefused as refusal:
            form.add_error(None, refusal_text(refusal))
            status = 409
    context = _remarks_context(isian, _user(request), {pk: form})
    return render(request, "monitoring/isian_catatan.html", context, status=status)


@require_POST
@allow(operator)
def catatan_jawab(request: HttpRequest, slug: str, kode: str, pk: int) -> HttpResponse:
    def act(catatan: Catatan, form: JawabForm) -> None:
        answer_remark(catatan, form.cleaned_data["jawaban"], _user(request))

    return _say(request, _isian(request, slug, kode), pk, JawabForm, act, "Jawaban disimpan.")


@require_POST
@allow(verifikator)
def catatan_buka(request: HttpRequest, slug: str, kode: str, pk: int) -> HttpResponse:
    def act(catatan: Catatan, form: BukaCatatanForm) -> None:
        reopen_remark(catatan, form.cleaned_data["isi"], _user(request))

    return _say(request, _isian(request, slug, kode), pk, BukaCatatanForm, act, "Catatan dibuka lagi.")


@require_POST
@allow(verifikator)
def catatan_selesai(request: HttpRequest, slug: str, kode: str, pk: int) -> HttpResponse:
    isian = _isian(request, slug, kode)
    catatan = _catatan(isian, pk)
    tujuan = f"{_url(isian, 'isian_catatan')}#catatan-{pk}"

    def settle() -> str:
        settle_remark(catatan, _user(request))
        return tujuan

    return perform(request, settle, berhasil="Catatan dinyatakan selesai.", kembali=tujuan)


# --- filling -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allow(operator)
def isian_bagian(request: HttpRequest, slug: str, kode: str, kode_rusun: str, bagian: str) -> HttpResponse:
    """One section of one location, with the remarks on it and the values it had before."""
    isian, pengguna = _isian(request, slug, kode), _user(request)
    rusun = get_visible_or_404(Rusun.objects.active(), pengguna, pk=kode_rusun, kabupaten_kota=isian.kabupaten_kota_id)
    section = MENURUT_KODE.get(bagian)
    if section is None:
        raise Http404
    berikut = _next_section(isian, kode_rusun, section) if "lanjut" in request.POST else request.path
    forms, response, status = fill_section(request, rusun, section, berikut)
    if response is not None:
        return response
    return render(request, "monitoring/isian_bagian.html", _section_context(isian, rusun, forms), status=status)


def _next_section(isian: Isian, kode_rusun: str, bagian: Bagian) -> str:
    following = next_section(bagian)
    if following is not None:
        return _url(isian, "isian_bagian", kode_rusun, following.kode)
    return _url(isian, "isian_periksa")


def _section_context(isian: Isian, rusun: Rusun, forms: SectionForms) -> dict:
    bahan = material_of(isian, terkirim=False)
    tampil = sections_of(bahan, rusun.pk, isian.catatan.all())
    shown = next(row for row in tampil if row.bagian is forms.bagian)
    langkah = [
        {
            "label": row.judul,
            "url": _url(isian, "isian_bagian", rusun.pk, row.bagian),
            "keadaan": row.keadaan,
            "aktif": row.bagian == forms.bagian.kode,
        }
        for row in progress_of(bahan.registri[rusun.pk])
    ]
    remarks = [*shown.catatan, *(catatan for sel in shown.sel for catatan in sel.catatan)]
    return {
        "isian": isian,
        "rusun": rusun,
        "forms": forms,
        "langkah": langkah,
        "catatan": [row for row in remarks if row.status != StatusCatatan.SELESAI],
        "berubah": [sel for sel in shown.sel if sel.sebelumnya is not None or sel.disahkan is not None],
        "bahan": bahan,
    }
