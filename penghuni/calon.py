"""The path of a household to a home of its own. People decide each step; the screening only advises.

`disaring -> dihubungi -> berminat -> diusulkan -> mendapat_rumah`, one step at a time, back by one to correct a slip,
`batal` from anywhere with a reason, and from there back to the start. Every step keeps what the screening said.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.utils import timezone

from core.access import operator, verifikator
from core.models import Pengguna

from .aturan import record_version, rules_today
from .enums import Minat, TahapCalon
from .models import CalonPemilikRumah, HasilPenyaringan, Hunian, Penghuni, RiwayatCalon, SkemaKepemilikan

DISARING, DIHUBUNGI, BERMINAT, DIUSULKAN, MENDAPAT_RUMAH, BATAL = TahapCalon
PATH: Final = (DISARING, DIHUBUNGI, BERMINAT, DIUSULKAN, MENDAPAT_RUMAH)
BY_PROVINCE: Final = frozenset({DIUSULKAN, MENDAPAT_RUMAH})
"""Steps of the province: it names people to the programme and hears who was housed."""
CATATAN_MIN: Final = 10


class CalonRefused(Exception):
    """A step that cannot be. `kolom` is the field it is about ("" when none), `str()` the next step."""

    def __init__(self, text: str, kolom: str = "") -> None:
        super().__init__(text)
        self.kolom = kolom


def next_steps(calon: CalonPemilikRumah, pengguna: Pengguna) -> list[TahapCalon]:
    """The steps that `pengguna` may take from where `calon` is, forward first."""
    return [ke for ke in _neighbours(TahapCalon(calon.tahap)) if _may_take(pengguna, TahapCalon(calon.tahap), ke)]


def _neighbours(tahap: TahapCalon) -> list[TahapCalon]:
    if tahap == BATAL:
        return [DISARING]
    at = PATH.index(tahap)
    back = [PATH[at - 1]] if at else []
    return [*PATH[at + 1 : at + 2], BATAL, *back] if tahap != MENDAPAT_RUMAH else back


def _may_take(pengguna: Pengguna, dari: TahapCalon, ke: TahapCalon) -> bool:
    """The kabupaten/kota knows its residents up to their interest; from the proposal on the province answers."""
    if verifikator(pengguna):
        return True
    return operator(pengguna) and pengguna.akses_penghuni and not BY_PROVINCE & {dari, ke}


def enter(penghuni: Penghuni, pengguna: Pengguna, catatan: str = "") -> CalonPemilikRumah:
    """Take a household onto the list. Raises `CalonRefused` when it is on it, or does not live here any more."""
    with transaction.atomic():
        row = Penghuni.objects.select_for_update(of=("self",)).get(pk=penghuni.pk)
        if CalonPemilikRumah.objects.filter(pk=row.pk).exists():
            raise CalonRefused("Penghuni ini sudah ada di daftar calon.")
        if not Hunian.objects.open().filter(penghuni=row).exists():
            raise CalonRefused("Penghuni ini tidak sedang tercatat di unit, jadi tidak dapat menjadi calon.")
        if row.minat == Minat.TIDAK:
            raise CalonRefused("Penghuni ini menyatakan tidak berminat. Perbarui minatnya bila sudah berubah.")
        now = timezone.now()
        calon = CalonPemilikRumah.objects.create(
            penghuni=row, tahap=DISARING, tahap_sejak=now, diubah=now, diubah_oleh=pengguna
        )
        _write_down(calon, "", DISARING, pengguna, catatan)
        calon.save(update_fields=["versi_aturan"])
    return calon


def enter_many(penghuni: Collection[Penghuni], pengguna: Pengguna, catatan: str = "") -> tuple[int, int]:
    """Take several households onto the list; (taken, left out because a rule said no)."""
    taken = 0
    with transaction.atomic():
        for row in sorted(penghuni, key=lambda row: row.pk):
            try:
                enter(row, pengguna, catatan)
            except CalonRefused:
                continue
            taken += 1
    return taken, len(penghuni) - taken


def move(
    calon: CalonPemilikRumah, ke: TahapCalon, versi: int, pengguna: Pengguna, *, catatan: str = "",
    skema: SkemaKepemilikan | None = None,
) -> CalonPemilikRumah:  # fmt: skip
    """Take the step `ke`. `skema` chooses (or changes) the scheme aimed at.

    Raises `CalonRefused` when somebody was faster (`versi` moved on), when this step is not open to `pengguna`, when a
    proposal has no scheme or no consent, or when dropping or going back has no reason.
    """
    with transaction.atomic():
        row = CalonPemilikRumah.objects.select_for_update(of=("self",)).get(pk=calon.pk)
        penghuni = Penghuni.objects.get(pk=row.pk)
        dari = TahapCalon(row.tahap)
        if row.versi != versi:
            raise CalonRefused(
                f"Calon ini baru saja dipindahkan ke tahap {dari.label} oleh {row.diubah_oleh}. Periksa lagi."
            )
        if ke not in next_steps(row, pengguna):
            raise CalonRefused(f"Dari tahap {dari.label} tidak dapat langsung ke {ke.label}.")
        catatan = " ".join(catatan.split())
        if (ke == BATAL or _is_back(dari, ke)) and len(catatan) < CATATAN_MIN:
            raise CalonRefused("Tulis alasannya, paling sedikit sepuluh huruf.", "catatan")
        row.skema = skema or row.skema
        if ke == DIUSULKAN:
            _require_proposable(row, penghuni)
        row.tahap, row.tahap_sejak = ke, timezone.now()
        row.versi, row.diubah, row.diubah_oleh = row.versi + 1, row.tahap_sejak, pengguna
        _write_down(row, dari, ke, pengguna, catatan)
        row.save()
    return row


def _is_back(dari: TahapCalon, ke: TahapCalon) -> bool:
    return dari == BATAL or (ke in PATH and dari in PATH and PATH.index(ke) < PATH.index(dari))


def _require_proposable(calon: CalonPemilikRumah, penghuni: Penghuni) -> None:
    if calon.skema is None:
        raise CalonRefused("Pilih skema yang dituju sebelum mengusulkan.", "skema")
    if penghuni.tanggal_persetujuan is None:
        raise CalonRefused(
            "Persetujuan penghuni atas pemakaian datanya belum tercatat. Minta kabupaten/kota mengisinya lebih dahulu."
        )
    if penghuni.minat == Minat.TIDAK:
        raise CalonRefused("Penghuni ini menyatakan tidak berminat. Perbarui minatnya bila sudah berubah.")


def _write_down(calon: CalonPemilikRumah, dari: str, ke: TahapCalon, pengguna: Pengguna, catatan: str) -> None:
    """A line of the path, with what the screening says now; the candidate remembers the rules of its last decision."""
    versi = record_version(rules_today())
    hasil = HasilPenyaringan.objects.filter(penghuni=calon.pk, versi_aturan=versi).values_list("skema_id", "hasil")
    calon.versi_aturan = versi
    RiwayatCalon.objects.create(
        calon=calon, waktu=calon.tahap_sejak, oleh=pengguna, dari=dari, ke=ke, skema=calon.skema, catatan=catatan,
        versi_aturan=versi, hasil=dict(hasil),
    )  # fmt: skip


def counts_by_location(kabupaten_kota: str) -> dict[str, dict[str, int]]:
    """Candidates under way by kode rusun and stage, of households that live there now."""
    found: dict[str, dict[str, int]] = {}
    rows = (
        Hunian.objects.open()
        .filter(blok__rusun__kabupaten_kota=kabupaten_kota, penghuni__calon__isnull=False)
        .values_list("blok__rusun_id", "penghuni__calon__tahap")
    )
    for kode, tahap in rows:
        found.setdefault(kode, {}).setdefault(tahap, 0)
        found[kode][tahap] += 1
    return found
