"""The page of all trails, for the admin."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .access import admin, allow
from .enums import TindakanAkses
from .export import Origin, download, wanted_format
from .jejak import EKSPOR_MAKS, OBJEK_JEJAK, export_of, page_of
from .jejak_forms import JejakFilter
from .jejak_tables import JEJAK
from .latar import launch
from .models import JejakAkses, Pengguna
from .models.trail import PemeriksaanRantai
from .rantai import check_and_record, is_being_checked
from .tables import Table

PER_HALAMAN: Final = 50
PERIKSA: Final = "verify_trail"


@allow(admin)
@require_safe
def jejak(request: HttpRequest) -> HttpResponse:
    saringan = JejakFilter(request.GET)
    baris, halaman = page_of(saringan.understood(), PER_HALAMAN, request.GET.get("halaman", ""))
    context = {
        "saringan": saringan, "baris": baris, "halaman": halaman, "pemeriksaan": PemeriksaanRantai.objects.first(),
        "maks": EKSPOR_MAKS,
    }  # fmt: skip
    return render(request, "core/jejak.html", context)


@allow(admin)
@require_safe
def jejak_ekspor(request: HttpRequest) -> StreamingHttpResponse:
    """The lines as a file. Taking them along leaves a line as well, for ever: without what was typed."""
    assert isinstance(request.user, Pengguna)
    saringan, format = JejakFilter(request.GET), wanted_format(request.GET)
    jumlah, baris = export_of(saringan.understood())
    JejakAkses.objects.create(
        waktu=timezone.now(), pengguna=request.user, tindakan=TindakanAkses.EKSPOR, objek=OBJEK_JEJAK,
        jumlah=min(jumlah, EKSPOR_MAKS), alasan=saringan.in_words_for_ever()[:300],
    )  # fmt: skip
    return download("jejak", [Table("Jejak", JEJAK, baris)], format, Origin(request.user, saringan.in_words()))


@allow(admin)
@require_POST
def jejak_periksa(request: HttpRequest) -> HttpResponse:
    """Have the chain checked now, in a process of its own; one at a time."""
    if is_being_checked():
        messages.info(request, "Rantai masih diperiksa. Tunggu sampai selesai, lalu muat ulang halaman ini.")
    else:
        launch(PERIKSA, lambda option: check_and_record(), "--diam")
        messages.info(request, "Rantai sedang diperiksa. Muat ulang halaman ini sebentar lagi.")
    return redirect("core:jejak")
