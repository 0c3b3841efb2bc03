from django.core.management.base import BaseCommand, CommandError

from core.models import Pengguna
from core.pdf import PdfUnavailable
from monitoring.dokumen.pelari import TAK_TERSIMPAN, work
from monitoring.dokumen.terbit import reissue
from monitoring.enums import StatusPeriode
from monitoring.isian.workflow import MoveRefused
from monitoring.models import PeriodeMonitoring


class Command(BaseCommand):
    help = (
        "Terbitkan dokumen periode yang sudah ditetapkan dan belum ada. Dijalankan situs sendiri; aman diulang. "
        "Dengan --ulang, terbitkan revisi baru dari semua dokumen yang berlaku."
    )

    def add_arguments(self, parser):
        parser.add_argument("periode", help="alamat singkat periode, misalnya desk-2021")
        parser.add_argument("--ulang", action="store_true", help="terbitkan revisi baru; yang lama digantikan")
        parser.add_argument("--alasan", default="", help="alasan revisi, wajib bersama --ulang")
        parser.add_argument("--pengguna", default="", metavar="AKUN", help="koordinator, wajib bersama --ulang")

    def handle(self, *args, periode, ulang, alasan, pengguna, **options):
        row = PeriodeMonitoring.objects.filter(slug=periode).first()
        if row is None:
            raise CommandError(f"Periode {periode} tidak ada.")
        if row.status != StatusPeriode.DITETAPKAN:
            raise CommandError(f"Periode {periode} belum ditetapkan, jadi belum ada yang diterbitkan.")
        if (alasan or pengguna) and not ulang:
            raise CommandError("--alasan dan --pengguna hanya berlaku bersama --ulang.")
        try:
            issued = reissue(row, alasan, _account(pengguna)) if ulang else []
        except (MoveRefused, PdfUnavailable) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(TAK_TERSIMPAN) from error
        hasil = work(row)
        if hasil is None:
            self.stdout.write("Dokumen periode ini sedang dibuat oleh proses lain.")
        else:
            issued += hasil.terbit
        for dokumen in issued:
            self.stdout.write(dokumen.kode)
        if hasil and hasil.pesan:
            raise CommandError(hasil.pesan)
        if hasil or issued:
            self.stdout.write(f"{len(issued)} dokumen diterbitkan." if issued else "Semua dokumen sudah terbit.")


def _account(username):
    pengguna = Pengguna.objects.filter(username=username, is_active=True).first()
    if pengguna is None:
        raise CommandError(f"Tidak ada pengguna aktif bernama {username or '(kosong)'}. Sebut dengan --pengguna.")
    return pengguna
