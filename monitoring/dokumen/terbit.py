"""Issuing: the papers of a signed-off period become files with a code, a row in the register, and never change again.

What has to be issued is written nowhere: it follows from the period. One that is `ditetapkan` owes the recap of the
province and one for each invited kabupaten/kota that sent something; what is owed and has no row is missing. So
the sign-off itself records nothing of them, holds its locks no longer for it, and works on a server without the library
for PDF. Rendering takes about a second a paper and is done in the background (`pelari`). A crash anywhere leaves a
period that still owes papers. An isian of a signed-off period never moves again, kiriman never change and the sign-off
keeps the rest (`rekap.tetapan`), so that later is as good as at once for all but follow-ups and candidates, which are
those of the hour of rendering. A revision takes the rest anew: that is what it corrects.

A file is kept before its row, and taken away again when the row was not stored: no row ever names a file that is not
there. Two at once both render; the period row is locked while one of them is stored, and the other one's is dropped.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.access import koordinator, sees_registry
from core.failures import leaves_commit_open
from core.files import remove_file, unnamed_sealed, write_sealed
from core.models import KabupatenKota, Pengguna
from monitoring.enums import JenisDokumen, StatusDokumen, StatusPeriode
from monitoring.isian.workflow import MoveRefused
from monitoring.models import Dokumen, PeriodeMonitoring
from monitoring.models.dokumen import check_code
from monitoring.rekap.build import SENT, Rekap, build_rekap
from monitoring.rekap.pdf import Terbitan, render_pdf
from monitoring.rekap.tetapan import Tetapan, as_of_now

FOLDER: Final = "dokumen"


@dataclass(frozen=True)
class Terutang:
    """A paper that the period owes. No kabupaten/kota: the province."""

    jenis: JenisDokumen
    kabupaten_kota: KabupatenKota | None = None

    @property
    def kunci(self) -> tuple[str, str | None]:
        return self.jenis.value, self.kabupaten_kota.pk if self.kabupaten_kota else None


# --- what is owed -----------------------------------------------------------------------------------------------------


def owed(periode: PeriodeMonitoring, pengguna: Pengguna | None = None) -> list[Terutang]:
    """Every paper that the period owes, the province first; none before it is signed off. See `missing`."""
    if periode.status != StatusPeriode.DITETAPKAN:
        return []
    sent = periode.isian.filter(Q(kiriman_sah__isnull=False) | Q(status__in=SENT))
    rows = sent.select_related("kabupaten_kota").order_by("kabupaten_kota")
    found = [
        Terutang(JenisDokumen.REKAP_PROVINSI),
        *(Terutang(JenisDokumen.REKAP_DAERAH, isian.kabupaten_kota) for isian in rows),
    ]
    if pengguna is None:
        return found
    if not sees_registry(pengguna):
        return []
    own = pengguna.kabupaten_kota_id
    return [row for row in found if row.kunci[1] == own] if own else found


def missing(periode: PeriodeMonitoring, pengguna: Pengguna | None = None) -> list[Terutang]:
    """What is owed and not issued yet; with `pengguna` only what that user may see."""
    issued = set(periode.dokumen.filter(status=StatusDokumen.BERLAKU).values_list("jenis", "kabupaten_kota"))
    return [row for row in owed(periode, pengguna) if row.kunci not in issued]


# --- issuing ----------------------------------------------------------------------------------------------------------


def issue(periode: PeriodeMonitoring, terutang: Terutang) -> list[Dokumen]:
    """Issue one paper and return it; nothing when somebody else was faster.

    It is the paper of the sign-off: it names who signed off, whoever asks for it. Raises `PdfUnavailable`.
    """
    assert periode.ditetapkan_oleh is not None
    periode.refresh_from_db(fields=["tetapan"])  # a revision may have come between two papers
    return _store(periode, [_prepare(periode, terutang, 1, periode.ditetapkan_oleh, timezone.now())])


def reissue(
    periode: PeriodeMonitoring, alasan: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> list[Dokumen]:
    """Issue every valid paper anew as its next revision; the old ones are superseded, all of them or none.

    Raises `MoveRefused`, `PdfUnavailable`.
    """
    waktu = waktu or timezone.now()
    if not koordinator(pengguna):
        raise MoveRefused("Hanya koordinator yang dapat menerbitkan revisi dokumen.")
    if not alasan.strip():
        raise MoveRefused("Tulis alasan menerbitkan revisi.")
    valid = {
        (row.jenis, row.kabupaten_kota_id): row for row in periode.dokumen.filter(status=StatusDokumen.BERLAKU)
    }  # fmt: skip
    prepared: list[Dokumen] = []
    periode.tetapan = as_of_now(periode)
    try:
        for terutang in owed(periode):
            if (old := valid.get(terutang.kunci)) is not None:
                prepared.append(_prepare(periode, terutang, old.revisi + 1, pengguna, waktu, alasan, old))
    except BaseException:
        for row in prepared:
            remove_file(row.berkas)
        raise
    return _store(periode, prepared, periode.tetapan)


def _prepare(
    periode: PeriodeMonitoring, terutang: Terutang, revisi: int, pengguna: Pengguna, waktu: datetime.datetime,
    alasan: str = "", menggantikan: Dokumen | None = None,
) -> Dokumen:  # fmt: skip
    """Render a paper and keep its bytes; the row that names them is returned unsaved."""
    daerah = terutang.kabupaten_kota
    rekap = build_rekap(periode, kabupaten_kota=daerah.pk if daerah else None)
    row = Dokumen(
        periode=periode, kabupaten_kota=daerah, jenis=terutang.jenis, revisi=revisi, kode_cek=check_code(),
        kode="-".join(("REKAP", periode.slug.upper(), *((daerah.digit,) if daerah else ()), f"R{revisi}")),
        judul=f"Rekapitulasi {periode.judul}, {rekap.wilayah}", tanggal_terbit=waktu, diterbitkan_oleh=pengguna,
        alasan_revisi=alasan, menggantikan=menggantikan, ringkasan=totals(rekap),
    )  # fmt: skip
    content = render_pdf(rekap, dicetak_oleh=pengguna.nama, terbitan=_imprint(row))
    row.ukuran, row.sha256 = len(content), hashlib.sha256(content).hexdigest()
    row.berkas = write_sealed(FOLDER, content)
    return row


def totals(rekap: Rekap) -> dict[str, int | float | None]:
    """What the register tells of a paper to whoever has its code."""
    jumlah = rekap.jumlah.as_json()
    return {
        **{nama: jumlah[nama] for nama in ("lokasi", "tower", "unit", "terhuni", "persen_terhuni")},
        "diundang": rekap.diundang, "terverifikasi": rekap.terverifikasi,
    }  # fmt: skip


def stray_documents(sebelum: datetime.datetime) -> list[str]:
    """Files written before `sebelum` that no document names, issued or signed: what a crash left behind."""
    named = {place for pair in Dokumen.objects.values_list("berkas", "pindaian") for place in pair}
    return unnamed_sealed(FOLDER, named, sebelum)


def _store(periode: PeriodeMonitoring, prepared: Sequence[Dokumen], tetapan: Tetapan | None = None) -> list[Dokumen]:
    """Write the rows of files that are kept, and `tetapan` if they were made with another one than the period has.

    Drops what somebody else issued meanwhile, row and file.
    """
    stored: list[Dokumen] = []
    try:
        with transaction.atomic():
            held = PeriodeMonitoring.objects.select_for_update().get(pk=periode.pk)
            done = [row for row in prepared if _store_one(row)]
            if done and tetapan:
                held.tetapan = tetapan  # the pages say what the papers say
                held.save(update_fields=["tetapan"])
        stored = done
    except BaseException as error:
        if leaves_commit_open(error):  # what no row names is left to the sweep
            stored = list(prepared)
        raise
    finally:
        for row in prepared:
            if row not in stored:
                remove_file(row.berkas)
    return stored


def _store_one(row: Dokumen) -> bool:
    same = Dokumen.objects.filter(periode=row.periode_id, jenis=row.jenis, kabupaten_kota=row.kabupaten_kota_id)
    old = same.filter(status=StatusDokumen.BERLAKU).first()
    if old != row.menggantikan:
        return False
    if old is not None:
        old.status = StatusDokumen.DIGANTIKAN
        old.save(update_fields=["status"])
    row.save()
    return True


# --- what is printed on it --------------------------------------------------------------------------------------------


def check_address(kode_cek: str) -> str:
    """Where the code leads: fixed when the paper is printed."""
    return f"{settings.ALAMAT_SITUS.rstrip('/')}{reverse('cek_dokumen', args=[kode_cek])}"


def _imprint(row: Dokumen) -> Terbitan:
    alamat = check_address(row.kode_cek)
    sisi, garis = qr_path(alamat)
    return Terbitan(
        kode=row.kode, kode_cek=spaced(row.kode_cek), revisi=row.revisi, tanggal_terbit=row.tanggal_terbit,
        alamat=alamat, menggantikan=row.menggantikan.kode if row.menggantikan else "", qr_sisi=sisi, qr_garis=garis,
    )  # fmt: skip


def spaced(kode: str) -> str:
    """In fours, as it is read aloud and typed."""
    return " ".join(kode[start : start + 4] for start in range(0, len(kode), 4))


def qr_path(text: str) -> tuple[int, str]:
    """The side of a QR code with its quiet zone, and its dark modules as one SVG path."""
    import segno

    rows = [bytes(row) for row in segno.make_qr(text, error="m").matrix_iter(border=4)]
    path = "".join(f"M{x} {y}h{width}v1h-{width}z" for y, row in enumerate(rows) for x, width in _runs(row))
    return len(rows), path


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    begin = None
    for x, dark in enumerate((*row, 0)):
        if dark and begin is None:
            begin = x
        elif not dark and begin is not None:
            yield begin, x - begin
            begin = None
