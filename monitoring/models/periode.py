from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.access import sees_registry
from core.constraints import choices_valid, rule
from core.enums import MacamJejak
from core.models import Pengguna
from core.models.trail import register_trail
from monitoring.enums import GerakPeriode, PerubahanPeriode, StatusPeriode
from rusun.enums import Peruntukan

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def default_scope() -> list[str]:
    """The recap counts rusun for MBR and pekerja, as in 2021."""
    return [Peruntukan.MBR, Peruntukan.PEKERJA]


class PeriodeQuerySet(models.QuerySet["PeriodeMonitoring"]):
    def visible_to(self, pengguna: Pengguna | AnonymousUser) -> PeriodeQuerySet:
        """Heads and province see every period; an operator those to which the own kabupaten/kota is invited."""
        if not pengguna.is_authenticated or not sees_registry(pengguna):
            return self.none()
        if pengguna.kabupaten_kota_id:
            return self.filter(isian__kabupaten_kota=pengguna.kabupaten_kota_id).exclude(status=StatusPeriode.DISIAPKAN)
        return self


class PeriodeMonitoring(models.Model):
    """A monitoring period: who is invited, which figures count, until when."""

    slug = models.SlugField("alamat singkat", max_length=40, unique=True)
    judul = models.CharField(max_length=160)
    tanggal_posisi = models.DateField("posisi data", help_text="Tanggal yang digambarkan oleh rekap.")
    cakupan = models.JSONField("peruntukan yang dihitung", default=default_scope)
    mulai = models.DateField("mulai")
    batas_waktu = models.DateField("batas waktu", help_text="Kiriman setelah tanggal ini ditandai terlambat.")
    hari_terakhir = models.DateField(
        "hari terakhir", help_text="Setelah tanggal ini kiriman ditolak, kecuali dikecualikan."
    )
    status = models.CharField(max_length=15, choices=StatusPeriode, default=StatusPeriode.DISIAPKAN, editable=False)
    keputusan = models.TextField(
        "keputusan yang dimohon", max_length=2000, blank=True, default="", help_text="Satu butir per baris."
    )
    catatan_penetapan = models.TextField(blank=True, default="", editable=False)
    ditetapkan_pada = models.DateTimeField(null=True, blank=True, editable=False)
    ditetapkan_oleh = models.ForeignKey(
        Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    tetapan = models.JSONField(
        null=True,
        editable=False,
        help_text="Yang dicetak rekap di luar kiriman, sejak ditetapkan: lihat rekap.tetapan.",
    )
    contoh = models.BooleanField("data contoh", default=False, editable=False)

    objects = PeriodeQuerySet.as_manager()

    class Meta:
        verbose_name = "periode monitoring"
        verbose_name_plural = "periode monitoring"
        ordering = ["-mulai"]
        constraints = [
            choices_valid("periode", "status", StatusPeriode),
            rule(
                "periode_tanggal_urut",
                Q(mulai__lte=F("batas_waktu")) & Q(batas_waktu__lte=F("hari_terakhir")),
                "Urutan tanggal: mulai, batas waktu, lalu hari terakhir.",
            ),
            rule(
                "periode_penetapan_lengkap",
                Q(status=StatusPeriode.DITETAPKAN, ditetapkan_pada__isnull=False, ditetapkan_oleh__isnull=False)
                | (~Q(status=StatusPeriode.DITETAPKAN) & Q(ditetapkan_pada__isnull=True)),
                "Periode yang ditetapkan harus mencatat kapan dan oleh siapa.",
            ),
            rule(
                "periode_tetapan_sesudah_penetapan",
                Q(status=StatusPeriode.DITETAPKAN) | Q(tetapan__isnull=True),
                "Yang dicetak rekap baru tetap sejak periode ditetapkan.",
            ),
        ]

    def __str__(self) -> str:
        return self.judul

    def get_absolute_url(self) -> str:
        return reverse("monitoring:periode_detail", args=[self.slug])


class RiwayatPeriodeQuerySet(models.QuerySet["RiwayatPeriode"]):
    def visible_to(self, pengguna: Pengguna | AnonymousUser) -> RiwayatPeriodeQuerySet:
        """What happened to a period whoever may see it may read; only the province who else was
        invited and why, and what the governor is asked."""
        if not pengguna.is_authenticated or not sees_registry(pengguna):
            return self.none()
        inside = [PerubahanPeriode.UNDANG, PerubahanPeriode.KEPUTUSAN]
        return self.exclude(gerak__in=inside) if pengguna.kabupaten_kota_id else self


PERISTIWA = [*GerakPeriode.choices, *PerubahanPeriode.choices]


class RiwayatPeriode(models.Model):
    """Every move of a period, and every change to its dates and its invited: who, when, what (`rincian`), why."""

    periode = models.ForeignKey(PeriodeMonitoring, on_delete=models.PROTECT, related_name="riwayat")
    gerak = models.CharField(max_length=20, choices=PERISTIWA)
    dari = models.CharField(max_length=15, choices=StatusPeriode)
    ke = models.CharField(max_length=15, choices=StatusPeriode)
    waktu = models.DateTimeField()
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    alasan = models.CharField(max_length=1000, blank=True, default="")
    rincian = models.TextField(blank=True, default="")

    objects = RiwayatPeriodeQuerySet.as_manager()

    class Meta:
        verbose_name = "riwayat periode"
        verbose_name_plural = "riwayat periode"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.periode}: {self.get_gerak_display()}"


register_trail(RiwayatPeriode, MacamJejak.GERAK, subjek="periode", terkait=("periode",))
