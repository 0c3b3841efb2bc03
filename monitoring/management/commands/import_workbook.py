import json
import sys
import uuid
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.enums import Peran
from core.models import KabupatenKota, Pengguna
from core.sealed import Sealed
from core.workbook.refusals import WorkbookRefused
from monitoring.enums import StatusImpor
from monitoring.impor.pelari import receive
from monitoring.impor.penerapan import StateMoved, apply_import
from monitoring.impor.rencana import plan_import, summary
from monitoring.impor.ringkasan import store_summary
from monitoring.impor.templat import running_isian
from monitoring.models import Impor
from rusun.lampiran import shown_name

ERRORS, REFUSED = 1, 2


class Command(BaseCommand):
    help = (
        "Periksa dan terapkan buku kerja satu kabupaten/kota. Mencetak ringkasan JSON; keluar 1 bila ada kesalahan, "
        "2 bila berkas ditolak. Tanpa --only-valid satu kesalahan membatalkan semuanya."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="berkas .xlsx")
        parser.add_argument("--kabupaten-kota", metavar="KODE", required=True, help="misalnya 33.74")
        parser.add_argument("--dry-run", action="store_true", help="hanya periksa")
        parser.add_argument("--only-valid", action="store_true", help="terapkan baris yang benar, lewati yang salah")
        parser.add_argument(
            "--pengguna", metavar="AKUN", help="operator kabupaten/kota itu, yang dicatat mengubah data"
        )

    def handle(self, *args, file, kabupaten_kota, dry_run, only_valid, pengguna, **options):
        daerah = KabupatenKota.objects.filter(pk=kabupaten_kota).first()
        if daerah is None:
            raise CommandError(f"Kabupaten/kota {kabupaten_kota} tidak ada.", returncode=REFUSED)
        oleh = _operator(pengguna, daerah)
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"Berkas tidak dapat dibaca: {error.strerror}.", returncode=REFUSED) from error
        benih = uuid.uuid4()
        try:
            rencana = _plan(content, daerah, benih)
            result = summary(rencana)
            result["diterapkan"] = not dry_run and rencana.writes and (only_valid or not result["kesalahan"])
            if result["diterapkan"]:
                rencana = self._apply(content, Path(file).name, daerah, oleh, benih, rencana, only_valid)
                result = {**summary(rencana), "diterapkan": True}
        except WorkbookRefused as refusal:
            self._say({"ditolak": refusal.kode, "pesan": str(refusal)})
            sys.exit(REFUSED)
        self._say(result)
        if result["kesalahan"]:
            sys.exit(ERRORS)

    def _say(self, result):
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))

    def _apply(self, content, nama, daerah, oleh, benih, rencana, only_valid):
        """Enter the file into the history and write the plan; made anew when the registry moved meanwhile."""
        impor = receive(content, shown_name(nama), daerah, oleh, pk=benih)
        for _ in range(3):
            store_summary(impor, rencana)
            impor.status, impor.berisi_penghuni, impor.hanya_benar = (
                StatusImpor.DISETUJUI, rencana.berisi_penghuni, only_valid,
            )  # fmt: skip
            impor.diputuskan_oleh, impor.diputuskan_pada, impor.pemulihan = oleh, timezone.now(), Sealed("")
            impor.save()
            try:
                apply_import(impor, rencana, timezone.now())
            except StateMoved:
                rencana = _plan(content, daerah, benih)
                continue
            return rencana
        Impor.objects.filter(pk=impor.pk).update(status=StatusImpor.DIBATALKAN)
        raise CommandError("Data terus berubah selama impor. Tidak ada yang disimpan; ulangi.")


def _plan(content, daerah, benih):
    return plan_import(content, daerah, running_isian(daerah), benih=benih, dengan_penghuni=True)


def _operator(username, daerah):
    if username is None:
        return None
    oleh = Pengguna.objects.filter(username=username, peran=Peran.OPERATOR, kabupaten_kota=daerah).first()
    if oleh is None:
        raise CommandError(f"{username} bukan operator {daerah}.", returncode=REFUSED)
    return oleh
