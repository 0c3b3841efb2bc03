from .backlog import Backlog
from .berita_acara import BeritaAcara
from .catatan import Catatan, PenjelasanPeringatan, PesanCatatan
from .desk import (
    ButirAgenda,
    HadirDaring,
    Hadirin,
    HariLibur,
    JadwalDesk,
    Kesepakatan,
    RiwayatSesi,
    SesiDesk,
    TerbitanJadwal,
)
from .dokumen import Dokumen, Penerbitan
from .impor import Impor
from .isian import Isian, RiwayatIsian, RiwayatPengecualian
from .kiriman import Kiriman, KirimanRusun
from .pengingat import Pemberitahuan, Surel
from .periode import PeriodeMonitoring, RiwayatPeriode
from .permintaan import PermintaanBuka, TeksCatatan

__all__ = [
    "Backlog",
    "BeritaAcara",
    "ButirAgenda",
    "Catatan",
    "Dokumen",
    "HadirDaring",
    "Hadirin",
    "HariLibur",
    "Impor",
    "Isian",
    "JadwalDesk",
    "Kesepakatan",
    "Kiriman",
    "KirimanRusun",
    "Pemberitahuan",
    "Penerbitan",
    "PenjelasanPeringatan",
    "PeriodeMonitoring",
    "PermintaanBuka",
    "PesanCatatan",
    "RiwayatIsian",
    "RiwayatPengecualian",
    "RiwayatPeriode",
    "RiwayatSesi",
    "SesiDesk",
    "Surel",
    "TeksCatatan",
    "TerbitanJadwal",
]
