"""The recap of a period: one function, one object. Page, PDF, workbook, JSON and command print it and nothing else.

It reads kiriman only: the verified one of an isian, else the last one sent with its status, else nothing ("-"). What no
kiriman holds is told in `tetapan`.
Rusun and rusus are never mixed.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.display import angka, persen
from monitoring.enums import JenisBacklog, JenisNaskah, StatusIsian
from monitoring.models import Isian, Kiriman, KirimanRusun, PeriodeMonitoring
from penghuni.calon import PATH, WILLING, candidates_at
from penghuni.enums import TahapCalon
from rusun.angka import KELOMPOK_KOSONG, AngkaUnit, total
from rusun.enums import Aspek, Jenis, Peruntukan, Pihak, Sebab, StatusAset, Tingkat
from rusun.models import KategoriPermasalahan, TindakLanjut
from rusun.models.permasalahan import SETTLED, overdue_on

from .tetapan import AngkaBacklog, Tetapan, known_backlog

TERBANYAK = 10
PENGHUNI: Final = (
    ("jumlah_kk", "KK penghuni"), ("jumlah_jiwa", "Jiwa penghuni"), ("daftar_tunggu", "Daftar tunggu"),
    ("minat_punya_rumah", "KK berminat memiliki rumah"), ("lewat_batas_huni", "Penghuni tercatat lewat batas huni"),
    ("segera_habis_huni", "Penghuni tercatat yang batas huninya habis dalam enam bulan"),
    ("tanpa_aturan_huni", "Penghuni tercatat tanpa aturan lama huni"), ("menunggak", "Penghuni tercatat menunggak"),
)  # fmt: skip
"""Figures about people, of a location and of the whole alike: field, label."""

DEFINISI: tuple[tuple[str, str], ...] = (
    ("Lokasi", "Rusun dengan peruntukan yang dihitung pada periode ini; rusus dihitung terpisah."),
    ("Tower", "Tower tunggal atau twin block; satu twin block dihitung satu tower. Deret rusus bukan tower."),
    ("Unit", "Semua unit hunian: terhuni + kosong siap + kosong rusak + tidak disewakan."),
    ("Terhuni", "Unit yang dihuni pada tanggal data."),
    ("Kosong siap", "Unit kosong yang dapat langsung dihuni."),
    ("Kosong rusak", "Unit kosong yang rusak atau sedang direhabilitasi."),
    ("Tidak disewakan", "Unit cadangan atau yang dipakai untuk keperluan lain."),
    ("Persen terhuni", "Unit terhuni dibagi semua unit, dua angka di belakang koma."),
    ("Siap huni sekarang", "Unit kosong tanpa halangan: peminat kurang, lokasi jauh, atau proses seleksi penghuni."),
    ("Butuh rehabilitasi", "Unit kosong yang rusak atau sedang direhabilitasi."),
    ("Terhalang aset, PSU, atau regulasi",
     "Unit kosong yang menunggu serah terima, PSU, atau dasar hukum tarif, walaupun bangunannya baik."),
    ("Daftar tunggu", "Pemohon yang tercatat menunggu unit pada tanggal data."),
    ("Lewat batas huni",
     "Penghuni tercatat yang tinggal lebih lama daripada batas lokasinya, perpanjangan dihitung, saat isian dikirim."),
    ("Habis dalam enam bulan",
     "Penghuni tercatat yang hari terakhirnya jatuh pada hari isian dikirim sampai enam bulan sesudahnya; "
     "- bila ada kiriman yang lebih tua daripada angka ini."),
    ("Tanpa aturan lama huni",
     "Penghuni tercatat di lokasi yang batas lama huninya belum ada, tidak dihitung lewat batas; "
     "- bila ada kiriman yang lebih tua daripada angka ini."),
    ("Menunggak", "Penghuni tercatat yang menunggak sewa saat isian dikirim."),
    ("Berminat memiliki rumah", "KK yang menyatakan berminat memiliki rumah, menurut profil penghuni per lokasi."),
    ("Calon peserta program", "Penghuni yang sedang menuju rumah sendiri menurut keputusan petugas, keadaan hari ini."),
    ("Unit yang akan kosong",
     "Unit calon yang berminat, diusulkan, atau sudah mendapat rumah tetapi masih tercatat tinggal, keadaan hari ini."),
    ("Tindak lanjut", "Keadaan saat dokumen dibuat, bukan saat isian dikirim; lewat batas dihitung pada hari itu."),
)  # fmt: skip


@dataclass(frozen=True)
class Jumlah:
    """Figures of a set of locations. `persen_terhuni` is None when there is no unit: printed "-", never 0 %."""

    lokasi: int = 0
    kabupaten_kota: int = 0
    tower: int = 0
    unit: int = 0
    terhuni: int = 0
    kosong_siap: int = 0
    kosong_rusak: int = 0
    cadangan: int = 0

    @property
    def persen_terhuni(self) -> Decimal | None:
        return percent(self.terhuni, self.unit)

    @property
    def kosong(self) -> int:
        return self.unit - self.terhuni

    def as_json(self) -> dict[str, int | float | None]:
        persen = self.persen_terhuni
        return {**asdict(self), "persen_terhuni": None if persen is None else float(persen)}


class MasalahRekap(NamedTuple):
    """One problem as it was sent."""

    aspek: str
    tingkat: str
    pihak: str


@dataclass(frozen=True)
class LokasiRekap:
    """One location as it was sent."""

    kode: str
    nama: str
    kode_daerah: str
    nama_daerah: str
    jenis: str
    peruntukan: str
    status_aset: str
    tanggal_data: datetime.date
    angka: AngkaUnit
    daftar_tunggu: int
    jumlah_kk: int
    jumlah_jiwa: int
    sebab_kosong: dict[str, int]
    permasalahan: tuple[MasalahRekap, ...]
    dukungan: tuple[str, ...]
    lewat_batas_huni: int
    segera_habis_huni: int | None
    tanpa_aturan_huni: int | None
    menunggak: int
    minat_punya_rumah: int
    calon: dict[TahapCalon, int]

    @property
    def persen_terhuni(self) -> Decimal | None:
        return percent(self.angka.terhuni, self.angka.unit)

    @property
    def anatomi(self) -> dict[str, int]:
        """Group of causes (`KELOMPOK_KOSONG`) -> empty units."""
        return {kode: sum(self.sebab_kosong.get(s, 0) for s in sebab) for kode, _, sebab in KELOMPOK_KOSONG}

    @property
    def label_peruntukan(self) -> str:
        return Peruntukan(self.peruntukan).label


@dataclass(frozen=True)
class BarisRekap:
    """One invited kabupaten/kota. `rusun` and `rusus` are None while nothing was sent."""

    kode: str
    nama: str
    status: str
    kiriman: int | None
    rusun: Jumlah | None
    rusus: Jumlah | None
    lokasi: tuple[LokasiRekap, ...] = field(default=(), compare=False)

    @property
    def label_status(self) -> str:
        return StatusIsian(self.status).label if self.status != StatusIsian.TERKIRIM else "Terkirim"


@dataclass(frozen=True)
class Butir:
    """A labelled count, for anatomy and problem tables."""

    kode: str
    label: str
    jumlah: int


@dataclass(frozen=True)
class AspekRekap:
    """Problems of one aspect by severity (ringan, sedang, berat)."""

    kode: str
    label: str
    tingkat: tuple[int, ...]

    @property
    def jumlah(self) -> int:
        return sum(self.tingkat)

    @property
    def per_tingkat(self) -> list[tuple[str, int]]:
        return list(zip(Tingkat.values, self.tingkat, strict=True))


@dataclass(frozen=True)
class TindakRekap:
    """Follow-ups that one party has to do."""

    kode: str
    pihak: str
    selesai: int
    berjalan: int
    lewat: int

    @property
    def jumlah(self) -> int:
        return self.selesai + self.berjalan + self.lewat


@dataclass(frozen=True)
class CalonRekap:
    """Residents of one kabupaten/kota on the way to an own home, beside who waits for a unit and for a home."""

    kode: str
    wilayah: str
    berjalan: int
    diusulkan: int
    mendapat_rumah: int
    unit_akan_kosong: int
    daftar_tunggu: int
    siap_huni: int
    backlog: int | None


@dataclass(frozen=True)
class BacklogRekap:
    """A published backlog figure beside the ready rusun units of the same region (None while nothing was sent)."""

    wilayah: str
    tahun: int
    definisi: str
    jumlah: int
    siap_huni: int | None
    sumber: str

    @property
    def perbandingan(self) -> str:
        """The share with its arithmetic open: `1.169 unit siap huni = 0,3% dari 436.649`."""
        if self.siap_huni is None:
            return "-"
        share = persen(self.siap_huni, self.jumlah, 1)
        return f"{angka(self.siap_huni)} unit siap huni = {share} dari {angka(self.jumlah)}"


@dataclass(frozen=True)
class Rekap:
    """Everything a recap prints. `kode_daerah` is "" for the province."""

    slug: str
    judul: str
    tanggal_posisi: datetime.date
    wilayah: str
    kode_daerah: str
    pejabat: dict[str, str] | None  # None before the sign-off: whoever holds the post on the day of the print
    contoh: bool
    ditetapkan_pada: datetime.datetime | None
    catatan_penetapan: str
    jumlah: Jumlah
    jumlah_rusus: Jumlah
    jumlah_mbr: Jumlah
    jumlah_pekerja: Jumlah
    baris: tuple[BarisRekap, ...]
    sebab_kosong: tuple[Butir, ...]
    permasalahan_aspek: tuple[AspekRekap, ...]
    penanggung_jawab: tuple[Butir, ...]
    status_aset: tuple[Butir, ...]
    anatomi: tuple[Butir, ...]
    dukungan: tuple[Butir, ...]
    tindak_lanjut: tuple[TindakRekap, ...]
    backlog: tuple[BacklogRekap, ...]
    calon: tuple[CalonRekap, ...]
    daftar_tunggu: int
    jumlah_kk: int
    jumlah_jiwa: int
    lewat_batas_huni: int
    segera_habis_huni: int | None
    tanpa_aturan_huni: int | None
    menunggak: int
    minat_punya_rumah: int
    keputusan: str
    terverifikasi: int
    diundang: int

    @property
    def sementara(self) -> str:
        """`SEMENTARA, 9 dari 23` until the period is signed off or all are verified; then ""."""
        if self.ditetapkan_pada or self.terverifikasi == self.diundang:
            return ""
        return f"SEMENTARA, {self.terverifikasi} dari {self.diundang} terverifikasi"

    @property
    def ada_kiriman(self) -> bool:
        """Whether anybody has sent anything: without it there is no figure to print."""
        return any(baris.kiriman for baris in self.baris)

    @property
    def jumlah_tingkat(self) -> tuple[int, ...]:
        """Problems by severity (ringan, sedang, berat), whatever their aspect."""
        return tuple(map(sum, zip(*(row.tingkat for row in self.permasalahan_aspek), strict=True)))

    @property
    def jumlah_permasalahan(self) -> int:
        return sum(butir.jumlah for butir in self.penanggung_jawab)

    @property
    def lokasi_rusun(self) -> list[LokasiRekap]:
        return [row for row in self.lokasi if row.jenis == Jenis.RUSUN]

    @property
    def siap_terbanyak(self) -> list[LokasiRekap]:
        """The ten rusun locations with most units that could be lived in now."""
        rows = [row for row in self.lokasi_rusun if row.anatomi["siap"]]
        return sorted(rows, key=lambda row: (-row.anatomi["siap"], row.kode))[:TERBANYAK]

    @property
    def berat_menurut_pihak(self) -> tuple[Butir, ...]:
        """Grave problems of rusun by who has to act."""
        grave = (
            pihak for row in self.lokasi_rusun for _, tingkat, pihak in row.permasalahan if tingkat == Tingkat.BERAT
        )
        return _counted(Pihak, grave)

    @property
    def backlog_terbaru(self) -> tuple[BacklogRekap, ...]:
        """The figures of the recap's own region for the last year known, one per definition."""
        own = [row for row in self.backlog if row.wilayah == self.wilayah]
        return tuple(row for row in own if row.tahun == max(other.tahun for other in own))

    @property
    def catatan_backlog(self) -> str:
        """What a reader must know before comparing."""
        if self.kode_daerah and not self.backlog:
            tahun = self.tanggal_posisi.year
            return f"Angka backlog {self.wilayah} sampai tahun {tahun} belum diketahui, dan tidak diperkirakan."
        text = (
            "Backlog adalah angka dari sumber yang disebut, bukan hasil desk. Angka dengan definisi atau tahun yang "
            "berbeda tidak dapat dijumlahkan."
        )
        if self.kode_daerah:
            return text
        return f"{text} Kabupaten/kota yang tidak disebut belum diketahui angkanya, dan tidak diperkirakan."

    @property
    def lokasi(self) -> tuple[LokasiRekap, ...]:
        return tuple(lokasi for baris in self.baris for lokasi in baris.lokasi)

    @property
    def tanggal_data_lain(self) -> tuple[LokasiRekap, ...]:
        """Locations whose data date differs from the position of the period: footnoted on every print."""
        return tuple(lokasi for lokasi in self.lokasi if lokasi.tanggal_data != self.tanggal_posisi)

    def as_json(self) -> dict[str, object]:
        """The fixed shape of the `rekap` command."""
        return {
            "periode": self.slug,
            "judul": self.judul,
            "wilayah": self.wilayah,
            "tanggal_posisi": self.tanggal_posisi.isoformat(),
            "sementara": self.sementara,
            "catatan_penetapan": self.catatan_penetapan,
            "data_contoh": self.contoh,
            "terverifikasi": self.terverifikasi,
            "diundang": self.diundang,
            "jumlah": self.jumlah.as_json(),
            "jumlah_rusus": self.jumlah_rusus.as_json(),
            "jumlah_mbr": self.jumlah_mbr.as_json(),
            "jumlah_pekerja": self.jumlah_pekerja.as_json(),
            "sebab_kosong": {butir.kode: butir.jumlah for butir in self.sebab_kosong},
            "status_aset": {butir.kode: butir.jumlah for butir in self.status_aset},
            "penanggung_jawab": {butir.kode: butir.jumlah for butir in self.penanggung_jawab},
            "anatomi": {butir.kode: butir.jumlah for butir in self.anatomi},
            "dukungan": {butir.kode: butir.jumlah for butir in self.dukungan},
            "tindak_lanjut": [asdict(row) for row in self.tindak_lanjut],
            "daftar_tunggu": self.daftar_tunggu,
            "jumlah_kk": self.jumlah_kk,
            "jumlah_jiwa": self.jumlah_jiwa,
            "lewat_batas_huni": self.lewat_batas_huni,
            "segera_habis_huni": self.segera_habis_huni,
            "tanpa_aturan_huni": self.tanpa_aturan_huni,
            "menunggak": self.menunggak,
            "minat_punya_rumah": self.minat_punya_rumah,
            "backlog": [asdict(baris) for baris in self.backlog],
            "calon": [asdict(baris) for baris in self.calon],
            "baris": [
                {
                    "kode": baris.kode,
                    "nama": baris.nama,
                    "status": baris.status,
                    "rusun": baris.rusun.as_json() if baris.rusun else None,
                    "rusus": baris.rusus.as_json() if baris.rusus else None,
                }
                for baris in self.baris
            ],
        }


