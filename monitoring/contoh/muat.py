"""Loading the example as a whole, once."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from core.models import KabupatenKota, Pengguna
from rusun.models import Blok

from .acuan import invited_codes
from .akun import load_accounts
from .ganda import record_twice
from .langkah import at
from .penghuni import empty_units, fill_units
from .periode_2021 import run_2021
from .periode_2022 import run_2022
from .perubahan import move_on
from .program import start_programme
from .registri import load_registry


def example_loaded() -> bool:
    return Pengguna.objects.filter(contoh=True).exists()


def load_example(tell: Callable[[str], None]) -> None:
    """Accounts, registry, residents and both periods, in one transaction: all of it or nothing."""
    hari_ini = timezone.localdate()
    with transaction.atomic():
        invited = list(KabupatenKota.objects.filter(pk__in=invited_codes()))
        load_accounts(invited)
        akun = {pengguna.username: pengguna for pengguna in Pengguna.objects.filter(contoh=True)}
        operators = {daerah.pk: akun[f"operator.{daerah.digit}"] for daerah in invited}
        load_registry(operators, at(datetime.date(2021, 7, 20), 9))
        blok = _blocks()
        jumlah = fill_units(
            blok, masuk_dari=datetime.date(2014, 1, 1), masuk_sampai=datetime.date(2020, 12, 1),
            waktu=at(datetime.date(2021, 7, 21), 9), operators=operators, benih="2021",
        )  # fmt: skip
        tell(f"  registri 2021 dan {jumlah} KK penghuni contoh dimuat")
        run_2021(invited, akun)
        tell("  periode desk-2021: 23 isian terverifikasi, rekap ditetapkan")
        moved = hari_ini - datetime.timedelta(days=22)
        for daerah in invited:
            move_on(
                daerah, operators[daerah.pk], tanggal_data=hari_ini - datetime.timedelta(days=24), waktu=at(moved, 9)
            )
        blok = _blocks()
        keluar = empty_units(blok, pindah=moved, waktu=at(moved, 10), benih="2022")
        masuk = fill_units(
            blok, masuk_dari=datetime.date(2022, 1, 3), masuk_sampai=moved, waktu=at(moved, 11), operators=operators,
            benih="2022",
        )  # fmt: skip
        tell(f"  perubahan sejak 2021: {keluar} KK keluar, {masuk} KK masuk")
        tell(f"  {record_twice(akun['verifikator'])} pasangan dugaan ganda antardaerah, dua sudah diputus")
        run_2022(invited, akun, hari_ini)
        tell("  periode desk-2022 berjalan, isian pada setiap status")
        disaring, calon = start_programme(invited, akun, hari_ini)
        tell(f"  program rumah: {disaring} penghuni disaring, {calon} calon")


def _blocks() -> list[Blok]:
    return list(Blok.objects.select_related("rusun").order_by("rusun", "nama"))
