"""Three databases with the same buildings: the example, and the example with few and with many residents."""

from __future__ import annotations

import csv
import datetime
import io
import os
import random
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

FEW = 1_000
MANY = int(os.environ.get("BENCH_ROWS", "10000"))
INSERTED_AT_ONCE = 20_000

PRIA = ("Ahmad", "Budi", "Eko", "Slamet", "Joko", "Agus", "Sutrisno", "Hadi", "Rudi", "Wahyu", "Teguh", "Imam")
WANITA = ("Siti", "Sri", "Dewi", "Endang", "Lestari", "Ningsih", "Rina", "Wati", "Yuni", "Tutik", "Nurul", "Kartini")
BELAKANG = ("Santoso", "Wibowo", "Nugroho", "Setiawan", "Saputra", "Raharjo", "Susanto", "Handoko", "Prabowo", "Utomo")
SYLLABLES = [
    "su",
    "har",
    "yan",
    "ti",
    "wi",
    "di",
    "ko",
    "mar",
    "to",
    "ni",
    "pur",
    "wan",
    "ra",
    "kas",
    "mi",
    "le",
    "bam",
]
RARE, RARE_EVERY = "Xaverius Kromodiwiryo", 50_000


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
            add_residents(MANY)

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
    from penghuni import models
    from penghuni.models import Hunian, Penghuni

    about = (models.DugaanGanda, models.PermintaanSubjek, models.RiwayatCalon, models.CalonPemilikRumah)
    for model in (*about, models.HasilPenyaringan, models.JumlahPenyaringan):
        model.objects.all()._raw_delete("default")
    kept = Penghuni.objects.order_by("id").values("pk")[:number]
    Hunian.objects.exclude(penghuni__in=list(kept.values_list("pk", flat=True)))._raw_delete("default")
    Penghuni.objects.exclude(pk__in=Hunian.objects.values("penghuni"))._raw_delete("default")
    _analyze()


def add_residents(number: int) -> None:
    """Up to `number` households with a stay, one in twenty of them ended: as many columns filled as the example fills.

    They live in every other block only, so that some blocks become very large and some stay as they are. Each has a
    keyed hash of its own; what is sealed beside it repeats, since sealing would take longer than all else.
    """
    from core.sealed import fingerprint, seal
    from penghuni.models import Hunian, Penghuni
    from rusun.models import Blok

    chance, now, day = random.Random(1), timezone.now(), datetime.date(2024, 1, 5)
    blocks = list(Blok.objects.order_by("rusun", "nama").values_list("pk", "rusun__kabupaten_kota"))[::2]
    person = Penghuni(
        jenis_kelamin="p", tempat_lahir="Jawa Tengah", tanggal_lahir=datetime.date(1985, 1, 1), status_kawin="kawin",
        pendidikan="sma", jumlah_anggota=4, jumlah_anak=2, jumlah_lansia=0, jumlah_disabilitas=0,
        daerah_asal="Jawa Tengah", alasan_masuk="kerja", pekerjaan="buruh_pabrik", sifat_kerja="tetap",
        penghasilan=2_500_000, penghasilan_pasangan=500_000, punya_rumah="tidak", punya_tanah="tidak",
        bpjs_kesehatan="ya", terdaftar_dtks="tidak", sanggup_angsuran=800_000, tanggal_persetujuan=day, diubah=now,
        belum_dicocokkan=False,
    )  # fmt: skip
    stay = Hunian(mulai=day, sewa_bulan=150_000, diubah=now)
    sealed = {name: [seal(f"{begin}{serial:0{rest}d}") for serial in range(100)]
              for name, begin, rest in (("nik", "33", 14), ("no_kk", "34", 14), ("telepon", "08", 10))}  # fmt: skip
    first = Penghuni.objects.count()
    with _without_indexes(Penghuni._meta.db_table, Hunian._meta.db_table):
        for start in range(first, number, INSERTED_AT_ONCE):
            people, stays = [], []
            for serial in range(start, min(start + INSERTED_AT_ONCE, number)):
                key = uuid.UUID(int=chance.getrandbits(128), version=4)
                blok, daerah = chance.choice(blocks)
                people.append({
                    "id": key, "kabupaten_kota": daerah, "nama": _name(serial, chance),
                    "minat": chance.choice(["ya", "tidak", ""]),
                    **{name: tokens[serial % 100] for name, tokens in sealed.items()},
                    "nik_sidik": fingerprint(nik_of(serial)), "no_kk_sidik": fingerprint(f"34{serial:014d}"),
                })  # fmt: skip
                stays.append({
                    "id": uuid.UUID(int=chance.getrandbits(128), version=4), "penghuni": key, "blok": blok,
                    "nomor_unit": f"X-{serial}", "selesai": None if serial % 20 else day,
                })  # fmt: skip
            _insert(person, people)
            _insert(stay, stays)
    _analyze()


@contextmanager
def _without_indexes(*tables: str) -> Iterator[None]:
    """On PostgreSQL a million rows then enter in a fraction of the time."""
    home = connections["default"]
    if home.vendor != "postgresql":
        yield
        return
    with home.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT LIKE %s",
            [list(tables), "%_pkey"],
        )
        indexes = dict(cursor.fetchall())
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET session_replication_role = replica")  # what refers to what is known to be right
        for name in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for definition in indexes.values():
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = DEFAULT")


def nik_of(serial: int) -> str:
    """The NIK of an added household: well-formed, each only once."""
    return f"33{serial // 9999:04d}010190{serial % 9999 + 1:04d}"


def _name(serial: int, chance: random.Random) -> str:
    """Three words; the first follows the frequencies of a register, and one in `RARE_EVERY` has a name of its own."""
    if serial % RARE_EVERY == RARE_EVERY // 2:
        return f"{RARE} {chance.choice(BELAKANG)}"
    first = chance.choices((*PRIA, *WANITA), range(len(PRIA) + len(WANITA), 0, -1))[0]
    middle = f"{chance.choice(SYLLABLES)}{chance.choice(SYLLABLES)}{chance.choice(SYLLABLES)}".capitalize()
    return f"{first} {middle} {chance.choice(BELAKANG)}"


def _insert(pattern: Model, rows: list[dict[str, object]]) -> None:
    """`rows` with what they do not tell taken from `pattern`, as quickly as the database takes them in."""
    home, columns = connections["default"], pattern._meta.concrete_fields
    told = [column.name for column in columns if column.name in rows[0]]
    rest = [column for column in columns if column.name not in rows[0]]
    same = [column.get_db_prep_save(getattr(pattern, column.attname), home) for column in rest]
    as_uuid = str if home.vendor == "postgresql" else (lambda value: value.hex)
    lines = [
        [*(as_uuid(row[name]) if isinstance(row[name], uuid.UUID) else row[name] for name in told), *same]
        for row in rows
    ]
    table = pattern._meta.db_table
    names = ", ".join(column.column for column in (*(pattern._meta.get_field(name) for name in told), *rest))
    with transaction.atomic(), home.cursor() as cursor:
        if home.vendor == "postgresql":
            text = io.StringIO()
            csv.writer(text).writerows([r"\N" if value is None else value for value in line] for line in lines)
            text.seek(0)
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", text)
        else:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", lines)


def _analyze() -> None:
    """As after a night of the database's own housekeeping."""
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connections["default"].vendor == "postgresql" else "ANALYZE")
