"""Who stays how long, against the rule of the location: the list, its figures, and what of it may leave."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import allow, sees_penghuni
from core.paging import KeyPaginator
from penghuni.akses import edits_penghuni
from penghuni.enums import KeadaanHuni
from penghuni.exports import MASA_TINGGAL, stay_rows, with_place
from penghuni.forms import TUNGGAKAN, MasaTinggalFilter
from penghuni.masa_tinggal import MasaTinggal, figures_by_location, longest_over_first, measured
from penghuni.models import Hunian
from penghuni.models.penghuni import HunianQuerySet

from .umum import Unduhan, get_or_post

PER_HALAMAN = 25
KARTU = (
    (KeadaanHuni.LEWAT.value, "Lewat batas", "Hari terakhirnya sudah lewat", "bahaya"),
    (KeadaanHuni.SEGERA.value, "Habis dalam enam bulan", "Termasuk yang habis hari ini", "perhatian"),
    (KeadaanHuni.TIDAK_DIKETAHUI.value, "Tanpa aturan", "Lokasinya belum punya batas lama huni", ""),
    (TUNGGAKAN, "Menunggak sewa", "Dalam bulan atau rupiah", ""),
)
"""Figures above the list: filter value, label, what it counts, tone when it is not zero."""


def _open_stays(request: HttpRequest) -> tuple[MasaTinggalFilter, HunianQuerySet]:
    """The filter, and every open stay the user may see, measured today."""
    saringan = MasaTinggalFilter(request.GET, pengguna=request.user)
    return saringan, measured(Hunian.objects.visible_to(request.user).open(), timezone.localdate())


@allow(sees_penghuni)
@require_safe
def daftar(request: HttpRequest) -> HttpResponse:
    saringan, stays = _open_stays(request)
    hari_ini = timezone.localdate()
    lokasi = figures_by_location(saringan.at_place(stays))
    rows = with_place(longest_over_first(saringan.filter(stays)))
    halaman = KeyPaginator(rows, PER_HALAMAN).get_page(request.GET.get("halaman"))
    jumlah = {name: sum(row["menunggak" if name == TUNGGAKAN else name] for row in lokasi) for name, *_ in KARTU}
    context = {
        "saringan": saringan,
        "halaman": halaman,
        "baris": [MasaTinggal(stay, hari_ini) for stay in halaman.object_list],
        "lokasi": lokasi,
        "kartu": [
            {"nilai": jumlah[name], "label": label, "arti": arti, "nada": nada if jumlah[name] else "", "saring": name}
            for name, label, arti, nada in KARTU
        ],
        "tersaring": any(value for name, value in request.GET.items() if name in saringan.fields),
        "boleh_ubah": edits_penghuni(request.user),
        "tampil_daerah": not edits_penghuni(request.user),
    }
    return render(request, "penghuni/masa_tinggal.html", context)


@allow(sees_penghuni)
@require_safe
def ekspor(request: HttpRequest) -> StreamingHttpResponse:
    return _file(request, by_last_day=False).without_names(request)


@allow(sees_penghuni)
@get_or_post
def ekspor_pribadi(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    return _file(request, by_last_day=True).with_names(request)


def _file(request: HttpRequest, *, by_last_day: bool) -> Unduhan:
    """Without names the order of last days would tell more than the columns do: then by location."""
    saringan, stays = _open_stays(request)
    stays, hari_ini = saringan.filter(stays), timezone.localdate()
    stays = longest_over_first(stays) if by_last_day else stays.order_by("blok__rusun_id", "blok__nama", "pk")
    return Unduhan(
        "masa-tinggal", "Masa tinggal", "penghuni:masa_tinggal",
        "nama, unit, masa tinggal, dan tunggakan setiap keluarga", MASA_TINGGAL,
        lambda columns: stay_rows(stays, hari_ini), stays.count(), saringan.in_words(),
    )  # fmt: skip
