"""A location (rusun or rusus), its blocks, why units stand empty, rents, and the residents in figures."""

from __future__ import annotations

import datetime
from typing import ClassVar

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from core.constraints import choices_valid, rule
from core.models import KabupatenKota
from core.models.rows import RegistryRow, UuidRow
from core.scope import ScopedQuerySet
from rusun import enums

TAHUN = [MinValueValidator(1945, "Tahun paling awal 1945."), MaxValueValidator(2100, "Tahun paling akhir 2100.")]


class RusunQuerySet(ScopedQuerySet["Rusun"]):
    def active(self) -> RusunQuerySet:
        """Locations that are still in the registry."""
        return self.filter(ditutup_sejak__isnull=True)

    def with_rows(self) -> RusunQuerySet:
        """With everything `rusun.salinan` reads: five queries, whatever the number of locations."""
        return self.select_related("profil_penghuni").prefetch_related("blok", "sebab_kosong", "tarif", "permasalahan")

    def search(self, teks: str) -> RusunQuerySet:
        """Locations whose name, code, kecamatan or kelurahan holds `teks`."""
        return self.filter(
            Q(nama__icontains=teks)
            | Q(kode__icontains=teks)
            | Q(kecamatan__icontains=teks)
            | Q(kelurahan__icontains=teks)
        )


def _choice(label: str, choices: type[models.TextChoices], bantuan: str = "") -> models.CharField:
    return models.CharField(label, max_length=30, choices=choices, blank=True, default="", help_text=bantuan)


def _tahun(label: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=TAHUN)


def _bilangan(label: str, bantuan: str = "") -> models.PositiveIntegerField:
    return models.PositiveIntegerField(label, null=True, blank=True, help_text=bantuan)


def _rupiah(label: str) -> models.PositiveBigIntegerField:
    return models.PositiveBigIntegerField(
        label, null=True, blank=True, validators=[MaxValueValidator(10**14, "Nilai terlalu besar.")]
    )


def _teks(label: str, panjang: int = 200, bantuan: str = "") -> models.CharField:
    return models.CharField(label, max_length=panjang, blank=True, default="", help_text=bantuan)


