"""The berita acara: drafted when a session closes, edited in its prose, confirmed by both sides, superseded, filed.

What was agreed is frozen as plain values in `BeritaAcara.isi`; page and paper print those and nothing else. Form and
opening sentence follow the custom of official papers (Permendagri 1/2023: kop, number, date in words, two parties).
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from core.access import operator, verifikator
from core.display import in_wib, jam, tanggal, terbilang_tanggal
from core.enums import TugasPejabat
from core.files import kept_sealed, unnamed_sealed
from core.models import KabupatenKota, Pejabat, Pengguna
from monitoring.enums import JenisBeritaAcara, JenisNaskah, LangkahSesi, StatusBeritaAcara, StatusSesi
from monitoring.isian.meja import ORANG, UNIT, sums_of
from monitoring.isian.workflow import MoveRefused
from monitoring.models import BeritaAcara, JadwalDesk, Kiriman, SesiDesk
from monitoring.models.desk import random_code
from monitoring.penandatangan import signature_of
from rusun.lampiran import accept
from rusun.perbedaan import differences
from rusun.salinan import Registri
from rusun.sebutan import cell_name, value_text

FOLDER: Final = "berita_acara"

PENUTUP: Final = (
    "Demikian berita acara ini dibuat dengan sebenarnya dalam rangkap 2 (dua) untuk dipergunakan sebagaimana mestinya."
)


def draft_minutes(sesi: SesiDesk, pengguna: Pengguna, waktu: datetime.datetime) -> BeritaAcara:
    """The draft of a session that has just been closed or missed, with the next number of the period.

    Call with the schedule of the period locked: that is what makes numbers follow each other.
    """
    last = BeritaAcara.objects.filter(jadwal=sesi.jadwal_id).aggregate(Max("urut"))["urut__max"] or 0
    return _create(sesi, last + 1, 1, pengguna, waktu)


def _create(
    sesi: SesiDesk, urut: int, revisi: int, pengguna: Pengguna, waktu: datetime.datetime, alasan: str = ""
) -> BeritaAcara:
    assert sesi.isian is not None
    kiriman = sesi.isian.kiriman.order_by("-nomor").first()
    jenis = _kind(sesi, kiriman)
    slug = sesi.jadwal.periode.slug
    return BeritaAcara.objects.create(
        sesi=sesi, jadwal=sesi.jadwal, urut=urut, revisi=revisi, jenis=jenis, kiriman=kiriman,
        kode=f"BA-{slug}-{urut:03d}-{random_code(6)}".upper(), isi=_content(sesi, kiriman),
        pembuka=_opening(sesi, jenis, kiriman), penutup=PENUTUP, alasan_revisi=alasan, dibuat_pada=waktu,
        dibuat_oleh=pengguna,
    )  # fmt: skip


def _kind(sesi: SesiDesk, kiriman: Kiriman | None) -> JenisBeritaAcara:
    if sesi.status == StatusSesi.TIDAK_HADIR:
        return JenisBeritaAcara.TIDAK_HADIR
    return JenisBeritaAcara.DESK if kiriman is not None else JenisBeritaAcara.BELUM_MENYAMPAIKAN


# --- content ----------------------------------------------------------------------------------------------------------


def _content(sesi: SesiDesk, kiriman: Kiriman | None) -> dict[str, Any]:
    assert sesi.isian is not None
    before = sesi.kiriman_awal.registri if sesi.kiriman_awal else None
    after = kiriman.registri if kiriman else None
    since = sesi.dimulai_pada or sesi.mulai
    remarks = sesi.isian.catatan.filter(dibuat_pada__gte=since) | sesi.isian.catatan.unsettled()
    return {
        "kabupaten_kota": str(sesi.isian.kabupaten_kota),
        "periode": sesi.jadwal.periode.judul,
        "waktu": _times(sesi),
        "kiriman": None if kiriman is None else {
            "nomor": kiriman.nomor, "dikirim_pada": kiriman.dikirim_pada.isoformat(), "sha256": kiriman.sha256,
        },
        "hadirin": [
            {"nama": row.nama, "instansi": row.instansi, "jabatan": row.jabatan, "waktu": row.waktu.isoformat()}
            for row in sesi.hadirin.all()
        ],
        "angka": _figures(before, after),
        "perubahan": _changes(before, after),
        "catatan": [
            {"sebutan": row.sebutan, "isi": row.isi, "jawaban": row.jawaban, "status": row.get_status_display()}
            for row in remarks.distinct().order_by("kode_rusun", "pk")
        ],
        "agenda": [
            {"judul": row.judul, "keterangan": row.keterangan, "sepakat": row.disepakati_pada is not None}
            for row in sesi.agenda.all()
        ],
        "kesepakatan": [
            {
                "lokasi": row.tindak_lanjut.rusun.nama, "uraian": row.tindak_lanjut.uraian,
                "pihak": row.tindak_lanjut.get_penanggung_jawab_display(), "pelaksana": row.tindak_lanjut.pelaksana,
                "batas_waktu": row.tindak_lanjut.batas_waktu.isoformat(), "unit": row.tindak_lanjut.unit,
            }
            for row in sesi.kesepakatan.select_related("tindak_lanjut__rusun")
        ],
        "penandatangan": signers(sesi.isian.kabupaten_kota, timezone.localdate(sesi.ditutup_pada or sesi.mulai)),
    }  # fmt: skip


def _times(sesi: SesiDesk) -> dict[str, Any]:
    paused, since = datetime.timedelta(), None
    for row in sesi.riwayat.all():
        if row.langkah == LangkahSesi.JEDA:
            since = row.waktu
        elif since is not None and row.langkah in (LangkahSesi.LANJUT, LangkahSesi.TUTUP):
            paused, since = paused + (row.waktu - since), None
    return {
        "jadwal": sesi.mulai.isoformat(), "dimulai": sesi.dimulai_pada.isoformat() if sesi.dimulai_pada else None,
        "ditutup": sesi.ditutup_pada.isoformat() if sesi.ditutup_pada else None,
        "jeda_menit": int(paused.total_seconds()) // 60,
    }  # fmt: skip


def _figures(before: Registri | None, after: Registri | None) -> list[dict[str, Any]]:
    """The main figures of the whole kabupaten/kota before the session and as agreed."""
    old, new = sums_of(before), sums_of(after)
    return [{"label": label, "semula": old.get(label), "disepakati": new.get(label)} for label, _ in (*UNIT, *ORANG)]


def _changes(before: Registri | None, after: Registri | None) -> list[dict[str, str]]:
    """Every cell that was corrected in the session."""
    if before is None or after is None:
        return []
    both = {**before, **after}
    return [
        {
            "sebutan": cell_name(both, row.alamat), "semula": value_text(row.alamat, row.sebelum),
            "disepakati": value_text(row.alamat, row.sesudah),
        }
        for row in differences(before, after)
    ]  # fmt: skip


def signers(kabupaten_kota: KabupatenKota, hari: datetime.date) -> dict[str, dict[str, str]]:
    """Who signs on that day: one for each side, and one of the province above both."""
    return {
        "provinsi": signature_of(JenisNaskah.BERITA_ACARA, hari),
        "daerah": Pejabat.objects.signature(TugasPejabat.KABID, hari, kabupaten_kota),
        "mengetahui": signature_of(JenisNaskah.BERITA_ACARA_MENGETAHUI, hari),
    }


def _opening(sesi: SesiDesk, jenis: JenisBeritaAcara, kiriman: Kiriman | None) -> str:
    assert sesi.isian is not None
    saat = in_wib(sesi.dimulai_pada or sesi.mulai)
    kapan = f"Pada hari ini {terbilang_tanggal(saat)} ({saat:%d-%m-%Y})"
    judul, daerah = sesi.jadwal.periode.judul, sesi.isian.kabupaten_kota
    if jenis == JenisBeritaAcara.TIDAK_HADIR:
        return (
            f"{kapan}, pada sesi {judul} yang dijadwalkan pukul {jam(sesi.mulai)} melalui rapat daring, "
            f"{daerah} tidak hadir."
        )
    text = (
        f"{kapan}, melalui rapat daring, telah dilaksanakan {judul} antara Dinas Perumahan Rakyat dan Kawasan "
        f"Permukiman Provinsi Jawa Tengah dan {daerah}."
    )
    if kiriman is None:
        return f"{text} Sampai sesi ditutup, {daerah} belum menyampaikan isian kepada provinsi."
    return (
        f"{text} Yang dibahas adalah isian {daerah}, {str(kiriman).lower()}, dikirim {tanggal(kiriman.dikirim_pada)} "
        f"{jam(kiriman.dikirim_pada)}, dengan hasil sebagai berikut."
    )


def read_content(ba: BeritaAcara) -> dict[str, Any]:
    """`isi` for reading: days and moments are dates again. What page and paper print."""
    isi = dict(ba.isi)
    moment = datetime.datetime.fromisoformat
    isi["waktu"] = {
        key: moment(value) if isinstance(value, str) else value for key, value in ba.isi["waktu"].items()
    }  # fmt: skip
    isi["hadirin"] = [{**row, "waktu": moment(row["waktu"])} for row in ba.isi["hadirin"]]
    isi["kesepakatan"] = [
        {**row, "batas_waktu": datetime.date.fromisoformat(row["batas_waktu"])} for row in ba.isi["kesepakatan"]
    ]
    if ba.isi["kiriman"]:
        isi["kiriman"] = {**ba.isi["kiriman"], "dikirim_pada": moment(ba.isi["kiriman"]["dikirim_pada"])}
    return isi


# --- after the session ------------------------------------------------------------------------------------------------


def sides_needed(ba: BeritaAcara) -> tuple[str, ...]:
    """Who has to confirm: both sides, but only the province where nobody came."""
    both = ba.jenis == JenisBeritaAcara.DESK or bool(ba.isi["hadirin"])
    return ("daerah", "provinsi") if both and ba.jenis != JenisBeritaAcara.TIDAK_HADIR else ("provinsi",)


def side_of(ba: BeritaAcara, pengguna: Pengguna) -> str:
    """On which side `pengguna` confirms; "" on none."""
    if verifikator(pengguna):
        return "provinsi"
    own = ba.sesi.isian is not None and ba.sesi.isian.kabupaten_kota_id == pengguna.kabupaten_kota_id
    return "daerah" if operator(pengguna) and own and "daerah" in sides_needed(ba) else ""


def _locked(ba: BeritaAcara) -> BeritaAcara:
    rows = BeritaAcara.objects.select_for_update(of=("self",))
    return rows.select_related("sesi__isian__kabupaten_kota", "sesi__jadwal__periode", "jadwal").get(pk=ba.pk)


def _tell(row: BeritaAcara) -> None:
    """Let the open pages of the session know."""
    SesiDesk.objects.filter(pk=row.sesi_id).update(perubahan=F("perubahan") + 1)


def _require_draft(row: BeritaAcara) -> None:
    if row.status != StatusBeritaAcara.RANCANGAN:
        raise MoveRefused(f"Berita acara ini sudah {row.get_status_display().lower()}, jadi tidak dapat diubah.")


def edit_prose(ba: BeritaAcara, pembuka: str, penutup: str, versi: int, pengguna: Pengguna) -> BeritaAcara:
    """Change the words, never the figures; both sides confirm anew. Raises `MoveRefused`."""
    if not verifikator(pengguna):
        raise MoveRefused("Hanya verifikator yang dapat menyunting berita acara.")
    with transaction.atomic():
        row = _locked(ba)
        _require_draft(row)
        if row.versi != versi:
            raise MoveRefused("Berita acara sudah disunting orang lain. Muat ulang, lalu sunting lagi.")
        row.pembuka, row.penutup, row.versi = pembuka, penutup, row.versi + 1
        row.daerah_pada = row.daerah_oleh = row.provinsi_pada = row.provinsi_oleh = None
        row.save()
        _tell(row)
    return row


def confirm(
    ba: BeritaAcara, versi: int, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> BeritaAcara:  # fmt: skip
    """Confirm for one's side the words as they stood at `versi`; once all needed sides have, it is issued."""
    waktu = waktu or timezone.now()
    side = side_of(ba, pengguna)
    if not side:
        raise MoveRefused("Konfirmasi ini bukan wewenang Anda.")
    with transaction.atomic():
        row = _locked(ba)
        _require_draft(row)
        if row.versi != versi:
            raise MoveRefused("Berita acara berubah setelah Anda membukanya. Baca lagi, lalu konfirmasi.")
        if getattr(row, f"{side}_pada") is not None:
            raise MoveRefused("Pihak Anda sudah mengonfirmasi berita acara ini.")
        setattr(row, f"{side}_pada", waktu)
        setattr(row, f"{side}_oleh", pengguna)
        if all(getattr(row, f"{needed}_pada") for needed in sides_needed(row)):
            row.status, row.terbit_pada = StatusBeritaAcara.TERBIT, waktu
        row.save()
        _tell(row)
    return row


