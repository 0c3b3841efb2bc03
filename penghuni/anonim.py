"""Anonymising a household: who it was is taken away for good, its counts, income and categories stay for the figures.

It happens when a removal is granted, or when the retention time is over (`manage.py anonimkan_penghuni`). Nobody who
still lives here is anonymised. The same is taken out of whatever tells about the household elsewhere: field history,
drafts, requests and reasons in the access trail. Workbooks that were sent in stay sealed for their own retention time.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone

from core.history import note
from core.jejak import OBJEK_JEJAK
from core.models import JejakAkses, Konsep, Pengguna
from core.models.trail import ALASAN_DIHAPUS
from core.rantai import forgetting
from core.sealed import Sealed

from .akses import OBJEK
from .ganda import forget
from .models import DugaanGanda, HasilPenyaringan, Hunian, Penghuni, PermintaanSubjek, RiwayatCalon
from .models.penghuni import DIANONIMKAN, PenghuniQuerySet
from .penyaringan import forget_results

PERISTIWA: Final = "Data dianonimkan"
PENGHUNI_DIHAPUS: Final[dict[str, Any]] = {
    "nama": DIANONIMKAN,
    "nik": Sealed(""), "nik_sidik": "", "no_kk": Sealed(""), "no_kk_sidik": "", "telepon": Sealed(""),
    "telepon_sidik": "", "tempat_lahir": "", "tanggal_lahir": None, "daerah_asal": "", "lokasi_minat": "",
    "tanggal_persetujuan": None, "tujuan_persetujuan": "", "nama_lahir": "",
}  # fmt: skip
HUNIAN_DIHAPUS: Final[dict[str, Any]] = {"nomor_unit": "-", "nomor_sip": ""}
UNIT_LAMA: Final = "unit lama"
ISI_DIHAPUS: Final = "(dihapus bersama data pribadi)"
BATCH: Final = 100


class HouseholdAnonymised(Exception):
    """Something is to be done with personal data that are not held any more."""

    def __str__(self) -> str:
        return "Data penghuni ini sudah dianonimkan, jadi tidak dapat diubah lagi."


class StillLiving(Exception):
    """Somebody who lives here is to be anonymised."""

    def __str__(self) -> str:
        return (
            "Penghuni ini masih tercatat tinggal di sebuah unit, jadi datanya masih diperlukan. Catat dahulu keluarnya "
            "lewat Keluar unit, lalu kabulkan permintaan ini; atau tolak dengan alasan."
        )


def require_named(penghuni: Penghuni) -> None:
    """Raise `HouseholdAnonymised` when the personal data of `penghuni` were taken away."""
    if penghuni.dianonimkan_pada is not None:
        raise HouseholdAnonymised


def retention_ends(hari_ini: datetime.date) -> datetime.date:
    """Who left before this day is kept no longer. Raises `ImproperlyConfigured` for less than a year."""
    years = settings.RETENSI_PENGHUNI_TAHUN
    if years < 1:
        raise ImproperlyConfigured("RETENSI_PENGHUNI_TAHUN must be 1 or more.")
    day = min(hari_ini.day, 28) if hari_ini.month == 2 else hari_ini.day
    return hari_ini.replace(year=hari_ini.year - years, day=day)


def due_for_anonymising(hari_ini: datetime.date) -> PenghuniQuerySet:
    """Households whose retention time is over: without an open stay, the last one ended (or, never having lived
    anywhere, last changed) before `retention_ends`. Who waits for an answer to a request is left alone until then.
    """
    limit = retention_ends(hari_ini)
    since = timezone.make_aware(datetime.datetime.combine(limit, datetime.time.min))
    stays = Hunian.objects.filter(penghuni=OuterRef("pk"))
    waiting = PermintaanSubjek.objects.waiting().filter(penghuni=OuterRef("pk"))
    last = stays.order_by().values("penghuni").annotate(akhir=Max("selesai")).values("akhir")
    return (
        Penghuni.objects.named()
        .filter(~Exists(stays.open()), ~Exists(waiting))
        .annotate(akhir=models.Subquery(last))
        .filter(Q(akhir__lt=limit) | Q(akhir__isnull=True, diubah__lt=since))
    )


def anonymise_due(hari_ini: datetime.date) -> int:
    """Anonymise every household that is due, a batch per transaction; how many. A run that was cut off is run again."""
    done, due = 0, due_for_anonymising(hari_ini).order_by("pk")
    pks = list(due.values_list("pk", flat=True)[:BATCH])
    while pks:
        with transaction.atomic():
            list(Penghuni.objects.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
            rows = list(due.filter(pk__in=pks))  # asked again under the lock: somebody may just have moved in
            _take_away(rows, None, timezone.now())
        done += len(rows)
        pks = list(due.filter(pk__gt=pks[-1]).values_list("pk", flat=True)[:BATCH])
    return done


@transaction.atomic
def anonymise_household(penghuni: Penghuni, pengguna: Pengguna | None, waktu: datetime.datetime) -> None:
    """Anonymise one household now. Raises `StillLiving`, or `HouseholdAnonymised` when it is done already."""
    row = Penghuni.objects.select_for_update(of=("self",)).get(pk=penghuni.pk)
    require_named(row)
    if Hunian.objects.open().filter(penghuni=row).exists():
        raise StillLiving
    _take_away([row], pengguna, waktu)


def _take_away(rows: Sequence[Penghuni], pengguna: Pengguna | None, waktu: datetime.datetime) -> None:
    """Everything that tells who `rows` (locked) were. By `update`: the history must not keep what was there."""
    pks = [row.pk for row in rows]
    changed = {"versi": F("versi") + 1, "diubah": waktu, "diubah_oleh": pengguna}
    stays, requests = Hunian.objects.filter(penghuni__in=pks), PermintaanSubjek.objects.filter(penghuni__in=pks)
    for row in rows:
        _forget_in_trail(row)
        _forget_in_answers(row)
        _forget_pairs(row, pengguna)
    _forget_in_history(Penghuni, {str(row.pk): row.nama for row in rows}, PENGHUNI_DIHAPUS, DIANONIMKAN)
    _forget_in_history(Hunian, {str(pk): "" for pk in stays.values_list("pk", flat=True)}, HUNIAN_DIHAPUS, UNIT_LAMA)
    _forget_drafts(pks)
    requests.update(isi=ISI_DIHAPUS)
    forget_results(HasilPenyaringan.objects.filter(penghuni__in=pks))
    _forget_in_decisions(pks)
    stays.update(**HUNIAN_DIHAPUS, **changed)
    Penghuni.objects.filter(pk__in=pks).update(**PENGHUNI_DIHAPUS, dianonimkan_pada=waktu, **changed)
    for row in Penghuni.objects.filter(pk__in=pks):
        note(row, PERISTIWA, pengguna)


def _words(nama: str) -> list[str]:
    return [word for word in re.split(r"\W+", nama) if len(word) >= 3] or [nama]


def _mention(column: str, nama: str) -> Q:
    wanted = Q()
    for word in _words(nama):
        wanted |= Q(**{f"{column}__icontains": word})
    return wanted


def _forget_in_trail(row: Penghuni) -> None:
    """Reasons that name the person; in lines about lists, or files of the trail, only the full name counts."""
    about = Q(objek_id=str(row.pk)) & _mention("alasan", row.nama)
    lists = Q(objek_id="", alasan__icontains=row.nama)
    lines = JejakAkses.objects.filter(about | lists, objek__in=(OBJEK, OBJEK_JEJAK))
    found = list(lines.values_list("pk", flat=True))
    with forgetting(JejakAkses, found):
        JejakAkses.objects.filter(pk__in=found).forget_reasons()


def _forget_in_decisions(pks: Collection[Any]) -> None:
    steps = RiwayatCalon.objects.filter(calon__in=pks).exclude(catatan="")
    found = list(steps.values_list("pk", flat=True))
    with forgetting(RiwayatCalon, found):
        RiwayatCalon.objects.filter(pk__in=found).update(catatan=ISI_DIHAPUS)


def _forget_in_answers(row: Penghuni) -> None:
    answers = PermintaanSubjek.objects.filter(_mention("tanggapan", row.nama), penghuni=row)
    answers.update(tanggapan=ISI_DIHAPUS)


def _forget_pairs(row: Penghuni, pengguna: Pengguna | None) -> None:
    """What was suspected about the person and somebody else, and what the history of it says in words."""
    pairs = [str(pk) for pk in DugaanGanda.objects.about([row.pk]).values_list("pk", flat=True)]
    forget([row.pk], pengguna)
    kind = ContentType.objects.get_for_model(DugaanGanda)
    entries = list(LogEntry.objects.filter(content_type=kind, object_pk__in=pairs, additional_data__isnull=False))
    for entry in entries:  # whichever of the two a reason names: the pair is gone, nobody will look for it again
        said = entry.additional_data or {}
        entry.additional_data = {**said, "alasan": ALASAN_DIHAPUS} if said.get("alasan") else said
    with forgetting(LogEntry, [entry.pk for entry in entries]):
        LogEntry.objects.bulk_update(entries, ["additional_data"], batch_size=200)


def _forget_in_history(model: type[models.Model], nama: dict[str, str], columns: Collection[str], sebutan: str) -> None:
    """Field history of rows, by key with the name of the person: personal values, what the row was called, and reasons
    that name the person.
    """
    entries = list(
        LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_pk__in=list(nama))
    )
    for entry in entries:
        entry.object_repr = sebutan
        entry.changes = {column: pair for column, pair in (entry.changes or {}).items() if column not in columns}
        said = entry.additional_data or {}
        alasan = str(said.get("alasan") or "").casefold()
        if alasan and any(word.casefold() in alasan for word in _words(nama[entry.object_pk])):
            entry.additional_data = {**said, "alasan": ALASAN_DIHAPUS}
    with forgetting(LogEntry, [entry.pk for entry in entries]):
        LogEntry.objects.bulk_update(entries, ["object_repr", "changes", "additional_data"], batch_size=200)


def _forget_drafts(pks: Collection[Any]) -> None:
    """Half typed forms on pages about the household, whoever typed them."""
    keys = {str(pk) for pk in pks}
    drafts = Konsep.objects.filter(bagian__contains="penghuni/").values_list("pk", "bagian")
    about = [pk for pk, page in drafts if keys & set(page.split("/"))]
    Konsep.objects.filter(pk__in=about).delete()
