"""The attendance list of a session: signed in the app, or on the code page without an account while it is open."""

from __future__ import annotations

import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.access import operator
from core.display import hari_tanggal, jam
from core.models import Pengguna
from monitoring.enums import StatusSesi
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Hadirin, SesiDesk

LEBIH_AWAL: Final = datetime.timedelta(minutes=60)
"""How long before its time the list of a session opens."""
PALING_BANYAK: Final = 300
"""Lines of one list: the code page is open to whoever has the code."""
INSTANSI_PROVINSI: Final = "Dinas PERAKIM Provinsi Jawa Tengah"


def session_with_code(kode: str) -> SesiDesk | None:
    """The session whose attendance list the code opens; None for a code nobody was given."""
    rows = SesiDesk.objects.select_related("jadwal__periode", "isian__kabupaten_kota")
    return rows.filter(kode_hadir=kode.upper(), jadwal__versi__gt=0).first()


def why_closed(sesi: SesiDesk, waktu: datetime.datetime) -> str:
    """Why nobody can sign now; "" while the list is open."""
    if sesi.status in (StatusSesi.DITUTUP, StatusSesi.TIDAK_HADIR, StatusSesi.BATAL):
        return "Sesi ini sudah selesai, jadi daftar hadir sudah ditutup."
    opens = sesi.mulai - LEBIH_AWAL
    if sesi.status == StatusSesi.TERJADWAL and waktu < opens:
        return f"Daftar hadir dibuka {hari_tanggal(opens)}, {jam(opens)}."
    return ""


def sign(
    sesi: SesiDesk, nama: str, instansi: str, jabatan: str, *, pengguna: Pengguna | None = None,
    waktu: datetime.datetime | None = None,
) -> Hadirin:  # fmt: skip
    """Add a line, once per name and office. Raises `MoveRefused` when the list is closed, full, or has the name."""
    waktu = waktu or timezone.now()
    with transaction.atomic():
        row = SesiDesk.objects.select_for_update(of=("self",)).get(pk=sesi.pk)
        if closed := why_closed(row, waktu):
            raise MoveRefused(closed)
        if pengguna is None and row.hadirin.count() >= PALING_BANYAK:
            raise MoveRefused("Daftar hadir sudah penuh. Beri tahu verifikator.")
        try:
            with transaction.atomic():
                line = Hadirin.objects.create(
                    sesi=row, nama=nama, instansi=instansi, jabatan=jabatan, pengguna=pengguna, waktu=waktu
                )
        except IntegrityError:
            raise MoveRefused(f"{nama} dari {instansi} sudah tercatat hadir.") from None
        row.perubahan += 1
        row.save(update_fields=["perubahan"])
    return line


def office_of(pengguna: Pengguna) -> str:
    """The office an account signs for."""
    if operator(pengguna):
        return f"{pengguna.jabatan or 'Dinas perumahan'} {pengguna.kabupaten_kota}"
    return INSTANSI_PROVINSI


def sign_account(sesi: SesiDesk, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> Hadirin:
    """Sign with one's own account. Raises `MoveRefused` as `sign` does."""
    jabatan = pengguna.sebutan_peran if not operator(pengguna) else "Operator"
    return sign(sesi, pengguna.nama, office_of(pengguna), jabatan, pengguna=pengguna, waktu=waktu)
