"""What several pages of this app begin with."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from core.scope import get_visible_or_404
from penghuni.anonim import HouseholdAnonymised, require_named
from penghuni.models import Penghuni

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def get_household(request: HttpRequest, pk: str) -> Penghuni:
    """The household `pk` if the user may see it, else 404."""
    return get_visible_or_404(Penghuni.objects, request.user, pk=pk)


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
