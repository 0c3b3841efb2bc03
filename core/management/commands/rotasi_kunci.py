from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from core.files import SEALED_FOLDER, path_of, write_whole
from core.sealed import Sealed, SealedField, fingerprint, seal_bytes, unseal, unseal_bytes

BATCH = 200


class Command(BaseCommand):
    help = (
        "Segel ulang semua nilai tersegel dengan kunci pertama di KUNCI_DATA. Aman diulang: baris yang sudah memakai "
        "kunci pertama dilewati. Setelah selesai, kunci lama boleh dihapus dari KUNCI_DATA."
    )

    def handle(self, *args, **options):
        first = Fernet(settings.KUNCI_DATA[0])
        for model in apps.get_models():
            sealed = [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]
            if sealed:
                renewed = sum(_renew(model, sealed, first, pks) for pks in _batches(model))
                self.stdout.write(f"{model._meta.label}: {renewed} baris disegel ulang.")
        self.stdout.write(f"Berkas tersegel: {sum(_renew_files(first))} disegel ulang.")


def _batches(model):
    """Primary keys in order, a batch at a time: a run that was cut off begins again and skips what is done."""
    last = None
    while True:
        rows = model._default_manager.order_by("pk")
        pks = list((rows.filter(pk__gt=last) if last is not None else rows).values_list("pk", flat=True)[:BATCH])
        if not pks:
            return
        yield pks
        last = pks[-1]


@transaction.atomic
def _renew(model, sealed, first, pks):
    """Seal the rows of one batch again, each under a row lock; how many were not yet under the first key."""
    # Cast keeps the token as it is stored; read as a SealedField it would be opened at once.
    tokens = {f"token_{field.name}": Cast(field.name, TextField()) for field in sealed}
    hashes = [field.fingerprint_field for field in sealed if field.fingerprint_field]
    rows = model._default_manager.filter(pk__in=pks).order_by("pk").select_for_update()
    renewed = 0
    for row in rows.annotate(**tokens).values("pk", *tokens, *hashes):
        changes = {}
        for field in sealed:
            changes |= _renewed(row, field, first)
        if changes:
            model._default_manager.filter(pk=row["pk"]).update(**changes)
            renewed += 1
    return renewed


def _renewed(row, field, first):
    token = row[f"token_{field.name}"]
    try:
        text = unseal(token)
    except InvalidToken:
        raise CommandError(
            f"{field.model._meta.label} {row['pk']}: kolom {field.name} tidak terbuka dengan kunci mana pun. "
            "Kembalikan kunci lama ke KUNCI_DATA, lalu ulangi."
        ) from None
    expected = fingerprint(text)
    if _opens(first, token) and (not field.fingerprint_field or row[field.fingerprint_field] == expected):
        return {}
    changes = {field.name: Sealed(text)}
    if field.fingerprint_field:
        changes[field.fingerprint_field] = expected
    return changes


def _renew_files(first):
    """Seal every file anew that is not yet under the first key; yields whether each one was."""
    for path in sorted(path_of(SEALED_FOLDER).rglob("*")):
        if path.is_file() and path.suffix != ".sementara":
            token = path.read_bytes()
            if renew := not _opens(first, token.decode()):
                try:
                    write_whole(path, seal_bytes(unseal_bytes(token)))
                except InvalidToken:
                    raise CommandError(
                        f"Berkas {path.name} tidak terbuka dengan kunci mana pun. Kembalikan kunci lama ke KUNCI_DATA, "
                        "lalu ulangi."
                    ) from None
            yield renew


def _opens(key, token):
    if not token:
        return True
    try:
        key.decrypt(token.encode())
    except InvalidToken:
        return False
    return True
