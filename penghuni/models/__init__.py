from .ganda import DugaanGanda
from .ketentuan import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from .penghuni import Hunian, Penghuni

__all__ = ["BatasHargaRumah", "BatasPenghasilan", "DugaanGanda", "Hunian", "Penghuni", "SkemaKepemilikan"]
