from django.core.management.base import BaseCommand, CommandError

from core.account_forms import AkunForm
from core.accounts import UsernameTaken, active_admins, create_accounts, with_first_passwords
from core.display import waktu
from core.enums import Peran
from core.idempotency import new_key
from core.signin import may_sign_in


class Command(BaseCommand):
    help = (
        "Buat admin pertama di basis data kosong dan cetak kata sandi awalnya, sekali. "
        "Menolak bila sudah ada admin yang dapat masuk."
    )

    def add_arguments(self, parser):
        parser.add_argument("--nama", required=True, help="Nama orangnya.")
        parser.add_argument("--akun", required=True, help="Nama akun, misalnya admin.sari.")

    def handle(self, *args, nama, akun, **options):
        if any(may_sign_in(admin) for admin in active_admins()):
            raise CommandError(
                "Sudah ada admin yang dapat masuk. Akun lain dibuat admin itu di halaman Pengguna; "
                "bila ia kehilangan kata sandi atau ponselnya, pakai pulihkan_akun."
            )
        form = AkunForm({"nama": nama, "username": akun, "peran": Peran.ADMIN, "kunci_formulir": new_key(), "versi": 1})
        if not form.is_valid():
            raise CommandError(" ".join(f"{name}: {' '.join(texts)}" for name, texts in form.errors.items()))
        (given,) = with_first_passwords([form.instance])
        try:
            create_accounts([form.instance], None)
        except UsernameTaken as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Akun: {given.akun.username}\nKata sandi awal: {given.sandi}")
        self.stdout.write(f"Berlaku sampai {waktu(given.sampai)}; diganti saat pertama masuk. Tidak ditampilkan lagi.")
