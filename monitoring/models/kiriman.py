from __future__ import annotations

import json
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q

from core.constraints import rule
from core.models import Pengguna
from core.models.trail import AppendOnlyError
from core.scope import ScopedQuerySet

from .isian import Isian


class KirimanQuerySet(ScopedQuerySet["Kiriman"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        raise AppendOnlyError


class Kiriman(models.Model):
    """A frozen copy of the registry at the moment of sending: canonical JSON with its hash. Never changed."""

    REGION_PATH: ClassVar[str] = "isian__kabupaten_kota"

    isian = models.ForeignKey(Isian, on_delete=models.PROTECT, related_name="kiriman")
    nomor = models.PositiveSmallIntegerField()
    skema = models.PositiveSmallIntegerField()
    isi = models.TextField()
    sha256 = models.CharField(max_length=64)
    dikirim_pada = models.DateTimeField()
    dikirim_oleh = models.ForeignKey(Pengguna, on_delete=models.PROTECT, related_name="+")
    penginput = models.ManyToManyField(Pengguna, related_name="+", help_text="Siapa yang mengisi data di dalamnya.")

    objects = KirimanQuerySet.as_manager()

    class Meta:
        verbose_name = "kiriman"
        verbose_name_plural = "kiriman"
        ordering = ["isian", "nomor"]
        constraints = [models.UniqueConstraint(fields=["isian", "nomor"], name="kiriman_nomor_unik")]

    def __str__(self) -> str:
        return f"Kiriman ke-{self.nomor}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError

    @property
    def registri(self) -> dict[str, Any]:
        """The locations as they were sent, in the shape of `rusun.salinan`."""
        return json.loads(self.isi)["rusun"]


class KirimanRusun(models.Model):
    """The figures of one location in one kiriman, typed, for recaps. Residents as counts only."""

    REGION_PATH: ClassVar[str] = "kiriman__isian__kabupaten_kota"

    kiriman = models.ForeignKey(Kiriman, on_delete=models.PROTECT, related_name="lokasi")
    kode = models.CharField(max_length=14)
    nama = models.CharField(max_length=200)
    jenis = models.CharField(max_length=5)
    peruntukan = models.CharField(max_length=30)
    status_aset = models.CharField(max_length=30)
    tanggal_data = models.DateField()
    tower = models.PositiveIntegerField()
    unit = models.PositiveIntegerField()
    terhuni = models.PositiveIntegerField()
    kosong_siap = models.PositiveIntegerField()
    kosong_rusak = models.PositiveIntegerField()
    cadangan = models.PositiveIntegerField()
    daftar_tunggu = models.PositiveIntegerField()
    jumlah_kk = models.PositiveIntegerField()
    jumlah_jiwa = models.PositiveIntegerField()
    penghuni_tercatat = models.PositiveIntegerField()
    lewat_batas_huni = models.PositiveIntegerField(default=0, help_text="Penghuni tercatat yang lewat batas huni.")
    # Null: the kiriman is older than the figure, which is not the same as nobody.
    segera_habis_huni = models.PositiveIntegerField(
        null=True, help_text="Penghuni tercatat yang batas huninya habis dalam enam bulan."
    )
    tanpa_aturan_huni = models.PositiveIntegerField(
        null=True, help_text="Penghuni tercatat di lokasi tanpa batas lama huni."
    )
    menunggak = models.PositiveIntegerField(default=0, help_text="Penghuni tercatat yang menunggak sewa.")
    minat_punya_rumah = models.PositiveIntegerField(default=0, help_text="KK yang berminat memiliki rumah.")
    dukungan = models.JSONField(default=list, help_text="Pihak yang dimintai dukungan: provinsi, pusat.")
    sebab_kosong = models.JSONField(default=dict, help_text="Sebab -> unit, hanya yang bukan nol.")
    permasalahan = models.JSONField(default=list, help_text="Daftar [kode, tingkat, penanggung jawab].")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka kiriman"
        verbose_name_plural = "angka kiriman"
        ordering = ["kiriman", "kode"]
        constraints = [
            models.UniqueConstraint(fields=["kiriman", "kode"], name="kirimanrusun_unik"),
            rule(
                "kirimanrusun_jumlah_cocok",
                Q(unit=F("terhuni") + F("kosong_siap") + F("kosong_rusak") + F("cadangan")),
                "Jumlah unit tidak sama dengan rinciannya.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kode} {self.kiriman}"
