"""Whatever is typed, added or sent in: no HTTP 500, nothing stored that the form does not offer, nothing of others.

Moderate here; `make audit` (`AUDIT=1`) sends 20,000 generated requests and 5,000 damaged uploads.
"""

import io
import os
import random
import re
import time
import uuid
import warnings
import zipfile
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.idempotency import new_key
from core.models import Pengguna
from core.sealed import fingerprint
from monitoring.enums import StatusImpor
from monitoring.impor.pelari import approve, receive, work
from monitoring.impor.templat import template_for
from monitoring.models import Impor, Isian, PeriodeMonitoring
from penghuni.models import Penghuni
from rusun.bagian import BAGIAN
from tests.impor.conftest import Buku
from tests.test_scope_walk import OPERATORS, PAGES

from .asking import SLOW, address, content, sign_in
from .filling import typed
from .marks import marks_in
from .world import png, region_path

EVERYTHING = bool(os.environ.get("AUDIT"))
REQUESTS = 20_000 if EVERYTHING else 300
UPLOADS = 5_000 if EVERYTHING else 150
WORKBOOKS = 1_000 if EVERYTHING else 12
ROLES = ("operator", "operator_penghuni", "verifikator", "koordinator", "pimpinan", "admin")
# Signing out ends the rest; the others have no form of their own.
FORMS = [
    (role, name) for name, page in PAGES.items() for role in ROLES
    if role in page.roles and not SLOW.search(name)
]  # fmt: skip


# --- Anything typed anywhere ------------------------------------------------------------------------------------------

ODD = st.one_of(
    st.sampled_from([
        "", " ", "0", "-1", "00", "1e9", "1,5", "1.5", "NaN", "inf", "-0", str(2**31), str(2**63), str(-(2**63) - 1),
        "9" * 400, "١٢٣", "１２３", "²³", "0x1F", "1_000", "true", "null", "None", "[]", "{}", "\0", "a\0b", "\u202e",
        "\ufeff", "\ud7ff", "😀", "'", '"', "' OR 1=1 --", "%", "%00", "%s%n", "{{7*7}}", "../../etc/passwd",
        "\r\nX: y",
        "31/02/2020", "0000-00-00", "99999-01-01", "2020-13-45", "24.60", "//evil.example", "javascript:alert(1)",
        "<script>", "a" * 70_000, "33.74", "3374-RSN-01/blok//nama", "//", "a/b/c/d",
        "00000000-0000-0000-0000-000000000000",
    ]),
    st.text(max_size=30),
    st.integers(-(2**70), 2**70).map(str),
)  # fmt: skip
PARAMETERS = (
    "q", "cari", "kabupaten_kota", "daerah", "halaman", "format", "urut", "status", "jenis", "alamat", "lokasi", "d",
    "semua", "next", "kertas", "dari", "sampai", "tahap", "skema", "kode", "desk", "rusun", "blok", "minat", "aspek",
    "tingkat", "penanggung_jawab", "lewat", "pengguna", "peran", "objek", "kolom", "hari", "tinggal", "hasil", "konsep",
)  # fmt: skip


class Asker:
    """Clients and forms, opened once each."""

    def __init__(self, world):
        self.world, self.clients, self.forms = world, {}, {}

    def client(self, role):
        if role not in self.clients:
            self.clients[role] = sign_in(self.world.identities[role])
        return self.clients[role]

    def form(self, role, name):
        if (role, name) not in self.forms:
            self.forms[role, name] = typed(self.client(role), address(name, self.world.own.names))
        return dict(self.forms[role, name], kunci_formulir=str(new_key()))


def odd_address(url, args, odd, place):
    """`url` with one of its parts replaced."""
    part = str(args[place % len(args)])
    return url.replace(f"/{part}", f"/{quote(odd[:300], safe='')}", 1)


