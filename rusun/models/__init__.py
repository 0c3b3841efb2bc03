from .lampiran import Lampiran
from .lokasi import Blok, ProfilPenghuni, Rusun, SebabKosong, Tarif
from .permasalahan import KategoriPermasalahan, Permasalahan, TindakLanjut
from .penguncian import Penguncian, SelTerbuka

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
