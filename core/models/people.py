from __future__ import annotations

import datetime
from typing import Any, ClassVar

from auditlog.registry import auditlog
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from core.constraints import choices_valid, rule
from core.enums import Kewenangan, Peran, TugasPejabat

from .acuan import TIDAK_DIRIWAYATKAN, AcuanRow
from .region import KabupatenKota


class PenggunaManager(BaseUserManager["Pengguna"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Pengguna:
        pengguna = self.model(username=username, **fields)
        pengguna.set_password(password)
        pengguna.full_clean(exclude=["password"])
        pengguna.save(using=self._db)
        return pengguna


class Pengguna(AbstractBaseUser):
    """An account. There is no superuser: the rules of an isian bind the admin too."""

    username = models.CharField(
        "nama akun", max_length=60, unique=True, error_messages={"unique": "Nama akun ini sudah dipakai."}
    )
    nama = models.CharField(max_length=120)
    peran = models.CharField(max_length=12, choices=Peran)
    kabupaten_kota = models.ForeignKey(
        KabupatenKota,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name="kabupaten/kota",
        related_name="pengguna",
    )
    koordinator = models.BooleanField(default=False, help_text="Ketua tim verifikator: periode, jadwal, pengecualian.")
    akses_penghuni = models.BooleanField(
        "akses penghuni", default=False, help_text="Boleh melihat dan mengisi data penghuni kabupaten/kota ini."
    )
    whatsapp = models.CharField("nomor WhatsApp", max_length=20, blank=True)
    surel = models.EmailField("alamat surel", max_length=120, blank=True)
    nip = models.CharField("NIP", max_length=18, blank=True)
    jabatan = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField("aktif", default=True)
    contoh = models.BooleanField("akun contoh", default=False, editable=False)
    dibuat = models.DateTimeField(auto_now_add=True)
    versi = models.PositiveIntegerField(default=1, editable=False)
    sandi_awal_sampai = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Kata sandi sekarang adalah kata sandi awal; berlaku sampai."
    )
    sandi_sebelumnya = models.CharField(max_length=128, blank=True, default="", editable=False)
    dua_faktor_sejak = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[PenggunaManager] = PenggunaManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["nama", "peran"]

    class Meta:
        verbose_name = "pengguna"
        verbose_name_plural = "pengguna"
        ordering = ["username"]
        constraints = [
            choices_valid("pengguna", "peran", Peran),
            rule(
                "pengguna_daerah_sesuai_peran",
                Q(peran=Peran.OPERATOR, kabupaten_kota__isnull=False)
                | (~Q(peran=Peran.OPERATOR) & Q(kabupaten_kota__isnull=True)),
                "Operator harus punya kabupaten/kota; peran lain tidak boleh.",
            ),
            rule(
                "pengguna_koordinator_verifikator",
                Q(koordinator=False) | Q(peran=Peran.VERIFIKATOR),
                "Hanya verifikator yang dapat menjadi koordinator.",
            ),
            rule(
                "pengguna_akses_penghuni_operator",
                Q(akses_penghuni=False) | Q(peran=Peran.OPERATOR),
                "Akses penghuni hanya diberikan kepada operator.",
            ),
        ]

    def __str__(self) -> str:
        return self.nama

    @property
    def sebutan_peran(self) -> str:
        """The role as printed beside the name."""
        return "Koordinator provinsi" if self.koordinator else self.get_peran_display()


class PejabatQuerySet(models.QuerySet["Pejabat"]):
    def in_office(self, tanggal: datetime.date) -> PejabatQuerySet:
        """Signers whose term covers `tanggal`."""
        open_or_later = Q(berlaku_sampai__isnull=True) | Q(berlaku_sampai__gte=tanggal)
        return self.filter(open_or_later, berlaku_mulai__lte=tanggal, aktif=True)

    def signature(
        self, tugas: str, tanggal: datetime.date, kabupaten_kota: KabupatenKota | None = None
    ) -> dict[str, str]:
        """What stands below a paper of `tanggal`: who holds the post there (none: the province), or room for a name."""
        rows = self.in_office(tanggal).filter(tugas=tugas, kabupaten_kota=kabupaten_kota)
        row = rows.order_by("-berlaku_mulai").first()
        return (row or Pejabat(jabatan=TugasPejabat(tugas).label)).as_printed()


class Pejabat(AcuanRow):
    """An official who signs on paper; dated, not an account. Papers keep what they printed."""

    nama = models.CharField("nama dan gelar", max_length=120)
    nip = models.CharField("NIP", max_length=18, blank=True)
    pangkat = models.CharField("pangkat/golongan", max_length=60, blank=True)
    jabatan = models.CharField(max_length=160)
    kewenangan = models.CharField(max_length=10, choices=Kewenangan, default=Kewenangan.DEFINITIF)
    kabupaten_kota = models.ForeignKey(
        KabupatenKota,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name="kabupaten/kota",
        help_text="Kosong berarti pejabat provinsi.",
    )
    tugas = models.CharField(
        "tugas", max_length=10, choices=TugasPejabat, blank=True, default="",
        help_text="Sebagai apa ia menandatangani naskah. Kosong: tidak menandatangani.",
    )  # fmt: skip
    berlaku_mulai = models.DateField("berlaku mulai")
    berlaku_sampai = models.DateField("berlaku sampai", null=True, blank=True)
    aktif = models.BooleanField(default=True, editable=False)

    objects = PejabatQuerySet.as_manager()

    class Meta:
        verbose_name = "pejabat"
        verbose_name_plural = "pejabat"
        ordering = ["kabupaten_kota", "-berlaku_mulai"]
        constraints = [
            choices_valid("pejabat", "kewenangan", Kewenangan),
            choices_valid("pejabat", "tugas", TugasPejabat, blank=True),
            rule(
                "pejabat_masa_urut",
                Q(berlaku_sampai__isnull=True) | Q(berlaku_sampai__gte=models.F("berlaku_mulai")),
                "Tanggal berakhir tidak boleh sebelum tanggal mulai.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nama}, {self.jabatan}"

    def as_printed(self) -> dict[str, str]:
        """What stands below a paper; the post with how it is held: `Plt. Kepala Dinas`."""
        held = "" if self.kewenangan == Kewenangan.DEFINITIF else f"{self.get_kewenangan_display()} "
        return {"jabatan": f"{held}{self.jabatan}", "nama": self.nama, "pangkat": self.pangkat, "nip": self.nip}


auditlog.register(
    Pengguna,
    exclude_fields=[
        "password", "last_login", "versi", "sandi_awal_sampai", "sandi_sebelumnya", "dua_faktor_sejak",
    ],
    mask_fields=["whatsapp"],
    mask_callable="core.sealed.mask",
)  # fmt: skip
auditlog.register(Pejabat, exclude_fields=TIDAK_DIRIWAYATKAN)
