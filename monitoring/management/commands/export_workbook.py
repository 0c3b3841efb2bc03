from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.files import write_whole
from core.models import KabupatenKota
from monitoring.impor.templat import template_for


class Command(BaseCommand):
    help = "Tulis templat Excel satu kabupaten/kota, terisi data yang tercatat. NIK dan No KK tersamar."

    def add_arguments(self, parser):
        parser.add_argument("--kabupaten-kota", metavar="KODE", required=True, help="misalnya 33.74")
        parser.add_argument("--output", metavar="PATH", required=True)

    def handle(self, *args, kabupaten_kota, output, **options):
        daerah = KabupatenKota.objects.filter(pk=kabupaten_kota).first()
        if daerah is None:
            raise CommandError(f"Kabupaten/kota {kabupaten_kota} tidak ada.")
        try:
            write_whole(Path(output), template_for(daerah, None).isi)
        except OSError as error:
            raise CommandError(str(error)) from error
