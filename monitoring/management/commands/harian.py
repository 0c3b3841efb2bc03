import os
import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.files import held, lock_place, path_of
from core.health import HARIAN

PEKERJAAN = (
    ("jalankan_impor",),
    ("sapu_berkas", "--hapus"),
    ("periksa_ganda",),
    ("saring_penghuni",),
    ("anonimkan_penghuni",),
    ("clearsessions",),
    ("verify_trail", "--diam"),
)


class Command(BaseCommand):
    help = (
        "Semua pekerjaan harian, satu demi satu, masing-masing proses sendiri: yang gagal tidak menahan yang lain. "
        "Sekali sehari; aman diulang."
    )

    def handle(self, *args, **options):
        with held(lock_place("harian")) as mine:
            if not mine:
                raise CommandError("Pekerjaan harian sedang berjalan.")
            failed = [words[0] for words in PEKERJAAN if not self._done(*words)]
        if failed:
            raise CommandError(f"Tidak selesai: {', '.join(failed)}. Yang lain sudah.")
        path_of(lock_place(HARIAN)).touch()

    def _done(self, *words):
        self.stdout.write(f"== {words[0]}")
        self.stdout.flush()
        done = subprocess.run(  # noqa: S603 our own commands
            [sys.executable, "-m", "django", *words], cwd=settings.BASE_DIR, check=False, stdin=subprocess.DEVNULL,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE},
        )  # fmt: skip
        return done.returncode == 0
