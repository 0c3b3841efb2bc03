"""From the bytes of a file to what it would change: the reader, the stamp, and the importers of each app put together.

Nothing here writes. The plan says on which state of the registry it was made, so that whoever applies it can see,
inside the transaction, whether that state still stands.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from core.models import KabupatenKota
from core.workbook import findings
from core.workbook.findings import PERINGATAN, Finding, harmless
from core.workbook.layout import Table, find_table
from core.workbook.outcome import Outcome
from core.workbook.reader import Workbook, read_workbook
from core.workbook.refusals import WorkbookRefused
from monitoring.models import Isian
from penghuni import importers as penghuni
from penghuni.lembar import PENGHUNI
from penghuni.models import Hunian, Penghuni
from rusun.importers import Bahan, RencanaRegistri, plan_registry
from rusun.lembar import group_titles
from rusun.models import Blok, Permasalahan, ProfilPenghuni, Rusun, SebabKosong, Tarif
from rusun.pemeriksaan import ATURAN as ATURAN_REGISTRI
from rusun.penguncian import lock_state

from .stempel import LEMBAR_STEMPEL, Stempel, check_stamp, find_stamp
from .templat import Susunan, arrangement

Maju = Callable[[int, str], None]
"""Tells how far the work is: percent, and what is being done."""

JUDUL_ATURAN: Final[dict[str, str]] = {
    **findings.ATURAN,
    **penghuni.ATURAN,
    **{rule.kode: rule.teks.rstrip(".") for rule in ATURAN_REGISTRI},
    "W-00": "Belum ada lokasi",
}
"""Code -> title of everything an import can say."""

PERCOBAAN: Final = 3
"""How often a plan is made before one that others' writes fell into is taken."""

BERVERSI = (Rusun, Blok, Tarif, Permasalahan, SebabKosong, ProfilPenghuni, Penghuni, Hunian)


