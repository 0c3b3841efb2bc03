from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitoring.operasi.cadangan import read_through
from monitoring.operasi.wadah import CadanganRusak, SandiDiperlukan


class Command(BaseCommand):
    help = "Baca satu cadangan dari byte pertama sampai terakhir; gagal bila satu byte saja berubah atau hilang."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("berkas", type=Path)

    def handle(self, *args, berkas, **options):
        try:
            isi = read_through(berkas)
        except (CadanganRusak, SandiDiperlukan, OSError) as failure:
            raise CommandError(f"Cadangan ini tidak utuh. {failure}") from None
        about = isi.keterangan
        self.stdout.write(
            f"Utuh. Dibuat {about.dibuat} oleh versi {about.versi} dari {about.basis}: "
            f"{sum(about.jumlah.values())} baris, {isi.berkas} berkas."
        )
        self.stdout.write(f"Untuk memulihkannya diperlukan kunci {', '.join(about.sidik_kunci)} (KUNCI_DATA).")
