"""What the page of a session shows, as plain values: the same for both sides, whoever asks only gets other buttons."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from monitoring.enums import StatusBeritaAcara, StatusCatatan, StatusIsian, StatusSesi
from monitoring.isian.catatan import cell_exists
from monitoring.isian.sebutan import Status
from monitoring.models import BeritaAcara, ButirAgenda, Catatan, Hadirin, Isian, Kesepakatan, SesiDesk
from monitoring.models.desk import SesiDeskQuerySet
from rusun.alamat import Alamat
from rusun.models import TindakLanjut
from rusun.perbedaan import differences
from rusun.salinan import Registri, registry_of, value_at
from rusun.sebutan import cell_name, value_text

from .agenda import UTAMA, agenda_of, agreements_in_words, earlier_agreements
from .denyut import present_at

NADA_SESI: dict[str, str] = {
    StatusSesi.TERJADWAL: "netral",
    StatusSesi.BERLANGSUNG: "proses",
    StatusSesi.JEDA: "perhatian",
    StatusSesi.DITUTUP: "selesai",
    StatusSesi.TIDAK_HADIR: "bahaya",
    StatusSesi.BATAL: "netral",
}


def state_of_session(sesi: SesiDesk, ba: BeritaAcara | None) -> Status:
    """The state as a wall shows it: a closed session waits for corrections, then for its berita acara."""
    if sesi.status == StatusSesi.DITUTUP and sesi.isian is not None:
        if ba is not None and ba.status == StatusBeritaAcara.TERBIT:
            return Status("Berita acara terbit", "selesai")
        if sesi.isian.status == StatusIsian.PERLU_PERBAIKAN:
            return Status("Menunggu perbaikan", "bahaya")
        return Status("Menunggu konfirmasi", "perhatian")
    return Status(str(sesi.get_status_display()), NADA_SESI[sesi.status])


@dataclass(frozen=True)
class BarisAgenda:
    """A point of the agenda; `pk` 0 while the session has not begun and it is only prepared."""

    pk: int
    label: str
    judul: str
    keterangan: str
    alamat: Alamat | None
    disepakati: datetime.datetime | None
    oleh: str
    ada_sel: bool
    """Whether its address names a cell that can be pointed at and remarked on."""


@dataclass(frozen=True)
class BarisCatatan:
    """A remark that is not settled, with the value it was written about and the value now."""

    catatan: Catatan
    semula: str
    kini: str
    alamat: Alamat
    perbaiki: str = ""
    """Where the kabupaten/kota corrects it."""

    @property
    def berubah(self) -> bool:
        return self.semula != self.kini


@dataclass(frozen=True)
class Ubahan:
    sebutan: str
    semula: str
    kini: str


@dataclass(frozen=True)
class Layar:
    """All of the page."""

    sesi: SesiDesk
    status: Status
    hadir_daring: list[str]
    hadirin: list[Hadirin]
    sorot: Alamat | None
    sorot_nilai: str
    agenda: list[BarisAgenda]
    agenda_lain: list[BarisAgenda]
    lalu: str
    catatan: list[BarisCatatan]
    ubahan: list[Ubahan]
    kesepakatan: list[TindakLanjut]
    berita_acara: BeritaAcara | None
    lokasi: list[tuple[str, str]]

    @property
    def disepakati(self) -> int:
        return sum(row.disepakati is not None for row in (*self.agenda, *self.agenda_lain))

    @property
    def jumlah_agenda(self) -> int:
        return len(self.agenda) + len(self.agenda_lain)


def build_screen(sesi: SesiDesk, hari_ini: datetime.date) -> Layar:
    """Gather what there is to show about `sesi` (with its isian and jadwal). About twenty queries."""
    ba = current_minutes(sesi)
    base: dict[str, Any] = {
        "sesi": sesi, "status": state_of_session(sesi, ba), "hadir_daring": [str(row) for row in present_at(sesi)],
        "hadirin": list(sesi.hadirin.all()), "berita_acara": ba,
    }  # fmt: skip
    if sesi.isian is None:
        return Layar(
            **base, sorot=None, sorot_nilai="", agenda=[], agenda_lain=[], lalu="", catatan=[], ubahan=[],
            kesepakatan=[], lokasi=[],
        )  # fmt: skip
    isian = sesi.isian
    registri: Registri = registry_of(isian.kabupaten_kota_id)
    agenda = _agenda(sesi, isian, registri, hari_ini)
    sorot = Alamat.parse(sesi.sorot) if sesi.sorot else None
    rows = Kesepakatan.objects.filter(sesi=sesi).select_related("tindak_lanjut__rusun")
    return Layar(
        **base,
        sorot=sorot,
        sorot_nilai=_text(registri, sorot) if sorot else "",
        agenda=agenda[:UTAMA],
        agenda_lain=agenda[UTAMA:],
        lalu=agreements_in_words(earlier_agreements(isian), hari_ini),
        catatan=[
            BarisCatatan(row, row.nilai, _text(registri, row.alamat), row.alamat)
            for row in isian.catatan.exclude(status=StatusCatatan.SELESAI).select_related("dibuat_oleh")
        ],
        ubahan=_changed(sesi, registri),
        kesepakatan=[row.tindak_lanjut for row in rows],
        lokasi=[(kode, lokasi["identitas"]["nama"]) for kode, lokasi in registri.items()],
    )


def with_minutes(rows: SesiDeskQuerySet) -> SesiDeskQuerySet:
    """Sessions that `minutes_of` can be asked about without another query each."""
    newest = Prefetch("berita_acara", BeritaAcara.objects.order_by("-revisi").defer("isi"), to_attr="semua_ba")
    return rows.prefetch_related(newest)


def minutes_of(sesi: SesiDesk) -> BeritaAcara | None:
    """As `current_minutes`, for a session of `with_minutes`."""
    rows: list[BeritaAcara] = sesi.semua_ba  # type: ignore[attr-defined]
    return rows[0] if rows else None


def current_minutes(sesi: SesiDesk) -> BeritaAcara | None:
    """The berita acara of a session that is in force or being drafted."""
    return sesi.berita_acara.order_by("-revisi").first()


def _text(registri: Registri, alamat: Alamat) -> str:
    return value_text(alamat, value_at(registri, alamat)) if alamat.kolom else ""


def _agenda(sesi: SesiDesk, isian: Isian, registri: Registri, hari_ini: datetime.date) -> list[BarisAgenda]:
    if sesi.status == StatusSesi.TERJADWAL:
        return [
            BarisAgenda(
                0,
                str(row.jenis.label),
                row.judul,
                row.keterangan,
                row.alamat,
                None,
                "",
                row.alamat is not None and cell_exists(registri, row.alamat),
            )
            for row in agenda_of(isian, hari_ini)
        ]
    rows = ButirAgenda.objects.filter(sesi=sesi).select_related("disepakati_oleh")
    return [
        BarisAgenda(
            row.pk, row.get_jenis_display(), row.judul, row.keterangan, row.alamat if row.bagian else None,
            row.disepakati_pada, str(row.disepakati_oleh or ""),
            bool(row.bagian) and cell_exists(registri, row.alamat),
        )
        for row in rows
    ]  # fmt: skip


def _changed(sesi: SesiDesk, registri: Registri) -> list[Ubahan]:
    """What stands differently from the kiriman the session began with."""
    if sesi.kiriman_awal is None:
        return []
    before = sesi.kiriman_awal.registri
    both = {**before, **registri}
    return [
        Ubahan(cell_name(both, row.alamat), value_text(row.alamat, row.sebelum), value_text(row.alamat, row.sesudah))
        for row in differences(before, registri)
    ]
