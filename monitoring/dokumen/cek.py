"""Checking a document without an account: by its code, and by the bytes of a file somebody holds.

A code that nobody issued is answered as one that was: the same page, after the same one query. Codes of the register
hold 128 random bits; those of berita acara are shorter, so that how often one address may ask is limited (`may_ask`).
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.cache import cache
from django.db.models import OuterRef, Subquery
from django.utils.crypto import constant_time_compare

from core.display import angka, persen
from monitoring.enums import JenisBeritaAcara, JenisDokumen, StatusBeritaAcara, StatusDokumen
from monitoring.models import BeritaAcara, Dokumen

MAX_BYTES: Final = 20 * 1024 * 1024
PER_MENIT: Final = 30
"""How often one address may ask within a minute."""
BERITA_ACARA: Final = "ba-"
SALAH_KETIK: Final = str.maketrans("018", "olb")
"""Digits that no code of the register contains, and what they are taken for."""

BERLAKU: Final = "berlaku"
DIGANTIKAN: Final = "digantikan"
TIDAK_DIKENAL: Final = "tidak_dikenal"


@dataclass(frozen=True)
class Temuan:
    """What may be told to whoever has the code. No name of a person."""

    status: str
    kode: str = ""
    judul: str = ""
    periode: str = ""
    wilayah: str = ""
    revisi: int = 0
    tanggal: datetime.datetime | None = None
    angka: tuple[tuple[str, str], ...] = ()
    pengganti: str = ""
    sha256: str = field(default="", repr=False)
    sha256_pindaian: str = field(default="", repr=False)

    @property
    def dapat_dibandingkan(self) -> bool:
        """Whether there are bytes to compare a file with."""
        return bool(self.sha256 or self.sha256_pindaian)


UNKNOWN: Final = Temuan(TIDAK_DIKENAL)


def typed_code(text: str) -> str:
    """A code as it stands in the address, from what was typed or read off paper."""
    kode = re.sub(r"[^a-z0-9_-]", "", text.lower())[:80]
    return kode if kode.startswith(BERITA_ACARA) else kode.replace("-", "").translate(SALAH_KETIK)


def find(kode: str) -> Temuan:
    """What the code stands for. One query, whether anybody issued it or not."""
    kode = kode.lower()
    return _find_minutes(kode) if kode.startswith(BERITA_ACARA) else _find_document(kode)


def _comparable(tipe: str, sha256: str) -> str:
    """The hash of the signed paper when it was taken as it was: images are kept smaller than they came."""
    return sha256 if tipe == "application/pdf" else ""


def _same(stored: str | None, kode: str) -> bool:
    # Compared also when there is nothing: the time tells nothing.
    return constant_time_compare("-" * len(kode) if stored is None else stored, kode) and stored is not None


def _find_document(kode: str) -> Temuan:
    # Within a kind either every row has a kabupaten/kota or none has.
    valid = Dokumen.objects.filter(periode=OuterRef("periode"), jenis=OuterRef("jenis"), status=StatusDokumen.BERLAKU)
    own = valid.filter(kabupaten_kota=OuterRef("kabupaten_kota")).values("kode")[:1]
    province = valid.filter(kabupaten_kota__isnull=True).values("kode")[:1]
    rows = Dokumen.objects.filter(kode_cek=kode).annotate(kode_daerah=Subquery(own), kode_provinsi=Subquery(province))
    row = rows.values(
        "kode_cek", "kode", "judul", "jenis", "status", "revisi", "tanggal_terbit", "ringkasan", "sha256",
        "pindaian_sha256", "pindaian_tipe", "periode__judul", "kabupaten_kota__nama", "kode_daerah", "kode_provinsi",
    ).first()  # fmt: skip
    if not _same(row and row["kode_cek"], kode) or row is None:
        return UNKNOWN
    superseded = row["status"] == StatusDokumen.DIGANTIKAN
    newer = row["kode_daerah"] if row["jenis"] == JenisDokumen.REKAP_DAERAH else row["kode_provinsi"]
    return Temuan(
        status=DIGANTIKAN if superseded else BERLAKU, kode=row["kode"], judul=row["judul"],
        periode=row["periode__judul"], wilayah=row["kabupaten_kota__nama"] or "Provinsi Jawa Tengah",
        revisi=row["revisi"], tanggal=row["tanggal_terbit"], angka=shown_totals(row["ringkasan"]),
        pengganti=(newer or "") if superseded else "", sha256=row["sha256"],
        sha256_pindaian=_comparable(row["pindaian_tipe"], row["pindaian_sha256"]),
    )  # fmt: skip


def shown_totals(ringkasan: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The totals of a recap as they are read."""
    return (
        ("Lokasi rusun", angka(ringkasan["lokasi"])),
        ("Tower", angka(ringkasan["tower"])),
        ("Unit", angka(ringkasan["unit"])),
        ("Terhuni", angka(ringkasan["terhuni"])),
        ("Persen terhuni", persen(ringkasan["terhuni"], ringkasan["unit"])),
        ("Terverifikasi", f"{angka(ringkasan['terverifikasi'])} dari {angka(ringkasan['diundang'])} kabupaten/kota"),
    )


def _find_minutes(kode: str) -> Temuan:
    typed = kode.upper()
    issued = BeritaAcara.objects.filter(terbit_pada__isnull=False)
    newer = issued.filter(sesi=OuterRef("sesi"), status=StatusBeritaAcara.TERBIT).values("kode")[:1]
    rows = issued.filter(kode=typed).annotate(kode_baru=Subquery(newer))
    row = rows.values(
        "kode", "jenis", "status", "revisi", "terbit_pada", "pindaian_sha256", "pindaian_tipe", "kode_baru",
        "jadwal__periode__judul", "sesi__isian__kabupaten_kota__nama",
    ).first()  # fmt: skip
    if not _same(row and row["kode"], typed) or row is None:
        return UNKNOWN
    superseded = row["status"] == StatusBeritaAcara.DIGANTIKAN
    return Temuan(
        status=DIGANTIKAN if superseded else BERLAKU, kode=row["kode"], judul=JenisBeritaAcara(row["jenis"]).label,
        periode=row["jadwal__periode__judul"], wilayah=row["sesi__isian__kabupaten_kota__nama"] or "",
        revisi=row["revisi"], tanggal=row["terbit_pada"], pengganti=(row["kode_baru"] or "") if superseded else "",
        sha256_pindaian=_comparable(row["pindaian_tipe"], row["pindaian_sha256"]),
    )  # fmt: skip


# --- a file -----------------------------------------------------------------------------------------------------------

SAMA: Final = "sama"
SAMA_PINDAIAN: Final = "sama_pindaian"
BERBEDA: Final = "berbeda"


def compare(temuan: Temuan, chunks: Iterable[bytes]) -> str:
    """Whether a file is byte by byte the issued one, the signed one, or neither. Nothing of it is kept."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    found = digest.hexdigest()
    if temuan.sha256 and constant_time_compare(found, temuan.sha256):
        return SAMA
    if temuan.sha256_pindaian and constant_time_compare(found, temuan.sha256_pindaian):
        return SAMA_PINDAIAN
    return BERBEDA


# --- how often --------------------------------------------------------------------------------------------------------


def may_ask(alamat: str, waktu: datetime.datetime) -> bool:
    """Count one question of an address; whether it is within what one minute allows (per process of the server)."""
    key = f"cek-dokumen:{hashlib.sha256(alamat.encode()).hexdigest()[:32]}:{int(waktu.timestamp()) // 60}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) <= PER_MENIT
    except ValueError:  # dropped by a full cache between the two calls
        return True
