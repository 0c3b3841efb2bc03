"""Screen the residents whose data or rules moved on since their last screening."""

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from penghuni.models import PutaranPenyaringan
from penghuni.putaran import begin, work


class Command(BaseCommand):
    help = "Menyaring penghuni yang datanya atau aturannya berubah, untuk program kepemilikan rumah."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--putaran", type=int, help="nomor putaran yang sudah dicatat oleh halaman penyaringan")
        parser.add_argument("--tanggal", type=datetime.date.fromisoformat, help="aturan per tanggal, mis. 2021-08-19")

    def handle(self, *args: Any, **options: Any) -> None:
        if number := options["putaran"]:
            row = PutaranPenyaringan.objects.filter(pk=number, berjalan=True).select_related("versi_aturan").first()
        else:
            row = begin(None, options["tanggal"])
        if row is None:
            raise CommandError("Penyaringan lain sedang berjalan atau sudah selesai.")
        self.stdout.write(f"{work(row)} penghuni disaring, aturan {row.versi_aturan_id}.")
