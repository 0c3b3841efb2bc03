from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.display import angka
from core.parsing import has_long_number
from core.rantai import ChainBroken, seal_trails, set_head

ALASAN_MIN = 10


class Command(BaseCommand):
    help = "Menyegel baris jejak yang baru ke dalam rantai. Aman diulang dan dihentikan; jalankan tiap lima menit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--kepala-baru", metavar="ALASAN",
            help="tetapkan ulang berkas kepala rantai yang hilang atau tidak cocok, misalnya sesudah memulihkan basis "
            "data tanpa berkasnya; alasannya dicatat di jejak",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["kepala_baru"] is not None:
                self._set_head(" ".join(options["kepala_baru"].split()))
            sealed = seal_trails()
        except ChainBroken as fault:
            raise CommandError(str(fault)) from None
        if sealed:
            self.stdout.write(f"{angka(sealed)} baris jejak disegel.")

    def _set_head(self, alasan: str) -> None:
        if len(alasan) < ALASAN_MIN or has_long_number(alasan):
            raise CommandError(f"Tulis alasan paling sedikit {ALASAN_MIN} huruf, tanpa NIK atau nomor telepon.")
        set_head(alasan)
        self.stdout.write("Kepala rantai ditetapkan ulang dan dicatat di jejak.")
