"""Goals 8 and 9: a workbook with many new residents, read, checked, written with history; and the same file again.

The limit reads the same sheet with a library in machine code (calamine) and puts ready values into the same tables:
residents, stays and their history, with every index and constraint, and without a check, a seal or an object. The
import has all of them on top, and takes its file apart in a guarded process of its own.

The peer works one row at a time: openpyxl, a bare model form, a save with seals and history, the same for the stay; no
check across rows.
"""

from __future__ import annotations

import datetime
import gc
import io
import tracemalloc
import uuid
from collections.abc import Iterator
from typing import Any

from auditlog.models import LogEntry
from django.db import connection, transaction
from django.db.models import AutoField, F, QuerySet
from django.forms import modelform_factory
from django.utils import timezone
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from core.models import KabupatenKota, Pengguna
from core.sealed import Sealed
from monitoring.impor.penerapan import write_plan
from monitoring.impor.rencana import Rencana, plan_import
from monitoring.impor.templat import arrangement, build_template, running_isian, stored_rows
from penghuni.akses import SEALED
from penghuni.forms import COLUMNS
from penghuni.importers import seal_ahead
from penghuni.models import Hunian, Penghuni
from rusun.models import Blok
from rusun.penguncian import lock_state, registry_write

from .harness import Line, compare, ms
from .world import MANY, World

BY_ROW = 300
PlainForm = modelform_factory(Penghuni, fields=COLUMNS)
MULAI = datetime.date(2020, 1, 1)


def measure(world: World) -> Iterator[Line]:
    gc.disable()  # on every side, as in the process that imports (see `jalankan_impor`)
    try:
        yield from _measure(world)
    finally:
        gc.enable()


def _measure(world: World) -> Iterator[Line]:
    with world.at("sedikit"), transaction.atomic():
        daerah = next(row for row in KabupatenKota.objects.order_by("kode") if _can_take_them(row))
        blok = Blok.objects.filter(rusun__kabupaten_kota=daerah, rusun__ditutup_sejak__isnull=True).order_by("pk")[0]
        Blok.objects.filter(pk=blok.pk).update(
            jumlah_unit=F("jumlah_unit") + MANY, kosong_siap=F("kosong_siap") + MANY, pola_hunian="keluarga"
        )
        work = Import(daerah, blok, Pengguna.objects.filter(kabupaten_kota=daerah).order_by("username")[0])
        limit = Limit(work)
        took = compare({"import": work.bring_in, "limit": limit.bring_in}, rounds=3)
        took |= compare({"read": work.read, "rows": work.row_by_row}, rounds=1)
        peak = _peak_mb(work.bring_in)
        again, rows, history = work.bring_in_again()
        transaction.set_rollback(True)
    peer = took["read"] + took["rows"] / BY_ROW * MANY
    yield Line(
        "8", f"{MANY} new residents, the limit (calamine, ready rows) / the import", took["limit"] / took["import"],
        target=0.25, at_least=True, detail=f"{ms(took['limit'])} / {ms(took['import'])}",
    )  # fmt: skip
    yield Line(
        "8", f"{MANY} new residents, a form and a save per row / the whole import", peer / took["import"], target=10,
        at_least=True, detail=f"{ms(peer)} (rows: from {BY_ROW}) / {ms(took['import'])}",
    )  # fmt: skip
    yield Line("8", f"{MANY} new residents, memory of the import beside its reader", peak, " MB", target=400)
    yield Line(
        "9", "the same file again / the limit of the first time", again / took["limit"], target=2,
        detail=f"{ms(again)} / {ms(took['limit'])}",
    )  # fmt: skip
    yield Line("9", "rows and history rows the same file writes again", rows + history, "", target=0)


def _can_take_them(daerah: KabupatenKota) -> bool:
    places = Blok.objects.filter(rusun__kabupaten_kota=daerah, rusun__ditutup_sejak__isnull=True)
    return not lock_state(daerah.kode).terkunci and places.exists()


