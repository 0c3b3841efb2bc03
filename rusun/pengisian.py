"""Filling in one section: draft, save, and what happens when somebody else saved meanwhile. No request, no template.

A page hands over what was posted and shows the `Hasil`: forms with everything that was typed, and why it was not saved.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from http import HTTPStatus

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, ProtectedError
from django.http import QueryDict

from core.idempotency import perform_once, was_performed
from core.konsep import KONSEP, discard_draft, load_draft
from core.models import Pengguna
from core.versions import StaleVersion

from .bagian import Bagian
from .bentrok import HAPUS, LAIN, SAYA, Gabungan, merge, row_of, settle
from .forms import ROW_FORMS, SectionForms, section_forms
from .models import Lampiran, ProfilPenghuni, Rusun, SebabKosong
from .penguncian import RegistryLocked, lock_state
from .simpan import LocationClosed, save_section

PILIH, PILIH_VERSI = "pilih|", "pilih_versi"
"""Names of the choice between two texts for one field, and of the version of the location that was asked about."""

ATTEMPTS = 5


@dataclass(frozen=True)
class Bentrok:
    """One field that two people changed: both texts, and who set the other one when."""

    nama: str
    label: str
    saya: str
    lain: str
    dipilih: str
    oleh: str
    waktu: datetime.datetime

    @property
    def pilihan(self) -> str:
        return f"{PILIH}{self.nama}"


@dataclass(frozen=True)
class Hasil:
    """What the page shows. `tujuan` is where to go after a save; else `status` and the reasons stand for a page."""

    forms: SectionForms
    status: HTTPStatus = HTTPStatus.OK
    tujuan: str = ""
    pesan: tuple[str, ...] = ()
    bentrok: tuple[Bentrok, ...] = ()
    konsep: datetime.datetime | None = None


def open_section(rusun: Rusun, bagian: Bagian, pengguna: Pengguna, alamat: str) -> Hasil:
    """The forms of a section as `pengguna` left them on the page `alamat`: the registry, or the draft over it."""
    kunci = lock_state(rusun.kabupaten_kota_id)
    draft = load_draft(pengguna, alamat)
    if draft is None:
        return Hasil(section_forms(rusun, bagian, kunci=kunci))
    return Hasil(section_forms(rusun, bagian, draft.data, kunci), konsep=draft.disimpan)


def fill_section(rusun: Rusun, bagian: Bagian, data: QueryDict, pengguna: Pengguna, alamat: str, tujuan: str) -> Hasil:
    """Save what was posted on the page `alamat`. Every refusal keeps what was typed.

    A field that only this user changed is saved even when others saved the location meanwhile; a field that both
    changed is asked about (409).
    """
    forms = section_forms(rusun, bagian, data, lock_state(rusun.kabupaten_kota_id))
    if forms.kepala.is_valid() and was_performed(forms.kepala.cleaned_data["kunci_formulir"]):
        return Hasil(forms, tujuan=tujuan)
    if forms.typed_into_closed():
        return Hasil(forms, HTTPStatus.CONFLICT, pesan=(str(RegistryLocked(forms.kunci, ())),))
    taken: tuple[str, ...] = ()
    for _ in range(ATTEMPTS):
        if forms.kepala.is_valid() and forms.kepala.cleaned_data["versi"] != forms.rusun.versi:
            joined, merged = _join(forms)
            if joined.bentrok or joined.baris_hilang:
                return _ask(forms, merged, joined)
            forms, taken = merged, _taken_over(merged, joined)
        if not forms.is_valid():
            return Hasil(forms, HTTPStatus.UNPROCESSABLE_ENTITY, pesan=taken)
        try:
            return Hasil(forms, tujuan=_save(forms, pengguna, alamat, tujuan), pesan=taken)
        except RegistryLocked as refusal:
            return Hasil(forms, HTTPStatus.CONFLICT, pesan=(str(refusal),))
        except LocationClosed as refusal:
            return Hasil(forms, HTTPStatus.CONFLICT, pesan=(str(refusal),))
        except ProtectedError as error:
            return Hasil(forms, HTTPStatus.CONFLICT, pesan=(_still_needed(error),))
        except StaleVersion:  # saved between our look and our lock: look again
            forms = section_forms(Rusun.objects.get(pk=rusun.pk), bagian, forms.data, forms.kunci)
    return Hasil(forms, HTTPStatus.CONFLICT, pesan=("Banyak yang menyimpan bersamaan. Tekan Simpan sekali lagi.",))


def _still_needed(error: ProtectedError) -> str:
    """Why a row cannot be deleted. Residents and desks are not known here: what names no follow-up is a stay."""
    if any(isinstance(row, Lampiran) for row in error.protected_objects):
        return "Permasalahan yang tindak lanjutnya punya bukti tidak dapat dihapus. Ubah statusnya menjadi Selesai."
    if any(hasattr(row, "tindak_lanjut_id") for row in error.protected_objects):
        return (
            "Permasalahan yang tindak lanjutnya disepakati pada desk tidak dapat dihapus. "
            "Ubah statusnya menjadi Selesai."
        )
    return "Blok yang masih punya riwayat penghuni tidak dapat dihapus. Pindahkan penghuninya dahulu."


def _save(forms: SectionForms, pengguna: Pengguna, alamat: str, tujuan: str) -> str:
    head = forms.kepala.cleaned_data

    def write() -> str:
        save_section(forms.rusun.kode, head["versi"], pengguna, lambda waktu: forms.save(pengguna, waktu))
        discard_draft(pengguna, alamat)
        return tujuan

    return perform_once(head["kunci_formulir"], pengguna, write)


# --- two people at one section ---------------------------------------------------------------------------------------


def _choices(data: QueryDict, versi: int) -> dict[str, str]:
    """Whose text to take, field by field; nothing when the location was saved since the question: then it is new."""
    if data.get(PILIH_VERSI) != str(versi):
        return {}
    chosen = {name.removeprefix(PILIH): str(side) for name, side in data.items() if name.startswith(PILIH)}
    return {name: side for name, side in chosen.items() if side in (SAYA, LAIN)}


def _join(forms: SectionForms) -> tuple[Gabungan, SectionForms]:
    """What was typed joined with what the registry holds now, and forms that carry both."""
    rusun = Rusun.objects.get(pk=forms.rusun.pk)
    kunci = lock_state(rusun.kabupaten_kota_id)
    now = section_forms(rusun, forms.bagian)
    shown = now.shown()
    joined = merge(forms.kepala.cleaned_data["dasar"], forms.typed(), shown)
    joined = settle(joined, _choices(forms.data, rusun.versi), shown)
    post = _post(forms, now, joined.isi, rusun.versi, shown)
    return joined, section_forms(rusun, forms.bagian, post, kunci)


def _post(forms: SectionForms, now: SectionForms, isi: dict[str, str], versi: int, dasar: dict[str, str]) -> QueryDict:
    post = now.as_post(isi)
    post["versi"] = str(versi)
    post["kunci_formulir"] = str(forms.kepala.cleaned_data["kunci_formulir"])
    post["dasar"] = forms.kepala.fields["dasar"].prepare_value(dasar)
    return post


def _ask(forms: SectionForms, merged: SectionForms, joined: Gabungan) -> Hasil:
    typed, now = forms.typed(), section_forms(merged.rusun, merged.bagian)
    shown, who = now.shown(), _Penyunting(merged.rusun)
    rows = [
        Bentrok(
            name, now.label_of(name), now.text_of(name, typed[name]), now.text_of(name, shown.get(name, "")),
            forms.data.get(f"{PILIH}{name}", SAYA), *who.of(name),
        )
        for name in joined.bentrok
    ]  # fmt: skip
    lost = tuple(
        f"{_row_label(forms, row)} dihapus oleh pengguna lain. Isian Anda dipertahankan sebagai baris baru; "
        "hapus bila memang tidak perlu."
        for row in joined.baris_hilang
    )
    data = merged.data.copy()
    data[KONSEP] = "1"  # shown again without complaints: first the choice, then the checks
    for name in ("versi", "dasar"):  # until the choice is made the page stands where it stood: a draft of it asks again
        data[name] = forms.data.get(name, "")
    asking = section_forms(merged.rusun, merged.bagian, data, merged.kunci)
    return Hasil(asking, HTTPStatus.CONFLICT, pesan=(*lost, *_taken_over(merged, joined)), bentrok=tuple(rows))


def _row_label(forms: SectionForms, row: str) -> str:
    name, text = next((name, text) for name, text in forms.typed().items() if row_of(name) == row)
    return f"Baris {forms.text_of(name, text)}"


def _taken_over(merged: SectionForms, joined: Gabungan) -> tuple[str, ...]:
    if not joined.diambil:
        return ()
    now = section_forms(merged.rusun, merged.bagian)
    who = _Penyunting(merged.rusun)
    return tuple(
        f"{now.label_of(name)} ikut diperbarui: sudah diubah oleh {who.of(name)[0]}." for name in joined.diambil[:5]
    )


class _Penyunting:
    """Who changed a field last, from the field history; the last editor of the location where it does not tell."""

    def __init__(self, rusun: Rusun) -> None:
        self.rusun = rusun
        self.sebab = {row.sebab: str(row.pk) for row in rusun.sebab_kosong.all()}

    def of(self, nama: str) -> tuple[str, datetime.datetime]:
        kolom = "jumlah_unit" if nama.startswith("sebab_kosong-") else nama.rpartition("|")[2].rpartition("-")[2]
        for entry in self._entries(nama):
            if kolom in (entry.changes or {}) or nama.endswith(f"|{HAPUS}"):
                return str(entry.actor or "pengguna lain"), entry.timestamp
        return str(self.rusun.diubah_oleh or "pengguna lain"), self.rusun.diubah

    def _entries(self, nama: str) -> list[LogEntry]:
        tabel, _, rest = nama.partition("|")
        model: type[Model] = Rusun
        pk = self.rusun.pk
        if rest:
            model, pk = ROW_FORMS[tabel][0], rest.partition("|")[0]
        elif tabel.startswith("sebab_kosong-"):
            model, pk = SebabKosong, self.sebab.get(tabel.partition("-")[2], "")
        elif tabel.startswith("profil_penghuni-"):
            model = ProfilPenghuni
        kind = ContentType.objects.get_for_model(model)
        rows = LogEntry.objects.filter(content_type=kind, object_pk=str(pk)).select_related("actor")
        return list(rows.order_by("-pk")[:50])