def test_no_request_is_answered_by_an_error_of_ours(world):
    asker, slowest = Asker(world), [(0.0, "")]

    @settings(max_examples=REQUESTS, deadline=None, database=None, derandomize=not EVERYTHING,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def ask(data):
        role, name = data.draw(st.sampled_from(FORMS))
        args = [world.own.names[key] for key in PAGES[name].own]
        url = reverse(name, args=args)
        if args and data.draw(st.integers(0, 4)) == 0:
            url = odd_address(url, args, data.draw(ODD), data.draw(st.integers(0, 5)))
        query = data.draw(st.dictionaries(st.sampled_from(PARAMETERS), ODD, max_size=3))
        if query:
            url += "?" + "&".join(f"{key}={quote(value[:2000], safe='')}" for key, value in query.items())
        begun = time.monotonic()
        with transaction.atomic():
            if data.draw(st.booleans()):
                response = asker.client(role).get(url)
            else:
                fields = asker.form(role, name)
                for key in data.draw(st.lists(st.sampled_from(sorted(fields)), max_size=3)):
                    odd = data.draw(ODD)
                    fields[key] = [odd, fields[key]] if data.draw(st.integers(0, 9)) == 0 else odd
                response = asker.client(role).post(url, fields)
            content(response)
            transaction.set_rollback(True)
        assert response.status_code < 500, f"{role} {url}: {response.status_code}"
        slowest[0] = max(slowest[0], (time.monotonic() - begun, f"{role} {name}"))

    ask()
    print(f"{REQUESTS} requests, the slowest {slowest[0][0]:.2f} s ({slowest[0][1]})")
    assert not EVERYTHING or slowest[0][0] < 5


@pytest.mark.parametrize("odd", ["\0", "\ufffd" * 9, "a" * 300, "٣", "½"])
def test_pages_without_an_account_take_anything(world, client, odd):
    sent = [
        client.get(reverse("cek_dokumen_ketik"), {"kode": odd}),
        client.get(f"/cek-dokumen/{quote(odd, safe='')}/"),
        client.get(f"/hadir/{quote(odd, safe='')}/"),
        client.post(reverse("core:masuk"), {"username": odd, "password": odd, "next": odd, "titipan": odd}),
        client.get(reverse("core:masuk"), {"next": odd}),
    ]
    assert [response.status_code for response in sent if response.status_code >= 500] == []


# --- More than the form asks for --------------------------------------------------------------------------------------

EXTRA = {
    "id": "1", "pk": "1", "status": "terverifikasi", "peran": "admin", "koordinator": "on", "akses_penghuni": "on",
    "is_superuser": "on", "is_staff": "on", "contoh": "on", "asal_data": "provinsi", "sumber": "selundupan",
    "terkunci": "",
    "terlambat": "", "ditutup_sejak": "2020-01-01", "dianonimkan_pada": "2020-01-01", "versi_aturan": "9",
    "tahap": "mendapat_rumah", "kode_hadir": "AAAAAAAAAA", "sha256": "0" * 64, "slug": "x",
    "pindaian": "x", "kode_cek": "x", "dibuat": "2020-01-01", "diubah": "2020-01-01", "password": "x",
}  # fmt: skip
LINKED = ("kabupaten_kota", "pengguna", "diubah_oleh", "dibuat_oleh", "diunggah_oleh", "diputuskan_oleh", "verifikator",
          "penghuni", "rusun", "isian", "periode", "permasalahan", "tindak_lanjut")  # fmt: skip
NOT_COMPARED = {"KunciFormulir", "Session", "LogEntry", "HadirDaring", "Konsep"}


def stored():
    """What every table holds, but for keys and times, which differ from one save to the next."""
    held = {}
    for model in apps.get_models():
        if model.__name__ in NOT_COMPARED:
            continue
        columns = [
            column.attname for column in model._meta.concrete_fields
            if not isinstance(column, models.DateTimeField | models.UUIDField | models.AutoField)
            and not (column.is_relation and _made_anew(column.remote_field.model))
            and column.name not in ("berkas", "kode_hadir", "balasan")
        ]  # fmt: skip
        held[model.__name__] = sorted(map(repr, model._base_manager.values_list(*columns)))
    return held


def _made_anew(model):
    return model not in (Pengguna, PeriodeMonitoring, Isian) and not isinstance(model._meta.pk, models.CharField)


def after_posting(client, url, fields):
    """What is stored once `fields` were posted; then it is taken back."""
    with transaction.atomic():
        fields = {name: _again(value) for name, value in fields.items()} | {"kunci_formulir": str(new_key())}
        response = client.post(url, fields)
        held = response.status_code, stored()
        transaction.set_rollback(True)
    return held


def differences(one, other):
    """The tables that two saves left different."""
    status = set() if one[0] == other[0] else {f"{one[0]} and {other[0]}"}
    return status | {table for table in one[1] if one[1][table] != other[1][table]}


def _again(value):
    return SimpleUploadedFile(value.name, png()) if hasattr(value, "read") else value


def test_fields_that_a_form_does_not_offer_change_nothing(world):
    """Each form filled in and sent twice from the same state: as it is, and with fields added. Both store the same."""
    asker, faults, storing = Asker(world), [], 0
    before = stored()
    names = world.foreign.names
    linked = {
        name: names.get({"kabupaten_kota": "kode"}.get(name, name), world.province["admin"].pk) for name in LINKED
    }
    extra = EXTRA | {suffixed: value for name, value in linked.items() for suffixed in (name, f"{name}_id")}
    seen = set()
    for role, name in FORMS:
        url = address(name, world.own.names)
        if name in seen or len(fields := asker.form(role, name)) < 2:
            continue
        seen.add(name)
        plain = after_posting(asker.client(role), url, fields)
        storing += plain[0] == 302 and plain[1] != before
        if differing := differences(plain, after_posting(asker.client(role), url, {**extra, **fields})):
            chance = differences(
                plain, after_posting(asker.client(role), url, fields)
            )  # a code, the salt of a password
            faults += [f"{role} {name}: {table}" for table in differing - chance]
    assert faults == []
    assert storing >= 15


def rows_of(kode):
    """Every row of a kabupaten/kota, but those that looking writes and pairs, which are of two kabupaten/kota."""
    return {
        model.__name__: list(model._base_manager.filter(**{path: kode}).order_by("pk").values_list())
        for model in apps.get_models()
        if (path := region_path(model)) and model.__name__ not in ("HadirDaring", "JejakAkses", "DugaanGanda")
    }


def twins(world):
    """The key of each row of the own kabupaten/kota, with a key of the same kind of the other."""
    found = {world.own.kabupaten_kota.pk: world.foreign.kabupaten_kota.pk}
    for model in apps.get_models():
        if path := region_path(model):
            own, other = (
                model._base_manager.filter(**{path: row.kabupaten_kota.pk}).order_by("pk").values_list("pk", flat=True)
                for row in (world.own, world.foreign)
            )
            found |= {str(key): str(other[0]) for key in own if other and isinstance(key, str | uuid.UUID)}
    return found


def test_keys_of_others_in_a_form_reach_nothing_of_theirs(world):
    """Every key that a form of the kabupaten/kota holds, hidden ones of rows too, exchanged for one of another."""
    asker, pairs, faults, tried = Asker(world), twins(world), [], 0
    before = rows_of(world.foreign.kabupaten_kota.pk)
    pages = [(role, name, address(name, world.own.names)) for role, name in FORMS if role in OPERATORS]
    pages += [("operator", "", address("rusun:ubah", world.own.names, bagian=row.kode)) for row in BAGIAN]
    for role, name, url in pages:
        fields = asker.form(role, name) if name else typed(asker.client(role), url)
        swapped = {key: pairs[value] for key, value in fields.items() if isinstance(value, str) and value in pairs}
        for changed in [{key: value} for key, value in swapped.items()]:
            tried += 1
            with transaction.atomic():
                response = asker.client(role).post(url, {**fields, **changed, "kunci_formulir": str(new_key())})
                if rows_of(world.foreign.kabupaten_kota.pk) != before or response.status_code >= 500:
                    faults.append(f"{role} {url}: {changed}")
                transaction.set_rollback(True)
    assert faults == []
    assert tried >= 8


# --- Damaged uploads --------------------------------------------------------------------------------------------------


def damaged(content, chance):
    """A few bytes changed, cut off, doubled or dropped."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data))
        kind = chance.randrange(5)
        if kind == 0:
            data[place] = chance.randrange(256)
        elif kind == 1:
            del data[place : place + chance.randint(1, 64)]
        elif kind == 2:
            data[place:place] = data[max(0, place - 32) : place]
        elif kind == 3:
            data[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
        elif chance.random() < 0.2:
            del data[place:]
        if len(data) < 16:
            break
    return bytes(data)


def damaged_package(content, chance):
    """A workbook whose XML says something else: a whole package, so that its readers are reached."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        hit = chance.sample(names, min(len(names), chance.randint(1, 3)))
        for name in names:
            part = old.read(name)
            if name in hit:
                numbers = [found.span() for found in re.finditer(rb"\d+", part)]
                if chance.random() < 0.6 and numbers:
                    begin, end = chance.choice(numbers)
                    odd = chance.choice([b"-1", b"99999999999999999999", b"", b"1e308", b"NaN", b"0", b"1048577"])
                    part = part[:begin] + odd + part[end:]
                else:
                    part = damaged(part, chance)
            new.writestr(name, part)
    return out.getvalue()


def samples():
    jpeg = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(jpeg, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
    return [png(), jpeg.getvalue(), b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"]


def test_a_damaged_attachment_is_taken_or_refused(world):
    client, chance = sign_in(world.own.operator), random.Random(8)
    url = address("rusun:bukti_tambah", world.own.names)
    codes, kinds = set(), samples()
    warnings.simplefilter("ignore")  # of the library, about what it mends itself
    for number in range(UPLOADS):
        data = {"kunci_formulir": str(new_key()), "keterangan": "",
                "berkas": SimpleUploadedFile("a.jpg", damaged(kinds[number % len(kinds)], chance))}  # fmt: skip
        with transaction.atomic():
            codes.add(client.post(url, data).status_code)
            transaction.set_rollback(True)
    assert codes == {302, 422}


def test_a_damaged_workbook_is_read_or_refused(world):
    chance, asked = random.Random(8), world.own
    template = template_for(asked.kabupaten_kota, asked.operator_penghuni).isi
    ends = {StatusImpor.MENUNGGU, StatusImpor.NIHIL, StatusImpor.DITOLAK}
    for number in range(WORKBOOKS):
        broken = (damaged_package if number % 4 else damaged)(template, chance)
        with transaction.atomic():
            impor = receive(broken, "a.xlsx", asked.kabupaten_kota, asked.operator_penghuni)
            work(impor.pk)
            status = Impor.objects.get(pk=impor.pk).status
            transaction.set_rollback(True)
        assert status in ends, f"workbook {number}: {status}"


def test_a_workbook_reaches_no_row_of_another_place(world):
    """Hidden keys of another kabupaten/kota in every row, and its NIK in a new one: nothing there changes."""
    own, other = world.own, world.foreign
    before, pairs = rows_of(other.kabupaten_kota.pk), twins(world)
    buku, exchanged = Buku(template_for(own.kabupaten_kota, own.operator_penghuni).isi), 0
    for sheet in buku.book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if str(cell.value) in pairs):
            cell.value = pairs[str(cell.value)]
            exchanged += 1
    free = next(row for row in range(1, 99) if not buku["Penghuni", "Nama kepala keluarga", row])
    buku["Penghuni", "Nama kepala keluarga", free] = "Wati"
    buku["Penghuni", "NIK", free] = "3374014107900009"
    Penghuni.objects.filter(pk=other.names["penghuni"]).update(nik_sidik=fingerprint("3374014107900009"))
    before["Penghuni"] = rows_of(other.kabupaten_kota.pk)["Penghuni"]
    impor = receive(buku.content(), "a.xlsx", own.kabupaten_kota, own.operator_penghuni)
    work(impor.pk)
    page = sign_in(own.operator_penghuni).get(impor.get_absolute_url()).content.decode()
    approve(impor, own.operator_penghuni, hanya_benar=True)
    work(impor.pk)
    assert exchanged >= 2
    assert rows_of(other.kabupaten_kota.pk) == before
    assert not {place for _, place in marks_in(page)} - {own.kabupaten_kota.digit}
    assert other.kabupaten_kota.nama not in page
