"""What is wrong with a location, and who does what by when: about a problem, or as agreed for the location."""

from __future__ import annotations

import datetime
from typing import ClassVar

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When

from core.constraints import choices_valid, rule
from core.models.acuan import TIDAK_DIRIWAYATKAN, AcuanRow
from core.models.rows import UuidRow
from core.scope import ScopedQuerySet
from rusun import enums

from .lokasi import Rusun


class KategoriPermasalahan(AcuanRow):
    """The taxonomy: code, aspect, name, and who usually does what."""

    kode = models.CharField(max_length=6, primary_key=True)
    aspek = models.CharField(max_length=30, choices=enums.Aspek)
    nama = models.CharField(max_length=120)
    penanggung_jawab_lazim = models.CharField(max_length=60, blank=True)
    tindak_lanjut_lazim = models.CharField(max_length=300, blank=True)
    aktif = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = "kategori permasalahan"
        verbose_name_plural = "kategori permasalahan"
        ordering = ["kode"]
        constraints = [choices_valid("kategoripermasalahan", "aspek", enums.Aspek)]

    def __str__(self) -> str:
        return f"{self.kode} {self.nama}"


SETTLED = [enums.StatusTindakLanjut.SELESAI, enums.StatusTindakLanjut.DILIMPAHKAN]


def overdue_on(hari_ini: datetime.date) -> Q:
    """Follow-ups that should have been done before `hari_ini` and are not settled; `rusun.daftar.days_late` of one."""
    return ~Q(status__in=SETTLED) & Q(batas_waktu__lt=hari_ini)


class PermasalahanQuerySet(ScopedQuerySet["Permasalahan"]):
    def active(self) -> PermasalahanQuerySet:
        """Problems of locations that are still in the registry."""
        return self.filter(rusun__ditutup_sejak__isnull=True)

    def unresolved(self) -> PermasalahanQuerySet:
        """Problems that still need work."""
        return self.exclude(status__in=SETTLED)

    def search(self, teks: str) -> PermasalahanQuerySet:
        """Problems whose location, category or description holds `teks`."""
        return self.filter(
            Q(rusun__nama__icontains=teks)
            | Q(rusun__kode__icontains=teks)
            | Q(kategori__nama__icontains=teks)
            | Q(uraian__icontains=teks)
        )

    def overdue(self, hari_ini: datetime.date) -> PermasalahanQuerySet:
        """Problems with an open follow-up that should have been done before `hari_ini`."""
        return self.filter(Exists(TindakLanjut.objects.filter(permasalahan=OuterRef("pk")).overdue(hari_ini)))

    def with_deadline(self) -> PermasalahanQuerySet:
        """Each with `batas_terdekat`: the first due date among its open follow-ups, or None."""
        open_ones = TindakLanjut.objects.filter(permasalahan=OuterRef("pk")).open().order_by("batas_waktu")
        return self.annotate(batas_terdekat=Subquery(open_ones.values("batas_waktu")[:1]))

    def most_urgent_first(self) -> PermasalahanQuerySet:
        """By due date, those without one last; then the gravest; then by location."""
        gravity = Case(*(When(tingkat=value, then=place) for place, value in enumerate(enums.Tingkat.values)))
        return self.with_deadline().order_by(
            F("batas_terdekat").asc(nulls_last=True), gravity.desc(), "rusun_id", "kategori_id", "id"
        )


class TindakLanjutQuerySet(ScopedQuerySet["TindakLanjut"]):
    def active(self) -> TindakLanjutQuerySet:
        """Follow-ups of locations that are still in the registry."""
        return self.filter(rusun__ditutup_sejak__isnull=True)

    def search(self, teks: str) -> TindakLanjutQuerySet:
        """Follow-ups whose location, text or who works on them holds `teks`."""
        return self.filter(
            Q(rusun__nama__icontains=teks)
            | Q(rusun__kode__icontains=teks)
            | Q(uraian__icontains=teks)
            | Q(pelaksana__icontains=teks)
            | Q(permasalahan__kategori__nama__icontains=teks)
        )

    def open(self) -> TindakLanjutQuerySet:
        """Follow-ups that still have to be done."""
        return self.exclude(status__in=SETTLED)

    def overdue(self, hari_ini: datetime.date) -> TindakLanjutQuerySet:
        """Open follow-ups that should have been done before `hari_ini`."""
        return self.filter(overdue_on(hari_ini))

    def with_evidence_count(self) -> TindakLanjutQuerySet:
        """Each with `jumlah_bukti`: how many files of evidence are in force."""
        return self.annotate(jumlah_bukti=Count("bukti", filter=Q(bukti__ditarik_pada__isnull=True)))


