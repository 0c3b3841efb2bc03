"""Payloads in every text, and a real browser over the pages: none runs, none breaks the security policy."""

import re

import pytest
from django.db import models
from django.test import Client

from tests.test_scope_walk import PAGES

from .asking import SLOW, address
from .world import build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    '" autofocus onfocus=alert(1) x="',
    "'><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "</title><svg onload=alert(1)>",
    "javascript:alert(1)", "<details open ontoggle=alert(1)>", "{{constructor.constructor('alert(1)')()}}",
    "<a href=javascript:alert(1) id=x>x</a>", "<iframe srcdoc='<script>parent.alert(1)</script>'>", "${alert(1)}",
    "<b hx-on:click=alert(1) hx-get=/ hx-trigger=load>x</b>", "<style>@import'//evil.example'</style>",
]  # fmt: skip


FILE = re.compile(r"ekspor|unduh|berkas$|pindaian|(ics|csv|json)$")


def payload(kode, column):
    """Another one for each column; one that fits."""
    if isinstance(column, models.URLField):
        return "https://rapat.example/x?a=1"
    longest = column.max_length or 200
    start = sum(map(ord, f"{column.model.__name__}.{column.name}"))
    fitting = [text for text in PAYLOADS if len(text) <= longest] or ["<svg onload=alert()>"[:longest]]
    found = fitting[start % len(fitting)]
    return f"{kode} {found}"[:longest] if column.name == "nomor_naskah" else found  # the number of a letter is unique


@pytest.mark.parametrize("role", ["operator_penghuni", "koordinator"])
def test_nothing_that_was_typed_runs_in_a_browser(role, new_context, live_server, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    world = build(["33.19", "33.74"], payload)
    client = Client()
    client.force_login(world.identities[role], backend="core.signin.PenggunaBackend")
    context = new_context(base_url=live_server.url)  # notes every breach of the policy and every other host asked for
    context.add_cookies([{"name": "sesi", "value": client.cookies["sesi"].value, "url": live_server.url}])
    page, ran = context.new_page(), []
    page.on("dialog", lambda dialog: (ran.append(f"{page.url}: {dialog.message}"), dialog.dismiss()))
    opened = 0
    for name, entry in PAGES.items():
        if role not in entry.roles or SLOW.search(name) or FILE.search(name):
            continue
        url = address(name, world.own.names)
        shown = client.get(url)
        if shown.status_code == 200 and "html" in shown.headers["Content-Type"]:
            page.goto(url)
            opened += 1
    assert ran == []
    assert opened > 40
