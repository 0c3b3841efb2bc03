"""Closed lists about residents: stored value, then the label a user reads."""

from django.db import models


class JenisKelamin(models.TextChoices):
    LAKI_LAKI = "l", "Laki-laki"
    PEREMPUAN = "p", "Perempuan"


class StatusKawin(models.TextChoices):
    BELUM_KAWIN = "belum_kawin", "Belum kawin"
    KAWIN = "kawin", "Kawin"
    CERAI_HIDUP = "cerai_hidup", "Cerai hidup"
    CERAI_MATI = "cerai_mati", "Cerai mati"


class Pendidikan(models.TextChoices):
    TIDAK_SEKOLAH = "tidak_sekolah", "Tidak sekolah"
    SD = "sd", "SD"
    SMP = "smp", "SMP"
    SMA = "sma", "SMA/SMK"
    DIPLOMA = "diploma", "Diploma"
    SARJANA = "sarjana", "Sarjana"


class Pekerjaan(models.TextChoices):
    BURUH_PABRIK = "buruh_pabrik", "Buruh atau karyawan pabrik"
    PEDAGANG = "pedagang", "Pedagang atau usaha kecil"
    NELAYAN = "nelayan", "Nelayan"
    PETANI = "petani", "Petani"
    OJEK = "ojek", "Ojek atau sopir"
    JASA = "jasa", "Jasa"
    HARIAN_LEPAS = "harian_lepas", "Pekerja harian lepas"
    ASN = "asn", "ASN"
    PENSIUNAN = "pensiunan", "Pensiunan"
    TIDAK_BEKERJA = "tidak_bekerja", "Tidak bekerja"
    LAINNYA = "lainnya", "Lainnya"


class SifatKerja(models.TextChoices):
    TETAP = "tetap", "Tetap"
    TIDAK_TETAP = "tidak_tetap", "Tidak tetap"


class AlasanMasuk(models.TextChoices):
    RELOKASI = "relokasi", "Relokasi"
    BENCANA = "bencana", "Korban bencana"
    KERJA = "kerja", "Dekat tempat kerja"
    MENIKAH = "menikah", "Menikah"
    LAINNYA = "lainnya", "Lainnya"


class Minat(models.TextChoices):
    YA = "ya", "Berminat"
    TIDAK = "tidak", "Tidak berminat"
    BELUM_TAHU = "belum_tahu", "Belum tahu"


class KeluarKe(models.TextChoices):
    RUMAH_SENDIRI = "rumah_sendiri", "Rumah sendiri"
    RUSUN_LAIN = "rusun_lain", "Rusun lain"
    SEWA_LAIN = "sewa_lain", "Sewa di tempat lain"
    KELUARGA = "keluarga", "Rumah keluarga"
    LUAR_DAERAH = "luar_daerah", "Luar daerah"
    TIDAK_DIKETAHUI = "tidak_diketahui", "Tidak diketahui"


class JenisPermintaan(models.TextChoices):
    """What a person may ask about the own data (UU 27/2022)."""

    SALINAN = "salinan", "Salinan data"
    KOREKSI = "koreksi", "Koreksi data"
    PENGHAPUSAN = "penghapusan", "Penghapusan data"


class StatusPermintaanSubjek(models.TextChoices):
    DITERIMA = "diterima", "Menunggu jawaban"
    SELESAI = "selesai", "Selesai"
    DITOLAK = "ditolak", "Ditolak"