def percent(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent with two decimals, half up; None when there is no whole."""
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def note_head(catatan: str) -> str:
    """`Ditetapkan dengan catatan, 22 dari 23.`: the note of the sign-off without the names of who is missing."""
    return f"{catatan.partition(';')[0].removesuffix('.')}." if catatan else ""


def sum_up(lokasi: Iterable[LokasiRekap]) -> Jumlah:
    """The figures of `lokasi` together."""
    rows = list(lokasi)
    angka = total(row.angka for row in rows)
    return Jumlah(len(rows), len({row.kode_daerah for row in rows}), **asdict(angka))


def sum_if_known(values: Iterable[int | None]) -> int | None:
    """The sum of a figure that older kiriman lack: None ("-") while one of them is in use, never a part of it."""
    numbers = list(values)
    return None if None in numbers else sum(number or 0 for number in numbers)


SENT = (StatusIsian.TERKIRIM, StatusIsian.PERLU_PERBAIKAN, StatusIsian.TERVERIFIKASI)


def _used_kiriman(periode: PeriodeMonitoring, kabupaten_kota: str | None) -> list[Any]:
    # A kiriman that was withdrawn (the isian is being filled in again) counts as not sent.
    last = Kiriman.objects.filter(isian=OuterRef("pk"), isian__status__in=SENT).order_by("-nomor").values("pk")[:1]
    rows = periode.isian.select_related("kabupaten_kota").annotate(dipakai=Coalesce("kiriman_sah", Subquery(last)))
    return list(rows.filter(Q(kabupaten_kota=kabupaten_kota) if kabupaten_kota else Q()).order_by("kabupaten_kota"))


def _location(row: KirimanRusun, isian: Isian, aspek: dict[str, str]) -> LokasiRekap:
    return LokasiRekap(
        row.kode, row.nama, isian.kabupaten_kota_id, isian.kabupaten_kota.nama, row.jenis, row.peruntukan,
        row.status_aset, row.tanggal_data,
        AngkaUnit(row.tower, row.unit, row.terhuni, row.kosong_siap, row.kosong_rusak, row.cadangan),
        row.daftar_tunggu, row.jumlah_kk, row.jumlah_jiwa, row.sebab_kosong,
        tuple(MasalahRekap(aspek[kode], tingkat, pihak) for kode, tingkat, pihak in row.permasalahan),
        tuple(row.dukungan),
        row.lewat_batas_huni, row.segera_habis_huni, row.tanpa_aturan_huni, row.menunggak, row.minat_punya_rumah,
        {tahap: getattr(row, f"calon_{tahap}") for tahap in PATH},
    )  # fmt: skip


def build_rekap(periode: PeriodeMonitoring, *, kabupaten_kota: str | None = None) -> Rekap:
    """The recap of `periode`, of the province or of one kabupaten/kota (Kemendagri code). Five queries."""
    isian_rows = _used_kiriman(periode, kabupaten_kota)
    tetapan: Tetapan | None = periode.tetapan
    if tetapan:
        for isian in isian_rows:
            isian.kabupaten_kota.nama = tetapan["daerah"][isian.kabupaten_kota_id]
    by_kiriman = {isian.dipakai: isian for isian in isian_rows if isian.dipakai}
    figures = (
        KirimanRusun.objects.filter(kiriman__in=by_kiriman)
        .select_related("kiriman")
        .defer("kiriman__isi")
        .annotate(**{f"calon_{tahap}": jumlah for tahap, jumlah in candidates_at("kode").items()})
        .order_by("kode")
    )
    locations: dict[int, list[LokasiRekap]] = {isian.pk: [] for isian in isian_rows}
    numbers: dict[int, int] = {}
    aspek = dict(KategoriPermasalahan.objects.values_list("kode", "aspek"))
    for row in figures:
        isian = by_kiriman[row.kiriman_id]
        numbers[isian.pk] = row.kiriman.nomor
        if row.jenis == Jenis.RUSUS or row.peruntukan in periode.cakupan:
            locations[isian.pk].append(_location(row, isian, aspek))
    baris = tuple(_line(isian, locations[isian.pk], numbers.get(isian.pk)) for isian in isian_rows)
    counted = [lokasi for line in baris for lokasi in line.lokasi]
    rusun = [lokasi for lokasi in counted if lokasi.jenis == Jenis.RUSUN]
    jumlah = sum_up(rusun)
    backlog = _backlog(tetapan["backlog"] if tetapan else known_backlog(periode), jumlah, baris, kabupaten_kota)
    naskah = JenisNaskah.REKAP_DAERAH if kabupaten_kota else JenisNaskah.REKAP_PROVINSI
    return Rekap(
        slug=periode.slug,
        judul=periode.judul,
        tanggal_posisi=periode.tanggal_posisi,
        wilayah=isian_rows[0].kabupaten_kota.nama if kabupaten_kota and isian_rows else "Provinsi Jawa Tengah",
        kode_daerah=kabupaten_kota or "",
        pejabat=tetapan["pejabat"][naskah] if tetapan else None,
        contoh=periode.contoh,
        ditetapkan_pada=periode.ditetapkan_pada,
        # Which others are missing is no business of one region.
        catatan_penetapan=note_head(periode.catatan_penetapan) if kabupaten_kota else periode.catatan_penetapan,
        jumlah=jumlah,
        jumlah_rusus=sum_up(lokasi for lokasi in counted if lokasi.jenis == Jenis.RUSUS),
        jumlah_mbr=sum_up(lokasi for lokasi in rusun if lokasi.peruntukan == Peruntukan.MBR),
        jumlah_pekerja=sum_up(lokasi for lokasi in rusun if lokasi.peruntukan == Peruntukan.PEKERJA),
        baris=baris,
        sebab_kosong=_causes(rusun),
        permasalahan_aspek=_problems(rusun),
        penanggung_jawab=_counted(Pihak, (pihak for lokasi in rusun for _, _, pihak in lokasi.permasalahan)),
        status_aset=_counted(StatusAset, (lokasi.status_aset for lokasi in rusun)),
        anatomi=tuple(
            Butir(kode, label, sum(row.anatomi[kode] for row in rusun)) for kode, label, _ in KELOMPOK_KOSONG
        ),
        dukungan=tuple(
            Butir(pihak.value, str(pihak.label), sum(pihak in row.dukungan for row in rusun))
            for pihak in (Pihak.PROVINSI, Pihak.PUSAT)
        ),
        tindak_lanjut=_follow_ups([row.kode for row in rusun], timezone.localdate()),
        lewat_batas_huni=sum(row.lewat_batas_huni for row in rusun),
        segera_habis_huni=sum_if_known(row.segera_habis_huni for row in rusun),
        tanpa_aturan_huni=sum_if_known(row.tanpa_aturan_huni for row in rusun),
        menunggak=sum(row.menunggak for row in rusun),
        minat_punya_rumah=sum(row.minat_punya_rumah for row in rusun),
        keputusan=periode.keputusan,
        backlog=backlog,
        calon=_candidates(baris, backlog),
        daftar_tunggu=sum(lokasi.daftar_tunggu for lokasi in rusun),
        jumlah_kk=sum(lokasi.jumlah_kk for lokasi in rusun),
        jumlah_jiwa=sum(lokasi.jumlah_jiwa for lokasi in rusun),
        terverifikasi=sum(isian.status == StatusIsian.TERVERIFIKASI for isian in isian_rows),
        diundang=len(isian_rows),
    )


def _line(isian: Isian, lokasi: list[LokasiRekap], nomor: int | None) -> BarisRekap:
    sent = isian.dipakai is not None  # type: ignore[attr-defined]
    rusun = sum_up(row for row in lokasi if row.jenis == Jenis.RUSUN) if sent else None
    rusus = sum_up(row for row in lokasi if row.jenis == Jenis.RUSUS) if sent else None
    return BarisRekap(
        isian.kabupaten_kota_id, isian.kabupaten_kota.nama, isian.status, nomor, rusun, rusus, tuple(lokasi)
    )


def _causes(rusun: list[LokasiRekap]) -> tuple[Butir, ...]:
    units: Counter[str] = Counter()
    for lokasi in rusun:
        units.update(lokasi.sebab_kosong)
    return tuple(sorted((Butir(s, Sebab(s).label, units[s]) for s in Sebab.values), key=lambda butir: -butir.jumlah))


def _problems(rusun: list[LokasiRekap]) -> tuple[AspekRekap, ...]:
    seen = Counter((masalah.aspek, masalah.tingkat) for lokasi in rusun for masalah in lokasi.permasalahan)
    return tuple(
        AspekRekap(aspek.value, str(aspek.label), tuple(seen[aspek.value, tingkat] for tingkat in Tingkat.values))
        for aspek in Aspek
    )


def _follow_ups(kode: list[str], hari_ini: datetime.date) -> tuple[TindakRekap, ...]:
    """By party, as they stand today: follow-ups go on after a kiriman and after the period."""
    rows = TindakLanjut.objects.filter(rusun__in=kode).order_by().values("penanggung_jawab")
    counted = {
        row["penanggung_jawab"]: row
        for row in rows.annotate(
            selesai=Count("pk", filter=Q(status__in=SETTLED)),
            lewat=Count("pk", filter=overdue_on(hari_ini)),
            semua=Count("pk"),
        )
    }
    none = {"selesai": 0, "lewat": 0, "semua": 0}
    return tuple(
        TindakRekap(
            pihak.value, str(pihak.label), (row := counted.get(pihak.value, none))["selesai"],
            row["semua"] - row["selesai"] - row["lewat"], row["lewat"],
        )
        for pihak in Pihak
    )  # fmt: skip


def _backlog(
    known: list[AngkaBacklog], jumlah: Jumlah, baris: tuple[BarisRekap, ...], kabupaten_kota: str | None
) -> tuple[BacklogRekap, ...]:
    """The figures that are known, the province first. A region without one is left out."""
    beside: dict[str | None, tuple[str, int | None]] = {
        row.kode: (row.nama, row.rusun.kosong_siap if row.rusun else None) for row in baris
    }
    if not kabupaten_kota:
        beside[None] = ("Provinsi Jawa Tengah", jumlah.kosong_siap)
    rows = [row for row in known if row["kabupaten_kota"] in beside]
    rows.sort(key=lambda row: (row["kabupaten_kota"] or "", row["tahun"], row["jenis"]))
    return tuple(
        BacklogRekap(
            wilayah, row["tahun"], JenisBacklog(row["jenis"]).label, row["jumlah"], siap_huni, row["sumber"]
        )
        for row in rows
        for wilayah, siap_huni in [beside[row["kabupaten_kota"]]]
    )  # fmt: skip


def _candidates(baris: tuple[BarisRekap, ...], backlog: tuple[BacklogRekap, ...]) -> tuple[CalonRekap, ...]:
    """As they stand today, per kabupaten/kota that has any: the path goes on after a kiriman and after the period."""
    known = {row.wilayah: row.jumlah for row in backlog}  # by year: the latest comes last
    lines = []
    for row in baris:
        rusun = [lokasi for lokasi in row.lokasi if lokasi.jenis == Jenis.RUSUN]
        stages = {tahap: sum(lokasi.calon[tahap] for lokasi in rusun) for tahap in PATH}
        if jumlah := sum(stages.values()):
            housed = stages[TahapCalon.MENDAPAT_RUMAH]
            lines.append(
                CalonRekap(
                    row.kode, row.nama, jumlah - housed, stages[TahapCalon.DIUSULKAN], housed,
                    sum(stages[tahap] for tahap in WILLING), sum(lokasi.daftar_tunggu for lokasi in rusun),
                    sum(lokasi.anatomi["siap"] for lokasi in rusun), known.get(row.nama),
                )
            )  # fmt: skip
    return tuple(lines)


def _counted(choices: type[Pihak] | type[StatusAset], values: Iterable[str]) -> tuple[Butir, ...]:
    seen = Counter(values)
    return tuple(Butir(choice.value, str(choice.label), seen[choice.value]) for choice in choices)
