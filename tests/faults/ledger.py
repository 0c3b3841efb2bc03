"""What was asked and answered, and what must hold of the data after any fault."""

import hashlib
import itertools
from collections import Counter
from pathlib import Path


class Ledger:
    """Every operation with what its sender knows of it. `settle` sends again what nobody knows, with the same key."""

    def __init__(self, world):
        self.world, self.entries = world, []

    def enter(self, operation, person, answer):
        self.entries.append((operation, person, answer))
        return answer

    def counts(self):
        return Counter(
            "unknown" if answer.unknown else "ok" if answer.ok else "refused" for _, _, answer in self.entries
        )

    def settle(self):
        """Every *ok* exactly once, every *refused* never, every *unknown* at most once and after a retry just once."""
        for operation, person, answer in self.entries:
            found = self.world.one(operation.count)
            if answer.unknown:
                assert found <= 1, f"unknown, and there {found} times: {operation.path}"
                again = operation.send(person)
                assert not again.unknown, f"not even now: {operation.path} {again.status}"
                assert found <= self.world.one(operation.count) <= 1
                if found:
                    assert again.ok, f"done, yet its retry is refused: {operation.path} {again.status} {again.refusals}"
                assert self.world.one(operation.count) == again.ok, f"{operation.path} {again.status} {again.refusals}"
            else:
                assert found == answer.ok, f"{answer.status}, but there {found} times: {operation.path}"


def torn():
    """What does not fit together in the database and its files, in words. Runs inside the site."""
    from auditlog.models import LogEntry
    from django.contrib.contenttypes.models import ContentType

    from core.files import path_of, read_sealed
    from core.models import KunciFormulir
    from monitoring.models import Impor, Isian
    from penghuni.models import Hunian, Penghuni
    from rusun.models import Lampiran, Rusun, TindakLanjut

    wrong = []

    def digest(read, place):
        try:
            return hashlib.sha256(read(place)).hexdigest()
        except Exception as error:
            return type(error).__name__

    for model in (TindakLanjut, Penghuni, Hunian):
        kind = ContentType.objects.get_for_model(model)
        entries = LogEntry.objects.filter(content_type=kind, action=LogEntry.Action.CREATE)
        told = Counter(entries.values_list("object_pk", flat=True))
        rows = {str(pk) for pk in model._base_manager.values_list("pk", flat=True)}
        if told != Counter(rows):
            wrong.append(f"{model.__name__}: {len(rows)} rows, {sum(told.values())} lines of history")

    kind = ContentType.objects.get_for_model(Rusun)
    for rusun in Rusun.objects.all():
        entries = LogEntry.objects.filter(content_type=kind, object_pk=rusun.pk).order_by("id")
        saves = [row.changes["daftar_tunggu"] for row in entries if "daftar_tunggu" in (row.changes or {})]
        if saves and str(rusun.daftar_tunggu) != saves[-1][1]:
            wrong.append(f"{rusun.pk}: {rusun.daftar_tunggu}, but its history ends with {saves[-1]}")
        wrong += [f"{rusun.pk}: {a}, then {b}" for a, b in itertools.pairwise(saves) if a[1] != b[0]]

    for isian in Isian.objects.all():
        moves = list(isian.riwayat.select_related("kiriman").order_by("id"))
        kiriman = list(isian.kiriman.order_by("nomor"))
        sent = [row.kiriman for row in moves if row.gerak == "kirim"]
        if sent != kiriman or [row.nomor for row in kiriman] != list(range(1, len(kiriman) + 1)):
            wrong.append(f"{isian}: {len(kiriman)} kiriman, sent {len(sent)} times")
        if moves and moves[-1].ke != isian.status:
            wrong.append(f"{isian}: {isian.status}, but its last move led to {moves[-1].ke}")
        wrong += [f"{isian}: {a}, then {b}" for a, b in itertools.pairwise(moves) if a.ke != b.dari]
        wrong += [f"{row}: torn" for row in kiriman if hashlib.sha256(row.isi.encode()).hexdigest() != row.sha256]

    for row in Lampiran._base_manager.all():
        if digest(lambda place: path_of(place).read_bytes(), row.berkas) != row.sha256:
            wrong.append(f"lampiran {row}: its file is lost or torn")
    for row in Impor.objects.all():
        if digest(read_sealed, row.berkas) != row.sha256:
            wrong.append(f"impor {row.pk}: its file is lost or torn")
        added = Penghuni.objects.filter(nama__startswith=f"Warga {Path(row.nama_asli).stem}-").count()
        if added != (5 if row.status == "diterapkan" else 0):
            wrong.append(f"impor {row.pk} is {row.status}, with {added} residents")
    if nowhere := KunciFormulir.objects.filter(tujuan="").count():
        wrong.append(f"{nowhere} form keys lead nowhere")
    return wrong
