"""The register of issued documents."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from typing import Any, ClassVar, Final, NoReturn

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.constraints import choices_valid, rule
from core.models import KabupatenKota, Pengguna
from core.models.trail import AppendOnlyError
from core.scope import ScopedQuerySet
from monitoring.enums import JenisDokumen, StatusDokumen

from .periode import PeriodeMonitoring

CHANGEABLE: Final = frozenset(
    {"status", "pindaian", "pindaian_tipe", "pindaian_sha256", "pindaian_pada", "pindaian_oleh"}
)
"""Superseding and the signed paper come later; all else stays as it was issued."""


def check_code() -> str:
    """128 random bits in letters and digits that are typed without a shift key."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


class Penerbitan(models.Model):
    """How issuing the documents of a period goes; what is owed is written nowhere (`monitoring.dokumen.terbit`)."""

    periode = models.OneToOneField(
        PeriodeMonitoring, on_delete=models.PROTECT, primary_key=True, related_name="penerbitan"
    )
    diminta_pada = models.DateTimeField(null=True, blank=True, help_text="Kapan sebuah proses terakhir diminta mulai.")
    percobaan = models.PositiveSmallIntegerField(default=0, help_text="Mulai berapa kali sejak dokumen terakhir jadi.")
    pesan = models.CharField(max_length=300, blank=True, default="", help_text="Mengapa berhenti sebelum selesai.")

    class Meta:
        verbose_name = "penerbitan"
        verbose_name_plural = "penerbitan"

    def __str__(self) -> str:
        return f"Penerbitan dokumen {self.periode_id}"


class DokumenQuerySet(ScopedQuerySet["Dokumen"]):
    """An operator sees the documents of the own kabupaten/kota; those of the province belong to no region."""

    def update(self, **kwargs: Any) -> int:
        if kwargs.keys() - CHANGEABLE:
            raise AppendOnlyError
        return super().update(**kwargs)

    def delete(self) -> NoReturn:
        raise AppendOnlyError


class Dokumen(models.Model):
    """A paper as it was issued: its bytes, their hash, and the code by which anybody can check it.

    Append-only but for its status and the signed paper. A wrong one is superseded by a revision, never overwritten.
    """

    REGION_PATH: ClassVar[str] = "kabupaten_kota"

    periode = models.ForeignKey(PeriodeMonitoring, on_delete=models.PROTECT, related_name="dokumen")
    kabupaten_kota = models.ForeignKey(
        KabupatenKota, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Kosong: provinsi."
    )
    jenis = models.CharField(max_length=20, choices=JenisDokumen)
    revisi = models.PositiveSmallIntegerField(default=1)
    kode = models.CharField("kode dokumen", max_length=70)
    kode_cek = models.CharField("kode pemeriksaan", max_length=26, default=check_code)
    status = models.CharField(max_length=12, choices=StatusDokumen, default=StatusDokumen.BERLAKU)
    judul = models.CharField(max_length=240)
    tanggal_terbit = models.DateTimeField()
    diterbitkan_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    alasan_revisi = models.CharField("alasan revisi", max_length=500, blank=True, default="")
    ringkasan = models.JSONField(help_text="Jumlah saja, tanpa data pribadi.")
    berkas = models.CharField(max_length=120, help_text="Tempat PDF yang diterbitkan.")
    ukuran = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    menggantikan = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="digantikan_oleh"
    )
    pindaian = models.CharField(max_length=120, blank=True, default="", help_text="Tempat pindaian bertanda tangan.")
    pindaian_tipe = models.CharField(max_length=40, blank=True, default="")
    pindaian_sha256 = models.CharField(max_length=64, blank=True, default="")
    pindaian_pada = models.DateTimeField(null=True, blank=True)
    pindaian_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = DokumenQuerySet.as_manager()

    class Meta:
        verbose_name = "dokumen"
        verbose_name_plural = "dokumen"
        ordering = ["periode", "jenis", "kabupaten_kota", "revisi"]
        constraints = [
            choices_valid("dokumen", "jenis", JenisDokumen),
            choices_valid("dokumen", "status", StatusDokumen),
            models.UniqueConstraint(
                fields=["kode"], name="dokumen_kode_unik",
                violation_error_message="Kode dokumen ini sudah dipakai dokumen lain.",
            ),
            models.UniqueConstraint(
                fields=["kode_cek"], name="dokumen_kode_cek_unik",
                violation_error_message="Kode pemeriksaan ini sudah dipakai dokumen lain.",
            ),
            # Two, because two empty regions are never equal to a database.
            models.UniqueConstraint(
                fields=["periode", "jenis"], name="dokumen_satu_berlaku_provinsi",
                condition=Q(status=StatusDokumen.BERLAKU, kabupaten_kota__isnull=True),
                violation_error_message="Dokumen provinsi jenis ini sudah ada yang berlaku pada periode ini.",
            ),
            models.UniqueConstraint(
                fields=["periode", "jenis", "kabupaten_kota"], name="dokumen_satu_berlaku_daerah",
                condition=Q(status=StatusDokumen.BERLAKU, kabupaten_kota__isnull=False),
                violation_error_message="Kabupaten/kota ini sudah punya dokumen jenis ini yang berlaku.",
            ),
            rule(
                "dokumen_wilayah_sesuai_jenis",
                Q(jenis=JenisDokumen.REKAP_PROVINSI, kabupaten_kota__isnull=True)
                | Q(jenis=JenisDokumen.REKAP_DAERAH, kabupaten_kota__isnull=False),
                "Rekap provinsi tidak bernama kabupaten/kota; rekap kabupaten/kota harus bernama.",
            ),
            rule(
                "dokumen_revisi_beralasan",
                Q(revisi=1, menggantikan__isnull=True)
                | Q(revisi__gt=1, menggantikan__isnull=False) & ~Q(alasan_revisi=""),
                "Revisi dokumen harus punya alasan dan menyebut yang digantikan.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.kode

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        fields = None if update_fields is None else list(update_fields)
        if not self._state.adding and (fields is None or set(fields) - CHANGEABLE):
            raise AppendOnlyError
        super().save(*args, update_fields=fields, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("monitoring:dokumen_unduh", args=[self.periode.slug, self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError
