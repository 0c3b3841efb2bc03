from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.display import angka
from core.rantai import ChainBroken, seal_trails


class Command(BaseCommand):
    help = "Menyegel baris jejak yang baru ke dalam rantai. Aman diulang dan dihentikan; jalankan tiap lima menit."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sealed = seal_trails()
        except ChainBroken as fault:
            raise CommandError(str(fault)) from None
        if sealed:
            self.stdout.write(f"{angka(sealed)} baris jejak disegel.")
