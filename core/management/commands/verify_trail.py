import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.display import angka, waktu
from core.rantai import BeingChecked, check_and_record


class Command(BaseCommand):
    help = (
        "Memeriksa rantai jejak: menyebut tiap baris yang diubah, hilang, atau disisipkan, dan berakhir dengan kode 1. "
        "Yang belum disegel disegel lebih dahulu; bila itu tertahan lebih dari sehari, kodenya 1 juga."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--diam", action="store_true", help="hanya menyebut yang tidak cocok")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            hasil = check_and_record()
        except BeingChecked:
            raise CommandError("Rantai sedang diperiksa oleh proses lain. Tunggu sampai selesai.") from None
        for temuan in hasil.temuan:
            self.stdout.write(str(temuan))
        if not options["diam"] or hasil.temuan or hasil.tertahan:
            self.stdout.write(
                f"{angka(hasil.mata_rantai)} mata rantai, {angka(hasil.baris)} baris diperiksa, "
                f"{angka(hasil.dilupakan)} di antaranya dikosongkan karena anonimisasi; "
                f"{angka(len(hasil.temuan))} tidak cocok."
            )
            since = f", sejak {waktu(hasil.sejak)}" if hasil.belum else ""
            self.stdout.write(f"{angka(hasil.belum)} baris belum disegel{since}.")
        if hasil.tertahan:
            self.stdout.write(
                "Penyegelan tertahan lebih dari sehari. Pastikan segel_jejak berjalan tiap lima menit dan tidak ada "
                "proses yang menulis ke jejak tanpa jeda, lalu jalankan perintah ini lagi."
            )
        if hasil.temuan or hasil.tertahan:
            sys.exit(1)
