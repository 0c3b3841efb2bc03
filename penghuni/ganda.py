"""Households that two kabupaten/kota may both have recorded: how they are found, and what the province decides.

Found by what is equal: the NIK, the No KK, or name and birth date (spelled alike once case, blanks and signs are gone).
Score of a pair, 0 to 100: NIK equal 100, name and birth date 60, No KK 40, together at most 100; two known NIK that
differ take 30 away. So a wrong letter in a name still stands at 100, a namesake with another NIK at 30, twins and
households that share a No KK at 10. Those last have neither number nor name in common: they are never one person.

A value that more than `TERLALU_BANYAK` households share is no evidence but a stopgap somebody typed for "unknown".

Nothing is merged, ended or changed here: a pair is evidence and a decision. A decided pair stays whatever is saved or
imported later; only evidence that was not there asks again. Whoever saves a household does nothing about duplicates
(`BelumDicocokkanField`): the province's pages, an applied import and `periksa_ganda` take up what waits.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q
from django.utils import timezone

from core.history import note
from core.models import KabupatenKota, Pengguna
from core.versions import check_version, touch
from rusun.enums import Jawaban

from .akses import require_reason
from .enums import BuktiGanda, KeputusanGanda
from .models import DugaanGanda, Penghuni
from .models.penghuni import PenghuniQuerySet

TERLALU_BANYAK: Final = 20
SEKALIGUS: Final = 1000
"""When more households wait, comparing all of them is quicker than looking for each."""

NILAI: Final = {BuktiGanda.NIK: 100, BuktiGanda.NAMA_LAHIR: 60, BuktiGanda.NO_KK: 40}
NIK_BEDA: Final = 30

_KOLOM: Final = {BuktiGanda.NIK: "nik_sidik", BuktiGanda.NAMA_LAHIR: "nama_lahir", BuktiGanda.NO_KK: "no_kk_sidik"}
_BATCH: Final = 500

SUDAH_PINDAH: Final = "Menurut provinsi penghuni ini sudah pindah ke daerah lain. Bila benar, catat keluar dari unit."

Pasangan = tuple[uuid.UUID, uuid.UUID]


class KeputusanDitolak(Exception):
    """A decision that cannot be; `kolom` is the field it is about, `str()` the next step."""

    def __init__(self, text: str, kolom: str) -> None:
        super().__init__(text)
        self.kolom = kolom


# --- What an operator may know ----------------------------------------------------------------------------------------


def listed_elsewhere(nik_sidik: Sequence[Any], kabupaten_kota: Any, penghuni: Sequence[Any] = ()) -> PenghuniQuerySet:
    """Households of another kabupaten/kota under one of these NIK (keyed hashes), the rule behind every such notice.

    Without those that the province, seeing that the NIK is equal, has called other people than `penghuni`. Values or
    outer references; one query whatever it finds.
    """
    ruled_out = DugaanGanda.objects.filter(keputusan=KeputusanGanda.BUKAN, diputus_nik=True).filter(
        Q(pertama=OuterRef("pk"), kedua__id__in=penghuni) | Q(kedua=OuterRef("pk"), pertama__id__in=penghuni)
    )
    others = Penghuni.objects.filter(nik_sidik__in=nik_sidik).exclude(kabupaten_kota=kabupaten_kota)
    return others.filter(~Exists(ruled_out))


def moved_away(pengguna: Pengguna) -> PenghuniQuerySet:
    """Households of the operator that still live here although the province has found that they moved elsewhere."""
    moved = DugaanGanda.objects.filter(keputusan=KeputusanGanda.PINDAH).exclude(berlaku=OuterRef("pk"))
    moved = moved.filter(Q(pertama=OuterRef("pk")) | Q(kedua=OuterRef("pk")))
    return Penghuni.objects.visible_to(pengguna).living(tinggal=Jawaban.YA).filter(Exists(moved))


# --- Finding ----------------------------------------------------------------------------------------------------------


def skor_of(bukti: Collection[BuktiGanda], *, nik_beda: bool) -> int:
    """The score of a pair, by the rule above."""
    return max(0, min(100, sum(NILAI[kind] for kind in bukti)) - NIK_BEDA * nik_beda)


def match_waiting() -> None:
    """Compare what was saved since the last time with everybody else. One short query when nothing was."""
    if Penghuni.objects.filter(belum_dicocokkan=True).exists():
        _match(semua=False)


def match_all() -> None:
    """Compare everybody with everybody: after a change of rules or keys, and as a daily precaution."""
    _match(semua=True)


@transaction.atomic
def _match(*, semua: bool) -> None:
    # One at a time, so that two runs do not enter the same pair or tear a set: whoever holds the first row is at it.
    # Nothing that refers to the row waits for this kind of lock.
    KabupatenKota.objects.select_for_update(no_key=True).order_by("pk").first()
    waiting = Penghuni.objects.filter(belum_dicocokkan=True)
    pks = list(waiting.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    semua = semua or len(pks) > SEKALIGUS
    # Cleared before anything is compared: who saves meanwhile waits for this to end, and is compared the next time.
    (waiting if semua else waiting.filter(pk__in=pks)).update(belum_dicocokkan=False)
    _keep(None if semua else frozenset(pks))


def _keep(scope: frozenset[uuid.UUID] | None) -> None:
    """Bring the pairs of these households (None: all) up to date with what is equal now."""
    pairs = DugaanGanda.objects.all() if scope is None else DugaanGanda.objects.about(scope)
    known = {(row.pertama_id, row.kedua_id): row for row in pairs.order_by("pk").select_for_update(of=("self",))}
    found = _found(scope)
    now = timezone.now()
    new, changed, gone = [], [], []
    for key in found.keys() | known.keys():
        equal, nik_beda = found.get(key, (frozenset(), False))
        evidence: dict[str, bool | int] = {kind.value: kind in equal for kind in BuktiGanda}
        evidence |= {"nik_beda": nik_beda, "skor": skor_of(equal, nik_beda=nik_beda)}
        row = known.get(key)
        if row is None:
            new.append(DugaanGanda(pertama_id=key[0], kedua_id=key[1], kelompok=key[0], diubah=now, **evidence))
        elif not equal and not row.keputusan:
            gone.append(row)
        elif any(getattr(row, name) != value for name, value in evidence.items()):
            for name, value in evidence.items():
                setattr(row, name, value)
            touch(row, None, now)  # whoever is about to decide on the former evidence is told
            changed.append(row)
    for start in range(0, len(gone), _BATCH):
        batch = [row.pk for row in gone[start : start + _BATCH]]
        DugaanGanda.objects.filter(pk__in=batch)._raw_delete(DugaanGanda.objects.db)
    columns = [*BuktiGanda.values, "nik_beda", "skor", "versi", "diubah", "diubah_oleh"]
    DugaanGanda.objects.bulk_update(changed, columns, batch_size=_BATCH)
    DugaanGanda.objects.bulk_create(new, batch_size=_BATCH)
    if scope is None:
        _regroup(DugaanGanda.objects.all())
    elif new or gone:
        ends = {end for row in (*new, *gone) for end in (row.pertama_id, row.kedua_id)}
        touched = set(DugaanGanda.objects.about(ends).values_list("kelompok", flat=True))
        _regroup(DugaanGanda.objects.filter(kelompok__in=touched | {row.kelompok for row in gone}))


def _found(scope: frozenset[uuid.UUID] | None) -> dict[Pasangan, tuple[frozenset[BuktiGanda], bool]]:
    """Every pair of different kabupaten/kota with something in common: what, and whether their known NIK differ."""
    equal: dict[Pasangan, set[BuktiGanda]] = defaultdict(set)
    numbers: dict[uuid.UUID, str] = {}
    for kind, column in _KOLOM.items():
        rows = Penghuni.objects.filter(**{f"{column}__in": _shared(column, scope)}).order_by(column, "pk")
        values = rows.values_list(column, "pk", "kabupaten_kota_id", "nik_sidik")
        for _, group in groupby(values.iterator(), key=itemgetter(0)):
            for (_, a, daerah_a, nik_a), (_, b, daerah_b, nik_b) in combinations(group, 2):
                if daerah_a != daerah_b and (scope is None or a in scope or b in scope):
                    equal[a, b].add(kind)
                    numbers[a], numbers[b] = nik_a, nik_b
    return {
        (a, b): (frozenset(kinds), bool(numbers[a] and numbers[b]) and numbers[a] != numbers[b])
        for (a, b), kinds in equal.items()
    }


def _shared(column: str, scope: frozenset[uuid.UUID] | None) -> Any:
    """Values of `column` that households of several kabupaten/kota share, but not too many."""
    rows = Penghuni.objects.exclude(**{column: ""})
    if scope is not None:
        rows = rows.filter(**{f"{column}__in": Penghuni.objects.filter(pk__in=scope).values(column)})
    groups = rows.order_by().values(column)
    groups = groups.annotate(dari=Min("kabupaten_kota"), sampai=Max("kabupaten_kota"), jumlah=Count("pk"))
    return groups.filter(dari__lt=F("sampai"), jumlah__lte=TERLALU_BANYAK).values(column)


def _regroup(pairs: Iterable[DugaanGanda]) -> None:
    """Give the pairs of each set the smallest of its households as their common mark. Whole sets only."""
    leader: dict[uuid.UUID, uuid.UUID] = {}

    def lead(of: uuid.UUID) -> uuid.UUID:
        while (above := leader.setdefault(of, of)) != of:
            leader[of] = of = leader[above]
        return of

    rows = list(pairs)
    for row in rows:
        small, large = sorted((lead(row.pertama_id), lead(row.kedua_id)))
        leader[large] = small
    moved = [row for row in rows if row.kelompok != lead(row.pertama_id)]
    for row in moved:
        row.kelompok = lead(row.pertama_id)
    DugaanGanda.objects.bulk_update(moved, ["kelompok"], batch_size=_BATCH)


def forget(penghuni: Collection[uuid.UUID | str], pengguna: Pengguna | None) -> None:
    """Remove the pairs of households that `pengguna` is about to remove; what was decided stays in the history.

    A set that falls apart by this is shown as one until `match_all`: grouping anew is for whoever compares, one at a
    time, and the caller holds households that a comparison may be waiting for.
    """
    pairs = DugaanGanda.objects.about([uuid.UUID(str(pk)) for pk in penghuni])
    for row in pairs.exclude(keputusan=""):
        note(row, "Dihapus bersama data penghuninya", pengguna)
    pairs.delete()


# --- Deciding ---------------------------------------------------------------------------------------------------------


def decisions_for(dugaan: DugaanGanda) -> list[KeputusanGanda]:
    """What may be decided: twins and people of one household have a NIK and a name each, so they stay two."""
    return [KeputusanGanda.BUKAN] if dugaan.orang_berbeda else list(KeputusanGanda)


@transaction.atomic
def decide(
    dugaan: DugaanGanda, keputusan: str, berlaku: Penghuni | None, catatan: str, versi: int, pengguna: Pengguna
) -> DugaanGanda:
    """Decide a pair that was opened at `versi`, or decide it anew; its history keeps what was decided before.

    `berlaku` is the record that is right now when the household moved. Raises `StaleVersion`, `ReasonMissing` (the note
    may hold no number) or `KeputusanDitolak`.
    """
    reason = require_reason(catatan)
    # The households first, as whoever removes or anonymises one of them does.
    both = Penghuni.objects.filter(pk__in=(dugaan.pertama_id, dugaan.kedua_id)).order_by("pk")
    list(both.select_for_update(of=("self",), no_key=True).values_list("pk"))
    row = DugaanGanda.objects.select_for_update(of=("self",)).select_related("diubah_oleh").get(pk=dugaan.pk)
    check_version(row, versi)
    if keputusan not in decisions_for(row):
        raise KeputusanDitolak(
            "NIK dan nama keduanya berbeda, jadi tidak dapat diputus sebagai orang yang sama. Bila NIK salah tulis, "
            "minta daerah memperbaikinya dahulu.",
            "keputusan",
        )
    if keputusan == KeputusanGanda.PINDAH and (berlaku is None or berlaku.pk not in (row.pertama_id, row.kedua_id)):
        raise KeputusanDitolak("Pilih data yang berlaku sekarang, yaitu tempat tinggal yang baru.", "berlaku")
    row.keputusan, row.catatan = keputusan, reason
    row.berlaku = berlaku if keputusan == KeputusanGanda.PINDAH else None
    row.diputus_oleh, row.diputus_pada = pengguna, timezone.now()
    row.diputus_nik, row.diputus_no_kk, row.diputus_nama_lahir = row.nik, row.no_kk, row.nama_lahir
    row.diputus_skor = row.skor
    touch(row, pengguna)
    row.save()
    place = f", yang berlaku {row.berlaku.kabupaten_kota}" if row.berlaku else ""
    note(row, f"{row.get_keputusan_display()}{place}", pengguna, reason)
    return row
