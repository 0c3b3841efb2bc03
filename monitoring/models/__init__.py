from .backlog import Backlog
from .catatan import Catatan, PenjelasanPeringatan, PesanCatatan
from .isian import Isian, RiwayatIsian
from .kiriman import Kiriman, KirimanRusun
from .periode import PeriodeMonitoring, RiwayatPeriode
from .permintaan import PermintaanBuka, TeksCatatan

__all__ = [
    "Backlog",
    "Catatan",
    "Isian",
    "Kiriman",
    "KirimanRusun",
    "PenjelasanPeringatan",
    "PeriodeMonitoring",
    "PermintaanBuka",
    "PesanCatatan",
    "RiwayatIsian",
    "RiwayatPeriode",
    "TeksCatatan",
]
