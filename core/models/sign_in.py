"""What signing in leaves behind: open sessions, second factors, and codes told over the phone."""

import uuid
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from core.sealed import SealedField

from .people import Pengguna


class Sesi(AbstractBaseSession):
    """An open session. The row is read at every request anyway, so who and since when cost no further question."""

    nomor = models.UUIDField(unique=True, default=uuid.uuid4, editable=False, help_text="Untuk alamat; bukan kuncinya.")
    pengguna = models.ForeignKey(Pengguna, on_delete=models.CASCADE, null=True, related_name="sesi")
    mulai = models.DateTimeField()
    terakhir = models.DateTimeField()
    alamat = models.CharField(max_length=45, blank=True, default="", help_text="Dipendekkan.")
    peramban = models.CharField(max_length=60, blank=True, default="")

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        verbose_name = "sesi"
        verbose_name_plural = "sesi"
        ordering = ["-terakhir"]

    def __str__(self) -> str:
        return f"{self.pengguna}"  # never the key: who knows it is signed in

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class FaktorKedua(models.Model):
    """The secret of somebody's authenticator app, and where its codes stand."""

    pengguna = models.OneToOneField(Pengguna, on_delete=models.CASCADE, primary_key=True, related_name="faktor_kedua")
    rahasia = SealedField()
    langkah = models.BigIntegerField(default=0, help_text="Langkah waktu terakhir yang dipakai: tidak berlaku lagi.")
    gagal = models.PositiveSmallIntegerField(default=0)
    ditahan_sampai = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "langkah kedua"
        verbose_name_plural = "langkah kedua"

    def __str__(self) -> str:
        return f"{self.pengguna}"


class KodePemulihan(models.Model):
    """A code that takes the place of the app once. Only its hash is kept; a used one is gone."""

    pengguna = models.ForeignKey(Pengguna, on_delete=models.CASCADE, related_name="kode_pemulihan")
    sidik = models.CharField(max_length=64)

    class Meta:
        verbose_name = "kode pemulihan"
        verbose_name_plural = "kode pemulihan"
        constraints = [models.UniqueConstraint(fields=["pengguna", "sidik"], name="kode_pemulihan_unik")]

    def __str__(self) -> str:
        return f"{self.pengguna}"


class KodeMasuk(models.Model):
    """A code an admin tells somebody over the phone: for half an hour it lets set a new password, once."""

    pengguna = models.OneToOneField(Pengguna, on_delete=models.CASCADE, primary_key=True, related_name="kode_masuk")
    sandi = models.CharField(max_length=128, help_text="Kode sebagai sandi tersidik.")
    sampai = models.DateTimeField()
    dicoba = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "kode masuk"
        verbose_name_plural = "kode masuk"

    def __str__(self) -> str:
        return f"{self.pengguna}"
