"""Two people at one section: what each typed, field by field, and what becomes of it.

A page carries what it showed when it was opened (`dasar`). At saving there are three texts for every field: that one,
what this user typed (`saya`), and what the registry shows now (`kini`). Whoever changed a field alone keeps the change;
where both did, the user chooses. Texts are compared as they stand in the inputs; nothing is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

Ketikan = Mapping[str, str]
"""Text per field: `jumlah_kk`, `sebab_kosong-rusak`, or `blok|<row id>|nama` for a row of a table."""

HAPUS = "DELETE"
SAYA, LAIN = "saya", "lain"


def row_key(tabel: str, baris: str, kolom: str) -> str:
    """The name of a table cell in a `Ketikan`."""
    return f"{tabel}|{baris}|{kolom}"


def row_of(nama: str) -> str:
    """`blok|<row id>` for a table cell, "" for a plain field."""
    return nama.rpartition("|")[0]


@dataclass(frozen=True)
class Gabungan:
    """The outcome: the text for every field, those changed on both sides, those taken over, and rows gone meanwhile."""

    isi: dict[str, str]
    bentrok: tuple[str, ...]
    diambil: tuple[str, ...]
    baris_hilang: tuple[str, ...]


def merge(dasar: Ketikan, saya: Ketikan, kini: Ketikan) -> Gabungan:
    """Join what this user typed with what others saved meanwhile.

    Rows that others added are kept; rows they removed go too, unless this user changed them: then they stay, as
    new rows. A row this user wants to remove but others changed is not removed; its tick is among the `bentrok`.
    """
    gone = {row_of(nama) for nama in dasar if row_of(nama)} - {row_of(nama) for nama in kini}
    edited = {row_of(nama) for nama, text in saya.items() if row_of(nama) in gone and text != dasar.get(nama, "")}
    edited = {row for row in edited if not saya.get(f"{row}|{HAPUS}")}
    isi, bentrok, diambil = dict(kini), [], []
    for nama, mine in saya.items():
        row = row_of(nama)
        if row in gone:
            if row in edited:
                isi[nama] = mine
            continue
        base, now = dasar.get(nama, ""), kini.get(nama, "")
        if nama.endswith(f"|{HAPUS}"):
            others_changed = any(kini[cell] != dasar.get(cell, "") for cell in kini if row_of(cell) == row)
            if mine:
                isi[nama] = mine
                if others_changed:
                    bentrok.append(nama)
        elif mine == base:
            if now != base:
                diambil.append(nama)
        else:
            isi[nama] = mine
            if now not in (base, mine):
                bentrok.append(nama)
    hilang = tuple(sorted(row for row in gone if row in edited))
    return Gabungan(isi, tuple(bentrok), tuple(diambil), hilang)


def settle(gabungan: Gabungan, pilihan: Mapping[str, str], kini: Ketikan) -> Gabungan:
    """The join after the user chose: field -> "saya" or "lain". What was not answered stays among the `bentrok`."""
    taken = {nama: kini.get(nama, "") for nama in gabungan.bentrok if pilihan.get(nama) == LAIN}
    asked = tuple(nama for nama in gabungan.bentrok if nama not in pilihan)
    return replace(gabungan, isi=gabungan.isi | taken, bentrok=asked)
