"""Verifying many isian at once: only those that raise no question. Each is verified by the real move, on its own."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from core.access import verifikator
from core.models import Pengguna
from monitoring.enums import Gerak, StatusCatatan, StatusIsian, StatusPeriode
from monitoring.models import Isian, Kiriman, PeriodeMonitoring

from .pemeriksaan import last_verified_in, weigh
from .workflow import MoveRefused, apply_move


@dataclass(frozen=True)
class Calon:
    """A sent isian with its last kiriman, and why it has to be looked at by itself ([] when it need not)."""

    isian: Isian
    kiriman: Kiriman
    alasan: tuple[str, ...]

    @property
    def kunci(self) -> str:
        """Names exactly what was looked at: the kabupaten/kota and the kiriman."""
        return f"{self.isian.kabupaten_kota_id}:{self.kiriman.nomor}"


def candidates(periode: PeriodeMonitoring, pengguna: Pengguna, hari_ini: datetime.date) -> list[Calon]:
    """Every sent isian of `periode` with what speaks against verifying it unseen. The same number of queries for any
    number of isian.
    """
    last = Kiriman.objects.filter(isian=OuterRef("pk")).order_by("-nomor").values("pk")[:1]
    rows = list(
        Isian.objects.visible_to(pengguna)
        .filter(periode=periode, status=StatusIsian.TERKIRIM)
        .select_related("periode", "kabupaten_kota")
        .prefetch_related("catatan", "penjelasan__pengguna")
        .annotate(kiriman_terakhir=Subquery(last))
        .order_by("kabupaten_kota")
    )
    sent = Kiriman.objects.prefetch_related("penginput").in_bulk(row.kiriman_terakhir for row in rows)  # type: ignore[attr-defined]
    verified = last_verified_in(periode)
    found = []
    for isian in rows:
        kiriman = sent[isian.kiriman_terakhir]  # type: ignore[attr-defined]
        reasons = _against(isian, kiriman, verified.get(isian.kabupaten_kota_id), pengguna, hari_ini)
        found.append(Calon(isian, kiriman, tuple(reasons)))
    return found


def _against(
    isian: Isian, kiriman: Kiriman, sebelumnya: Kiriman | None, pengguna: Pengguna, hari_ini: datetime.date
) -> Iterable[str]:
    if unsettled := sum(row.status != StatusCatatan.SELESAI for row in isian.catatan.all()):
        yield f"{unsettled} catatan belum selesai"
    before = sebelumnya.registri if sebelumnya else None
    hasil = weigh(json.loads(kiriman.isi), before, isian.penjelasan.all(), hari_ini)
    if hasil.galat:
        yield f"{len(hasil.galat)} kesalahan: {hasil.galat[0].pesan}"
    if hasil.tanpa_alasan:
        yield f"{len(hasil.tanpa_alasan)} peringatan belum dijelaskan: {hasil.tanpa_alasan[0].pesan}"
    if pengguna in kiriman.penginput.all():
        yield "Anda ikut mengisi data ini, jadi verifikator lain yang memverifikasinya"


@dataclass(frozen=True)
class HasilMassal:
    """Names of those verified, and (name, why) of those left out."""

    terverifikasi: tuple[str, ...]
    dilewati: tuple[tuple[str, str], ...]


def verify_many(
    periode: PeriodeMonitoring, kunci: Iterable[str], pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> HasilMassal:
    """Verify each chosen isian whose kiriman is still the one that was seen and that still raises no question.

    One that is refused does not hold up the others. Raises `MoveRefused` for the wrong role or a closed period.
    """
    waktu = waktu or timezone.now()
    if not verifikator(pengguna):
        raise MoveRefused("Hanya verifikator yang dapat memverifikasi.")
    done: list[str] = []
    left: list[tuple[str, str]] = []
    with transaction.atomic():
        # The lock every move takes first: between the look and the moves nothing is sent or withdrawn.
        row = PeriodeMonitoring.objects.select_for_update().get(pk=periode.pk)
        if row.status != StatusPeriode.DIBUKA:
            raise MoveRefused("Verifikasi hanya dapat dilakukan selama periode dibuka.")
        now = {calon.kunci: calon for calon in candidates(row, pengguna, timezone.localdate(waktu))}
        names = dict(row.isian.values_list("kabupaten_kota", "kabupaten_kota__nama"))
        for key in dict.fromkeys(kunci):
            nama = names.get(key.partition(":")[0])
            if nama is None:
                continue
            calon = now.get(key)
            reason = "; ".join(calon.alasan) if calon else "isian ini berubah sejak daftar ditampilkan"
            if calon and not reason:
                reason = _verify(calon.isian, pengguna, waktu)
            if reason:
                left.append((nama, reason))
            else:
                done.append(nama)
    return HasilMassal(tuple(done), tuple(left))


def _verify(isian: Isian, pengguna: Pengguna, waktu: datetime.datetime) -> str:
    """Make the move; "" or why it was refused."""
    try:
        apply_move(isian, Gerak.VERIFIKASI, pengguna, waktu=waktu)
    except MoveRefused as refusal:
        return refusal.pesan
    return ""
