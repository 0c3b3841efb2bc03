"""Three databases with the same buildings: the example, and the example with few and with many residents."""

from __future__ import annotations

import datetime
import os
import random
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = 1_000
MANY = int(os.environ.get("BENCH_ROWS", "10000"))
INSERTED_AT_ONCE = 2_000


class World:
    """Where the measurements take place. `at("sedikit")` and `at("banyak")` swap the database under the site."""

    def __init__(self) -> None:
        call_command("migrate", verbosity=0)
        call_command("seed", contoh=True, stdout=open(os.devnull, "w"))  # noqa: SIM115
        self.home = connections["default"]
        self.others = {name: _copy(self.home, name) for name in ("sedikit", "banyak")}
        with self.at("sedikit"):
            _keep_residents(FEW)
        with self.at("banyak"):
            _add_residents(MANY)

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        """Inside, every query goes to the named copy. Its connection stays open for the next time."""
        connections["default"] = self.others[name]
        try:
            yield
        finally:
            connections["default"] = self.home

    def client(self, username: str) -> Client:
        """Signed in, in every copy (sessions are copied with the rest only if they were there before)."""
        from core.models import Pengguna

        client = Client()
        client.force_login(Pengguna.objects.get(username=username), backend="core.signin.PenggunaBackend")
        return client


def _copy(home, name):
    """A connection to a copy of the database of `home`."""
    settings = dict(home.settings_dict)
    home.close()
    if home.vendor == "sqlite":
        settings["NAME"] = f"{settings['NAME']}.{name}"
        shutil.copyfile(home.settings_dict["NAME"], settings["NAME"])
    else:
        settings["NAME"] = f"bench_{name}"
        with home._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{settings["NAME"]}"')
            cursor.execute(f'CREATE DATABASE "{settings["NAME"]}" TEMPLATE "{home.settings_dict["NAME"]}"')
    return type(home)(settings, alias="default")


def _keep_residents(number: int) -> None:
    from penghuni.models import DugaanGanda, Hunian, Penghuni

    DugaanGanda.objects.all()._raw_delete("default")
    kept = Penghuni.objects.order_by("id").values("pk")[:number]
    Hunian.objects.exclude(penghuni__in=list(kept.values_list("pk", flat=True)))._raw_delete("default")
    Penghuni.objects.exclude(pk__in=Hunian.objects.values("penghuni"))._raw_delete("default")
    _analyze()


def _add_residents(number: int) -> None:
    """Up to `number` households with a stay: as many columns filled as the example fills."""
    from penghuni.ganda import match_all
    from penghuni.models import Hunian, Penghuni
    from rusun.models import Blok

    chance, now, day = random.Random(1), timezone.now(), datetime.date(2024, 1, 5)
    blocks = list(Blok.objects.select_related("rusun"))
    first = Penghuni.objects.count()
    for start in range(first, number, INSERTED_AT_ONCE):
        people, stays = [], []
        for serial in range(start, min(start + INSERTED_AT_ONCE, number)):
            blok = chance.choice(blocks)
            person = Penghuni(
                kabupaten_kota_id=blok.rusun.kabupaten_kota_id, nama=f"Penghuni {chance.randrange(10**6)}",
                nik=f"33{serial:014d}", no_kk=f"34{serial:014d}", telepon=f"08{serial:010d}", jenis_kelamin="p",
                tempat_lahir="Jawa Tengah", status_kawin="kawin",
                tanggal_lahir=datetime.date(1960, 1, 1) + datetime.timedelta(serial % 15_000),
                pendidikan="sma", jumlah_anggota=4, jumlah_anak=2, jumlah_lansia=0, jumlah_disabilitas=0,
                daerah_asal="Jawa Tengah", alasan_masuk="kerja", pekerjaan="buruh_pabrik", sifat_kerja="tetap",
                penghasilan=2_500_000, penghasilan_pasangan=500_000, punya_rumah="tidak", punya_tanah="tidak",
                bpjs_kesehatan="ya", terdaftar_dtks="tidak", minat=chance.choice(["ya", "tidak", ""]),
                sanggup_angsuran=800_000, tanggal_persetujuan=day, diubah=now,
            )  # fmt: skip
            people.append(person)
            stays.append(
                Hunian(penghuni=person, blok=blok, nomor_unit=f"X-{serial}", mulai=day, sewa_bulan=150_000, diubah=now)
            )
        Penghuni.objects.bulk_create(people)
        Hunian.objects.bulk_create(stays)
    _analyze()
    match_all()


def _analyze() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("ANALYZE")
