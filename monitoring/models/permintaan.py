from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.constraints import choices_valid, rule
from core.models import Pengguna
from core.scope import ScopedQuerySet
from monitoring.enums import StatusPermintaan

from .catatan import Alamatan
from .isian import Isian


class PermintaanQuerySet(ScopedQuerySet["PermintaanBuka"]):
    def waiting(self) -> PermintaanQuerySet:
        return self.filter(status=StatusPermintaan.MENUNGGU)


class PermintaanBuka(Alamatan):
    """The operator asks for one more cell, row or section to be opened; a verifikator grants or refuses it."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, related_name="permintaan")
    sebutan = models.CharField(max_length=300, help_text="Nama sel ketika diminta.")
    alasan = models.CharField(max_length=500)
    oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    waktu = models.DateTimeField()
    status = models.CharField(
        max_length=10, choices=StatusPermintaan, default=StatusPermintaan.MENUNGGU, editable=False
    )
    jawaban = models.CharField(max_length=500, blank=True, default="")
    dijawab_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dijawab_pada = models.DateTimeField(null=True, blank=True)

    objects = PermintaanQuerySet.as_manager()

    class Meta:
        verbose_name = "permintaan pembukaan"
        verbose_name_plural = "permintaan pembukaan"
        ordering = ["id"]
        constraints = [
            choices_valid("permintaanbuka", "status", StatusPermintaan),
            models.UniqueConstraint(
                fields=["isian", "kode_rusun", "bagian", "baris", "kolom"],
                condition=Q(status=StatusPermintaan.MENUNGGU),
                name="permintaanbuka_satu_menunggu",
                violation_error_message="Permintaan yang sama masih menunggu jawaban provinsi.",
            ),
            rule(
                "permintaanbuka_jawaban_lengkap",
                Q(status=StatusPermintaan.MENUNGGU, dijawab_oleh__isnull=True, dijawab_pada__isnull=True)
                | (~Q(status=StatusPermintaan.MENUNGGU) & Q(dijawab_oleh__isnull=False, dijawab_pada__isnull=False)),
                "Permintaan yang dijawab harus mencatat siapa yang menjawab dan kapan.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sebutan}: {self.alasan}"


class TeksCatatan(models.Model):
    """A remark kept for use again by the whole verifying team."""

    isi = models.CharField(max_length=1000, unique=True, error_messages={"unique": "Teks ini sudah tersimpan."})
    dibuat_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    dibuat_pada = models.DateTimeField()

    class Meta:
        verbose_name = "teks catatan"
        verbose_name_plural = "teks catatan"
        ordering = ["isi"]

    def __str__(self) -> str:
        return self.isi
