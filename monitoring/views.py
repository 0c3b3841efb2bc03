"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import operator
from core.models import Pengguna

from .beranda import latest_notices, obligations, recaps_for
from .rekap.banding import compare_periods


@require_safe
def beranda(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Pengguna)
    invited = not operator(request.user)
    rekap = recaps_for(request.user)
    context = {
        "kewajiban": obligations(request.user, timezone.localdate()),
        "rekap": rekap,
        "perbandingan": compare_periods(rekap[1], rekap[0]) if len(rekap) == 2 else None,
        "pemberitahuan": latest_notices(request.user),
        "kosong_judul": "Tidak ada yang menunggu Anda" if invited else "Belum ada undangan",
        "kosong_teks": "Semua pekerjaan sudah selesai untuk saat ini."
        if invited
        else "Kabupaten/kota Anda sedang tidak diundang pada periode yang berjalan. Data rusun tetap dapat diperbarui.",
    }
    return render(request, "monitoring/beranda.html", context)
