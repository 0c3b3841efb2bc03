"""What a person asks about the own data, and until when it must be answered."""

from __future__ import annotations

import datetime
from typing import ClassVar

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.constraints import choices_valid, rule
from core.models import Pengguna
from core.models.rows import UuidRow
from penghuni.enums import JenisPermintaan, StatusPermintaanSubjek

from .penghuni import Penghuni, PersonalQuerySet


class PermintaanSubjekQuerySet(PersonalQuerySet["PermintaanSubjek"]):
    def waiting(self) -> PermintaanSubjekQuerySet:
        """Those nobody has answered yet."""
        return self.filter(status=StatusPermintaanSubjek.DITERIMA)


class PermintaanSubjek(UuidRow):
    """A person asks for a copy, a correction or the removal of the own data. Answered within 3 x 24 hours."""

    DATA_PRIBADI: ClassVar[bool] = True
    REGION_PATH: ClassVar[str] = "penghuni__kabupaten_kota"

    penghuni = models.ForeignKey(Penghuni, on_delete=models.PROTECT, related_name="permintaan")
    jenis = models.CharField("yang diminta", max_length=12, choices=JenisPermintaan)
    isi = models.CharField("isi permintaan", max_length=1000)
    diterima_pada = models.DateTimeField("diterima pada")
    tenggat = models.DateTimeField()
    dicatat_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=10, choices=StatusPermintaanSubjek, default=StatusPermintaanSubjek.DITERIMA, editable=False
    )
    tanggapan = models.CharField(max_length=1000, blank=True, default="")
    ditanggapi_oleh = models.ForeignKey(
        Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    ditanggapi_pada = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PermintaanSubjekQuerySet.as_manager()

    class Meta:
        verbose_name = "permintaan data pribadi"
        verbose_name_plural = "permintaan data pribadi"
        ordering = ["tenggat", "id"]
        indexes = [models.Index(fields=["status", "tenggat"], name="permintaansubjek_tenggat")]
        constraints = [
            choices_valid("permintaansubjek", "jenis", JenisPermintaan),
            choices_valid("permintaansubjek", "status", StatusPermintaanSubjek),
            models.UniqueConstraint(
                fields=["penghuni", "jenis"],
                condition=Q(status=StatusPermintaanSubjek.DITERIMA),
                name="permintaansubjek_satu_menunggu",
                violation_error_message="Permintaan yang sama dari penghuni ini masih menunggu jawaban.",
            ),
            rule(
                "permintaansubjek_tenggat_urut",
                Q(tenggat__gt=F("diterima_pada")),
                "Tenggat harus sesudah permintaan diterima.",
            ),
            rule(
                "permintaansubjek_tanggapan_lengkap",
                Q(status=StatusPermintaanSubjek.DITERIMA, ditanggapi_oleh__isnull=True, ditanggapi_pada__isnull=True)
                | (
                    ~Q(status=StatusPermintaanSubjek.DITERIMA)
                    & ~Q(tanggapan="")
                    & Q(ditanggapi_oleh__isnull=False, ditanggapi_pada__isnull=False)
                ),
                "Permintaan yang ditutup harus mencatat jawabannya, siapa yang menjawab, dan kapan.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_jenis_display()} {self.diterima_pada:%d-%m-%Y}"

    def get_absolute_url(self) -> str:
        return reverse("penghuni:permintaan", args=[self.pk])

    def is_late(self, saat: datetime.datetime) -> bool:
        """Whether the answer came, or would now come, after the 3 x 24 hours."""
        return (self.ditanggapi_pada or saat) > self.tenggat


# What was asked and answered stands in the row; the history need not hold it a second time.
auditlog.register(
    PermintaanSubjek,
    exclude_fields=["isi", "tanggapan", "versi", "diubah", "diubah_oleh", "ditanggapi_oleh", "ditanggapi_pada"],
)
