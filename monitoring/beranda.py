"""Home as data: what is mine to do, overdue first."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from core.access import admin, koordinator, operator, pimpinan, sees_penghuni, verifikator
from core.accounts import watched_events
from core.display import angka, jam, tanggal
from core.models import Pengguna
from core.rantai import chain_trouble
from monitoring.desk.jadwal import show_published
from monitoring.desk.layar import NADA_SESI
from monitoring.enums import StatusCatatan, StatusImpor, StatusIsian, StatusPeriode, StatusSesi
from monitoring.impor.sebutan import result_of, sender_of, status_of
from monitoring.isian.sebutan import NADA, Status, status_for
from monitoring.models import Impor, Isian, Pemberitahuan, PeriodeMonitoring, SesiDesk, Surel
from monitoring.pengingat.pemberitahuan import is_told
from monitoring.periode.batas import Batas, batas_of, days_in_words
from monitoring.rekap.banding import earlier_rekap
from monitoring.rekap.build import Rekap, build_rekap
from penghuni.akses import unusual_access
from penghuni.enums import KeadaanHuni
from penghuni.ganda import moved_away
from penghuni.hak_subjek import waiting_for
from penghuni.himpunan import waiting_sets
from penghuni.masa_tinggal import measured
from penghuni.models import Hunian

NOTICES_SHOWN = 5

AKSI_OPERATOR: dict[str, str] = {
    StatusIsian.BELUM_MULAI: "Mulai mengisi",
    StatusIsian.DIISI: "Lanjut mengisi",
    StatusIsian.TERKIRIM: "Lihat kiriman",
    StatusIsian.PERLU_PERBAIKAN: "Jawab catatan",
    StatusIsian.TERVERIFIKASI: "Lihat",
}
SHOWN_WORKBOOKS = 5
SHOWN_SESSIONS = 4
SHOWN_MOVED = 5


@dataclass(frozen=True)
class Kewajiban:
    """One thing to do: its state, until when, and the one link to do it."""

    judul: str
    status: Status
    keterangan: str
    batas: datetime.date | None
    hari_ini: datetime.date
    url: str
    aksi: str
    pukul: str = "23.59 WIB"

    @property
    def sisa(self) -> str:
        """How long there is left, in words."""
        return "" if self.batas is None else days_in_words((self.batas - self.hari_ini).days)


def obligations(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    """What waits for `pengguna`, overdue first, then by date, then what has none."""
    rows: list[Kewajiban] = []
    if operator(pengguna) or verifikator(pengguna):
        rows = _of_operator(pengguna, hari_ini) if operator(pengguna) else _of_province(pengguna, hari_ini)
        rows += _sessions(pengguna, hari_ini) + _workbooks(pengguna, hari_ini) + _requests(pengguna, hari_ini)
    if operator(pengguna):
        rows += _moved_away(pengguna, hari_ini) + _overstays(pengguna, hari_ini)
    elif pimpinan(pengguna):
        rows = _to_sign(hari_ini)
    elif admin(pengguna):
        rows = [
            *_of_the_trails(hari_ini),
            *_of_accounts(pengguna, hari_ini),
            _plain("Akun pengguna", hari_ini, reverse("core:pengguna_daftar"), "Kelola"),
            _plain("Data acuan", hari_ini, reverse("acuan"), "Kelola"),
        ]
    return sorted(rows, key=lambda row: row.batas or datetime.date.max)


def _of_the_trails(hari_ini: datetime.date) -> list[Kewajiban]:
    """A chain that needs a look; accounts that opened unusually many residents."""
    jejak, rows = reverse("core:jejak"), []
    if trouble := chain_trouble(timezone.now()):
        label = Status(trouble.label, "bahaya" if trouble.parah else "perhatian")
        rows.append(Kewajiban("Rantai jejak", label, trouble.keterangan, None, hari_ini, jejak, "Lihat"))
    for row in unusual_access(timezone.now()):
        told = {"dibuka": row.dibuka, "nomor lengkap": row.nomor, "diunduh": row.diunduh}
        told_text = ", ".join(f"{angka(jumlah)} {kata}" for kata, jumlah in told.items() if jumlah)
        query = urlencode({"macam": "akses", "pengguna": row.pengguna, "dari": row.hari, "sampai": row.hari})
        rows.append(
            Kewajiban(
                f"Akses data penghuni oleh {row.nama}", Status("Tidak biasa", "bahaya"),
                f"{tanggal(row.hari)}: {told_text}", None, hari_ini, f"{jejak}?{query}", "Lihat jejaknya",
            )
        )  # fmt: skip
    return rows


def _of_accounts(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    """What other admins did to the account of an admin, and accounts that somebody tries to get into."""
    return [
        Kewajiban(
            f"Akun {row.akun.username}", Status(row.peristiwa, "perhatian"),
            f"{tanggal(timezone.localdate(row.waktu))}{f' oleh {row.oleh}' if row.oleh else ''}", None, hari_ini,
            reverse("core:pengguna_ubah", args=[row.akun.pk]), "Lihat riwayatnya",
        )
        for row in watched_events(pengguna, timezone.now())
    ]  # fmt: skip


def _plain(judul: str, hari_ini: datetime.date, url: str, aksi: str) -> Kewajiban:
    return Kewajiban(judul, Status("Tersedia", "netral"), "", None, hari_ini, url, aksi)


def _running(pengguna: Pengguna):  # type: ignore[no-untyped-def]
    return (
        Isian.objects.visible_to(pengguna)
        .running()
        .filter(periode__status__in=[StatusPeriode.DIBUKA, StatusPeriode.REKAP_DIAJUKAN])
        .select_related("periode", "kabupaten_kota")
        .annotate(terbuka=Count("catatan", filter=Q(catatan__status=StatusCatatan.TERBUKA)))
    )


def _of_operator(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    rows = []
    for isian in _running(pengguna):
        batas = batas_of(isian)
        url = isian.get_absolute_url()
        rows.append(
            Kewajiban(
                isian.periode.judul, status_for(isian, pengguna), _open_points(isian, batas, hari_ini),
                batas.tanggal if batas else None, hari_ini,
                f"{url}catatan/" if isian.status == StatusIsian.PERLU_PERBAIKAN else url, AKSI_OPERATOR[isian.status],
            )
        )  # fmt: skip
    return rows


def _open_points(isian: Isian, batas: Batas | None, hari_ini: datetime.date) -> str:
    """What is worth knowing beside state and deadline: remarks to answer, and how long it is still taken."""
    points = [f"{isian.terbuka} catatan perlu dijawab"] if isian.terbuka else []  # type: ignore[attr-defined]
    if batas is not None and hari_ini > batas.terakhir:
        points.append(f"ditutup sejak {tanggal(batas.terakhir)}")
    elif batas is not None and (batas.dikecualikan or hari_ini > batas.tanggal):
        points.append(f"masih diterima sampai {tanggal(batas.terakhir)}")
    return ", ".join(points)


DESK_HARI = 7
"""How many days ahead a session of the desk stands on the home page."""


def _sessions(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    """Sessions of the desk that run or come soon: of an operator the own ones, of a verifikator those to lead."""
    until = timezone.now() + datetime.timedelta(days=DESK_HARI)
    waiting = (StatusSesi.TERJADWAL, StatusSesi.BERLANGSUNG, StatusSesi.JEDA)
    rows = SesiDesk.objects.visible_to(pengguna).filter(
        status__in=waiting, mulai__lte=until, jadwal__versi__gt=0, jadwal__periode__status=StatusPeriode.DIBUKA
    )
    if not operator(pengguna):
        rows = rows.filter(verifikator=pengguna)
    rows = rows.select_related("jadwal__periode", "isian__kabupaten_kota").order_by("mulai")[:SHOWN_SESSIONS]
    return [
        Kewajiban(
            f"Desk: {row.judul}" if row.isian else row.judul, Status(row.get_status_display(), NADA_SESI[row.status]),
            "", timezone.localdate(row.mulai), hari_ini, row.get_absolute_url(), "Buka", jam(row.mulai),
        )
        for row in rows
        if not operator(pengguna) or show_published(row, row.jadwal.terbitan.first())
    ]  # fmt: skip


def _overstays(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    """Residents whose time is over: to be extended, moved or told. Of whoever may see their names."""
    stays = measured(Hunian.objects.visible_to(pengguna).open(), hari_ini)
    if not (jumlah := stays.filter(keadaan=KeadaanHuni.LEWAT).count()):
        return []
    return [
        Kewajiban(
            f"{angka(jumlah)} penghuni melewati batas lama huni", Status("Lewat batas", "perhatian"), "", None,
            hari_ini, f"{reverse('penghuni:masa_tinggal')}?keadaan={KeadaanHuni.LEWAT}", "Lihat",
        )
    ]  # fmt: skip


AKSI_IMPOR: dict[str, str] = {StatusImpor.MENUNGGU: "Periksa", StatusImpor.GAGAL: "Coba lagi"}
SELESAI_HARI = 2
"""How long the result of a workbook that needs no decision stays on the home page."""


def _workbooks(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    """Workbooks under way, waiting for a decision, or just finished: whoever closed the browser finds them here."""
    fresh = timezone.now() - datetime.timedelta(days=SELESAI_HARI)
    over = (StatusImpor.DIBATALKAN, StatusImpor.DIURUNGKAN)
    rows = Impor.objects.visible_to(pengguna).light().select_related("kabupaten_kota", "diunggah_oleh")
    rows = rows.filter(Q(status=StatusImpor.MENUNGGU) | Q(diunggah_pada__gte=fresh)).exclude(status__in=over)
    if not operator(pengguna):
        rows = rows.filter(diunggah_oleh=pengguna)
    return [
        Kewajiban(
            f"Excel: {impor.nama_asli}", status_of(impor), sender_of(impor) if impor.atas_nama else result_of(impor),
            None, hari_ini, impor.get_absolute_url(), AKSI_IMPOR.get(impor.status, "Lihat"),
        )
        for impor in rows[:SHOWN_WORKBOOKS]
    ]  # fmt: skip


def _moved_away(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    """Households that left without being recorded as gone. Where to, and who says so, stays with the province."""
    label = Status("Sudah pindah menurut provinsi", "perhatian")
    return [
        Kewajiban(
            penghuni.nama,
            label,
            "Bila benar, catat keluar dari unit",
            None,
            hari_ini,
            reverse("penghuni:detail", args=[penghuni.pk]),
            "Periksa",
        )
        for penghuni in moved_away(pengguna).only("nama")[:SHOWN_MOVED]
    ]


def _requests(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    """Persons who asked about their own data and wait: by law for 3 x 24 hours."""
    waiting = waiting_for(pengguna, timezone.now()) if sees_penghuni(pengguna) else None
    if waiting is None or waiting.tenggat is None:
        return []
    late = f"{angka(waiting.lewat)} lewat tenggat" if waiting.lewat else ""
    label = Status(f"{angka(waiting.jumlah)} menunggu jawaban", "bahaya" if waiting.lewat else "perhatian")
    until = timezone.localtime(waiting.tenggat)
    return [
        Kewajiban(
            "Permintaan data pribadi", label, late, until.date(), hari_ini, reverse("penghuni:permintaan_daftar"),
            "Jawab", jam(until),
        )
    ]  # fmt: skip


def _of_province(pengguna: Pengguna, hari_ini: datetime.date) -> list[Kewajiban]:
    """Sent ones oldest first, then those returned and awaiting an answer, then recaps ready to propose."""
    wanted = (StatusIsian.TERKIRIM, StatusIsian.PERLU_PERBAIKAN)
    isian = [row for row in _running(pengguna).order_by("status", "pk") if row.status in wanted]
    rows = [
        Kewajiban(
            str(row.kabupaten_kota), status_for(row, pengguna), row.periode.judul, row.jawab_sebelum, hari_ini,
            row.get_absolute_url(), "Periksa" if row.status == StatusIsian.TERKIRIM else "Lihat",
        )
        for row in isian
    ]  # fmt: skip
    failed = Surel.objects.visible_to(pengguna).failed().values("isian__periode__slug", "isian__periode__judul")
    rows += [
        Kewajiban(
            f"Surel {row['isian__periode__judul']}", Status(f"{row['jumlah']} gagal dikirim", "bahaya"), "", None,
            hari_ini, reverse("monitoring:kotak_keluar", args=[row["isian__periode__slug"]]), "Lihat",
        )
        for row in failed.order_by("isian__periode").annotate(jumlah=Count("pk"))
    ]  # fmt: skip
    if count := waiting_sets(pengguna):
        rows.append(
            Kewajiban(
                "Dugaan penghuni ganda", Status(f"{angka(count)} himpunan perlu diputus", "perhatian"), "", None,
                hari_ini, f"{reverse('penghuni:ganda_daftar')}?keadaan=menunggu", "Periksa",
            )
        )  # fmt: skip
    if koordinator(pengguna):
        ready = (
            PeriodeMonitoring.objects.filter(status=StatusPeriode.DIBUKA)
            .annotate(semua=Count("isian"), selesai=Count("isian", filter=Q(isian__status=StatusIsian.TERVERIFIKASI)))
            .filter(selesai__gt=0)
        )
        rows += [
            Kewajiban(
                f"Rekap {row.judul}", Status(f"{row.selesai} dari {row.semua} terverifikasi", "proses"),
                "", None, hari_ini, row.get_absolute_url(), "Buka periode",
            )
            for row in ready
        ]  # fmt: skip
    return rows


def _to_sign(hari_ini: datetime.date) -> list[Kewajiban]:
    label = Status("Menunggu penetapan", NADA[StatusPeriode.REKAP_DIAJUKAN])
    return [
        Kewajiban(
            f"Rekap {row.judul}", label, row.catatan_penetapan, None, hari_ini,
            reverse("monitoring:periode_tetapkan", args=[row.slug]), "Tetapkan",
        )
        for row in PeriodeMonitoring.objects.filter(status=StatusPeriode.REKAP_DIAJUKAN)
    ]  # fmt: skip


def recaps_for(pengguna: Pengguna) -> list[Rekap]:
    """For heads of office: the newest period, after the one signed off before it."""
    if not pimpinan(pengguna):
        return []
    newest = PeriodeMonitoring.objects.exclude(status=StatusPeriode.DISIAPKAN).order_by("-mulai").first()
    if newest is None:
        return []
    before = earlier_rekap(newest)
    return [*([before] if before else []), build_rekap(newest)]


def latest_notices(pengguna: Pengguna) -> list[Pemberitahuan]:
    """The newest few things `pengguna` was told."""
    if not is_told(pengguna):
        return []
    return list(Pemberitahuan.objects.visible_to(pengguna).select_related("isian__periode")[:NOTICES_SHOWN])
