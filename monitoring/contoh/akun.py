"""Example accounts and signers: invented people, one published password, valid only while the example is loaded."""

from __future__ import annotations

import datetime

from django.contrib.auth.hashers import make_password

from core.enums import Peran, TugasPejabat
from core.models import KabupatenKota, Pejabat, Pengguna
from core.signin import EXAMPLE_PASSWORD

PROVINCE = (
    ("verifikator", "Wahyu Prasetyo", Peran.VERIFIKATOR, False),
    ("verifikator2", "Ratna Kusumawati", Peran.VERIFIKATOR, False),
    ("koordinator", "Bambang Sutrisno", Peran.VERIFIKATOR, True),
    ("pimpinan", "Sri Handayani", Peran.PIMPINAN, False),
    ("admin", "Agus Purnomo", Peran.ADMIN, False),
)
FIRST = ("Siti", "Dwi", "Eko", "Tri", "Nur", "Endang", "Joko", "Yuni", "Slamet", "Rina", "Hadi", "Lestari")
LAST = (
    "Rahayu",
    "Santoso",
    "Wibowo",
    "Utami",
    "Setiawan",
    "Hidayati",
    "Nugroho",
    "Puspita",
    "Raharjo",
    "Wulandari",
    "Susilo",
)


def load_accounts(invited: list[KabupatenKota]) -> None:
    """The accounts of the fixed interface, created once."""
    password = make_password(EXAMPLE_PASSWORD)
    accounts = [
        Pengguna(
            username=username, nama=f"{nama} (contoh)", peran=peran, koordinator=koordinator, surel=_mail(username)
        )
        for username, nama, peran, koordinator in PROVINCE
    ]
    for index, daerah in enumerate(invited):
        for prefix, offset, sees_names in (("operator", 0, False), ("operator2", 5, True)):
            nama = f"{FIRST[(index + offset) % len(FIRST)]} {LAST[(index * 3 + offset) % len(LAST)]} (contoh)"
            accounts.append(
                Pengguna(
                    username=f"{prefix}.{daerah.digit}",
                    nama=nama,
                    peran=Peran.OPERATOR,
                    kabupaten_kota=daerah,
                    akses_penghuni=sees_names,
                    surel="" if sees_names and index % 3 == 0 else _mail(f"{prefix}.{daerah.digit}"),
                    jabatan="Dinas perumahan" if not sees_names else "UPTD rusunawa",
                )
            )
    for account in accounts:
        account.password, account.contoh = password, True
    Pengguna.objects.bulk_create(accounts)
    _signers(invited)


def _mail(username: str) -> str:
    """An address that no mail server will ever take: the example must not write to anybody."""
    return f"{username}@example.invalid"


def _signers(invited: list[KabupatenKota]) -> None:
    since = datetime.date(2019, 1, 2)
    signers = [
        Pejabat(
            nama="Drs. Contoh Kepala Dinas, M.Si.",
            nip="196801011994031001",
            pangkat="Pembina Utama Muda",
            jabatan="Kepala Dinas Perumahan Rakyat dan Kawasan Permukiman Provinsi Jawa Tengah",
            tugas=TugasPejabat.KEPALA,
            berlaku_mulai=since,
        ),
        Pejabat(
            nama="Dra. Contoh Sekretaris, M.M.",
            nip="197005121995032001",
            pangkat="Pembina Tingkat I",
            jabatan="Sekretaris Dinas Perumahan Rakyat dan Kawasan Permukiman Provinsi Jawa Tengah",
            tugas=TugasPejabat.SEKRETARIS,
            berlaku_mulai=since,
        ),
        Pejabat(
            nama="Contoh Kepala Bidang Rumah Susun, S.T., M.T.",
            nip="197203101998031002",
            pangkat="Pembina Tingkat I",
            jabatan="Kepala Bidang Perumahan Dinas PERAKIM Provinsi Jawa Tengah",
            tugas=TugasPejabat.KABID,
            berlaku_mulai=since,
        ),
        Pejabat(
            nama="Contoh Ketua Tim, S.T.",
            nip="198004122006041003",
            pangkat="Penata Tingkat I",
            jabatan="Ketua Tim Desk Monitoring Rusun dan Rusus",
            tugas=TugasPejabat.KETUA_TIM,
            berlaku_mulai=since,
        ),
    ]
    signers += [
        Pejabat(
            nama=f"Contoh Kepala Bidang {daerah.ibu_kota}, S.T.",
            nip=f"1975{index % 12 + 1:02d}152005011{index + 1:03d}",
            pangkat="Pembina",
            jabatan=f"Kepala Bidang Perumahan {daerah.nama}",
            kabupaten_kota=daerah,
            tugas=TugasPejabat.KABID,
            berlaku_mulai=since,
        )
        for index, daerah in enumerate(invited)
    ]
    Pejabat.objects.bulk_create(signers)
