"""Letters of a desk: the request for data, the invitation with the schedule, the agenda of the opening meeting.

A letter is plain values; paper and DOCX print the same ones. The office gives the number, so it stays dotted.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from core.display import angka, hari_tanggal, kosong, nip, rentang_jam, tanggal
from core.models import KabupatenKota
from core.pdf import render_paper
from monitoring.enums import JenisNaskah, JenisSesi
from monitoring.models import JadwalDesk, SesiDesk
from monitoring.penandatangan import signature_of
from rusun.enums import Jenis

from .jadwal import schedule_of, unpublished_changes

TITIK: Final = "." * 40
"""Where something is still to be written by hand."""
DAERAH: Final = "Kepala Perangkat Daerah yang membidangi perumahan dan kawasan permukiman"
TEMBUSAN: Final = ("Sekretaris Daerah Provinsi Jawa Tengah, sebagai laporan", "Bupati/Wali Kota yang bersangkutan")

DOKUMEN: Final = (
    "Berita acara serah terima (BAST) dan naskah hibah setiap lokasi;",
    "Sertifikat laik fungsi (SLF) dan IMB/PBG;",
    "Peraturan daerah atau peraturan kepala daerah tentang tarif sewa dan pengelolaan;",
    "Daftar penghuni per unit pada posisi data. Karena memuat data pribadi, daftar ini hanya diunggah melalui situs, "
    "tidak dikirim melalui surel atau WhatsApp.",
)

ACARA: Final = (
    (2, "Registrasi peserta dan pengecekan ruang rapat daring", "Panitia"),
    (1, "Pembukaan dan doa", "Pembawa acara"),
    (3, "Sambutan, arahan, dan pembukaan resmi", "Kepala Dinas"),
    (4, "Paparan maksud, cakupan, dan posisi data desk", "Ketua tim"),
    (5, "Tata cara pengisian melalui situs dan lembar isian Excel", "Tim verifikator"),
    (3, "Tata cara desk, berita acara, dan pembagian jadwal", "Tim verifikator"),
    (4, "Tanya jawab", "Seluruh peserta"),
    (2, "Kesimpulan dan penutup", "Ketua tim"),
)
"""What the opening meeting consists of, each with its share of the time."""
LANGKAH_MENIT: Final = 5
"""Parts begin on full five minutes, unless the meeting is shorter than an hour."""


@dataclass(frozen=True)
class Surat:
    """A letter. In the body `rincian` follows the first paragraph and `butir` the second one."""

    hal: str
    lampiran: str
    tempat_tanggal: str
    yth: tuple[str, ...]
    paragraf: tuple[str, ...]
    judul_lampiran: str
    kepala: tuple[str, ...]
    baris: tuple[tuple[str, ...], ...]
    penutup: str
    penandatangan: dict[str, str]
    tembusan: tuple[str, ...]
    rancangan: bool
    rincian: tuple[tuple[str, str], ...] = ()
    butir: tuple[str, ...] = ()

    @property
    def kepala_surat(self) -> tuple[tuple[str, str], ...]:
        """What stands at the left of the head."""
        return (("Nomor", TITIK[:24]), ("Sifat", "Biasa"), ("Lampiran", self.lampiran), ("Hal", self.hal))

    @property
    def kepala_lampiran(self) -> tuple[tuple[str, str], ...]:
        """To which letter the annex belongs."""
        return (("Nomor", TITIK[:24]), ("Tanggal", self.tempat_tanggal.partition(", ")[2]))

    @property
    def jabatan(self) -> str:
        return f"{self.penandatangan['jabatan']},"

    @property
    def nama(self) -> str:
        return self.penandatangan["nama"] or f"({TITIK})"

    @property
    def di_bawah_nama(self) -> tuple[str, ...]:
        """Rank and NIP, as far as they are known."""
        row = self.penandatangan
        return tuple(filter(None, (row["pangkat"], f"NIP. {nip(row['nip'])}" if row["nip"] else "")))


def data_request(jadwal: JadwalDesk) -> Surat:
    """Asks the invited kabupaten/kota for their data; annex: who is asked, with the locations the registry has."""
    periode = jadwal.periode
    active = Q(kabupaten_kota__rusun__ditutup_sejak__isnull=True)
    rows = (
        periode.isian.annotate(
            jumlah_rusun=Count("kabupaten_kota__rusun", filter=active & Q(kabupaten_kota__rusun__jenis=Jenis.RUSUN)),
            jumlah_rusus=Count("kabupaten_kota__rusun", filter=active & Q(kabupaten_kota__rusun__jenis=Jenis.RUSUS)),
        )
        .order_by("kabupaten_kota")
        .values_list("kabupaten_kota__nama", "jumlah_rusun", "jumlah_rusus")
    )
    baris = tuple(
        (str(number), nama, angka(rusun), angka(rusus)) for number, (nama, rusun, rusus) in enumerate(rows, start=1)
    )
    return _letter(
        JenisNaskah.SURAT_PERMINTAAN,
        hal=f"Permintaan data {periode.judul}",
        yth=_recipients(len(baris)),
        paragraf=(
            f"Dalam rangka pelaksanaan {periode.judul}, dengan hormat kami mohon bantuan Saudara untuk mengisi dan "
            "mengirimkan data rumah susun dan rumah khusus di wilayah Saudara dengan ketentuan sebagai berikut:",
            "Bersamaan dengan itu, mohon disiapkan dan diunggah dokumen pendukung berikut:",
            "Lokasi yang sudah tercatat tercantum dalam lampiran. Apabila terdapat lokasi yang belum tercatat, mohon "
            "ditambahkan pada isian Saudara.",
        ),
        rincian=(
            ("Posisi data", tanggal(periode.tanggal_posisi)),
            ("Batas waktu", f"{hari_tanggal(periode.batas_waktu)}; kiriman setelahnya ditandai terlambat"),
            ("Hari terakhir", f"{hari_tanggal(periode.hari_terakhir)}; kiriman setelahnya tidak dapat diterima"),
            ("Cara mengisi", "langsung pada situs, atau dengan lembar isian Excel yang diunduh dan diunggah di situs"),
            ("Alamat situs", settings.ALAMAT_SITUS),
        ),
        butir=DOKUMEN,
        judul_lampiran="Daftar kabupaten/kota dan lokasi yang tercatat",
        kepala=("No", "Kabupaten/kota", "Lokasi rusun", "Lokasi rusus"),
        baris=baris,
        penutup="Demikian, atas perhatian dan kerja sama Saudara, kami ucapkan terima kasih.",
    )


def is_draft(jadwal: JadwalDesk) -> bool:
    """Whether what stands differs from what was published last, or nothing was."""
    return unpublished_changes(jadwal) != []


def invitation(jadwal: JadwalDesk) -> Surat:
    """Invites to the opening meeting and to the sessions; annex: every slot as it stands now."""
    periode, rows = jadwal.periode, schedule_of(jadwal)
    versi = "rancangan, belum diterbitkan" if is_draft(jadwal) else f"versi {jadwal.versi}"
    return _letter(
        JenisNaskah.SURAT_UNDANGAN,
        hal=f"Undangan rapat pembukaan dan pelaksanaan {periode.judul}",
        yth=_recipients(periode.isian.count()),
        paragraf=(
            f"Dalam rangka pelaksanaan {periode.judul}, dengan hormat kami mengundang Saudara untuk hadir pada rapat "
            "pembukaan yang akan dilaksanakan pada:",
            "Setelah rapat pembukaan, desk dilaksanakan secara daring dengan setiap kabupaten/kota menurut jadwal "
            f"dalam lampiran ({versi}). Mohon Saudara menugaskan pejabat dan operator yang menguasai data, serta "
            "menyiapkan:",
            "Mohon bergabung 10 (sepuluh) menit sebelum waktu yang ditentukan. Perubahan jadwal, bila ada, diumumkan "
            "melalui situs.",
        ),
        rincian=(*_meeting(jadwal, rows), ("Acara", f"Rapat pembukaan {periode.judul}")),
        butir=(
            f"Isian data pada posisi {tanggal(periode.tanggal_posisi)} yang sudah dikirim paling lambat "
            f"{tanggal(periode.batas_waktu)};",
            "Dokumen pendukung: BAST, SLF, perda atau perkada tarif, dan daftar penghuni;",
            "Penjelasan atas catatan provinsi dan tindak lanjut yang belum selesai.",
        ),
        judul_lampiran=f"Jadwal {periode.judul} ({versi})",
        kepala=("No", "Hari, tanggal", "Pukul", "Kabupaten/kota", "Ruang", "Verifikator"),
        baris=tuple(
            (
                str(number),
                hari_tanggal(row.mulai),
                rentang_jam(row.mulai, row.selesai),
                f"{row.judul} (semua)" if row.jenis == JenisSesi.PEMBUKAAN else row.judul,
                str(row.ruang),
                kosong(row.verifikator),
            )
            for number, row in enumerate(rows, start=1)
        ),
        penutup="Demikian, atas perhatian dan kehadiran Saudara, kami ucapkan terima kasih.",
        rancangan=is_draft(jadwal),
    )


def opening_agenda(jadwal: JadwalDesk) -> Surat:
    """The agenda of the opening meeting; annex: its parts, dividing the time of the meeting."""
    periode, rows = jadwal.periode, schedule_of(jadwal)
    opening = _opening(rows)
    return _letter(
        JenisNaskah.SURAT_ACARA,
        hal=f"Susunan acara rapat pembukaan {periode.judul}",
        yth=_recipients(periode.isian.count()),
        paragraf=(
            f"Bersama ini kami sampaikan susunan acara rapat pembukaan {periode.judul} yang akan dilaksanakan pada:",
            "Susunan acara selengkapnya tercantum dalam lampiran. Mohon seluruh peserta mengisi daftar hadir melalui "
            "tautan yang dibagikan pada saat rapat.",
        ),
        rincian=_meeting(jadwal, rows),
        judul_lampiran=f"Susunan acara rapat pembukaan {periode.judul}",
        kepala=("Pukul", "Acara", "Pengisi"),
        baris=tuple(
            (rentang_jam(mulai, selesai) if mulai and selesai else TITIK[:14], acara, pengisi)
            for (mulai, selesai), (_, acara, pengisi) in zip(_parts(opening), ACARA, strict=True)
        ),
        penutup="Demikian, atas perhatian Saudara, kami ucapkan terima kasih.",
        tembusan=(),
        rancangan=is_draft(jadwal),
    )


def surat_pdf(surat: Surat, *, contoh: bool, dicetak_oleh: str = "") -> bytes:
    """The letter as A4 portrait. Raises `core.pdf.PdfUnavailable`."""
    return render_paper("monitoring/pdf/surat.html", {"surat": surat}, contoh=contoh, dicetak_oleh=dicetak_oleh)


def _letter(
    naskah: JenisNaskah, *, hal: str, yth: tuple[str, ...], paragraf: tuple[str, ...], judul_lampiran: str,
    kepala: tuple[str, ...], baris: tuple[tuple[str, ...], ...], penutup: str, rincian: tuple[tuple[str, str], ...],
    butir: tuple[str, ...] = (), tembusan: tuple[str, ...] = TEMBUSAN, rancangan: bool = False,
) -> Surat:  # fmt: skip
    today = timezone.localdate()
    return Surat(
        hal=hal, lampiran="1 (satu) berkas", tempat_tanggal=f"{settings.KOP_SURAT['tempat']}, {tanggal(today)}",
        yth=yth, paragraf=paragraf, judul_lampiran=judul_lampiran, kepala=kepala, baris=baris, penutup=penutup,
        penandatangan=signature_of(naskah, today), tembusan=tembusan, rancangan=rancangan, rincian=rincian, butir=butir,
    )  # fmt: skip


def _recipients(diundang: int) -> tuple[str, ...]:
    everybody = diundang == KabupatenKota.objects.count()
    return (DAERAH, "kabupaten/kota se-Jawa Tengah" if everybody else "kabupaten/kota sebagaimana terlampir")


def _opening(rows: Sequence[SesiDesk]) -> SesiDesk | None:
    return next((row for row in rows if row.jenis == JenisSesi.PEMBUKAAN), None)


def _meeting(jadwal: JadwalDesk, rows: Sequence[SesiDesk]) -> tuple[tuple[str, str], ...]:
    """Day, time and place of the opening."""
    row = _opening(rows)
    return (
        ("Hari, tanggal", hari_tanggal(row.mulai) if row else TITIK),
        ("Pukul", rentang_jam(row.mulai, row.selesai) if row else TITIK),
        ("Tempat", "rapat daring"),
        ("Tautan", (row.tautan if row else "") or jadwal.tautan or TITIK),
    )


def _parts(
    opening: SesiDesk | None,
) -> list[tuple[datetime.datetime, datetime.datetime] | tuple[None, None]]:
    """When each part of `ACARA` begins and ends: its share of the meeting."""
    if opening is None:
        return [(None, None)] * len(ACARA)
    total, minutes = sum(part[0] for part in ACARA), (opening.selesai - opening.mulai).total_seconds() / 60
    grid = LANGKAH_MENIT if minutes >= 60 else 1
    edges, done = [opening.mulai], 0
    for bagian, _, _ in ACARA:
        done += bagian
        step = round(minutes * done / total / grid) * grid
        edges.append(opening.mulai + datetime.timedelta(minutes=step))
    edges[-1] = opening.selesai
    return list(pairwise(edges))
