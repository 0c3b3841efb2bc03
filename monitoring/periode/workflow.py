"""The moves of a period: `disiapkan -> dibuka -> rekap_diajukan -> ditetapkan`, as a table and one function."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.access import koordinator, pimpinan
from core.models import KabupatenKota, Pengguna
from monitoring.dokumen.pelari import start as start_documents
from monitoring.enums import GerakPeriode, PerubahanPeriode, StatusIsian, StatusPeriode
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Isian, PeriodeMonitoring, RiwayatPeriode
from monitoring.pengingat.pemberitahuan import tell_invited
from monitoring.rekap.tetapan import as_of_now
from rusun.penguncian import registry_write, unlock_registry

S = StatusPeriode
CHANGEABLE = (S.DISIAPKAN, S.DIBUKA)
"""While a period is in one of these its dates and its invited may change."""


def _open(periode: PeriodeMonitoring, pengguna: Pengguna, waktu: datetime.datetime, alasan: str) -> None:
    if not periode.isian.exists():
        raise MoveRefused("Undang paling sedikit satu kabupaten/kota sebelum membuka periode.")
    tell_invited(periode.isian.all(), periode, waktu)


def _propose(periode: PeriodeMonitoring, pengguna: Pengguna, waktu: datetime.datetime, alasan: str) -> None:
    if not periode.isian.filter(status=StatusIsian.TERVERIFIKASI).exists():
        raise MoveRefused("Belum ada isian yang terverifikasi, jadi belum ada yang dapat diajukan.")
    periode.catatan_penetapan = outstanding_note(periode)


def _send_back(periode: PeriodeMonitoring, pengguna: Pengguna, waktu: datetime.datetime, alasan: str) -> None:
    if not alasan:
        raise MoveRefused("Tulis alasan mengembalikan rekap.")
    periode.catatan_penetapan = ""


def _sign_off(periode: PeriodeMonitoring, pengguna: Pengguna, waktu: datetime.datetime, alasan: str) -> None:
    periode.catatan_penetapan = outstanding_note(periode)
    periode.ditetapkan_pada, periode.ditetapkan_oleh = waktu, pengguna
    periode.tetapan = as_of_now(periode)
    for isian in periode.isian.running().order_by("kabupaten_kota"):
        with registry_write(isian.kabupaten_kota_id):
            unlock_registry(isian.kabupaten_kota_id)
    periode.isian.update(berjalan=False)


@dataclass(frozen=True)
class PeriodMove:
    """One line of the table. `sesudah` is done once the period has moved, in the same transaction."""

    dari: str
    ke: str
    siapa: tuple[Callable[[Pengguna], bool], ...]
    lakukan: Callable[[PeriodeMonitoring, Pengguna, datetime.datetime, str], None]
    sesudah: Callable[[PeriodeMonitoring], None] | None = None


PERIOD_MOVES: dict[GerakPeriode, PeriodMove] = {
    GerakPeriode.BUKA: PeriodMove(S.DISIAPKAN, S.DIBUKA, (koordinator,), _open),
    GerakPeriode.AJUKAN_REKAP: PeriodMove(S.DIBUKA, S.REKAP_DIAJUKAN, (koordinator,), _propose),
    GerakPeriode.KEMBALIKAN_REKAP: PeriodMove(S.REKAP_DIAJUKAN, S.DIBUKA, (koordinator, pimpinan), _send_back),
    GerakPeriode.TETAPKAN: PeriodMove(S.REKAP_DIAJUKAN, S.DITETAPKAN, (pimpinan,), _sign_off, start_documents),
}


def outstanding_note(periode: PeriodeMonitoring) -> str:
    """ "" when all are verified, else the sentence the recap is signed off with."""
    rows = list(periode.isian.select_related("kabupaten_kota").order_by("kabupaten_kota"))
    missing = [row for row in rows if row.status != StatusIsian.TERVERIFIKASI]
    if not missing:
        return ""
    parts = [
        f"{row.kabupaten_kota.nama} "
        + (
            "belum menyampaikan"
            if row.status in (StatusIsian.BELUM_MULAI, StatusIsian.DIISI)
            else "belum terverifikasi"
        )
        for row in missing
    ]
    return f"Ditetapkan dengan catatan, {len(rows) - len(missing)} dari {len(rows)}; {'; '.join(parts)}."


def may_move_period(periode: PeriodeMonitoring, gerak: GerakPeriode, pengguna: Pengguna) -> bool:
    """Whether state and role allow the move."""
    move = PERIOD_MOVES[gerak]
    return periode.status == move.dari and any(predicate(pengguna) for predicate in move.siapa)


def apply_period_move(
    periode: PeriodeMonitoring,
    gerak: GerakPeriode,
    pengguna: Pengguna,
    *,
    alasan: str = "",
    waktu: datetime.datetime | None = None,
) -> PeriodeMonitoring:
    """Make one move and return the period as it now stands. Raises `MoveRefused`; then nothing has changed."""
    move, waktu = PERIOD_MOVES[gerak], waktu or timezone.now()
    with transaction.atomic():
        row = PeriodeMonitoring.objects.select_for_update().get(pk=periode.pk)
        if not any(predicate(pengguna) for predicate in move.siapa):
            raise MoveRefused("Langkah ini bukan wewenang Anda.")
        if row.status != move.dari:
            raise MoveRefused(
                f"Langkah ini tidak dapat dilakukan: periode sekarang {row.get_status_display().lower()}."
            )
        move.lakukan(row, pengguna, waktu, alasan)
        dari, row.status = row.status, move.ke
        row.save()
        RiwayatPeriode.objects.create(
            periode=row, gerak=gerak, dari=dari, ke=row.status, waktu=waktu, pengguna=pengguna, alasan=alasan
        )
        if move.sesudah is not None:
            move.sesudah(row)
    return row


def invite(
    periode: PeriodeMonitoring,
    kabupaten_kota: Iterable[KabupatenKota],
    pengguna: Pengguna,
    *,
    alasan: str = "",
    waktu: datetime.datetime | None = None,
) -> list[Isian]:
    """Add the invited kabupaten/kota; those already there stay.

    Once the period is open the list of who is expected is fixed: an addition changes what "n of m" means, so it needs a
    reason and is written into the history. Raises `MoveRefused`, also when one is busy in another period.
    """
    waktu = waktu or timezone.now()
    if not koordinator(pengguna):
        raise MoveRefused("Hanya koordinator yang dapat mengundang kabupaten/kota.")
    with transaction.atomic():
        row = PeriodeMonitoring.objects.select_for_update().get(pk=periode.pk)
        if row.status not in CHANGEABLE:
            raise MoveRefused("Undangan hanya dapat ditambah sebelum rekap diajukan.")
        if row.status == S.DIBUKA and not alasan:
            raise MoveRefused("Tulis alasan menambah undangan setelah periode dibuka.")
        present = set(row.isian.values_list("kabupaten_kota", flat=True))
        added = [_invite_one(row, daerah) for daerah in kabupaten_kota if daerah.pk not in present]
        if row.status == S.DIBUKA and added:
            names = ", ".join(str(isian.kabupaten_kota) for isian in added)
            rincian = f"{names}. Yang diundang menjadi {len(present) + len(added)}, sebelumnya {len(present)}."
            note(row, PerubahanPeriode.UNDANG, pengguna, waktu, alasan, rincian)
            tell_invited(added, row, waktu)
    return added


def _invite_one(periode: PeriodeMonitoring, daerah: KabupatenKota) -> Isian:
    try:
        with transaction.atomic():
            return Isian.objects.create(periode=periode, kabupaten_kota=daerah)
    except IntegrityError:
        raise MoveRefused(f"{daerah} masih punya isian pada periode lain yang belum ditetapkan.") from None


def note(
    periode: PeriodeMonitoring,
    perubahan: PerubahanPeriode,
    pengguna: Pengguna,
    waktu: datetime.datetime,
    alasan: str,
    rincian: str,
) -> None:
    """Write a change that is no move into the history of the period."""
    RiwayatPeriode.objects.create(
        periode=periode, gerak=perubahan, dari=periode.status, ke=periode.status, waktu=waktu, pengguna=pengguna,
        alasan=alasan, rincian=rincian,
    )  # fmt: skip


def write_decisions(periode: PeriodeMonitoring, teks: str, semula: str, pengguna: Pengguna) -> None:
    """Store the decisions asked for; `semula` is what the page showed. Raises `MoveRefused`."""
    if not koordinator(pengguna):
        raise MoveRefused("Hanya koordinator yang menulis keputusan yang dimohon.")
    with transaction.atomic():
        row = PeriodeMonitoring.objects.select_for_update().get(pk=periode.pk)
        if row.status == S.DITETAPKAN:
            raise MoveRefused("Rekap periode ini sudah ditetapkan, jadi keputusan yang dimohon tidak dapat diubah.")
        if _one_line_ends(row.keputusan) != _one_line_ends(semula):
            raise MoveRefused(
                "Sudah diubah orang lain. Gabungkan tulisan Anda dengan yang tersimpan, lalu simpan lagi."
            )
        row.keputusan = teks
        row.save(update_fields=["keputusan"])
        note(row, PerubahanPeriode.KEPUTUSAN, pengguna, timezone.now(), "", teks)


def _one_line_ends(teks: str) -> str:
    return teks.replace("\r\n", "\n").strip()
