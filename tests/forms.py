"""What a browser would send back for a page's form, read from its HTML."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    """Fields of the form marked `data-konsep`, or of the only POST form with fields; `<template>` does not count."""

    def __init__(self):
        super().__init__()
        self.fields, self.inside, self.templates = {}, False, 0
        self.select = self.textarea = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.inside = "data-konsep" in attrs
        elif tag == "template":
            self.templates += 1
        if not self.inside or self.templates or "disabled" in attrs:
            return
        if tag == "input" and attrs.get("name"):
            if attrs.get("type") in ("checkbox", "radio") and "checked" not in attrs:
                return
            self.fields[attrs["name"]] = attrs.get("value", "on" if attrs.get("type") == "checkbox" else "")
        elif tag == "select":
            self.select = attrs["name"]
            self.fields[self.select] = ""
        elif tag == "option" and self.select and "selected" in attrs:
            self.fields[self.select] = attrs.get("value", "")
        elif tag == "textarea":
            self.textarea = attrs["name"]
            self.fields[self.textarea] = ""

    def handle_endtag(self, tag):
        if tag == "template":
            self.templates -= 1
        elif tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.fields[self.textarea] += data


def fields_of(response):
    """Every enabled field of the page's form with its value, as a browser would post it."""
    reader = _Form()
    reader.feed(response.content.decode())
    fields = {name: value.removeprefix("\n") for name, value in reader.fields.items()}
    fields.pop("csrfmiddlewaretoken", None)
    assert fields, "no form on this page"
    return fields
