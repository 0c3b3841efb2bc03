from .ganda import DugaanGanda
from .hak_subjek import PermintaanSubjek
from .ketentuan import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from .penghuni import Hunian, Penghuni
from .penyaringan import CalonPemilikRumah, HasilPenyaringan, PutaranPenyaringan, RiwayatCalon, VersiAturan

__all__ = [
    "BatasHargaRumah",
    "BatasPenghasilan",
    "CalonPemilikRumah",
    "DugaanGanda",
    "HasilPenyaringan",
    "Hunian",
    "Penghuni",
    "PermintaanSubjek",
    "PutaranPenyaringan",
    "RiwayatCalon",
    "SkemaKepemilikan",
    "VersiAturan",
]
