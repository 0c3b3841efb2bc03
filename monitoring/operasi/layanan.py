"""What a server of the office needs around the site: units of systemd, timers, the site of nginx, its two pages."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.template import Context, Engine

from core.middleware import CONTENT_SECURITY_POLICY

FOLDER: Final = "monitoring/layanan"
PEKERJAAN: Final = (
    ("surel", "surel yang menunggu", "kirim_surel", "*:0/5"),
    ("segel", "segel jejak", "segel_jejak", "*:0/5"),
    ("harian", "pekerjaan harian", "harian", "*-*-* 02:30"),
    ("cadangan", "cadangan", "cadangkan --simpan 14", "*-*-* 01:00"),
)
"""Name, meaning, command and time of what runs by itself."""

PALING_BANYAK_PEKERJA: Final = 9
"""Each worker has four threads, and each thread a connection to PostgreSQL, which allows a hundred unless told."""


@dataclass(frozen=True)
class Tempat:
    """Where things are on this server."""

    ke: Path
    """Where the files are written, and where nginx finds its two pages."""
    folder: str = "/srv/desk"
    pengguna: str = "desk"
    host: str = ""
    sertifikat: str = "/etc/ssl/certs/desk.pem"
    kunci: str = "/etc/ssl/private/desk.key"
    soket: str = "/run/desk-web.sock"
    pid: str = "/run/desk/web.pid"
    catatan: str = "/var/log/nginx/desk.log"
    dengar: str = ""
    """Address nginx listens on; "": all of them."""
    http: int = 80
    https: int = 443


def write_services(tempat: Tempat) -> list[Path]:
    """Write everything below `tempat.ke`, over what an earlier run wrote; returns the files."""
    context = {
        **vars(tempat),
        "host": tempat.host or settings.ALLOWED_HOSTS[0].lstrip("."),
        "dengar_http": _listen(tempat.dengar, tempat.http),
        "dengar_https": _listen(tempat.dengar, tempat.https),
        "galat": tempat.ke / "galat",
        "kebijakan": CONTENT_SECURITY_POLICY,
        "pekerja": min(2 * (os.cpu_count() or 1) + 1, PALING_BANYAK_PEKERJA),
        "media": settings.MEDIA_ROOT,
        "cadangan": settings.CADANGAN_ROOT,
    }
    files = {
        "nginx.conf": _text("nginx.conf", context),
        "systemd/desk-web.socket": _text("web.socket", context),
        "systemd/desk-web.service": _text("web.service", context),
        "galat/413.html": _text("galat_413.html", context),
        "galat/429.html": _text("galat_429.html", context),
        "galat/503.html": _text("galat_503.html", context),
        "galat/galat.css": _text("galat.css", context),
    }
    for nama, sebutan, perintah, saat in PEKERJAAN:
        job = {**context, "sebutan": sebutan, "perintah": perintah, "saat": saat, "mencadangkan": nama == "cadangan"}
        files[f"systemd/desk-{nama}.service"] = _text("pekerjaan.service", job)
        files[f"systemd/desk-{nama}.timer"] = _text("pekerjaan.timer", job)
    for name, text in files.items():
        path = tempat.ke / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [tempat.ke / name for name in files]


def _listen(address: str, port: int) -> list[str]:
    return [f"{address}:{port}"] if address else [str(port), f"[::]:{port}"]


def _text(template: str, context: dict[str, object]) -> str:
    return Engine.get_default().get_template(f"{FOLDER}/{template}").render(Context(context, autoescape=False))
