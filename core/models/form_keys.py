from django.db import models

from .people import Pengguna


class KunciFormulir(models.Model):
    """A form that was submitted once. A second submit of the same key finds the first one's result."""

    kunci = models.UUIDField(primary_key=True)
    pengguna = models.ForeignKey(Pengguna, on_delete=models.CASCADE, related_name="+")
    dipakai = models.DateTimeField(auto_now_add=True, db_index=True)
    tujuan = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "kunci formulir"
        verbose_name_plural = "kunci formulir"

    def __str__(self) -> str:
        return str(self.kunci)
