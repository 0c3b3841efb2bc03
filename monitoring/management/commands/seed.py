from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.contoh.acuan import load_reference
from monitoring.contoh.muat import example_loaded, load_example
from monitoring.contoh.periode_2022 import shift_2022


class Command(BaseCommand):
    help = "Muat data acuan; dengan --contoh juga akun, registri, penghuni, dan dua periode contoh. Aman diulang."

    def add_arguments(self, parser):
        parser.add_argument("--contoh", action="store_true", help="muat juga data contoh")
        parser.add_argument("--geser", action="store_true", help="geser tanggal desk-2022 agar mengikuti hari ini")

    def handle(self, *args, contoh, geser, **options):
        if geser and not contoh:
            raise CommandError("--geser hanya berlaku bersama --contoh.")
        if contoh and not settings.ALLOW_EXAMPLE:
            raise CommandError("Data contoh tidak boleh dimuat di produksi.")
        load_reference()
        self.stdout.write("Data acuan siap.")
        if not contoh:
            return
        if example_loaded():
            self.stdout.write("Data contoh sudah ada.")
        else:
            self.stdout.write("Memuat data contoh:")
            load_example(self.stdout.write)
        if geser:
            self.stdout.write(f"Tanggal desk-2022 digeser {shift_2022(timezone.localdate())} hari.")
