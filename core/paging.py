"""Pages of lists that grow long."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator


class KeyPaginator(Paginator):
    """Django's paginator for a queryset, finding the keys of a page first and only then reading its rows.

    What a far page costs is the skipping; keys are skipped along the index of the order, without the rows and joins.
    """

    object_list: Any

    def page(self, number: int | str) -> Page:
        place = self.validate_number(number)
        start = (place - 1) * self.per_page
        keys = self.object_list.values("pk")[start : start + self.per_page]
        return Page(self.object_list.filter(pk__in=keys), place, self)
