from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from monitoring.operasi.basis import BasisGagal, is_empty
from monitoring.operasi.cadangan import CadanganDitolak, back_up
from monitoring.operasi.wadah import CadanganRusak


class Command(BaseCommand):
    help = (
        "Cadangkan basis data dan semua berkas ke satu arsip, selagi situs bekerja. KUNCI_DATA tidak ikut: simpan "
        "sendiri. Dengan SANDI_CADANGAN arsip disandikan."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--ke", type=Path, default=settings.CADANGAN_ROOT, help="folder tujuan")
        parser.add_argument("--simpan", type=int, default=0, metavar="N", help="hapus semua kecuali N yang terbaru")
        parser.add_argument("--bila-berisi", action="store_true", help="basis data yang masih kosong dilewati")

    def handle(self, *args, ke, simpan, bila_berisi, **options):
        if bila_berisi and is_empty():
            self.stdout.write("Basis data masih kosong: tidak ada yang dicadangkan.")
            return
        try:
            made = back_up(Path(ke), simpan=simpan, tell=self.stdout.write)
        except (CadanganDitolak, BasisGagal, CadanganRusak, OSError) as failure:
            raise CommandError(f"Cadangan tidak dibuat. {failure}") from None
        about = made.isi.keterangan
        self.stdout.write(
            f"Cadangan: {made.path} ({made.path.stat().st_size / 1e6:.1f} MB, {sum(about.jumlah.values())} baris, "
            f"{made.isi.berkas} berkas{', disandikan' if made.isi.disandikan else ''}), {made.detik:.1f} detik."
        )
        self.stdout.write(f"Untuk memulihkannya diperlukan kunci {', '.join(about.sidik_kunci)} (KUNCI_DATA).")
        if made.hilang:
            raise CommandError(
                f"Cadangan ini tidak lengkap: {len(made.hilang)} berkas yang dicatat tidak ada di MEDIA_ROOT "
                f"({settings.MEDIA_ROOT}), antara lain {made.hilang[0]}. Periksa apakah diska berkas terpasang, atau "
                "ambil berkas itu dari cadangan lama, lalu cadangkan lagi. Cadangan lama tidak ada yang dihapus."
            )
