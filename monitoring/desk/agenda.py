"""The agenda of a session: what is worth talking about, prepared from the filling, gravest first."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from core.display import angka, tanggal
from monitoring.enums import JenisButir, StatusCatatan, StatusIsian
from monitoring.isian.meja import overdue_follow_ups
from monitoring.isian.pemeriksaan import HasilPeriksa
from monitoring.isian.tampilan import Bahan, findings_of, material_of
from monitoring.models import ButirAgenda, Isian, Kesepakatan, SesiDesk
from penghuni.jumlah import also_elsewhere
from rusun.alamat import Alamat
from rusun.daftar import days_late
from rusun.enums import StatusTindakLanjut
from rusun.lampiran import missing_papers
from rusun.models import Lampiran, TindakLanjut
from rusun.models.permasalahan import SETTLED
from rusun.perbedaan import differences
from rusun.sebutan import cell_name, lone_name, value_text

UTAMA: Final = 10
"""How many points are shown first."""
BESAR_PERSEN: Final = 20
BESAR_UNIT: Final = 5
"""A figure changed much when it moved by more than this share and by at least this many."""
PENDEK: Final = 25
"""A reason with fewer letters than this says little."""


@dataclass(frozen=True)
class Butir:
    """A point that is not stored yet."""

    jenis: JenisButir
    judul: str
    keterangan: str = ""
    alamat: Alamat | None = None


def is_weak(alasan: str) -> bool:
    """Whether a reason for a warning is worth asking about: hardly any words, or none of its own."""
    return len(alasan.strip()) < PENDEK or alasan.strip().lower().startswith(("sudah benar", "sesuai data"))


def agenda_of(isian: Isian, hari_ini: datetime.date) -> list[Butir]:
    """Every point there is about `isian` today, in the order in which they are gone through."""
    bahan = material_of(isian)
    hasil = findings_of(isian, bahan, hari_ini)
    points = [
        *_not_sent(isian), *_agreed_before(isian, hari_ini), *_remarks(isian), *_overdue(isian, hari_ini),
        *_warnings(bahan, hasil), *_large_changes(bahan), *_papers(isian), *_duplicates(isian),
    ]  # fmt: skip
    order = list(JenisButir)
    return sorted(points, key=lambda point: order.index(point.jenis))


def prepare_agenda(sesi: SesiDesk, hari_ini: datetime.date) -> None:
    """Store the agenda of a session that begins. Points stay as they were, whatever is corrected meanwhile."""
    assert sesi.isian is not None
    ButirAgenda.objects.bulk_create(
        ButirAgenda(
            sesi=sesi, urutan=number, jenis=point.jenis, judul=point.judul[:300], keterangan=point.keterangan[:500],
            **(point.alamat or Alamat("", ""))._asdict(),
        )
        for number, point in enumerate(agenda_of(sesi.isian, hari_ini), start=1)
    )  # fmt: skip


def _not_sent(isian: Isian) -> Iterator[Butir]:
    if isian.status in (StatusIsian.BELUM_MULAI, StatusIsian.DIISI):
        yield Butir(
            JenisButir.BELUM_KIRIM, "Isian belum dikirim", "Isi bersama dalam sesi ini, lalu «Simpan hasil desk»."
        )


def earlier_agreements(isian: Isian) -> list[TindakLanjut]:
    """What was agreed with this kabupaten/kota at the desks of earlier periods."""
    rows = Kesepakatan.objects.filter(
        sesi__isian__kabupaten_kota=isian.kabupaten_kota_id, sesi__jadwal__periode__mulai__lt=isian.periode.mulai
    )
    return list(TindakLanjut.objects.filter(pk__in=rows.values("tindak_lanjut")).select_related("rusun"))


def agreements_in_words(rows: Iterable[TindakLanjut], hari_ini: datetime.date) -> str:
    """`4 kesepakatan periode lalu: 2 selesai, 1 lewat batas waktu, 1 belum ada bukti`; "" when there is none."""
    rows = list(rows)
    if not rows:
        return ""
    proven = set(
        Lampiran.objects.current().filter(tindak_lanjut__in=rows).order_by().values_list("tindak_lanjut", flat=True)
    )
    done = [row for row in rows if row.status in SETTLED]
    late = [row for row in rows if days_late(row, hari_ini)]
    unproven = [row for row in done if row.status == StatusTindakLanjut.SELESAI and row.pk not in proven]
    running = len(rows) - len(done) - len(late)
    parts = [(len(done) - len(unproven), "selesai"), (len(late), "lewat batas waktu"), (running, "berjalan"),
             (len(unproven), "selesai tetapi belum ada bukti")]  # fmt: skip
    told = ", ".join(f"{angka(count)} {text}" for count, text in parts if count)
    return f"{angka(len(rows))} kesepakatan periode lalu: {told}"


def _agreed_before(isian: Isian, hari_ini: datetime.date) -> Iterator[Butir]:
    rows = earlier_agreements(isian)
    if rows:
        open_ones = [f"{row.uraian} ({row.rusun.nama})" for row in rows if row.status not in SETTLED]
        yield Butir(JenisButir.KESEPAKATAN, agreements_in_words(rows, hari_ini), "; ".join(open_ones))


def _remarks(isian: Isian) -> Iterator[Butir]:
    for row in isian.catatan.exclude(status=StatusCatatan.SELESAI):
        yield Butir(JenisButir.CATATAN, row.sebutan, row.isi, row.alamat)


def _overdue(isian: Isian, hari_ini: datetime.date) -> Iterator[Butir]:
    for row in overdue_follow_ups(isian.kabupaten_kota_id, hari_ini):
        siapa = row.pelaksana or row.get_penanggung_jawab_display()
        yield Butir(
            JenisButir.TINDAK, row.uraian, f"{row.rusun.nama}, {siapa}, batas waktu {tanggal(row.batas_waktu)}",
            Alamat(row.rusun_id, "permasalahan"),
        )  # fmt: skip


def _warnings(bahan: Bahan, hasil: HasilPeriksa) -> Iterator[Butir]:
    for temuan in (*hasil.galat, *hasil.tanpa_alasan):
        sebutan = cell_name(bahan.registri, temuan.alamat)
        yield Butir(JenisButir.PERINGATAN, f"{sebutan}: {temuan.pesan}", "Belum ada alasan", temuan.alamat)
    for temuan, reason in hasil.dijelaskan:
        if is_weak(reason.alasan):
            sebutan = cell_name(bahan.registri, temuan.alamat)
            yield Butir(JenisButir.PERINGATAN, f"{sebutan}: {temuan.pesan}", f"Alasan: {reason.alasan}", temuan.alamat)


def _large_changes(bahan: Bahan) -> Iterator[Butir]:
    """Figures that moved much since the last verified period, the largest first."""
    if bahan.disahkan is None:
        return
    moved = []
    for row in differences(bahan.disahkan, bahan.registri):
        old, new = row.sebelum, row.sesudah
        if isinstance(old, int) and isinstance(new, int) and not isinstance(old, bool):
            step = abs(new - old)
            if step >= BESAR_UNIT and step * 100 > BESAR_PERSEN * max(abs(old), 1):
                moved.append((-step, row))
    for _, row in sorted(moved, key=lambda pair: pair[0]):
        alamat = row.alamat
        name = cell_name(bahan.registri, alamat) or lone_name(alamat)
        text = f"{value_text(alamat, row.sebelum)} menjadi {value_text(alamat, row.sesudah)}"
        yield Butir(JenisButir.UBAHAN, f"{name}: {text}", "Dibanding periode lalu", alamat)


def _papers(isian: Isian) -> Iterator[Butir]:
    for rusun, names in missing_papers(isian.kabupaten_kota_id):
        yield Butir(
            JenisButir.DOKUMEN, f"{rusun.nama}: {', '.join(names)}", "Disebut dalam isian, berkasnya belum diunggah",
            Alamat(rusun.pk, "lampiran"),
        )  # fmt: skip


def _duplicates(isian: Isian) -> Iterator[Butir]:
    count = also_elsewhere(isian.kabupaten_kota_id)
    if count:
        yield Butir(
            JenisButir.GANDA, f"{angka(count)} penghuni juga tercatat di daerah lain", "Cocokkan bersama provinsi"
        )
