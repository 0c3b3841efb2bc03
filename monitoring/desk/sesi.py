"""A session of the desk: begun, paused, handed over, closed; and what both sides do in it.

Locks are taken in one order everywhere: period, registry, isian, schedule, session. Whatever happens counts
`SesiDesk.perubahan`, which is what the pages ask for every moment.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction
from django.utils import timezone

from core.access import operator, verifikator
from core.display import jam
from core.models import Pengguna
from monitoring.enums import Gerak, JenisButir, JenisSesi, LangkahSesi, StatusIsian, StatusPeriode, StatusSesi
from monitoring.isian.catatan import add_remark, cell_exists, settle_remark
from monitoring.isian.workflow import MoveRefused, apply_move, locks_of
from monitoring.models import (
    BeritaAcara,
    ButirAgenda,
    Catatan,
    Isian,
    JadwalDesk,
    Kesepakatan,
    RiwayatSesi,
    SesiDesk,
)
from rusun.alamat import Alamat
from rusun.models import TindakLanjut
from rusun.penguncian import registry_write
from rusun.salinan import registry_of
from rusun.sebutan import cell_name
from rusun.simpan import save_follow_up

from .agenda import prepare_agenda
from .berita_acara import draft_minutes
from .jadwal import note

HARI_JAWAB: Final = 3
"""Days a kabupaten/kota has for what was remarked on in a session and not corrected in it."""


def takes_part(sesi: SesiDesk, pengguna: Pengguna) -> bool:
    """Whether `pengguna` acts in the session, on either side; heads of office only look on."""
    if sesi.isian is None:
        return operator(pengguna) or verifikator(pengguna)
    return verifikator(pengguna) or (operator(pengguna) and pengguna.kabupaten_kota_id == sesi.isian.kabupaten_kota_id)


@contextmanager
def _locked(sesi: SesiDesk) -> Iterator[SesiDesk]:
    """The session, nobody else at it, counted on when the block ends well."""
    with transaction.atomic():
        row = (
            SesiDesk.objects.select_for_update(of=("self",))
            .select_related("jadwal__periode", "isian__kabupaten_kota", "isian__periode", "verifikator")
            .get(pk=sesi.pk)
        )
        yield row
        row.perubahan += 1
        row.save()


@contextmanager
def _with_registry(sesi: SesiDesk) -> Iterator[None]:
    """Period, registry and isian before the session; the opening has none of them."""
    if sesi.isian is None:
        with transaction.atomic():
            yield
        return
    with locks_of(sesi.isian):
        Isian.objects.select_for_update(of=("self",)).get(pk=sesi.isian.pk)
        yield


def _require_province(pengguna: Pengguna) -> None:
    if not verifikator(pengguna):
        raise MoveRefused("Langkah ini hanya untuk verifikator provinsi.")


def _require_live(row: SesiDesk) -> None:
    if row.status != StatusSesi.BERLANGSUNG:
        raise MoveRefused(f"Sesi tidak sedang berlangsung (sekarang: {state_text(row)}). Muat ulang halaman.")


def state_text(sesi: SesiDesk) -> str:
    return str(sesi.get_status_display()).lower()


# --- the course of a session ------------------------------------------------------------------------------------------


def begin(sesi: SesiDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> SesiDesk:
    """Begin: the agenda is prepared, the last kiriman is what everything is compared with. Raises `MoveRefused`."""
    waktu = waktu or timezone.now()
    _require_province(pengguna)
    with _with_registry(sesi), _locked(sesi) as row:
        if row.status != StatusSesi.TERJADWAL:
            raise MoveRefused(f"Sesi ini sudah {state_text(row)}{_by_whom(row)}.")
        if not row.jadwal.versi:
            raise MoveRefused("Jadwal belum diterbitkan. Minta koordinator menerbitkannya dahulu.")
        if row.jadwal.periode.status != StatusPeriode.DIBUKA:
            raise MoveRefused("Sesi hanya dapat dimulai selama periode dibuka.")
        row.status, row.dimulai_pada = StatusSesi.BERLANGSUNG, waktu
        row.verifikator = row.verifikator or pengguna
        if row.isian is not None:
            row.kiriman_awal = row.isian.kiriman.order_by("-nomor").first()
            prepare_agenda(row, timezone.localdate(waktu))
        note(row, LangkahSesi.MULAI, pengguna, waktu, "")
    return row


def _by_whom(row: SesiDesk) -> str:
    last = RiwayatSesi.objects.filter(sesi=row).select_related("pengguna").last()
    return f" ({last.pengguna}, {jam(last.waktu)})" if last else ""


def pause(sesi: SesiDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> SesiDesk:
    """Pause, for instance while the line of the kabupaten/kota is down."""
    return _switch(sesi, pengguna, StatusSesi.BERLANGSUNG, StatusSesi.JEDA, LangkahSesi.JEDA, waktu)


def resume(sesi: SesiDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> SesiDesk:
    """Go on after a pause."""
    return _switch(sesi, pengguna, StatusSesi.JEDA, StatusSesi.BERLANGSUNG, LangkahSesi.LANJUT, waktu)


def _switch(
    sesi: SesiDesk, pengguna: Pengguna, dari: StatusSesi, ke: StatusSesi, langkah: LangkahSesi,
    waktu: datetime.datetime | None,
) -> SesiDesk:  # fmt: skip
    _require_province(pengguna)
    with _locked(sesi) as row:
        if row.status != dari:
            raise MoveRefused(f"Sesi sekarang {state_text(row)}. Muat ulang halaman.")
        row.status = ke
        note(row, langkah, pengguna, waktu or timezone.now(), "")
    return row


def take_over(sesi: SesiDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> SesiDesk:
    """Another verifikator leads from here on; nothing else changes."""
    _require_province(pengguna)
    with _locked(sesi) as row:
        if row.status not in (StatusSesi.TERJADWAL, StatusSesi.BERLANGSUNG, StatusSesi.JEDA):
            raise MoveRefused(f"Sesi ini sudah {state_text(row)}.")
        if row.verifikator_id == pengguna.pk:
            raise MoveRefused("Sesi ini sudah Anda pimpin.")
        before = row.verifikator
        row.verifikator, row.versi = pengguna, row.versi + 1
        note(row, LangkahSesi.AMBIL_ALIH, pengguna, waktu or timezone.now(), f"Semula {before or 'belum ada'}")
    return row


def close(sesi: SesiDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> BeritaAcara | None:
    """Close; of a session with a kabupaten/kota the draft berita acara comes back, numbered. Raises `MoveRefused`."""
    waktu = waktu or timezone.now()
    _require_province(pengguna)
    with _with_registry(sesi):
        JadwalDesk.objects.select_for_update().get(pk=sesi.jadwal_id)
        with _locked(sesi) as row:
            if not row.hidup:
                raise MoveRefused(f"Sesi ini sudah {state_text(row)}{_by_whom(row)}.")
            row.status, row.ditutup_pada, row.sorot, row.sorot_sebutan = StatusSesi.DITUTUP, waktu, "", ""
            note(row, LangkahSesi.TUTUP, pengguna, waktu, "")
            return draft_minutes(row, pengguna, waktu) if row.jenis == JenisSesi.DESK else None


def mark_absent(
    sesi: SesiDesk, alasan: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> BeritaAcara:
    """The kabupaten/kota did not come: a berita acara says so, and a new slot may be given. Raises `MoveRefused`."""
    waktu = waktu or timezone.now()
    _require_province(pengguna)
    if sesi.isian is None:
        raise MoveRefused("Rapat pembukaan tidak dapat dinyatakan tidak hadir.")
    with _with_registry(sesi):
        JadwalDesk.objects.select_for_update().get(pk=sesi.jadwal_id)
        with _locked(sesi) as row:
            if row.status not in (StatusSesi.TERJADWAL, StatusSesi.BERLANGSUNG, StatusSesi.JEDA):
                raise MoveRefused(f"Sesi ini sudah {state_text(row)}{_by_whom(row)}.")
            if not row.jadwal.versi or waktu < row.mulai:
                raise MoveRefused("Tidak hadir baru dapat dinyatakan setelah jam mulai sesi.")
            row.status, row.ditutup_pada, row.sorot, row.sorot_sebutan = StatusSesi.TIDAK_HADIR, waktu, "", ""
            note(row, LangkahSesi.TIDAK_HADIR, pengguna, waktu, alasan)
            return draft_minutes(row, pengguna, waktu)


# --- in a session -----------------------------------------------------------------------------------------------------


def point_at(sesi: SesiDesk, alamat: Alamat | None, pengguna: Pengguna) -> SesiDesk:
    """The province points at a cell, or at nothing. Raises `MoveRefused`, or ValueError when there is no such cell."""
    _require_province(pengguna)
    with _locked(sesi) as row:
        _require_live(row)
        if alamat is None:
            row.sorot = row.sorot_sebutan = ""
            return row
        if row.isian is None:
            raise ValueError("the opening has no cells")
        registri = registry_of(row.isian.kabupaten_kota_id)
        if not cell_exists(registri, alamat):
            raise ValueError("no such cell")
        row.sorot, row.sorot_sebutan = str(alamat), cell_name(registri, alamat)[:300]
    return row


def remark(
    sesi: SesiDesk, alamat: Alamat, isi: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> Catatan:
    """Remark on a cell, which opens its group at once: the first remark returns the isian. Raises as `add_remark`."""
    waktu = waktu or timezone.now()
    assert sesi.isian is not None
    with _with_registry(sesi), _locked(sesi) as row:
        _require_live(row)
        assert row.isian is not None
        if row.isian.status == StatusIsian.TERVERIFIKASI:
            raise MoveRefused(
                "Isian ini sudah terverifikasi. Koordinator dapat membukanya lewat «Buka kembali», "
                "lalu sesi diteruskan di sini."
            )
        catatan = add_remark(row.isian, alamat, isi, pengguna, waktu=waktu)
        if row.isian.status == StatusIsian.TERKIRIM:
            until = timezone.localdate(waktu) + datetime.timedelta(days=HARI_JAWAB)
            apply_move(
                row.isian, Gerak.KEMBALIKAN, pengguna, alasan="Catatan pada desk.", jawab_sebelum=until, waktu=waktu
            )
    return catatan


def accept(
    sesi: SesiDesk, catatan: Catatan, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> Catatan:  # fmt: skip
    """The province sees the correction and settles the remark. Raises `MoveRefused`."""
    with _with_registry(sesi), _locked(sesi) as row:
        _require_live(row)
        return settle_remark(catatan, pengguna, waktu=waktu)


def add_point(sesi: SesiDesk, judul: str, pengguna: Pengguna) -> ButirAgenda:
    """A point somebody wants to talk about; either side may add one. Raises `MoveRefused`."""
    if not takes_part(sesi, pengguna):
        raise MoveRefused("Anda tidak ikut dalam sesi ini.")
    with _locked(sesi) as row:
        _require_live(row)
        last = row.agenda.order_by("-urutan").first()
        return ButirAgenda.objects.create(
            sesi=row, urutan=last.urutan + 1 if last else 1, jenis=JenisButir.TAMBAHAN, judul=judul, bagian="",
            keterangan=f"Ditambahkan {pengguna}",
        )  # fmt: skip


def tick(
    butir: ButirAgenda, sepakat: bool, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> ButirAgenda:
    """Agree on a point of the agenda, or take that back. Raises `MoveRefused`."""
    _require_province(pengguna)
    with _locked(butir.sesi) as row:
        _require_live(row)
        point = ButirAgenda.objects.select_for_update(of=("self",)).get(pk=butir.pk)
        point.disepakati_pada = (waktu or timezone.now()) if sepakat else None
        point.disepakati_oleh = pengguna if sepakat else None
        point.save()
    return point


def commit(
    sesi: SesiDesk, tindak: TindakLanjut, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> Kesepakatan:
    """Agree that somebody does `tindak` (not saved yet) by its due date: a follow-up that lives on after the period.

    Raises `MoveRefused`, or `LocationClosed`.
    """
    waktu = waktu or timezone.now()
    _require_province(pengguna)
    with registry_write(tindak.rusun.kabupaten_kota_id), _locked(sesi) as row:
        _require_live(row)
        if row.isian is None or row.isian.kabupaten_kota_id != tindak.rusun.kabupaten_kota_id:
            raise MoveRefused("Kesepakatan harus tentang lokasi kabupaten/kota pada sesi ini.")
        if tindak.batas_waktu <= timezone.localdate(waktu):
            raise MoveRefused("Batas waktu kesepakatan harus sesudah hari ini.")
        tindak.disepakati = True
        save_follow_up(tindak, 1, pengguna)
        return Kesepakatan.objects.create(sesi=row, tindak_lanjut=tindak, waktu=waktu, pengguna=pengguna)


def save_result(sesi: SesiDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> Isian:
    """«Simpan hasil desk»: the operator sends what was corrected as the next kiriman. Raises `MoveRefused`."""
    assert sesi.isian is not None
    with _with_registry(sesi), _locked(sesi) as row:
        if row.status not in (StatusSesi.BERLANGSUNG, StatusSesi.JEDA):
            raise MoveRefused("Sesi tidak sedang berlangsung. Kirim lewat halaman isian.")
        assert row.isian is not None
        return apply_move(row.isian, Gerak.KIRIM, pengguna, waktu=waktu)


def write_notes(sesi: SesiDesk, notulen: str, versi: int, pengguna: Pengguna) -> SesiDesk:
    """Store the notulen, opened at `versi`. Raises `MoveRefused`."""
    _require_province(pengguna)
    with _locked(sesi) as row:
        if row.versi != versi:
            raise MoveRefused("Notulen sudah diubah orang lain. Bandingkan dengan isinya sekarang, lalu simpan lagi.")
        row.notulen, row.versi = notulen, row.versi + 1
    return row
