"""Who may see which rows: asked here, in SQL, and nowhere else.

Every model that belongs to a region names its path to `KabupatenKota` once, as `REGION_PATH`. Lists start from
`Model.objects.visible_to(pengguna)`, single objects from `get_visible_or_404`: out of scope answers exactly as a
missing id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import Http404

from .enums import Peran

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from .models import Pengguna

ModelT = TypeVar("ModelT", bound=models.Model)


class ScopedQuerySet(models.QuerySet[ModelT]):
    """A queryset that knows its region. Subclasses narrow `visible_to`, they never widen it."""

    def visible_to(self, pengguna: Pengguna | AnonymousUser) -> Self:
        """Rows `pengguna` may see: an operator those of the own kabupaten/kota, province and heads all, others none."""
        if not pengguna.is_authenticated or not pengguna.is_active:
            return self.none()
        if pengguna.peran == Peran.OPERATOR:
            return self.filter(**{self.model.REGION_PATH: pengguna.kabupaten_kota_id})  # type: ignore[attr-defined]
        if pengguna.peran in (Peran.VERIFIKATOR, Peran.PIMPINAN):
            return self
        return self.none()


def get_visible_or_404(queryset: ScopedQuerySet[ModelT], pengguna: Pengguna | AnonymousUser, **lookup: Any) -> ModelT:
    """The one row of `queryset` that matches `lookup` and that `pengguna` may see, else `Http404` (never 403)."""
    try:
        return queryset.visible_to(pengguna).get(**lookup)
    except (ObjectDoesNotExist, ValueError, ValidationError):
        raise Http404 from None
