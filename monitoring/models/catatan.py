from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.constraints import choices_valid
from core.models import Pengguna
from core.scope import ScopedQuerySet
from monitoring.enums import StatusCatatan
from rusun.alamat import Alamat

from .isian import Isian


class CatatanQuerySet(ScopedQuerySet["Catatan"]):
    def unanswered(self) -> CatatanQuerySet:
        return self.filter(status=StatusCatatan.TERBUKA)

    def unsettled(self) -> CatatanQuerySet:
        return self.exclude(status=StatusCatatan.SELESAI)


class Alamatan(models.Model):
    """Columns that hold a cell address."""

    kode_rusun = models.CharField(max_length=14, blank=True, default="")
    bagian = models.CharField(max_length=30)
    baris = models.CharField(max_length=36, blank=True, default="")
    kolom = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def alamat(self) -> Alamat:
        return Alamat(self.kode_rusun, self.bagian, self.baris, self.kolom)


class Catatan(Alamatan):
    """A remark of the province on a cell. The value is kept, so the remark survives a deleted row."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, related_name="catatan")
    sebutan = models.CharField(max_length=300, help_text="Nama sel ketika catatan dibuat.")
    nilai = models.CharField(max_length=500, blank=True, default="", help_text="Nilai sel ketika catatan dibuat.")
    isi = models.CharField(max_length=1000)
    jawaban = models.CharField(max_length=1000, blank=True, default="")
    status = models.CharField(max_length=10, choices=StatusCatatan, default=StatusCatatan.TERBUKA, editable=False)
    dibuat_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    dibuat_pada = models.DateTimeField()

    objects = CatatanQuerySet.as_manager()

    class Meta:
        verbose_name = "catatan"
        verbose_name_plural = "catatan"
        ordering = ["kode_rusun", "id"]
        constraints = [choices_valid("catatan", "status", StatusCatatan)]

    def __str__(self) -> str:
        return f"{self.sebutan}: {self.isi}"


class PesanCatatan(models.Model):
    """What was said about a remark, in order: opened, answered, settled, opened again. Never changed."""

    REGION_PATH: ClassVar[str] = "catatan__isian__kabupaten_kota"

    catatan = models.ForeignKey(Catatan, on_delete=models.PROTECT, related_name="pesan")
    waktu = models.DateTimeField()
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=StatusCatatan)
    isi = models.CharField(max_length=1000, blank=True, default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "pesan catatan"
        verbose_name_plural = "pesan catatan"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.isi


class PenjelasanPeringatan(Alamatan):
    """The operator's reason for a warning: valid for one rule, cell and value."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, related_name="penjelasan")
    aturan = models.CharField(max_length=8)
    nilai = models.CharField(max_length=300, blank=True, default="")
    alasan = models.CharField(max_length=500)
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    waktu = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "penjelasan peringatan"
        verbose_name_plural = "penjelasan peringatan"
        constraints = [
            models.UniqueConstraint(
                fields=["isian", "aturan", "kode_rusun", "bagian", "baris", "kolom", "nilai"], name="penjelasan_unik"
            )
        ]

    def __str__(self) -> str:
        return self.alasan
