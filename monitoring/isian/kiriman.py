"""Building a kiriman: the registry frozen as canonical JSON, with typed figures for the recap.

`draft_of` gives the same content unsaved: what "now, not yet sent" means on every comparison.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from core.models import Pengguna
from monitoring.enums import StatusImpor
from monitoring.models import Impor, Isian, Kiriman, KirimanRusun
from penghuni.enums import KeadaanHuni
from penghuni.jumlah import arrears_by_location, open_stays_by_location, stay_states_by_location
from rusun.enums import Pihak
from rusun.models import Blok, Permasalahan, ProfilPenghuni, Rusun, SebabKosong, Tarif
from rusun.salinan import Registri, registry_of, units_of, unlocked_of

SKEMA = 3


def canonical(isi: dict[str, Any]) -> str:
    """The one text of a content: sorted keys, no blanks, UTF-8. Its SHA-256 is the kiriman's hash."""
    return json.dumps(isi, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def draft_of(isian: Isian, hari: datetime.date | None = None) -> dict[str, Any]:
    """The content a kiriman of `isian` would have on `hari` (today). Residents are counts, nothing personal."""
    kabupaten_kota = isian.kabupaten_kota_id
    masa_tinggal = stay_states_by_location(kabupaten_kota, hari or timezone.localdate())
    return {
        "skema": SKEMA,
        "periode": isian.periode.slug,
        "kabupaten_kota": kabupaten_kota,
        "rusun": registry_of(kabupaten_kota),
        "penghuni_tercatat": open_stays_by_location(kabupaten_kota),
        "penghuni_lewat_batas": masa_tinggal[KeadaanHuni.LEWAT],
        "penghuni_segera_habis": masa_tinggal[KeadaanHuni.SEGERA],
        "penghuni_tanpa_aturan": masa_tinggal[KeadaanHuni.TIDAK_DIKETAHUI],
        "penghuni_menunggak": arrears_by_location(kabupaten_kota),
        **unlocked_of(kabupaten_kota),
    }


def _editors(isian: Isian) -> set[int]:
    """Everybody whose hand is in the registry as it stands, and whoever entered a workbook for this isian."""
    kabupaten_kota = isian.kabupaten_kota_id
    applied = Impor.objects.filter(isian=isian, status=StatusImpor.DITERAPKAN, diunggah_oleh__isnull=False)
    editors: set[int] = set(applied.order_by().values_list("diunggah_oleh", flat=True))
    for model in (Rusun, Blok, SebabKosong, Tarif, ProfilPenghuni, Permasalahan):
        rows = model.objects.filter(**{model.REGION_PATH: kabupaten_kota}, diubah_oleh__isnull=False)
        editors |= set(rows.order_by().values_list("diubah_oleh", flat=True).distinct())
    return editors


def _figures(kiriman: Kiriman, isi: dict[str, Any]) -> list[KirimanRusun]:
    registri: Registri = isi["rusun"]
    return [
        KirimanRusun(
            kiriman=kiriman,
            kode=kode,
            nama=lokasi["identitas"]["nama"],
            jenis=lokasi["jenis"],
            peruntukan=lokasi["identitas"]["peruntukan"],
            status_aset=lokasi["aset"]["status_aset"],
            tanggal_data=datetime.date.fromisoformat(lokasi["identitas"]["tanggal_data"]),
            **asdict(units_of(lokasi)),
            daftar_tunggu=lokasi["hunian"]["daftar_tunggu"],
            jumlah_kk=lokasi["hunian"]["jumlah_kk"],
            jumlah_jiwa=lokasi["hunian"]["jumlah_jiwa"],
            penghuni_tercatat=isi["penghuni_tercatat"].get(kode, 0),
            lewat_batas_huni=isi["penghuni_lewat_batas"].get(kode, 0),
            segera_habis_huni=isi["penghuni_segera_habis"].get(kode, 0),
            tanpa_aturan_huni=isi["penghuni_tanpa_aturan"].get(kode, 0),
            menunggak=isi["penghuni_menunggak"].get(kode, 0),
            minat_punya_rumah=lokasi["profil_penghuni"]["minat_ya"] or 0,
            dukungan=[pihak for pihak in (Pihak.PROVINSI, Pihak.PUSAT) if lokasi["masalah"][f"dukungan_{pihak}"]],
            sebab_kosong={sebab: jumlah for sebab, jumlah in lokasi["sebab_kosong"].items() if jumlah},
            permasalahan=[
                [row["kategori"], row["tingkat"], row["penanggung_jawab"]] for row in lokasi["permasalahan"].values()
            ],
        )
        for kode, lokasi in registri.items()
    ]


def create_kiriman(isian: Isian, isi: dict[str, Any], pengguna: Pengguna, waktu: datetime.datetime) -> Kiriman:
    """Freeze `isi` (from `draft_of`, already checked) as the next kiriman. The caller holds the registry lock."""
    text = canonical(isi)
    last = isian.kiriman.order_by("-nomor").first()
    kiriman = Kiriman.objects.create(
        isian=isian,
        nomor=last.nomor + 1 if last else 1,
        skema=SKEMA,
        isi=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        dikirim_pada=waktu,
        dikirim_oleh=pengguna,
    )
    # A correction changes who wrote a row last, not who entered the rest of it.
    earlier = set(last.penginput.values_list("pk", flat=True)) if last else set()
    kiriman.penginput.set(_editors(isian) | earlier | {pengguna.pk})
    KirimanRusun.objects.bulk_create(_figures(kiriman, isi))
    return kiriman
