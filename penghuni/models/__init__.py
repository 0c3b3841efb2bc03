from .hak_subjek import PermintaanSubjek
from .ketentuan import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from .penghuni import Hunian, Penghuni

__all__ = ["BatasHargaRumah", "BatasPenghasilan", "Hunian", "Penghuni", "PermintaanSubjek", "SkemaKepemilikan"]
