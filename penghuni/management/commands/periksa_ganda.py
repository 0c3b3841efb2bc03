from django.core.management.base import BaseCommand

from penghuni.ganda import match_all
from penghuni.models import DugaanGanda


class Command(BaseCommand):
    help = (
        "Cocokkan semua penghuni antardaerah (NIK, No KK, nama dan tanggal lahir sama). Tidak menggabungkan apa pun; "
        "keputusan provinsi tidak berubah. Aman diulang."
    )

    def handle(self, **options):
        match_all()
        pairs = DugaanGanda.objects.all()
        self.stdout.write(f"{pairs.count()} pasangan dugaan ganda, {pairs.open().count()} menunggu keputusan.")
