"""Taking in the sheet of residents: ten thousand households at once, by the rules of their forms.

Cells are read column by column through the form fields, households and stays are compared in memory, and what changes
is written set by set with its history. `plan_residents` writes nothing; `write_residents` runs inside the transaction
that holds the registry lock. Residents are never locked, and nobody is removed because a row is missing.
"""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models
from django.db.models import Max

from core.bulk_history import DELETE, UPDATE, Former, former_values, record_creation, record_history
from core.bulk_insert import insert_rows, maker
from core.models import KabupatenKota, Pengguna
from core.sealed import Sealed, fingerprint, fingerprints
from core.versions import touch
from core.workbook.findings import Finding
from core.workbook.layout import Column, Record, Table, fold
from core.workbook.outcome import Change, NewRow, Outcome
from rusun.enums import PolaHunian
from rusun.importers import Bahan, UndoRefused, split_key
from rusun.models import Blok

from .bagian import SECTIONS
from .enums import KeluarKe
from .ganda import forget, listed_elsewhere
from .hunian import unit_number
from .lembar import BLOK, NOMOR, PENGHUNI, RINCIAN, UNCHANGED, Tempat
from .models import CalonPemilikRumah, HasilPenyaringan, Hunian, Penghuni, PermintaanSubjek
from .models.pencocokan import PENCOCOKAN, derive
from .nik import Nik, nik_warnings
from .penyaringan import forget_results

ATURAN: Final[dict[str, str]] = {
    "N-01": "NIK atau No KK dipakai dua kali",
    "N-02": "NIK dan nama sama-sama berbeda dari data lama",
    "N-20": "NIK tidak cocok dengan isian lain",
    "N-21": "Juga tercatat di daerah lain",
    "H-01": "Unit tidak dapat ditempati",
    "H-02": "Tanggal tinggal tidak mungkin",
    "H-03": "Data hunian belum lengkap",
}
"""Code -> title of what concerns residents only: N numbers, H stays."""

BATCH: Final = 500
KOLOM: Final = tuple(name for _, names in SECTIONS for name in names if name not in NOMOR)
JUMLAH_ANAK: Final = next(rule for rule in Penghuni._meta.constraints if rule.name == "penghuni_anggota_cukup")


