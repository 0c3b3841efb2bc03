"""The beat of a session: a short text that changes whenever anything does that its pages show.

It is made of the session's own count, the count of the kabupaten/kota's registry (every write, remark, import and send
takes that lock) and who is present. Pages ask for it every moment, so it is one query together with the account.
"""

from __future__ import annotations

import datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from core.models import Pengguna
from monitoring.models import HadirDaring, SesiDesk

HILANG: Final = datetime.timedelta(seconds=40)
"""After this long without a word somebody counts as gone."""


def account_with_beat(pengguna: int, sesi: int, slug: str) -> Pengguna | None:
    """The account with the columns that `beat_on` reads, empty where there is no such session. One query."""
    sesi = sesi if sesi < 2**63 else 0  # no such id either way, and SQLite cannot be asked about the large one
    since = connection.ops.adapt_datetimefield_value(timezone.now() - HILANG)
    # Written out: asked every moment by every open page, and putting it together anew costs more than asking it.
    rows = Pengguna.objects.raw(
        """
        SELECT akun.*, sesi.perubahan AS denyut_sesi, kunci.perubahan AS denyut_registri,
               (SELECT COUNT(*) FROM monitoring_hadirdaring AS hadir
                 WHERE hadir.sesi_id = sesi.id AND hadir.terakhir >= %s) AS denyut_hadir,
               CASE WHEN akun.kabupaten_kota_id IS NULL
                      OR isian.kabupaten_kota_id = akun.kabupaten_kota_id
                      OR (sesi.jenis = 'pembukaan' AND EXISTS (
                          SELECT 1 FROM monitoring_isian AS undangan
                           WHERE undangan.periode_id = periode.id
                             AND undangan.kabupaten_kota_id = akun.kabupaten_kota_id))
                    THEN 1 ELSE 0 END AS denyut_boleh
          FROM core_pengguna AS akun
          LEFT JOIN monitoring_periodemonitoring AS periode ON periode.slug = %s
          LEFT JOIN monitoring_jadwaldesk AS jadwal ON jadwal.periode_id = periode.id
          LEFT JOIN monitoring_sesidesk AS sesi
            ON sesi.id = %s AND sesi.jadwal_id = jadwal.id
           AND (akun.kabupaten_kota_id IS NULL OR (jadwal.versi > 0 AND periode.status <> 'disiapkan'))
          LEFT JOIN monitoring_isian AS isian ON isian.id = sesi.isian_id
          LEFT JOIN rusun_penguncian AS kunci ON kunci.kabupaten_kota_id = isian.kabupaten_kota_id
         WHERE akun.id = %s
        """,
        [since, slug, sesi, pengguna],
    )
    return next(iter(rows), None)


def beat_on(pengguna: Pengguna) -> str | None:
    """The beat read by `account_with_beat`; None where there is no such session for this account."""
    own = pengguna.__dict__
    if own["denyut_sesi"] is None or not own["denyut_boleh"]:
        return None
    return f"{own['denyut_sesi']}.{own['denyut_registri'] or 0}.{own['denyut_hadir']}"


def beat_of(sesi: int, slug: str, pengguna: Pengguna) -> str:
    """The beat as it is now. Ask before reading what a page shows: what happens in between is then asked for."""
    account = account_with_beat(pengguna.pk, sesi, slug)
    return (beat_on(account) if account else None) or ""


def is_present(sesi: SesiDesk, pengguna: Pengguna, waktu: datetime.datetime | None = None) -> None:
    """`pengguna` has the page open now. No lock and no history: it is forgotten again."""
    HadirDaring.objects.update_or_create(
        sesi=sesi, pengguna=pengguna, defaults={"terakhir": waktu or timezone.now()}
    )  # fmt: skip


def present_at(sesi: SesiDesk, waktu: datetime.datetime | None = None) -> list[Pengguna]:
    """Who has the page of the session open, the province first."""
    rows = HadirDaring.objects.filter(sesi=sesi, terakhir__gte=(waktu or timezone.now()) - HILANG)
    return [row.pengguna for row in rows.select_related("pengguna").order_by("-pengguna__peran", "pengguna__nama")]
