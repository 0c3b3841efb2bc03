from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rusun.lampiran import stray_files
from rusun.models import Lampiran

UMUR = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Daftar berkas lampiran yang tidak dicatat baris mana pun: sisa unggahan yang terputus karena server mati. "
        "Berkas yang lebih muda dari sehari tidak dihitung. Dengan --hapus, berkas itu dihapus."
    )

    def add_arguments(self, parser):
        parser.add_argument("--hapus", action="store_true", help="hapus berkas yang didaftar")

    def handle(self, *args, **options):
        strays = stray_files(timezone.now() - UMUR)
        if len(strays) > Lampiran.objects.count():
            raise CommandError(
                f"{len(strays)} berkas tidak dikenal, lebih banyak daripada lampiran yang tercatat. "
                f"Periksa apakah DATABASE_URL dan MEDIA_ROOT ({settings.MEDIA_ROOT}) memang sepasang. "
                "Tidak ada yang dihapus."
            )
        for path in strays:
            self.stdout.write(path.relative_to(Path(settings.MEDIA_ROOT)).as_posix())
            if options["hapus"]:
                path.unlink()
        if not strays:
            self.stdout.write("Tidak ada berkas yang tertinggal.")
        elif options["hapus"]:
            self.stdout.write(f"{len(strays)} berkas dihapus.")
        else:
            self.stdout.write(f"{len(strays)} berkas tertinggal. Hapus dengan: manage.py sapu_berkas --hapus")
