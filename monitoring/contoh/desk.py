"""The desk of the example: 2021 as it was held, by real moves; the running period with a published schedule."""

from __future__ import annotations

import datetime

from core.models import KabupatenKota, Pengguna
from core.versions import touch
from monitoring.desk import sesi as desk
from monitoring.desk.berita_acara import confirm, set_letter_number
from monitoring.desk.jadwal import generate, publish, schedule_of
from monitoring.desk.kehadiran import sign, sign_account
from monitoring.enums import Gerak, JenisSesi
from monitoring.isian.catatan import answer_remark
from monitoring.isian.workflow import apply_move
from monitoring.models import JadwalDesk, PeriodeMonitoring, SesiDesk
from rusun.alamat import Alamat
from rusun.enums import Tingkat
from rusun.models import Blok, Permasalahan, Rusun, TindakLanjut
from rusun.penguncian import registry_write

from .langkah import answer_and_resend, at, verify

HARI_PERTAMA = datetime.date(2021, 8, 19)
RETURNED = ("33.19", "33.22", "33.72", "33.74", "33.75")
TAUTAN = "https://rapat.example.invalid/desk-2021"
PALING_BANYAK = 3

KURANG = 12
"""How many persons those of RETURNED had left out of what they sent; corrected in the session."""

NOTULEN = "\n".join(
    (
        "Kepala dinas membuka rapat dan menyampaikan maksud desk monitoring: mengetahui profil dan permasalahan setiap "
        "rusun dan rusus, serta profil penghuninya untuk program kepemilikan rumah.",
        "Isian dibahas per kabupaten/kota; yang keliru diperbaiki dalam sesi, lalu berita acara dikonfirmasi bersama.",
        "Jadwal empat hari disepakati: 19, 20, 23, dan 24 Agustus 2021.",
    )
)


def plan_2021(periode: PeriodeMonitoring, akun: dict[str, Pengguna]) -> JadwalDesk:
    """Two rooms, four working days from Thursday 19 August, published a week before."""
    jadwal = JadwalDesk(
        periode=periode, mulai=HARI_PERTAMA, jumlah_hari=4, jam_mulai=datetime.time(8), jam_selesai=datetime.time(16),
        ruang=2, menit_dasar=40, menit_per_lokasi=5, jeda=10, tautan=TAUTAN,
    )  # fmt: skip
    generate(jadwal, [akun["verifikator"], akun["verifikator2"]], akun["koordinator"])
    publish(jadwal, akun["koordinator"], waktu=at(datetime.date(2021, 8, 12), 14))
    return jadwal


def hold_2021(jadwal: JadwalDesk, akun: dict[str, Pengguna]) -> None:
    """Opening and all sessions, in the order in which they were held."""
    for sesi in schedule_of(jadwal):
        if sesi.jenis == JenisSesi.PEMBUKAAN:
            _open(sesi, akun)
        else:
            _hold(sesi, akun)


def _minutes(count: int) -> datetime.timedelta:
    return datetime.timedelta(minutes=count)


def _open(sesi: SesiDesk, akun: dict[str, Pengguna]) -> None:
    leader = akun["koordinator"]
    desk.begin(sesi, leader, waktu=sesi.mulai)
    sign_account(sesi, leader, waktu=sesi.mulai)
    for number, daerah in enumerate(KabupatenKota.objects.filter(isian__periode=sesi.jadwal.periode).order_by("kode")):
        saat = sesi.mulai + _minutes(1 + number % 12)
        sign(sesi, f"Wakil {daerah.nama} (contoh)", f"Dinas perumahan {daerah.nama}", "Kepala bidang", waktu=saat)
    sesi.refresh_from_db()
    desk.write_notes(sesi, NOTULEN, sesi.versi, leader)
    desk.close(sesi, leader, waktu=sesi.selesai)


def _hold(sesi: SesiDesk, akun: dict[str, Pengguna]) -> None:
    assert sesi.isian is not None
    assert sesi.verifikator is not None
    isian, leader, mulai = sesi.isian, sesi.verifikator, sesi.mulai
    kode = isian.kabupaten_kota_id
    operator = akun[f"operator.{kode.replace('.', '')}"]
    apply_move(isian, Gerak.MULAI_VERIFIKASI, leader, waktu=mulai)
    desk.begin(sesi, leader, waktu=mulai + _minutes(1))
    for pengguna in (leader, operator):
        sign_account(sesi, pengguna, waktu=mulai + _minutes(2))
    isian.refresh_from_db()
    if kode in RETURNED:
        _correct(sesi, leader, operator)
    for butir in sesi.agenda.order_by("urutan")[:10]:
        desk.tick(butir, True, leader, waktu=mulai + _minutes(25))
    for masalah in _grave(kode):
        desk.commit(sesi, _agreed(masalah), leader, waktu=mulai + _minutes(28))
    isian.refresh_from_db()
    verify(isian, leader, mulai + _minutes(32))
    ba = desk.close(sesi, leader, waktu=sesi.selesai)
    assert ba is not None
    confirm(ba, ba.versi, operator, waktu=sesi.selesai + _minutes(4))
    confirm(ba, ba.versi, leader, waktu=sesi.selesai + _minutes(6))
    set_letter_number(ba, f"648/{300 + ba.urut}/{sesi.selesai.year}", akun["koordinator"])