@dataclass
class Rencana:
    """What a file would change. `keadaan` names the state of the registry it was made on, `sidik` what it would do."""

    susunan: Susunan
    stempel: Stempel
    keadaan: str
    tables: dict[str, Table]
    registri: RencanaRegistri
    penghuni: penghuni.RencanaPenghuni | None
    hasil: list[Outcome]
    berisi_penghuni: bool
    umum: list[Finding] = field(default_factory=list)

    @property
    def temuan(self) -> list[Finding]:
        return [*self.umum, *(finding for outcome in self.hasil for finding in outcome.temuan)]

    @property
    def salah(self) -> list[Finding]:
        return [finding for finding in self.temuan if finding.stops]

    @property
    def writes(self) -> bool:
        return any(outcome.writes for outcome in self.hasil)

    @property
    def writes_penghuni(self) -> bool:
        return any(outcome.writes for outcome in self.hasil if outcome.lembar == PENGHUNI)

    @property
    def sidik(self) -> str:
        """The fingerprint of what a user was shown: the same file on the same state gives the same one."""
        shown = [
            [outcome.lembar, [asdict(row) for row in outcome.baru], [asdict(row) for row in outcome.berubah]]
            for outcome in self.hasil
        ]
        wrong = sorted((finding.kode, finding.lembar, finding.sel) for finding in self.salah)
        text = json.dumps([shown, wrong], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def state_of(kabupaten_kota: KabupatenKota | str) -> str:
    """A fingerprint of every row of a kabupaten/kota with its version, and of the lock: any change makes another."""
    digest = hashlib.sha256()
    for model in BERVERSI:
        rows = model._default_manager.filter(**{model.REGION_PATH: kabupaten_kota})
        versions = rows.order_by("pk").values_list(Cast("pk", TextField()), "versi")
        digest.update(f"{';'.join(f'{pk}#{versi}' for pk, versi in versions)}|".encode())
    kunci = lock_state(kabupaten_kota)
    digest.update(f"{kunci.terkunci}{sorted(map(str, kunci.terbuka))}".encode())
    return digest.hexdigest()


def plan_import(
    content: bytes, kabupaten_kota: KabupatenKota, isian: Isian | None, *, benih: uuid.UUID, dengan_penghuni: bool,
    maju: Maju = lambda persen, tahap: None, hari_ini: datetime.date | None = None,
) -> Rencana:  # fmt: skip
    """What `content` would change in `kabupaten_kota`. Raises `WorkbookRefused`; then nothing is known of the rows.

    Planning takes many reads; what somebody's commit fell into has seen two states and is planned again. While others
    write without pause the last plan is returned: whoever applies it asks for its state once more.
    """
    for _ in range(PERCOBAAN):
        rencana = _plan(content, kabupaten_kota, isian, benih, dengan_penghuni, maju, hari_ini or timezone.localdate())
        if state_of(kabupaten_kota) == rencana.keadaan:
            break
    return rencana


def _plan(
    content: bytes, kabupaten_kota: KabupatenKota, isian: Isian | None, benih: uuid.UUID, dengan_penghuni: bool,
    maju: Maju, hari_ini: datetime.date,
) -> Rencana:  # fmt: skip
    maju(5, "Membaca berkas")
    keadaan = state_of(kabupaten_kota)
    susunan = arrangement(kabupaten_kota, dengan_penghuni=dengan_penghuni)
    buku = read_workbook(content, [*susunan.nama, LEMBAR_STEMPEL])
    stempel = find_stamp(buku, susunan.nama)
    check_stamp(stempel, kabupaten_kota, isian)
    maju(35, "Mencocokkan judul kolom")
    tables = tables_of(buku, susunan)
    bahan = Bahan(kabupaten_kota, lock_state(kabupaten_kota), stempel.dibuat, stempel.kunci, hari_ini, benih)
    maju(40, "Memeriksa rusun, blok, tarif, dan permasalahan")
    registri = plan_registry(tables, bahan)
    residents = None
    if PENGHUNI in tables and susunan.tempat is not None:
        maju(50, "Memeriksa penghuni")
        residents = penghuni.plan_residents(tables[PENGHUNI], susunan.tempat, bahan)
    hasil = [*registri.hasil, *([residents.hasil] if residents else [])]
    return Rencana(
        susunan, stempel, keadaan, tables, registri, residents, hasil, has_residents(buku),
        list(_about_sheets(buku, tables)),
    )  # fmt: skip


def tables_of(buku: Workbook, susunan: Susunan) -> dict[str, Table]:
    """The sheets of ours that the file has, with their titles found. Raises `WorkbookRefused`."""
    tables = {
        layout.nama: find_table(buku.sheets[layout.nama], layout, group_titles() if layout.tegak else frozenset())
        for layout in susunan.lembar
        if layout.nama in buku.sheets
    }
    if not tables and not has_residents(buku):
        raise WorkbookRefused("bukan_templat")
    return tables


def has_residents(buku: Workbook) -> bool:
    """Whether the file has a sheet of residents, read or not: then not everybody may fetch it."""
    return any(name.strip().casefold() == PENGHUNI.casefold() for name in (*buku.sheets, *buku.others))


def _about_sheets(buku: Workbook, tables: dict[str, Table]) -> Iterable[Finding]:
    ours = {"petunjuk", "_daftar", "hasil pemeriksaan"}
    for name in buku.others:
        if name.strip().casefold() == PENGHUNI.casefold():
            yield _note(PENGHUNI, "Lembar Penghuni tidak dibaca: akun ini tidak punya akses penghuni.")
        elif name.strip().casefold() not in ours:
            yield _note(harmless(name)[:40], "Lembar ini tidak dikenal dan tidak dibaca.")
    for nama, table in tables.items():
        for title in table.judul_lain:
            yield _note(nama, f"Kolom «{harmless(title)}» tidak dikenal dan tidak dibaca.")


def _note(lembar: str, pesan: str) -> Finding:
    return Finding("L-01", PERINGATAN, lembar, "", pesan)


def summary(rencana: Rencana) -> dict[str, Any]:
    """The summary the command line prints; the same words as the page."""
    return {
        "baru": sum(len(outcome.baru) for outcome in rencana.hasil),
        "berubah": sum(outcome.baris_berubah for outcome in rencana.hasil),
        "sel_berubah": sum(len(outcome.berubah) for outcome in rencana.hasil),
        "sama": sum(outcome.sama for outcome in rencana.hasil),
        "hilang": sum(len(outcome.hilang) for outcome in rencana.hasil),
        "diabaikan": sum(len(outcome.diabaikan) for outcome in rencana.hasil),
        "kesalahan": [brief(finding) for finding in rencana.temuan if finding.stops],
        "peringatan": [brief(finding) for finding in rencana.temuan if not finding.stops],
    }


def brief(finding: Finding) -> dict[str, str]:
    """A finding in the four words of the summary."""
    return {"lembar": finding.lembar, "sel": finding.sel, "kode": finding.kode, "pesan": finding.pesan}
