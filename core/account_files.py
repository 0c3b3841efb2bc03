"""Accounts by file: the workbook to fill in, what it would make, and every cell that is wrong."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from .account_forms import AkunForm
from .fields import TeksField
from .models import KabupatenKota, Pengguna
from .sealed import InvalidToken, seal, unseal
from .wilayah import UnknownRegion, region_named
from .workbook.findings import GALAT, Finding, harmless
from .workbook.layout import CHOICE, FLAG, NAME_NUMBER, NO, WORDS, YES, Column, Layout, column_of, find_table
from .workbook.reader import read_workbook
from .workbook.refusals import WorkbookRefused

LEMBAR: Final = "Akun"
PALING_BANYAK: Final = 100
"""Each account costs one slow hash while somebody waits."""
JUDUL: Final = {
    "nama": "Nama", "username": "Nama akun", "peran": "Peran", "kabupaten_kota": "Kabupaten/kota",
    "akses_penghuni": "Akses penghuni", "koordinator": "Koordinator", "jabatan": "Jabatan", "nip": "NIP",
    "surel": "Surel", "whatsapp": "Nomor WhatsApp",
}  # fmt: skip
_WIDTHS: Final = {"nama": 30, "username": 22, "peran": 26, "kabupaten_kota": 26, "jabatan": 28, "nip": 22, "surel": 30}


@dataclass(frozen=True)
class Baris:
    """One row as read: its number, its values by field, the address of each cell, and what could not be read."""

    nomor: int
    nilai: dict[str, Any]
    sel: dict[str, str]
    temuan: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Rencana:
    """What a workbook would make: the accounts, not saved, and the findings; with any of them nothing is made."""

    akun: list[Pengguna]
    temuan: list[Finding]


def layout() -> Layout:
    """The sheet, its columns read as the form of an account reads them."""
    fields = AkunForm().fields
    kinds = {
        "peran": CHOICE, "akses_penghuni": FLAG, "koordinator": FLAG, "kabupaten_kota": WORDS, "nip": NAME_NUMBER,
        "whatsapp": NAME_NUMBER,
    }  # fmt: skip
    return Layout(LEMBAR, tuple(_column(kode, fields[kode], kinds.get(kode, WORDS)) for kode in JUDUL))


def _column(kode: str, field: Any, jenis: str) -> Column:
    if jenis in (CHOICE, FLAG):
        return column_of(kode, field, JUDUL[kode], jenis=jenis)
    # Only as text here: the form says what is wrong with it, in its own words.
    return Column(kode, JUDUL[kode], TeksField(max_length=500, required=False), jenis, wajib=field.required)


# --- reading ----------------------------------------------------------------------------------------------------------


def read_rows(content: bytes) -> list[Baris]:
    """The rows of a workbook. Raises `WorkbookRefused` for a file that is not taken at all."""
    book = read_workbook(content, [LEMBAR])
    if LEMBAR not in book.sheets:
        raise WorkbookRefused("bukan_templat")
    table = find_table(book.sheets[LEMBAR], layout())
    rows = []
    for record in table.records():
        values, findings = table.take(record)
        cells = {kode: table.ref(record, kode) for kode in table.posisi}
        stopping = tuple(finding for finding in findings if finding.stops)
        rows.append(Baris(record.letak, {k: v for k, v in values.items() if v is not None}, cells, stopping))
    return rows


def plan(rows: Sequence[Baris]) -> Rencana:
    """Check rows as the form of one account does, and against each other and the accounts there are."""
    daerah = list(KabupatenKota.objects.all())
    findings = [finding for row in rows for finding in row.temuan]
    if not rows:
        findings.append(Finding("L-02", GALAT, LEMBAR, "", "Tidak ada baris yang terisi. Isi dulu templatnya."))
    if len(rows) > PALING_BANYAK:
        text = f"Ada {len(rows)} baris. Paling banyak {PALING_BANYAK}: bagi menjadi beberapa berkas."
        return Rencana([], [Finding("L-02", GALAT, LEMBAR, "", text)])
    accounts, seen = [], dict[str, int]()
    wanted = [str(row.nilai.get("username", "")).lower() for row in rows]
    taken = set(Pengguna.objects.filter(username__in=wanted).values_list("username", flat=True))
    for row in rows:
        form, errors = _checked(row, daerah)
        name = form.cleaned_data.get("username", "")
        if name in seen:
            errors.append(_finding(row, "username", f"Nama akun ini sudah ada di baris {seen[name]}."))
        elif name in taken:
            errors.append(_finding(row, "username", "Nama akun ini sudah dipakai. Pilih nama lain."))
        if name:
            seen.setdefault(name, row.nomor)
        findings += errors
        accounts.append(form.instance)
    return Rencana(accounts, findings)


def _checked(row: Baris, daerah: Sequence[KabupatenKota]) -> tuple[AkunForm, list[Finding]]:
    unread = {finding.kolom for finding in row.temuan}
    data = {kode: value for kode, value in row.nilai.items() if value not in (False, "")}
    errors = []
    if typed := data.get("kabupaten_kota"):
        try:
            data["kabupaten_kota"] = region_named(str(typed), daerah).pk
        except UnknownRegion as refusal:
            del data["kabupaten_kota"]
            unread.add(JUDUL["kabupaten_kota"])
            errors.append(_finding(row, "kabupaten_kota", str(refusal)))
    # Excel drops the nought a mobile number begins with.
    if str(data.get("whatsapp", "")).startswith("8"):
        data["whatsapp"] = f"0{data['whatsapp']}"
    form = AkunForm({**data, "kunci_formulir": uuid.uuid4(), "versi": 1})
    for kode, messages in form.errors.items():
        if JUDUL.get(kode, "") not in unread:
            errors += [_finding(row, kode, str(text)) for text in messages]
    return form, errors


def _finding(row: Baris, kode: str, pesan: str) -> Finding:
    nilai = harmless(str(row.nilai.get(kode, "")))
    sel = row.sel.get(kode) or row.sel["nama"]
    return Finding("B-03", GALAT, LEMBAR, sel, pesan, nilai, kolom=JUDUL.get(kode, ""))


# --- from the preview to the button -----------------------------------------------------------------------------------


def carry(rows: Sequence[Baris], admin: Pengguna) -> str:
    """Rows that were read well, sealed for the way through the preview: nothing is stored before "Buat akun"."""
    return seal(json.dumps([admin.pk, [[row.nomor, row.nilai, row.sel] for row in rows]]))


def carried(muatan: str, admin: Pengguna) -> list[Baris] | None:
    """What `carry` sealed for the same admin; None when it is unreadable or somebody else's."""
    try:
        owner, rows = json.loads(unseal(muatan))
    except (InvalidToken, ValueError):
        return None
    return [Baris(*row) for row in rows] if owner == admin.pk else None


