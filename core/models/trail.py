from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NoReturn

from auditlog.models import LogEntry
from django.db import models
from django.db.models import Q

from core.constraints import choices_valid, rule
from core.enums import MacamJejak, TindakanAkses
from core.sealed import SealedField

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

        Who, when, what and about which row stand for ever. Done inside `core.rantai.forgetting`.
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
            models.Index(fields=["-waktu", "-id"], name="jejakakses_waktu"),
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


# --- Which tables are trails ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Jejak:
    """A table whose rows are written once: who did what, when. `subjek` leads to the row that it is about.

    With `pribadi` its free text may name residents: it is not shown to whoever may not see them.
    """

    model: type[models.Model]
    macam: MacamJejak
    waktu: str = "waktu"
    pelaku: str = "pengguna"
    subjek: str = ""
    terkait: tuple[str, ...] = ()
    pribadi: bool = False

    @property
    def kode(self) -> str:
        """What the chain calls the table."""
        return self.model._meta.label_lower


JEJAK: Final[dict[type[models.Model], Jejak]] = {}


def register_trail(model: type[models.Model], macam: MacamJejak, **more: Any) -> None:
    """Have the rows of `model` sealed into the chain and shown to the admin among the others."""
    JEJAK[model] = Jejak(model, macam, **more)


register_trail(JejakAkses, MacamJejak.AKSES)
register_trail(LogEntry, MacamJejak.PERUBAHAN, waktu="timestamp", pelaku="actor", terkait=("content_type",))


# --- The chain over them ----------------------------------------------------------------------------------------------


class KunciRantai(models.Model):
    """The one key of the chain, sealed under KUNCI_DATA: a rotation seals it anew and leaves the chain as it is."""

    kunci = SealedField()
    dibuat = models.DateTimeField()

    class Meta:
        verbose_name = "kunci rantai"
        verbose_name_plural = "kunci rantai"
        constraints = [rule("kuncirantai_satu", Q(pk=1), "Hanya ada satu kunci rantai.")]

    def __str__(self) -> str:
        return "kunci rantai"


class MataRantai(models.Model):
    """Rows of one trail from one id to another, each with its keyed hash, and the hash of the link before.

    An id in between that has none was never committed. `kolom`: what was hashed, in this order.
    """

    nomor = models.PositiveBigIntegerField(primary_key=True)
    jejak = models.CharField(max_length=80)
    dari = models.BigIntegerField()
    sampai = models.BigIntegerField()
    jumlah = models.PositiveIntegerField()
    kolom = models.TextField()
    isi = models.BinaryField()
    mac_sebelum = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64)
    dibuat = models.DateTimeField()

    class Meta:
        verbose_name = "mata rantai"
        verbose_name_plural = "mata rantai"
        ordering = ["nomor"]
        constraints = [models.UniqueConstraint(fields=["jejak", "dari"], name="matarantai_dari_unik")]

    def __str__(self) -> str:
        return f"{self.nomor} {self.jejak} {self.dari}-{self.sampai}"


class Pelupaan(models.Model):
    """A row of a trail that was emptied of personal data: its hash before and after. Open while `sesudah` is empty."""

    jejak = models.CharField(max_length=80)
    baris = models.BigIntegerField()
    waktu = models.DateTimeField()
    sebelum = models.CharField(max_length=32)
    sesudah = models.CharField(max_length=32, blank=True, default="")
    mac = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "pelupaan"
        verbose_name_plural = "pelupaan"
        ordering = ["id"]
        indexes = [models.Index(fields=["jejak", "baris"], name="pelupaan_baris")]

    def __str__(self) -> str:
        return f"{self.jejak} {self.baris}"


class PemeriksaanRantai(models.Model):
    """What a check of the chain found, for the page of the trails."""

    waktu = models.DateTimeField()
    utuh = models.BooleanField()
    baris = models.PositiveBigIntegerField()
    dilupakan = models.PositiveBigIntegerField(default=0)
    temuan = models.JSONField(default=list)
    belum_disegel = models.PositiveBigIntegerField(default=0)
    sejak = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "pemeriksaan rantai"
        verbose_name_plural = "pemeriksaan rantai"
        ordering = ["-id"]

    def __str__(self) -> str:
        return "utuh" if self.utuh else f"{len(self.temuan)} temuan"
