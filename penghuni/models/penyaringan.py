"""What the screening found about a household, under which rules, and the run that brings it up to date."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from core.constraints import choices_valid, rule
from core.enums import MacamJejak
from core.models import KabupatenKota, Pengguna
from core.models.trail import register_trail
from penghuni import enums

from .ketentuan import SkemaKepemilikan
from .penghuni import Hunian, Penghuni, PenghuniQuerySet, PersonalQuerySet


class VersiQuerySet(models.QuerySet["VersiAturan"]):
    def with_results(self) -> Self:
        """Versions that somebody was screened under."""
        return self.filter(Exists(HasilPenyaringan.objects.filter(versi_aturan=OuterRef("pk"))))


class VersiAturan(models.Model):
    """The rules of one day as they were read: `isi` stays when the tables change, so old results can be explained."""

    kode = models.CharField(max_length=12, primary_key=True)
    tanggal = models.DateField("aturan per tanggal")
    isi = models.JSONField()
    dicatat_pada = models.DateTimeField()
    dipakai_sejak = models.DateTimeField(
        default=timezone.now, help_text="Sejak kapan dipakai, terakhir kali sesudah versi lain."
    )

    objects = VersiQuerySet.as_manager()

    class Meta:
        verbose_name = "versi aturan"
        verbose_name_plural = "versi aturan"
        ordering = ["-dicatat_pada"]

    def __str__(self) -> str:
        return self.kode


class HasilPenyaringanQuerySet(PersonalQuerySet["HasilPenyaringan"]):
    def under(self, versi: str) -> Self:
        """Results under one version of the rules."""
        return self.filter(versi_aturan=versi)


class HasilPenyaringan(models.Model):
    """One household against one scheme under one version of the rules. Advice for people, never a decision.

    Written and removed by `penghuni.penyaringan` alone, which keeps the totals.
    """

    REGION_PATH: ClassVar[str] = "kabupaten_kota"

    # Millions of rows are written by a run, and asked for by the two indexes below only: none per column.
    penghuni = models.ForeignKey(Penghuni, on_delete=models.PROTECT, related_name="hasil_penyaringan", db_index=False)
    kabupaten_kota = models.ForeignKey(KabupatenKota, on_delete=models.PROTECT, related_name="+", db_index=False)
    skema = models.ForeignKey(SkemaKepemilikan, on_delete=models.PROTECT, related_name="+", db_index=False)
    versi_aturan = models.ForeignKey(VersiAturan, on_delete=models.PROTECT, related_name="+", db_index=False)
    versi_penghuni = models.PositiveIntegerField()
    hasil = models.CharField(max_length=16, choices=enums.HasilSaring)
    rincian = models.JSONField(help_text="Daftar kriteria: kode, keadaan, nilai, ambang.")
    dihitung_pada = models.DateTimeField()

    objects = HasilPenyaringanQuerySet.as_manager()

    class Meta:
        verbose_name = "hasil penyaringan"
        verbose_name_plural = "hasil penyaringan"
        ordering = ["penghuni", "skema"]
        constraints = [
            models.UniqueConstraint(fields=["penghuni", "versi_aturan", "skema"], name="hasilpenyaringan_satu"),
            choices_valid("hasilpenyaringan", "hasil", enums.HasilSaring),
        ]
        indexes = [
            models.Index(fields=["versi_aturan", "skema", "hasil", "kabupaten_kota"], name="hasilpenyaringan_jumlah")
        ]

    def __str__(self) -> str:
        return f"{self.skema_id} {self.hasil}"


class JumlahPenyaringan(models.Model):
    """How many results of a kind a kabupaten/kota has for a scheme, as changes to be added up.

    Several rows may tell of the same kind: whoever stores results adds a change and waits for nobody. A run folds them.
    """

    REGION_PATH: ClassVar[str] = "kabupaten_kota"

    versi_aturan = models.ForeignKey(VersiAturan, on_delete=models.PROTECT, related_name="+")
    kabupaten_kota = models.ForeignKey(KabupatenKota, on_delete=models.PROTECT, related_name="+", db_index=False)
    skema = models.ForeignKey(SkemaKepemilikan, on_delete=models.PROTECT, related_name="+", db_index=False)
    hasil = models.CharField(max_length=16, choices=enums.HasilSaring)
    jumlah = models.IntegerField()

    objects = PersonalQuerySet.as_manager()

    class Meta:
        verbose_name = "jumlah penyaringan"
        verbose_name_plural = "jumlah penyaringan"
        ordering = ["id"]
        constraints = [choices_valid("jumlahpenyaringan", "hasil", enums.HasilSaring)]

    def __str__(self) -> str:
        return f"{self.skema_id} {self.hasil} {self.jumlah:+}"


class PutaranPenyaringan(models.Model):
    """A run that screens again whoever changed, or everybody when the rules did. One at a time."""

    versi_aturan = models.ForeignKey(VersiAturan, on_delete=models.PROTECT, related_name="+")
    dimulai_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dimulai = models.DateTimeField()
    denyut = models.DateTimeField("tanda terakhir")
    berjalan = models.BooleanField(default=True)
    selesai = models.DateTimeField(null=True, blank=True)
    jumlah = models.PositiveIntegerField("yang harus disaring", default=0)
    sudah = models.PositiveIntegerField("yang sudah disaring", default=0)
    pesan = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "putaran penyaringan"
        verbose_name_plural = "putaran penyaringan"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["berjalan"], condition=Q(berjalan=True), name="putaranpenyaringan_satu_berjalan"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sudah}/{self.jumlah}"


SEALED_OF_HOUSEHOLD = ("penghuni__nik", "penghuni__no_kk", "penghuni__telepon")
"""What a list of results or candidates leaves out: opening numbers that nobody sees costs the most."""


class CalonQuerySet(PersonalQuerySet["CalonPemilikRumah"]):
    def named(self) -> Self:
        """Those who were not anonymised since; of the others only figures stay."""
        return self.filter(penghuni__dianonimkan_pada__isnull=True)

    def with_home(self) -> Self:
        """Each with region, scheme and `penghuni.hunian_terbuka`: a list of the stay that has not ended, or empty."""
        stays = Hunian.objects.open().select_related("blok__rusun")
        rows = self.select_related("penghuni__kabupaten_kota", "skema").defer(*SEALED_OF_HOUSEHOLD)
        return rows.prefetch_related(Prefetch("penghuni__hunian", stays, to_attr="hunian_terbuka"))

    def in_progress(self) -> Self:
        """Those on their way: neither housed nor dropped."""
        return self.named().exclude(tahap__in=(enums.TahapCalon.MENDAPAT_RUMAH, enums.TahapCalon.BATAL))


class CalonPemilikRumah(models.Model):
    """A household on its way to a home of its own. Every step is a person's decision."""

    DATA_PRIBADI: ClassVar[bool] = True
    REGION_PATH: ClassVar[str] = "penghuni__kabupaten_kota"

    penghuni = models.OneToOneField(Penghuni, on_delete=models.PROTECT, related_name="calon", primary_key=True)
    tahap = models.CharField(max_length=15, choices=enums.TahapCalon, default=enums.TahapCalon.DISARING)
    tahap_sejak = models.DateTimeField("pada tahap ini sejak")
    skema = models.ForeignKey(
        SkemaKepemilikan, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="skema yang dituju",
    )  # fmt: skip
    versi_aturan = models.ForeignKey(
        VersiAturan, on_delete=models.PROTECT, null=True, related_name="+", help_text="Aturan saat keputusan terakhir."
    )
    versi = models.PositiveIntegerField(default=1, editable=False)
    diubah = models.DateTimeField(editable=False)
    diubah_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, related_name="+", editable=False)

    objects = CalonQuerySet.as_manager()

    class Meta:
        verbose_name = "calon peserta program"
        verbose_name_plural = "calon peserta program"
        ordering = ["-tahap_sejak", "penghuni"]
        constraints = [
            choices_valid("calonpemilikrumah", "tahap", enums.TahapCalon),
            rule(
                "calonpemilikrumah_skema_dipilih",
                ~Q(tahap__in=(enums.TahapCalon.DIUSULKAN, enums.TahapCalon.MENDAPAT_RUMAH)) | Q(skema__isnull=False),
                "Pilih skema yang dituju sebelum mengusulkan.",
            ),
        ]
        indexes = [models.Index(fields=["tahap", "-tahap_sejak"], name="calonpemilikrumah_tahap")]

    def __str__(self) -> str:
        return str(self.penghuni)

    @property
    def nama_skema(self) -> str:
        """The scheme aimed at; "" while none is chosen."""
        return self.skema.nama if self.skema else ""


