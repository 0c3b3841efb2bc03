from __future__ import annotations

from typing import ClassVar

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q

from core.constraints import choices_valid, rule
from core.models import Pengguna
from core.scope import ScopedQuerySet
from monitoring.enums import JenisBeritaAcara, StatusBeritaAcara

from .desk import JadwalDesk, SesiDesk
from .kiriman import Kiriman


class BeritaAcara(models.Model):
    """What both sides sign. The figures are frozen in `isi`; only the prose may be edited, and only until both confirm.

    A wrong one is superseded by a revision with the same `urut`, never overwritten.
    """

    REGION_PATH: ClassVar[str] = "sesi__isian__kabupaten_kota"

    sesi = models.ForeignKey(SesiDesk, on_delete=models.PROTECT, related_name="berita_acara")
    jadwal = models.ForeignKey(JadwalDesk, on_delete=models.PROTECT, related_name="berita_acara")
    urut = models.PositiveSmallIntegerField(help_text="Nomor urut dalam periode.")
    revisi = models.PositiveSmallIntegerField(default=1)
    kode = models.CharField("kode dokumen", max_length=60, unique=True)
    jenis = models.CharField(max_length=20, choices=JenisBeritaAcara)
    kiriman = models.ForeignKey(Kiriman, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    isi = models.JSONField(help_text="Kehadiran, angka, catatan, dan kesepakatan, beku sejak sesi ditutup.")
    pembuka = models.TextField(max_length=3000)
    penutup = models.TextField(max_length=3000)
    nomor_naskah = models.CharField("nomor naskah", max_length=80, blank=True, default="")
    status = models.CharField(max_length=12, choices=StatusBeritaAcara, default=StatusBeritaAcara.RANCANGAN)
    versi = models.PositiveIntegerField(default=1)
    alasan_revisi = models.CharField("alasan revisi", max_length=500, blank=True, default="")
    dibuat_pada = models.DateTimeField()
    dibuat_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    daerah_pada = models.DateTimeField(null=True, blank=True)
    daerah_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    provinsi_pada = models.DateTimeField(null=True, blank=True)
    provinsi_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    terbit_pada = models.DateTimeField(null=True, blank=True)
    pindaian = models.CharField(max_length=120, blank=True, default="", help_text="Tempat pindaian bertanda tangan.")
    pindaian_tipe = models.CharField(max_length=40, blank=True, default="")
    pindaian_sha256 = models.CharField(max_length=64, blank=True, default="")
    pindaian_pada = models.DateTimeField(null=True, blank=True)
    pindaian_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "berita acara"
        verbose_name_plural = "berita acara"
        ordering = ["jadwal", "urut", "revisi"]
        constraints = [
            choices_valid("beritaacara", "jenis", JenisBeritaAcara),
            choices_valid("beritaacara", "status", StatusBeritaAcara),
            models.UniqueConstraint(fields=["jadwal", "urut", "revisi"], name="beritaacara_urut_unik"),
            models.UniqueConstraint(
                fields=["sesi"], condition=~Q(status=StatusBeritaAcara.DIGANTIKAN), name="beritaacara_satu_berlaku",
                violation_error_message="Sesi ini sudah punya berita acara yang berlaku.",
            ),
            models.UniqueConstraint(
                fields=["nomor_naskah"], condition=~Q(nomor_naskah="") & ~Q(status=StatusBeritaAcara.DIGANTIKAN),
                name="beritaacara_nomor_naskah_unik",
                violation_error_message="Nomor naskah ini sudah dipakai berita acara lain.",
            ),
            rule(
                "beritaacara_terbit_bertanggal",
                ~Q(status=StatusBeritaAcara.TERBIT) | Q(terbit_pada__isnull=False, provinsi_pada__isnull=False),
                "Berita acara yang terbit harus dikonfirmasi dan bertanggal.",
            ),
            rule(
                "beritaacara_revisi_beralasan",
                Q(revisi=1) | ~Q(alasan_revisi=""),
                "Revisi berita acara harus punya alasan.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Berita acara {self.kode}"


auditlog.register(BeritaAcara, exclude_fields=["isi"])
