"""Screen the residents whose data or rules moved on since their last screening."""

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.display import angka
from penghuni.aturan import rules_today
from penghuni.models import PutaranPenyaringan
from penghuni.putaran import begin, due, is_behind, work


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
        # Whoever changed behind the run, when no other could begin, is taken along.
        while row is not None:
            self.stdout.write(f"{angka(work(row))} penghuni disaring, aturan {row.versi_aturan_id}.")
            row = begin(None, row.versi_aturan.tanggal) if is_behind(row) else self.today_after(row)

    @staticmethod
    def today_after(row: PutaranPenyaringan) -> PutaranPenyaringan | None:
        """A run of today's rules, when an import could begin none beside `row`, a run of another day."""
        versi = rules_today().versi
        in_use = PutaranPenyaringan.objects.filter(versi_aturan=versi).exists()
        return begin(None) if in_use and versi != row.versi_aturan_id and due(versi) else None
