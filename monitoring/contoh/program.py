"""The home-ownership programme of the example: everybody screened, and some on every step of the way."""

from __future__ import annotations

import datetime
import random

from core.models import KabupatenKota, Pengguna
from penghuni.calon import PATH, enter, move
from penghuni.enums import Minat, TahapCalon
from penghuni.models import CalonPemilikRumah, Penghuni, RiwayatCalon, SkemaKepemilikan
from penghuni.putaran import begin, work

from .langkah import at

CATATAN = {
    TahapCalon.DIHUBUNGI: "Dihubungi pengelola, diminta melengkapi berkas penghasilan.",
    TahapCalon.BERMINAT: "Bersedia ikut; ingin rumah dekat tempat kerja.",
    TahapCalon.DIUSULKAN: "Berkas lengkap, diusulkan pada gelombang berikutnya.",
    TahapCalon.MENDAPAT_RUMAH: "Akad sudah ditandatangani; menunggu pindah.",
    TahapCalon.BATAL: "Belum sanggup membayar uang muka tahun ini.",
}
PER_DAERAH = 5


def start_programme(
    invited: list[KabupatenKota], akun: dict[str, Pengguna], hari_ini: datetime.date
) -> tuple[int, int]:
    """Screen everybody under the rules of today and take some onto the list; (screened, candidates)."""
    putaran = begin(akun["koordinator"])
    assert putaran is not None
    screened = work(putaran)
    chance, verifikator = random.Random("program"), akun["verifikator"]
    skema = SkemaKepemilikan.objects.get(pk="flpp")
    for daerah in invited:
        willing = (
            Penghuni.objects.living(tinggal="ya")
            .filter(kabupaten_kota=daerah, minat=Minat.YA)
            .order_by("nama", "tanggal_lahir", "pk")
        )
        for penghuni in willing.defer("nik", "no_kk", "telepon")[:PER_DAERAH]:
            steps = chance.choices(range(1, 6), (30, 26, 22, 14, 8))[0]
            _walk(penghuni, list(PATH[1:steps]), chance.random() < 0.12 and steps < 5, akun, verifikator, skema)
    for calon in CalonPemilikRumah.objects.all():
        _date_back(calon, hari_ini - datetime.timedelta(days=chance.randrange(16, 24)))
    return screened, CalonPemilikRumah.objects.count()


def _walk(
    penghuni: Penghuni, steps: list[TahapCalon], dropped: bool, akun: dict[str, Pengguna], verifikator: Pengguna,
    skema: SkemaKepemilikan,
) -> None:  # fmt: skip
    operator = akun[f"operator2.{penghuni.kabupaten_kota_id.replace('.', '')}"]
    calon = enter(penghuni, verifikator)
    for ke in [*steps, *([TahapCalon.BATAL] if dropped else [])]:
        by_region = ke in (TahapCalon.DIHUBUNGI, TahapCalon.BERMINAT)
        calon = move(
            calon, ke, calon.versi, operator if by_region else verifikator, catatan=CATATAN[ke],
            skema=skema if ke == TahapCalon.BERMINAT else None,
        )  # fmt: skip


def _date_back(calon: CalonPemilikRumah, day: datetime.date) -> None:
    """The steps were taken now; in the example they lie a few days apart."""
    for number, row in enumerate(calon.riwayat.order_by("id")):  # of this transaction: no link holds them yet
        waktu = at(day + datetime.timedelta(days=4 * number), 9 + number)
        RiwayatCalon.objects.filter(pk=row.pk).update(waktu=waktu)
        CalonPemilikRumah.objects.filter(pk=calon.pk).update(tahap_sejak=waktu)
