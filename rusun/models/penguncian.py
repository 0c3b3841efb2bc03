"""Whether the registry of a kabupaten/kota may be changed. Why is text only: rusun knows no monitoring."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.constraints import rule
from core.models import KabupatenKota
from core.scope import ScopedQuerySet


class Penguncian(models.Model):
    """One row per kabupaten/kota, always. Every registry write, import and send takes it FOR UPDATE first."""

    REGION_PATH: ClassVar[str] = "kabupaten_kota"

    kabupaten_kota = models.OneToOneField(
        KabupatenKota, on_delete=models.PROTECT, primary_key=True, related_name="penguncian"
    )
    terkunci = models.BooleanField(default=False)
    alasan = models.CharField(max_length=200, blank=True, default="")
    rujukan = models.CharField(max_length=200, blank=True, default="", help_text="Misalnya judul periode.")
    sejak = models.DateTimeField(null=True, blank=True)
    perubahan = models.PositiveBigIntegerField(default=0, editable=False, help_text="Naik pada setiap penulisan.")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "penguncian"
        verbose_name_plural = "penguncian"
        constraints = [
            rule(
                "penguncian_beralasan",
                Q(terkunci=False) | (~Q(alasan="") & Q(sejak__isnull=False)),
                "Penguncian harus punya alasan dan waktu.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kabupaten_kota_id}: {'terkunci' if self.terkunci else 'terbuka'}"


class SelTerbuka(models.Model):
    """A cell that may be changed although the registry is locked. A blank `kolom` opens the whole row or table."""

    REGION_PATH: ClassVar[str] = "penguncian__kabupaten_kota"

    penguncian = models.ForeignKey(Penguncian, on_delete=models.CASCADE, related_name="sel_terbuka")
    kode_rusun = models.CharField(max_length=14, blank=True, default="")
    bagian = models.CharField(max_length=30)
    baris = models.UUIDField(null=True, blank=True)
    kolom = models.CharField(max_length=40, blank=True, default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "sel terbuka"
        verbose_name_plural = "sel terbuka"
        constraints = [
            models.UniqueConstraint(
                fields=["penguncian", "kode_rusun", "bagian", "baris", "kolom"],
                condition=Q(baris__isnull=False),
                name="selterbuka_baris_unik",
            ),
            models.UniqueConstraint(
                fields=["penguncian", "kode_rusun", "bagian", "kolom"],
                condition=Q(baris__isnull=True),
                name="selterbuka_unik",
            ),
        ]

    def __str__(self) -> str:
        return "/".join(str(part) for part in (self.kode_rusun, self.bagian, self.baris or "", self.kolom))