class Rusun(RegistryRow):
    """One location. Plain fields stand in sections (`rusun.bagian`); empty means "not answered", never zero."""

    REGION_PATH: ClassVar[str] = "kabupaten_kota"

    kode = models.CharField("kode lokasi", max_length=14, primary_key=True, editable=False)
    kabupaten_kota = models.ForeignKey(
        KabupatenKota, on_delete=models.PROTECT, related_name="rusun", verbose_name="kabupaten/kota"
    )
    jenis = models.CharField(max_length=5, choices=enums.Jenis)

    # identitas
    nama = models.CharField(max_length=200)
    kategori_hukum = _choice("kategori hukum", enums.KategoriHukum, bantuan="Menurut UU 20/2011.")
    peruntukan = _choice("peruntukan", enums.Peruntukan)
    penguasaan = _choice("penguasaan", enums.Penguasaan)
    tanggal_data = models.DateField(
        "tanggal data", null=True, blank=True, help_text="Posisi data: tanggal ketika angka di bawah ini benar."
    )

    # lokasi dan lahan
    alamat = _teks("alamat")
    kecamatan = _teks("kecamatan", 80)
    kelurahan = _teks("desa/kelurahan", 80)
    lintang = models.DecimalField(
        max_digits=9, decimal_places=6, null=True, blank=True, help_text="Derajat desimal WGS84, misalnya -7,005145."
    )
    bujur = models.DecimalField(
        max_digits=9, decimal_places=6, null=True, blank=True, help_text="Derajat desimal WGS84, misalnya 110,438125."
    )
    jarak_pusat_kota_km = models.DecimalField(
        "jarak ke pusat kota (km)", max_digits=6, decimal_places=1, null=True, blank=True
    )
    jarak_industri_km = models.DecimalField(
        "jarak ke kawasan industri (km)", max_digits=6, decimal_places=1, null=True, blank=True
    )
    luas_lahan_m2 = _bilangan("luas lahan (m²)")
    status_lahan = _choice("status lahan", enums.StatusLahan)
    nomor_sertifikat = _teks("nomor sertifikat", 100)
    ada_sengketa = _choice("ada sengketa", enums.Jawaban)

    # pembangunan
    sumber_dana = _choice("sumber dana", enums.SumberDana)
    tahun_anggaran = _tahun("tahun anggaran")
    tahun_mulai = _tahun("tahun mulai dibangun")
    tahun_bangun = _tahun("tahun selesai dibangun")
    tahun_dihuni = _tahun("tahun mulai dihuni")
    nilai_pembangunan = _rupiah("nilai pembangunan (Rp)")
    penyedia_jasa = _teks("penyedia jasa")
    unit_pelaksana = _teks("unit pelaksana", 120, bantuan="SNVT atau balai yang membangun.")

    # kondisi bangunan
    kondisi_atap = _choice("atap", enums.Kondisi)
    kondisi_plafon = _choice("plafon", enums.Kondisi)
    kondisi_dinding = _choice("dinding", enums.Kondisi)
    kondisi_lantai = _choice("lantai", enums.Kondisi)
    kondisi_pintu_jendela = _choice("pintu dan jendela", enums.Kondisi)
    kondisi_tangga = _choice("tangga dan railing", enums.Kondisi)
    kondisi_lift = _choice("lift", enums.Kondisi)

    # hunian
    jumlah_kk = _bilangan("jumlah KK", bantuan="KK yang tinggal pada tanggal data.")
    jumlah_jiwa = _bilangan("jumlah jiwa")
    daftar_tunggu = _bilangan("daftar tunggu", bantuan="Jumlah pemohon yang menunggu; tulis 0 bila tidak ada.")

    # tarif
    tarif_belum_ditetapkan = models.BooleanField(
        "tarif belum ditetapkan", default=False, help_text="Centang bila belum ada tarif sewa sama sekali."
    )
    jaminan_bulan = models.PositiveSmallIntegerField("uang jaminan (bulan sewa)", null=True, blank=True)
    termasuk_air = _choice("tarif termasuk air", enums.Jawaban)
    termasuk_listrik = _choice("tarif termasuk listrik", enums.Jawaban)

    # pengelolaan
    bentuk_pengelola = _choice("bentuk pengelola", enums.BentukPengelola)
    nama_pengelola = _teks("nama pengelola")
    kepala_pengelola = _teks("kepala pengelola", 120)
    kontak_pengelola = _teks("kontak kantor pengelola", 60, bantuan="Nomor kantor, bukan nomor pribadi.")
    petugas_admin = _bilangan("petugas administrasi")
    petugas_kebersihan = _bilangan("petugas kebersihan")
    petugas_keamanan = _bilangan("petugas keamanan")
    petugas_teknisi = _bilangan("petugas teknisi")
    keadaan_dasar_hukum = _choice("perda/perkada pengelolaan", enums.Keadaan)
    dasar_hukum = _teks("nomor dan judul perda/perkada", 300)
    ada_sop = _choice("SOP atau tata tertib", enums.Keadaan)
    keadaan_batas_huni = _choice("batas lama huni", enums.Keadaan)
    batas_huni_bulan = models.PositiveSmallIntegerField("batas lama huni (bulan)", null=True, blank=True)
    perpanjangan_maks = models.PositiveSmallIntegerField("perpanjangan paling banyak (kali)", null=True, blank=True)
    tahun_keuangan = _tahun("tahun anggaran keuangan")
    target_pad = _rupiah("target PAD (Rp)")
    realisasi_pad = _rupiah("realisasi PAD (Rp)")
    tunggakan = _rupiah("tunggakan sewa (Rp)")
    jumlah_penunggak = _bilangan("jumlah penunggak")
    anggaran_pemeliharaan = _rupiah("anggaran pemeliharaan (Rp)")

    # aset dan legalitas
    status_aset = _choice("status aset", enums.StatusAset)
    tanggal_serah_kelola = models.DateField(
        "tanggal serah terima pengelolaan", null=True, blank=True, help_text="Berbeda dari tanggal hibah."
    )
    nomor_bast = _teks("nomor BAST", 100)
    tanggal_bast = models.DateField("tanggal BAST", null=True, blank=True)
    nomor_hibah = _teks("nomor naskah hibah", 100)
    tanggal_hibah = models.DateField("tanggal naskah hibah", null=True, blank=True)
    tercatat_kib = _choice("tercatat di KIB", enums.Jawaban)
    nomor_pbg = _teks("nomor IMB/PBG", 100)
    tanggal_pbg = models.DateField("tanggal IMB/PBG", null=True, blank=True)
    nomor_slf = _teks("nomor SLF", 100)
    tanggal_slf = models.DateField("tanggal SLF", null=True, blank=True)
    slf_berlaku_sampai = models.DateField("SLF berlaku sampai", null=True, blank=True)
    proteksi_kebakaran_laik = _choice("proteksi kebakaran laik", enums.Jawaban)

    # prasarana, sarana, utilitas
    sumber_air = _choice("sumber air", enums.SumberAir)
    kondisi_air = _choice("kondisi air bersih", enums.KondisiSarana)
    daya_listrik_va = _bilangan("daya listrik per unit (VA)")
    meter_listrik = _choice("meter listrik", enums.MeterListrik)
    kondisi_listrik = _choice("kondisi listrik", enums.KondisiSarana)
    jenis_sanitasi = _choice("jenis sanitasi", enums.Sanitasi)
    kondisi_sanitasi = _choice("kondisi sanitasi", enums.KondisiSarana)
    kondisi_drainase = _choice("drainase", enums.KondisiSarana)
    kondisi_persampahan = _choice("persampahan", enums.KondisiSarana)
    lebar_jalan_m = models.DecimalField("lebar jalan akses (m)", max_digits=5, decimal_places=1, null=True, blank=True)
    kondisi_jalan = _choice("jalan akses", enums.KondisiSarana)
    kondisi_pju = _choice("penerangan jalan umum", enums.KondisiSarana)
    kondisi_apar = _choice("APAR", enums.KondisiSarana)
    kondisi_hidran = _choice("hidran", enums.KondisiSarana)
    kondisi_tangga_darurat = _choice("tangga darurat", enums.KondisiSarana)
    kondisi_parkir = _choice("parkir", enums.KondisiSarana)

    # fasilitas sosial
    mushola = _choice("musala", enums.KondisiSarana)
    ruang_serbaguna = _choice("ruang serbaguna", enums.KondisiSarana)
    taman_bermain = _choice("taman bermain", enums.KondisiSarana)
    posyandu_paud = _choice("posyandu/PAUD", enums.KondisiSarana)
    kios = _choice("kios", enums.KondisiSarana)
    dapur_umum = _choice("dapur umum", enums.KondisiSarana)
    cctv = _choice("CCTV", enums.KondisiSarana)
    pos_satpam = _choice("pos satpam", enums.KondisiSarana)
    rth = _choice("ruang terbuka hijau", enums.KondisiSarana)

    # permasalahan
    tidak_ada_permasalahan = models.BooleanField(
        "tidak ada permasalahan", default=False, help_text="Centang hanya bila daftar di bawah memang kosong."
    )
    usulan = models.TextField("usulan kabupaten/kota", max_length=2000, blank=True, default="")
    dukungan_provinsi = models.TextField("dukungan yang diminta dari provinsi", max_length=2000, blank=True, default="")
    dukungan_pusat = models.TextField("dukungan yang diminta dari pusat", max_length=2000, blank=True, default="")

    # where the figures come from; not part of the form
    asal_data = models.CharField(max_length=10, choices=enums.AsalData, default=enums.AsalData.DAERAH, editable=False)
    sumber = models.CharField(max_length=200, blank=True, default="", editable=False)
    catatan_sumber = models.TextField(blank=True, default="", editable=False)
    ditutup_sejak = models.DateField(null=True, blank=True, editable=False)
    alasan_ditutup = models.CharField(max_length=300, blank=True, default="", editable=False)

    objects = RusunQuerySet.as_manager()

    class Meta:
        verbose_name = "rusun/rusus"
        verbose_name_plural = "rusun/rusus"
        ordering = ["kode"]
        indexes = [models.Index(fields=["kabupaten_kota", "nama"], name="rusun_daerah_nama")]
        constraints = [
            choices_valid("rusun", "jenis", enums.Jenis),
            choices_valid("rusun", "peruntukan", enums.Peruntukan, blank=True),
            choices_valid("rusun", "penguasaan", enums.Penguasaan, blank=True),
            choices_valid("rusun", "status_aset", enums.StatusAset, blank=True),
            choices_valid("rusun", "status_lahan", enums.StatusLahan, blank=True),
            choices_valid("rusun", "bentuk_pengelola", enums.BentukPengelola, blank=True),
            rule(
                "rusun_tahun_urut",
                (Q(tahun_mulai__isnull=True) | Q(tahun_bangun__isnull=True) | Q(tahun_mulai__lte=F("tahun_bangun")))
                & (
                    Q(tahun_bangun__isnull=True) | Q(tahun_dihuni__isnull=True) | Q(tahun_bangun__lte=F("tahun_dihuni"))
                ),
                "Urutan tahun tidak mungkin: mulai dibangun, lalu selesai, lalu dihuni.",
            ),
            rule(
                "rusun_slf_urut",
                Q(tanggal_slf__isnull=True)
                | Q(slf_berlaku_sampai__isnull=True)
                | Q(tanggal_slf__lte=F("slf_berlaku_sampai")),
                "SLF tidak mungkin berakhir sebelum diterbitkan.",
            ),
            rule(
                "rusun_koordinat_jateng",
                (Q(lintang__isnull=True) | Q(lintang__gte=-8.5, lintang__lte=-5.6))
                & (Q(bujur__isnull=True) | Q(bujur__gte=108.5, bujur__lte=111.7)),
                "Koordinat di luar Jawa Tengah. Lintang antara -8,5 dan -5,6; bujur antara 108,5 dan 111,7.",
            ),
            rule(
                "rusun_penutupan_beralasan",
                Q(ditutup_sejak__isnull=True, alasan_ditutup="")
                | (Q(ditutup_sejak__isnull=False) & ~Q(alasan_ditutup="")),
                "Penutupan lokasi harus disertai alasan.",
            ),
        ]

    def __str__(self) -> str:
        return self.nama


