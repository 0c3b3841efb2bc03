"""Several kabupaten/kota with one of everything, and a text of our own in every field somebody can type into.

`names` of a kabupaten/kota holds what `tests.test_scope_walk.PAGES` asks for, so that the same table of pages serves
here. Which column is typed by whom follows from the models: a new text column is filled without being named here.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from PIL import Image

from core.enums import JenisDaerah, Peran
from core.files import write_sealed
from core.models import JejakAkses, KabupatenKota, Konsep, Pejabat, Pengguna
from core.sealed import SealedField
from monitoring.desk import sesi as desk
from monitoring.desk.jadwal import publish
from monitoring.enums import Gerak, StatusImpor
from monitoring.impor.pelari import receive, work
from monitoring.impor.templat import template_for
from monitoring.isian.catatan import add_remark
from monitoring.isian.kiriman import draft_of
from monitoring.isian.pemeriksaan import check_isian, explain
from monitoring.isian.permintaan import ask_opening
from monitoring.isian.workflow import apply_move
from monitoring.models import Backlog, BeritaAcara, Dokumen, Impor, Isian, PeriodeMonitoring, SesiDesk
from penghuni.calon import enter
from penghuni.ganda import match_waiting
from penghuni.hak_subjek import record_request
from penghuni.hunian import move_in
from penghuni.models import DugaanGanda, Penghuni
from penghuni.models.penyaringan import RiwayatCalon
from rusun.alamat import Alamat
from rusun.lampiran import attach, attach_evidence, received
from rusun.models import Blok, Permasalahan, Rusun, TindakLanjut
from tests.desk.conftest import make_jadwal
from tests.factories import make_isian, make_periode, make_rusun
from tests.impor.conftest import Buku

SLUG = "desk-uji"
EVERY_CODE = [f"33.{number:02d}" for number in (*range(1, 30), *range(71, 77))]
DAHULU = datetime.date(2021, 1, 5)
RINGKASAN = {"lokasi": 1, "tower": 1, "unit": 96, "terhuni": 80, "terverifikasi": 0, "diundang": 1}
BESOK = datetime.date(2099, 1, 5)

Text = Callable[[str, models.Field], str]
"""What a text column of a kabupaten/kota is filled with."""

# Rows of one kabupaten/kota that name no `REGION_PATH`, because no page starts from them.
MORE_PATHS: dict[type[models.Model], str] = {
    Pengguna: "kabupaten_kota",
    Pejabat: "kabupaten_kota",
    RiwayatCalon: "calon__penghuni__kabupaten_kota",
    JejakAkses: "pengguna__kabupaten_kota",
}
# Text columns that the product writes itself: codes, addresses of cells, places and hashes of files.
WRITTEN_BY_US = {
    "kode", "kode_rusun", "bagian", "baris", "kolom", "aturan", "sorot", "kode_hadir", "kode_cek", "kode_tolak",
    "berkas", "balasan", "rencana", "tipe", "password", "username", "nip", "whatsapp", "objek", "objek_id",
    "alasan_ditutup", "pengecualian_alasan",  # only beside a date
}  # fmt: skip
FROZEN = {"Kiriman", "KirimanRusun", "TerbitanJadwal", "JejakAkses", "Dokumen"}
"""Written once: what they hold was taken from rows that were filled before."""


@dataclass
class Daerah:
    """One kabupaten/kota, its people, and what its pages are called with."""

    kabupaten_kota: KabupatenKota
    operator: Pengguna
    operator_penghuni: Pengguna
    names: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """All of it. `identities` are the accounts of the province and of the first kabupaten/kota by their role."""

    daerah: list[Daerah]
    province: dict[str, Pengguna]
    periode: PeriodeMonitoring

    @property
    def own(self) -> Daerah:
        return self.daerah[0]

    @property
    def foreign(self) -> Daerah:
        return self.daerah[1]

    @property
    def identities(self) -> dict[str, Pengguna]:
        own = self.own
        return {"operator": own.operator, "operator_penghuni": own.operator_penghuni, **self.province}


def typed_columns(model: type[models.Model]) -> list[models.Field]:
    """Text columns that hold what a person wrote."""
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField)
        and not isinstance(column, SealedField | models.EmailField | models.SlugField | models.JSONField)
        and not (column.choices or column.primary_key or column.unique)
        and not column.name.endswith(("sidik", "sha256", "nama_lahir"))
        and not column.name.startswith("pindaian")
        and column.name not in WRITTEN_BY_US
        and (column.max_length or 99) >= 20
    ]


def region_path(model: type[models.Model]) -> str:
    return str(getattr(model, "REGION_PATH", "") or MORE_PATHS.get(model, ""))


def fill(kode: str, text: Text, only: Iterable[str]) -> None:
    """Write `text` into every typed column of every row of the kabupaten/kota in the apps `only`."""
    for model in apps.get_models():
        path = region_path(model)
        if not path or model._meta.app_label not in only or model.__name__ in FROZEN:
            continue
        columns = typed_columns(model)
        for row in model._base_manager.filter(**{path: kode}) if columns else ():
            for column in columns:
                setattr(row, column.name, text(kode, column))
            row.save()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "navy").save(out, "PNG")
    return out.getvalue()


def account(username: str, peran: Peran, **fields: Any) -> Pengguna:
    return Pengguna.objects.create(username=username, nama=username, peran=peran, password="!", **fields)


def build(codes: list[str], text: Text) -> World:
    """Fill in, send, hold the desk and return, in each of `codes` the same."""
    province = {
        "verifikator": account("verifikator.satu", Peran.VERIFIKATOR),
        "koordinator": account("koordinator.satu", Peran.VERIFIKATOR, koordinator=True),
        "pimpinan": account("pimpinan.satu", Peran.PIMPINAN),
        "admin": account("admin.satu", Peran.ADMIN),
    }
    verifikator, koordinator = province["verifikator"], province["koordinator"]
    daerah = [_registry(kode, place, text) for place, kode in enumerate(codes)]
    match_waiting()
    periode = make_periode(koordinator, *(row.kabupaten_kota for row in daerah), slug=SLUG)
    for row in daerah:
        _send_in(row, periode, verifikator)
    make_jadwal(periode, koordinator, verifikator, jumlah_hari=max(2, len(codes) // 3))
    publish(periode.jadwal_desk, koordinator)
    backlog = Backlog.objects.create(tahun=2020, jenis="kepemilikan", jumlah=1, sumber="Uji")
    for row in daerah:
        row.names |= {"acuan_jenis": "backlog", "backlog": backlog.pk}
        _desk(row, periode, verifikator)
        _papers(row, periode, koordinator, text)
        fill(row.kabupaten_kota.pk, text, ("core", "penghuni", "monitoring"))
    match_waiting()  # what was saved is compared by the next page of the province
    return World(daerah, province, periode)


def _registry(kode: str, place: int, text: Text) -> Daerah:
    region = KabupatenKota.objects.create(
        kode=kode, nama=f"Kabupaten Uji {place}", jenis=JenisDaerah.KABUPATEN, ibu_kota="Uji", baris=place, kolom=0
    )
    row = Daerah(
        region,
        account(f"operator.{region.digit}", Peran.OPERATOR, kabupaten_kota=region, surel=f"a@{region.digit}.example"),
        account(f"penghuni.{region.digit}", Peran.OPERATOR, kabupaten_kota=region, akses_penghuni=True),
    )
    rusun, saat = make_rusun(region, oleh=row.operator), timezone.now()
    masalah = Permasalahan.objects.get(rusun=rusun)
    tindak = TindakLanjut.objects.create(
        rusun=rusun, permasalahan=masalah, uraian="Ganti atap", penanggung_jawab="pusat", batas_waktu=saat.date(),
        diubah=saat,
    )  # fmt: skip
    with received(io.BytesIO(png()), "foto.png") as berkas:
        lampiran = attach(rusun, "foto", berkas, row.operator)
    with received(io.BytesIO(png()), "bukti.png") as berkas:
        attach_evidence(tindak, berkas, row.operator)
    blok = Blok.objects.get(rusun=rusun)
    # The same household in every five kabupaten/kota: recorded twice, and nobody may learn where. What too many share
    # would not be taken for a double.
    penghuni = Penghuni.objects.create(
        kabupaten_kota=region,
        nama="Sutarmi",
        nik=f"33190141079000{place // 5 + 1:02d}",
        penghasilan=2_500_000,
        minat="ya",
        diubah=saat,
    )
    move_in(penghuni, blok, "A-101", DAHULU, row.operator_penghuni)
    enter(penghuni, row.operator_penghuni, "Berminat sejak lama.")
    subjek = record_request(penghuni, "salinan", "Minta salinan.", saat, row.operator_penghuni)
    Pejabat.objects.create(
        nama="Pejabat", jabatan="Kepala", kabupaten_kota=region, tugas="kepala", berlaku_mulai=DAHULU
    )
    fill(region.pk, text, ("rusun", "penghuni", "core"))
    JejakAkses.objects.create(
        waktu=saat, pengguna=row.operator_penghuni, tindakan="lihat", objek="penghuni", objek_id=penghuni.pk,
        alasan=text(kode, JejakAkses._meta.get_field("alasan")),
    )  # fmt: skip
    row.names = {
        "kode": region.pk, "rusun": rusun.kode, "bagian": "hunian", "masalah": masalah.pk, "tindak": tindak.pk,
        "lampiran": lampiran.pk, "penghuni": penghuni.pk, "permintaan_subjek": subjek.pk, "akun": row.operator.pk,
    }  # fmt: skip
    return row


def _send_in(row: Daerah, periode: PeriodeMonitoring, verifikator: Pengguna) -> None:
    row.names["impor_ditinjau"] = _previewed(row).pk
    isian, saat = make_isian(periode, row.operator), timezone.now()
    for temuan in check_isian(isian, draft_of(isian), timezone.localdate()).tanpa_alasan:
        explain(isian, temuan, "Sudah dicocokkan.", row.operator, saat)
    isian = apply_move(isian, Gerak.KIRIM, row.operator)
    cell = Alamat(row.names["rusun"], "hunian", "", "jumlah_kk")
    add_remark(isian, cell, "Mohon diperiksa.", verifikator)


def _previewed(row: Daerah) -> Impor:
    """A workbook with a change and a mistake, read by the real checker."""
    buku = Buku(template_for(row.kabupaten_kota, row.operator_penghuni).isi)
    buku["Rusun", "Daftar tunggu", 1] = 50
    buku["Penghuni", "Penghasilan per bulan (Rp)", 1] = "banyak"
    impor = receive(buku.content(), "isian.xlsx", row.kabupaten_kota, row.operator_penghuni)
    work(impor.pk)
    impor.refresh_from_db()
    assert impor.status == StatusImpor.MENUNGGU, impor.pesan
    return impor


def _desk(row: Daerah, periode: PeriodeMonitoring, verifikator: Pengguna) -> None:
    """The session: what it remarks returns the isian; then it is closed, with its berita acara and a signed scan."""
    isian = Isian.objects.get(periode=periode, kabupaten_kota=row.kabupaten_kota)
    sesi = SesiDesk.objects.get(isian=isian)
    desk.begin(sesi, verifikator)
    rusun = Rusun.objects.get(pk=row.names["rusun"])
    desk.remark(sesi, Alamat(rusun.kode, "hunian", "", "daftar_tunggu"), "Sudah benar?", verifikator)
    butir = desk.add_point(sesi, "Butir", verifikator)
    desk.commit(
        sesi,
        TindakLanjut(
            rusun=rusun, uraian="Menertibkan hunian", penanggung_jawab="kabupaten_kota", batas_waktu=BESOK,
            diubah=timezone.now(),
        ),
        verifikator,
    )  # fmt: skip
    ba = desk.close(sesi, verifikator)
    scan = write_sealed("berita_acara", png())
    BeritaAcara.objects.filter(pk=ba.pk).update(
        pindaian=scan, pindaian_tipe="image/png", pindaian_sha256=hashlib.sha256(png()).hexdigest()
    )
    isian.refresh_from_db()
    permintaan = ask_opening(isian, Alamat(rusun.kode, "aset"), "BAST baru terbit.", row.operator)
    row.names |= {
        "slug": SLUG, "sesi": sesi.pk, "butir": butir.pk, "catatan": isian.catatan.first().pk, "nomor": 1,
        "permintaan": permintaan.pk, "gerak": "ajukan_rekap", "gerak_isian": "mulai", "langkah": "jeda",
        "surat": "undangan", "kabar": row.operator.pemberitahuan.first().pk,
    }  # fmt: skip


def _papers(row: Daerah, periode: PeriodeMonitoring, koordinator: Pengguna, text: Text) -> None:
    saat, digit = timezone.now(), row.kabupaten_kota.digit
    content = f"%PDF-1.7 qz{digit}q".encode()
    isi, sidik = write_sealed("dokumen", content), hashlib.sha256(content).hexdigest()
    judul = text(row.kabupaten_kota.pk, Dokumen._meta.get_field("judul"))
    dokumen = Dokumen.objects.create(
        periode=periode, kabupaten_kota=row.kabupaten_kota, jenis="rekap_daerah", kode=f"REKAP-UJI-{digit}-R1",
        judul=judul, tanggal_terbit=saat, diterbitkan_oleh=koordinator, ringkasan=RINGKASAN, berkas=isi,
        ukuran=len(content), sha256=sidik, pindaian=isi, pindaian_tipe="application/pdf", pindaian_sha256=sidik,
    )  # fmt: skip
    place = write_sealed("impor", b"uji")
    impor = Impor.objects.create(
        kabupaten_kota=row.kabupaten_kota, diunggah_oleh=koordinator, diunggah_pada=saat, atas_nama=True,
        nama_asli="a.xlsx", ukuran=3, sha256="0" * 64, berkas=place, balasan=place, berisi_penghuni=False,
        status=StatusImpor.NIHIL,
    )  # fmt: skip
    ganda = DugaanGanda.objects.filter(pertama=row.names["penghuni"]) | DugaanGanda.objects.filter(
        kedua=row.names["penghuni"]
    )
    Konsep.objects.create(
        pengguna=row.operator_penghuni, bagian="/penghuni/tambah/", disimpan=saat,
        isi=json.dumps({"nama": [f"qp{digit}q"]}),
    )  # fmt: skip
    row.names |= {"dokumen": dokumen.pk, "impor": impor.pk, "ganda": ganda.first().pk}
