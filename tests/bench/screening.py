"""Goals 4 and 6 for the screening: totals of stored results beside raw SQL, its page beside the same page of few."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from penghuni.aturan import rules_on
from penghuni.models import Hunian, JumlahPenyaringan, Penghuni
from penghuni.penyaringan import screen_household, totals
from penghuni.putaran import begin, due, work

from .harness import Line, compare, ms, spent
from .world import FEW, MANY, World

SCREENED = 10_000
"""How many households a run is measured with; of more, the rest gets the results of one of them by SQL."""
PAGE = "/penghuni/program/penyaringan/"


def measure(world: World) -> Iterator[Line]:
    versi = rules_on(timezone.localdate()).versi
    taken = {}
    for name in world.others:
        with world.at(name):
            _leave(SCREENED)
            begun = spent()
            run = begin(None)
            assert run is not None
            taken[name] = work(run), spent() - begun
    screened, seconds = taken["banyak"]
    yield Line("", f"a run over {screened} households", seconds, " s", detail=f"{ms(seconds / screened)} each")
    with world.at("banyak"):
        took = compare(
            {"totals": lambda: _totals(versi), "raw": lambda: _raw(versi), "due": lambda: due(versi)}, rounds=5
        )
    yield Line(
        "6", "totals of the screening / raw SQL", took["totals"] / took["raw"], target=0.4 if MANY <= 10_000 else 0.05,
        detail=f"{ms(took['totals'])} / {ms(took['raw'])}; who is due {ms(took['due'])}",
    )  # fmt: skip
    seen = {name: _page(world, name) for name in world.others}
    (few, asked_few), (many, asked_many) = seen["sedikit"], seen["banyak"]
    yield Line(
        "4", f"queries of the page of the screening, {MANY} / {FEW}", asked_many / asked_few, target=1.0,
        detail=f"{asked_many} / {asked_few}",
    )  # fmt: skip
    yield Line("", f"time of the page of the screening, {MANY} / {FEW}", many / few, detail=f"{ms(many)} / {ms(few)}")


def _leave(number: int) -> None:
    """Give everybody results, but for `number` households."""
    living = Hunian.objects.open().order_by("penghuni").values_list("penghuni", flat=True)
    if living.count() <= number:
        return
    pattern = Penghuni.objects.get(pk=living[number])
    screen_household(pattern)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO penghuni_hasilpenyaringan (penghuni_id, kabupaten_kota_id, skema_id, versi_aturan_id,"
            " versi_penghuni, hasil, rincian, dihitung_pada)"
            " SELECT p.id, p.kabupaten_kota_id, s.skema_id, s.versi_aturan_id, p.versi, s.hasil, s.rincian,"
            " s.dihitung_pada FROM penghuni_penghuni p JOIN penghuni_hunian h ON h.penghuni_id = p.id"
            " AND h.selesai IS NULL CROSS JOIN penghuni_hasilpenyaringan s"
            " WHERE s.penghuni_id = %s AND p.id > s.penghuni_id ON CONFLICT DO NOTHING",
            [Penghuni._meta.pk.get_db_prep_value(pattern.pk, connection)],
        )
        cursor.execute("DELETE FROM penghuni_jumlahpenyaringan")
        cursor.execute(
            "INSERT INTO penghuni_jumlahpenyaringan (versi_aturan_id, kabupaten_kota_id, skema_id, hasil, jumlah)"
            " SELECT versi_aturan_id, kabupaten_kota_id, skema_id, hasil, COUNT(*) FROM penghuni_hasilpenyaringan"
            " GROUP BY 1, 2, 3, 4"
        )
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE penghuni_hasilpenyaringan")


def _totals(versi: str) -> object:
    return totals(JumlahPenyaringan.objects.all(), versi)


def _raw(versi: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT skema_id, hasil, COUNT(*) FROM penghuni_hasilpenyaringan WHERE versi_aturan_id = %s GROUP BY 1, 2",
            [versi],
        )
        return cursor.fetchall()


def _page(world: World, name: str) -> tuple[float, int]:
    with world.at(name):
        client = world.client("verifikator")
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        asked = len(queries)
        return compare({"page": lambda: client.get(PAGE)}, rounds=3)["page"], asked
