from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Cetak satu kunci baru untuk KUNCI_DATA. Simpan di luar server; tanpa kunci, data tersegel hilang."
    requires_system_checks = []

    def handle(self, *args, **options):
        self.stdout.write(Fernet.generate_key().decode())
