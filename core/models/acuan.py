from django.db import models


class AcuanRow(models.Model):
    """What every row of reference data carries: a version against lost updates, and who edited it last.

    Nobody: then it is as the fixtures say, and a new edition of them may bring it up to date.
    """

    versi = models.PositiveIntegerField(default=1, editable=False)
    diubah = models.DateTimeField(null=True, blank=True, editable=False)
    diubah_oleh = models.ForeignKey(
        "core.Pengguna", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True


TIDAK_DIRIWAYATKAN = ["versi", "diubah", "diubah_oleh"]
"""What the field history of reference data leaves out: it tells the same by itself."""
