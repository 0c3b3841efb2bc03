"""What a reminder says, made from the state of the isian at that moment: e-mail, WhatsApp and notice alike."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from core.display import tanggal
from monitoring.enums import StatusIsian
from monitoring.models import Isian
from monitoring.periode.batas import AKHIR_HARI, Batas, batas_of

PENGIRIM = "Dinas PERAKIM Provinsi Jawa Tengah"


@dataclass(frozen=True)
class Keadaan:
    """An isian as a reminder sees it. `catatan`: remarks that wait for an answer. `url` is complete, with the host."""

    kabupaten_kota: str
    periode: str
    status: str
    batas: Batas
    catatan: int
    url: str

    @property
    def pokok(self) -> str:
        """What is outstanding, in a few words."""
        if self.status != StatusIsian.PERLU_PERBAIKAN:
            return "isian belum dikirim ke provinsi"
        if self.catatan:
            return f"{self.catatan} catatan belum dijawab"
        return "catatan sudah dijawab, isian belum dikirim lagi"


@dataclass(frozen=True)
class Surat:
    """An e-mail ready to go."""

    subjek: str
    isi: str


def state_of(isian: Isian, catatan: int) -> Keadaan | None:
    """`isian` with its number of unanswered remarks; None when nothing is asked of the kabupaten/kota."""
    batas = batas_of(isian)
    if batas is None:
        return None
    name = "isian_catatan" if isian.status == StatusIsian.PERLU_PERBAIKAN else "isian_detail"
    site = settings.ALAMAT_SITUS.rstrip("/")
    path = reverse(f"monitoring:{name}", args=[isian.periode.slug, isian.kabupaten_kota_id])
    return Keadaan(isian.kabupaten_kota.nama, isian.periode.judul, isian.status, batas, catatan, f"{site}{path}")


def compose_mail(keadaan: Keadaan, penerima: str, hari_ini: datetime.date) -> Surat:
    """The e-mail to one account, for a reminder and for an isian that just came back alike."""
    lines = (
        f"Yth. {penerima},",
        f"Isian {keadaan.kabupaten_kota} untuk {keadaan.periode}: {keadaan.pokok}.\n{keadaan.batas.sentence(hari_ini)}",
        f"Halaman isian:\n{keadaan.url}",
        "Bila sudah selesai, abaikan surel ini. Bila ada kendala, hubungi verifikator provinsi.",
        f"{PENGIRIM}\nSurel ini dikirim otomatis dan tidak perlu dibalas.",
    )
    return Surat(f"{keadaan.kabupaten_kota}: {keadaan.pokok}", "\n\n".join(lines) + "\n")


def compose_whatsapp(keadaan: Keadaan, hari_ini: datetime.date) -> str:
    """A short message to copy: polite, with date and link."""
    return (
        f"Yth. Bapak/Ibu operator {keadaan.kabupaten_kota}, kami mengingatkan {keadaan.periode}: {keadaan.pokok}. "
        f"{keadaan.batas.sentence(hari_ini)}\n{keadaan.url}\nTerima kasih. {PENGIRIM}"
    )


def compose_notice(keadaan: Keadaan) -> str:
    """One line for the home page. It stays as it was said, so it counts no days."""
    batas = keadaan.batas
    return f"{keadaan.pokok[:1].upper()}{keadaan.pokok[1:]}. {batas.nama} {tanggal(batas.tanggal)}, {AKHIR_HARI}."
