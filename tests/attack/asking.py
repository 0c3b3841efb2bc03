"""Asking pages as somebody, and what every answer is held to: nothing written, strict headers, links to ourselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.models import Pengguna
from tests.test_scope_walk import COMMON, OPERATORS, PAGES

WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
# What looking may leave behind: who looked, that the session lives, that a page of a desk session is open.
LEFT_BY_LOOKING = {"core_jejakakses", "core_sesi", "monitoring_hadirdaring"}
SLOW = re.compile(r"pdf|docx|zip|xlsx|templat")
"""Pages that make a file: asked by fewer people where only the answer of a page counts."""

REGIONAL = {name for name, page in PAGES.items() if page.own and page.regional and name not in COMMON}
"""Pages of one kabupaten/kota."""


def sign_in(pengguna: Pengguna, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(pengguna, backend="core.signin.PenggunaBackend")
    return client


def address(name: str, names: dict[str, Any], **swapped: Any) -> str:
    return reverse(name, args=[{**names, **swapped}[key] for key in PAGES[name].own])


def missing_address(name: str) -> str:
    return reverse(name, args=PAGES[name].missing)


def open_to(name: str, role: str) -> bool:
    return role in PAGES[name].roles


def foreign_to_operators(name: str) -> bool:
    return name in REGIONAL and bool(PAGES[name].roles & OPERATORS)


def content(response: HttpResponse) -> bytes:
    """The body, also of a stream, which is read once and kept."""
    if not hasattr(response, "read_body"):
        response.read_body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return bytes(response.read_body)  # type: ignore[attr-defined]


def unvaried(response: HttpResponse) -> bytes:
    """The body without what differs at every request."""
    return re.sub(rb'name="(?:csrfmiddlewaretoken|kunci_formulir)" value="[^"]*"', b"", content(response))


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables that SQL wrote to while the block ran."""
    tables: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITE.match(sql):
            tables.append(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


# --- Headers and links ------------------------------------------------------------------------------------------------

ATTRIBUTE = re.compile(
    r"""\s(?:src|href|action|formaction|poster|srcset|data|hx-(?:get|post|put|delete))\s*=\s*["']([^"']*)["']""",
    re.IGNORECASE,
)
OURS = re.compile(r"(?:/(?!/)|\#|\?|data:image/|mailto:|tel:|$)")
LINK_OUT = re.compile(r"<a\b[^>]*>", re.IGNORECASE)


def header_faults(response: HttpResponse) -> list[str]:
    """What an answer of ours lacks."""
    headers = response.headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers.get("Content-Security-Policy", "").split(";"))
    wanted = {
        "policy without unsafe": "unsafe" not in headers.get("Content-Security-Policy", "unsafe"),
        "default-src 'none'": policy.get("default-src") == "'none'",
        "frame-ancestors 'none'": policy.get("frame-ancestors") == "'none'",
        "scripts of our own": policy.get("script-src", "'none'") in ("'self'", "'none'"),
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "no-store": headers.get("Cache-Control") == "private, no-store",
        "opener": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "resource": headers.get("Cross-Origin-Resource-Policy") == "same-origin",
        "frame": headers.get("X-Frame-Options") == "DENY",
        "permissions": "camera=()" in headers.get("Permissions-Policy", ""),
        "nothing shared": "Access-Control-Allow-Origin" not in headers,
        "no line break": not any("\n" in value or "\r" in value for value in headers.values()),
    }
    return [name for name, held in wanted.items() if not held]


def foreign_links(response: HttpResponse) -> list[str]:
    """Addresses of other hosts in a page: none is loaded, and a link leads out only without telling from where."""
    if "html" not in response.headers.get("Content-Type", ""):
        return []
    page = content(response).decode()
    safe = LINK_OUT.sub(lambda found: "" if 'rel="noopener noreferrer"' in found[0] else found[0], page)
    return [value for value in ATTRIBUTE.findall(safe) if not OURS.match(value)]
