"""The path of a household to a home of its own. People decide each step; the screening only advises.

`disaring -> dihubungi -> berminat -> diusulkan -> mendapat_rumah`, one step at a time, back by one to correct a slip,
`batal` from anywhere before the house, and from there back to the start; dropping and going back ask a reason. Every
step keeps what the screening says at that moment, under which rules.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.access import operator, sees_penghuni, verifikator
from core.models import Pengguna
from core.parsing import has_long_number

from .aturan import Aturan, record_version, rules_today
from .enums import Minat, TahapCalon
from .models import CalonPemilikRumah, Hunian, Penghuni, RiwayatCalon, SkemaKepemilikan
from .penyaringan import evaluate, profile_of

DISARING, DIHUBUNGI, BERMINAT, DIUSULKAN, MENDAPAT_RUMAH, BATAL = TahapCalon
PATH: Final = (DISARING, DIHUBUNGI, BERMINAT, DIUSULKAN, MENDAPAT_RUMAH)
BY_PROVINCE: Final = frozenset({DIUSULKAN, MENDAPAT_RUMAH})
"""Steps of the province: it names people to the programme and hears who was housed."""
WILLING: Final = frozenset({BERMINAT, DIUSULKAN, MENDAPAT_RUMAH})
"""From here on a unit is expected to become free."""
CATATAN_MIN: Final = 10
CATATAN_MAKS: Final = 500


class CalonRefused(Exception):
    """A step that cannot be. `kolom` is the field it is about ("" when none), `str()` the next step."""

    def __init__(self, text: str, kolom: str = "") -> None:
        super().__init__(text)
        self.kolom = kolom


class CalonMoved(CalonRefused):
    """Somebody was faster: the candidate is at another step than the one that was seen."""


def next_steps(calon: CalonPemilikRumah, pengguna: Pengguna) -> list[TahapCalon]:
    """The steps that `pengguna` may take from where `calon` is, forward first."""
    if not _answers_for(pengguna, calon.penghuni):
        return []
    dari = TahapCalon(calon.tahap)
    return [ke for ke in _neighbours(dari) if verifikator(pengguna) or not BY_PROVINCE & {dari, ke}]


def _neighbours(tahap: TahapCalon) -> list[TahapCalon]:
    if tahap == BATAL:
        return [DISARING]
    at = PATH.index(tahap)
    back = [PATH[at - 1]] if at else []
    return [*PATH[at + 1 : at + 2], BATAL, *back] if tahap != MENDAPAT_RUMAH else back


def _answers_for(pengguna: Pengguna, penghuni: Penghuni) -> bool:
    """The province for everybody, whoever sees the residents of a kabupaten/kota for those."""
    at_home = operator(pengguna) and pengguna.kabupaten_kota_id == penghuni.kabupaten_kota_id
    return sees_penghuni(pengguna) and (verifikator(pengguna) or at_home)


def enter(penghuni: Penghuni, pengguna: Pengguna, catatan: str = "") -> CalonPemilikRumah:
    """Take a household onto the list.

    Raises `CalonRefused` when it is on it, does not live here any more or wants no house, or when `pengguna` does not
    answer for it.
    """
    return _enter(penghuni, pengguna, _tidy(catatan), rules_today())


def enter_many(penghuni: Collection[Penghuni], pengguna: Pengguna, catatan: str = "") -> tuple[int, int]:
    """Take several households onto the list; (taken, left out because a rule said no)."""
    taken, catatan, aturan = 0, _tidy(catatan), rules_today()
    with transaction.atomic():
        for row in sorted(penghuni, key=lambda row: row.pk):
            try:
                _enter(row, pengguna, catatan, aturan)
            except CalonRefused:
                continue
            taken += 1
    return taken, len(penghuni) - taken


def _enter(penghuni: Penghuni, pengguna: Pengguna, catatan: str, aturan: Aturan) -> CalonPemilikRumah:
    with transaction.atomic():
        row = Penghuni.objects.select_for_update(of=("self",)).get(pk=penghuni.pk)
        if not _answers_for(pengguna, row):
            raise CalonRefused("Anda tidak dapat menambah calon ini. Hubungi kabupaten/kota atau provinsi.")
        if CalonPemilikRumah.objects.filter(pk=row.pk).exists():
            raise CalonRefused("Penghuni ini sudah ada di daftar calon.")
        if not _lives_here(row):
            raise CalonRefused("Penghuni ini tidak sedang tercatat di unit, jadi tidak dapat menjadi calon.")
        _require_interest(row)
        now = timezone.now()
        calon = CalonPemilikRumah.objects.create(
            penghuni=row, tahap=DISARING, tahap_sejak=now, diubah=now, diubah_oleh=pengguna,
            versi_aturan=record_version(aturan),
        )  # fmt: skip
        _write_down(calon, row, "", DISARING, pengguna, catatan, aturan)
    return calon


def move(
    calon: CalonPemilikRumah, ke: TahapCalon, versi: int, pengguna: Pengguna, *, catatan: str = "",
    skema: SkemaKepemilikan | None = None,
) -> CalonPemilikRumah:  # fmt: skip
    """Take the step `ke`. `skema` chooses (or changes) the scheme aimed at.

    Raises `CalonRefused` when somebody was faster (`versi` moved on), when this step is not open to `pengguna`, when
    the scheme is closed, when a proposal has no scheme or consent or is about somebody who left or wants no house, or
    when dropping or going back has no reason.
    """
    catatan, aturan = _tidy(catatan), rules_today()
    with transaction.atomic():
        # The household first, as whoever enters, screens or anonymises it does.
        penghuni = Penghuni.objects.select_for_update(of=("self",)).get(pk=calon.pk)
        row = CalonPemilikRumah.objects.select_for_update(of=("self",)).get(pk=calon.pk)
        row.penghuni, dari = penghuni, TahapCalon(row.tahap)
        if not _answers_for(pengguna, penghuni):
            raise CalonRefused("Anda tidak dapat memindahkan calon ini.")
        if penghuni.dianonimkan_pada is not None:
            raise CalonRefused("Data penghuni ini sudah dianonimkan, jadi tidak dapat dipindahkan lagi.")
        if row.versi != versi:
            raise CalonMoved(
                f"Calon ini baru saja dipindahkan ke tahap {dari.label} oleh {row.diubah_oleh}. Periksa lagi."
            )
        if ke not in next_steps(row, pengguna):
            raise CalonRefused(f"Anda tidak dapat memindahkan calon dari tahap {dari.label} ke {ke.label}.")
        if (ke == BATAL or _is_back(dari, ke)) and len(catatan) < CATATAN_MIN:
            raise CalonRefused(f"Tulis alasannya, paling sedikit {CATATAN_MIN} huruf.", "catatan")
        if skema is not None and skema != row.skema:
            _require_open(skema, aturan)
            row.skema = skema
        if ke == DIUSULKAN and not _is_back(dari, ke):
            _require_proposable(row, aturan)
        row.tahap, row.tahap_sejak = ke, timezone.now()
        row.versi, row.diubah, row.diubah_oleh = row.versi + 1, row.tahap_sejak, pengguna
        row.versi_aturan = record_version(aturan)
        _write_down(row, penghuni, dari, ke, pengguna, catatan, aturan)
        row.save()
    return row


def _tidy(catatan: str) -> str:
    text = " ".join(catatan.split())
    if len(text) > CATATAN_MAKS:
        raise CalonRefused(f"Catatan terlalu panjang, paling banyak {CATATAN_MAKS} huruf.", "catatan")
    if has_long_number(text):
        raise CalonRefused("Jangan tulis NIK, No KK, atau nomor telepon di sini.", "catatan")
    return text


def _is_back(dari: TahapCalon, ke: TahapCalon) -> bool:
    return dari == BATAL or (ke in PATH and dari in PATH and PATH.index(ke) < PATH.index(dari))


def _lives_here(penghuni: Penghuni) -> bool:
    return Hunian.objects.open().filter(penghuni=penghuni).exists()


def _require_interest(penghuni: Penghuni) -> None:
    if penghuni.minat == Minat.TIDAK:
        raise CalonRefused("Penghuni ini menyatakan tidak berminat. Perbarui minatnya bila sudah berubah.")


def _require_open(skema: SkemaKepemilikan, aturan: Aturan) -> None:
    if skema.pk not in {row.kode for row in aturan.skema}:
        raise CalonRefused(f"{skema.nama} tidak dibuka pada hari ini. Pilih skema lain.", "skema")


def _require_proposable(calon: CalonPemilikRumah, aturan: Aturan) -> None:
    if calon.skema is None:
        raise CalonRefused("Pilih skema yang dituju sebelum mengusulkan.", "skema")
    _require_open(calon.skema, aturan)
    if calon.penghuni.tanggal_persetujuan is None:
        raise CalonRefused(
            "Persetujuan penghuni atas pemakaian datanya belum tercatat. Minta kabupaten/kota mengisinya lebih dahulu."
        )
    _require_interest(calon.penghuni)
    if not _lives_here(calon.penghuni):
        raise CalonRefused("Penghuni ini sudah keluar dari unitnya. Catat batal, atau perbarui huniannya lebih dahulu.")


def _write_down(
    calon: CalonPemilikRumah, penghuni: Penghuni, dari: str, ke: TahapCalon, pengguna: Pengguna, catatan: str,
    aturan: Aturan,
) -> None:  # fmt: skip
    """A line of the path, with the advice on the household as it is now: a stored result may be of yesterday."""
    hasil = {kode: found.hasil.value for kode, found in evaluate(profile_of(penghuni), aturan).items()}
    RiwayatCalon.objects.create(
        calon=calon, waktu=calon.tahap_sejak, oleh=pengguna, dari=dari, ke=ke, skema=calon.skema, catatan=catatan,
        versi_aturan=calon.versi_aturan, hasil=hasil,
    )  # fmt: skip


def candidates_at(kode: str) -> dict[TahapCalon, Coalesce]:
    """By stage of the path: how many who are at it live in the location that the field `kode` of a row names, now.

    Annotations for a query about locations, so that their figures and their candidates are read together.
    """
    here = CalonPemilikRumah.objects.filter(
        penghuni__hunian__selesai__isnull=True, penghuni__hunian__blok__rusun=OuterRef(kode)
    )
    counted = here.order_by().values("tahap").annotate(jumlah=Count("pk")).values("jumlah")
    return {tahap: Coalesce(Subquery(counted.filter(tahap=tahap)), 0) for tahap in PATH}
