"""Goals 4 and 5: finding somebody among many residents; beside the search by name a scan of all names."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from core.models import Pengguna
from core.paging import COUNTED, KeyPaginator
from penghuni.models import Hunian, Penghuni

from .harness import Line, ms
from .world import FEW, MANY, RARE, World, nik_of

ROUNDS = 5
PAGE = "/penghuni/"
PER_PAGE = 25
WORDS = {"rare": RARE.split()[-1].lower(), "no hit": "qwxzyv", "common": "santoso"}
# What no index helps with: many residents whose names stand together late in the alphabet, and two rare letters.
HARD = {"common first name, late in the alphabet": "slamet", "two letters, rare": "xa", "two letters, common": "ar"}


def measure(world: World) -> Iterator[Line]:
    queries = {}
    for name in world.others:
        with world.at(name):
            client = world.client("verifikator")
            queries[name] = [_queries(client, path) for path in (PAGE, "/bench/kosong/")]
    (few, _), (many, frame) = queries["sedikit"], queries["banyak"]
    yield Line("4", f"queries of the list, {MANY} rows / {FEW} rows", many / few, target=1, detail=f"{many} / {few}")
    yield Line("4", "queries of the list beyond those of any page", many - frame, "", target=5)

    with world.at("banyak"):
        yield from _by_name()
        yield from _by_filter(world)
    times = {name: _nik_time(world, name) for name in world.others}
    yield Line(
        "5", f"NIK by keyed hash, {MANY} rows / {FEW} rows", times["banyak"] / times["sedikit"], target=1.5,
        detail=f"{ms(times['banyak'])} / {ms(times['sedikit'])}",
    )  # fmt: skip


def _by_name() -> Iterator[Line]:
    """The names of one page, and how many there are."""
    words = WORDS | HARD
    took = _medians(
        {("ours", word): _page_of(Penghuni.objects.with_name(text)) for word, text in words.items()}
        | {("scan", word): _page_of(_scan(text), picked=False) for word, text in words.items()}
        | {("count", word): _count_of(Penghuni.objects.with_name(text)) for word, text in words.items()}
        | {("count by scan", word): _scan(text).count for word, text in words.items()}
    )
    target = 0.05 if connection.vendor == "postgresql" else 0.5
    scan, worst = took["scan", "rare"], max(WORDS, key=lambda word: took["ours", word])
    yield Line(
        "5", f"name search among {MANY}, the worst ({worst}) / scan of the rare one", took["ours", worst] / scan,
        target=target, detail=f"{ms(took['ours', worst])} / {ms(scan)}",
    )  # fmt: skip
    no_hit = took["ours", "no hit"], took["scan", "no hit"]
    yield Line(
        "5",
        "name search, no hit / scan",
        no_hit[0] / no_hit[1],
        target=0.01,
        detail=f"{ms(no_hit[0])} / {ms(no_hit[1])}",
    )
    for word in words:
        for ours, theirs, what in (("ours", "scan", "names"), ("count", "count by scan", f"count up to {COUNTED}")):
            yield Line(
                "", f"{what}, {word} ({words[word]}) / the same by scan", took[ours, word] / took[theirs, word],
                detail=f"{ms(took[ours, word])} / {ms(took[theirs, word])}",
            )  # fmt: skip


def _by_filter(world: World) -> Iterator[Line]:
    """Whole pages; the largest and the smallest block, and combinations that few residents meet."""
    client = world.client("verifikator")
    blocks, places = _extremes("blok"), _extremes("blok__rusun")
    paths = [
        "", "daerah=33.74", "minat=ya", "minat=mungkin", "tinggal=ya", "tinggal=tidak",
        *(f"blok={blok}" for blok in blocks), *(f"lokasi={rusun}" for rusun in places),
        f"lokasi={places[0]}&tinggal=tidak&minat=ya", f"lokasi={places[0]}&cari=santoso", f"cari={WORDS['common']}",
        f"cari={WORDS['rare']}", "daerah=33.74&cari=santoso", "cari=slamet", "cari=xa",
    ]  # fmt: skip
    took = _medians({path: lambda path=path: client.get(f"{PAGE}?{path}").content for path in paths})
    for path in paths[1:]:
        yield Line("", f"page {path} / page without filter", took[path] / took[""], detail=ms(took[path]))


def _extremes(place: str) -> list[Any]:
    """Where most and where fewest live."""
    places = list(Hunian.objects.order_by().values_list(place).annotate(lives=Count("pk")).order_by("lives"))
    return [places[-1][0], places[0][0]]


def _scan(text: str) -> QuerySet[Penghuni]:
    """The names compared one by one, in words that no index knows."""
    return Penghuni.objects.alias(ejaan=Concat("nama", Value(""))).filter(ejaan__icontains=text)


def _page_of(rows: QuerySet[Penghuni], *, picked: bool = True) -> Callable[[], object]:
    """Fetches the first page; the count it rests on was asked before."""
    paginator = KeyPaginator(rows, PER_PAGE, picked=picked)
    assert paginator.count >= 0
    return lambda: list(paginator.page(1).object_list.values_list("pk", "nama"))


def _count_of(rows: QuerySet[Penghuni]) -> Callable[[], int]:
    return lambda: KeyPaginator(rows, PER_PAGE).count


def _nik_time(world: World, name: str) -> float:
    operator = Pengguna.objects.filter(akses_penghuni=True).exclude(kabupaten_kota=None).first()
    assert operator is not None
    with world.at(name):
        rows = Penghuni.objects.visible_to(operator)
        looked_for = [nik_of(serial) for serial in range(0, MANY, max(1, MANY // 100))]
        return _medians({"": lambda: [list(rows.with_nik(nik).values_list("pk")) for nik in looked_for]})[""] / 100


def _queries(client: Any, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len(asked)


def _medians(methods: dict[Any, Callable[[], object]]) -> dict[Any, float]:
    """Seconds on the clock of each, in turn."""
    taken: dict[Any, list[float]] = {name: [] for name in methods}
    for _ in range(ROUNDS + 1):
        for name, method in methods.items():
            begun = time.perf_counter()
            method()
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(times[1:]) for name, times in taken.items()}
