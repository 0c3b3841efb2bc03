"""A household that lives in a rusun or rusus, and its stays. Never locked: tenants move daily."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar, Final, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Concat

from core.access import sees_penghuni
from core.constraints import choices_valid, rule
from core.models import KabupatenKota
from core.models.rows import UuidRow
from core.scope import ModelT, ScopedQuerySet
from core.sealed import SealedField, fingerprints
from penghuni import enums
from rusun.enums import AsalData, Jawaban
from rusun.models import Blok, Rusun

from .pencocokan import PENCOCOKAN, BelumDicocokkanField, NamaLahirField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from core.models import Pengguna

INDEXED_LETTERS = 3
"""The index of names on PostgreSQL knows groups of so many letters; a shorter part of a name stands in none of them."""

RUPIAH = [MaxValueValidator(10**11, "Nilai terlalu besar.")]
MENUNGGAK = Q(tunggakan_bulan__gt=0) | Q(tunggakan__gt=0)
"""Stays with rent unpaid, told in months or in rupiah."""


class PersonalQuerySet(ScopedQuerySet[ModelT]):
    """Residents by name: province and operators with `akses_penghuni`; heads of office see counts only."""

    def visible_to(self, pengguna: Pengguna | AnonymousUser) -> Self:
        if not pengguna.is_authenticated or not sees_penghuni(pengguna):
            return self.none()
        return super().visible_to(pengguna)


DIANONIMKAN: Final = "Dianonimkan"
"""The name of a household whose personal data were taken away; its figures stay."""
NAMED: Final = Q(dianonimkan_pada__isnull=True)
"""Households whose personal data are still held: those that can be searched and edited."""


class PenghuniQuerySet(PersonalQuerySet["Penghuni"]):
    def named(self) -> PenghuniQuerySet:
        return self.filter(NAMED)

    def with_nik(self, nik: str) -> PenghuniQuerySet:
        """Households whose head has exactly this NIK (looked up by keyed hash, no row is opened)."""
        return self.filter(nik_sidik__in=fingerprints(nik))

    def with_name(self, text: str) -> PenghuniQuerySet:
        """Households whose head has `text` as a part of the name, in capitals or not."""
        if len(text) >= INDEXED_LETTERS:
            return self.filter(nama__icontains=text)
        # PostgreSQL would read the whole index of letters and then every row; told so, it reads the index of names.
        return self.alias(ejaan=Concat("nama", Value(""))).filter(ejaan__icontains=text)

    def living(
        self, *, rusun: Rusun | None = None, blok: Blok | uuid.UUID | None = None, tinggal: str = ""
    ) -> PenghuniQuerySet:
        """Households that live in a place now. `tinggal`: "ya" those with an open stay, "tidak" those that left."""
        open_stay = Exists(Hunian.objects.open().filter(penghuni=OuterRef("pk")))
        rows = self.filter(~open_stay) if tinggal == Jawaban.TIDAK else self
        if rusun is None and blok is None:
            return rows.filter(open_stay) if tinggal == Jawaban.YA else rows
        here = Hunian.objects.all() if tinggal == Jawaban.TIDAK else Hunian.objects.open()
        if rusun is not None:
            here = here.filter(blok__rusun=rusun)
        if blok is not None:
            here = here.filter(blok=blok)
        return rows.filter(pk__in=here.order_by().values("penghuni"))  # begins at the place, on SQLite too

    def with_open_stay(self) -> PenghuniQuerySet:
        """Each with `hunian_terbuka`: a list of the stay that has not ended, or an empty one."""
        stays = Hunian.objects.open().select_related("blok__rusun")
        return self.prefetch_related(Prefetch("hunian", stays, to_attr="hunian_terbuka"))


class HunianQuerySet(PersonalQuerySet["Hunian"]):
    def open(self) -> HunianQuerySet:
        """Stays that have not ended."""
        return self.filter(selesai__isnull=True)


class Penghuni(UuidRow):
    """One household, by its head. Children are counted, never listed (UU 27/2022 Pasal 4)."""

    DATA_PRIBADI: ClassVar[bool] = True
    REGION_PATH: ClassVar[str] = "kabupaten_kota"

    kabupaten_kota = models.ForeignKey(
        KabupatenKota, on_delete=models.PROTECT, related_name="penghuni", verbose_name="kabupaten/kota", editable=False
    )
    nama = models.CharField("nama kepala keluarga", max_length=200)
    nik = SealedField("NIK", fingerprint_field="nik_sidik")
    nik_sidik = models.CharField(max_length=64, blank=True, default="", editable=False)
    no_kk = SealedField("No KK", fingerprint_field="no_kk_sidik")
    no_kk_sidik = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    telepon = SealedField("telepon", fingerprint_field="telepon_sidik")
    telepon_sidik = models.CharField(max_length=64, blank=True, default="", editable=False)
    tempat_lahir = models.CharField("tempat lahir", max_length=80, blank=True, default="")
    tanggal_lahir = models.DateField("tanggal lahir", null=True, blank=True)
    jenis_kelamin = models.CharField("jenis kelamin", max_length=1, choices=enums.JenisKelamin, blank=True, default="")
    status_kawin = models.CharField("status kawin", max_length=12, choices=enums.StatusKawin, blank=True, default="")
    pendidikan = models.CharField(max_length=15, choices=enums.Pendidikan, blank=True, default="")
    # household, counts only
    jumlah_anggota = models.PositiveSmallIntegerField("jumlah anggota keluarga", null=True, blank=True)
    jumlah_anak = models.PositiveSmallIntegerField("anak di bawah 18 tahun", null=True, blank=True)
    jumlah_lansia = models.PositiveSmallIntegerField("lansia", null=True, blank=True)
    jumlah_disabilitas = models.PositiveSmallIntegerField("penyandang disabilitas", null=True, blank=True)
    # origin
    daerah_asal = models.CharField("kabupaten/kota asal", max_length=80, blank=True, default="")
    alasan_masuk = models.CharField("alasan masuk", max_length=12, choices=enums.AlasanMasuk, blank=True, default="")
    # work and income
    pekerjaan = models.CharField(max_length=15, choices=enums.Pekerjaan, blank=True, default="")
    sifat_kerja = models.CharField("sifat pekerjaan", max_length=12, choices=enums.SifatKerja, blank=True, default="")
    penghasilan = models.PositiveBigIntegerField("penghasilan per bulan (Rp)", null=True, blank=True, validators=RUPIAH)
    penghasilan_pasangan = models.PositiveBigIntegerField(
        "penghasilan pasangan per bulan (Rp)", null=True, blank=True, validators=RUPIAH
    )
    pengeluaran = models.PositiveBigIntegerField("pengeluaran per bulan (Rp)", null=True, blank=True, validators=RUPIAH)
    # assets and schemes, self-declared
    punya_rumah = models.CharField("sudah punya rumah", max_length=5, choices=Jawaban, blank=True, default="")
    punya_tanah = models.CharField("punya tanah", max_length=5, choices=Jawaban, blank=True, default="")
    luas_tanah_m2 = models.PositiveIntegerField("luas tanah (m²)", null=True, blank=True)
    tabungan = models.PositiveBigIntegerField("tabungan (Rp)", null=True, blank=True, validators=RUPIAH)
    bpjs_kesehatan = models.CharField("peserta BPJS Kesehatan", max_length=5, choices=Jawaban, blank=True, default="")
    bpjs_ketenagakerjaan = models.CharField(
        "peserta BPJS Ketenagakerjaan", max_length=5, choices=Jawaban, blank=True, default=""
    )
    tapera_bulan = models.PositiveSmallIntegerField("lama peserta Tapera (bulan)", null=True, blank=True)
    terdaftar_dtks = models.CharField("terdaftar DTKS/DTSEN", max_length=5, choices=Jawaban, blank=True, default="")
    punya_npwp = models.CharField("punya NPWP", max_length=5, choices=Jawaban, blank=True, default="")
    pernah_subsidi = models.CharField(
        "pernah menerima bantuan rumah", max_length=5, choices=Jawaban, blank=True, default=""
    )
    # intent
    minat = models.CharField("minat memiliki rumah", max_length=12, choices=enums.Minat, blank=True, default="")
    lokasi_minat = models.CharField("lokasi yang diminati", max_length=120, blank=True, default="")
    sanggup_uang_muka = models.PositiveBigIntegerField(
        "uang muka yang sanggup (Rp)", null=True, blank=True, validators=RUPIAH
    )
    sanggup_angsuran = models.PositiveBigIntegerField(
        "angsuran yang sanggup (Rp)", null=True, blank=True, validators=RUPIAH
    )
    # consent
    tanggal_persetujuan = models.DateField("tanggal persetujuan", null=True, blank=True)
    tujuan_persetujuan = models.CharField("tujuan persetujuan", max_length=200, blank=True, default="")
    asal_data = models.CharField(max_length=10, choices=AsalData, default=AsalData.DAERAH, editable=False)
    # what duplicates are found by
    nama_lahir = NamaLahirField(max_length=220, blank=True, default="", editable=False, db_index=True)
    belum_dicocokkan = BelumDicocokkanField(default=True, editable=False)
    dianonimkan_pada = models.DateTimeField("dianonimkan pada", null=True, blank=True, editable=False)

    objects = PenghuniQuerySet.as_manager()

    class Meta:
        verbose_name = "penghuni"
        verbose_name_plural = "penghuni"
        ordering = ["nama", "id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(belum_dicocokkan=True), name="penghuni_belum_dicocokkan"),
            models.Index(fields=["nama", "id"], name="penghuni_nama", condition=NAMED),
            models.Index(fields=["kabupaten_kota", "nama", "id"], name="penghuni_daerah_nama", condition=NAMED),
            # Both columns: what another region recorded is passed over inside the index, in the time of an unknown NIK.
            models.Index(fields=["nik_sidik", "kabupaten_kota"], name="penghuni_nik_daerah"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kabupaten_kota", "nik_sidik"],
                condition=~Q(nik_sidik=""),
                name="penghuni_nik_unik",
                violation_error_message="NIK ini sudah tercatat di daftar penghuni Anda.",
            ),
            choices_valid("penghuni", "jenis_kelamin", enums.JenisKelamin, blank=True),
            choices_valid("penghuni", "status_kawin", enums.StatusKawin, blank=True),
            choices_valid("penghuni", "minat", enums.Minat, blank=True),
            rule(
                "penghuni_anggota_cukup",
                Q(jumlah_anggota__isnull=True) | Q(jumlah_anak__isnull=True) | Q(jumlah_anak__lte=F("jumlah_anggota")),
                "Jumlah anak tidak boleh melebihi jumlah anggota keluarga.",
            ),
            rule(
                "penghuni_anonim_tanpa_pribadi",
                NAMED
                | Q(
                    nama=DIANONIMKAN,
                    nik_sidik="",
                    no_kk_sidik="",
                    telepon_sidik="",
                    tempat_lahir="",
                    tanggal_lahir__isnull=True,
                    daerah_asal="",
                    lokasi_minat="",
                    tujuan_persetujuan="",
                ),
                "Data yang sudah dianonimkan tidak dapat diisi lagi.",
            ),
        ]

    def __str__(self) -> str:
        return self.nama


class Hunian(UuidRow):
    """A stay of a household in a unit. Moving ends one stay and begins another; nothing is overwritten."""

    DATA_PRIBADI: ClassVar[bool] = True
    REGION_PATH: ClassVar[str] = "blok__rusun__kabupaten_kota"

    penghuni = models.ForeignKey(Penghuni, on_delete=models.PROTECT, related_name="hunian")
    blok = models.ForeignKey(Blok, on_delete=models.PROTECT, related_name="hunian")
    nomor_unit = models.CharField("nomor unit", max_length=20)
    mulai = models.DateField("mulai tinggal")
    selesai = models.DateField("selesai tinggal", null=True, blank=True)
    perpanjangan_ke = models.PositiveSmallIntegerField("perpanjangan ke-", default=0)
    nomor_sip = models.CharField("nomor SIP/kontrak", max_length=80, blank=True, default="")
    sewa_bulan = models.PositiveIntegerField("sewa per bulan (Rp)", null=True, blank=True)
    tunggakan_bulan = models.PositiveSmallIntegerField("tunggakan (bulan)", null=True, blank=True)
    tunggakan = models.PositiveBigIntegerField("tunggakan (Rp)", null=True, blank=True, validators=RUPIAH)
    keluar_ke = models.CharField("pindah ke", max_length=16, choices=enums.KeluarKe, blank=True, default="")
    perorangan = models.BooleanField(
        default=False, editable=False, help_text="Pola hunian blok ketika masuk; menentukan apakah unit boleh berbagi."
    )

    objects = HunianQuerySet.as_manager()

    class Meta:
        verbose_name = "hunian"
        verbose_name_plural = "hunian"
        ordering = ["-mulai", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["penghuni"],
                condition=Q(selesai__isnull=True),
                name="hunian_satu_terbuka",
                violation_error_message="Penghuni ini masih tercatat tinggal di unit lain. Akhiri hunian itu dahulu.",
            ),
            models.UniqueConstraint(
                fields=["blok", "nomor_unit"],
                condition=Q(selesai__isnull=True, perorangan=False),
                name="hunian_satu_per_unit",
                violation_error_message="Unit ini masih dihuni keluarga lain.",
            ),
            choices_valid("hunian", "keluar_ke", enums.KeluarKe, blank=True),
            rule(
                "hunian_tanggal_urut",
                Q(selesai__isnull=True) | Q(selesai__gte=F("mulai")),
                "Tanggal selesai tidak boleh sebelum tanggal mulai.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.blok} {self.nomor_unit}"


auditlog.register(
    Penghuni,
    exclude_fields=[
        "nik", "nik_sidik", "no_kk", "no_kk_sidik", "telepon", "telepon_sidik", "dianonimkan_pada", "versi", "diubah",
        "diubah_oleh", *PENCOCOKAN,
    ],
)  # fmt: skip
auditlog.register(Hunian, exclude_fields=["versi", "diubah", "diubah_oleh"])
