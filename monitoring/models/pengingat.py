from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.constraints import choices_valid, rule
from core.models import Pengguna
from core.scope import ScopedQuerySet
from monitoring.enums import JenisPemberitahuan, JenisSurel, StatusSurel

from .isian import Isian

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class PemberitahuanQuerySet(ScopedQuerySet["Pemberitahuan"]):
    def visible_to(self, pengguna: Pengguna | AnonymousUser) -> Self:
        """The own ones, and of those only what lies in the own region: an account may have moved on."""
        return super().visible_to(pengguna).filter(pengguna=pengguna.pk)

    def unread(self) -> Self:
        return self.filter(dibaca_pada__isnull=True)


class Pemberitahuan(models.Model):
    """Something one account is told about an isian. Holds counts and dates, nothing about residents."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    pengguna = models.ForeignKey(Pengguna, on_delete=models.CASCADE, related_name="pemberitahuan")
    isian = models.ForeignKey(Isian, on_delete=models.CASCADE, related_name="pemberitahuan")
    jenis = models.CharField(max_length=16, choices=JenisPemberitahuan)
    isi = models.CharField(max_length=300)
    batas = models.DateField(null=True, blank=True, help_text="Tanggal yang diingatkan, bila ada.")
    waktu = models.DateTimeField()
    dibaca_pada = models.DateTimeField(null=True, blank=True)

    objects = PemberitahuanQuerySet.as_manager()

    class Meta:
        verbose_name = "pemberitahuan"
        verbose_name_plural = "pemberitahuan"
        ordering = ["-waktu", "-id"]
        indexes = [models.Index(fields=["pengguna", "-waktu"], name="pemberitahuan_pengguna")]
        constraints = [
            choices_valid("pemberitahuan", "jenis", JenisPemberitahuan),
            models.UniqueConstraint(
                fields=["pengguna", "isian", "batas"],
                condition=Q(jenis=JenisPemberitahuan.MENDEKATI_BATAS),
                name="pemberitahuan_batas_sekali",
            ),
        ]

    def __str__(self) -> str:
        return self.isi

    def get_absolute_url(self) -> str:
        """The thing it is about."""
        asks_for_answers = self.jenis in (JenisPemberitahuan.DIKEMBALIKAN, JenisPemberitahuan.DIBUKA_KEMBALI)
        name = "monitoring:isian_catatan" if asks_for_answers else "monitoring:isian_detail"
        return reverse(name, args=[self.isian.periode.slug, self.isian.kabupaten_kota_id])


class SurelQuerySet(ScopedQuerySet["Surel"]):
    def waiting(self) -> Self:
        return self.filter(status=StatusSurel.MENUNGGU)

    def due(self, waktu: datetime.datetime) -> Self:
        """Those whose turn has come, oldest first."""
        return self.waiting().filter(coba_lagi_pada__lte=waktu).order_by("pk")

    def failed(self) -> Self:
        return self.filter(status=StatusSurel.GAGAL)


class Surel(models.Model):
    """A line of the outbox: what is to be said to whom. The words are made when it is sent."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, related_name="surel")
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+", verbose_name="penerima")
    jenis = models.CharField(max_length=15, choices=JenisSurel)
    status = models.CharField(max_length=10, choices=StatusSurel, default=StatusSurel.MENUNGGU)
    diminta_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    diminta_pada = models.DateTimeField()
    percobaan = models.PositiveSmallIntegerField(default=0)
    coba_lagi_pada = models.DateTimeField()
    diambil_pada = models.DateTimeField(null=True, blank=True)
    selesai_pada = models.DateTimeField(null=True, blank=True)
    keterangan = models.CharField(max_length=200, blank=True, default="")

    objects = SurelQuerySet.as_manager()

    class Meta:
        verbose_name = "surel"
        verbose_name_plural = "surel"
        ordering = ["-diminta_pada", "-id"]
        indexes = [models.Index(fields=["status", "coba_lagi_pada"], name="surel_giliran")]
        constraints = [
            choices_valid("surel", "jenis", JenisSurel),
            choices_valid("surel", "status", StatusSurel),
            models.UniqueConstraint(
                fields=["isian", "pengguna", "jenis"],
                condition=Q(status__in=[StatusSurel.MENUNGGU, StatusSurel.MENGIRIM]),
                name="surel_satu_menunggu",
                violation_error_message="Surel yang sama masih menunggu di kotak keluar.",
            ),
            rule(
                "surel_selesai_lengkap",
                Q(status__in=[StatusSurel.MENUNGGU, StatusSurel.MENGIRIM], selesai_pada__isnull=True)
                | Q(status=StatusSurel.TERKIRIM, selesai_pada__isnull=False)
                | (
                    Q(status__in=[StatusSurel.DILEWATI, StatusSurel.GAGAL], selesai_pada__isnull=False)
                    & ~Q(keterangan="")
                ),
                "Surel yang selesai harus mencatat kapan, dan mengapa bila tidak terkirim.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_jenis_display()} kepada {self.pengguna}"
