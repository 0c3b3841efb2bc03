"""Goals 1 to 3: the list of residents as rows grow, beside Django's admin, and beside what any page must cost."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from html import escape

from django.db import connection

from core.paging import COUNTED
from penghuni.models import Penghuni

from .harness import ROUNDS, Line, compare, ms
from .world import FEW, MANY, World

PAGE = "/penghuni/"
COLUMNS = """SELECT p.id, p.nama, p.nik, k.nama, r.nama, b.nama, h.nomor_unit, h.mulai, p.minat
    FROM penghuni_penghuni p JOIN core_kabupatenkota k ON k.kode = p.kabupaten_kota_id
    LEFT JOIN penghuni_hunian h ON h.penghuni_id = p.id AND h.selesai IS NULL
    LEFT JOIN rusun_blok b ON b.id = h.blok_id LEFT JOIN rusun_rusun r ON r.kode = b.rusun_id
    ORDER BY p.nama, p.id LIMIT 25"""


def measure(world: World) -> Iterator[Line]:
    clients = {}
    for name in world.others:
        with world.at(name):
            clients[name] = world.client("verifikator")

    def ask(name: str, path: str = PAGE) -> None:
        with world.at(name):
            response = clients[name].get(path)
            assert response.status_code == 200, (path, response.status_code)
            assert response.content

    def limit() -> None:
        """An empty page, the rows asked from the driver, and a table put together without a template."""
        with world.at("banyak"):
            clients["banyak"].get("/bench/kosong/")
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT COUNT(*) FROM (SELECT id FROM penghuni_penghuni LIMIT {COUNTED + 1}) counted")
                cursor.execute(COLUMNS)
                "".join(f"<tr>{''.join(f'<td>{escape(str(value))}</td>' for value in row)}</tr>" for row in cursor)

    took = compare(
        {
            "few": lambda: ask("sedikit"),
            "many": lambda: ask("banyak"),
            "admin": lambda: ask("banyak", "/bench/admin/penghuni/penghuni/"),
            "limit": limit,
            "empty": lambda: ask("banyak", "/bench/kosong/"),
        },
        repeat=5,
    )
    yield Line(
        "1", f"list of residents, {MANY} rows / {FEW} rows", took["many"] / took["few"], target=1.1,
        detail=f"{ms(took['many'])} / {ms(took['few'])}",
    )  # fmt: skip
    first = _database_time(world, lambda: ask("banyak"))
    with world.at("banyak"):
        far = _address_at(MANY * 9 // 10)
    deep = _database_time(world, lambda: ask("banyak", f"{PAGE}?halaman={far}"))
    yield Line(
        "1", "the same, page at 90 % / page 1, time in the database", deep / first, target=1.5,
        detail=f"{ms(deep)} / {ms(first)}",
    )  # fmt: skip
    yield Line(
        "2", f"list of residents / Django admin changelist, {MANY} rows", took["many"] / took["admin"],
        target=0.33 if MANY <= 10_000 else 0.12 if MANY <= 100_000 else 0.03,
        detail=f"{ms(took['many'])} / {ms(took['admin'])}",
    )  # fmt: skip
    yield Line(
        "3", "list of residents / its limit (empty page, driver query, plain table)", took["many"] / took["limit"],
        target=3, detail=f"{ms(took['many'])} / {ms(took['limit'])}; empty page {ms(took['empty'])}",
    )  # fmt: skip


def _address_at(row: int) -> str:
    """Where "Berikutnya" leads to from the page before `row`."""
    number = row // 25
    if number * 25 <= COUNTED or MANY <= COUNTED:
        return str(number)
    return f"{number}.sesudah.{Penghuni.objects.values_list('pk', flat=True)[number * 25 - 26]}"


def _database_time(world: World, ask: Callable[[], None]) -> float:
    """Median seconds that the queries of one page take in the database with many residents."""
    taken: list[float] = []

    def watch(execute, sql, params, many, context):
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken[-1] += time.perf_counter() - begun

    with world.others["banyak"].execute_wrapper(watch):
        for _ in range(ROUNDS):
            taken.append(0.0)
            ask()
    return statistics.median(taken)
