"""What somebody would post on a page: its form read from the HTML, blanks filled in."""

from __future__ import annotations

import datetime
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.idempotency import new_key

from .asking import content
from .world import png

Fields = dict[str, Any]


class _Forms(HTMLParser):
    """Every POST form of a page: where it leads and its fields with a value somebody could have typed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[tuple[str, Fields]] = []
        self.fields: Fields | None = None
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        attrs = dict(attrs)
        name, value = attrs.get("name", ""), attrs.get("value", "")
        if tag == "form":
            self.fields = {} if attrs.get("method", "").lower() == "post" else None
            if self.fields is not None:
                self.forms.append((attrs.get("action") or self.page, self.fields))
        if self.fields is None or "disabled" in attrs:
            return
        if tag == "input" and name and name != "csrfmiddlewaretoken":
            self._input(name, value, attrs)
        elif tag == "select" and name:
            self.select = name
            self.fields[name] = ""
        elif tag == "option" and self.select and value and ("selected" in attrs or not self.fields[self.select]):
            self.fields[self.select] = value
        elif tag == "textarea" and name:
            self.textarea = name
            self.fields[name] = ""
        elif tag == "button" and name and "konsep" not in name and "tambah" not in name:
            self.fields.setdefault(name, value)

    def _input(self, name: str, value: str, attrs: dict[str, str]) -> None:
        assert self.fields is not None
        kind = attrs.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in attrs or (kind == "checkbox" and "DELETE" not in name) or name not in self.fields:
                self.fields[name] = value or "on"
        elif kind == "file":
            self.fields[name] = SimpleUploadedFile("foto.png", png())
        elif kind == "date":
            self.fields[name] = value or datetime.date.today().isoformat()
        elif kind == "hidden" or value:
            self.fields[name] = value
        else:
            self.fields[name] = "2" if "inputmode" in attrs else "Uji coba yang cukup panjang"

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.fields = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.textarea:
            if self.fields is not None and not self.fields[self.textarea].strip():
                self.fields[self.textarea] = "Uji coba yang cukup panjang"
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea and self.fields is not None:
            self.fields[self.textarea] += data


def forms_of(client: Client, url: str) -> list[tuple[str, Fields]]:
    """The forms of the page at `url`, none when it shows none."""
    response = client.get(url)
    if response.status_code != 200 or "html" not in response.headers.get("Content-Type", ""):
        return []
    reader = _Forms(url)
    reader.feed(content(response).decode())
    return reader.forms


def typed(client: Client, url: str) -> Fields:
    """What the form that leads to `url` would send; where the page shows none, the key that a button sends."""
    own = [fields for action, fields in forms_of(client, url) if action.split("?")[0] == url.split("?")[0]]
    return {"kunci_formulir": str(new_key()), **(max(own, key=len) if own else {})}
