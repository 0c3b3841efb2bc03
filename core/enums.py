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
    """What an official signs beside recaps."""

    KETUA_TIM = "ketua_tim", "Ketua tim desk"
    KABID = "kabid", "Kepala bidang"


class TindakanAkses(models.TextChoices):
    LIHAT = "lihat", "Melihat data penghuni"
    LIHAT_LENGKAP = "lihat_lengkap", "Melihat NIK/No KK/telepon lengkap"
    EKSPOR = "ekspor", "Mengekspor"
    CETAK = "cetak", "Mencetak"