class RiwayatCalon(models.Model):
    """One decision about a candidate, with what the screening said at that moment. Written once."""

    calon = models.ForeignKey(CalonPemilikRumah, on_delete=models.PROTECT, related_name="riwayat")
    waktu = models.DateTimeField()
    oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    dari = models.CharField(max_length=15, choices=enums.TahapCalon, blank=True)
    ke = models.CharField(max_length=15, choices=enums.TahapCalon)
    skema = models.ForeignKey(SkemaKepemilikan, on_delete=models.PROTECT, null=True, related_name="+")
    catatan = models.CharField(max_length=500, blank=True)
    versi_aturan = models.ForeignKey(VersiAturan, on_delete=models.PROTECT, null=True, related_name="+")
    hasil = models.JSONField(default=dict, help_text="Kode skema dan hasilnya ketika diputuskan.")

    class Meta:
        verbose_name = "riwayat calon"
        verbose_name_plural = "riwayat calon"
        ordering = ["-id"]
        constraints = [
            choices_valid("riwayatcalon", "dari", enums.TahapCalon, blank=True),
            choices_valid("riwayatcalon", "ke", enums.TahapCalon),
        ]

    def __str__(self) -> str:
        before = self.get_dari_display()
        return f"{before} → {self.get_ke_display()}" if before else f"Calon: {self.get_ke_display()}"

    @property
    def layak(self) -> list[str]:
        """Codes of the schemes that the screening spoke for at that moment."""
        return [kode for kode, hasil in self.hasil.items() if hasil == enums.HasilSaring.LAYAK_AWAL]


register_trail(RiwayatCalon, MacamJejak.GERAK, pelaku="oleh", subjek="calon", terkait=("calon", "skema"), pribadi=True)


def to_screen(penghuni: PenghuniQuerySet, versi: str) -> PenghuniQuerySet:
    """Of `penghuni`, those who live somewhere and have no result under `versi` for their present data."""
    fresh = HasilPenyaringan.objects.filter(
        penghuni=OuterRef("pk"), versi_aturan=versi, versi_penghuni=OuterRef("versi")
    )
    return penghuni.filter(Exists(Hunian.objects.open().filter(penghuni=OuterRef("pk"))), ~Exists(fresh))
