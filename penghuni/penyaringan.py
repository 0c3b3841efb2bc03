"""The screening: a household against every scheme of a day. Advice for people; nothing here decides.

A result belongs to one version of the rules and one version of the household's data. When either moves on, the result
is out of date until `penghuni.putaran` or a save screens the household again.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery, Sum
from django.utils import timezone

from .aturan import Aturan, Skema, record_version, rules_today
from .enums import HasilKriteria, HasilSaring
from .kriteria import KRITERIA, TIDAK_DIKENAL, Penilaian, Profil
from .models import HasilPenyaringan, Hunian, JumlahPenyaringan, Penghuni, SkemaKepemilikan
from .models.penghuni import PenghuniQuerySet, PersonalQuerySet
from .models.penyaringan import HasilPenyaringanQuerySet

PENERIMA_FLPP: Final = "penerima_flpp"
DEPENDS: Final = {PENERIMA_FLPP: "flpp"}
"""Criteria that ask for the result of another scheme: of whichever of its line is open."""

PROFIL_COLUMNS: Final = ("nik_sidik", *Profil._fields[1:])
"""The columns of a household that the criteria read, in the order of `Profil`; no sealed one is opened."""

_SEL: Final = ("versi_aturan_id", "kabupaten_kota_id", "skema_id", "hasil")

_HASIL_FLPP: Final = {
    HasilSaring.LAYAK_AWAL: HasilKriteria.LULUS,
    HasilSaring.PERLU_VERIFIKASI: HasilKriteria.PERLU_CEK,
    HasilSaring.BELUM_LAYAK: HasilKriteria.GAGAL,
}


@dataclass(frozen=True, slots=True)
class HasilSkema:
    """One household and one scheme: the advice and every criterion behind it."""

    kode: str
    hasil: HasilSaring
    penilaian: tuple[Penilaian, ...]


def evaluate(profil: Profil, aturan: Aturan) -> dict[str, HasilSkema]:
    """`profil` against every scheme of `aturan`, by code of the scheme. Touches no database."""
    found: dict[str, HasilSkema] = {}
    # A scheme that asks for another one comes after it.
    for skema in sorted(aturan.skema, key=lambda skema: any(code in DEPENDS for code in skema.syarat)):
        penilaian = tuple(_assess(code, profil, aturan, skema, found) for code in skema.syarat)
        found[skema.kode] = HasilSkema(skema.kode, advice(row.keadaan for row in penilaian), penilaian)
    return found


def _assess(code: str, profil: Profil, aturan: Aturan, skema: Skema, found: Mapping[str, HasilSkema]) -> Penilaian:
    if code in DEPENDS:
        line = (found.get(other.kode) for other in aturan.skema if DEPENDS[code] in (other.kode, other.asal))
        if (other := next(filter(None, line), None)) is None:
            return Penilaian(code, HasilKriteria.PERLU_CEK, "Tidak dibuka pada tanggal ini", "KPR FLPP")
        return Penilaian(code, _HASIL_FLPP[other.hasil], str(other.hasil.label), "KPR FLPP")
    return KRITERIA.get(code, TIDAK_DIKENAL).nilai(code, profil, aturan, skema)


def advice(keadaan: Iterable[HasilKriteria]) -> HasilSaring:
    """Missed one: not yet. Anything unknown: verify. Only what is stated and met makes `LAYAK_AWAL`."""
    states = set(keadaan)
    if HasilKriteria.GAGAL in states:
        return HasilSaring.BELUM_LAYAK
    if not states or states & {HasilKriteria.DATA_KURANG, HasilKriteria.PERLU_CEK}:
        return HasilSaring.PERLU_VERIFIKASI
    return HasilSaring.LAYAK_AWAL


def profile_of(penghuni: Penghuni) -> Profil:
    """What the criteria ask, from a household."""
    return profile_from([getattr(penghuni, name) for name in PROFIL_COLUMNS])


def profile_from(values: Sequence[Any]) -> Profil:
    """The same from the values of `PROFIL_COLUMNS`."""
    return Profil(bool(values[0]), *values[1:])


# --- storing ----------------------------------------------------------------------------------------------------------


def keep_screened(penghuni: Penghuni) -> None:
    """After a save or a move: results for whoever lives here now, none for whoever left."""
    with transaction.atomic():
        row = _locked(penghuni)
        if _lives_here(penghuni):
            _screen(penghuni, row, rules_today())
        else:
            forget_results(HasilPenyaringan.objects.filter(penghuni=penghuni))


def screen_household(penghuni: Penghuni, aturan: Aturan | None = None) -> dict[str, HasilSkema]:
    """Screen one household under the rules of today (or `aturan`); stored for its present data if it lives here."""
    aturan = aturan or rules_today()
    with transaction.atomic():
        row = _locked(penghuni)
        if _lives_here(penghuni):
            return _screen(penghuni, row, aturan)
    return evaluate(profile_from(row[2:]), aturan)


def _locked(penghuni: Penghuni) -> tuple[Any, ...]:
    """Region, version and profile, locked: a run, a save and a move screen one after the other."""
    rows = Penghuni.objects.filter(pk=penghuni.pk).select_for_update(no_key=True)
    return rows.values_list("kabupaten_kota", "versi", *PROFIL_COLUMNS).get()


def _lives_here(penghuni: Penghuni) -> bool:
    return Hunian.objects.open().filter(penghuni=penghuni).exists()


def _screen(penghuni: Penghuni, row: Sequence[Any], aturan: Aturan) -> dict[str, HasilSkema]:
    results = evaluate(profile_from(row[2:]), aturan)
    store_results([(penghuni.pk, row[0], row[1], results)], aturan)
    return results


Disaring = tuple[Any, str, int, Mapping[str, HasilSkema]]
"""Key, kabupaten/kota and version of a household, and its results."""


def store_results(households: Sequence[Disaring], aturan: Aturan) -> None:
    """Replace the results of `households` (rows that the caller holds) under `aturan`; those under other rules stay."""
    versi, waktu = record_version(aturan), timezone.now()
    former = HasilPenyaringan.objects.filter(versi_aturan=versi, penghuni__in=[row[0] for row in households])
    rows = list(_rows(households, versi.pk, waktu))
    with transaction.atomic():
        changes = _taken_away(former)
        HasilPenyaringan.objects.bulk_create(rows, batch_size=1000)
        changes.update((row.versi_aturan_id, row.kabupaten_kota_id, row.skema_id, row.hasil) for row in rows)
        _count(changes)


def forget_results(hasil: HasilPenyaringanQuerySet) -> None:
    """Remove stored results, and what they added to the totals."""
    with transaction.atomic():
        _count(_taken_away(hasil))


Sel = tuple[str, str, str, str]
"""One figure of the totals: version of the rules, kabupaten/kota, scheme, kind."""


def _taken_away(hasil: HasilPenyaringanQuerySet) -> Counter[Sel]:
    """Remove the rows; what that changes in each figure. Rows that somebody else removed meanwhile count there."""
    found = list(hasil.order_by("pk").select_for_update(of=("self",)).values_list("pk", *_SEL))
    HasilPenyaringan.objects.filter(pk__in=[row[0] for row in found]).delete()
    changes: Counter[Sel] = Counter()
    changes.subtract(row[1:] for row in found)
    return changes


def _count(changes: Mapping[Sel, int]) -> None:
    JumlahPenyaringan.objects.bulk_create(
        JumlahPenyaringan(versi_aturan_id=versi, kabupaten_kota_id=daerah, skema_id=skema, hasil=hasil, jumlah=jumlah)
        for (versi, daerah, skema, hasil), jumlah in changes.items()
        if jumlah
    )


def fold_totals() -> None:
    """Add up the changes that came in, so that few rows are read. What comes in meanwhile is for the next time."""
    with transaction.atomic():
        rows = list(JumlahPenyaringan.objects.order_by("pk").select_for_update(of=("self",)).values_list())
        sums: Counter[Sel] = Counter()
        for _, *sel, jumlah in rows:
            sums[tuple(sel)] += jumlah  # type: ignore[index]
        if len(rows) > len(sums):
            JumlahPenyaringan.objects.filter(pk__in=[row[0] for row in rows]).delete()
            _count(sums)


def _rows(households: Sequence[Disaring], versi: str, waktu: datetime.datetime) -> Iterator[HasilPenyaringan]:
    for pk, daerah, versi_penghuni, results in households:
        for result in results.values():
            yield HasilPenyaringan(
                penghuni_id=pk, kabupaten_kota_id=daerah, skema_id=result.kode, versi_aturan_id=versi,
                versi_penghuni=versi_penghuni, hasil=result.hasil, rincian=_compact(result.penilaian),
                dihitung_pada=waktu,
            )  # fmt: skip


def _compact(penilaian: Iterable[Penilaian]) -> list[list[str]]:
    return [[row.kode, row.keadaan, row.nilai, row.ambang] for row in penilaian]


def reasons_of(hasil: HasilPenyaringan) -> list[tuple[str, Penilaian]]:
    """Each criterion of a stored result with its title."""
    return [
        (title_of(kode), Penilaian(kode, HasilKriteria(keadaan), nilai, ambang))
        for kode, keadaan, nilai, ambang in hasil.rincian
    ]


def title_of(kode: str) -> str:
    """How a criterion is called on screen."""
    return "Penerima KPR FLPP" if kode == PENERIMA_FLPP else KRITERIA.get(kode, TIDAK_DIKENAL).judul


def is_stale(hasil: Iterable[HasilPenyaringan], penghuni: Penghuni, versi: str) -> bool:
    """Whether the results of `penghuni` under `versi` that are among `hasil` are missing or about former data."""
    rows = [row for row in hasil if row.versi_aturan_id == versi]
    return not rows or any(row.versi_penghuni != penghuni.versi for row in rows)


# --- asking -----------------------------------------------------------------------------------------------------------


def households_with(
    penghuni: PenghuniQuerySet, versi: str, skema: SkemaKepemilikan | None = None, hasil: str = ""
) -> PenghuniQuerySet:
    """Of `penghuni` those with a result under `versi`: for `skema` and of the kind `hasil` where they are given."""
    results = HasilPenyaringan.objects.filter(penghuni=OuterRef("pk"), versi_aturan=versi)
    if skema is not None:
        results = results.filter(skema=skema)
    return penghuni.filter(Exists(results.filter(hasil=hasil) if hasil else results))


def totals(jumlah: PersonalQuerySet[JumlahPenyaringan], versi: str) -> dict[str, dict[str, int]]:
    """Stored results under `versi`: scheme -> kind -> number. One query, and none over the results themselves."""
    found: dict[str, dict[str, int]] = {}
    rows = jumlah.filter(versi_aturan=versi).order_by().values_list("skema_id", "hasil").annotate(banyak=Sum("jumlah"))
    for skema, kind, banyak in rows:
        found.setdefault(skema, dict.fromkeys(HasilSaring.values, 0))[kind] = banyak
    return found


def moved(hasil: HasilPenyaringanQuerySet, lama: str, baru: str) -> HasilPenyaringanQuerySet:
    """Results under `baru` that differ from those under `lama`; each with `hasil_lama` and `rincian_lama`."""
    before = HasilPenyaringan.objects.filter(penghuni=OuterRef("penghuni"), skema=OuterRef("skema"), versi_aturan=lama)
    return (
        hasil.filter(versi_aturan=baru)
        .annotate(hasil_lama=Subquery(before.values("hasil")), rincian_lama=Subquery(before.values("rincian")))
        .exclude(hasil_lama__isnull=True)
        .exclude(hasil_lama=F("hasil"))
    )


def why_moved(lama: Sequence[Sequence[str]], baru: Sequence[Sequence[str]]) -> list[tuple[str, str, str, str, str]]:
    """The criteria whose state changed: title, state and threshold before, state and threshold now."""
    before = {kode: (keadaan, ambang) for kode, keadaan, _, ambang in lama}
    return [
        (title_of(kode), HasilKriteria(old).label, old_ambang, HasilKriteria(keadaan).label, ambang)
        for kode, keadaan, _, ambang in baru
        for old, old_ambang in [before.get(kode, (keadaan, ambang))]
        if old != keadaan
    ]
