"""Closed lists of a monitoring period. One state, a label per audience."""

from django.db import models


class StatusPeriode(models.TextChoices):
    DISIAPKAN = "disiapkan", "Disiapkan"
    DIBUKA = "dibuka", "Dibuka"
    REKAP_DIAJUKAN = "rekap_diajukan", "Rekap diajukan"
    DITETAPKAN = "ditetapkan", "Ditetapkan"


class StatusIsian(models.TextChoices):
    BELUM_MULAI = "belum_mulai", "Belum mulai"
    DIISI = "diisi", "Sedang diisi"
    TERKIRIM = "terkirim", "Terkirim, menunggu provinsi"
    PERLU_PERBAIKAN = "perlu_perbaikan", "Perlu perbaikan"
    TERVERIFIKASI = "terverifikasi", "Terverifikasi"


LABEL_PROVINSI: dict[str, str] = {
    StatusIsian.BELUM_MULAI: "Belum mulai",
    StatusIsian.DIISI: "Sedang diisi daerah",
    StatusIsian.TERKIRIM: "Perlu diverifikasi",
    StatusIsian.PERLU_PERBAIKAN: "Menunggu perbaikan daerah",
    StatusIsian.TERVERIFIKASI: "Terverifikasi",
}
"""What the province reads where the operator reads `StatusIsian.label`."""


class Gerak(models.TextChoices):
    """Moves of an isian (design section 4)."""

    MULAI = "mulai", "Mulai mengisi"
    KIRIM = "kirim", "Kirim ke provinsi"
    TARIK = "tarik", "Tarik kembali"
    MULAI_VERIFIKASI = "mulai_verifikasi", "Mulai verifikasi"
    KEMBALIKAN = "kembalikan", "Kembalikan untuk diperbaiki"
    VERIFIKASI = "verifikasi", "Verifikasi"
    BUKA_KEMBALI = "buka_kembali", "Buka kembali"


class GerakPeriode(models.TextChoices):
    BUKA = "buka", "Buka periode"
    AJUKAN_REKAP = "ajukan_rekap", "Ajukan rekap"
    KEMBALIKAN_REKAP = "kembalikan_rekap", "Kembalikan rekap"
    TETAPKAN = "tetapkan", "Tetapkan rekap"


class PerubahanPeriode(models.TextChoices):
    """What the history of a period tells beside its moves."""

    UNDANG = "undang", "Undangan ditambah"
    UBAH_TANGGAL = "ubah_tanggal", "Tanggal diubah"
    KEPUTUSAN = "keputusan", "Keputusan yang dimohon ditulis"


class StatusCatatan(models.TextChoices):
    TERBUKA = "terbuka", "Terbuka"
    DIJAWAB = "dijawab", "Dijawab"
    SELESAI = "selesai", "Selesai"


class StatusPermintaan(models.TextChoices):
    MENUNGGU = "menunggu", "Menunggu"
    DIKABULKAN = "dikabulkan", "Dikabulkan"
    DITOLAK = "ditolak", "Ditolak"


class JenisBacklog(models.TextChoices):
    KEMISKINAN = "kemiskinan", "Backlog kemiskinan"
    KEPEMILIKAN = "kepemilikan", "Backlog kepemilikan"
    PENGHUNIAN = "penghunian", "Backlog penghunian"


class JenisPemberitahuan(models.TextChoices):
    """Why somebody is told something on the home page."""

    DIUNDANG = "diundang", "Undangan"
    TANGGAL_DIUBAH = "tanggal_diubah", "Tanggal diubah"
    PENGECUALIAN = "pengecualian", "Pengecualian"
    MENDEKATI_BATAS = "mendekati_batas", "Mendekati batas"
    DIINGATKAN = "diingatkan", "Pengingat"
    DIKEMBALIKAN = "dikembalikan", "Dikembalikan"
    DIBUKA_KEMBALI = "dibuka_kembali", "Dibuka kembali"
    PERBAIKAN_MASUK = "perbaikan_masuk", "Perbaikan masuk"
    TERVERIFIKASI = "terverifikasi", "Terverifikasi"
    JADWAL_DESK = "jadwal_desk", "Jadwal desk"


class JenisSurel(models.TextChoices):
    """What an e-mail is about. Its text is made from the state when it is sent."""

    BELUM_MENGIRIM = "belum_mengirim", "Belum mengirim"
    BELUM_MENJAWAB = "belum_menjawab", "Belum menjawab catatan"


