"""Goal 14: saving one section of a location, beside a hello view and beside showing its form; and many at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from core.idempotency import new_key
from rusun.bagian import MENURUT_KODE
from rusun.forms import section_forms
from rusun.models import Rusun
from rusun.penguncian import lock_state

from .harness import Line, compare, ms
from .world import World

CLIENTS, SAVES_EACH = 32, 4


class Section:
    """The section "Hunian" of a location as its operator shows and saves it, each time with another figure."""

    def __init__(self, world: World, rusun: Rusun) -> None:
        self.kode, self.url = rusun.kode, f"/rusun/{rusun.kode}/hunian/"
        self.client = world.client(f"operator.{rusun.kabupaten_kota.digit}")
        forms = section_forms(rusun, MENURUT_KODE["hunian"])
        typed = {bound.html_name: bound.value() for form in forms.semua for bound in form}
        self.typed = {name: value for name, value in typed.items() if value not in (None, "")}
        self.numbers = itertools.count(1)

    def show(self) -> None:
        assert self.client.get(self.url).status_code == 200

    def save(self) -> int:
        """The status of the answer: 302 saved, 409 somebody was faster."""
        versi = Rusun.objects.values_list("versi", flat=True).get(pk=self.kode)
        head = {"kunci_formulir": str(new_key()), "versi": versi, "daftar_tunggu": next(self.numbers)}
        return self.client.post(self.url, {**self.typed, **head}).status_code

    def save_alone(self) -> None:
        assert self.save() == 302


def measure(world: World) -> Iterator[Line]:
    sections = [
        Section(world, rusun)
        for rusun in Rusun.objects.active().select_related("kabupaten_kota", "profil_penghuni").order_by("kode")
        if not lock_state(rusun.kabupaten_kota_id).terkunci
    ]
    one, hello = sections[0], world.client("verifikator")
    took = compare(
        {"save": one.save_alone, "show": one.show, "hello": lambda: hello.get("/bench/halo/").content}, repeat=5
    )
    yield Line(
        "14", "saving one section / showing its form", took["save"] / took["show"], target=0.5,
        detail=f"{ms(took['save'])} / {ms(took['show'])}",
    )  # fmt: skip
    yield Line(
        "14", "saving one section / a view that says hello", took["save"] / took["hello"], target=8,
        detail=f"{ms(took['save'])} / {ms(took['hello'])}",
    )  # fmt: skip
    answers = _all_at_once(sections)
    failed = sum(answer not in (302, 409) for answer in answers)
    yield Line(
        "14", f"{CLIENTS} operators at once, {SAVES_EACH} saves each, failed", failed, "", target=0,
        detail=f"{answers.count(302)} saved, {answers.count(409)} told that somebody was faster",
    )  # fmt: skip


def _all_at_once(sections: list[Section]) -> list[Any]:
    def one_operator(place: int) -> list[Any]:
        section = sections[place % len(sections)]
        try:
            return [section.save() for _ in range(SAVES_EACH)]
        except Exception as error:
            return [error]
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [answer for answers in pool.map(one_operator, range(CLIENTS)) for answer in answers]
