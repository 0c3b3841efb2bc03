"""What several pages of this app begin with, and how their lists leave as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.enums import TindakanAkses
from core.export import Origin, download, wanted_format
from core.scope import get_visible_or_404
from core.tables import Column, Table
from penghuni.akses import DENGAN_NAMA, TANPA_NAMA, record_access
from penghuni.anonim import HouseholdAnonymised, require_named
from penghuni.exports import without_personal
from penghuni.forms import EksporPribadiForm
from penghuni.models import Penghuni

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def get_household(request: HttpRequest, pk: str) -> Penghuni:
    """The household `pk` if the user may see it, else 404."""
    return get_visible_or_404(Penghuni.objects, request.user, pk=pk)


@dataclass(frozen=True)
class Unduhan:
    """A list about residents as a file. `rows` gives what the wanted columns read; `daftar` names the page it is of."""

    nama: str
    judul: str
    daftar: str
    isi: str
    columns: Sequence[Column]
    rows: Callable[[Sequence[Column]], Iterable[Any]]
    jumlah: int
    saringan: str

    def without_names(self, request: HttpRequest) -> StreamingHttpResponse:
        """The file that anybody who sees the list may take."""
        return self._send(request, without_personal(self.columns), wanted_format(request.GET))

    def with_names(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """The form that asks for a reason, and then the whole file."""
        form = EksporPribadiForm(request.POST or None, initial={"format": "xlsx"})
        if form.is_valid():
            wanted = form.cleaned_data
            return self._send(request, self.columns, wanted["format"], alasan=wanted["alasan"])
        context = {"form": form, "unduhan": self, "jumlah": self.jumlah, "saringan": self.saringan}
        return render(request, "penghuni/penghuni_ekspor.html", context, status=422 if form.is_bound else 200)

    def _send(self, request, columns, format, *, alasan="") -> StreamingHttpResponse:
        """Logged before the first byte leaves: a file that breaks off has been seen as well."""
        isi = DENGAN_NAMA if alasan else TANPA_NAMA
        record_access(request.user, TindakanAkses.EKSPOR, alasan=alasan, kolom=isi, jumlah=self.jumlah)
        table = Table(self.judul, columns, self.rows(columns), frozen=1 if alasan else 0)
        return download(self.nama, [table], format, Origin(request.user, self.saringan, alasan))


def get_named_household(request: HttpRequest, pk: str) -> Penghuni:
    """The same, for a page that needs its personal data: see `refuses_anonymised`."""
    penghuni = get_household(request, pk)
    require_named(penghuni)
    return penghuni


def refuses_anonymised(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead back to the household with a word why, whether it was anonymised long ago or just now."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: str) -> HttpResponse:
        try:
            return view(request, pk)
        except HouseholdAnonymised as refusal:
            messages.warning(request, str(refusal))
            return redirect("penghuni:detail", pk)

    return guarded
