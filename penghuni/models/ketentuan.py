"""Dated rules of the home-ownership programmes, with their legal basis and source. Data, never code."""

from django.db import models


class Terverifikasi(models.TextChoices):
    YA = "ya", "Ya"
    SEBAGIAN = "sebagian", "Sebagian"
    TIDAK = "tidak", "Tidak"


class BatasPenghasilan(models.Model):
    """Income cap of MBR per month. Dates are as precise as the source gives them: `2021`, `2023-01`, `2020-04-01`."""

    dasar_hukum = models.CharField("dasar hukum", max_length=120, unique=True)
    berlaku_mulai = models.CharField(max_length=10)
    berlaku_sampai = models.CharField(max_length=10, blank=True)
    wilayah = models.CharField(max_length=60)
    batas_belum_kawin = models.PositiveBigIntegerField(null=True, blank=True)
    batas_kawin = models.PositiveBigIntegerField(null=True, blank=True)
    batas_tapera = models.PositiveBigIntegerField(null=True, blank=True)
    terverifikasi = models.CharField(max_length=10, choices=Terverifikasi)
    sumber = models.CharField(max_length=60, blank=True)
    catatan = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = "batas penghasilan"
        verbose_name_plural = "batas penghasilan"
        ordering = ["berlaku_mulai", "dasar_hukum"]

    def __str__(self) -> str:
        return self.dasar_hukum


class BatasHargaRumah(models.Model):
    """Price cap of a subsidised house, by year."""

    tahun_mulai = models.PositiveSmallIntegerField()
    tahun_sampai = models.PositiveSmallIntegerField(null=True, blank=True)
    wilayah = models.CharField(max_length=60)
    jenis = models.CharField(max_length=10)
    harga_maks = models.PositiveBigIntegerField()
    dasar_hukum = models.CharField(max_length=120)
    sumber = models.CharField(max_length=60, blank=True)
    catatan = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = "batas harga rumah"
        verbose_name_plural = "batas harga rumah"
        ordering = ["tahun_mulai"]
        constraints = [models.UniqueConstraint(fields=["tahun_mulai", "wilayah", "jenis"], name="batashargarumah_unik")]

    def __str__(self) -> str:
        return f"{self.jenis} {self.tahun_mulai}"


class SkemaKepemilikan(models.Model):
    """A scheme that helps a household to a home of its own, with the codes of its criteria."""

    kode = models.CharField(max_length=20, primary_key=True)
    nama = models.CharField(max_length=120)
    aktif_dari = models.CharField(max_length=10, blank=True)
    aktif_sampai = models.CharField(max_length=10, blank=True)
    syarat = models.CharField(max_length=400)
    bunga_persen = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    tenor_tahun = models.PositiveSmallIntegerField(null=True, blank=True)
    penghasilan_mulai = models.PositiveBigIntegerField(null=True, blank=True)
    penghasilan_hingga = models.PositiveBigIntegerField(null=True, blank=True)
    sumber = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = "skema kepemilikan rumah"
        verbose_name_plural = "skema kepemilikan rumah"
        ordering = ["kode"]

    def __str__(self) -> str:
        return self.nama

    @property
    def sebutan(self) -> str:
        """The name without what stands in brackets, for lists."""
        return self.nama.split(" (")[0]
