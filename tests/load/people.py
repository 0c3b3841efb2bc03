"""Somebody at the site: a browser without scripts, with think time, and a diary of every answer."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import http.cookies
import random
import threading
import time
import urllib.parse
import uuid
from dataclasses import dataclass, field
from types import SimpleNamespace

from tests.forms import fields_of

from .world import SLUG, Person

THINK = (3.0, 8.0)  # seconds between two requests of one person
WRITING = 0.5
"""How often somebody opens a form and sends it: two requests, so that three of ten requests are writes."""
PATIENCE = 60


@dataclass
class Diary:
    """What was asked and answered: kind, status (None: no answer) and seconds."""

    lines: list[tuple[str, int | None, float]] = field(default_factory=list)
    stored: list[tuple[str, str]] = field(default_factory=list)
    """Kind and mark of what the site said it stored."""


class Browser:
    """One session. Each request is a connection of its own, as through a proxy."""

    def __init__(self, port: int, diary: Diary) -> None:
        self.port, self.diary, self.cookies = port, diary, {}

    def send(self, kind: str, method: str, path: str, fields: dict[str, str] | None = None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            if fields.get("konsep"):
                headers["X-Requested-With"] = "konsep"
        begun = time.perf_counter()
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as link:
                link.request(method, path, body, headers)
                answer = link.getresponse()
                content = answer.read()
                for line in answer.headers.get_all("Set-Cookie", ()):
                    for name, morsel in http.cookies.SimpleCookie(line).items():
                        self.cookies[name] = morsel.value
            status = answer.status
        except (OSError, http.client.HTTPException):
            status, content = None, b""
        self.diary.lines.append((kind, status, time.perf_counter() - begun))
        return SimpleNamespace(status=status, content=content)

    def sign_in(self, username: str, password: str) -> bool:
        self.send("halaman masuk", "GET", "/masuk/")
        answer = self.send("masuk", "POST", "/masuk/", {"username": username, "password": password, "next": "/"})
        return answer.status == 302


def work(person: Person, browser: Browser, until: float, stop: threading.Event) -> None:
    """Read and write until the clock says `until`."""
    chance = random.Random(person.username)
    stop.wait(chance.uniform(0, THINK[1]))
    while time.monotonic() < until and not stop.is_set():
        if person.kode and chance.random() < WRITING:
            _write(person, browser, chance, stop)
        else:
            kind, path = chance.choice(_pages(person, chance))
            browser.send(kind, "GET", path)
        stop.wait(chance.uniform(*THINK))


def _pages(person: Person, chance: random.Random) -> list[tuple[str, str]]:
    name = urllib.parse.quote(chance.choice(["Siti", "Budi Santoso", "Wibowo", "Sutarmi", "Ahmad"]))
    shared = [("beranda", "/"), ("daftar rusun", "/rusun/"), ("daftar masalah", "/rusun/masalah/")]
    residents = [("daftar penghuni", "/penghuni/"), ("cari nama", f"/penghuni/?cari={name}")]
    if person.kode:
        mine = [("isian", f"/periode/{SLUG}/isian/{person.kode}/"), *residents]
        if person.rusun:
            mine.append(("lokasi", f"/rusun/{person.rusun}/"))
        if person.penghuni:
            mine.append(("penghuni", f"/penghuni/{chance.choice(person.penghuni)}/"))
        return [*shared, *mine]
    board = [("papan periode", f"/periode/{SLUG}/"), ("rekap", "/periode/desk-2021/rekap/")]
    return [*shared, *board, *(residents if person.peran == "verifikator" else ())]


def _write(person: Person, browser: Browser, chance: random.Random, stop: threading.Event) -> None:
    what = chance.choice([
        *(["bagian", "konsep"] if person.rusun else []), *(["tindak lanjut"] if person.masalah else []), "KK baru",
    ])  # fmt: skip
    if what in ("bagian", "konsep"):
        path = f"/rusun/{person.rusun}/hunian/"
        change = {"daftar_tunggu": str(chance.randrange(1, 400))}
    elif what == "tindak lanjut":
        path = f"/rusun/masalah/{person.masalah}/tindak-lanjut/"
        due = datetime.date.today() + datetime.timedelta(days=30)
        change = {"uraian": f"tanda {uuid.uuid4().hex}", "penanggung_jawab": "kabupaten_kota", "pelaksana": "",
                  "unit": "", "batas_waktu": f"{due:%d/%m/%Y}", "status": "belum", "keterangan": "", "versi": "1",
                  "kunci_formulir": str(uuid.uuid4())}  # fmt: skip
    else:
        path = "/penghuni/tambah/"
        change = {"nama": f"tanda {uuid.uuid4().hex}".translate(_LETTERS)}
    page = browser.send(f"formulir {what}", "GET", path)
    if page.status != 200:
        return
    fields = change if what == "tindak lanjut" else {**fields_of(page), **change}
    stop.wait(chance.uniform(*THINK))
    if what == "konsep":
        browser.send("konsep", "POST", path, {**fields, "konsep": "1"})
        return
    answer = browser.send(f"simpan {what}", "POST", path, fields)
    if answer.status == 302 and what != "bagian":
        browser.diary.stored.append((what, next(iter(change.values()))))


_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # a name has no digits