class StatusSurel(models.TextChoices):
    MENUNGGU = "menunggu", "Menunggu"
    MENGIRIM = "mengirim", "Sedang dikirim"
    TERKIRIM = "terkirim", "Terkirim"
    DILEWATI = "dilewati", "Tidak perlu lagi"
    GAGAL = "gagal", "Gagal"


class StatusImpor(models.TextChoices):
    """How far a workbook that was sent in has come. `diunggah` and `disetujui`: work is waiting or under way."""

    DIUNGGAH = "diunggah", "Sedang diperiksa"
    DITOLAK = "ditolak", "Berkas ditolak"
    MENUNGGU = "menunggu", "Menunggu keputusan"
    DISETUJUI = "disetujui", "Sedang diterapkan"
    DITERAPKAN = "diterapkan", "Diterapkan"
    NIHIL = "nihil", "Tidak ada perubahan"
    DIBATALKAN = "dibatalkan", "Dibatalkan"
    DIURUNGKAN = "diurungkan", "Diurungkan"
    GAGAL = "gagal", "Terputus"


class JenisSesi(models.TextChoices):
    PEMBUKAAN = "pembukaan", "Rapat pembukaan"
    DESK = "desk", "Desk"


class StatusSesi(models.TextChoices):
    TERJADWAL = "terjadwal", "Belum hadir"
    BERLANGSUNG = "berlangsung", "Berlangsung"
    JEDA = "jeda", "Jeda"
    DITUTUP = "ditutup", "Ditutup"
    TIDAK_HADIR = "tidak_hadir", "Tidak hadir"
    BATAL = "batal", "Dibatalkan"


class LangkahSesi(models.TextChoices):
    """What the history of a session tells."""

    PINDAH = "pindah", "Jadwal dipindahkan"
    MULAI = "mulai", "Sesi dimulai"
    JEDA = "jeda", "Sesi dijeda"
    LANJUT = "lanjut", "Sesi dilanjutkan"
    AMBIL_ALIH = "ambil_alih", "Diambil alih"
    TUTUP = "tutup", "Sesi ditutup"
    TIDAK_HADIR = "tidak_hadir", "Dinyatakan tidak hadir"
    JADWAL_ULANG = "jadwal_ulang", "Dijadwalkan ulang"


class JenisButir(models.TextChoices):
    """Why a point is on the agenda of a session, in the order in which points are gone through."""

    BELUM_KIRIM = "belum_kirim", "Belum kirim"
    KESEPAKATAN = "kesepakatan", "Kesepakatan lalu"
    CATATAN = "catatan", "Catatan terbuka"
    TINDAK = "tindak", "Lewat batas waktu"
    PERINGATAN = "peringatan", "Peringatan"
    UBAHAN = "ubahan", "Perubahan besar"
    DOKUMEN = "dokumen", "Dokumen belum ada"
    GANDA = "ganda", "Data ganda"
    TAMBAHAN = "tambahan", "Tambahan"


class JenisBeritaAcara(models.TextChoices):
    DESK = "desk", "Berita acara desk"
    BELUM_MENYAMPAIKAN = "belum_menyampaikan", "Berita acara belum menyampaikan"
    TIDAK_HADIR = "tidak_hadir", "Berita acara tidak hadir"


class StatusBeritaAcara(models.TextChoices):
    RANCANGAN = "rancangan", "Rancangan"
    TERBIT = "terbit", "Terbit"
    DIGANTIKAN = "digantikan", "Digantikan"


class JenisNaskah(models.TextChoices):
    """What is signed on paper. A berita acara is signed by the province twice: as one side, and above both."""

    REKAP_PROVINSI = "rekap_provinsi", "Rekapitulasi provinsi"
    REKAP_DAERAH = "rekap_daerah", "Rekapitulasi kabupaten/kota"
    RINGKASAN = "ringkasan", "Ringkasan untuk Gubernur"
    SURAT_PERMINTAAN = "surat_permintaan", "Surat permintaan data"
    SURAT_UNDANGAN = "surat_undangan", "Surat undangan desk"
    SURAT_ACARA = "surat_acara", "Surat susunan acara pembukaan"
    BERITA_ACARA = "berita_acara", "Berita acara, pihak provinsi"
    BERITA_ACARA_MENGETAHUI = "berita_acara_mengetahui", "Berita acara, yang mengetahui"


class JenisDokumen(models.TextChoices):
    """What is issued at sign-off and kept as it was issued."""

    REKAP_PROVINSI = "rekap_provinsi", "Rekap provinsi"
    REKAP_DAERAH = "rekap_daerah", "Rekap kabupaten/kota"


class StatusDokumen(models.TextChoices):
    BERLAKU = "berlaku", "Berlaku"
    DIGANTIKAN = "digantikan", "Digantikan"