def _correct(sesi: SesiDesk, leader: Pengguna, operator: Pengguna) -> None:
    """Two remarks: one figure was right, one is corrected in the session and sent again."""
    assert sesi.isian is not None
    kode, mulai = sesi.isian.kabupaten_kota_id, sesi.mulai
    blok = Blok.objects.filter(rusun__kabupaten_kota=kode).order_by("-kosong_rusak", "rusun", "nama")[0]
    rusak = Alamat(blok.rusun_id, "blok", str(blok.pk), "kosong_rusak")
    lokasi = miscounted(kode)
    jiwa = Alamat(lokasi.pk, "hunian", "", "jumlah_jiwa")
    desk.point_at(sesi, rusak, leader)
    isi = "Mohon dicocokkan dengan daftar unit rusak."
    first = desk.remark(sesi, rusak, isi, leader, waktu=mulai + _minutes(8))
    isi = "Jumlah jiwa lebih kecil dari buku register penghuni. Mohon dihitung ulang."
    second = desk.remark(sesi, jiwa, isi, leader, waktu=mulai + _minutes(10))
    count_again(kode, KURANG, operator, mulai + _minutes(13))
    answer_remark(
        second, "Anggota keluarga yang lahir tahun ini sudah ditambahkan.", operator, waktu=mulai + _minutes(14)
    )
    jawaban = "Sudah dicocokkan dengan daftar unit rusak, angkanya benar."
    answer_and_resend(sesi.isian, [first], jawaban, operator, mulai + _minutes(15))


def miscounted(kode: str) -> Rusun:
    """The location of a kabupaten/kota whose persons were counted wrong."""
    return Rusun.objects.active().filter(kabupaten_kota=kode).order_by("kode")[0]


def count_again(kode: str, selisih: int, operator: Pengguna, waktu: datetime.datetime) -> None:
    """Change the persons of that location by `selisih`."""
    with registry_write(kode):
        rusun = miscounted(kode)
        rusun.jumlah_jiwa = (rusun.jumlah_jiwa or 0) + selisih
        touch(rusun, operator, waktu)
        rusun.save()


def _grave(kode: str) -> list[Permasalahan]:
    rows = Permasalahan.objects.active().filter(rusun__kabupaten_kota=kode, tingkat=Tingkat.BERAT)
    return list(rows.select_related("rusun", "kategori").order_by("rusun", "kategori", "pk")[:PALING_BANYAK])


def _agreed(masalah: Permasalahan) -> TindakLanjut:
    return TindakLanjut(
        rusun=masalah.rusun, permasalahan=masalah, uraian=masalah.kategori.tindak_lanjut_lazim.split(";")[0],
        penanggung_jawab=masalah.penanggung_jawab, batas_waktu=datetime.date(2021, 12, 31),
        unit=masalah.unit_terdampak or None,
    )  # fmt: skip


def plan_2022(periode: PeriodeMonitoring, akun: dict[str, Pengguna], hari_ini: datetime.date) -> JadwalDesk:
    """The running period: from today on, published yesterday. Nothing is begun: that is for whoever tries it."""
    jadwal = JadwalDesk(
        periode=periode, mulai=hari_ini, jumlah_hari=4, jam_mulai=datetime.time(8), jam_selesai=datetime.time(16),
        ruang=2, menit_dasar=40, menit_per_lokasi=5, jeda=10, tautan="https://rapat.example.invalid/desk-2022",
    )  # fmt: skip
    generate(jadwal, [akun["verifikator"], akun["verifikator2"]], akun["koordinator"])
    publish(jadwal, akun["koordinator"], waktu=at(hari_ini - datetime.timedelta(days=1), 15))
    return jadwal


def renew_2022(periode: PeriodeMonitoring, hari_ini: datetime.date) -> None:
    """Lay out again from `hari_ini` on what has not begun, as the next version."""
    jadwal = JadwalDesk.objects.get(periode=periode)
    jadwal.mulai = hari_ini
    people = Pengguna.objects.filter(contoh=True, username__in=("verifikator", "verifikator2")).order_by("username")
    koordinator = Pengguna.objects.get(username="koordinator")
    generate(jadwal, list(people), koordinator)
    publish(jadwal, koordinator)
