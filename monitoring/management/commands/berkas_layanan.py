from pathlib import Path

from django.core.management.base import BaseCommand

from monitoring.operasi.layanan import Tempat, write_services


class Command(BaseCommand):
    help = "Tulis unit systemd, pengatur waktu, dan situs nginx untuk server ini. Aman diulang; tidak memasang apa pun."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--ke", type=Path, required=True, help="folder tujuan")
        parser.add_argument("--folder", default=Tempat.folder, help="folder yang memuat rilis/ dan kini")
        parser.add_argument("--pengguna", default=Tempat.pengguna, help="pengguna Linux yang menjalankan situs")
        parser.add_argument("--host", default=Tempat.host, help="nama situs; bawaan: yang pertama di ALLOWED_HOSTS")
        parser.add_argument("--sertifikat", default=Tempat.sertifikat, help="sertifikat TLS dengan rantainya")
        parser.add_argument("--kunci", default=Tempat.kunci, help="kunci sertifikat TLS")
        parser.add_argument("--soket", default=Tempat.soket, help="soket antara nginx dan situs")
        parser.add_argument("--pid", default=Tempat.pid, help="nomor proses situs, untuk make update")
        parser.add_argument("--catatan", default=Tempat.catatan, help="tempat nginx mencatat permintaan")
        parser.add_argument("--dengar", default=Tempat.dengar, help="alamat nginx; bawaan: semua")
        parser.add_argument("--http", type=int, default=Tempat.http)
        parser.add_argument("--https", type=int, default=Tempat.https)

    def handle(self, *args, ke, **options):
        names = Tempat.__dataclass_fields__.keys() - {"ke"}
        for path in write_services(Tempat(ke=ke.resolve(), **{name: options[name] for name in names})):
            self.stdout.write(str(path))
