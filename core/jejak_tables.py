"""What the list of all trails holds as a file."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from .tables import Column, Kind

JEJAK: Final = (
    Column("Waktu", attrgetter("waktu"), Kind.WAKTU, "Saat kejadian."),
    Column("Macam", attrgetter("macam"), meaning="Perubahan data, langkah kerja, atau akses data pribadi.", width=22),
    Column("Pengguna", attrgetter("oleh"), meaning="Nama pemilik akun; kosong untuk pekerjaan sistem.", width=28),
    Column("Nama akun", attrgetter("akun"), meaning="Akun yang dipakai.", width=24),
    Column("Kejadian", attrgetter("judul"), meaning="Apa yang terjadi.", width=40),
    Column("Objek", attrgetter("objek"), meaning="Penghuni disebut dengan nomornya saja.", width=40),
    Column("Nomor objek", attrgetter("kunci"), meaning="Kosong untuk satu daftar.", width=38),
    Column("Rincian", attrgetter("perubahan"), Kind.URAIAN, "Bagian data; sebelum dan sesudah bila boleh ditampilkan."),
    Column("Jumlah", attrgetter("jumlah"), Kind.BILANGAN, "Berapa data yang dilihat atau diunduh."),
    Column("Alasan", attrgetter("alasan"), Kind.URAIAN, "Seperti ditulis pengguna."),
)
