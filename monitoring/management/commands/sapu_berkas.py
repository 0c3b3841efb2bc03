from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.files import NotAPair, remove_file, require_pair
from monitoring.desk.berita_acara import stray_scans
from monitoring.dokumen.terbit import stray_documents
from monitoring.models import BeritaAcara, Dokumen
from rusun.lampiran import stray_files
from rusun.models import Lampiran

UMUR = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Daftar berkas lampiran, dokumen, dan pindaian yang tidak dicatat baris mana pun: sisa pekerjaan yang terputus "
        "karena server mati. Berkas yang lebih muda dari sehari tidak dihitung. Dengan --hapus, berkas itu dihapus."
    )

    def add_arguments(self, parser):
        parser.add_argument("--hapus", action="store_true", help="hapus berkas yang didaftar")

    def handle(self, *args, **options):
        sebelum = timezone.now() - UMUR
        strays = [*stray_files(sebelum), *stray_documents(sebelum), *stray_scans(sebelum)]
        recorded = Lampiran.objects.count() + Dokumen.objects.count() + BeritaAcara.objects.exclude(pindaian="").count()
        try:
            require_pair(strays, recorded)
        except NotAPair as refusal:
            raise CommandError(str(refusal)) from None
        for place in strays:
            self.stdout.write(place)
            if options["hapus"]:
                remove_file(place)
        if not strays:
            self.stdout.write("Tidak ada berkas yang tertinggal.")
        elif options["hapus"]:
            self.stdout.write(f"{len(strays)} berkas dihapus.")
        else:
            self.stdout.write(f"{len(strays)} berkas tertinggal. Hapus dengan: manage.py sapu_berkas --hapus")
