from __future__ import annotations

from typing import Any, Final, NoReturn

from django.db import models

from core.constraints import choices_valid
from core.enums import TindakanAkses

from .people import Pengguna

ALASAN_DIHAPUS: Final = "(alasan dihapus karena memuat data pribadi)"
"""What stands instead of a reason that named somebody who is anonymised. The triggers know this text as well."""


class AppendOnlyError(TypeError):
    """The trail is written once; nobody changes or removes a line of it."""


class JejakAksesQuerySet(models.QuerySet["JejakAkses"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError

    def _update(self, values: Any) -> NoReturn:
        """What Django itself calls when a row with a key is saved."""
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        raise AppendOnlyError

    def _raw_delete(self, using: Any) -> NoReturn:
        raise AppendOnlyError

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError

    def bulk_create(self, objs: Any, batch_size: int | None = None) -> Any:  # type: ignore[override]
        """New lines only: without a way to say what happens to a line that stands already."""
        return super().bulk_create(objs, batch_size)

    def forget_reasons(self) -> int:
        """Take the free text away where it names an anonymised person: the one change that the database lets through.

        Who, when, what and about which row stand for ever.
        """
        return super().update(alasan=ALASAN_DIHAPUS)


class JejakAkses(models.Model):
    """Who saw, revealed, exported or printed personal data, when and why. Holds no personal data itself.

    Triggers of the database refuse every change and removal, whatever program asks.
    """

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
        base_manager_name = "objects"  # what Django saves and deletes through refuses as well
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
