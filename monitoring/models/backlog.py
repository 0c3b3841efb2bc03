from auditlog.registry import auditlog
from django.db import models

from core.models import KabupatenKota
from core.models.acuan import TIDAK_DIRIWAYATKAN, AcuanRow
from monitoring.enums import JenisBacklog

SUDAH_ADA = "Angka untuk wilayah, tahun, dan definisi ini sudah ada. Ubah yang ada, atau aktifkan kembali."


class Backlog(AcuanRow):
    """Housing backlog by year, with its definition and source. No kabupaten/kota means the province."""

    kabupaten_kota = models.ForeignKey(
        KabupatenKota, on_delete=models.PROTECT, null=True, blank=True, verbose_name="kabupaten/kota",
        help_text="Kosong berarti seluruh provinsi.",
    )  # fmt: skip
    tahun = models.PositiveSmallIntegerField()
    jenis = models.CharField("definisi", max_length=12, choices=JenisBacklog)
    jumlah = models.PositiveIntegerField()
    sumber = models.CharField(max_length=60)
    aktif = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = "backlog"
        verbose_name_plural = "backlog"
        ordering = ["-tahun"]
        constraints = [
            models.UniqueConstraint(
                fields=["tahun", "jenis"],
                condition=models.Q(kabupaten_kota__isnull=True),
                name="backlog_provinsi_unik",
                violation_error_message=SUDAH_ADA,
            ),
            models.UniqueConstraint(
                fields=["kabupaten_kota", "tahun", "jenis"],
                condition=models.Q(kabupaten_kota__isnull=False),
                name="backlog_daerah_unik",
                violation_error_message=SUDAH_ADA,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_jenis_display()} {self.tahun}: {self.jumlah}"


auditlog.register(Backlog, exclude_fields=TIDAK_DIRIWAYATKAN)
