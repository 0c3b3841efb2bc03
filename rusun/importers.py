"""Taking in the sheets of the registry: what a workbook would change, then writing exactly that.

Cells become values by the form fields, rows are checked by the forms, cells are addressed as everywhere (`alamat`), and
the lock decides which of them may change. `plan_registry` writes nothing; `write_registry` runs inside the transaction
that holds the registry lock. Rows that are not in the file are told and never removed.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model
from django.utils import timezone

from core.bulk_history import Former, former_values
from core.models import KabupatenKota, Pengguna
from core.versions import touch
from core.workbook.findings import PERINGATAN, Finding
from core.workbook.layout import Column, Record, Table, fold
from core.workbook.outcome import Change, NewRow, Outcome

from .alamat import DAFTAR_LOKASI, Alamat
from .bagian import BAGIAN, PROFIL_PENGHUNI, SEBAB_KOSONG, TABEL, section_of
from .forms import ROW_FORMS, ProfilPenghuniForm, SebabKosongForm
from .lembar import (
    LEMBAR_TABEL,
    LOKASI,
    RUSUN,
    location_values,
    locations_of,
    row_values,
    section_form,
    stored_locations,
)
from .models import ProfilPenghuni, Rusun, SebabKosong
from .pemeriksaan import check_registry, check_while_filling
from .penguncian import Kunci, lock_state
from .salinan import location_of, plain
from .simpan import code_for, create_location, save_section

MODEL: dict[str, type[Any]] = {tabel: model for tabel, (model, _) in ROW_FORMS.items()}


@dataclass
class RencanaBaris:
    """A row of a table to be written: its form's instance, and the columns that change."""

    tabel: str
    instance: Any
    kolom: set[str]

    @property
    def baru(self) -> bool:
        return bool(self.instance._state.adding)


@dataclass
class RencanaLokasi:
    """What is written to one location. `kolom` are plain fields of `rusun`, whose new values it carries already."""

    rusun: Rusun
    baru: bool = False
    kolom: set[str] = field(default_factory=set)
    sebab: dict[str, int | None] = field(default_factory=dict)
    profil: dict[str, int | None] = field(default_factory=dict)
    baris: list[RencanaBaris] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        return bool(self.baru or self.kolom or self.sebab or self.profil or self.baris)


@dataclass
class RencanaRegistri:
    """The plan for the sheets of the registry: what to write per location, and what to tell per sheet."""

    lokasi: dict[str, RencanaLokasi]
    hasil: list[Outcome]


@dataclass(frozen=True)
class Bahan:
    """What a plan is made from. `kunci_templat` are the keys a template was written out with, per sheet."""

    kabupaten_kota: KabupatenKota
    kunci: Kunci
    dibuat: datetime.datetime
    kunci_templat: dict[str, frozenset[str]] | None
    hari_ini: datetime.date
    benih: uuid.UUID

    def new_pk(self, lembar: str, letak: int) -> uuid.UUID:
        """The key of a new row: the same whenever the same file is planned again."""
        return uuid.uuid5(self.benih, f"{lembar}/{letak}")


def split_key(kunci: str) -> tuple[str, int | None]:
    """(address, version) of what stands in a key column; the version is None when it cannot be read."""
    address, _, version = kunci.partition("#")
    return address.strip(), int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None


class Newer:
    """Which cells somebody changed in the system after the template was written out, by row and column."""

    def __init__(self, since: datetime.datetime) -> None:
        self.since = since
        self.former: dict[tuple[str, str], Former] = {}

    def look_up(self, model: type[Model], stale: Iterable[object]) -> Newer:
        """Ask the field history about the rows whose version is no longer that of the template."""
        self.former |= former_values(model, list(stale), self.since)
        return self

    def look_up_causes(self, rusun: Iterable[Rusun]) -> Newer:
        """Causes are rows of their own, but stand as columns of their location."""
        cells = {str(row.pk): (row.rusun_id, row.sebab) for place in rusun for row in place.sebab_kosong.all()}
        former = former_values(SebabKosong, list(cells), self.since)
        self.former |= {cells[pk]: value for (pk, kolom), value in former.items() if kolom == "jumlah_unit"}
        return self

    def of(self, pk: object, kolom: str) -> Former | None:
        return self.former.get((str(pk), kolom))


