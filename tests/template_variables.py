"""A variable that a page of ours prints but nobody filled is an error, not an empty place on paper."""

import inspect
from pathlib import Path

from django.template.base import FilterExpression, Node


class UnknownTemplateVariable(Exception):
    """A template below the own template folder names a variable that is not in its context."""


class UnknownVariable(str):
    """Django's `string_if_invalid`: raises for our templates, stays the usual empty text for those of packages.

    Django asks it "are you there?" whenever a variable is missing and that is not forgiven, as it is in `{% if %}` and
    `{% for %}`. Whose template asked is known only to the call stack: the nearest node says where it stands.
    """

    folder: Path

    def __new__(cls, folder):
        unknown = super().__new__(cls, "")
        unknown.folder = Path(folder)
        return unknown

    def __bool__(self):
        variable = None
        frame = inspect.currentframe()
        while frame := frame.f_back:
            asking = frame.f_locals.get("self")
            if variable is None and isinstance(asking, FilterExpression):
                variable = asking.token
            if isinstance(asking, Node) and getattr(asking, "origin", None):
                template = Path(asking.origin.name)
                if template.is_relative_to(self.folder):
                    line = asking.token.lineno if getattr(asking, "token", None) else "?"
                    place = f"{template.relative_to(self.folder)}:{line}"
                    raise UnknownTemplateVariable(f"{place} prints {{{{ {variable} }}}}, which nobody filled")
                break
        return False
