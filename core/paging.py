"""Pages of lists that grow long."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

COUNTED: Final = 10_000
"""Rows are counted up to here; the pages of these rows are found by their number."""

SORTED: Final = 2_000
"""So many rows that conditions have picked are sorted sooner than they are met along the order."""

_AFTER, _BEFORE = "sesudah", "sebelum"


class KeyPage(Page):
    """A page that knows whether another one follows without knowing how many there are.

    The address of a neighbour is its number (`3`), and where numbers are not counted also the key of the row it
    follows or precedes (`401.sesudah.<key>`).
    """

    paginator: KeyPaginator

    def __init__(self, rows: Any, number: int, paginator: KeyPaginator, *, followed: bool) -> None:
        super().__init__(rows, number, paginator)
        self.followed = followed

    def has_next(self) -> bool:
        return self.followed

    def next_page_number(self) -> int | str:  # type: ignore[override]
        return self._address(self.number + 1, _AFTER, -1)

    def previous_page_number(self) -> int | str:  # type: ignore[override]
        return self._address(self.number - 1, _BEFORE, 0)

    def end_index(self) -> int:
        return self.start_index() + len(self.object_list) - 1 if self.object_list else 0

    def _address(self, number: int, side: str, place: int) -> int | str:
        return number if number <= self.paginator.num_pages else f"{number}.{side}.{list(self.object_list)[place].pk}"


class KeyPaginator(Paginator):
    """Django's paginator for a queryset that may hold a million rows, in an order that tells every two apart.

    What a long list costs is counting and skipping. So rows are counted up to `COUNTED` and `lebih` tells whether there
    are more. Keys are skipped along the index of the order, without the rows and joins; and beyond the counted pages
    nothing is skipped: a page begins at the row where its neighbour ended. `picked` says that conditions chose the rows
    of which the index of the order knows nothing: it might be walked to its end for a few of them. So a few are found
    as the count found them, and then sorted.
    """

    object_list: Any

    def __init__(self, rows: QuerySet[Any], per_page: int, *, picked: bool = False) -> None:
        super().__init__(rows, per_page)
        self.picked = picked

    @property
    def _found(self) -> QuerySet[Any]:
        return self.object_list.order_by().values("pk")[: COUNTED + 1]

    @cached_property
    def _seen(self) -> int:
        return self._found.count()

    @property
    def _order(self) -> tuple[str, ...]:
        return tuple(self.object_list.query.order_by or self.object_list.model._meta.ordering)

    @cached_property
    def count(self) -> int:
        return min(self._seen, COUNTED)

    @property
    def lebih(self) -> bool:
        return self._seen > COUNTED

    def get_page(self, number: Any) -> KeyPage:
        """The page at an address, and for an address that makes no sense the nearest one that exists."""
        place, _, beyond = str(number or "").partition(".")
        side, _, key = beyond.partition(".")
        page = None
        if self.lebih and place.isdecimal() and int(place) > self.num_pages and side in (_AFTER, _BEFORE):
            page = self._page_beside(int(place), side, key)
        return page or super().get_page(place)  # type: ignore[return-value]

    def page(self, number: int | str) -> KeyPage:
        place = self.validate_number(number)
        start = (place - 1) * self.per_page
        rows = self.object_list
        if self.picked and self._seen <= min(SORTED, COUNTED):
            rows = rows.model._default_manager.filter(pk__in=self._found).order_by(*self._order)
        keys = rows.values("pk")[start : start + self.per_page]
        return KeyPage(self.object_list.filter(pk__in=keys), place, self, followed=place < self.num_pages or self.lebih)

    def _page_beside(self, place: int, side: str, key: str) -> KeyPage | None:
        """The rows after or before the one with `key`; None when the list has no such row any more."""
        columns = [name.removeprefix("-") for name in self._order]
        try:
            edge = self.object_list.filter(pk=key).values_list(*columns).first()
        except (ValueError, ValidationError):
            return None
        if edge is None:
            return None
        back = side == _BEFORE
        keys = self.object_list.filter(_beyond(self._order, edge, back=back))
        keys = (keys.reverse() if back else keys).values("pk")[: self.per_page + (not back)]
        rows = list(self.object_list.filter(pk__in=keys))
        return KeyPage(rows[: self.per_page], place, self, followed=back or len(rows) > self.per_page)


def _beyond(order: tuple[str, ...], edge: tuple[Any, ...], *, back: bool) -> Q:
    """Rows that come after (or before) the row whose columns of the order hold `edge`."""
    further = Q()
    for name, value in reversed(list(zip(order, edge, strict=True))):
        column = name.removeprefix("-")
        sign = "lt" if name.startswith("-") != back else "gt"
        if not further:
            further = Q(**{f"{column}__{sign}": value})
        else:  # without an "or", for which SQLite leaves the index
            further = Q(**{f"{column}__{sign}e": value}) & ~(Q(**{column: value}) & ~further)
    return further
