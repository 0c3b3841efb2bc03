"""How form widgets become HTML: by Django's templates, but for the one that a page renders hundreds of times."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


class FormRenderer(DjangoTemplates):
    """Django includes a template for every option of a select; a filter with all blocks of the province has 200."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == "django/forms/widgets/select.html":
            return select(context["widget"])
        return super().render(template_name, context, request)


def select(widget: dict[str, Any]) -> SafeString:
    """What Django's template makes of a select widget's context."""
    parts = [f'<select name="{conditional_escape(widget["name"])}"{flatatt(widget["attrs"])}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{conditional_escape(group)}">')
        parts += map(_option, options)
        if group:
            parts.append("</optgroup>")
    return SafeString("".join([*parts, "</select>"]))  # nosec B703 each part is escaped above


def _option(option: dict[str, Any]) -> str:
    value, label = conditional_escape(str(option["value"])), conditional_escape(option["label"])
    return f'<option value="{value}"{flatatt(option["attrs"]) if option["attrs"] else ""}>{label}</option>'