def revise(ba: BeritaAcara, alasan: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None) -> BeritaAcara:
    """A new draft with the same number, from what stands now; the old one is superseded. Raises `MoveRefused`."""
    waktu = waktu or timezone.now()
    if not verifikator(pengguna):
        raise MoveRefused("Hanya verifikator yang dapat membuat revisi.")
    if not alasan.strip():
        raise MoveRefused("Tulis alasan revisi.")
    with transaction.atomic():
        JadwalDesk.objects.select_for_update().get(pk=ba.jadwal_id)  # schedule before session, as everywhere
        row = _locked(ba)
        if BeritaAcara.objects.filter(sesi=row.sesi_id, revisi__gt=row.revisi).exists():
            raise MoveRefused("Berita acara ini sudah digantikan. Buka revisi terakhir.")
        row.status = StatusBeritaAcara.DIGANTIKAN
        row.save(update_fields=["status"])
        _tell(row)
        return _create(row.sesi, row.urut, row.revisi + 1, pengguna, waktu, alasan)


def set_letter_number(ba: BeritaAcara, nomor: str, pengguna: Pengguna) -> BeritaAcara:
    """The number the office gives the letter; typed, unique, correctable. Raises `MoveRefused`."""
    if not verifikator(pengguna):
        raise MoveRefused("Hanya provinsi yang memberi nomor naskah.")
    try:
        with transaction.atomic():
            row = _locked(ba)
            if row.status != StatusBeritaAcara.TERBIT:
                raise MoveRefused("Nomor naskah diberikan setelah berita acara terbit.")
            row.nomor_naskah = nomor
            row.save(update_fields=["nomor_naskah"])
    except IntegrityError:
        raise MoveRefused(f"Nomor {nomor} sudah dipakai berita acara lain. Periksa buku agenda.") from None
    return row


