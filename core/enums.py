"""Closed lists of the core: stored value, then the label a user reads."""

from django.db import models


class JenisDaerah(models.TextChoices):
    KABUPATEN = "kabupaten", "Kabupaten"
    KOTA = "kota", "Kota"


class Peran(models.TextChoices):
    OPERATOR = "operator", "Operator kabupaten/kota"
    VERIFIKATOR = "verifikator", "Verifikator provinsi"
    PIMPINAN = "pimpinan", "Pimpinan"
    ADMIN = "admin", "Admin"


class Kewenangan(models.TextChoices):
    """In whose authority an official signs (Permendagri 1/2023)."""

    DEFINITIF = "definitif", "Definitif"
    AN = "an", "a.n."
    PLT = "plt", "Plt."
    PLH = "plh", "Plh."


class TugasPejabat(models.TextChoices):
    """The post in which an official signs; which post signs which paper is decided elsewhere.

    The label stands below a paper while nobody holds the post.
    """

    KEPALA = "kepala", "Kepala Dinas"
    SEKRETARIS = "sekretaris", "Sekretaris Dinas"
    KABID = "kabid", "Kepala Bidang Perumahan"
    KETUA_TIM = "ketua_tim", "Ketua Tim Desk Monitoring"


class TindakanAkses(models.TextChoices):
    LIHAT = "lihat", "Melihat data penghuni"
    LIHAT_LENGKAP = "lihat_lengkap", "Melihat NIK/No KK/telepon lengkap"
    EKSPOR = "ekspor", "Mengekspor"
    CETAK = "cetak", "Mencetak"


class MacamJejak(models.TextChoices):
    """What a line of the trails tells."""

    PERUBAHAN = "perubahan", "Perubahan data"
    GERAK = "gerak", "Langkah kerja"
    AKSES = "akses", "Akses data pribadi"
