from django.core.management.base import BaseCommand
from django.utils import timezone

from core.display import angka, tanggal
from penghuni.anonim import anonymise_due, due_for_anonymising, retention_ends


class Command(BaseCommand):
    help = (
        "Anonimkan penghuni yang masa simpannya habis (RETENSI_PENGHUNI_TAHUN): tidak lagi tinggal di unit, dan hunian "
        "terakhirnya, atau perubahan terakhir bila belum pernah tinggal, sudah lebih lama dari itu. Angka tetap ada. "
        "Aman diulang."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="hanya hitung, tidak mengubah apa pun")

    def handle(self, *args, **options):
        today = timezone.localdate()
        since = f"keluar sebelum {tanggal(retention_ends(today))}"
        if options["dry_run"]:
            count = due_for_anonymising(today).count()
            self.stdout.write(f"{angka(count)} penghuni akan dianonimkan ({since}). Tidak ada yang diubah.")
        else:
            self.stdout.write(f"{angka(anonymise_due(today))} penghuni dianonimkan ({since}).")