def file_scan(
    ba: BeritaAcara, content: bytes, kode: str, pengguna: Pengguna, *, waktu: datetime.datetime | None = None
) -> BeritaAcara:
    """Keep the signed scan beside its berita acara; `kode` is the document code printed on the paper.

    Raises `FileRefused`, or `MoveRefused` when the paper is of another revision or not issued.
    """
    if not (verifikator(pengguna) or side_of(ba, pengguna)):
        raise MoveRefused("Pindaian diunggah oleh pihak yang menandatangani.")
    tipe, kept = accept(content)
    with kept_sealed(FOLDER, kept) as place, transaction.atomic():
        row = _locked(ba)
        if row.status == StatusBeritaAcara.RANCANGAN:
            raise MoveRefused("Berita acara belum terbit, jadi belum ada yang ditandatangani.")
        typed = kode.strip().upper()
        if typed != row.kode:
            other = BeritaAcara.objects.filter(sesi=row.sesi, kode=typed).first()
            belongs = f" Kode itu milik revisi {other.revisi}." if other else ""
            raise MoveRefused(f"Kode dokumen pada kertas tidak sama dengan {row.kode}.{belongs}")
        row.pindaian, row.pindaian_tipe = place, tipe
        row.pindaian_sha256 = hashlib.sha256(kept).hexdigest()
        row.pindaian_pada, row.pindaian_oleh = waktu or timezone.now(), pengguna
        row.save()
    return row


def stray_scans(sebelum: datetime.datetime) -> list[str]:
    """Scans written before `sebelum` that no berita acara names: what a crash left behind."""
    return unnamed_sealed(FOLDER, set(BeritaAcara.objects.values_list("pindaian", flat=True)), sebelum)
