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


class HasilKriteria(models.TextChoices):
    """What is known about one criterion. Only `LULUS` and `CATATAN` do not stand in the way."""

    LULUS = "lulus", "Memenuhi"
    GAGAL = "gagal", "Tidak memenuhi"
    DATA_KURANG = "data_kurang", "Data kurang"
    PERLU_CEK = "perlu_cek", "Perlu dicek"
    CATATAN = "catatan", "Tidak menentukan"


class HasilSaring(models.TextChoices):
    """Advice about a household and a scheme; people decide."""

    LAYAK_AWAL = "layak_awal", "Layak awal"
    PERLU_VERIFIKASI = "perlu_verifikasi", "Perlu verifikasi"
    BELUM_LAYAK = "belum_layak", "Belum layak"


class TahapCalon(models.TextChoices):
    DISARING = "disaring", "Disaring"
    DIHUBUNGI = "dihubungi", "Dihubungi"
    BERMINAT = "berminat", "Berminat"
    DIUSULKAN = "diusulkan", "Diusulkan"
    MENDAPAT_RUMAH = "mendapat_rumah", "Mendapat rumah"
    BATAL = "batal", "Batal"


class BuktiGanda(models.TextChoices):
    """What two households may have in common, strongest first. The values name the columns of `DugaanGanda`."""

    NIK = "nik", "NIK sama"
    NAMA_LAHIR = "nama_lahir", "Nama dan tanggal lahir sama"
    NO_KK = "no_kk", "No KK sama"


class KeputusanGanda(models.TextChoices):
    TETAP = "tetap", "Tetap"
    PINDAH = "pindah", "Pindah"
    BUKAN = "bukan", "Bukan duplikat"


class KeadaanHuni(models.TextChoices):
    """How a stay stands against the rule of its location; decided in `masa_tinggal`."""

    LEWAT = "lewat", "Lewat batas"
    SEGERA = "segera", "Habis dalam enam bulan"
    AMAN = "aman", "Masih dalam batas"
    TIDAK_DIKETAHUI = "tanpa_aturan", "Tanpa aturan"


class JenisPermintaan(models.TextChoices):
    """What a person may ask about the own data (UU 27/2022)."""

    SALINAN = "salinan", "Salinan data"
    KOREKSI = "koreksi", "Koreksi data"
    PENGHAPUSAN = "penghapusan", "Penghapusan data"


class StatusPermintaanSubjek(models.TextChoices):
    DITERIMA = "diterima", "Menunggu jawaban"
    SELESAI = "selesai", "Selesai"
    DITOLAK = "ditolak", "Ditolak"
