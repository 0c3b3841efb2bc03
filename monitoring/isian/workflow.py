"""The moves of an isian (design section 4): a table of data, and one function that makes a move.

Every move is one transaction that locks, in this order, the period, the registry and the isian; checks state, role and
condition; applies the effect; and writes one history row. Nothing else in the product assigns `Isian.status`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from core.access import koordinator, operator, verifikator
from core.display import waktu as waktu_wib
from core.models import Pengguna
from monitoring.enums import Gerak, StatusBeritaAcara, StatusIsian, StatusPeriode
from monitoring.models import BeritaAcara, Isian, Kiriman, PeriodeMonitoring, RiwayatIsian
from monitoring.pengingat.pemberitahuan import tell_reopened, tell_resent, tell_returned, tell_verified
from monitoring.periode.batas import batas_of
from rusun.penguncian import lock_registry, open_cells, registry_write, unlock_registry

from .kiriman import create_kiriman, draft_of
from .pemeriksaan import check_isian

S = StatusIsian

CLOSED: dict[str, str] = {
    StatusPeriode.DISIAPKAN: "Periode ini belum dibuka. Koordinator provinsi yang membukanya.",
    StatusPeriode.REKAP_DIAJUKAN: "Rekap periode ini sudah diajukan, jadi isian tidak dapat diubah. "
    "Koordinator atau pimpinan dapat mengembalikan rekap.",
    StatusPeriode.DITETAPKAN: "Rekap periode ini sudah ditetapkan. Perbaikan masuk ke periode berikutnya.",
}
"""Why no isian moves while its period is in this state, and who can change that."""


class MoveRefused(Exception):
    """A move cannot be made now. `pesan` says why and what to do; `rincian` lists the points, if any."""

    def __init__(self, pesan: str, rincian: Sequence[str] = ()) -> None:
        super().__init__(pesan)
        self.pesan = pesan
        self.rincian = list(rincian)


@dataclass
class Langkah:
    """A move under way: what its condition and effect may look at."""

    isian: Isian
    pengguna: Pengguna
    waktu: datetime.datetime
    alasan: str = ""
    jawab_sebelum: datetime.date | None = None
    kiriman: Kiriman | None = None
    hari: datetime.date = field(init=False)

    def __post_init__(self) -> None:
        self.hari = timezone.localdate(self.waktu)


@dataclass(frozen=True)
class Move:
    """One line of the table: from which states, to which (None: stays), who, and what happens."""

    dari: tuple[str, ...]
    ke: str | None
    siapa: Callable[[Pengguna], bool]
    lakukan: Callable[[Langkah], None]


# --- conditions and effects ----------------------------------------------------------------------------------------


def _begin(langkah: Langkah) -> None:
    """No condition beyond an open period."""


def _send(langkah: Langkah) -> None:
    isian, hari = langkah.isian, langkah.hari
    if isian.status == S.PERLU_PERBAIKAN and (unanswered := list(isian.catatan.unanswered())):
        raise MoveRefused("Masih ada catatan yang belum dijawab.", [row.sebutan for row in unanswered])
    batas = batas_of(isian)
    assert batas is not None
    if closed := batas.closed_note(hari):
        raise MoveRefused(closed)
    if isian.status == S.DIISI:
        isian.terlambat = hari > batas.tanggal
    isi = draft_of(isian, hari)
    hasil = check_isian(isian, isi, hari)
    if hasil.galat:
        raise MoveRefused(
            "Isian belum dapat dikirim karena masih ada yang salah atau kurang.", [t.pesan for t in hasil.galat]
        )
    if hasil.tanpa_alasan:
        raise MoveRefused(
            "Beri alasan untuk setiap peringatan sebelum mengirim.", [t.pesan for t in hasil.tanpa_alasan]
        )
    langkah.kiriman = create_kiriman(isian, isi, langkah.pengguna, langkah.waktu)
    if isian.status == S.PERLU_PERBAIKAN:
        tell_resent(isian, langkah.kiriman, langkah.waktu)
    isian.verifikator, isian.verifikasi_sejak, isian.jawab_sebelum = None, None, None
    _lock(langkah, f"{langkah.kiriman} sudah dikirim ke provinsi")


def _withdraw(langkah: Langkah) -> None:
    if (since := langkah.isian.verifikasi_sejak) is not None:
        raise MoveRefused(
            f"Verifikasi sudah dimulai oleh {langkah.isian.verifikator} sejak {waktu_wib(since)}, jadi isian tidak "
            "dapat ditarik. Bila masih ada yang salah, minta verifikator mengembalikannya."
        )
    if langkah.isian.kiriman.count() > 1:
        raise MoveRefused(
            "Kiriman perbaikan tidak dapat ditarik. Bila masih ada yang salah, minta verifikator mengembalikannya."
        )
    unlock_registry(langkah.isian.kabupaten_kota_id)


def _begin_verification(langkah: Langkah) -> None:
    if langkah.isian.verifikasi_sejak is not None:
        raise MoveRefused(f"Verifikasi sudah dimulai oleh {langkah.isian.verifikator}.")
    langkah.isian.verifikator, langkah.isian.verifikasi_sejak = langkah.pengguna, langkah.waktu


def _return(langkah: Langkah) -> None:
    open_remarks = list(langkah.isian.catatan.unanswered())
    if not open_remarks:
        raise MoveRefused("Tulis paling sedikit satu catatan sebelum mengembalikan isian.")
    if langkah.jawab_sebelum is None or langkah.jawab_sebelum < langkah.hari:
        raise MoveRefused("Tentukan batas jawaban, hari ini atau sesudahnya.")
    langkah.isian.jawab_sebelum = langkah.jawab_sebelum
    open_cells(langkah.isian.kabupaten_kota_id, [row.alamat for row in open_remarks])
    tell_returned(langkah.isian, len(open_remarks), langkah.pengguna, langkah.waktu)


def _verify(langkah: Langkah) -> None:
    isian = langkah.isian
    if unsettled := list(isian.catatan.unsettled()):
        raise MoveRefused("Selesaikan semua catatan sebelum memverifikasi.", [row.sebutan for row in unsettled])
    kiriman = isian.kiriman.order_by("-nomor").first()
    assert kiriman is not None
    if kiriman.penginput.filter(pk=langkah.pengguna.pk).exists():
        raise MoveRefused("Anda ikut mengisi data ini, jadi verifikator lain yang harus memverifikasinya.")
    if isian.kiriman_sah_id is not None:
        # Reopened and verified again: a paper that cites an older kiriman no longer says what is valid, and its code
        # answers "digantikan". One that cites none (absent, nothing sent) stays what it was.
        older = BeritaAcara.objects.filter(sesi__isian=isian, kiriman__nomor__lt=kiriman.nomor)
        older.update(status=StatusBeritaAcara.DIGANTIKAN)
    isian.kiriman_sah, isian.terverifikasi_pada, langkah.kiriman = kiriman, langkah.waktu, kiriman
    if isian.verifikasi_sejak is None:
        isian.verifikator, isian.verifikasi_sejak = langkah.pengguna, langkah.waktu
    _lock(langkah, "isian sudah diverifikasi provinsi")
    tell_verified(isian, kiriman, langkah.waktu)


def _reopen(langkah: Langkah) -> None:
    if not langkah.alasan:
        raise MoveRefused("Tulis alasan membuka kembali isian.")
    open_remarks = list(langkah.isian.catatan.unanswered())
    if not open_remarks:
        raise MoveRefused("Tulis paling sedikit satu catatan yang harus diperbaiki.")
    if langkah.jawab_sebelum is None or langkah.jawab_sebelum < langkah.hari:
        raise MoveRefused("Tentukan batas jawaban, hari ini atau sesudahnya.")
    langkah.isian.jawab_sebelum = langkah.jawab_sebelum
    langkah.isian.verifikator, langkah.isian.verifikasi_sejak = None, None
    open_cells(langkah.isian.kabupaten_kota_id, [row.alamat for row in open_remarks])
    tell_reopened(langkah.isian, len(open_remarks), langkah.pengguna, langkah.waktu)


def _lock(langkah: Langkah, alasan: str) -> None:
    isian = langkah.isian
    lock_registry(isian.kabupaten_kota_id, alasan=alasan, waktu=langkah.waktu, rujukan=isian.periode.judul)


MOVES: dict[Gerak, Move] = {
    Gerak.MULAI: Move((S.BELUM_MULAI,), S.DIISI, operator, _begin),
    Gerak.KIRIM: Move((S.DIISI, S.PERLU_PERBAIKAN), S.TERKIRIM, operator, _send),
    Gerak.TARIK: Move((S.TERKIRIM,), S.DIISI, operator, _withdraw),
    Gerak.MULAI_VERIFIKASI: Move((S.TERKIRIM,), None, verifikator, _begin_verification),
    Gerak.KEMBALIKAN: Move((S.TERKIRIM,), S.PERLU_PERBAIKAN, verifikator, _return),
    Gerak.VERIFIKASI: Move((S.TERKIRIM,), S.TERVERIFIKASI, verifikator, _verify),
    Gerak.BUKA_KEMBALI: Move((S.TERVERIFIKASI,), S.PERLU_PERBAIKAN, koordinator, _reopen),
}


def may_move(isian: Isian, gerak: Gerak, pengguna: Pengguna) -> bool:
    """Whether state and role allow the move, so that its button is worth showing. Conditions: ask the move."""
    move = MOVES[gerak]
    own = pengguna.kabupaten_kota_id in (None, isian.kabupaten_kota_id)
    return own and move.siapa(pengguna) and isian.status in move.dari and isian.periode.status == StatusPeriode.DIBUKA


def apply_move(
    isian: Isian,
    gerak: Gerak,
    pengguna: Pengguna,
    *,
    alasan: str = "",
    jawab_sebelum: datetime.date | None = None,
    waktu: datetime.datetime | None = None,
) -> Isian:
    """Make one move and return the isian as it now stands. Raises `MoveRefused`; then nothing has changed."""
    move = MOVES[gerak]
    with locks_of(isian):
        row = Isian.objects.select_for_update().get(pk=isian.pk)
        row.periode = PeriodeMonitoring.objects.get(pk=row.periode_id)
        if not move.siapa(pengguna) or pengguna.kabupaten_kota_id not in (None, row.kabupaten_kota_id):
            raise MoveRefused("Langkah ini bukan wewenang Anda.")
        if row.periode.status != StatusPeriode.DIBUKA:
            raise MoveRefused(CLOSED[row.periode.status])
        if row.status not in move.dari:
            raise MoveRefused(_faster(row))
        langkah = Langkah(row, pengguna, waktu or timezone.now(), alasan, jawab_sebelum)
        dari = row.status
        move.lakukan(langkah)
        row.status = move.ke or dari
        row.save()
        RiwayatIsian.objects.create(
            isian=row, gerak=gerak, dari=dari, ke=row.status, waktu=langkah.waktu, pengguna=pengguna, alasan=alasan,
            kiriman=langkah.kiriman,
        )  # fmt: skip
    return row


@contextmanager
def locks_of(isian: Isian) -> Iterator[None]:
    """Lock the period, then the registry: the one order in which every move takes its locks."""
    with transaction.atomic():
        PeriodeMonitoring.objects.select_for_update().get(pk=isian.periode_id)
        with registry_write(isian.kabupaten_kota_id):
            yield


def _faster(isian: Isian) -> str:
    last = isian.riwayat.select_related("pengguna").last()
    if last is None:
        return "Isian belum dimulai."
    waktu = timezone.localtime(last.waktu).strftime("%H.%M")
    return (
        f"Langkah ini tidak dapat dilakukan: {last.pengguna} sudah menjalankan "
        f"«{last.get_gerak_display()}» pukul {waktu} WIB. "
        f"Status sekarang: {isian.get_status_display()}."
    )
