"""The site's own pages, and what they are compared with."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from penghuni.models import Penghuni


class Peer(admin.AdminSite):
    """Django's admin, open to whoever is signed in: our accounts have no permissions of its kind."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class PenghuniAdmin(admin.ModelAdmin):
    list_display = ("nama", "kabupaten_kota", "jenis_kelamin", "pendidikan", "pekerjaan", "jumlah_anggota", "minat")
    list_per_page = 25
    search_fields = ("nama",)
    list_filter = ("kabupaten_kota", "minat")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def _allowed(self, request: HttpRequest, obj: object = None) -> bool:
        return True

    has_view_permission = has_change_permission = _allowed  # type: ignore[assignment]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


peer = Peer(name="admin")
peer.register(Penghuni, PenghuniAdmin)


@login_not_required
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("halo")


def hello_account(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"halo {request.user}")


def empty(request: HttpRequest) -> HttpResponse:
    """What every page of ours costs before it says anything: session, user, menu, frame."""
    return render(request, "base.html")


urlpatterns = [
    path("bench/halo/", hello),
    path("bench/halo-masuk/", hello_account),
    path("bench/kosong/", empty),
    path("bench/admin/", peer.urls),
    path("", include("monitoring.urls")),
]
handler500 = "core.failures.server_error"