class Blok(UuidRow):
    """A tower (rusun) or a row of houses (rusus). A twin block counts as one tower; rows are no towers."""

    REGION_PATH: ClassVar[str] = "rusun__kabupaten_kota"

    rusun = models.ForeignKey(Rusun, on_delete=models.CASCADE, related_name="blok")
    nama = models.CharField("nama blok", max_length=80)
    konfigurasi = models.CharField(max_length=12, choices=enums.Konfigurasi)
    jumlah_lantai = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1, "Paling sedikit 1 lantai."), MaxValueValidator(60, "Paling banyak 60 lantai.")]
    )
    tipe_m2 = models.PositiveSmallIntegerField("tipe (m²)", null=True, blank=True, help_text="Kosongkan untuk barak.")
    pola_hunian = models.CharField(max_length=12, choices=enums.PolaHunian, default=enums.PolaHunian.KELUARGA)
    kapasitas_unit = models.PositiveSmallIntegerField(
        "kapasitas per unit (orang)",
        default=1,
        help_text="Untuk pola perorangan.",
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    jumlah_unit = models.PositiveIntegerField()
    terhuni = models.PositiveIntegerField()
    kosong_siap = models.PositiveIntegerField("kosong siap huni")
    kosong_rusak = models.PositiveIntegerField("kosong rusak")
    cadangan = models.PositiveIntegerField("tidak disewakan (cadangan/dipakai lain)")
    unit_disabilitas = _bilangan("unit ramah disabilitas")
    unit_non_hunian = _bilangan("unit nonhunian")
    ada_lift = _choice("ada lift", enums.Jawaban)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "blok"
        verbose_name_plural = "blok"
        ordering = ["rusun", "nama"]
        constraints = [
            models.UniqueConstraint(
                fields=["rusun", "nama"],
                name="blok_nama_unik",
                violation_error_message="Nama blok ini sudah ada di lokasi ini.",
            ),
            choices_valid("blok", "konfigurasi", enums.Konfigurasi),
            choices_valid("blok", "pola_hunian", enums.PolaHunian),
            rule(
                "blok_jumlah_unit_cocok",
                Q(jumlah_unit=F("terhuni") + F("kosong_siap") + F("kosong_rusak") + F("cadangan")),
                "Terhuni + kosong siap + kosong rusak + tidak disewakan harus sama dengan jumlah unit.",
            ),
        ]

    def __str__(self) -> str:
        return self.nama


class SebabKosong(RegistryRow):
    """How many units of a location stand empty for one cause of the closed list."""

    REGION_PATH: ClassVar[str] = "rusun__kabupaten_kota"

    rusun = models.ForeignKey(Rusun, on_delete=models.CASCADE, related_name="sebab_kosong")
    sebab = models.CharField(max_length=30, choices=enums.Sebab)
    jumlah_unit = models.PositiveIntegerField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "sebab kosong"
        verbose_name_plural = "sebab kosong"
        ordering = ["rusun", "sebab"]
        constraints = [
            models.UniqueConstraint(fields=["rusun", "sebab"], name="sebabkosong_unik"),
            choices_valid("sebabkosong", "sebab", enums.Sebab),
        ]

    def __str__(self) -> str:
        return f"{self.get_sebab_display()}: {self.jumlah_unit}"


class Tarif(UuidRow):
    """A monthly rent. Never assumed to fall with height: Blora's second floor is the dearest."""

    REGION_PATH: ClassVar[str] = "rusun__kabupaten_kota"

    rusun = models.ForeignKey(Rusun, on_delete=models.CASCADE, related_name="tarif")
    lantai = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1, "Lantai paling rendah 1."), MaxValueValidator(60, "Lantai paling tinggi 60.")]
    )
    tipe_m2 = models.PositiveSmallIntegerField("tipe (m²)", null=True, blank=True, help_text="Kosong: semua tipe.")
    satuan = models.CharField(max_length=6, choices=enums.SatuanTarif, default=enums.SatuanTarif.UNIT)
    tarif_bulan = models.PositiveIntegerField("tarif per bulan (Rp)")
    berlaku_mulai = models.DateField(null=True, blank=True)
    dasar_hukum = _teks("dasar hukum tarif", 200)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "tarif"
        verbose_name_plural = "tarif"
        ordering = ["rusun", "lantai", "tipe_m2", "satuan"]
        constraints = [
            models.UniqueConstraint(
                models.F("rusun"),
                models.F("lantai"),
                models.F("satuan"),
                Coalesce("tipe_m2", 0),
                Coalesce("berlaku_mulai", models.Value(datetime.date(1, 1, 1), output_field=models.DateField())),
                name="tarif_unik",
                violation_error_message="Tarif untuk lantai, tipe, dan tanggal ini sudah ada.",
            ),
            choices_valid("tarif", "satuan", enums.SatuanTarif),
        ]

    def __str__(self) -> str:
        return f"Lantai {self.lantai}"


