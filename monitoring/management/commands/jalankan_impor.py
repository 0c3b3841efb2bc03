import gc
import uuid

from django.core.management.base import BaseCommand, CommandError

from core.files import NotAPair
from monitoring.impor.pelari import prune, work
from monitoring.models import Impor


class Command(BaseCommand):
    help = (
        "Kerjakan impor yang menunggu: yang disebut, atau semua yang belum selesai. Dijalankan situs sendiri; aman "
        "diulang. Berkas yang melewati masa simpan (SIMPAN_IMPOR_HARI) dihapus."
    )

    def add_arguments(self, parser):
        parser.add_argument("impor", nargs="*", type=uuid.UUID, help="id impor")

    def handle(self, *args, impor, **options):
        gc.disable()  # a short life: looking through millions of cells again and again takes a fifth of it
        for pk in impor or list(Impor.objects.unfinished().order_by("diunggah_pada").values_list("pk", flat=True)):
            work(pk)
        try:
            prune()
        except NotAPair as refusal:
            raise CommandError(str(refusal)) from None
