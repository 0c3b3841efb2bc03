from .backlog import Backlog
from .catatan import Catatan, PenjelasanPeringatan, PesanCatatan
from .isian import Isian, RiwayatIsian
from .kiriman import Kiriman, KirimanRusun
from .periode import PeriodeMonitoring, RiwayatPeriode

__all__ = [
    "Backlog",
    "Catatan",
    "Isian",
    "Kiriman",
    "KirimanRusun",
    "PenjelasanPeringatan",
    "PeriodeMonitoring",
    "PesanCatatan",
    "RiwayatIsian",
    "RiwayatPeriode",
]
