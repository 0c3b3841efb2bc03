"""The desk: its schedule, the sessions with each kabupaten/kota, who was there, what was agreed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.access import sees_registry
from core.constraints import choices_valid, rule
from core.enums import MacamJejak
from core.models import Pengguna
from core.models.trail import register_trail
from core.scope import ModelT, ScopedQuerySet
from monitoring.enums import JenisButir, JenisSesi, LangkahSesi, StatusSesi
from rusun.models import TindakLanjut

from .catatan import Alamatan
from .isian import Isian
from .kiriman import Kiriman
from .periode import PeriodeMonitoring

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

HURUF = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What codes are made of: nothing that is read wrongly on paper or over the telephone."""


def random_code(length: int = 10) -> str:
    """A code nobody can guess: 31 ** 10 is about 2 ** 49."""
    return "".join(secrets.choice(HURUF) for _ in range(length))


class HariLibur(models.Model):
    """A day on which no desk is held while `aktif`: one taken off the list is kept, so no seed brings it back."""

    tanggal = models.DateField(primary_key=True)
    nama = models.CharField("nama hari libur", max_length=120)
    aktif = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = "hari libur"
        verbose_name_plural = "hari libur"
        ordering = ["tanggal"]

    def __str__(self) -> str:
        return self.nama


class JadwalDesk(models.Model):
    """How the desk of a period is laid out. `versi` counts what was published; 0: nothing yet."""

    periode = models.OneToOneField(PeriodeMonitoring, on_delete=models.PROTECT, related_name="jadwal_desk")
    mulai = models.DateField("hari pertama", help_text="Rapat pembukaan diadakan pada pagi hari ini.")
    jumlah_hari = models.PositiveSmallIntegerField(
        "jumlah hari kerja", default=4, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    jam_mulai = models.TimeField("mulai pukul")
    jam_selesai = models.TimeField("selesai pukul")
    ruang = models.PositiveSmallIntegerField(
        "ruang bersamaan", default=1, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    menit_dasar = models.PositiveSmallIntegerField(
        "menit per sesi", default=30, validators=[MinValueValidator(10), MaxValueValidator(240)]
    )
    menit_per_lokasi = models.PositiveSmallIntegerField(
        "tambahan menit per lokasi", default=5, validators=[MaxValueValidator(60)],
        help_text="Sesi kabupaten/kota dengan banyak lokasi menjadi lebih panjang.",
    )  # fmt: skip
    jeda = models.PositiveSmallIntegerField("jeda antarsesi (menit)", default=10, validators=[MaxValueValidator(60)])
    tautan = models.URLField("tautan rapat daring", max_length=300, blank=True, default="")
    versi = models.PositiveSmallIntegerField(default=0, editable=False)
    susunan = models.PositiveIntegerField(default=0, editable=False, help_text="Naik pada setiap penyusunan.")

    class Meta:
        verbose_name = "jadwal desk"
        verbose_name_plural = "jadwal desk"
        constraints = [
            rule("jadwaldesk_jam_urut", Q(jam_selesai__gt=F("jam_mulai")), "Jam selesai harus sesudah jam mulai."),
        ]

    def __str__(self) -> str:
        return f"Jadwal {self.periode}"


class TerbitanJadwal(models.Model):
    """A published schedule: all slots as they stood, and what differs from the version before. Never changed."""

    jadwal = models.ForeignKey(JadwalDesk, on_delete=models.PROTECT, related_name="terbitan")
    versi = models.PositiveSmallIntegerField()
    waktu = models.DateTimeField()
    oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    isi = models.JSONField(help_text="Sesi -> [mulai, selesai, ruang, verifikator].")
    perubahan = models.JSONField(default=list, help_text="Kalimat-kalimat tentang yang berubah.")

    class Meta:
        verbose_name = "terbitan jadwal"
        verbose_name_plural = "terbitan jadwal"
        ordering = ["-versi"]
        constraints = [models.UniqueConstraint(fields=["jadwal", "versi"], name="terbitanjadwal_versi_unik")]

    def __str__(self) -> str:
        return f"{self.jadwal}, versi {self.versi}"


AKTIF = [StatusSesi.TERJADWAL, StatusSesi.BERLANGSUNG, StatusSesi.JEDA, StatusSesi.DITUTUP]
"""A kabupaten/kota has at most one session in one of these: what failed is held again in a new one."""
HIDUP = [StatusSesi.BERLANGSUNG, StatusSesi.JEDA]


class SesiDeskQuerySet(ScopedQuerySet["SesiDesk"]):
    def visible_to(self, pengguna: Pengguna | AnonymousUser) -> Self:
        """An operator sees the own sessions and the opening of the periods the own kabupaten/kota is invited to."""
        if not pengguna.is_authenticated or not pengguna.is_active or not sees_registry(pengguna):
            return self.none()
        if pengguna.kabupaten_kota_id:
            own = Q(isian__kabupaten_kota=pengguna.kabupaten_kota_id) | Q(jenis=JenisSesi.PEMBUKAAN)
            invited = PeriodeMonitoring.objects.visible_to(pengguna).values("pk")
            return self.filter(own, jadwal__periode__in=invited, jadwal__versi__gt=0)
        return self

    def current(self) -> Self:
        """Those that stand: planned, under way or held."""
        return self.filter(status__in=AKTIF)


class SesiDesk(models.Model):
    """A slot of the schedule and the meeting held in it: with one kabupaten/kota, or the opening with all."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    jadwal = models.ForeignKey(JadwalDesk, on_delete=models.PROTECT, related_name="sesi")
    jenis = models.CharField(max_length=10, choices=JenisSesi, default=JenisSesi.DESK, editable=False)
    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, null=True, blank=True, related_name="sesi_desk")
    mulai = models.DateTimeField()
    selesai = models.DateTimeField()
    ruang = models.PositiveSmallIntegerField(default=1)
    verifikator = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    tautan = models.URLField("tautan rapat daring", max_length=300, blank=True, default="")
    status = models.CharField(max_length=12, choices=StatusSesi, default=StatusSesi.TERJADWAL, editable=False)
    dimulai_pada = models.DateTimeField(null=True, blank=True, editable=False)
    ditutup_pada = models.DateTimeField(null=True, blank=True, editable=False)
    kode_hadir = models.CharField(max_length=12, unique=True, default=random_code, editable=False)
    kiriman_awal = models.ForeignKey(
        Kiriman, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    sorot = models.CharField(max_length=120, blank=True, default="", editable=False, help_text="Alamat sel.")
    sorot_sebutan = models.CharField(max_length=300, blank=True, default="", editable=False)
    notulen = models.TextField(blank=True, default="", max_length=10000)
    versi = models.PositiveIntegerField(default=1, editable=False)
    perubahan = models.PositiveIntegerField(default=0, editable=False, help_text="Naik pada setiap kejadian.")

    objects = SesiDeskQuerySet.as_manager()

    class Meta:
        verbose_name = "sesi desk"
        verbose_name_plural = "sesi desk"
        ordering = ["mulai", "ruang", "pk"]
        constraints = [
            choices_valid("sesidesk", "jenis", JenisSesi),
            choices_valid("sesidesk", "status", StatusSesi),
            rule("sesidesk_waktu_urut", Q(selesai__gt=F("mulai")), "Sesi harus selesai sesudah dimulai."),
            rule(
                "sesidesk_isian_sesuai_jenis",
                Q(jenis=JenisSesi.DESK, isian__isnull=False) | Q(jenis=JenisSesi.PEMBUKAAN, isian__isnull=True),
                "Sesi desk menunjuk satu kabupaten/kota, rapat pembukaan tidak.",
            ),
            rule(
                "sesidesk_ditutup_bertanggal",
                ~Q(status=StatusSesi.DITUTUP) | Q(dimulai_pada__isnull=False, ditutup_pada__isnull=False),
                "Sesi yang ditutup harus mencatat kapan dimulai dan ditutup.",
            ),
            models.UniqueConstraint(
                fields=["isian"], condition=Q(status__in=AKTIF), name="sesidesk_satu_aktif",
                violation_error_message="Kabupaten/kota ini sudah punya sesi yang masih berlaku.",
            ),
            models.UniqueConstraint(
                fields=["jadwal"], condition=Q(jenis=JenisSesi.PEMBUKAAN, status__in=AKTIF),
                name="sesidesk_satu_pembukaan", violation_error_message="Rapat pembukaan sudah ada dalam jadwal.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.judul

    def get_absolute_url(self) -> str:
        return reverse("monitoring:desk_sesi", args=[self.jadwal.periode.slug, self.pk])

    @property
    def judul(self) -> str:
        return "Rapat pembukaan" if self.isian is None else str(self.isian.kabupaten_kota)

    @property
    def hidup(self) -> bool:
        return self.status in HIDUP


class MilikSesiQuerySet(ScopedQuerySet[ModelT]):
    """Rows of a session: whoever sees the session sees them."""

    def visible_to(self, pengguna: Pengguna | AnonymousUser) -> Self:
        return self.filter(sesi__in=SesiDesk.objects.visible_to(pengguna).values("pk"))


class RiwayatSesi(models.Model):
    """What happened to a session: who, when, what, why. Never changed."""

    REGION_PATH: ClassVar[str] = "sesi__isian__kabupaten_kota"

    sesi = models.ForeignKey(SesiDesk, on_delete=models.PROTECT, related_name="riwayat")
    langkah = models.CharField(max_length=12, choices=LangkahSesi)
    waktu = models.DateTimeField()
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    keterangan = models.CharField(max_length=500, blank=True, default="")

    objects = MilikSesiQuerySet.as_manager()

    class Meta:
        verbose_name = "riwayat sesi"
        verbose_name_plural = "riwayat sesi"
        ordering = ["id"]
        constraints = [choices_valid("riwayatsesi", "langkah", LangkahSesi)]

    def __str__(self) -> str:
        return f"{self.sesi}: {self.get_langkah_display()}"


class HadirDaring(models.Model):
    """Who has the page of a session open, and when it was last heard of. Nothing is kept of it afterwards."""

    REGION_PATH: ClassVar[str] = "sesi__isian__kabupaten_kota"

    sesi = models.ForeignKey(SesiDesk, on_delete=models.CASCADE, related_name="daring")
    pengguna = models.ForeignKey(Pengguna, on_delete=models.CASCADE, related_name="+")
    terakhir = models.DateTimeField()

    objects = MilikSesiQuerySet.as_manager()

    class Meta:
        verbose_name = "hadir daring"
        verbose_name_plural = "hadir daring"
        constraints = [models.UniqueConstraint(fields=["sesi", "pengguna"], name="hadirdaring_unik")]

    def __str__(self) -> str:
        return f"{self.pengguna} di {self.sesi}"


class Hadirin(models.Model):
    """A line of an attendance list: signed in the app, or through the code page without an account."""

    REGION_PATH: ClassVar[str] = "sesi__isian__kabupaten_kota"

    sesi = models.ForeignKey(SesiDesk, on_delete=models.PROTECT, related_name="hadirin")
    nama = models.CharField("nama lengkap", max_length=120)
    instansi = models.CharField(max_length=160)
    jabatan = models.CharField(max_length=120, blank=True, default="")
    waktu = models.DateTimeField()
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = MilikSesiQuerySet.as_manager()

    class Meta:
        verbose_name = "hadirin"
        verbose_name_plural = "hadirin"
        ordering = ["waktu", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sesi", "nama", "instansi"], name="hadirin_sekali",
                violation_error_message="Nama dari instansi ini sudah tercatat hadir.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.nama}, {self.instansi}"


class ButirAgenda(Alamatan):
    """A point of the agenda, as it was prepared or added; agreed once it is ticked."""

    REGION_PATH: ClassVar[str] = "sesi__isian__kabupaten_kota"

    sesi = models.ForeignKey(SesiDesk, on_delete=models.PROTECT, related_name="agenda")
    urutan = models.PositiveSmallIntegerField()
    jenis = models.CharField(max_length=12, choices=JenisButir)
    judul = models.CharField(max_length=300)
    keterangan = models.CharField(max_length=500, blank=True, default="")
    disepakati_pada = models.DateTimeField(null=True, blank=True)
    disepakati_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = MilikSesiQuerySet.as_manager()

    class Meta:
        verbose_name = "butir agenda"
        verbose_name_plural = "butir agenda"
        ordering = ["urutan", "pk"]
        constraints = [
            choices_valid("butiragenda", "jenis", JenisButir),
            models.UniqueConstraint(fields=["sesi", "urutan"], name="butiragenda_urutan_unik"),
        ]

    def __str__(self) -> str:
        return self.judul


class Kesepakatan(models.Model):
    """A follow-up that was agreed in a session."""

    REGION_PATH: ClassVar[str] = "sesi__isian__kabupaten_kota"

    sesi = models.ForeignKey(SesiDesk, on_delete=models.PROTECT, related_name="kesepakatan")
    tindak_lanjut = models.OneToOneField(TindakLanjut, on_delete=models.PROTECT, related_name="+")
    waktu = models.DateTimeField()
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")

    objects = MilikSesiQuerySet.as_manager()

    class Meta:
        verbose_name = "kesepakatan"
        verbose_name_plural = "kesepakatan"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.tindak_lanjut)


auditlog.register(HariLibur)
auditlog.register(JadwalDesk)
auditlog.register(SesiDesk, exclude_fields=["perubahan", "sorot", "sorot_sebutan", "versi"])
auditlog.register(ButirAgenda)
register_trail(RiwayatSesi, MacamJejak.GERAK, subjek="sesi", terkait=("sesi__isian__kabupaten_kota",))