def plan_registry(tables: dict[str, Table], bahan: Bahan) -> RencanaRegistri:
    """What the sheets found in `tables` (by name) would change. Writes nothing."""
    return _Planner(tables, bahan).plan()


class _Planner:
    """One pass over the sheets: locations first, since rows may stand in a location of the same file."""

    def __init__(self, tables: dict[str, Table], bahan: Bahan) -> None:
        self.tables, self.bahan = tables, bahan
        self.stored = {rusun.kode: rusun for rusun in stored_locations(bahan.kabupaten_kota)}
        self.plans: dict[str, RencanaLokasi] = {}
        self.names: dict[str, list[str]] = {}
        for row in locations_of(bahan.kabupaten_kota):
            for text in {fold(row.label), fold(row.nama), fold(row.kode)}:
                self.names.setdefault(text, []).append(row.kode)
        self.cells: dict[Alamat, tuple[str, str]] = {}

    def plan(self) -> RencanaRegistri:
        results = []
        if RUSUN in self.tables:
            results.append(self.locations(self.tables[RUSUN]))
        for tabel, nama in LEMBAR_TABEL.items():
            if nama in self.tables:
                results.append(self.rows(tabel, self.tables[nama]))
        self.plans = {kode: plan for kode, plan in self.plans.items() if plan.writes}
        if results:
            results[0].temuan += self.consequences()
        return RencanaRegistri(self.plans, results)

    def plan_for(self, kode: str) -> RencanaLokasi:
        return self.plans.setdefault(kode, RencanaLokasi(self.stored[kode]))

    # --- locations -----------------------------------------------------------------------------------------------

    def locations(self, table: Table) -> Outcome:
        out = Outcome(RUSUN)
        records = list(table.records())
        owners = self.owners(table, records)
        stale = [
            kode for record, kode in owners.items()
            if kode in self.stored and split_key(records[record].kunci)[1] != self.stored[kode].versi
        ]  # fmt: skip
        newer = Newer(self.bahan.dibuat).look_up(Rusun, stale).look_up(ProfilPenghuni, stale)
        newer.look_up_causes(self.stored[kode] for kode in stale)
        seen: set[str] = set()
        number: dict[str, int] = {}
        for index, record in enumerate(records):
            kode = owners.get(index)
            values, findings = table.take(record, self.closed_fields(table, kode))
            if kode is not None and kode not in self.stored:
                findings.append(table.error(record, "B-05", f"Lokasi {kode} tidak ada di daftar lokasi yang aktif."))
            elif kode is not None and kode in seen:
                findings.append(table.error(record, "B-01", "Lokasi ini sudah ada di kolom lain.", "identitas.nama"))
            elif kode is not None:
                seen.add(kode)
                self.change_location(table, record, kode, values, findings, newer, out)
            else:
                self.new_location(table, record, values, findings, number, out)
            out.temuan += findings
            out.baris_salah += _stops(findings)
        out.hilang = [rusun.nama for kode, rusun in self.stored.items() if self.missing(RUSUN, kode, seen)]
        return out

    def closed_fields(self, table: Table, kode: str | None) -> frozenset[str]:
        """Codes of the columns of a stored location that are locked."""
        if kode not in self.stored or not self.bahan.kunci.terkunci:
            return frozenset()
        places = {code: code.partition(".") for code in table.layout.menurut_kode}
        return frozenset(
            code for code, (bagian, _, kolom) in places.items()
            if not self.bahan.kunci.opens(Alamat(kode, bagian, "", kolom))
        )  # fmt: skip

    def closed_columns(self, tabel: str, row: Any) -> frozenset[str]:
        """The columns of a stored row that are locked."""
        if row is None or not self.bahan.kunci.terkunci:
            return frozenset()
        alamat = Alamat(row.rusun_id, tabel, str(row.pk))
        return frozenset(name for name in TABEL[tabel] if not self.bahan.kunci.opens(alamat._replace(kolom=name)))

    def owners(self, table: Table, records: list[Record]) -> dict[int, str]:
        """Which stored location each record is: by its key, else by its name."""
        found = {}
        for index, record in enumerate(records):
            address, _ = split_key(record.kunci)
            if address:
                found[index] = address
            elif (cell := record.sel.get("identitas.nama")) and len(codes := self.names.get(fold(cell.value), [])) == 1:
                found[index] = codes[0]
        return found

    def missing(self, lembar: str, kunci: str, seen: set[str]) -> bool:
        known = self.bahan.kunci_templat
        return kunci not in seen and (known is None or kunci in known.get(lembar, ()))

    def change_location(
        self, table: Table, record: Record, kode: str, values: dict[str, Any], findings: list[Finding], newer: Newer,
        out: Outcome,
    ) -> None:  # fmt: skip
        rusun = self.stored[kode]
        current = location_values(rusun)
        if values.get("jenis", rusun.jenis) not in (rusun.jenis, ""):
            findings.append(table.error(record, "B-03", "Jenis lokasi yang sudah ada tidak dapat diubah.", "jenis"))
        wanted: dict[str, Any] = {}
        changes: list[Change] = []
        for code, column in table.layout.menurut_kode.items():
            if code == "jenis":
                continue
            bagian, _, kolom = code.partition(".")
            alamat = Alamat(kode, bagian, "", kolom)
            self.cells[alamat] = (RUSUN, table.ref(record, code))
            if code not in values or column.same(values[code], current[code]):
                continue
            verdict = self.verdict(table, record, column, values[code], current[code], newer.of(kode, kolom), findings)
            if not verdict:
                continue
            change = _change(table, record, column, rusun.nama, current[code], values[code])
            if not self.bahan.kunci.opens(alamat):
                self.ignored(table, record, column, change, findings, out)
                continue
            wanted[code] = values[code]
            changes.append(change)
        plan = RencanaLokasi(Rusun.objects.get(pk=kode)) if wanted else RencanaLokasi(rusun)
        findings += self.check_location(table, record, plan, current, wanted)
        if _stops(findings):
            return
        if not changes:
            out.sama += 1
            return
        out.berubah += changes
        out.baris_berubah += 1
        self.plans[kode] = plan

    def new_location(
        self, table: Table, record: Record, values: dict[str, Any], findings: list[Finding], number: dict[str, int],
        out: Outcome,
    ) -> None:  # fmt: skip
        if not self.bahan.kunci.opens(Alamat("", DAFTAR_LOKASI)):
            nama = values.get("identitas.nama") or "Lokasi baru"
            change = Change(RUSUN, table.ref(record), str(nama), "Lokasi baru", "-", str(nama))
            out.diabaikan.append(change)
            findings.append(table.warning(record, "B-21", "Lokasi baru tidak dapat ditambahkan: data terkunci."))
            return
        if _stops(findings):
            return
        jenis, nama = values["jenis"], values["identitas.nama"]
        if len(self.names.get(fold(nama), ())) > 0:
            findings.append(table.error(record, "B-01", "Nama lokasi ini sudah ada. Beri nama lain.", "identitas.nama"))
            return
        offset = number.get(jenis, 0)
        kode = code_for(self.bahan.kabupaten_kota, jenis, offset)
        plan = RencanaLokasi(
            Rusun(kode=kode, kabupaten_kota=self.bahan.kabupaten_kota, jenis=jenis, nama=nama), baru=True
        )
        blank = location_values(plan.rusun)
        wanted = {
            code: value for code, value in values.items()
            if code not in ("jenis", "identitas.nama") and not table.layout.menurut_kode[code].same(value, blank[code])
        }  # fmt: skip
        findings += self.check_location(table, record, plan, blank, wanted)
        if _stops(findings):
            return
        number[jenis] = offset + 1
        out.baru.append(NewRow(RUSUN, table.ref(record, "identitas.nama"), nama))
        self.plans[kode] = plan
        self.stored[kode] = plan.rusun
        self.names[fold(nama)] = [kode]
        for code in values:
            bagian, _, kolom = code.partition(".")
            self.cells[Alamat(kode, bagian, "", kolom)] = (RUSUN, table.ref(record, code))

    def check_location(
        self, table: Table, record: Record, plan: RencanaLokasi, current: dict[str, Any], wanted: dict[str, Any]
    ) -> list[Finding]:
        """Run the form of every section with a changed cell; the instance of `plan` carries the new values after it."""
        findings: list[Finding] = []
        for bagian in BAGIAN:
            changed = {name for name in bagian.kolom if f"{bagian.kode}.{name}" in wanted}
            if not changed:
                continue
            data = {
                name: wanted.get(f"{bagian.kode}.{name}", current[f"{bagian.kode}.{name}"]) for name in bagian.kolom
            }
            form = section_form(bagian.kode)(data, instance=plan.rusun)
            prefix = f"{bagian.kode}."
            findings += _form_findings(
                table, record, form, prefix, first=f"{prefix}{min(changed, key=bagian.kolom.index)}"
            )
            plan.kolom |= changed
        plan.sebab = {s: wanted[f"sebab_kosong.{s}"] for s in SEBAB_KOSONG if f"sebab_kosong.{s}" in wanted}
        plan.profil = {k: wanted[f"profil_penghuni.{k}"] for k in PROFIL_PENGHUNI if f"profil_penghuni.{k}" in wanted}
        return [*findings, *self.check_rules(table, record, plan, wanted)]

    def check_rules(
        self, table: Table, record: Record, plan: RencanaLokasi, wanted: dict[str, Any]
    ) -> Iterator[Finding]:
        """What a form would refuse by the rules. Sections with rows wait for their sheets: see `consequences`."""
        before = None if plan.baru else location_of(self.stored[plan.rusun.pk])
        for temuan in check_while_filling(_overlaid(before, plan), self.bahan.hari_ini):
            section = section_of(temuan.alamat.bagian)
            assert section is not None
            touched = any(f"{section.kode}.{name}" in wanted for name in section.kolom)
            if touched and section.tabel not in TABEL:
                code = f"{temuan.alamat.bagian}.{temuan.alamat.kolom}"
                yield table.error(record, temuan.kode, temuan.pesan, code)

    # --- rows of tables ------------------------------------------------------------------------------------------

    def rows(self, tabel: str, table: Table) -> Outcome:
        out = Outcome(table.layout.nama)
        known = {str(row.pk): row for rusun in self.stored.values() for row in _rows_of(rusun, tabel)}
        by_name = {_identity(tabel, row.rusun_id, row_values(tabel, row)): pk for pk, row in known.items()}
        unique = {_unique(tabel, row.rusun_id, row_values(tabel, row)): pk for pk, row in known.items()}
        records = list(table.records())
        stale = [
            row.pk for record in records
            if (row := known.get(split_key(record.kunci)[0])) and split_key(record.kunci)[1] != row.versi
        ]  # fmt: skip
        newer = Newer(self.bahan.dibuat).look_up(MODEL[tabel], stale)
        seen: set[str] = set()
        for record in records:
            address, _ = split_key(record.kunci)
            values, findings = table.take(record, self.closed_columns(tabel, known.get(address)))
            kode = self.location_of_row(table, record, values, findings, known.get(address))
            if kode is not None:
                complete = set(TABEL[tabel]) <= values.keys()
                # A copied row carries the key of its original: the first keeps it, the next is a row of its own.
                pk = address if address in known and address not in seen else ""
                if not pk and complete:
                    pk = by_name.get(_identity(tabel, kode, values), "")
                owner = pk or f"letak {record.letak}"
                if pk in seen:
                    findings.append(table.error(record, "B-01", _DOUBLE[tabel]))
                elif address and address not in known and not pk:
                    findings.append(table.error(record, "B-05", _GONE))
                elif complete and unique.setdefault(_unique(tabel, kode, values), owner) != owner:
                    findings.append(table.error(record, "B-01", _DOUBLE[tabel]))
                else:
                    seen |= {pk} if pk else set()
                    self.row(tabel, table, record, kode, known.get(pk), values, findings, newer, out)
            out.temuan += findings
            out.baris_salah += _stops(findings)
        out.hilang = [
            f"{self.stored[row.rusun_id].nama}, {_name_of(tabel, row_values(tabel, row))}"
            for pk, row in known.items() if self.missing(table.layout.nama, pk, seen)
        ]  # fmt: skip
        return out

    def location_of_row(
        self, table: Table, record: Record, values: dict[str, Any], findings: list[Finding], row: Any
    ) -> str | None:
        """The code of the location a row names; a stored row keeps its own."""
        if LOKASI not in values or not values[LOKASI]:
            return None
        codes = self.names.get(fold(values[LOKASI]), [])
        if row is not None:
            if row.rusun_id not in codes:
                findings.append(
                    table.error(record, "B-02", "Baris yang sudah ada tidak dapat dipindah ke lokasi lain.", LOKASI)
                )
                return None
            return str(row.rusun_id)
        if len(codes) != 1:
            pesan = "Nama ini dipakai beberapa lokasi; tulis kode lokasinya." if codes else (
                "Lokasi tidak dikenal. Pilih dari daftar, atau isi dahulu di lembar Rusun."
            )  # fmt: skip
            findings.append(table.error(record, "B-02", pesan, LOKASI))
            return None
        return codes[0]

    def row(
        self, tabel: str, table: Table, record: Record, kode: str, row: Any, values: dict[str, Any],
        findings: list[Finding], newer: Newer, out: Outcome,
    ) -> None:  # fmt: skip
        """Plan one row: new when `row` is None."""
        kunci = self.bahan.kunci
        nama = f"{self.stored[kode].nama}, {_name_of(tabel, values)}"
        if row is None and not kunci.opens(Alamat(kode, tabel)):
            out.diabaikan.append(Change(table.layout.nama, table.ref(record), nama, "Baris baru", "-", nama))
            findings.append(table.warning(record, "B-21", "Baris baru tidak dapat ditambahkan: data terkunci."))
            return
        pk = row.pk if row is not None else self.bahan.new_pk(table.layout.nama, record.letak)
        current = row_values(tabel, row) if row is not None else {}
        data, changes = {**current}, []
        for name in TABEL[tabel]:
            column = table.layout.menurut_kode[name]
            alamat = Alamat(kode, tabel, str(pk), name)
            self.cells[alamat] = (table.layout.nama, table.ref(record, name))
            if name not in values:
                continue
            if row is None:
                data[name] = values[name]
                continue
            if column.same(values[name], current[name]):
                continue
            if not self.verdict(table, record, column, values[name], current[name], newer.of(pk, name), findings):
                continue
            change = _change(table, record, column, nama, current[name], values[name])
            if not kunci.opens(alamat):
                self.ignored(table, record, column, change, findings, out)
                continue
            data[name] = values[name]
            changes.append(change)
        changed = {name for name in data if row is None or data[name] != current[name]}
        if not changed and not _stops(findings):
            out.sama += 1
            return
        _, form_class = ROW_FORMS[tabel]
        if _stops(findings):
            return
        instance = MODEL[tabel].objects.get(pk=pk) if row is not None else MODEL[tabel](pk=pk, rusun_id=kode)
        form = form_class(data, instance=instance)
        findings += _form_findings(table, record, form, "", first=next(n for n in TABEL[tabel] if n in changed))
        if _stops(findings):
            return
        if row is None:
            out.baru.append(NewRow(table.layout.nama, table.ref(record), nama))
        else:
            out.berubah += changes
            out.baris_berubah += 1
        self.plan_for(kode).baris.append(RencanaBaris(tabel, instance, changed))

    # --- what both have in common --------------------------------------------------------------------------------

    def verdict(
        self, table: Table, record: Record, column: Column, typed: Any, current: Any, former: Former | None,
        findings: list[Finding],
    ) -> bool:  # fmt: skip
        """Whether a differing cell is the user's change: not when the system changed it and the file did not follow."""
        if former is None:
            return True
        if column.same(typed, former.nilai):
            findings.append(
                table.warning(
                    record, "B-20", f"Dilewati: sudah diubah {former.oleh} menjadi {column.text(current)}.", column.kode
                )
            )
        else:
            findings.append(
                table.error(
                    record, "B-04",
                    f"{former.oleh} mengubahnya menjadi {column.text(current)} setelah templat diunduh. Tulis nilai "
                    "yang benar lewat formulir, atau unduh templat baru.",
                    column.kode,
                )
            )  # fmt: skip
        return False

    def ignored(
        self, table: Table, record: Record, column: Column, change: Change, findings: list[Finding], out: Outcome
    ) -> None:
        out.diabaikan.append(change)
        findings.append(table.warning(record, "B-21", f"{column.judul} tidak diubah: sel ini terkunci.", column.kode))

    def consequences(self) -> list[Finding]:
        """What the rules of sending would say after the import and did not say before it, as warnings."""
        before = {kode: location_of(rusun) for kode, rusun in self.stored.items() if not self.is_new(kode)}
        after = {kode: _overlaid(before.get(kode), self.plans.get(kode)) for kode in self.stored}
        said = {(t.kode, t.alamat, t.pesan) for t in check_registry(before, hari_ini=self.bahan.hari_ini)}
        found = []
        for temuan in check_registry(after, hari_ini=self.bahan.hari_ini):
            if (temuan.kode, temuan.alamat, temuan.pesan) in said:
                continue
            lembar, sel = self.cells.get(temuan.alamat, (LEMBAR_TABEL.get(temuan.alamat.bagian, RUSUN), ""))
            nama = after[temuan.alamat.kode_rusun]["identitas"]["nama"] if temuan.alamat.kode_rusun in after else ""
            pesan = f"{nama}: {temuan.pesan}" if nama else temuan.pesan
            found.append(Finding(temuan.kode, PERINGATAN, lembar, sel, pesan))
        return found

    def is_new(self, kode: str) -> bool:
        return bool(self.stored[kode]._state.adding)


