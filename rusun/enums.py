"""Closed lists of the registry: stored value, then the label a user reads. Codes follow the reference data of 2021."""

from django.db import models


class Jenis(models.TextChoices):
    RUSUN = "rusun", "Rusun"
    RUSUS = "rusus", "Rusus"


class KategoriHukum(models.TextChoices):
    """UU 20/2011 Pasal 1 and PP 13/2021 Pasal 1."""

    UMUM = "umum", "Umum"
    KHUSUS = "khusus", "Khusus"
    NEGARA = "negara", "Negara"
    KOMERSIAL = "komersial", "Komersial"


class Peruntukan(models.TextChoices):
    MBR = "mbr", "MBR"
    PEKERJA = "pekerja", "Pekerja"
    PEKERJA_LAJANG = "pekerja_lajang", "Pekerja lajang"
    NELAYAN = "nelayan", "Nelayan"
    ASN = "asn", "ASN"
    TNI_POLRI = "tni_polri", "TNI/Polri"
    SANTRI = "santri", "Santri"
    MAHASISWA = "mahasiswa", "Mahasiswa"
    KORBAN_BENCANA = "korban_bencana", "Korban bencana"
    RELOKASI = "relokasi", "Warga relokasi"
    LANSIA_DISABILITAS = "lansia_disabilitas", "Lansia/disabilitas"
    LAINNYA = "lainnya", "Lainnya"


class Penguasaan(models.TextChoices):
    SEWA = "sewa", "Sewa"
    MILIK = "milik", "Milik"
    PINJAM_PAKAI = "pinjam_pakai", "Pinjam pakai"
    HUNIAN_DINAS = "hunian_dinas", "Hunian dinas"


class SumberDana(models.TextChoices):
    APBN = "apbn", "APBN"
    APBD_PROV = "apbd_prov", "APBD provinsi"
    APBD_KAB = "apbd_kab", "APBD kabupaten/kota"
    CSR = "csr", "CSR"
    CAMPURAN = "campuran", "Campuran"


class StatusLahan(models.TextChoices):
    MILIK_PEMDA = "milik_pemda", "Milik pemerintah daerah"
    HAK_PAKAI = "hak_pakai", "Hak pakai"
    HPL = "hpl", "HPL"
    TANAH_DESA_BENGKOK = "tanah_desa_bengkok", "Tanah desa/bengkok"
    BMN = "bmn", "BMN"
    LAINNYA = "lainnya", "Lainnya"


class StatusAset(models.TextChoices):
    BMN_BELUM_SERAH = "bmn_belum_serah", "BMN, belum diserahterimakan"
    BMN_DIKELOLA_SEMENTARA = "bmn_dikelola_sementara", "BMN, dikelola sementara oleh daerah"
    PROSES_HIBAH = "proses_hibah", "Proses hibah"
    SUDAH_HIBAH = "sudah_hibah", "Sudah hibah, menjadi BMD"
    ALIH_STATUS = "alih_status", "Alih status penggunaan"
    PMN = "pmn", "Penyertaan modal negara"
    BMD_SENDIRI = "bmd_sendiri", "BMD, dibangun daerah sendiri"


class BentukPengelola(models.TextChoices):
    UPTD = "uptd", "UPTD"
    BIDANG_DINAS = "bidang_dinas", "Bidang pada dinas"
    BLUD = "blud", "BLUD"
    PIHAK_KETIGA = "pihak_ketiga", "Pihak ketiga"
    DESA = "desa", "Pemerintah desa"
    BELUM_ADA = "belum_ada", "Belum ada"


class Keadaan(models.TextChoices):
    """Answers "is there one?" so that empty means "not answered yet"."""

    ADA = "ada", "Ada"
    BELUM_ADA = "belum_ada", "Belum ada"


class Jawaban(models.TextChoices):
    YA = "ya", "Ya"
    TIDAK = "tidak", "Tidak"


class Konfigurasi(models.TextChoices):
    SINGLE = "single", "Tower tunggal"
    TWIN_BLOCK = "twin_block", "Twin block"
    DERET = "deret", "Deret"
    KOPEL = "kopel", "Kopel"


class PolaHunian(models.TextChoices):
    KELUARGA = "keluarga", "Keluarga (satu KK per unit)"
    PERORANGAN = "perorangan", "Perorangan (beberapa penghuni per unit)"


