from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.constraints import choices_valid, rule
from core.enums import MacamJejak
from core.models import KabupatenKota, Pengguna
from core.models.trail import register_trail
from core.scope import ScopedQuerySet
from monitoring.enums import Gerak, StatusIsian

from .periode import PeriodeMonitoring


class IsianQuerySet(ScopedQuerySet["Isian"]):
    def awaiting_verification(self) -> IsianQuerySet:
        return self.filter(status=StatusIsian.TERKIRIM)

    def running(self) -> IsianQuerySet:
        """Those whose period is not signed off: they hold the registry."""
        return self.filter(berjalan=True)


class Isian(models.Model):
    """The filling of one invited kabupaten/kota in one period. These rows are the frozen list of who is expected."""

    REGION_PATH: ClassVar[str] = "kabupaten_kota"

    periode = models.ForeignKey(PeriodeMonitoring, on_delete=models.PROTECT, related_name="isian")
    kabupaten_kota = models.ForeignKey(
        KabupatenKota, on_delete=models.PROTECT, related_name="isian", verbose_name="kabupaten/kota"
    )
    status = models.CharField(max_length=16, choices=StatusIsian, default=StatusIsian.BELUM_MULAI, editable=False)
    berjalan = models.BooleanField(default=True, editable=False)
    terlambat = models.BooleanField(default=False, editable=False)
    pengecualian_sampai = models.DateField("pengecualian sampai", null=True, blank=True)
    pengecualian_alasan = models.CharField("alasan pengecualian", max_length=300, blank=True, default="")
    verifikator = models.ForeignKey(
        Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    verifikasi_sejak = models.DateTimeField(null=True, blank=True, editable=False)
    jawab_sebelum = models.DateField(null=True, blank=True, editable=False)
    kiriman_sah = models.ForeignKey(
        "monitoring.Kiriman", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    terverifikasi_pada = models.DateTimeField(null=True, blank=True, editable=False)

    objects = IsianQuerySet.as_manager()

    class Meta:
        verbose_name = "isian"
        verbose_name_plural = "isian"
        ordering = ["kabupaten_kota"]
        constraints = [
            models.UniqueConstraint(fields=["periode", "kabupaten_kota"], name="isian_satu_per_periode"),
            models.UniqueConstraint(
                fields=["kabupaten_kota"],
                condition=Q(berjalan=True),
                name="isian_satu_berjalan",
                violation_error_message="Kabupaten/kota ini masih punya isian pada periode lain yang belum ditetapkan.",
            ),
            choices_valid("isian", "status", StatusIsian),
            rule(
                "isian_verifikasi_lengkap",
                ~Q(status=StatusIsian.TERVERIFIKASI) | Q(kiriman_sah__isnull=False, terverifikasi_pada__isnull=False),
                "Isian terverifikasi harus menunjuk kiriman yang sah.",
            ),
            rule(
                "isian_perbaikan_berbatas",
                ~Q(status=StatusIsian.PERLU_PERBAIKAN) | Q(jawab_sebelum__isnull=False),
                "Isian yang dikembalikan harus punya batas jawaban.",
            ),
            rule(
                "isian_pengecualian_beralasan",
                Q(pengecualian_sampai__isnull=True) | ~Q(pengecualian_alasan=""),
                "Pengecualian harus disertai alasan.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kabupaten_kota}, {self.periode}"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:isian_detail", args=[self.periode.slug, self.kabupaten_kota_id])


class RiwayatIsian(models.Model):
    """Every move of an isian: who, when, why, and the kiriman it made."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, related_name="riwayat")
    gerak = models.CharField(max_length=20, choices=Gerak)
    dari = models.CharField(max_length=16, choices=StatusIsian)
    ke = models.CharField(max_length=16, choices=StatusIsian)
    waktu = models.DateTimeField()
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    alasan = models.CharField(max_length=1000, blank=True, default="")
    kiriman = models.ForeignKey("monitoring.Kiriman", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "riwayat isian"
        verbose_name_plural = "riwayat isian"
        ordering = ["id"]
        constraints = [choices_valid("riwayatisian", "gerak", Gerak)]

    def __str__(self) -> str:
        return f"{self.isian}: {self.get_gerak_display()}"


class RiwayatPengecualian(models.Model):
    """Every exception given, changed or withdrawn (no date): until when, who, why."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, related_name="riwayat_pengecualian")
    sampai = models.DateField(null=True, blank=True)
    alasan = models.CharField(max_length=300)
    waktu = models.DateTimeField()
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "riwayat pengecualian"
        verbose_name_plural = "riwayat pengecualian"
        ordering = ["id"]
        constraints = [
            rule(
                "riwayatpengecualian_beralasan", ~Q(alasan=""), "Pengecualian harus disertai alasan, juga bila dicabut."
            )
        ]

    def __str__(self) -> str:
        return f"{self.isian}: {self.sampai or 'dicabut'}"


for model in (RiwayatIsian, RiwayatPengecualian):
    register_trail(model, MacamJejak.GERAK, subjek="isian", terkait=("isian__kabupaten_kota", "isian__periode"))
