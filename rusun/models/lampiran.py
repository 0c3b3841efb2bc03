from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.constraints import choices_valid, rule
from core.models.rows import UuidRow
from core.scope import ScopedQuerySet
from rusun import enums

from .lokasi import Rusun
from .permasalahan import TindakLanjut


class LampiranQuerySet(ScopedQuerySet["Lampiran"]):
    def current(self) -> LampiranQuerySet:
        """Files that were not retired."""
        return self.filter(ditarik_pada__isnull=True)

    def of_location(self) -> LampiranQuerySet:
        """Papers of the location itself, without the evidence of its follow-ups."""
        return self.filter(tindak_lanjut__isnull=True)


class Lampiran(UuidRow):
    """A file of a location or the evidence of a follow-up. Served through the scope only; retired, never deleted."""

    REGION_PATH: ClassVar[str] = "rusun__kabupaten_kota"

    rusun = models.ForeignKey(Rusun, on_delete=models.PROTECT, related_name="lampiran")
    tindak_lanjut = models.ForeignKey(
        TindakLanjut, on_delete=models.PROTECT, null=True, blank=True, related_name="bukti"
    )
    jenis = models.CharField(max_length=15, choices=enums.JenisLampiran)
    keterangan = models.CharField(max_length=200, blank=True, default="")
    nama_asli = models.CharField(max_length=200)
    tipe = models.CharField(max_length=40, help_text="Ditetapkan dari isi berkas, bukan dari namanya.")
    ukuran = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    berkas = models.CharField(max_length=120, unique=True, help_text="Letak di bawah MEDIA_ROOT; nama dibuat sistem.")
    ditarik_pada = models.DateTimeField(null=True, blank=True)
    alasan_ditarik = models.CharField(max_length=200, blank=True, default="")

    objects = LampiranQuerySet.as_manager()

    class Meta:
        verbose_name = "lampiran"
        verbose_name_plural = "lampiran"
        ordering = ["rusun", "jenis", "diubah"]
        constraints = [
            choices_valid("lampiran", "jenis", enums.JenisLampiran),
            rule(
                "lampiran_bukti_tindak_lanjut",
                Q(jenis=enums.JenisLampiran.BUKTI, tindak_lanjut__isnull=False)
                | (~Q(jenis=enums.JenisLampiran.BUKTI) & Q(tindak_lanjut__isnull=True)),
                "Bukti selalu milik satu tindak lanjut, lampiran lain tidak.",
            ),
            rule(
                "lampiran_penarikan_beralasan",
                Q(ditarik_pada__isnull=True) | ~Q(alasan_ditarik=""),
                "Penarikan lampiran harus disertai alasan.",
            ),
        ]

    def __str__(self) -> str:
        return self.nama_asli

    @property
    def akhiran(self) -> str:
        """What kind of file it is, by its content: `pdf`, `jpg` or `png`."""
        return self.berkas.rsplit(".", 1)[-1]
