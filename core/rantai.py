"""The chain over the trails: whoever changes, removes or inserts a row of one behind our back is found, row by row.

Writers know nothing of it and hold nothing for it. A sealer appends links over ranges of settled rows (`manage.py
segel_jejak`, from cron); each link keeps a keyed hash per row and the hash of the link before. Personal data that must
be forgotten are taken out inside `forgetting`, which leaves a sealed note of how the row was and is. The newest link is
also told to a file outside the database, so that an end that was cut off is missed. That file is made with the first
link and moves on only from a link that still stands; nothing but `set_head` writes it otherwise.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import secrets
import struct
import time
import uuid
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from auditlog.models import LogEntry
from django.core.exceptions import FieldError
from django.db import OperationalError, models, transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from . import history
from .display import tanggal
from .files import held, lock_place, path_of, write_whole
from .health import Kesehatan
from .latar import work_alone
from .models.trail import JEJAK, Jejak, KunciRantai, MataRantai, Pelupaan, PemeriksaanRantai
from .sealed import InvalidToken, Sealed
from .table_locks import hold_without_waiting

ROWS_PER_LINK: Final = 5_000
HEAD: Final = "rantai/kepala.json"
"""Below MEDIA_ROOT: number and hash of the newest link."""
START: Final = (0, "")
"""What stands there before the first link."""
HEAD_LOCK: Final = "rantai"
CHECK_LOCK: Final = "periksa_rantai"
ATTEMPTS: Final = 10
PAUSE: Final = 0.2
_ENTRY: Final = struct.Struct(">q16s")
_MAC_BYTES: Final = 16
FINDINGS_KEPT: Final = 100
CHECK_LATE: Final = datetime.timedelta(days=2)
"""After so long without a check the admin is told: it is daily work."""
SEAL_LATE: Final = datetime.timedelta(days=1)
"""A row that waits so long for its link is told."""
KEPALA_BARU: Final = 'manage.py segel_jejak --kepala-baru "alasan"'


class ChainBroken(Exception):
    """The chain cannot even be read or continued: its key is gone or does not open."""


class BeingChecked(Exception):
    """Somebody else is checking the chain just now."""


# --- Hashes -----------------------------------------------------------------------------------------------------------


def _key() -> bytes:
    """The key of the chain, made at first use. Raises `ChainBroken` when there are links but no key that opens."""
    try:
        row = KunciRantai.objects.filter(pk=1).first()
        if row is None:
            # Read again: another process may have made the key and its first link between the two questions.
            if MataRantai.objects.exists() and not KunciRantai.objects.filter(pk=1).exists():
                raise ChainBroken("Kunci rantai hilang, padahal mata rantainya ada.")
            fresh = {"kunci": Sealed(secrets.token_hex(32)), "dibuat": timezone.now()}
            row, _ = KunciRantai.objects.get_or_create(pk=1, defaults=fresh)
        return bytes.fromhex(row.kunci.reveal())
    except InvalidToken:
        raise ChainBroken("Kunci rantai tidak terbuka dengan KUNCI_DATA yang ada.") from None


def _plain(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date | uuid.UUID):
        return str(value)
    raise TypeError(f"the chain is not told how to hash {type(value).__name__}")


def _text(values: object) -> bytes:
    """The same for equal rows on every database: JSON columns come back in another order of keys."""
    text = json.dumps(values, default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _row_mac(key: bytes, trail: Jejak, values: Sequence[object]) -> bytes:
    return hmac.digest(key, _text([trail.kode, *values]), "sha256")[:_MAC_BYTES]


def _macs(key: bytes, trail: Jejak, rows: models.QuerySet[Any], columns: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """(id, hash) of `rows`. `columns` begin with the key."""
    for values in rows.values_list(*columns).iterator(chunk_size=2_000):
        yield values[0], _row_mac(key, trail, values)


def _link_mac(key: bytes, link: MataRantai) -> str:
    told = [link.nomor, link.jejak, link.dari, link.sampai, link.jumlah, link.kolom, link.mac_sebelum, link.dibuat]
    return hmac.digest(key, _text([*told, hashlib.sha256(bytes(link.isi)).hexdigest()]), "sha256").hex()


def _note_mac(key: bytes, note: Pelupaan) -> str:
    return hmac.digest(key, _text([note.jejak, note.baris, note.waktu, note.sebelum, note.sesudah]), "sha256").hex()


def columns_of(trail: Jejak) -> list[str]:
    """What is hashed of a row: every column, the key first."""
    meta = trail.model._meta
    names = [column.attname for column in meta.concrete_fields if not column.primary_key]
    assert meta.pk is not None
    return [meta.pk.attname, *names]


# --- Sealing ----------------------------------------------------------------------------------------------------------


def seal_trails() -> int:
    """Append links over every settled row that has none yet; how many rows. May be killed and run twice at once.

    A trail that is being written to without a pause is left for the next run. Raises `ChainBroken`.
    """
    sealed = 0
    for trail in JEJAK.values():
        top = _settled_top(trail.model)
        while top is not None and (found := _append_link(trail, top)):
            sealed += found
    with held(lock_place(HEAD_LOCK)) as mine:
        if mine:
            _move_head()
    return sealed


def _settled_top(model: type[models.Model]) -> int | None:
    """The id up to which every row is committed or will never be; None when somebody is writing all the time.

    An INSERT holds its table before it draws an id. Whoever holds the table against inserts for a moment therefore
    knows that nobody has drawn one that is not committed. Nobody is made to wait: the lock is had at once or not.
    """
    newest = model._default_manager.order_by()
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():  # on SQLite IMMEDIATE: nobody else is writing
                hold_without_waiting(model)
                return newest.aggregate(top=Max("pk"))["top"]
        except OperationalError:
            time.sleep(PAUSE)
    return None


@transaction.atomic
def _append_link(trail: Jejak, top: int) -> int:
    """One link over the next rows of `trail`, not beyond `top`; how many. Whoever else seals waits for this one."""
    key = _key()
    KunciRantai.objects.select_for_update().filter(pk=1).values_list("pk").get()
    before = _sealed_up_to(trail)
    rows = trail.model._default_manager.filter(pk__gt=before, pk__lte=top).order_by("pk")[:ROWS_PER_LINK]
    columns = columns_of(trail)
    entries = list(_macs(key, trail, rows, columns))
    if not entries:
        return 0
    number, mac = _newest()
    if (number, mac) == START and _told_head() is None:
        _tell_head(START)  # before the first link: from then on a file that is missing was taken away
    link = MataRantai(
        nomor=number + 1, jejak=trail.kode, dari=before + 1, sampai=entries[-1][0],
        jumlah=len(entries), kolom=",".join(columns), isi=b"".join(_ENTRY.pack(*entry) for entry in entries),
        mac_sebelum=mac, dibuat=timezone.now(),
    )  # fmt: skip
    link.mac = _link_mac(key, link)
    link.save(force_insert=True)
    return len(entries)


def _sealed_up_to(trail: Jejak) -> int:
    return MataRantai.objects.filter(jejak=trail.kode).aggregate(top=Max("sampai"))["top"] or 0


def _newest() -> tuple[int, str]:
    return MataRantai.objects.order_by("-nomor").values_list("nomor", "mac").first() or START


def _tell_head(link: tuple[int, str]) -> None:
    write_whole(path_of(HEAD), json.dumps({"nomor": link[0], "mac": link[1]}).encode())


def _move_head() -> None:
    """On to the newest link, if the one that was told still stands: else somebody cut it off, and the check says so."""
    told, newest = _told_head(), _newest()
    if told is not None and newest[0] > told[0] and (told == START or _stands(told)):
        _tell_head(newest)


def _stands(link: tuple[int, str]) -> bool:
    return MataRantai.objects.filter(nomor=link[0], mac=link[1]).exists()


def set_head(alasan: str) -> None:
    """Take the newest link for the end of the chain whatever the file says: it was lost, or is of another database.

    Why, and what the file said, goes into the field history and so into the chain. Raises `ChainBroken`.
    """
    _key()
    told = _told_head()
    said = "hilang" if told is None else f"menyebut mata rantai {told[0]}" if told[1] or told == START else "rusak"
    key = KunciRantai.objects.get(pk=1)
    history.note(key, "Kepala rantai ditetapkan ulang", None, f"Berkas kepala {said}. {alasan}")
    seal_trails()
    if not work_alone(lock_place(HEAD_LOCK), lambda: _tell_head(_newest())):
        raise ChainBroken("Rantai sedang disegel oleh proses lain. Ulangi sebentar lagi.")


def _told_head() -> tuple[int, str] | None:
    try:
        said = json.loads(path_of(HEAD).read_bytes())
        return int(said["nomor"]), str(said["mac"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return 2**62, ""  # whatever it said, it is not what we wrote


# --- Forgetting -------------------------------------------------------------------------------------------------------


@contextmanager
def forgetting(model: type[models.Model], pks: Collection[int]) -> Iterator[None]:
    """Personal data may be taken out of these rows of a trail inside the block: the database lets only this through.

    Each row gets a sealed note of its hash before and after, so the chain still holds and tells what was emptied.
    """
    trail = JEJAK[model]
    with transaction.atomic():
        if not pks:
            yield
            return
        key, layouts, now = _key(), _Layouts(trail), timezone.now()
        list(model._default_manager.filter(pk__in=pks).select_for_update().order_by("pk").values_list("pk"))
        notes = {
            pk: Pelupaan(jejak=trail.kode, baris=pk, waktu=now, sebelum=mac.hex()) for pk, mac in layouts.macs(key, pks)
        }
        Pelupaan.objects.bulk_create(notes.values(), batch_size=500)
        yield
        for pk, mac in layouts.macs(key, pks):
            notes[pk].sesudah = mac.hex()
            notes[pk].mac = _note_mac(key, notes[pk])
        changed = [note for note in notes.values() if note.sesudah != note.sebelum]
        Pelupaan.objects.bulk_update(changed, ["sesudah", "mac"], batch_size=200)
        Pelupaan.objects.filter(pk__in=[note.pk for note in notes.values() if note.sesudah == note.sebelum]).delete()


class _Layouts:
    """Which columns were hashed of a row: those of its link, which the table may have outgrown since."""

    def __init__(self, trail: Jejak) -> None:
        self.trail = trail
        links = list(MataRantai.objects.filter(jejak=trail.kode).order_by("sampai").values_list("sampai", "kolom"))
        self.ends = [end for end, _ in links]
        self.columns = [columns for _, columns in links]

    def macs(self, key: bytes, pks: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        groups: dict[str, list[int]] = {}
        for pk in pks:
            place = bisect_left(self.ends, pk)
            columns = self.columns[place] if place < len(self.ends) else ",".join(columns_of(self.trail))
            groups.setdefault(columns, []).append(pk)
        for columns, group in groups.items():
            rows = self.trail.model._default_manager.filter(pk__in=group)
            yield from list(_macs(key, self.trail, rows, columns.split(",")))


# --- Checking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Temuan:
    """One thing that is not as it was sealed: which trail, which row (None: a link), and what about it."""

    jejak: str
    baris: int | None
    keadaan: str

    def __str__(self) -> str:
        return f"{self.jejak} {self.baris}: {self.keadaan}" if self.baris is not None else self.keadaan


@dataclass
class Hasil:
    """What a check found. `belum`: rows that wait for their link, the oldest of them from `sejak`."""

    mata_rantai: int = 0
    baris: int = 0
    dilupakan: int = 0
    belum: int = 0
    sejak: datetime.datetime | None = None
    temuan: list[Temuan] = field(default_factory=list)

    @property
    def utuh(self) -> bool:
        return not self.temuan

    @property
    def tertahan(self) -> bool:
        """Whether sealing does not proceed: what was written is not under the chain long after."""
        return _waits_long(self.sejak, timezone.now())


def _waits_long(sejak: datetime.datetime | None, saat: datetime.datetime) -> bool:
    return sejak is not None and saat - sejak > SEAL_LATE


def verify_trails() -> Hasil:
    """Compare every row of the trails with its link, and the links with each other."""
    hasil = Hasil()
    try:
        key = _key()
    except ChainBroken as fault:
        hasil.temuan.append(Temuan("rantai", None, str(fault)))
        return hasil
    told = _told_head()  # before the links: a sealer may go on meanwhile
    notes = _notes(key, hasil)
    seen: dict[str, int] = {}
    number, mac = START
    known = {trail.kode: trail for trail in JEJAK.values()}
    macs = dict([START])
    for link in MataRantai.objects.order_by("nomor").iterator(chunk_size=20):
        hasil.mata_rantai += 1
        said = f"Mata rantai {link.nomor}"
        if link.nomor != number + 1:
            hasil.temuan.append(Temuan("rantai", None, f"Mata rantai {number + 1} sampai {link.nomor - 1} hilang."))
        elif link.mac_sebelum != mac:
            hasil.temuan.append(Temuan("rantai", None, f"{said} tidak menyambung pada yang sebelumnya."))
        if not hmac.compare_digest(_link_mac(key, link), link.mac):
            hasil.temuan.append(Temuan("rantai", None, f"{said} diubah."))
        if link.dari != seen.get(link.jejak, 0) + 1:
            hasil.temuan.append(Temuan("rantai", None, f"{said}: rentang {link.jejak} tidak berurutan."))
        number, mac, seen[link.jejak] = link.nomor, link.mac, link.sampai
        macs[link.nomor] = link.mac
        if (trail := known.get(link.jejak)) is None:
            hasil.temuan.append(Temuan("rantai", None, f"{said}: jejak {link.jejak} tidak dikenal."))
        else:
            _check_rows(key, trail, link, notes, hasil)
    _check_head(told, macs, hasil)
    for trail in JEJAK.values():
        _check_edges(trail, seen.get(trail.kode, 0), hasil)
    return hasil


Notes = dict[tuple[str, int, str], str]


def _notes(key: bytes, hasil: Hasil) -> Notes:
    """(trail, row, hash before) -> hash after, of the notes that are ours."""
    found: Notes = {}
    for note in Pelupaan.objects.order_by("id").iterator(chunk_size=2_000):
        if not note.sesudah or not hmac.compare_digest(_note_mac(key, note), note.mac):
            hasil.temuan.append(Temuan(note.jejak, note.baris, "catatan pelupaan tidak sah"))
        else:
            found[note.jejak, note.baris, note.sebelum] = note.sesudah
    return found


def _check_rows(key: bytes, trail: Jejak, link: MataRantai, notes: Notes, hasil: Hasil) -> None:
    sealed = dict(_ENTRY.iter_unpack(bytes(link.isi)[: len(link.isi) // _ENTRY.size * _ENTRY.size]))
    rows = trail.model._default_manager.filter(pk__gte=link.dari, pk__lte=link.sampai).order_by("pk")
    try:
        for pk, mac in _macs(key, trail, rows, link.kolom.split(",")):
            hasil.baris += 1
            kept = sealed.pop(pk, None)
            if kept is None:
                hasil.temuan.append(Temuan(trail.kode, pk, "disisipkan"))
            elif kept != mac:
                if _was_forgotten(trail.kode, pk, kept.hex(), mac.hex(), notes):
                    hasil.dilupakan += 1
                else:
                    hasil.temuan.append(Temuan(trail.kode, pk, "diubah"))
    except FieldError:
        hasil.temuan.append(Temuan("rantai", None, f"Mata rantai {link.nomor}: kolomnya tidak ada lagi."))
        return
    hasil.temuan.extend(Temuan(trail.kode, pk, "hilang") for pk in sealed)


def _was_forgotten(kode: str, pk: int, was: str, now: str, notes: Notes) -> bool:
    """Whether notes lead from the sealed hash to the present one, perhaps over several times."""
    steps = 0
    while was != now and steps < 100:
        if (after := notes.get((kode, pk, was)) or _fresh_note(kode, pk, was)) is None:
            return False
        was, steps = after, steps + 1
    return was == now


def _fresh_note(kode: str, pk: int, was: str) -> str | None:
    """A note that was written while the check was on its way."""
    note = Pelupaan.objects.filter(jejak=kode, baris=pk, sebelum=was).exclude(sesudah="").first()
    return note.sesudah if note is not None and hmac.compare_digest(_note_mac(_key(), note), note.mac) else None


def _check_head(told: tuple[int, str] | None, macs: dict[int, str], hasil: Hasil) -> None:
    """The newest link must be at least the one that the file outside the database was told."""
    if told is None and len(macs) > 1:
        fault = f"Berkas kepala rantai ({HEAD}) hilang. Bila MEDIA_ROOT memang dipindahkan tanpa berkas itu"
    elif told is not None and macs.get(told[0]) != told[1]:
        fault = (
            f"Ujung rantai tidak sama dengan berkas kepala ({HEAD}): dipotong, atau basis data dipulihkan dari "
            "cadangan yang lebih lama. Bila memang dipulihkan"
        )
    else:
        return
    hasil.temuan.append(Temuan("rantai", None, f"{fault}, tetapkan ulang dengan {KEPALA_BARU}."))


def _check_edges(trail: Jejak, last: int, hasil: Hasil) -> None:
    """Rows before the first id, where nothing is ever written, and rows that wait for their link."""
    rows = trail.model._default_manager.order_by()
    hasil.temuan.extend(
        Temuan(trail.kode, pk, "disisipkan") for pk in rows.filter(pk__lt=1).values_list("pk", flat=True)
    )
    waiting = rows.filter(pk__gt=last).aggregate(jumlah=Count("pk"), sejak=Min(trail.waktu))
    hasil.belum += waiting["jumlah"]
    times = [moment for moment in (hasil.sejak, waiting["sejak"]) if moment is not None]
    hasil.sejak = min(times, default=None)


def check_and_record() -> Hasil:
    """Seal what is settled, check everything, and keep what was found for the page of the trails.

    One at a time: raises `BeingChecked`.
    """
    found: list[Hasil] = []
    if not work_alone(lock_place(CHECK_LOCK), lambda: found.append(_check_and_record())):
        raise BeingChecked
    return found[0]


def _check_and_record() -> Hasil:
    with suppress(ChainBroken):  # the check says so
        seal_trails()
    hasil = verify_trails()
    PemeriksaanRantai.objects.create(
        waktu=timezone.now(), utuh=hasil.utuh, baris=hasil.baris, dilupakan=hasil.dilupakan,
        temuan=[str(temuan) for temuan in hasil.temuan[:FINDINGS_KEPT]], belum_disegel=hasil.belum, sejak=hasil.sejak,
    )  # fmt: skip
    return hasil


def is_being_checked() -> bool:
    """Whether a check is under way, here or in another process."""
    with held(lock_place(CHECK_LOCK)) as free:
        return not free


# --- Whether all goes its way -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gangguan:
    """What the admin has to look at. `parah`: something was touched."""

    label: str
    keterangan: str
    parah: bool = False


def chain_trouble(saat: datetime.datetime) -> Gangguan | None:
    """What the last check found, or that none is made any more: from what is kept, without reading the trails."""
    last = PemeriksaanRantai.objects.first()
    if last is None:
        since = LogEntry.objects.order_by("pk").values_list("timestamp", flat=True).first()
        if since is None or saat - since < CHECK_LATE:  # a new installation
            return None
        return Gangguan("Belum pernah diperiksa", f"jejak ada sejak {tanggal(since)}")
    if not last.utuh:
        return Gangguan("Tidak utuh", "ada yang tidak cocok", parah=True)
    if saat - last.waktu > CHECK_LATE:
        return Gangguan("Lama tidak diperiksa", f"sejak {tanggal(last.waktu)}")
    if _waits_long(last.sejak, last.waktu):
        return Gangguan("Penyegelan tertahan", f"baris sejak {tanggal(last.sejak)} belum disegel")
    return None


def chain_health() -> Kesehatan:
    """For `/sehat/`: the site serves without, but somebody should look."""
    trouble = chain_trouble(timezone.now())
    return Kesehatan("rantai jejak", trouble is None, trouble.label.lower() if trouble else "baik", wajib=False)
