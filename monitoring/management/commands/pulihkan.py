from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitoring.operasi.basis import BasisGagal
from monitoring.operasi.cadangan import CadanganDitolak
from monitoring.operasi.pemulihan import restore
from monitoring.operasi.wadah import CadanganRusak, SandiDiperlukan


class Command(BaseCommand):
    help = (
        "Pulihkan satu cadangan ke basis data kosong (DATABASE_URL) dan folder kosong (MEDIA_ROOT): semuanya atau "
        "tidak sama sekali, lalu periksa hasilnya."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("berkas", type=Path)

    def handle(self, *args, berkas, **options):
        try:
            done = restore(berkas, tell=self.stdout.write)
        except (CadanganDitolak, CadanganRusak, SandiDiperlukan, BasisGagal, OSError) as failure:
            raise CommandError(f"Tidak ada yang dipulihkan. {failure}") from None
        self.stdout.write(
            f"Pulih: {done.baris} baris, {done.isi.berkas} berkas ({done.berkas_cocok} cocok dengan barisnya), "
            f"{done.nilai_terbuka} nilai tersegel terbuka. Lama: {done.detik:.1f} detik."
        )
        for objection in done.keberatan:
            self.stderr.write(objection)
        if done.keberatan:
            raise CommandError("Ada yang tidak sesuai; lihat baris di atas.")
        self.stdout.write("Lanjutkan dengan: manage.py migrate")
