from .backlog import Backlog
from .catatan import Catatan, PenjelasanPeringatan, PesanCatatan
from .impor import Impor
from .isian import Isian, RiwayatIsian
from .kiriman import Kiriman, KirimanRusun
from .periode import PeriodeMonitoring, RiwayatPeriode

__all__ = [
    "Backlog",
    "Catatan",
    "Impor",
    "Isian",
    "Kiriman",
    "KirimanRusun",
    "PenjelasanPeringatan",
    "PeriodeMonitoring",
    "PesanCatatan",
    "RiwayatIsian",
    "RiwayatPeriode",
]