class Permasalahan(UuidRow):
    """A problem of a location. What is wrong is part of an isian and locks with it; the status never locks."""

    REGION_PATH: ClassVar[str] = "rusun__kabupaten_kota"

    rusun = models.ForeignKey(Rusun, on_delete=models.CASCADE, related_name="permasalahan")
    kategori = models.ForeignKey(KategoriPermasalahan, on_delete=models.PROTECT, related_name="permasalahan")
    tingkat = models.CharField(max_length=8, choices=enums.Tingkat)
    unit_terdampak = models.PositiveIntegerField("unit terdampak", default=0)
    uraian = models.TextField(max_length=2000)
    penanggung_jawab = models.CharField(max_length=15, choices=enums.Pihak)
    perkiraan_biaya = models.PositiveBigIntegerField(
        "perkiraan biaya (Rp)", null=True, blank=True, validators=[MaxValueValidator(10**14, "Nilai terlalu besar.")]
    )
    status = models.CharField(max_length=12, choices=enums.StatusTindakLanjut, default=enums.StatusTindakLanjut.BELUM)
    asal_data = models.CharField(max_length=10, choices=enums.AsalData, default=enums.AsalData.DAERAH, editable=False)
    sumber = models.CharField(max_length=200, blank=True, default="", editable=False)

    objects = PermasalahanQuerySet.as_manager()

    class Meta:
        verbose_name = "permasalahan"
        verbose_name_plural = "permasalahan"
        ordering = ["rusun", "kategori", "id"]
        constraints = [
            choices_valid("permasalahan", "tingkat", enums.Tingkat),
            choices_valid("permasalahan", "penanggung_jawab", enums.Pihak),
            choices_valid("permasalahan", "status", enums.StatusTindakLanjut),
        ]

    def __str__(self) -> str:
        return f"{self.kategori_id} {self.rusun_id}"


class TindakLanjut(UuidRow):
    """Who does what by when. Open ones roll over into the next period; never locked.

    Without `permasalahan` it was agreed for the location, at a desk meeting, and answers no recorded problem.
    """

    REGION_PATH: ClassVar[str] = "rusun__kabupaten_kota"

    rusun = models.ForeignKey(Rusun, on_delete=models.CASCADE, related_name="tindak_lanjut")
    permasalahan = models.ForeignKey(
        Permasalahan, on_delete=models.CASCADE, null=True, blank=True, related_name="tindak_lanjut"
    )
    uraian = models.CharField("tindak lanjut", max_length=500)
    penanggung_jawab = models.CharField(max_length=15, choices=enums.Pihak)
    pelaksana = models.CharField("dinas atau orang yang mengerjakan", max_length=160, blank=True, default="")
    unit = models.PositiveIntegerField(
        "unit yang dituju", null=True, blank=True, help_text="Unit yang kembali dapat dihuni bila ini selesai."
    )
    batas_waktu = models.DateField()
    status = models.CharField(max_length=12, choices=enums.StatusTindakLanjut, default=enums.StatusTindakLanjut.BELUM)
    keterangan = models.CharField(max_length=500, blank=True, default="")
    selesai_pada = models.DateField(null=True, blank=True)
    disepakati = models.BooleanField(
        default=False, editable=False, help_text="Disepakati bersama pada desk: hanya status dan keterangannya berubah."
    )

    objects = TindakLanjutQuerySet.as_manager()

    class Meta:
        verbose_name = "tindak lanjut"
        verbose_name_plural = "tindak lanjut"
        ordering = ["batas_waktu", "id"]
        constraints = [
            choices_valid("tindaklanjut", "penanggung_jawab", enums.Pihak),
            choices_valid("tindaklanjut", "status", enums.StatusTindakLanjut),
            rule(
                "tindaklanjut_selesai_bertanggal",
                Q(status=enums.StatusTindakLanjut.SELESAI, selesai_pada__isnull=False)
                | (~Q(status=enums.StatusTindakLanjut.SELESAI) & Q(selesai_pada__isnull=True)),
                "Tindak lanjut yang selesai harus punya tanggal selesai, yang lain tidak.",
            ),
        ]

    def __str__(self) -> str:
        return self.uraian


for model in (Permasalahan, TindakLanjut):
    auditlog.register(model, exclude_fields=["versi", "diubah", "diubah_oleh"])
auditlog.register(KategoriPermasalahan, exclude_fields=[*TIDAK_DIRIWAYATKAN, "permasalahan"])
