from .lampiran import Lampiran
from .lokasi import Blok, ProfilPenghuni, Rusun, SebabKosong, Tarif
from .penguncian import Penguncian, SelTerbuka
from .permasalahan import KategoriPermasalahan, Permasalahan, TindakLanjut

__all__ = [
    "Blok",
    "KategoriPermasalahan",
    "Lampiran",
    "Penguncian",
    "Permasalahan",
    "ProfilPenghuni",
    "Rusun",
    "SebabKosong",
    "SelTerbuka",
    "Tarif",
    "TindakLanjut",
]
