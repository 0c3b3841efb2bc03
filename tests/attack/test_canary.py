"""A mark of each kabupaten/kota in every text: somebody of another one finds it nowhere, whatever is opened.

With `AUDIT=1` (`make audit`) it is all 35, each crawled by both its operators; in the suite one of three.
"""

import html
import io
import os
import re
import zipfile
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core.idempotency import new_key
from monitoring.enums import JenisSesi
from monitoring.models import SesiDesk
from tests.test_scope_walk import PAGES

from .asking import SLOW, address, content, sign_in
from .marks import HOSTILE, marks_in, unescaped, where
from .world import EVERY_CODE

EVERYTHING = bool(os.environ.get("AUDIT"))
CODES = EVERY_CODE if EVERYTHING else ["33.19", "33.74", "33.09"]
LINK = re.compile(r"""\s(?:href|hx-get)=["'](/[^"'#]*)""")
# What the lists can be narrowed by: all that holds a mark, a foreign kabupaten/kota, another form of the file.
QUERIES = ["q=q", "cari=q", "kabupaten_kota={}", "daerah={}", "semua=1", "halaman=2", "urut=nama"]
LISTS = ["rusun:daftar", "rusun:masalah_daftar", "rusun:tindak_lanjut_daftar", "penghuni:daftar",
         "penghuni:masa_tinggal", "penghuni:program_daftar", "penghuni:permintaan_daftar"]  # fmt: skip
FILES = ["rusun:ekspor", "rusun:masalah_ekspor", "penghuni:ekspor", "penghuni:masa_tinggal_ekspor",
         "penghuni:program_ekspor"]  # fmt: skip
# The opening meeting is held with all at once: whoever has its page open reads who else has.
WHO_IS_THERE = re.compile(rb'<p class="desk-daring.*?</p>', re.DOTALL)
AT_MOST = 2000 if EVERYTHING else 180
"""Pages that one crawl opens by following links."""


def texts(body):
    """All that can be read in an answer: text, parts of office files, papers with what is attached to them."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                part = archive.read(name)
                if name.endswith((".xml", ".rels")):
                    ElementTree.fromstring(part)
                yield from texts(part)
    elif body[:5] == b"%PDF-" and b"%%EOF" in body:
        reader = PdfReader(io.BytesIO(body))
        yield str(reader.metadata)
        yield "".join(page.extract_text() for page in reader.pages)
        for packed in reader.attachments.values():
            for part in packed:
                yield from texts(part)
    else:
        yield html.unescape(body.decode("utf-8", "replace"))


class Crawl:
    """One account, all it can open; what it found that is not its own."""

    def __init__(self, pengguna, allowed):
        self.client, self.allowed = sign_in(pengguna), allowed
        self.opening = SesiDesk.objects.get(jenis=JenisSesi.PEMBUKAAN).get_absolute_url()
        self.seen, self.found, self.faults, self.pdf = set(), set(), [], 0

    def take(self, response, said):
        body = content(response)
        kind = response.headers.get("Content-Type", "")
        told = [*texts(body), f"{response.headers} {response.cookies}"]
        for text in told:
            marks = marks_in(text)
            self.found |= marks
            for mark in marks:
                if not self.allowed(*mark):
                    self.faults.append(f"{said}: q{mark[0]}{mark[1]}q: {where(text, mark[1])}")
        if "html" in kind:
            page = body.decode()
            self.faults += [f"{said} is taken for a tag: {place}" for place in unescaped(page)]
            self.faults += [f"{said}: a placeholder was filled in" for _ in re.findall(r"q[zp]\d{4}q[^{]{0,6}49", page)]
            return LINK.findall(page)
        return []

    def open(self, url):
        if url in self.seen:
            return []
        self.seen.add(url)
        response = self.client.get(html.unescape(url))
        if response.status_code >= 500:
            self.faults.append(f"{url}: {response.status_code}")
        if url == self.opening:
            response.content = WHO_IS_THERE.sub(b"", response.content)
        return self.take(response, url)

    def follow(self, links):
        """Every page within reach, papers once per kind."""
        waiting = [link for link in links if link not in self.seen]
        while waiting and len(self.seen) < AT_MOST:
            link = waiting.pop()
            if link.startswith("/static/") or (not EVERYTHING and re.search(r"\.(pdf|docx|zip)", link)):
                continue
            waiting += [url for url in self.open(link) if url not in self.seen]

    def everything(self, world, daerah, role):
        links = []
        for name, page in PAGES.items():
            if role in page.roles:
                links += self.open(address(name, daerah.names))
        for name in LISTS if role != "admin" else ():
            for query in QUERIES:
                foreign = next(row.kabupaten_kota.pk for row in world.daerah if row is not daerah)
                links += self.open(f"{reverse(name)}?{query.format(foreign)}")
        for name in FILES if role != "admin" else ():
            self.open(f"{reverse(name)}?format=csv")
        if role == "operator_penghuni":
            for name in ("penghuni:ekspor_pribadi", "penghuni:masa_tinggal_ekspor_pribadi", "penghuni:laporan"):
                for format in ("xlsx", "csv"):
                    data = {"alasan": "mencocokkan dengan berkas", "format": format, "kunci_formulir": str(new_key())}
                    self.take(self.client.post(address(name, daerah.names), data), f"post {name}")
            found = self.client.post(reverse("penghuni:cari_nik"), {"nik": "3319014107900001"}, follow=True)
            self.take(found, "cari_nik")
        self.follow(links)


def report(crawl):
    if crawl.faults:
        pytest.fail("\n".join(sorted(set(crawl.faults))[:60]), pytrace=False)


@pytest.mark.parametrize("role", ["operator", "operator_penghuni"])
def test_an_operator_meets_no_text_of_another_place(world, role):
    """Nor, without `akses_penghuni`, any about residents of the own."""
    for daerah in world.daerah if EVERYTHING else world.daerah[:1]:
        digits = daerah.kabupaten_kota.digit
        own = {(kind, digits) for kind in ("zp" if role == "operator_penghuni" else "z")}
        crawl = Crawl(getattr(daerah, role), lambda *mark, own=own: mark in own)
        crawl.everything(world, daerah, role)
        report(crawl)
        assert crawl.found == own  # it did look where the texts are
        assert len(crawl.seen) > 120


@pytest.mark.parametrize("role", ["pimpinan", "admin"])
def test_heads_of_office_and_admins_meet_no_resident(world, role):
    crawl = Crawl(world.province[role], lambda kind, place: kind == "z")
    crawl.everything(world, world.own, role)
    report(crawl)
    assert crawl.found


def test_nothing_that_was_typed_becomes_markup_for_the_province(world):
    crawl = Crawl(world.province["koordinator"], lambda kind, place: True)
    for name, page in PAGES.items():
        if "koordinator" in page.roles and (EVERYTHING or not SLOW.search(name)):
            crawl.open(address(name, world.own.names))
    report(crawl)
    assert {place for _, place in crawl.found} == {code.replace(".", "") for code in CODES}


def test_the_crawl_sees_what_it_looks_for(world):
    """In text, escaped, broken over lines, packed and on paper: otherwise nothing found would mean nothing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/sheet.xml", f"<v>qz3374q{html.escape(HOSTILE)}</v>")
    paper = sign_in(world.own.operator).get(address("rusun:profil_pdf", world.own.names)).content
    own = world.own.kabupaten_kota.digit
    for body, place in ((packed.getvalue(), "3374"), (b"qz33\n74q", "3374"), (paper, own)):
        assert {place for text in texts(body) for _, place in marks_in(text)} == {place}
    assert unescaped(f"<p>qz3374q{HOSTILE}</p>")
