from django.core.management.base import BaseCommand
from django.utils import timezone

from monitoring.enums import StatusSurel
from monitoring.models import Surel
from monitoring.pengingat.pemberitahuan import tell_deadlines
from monitoring.pengingat.surel import deliver, mail_configured


class Command(BaseCommand):
    help = (
        "Kirim surel yang menunggu di kotak keluar, dan buat pemberitahuan bagi yang mendekati batas. "
        "Dijalankan cron setiap beberapa menit; aman bila dua berjalan bersamaan."
    )

    def handle(self, *args, **options):
        new = tell_deadlines(timezone.localdate(), timezone.now())
        done = deliver()
        self.stdout.write(
            f"{done[StatusSurel.TERKIRIM]} surel terkirim, {done[StatusSurel.MENUNGGU]} dicoba lagi nanti, "
            f"{done[StatusSurel.GAGAL]} gagal, {done[StatusSurel.DILEWATI]} tidak perlu lagi, "
            f"{Surel.objects.waiting().count()} menunggu; {new} pemberitahuan batas baru."
        )
        if not mail_configured():
            self.stdout.write("Server surat belum diatur (EMAIL_HOST). Tidak ada yang hilang: surel tetap menunggu.")
