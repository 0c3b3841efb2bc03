from .drafts import Konsep
from .form_keys import KunciFormulir
from .people import Pejabat, Pengguna
from .region import KabupatenKota
from .rows import RegistryRow
from .trail import JejakAkses

__all__ = ["JejakAkses", "KabupatenKota", "Konsep", "KunciFormulir", "Pejabat", "Pengguna", "RegistryRow"]
