from .ganda import DugaanGanda
from .hak_subjek import PermintaanSubjek
from .ketentuan import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from .penghuni import Hunian, Penghuni
from .penyaringan import (
    CalonPemilikRumah,
    HasilPenyaringan,
    JumlahPenyaringan,
    PutaranPenyaringan,
    RiwayatCalon,
    VersiAturan,
)

__all__ = [
    "BatasHargaRumah",
    "BatasPenghasilan",
    "CalonPemilikRumah",
    "DugaanGanda",
    "HasilPenyaringan",
    "Hunian",
    "JumlahPenyaringan",
    "Penghuni",
    "PermintaanSubjek",
    "PutaranPenyaringan",
    "RiwayatCalon",
    "SkemaKepemilikan",
    "VersiAturan",
]
