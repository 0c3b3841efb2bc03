from django.db import models

from core.models import KabupatenKota
from monitoring.enums import JenisBacklog


class Backlog(models.Model):
    """Housing backlog by year, with its definition and source. No kabupaten/kota means the province."""

    kabupaten_kota = models.ForeignKey(KabupatenKota, on_delete=models.PROTECT, null=True, blank=True)
    tahun = models.PositiveSmallIntegerField()
    jenis = models.CharField(max_length=12, choices=JenisBacklog)
    jumlah = models.PositiveIntegerField()
    sumber = models.CharField(max_length=60)

    class Meta:
        verbose_name = "backlog"
        verbose_name_plural = "backlog"
        ordering = ["-tahun"]
        constraints = [
            models.UniqueConstraint(
                fields=["tahun", "jenis"], condition=models.Q(kabupaten_kota__isnull=True), name="backlog_provinsi_unik"
            ),
            models.UniqueConstraint(
                fields=["kabupaten_kota", "tahun", "jenis"],
                condition=models.Q(kabupaten_kota__isnull=False),
                name="backlog_daerah_unik",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_jenis_display()} {self.tahun}: {self.jumlah}"
