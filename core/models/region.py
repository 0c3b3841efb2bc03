from auditlog.registry import auditlog
from django.db import models

from core.constraints import choices_valid
from core.enums import JenisDaerah

from .acuan import AcuanRow


class KabupatenKota(AcuanRow):
    """One of the 35 kabupaten/kota of Jawa Tengah; key = Kemendagri code (Kepmendagri 300.2.2-2430/2025)."""

    kode = models.CharField("kode Kemendagri", max_length=5, primary_key=True)
    nama = models.CharField(max_length=60, unique=True, help_text="Selalu dengan awalan Kabupaten atau Kota.")
    jenis = models.CharField(max_length=10, choices=JenisDaerah)
    ibu_kota = models.CharField("ibu kota", max_length=60)
    ibu_kota_terverifikasi = models.BooleanField(default=True)
    baris = models.PositiveSmallIntegerField(help_text="Letak pada peta petak, 0 = paling utara.")
    kolom = models.PositiveSmallIntegerField(help_text="Letak pada peta petak, 0 = paling barat.")

    class Meta:
        verbose_name = "kabupaten/kota"
        verbose_name_plural = "kabupaten/kota"
        ordering = ["kode"]
        constraints = [
            choices_valid("kabupatenkota", "jenis", JenisDaerah),
            models.UniqueConstraint(fields=["baris", "kolom"], name="kabupatenkota_petak_unik"),
        ]

    def __str__(self) -> str:
        return self.nama

    @property
    def digit(self) -> str:
        """The code without its dot, as used in location codes and account names: `3374`."""
        return self.kode.replace(".", "")


auditlog.register(
    KabupatenKota,
    include_fields=["kode", "nama", "jenis", "ibu_kota", "ibu_kota_terverifikasi", "baris", "kolom"],
)