class Sebab(models.TextChoices):
    """Why units stand empty; which of the three figures a cause explains is decided in `rusun.hunian`."""

    RUSAK = "rusak", "Rusak"
    REHAB = "rehab", "Sedang direhabilitasi"
    BELUM_SERAH_TERIMA = "belum_serah_terima", "Belum serah terima"
    PSU_BELUM_LENGKAP = "psu_belum_lengkap", "PSU belum lengkap"
    BELUM_ADA_REGULASI_TARIF = "belum_ada_regulasi_tarif", "Belum ada regulasi atau tarif"
    PEMINAT_KURANG = "peminat_kurang", "Peminat kurang"
    LOKASI_JAUH = "lokasi_jauh", "Lokasi jauh"
    PROSES_SELEKSI = "proses_seleksi", "Proses seleksi penghuni"
    DIPAKAI_LAIN = "dipakai_lain", "Cadangan atau dipakai lain"


class SatuanTarif(models.TextChoices):
    UNIT = "unit", "per unit"
    ORANG = "orang", "per orang"


class Kondisi(models.TextChoices):
    BAIK = "baik", "Baik"
    RUSAK_RINGAN = "rusak_ringan", "Rusak ringan"
    RUSAK_SEDANG = "rusak_sedang", "Rusak sedang"
    RUSAK_BERAT = "rusak_berat", "Rusak berat"


class KondisiSarana(models.TextChoices):
    TIDAK_ADA = "tidak_ada", "Tidak ada"
    BAIK = "baik", "Baik"
    KURANG = "kurang", "Ada, kurang memadai"
    RUSAK = "rusak", "Ada, rusak"


class SumberAir(models.TextChoices):
    PDAM = "pdam", "PDAM"
    SUMUR_DALAM = "sumur_dalam", "Sumur dalam"
    CAMPURAN = "campuran", "Campuran"


class MeterListrik(models.TextChoices):
    PER_UNIT = "per_unit", "Satu meter per unit"
    INDUK = "induk", "Meter induk"


class Sanitasi(models.TextChoices):
    IPAL_KOMUNAL = "ipal_komunal", "IPAL komunal"
    SEPTIC_TANK = "septic_tank", "Tangki septik"


class Aspek(models.TextChoices):
    """The eight aspects of the ministry's training deck (domain paper, section 4)."""

    KELEMBAGAAN = "kelembagaan", "Kelembagaan"
    LEGALITAS = "legalitas", "Legalitas"
    PEMBIAYAAN = "pembiayaan", "Pembiayaan"
    SOSIAL = "sosial", "Sosial"
    EKONOMI = "ekonomi", "Ekonomi"
    PENGELOLAAN = "pengelolaan", "Pengelolaan"
    FISIK_BANGUNAN = "fisik_bangunan", "Fisik bangunan"
    PEMBERDAYAAN_MASYARAKAT = "pemberdayaan_masyarakat", "Pemberdayaan masyarakat"


class Tingkat(models.TextChoices):
    RINGAN = "ringan", "Ringan"
    SEDANG = "sedang", "Sedang"
    BERAT = "berat", "Berat"


class Pihak(models.TextChoices):
    KABUPATEN_KOTA = "kabupaten_kota", "Kabupaten/kota"
    PROVINSI = "provinsi", "Provinsi"
    PUSAT = "pusat", "Pusat"


class StatusTindakLanjut(models.TextChoices):
    BELUM = "belum", "Belum ditangani"
    PROSES = "proses", "Dalam proses"
    SELESAI = "selesai", "Selesai"
    TIDAK_DAPAT = "tidak_dapat", "Tidak dapat ditangani"
    DILIMPAHKAN = "dilimpahkan", "Dilimpahkan"


class JenisLampiran(models.TextChoices):
    FOTO = "foto", "Foto bangunan"
    BAST = "bast", "BAST"
    NASKAH_HIBAH = "naskah_hibah", "Naskah hibah"
    PBG = "pbg", "IMB/PBG"
    SLF = "slf", "SLF"
    SERTIFIKAT = "sertifikat", "Sertifikat tanah"
    DASAR_HUKUM = "dasar_hukum", "Perda/perkada"
    BUKTI = "bukti", "Bukti tindak lanjut"
    LAINNYA = "lainnya", "Lainnya"


class AsalData(models.TextChoices):
    DAERAH = "daerah", "Diisi kabupaten/kota"
    PUBLIK = "publik", "Sumber publik"
    CONTOH = "contoh", "Data contoh"