class Import:
    """One workbook of `daerah` and the two ways to bring it in. All that is written is taken back."""

    def __init__(self, daerah: KabupatenKota, blok: Blok, pengguna: Pengguna) -> None:
        self.daerah, self.blok, self.pengguna = daerah, blok, pengguna
        self.susunan = arrangement(daerah, dengan_penghuni=True)
        self.lembar = self.susunan.lembar[-1]
        self.tempat = next(row.label for row in self.susunan.tempat or () if row.blok == blok)
        rows = dict(stored_rows(self.susunan))
        old = list(rows[self.lembar.nama])
        rows[self.lembar.nama] = iter([*old, *(("", self._resident(number)) for number in range(MANY))])
        self.isi = build_template(self.susunan, running_isian(daerah), timezone.now(), rows).isi

    def _resident(self, number: int) -> dict[str, Any]:
        """A household with every choice answered; the NIK has the form of one and belongs to nobody."""
        choices = {
            column.kode: column.choices[number % len(column.choices)][0]
            for column in self.lembar.kolom
            if column.choices and not column.kode.startswith("hunian")
        }
        born = datetime.date(1950, 1, 1) + datetime.timedelta(days=number % 18_000)
        return choices | {
            "nama": f"Warga Uji {number}", "jenis_kelamin": "l", "tanggal_lahir": born,
            "nik": f"{self.daerah.digit}01{born:%d%m%y}{number % 9_999 + 1:04d}",
            "no_kk": f"{self.daerah.digit}{number:012d}", "telepon": f"0812{number:08d}",
            "jumlah_anggota": 4, "jumlah_anak": 2, "penghasilan": 2_500_000, "daerah_asal": "Kabupaten Demak",
            "tanggal_persetujuan": MULAI, "tujuan_persetujuan": "program kepemilikan",
            "hunian.blok": self.tempat, "hunian.nomor_unit": f"U-{number}", "hunian.mulai": MULAI,
            "hunian.sewa_bulan": 200_000,
        }  # fmt: skip

    def _plan(self) -> Rencana:
        plan = plan_import(self.isi, self.daerah, running_isian(self.daerah), benih=uuid.uuid4(), dengan_penghuni=True)
        assert not plan.salah, [str(row) for row in plan.salah[:3]]
        return plan

    def _write(self) -> None:
        plan = self._plan()
        assert plan.penghuni is not None
        seal_ahead(plan.penghuni)
        with registry_write(self.daerah.kode):
            write_plan(plan, self.daerah, self.pengguna, timezone.now())

    def bring_in(self) -> None:
        before = Penghuni.objects.count()
        with transaction.atomic():
            self._write()
            assert Penghuni.objects.count() == before + MANY
            transaction.set_rollback(True)

    def bring_in_again(self) -> tuple[float, int, int]:
        """Seconds of planning the file when all of it is there already, and what would be written."""
        self._write()
        history = LogEntry.objects.count()
        took = compare({"plan": self._plan}, rounds=3)["plan"]
        changed = sum(len(outcome.baru) + len(outcome.berubah) for outcome in self._plan().hasil)
        return took, changed, LogEntry.objects.count() - history

    def row_by_row(self) -> None:
        with transaction.atomic():
            for typed in map(self._resident, range(BY_ROW)):
                form = PlainForm(typed)
                assert form.is_valid(), form.errors
                row = form.instance
                for name in SEALED:
                    setattr(row, name, Sealed(typed[name]))
                row.kabupaten_kota, row.diubah, row.diubah_oleh = self.daerah, timezone.now(), self.pengguna
                row.save()
                stay = {"nomor_unit": typed["hunian.nomor_unit"], "mulai": MULAI, "sewa_bulan": 200_000}
                Hunian(penghuni=row, blok=self.blok, diubah=timezone.now(), diubah_oleh=self.pengguna, **stay).save()
            transaction.set_rollback(True)

    def read(self) -> None:
        """The sheet read by the library that the rest of the site uses for workbooks."""
        for _ in load_workbook(io.BytesIO(self.isi), read_only=True)[self.lembar.nama].iter_rows(values_only=True):
            pass


class Limit:
    """What no importer can be faster than: the sheet read by machine code, ready values sent to the database."""

    def __init__(self, work: Import) -> None:
        self.work = work
        with transaction.atomic():
            last = LogEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]
            people = list(Penghuni.objects.values_list("pk", flat=True))
            stays = list(Hunian.objects.values_list("pk", flat=True))
            work._write()
            self.ready = [
                Ready(Penghuni.objects.exclude(pk__in=people)), Ready(Hunian.objects.exclude(pk__in=stays)),
                Ready(LogEntry.objects.filter(pk__gt=last)),
            ]  # fmt: skip
            transaction.set_rollback(True)

    def bring_in(self) -> None:
        book = CalamineWorkbook.from_filelike(io.BytesIO(self.work.isi))
        assert len(book.get_sheet_by_name(self.work.lembar.nama).to_python()) > MANY
        before = Penghuni.objects.count()
        with transaction.atomic():
            for ready in self.ready:
                ready.put_back()
            assert Penghuni.objects.count() == before + MANY
            transaction.set_rollback(True)


class Ready:
    """Rows of one table as the driver takes them quickest: tuples on SQLite, the text of COPY on PostgreSQL."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        meta = rows.model._meta
        self.table = meta.db_table
        columns = [column for column in meta.concrete_fields if not isinstance(column, AutoField)]
        self.names = ", ".join(column.column for column in columns)
        query, params = rows.order_by("pk").values_list(*(column.attname for column in columns)).query.sql_with_params()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                self.text = io.StringIO()
                copied = cursor.mogrify(f"COPY ({query}) TO STDOUT", params).decode()
                cursor.copy_expert(copied, self.text)
            else:
                cursor.execute(query, params)
                self.rows = cursor.fetchall()

    def put_back(self) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                self.text.seek(0)
                cursor.copy_expert(f"COPY {self.table} ({self.names}) FROM STDIN", self.text)
            else:
                places = ", ".join(["%s"] * len(self.rows[0]))
                cursor.executemany(f"INSERT INTO {self.table} ({self.names}) VALUES ({places})", self.rows)


def _peak_mb(work: Any) -> float:
    gc.collect()
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20
