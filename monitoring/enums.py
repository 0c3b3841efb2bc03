"""Closed lists of a monitoring period. One state, a label per audience."""

from django.db import models


class StatusPeriode(models.TextChoices):
    DISIAPKAN = "disiapkan", "Disiapkan"
    DIBUKA = "dibuka", "Dibuka"
    REKAP_DIAJUKAN = "rekap_diajukan", "Rekap diajukan"
    DITETAPKAN = "ditetapkan", "Ditetapkan"


class StatusIsian(models.TextChoices):
    BELUM_MULAI = "belum_mulai", "Belum mulai"
    DIISI = "diisi", "Sedang diisi"
    TERKIRIM = "terkirim", "Terkirim, menunggu provinsi"
    PERLU_PERBAIKAN = "perlu_perbaikan", "Perlu perbaikan"
    TERVERIFIKASI = "terverifikasi", "Terverifikasi"


LABEL_PROVINSI: dict[str, str] = {
    StatusIsian.BELUM_MULAI: "Belum mulai",
    StatusIsian.DIISI: "Sedang diisi daerah",
    StatusIsian.TERKIRIM: "Perlu diverifikasi",
    StatusIsian.PERLU_PERBAIKAN: "Menunggu perbaikan daerah",
    StatusIsian.TERVERIFIKASI: "Terverifikasi",
}
"""What the province reads where the operator reads `StatusIsian.label`."""


class Gerak(models.TextChoices):
    """Moves of an isian (design section 4)."""

    MULAI = "mulai", "Mulai mengisi"
    KIRIM = "kirim", "Kirim ke provinsi"
    TARIK = "tarik", "Tarik kembali"
    MULAI_VERIFIKASI = "mulai_verifikasi", "Mulai verifikasi"
    KEMBALIKAN = "kembalikan", "Kembalikan untuk diperbaiki"
    VERIFIKASI = "verifikasi", "Verifikasi"
    BUKA_KEMBALI = "buka_kembali", "Buka kembali"


class GerakPeriode(models.TextChoices):
    BUKA = "buka", "Buka periode"
    AJUKAN_REKAP = "ajukan_rekap", "Ajukan rekap"
    KEMBALIKAN_REKAP = "kembalikan_rekap", "Kembalikan rekap"
    TETAPKAN = "tetapkan", "Tetapkan rekap"


class StatusCatatan(models.TextChoices):
    TERBUKA = "terbuka", "Terbuka"
    DIJAWAB = "dijawab", "Dijawab"
    SELESAI = "selesai", "Selesai"


class JenisBacklog(models.TextChoices):
    KEMISKINAN = "kemiskinan", "Backlog kemiskinan"
    KEPEMILIKAN = "kepemilikan", "Backlog kepemilikan"
    PENGHUNIAN = "penghunian", "Backlog penghunian"


class StatusImpor(models.TextChoices):
    """How far a workbook that was sent in has come. `diunggah` and `disetujui`: work is waiting or under way."""

    DIUNGGAH = "diunggah", "Sedang diperiksa"
    DITOLAK = "ditolak", "Berkas ditolak"
    MENUNGGU = "menunggu", "Menunggu keputusan"
    DISETUJUI = "disetujui", "Sedang diterapkan"
    DITERAPKAN = "diterapkan", "Diterapkan"
    NIHIL = "nihil", "Tidak ada perubahan"
    DIBATALKAN = "dibatalkan", "Dibatalkan"
    DIURUNGKAN = "diurungkan", "Diurungkan"
    GAGAL = "gagal", "Terputus"
