"""The last day of a period: every filling is open, there are 100,000 residents, and 200 people are at work."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass, field

from django.core.management import call_command
from django.utils import timezone

RESIDENTS = int(os.environ.get("LOAD_ROWS", "100000"))
OPERATORS, REVIEWERS, HEADS = 180, 18, 2
SLUG = "desk-beban"


@dataclass
class Person:
    """Who works, and what of theirs they work on."""

    username: str
    peran: str
    kode: str = ""
    rusun: str = ""
    masalah: str = ""
    penghuni: list[str] = field(default_factory=list)


def build() -> list[Person]:
    """Fill the empty database that the settings name; returns the people of the load."""
    from core.models import KabupatenKota, Pengguna
    from monitoring.contoh.acuan import invited_codes, load_reference
    from monitoring.contoh.akun import load_accounts
    from monitoring.contoh.langkah import at
    from monitoring.contoh.penghuni import fill_units
    from monitoring.contoh.periode_2021 import run_2021
    from monitoring.contoh.registri import load_registry
    from rusun.models import Blok
    from tests.bench.world import add_residents
    from tests.factories import make_isian, make_periode

    call_command("migrate", verbosity=0)
    load_reference()
    invited = list(KabupatenKota.objects.filter(pk__in=invited_codes()))
    load_accounts(invited)
    akun = {row.username: row for row in Pengguna.objects.all()}
    operators = {daerah.pk: akun[f"operator.{daerah.digit}"] for daerah in invited}
    load_registry(operators, at(datetime.date(2021, 7, 20), 9))
    fill_units(
        list(Blok.objects.select_related("rusun").order_by("rusun", "nama")), masuk_dari=datetime.date(2014, 1, 1),
        masuk_sampai=datetime.date(2020, 12, 1), waktu=timezone.now(), operators=operators, benih="beban",
    )  # fmt: skip
    run_2021(invited, akun)
    add_residents(RESIDENTS)
    today = timezone.localdate()
    periode = make_periode(akun["koordinator"], *invited, slug=SLUG, batas_waktu=today, hari_terakhir=today)
    for operator in operators.values():
        make_isian(periode, operator)
    return _people(invited, akun["operator.3374"].password)


def _people(invited, password) -> list[Person]:
    from core.enums import Peran
    from core.models import Pengguna
    from penghuni.models import Hunian
    from rusun.models import Permasalahan, Rusun

    sites = list(Rusun.objects.filter(kabupaten_kota__in=invited).order_by("pk"))
    problems = dict(Permasalahan.objects.order_by("pk").values_list("rusun__kabupaten_kota", "pk"))
    here = {row.pk: [] for row in invited}
    for daerah in here:
        stays = Hunian.objects.open().filter(penghuni__kabupaten_kota=daerah).order_by("penghuni")
        here[daerah] = [str(pk) for pk in stays.values_list("penghuni", flat=True)[:200]]
    rows, people = [], []
    for number in range(OPERATORS):
        # Each location has one who saves its sections; the others work beside them.
        rusun = sites[number] if number < len(sites) else None
        daerah = rusun.kabupaten_kota_id if rusun else invited[number % len(invited)].pk
        person = Person(f"beban.{number:03d}", Peran.OPERATOR, daerah, rusun.pk if rusun else "",
                        str(problems.get(daerah, "")), here[daerah][number % 40 :: 40])  # fmt: skip
        people.append(person)
        rows.append({"peran": Peran.OPERATOR, "kabupaten_kota_id": daerah, "akses_penghuni": True})
    for peran, count in ((Peran.VERIFIKATOR, REVIEWERS), (Peran.PIMPINAN, HEADS)):
        for number in range(count):
            people.append(Person(f"beban.{peran}.{number:02d}", peran))
            rows.append({"peran": peran})
    Pengguna.objects.bulk_create(
        Pengguna(username=person.username, nama=person.username, password=password, contoh=True, **row)
        for person, row in zip(people, rows, strict=True)
    )
    return people
