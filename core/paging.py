"""Pages of lists that grow long."""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import attrgetter
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

COUNTED: Final = 10_000
"""Rows are counted up to here; the pages of these rows are found by their number."""

SORTED: Final = 2_000
"""So many rows that conditions have picked are sorted sooner than they are met along the order."""

_AFTER, _BEFORE = "sesudah", "sebelum"

Source = tuple[QuerySet[Any], str]
"""Rows of one table, and the column that tells when each came to be."""


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


# --- Several tables as one list, by time ------------------------------------------------------------------------------


_EPOCH: Final = datetime.datetime.fromtimestamp(0, tz=datetime.UTC)


class _Place(NamedTuple):
    """Where a row stands among all: by time, then table, then key."""

    waktu: datetime.datetime
    sumber: int
    pk: int

    @classmethod
    def read(cls, text: str) -> _Place | None:
        try:
            stamp, source, key = text.split("~")
            moment = _EPOCH + datetime.timedelta(microseconds=int(stamp))
            return cls(moment, int(source), int(key)) if abs(int(key)) < 2**63 else None
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        micros = (self.waktu - _EPOCH) // datetime.timedelta(microseconds=1)
        return f"{micros}~{self.sumber}~{self.pk}"


@dataclass(frozen=True)
class MergedPage:
    """Rows of several tables, newest first. A neighbour is addressed by the row it begins behind; "" without one."""

    rows: tuple[tuple[int, Any], ...]
    lebih_baru: str = ""
    lebih_lama: str = ""


def merged_page(sources: Sequence[Source], per_page: int, address: str) -> MergedPage:
    """The page of `sources` at `address` ("" or nonsense: the newest): one query per table, nothing is skipped."""
    side, _, key = address.partition(".")
    place = _Place.read(key) if side in (_AFTER, _BEFORE) else None
    if place is not None and side == _BEFORE:
        found = _merge(sources, per_page + 1, place, newer=True)
        if len(found) >= per_page:  # else it is the first page, which may have grown
            rows = found[:per_page][::-1]
            return MergedPage(
                tuple(map(_row, rows)), f"{_BEFORE}.{rows[0][0]}" if len(found) > per_page else "",
                f"{_AFTER}.{rows[-1][0]}",
            )  # fmt: skip
        place = None
    found = _merge(sources, per_page + 1, place, newer=False)
    rows = found[:per_page]
    return MergedPage(
        tuple(map(_row, rows)), f"{_BEFORE}.{rows[0][0]}" if place is not None and rows else "",
        f"{_AFTER}.{rows[-1][0]}" if len(found) > per_page else "",
    )  # fmt: skip


def merged_rows(sources: Sequence[Source], limit: int) -> Iterator[tuple[int, Any]]:
    """(which source, row) of all `sources`, newest first, at most `limit`; read as they are taken."""
    rows = [_in_order(number, source, None, newer=False) for number, source in enumerate(sources)]
    read = [_placed(number, source[1], found.iterator(chunk_size=500)) for number, (source, found) in
            enumerate(zip(sources, rows, strict=True))]  # fmt: skip
    for _, number, row in islice(heapq.merge(*read, key=_first, reverse=True), limit):
        yield number, row


Placed = tuple[_Place, int, Any]


def _first(entry: Placed) -> _Place:
    return entry[0]


def _row(entry: Placed) -> tuple[int, Any]:
    return entry[1], entry[2]


def _placed(number: int, column: str, rows: Iterable[Any]) -> Iterator[Placed]:
    moment = attrgetter(column)
    return ((_Place(moment(row), number, row.pk), number, row) for row in rows)


def _merge(sources: Sequence[Source], limit: int, place: _Place | None, *, newer: bool) -> list[Placed]:
    read = [
        _placed(number, source[1], _in_order(number, source, place, newer=newer)[:limit])
        for number, source in enumerate(sources)
    ]
    return list(islice(heapq.merge(*read, key=_first, reverse=not newer), limit))


def _in_order(number: int, source: Source, place: _Place | None, *, newer: bool) -> QuerySet[Any]:
    rows, column = source
    sign = "" if newer else "-"
    rows = rows.order_by(f"{sign}{column}", f"{sign}pk")
    if place is None:
        return rows
    beyond, at_once = ("gt", number > place.sumber) if newer else ("lt", number < place.sumber)
    if number == place.sumber:
        same = Q(**{column: place.waktu, f"pk__{'lte' if newer else 'gte'}": place.pk})
        return rows.filter(Q(**{f"{column}__{beyond}e": place.waktu}) & ~same)
    return rows.filter(**{f"{column}__{beyond}e" if at_once else f"{column}__{beyond}": place.waktu})
