"""Dated rules of the home-ownership programmes, with their legal basis and source. Data, never code."""

import datetime
from typing import Any, Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q

from core.constraints import choices_valid
from core.display import tanggal
from core.models.acuan import TIDAK_DIRIWAYATKAN, AcuanRow


def span_in_words(mulai: str, sampai: str) -> str:
    """`1 April 2020 sampai Mei 2021`: as precise as each was stated."""
    begin = _in_words(mulai) if mulai else "Tidak disebut"
    return f"{begin} sampai {_in_words(sampai)}" if sampai else begin


def _in_words(text: str) -> str:
    parts = [int(part) for part in text.split("-")]
    day = tanggal(datetime.date(*[*parts, 1, 1][:3]))
    return day if len(parts) == 3 else day.split(" ", 3 - len(parts))[-1]


class Terverifikasi(models.TextChoices):
    YA = "ya", "Ya"
    SEBAGIAN = "sebagian", "Sebagian"
    TIDAK = "tidak", "Tidak"


class Wilayah(models.TextChoices):
    """Where a rule holds."""

    INDONESIA = "Seluruh Indonesia", "Seluruh Indonesia"
    JAWA = "Jawa selain Jabodetabek", "Jawa selain Jabodetabek"
    JAWA_TENGAH = "Jawa Tengah", "Jawa Tengah"
    JABODETABEK = "Jabodetabek", "Jabodetabek"
    LUAR_JAWA = "Luar Jawa", "Luar Jawa"


DI_JAWA_TENGAH = (Wilayah.INDONESIA, Wilayah.JAWA, Wilayah.JAWA_TENGAH)
"""The regions whose rules hold in Jawa Tengah."""


class BatasQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        """What may hold in Jawa Tengah."""
        return self.filter(aktif=True, wilayah__in=DI_JAWA_TENGAH)

    def beside(self, row: Any) -> Self:
        """The others in use where `row` holds."""
        same = DI_JAWA_TENGAH if row.wilayah in DI_JAWA_TENGAH else (row.wilayah,)
        return self.filter(aktif=True, wilayah__in=same).exclude(pk=row.pk)


class BatasPenghasilan(AcuanRow):
    """Income cap of MBR per month. Dates are as precise as the source gives them: `2021`, `2023-01`, `2020-04-01`."""

    dasar_hukum = models.CharField("dasar hukum", max_length=120)
    berlaku_mulai = models.CharField("berlaku mulai", max_length=10)
    berlaku_sampai = models.CharField("berlaku sampai", max_length=10, blank=True)
    wilayah = models.CharField(max_length=60, choices=Wilayah, default=Wilayah.JAWA)
    batas_belum_kawin = models.PositiveBigIntegerField("batas belum kawin (Rp)", null=True, blank=True)
    batas_kawin = models.PositiveBigIntegerField("batas kawin (Rp)", null=True, blank=True)
    batas_tapera = models.PositiveBigIntegerField("batas peserta Tapera (Rp)", null=True, blank=True)
    terverifikasi = models.CharField(max_length=10, choices=Terverifikasi)
    sumber = models.CharField(max_length=60, blank=True)
    catatan = models.CharField(max_length=400, blank=True)
    aktif = models.BooleanField(default=True, editable=False)

    objects = BatasQuerySet.as_manager()

    class Meta:
        verbose_name = "batas penghasilan"
        verbose_name_plural = "batas penghasilan"
        ordering = ["berlaku_mulai", "dasar_hukum"]
        constraints = [
            choices_valid("bataspenghasilan", "wilayah", Wilayah),
            models.UniqueConstraint(
                fields=["dasar_hukum"], condition=Q(aktif=True), name="bataspenghasilan_unik",
                violation_error_message="Dasar hukum ini sudah ada. Buka barisnya, atau nonaktifkan dahulu bila salah.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.dasar_hukum

    @property
    def masa(self) -> str:
        """When it holds, in words."""
        return span_in_words(self.berlaku_mulai, self.berlaku_sampai)


class BatasHargaRumah(AcuanRow):
    """Price cap of a subsidised house, by year."""

    tahun_mulai = models.PositiveSmallIntegerField("tahun mulai")
    tahun_sampai = models.PositiveSmallIntegerField("tahun sampai", null=True, blank=True)
    wilayah = models.CharField(max_length=60, choices=Wilayah, default=Wilayah.JAWA)
    jenis = models.CharField(max_length=10)
    harga_maks = models.PositiveBigIntegerField("harga paling tinggi (Rp)")
    dasar_hukum = models.CharField("dasar hukum", max_length=120)
    sumber = models.CharField(max_length=60, blank=True)
    catatan = models.CharField(max_length=400, blank=True)
    aktif = models.BooleanField(default=True, editable=False)

    objects = BatasQuerySet.as_manager()

    class Meta:
        verbose_name = "batas harga rumah"
        verbose_name_plural = "batas harga rumah"
        ordering = ["tahun_mulai"]
        constraints = [
            choices_valid("batashargarumah", "wilayah", Wilayah),
            models.UniqueConstraint(
                fields=["tahun_mulai", "wilayah", "jenis"], condition=Q(aktif=True), name="batashargarumah_unik",
                violation_error_message="Batas harga mulai tahun ini sudah ada. Nonaktifkan dahulu bila salah.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.jenis} {self.tahun_mulai}"


class SkemaKepemilikan(AcuanRow):
    """A scheme that helps a household to a home of its own, with the codes of its criteria."""

    kode = models.CharField(max_length=20, primary_key=True)
    nama = models.CharField(max_length=120)
    aktif_dari = models.CharField("berlaku mulai", max_length=10, blank=True)
    aktif_sampai = models.CharField("berlaku sampai", max_length=10, blank=True)
    syarat = models.CharField(max_length=400)
    bunga_persen = models.DecimalField("bunga per tahun (%)", max_digits=5, decimal_places=2, null=True, blank=True)
    tenor_tahun = models.PositiveSmallIntegerField("tenor paling lama (tahun)", null=True, blank=True)
    penghasilan_mulai = models.PositiveBigIntegerField("penghasilan mulai (Rp)", null=True, blank=True)
    penghasilan_hingga = models.PositiveBigIntegerField("penghasilan hingga (Rp)", null=True, blank=True)
    menggantikan = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sumber = models.CharField(max_length=60, blank=True)
    aktif = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = "skema kepemilikan rumah"
        verbose_name_plural = "skema kepemilikan rumah"
        ordering = ["kode"]

    def __str__(self) -> str:
        return self.nama

    @property
    def masa(self) -> str:
        """When it is open, in words."""
        return span_in_words(self.aktif_dari, self.aktif_sampai)

    @property
    def sebutan(self) -> str:
        """The name without what stands in brackets, for lists."""
        return self.nama.split(" (")[0]


for model in (BatasPenghasilan, BatasHargaRumah, SkemaKepemilikan):
    auditlog.register(model, exclude_fields=TIDAK_DIRIWAYATKAN)
