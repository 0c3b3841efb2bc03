from django.core.management.base import BaseCommand, CommandError

from core.accounts import SharedAccount, SuspendedAccount, give_first_password
from core.display import waktu
from core.dua_faktor import take_away
from core.models import Pengguna


class Command(BaseCommand):
    help = (
        "Untuk admin yang tidak dapat masuk dan tidak ada admin lain: lepas langkah keduanya dan cetak kata sandi awal "
        "baru, sekali. Tercatat di riwayat akun."
    )

    def add_arguments(self, parser):
        parser.add_argument("--akun", required=True)
        parser.add_argument("--alasan", required=True)

    def handle(self, *args, akun, alasan, **options):
        pengguna = Pengguna.objects.filter(username=akun, is_active=True).first()
        if pengguna is None:
            raise CommandError(f"Tidak ada akun aktif bernama {akun}.")
        try:
            given = give_first_password(pengguna, None)
        except (SharedAccount, SuspendedAccount) as refusal:
            raise CommandError(str(refusal)) from None
        take_away(pengguna, None, f"dari server: {alasan}")
        self.stdout.write(f"Kata sandi awal: {given.sandi}\nBerlaku sampai {waktu(given.sampai)}.")