def _kk(label: str) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(label, null=True, blank=True)


class ProfilPenghuni(RegistryRow):
    """The residents of a location in figures, in KK: every kabupaten/kota can give these, names are optional."""

    REGION_PATH: ClassVar[str] = "rusun__kabupaten_kota"

    rusun = models.OneToOneField(Rusun, on_delete=models.CASCADE, primary_key=True, related_name="profil_penghuni")
    kerja_buruh = _kk("buruh atau karyawan pabrik")
    kerja_pedagang = _kk("pedagang atau usaha kecil")
    kerja_nelayan = _kk("nelayan atau petani")
    kerja_jasa = _kk("jasa, ojek, atau sopir")
    kerja_harian = _kk("pekerja harian lepas")
    kerja_lainnya = _kk("pekerjaan lainnya")
    hasil_sampai_2jt = _kk("sampai Rp2 juta")
    hasil_2_4jt = _kk("di atas Rp2 juta sampai Rp4 juta")
    hasil_4_6jt = _kk("di atas Rp4 juta sampai Rp6 juta")
    hasil_6_8jt = _kk("di atas Rp6 juta sampai Rp8 juta")
    hasil_atas_8jt = _kk("di atas Rp8 juta")
    huni_sampai_1th = _kk("sampai 1 tahun")
    huni_1_3th = _kk("di atas 1 sampai 3 tahun")
    huni_3_6th = _kk("di atas 3 sampai 6 tahun")
    huni_atas_6th = _kk("di atas 6 tahun")
    asal_setempat = _kk("kecamatan yang sama")
    asal_daerah = _kk("kabupaten/kota yang sama")
    asal_luar = _kk("luar kabupaten/kota")
    minat_ya = _kk("berminat memiliki rumah")
    minat_tidak = _kk("tidak berminat")
    minat_belum_tahu = _kk("belum tahu")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "profil penghuni"
        verbose_name_plural = "profil penghuni"

    def __str__(self) -> str:
        return f"Profil penghuni {self.rusun_id}"


for model in (Rusun, Blok, SebabKosong, Tarif, ProfilPenghuni):
    auditlog.register(model, exclude_fields=["versi", "diubah", "diubah_oleh"])
