"""Two households of different kabupaten/kota that may be one, and what the province has decided about them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q

from core.access import verifikator
from core.constraints import choices_valid, rule
from core.models import Pengguna
from core.models.rows import RegistryRow
from core.scope import ScopedQuerySet
from penghuni.enums import BuktiGanda, KeputusanGanda

from .penghuni import Penghuni

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# Only "different people" can be contradicted by more evidence; "the same person" can only be confirmed.
BUKTI_BARU: Final = Q(keputusan=KeputusanGanda.BUKAN) & (
    Q(nik=True, diputus_nik=False) | Q(no_kk=True, diputus_no_kk=False) | Q(nama_lahir=True, diputus_nama_lahir=False)
)
TERBUKA: Final = Q(keputusan="") | BUKTI_BARU
"""Waits for the province: undecided, or there is evidence that was not there when it was decided."""


class DugaanGandaQuerySet(ScopedQuerySet["DugaanGanda"]):
    def visible_to(self, pengguna: Pengguna | AnonymousUser) -> Self:
        """Both sides are for the province only: a kabupaten/kota must not learn who is recorded elsewhere, or where."""
        if not isinstance(pengguna, Pengguna) or not verifikator(pengguna):
            return self.none()
        return super().visible_to(pengguna)

    def open(self) -> DugaanGandaQuerySet:
        """Those that wait for the province."""
        return self.filter(TERBUKA)

    def about(self, penghuni: Collection[uuid.UUID]) -> DugaanGandaQuerySet:
        """Pairs that one of these households belongs to."""
        return self.filter(Q(pertama__in=penghuni) | Q(kedua__in=penghuni))


class DugaanGanda(RegistryRow):
    """A pair, its evidence now, and the decision with the evidence it was taken on. Nothing is ever merged."""

    DATA_PRIBADI: ClassVar[bool] = True
    REGION_PATH: ClassVar[str] = "pertama__kabupaten_kota"

    pertama = models.ForeignKey(Penghuni, on_delete=models.PROTECT, related_name="+", editable=False)
    kedua = models.ForeignKey(Penghuni, on_delete=models.PROTECT, related_name="+", editable=False)
    nik = models.BooleanField(default=False, editable=False)
    no_kk = models.BooleanField(default=False, editable=False)
    nama_lahir = models.BooleanField(default=False, editable=False)
    nik_beda = models.BooleanField(default=False, editable=False, help_text="Kedua NIK diketahui dan berbeda.")
    skor = models.PositiveSmallIntegerField(default=0, editable=False)
    kelompok = models.UUIDField(
        db_index=True, editable=False, help_text="Himpunan: penghuni terkecil yang tersambung lewat pasangan-pasangan."
    )
    # the decision, and what it was taken on
    keputusan = models.CharField("keputusan", max_length=6, choices=KeputusanGanda, blank=True, default="")
    berlaku = models.ForeignKey(
        Penghuni, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="data yang berlaku"
    )
    catatan = models.CharField("catatan", max_length=300, blank=True, default="")
    diputus_oleh = models.ForeignKey(
        Pengguna, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    diputus_pada = models.DateTimeField(null=True, blank=True, editable=False)
    diputus_nik = models.BooleanField(default=False, editable=False)
    diputus_no_kk = models.BooleanField(default=False, editable=False)
    diputus_nama_lahir = models.BooleanField(default=False, editable=False)
    diputus_skor = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = DugaanGandaQuerySet.as_manager()

    class Meta:
        verbose_name = "dugaan ganda"
        verbose_name_plural = "dugaan ganda"
        ordering = ["-skor", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pertama", "kedua"], name="dugaanganda_unik"),
            choices_valid("dugaanganda", "keputusan", KeputusanGanda, blank=True),
            rule("dugaanganda_urut", Q(pertama__lt=F("kedua")), "Pasangan dicatat satu kali, yang kecil di depan."),
            rule(
                "dugaanganda_siapa_kapan",
                Q(keputusan="", diputus_oleh__isnull=True, diputus_pada__isnull=True)
                | ~Q(keputusan="") & Q(diputus_oleh__isnull=False, diputus_pada__isnull=False),
                "Keputusan menyebut siapa yang memutuskan dan kapan.",
            ),
            rule(
                "dugaanganda_berlaku",
                Q(keputusan=KeputusanGanda.PINDAH, berlaku__isnull=False)
                & (Q(berlaku=F("pertama")) | Q(berlaku=F("kedua")))
                | ~Q(keputusan=KeputusanGanda.PINDAH) & Q(berlaku__isnull=True),
                "Pilih data yang berlaku bila penghuni pindah.",
            ),
        ]

    def __str__(self) -> str:
        """Without names: the history keeps it, and outlives an anonymised household."""
        return f"pasangan {self.pk}"

    @property
    def sisi(self) -> list[Penghuni]:
        """Both households, in the order in which people read them."""
        return sorted((self.pertama, self.kedua), key=lambda row: (row.kabupaten_kota_id, row.nama))

    @property
    def bukti(self) -> list[BuktiGanda]:
        """What the two have in common now, strongest first."""
        return [kind for kind in BuktiGanda if getattr(self, kind)]

    @property
    def bukti_putusan(self) -> list[BuktiGanda]:
        """What they had in common when it was decided."""
        return [kind for kind in BuktiGanda if getattr(self, f"diputus_{kind}")]

    @property
    def bukti_baru(self) -> bool:
        """Whether the decision is asked again (`BUKTI_BARU` for one row)."""
        return self.keputusan == KeputusanGanda.BUKAN and bool(set(self.bukti) - set(self.bukti_putusan))

    @property
    def terbuka(self) -> bool:
        """Whether it waits for the province (`TERBUKA` for one row)."""
        return not self.keputusan or self.bukti_baru

    @property
    def orang_berbeda(self) -> bool:
        """Other NIK and other name, so one No KK at most: twins or one household, never the same person."""
        return self.nik_beda and not self.nama_lahir
