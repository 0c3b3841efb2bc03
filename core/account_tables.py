"""What the list of accounts holds as a file."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from .models import Pengguna
from .tables import Column, Kind, field_column

AKUN: Final = (
    field_column(Pengguna, "nama", meaning="Nama pemilik akun.", width=28),
    field_column(Pengguna, "username", meaning="Dipakai untuk masuk.", width=24),
    Column("Peran", attrgetter("sebutan_peran"), meaning="Menentukan halaman yang dapat dibuka.", width=26),
    Column(
        "Kabupaten/kota", lambda akun: str(akun.kabupaten_kota or ""), width=26,
        meaning="Daerah yang dilihat operator; kosong untuk provinsi, yang melihat semua.",
    ),
    field_column(Pengguna, "akses_penghuni"),
    field_column(Pengguna, "jabatan", meaning="Jabatan di dinasnya."),
    Column("Terakhir masuk", attrgetter("last_login"), Kind.WAKTU, "Kosong bila belum pernah masuk."),
    Column(
        "Keadaan", lambda akun: "Aktif" if akun.is_active else "Dibekukan", width=12,
        meaning="Akun yang dibekukan tidak dapat masuk; riwayatnya tetap ada.",
    ),
    field_column(Pengguna, "contoh", meaning="Hanya dapat masuk selama data contoh dipakai."),
)  # fmt: skip
