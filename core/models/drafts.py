from django.db import models

from core.sealed import SealedField

from .people import Pengguna


class Konsep(models.Model):
    """What a user has half typed into one form section. Kept on the server, sealed; gone once saved."""

    pengguna = models.ForeignKey(Pengguna, on_delete=models.CASCADE, related_name="konsep")
    bagian = models.CharField(max_length=500, help_text="Alamat halaman formulirnya.")
    isi = SealedField()
    disimpan = models.DateTimeField()

    class Meta:
        verbose_name = "konsep"
        verbose_name_plural = "konsep"
        constraints = [models.UniqueConstraint(fields=["pengguna", "bagian"], name="konsep_satu_per_bagian")]

    def __str__(self) -> str:
        return f"{self.pengguna}: {self.bagian}"
