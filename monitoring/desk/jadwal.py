"""The schedule of a desk: generated, changed slot by slot, and published in numbered versions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from core.access import koordinator
from core.display import hari_tanggal, in_wib, jam
from core.models import Pengguna
from monitoring.enums import JenisSesi, LangkahSesi, StatusPeriode, StatusSesi
from monitoring.isian.workflow import MoveRefused
from monitoring.models import HariLibur, Isian, JadwalDesk, PeriodeMonitoring, RiwayatSesi, SesiDesk, TerbitanJadwal
from monitoring.models.desk import AKTIF
from monitoring.pengingat.pemberitahuan import tell_schedule

from .kalender import Slot, Tatanan, lay_out, objections, opening_of, working_days

BEBAS = [StatusSesi.TERJADWAL]
"""Only what has not begun may be moved or laid out anew."""


def arrangement_of(jadwal: JadwalDesk) -> Tatanan:
    return Tatanan(
        jadwal.jam_mulai, jadwal.jam_selesai, jadwal.ruang, jadwal.menit_dasar, jadwal.menit_per_lokasi, jadwal.jeda
    )


def holidays() -> dict[datetime.date, str]:
    return dict(HariLibur.objects.values_list("tanggal", "nama"))


@dataclass(frozen=True)
class Rancangan:
    """A schedule that is not stored yet: the opening, the slots, and who found no place."""

    pembukaan: tuple[datetime.datetime, datetime.datetime]
    slot: list[Slot]
    tidak_muat: list[str]


def draft_schedule(jadwal: JadwalDesk) -> Rancangan:
    """What `generate` would store for `jadwal`; participants are codes of kabupaten/kota."""
    tatanan = arrangement_of(jadwal)
    hari = working_days(jadwal.mulai, jadwal.jumlah_hari, holidays())
    lokasi = Count("kabupaten_kota__rusun", filter=Q(kabupaten_kota__rusun__ditutup_sejak__isnull=True))
    rows = jadwal.periode.isian.annotate(jumlah_lokasi=lokasi).order_by("kabupaten_kota")
    begun = set(_sessions(jadwal).exclude(status__in=BEBAS).values_list("isian", flat=True))
    peserta = {row.kabupaten_kota_id: row.jumlah_lokasi for row in rows if row.pk not in begun}  # type: ignore[attr-defined]
    slots, left = lay_out(hari, tatanan, peserta)
    return Rancangan(opening_of(hari[0], tatanan), slots, left)


def _sessions(jadwal: JadwalDesk) -> Any:
    return SesiDesk.objects.filter(jadwal__periode=jadwal.periode_id, status__in=AKTIF)


def _require(pengguna: Pengguna, periode: PeriodeMonitoring) -> None:
    if not koordinator(pengguna):
        raise MoveRefused("Hanya koordinator yang dapat menyusun jadwal desk.")
    if periode.status not in (StatusPeriode.DISIAPKAN, StatusPeriode.DIBUKA):
        raise MoveRefused("Jadwal desk hanya dapat disusun sebelum rekap diajukan.")


def generate(jadwal: JadwalDesk, verifikator: Sequence[Pengguna], pengguna: Pengguna) -> Rancangan:
    """Store `jadwal` and lay out all sessions that have not begun, room r for verifikator r.

    Raises `MoveRefused`: not everybody fits, a room without a verifikator, not the role.
    """
    _require(pengguna, jadwal.periode)
    if len(verifikator) < jadwal.ruang:
        raise MoveRefused(
            f"{jadwal.ruang} ruang bersamaan membutuhkan {jadwal.ruang} verifikator; dipilih {len(verifikator)}."
        )
    with transaction.atomic():
        PeriodeMonitoring.objects.select_for_update().get(pk=jadwal.periode_id)
        plan = draft_schedule(jadwal)
        if plan.tidak_muat:
            names = Isian.objects.filter(periode=jadwal.periode, kabupaten_kota__in=plan.tidak_muat)
            raise MoveRefused(
                f"Hari penuh: {len(plan.tidak_muat)} kabupaten/kota tidak mendapat tempat. Tambah hari atau ruang, "
                "atau persingkat sesi.",
                [str(row.kabupaten_kota) for row in names.select_related("kabupaten_kota")],
            )
        jadwal.save()
        _store(jadwal, plan, verifikator, pengguna)
    return plan


def _store(jadwal: JadwalDesk, plan: Rancangan, verifikator: Sequence[Pengguna], pengguna: Pengguna) -> None:
    opening, _ = SesiDesk.objects.get_or_create(
        jadwal=jadwal, jenis=JenisSesi.PEMBUKAAN, status__in=AKTIF,
        defaults={"mulai": plan.pembukaan[0], "selesai": plan.pembukaan[1]},
    )  # fmt: skip
    if opening.status in BEBAS:
        opening.mulai, opening.selesai = plan.pembukaan
        opening.tautan, opening.verifikator = jadwal.tautan, opening.verifikator or pengguna
        opening.save()
    isian = {row.kabupaten_kota_id: row for row in jadwal.periode.isian.all()}
    present = {row.isian_id: row for row in _sessions(jadwal).filter(jenis=JenisSesi.DESK)}
    for slot in plan.slot:
        row = isian[slot.peserta]
        sesi = present.get(row.pk) or SesiDesk(jadwal=jadwal, jenis=JenisSesi.DESK, isian=row)
        sesi.mulai, sesi.selesai, sesi.ruang = slot.mulai, slot.selesai, slot.ruang
        sesi.verifikator, sesi.tautan = verifikator[(slot.ruang - 1) % len(verifikator)], jadwal.tautan
        sesi.versi += 1
        sesi.save()


# --- one slot ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bentrokan:
    """What speaks against a slot: `mutlak` cannot be, `ringan` is unusual and may be saved knowingly."""

    mutlak: list[str]
    ringan: list[str]


def conflicts(sesi: SesiDesk) -> Bentrokan:
    """What speaks against `sesi` as it would be saved: double booking, overlap, holiday, hours, breaks."""
    overlapping = (
        SesiDesk.objects.current()
        .filter(mulai__lt=sesi.selesai, selesai__gt=sesi.mulai)
        .exclude(pk=sesi.pk)
        .select_related("isian__kabupaten_kota", "verifikator")
    )
    hard = []
    for other in overlapping:
        when = f"{jam(other.mulai)[:5]}-{jam(other.selesai)}"
        if sesi.verifikator_id and other.verifikator_id == sesi.verifikator_id:
            hard.append(f"{other.verifikator} sudah bertugas di {other}, {when}.")
        if other.jadwal_id != sesi.jadwal_id:
            continue
        if JenisSesi.PEMBUKAAN in (other.jenis, sesi.jenis):
            hard.append(f"Bertumpuk dengan {other.judul.lower() if other.isian is None else other}, {when}.")
        elif other.ruang == sesi.ruang:
            hard.append(f"Ruang {sesi.ruang} sudah dipakai {other}, {when}.")
    return Bentrokan(hard, objections(sesi.mulai, sesi.selesai, arrangement_of(sesi.jadwal), holidays()))


def move_session(
    sesi: SesiDesk, versi: int, pengguna: Pengguna, *, alasan: str = "", tetap: bool = False,
    waktu: datetime.datetime | None = None,
) -> SesiDesk:  # fmt: skip
    """Store the new time, room, verifikator and link that `sesi` carries, opened at `versi`.

    Raises `MoveRefused`: it has begun, somebody moved it meanwhile, a conflict. What is only unusual is refused unless
    `tetap`.
    """
    _require(pengguna, sesi.jadwal.periode)
    with transaction.atomic():
        JadwalDesk.objects.select_for_update().get(pk=sesi.jadwal_id)
        row = SesiDesk.objects.select_for_update(of=("self",)).get(pk=sesi.pk)
        if row.status not in BEBAS:
            raise MoveRefused(f"Sesi ini sudah {row.get_status_display().lower()}, jadi tidak dapat dipindahkan.")
        if row.versi != versi:
            raise MoveRefused("Sesi ini sudah diubah orang lain. Muat ulang halaman, lalu periksa lagi.")
        found = conflicts(sesi)
        if found.mutlak:
            raise MoveRefused("Jadwal bentrok, jadi belum disimpan.", found.mutlak)
        if found.ringan and not tetap:
            raise MoveRefused("Waktu ini tidak lazim. Centang «Simpan juga» bila memang disengaja.", found.ringan)
        sesi.status, sesi.versi, sesi.perubahan = row.status, row.versi + 1, row.perubahan + 1
        sesi.save()
        before = f"Semula {hari_tanggal(row.mulai)} {jam(row.mulai)}"
        note(sesi, LangkahSesi.PINDAH, pengguna, waktu or timezone.now(), ". ".join(filter(None, [before, alasan])))
    return sesi


def reschedule(
    sesi: SesiDesk, baru: SesiDesk, pengguna: Pengguna, *, tetap: bool = False, waktu: datetime.datetime | None = None
) -> SesiDesk:
    """A new slot for a kabupaten/kota that did not come. Raises `MoveRefused` as `move_session` does."""
    _require(pengguna, sesi.jadwal.periode)
    with transaction.atomic():
        JadwalDesk.objects.select_for_update().get(pk=sesi.jadwal_id)
        row = SesiDesk.objects.select_for_update(of=("self",)).get(pk=sesi.pk)
        if row.status != StatusSesi.TIDAK_HADIR or _sessions(row.jadwal).filter(isian=row.isian_id).exists():
            raise MoveRefused("Sesi baru hanya dibuat bila kabupaten/kota tidak hadir dan belum punya sesi lain.")
        found = conflicts(baru)
        if found.mutlak or (found.ringan and not tetap):
            raise MoveRefused("Jadwal bentrok, jadi belum disimpan.", [*found.mutlak, *found.ringan])
        baru.save()
        note(row, LangkahSesi.JADWAL_ULANG, pengguna, waktu or timezone.now(), f"Sesi baru {hari_tanggal(baru.mulai)}")
    return baru


def note(sesi: SesiDesk, langkah: LangkahSesi, pengguna: Pengguna, waktu: datetime.datetime, keterangan: str) -> None:
    """Write into the history of a session."""
    RiwayatSesi.objects.create(
        sesi=sesi, langkah=langkah, waktu=waktu, pengguna=pengguna, keterangan=keterangan[:500]
    )  # fmt: skip


# --- publishing -------------------------------------------------------------------------------------------------------


def _snapshot(sesi: Iterable[SesiDesk]) -> dict[str, list[str]]:
    return {
        row.judul: [
            in_wib(row.mulai).isoformat(timespec="minutes"), in_wib(row.selesai).isoformat(timespec="minutes"),
            str(row.ruang), str(row.verifikator or ""),
        ]
        for row in sesi
    }  # fmt: skip


def _slot_text(slot: list[str]) -> str:
    mulai, selesai = (datetime.datetime.fromisoformat(text) for text in slot[:2])
    return f"{hari_tanggal(mulai)} {mulai:%H.%M}-{jam(selesai)}, ruang {slot[2]}, {slot[3] or 'verifikator belum ada'}"


def changes_between(old: dict[str, list[str]] | None, new: dict[str, list[str]]) -> list[str]:
    """Sentences about what differs between two published schedules; [] for the first one."""
    if old is None:
        return []
    lines = [f"{name}: {_slot_text(new[name])} (baru)" for name in new if name not in old]
    lines += [f"{name}: dihapus dari jadwal" for name in old if name not in new]
    lines += [
        f"{name}: {_slot_text(new[name])} (semula {_slot_text(old[name])})"
        for name in new
        if name in old and new[name] != old[name]
    ]
    return sorted(lines)


def unpublished_changes(jadwal: JadwalDesk) -> list[str] | None:
    """What the next version would say; None while nothing was published."""
    last = jadwal.terbitan.first()
    return None if last is None else changes_between(last.isi, _snapshot(schedule_of(jadwal)))


def schedule_of(jadwal: JadwalDesk) -> list[SesiDesk]:
    """The sessions that stand, in order of time."""
    rows = _sessions(jadwal).select_related("isian__kabupaten_kota", "verifikator", "jadwal__periode")
    return list(rows.order_by("mulai", "ruang", "pk"))


def publish(jadwal: JadwalDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> TerbitanJadwal:
    """Publish what stands as the next version and tell every invited kabupaten/kota. Raises `MoveRefused`."""
    waktu = waktu or timezone.now()
    _require(pengguna, jadwal.periode)
    with transaction.atomic():
        row = JadwalDesk.objects.select_for_update().select_related("periode").get(pk=jadwal.pk)
        rows = schedule_of(row)
        last, snapshot = row.terbitan.first(), _snapshot(rows)
        if not rows:
            raise MoveRefused("Susun jadwal dahulu sebelum menerbitkannya.")
        if last is not None and last.isi == snapshot:
            raise MoveRefused(f"Tidak ada yang berubah sejak versi {last.versi}.")
        clashes = [text for sesi in rows if sesi.status in BEBAS for text in conflicts(sesi).mutlak]
        if clashes:
            raise MoveRefused("Jadwal masih bentrok, jadi belum diterbitkan.", sorted(set(clashes)))
        row.versi += 1
        row.save(update_fields=["versi"])
        terbitan = TerbitanJadwal.objects.create(
            jadwal=row, versi=row.versi, waktu=waktu, oleh=pengguna, isi=snapshot,
            perubahan=changes_between(last.isi if last else None, snapshot),
        )  # fmt: skip
        old = last.isi if last else {}
        told = [sesi for sesi in rows if sesi.isian is not None and old.get(sesi.judul) != snapshot[sesi.judul]]
        tell_schedule([(sesi.isian, sesi.mulai) for sesi in told if sesi.isian], row.versi, waktu)
    return terbitan
