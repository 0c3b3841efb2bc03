"""The schedule of a desk: generated, changed slot by slot, and published in numbered versions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from core.access import koordinator
from core.display import hari_tanggal, in_wib, jam, rentang_jam
from core.models import Pengguna
from monitoring.enums import JenisSesi, LangkahSesi, StatusPeriode, StatusSesi
from monitoring.isian.workflow import MoveRefused
from monitoring.models import HariLibur, Isian, JadwalDesk, PeriodeMonitoring, RiwayatSesi, SesiDesk, TerbitanJadwal
from monitoring.models.desk import AKTIF, SesiDeskQuerySet
from monitoring.pengingat.pemberitahuan import tell_schedule

from .kalender import Slot, Tatanan, lay_out, objections, opening_of, working_days

BEBAS = [StatusSesi.TERJADWAL]
"""Only what has not begun may be moved or laid out anew."""


def arrangement_of(jadwal: JadwalDesk) -> Tatanan:
    return Tatanan(
        jadwal.jam_mulai, jadwal.jam_selesai, jadwal.ruang, jadwal.menit_dasar, jadwal.menit_per_lokasi, jadwal.jeda
    )


def holidays() -> dict[datetime.date, str]:
    return dict(HariLibur.objects.filter(aktif=True).values_list("tanggal", "nama"))


@dataclass(frozen=True)
class Rancangan:
    """A schedule that is not stored yet: the opening, the slots, and who found no place."""

    pembukaan: tuple[datetime.datetime, datetime.datetime]
    slot: list[Slot]
    tidak_muat: list[str]


def draft_schedule(jadwal: JadwalDesk) -> Rancangan:
    """What `generate` would store for `jadwal`; participants are codes of kabupaten/kota.

    Sessions that have begun keep their place; once there are any, days that have passed are left alone.
    """
    tatanan = arrangement_of(jadwal)
    hari = working_days(jadwal.mulai, jadwal.jumlah_hari, holidays())
    lokasi = Count("kabupaten_kota__rusun", filter=Q(kabupaten_kota__rusun__ditutup_sejak__isnull=True))
    rows = jadwal.periode.isian.annotate(jumlah_lokasi=lokasi).order_by("kabupaten_kota")
    begun = list(_sessions(jadwal).exclude(status__in=BEBAS))
    held = {row.isian_id for row in begun}
    peserta = {row.kabupaten_kota_id: row.jumlah_lokasi for row in rows if row.pk not in held}  # type: ignore[attr-defined]
    days = [day for day in hari if not begun or day >= timezone.localdate()]
    taken = [Slot("", row.mulai, row.selesai, row.ruang) for row in begun if row.isian_id]
    slots, left = lay_out(days, tatanan, peserta, terisi=taken, pembukaan=hari[0])
    return Rancangan(opening_of(hari[0], tatanan), slots, left)


def _sessions(jadwal: JadwalDesk) -> SesiDeskQuerySet:
    return SesiDesk.objects.filter(jadwal__periode=jadwal.periode_id, status__in=AKTIF)


@contextmanager
def _locked(periode_id: int, pengguna: Pengguna) -> Iterator[JadwalDesk | None]:
    """Period, schedule and its sessions, in that order, for whoever lays out. Raises `MoveRefused`."""
    if not koordinator(pengguna):
        raise MoveRefused("Hanya koordinator yang dapat menyusun jadwal desk.")
    with transaction.atomic():
        periode = PeriodeMonitoring.objects.select_for_update().get(pk=periode_id)
        if periode.status not in (StatusPeriode.DISIAPKAN, StatusPeriode.DIBUKA):
            raise MoveRefused("Jadwal desk hanya dapat disusun sebelum rekap diajukan.")
        jadwal = JadwalDesk.objects.select_for_update(of=("self",)).filter(periode=periode).first()
        if jadwal is not None:
            jadwal.periode = periode
            list(SesiDesk.objects.select_for_update(of=("self",)).filter(jadwal=jadwal).order_by("pk"))
        yield jadwal


TATANAN = ("mulai", "jumlah_hari", "jam_mulai", "jam_selesai", "ruang", "menit_dasar", "menit_per_lokasi", "jeda",
           "tautan")  # fmt: skip


def generate(jadwal: JadwalDesk, verifikator: Sequence[Pengguna], pengguna: Pengguna) -> Rancangan:
    """Store the layout that `jadwal` carries and lay out all sessions that have not begun, room r for verifikator r.

    `jadwal.susunan` says on which layout it was made. Raises `MoveRefused`: not everybody fits, a room without a
    verifikator, somebody laid out meanwhile, not the role.
    """
    if len(verifikator) < jadwal.ruang:
        raise MoveRefused(
            f"{jadwal.ruang} ruang bersamaan membutuhkan {jadwal.ruang} verifikator; dipilih {len(verifikator)}."
        )
    with _locked(jadwal.periode_id, pengguna) as stored:
        if (stored.susunan if stored else 0) != jadwal.susunan:
            raise MoveRefused("Jadwal sudah disusun orang lain. Muat ulang halaman, lalu periksa lagi.")
        row = stored or JadwalDesk(periode=jadwal.periode)
        for name in TATANAN:
            setattr(row, name, getattr(jadwal, name))
        plan = draft_schedule(row)
        if plan.tidak_muat:
            names = Isian.objects.filter(periode=row.periode, kabupaten_kota__in=plan.tidak_muat)
            raise MoveRefused(
                f"Hari penuh: {len(plan.tidak_muat)} kabupaten/kota tidak mendapat tempat. Tambah hari atau ruang, "
                "atau persingkat sesi.",
                [str(isian.kabupaten_kota) for isian in names.select_related("kabupaten_kota")],
            )
        row.susunan += 1
        row.save()
        _store(row, plan, verifikator, pengguna)
    jadwal.pk, jadwal.susunan, jadwal.versi, jadwal._state.adding = row.pk, row.susunan, row.versi, False
    return plan


LETAK = ["mulai", "selesai", "ruang", "verifikator", "tautan", "versi", "perubahan"]


def _store(jadwal: JadwalDesk, plan: Rancangan, verifikator: Sequence[Pengguna], pengguna: Pengguna) -> None:
    opening, _ = SesiDesk.objects.get_or_create(
        jadwal=jadwal, jenis=JenisSesi.PEMBUKAAN, status__in=AKTIF,
        defaults={"mulai": plan.pembukaan[0], "selesai": plan.pembukaan[1]},
    )  # fmt: skip
    if opening.status in BEBAS:
        opening.mulai, opening.selesai = plan.pembukaan
        opening.tautan, opening.verifikator = jadwal.tautan, opening.verifikator or pengguna
        opening.versi, opening.perubahan = opening.versi + 1, opening.perubahan + 1
        opening.save(update_fields=LETAK)
    isian = {row.kabupaten_kota_id: row for row in jadwal.periode.isian.all()}
    present = {row.isian_id: row for row in _sessions(jadwal).filter(jenis=JenisSesi.DESK)}
    for slot in plan.slot:
        row = isian[slot.peserta]
        sesi = present.get(row.pk) or SesiDesk(jadwal=jadwal, jenis=JenisSesi.DESK, isian=row)
        sesi.mulai, sesi.selesai, sesi.ruang = slot.mulai, slot.selesai, slot.ruang
        sesi.verifikator, sesi.tautan = verifikator[(slot.ruang - 1) % len(verifikator)], jadwal.tautan
        sesi.versi, sesi.perubahan = sesi.versi + 1, sesi.perubahan + 1
        sesi.save(update_fields=None if sesi._state.adding else LETAK)


# --- one slot ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bentrokan:
    """What speaks against a slot: `mutlak` cannot be, `ringan` is unusual and may be saved knowingly."""

    mutlak: list[str]
    ringan: list[str]


def conflicts(
    sesi: SesiDesk, lain: Iterable[SesiDesk] | None = None, libur: dict[datetime.date, str] | None = None
) -> Bentrokan:
    """What speaks against `sesi` as it would be saved: double booking, overlap, holiday, hours, breaks.

    `lain` (default: every session that stands) and `libur` are given by whoever asks about many.
    """
    if lain is None:
        lain = SesiDesk.objects.current().filter(mulai__lt=sesi.selesai, selesai__gt=sesi.mulai)
        lain = lain.select_related("isian__kabupaten_kota", "verifikator")
    hard = []
    for other in lain:
        if other.pk == sesi.pk or other.mulai >= sesi.selesai or other.selesai <= sesi.mulai:
            continue
        when = rentang_jam(other.mulai, other.selesai)
        if sesi.verifikator_id and other.verifikator_id == sesi.verifikator_id:
            hard.append(f"{other.verifikator} sudah bertugas di {other}, {when}.")
        if other.jadwal_id != sesi.jadwal_id:
            continue
        if JenisSesi.PEMBUKAAN in (other.jenis, sesi.jenis):
            hard.append(f"Bertumpuk dengan {other.judul.lower() if other.isian is None else other}, {when}.")
        elif other.ruang == sesi.ruang:
            hard.append(f"Ruang {sesi.ruang} sudah dipakai {other}, {when}.")
    days = holidays() if libur is None else libur
    return Bentrokan(hard, objections(sesi.mulai, sesi.selesai, arrangement_of(sesi.jadwal), days))


def clashes_of(rows: Sequence[SesiDesk]) -> list[str]:
    """What keeps a schedule from being published: clashes among sessions that have not begun."""
    planned = [sesi for sesi in rows if sesi.status in BEBAS]
    days = holidays()
    return sorted({text for sesi in planned for text in conflicts(sesi, planned, days).mutlak})


def move_session(
    sesi: SesiDesk, versi: int, pengguna: Pengguna, *, alasan: str = "", tetap: bool = False,
    waktu: datetime.datetime | None = None,
) -> SesiDesk:  # fmt: skip
    """Store the new time, room, verifikator and link that `sesi` carries, opened at `versi`.

    Raises `MoveRefused`: it has begun, somebody moved it meanwhile, a conflict. What is only unusual is refused unless
    `tetap`.
    """
    with _locked(sesi.jadwal.periode_id, pengguna):
        row = SesiDesk.objects.get(pk=sesi.pk)
        if row.status not in BEBAS:
            raise MoveRefused(f"Sesi ini sudah {row.get_status_display().lower()}, jadi tidak dapat dipindahkan.")
        if row.versi != versi:
            raise MoveRefused("Sesi ini sudah diubah orang lain. Muat ulang halaman, lalu periksa lagi.")
        found = conflicts(sesi)
        if found.mutlak:
            raise MoveRefused("Jadwal bentrok, jadi belum disimpan.", found.mutlak)
        if found.ringan and not tetap:
            raise MoveRefused("Waktu ini tidak lazim. Centang «Simpan juga» bila memang disengaja.", found.ringan)
        sesi.versi, sesi.perubahan = row.versi + 1, row.perubahan + 1
        sesi.save(update_fields=LETAK)
        before = f"Semula {hari_tanggal(row.mulai)} {jam(row.mulai)}"
        note(sesi, LangkahSesi.PINDAH, pengguna, waktu or timezone.now(), ". ".join(filter(None, [before, alasan])))
    return sesi


def reschedule(
    sesi: SesiDesk, baru: SesiDesk, pengguna: Pengguna, *, tetap: bool = False, waktu: datetime.datetime | None = None
) -> SesiDesk:
    """A new slot for a kabupaten/kota that did not come. Raises `MoveRefused` as `move_session` does."""
    with _locked(sesi.jadwal.periode_id, pengguna):
        row = SesiDesk.objects.get(pk=sesi.pk)
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
            str(row.ruang), str(row.verifikator or ""), str(row.pk),
        ]
        for row in sesi
    }  # fmt: skip


def _slot_text(slot: list[str]) -> str:
    mulai, selesai = (datetime.datetime.fromisoformat(text) for text in slot[:2])
    return f"{hari_tanggal(mulai)} {rentang_jam(mulai, selesai)}, ruang {slot[2]}, {slot[3] or 'verifikator belum ada'}"


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


def show_published(sesi: SesiDesk, terbitan: TerbitanJadwal | None) -> bool:
    """Put the published time and room on a session that has not begun; False when it was not published at all.

    A kabupaten/kota reads what was published, not what the province is still moving about.
    """
    if sesi.status not in BEBAS:
        return True
    slot = terbitan.isi.get(sesi.judul) if terbitan else None
    # The slot of a session that was missed is not that of the one that takes its place.
    if slot is None or slot[4:] != [str(sesi.pk)]:
        return False
    sesi.mulai, sesi.selesai = (datetime.datetime.fromisoformat(text) for text in slot[:2])
    sesi.ruang = int(slot[2])
    return True


def schedule_of(jadwal: JadwalDesk) -> list[SesiDesk]:
    """The sessions that stand, in order of time."""
    rows = _sessions(jadwal).select_related("isian__kabupaten_kota", "verifikator", "jadwal__periode")
    return list(rows.order_by("mulai", "ruang", "pk"))


def publish(jadwal: JadwalDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> TerbitanJadwal:
    """Publish what stands as the next version and tell every invited kabupaten/kota. Raises `MoveRefused`."""
    waktu = waktu or timezone.now()
    with _locked(jadwal.periode_id, pengguna) as row:
        if row is None:
            raise MoveRefused("Susun jadwal dahulu sebelum menerbitkannya.")
        if row.periode.status != StatusPeriode.DIBUKA:
            raise MoveRefused("Buka periode dahulu: jadwal yang terbit langsung dibaca kabupaten/kota.")
        rows = schedule_of(row)
        last, snapshot = row.terbitan.first(), _snapshot(rows)
        if not rows:
            raise MoveRefused("Susun jadwal dahulu sebelum menerbitkannya.")
        if last is not None and last.isi == snapshot:
            raise MoveRefused(f"Tidak ada yang berubah sejak versi {last.versi}.")
        if clashes := clashes_of(rows):
            raise MoveRefused("Jadwal masih bentrok, jadi belum diterbitkan.", clashes)
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
