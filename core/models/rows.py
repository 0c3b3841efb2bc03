import uuid

from django.db import models

from .people import Pengguna


class RegistryRow(models.Model):
    """What every registry row carries: a version against lost updates, and who changed it last."""

    versi = models.PositiveIntegerField(default=1, editable=False)
    diubah = models.DateTimeField(editable=False)
    diubah_oleh = models.ForeignKey(
        Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True


class UuidRow(RegistryRow):
    """A registry row that is addressed by a UUID, in URLs and in cell addresses."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
