from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.constraints import choices_valid, rule
from core.models import KabupatenKota, Pengguna
from core.scope import ScopedQuerySet
from core.sealed import SealedField
from monitoring.enums import StatusImpor

from .isian import Isian

BEKERJA = (StatusImpor.DIUNGGAH, StatusImpor.DISETUJUI)
"""States in which the runner has something to do."""


class ImporQuerySet(ScopedQuerySet["Impor"]):
    def unfinished(self) -> ImporQuerySet:
        """Those the runner still has to work on."""
        return self.filter(status__in=BEKERJA)

    def light(self) -> ImporQuerySet:
        """Without the sealed texts, which no list shows."""
        return self.defer("hasil", "pemulihan")


class Impor(models.Model):
    """A workbook that was sent in: who, when, what it would change, what became of it. Files are kept sealed.

    `hasil` is the preview (see `monitoring.impor.ringkasan`), `pemulihan` what would undo it; both may name residents.
    """

    REGION_PATH: ClassVar[str] = "kabupaten_kota"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kabupaten_kota = models.ForeignKey(
        KabupatenKota, on_delete=models.PROTECT, related_name="impor", verbose_name="kabupaten/kota"
    )
    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, null=True, blank=True, related_name="impor")
    diunggah_oleh = models.ForeignKey(
        Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Kosong: baris perintah."
    )
    diunggah_pada = models.DateTimeField()
    atas_nama = models.BooleanField(
        default=False, help_text="Diunggah provinsi atas nama kabupaten/kota, yang harus menyetujuinya."
    )
    nama_asli = models.CharField(max_length=200)
    ukuran = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    berkas = models.CharField(max_length=120, blank=True, default="", help_text="Kosong setelah masa simpan lewat.")
    balasan = models.CharField(max_length=120, blank=True, default="", help_text="Buku kerja yang dikembalikan.")
    berisi_penghuni = models.BooleanField(default=True, help_text="Memuat lembar Penghuni, atau belum diketahui.")

    status = models.CharField(max_length=12, choices=StatusImpor, default=StatusImpor.DIUNGGAH)
    kemajuan = models.PositiveSmallIntegerField(default=0, help_text="Persen.")
    tahap = models.CharField(max_length=80, blank=True, default="")
    percobaan = models.PositiveSmallIntegerField(default=0)
    kode_tolak = models.CharField(max_length=30, blank=True, default="")
    pesan = models.CharField(max_length=500, blank=True, default="")

    baru = models.PositiveIntegerField(default=0)
    berubah = models.PositiveIntegerField(default=0)
    sel_berubah = models.PositiveIntegerField(default=0)
    sama = models.PositiveIntegerField(default=0)
    hilang = models.PositiveIntegerField(default=0)
    diabaikan = models.PositiveIntegerField(default=0)
    kesalahan = models.PositiveIntegerField(default=0)
    baris_salah = models.PositiveIntegerField(default=0)
    peringatan = models.PositiveIntegerField(default=0)
    hasil = SealedField()
    rencana = models.CharField(max_length=64, blank=True, default="", help_text="Sidik rencana yang dipratinjau.")

    hanya_benar = models.BooleanField(default=False)
    diputuskan_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    diputuskan_pada = models.DateTimeField(null=True, blank=True)
    diterapkan_pada = models.DateTimeField(null=True, blank=True)
    pemulihan = SealedField()
    diurungkan_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    diurungkan_pada = models.DateTimeField(null=True, blank=True)

    objects = ImporQuerySet.as_manager()

    class Meta:
        verbose_name = "impor"
        verbose_name_plural = "impor"
        ordering = ["-diunggah_pada", "id"]
        indexes = [models.Index(fields=["kabupaten_kota", "-diunggah_pada"], name="impor_daerah_waktu")]
        constraints = [
            choices_valid("impor", "status", StatusImpor),
            rule(
                "impor_diterapkan_berwaktu",
                ~Q(status__in=[StatusImpor.DITERAPKAN, StatusImpor.DIURUNGKAN]) | Q(diterapkan_pada__isnull=False),
                "Impor yang diterapkan harus mencatat kapan.",
            ),
            rule(
                "impor_tolak_bernama",
                ~Q(status=StatusImpor.DITOLAK) | ~Q(kode_tolak=""),
                "Berkas yang ditolak harus menyebut sebabnya.",
            ),
        ]

    def __str__(self) -> str:
        return self.nama_asli

    def get_absolute_url(self) -> str:
        return reverse("impor:berkas", args=[self.pk])

    @property
    def sedang_bekerja(self) -> bool:
        return self.status in BEKERJA
