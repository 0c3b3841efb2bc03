"""The select we put together ourselves is the one Django's template gives."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from pytest_django.asserts import assertHTMLEqual

from core.rendering import FormRenderer

CHOICES = [
    ("", "Semua"),
    ("a&b", 'Blok "A" <b>'),
    ("Rusunawa <Kudu> & 'Genuk'", [("1", "Blok A"), ("2", "Blok B")]),
    (3, "Tiga"),
]


class Form(forms.Form):
    satu = forms.ChoiceField(choices=CHOICES, widget=forms.Select({"class": "form-select", "autofocus": True}))
    banyak = forms.MultipleChoiceField(choices=CHOICES, widget=forms.SelectMultiple({"data-x": '"&', "hidden": False}))


@pytest.mark.parametrize("name", Form.base_fields)
def test_a_select_is_the_same_html_as_the_template(name):
    data = {"satu": "2", "banyak": ["", "a&b", "3"]}
    ours, theirs = (str(Form(data, renderer=renderer)[name]) for renderer in (FormRenderer(), DjangoTemplates()))
    assertHTMLEqual(ours, theirs)
    assert "<b>" not in ours


def test_other_widgets_stay_with_django():
    assert "<textarea" in forms.Textarea().render("uraian", "x", renderer=FormRenderer())
