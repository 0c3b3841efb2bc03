"""Reference data and dated rules, for the admin to read. They change with a new edition of the fixtures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import admin, allow
from core.models import KabupatenKota, Pejabat
from penghuni.models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan

from .models import Backlog


@allow(admin)
@require_safe
def acuan(request: HttpRequest) -> HttpResponse:
    context = {
        "daerah": KabupatenKota.objects.all(),
        "pejabat": Pejabat.objects.select_related("kabupaten_kota"),
        "penghasilan": BatasPenghasilan.objects.all(),
        "harga": BatasHargaRumah.objects.all(),
        "skema": SkemaKepemilikan.objects.all(),
        "backlog": Backlog.objects.select_related("kabupaten_kota").order_by("-tahun", "jenis", "kabupaten_kota"),
    }
    return render(request, "monitoring/acuan.html", context)
