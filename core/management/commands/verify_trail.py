import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.display import angka, waktu
from core.rantai import check_and_record


class Command(BaseCommand):
    help = (
        "Memeriksa rantai jejak: menyebut tiap baris yang diubah, hilang, atau disisipkan, dan berakhir dengan kode 1. "
        "Yang belum disegel disegel lebih dahulu."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--diam", action="store_true", help="hanya menyebut yang tidak cocok")

    def handle(self, *args: Any, **options: Any) -> None:
        hasil = check_and_record()
        for temuan in hasil.temuan:
            self.stdout.write(str(temuan))
        if not options["diam"] or hasil.temuan:
            self.stdout.write(
                f"{angka(hasil.mata_rantai)} mata rantai, {angka(hasil.baris)} baris diperiksa, "
                f"{angka(hasil.dilupakan)} di antaranya dikosongkan karena anonimisasi; "
                f"{angka(len(hasil.temuan))} tidak cocok."
            )
            since = f", sejak {waktu(hasil.sejak)}" if hasil.belum else ""
            self.stdout.write(f"{angka(hasil.belum)} baris belum disegel{since}.")
        if hasil.temuan:
            sys.exit(1)