# --- the template -----------------------------------------------------------------------------------------------------


def template() -> bytes:
    """The workbook to fill in: one sheet with lists to choose from, one that explains it."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    book, sheet_layout = Workbook(), layout()
    sheet = book.active
    sheet.title = LEMBAR
    sheet.append([column.judul + (" *" if column.wajib else "") for column in sheet_layout.kolom])
    for number, column in enumerate(sheet_layout.kolom, start=1):
        head = sheet.cell(1, number)
        head.font, head.fill = Font("Calibri", 10.5, bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3B6D")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[head.column_letter].width = _WIDTHS.get(column.kode, 16)
        for row in range(2, PALING_BANYAK + 2):
            sheet.cell(row, number).number_format = "@"
    sheet.freeze_panes = "C2"
    daerah = list(KabupatenKota.objects.all())
    lists = book.create_sheet("Daftar")
    for region in daerah:
        lists.append([region.nama, region.pk])
    lists.sheet_state = "hidden"
    choices = {"kabupaten_kota": f"Daftar!$A$1:$A${max(len(daerah), 1)}"}
    for number, column in enumerate(sheet_layout.kolom, start=1):
        formula = choices.get(column.kode) or (
            column.choices and f'"{",".join(str(label) for _, label in column.choices)}"'
        )
        if formula:
            rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
            letter = sheet.cell(1, number).column_letter
            rule.add(f"{letter}2:{letter}{PALING_BANYAK + 1}")
            sheet.add_data_validation(rule)
    guide = book.create_sheet("Petunjuk")
    for line in (
        "Satu baris untuk satu akun. Kolom bertanda bintang wajib diisi.",
        "Nama akun: huruf kecil, angka, dan titik, misalnya operator.3319. Tidak dapat diganti kemudian.",
        f"Peran: {', '.join(str(label) for _, label in sheet_layout.menurut_kode['peran'].choices)}.",
        "Kabupaten/kota: hanya untuk operator. Tulis lengkap (Kabupaten Semarang, Kota Semarang) atau kodenya (33.74).",
        f"Akses penghuni (operator) dan Koordinator (verifikator): {YES} atau {NO}.",
        "Kata sandi awal dibuat sistem dan dicetak sebagai slip setelah akun dibuat.",
    ):
        guide.append([line])
    guide.column_dimensions["A"].width = 110
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
