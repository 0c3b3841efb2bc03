from .backlog import Backlog
from .catatan import Catatan, PenjelasanPeringatan, PesanCatatan
from .impor import Impor
from .isian import Isian, RiwayatIsian, RiwayatPengecualian
from .kiriman import Kiriman, KirimanRusun
from .pengingat import Pemberitahuan, Surel
from .periode import PeriodeMonitoring, RiwayatPeriode
from .permintaan import PermintaanBuka, TeksCatatan

__all__ = [
    "Backlog",
    "Catatan",
    "Impor",
    "Isian",
    "Kiriman",
    "KirimanRusun",
    "Pemberitahuan",
    "PenjelasanPeringatan",
    "PeriodeMonitoring",
    "PermintaanBuka",
    "PesanCatatan",
    "RiwayatIsian",
    "RiwayatPengecualian",
    "RiwayatPeriode",
    "Surel",
    "TeksCatatan",
]
