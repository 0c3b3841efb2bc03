from .drafts import Konsep
from .form_keys import KunciFormulir
from .people import Pejabat, Pengguna
from .region import KabupatenKota
from .rows import RegistryRow
from .sign_in import FaktorKedua, KodeMasuk, KodePemulihan, Sesi
from .trail import JejakAkses

__all__ = [
    "FaktorKedua",
    "JejakAkses",
    "KabupatenKota",
    "KodeMasuk",
    "KodePemulihan",
    "Konsep",
    "KunciFormulir",
    "Pejabat",
    "Pengguna",
    "RegistryRow",
    "Sesi",
]