@dataclass
class RencanaPenghuni:
    """The plan for the sheet of residents: rows to write, in the order they are written, and what to tell."""

    hasil: Outcome
    penghuni_baru: list[Penghuni] = field(default_factory=list)
    penghuni_berubah: list[tuple[Penghuni, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    hunian_berakhir: list[tuple[Hunian, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    hunian_berubah: list[tuple[Hunian, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    hunian_baru: list[Hunian] = field(default_factory=list)


@dataclass
class _Baris:
    """One row under way: the household it is, what it changes, and where it lives afterwards."""

    record: Record
    values: dict[str, Any]
    findings: list[Finding]
    penghuni: Penghuni | None = None
    nama: str = ""
    sidik: list[str] = field(default_factory=list)
    perubahan: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    tampil: list[Change] = field(default_factory=list)
    berakhir: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    hunian_ubah: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    hunian_baru: dict[str, Any] | None = None

    @property
    def salah(self) -> bool:
        return any(finding.stops for finding in self.findings)


def plan_residents(table: Table, tempat: Sequence[Tempat], bahan: Bahan) -> RencanaPenghuni:
    """What the sheet would change. Writes nothing; a fixed number of queries whatever the number of rows."""
    return _Planner(table, tempat, bahan).plan()


class _Planner:
    """One pass over the sheet: who is it, what differs, where do they live; then who fits into which unit."""

    def __init__(self, table: Table, tempat: Sequence[Tempat], bahan: Bahan) -> None:
        self.table, self.bahan = table, bahan
        self.columns = table.layout.menurut_kode
        self.new_resident, self.new_stay = maker(Penghuni), maker(Hunian)
        self.plain = [(name, self.columns[name]) for name in KOLOM]
        self.places = {fold(row.label): row.blok for row in tempat}
        self.labels = {row.blok.pk: row.label for row in tempat}
        # Sealed columns stay sealed: numbers are compared by their keyed hash.
        self.stored = {str(row.pk): row for row in _residents_unopened(bahan.kabupaten_kota)}
        self.by_nik = {row.nik_sidik: key for key, row in self.stored.items() if row.nik_sidik}
        stays = Hunian.objects.open().filter(penghuni__kabupaten_kota=bahan.kabupaten_kota).prefetch_related("blok")
        self.stays = {str(stay.penghuni_id): stay for stay in stays}
        ended = Hunian.objects.filter(penghuni__kabupaten_kota=bahan.kabupaten_kota, selesai__isnull=False)
        # A file older than the end of a stay still tells of it as if it went on.
        just_ended = ended.filter(diubah__gt=bahan.dibuat)
        self.just_ended = {(str(s.penghuni_id), s.blok_id, s.nomor_unit, s.mulai) for s in just_ended}
        self.last_end = {str(pk): day for pk, day in ended.order_by().values_list("penghuni").annotate(Max("selesai"))}
        self.by_place = {
            (fold(self.stored[key].nama), stay.blok_id, stay.nomor_unit): key for key, stay in self.stays.items()
        }
        self.homeless = {
            fold(row.nama): key
            for key, row in self.stored.items()
            if key not in self.stays and key not in self.last_end
        }
        self.former: dict[tuple[str, str], Former] = {}

    def plan(self) -> RencanaPenghuni:
        rows = [_Baris(record, *self.table.take(record)) for record in self.table.records()]
        self.look_up_newer(rows)
        self.identify(rows)
        for row in rows:
            if row.penghuni is not None or not row.salah:
                self.compare(row)
                self.compare_stay(row)
        self.warn_about_numbers(rows)
        self.fit_into_units(rows)
        return self.result(rows)

    # --- who is it -----------------------------------------------------------------------------------------------

    def look_up_newer(self, rows: list[_Baris]) -> None:
        stale, stays = [], []
        for row in rows:
            key, versi = split_key(row.record.kunci)
            if (stored := self.stored.get(key)) is not None:
                stale += [key] if versi != stored.versi else []
                stays += [self.stays[key].pk] if key in self.stays else []
        self.former = former_values(Penghuni, stale, self.bahan.dibuat)
        moved = former_values(Hunian, stays, self.bahan.dibuat) if self.changed_since(stays) else {}
        self.former |= {(pk, f"hunian.{name}"): value for (pk, name), value in moved.items()}

    def changed_since(self, stays: list[uuid.UUID]) -> bool:
        """Whether any of these stays was touched after the template was written: usually none was."""
        return any(stay.diubah > self.bahan.dibuat for stay in self.stays.values()) if stays else False

    def identify(self, rows: list[_Baris]) -> None:
        """By key, else by NIK, else by name and unit. A copied key belongs to its first row."""
        seen: dict[str, Record] = {}
        numbers: dict[str, Record] = {}
        for row in rows:
            key, _ = split_key(row.record.kunci)
            nik = row.values.get("nik")
            sidik = row.sidik = fingerprints(nik.angka) if isinstance(nik, Nik) else []
            by_number = next((self.by_nik[print_] for print_ in sidik if print_ in self.by_nik), "")
            owner = key if key in self.stored and key not in seen else by_number or self.by_name(row)
            row.nama = str(row.values.get("nama") or (self.stored[owner].nama if owner else ""))
            if key and key not in self.stored and not owner:
                self.error(
                    row, "B-05", "Penghuni ini sudah tidak ada di daftar. Tulis lagi pada baris kosong di bawah."
                )
            if owner in seen:
                where = self.table.row_label(seen[owner])
                self.error(row, "B-01", f"Penghuni ini sudah ada di {where}.", "nama")
                continue
            if sidik and sidik[0] in numbers:
                self.error(row, "N-01", f"NIK ini sudah dipakai di {self.table.row_label(numbers[sidik[0]])}.", "nik")
            elif by_number and owner != by_number:
                self.error(row, "N-01", "NIK ini sudah tercatat atas nama penghuni lain di daftar Anda.", "nik")
            if sidik:
                numbers.setdefault(sidik[0], row.record)
            if owner:
                seen[owner] = row.record
                row.penghuni = self.stored[owner]
            else:
                self.require_new(row)
        self.seen = seen

    def by_name(self, row: _Baris) -> str:
        """A household that carries neither key nor NIK, by its name and unit."""
        nama, unit = fold(str(row.values.get("nama") or "")), row.values.get("hunian.nomor_unit")
        if not unit:
            found = self.homeless.get(nama, "") if not row.values.get(BLOK) else ""
            return found if found and not self.stored[found].nik_sidik else ""
        blok = self.places.get(fold(str(row.values.get(BLOK) or "")))
        found = self.by_place.get((nama, blok.pk, unit_number(unit)), "") if blok else ""
        # Another number makes another person, whatever the name.
        other = isinstance(row.values.get("nik"), Nik) and found and self.stored[found].nik_sidik
        return "" if other else found

    def require_new(self, row: _Baris) -> None:
        for name in NOMOR:
            if row.values.get(name) == UNCHANGED:
                judul = self.columns[name].judul
                self.error(row, "S-09", f"{judul} tersamar tidak dapat dipakai pada baris baru; ketik lengkap.", name)

    # --- what differs --------------------------------------------------------------------------------------------

    def compare(self, row: _Baris) -> None:
        stored = row.penghuni
        for name, column in self.plain:
            if name not in row.values:
                continue
            typed = row.values[name]
            current = getattr(stored, name) if stored is not None else None
            if typed == current or column.same(typed, current):
                continue
            if stored is not None:
                if not self.is_users(row, column, typed, current, self.former.get((str(stored.pk), name))):
                    continue
                self.show(row, column, current, typed)
            row.perubahan[name] = (current, typed)
        self.compare_numbers(row)
        anggota = self.value_after(row, "jumlah_anggota")
        anak = self.value_after(row, "jumlah_anak")
        if anggota is not None and anak is not None and anak > anggota:
            self.error(row, "B-03", str(JUMLAH_ANAK.violation_error_message), "jumlah_anak")

    def value_after(self, row: _Baris, name: str) -> Any:
        if name in row.perubahan:
            return row.perubahan[name][1]
        return getattr(row.penghuni, name) if row.penghuni is not None else row.values.get(name)

    def compare_numbers(self, row: _Baris) -> None:
        """Sealed numbers by their hash; blank and masked ones say nothing new."""
        for name in NOMOR:
            typed = row.values.get(name)
            if typed in (None, "", UNCHANGED):
                continue
            text = typed.angka if isinstance(typed, Nik) else str(typed)
            stored = getattr(row.penghuni, f"{name}_sidik") if row.penghuni is not None else ""
            if stored and stored in (row.sidik if name == "nik" else fingerprints(text)):
                continue
            row.perubahan[name] = ("", Sealed(text))
            if row.penghuni is None:
                continue
            self.show(row, self.columns[name], "tercatat" if stored else None, text)
            if name == "nik" and stored and "nama" in row.perubahan:
                self.error(
                    row, "N-02",
                    f"Ini baris {row.penghuni.nama}. Bila sekarang penghuni lain, tulis pada baris kosong di bawah.",
                    "nik",
                )  # fmt: skip

    def is_users(self, row: _Baris, column: Column, typed: Any, current: Any, former: Former | None) -> bool:
        """Whether a differing cell is the user's change, and not one of the system that the file does not know."""
        if former is None:
            return True
        if column.same(typed, former.nilai):
            row.findings.append(self.table.warning(
                row.record, "B-20", f"Dilewati: sudah diubah {former.oleh} menjadi {column.text(current)}.", column.kode
            ))  # fmt: skip
        else:
            self.error(
                row, "B-04", f"{former.oleh} mengubahnya menjadi {column.text(current)} setelah templat diunduh. Tulis "
                "nilai yang benar lewat formulir, atau unduh templat baru.", column.kode,
            )  # fmt: skip
        return False

    def show(self, row: _Baris, column: Column, lama: Any, baru: Any) -> None:
        row.tampil.append(
            Change(
                PENGHUNI, self.table.ref(row.record, column.kode), row.nama, column.judul,
                str(lama) if column.rahasia and lama else column.text(lama), column.text(baru),
            )
        )  # fmt: skip

    def error(self, row: _Baris, kode: str, pesan: str, kolom: str = "") -> None:
        row.findings.append(self.table.error(row.record, kode, pesan, kolom))

    # --- where do they live --------------------------------------------------------------------------------------

    def compare_stay(self, row: _Baris) -> None:
        values = row.values
        if BLOK not in values or "hunian.nomor_unit" not in values:
            return  # told already: where somebody lives could not be read
        stay = self.stays.get(str(row.penghuni.pk)) if row.penghuni is not None else None
        blok, place = None, str(values.get(BLOK) or "")
        if place and (blok := self.places.get(fold(place))) is None:
            self.error(row, "B-02", "Lokasi dan blok tidak dikenal. Pilih dari daftar.", BLOK)
            return
        unit = unit_number(str(values.get("hunian.nomor_unit") or ""))
        selesai = values.get("hunian.selesai")
        if bool(place) != bool(unit):
            kolom = "hunian.nomor_unit" if place else BLOK
            self.error(row, "H-03", "Isi lokasi dan blok bersama nomor unit, atau kosongkan keduanya.", kolom)
            return
        if stay is None:
            self.begin_or_same(row, blok, unit, selesai)
        elif blok is None:
            self.error(
                row, "H-03", "Penghuni ini tercatat di sebuah unit. Bila sudah keluar, isi Tanggal keluar.", BLOK
            )
        elif (blok.pk, unit) == (stay.blok_id, stay.nomor_unit):
            self.correct(row, stay)
        elif self.system_moved(stay):
            row.findings.append(self.table.warning(
                row.record, "B-20", "Dilewati: unit penghuni ini sudah diubah di sistem.", "hunian.nomor_unit"
            ))  # fmt: skip
        else:
            self.move(row, stay, blok, unit)
        if selesai and stay is not None and not row.salah and row.hunian_baru is None:
            self.end(row, stay, selesai)

    def system_moved(self, stay: Hunian) -> bool:
        """A stay that began in the system after the template was written is not undone by an older file."""
        return stay.versi == 1 and stay.diubah > self.bahan.dibuat

    def begin_or_same(self, row: _Baris, blok: Blok | None, unit: str, selesai: datetime.date | None) -> None:
        """Nobody home: a stay begins, unless the file tells of one that has ended already."""
        if blok is None:
            return
        mulai = row.values.get("hunian.mulai")
        key = str(row.penghuni.pk) if row.penghuni is not None else ""
        ended = self.last_end.get(key)
        if selesai and ended == selesai:
            return
        if (key, blok.pk, unit, mulai) in self.just_ended:
            row.findings.append(self.table.warning(
                row.record, "B-20", "Dilewati: penghuni ini sudah dicatat keluar di sistem.", "hunian.nomor_unit"
            ))  # fmt: skip
            return
        if selesai:
            self.error(row, "H-02", "Penghuni ini tidak sedang tercatat di unit. Kosongkan Tanggal keluar.",
                       "hunian.selesai")  # fmt: skip
            return
        if self.require_day(row, mulai, "hunian.mulai", "Isi tanggal mulai tinggal."):
            assert mulai is not None
            if ended is not None and mulai < ended:
                self.error(row, "H-02", "Mulai tinggal mendahului akhir hunian sebelumnya.", "hunian.mulai")
            row.hunian_baru = {"blok": blok, "nomor_unit": unit, "mulai": mulai, **self.details(row)}
            if row.penghuni is not None:
                self.show(row, self.columns[BLOK], None, f"{self.labels[blok.pk]}, unit {unit}")

    def details(self, row: _Baris) -> dict[str, Any]:
        found = {name: row.values.get(f"hunian.{name}") for name in RINCIAN}
        return {name: value for name, value in found.items() if value not in (None, "")}

    def correct(self, row: _Baris, stay: Hunian) -> None:
        """The same unit: figures of the stay may change, also the day it began."""
        for name in ("mulai", *RINCIAN):
            code = f"hunian.{name}"
            if code not in row.values:
                continue
            typed, current, column = row.values[code], getattr(stay, name), self.columns[code]
            if name == "perpanjangan_ke" and typed is None:
                continue
            if column.same(typed, current):
                continue
            if not self.is_users(row, column, typed, current, self.former.get((str(stay.pk), code))):
                continue
            if name == "mulai" and not self.require_day(row, typed, code, "Isi tanggal mulai tinggal."):
                continue
            row.hunian_ubah[name] = (current, typed)
            self.show(row, column, current, typed)

    def move(self, row: _Baris, stay: Hunian, blok: Blok, unit: str) -> None:
        """Another unit: the old stay ends and a new one begins on the day given."""
        tanggal = row.values.get("hunian.mulai")
        if not self.require_day(row, tanggal, "hunian.mulai", "Isi tanggal pindah pada Mulai tinggal."):
            return
        assert tanggal is not None
        if tanggal == stay.mulai:
            pesan = "Unit berbeda dari data lama. Tulis tanggal pindahnya pada Mulai tinggal."
            self.error(row, "H-02", pesan, "hunian.mulai")
        elif tanggal < stay.mulai:
            pesan = "Tanggal pindah mendahului tanggal mulai tinggal di unit lama."
            self.error(row, "H-02", pesan, "hunian.mulai")
        elsewhere = blok.rusun_id != stay.blok.rusun_id
        row.berakhir = {"selesai": (None, tanggal), "keluar_ke": ("", KeluarKe.RUSUN_LAIN if elsewhere else "")}
        row.hunian_baru = {"blok": blok, "nomor_unit": unit, "mulai": tanggal, **self.details(row)}
        lama = f"{self.labels.get(stay.blok_id, '-')}, unit {stay.nomor_unit}"
        self.show(row, self.columns[BLOK], lama, f"{self.labels[blok.pk]}, unit {unit}")

    def end(self, row: _Baris, stay: Hunian, selesai: datetime.date) -> None:
        tujuan = row.values.get("hunian.keluar_ke")
        if not tujuan:
            self.error(row, "H-03", "Isi Pindah ke bersama Tanggal keluar.", "hunian.keluar_ke")
        if selesai < stay.mulai:
            self.error(row, "H-02", "Tanggal keluar mendahului tanggal mulai tinggal.", "hunian.selesai")
        if self.require_day(row, selesai, "hunian.selesai", ""):
            row.berakhir = {"selesai": (None, selesai), "keluar_ke": ("", tujuan)}
            self.show(row, self.columns["hunian.selesai"], None, selesai)

    def require_day(self, row: _Baris, day: datetime.date | None, kolom: str, missing: str) -> bool:
        if day is None:
            if kolom in row.values:  # else its cell could not be read, which is told already
                self.error(row, "H-03", missing, kolom)
            return False
        if day > self.bahan.hari_ini:
            self.error(row, "H-02", "Tanggal tidak boleh sesudah hari ini.", kolom)
            return False
        return True

    # --- all rows together ---------------------------------------------------------------------------------------

    def warn_about_numbers(self, rows: list[_Baris]) -> None:
        new: dict[str, _Baris] = {}
        for row in rows:
            nik = row.values.get("nik")
            if isinstance(nik, Nik) and "nik" in row.perubahan:
                born, sex = self.value_after(row, "tanggal_lahir"), self.value_after(row, "jenis_kelamin")
                for text in nik_warnings(nik, born, sex or ""):
                    row.findings.append(self.table.warning(row.record, "N-20", text, "nik"))
                new |= dict.fromkeys(row.sidik, row)
        for batch in _batches(list(new)):
            own = [row.penghuni.pk for row in map(new.__getitem__, batch) if row.penghuni is not None]
            others = listed_elsewhere(batch, self.bahan.kabupaten_kota, own)
            for sidik in set(others.values_list("nik_sidik", flat=True)):
                row = new[sidik]
                row.findings.append(self.table.warning(
                    row.record, "N-21", "Penghuni ini juga tercatat di daerah lain. Hubungi provinsi.", "nik"
                ))  # fmt: skip

    def fit_into_units(self, rows: list[_Baris]) -> None:
        """Whether everybody has room once all right rows are written; a wrong row leaves its household where it was.

        Repeated until nothing changes: whoever may not move keeps the old unit, which may turn the next one away.
        """
        while True:
            living: dict[tuple[Any, str], int] = defaultdict(int)
            leaving = {str(row.penghuni.pk) for row in rows if row.penghuni and row.berakhir and not row.salah}
            for key, stay in self.stays.items():
                living[stay.blok_id, stay.nomor_unit] += key not in leaving
            refused = False
            for row in rows:
                if row.salah or row.hunian_baru is None:
                    continue
                blok, unit = row.hunian_baru["blok"], row.hunian_baru["nomor_unit"]
                living[blok.pk, unit] += 1
                if text := _no_room(blok, unit, living[blok.pk, unit]):
                    self.error(row, "H-01", text, "hunian.nomor_unit")
                    refused = True
                    break
            if not refused:
                return

    def result(self, rows: list[_Baris]) -> RencanaPenghuni:
        out = Outcome(PENGHUNI)
        plan = RencanaPenghuni(out)
        for row in rows:
            out.temuan += row.findings
            if row.salah:
                out.baris_salah += 1
            elif row.penghuni is None:
                self.enter(row, plan)
            elif row.tampil:
                out.berubah += row.tampil
                out.baris_berubah += 1
                self.change(row, plan)
            else:
                out.sama += 1
        known = self.bahan.kunci_templat
        asked = set(self.stays) | set(self.homeless.values()) if known is None else known.get(PENGHUNI, frozenset())
        out.hilang = [self.stored[key].nama for key in sorted(asked & self.stored.keys() - self.seen.keys())]
        return plan

    def enter(self, row: _Baris, plan: RencanaPenghuni) -> None:
        values = {name: new for name, (_, new) in row.perubahan.items()}
        penghuni = self.new_resident(
            {
                "id": self.bahan.new_pk(PENGHUNI, row.record.letak),
                "kabupaten_kota_id": self.bahan.kabupaten_kota.pk,
                **values,
            }
        )
        plan.penghuni_baru.append(penghuni)
        plan.hasil.baru.append(NewRow(PENGHUNI, self.table.ref(row.record, "nama"), row.nama))
        if row.hunian_baru is not None:
            plan.hunian_baru.append(self.stay_of(row, penghuni))

    def stay_of(self, row: _Baris, penghuni: Penghuni) -> Hunian:
        assert row.hunian_baru is not None
        blok: Blok = row.hunian_baru["blok"]
        stay = self.new_stay({
            "id": self.bahan.new_pk("Hunian", row.record.letak), "penghuni_id": penghuni.pk, "blok_id": blok.pk,
            "perorangan": blok.pola_hunian == PolaHunian.PERORANGAN,
            **{name: value for name, value in row.hunian_baru.items() if name != "blok"},
        })  # fmt: skip
        stay.blok = blok
        return stay

    def change(self, row: _Baris, plan: RencanaPenghuni) -> None:
        assert row.penghuni is not None
        if row.perubahan:
            plan.penghuni_berubah.append((row.penghuni, row.perubahan))
        stay = self.stays.get(str(row.penghuni.pk))
        if row.berakhir and stay is not None:
            plan.hunian_berakhir.append((stay, {**row.hunian_ubah, **row.berakhir}))
        elif row.hunian_ubah and stay is not None:
            plan.hunian_berubah.append((stay, row.hunian_ubah))
        if row.hunian_baru is not None:
            plan.hunian_baru.append(self.stay_of(row, row.penghuni))


def _residents_unopened(kabupaten_kota: KabupatenKota) -> Iterator[Penghuni]:
    """As `defer(*NOMOR)` loads them, which looks for each of forty names in a list, for every row."""
    names = [column.attname for column in Penghuni._meta.concrete_fields if column.name not in NOMOR]
    rows = Penghuni.objects.named().filter(kabupaten_kota=kabupaten_kota)
    loaded = frozenset(names)
    for values in rows.values_list(*names).iterator():
        yield Penghuni.from_db(rows.db, loaded, values)


def _no_room(blok: Blok, unit: str, living: int) -> str:
    """Why a unit with `living` households in it holds one too many; "" when it does not."""
    if blok.pola_hunian == PolaHunian.PERORANGAN:
        if living > blok.kapasitas_unit:
            return f"Unit {unit} penuh: kapasitas {blok.kapasitas_unit} orang per unit di {blok.nama}."
    elif living > 1:
        return f"Unit {unit} di {blok.nama} masih dihuni keluarga lain, di sistem atau di baris lain."
    return ""


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


# --- writing ---------------------------------------------------------------------------------------------------------


def seal_ahead(rencana: RencanaPenghuni) -> None:
    """Seal every new number before the transaction begins: the lock is held for writing only."""
    for penghuni in rencana.penghuni_baru:
        for name in NOMOR:
            if isinstance(number := getattr(penghuni, name), Sealed):
                number.token()


def lock_residents(rencana: RencanaPenghuni) -> None:
    """Take the rows that moving people takes, in the same order: households, then blocks. Call before writing."""
    changed = [row.pk for row, _ in rencana.penghuni_berubah]
    changed += [stay.penghuni_id for stay, _ in (*rencana.hunian_berakhir, *rencana.hunian_berubah)]
    for batch in _batches(sorted(set(changed))):
        list(Penghuni.objects.filter(pk__in=batch).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    blocks = {stay.blok_id for stay in rencana.hunian_baru}
    list(Blok.objects.filter(pk__in=blocks).order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def write_residents(
    rencana: RencanaPenghuni, pengguna: Pengguna | None, waktu: datetime.datetime
) -> dict[str, list[dict[str, Any]]]:
    """Write the plan set by set with its history; returns what would undo it. Call inside `registry_write`."""
    undo = {
        "penghuni": _update(Penghuni, rencana.penghuni_berubah, pengguna, waktu),
        "hunian": _update(Hunian, [*rencana.hunian_berakhir, *rencana.hunian_berubah], pengguna, waktu),
    }
    undo["penghuni"] += _create(Penghuni, rencana.penghuni_baru, pengguna, waktu)
    undo["hunian"] += _create(Hunian, rencana.hunian_baru, pengguna, waktu)
    return undo


def _create(
    model: type[Any], rows: list[Any], pengguna: Pengguna | None, waktu: datetime.datetime
) -> list[dict[str, Any]]:
    for row in rows:
        touch(row, pengguna, waktu)
    insert_rows(model, rows)
    record_creation(model, rows, pengguna, waktu)
    return [{"pk": str(row.pk), "versi": 1, "sebelum": None} for row in rows]


def _update(
    model: type[Any],
    rows: list[tuple[Any, dict[str, tuple[Any, Any]]]],
    pengguna: Pengguna | None,
    waktu: datetime.datetime,
) -> list[dict[str, Any]]:
    """Rows with the same columns changed go together, so that no statement names a column it does not change."""
    groups: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    undo: list[dict[str, Any]] = []
    sealed = _sealed_before(model, rows)
    for row, changes in rows:
        undo.append({
            "pk": str(row.pk), "versi": row.versi + 1,
            "sebelum": {name: sealed.get((row.pk, name), _json(old)) for name, (old, _) in changes.items()},
        })  # fmt: skip
        for name, (_, new) in changes.items():
            setattr(row, name, new)
            if isinstance(new, Sealed):
                setattr(row, f"{name}_sidik", fingerprint(new.reveal()))
        touch(row, pengguna, waktu)
        if model is Penghuni:
            derive(row)
        groups[tuple(sorted(changes))].append(row)
    also = ["versi", "diubah", "diubah_oleh", *(PENCOCOKAN if model is Penghuni else ())]
    for names, members in groups.items():
        columns = [*names, *(f"{name}_sidik" for name in names if name in NOMOR), *also]
        model.objects.bulk_update(members, columns, batch_size=200)
    record_history(UPDATE, rows, pengguna, waktu)
    return undo


def _sealed_before(model: type[Any], rows: list[tuple[Any, dict[str, tuple[Any, Any]]]]) -> dict[tuple[Any, str], str]:
    """The numbers that are about to be replaced, in the clear: what undoes them is sealed as a whole."""
    changed = [row.pk for row, changes in rows if NOMOR.keys() & changes.keys()]
    found: dict[tuple[Any, str], str] = {}
    for batch in _batches(changed):
        for row in model.objects.filter(pk__in=batch):
            found |= {(row.pk, name): getattr(row, name).reveal() for name in NOMOR}
    return found


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def undo_residents(
    pemulihan: dict[str, list[dict[str, Any]]], pengguna: Pengguna | None, waktu: datetime.datetime
) -> None:
    """Put back what `write_residents` changed. Raises `UndoRefused` when somebody was changed or moved since."""
    stays, people = pemulihan["hunian"], pemulihan["penghuni"]
    _check_untouched(Penghuni, people)
    _check_untouched(Hunian, stays)
    new_people = [row["pk"] for row in people if row["sebelum"] is None]
    new_stays = {row["pk"] for row in stays if row["sebelum"] is None}
    for batch in _batches(new_people):
        moved = Hunian.objects.filter(penghuni__in=batch).exclude(pk__in=new_stays)
        if moved.exists() or PermintaanSubjek.objects.filter(penghuni__in=batch).exists():
            raise UndoRefused(_MOVED_ON)
    _remove(Hunian, sorted(new_stays), pengguna, waktu)
    _restore(Hunian, stays, pengguna, waktu)
    _remove(Penghuni, new_people, pengguna, waktu)
    _restore(Penghuni, people, pengguna, waktu)


_MOVED_ON = (
    "Sebagian penghuni sudah diubah, dipindah, atau mengajukan permintaan, jadi impor ini tidak dapat diurungkan."
)


def _check_untouched(model: type[Any], rows: list[dict[str, Any]]) -> None:
    versions = {row["pk"]: row["versi"] for row in rows}
    found: dict[str, int] = {}
    for batch in _batches(sorted(versions)):
        kept = model.objects.filter(pk__in=batch).order_by("pk").select_for_update(of=("self",))
        found |= {str(pk): versi for pk, versi in kept.values_list("pk", "versi")}
    if found != versions:
        raise UndoRefused(_MOVED_ON)


def _remove(model: type[Any], pks: list[str], pengguna: Pengguna | None, waktu: datetime.datetime) -> None:
    for batch in _batches(pks):
        if model is Penghuni:
            forget_results(HasilPenyaringan.objects.filter(penghuni__in=batch))
            if CalonPemilikRumah.objects.filter(pk__in=batch).exists():
                raise UndoRefused("Sebagian penghuni sudah menjadi calon, jadi impor ini tidak dapat diurungkan.")
            forget(batch, pengguna)
        rows = list(_by_key(model, batch).defer(*(NOMOR if model is Penghuni else ())))
        record_history(DELETE, ((row, {}) for row in rows), pengguna, waktu)
        # The history is written above, for all at once; nothing else hangs on a row nobody has touched.
        model.objects.filter(pk__in=batch)._raw_delete(model.objects.db)


def _by_key(model: type[Any], pks: Sequence[str]) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model.objects.filter(pk__in=pks)
    return rows.select_related("blok") if model is Hunian else rows


def _restore(model: type[Any], rows: list[dict[str, Any]], pengguna: Pengguna | None, waktu: datetime.datetime) -> None:
    before = {row["pk"]: row["sebelum"] for row in rows if row["sebelum"] is not None}
    for batch in _batches(sorted(before)):
        changed = []
        for row in _by_key(model, batch):
            values = {name: model._meta.get_field(name).to_python(old) for name, old in before[str(row.pk)].items()}
            changed.append((row, {name: (getattr(row, name), old) for name, old in values.items()}))
        _update(model, changed, pengguna, waktu)
