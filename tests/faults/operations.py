"""What people do while things break. Each operation carries a form key and a mark of its own."""

import datetime
import io
import itertools
import os
import uuid
from dataclasses import dataclass, field

from PIL import Image

_numbers = itertools.count(1)


@dataclass
class Operation:
    """One form, filled in. `count` is the statement that says how often its effect is in the database."""

    path: str
    fields: dict
    count: str
    berkas: tuple | None = None
    kunci: str = field(default_factory=lambda: str(uuid.uuid4()))

    def send(self, person, **more):
        return person.post(self.path, {**self.fields, "kunci_formulir": self.kunci}, self.berkas, **more)


def mark():
    return f"tanda{next(_numbers):05d}{uuid.uuid4().hex[:6]}"


def place(person):
    kode = f"{person.username[-4:-2]}.{person.username[-2:]}"
    return kode, person.world.tempat[kode]


def performed(kunci):
    """A move has no text of its own: its key is written in its own transaction."""
    return f"SELECT count(*) FROM core_kunciformulir WHERE kunci = '{_uuid(kunci)}'"


def _uuid(text):
    from django.db import connection

    return text if connection.vendor == "postgresql" else text.replace("-", "")


def picture():
    """A photograph unlike any other."""
    out = io.BytesIO()
    Image.frombytes("RGB", (16, 16), os.urandom(768)).save(out, "PNG")
    return out.getvalue()


def section(person):
    """Save a section with a figure that nobody else types; its history tells how often it was saved."""
    _, where = place(person)
    path = f"/rusun/{where['rusun']}/hunian/"
    fields = person.get(path).fields
    fields["daftar_tunggu"] = nomor = str(1000 + next(_numbers))
    return Operation(
        path, fields,
        "SELECT count(*) FROM auditlog_logentry WHERE CAST(changes AS text) LIKE"
        f" '%\"daftar_tunggu\": [\"%\", \"{nomor}\"]%'",
    )  # fmt: skip


def follow_up(person):
    _, where = place(person)
    text, due = mark(), datetime.date.today() + datetime.timedelta(days=30)
    fields = {"versi": "1", "uraian": text, "penanggung_jawab": "kabupaten_kota", "pelaksana": "", "unit": "",
              "batas_waktu": due.strftime("%d/%m/%Y"), "status": "belum", "keterangan": ""}  # fmt: skip
    return Operation(f"/rusun/masalah/{where['masalah']}/tindak-lanjut/", fields,
                     f"SELECT count(*) FROM rusun_tindaklanjut WHERE uraian = '{text}'")  # fmt: skip


def household(person):
    name = mark()
    fields = {**person.get("/penghuni/tambah/").fields, "nama": name}
    return Operation("/penghuni/tambah/", fields, f"SELECT count(*) FROM penghuni_penghuni WHERE nama = '{name}'")


def evidence(person, tindak):
    name = f"{mark()}.png"
    return Operation(f"/rusun/tindak-lanjut/{as_uuid(tindak)}/bukti/", {"keterangan": name},
                     f"SELECT count(*) FROM rusun_lampiran WHERE keterangan = '{name}'",
                     ("berkas", name, picture()))  # fmt: skip


def upload(person):
    """Five new residents by workbook, named after its file."""
    name = mark()
    kode, _ = place(person)
    return Operation(f"/excel/{kode}/", {}, f"SELECT count(*) FROM monitoring_impor WHERE nama_asli = '{name}.xlsx'",
                     ("berkas", f"{name}.xlsx", person.world.workbook(name)))  # fmt: skip


def decision(path):
    """Apply a previewed import."""
    made = Operation(f"{path}terapkan/", {}, "")
    made.count = performed(made.kunci)
    return made


def move(kode, path, **fields):
    """A move of the isian of `kode`: kirim/, kembalikan/, gerak/verifikasi/, ..."""
    made = Operation(f"/periode/desk-uji/isian/{kode}/{path}", fields, "")
    made.count = performed(made.kunci)
    return made


def as_uuid(value):
    """A key as pages write it; SQLite keeps it without strokes."""
    return uuid.UUID(str(value))