_DOUBLE = {
    "blok": "Nama blok ini sudah ada di lokasi yang sama.",
    "tarif": "Tarif untuk lantai, tipe, satuan, dan tanggal ini sudah ada.",
    "permasalahan": "Permasalahan dengan kategori dan uraian ini sudah ada.",
}


_GONE = "Baris ini sudah tidak ada di sistem. Bila ingin menambahkannya lagi, salin isinya ke baris kosong di bawah."


def _rows_of(rusun: Rusun, tabel: str) -> Iterable[Any]:
    return () if rusun._state.adding else getattr(rusun, tabel).all()


def _identity(tabel: str, kode: str, values: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a row of a table the same row although it carries no key."""
    if tabel == "blok":
        return kode, fold(values["nama"] or "")
    if tabel == "tarif":
        return kode, *(values[name] or "" for name in ("lantai", "satuan", "tipe_m2", "berlaku_mulai"))
    return kode, str(values["kategori"]), fold(values["uraian"] or "")


def _unique(tabel: str, kode: str, values: dict[str, Any]) -> tuple[Any, ...]:
    """What the database allows once: a name per location, a rent per floor, type and date; problems may repeat."""
    if tabel == "blok":
        return kode, values["nama"]
    return _identity(tabel, kode, values) if tabel == "tarif" else (uuid.uuid4(),)


def _name_of(tabel: str, values: dict[str, Any]) -> str:
    """What a row is called in a list."""
    if tabel == "blok":
        return str(values.get("nama") or "blok")
    if tabel == "tarif":
        return f"lantai {values.get('lantai') or '-'}"
    return str(values.get("kategori") or "permasalahan")


def _change(table: Table, record: Record, column: Column, nama: str, lama: Any, baru: Any) -> Change:
    return Change(
        table.layout.nama, table.ref(record, column.kode), nama, column.judul, column.text(lama), column.text(baru)
    )


def _stops(findings: list[Finding]) -> bool:
    return any(finding.stops for finding in findings)


def _form_findings(table: Table, record: Record, form: forms.BaseForm, prefix: str, *, first: str) -> Iterator[Finding]:
    """The errors of a bound form at their cells; those of the whole form at its `first` changed cell."""
    for name, errors in form.errors.items():
        code = first if name == NON_FIELD_ERRORS else f"{prefix}{name}"
        for text in errors:
            yield table.error(record, "B-03", str(text), code)


def _overlaid(lokasi: dict[str, Any] | None, plan: RencanaLokasi | None) -> dict[str, Any]:
    """A location as it would stand after its plan."""
    if plan is None:
        assert lokasi is not None
        return lokasi
    if lokasi is None:
        lokasi = {"kode": plan.rusun.kode, "jenis": plan.rusun.jenis, **{tabel: {} for tabel in TABEL}}
        lokasi |= {row.kode: {name: plain(getattr(plan.rusun, name)) for name in row.kolom} for row in BAGIAN}
        lokasi |= {"sebab_kosong": dict.fromkeys(SEBAB_KOSONG), "profil_penghuni": dict.fromkeys(PROFIL_PENGHUNI)}
    result = {name: dict(part) if isinstance(part, dict) else part for name, part in lokasi.items()}
    for bagian in BAGIAN:
        result[bagian.kode] |= {n: plain(getattr(plan.rusun, n)) for n in bagian.kolom if n in plan.kolom}
    result["sebab_kosong"] |= plan.sebab
    result["profil_penghuni"] |= plan.profil
    for baris in plan.baris:
        values = {name: plain(value) for name, value in row_values(baris.tabel, baris.instance).items()}
        result[baris.tabel][str(baris.instance.pk)] = values
    return result


# --- writing ---------------------------------------------------------------------------------------------------------

Pemulihan = dict[str, Any]
"""What undoes the writing of one location, as JSON values."""


def write_registry(
    rencana: RencanaRegistri, kabupaten_kota: KabupatenKota, pengguna: Pengguna | None, waktu: datetime.datetime
) -> list[Pemulihan]:
    """Write the plan; returns what would undo it. Call inside `registry_write`; any refusal must roll it all back."""
    return [_write_location(plan, kabupaten_kota, pengguna, waktu) for plan in rencana.lokasi.values()]


def _write_location(
    plan: RencanaLokasi, kabupaten_kota: KabupatenKota, pengguna: Pengguna | None, waktu: datetime.datetime
) -> Pemulihan:
    rusun = plan.rusun
    if plan.baru:
        stored = create_location(kabupaten_kota, rusun.jenis, rusun.nama, pengguna)
        assert stored.kode == rusun.kode, "planned under another code"
    else:
        stored = Rusun.objects.get(pk=rusun.pk)
    before = location_of(stored)
    undo: Pemulihan = {
        "kode": stored.kode, "baru": plan.baru,
        "kolom": {name: plain(getattr(stored, name)) for name in sorted(plan.kolom)},
        "sebab": {name: before["sebab_kosong"][name] for name in plan.sebab},
        "profil": {name: before["profil_penghuni"][name] for name in plan.profil},
        "baris": [],
    }  # fmt: skip

    def write(saat: datetime.datetime) -> None:
        if plan.kolom:
            for name in plan.kolom:
                setattr(stored, name, getattr(rusun, name))
            stored.save(update_fields=plan.kolom)
        _write_figures(stored, plan.sebab, plan.profil, pengguna, saat)
        for baris in plan.baris:
            row, new = baris.instance, baris.baru
            old = None if new else before[baris.tabel][str(row.pk)]
            touch(row, pengguna, saat)
            row.save()
            kolom = {} if old is None else {name: old[name] for name in sorted(baris.kolom)}
            undo["baris"].append(
                {"tabel": baris.tabel, "pk": str(row.pk), "baru": new, "versi": row.versi, "kolom": kolom}
            )

    save_section(stored.kode, stored.versi, pengguna, write, waktu=waktu)
    undo["versi"] = Rusun.objects.values_list("versi", flat=True).get(pk=stored.kode)
    return undo


def _write_figures(
    rusun: Rusun, sebab: dict[str, int | None], profil: dict[str, int | None], pengguna: Pengguna | None,
    waktu: datetime.datetime,
) -> None:  # fmt: skip
    """Causes and profile through their forms, which know how each is stored."""
    if sebab:
        stored = {row.sebab: row.jumlah_unit for row in rusun.sebab_kosong.all()}
        causes = SebabKosongForm({**stored, **sebab}, rusun=rusun, initial=stored)
        assert causes.is_valid(), "checked when planned"
        causes.save(pengguna, waktu)  # type: ignore[arg-type]  # nobody, when the command line imports
    if profil:
        instance = ProfilPenghuni.objects.filter(rusun=rusun).first() or ProfilPenghuni(rusun=rusun)
        values = {name: getattr(instance, name) for name in PROFIL_PENGHUNI}
        profile = ProfilPenghuniForm({**values, **profil}, instance=instance)
        assert profile.is_valid(), "checked when planned"
        touch(profile.instance, pengguna, waktu)
        profile.save()


class UndoRefused(Exception):
    """What was imported has been changed or used since; `str()` names it."""


def undo_registry(
    pemulihan: list[Pemulihan], pengguna: Pengguna | None, waktu: datetime.datetime | None = None
) -> None:
    """Put back what `write_registry` changed. Call inside `registry_write`.

    Raises `UndoRefused` when a location or row was changed since, `RegistryLocked` when it was locked.
    """
    waktu = waktu or timezone.now()
    for undo in reversed(pemulihan):
        rusun = Rusun.objects.filter(pk=undo["kode"]).first()
        if rusun is None or rusun.versi != undo["versi"]:
            nama = rusun.nama if rusun else undo["kode"]
            raise UndoRefused(f"{nama} sudah diubah lagi setelah impor, jadi impor ini tidak dapat diurungkan.")
        save_section(rusun.kode, rusun.versi, pengguna, _restorer(rusun, undo, pengguna), waktu=waktu)
        if undo["baru"]:
            _remove_new(rusun)


def _restorer(rusun: Rusun, undo: Pemulihan, pengguna: Pengguna | None) -> Callable[[datetime.datetime], None]:
    def write(waktu: datetime.datetime) -> None:
        for baris in undo["baris"]:
            _restore_row(rusun, baris, pengguna, waktu)
        if undo["kolom"] and not undo["baru"]:
            for name, value in undo["kolom"].items():
                setattr(rusun, name, Rusun._meta.get_field(name).to_python(value))  # type: ignore[union-attr]
            rusun.save(update_fields=list(undo["kolom"]))
        _write_figures(rusun, undo["sebab"], undo["profil"], pengguna, waktu)

    return write


def _restore_row(rusun: Rusun, baris: dict[str, Any], pengguna: Pengguna | None, waktu: datetime.datetime) -> None:
    model = MODEL[baris["tabel"]]
    row = model.objects.select_for_update(of=("self",)).filter(pk=baris["pk"]).first()
    used = row is not None and (
        (baris["tabel"] == "permasalahan" and baris["baru"] and row.tindak_lanjut.exists())
        or (baris["tabel"] == "blok" and baris["baru"] and row.hunian.exists())
    )
    if row is None or row.versi != baris["versi"] or used:
        raise UndoRefused(
            f"{rusun.nama}: {_name_of(baris['tabel'], row_values(baris['tabel'], row)) if row else 'satu baris'} sudah "
            "diubah atau dipakai setelah impor, jadi impor ini tidak dapat diurungkan."
        )
    if baris["baru"]:
        row.delete()
        return
    for name, value in baris["kolom"].items():
        column = model._meta.get_field(name)
        setattr(row, column.attname, column.to_python(value) if not column.is_relation else value)
    touch(row, pengguna, waktu)
    row.save()


def _remove_new(rusun: Rusun) -> None:
    if rusun.lampiran.exists():
        raise UndoRefused(f"{rusun.nama} sudah punya lampiran, jadi impor ini tidak dapat diurungkan.")
    lock_state(rusun.kabupaten_kota_id).require_open([Alamat("", DAFTAR_LOKASI)])
    rusun.delete()
