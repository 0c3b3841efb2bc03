import json
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.pdf import PdfUnavailable
from monitoring.models import PeriodeMonitoring
from monitoring.rekap.build import build_rekap
from monitoring.rekap.pdf import render_pdf
from monitoring.rekap.xlsx import render_xlsx


class Command(BaseCommand):
    help = "Tulis rekap satu periode sebagai JSON, PDF, atau buku kerja."

    def add_arguments(self, parser):
        parser.add_argument("periode", help="alamat singkat periode, misalnya desk-2021")
        parser.add_argument("--kabupaten-kota", metavar="KODE", help="hanya satu kabupaten/kota, misalnya 33.74")
        parser.add_argument("--format", choices=("json", "pdf", "xlsx"), required=True)
        parser.add_argument("--output", metavar="PATH", required=True)

    def handle(self, *args, periode, kabupaten_kota, format, output, **options):
        row = PeriodeMonitoring.objects.filter(slug=periode).first()
        if row is None:
            raise CommandError(f"Periode {periode} tidak ada.")
        if kabupaten_kota and not row.isian.filter(kabupaten_kota=kabupaten_kota).exists():
            raise CommandError(f"{kabupaten_kota} tidak diundang pada periode {periode}.")
        rekap = build_rekap(row, kabupaten_kota=kabupaten_kota)
        try:
            _write(Path(output), _render(rekap, format))
        except PdfUnavailable as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{output} tidak dapat ditulis. Periksa apakah foldernya ada dan boleh ditulis, lalu coba lagi."
            ) from error


def _render(rekap, format):
    if format == "json":
        return (json.dumps(rekap.as_json(), ensure_ascii=False, indent=2) + "\n").encode()
    return render_pdf(rekap) if format == "pdf" else render_xlsx(rekap)


def _write(path, content):
    """Whole or not at all."""
    temporary = path.with_name(f".{path.name}.sementara")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
