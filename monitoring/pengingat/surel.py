"""The outbox: what is to be mailed to whom, and the run that sends it (`manage.py kirim_surel`, by cron).

A row is taken in a transaction of its own, sent outside of any, and marked in another one. So no database lock waits
for a mail server, two runs never take the same row, and a row is never sent twice: a run that dies between taking and
marking leaves it `mengirim`, which a later run shows as failed, for a person to decide.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from smtplib import SMTPAuthenticationError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from core.health import Kesehatan
from core.models import Pengguna
from monitoring.enums import JenisSurel, StatusIsian, StatusPeriode, StatusSurel
from monitoring.models import Isian, Surel

from .teks import Keadaan, compose_mail, state_of

S = StatusSurel

WAITING_FOR: dict[str, tuple[str, ...]] = {
    JenisSurel.BELUM_MENGIRIM: (StatusIsian.BELUM_MULAI, StatusIsian.DIISI),
    JenisSurel.BELUM_MENJAWAB: (StatusIsian.PERLU_PERBAIKAN,),
}
"""In which states of an isian an e-mail of this kind still has something to say."""

JEDA: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (5, 30, 120, 720))
"""How long to wait after the first, second ... failure; after the last one the row has failed."""

TERPUTUS: Final = datetime.timedelta(minutes=15)
"""A row that was taken so long ago and never marked belongs to a run that died."""

TERLAMBAT: Final = datetime.timedelta(hours=1)
"""A row that is due for so long means that nobody runs `kirim_surel`."""

MENIT: Final = datetime.timedelta(minutes=1)

SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"


def mail_configured() -> bool:
    """Whether there is a mail server to send through."""
    return settings.EMAIL_BACKEND != SMTP or bool(settings.EMAIL_HOST)


def outbox_health() -> Kesehatan:
    """Whether somebody sends what is due; without a mail server nobody has to."""
    if not mail_configured():
        return Kesehatan("kotak keluar", True, "server surat belum diatur", wajib=False)
    oldest = Surel.objects.waiting().order_by("coba_lagi_pada").values_list("coba_lagi_pada", flat=True).first()
    late = max(timezone.now() - oldest, datetime.timedelta()) if oldest else datetime.timedelta()
    return Kesehatan("kotak keluar", late < TERLAMBAT, f"tertua terlambat {late // MENIT} menit", wajib=False)


def enqueue(
    isian: Isian, penerima: Iterable[Pengguna], jenis: JenisSurel, oleh: Pengguna, waktu: datetime.datetime
) -> int:
    """Put an e-mail to each of `penerima` that has an address into the outbox; how many were added.

    Who has the same one waiting already gets no second one.
    """
    waiting = set(
        Surel.objects.filter(isian=isian, jenis=jenis, status__in=[S.MENUNGGU, S.MENGIRIM]).values_list(
            "pengguna", flat=True
        )
    )
    rows = [
        Surel(
            isian=isian, pengguna=pengguna, jenis=jenis, diminta_oleh=oleh, diminta_pada=waktu, coba_lagi_pada=waktu
        )
        for pengguna in penerima
        if pengguna.surel and pengguna.pk not in waiting
    ]  # fmt: skip
    Surel.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def send_again(surel: Iterable[Surel], waktu: datetime.datetime) -> int:
    """Put failed rows back into the queue, as if new; how many. One whose twin waits already stays as it is."""
    renewed = 0
    for row in surel:
        with transaction.atomic():
            row = Surel.objects.select_for_update(of=("self",)).get(pk=row.pk)
            same = Surel.objects.filter(isian=row.isian_id, pengguna=row.pengguna_id, jenis=row.jenis)
            if row.status != S.GAGAL or same.filter(status__in=[S.MENUNGGU, S.MENGIRIM]).exists():
                continue
            row.status, row.percobaan, row.coba_lagi_pada = S.MENUNGGU, 0, waktu
            row.diambil_pada, row.selesai_pada, row.keterangan = None, None, ""
            row.save()
            renewed += 1
    return renewed


# --- The run ---------------------------------------------------------------------------------------------------------


def deliver() -> Counter[str]:
    """Send what is due; how many rows ended in each `StatusSurel`. Without a mail server only close the needless."""
    done: Counter[str] = Counter()
    done[S.GAGAL] += _close_interrupted()
    done[S.DILEWATI] += close_needless(timezone.now())
    if not mail_configured():
        return done
    connection = get_connection()
    try:
        while (row := _take()) is not None:
            status, server_lost = _send(row, connection)
            done[status] += 1
            if server_lost:
                break  # the others would fail alike; their turn comes with the next run
    finally:
        connection.close()
    return done


def _close_interrupted() -> int:
    since = timezone.now() - TERPUTUS
    keterangan = "Pengiriman terputus; surel ini mungkin sudah sampai. Tanyakan dahulu sebelum mengirim ulang."
    return Surel.objects.filter(status=S.MENGIRIM, diambil_pada__lt=since).update(
        status=S.GAGAL, selesai_pada=timezone.now(), keterangan=keterangan
    )


def close_needless(waktu: datetime.datetime) -> int:
    """Close what nobody has to be told any more; how many. Needs no mail server: the outbox never keeps old news."""
    closed = 0
    for row in Surel.objects.waiting().select_related("isian__periode", "isian__kabupaten_kota", "pengguna"):
        if reason := needless(row):
            closed += Surel.objects.filter(pk=row.pk, status=S.MENUNGGU).update(
                status=S.DILEWATI, selesai_pada=waktu, keterangan=reason
            )
    return closed


def needless(row: Surel) -> str:
    """Why `row` need not be sent any more; "" when it does."""
    isian, pengguna = row.isian, row.pengguna
    if isian.periode.status != StatusPeriode.DIBUKA:
        return "Periode tidak lagi dibuka."
    if isian.status not in WAITING_FOR[row.jenis]:
        return f"Sudah selesai: isian {isian.get_status_display().split(',')[0].lower()}."
    if not pengguna.is_active or pengguna.kabupaten_kota_id != isian.kabupaten_kota_id:
        return "Akun ini tidak lagi mengurus isian ini."
    return "" if pengguna.surel else "Akun ini tidak lagi punya alamat surel."


def _take() -> Surel | None:
    """The next row that is due, marked as being sent. Two runs never get the same one."""
    now = timezone.now()
    with transaction.atomic():
        row = Surel.objects.due(now).select_for_update(of=("self",), skip_locked=True).first()
        if row is not None:
            row.status, row.diambil_pada, row.percobaan = S.MENGIRIM, now, row.percobaan + 1
            row.save()
    return row


def _send(row: Surel, connection: BaseEmailBackend) -> tuple[S, bool]:
    """Send one taken row and mark it: its status now, and whether the mail server itself is out of reach."""
    row = Surel.objects.select_related("isian__periode", "isian__kabupaten_kota", "pengguna").get(pk=row.pk)
    keadaan = state_of(row.isian, row.isian.catatan.unanswered().count())
    if (reason := needless(row)) or keadaan is None:
        return _mark(row, S.DILEWATI, reason), False
    try:
        _message(row, keadaan, connection).send()
    except SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _ in error.recipients.values()):
            return _mark(row, S.GAGAL, "Alamat ditolak server surat. Periksa alamat surel pada akun ini."), False
        return _postpone(row, "Server surat meminta dicoba lagi nanti."), False
    except SMTPAuthenticationError:
        return _postpone(row, "Server surat menolak akun pengirim (EMAIL_HOST_USER)."), True
    except SMTPResponseException as error:
        return _postpone(row, f"Server surat menolak surel ini (kode {error.smtp_code})."), False
    except (OSError, SMTPException):
        return _postpone(row, "Server surat tidak dapat dihubungi."), True
    return _mark(row, S.TERKIRIM), False


def _message(row: Surel, keadaan: Keadaan, connection: BaseEmailBackend) -> EmailMessage:
    surat = compose_mail(keadaan, row.pengguna.nama, timezone.localdate())
    return EmailMessage(surat.subjek, surat.isi, to=[row.pengguna.surel], connection=connection)


def _mark(row: Surel, status: S, keterangan: str = "") -> S:
    row.status, row.selesai_pada, row.keterangan = status, timezone.now(), keterangan
    row.save()
    return status


def _postpone(row: Surel, keterangan: str) -> S:
    """Try again later, or give up after the last pause."""
    if row.percobaan > len(JEDA):
        return _mark(row, S.GAGAL, keterangan)
    row.status, row.keterangan = S.MENUNGGU, keterangan
    row.coba_lagi_pada = timezone.now() + JEDA[row.percobaan - 1]
    row.save()
    return S.MENUNGGU
