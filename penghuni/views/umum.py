"""What several pages of this app begin with."""

from django.http import HttpRequest
from django.views.decorators.http import require_http_methods

from core.scope import get_visible_or_404
from penghuni.models import Penghuni

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def get_household(request: HttpRequest, pk: str) -> Penghuni:
    """The household `pk` if the user may see it, else 404."""
    return get_visible_or_404(Penghuni.objects, request.user, pk=pk)
