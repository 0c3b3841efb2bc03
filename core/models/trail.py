from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from core.constraints import choices_valid
from core.enums import TindakanAkses

from .people import Pengguna


class AppendOnlyError(TypeError):
    """The trail is written once; nobody changes or removes a line of it."""


class JejakAksesQuerySet(models.QuerySet["JejakAkses"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        raise AppendOnlyError

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError


class JejakAkses(models.Model):
    """Who saw, revealed, exported or printed personal data, when and why. Holds no personal data itself."""

    waktu = models.DateTimeField()
    pengguna = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    tindakan = models.CharField(max_length=15, choices=TindakanAkses)
    objek = models.CharField(max_length=40, help_text="Jenis data, misalnya penghuni.")
    objek_id = models.CharField(max_length=64, blank=True)
    kolom = models.CharField(max_length=120, blank=True)
    jumlah = models.PositiveIntegerField(default=1)
    alasan = models.CharField(max_length=300, blank=True)

    objects = JejakAksesQuerySet.as_manager()

    class Meta:
        verbose_name = "jejak akses"
        verbose_name_plural = "jejak akses"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["objek", "objek_id", "-id"], name="jejakakses_objek"),
            models.Index(fields=["pengguna", "-waktu"], name="jejakakses_pengguna"),
        ]
        constraints = [choices_valid("jejakakses", "tindakan", TindakanAkses)]

    def __str__(self) -> str:
        return f"{self.pengguna} {self.get_tindakan_display()} {self.objek} {self.objek_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError
