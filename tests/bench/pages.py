"""Weight of ordinary pages, and whether the page of a large kabupaten/kota costs more than that of a small one."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from django.contrib.staticfiles import finders
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring.models import Isian

from .harness import Line, compare, ms
from .world import World

ASSET = re.compile(r'(?:href|src)="/static/([^"]+)"')
LARGEST = "33.74"
PERIOD = "desk-2021"
PAGES = ("/", "/rusun/", "/rusun/masalah/", "/penghuni/", f"/periode/{PERIOD}/", f"/periode/{PERIOD}/rekap/")


def measure(world: World) -> Iterator[Line]:
    first = Client().get("/masuk/").content
    assets = [Path(str(finders.find(name))) for name in set(ASSET.findall(first.decode()))]
    weight = _zipped(first) + sum(_zipped(path.read_bytes()) for path in assets)
    yield Line("18", "first load: sign-in page with its styles and scripts, compressed", weight, " KB", target=300)

    client = world.client("verifikator")
    smallest = (
        Isian.objects.filter(periode__slug=PERIOD)
        .annotate(lokasi=Count("kabupaten_kota__rusun"))
        .order_by("lokasi", "kabupaten_kota")
        .values_list("kabupaten_kota", flat=True)[0]
    )
    isian = {kode: f"/periode/{PERIOD}/isian/{kode}/" for kode in (LARGEST, smallest)}
    for path in (*PAGES, isian[LARGEST]):
        yield Line("18", f"later load: {path}, compressed", _zipped(client.get(path).content), " KB", target=50)

    def queries(kode: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(isian[kode])
        return len(asked)

    took = compare({kode: lambda kode=kode: client.get(isian[kode]) for kode in isian}, repeat=3)
    yield Line(
        "4", f"queries of the isian page, {LARGEST} (largest) / {smallest} (smallest)",
        queries(LARGEST) / queries(smallest), target=1, detail=f"{queries(LARGEST)} / {queries(smallest)}",
    )  # fmt: skip
    yield Line(
        "", "time of the isian page, the same two", took[LARGEST] / took[smallest],
        detail=f"{ms(took[LARGEST])} / {ms(took[smallest])}",
    )  # fmt: skip


def _zipped(content: bytes) -> float:
    """KiB as they travel behind a compressing proxy."""
    return len(gzip.compress(content, 6)) / 1024
